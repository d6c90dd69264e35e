"""The channels, operations, messages and schemas of an AsyncAPI document while it is made."""

from collections.abc import Mapping
from typing import Any

import msgspec

from trading_api.shared.auth import TICKET_PARAMETER
from trading_api.shared.schema import COMPONENTS, json_schemas
from trading_api.shared.ws import protocol

Json = dict[str, Any]

EXAMPLE_ID = "c1"

_REQUEST_ID: Json = {
    "description": "Echoed in the answer",
    "anyOf": [
        {"type": "string", "maxLength": 64},
        {
            "type": "integer",
            "minimum": -protocol.LARGEST_EXACT,
            "maximum": protocol.LARGEST_EXACT,
        },
    ],
}


_HANDSHAKE: Json = {
    "method": "GET",
    "query": {
        "type": "object",
        "properties": {
            TICKET_PARAMETER: {
                "type": "string",
                "description": "A one-time ticket from `POST /api/v1/tickets`",
            }
        },
    },
    "bindingVersion": "0.1.0",
}


class Parts:
    """What fills a document, all of it for the socket at one address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.channels: dict[str, Json] = {}
        self.operations: dict[str, Json] = {}
        self.messages: dict[str, Json] = {}
        self.schemas: dict[str, Json] = {}

    def schema(self, type_: Any, *, received: bool = False) -> Json:
        """A schema for a type that we send or receive; what it names becomes components."""
        [schema], named = json_schemas([type_], received=received)
        for name, inner in named.items():
            self.schemas.setdefault(name, _draft_07(plain(inner)))
        reference: Json = _draft_07(plain(schema))
        return reference

    def closed_schema(self, type_: type[msgspec.Struct]) -> Json:
        """A reference to the schema of a struct that we send: all of its members, no other."""
        reference = self.schema(type_)
        own = self.schemas[type_.__name__]
        always = [
            field.encode_name
            for field in msgspec.structs.fields(type_)
            if field.default is not msgspec.UNSET
        ]
        self.schemas[type_.__name__] = {**own, "required": always, "additionalProperties": False}
        return reference

    def component(self, name: str, schema: Json) -> Json:
        """Name a schema; the result refers to it."""
        self.schemas[name] = {**schema, "title": name}
        return {"$ref": COMPONENTS.format(name=name)}

    def channel(self, name: str, description: str, **extensions: str) -> None:
        """Add a channel without messages; `x_name=` becomes its member `x-name`."""
        self.channels[name] = {
            "address": self.address,
            "title": name.capitalize(),
            "description": description,
            "servers": [{"$ref": "#/servers/default"}],
            "messages": {},
            "bindings": {"ws": _HANDSHAKE},
            **{member.replace("_", "-"): value for member, value in extensions.items()},
        }

    def request(
        self, channel: str, name: str, summary: str, payload: Json, example: Any = None
    ) -> None:
        """Add a request, and the operation that answers it by `{name}.response` or `error`."""
        envelope = None if example is None else {"payload": example}
        self.message(channel, name, summary, payload, has_id=True, example=envelope)
        self.operations[name] = {
            "action": "receive",
            "channel": {"$ref": f"#/channels/{channel}"},
            "summary": summary,
            "messages": [_message_of(channel, name)],
            "reply": {
                "channel": {"$ref": f"#/channels/{channel}"},
                "messages": [
                    _message_of(channel, f"{name}.response"),
                    _message_of(channel, "error"),
                ],
            },
        }

    def reply(
        self, channel: str, name: str, summary: str, payload: Json, example: Any = None
    ) -> None:
        """Add the message that answers the request `name`."""
        envelope = None if example is None else {"payload": example}
        self.message(channel, f"{name}.response", summary, payload, has_id=True, example=envelope)

    def push(
        self,
        channel: str,
        name: str,
        summary: str,
        payload: Json,
        *,
        members: Mapping[str, Json] | None = None,
        example: Json | None = None,
    ) -> None:
        """Add a message that the server sends by itself, and its operation."""
        self.message(channel, name, summary, payload, members=members, example=example)
        self.operations[name] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{channel}"},
            "summary": summary,
            "messages": [_message_of(channel, name)],
        }

    def message(
        self,
        channel: str,
        name: str,
        summary: str,
        payload: Json,
        *,
        has_id: bool = False,
        members: Mapping[str, Json] | None = None,
        example: Json | None = None,
    ) -> None:
        """Add a message: an envelope of the type `name` around the payload."""
        own = {**(members or {}), "payload": payload}
        identity = {"id": _REQUEST_ID} if has_id else {}
        message: Json = {
            "name": name,
            "title": name,
            "summary": summary,
            "contentType": "application/json",
            "payload": {
                "type": "object",
                "properties": {"type": {"type": "string", "const": name}, **identity, **own},
                "required": ["type", *own],
                "additionalProperties": False,
            },
        }
        if has_id:
            message["correlationId"] = {"$ref": "#/components/correlationIds/request"}
        if example is not None:
            sample = {"type": name, **({"id": EXAMPLE_ID} if has_id else {}), **example}
            message["examples"] = [{"name": name, "payload": sample}]
        self.messages[name] = message
        self.channels[channel]["messages"][name] = {"$ref": f"#/components/messages/{name}"}


def plain(value: Any) -> Any:
    """The value as JSON sees it."""
    return msgspec.json.decode(protocol.encode(value))


def _message_of(channel: str, name: str) -> Json:
    return {"$ref": f"#/channels/{channel}/messages/{name}"}


def _draft_07(schema: Any) -> Any:
    """The schema in AsyncAPI's default dialect, which has no `prefixItems`."""
    if isinstance(schema, list):
        return [_draft_07(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {name: _draft_07(value) for name, value in schema.items()}
    if "prefixItems" in changed:
        rest = changed.pop("items", None)
        changed["items"] = changed.pop("prefixItems")
        if rest is not None:
            changed["additionalItems"] = rest
    return changed

"""The AsyncAPI 3.0.0 document of a module's socket, made from its routers."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from trading_api.shared.auth import COOKIE
from trading_api.shared.schema import COMPONENTS, json_schemas
from trading_api.shared.ws import protocol
from trading_api.shared.ws.router import WsRouter

DEFAULT_HOST = "127.0.0.1:8000"

Json = dict[str, Any]

_EXAMPLE_ID = "c1"
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


def document(
    *,
    title: str,
    description: str,
    version: str,
    address: str,
    routers: Sequence[WsRouter],
    host: str,
    scheme: str,
) -> Json:
    """The document of the socket at `address`: a channel per router and the channel `system`."""
    parts = _Parts(address)
    for router in routers:
        _add_route(parts, router)
    _add_system(parts)
    return {
        "asyncapi": "3.0.0",
        "id": "urn:trading-api:" + ":".join(address.strip("/").split("/")),
        "info": {
            "title": title,
            "version": version,
            "description": "\n\n".join(filter(None, (description, _RULES, _close_code_table()))),
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "default": {
                "host": host,
                "protocol": scheme,
                "protocolVersion": "13",
                "description": "The server that this document was read from",
                "security": [
                    {"$ref": "#/components/securitySchemes/bearer"},
                    {"$ref": "#/components/securitySchemes/session"},
                ],
            }
        },
        "channels": parts.channels,
        "operations": parts.operations,
        "components": {
            "schemas": dict(sorted(parts.schemas.items())),
            "messages": parts.messages,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Owner token or API key, in the handshake's Authorization",
                },
                "session": {"type": "httpApiKey", "name": COOKIE, "in": "cookie"},
            },
            "correlationIds": {"request": {"location": "$message.payload#/id"}},
        },
    }


class _Parts:
    """The parts of a document while it is being made."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.channels: dict[str, Json] = {}
        self.operations: dict[str, Json] = {}
        self.messages: dict[str, Json] = {}
        self.schemas: dict[str, Json] = {}

    def schema(self, type_: Any) -> Json:
        """A schema for the type; what it names becomes components."""
        [schema], named = json_schemas([type_])
        self.schemas.update({name: _draft_07(inner) for name, inner in named.items()})
        reference: Json = _json(_draft_07(schema))
        return reference

    def component(self, name: str, schema: Json) -> Json:
        """Name a schema; the result refers to it."""
        self.schemas[name] = schema
        return {"$ref": COMPONENTS.format(name=name)}

    def channel(self, name: str, title: str, description: str) -> None:
        self.channels[name] = {
            "address": self.address,
            "title": title,
            "description": description,
            "servers": [{"$ref": "#/servers/default"}],
            "messages": {},
            "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
        }

    def message(
        self,
        channel: str,
        name: str,
        summary: str,
        payload: Json,
        *,
        id_: bool = False,
        more: Mapping[str, Json] | None = None,
        example: Json | None = None,
    ) -> None:
        """Add a message `name` whose envelope carries the payload."""
        properties: Json = {"type": {"type": "string", "const": name}}
        if id_:
            properties["id"] = _REQUEST_ID
        properties |= {**(more or {}), "payload": payload}
        required = ["type", *(more or {}), "payload"]
        message: Json = {
            "name": name,
            "title": name,
            "summary": summary,
            "contentType": "application/json",
            "payload": {
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": False,
            },
        }
        if id_:
            message["correlationId"] = {"$ref": "#/components/correlationIds/request"}
        if example is not None:
            envelope = {"type": name, **({"id": _EXAMPLE_ID} if id_ else {}), **example}
            message["examples"] = [{"name": name, "payload": envelope}]
        self.messages[name] = message
        self.channels[channel]["messages"][name] = {"$ref": f"#/components/messages/{name}"}

    def request(self, channel: str, name: str, summary: str) -> None:
        """Add the operation of a request that is answered by `{name}.response` or `error`."""
        self.operations[name] = {
            "action": "receive",
            "channel": {"$ref": f"#/channels/{channel}"},
            "summary": summary,
            "messages": [_message_ref(channel, name)],
            "reply": {
                "channel": {"$ref": f"#/channels/{channel}"},
                "messages": [
                    _message_ref(channel, f"{name}.response"),
                    _message_ref(channel, "error"),
                ],
            },
        }

    def push(self, channel: str, name: str, summary: str) -> None:
        """Add the operation of a message that the server sends by itself."""
        self.operations[name] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{channel}"},
            "summary": summary,
            "messages": [_message_ref(channel, name)],
        }

    def error(self, channel: str) -> None:
        """Add the error message to a channel."""
        self.message(
            channel,
            "error",
            "Why a request was refused; the socket stays open",
            self.schema(protocol.SocketError),
            id_=True,
            example={
                "payload": {
                    "code": "unknown_type",
                    "message": "type 'bars.suscribe' is not known on this socket",
                    "retryable": False,
                    "details": {},
                }
            },
        )


def _add_route(parts: _Parts, router: WsRouter) -> None:
    name, title = router.name, router.name.capitalize()
    parts.channel(name, title, _route_text(router))
    parameters, position = parts.schema(router.parameters), parts.schema(protocol.StreamPosition)
    own = parts.schemas[router.parameters.__name__]
    recover = {
        "type": "object",
        "additionalProperties": position,
        "description": "Positions of topics to go on from, by topic",
    }
    subscribe = parts.component(
        f"{title}Subscribe",
        {
            **own,
            "title": f"{title}Subscribe",
            "properties": {**own["properties"], "recover": recover},
        },
    )
    subscription = parts.component(
        f"{title}Subscription",
        {
            **_without_snapshot(parts),
            "title": f"{title}Subscription",
            "properties": {
                **_without_snapshot(parts)["properties"],
                "snapshot": {
                    "description": "The state at `seq`; null when recovered",
                    "anyOf": [parts.schema(router.snapshot), {"type": "null"}],
                },
            },
        },
    )
    subscribed = {
        "type": "object",
        "properties": {
            "status": {"type": "string", "const": "ok"},
            "subscriptions": {"type": "array", "items": subscription},
        },
        "required": ["status", "subscriptions"],
        "additionalProperties": False,
    }
    examples = router.examples
    asked = _json(examples.parameters)
    request = f"{name}.subscribe"
    parts.message(
        name, request, router.summary, subscribe, id_=True,
        example=None if asked is None else {"payload": asked},
    )  # fmt: skip
    parts.message(
        name, f"{request}.response", "The state of each topic, and where its stream begins",
        subscribed, id_=True,
        example=None if examples.snapshot is None else {"payload": _subscribed_example(router)},
    )  # fmt: skip
    parts.request(name, request, router.summary)
    _add_unsubscribe(parts, router, parameters, asked)
    parts.message(
        name, f"{name}.update", f"One update of a topic of {name}", parts.schema(router.update),
        more={"topic": {"type": "string"}, "seq": {"type": "integer", "minimum": 0}},
        example=None if examples.update is None else {
            "topic": _example_topic(router), "seq": 42, "payload": _json(examples.update)
        },
    )  # fmt: skip
    parts.push(name, f"{name}.update", f"Sent for every change of a topic of {name}")
    parts.error(name)


def _add_unsubscribe(parts: _Parts, router: WsRouter, parameters: Json, asked: Any) -> None:
    request = f"{router.name}.unsubscribe"
    summary = f"Stop updates of {router.name}; not an error when there were none"
    either = {"anyOf": [parameters, parts.schema(protocol.Topics)]}
    parts.message(
        router.name, request, summary, either, id_=True,
        example=None if asked is None else {"payload": asked},
    )  # fmt: skip
    parts.message(
        router.name, f"{request}.response", "The topics that are no longer sent",
        _closed(parts, protocol.Unsubscribed), id_=True,
        example={"payload": {"topics": [_example_topic(router)], "status": "ok"}},
    )  # fmt: skip
    parts.request(router.name, request, summary)


def _add_system(parts: _Parts) -> None:
    parts.channel("system", "System", "The connection itself.")
    nothing = parts.schema(protocol.Nothing)
    for name, summary, reply, example in (
        ("system.ping", "Ask for the server's time", protocol.ServerTime, {"server_time": 1700000000000}),
        ("system.info", "Ask what the server knows of this connection", protocol.ConnectionInfo, None),
    ):  # fmt: skip
        parts.message("system", name, summary, nothing, id_=True, example={"payload": {}})
        parts.message(
            "system", f"{name}.response", f"Answer to {name}", _closed(parts, reply), id_=True,
            example=None if example is None else {"payload": example},
        )  # fmt: skip
        parts.request("system", name, summary)
    summary = "Says that the connection will close, or that a topic lost its continuity"
    parts.message(
        "system", "system.notice", summary, _closed(parts, protocol.Notice),
        example={"payload": {
            "code": "closing", "message": "the server is restarting", "reconnect_after_ms": 500,
        }},
    )  # fmt: skip
    parts.push("system", "system.notice", summary)
    parts.error("system")


def _closed(parts: _Parts, type_: type[msgspec.Struct]) -> Json:
    """A reference to the schema of a struct that has no other members."""
    reference = parts.schema(type_)
    own = parts.schemas[type_.__name__]
    # A struct's default is always written, so the member is always there.
    parts.schemas[type_.__name__] = {
        **own,
        "required": [
            name
            for name, schema in own["properties"].items()
            if name in own["required"] or "default" in schema
        ],
        "additionalProperties": False,
    }
    return reference


def _without_snapshot(parts: _Parts) -> Json:
    parts.schema(protocol.Subscription)
    own = parts.schemas.pop(protocol.Subscription.__name__)
    return {**own, "additionalProperties": False}


def _route_text(router: WsRouter) -> str:
    delivery = {
        "every": "Every update arrives, without a missing number; a reader that is too slow is "
        "closed with 4003 and resumes.",
        "latest": "A reader that is behind gets the newest value per key; a hole in the numbers "
        "tells.",
    }[router.delivery]
    return f"{router.summary}\n\n{delivery} Needs scope `{router.scope}`."


def _example_topic(router: WsRouter) -> str:
    return f"{router.name}:example"


def _subscribed_example(router: WsRouter) -> Json:
    return {
        "status": "ok",
        "subscriptions": [
            {
                "topic": _example_topic(router),
                "epoch": "k3",
                "seq": 41,
                "recovered": False,
                "snapshot": _json(router.examples.snapshot),
            }
        ],
    }


def _message_ref(channel: str, name: str) -> Json:
    return {"$ref": f"#/channels/{channel}/messages/{name}"}


def _json(value: Any) -> Any:
    return msgspec.json.decode(protocol.encode(value))


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


def _close_code_table() -> str:
    rows = [
        f"| {int(code)} | {closing.meaning} | {closing.reconnect} |"
        for code, closing in protocol.CLOSE_CODES.items()
    ]
    return "\n".join(("| close code | meaning | reconnect? |", "|---|---|---|", *rows))


_RULES = """\
One JSON object per text frame. Each request gets exactly one reply or `error`, with the same `id`;
an error does not close the socket. A subscribe reply carries the state of each topic and its
`seq`; updates follow with `seq + 1`, `seq + 2`, … Remember `epoch` and the last `seq` of a topic
and give them back in `recover` to go on where you were."""

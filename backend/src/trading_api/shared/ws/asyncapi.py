"""The AsyncAPI 3.0.0 document of a module's socket, made from its routers."""

from collections.abc import Sequence
from typing import Any

from trading_api.shared.auth import COOKIE, TICKET_PARAMETER
from trading_api.shared.ws import protocol
from trading_api.shared.ws.asyncapi_parts import Json, Parts, plain
from trading_api.shared.ws.router import Operation, WsRouter

DEFAULT_HOST = "127.0.0.1:8000"

_RULES = """\
One JSON object per text frame. Each request gets exactly one reply or `error`, with the same `id`;
an error does not close the socket. A subscribe reply carries the state of each topic and its
`seq`; updates follow with `seq + 1`, `seq + 2`, … Remember `epoch` and the last `seq` of a topic
and give them back in `recover` to go on where you were."""

_DELIVERY = {
    "every": "Every update arrives, without a missing number; a reader that is too slow is closed "
    "with 4003 and resumes.",
    "latest": "A reader that is behind gets the newest value per key; a hole in the numbers tells.",
}

_COMPONENTS: Json = {
    "securitySchemes": {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "Owner token or API key, in the handshake's Authorization header",
        },
        "session": {"type": "httpApiKey", "name": COOKIE, "in": "cookie"},
        "ticket": {
            "type": "httpApiKey",
            "name": TICKET_PARAMETER,
            "in": "query",
            "description": "Works once, within 30 s: from `POST /api/v1/tickets`",
        },
    },
    "correlationIds": {"request": {"location": "$message.payload#/id"}},
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
    parts = Parts(address)
    for router in routers:
        _add_route(parts, router)
    _add_system(parts)
    return {
        "asyncapi": "3.0.0",
        "id": "urn:trading-api:" + ":".join(address.strip("/").split("/")),
        "info": {
            "title": title,
            "version": version,
            "description": "\n\n".join(filter(None, (description, _RULES, _close_codes()))),
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {"default": _server(host, scheme)},
        "channels": parts.channels,
        "operations": parts.operations,
        "components": {
            "schemas": dict(sorted(parts.schemas.items())),
            "messages": parts.messages,
            **_COMPONENTS,
        },
    }


def _server(host: str, scheme: str) -> Json:
    return {
        "host": host,
        "protocol": scheme,
        "protocolVersion": "13",
        "description": "The server that this document was read from",
        "security": [
            {"$ref": "#/components/securitySchemes/bearer"},
            {"$ref": "#/components/securitySchemes/session"},
            {"$ref": "#/components/securitySchemes/ticket"},
        ],
    }


def _close_codes() -> str:
    rows = [
        f"| {int(code)} | {closing.meaning} | {closing.reconnect} |"
        for code, closing in protocol.CLOSE_CODES.items()
    ]
    return "\n".join(("| close code | meaning | reconnect? |", "|---|---|---|", *rows))


def _add_route(parts: Parts, router: WsRouter) -> None:
    name = router.name
    parts.channel(
        name,
        f"{router.summary}\n\n{_DELIVERY[router.delivery]} Needs scope `{router.scope}`.",
        x_delivery=router.delivery,
    )
    _add_subscribe(parts, router)
    _add_unsubscribe(parts, router)
    for operation in router.operations:
        _add_operation(parts, name, operation)
    update = plain(router.examples.update)
    example = {"topic": _topic(router), "seq": 42, "payload": update}
    parts.push(
        name,
        f"{name}.update",
        f"One update of a topic of {name}",
        parts.schema(router.update),
        members={
            "topic": {"type": "string", "description": "As in the subscribe reply"},
            "seq": {"type": "integer", "minimum": 0},
        },
        example=None if update is None else example,
    )
    _add_error(parts, name)


def _add_subscribe(parts: Parts, router: WsRouter) -> None:
    request = f"{router.name}.subscribe"
    parts.schema(router.parameters, received=True)
    parameters = parts.schemas[router.parameters.__name__]
    parameters["additionalProperties"] = False  # the socket refuses them whatever the struct says
    recover = {
        "type": "object",
        "additionalProperties": parts.schema(protocol.StreamPosition, received=True),
        "description": "Positions to go on from, by topic",
    }
    payload = parts.component(
        f"{router.name.capitalize()}Subscribe",
        {**parameters, "properties": {**parameters["properties"], "recover": recover}},
    )
    parts.request(router.name, request, router.summary, payload, plain(router.examples.parameters))
    snapshot = plain(router.examples.snapshot)
    example = {
        "topic": _topic(router), "epoch": "k3", "seq": 41, "recovered": False, "snapshot": snapshot
    }  # fmt: skip
    parts.reply(
        router.name,
        request,
        "The state of each topic, and where its stream begins",
        _subscribed(parts, router),
        None if snapshot is None else {"status": "ok", "subscriptions": [example]},
    )


def _subscribed(parts: Parts, router: WsRouter) -> Json:
    """The reply's payload, in which the snapshot is of the router's own type."""
    title = router.name.capitalize()
    parts.closed_schema(protocol.Subscription)
    general = parts.schemas.pop(protocol.Subscription.__name__)
    snapshot = {
        "description": "The state at `seq`; null when recovered",
        "anyOf": [parts.schema(router.snapshot), {"type": "null"}],
    }
    subscription = parts.component(
        f"{title}Subscription",
        {**general, "properties": {**general["properties"], "snapshot": snapshot}},
    )
    return parts.component(
        f"{title}Subscribed",
        {
            "type": "object",
            "properties": {
                "status": {"type": "string", "const": "ok"},
                "subscriptions": {"type": "array", "items": subscription},
            },
            "required": ["status", "subscriptions"],
            "additionalProperties": False,
        },
    )


def _add_unsubscribe(parts: Parts, router: WsRouter) -> None:
    request = f"{router.name}.unsubscribe"
    parts.request(
        router.name,
        request,
        f"Stop updates of {router.name}, by the same parameters or by topics",
        {
            "anyOf": [
                parts.schema(router.parameters, received=True),
                parts.schema(protocol.Topics, received=True),
            ]
        },
        plain(router.examples.parameters),
    )
    parts.reply(
        router.name,
        request,
        "The topics that are no longer sent",
        parts.closed_schema(protocol.Unsubscribed),
        {"status": "ok", "topics": [_topic(router)]},
    )


def _add_operation(parts: Parts, route: str, operation: Operation) -> None:
    request = f"{route}.{operation.name}"
    asked, answered = operation.example
    parts.request(
        route,
        request,
        f"{operation.summary} Needs scope `{operation.scope}`.",
        parts.schema(operation.payload, received=True),
        plain(asked),
    )
    reply = parts.schema(operation.reply)
    parts.reply(route, request, f"What `{request}` gives", reply, plain(answered))


def _add_system(parts: Parts) -> None:
    parts.channel("system", "The connection itself.")
    nothing = parts.schema(protocol.Nothing, received=True)
    parts.request("system", "system.ping", "Ask for the server's time", nothing, {})
    parts.reply(
        "system",
        "system.ping",
        "The server's time",
        parts.closed_schema(protocol.ServerTime),
        {"server_time": 1_700_000_000_000},
    )
    parts.request("system", "system.info", "Ask what is known of this connection", nothing, {})
    parts.reply(
        "system",
        "system.info",
        "The connection as the server sees it",
        _connection_info(parts),
    )
    parts.push(
        "system",
        "system.notice",
        "The connection will close, or a topic has lost its continuity",
        parts.closed_schema(protocol.Notice),
        example={
            "payload": {
                "code": "closing",
                "message": "the server is restarting",
                "reconnect_after_ms": 500,
            }
        },
    )
    _add_error(parts, "system")


def _connection_info(parts: Parts) -> Json:
    parts.closed_schema(protocol.ConnectionLimits)
    return parts.closed_schema(protocol.ConnectionInfo)


def _add_error(parts: Parts, channel: str) -> None:
    refusal: dict[str, Any] = {
        "code": "unknown_type",
        "message": "type 'bars.suscribe' is not known on this socket",
        "retryable": False,
        "details": {},
    }
    parts.message(
        channel,
        "error",
        "Why a request was refused; the socket stays open",
        parts.closed_schema(protocol.SocketError),
        has_id=True,
        example={"payload": refusal},
    )


def _topic(router: WsRouter) -> str:
    return f"{router.name}:example"

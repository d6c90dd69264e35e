"""What the transport relies on in uvicorn and websockets; neither promises it."""

import asyncio
import inspect

import pytest
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.server import ServerProtocol

from trading_api.shared.ws.asgi import AsgiTransport
from trading_api.shared.ws.ending import EndingProtocol
from trading_api.shared.ws.outbox import Transport
from trading_api.shared.ws.transport import WsProtocol

OVERRIDDEN = {
    "__init__": ["config", "server_state", "app_state", "_loop"],
    "connection_made": ["transport"],
    "connection_lost": ["exc"],
    "pause_writing": [],
    "resume_writing": [],
    "shutdown": [],
    "data_received": ["data"],
    "handle_connect": ["event"],
    "handle_events": [],
    "handle_text": ["event"],
    "handle_bytes": ["event"],
    "eof_received": [],
    "handle_cont": ["event"],
    "handle_ping": [],
    "handle_close": ["event"],
    "handle_parser_exception": [],
    "send_receive_event_to_app": [],
    "send": ["message"],
}
CALLED: dict[str, list[str]] = {"stop_keepalive": [], "receive": []}
STATE = {
    "close_sent", "close_timer", "conn", "curr_msg_data_type", "disconnected", "frames",
    "handshake_complete", "handshake_initiated", "loop", "queue", "read_paused",
    "transport", "writable",
}  # fmt: skip
SET_WITH_THE_HANDSHAKE = {"request", "response", "scope"}
OF_THE_PARSER = {
    "available_extensions", "close_sent", "data_to_send", "events", "events_received", "fail",
    "handshake_exc", "max_message_size", "parser_exc", "reject", "send_close", "send_ping",
}  # fmt: skip

OURS = set(vars(WsProtocol)) | set(vars(EndingProtocol))


def a_protocol(kind: type[WebSocketsSansIOProtocol]) -> WebSocketsSansIOProtocol:
    async def app(scope: object, receive: object, send: object) -> None:
        """Never called."""

    config = Config(app, log_config=None, ws_per_message_deflate=True)
    config.load()
    return kind(config, ServerState(), {}, asyncio.new_event_loop())


@pytest.mark.parametrize(("name", "parameters"), [*OVERRIDDEN.items(), *CALLED.items()])
def test_uvicorn_has_the_method(name: str, parameters: list[str]) -> None:
    method = inspect.signature(vars(WebSocketsSansIOProtocol)[name])

    assert list(method.parameters)[1:] == parameters


def test_every_method_that_is_overridden_is_named_here() -> None:
    overridden = OURS & set(vars(WebSocketsSansIOProtocol))

    assert overridden - {"__module__", "__doc__"} == set(OVERRIDDEN)


def test_uvicorn_has_the_state() -> None:
    protocol = a_protocol(WebSocketsSansIOProtocol)
    try:
        assert set(vars(protocol)) >= STATE
        assert vars(protocol)["conn"].__class__ is ServerProtocol
        for name in OF_THE_PARSER:
            assert hasattr(protocol.conn, name)
        source = inspect.getsource(WebSocketsSansIOProtocol.handle_connect)
        for name in SET_WITH_THE_HANDSHAKE:
            assert f"self.{name}" in source
    finally:
        protocol.loop.close()


def test_our_names_are_not_uvicorns() -> None:
    base, ours = a_protocol(WebSocketsSansIOProtocol), a_protocol(WsProtocol)
    try:
        taken = set(vars(base)) | set(dir(WebSocketsSansIOProtocol))
        own = (OURS | set(vars(ours))) - set(OVERRIDDEN)
        assert not {name for name in own - set(vars(base)) if name in taken} - {
            "__module__",
            "__doc__",
        }
    finally:
        base.loop.close()
        ours.loop.close()


def test_compression_is_off_whatever_the_server_is_told() -> None:
    protocol = a_protocol(WsProtocol)
    try:
        assert not protocol.conn.available_extensions
    finally:
        protocol.loop.close()


@pytest.mark.parametrize("kind", [WsProtocol, AsgiTransport])
def test_both_transports_offer_the_same(kind: type) -> None:
    for name, member in vars(Transport).items():
        if not name.startswith("_") and inspect.isfunction(member):
            own = inspect.signature(getattr(kind, name))
            assert own.parameters == inspect.signature(member).parameters
    assert isinstance(kind.sees_control_frames, bool)  # type: ignore[attr-defined]

"""One table of cases over both faces, REST and socket: they give the same answers.

Each face has a server of its own with the same clock and the same ids, so that even the ids and
the instants of the answers are the same.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import msgspec
import pytest

from tests.modules.broker.paper_server import IN_SESSION, PaperServer, order
from trading_api.modules.broker.service import default_account_id
from trading_api.shared.auth import OWNER_ID
from trading_api.testing.server import serve
from trading_api.testing.sockets import SocketClient, open_socket

BASE = "/api/v1"


class Ask(NamedTuple):
    """A request of either face; `{n}` in it stands for the id of the n-th order."""

    kind: str
    body: dict[str, Any]


class Said(NamedTuple):
    """An answer as both faces can tell it."""

    code: str | None
    value: Any


def place(**how: Any) -> Ask:
    return Ask("place", order(**how))


def modify(number: int, **changes: Any) -> Ask:
    return Ask("modify", {"id": f"{{{number}}}", **changes})


def cancel(number: int, **more: Any) -> Ask:
    return Ask("cancel", {"id": f"{{{number}}}", **more})


def cancel_all(**more: Any) -> Ask:
    return Ask("cancel_all", more)


BRACKET: dict[str, Any] = {
    "take_profit": {"limit_price": "10.45"},
    "stop_loss": {"stop_price": "9.85"},
}
OCO: dict[str, Any] = {
    "type": "oco",
    "orders": [{"side": "buy", "type": "stop", "quantity": "1", "stop_price": "11"}],
}
SAME = {"client_order_id": "mine", "quantity": "7"}

CASES: dict[str, Sequence[Ask]] = {
    "market": [place()],
    "limit rests": [place(limit="9", tag="blue")],
    "sum": [Ask("place", {"symbol": "AAPL", "side": "buy", "type": "market", "notional": "55.5"})],
    "sum and quantity": [place(notional="55.5")],
    "sum too small": [
        Ask("place", {"symbol": "AAPL", "side": "buy", "type": "market", "notional": "5"})
    ],
    "stop": [place(type="stop", stop_price="10.10")],
    "stop limit": [place(type="stop_limit", stop_price="10.10", limit_price="10.15")],
    "trailing": [place(type="trailing_stop", trail={"kind": "percent", "value": "1.5"})],
    "touched": [place(type="limit_if_touched", stop_price="9.8", limit_price="9.9")],
    "gtd": [place(limit="9", time_in_force="gtd", expire_at=IN_SESSION + 1000)],
    "gtd in the past": [place(limit="9", time_in_force="gtd", expire_at=1)],
    "extended without such hours": [place(limit="9", session="extended")],
    "extended market order": [place(session="extended")],
    "extended nonsense": [place(limit="9", session="always")],
    "ioc killed": [place(limit="9", time_in_force="ioc")],
    "fok killed": [place(limit="9", time_in_force="fok")],
    "post only": [place(limit="9", post_only=True)],
    "would take": [place(limit="11", post_only=True)],
    "stop would trigger": [place(type="stop", stop_price="9")],
    "nothing to reduce": [place(reduce_only=True)],
    "bracket": [place(**BRACKET), cancel(2), cancel_all()],
    "bracket the wrong way round": [place(side="sell", **BRACKET)],
    "oco": [place(limit="9", group=OCO), cancel(1), cancel(2)],
    "leg wrong": [place(limit="9", quantity="2", group=OCO)],
    "unknown symbol": [place(symbol="NOPE")],
    "unknown member": [place(stop_prise="1")],
    "unknown member inside": [place(group={"type": "oco", "orders": [{"sidee": "buy"}]})],
    "missing member": [Ask("place", {"symbol": "AAPL"})],
    "wrong enumeration": [place(type="stoop")],
    "number": [place(quantity=1)],
    "not a number": [place(quantity="1e5")],
    "trail not a number": [place(type="trailing_stop", trail={"kind": "percent", "value": "x"})],
    "two at fault": [place(limit="0", quantity="1")],
    "lot": [place(quantity="1.5")],
    "range": [place(quantity="0")],
    "tick": [place(limit="9.001")],
    "margin": [place(quantity="900000")],
    "unknown account": [place(account_id="acc-x")],
    "exchange's name": [place(symbol="NASDAQ:AAPL")],
    "same again": [place(**SAME), place(**SAME)],
    "refused again": [
        place(client_order_id="mine", quantity="900000"),
        place(client_order_id="mine", quantity="900000"),
    ],
    "another body": [place(**SAME), place(**{**SAME, "quantity": "8"})],
    "modify": [place(limit="9"), modify(1, quantity="3", limit_price="9.5", version=1)],
    "modify a stop": [place(type="stop", stop_price="11"), modify(1, stop_price="12")],
    "modify into the market": [
        place(type="stop", stop_price="11"),
        modify(1, stop_price="9"),
    ],
    "version": [place(limit="9"), modify(1, quantity="3", version=2)],
    "immutable": [place(limit="9"), modify(1, side="sell")],
    "modify what it has not": [
        place(limit="9"),
        modify(1, trail={"kind": "percent", "value": "1"}),
    ],
    "modify final": [place(), modify(1, quantity="3")],
    "modify unknown": [modify(9, quantity="3")],
    "modify with a number": [place(limit="9"), modify(1, quantity=3)],
    "cancel": [place(limit="9"), cancel(1), cancel(1)],
    "cancel unknown": [cancel(9)],
    "cancel elsewhere": [place(limit="9"), cancel(1, account_id="acc-x")],
    "cancel all": [place(limit="9"), place(limit="8"), cancel_all(), cancel_all()],
    "cancel all of a symbol": [place(limit="9"), cancel_all(symbol="MSFT"), cancel_all(symbol="X")],
}


def filled_in(body: Any) -> Any:
    """The body with the ids of the account's orders."""
    account = default_account_id(OWNER_ID)
    text = msgspec.json.encode(body).decode()
    for number in (1, 2, 9):
        text = text.replace(f"{{{number}}}", f"{account}-o{number}")
    return msgspec.json.decode(text)


async def over_rest(server: PaperServer, asks: Sequence[Ask]) -> list[Said]:
    said: list[Said] = []
    async with server.client() as client:
        for kind, raw in asks:
            body = filled_in(raw)
            order_id = body.pop("id", None) if kind != "place" else None
            path = "/orders" if order_id is None else f"/orders/{order_id}"
            if kind in ("place", "modify"):
                method = "POST" if kind == "place" else "PATCH"
                answer = await client.request(method, path, json=body)
            else:
                answer = await client.request("DELETE", path, params=body)
            said.append(_from_rest(answer.json(), ok=answer.is_success))
    return said


def _from_rest(value: Any, *, ok: bool) -> Said:
    if ok:
        return Said(None, value)
    fields = [each["field"] for each in value.get("errors", [])]
    return Said(value["code"], (value["detail"], fields, value.get("order_id")))


async def over_socket(client: SocketClient, asks: Sequence[Ask]) -> list[Said]:
    said: list[Said] = []
    for kind, body in asks:
        answer = await client.ask(f"orders.{kind}", filled_in(body))
        said.append(_from_socket(answer))
    return said


def _from_socket(answer: Any) -> Said:
    payload = answer["payload"]
    if answer["type"] != "error":
        return Said(None, payload)
    details = payload["details"]
    fields = [each["field"] for each in details.get("errors", [])]
    if "field" in details:
        fields = fields or [details["field"]]
    return Said(payload["code"], (payload["message"], fields, details.get("order_id")))


@asynccontextmanager
async def with_socket(server: PaperServer) -> AsyncIterator[SocketClient]:
    socket = server.module.get_ws_app(BASE)
    server.module.register_ws_endpoint(server.app, BASE)
    socket.setup(server.app)
    async with serve(server.app) as running:
        url = f"{running.ws_url}{BASE}/broker/ws"
        async with open_socket(url, server.context.auth.owner_token) as client:
            yield client


def told(face: Callable[[PaperServer], Awaitable[list[Said]]]) -> list[Said]:
    server = PaperServer()

    async def whole() -> list[Said]:
        async with server.service.running():
            server.quote(size=5)
            return await face(server)

    return asyncio.run(whole())


@pytest.mark.parametrize("name", CASES)
def test_both_faces_give_the_same_answers(name: str) -> None:
    asks = CASES[name]

    async def socket(server: PaperServer) -> list[Said]:
        async with with_socket(server) as client:
            return await over_socket(client, asks)

    rest = told(lambda server: over_rest(server, asks))
    assert told(socket) == rest
    assert len(rest) == len(asks)

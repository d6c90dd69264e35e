"""Journals of released versions: how one is written, and what a server must make of it.

`python -m tests.modules.broker.golden_journal` writes the journal of the present version. Those of
older versions are never written again: they are what users have on their disks.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.modules.broker.paper_server import CLOSE, IN_SESSION, PaperServer, order, run
from trading_api.domain.chain import Chain
from trading_api.domain.ports import Record
from trading_api.modules.broker.upcasters import VERSION
from trading_api.modules.datafeed.sources.synthetic import SHARE
from trading_api.shared.memory import MemoryJournal

FOLDER = Path(__file__).parent / "golden"
DAY_MS = 24 * 3_600_000
NOUNS = ("orders", "executions", "positions")


async def trade(server: PaperServer) -> None:
    """Orders of the plain types, and what ends them."""
    server.quote(10, 10.02, 300)
    async with server.client() as owner, server.client(server.key("robot")) as robot:
        await place(owner, order(quantity="100", client_order_id="market"))
        await place(owner, order(quantity="250", client_order_id="partly", tag="grid"))
        server.quote(10.01, 10.03, 500)
        await place(owner, order("sell", "400", client_order_id="flip"))
        await place(owner, order(quantity="900000", client_order_id="rejected"))
        await place(owner, order(quantity="9000", limit="10.03", time_in_force="fok"))
        await place(owner, order(quantity="700", limit="10.03", time_in_force="ioc"))
        resting = await place(owner, order(quantity="40", limit="9.5"))
        await owner.patch(f"/orders/{resting}", json={"quantity": "60", "limit_price": "9.6"})
        await place(owner, order(quantity="5", limit="9", time_in_force="day"))
        canceled = await place(owner, order("sell", "7", "12"))
        await owner.delete(f"/orders/{canceled}")
        await place(robot, order(quantity="0.5", client_order_id="shape"))
        await place(robot, order(quantity="30", limit="9.99"))
        server.trade(9.98, 20)
        server.quote(9.55, 9.57, 1000)
        await server.clock.advance_to(CLOSE)
        server.quote(9.55, 9.57, status="closed")
        await place(robot, order("sell", "10", client_order_id="held"))
        await place(robot, order(quantity="9", client_order_id="held", tag="again"))
        await server.clock.advance(DAY_MS)
        server.quote(9.7, 9.72, 100)
        await place(robot, order(quantity="8", limit="8", client_order_id="open"))
        await server.settle()


async def trade_conditionally(server: PaperServer) -> None:
    """Stops that trail and trigger, orders that wait for others, and for extended hours."""
    server.quote(9.7, 9.72, 1000)
    async with server.client() as owner, server.client(server.key("robot")) as robot:
        trail = {"kind": "absolute", "value": "0.05"}
        await place(owner, order("sell", "20", type="trailing_stop", trail=trail))
        await place(
            owner, order("buy", "20", type="stop_limit", stop_price="9.8", limit_price="9.9")
        )
        server.quote(9.75, 9.77, 1000)
        server.quote(9.68, 9.7, 1000)
        server.quote(9.83, 9.85, 1000)
        await place(robot, order(notional="500.5", client_order_id="sum", post_only=False))
        exits: Any = {"take_profit": {"limit_price": "10.2"}, "stop_loss": {"stop_price": "9.5"}}
        await place(robot, order(quantity="12", limit="9.85", client_order_id="entry", **exits))
        leg = {"side": "sell", "type": "stop", "quantity": "3", "stop_price": "9.2"}
        group = {"type": "oco", "orders": [leg]}
        await place(robot, order("sell", "3", "10.6", group=group))
        child = {"side": "sell", "type": "limit", "quantity": "4", "limit_price": "10.5"}
        await place(
            robot, order(quantity="4", limit="9.8", group={"type": "oto", "orders": [child]})
        )
        await robot.put("/positions/AAPL/brackets", json={"take_profit": {"limit_price": "10.4"}})
        await place(robot, order("sell", "1000", "10.3", reduce_only=True))
        server.quote(10.21, 10.23, 5)
        server.quote(10.22, 10.24, 1000)
        share = {"symbol": SHARE.symbol, "session": "extended"}
        server.quote(50, 50.02, 100, SHARE.symbol, "pre")
        await place(owner, order(quantity="2", limit="50.05", **share))
        await place(owner, order(quantity="2", limit="49", time_in_force="day", **share))
        await place(owner, order(quantity="2", limit="50.05", symbol=SHARE.symbol))
        await robot.delete("/positions/AAPL?quantity=1", headers={"Idempotency-Key": "part"})
        await owner.post("/positions/AAPL/reverse", headers={"Idempotency-Key": "round"})
        await server.settle()


async def queue(server: PaperServer) -> None:
    """Limits that wait for their place at the price."""
    server.quote(10, 10.02, 300)
    async with server.client(server.key("robot")) as robot:
        await place(robot, order(quantity="10", limit="10"))
        server.trade(10, 305)
        await server.settle()


async def trade_late(server: PaperServer) -> None:
    """Orders, changes and ends that are on their way when the market moves."""
    server.quote(10, 10.02, 300)
    async with server.client(server.key("robot")) as robot:
        first = await place(robot, order(quantity="10", limit="9"))
        await server.clock.advance(100)
        server.quote(10, 10.03, 300)
        await robot.patch(f"/orders/{first}", json={"quantity": "12"})
        await server.clock.advance(100)
        server.quote(10, 10.02, 300)
        late = await place(robot, order(quantity="10", limit="10.01"))
        await server.clock.advance(100)
        server.quote(10, 10.03, 300)
        await robot.patch(f"/orders/{late}", json={"quantity": "6"})
        server.trade(9.99, 7)
        await robot.delete(f"/orders/{first}")
        await server.clock.advance(100)
        server.quote(10, 10.02, 300)
        await server.settle()


async def administer(server: PaperServer) -> None:
    """What happens to accounts themselves: leverage, halts, switches, resets, a stop-out."""
    server.quote(10, 10.02, 100_000)
    async with server.client() as owner, server.client(server.key("robot")) as robot:
        opened = [
            (await owner.post("/accounts", json={"name": name, **terms})).json()["id"]
            for name, terms in (
                ("leveraged", {"balance": "1000", "leverage": "4"}),
                ("hedged", {"mode": "hedging", "fifo": True}),
                ("anew", {"balance": "500", "currency": "EUR"}),
            )
        ]
        leveraged, hedged, anew = opened
        await owner.put("/leverage/AAPL", json={"leverage": "5", "account_id": leveraged})
        await place(owner, order(quantity="400", account_id=leveraged))
        for side in ("buy", "sell", "buy"):
            await place(owner, order(side, "10", account_id=hedged))
        [oldest, *_] = (await owner.get(f"/positions?account_id={hedged}")).json()["items"]
        address = f"/positions/{oldest['id']}"
        exits = {"stop_loss": {"trail": {"kind": "percent", "value": "5"}}}
        await owner.put(f"{address}/brackets?account_id={hedged}", json=exits)
        await owner.delete(f"{address}?quantity=4&account_id={hedged}")
        await owner.post(f"{address}/reverse?account_id={hedged}")
        headers = {"Idempotency-Key": "anew"}
        await owner.post(f"/accounts/{anew}/reset", json={"balance": "700"}, headers=headers)
        server.quote(8, 8.02, 100_000)
        await server.settle()
        [mine] = (await robot.get("/accounts")).json()["items"]
        await place(robot, order(quantity="1", limit="5"))
        await robot.post(f"/accounts/{mine['id']}/deadman", json={"seconds": 60})
        await server.clock.advance(61_000)
        await robot.post(f"/accounts/{mine['id']}/halt", json={"reducing": True})
        await robot.post(f"/accounts/{mine['id']}/halt", json={"flatten": True})
        await robot.post(f"/accounts/{mine['id']}/resume")
        await server.settle()


Life = tuple[Callable[[PaperServer], Awaitable[None]], dict[str, Any]]
LIVES: Sequence[Life] = (
    (trade, {"fee_bps": 3}),
    (trade_conditionally, {}),
    (queue, {"limit_fill": "queue"}),
    (trade_late, {"latency_ms": 50}),
    (administer, {"slippage": {"model": "ticks", "ticks": 1}}),
)
"""Everything that can happen to an account, at least once; a server for each set of options."""


def golden_server(journal: MemoryJournal, now: int, **options: Any) -> PaperServer:
    """A server that knows a share with extended hours."""
    server = PaperServer(journal, now=now, **options)
    server.context.catalogue.save([SHARE])
    return server


async def place(client: httpx.AsyncClient, body: Any) -> str:
    """Place an order; its id, or none where it was refused."""
    answer = await client.post("/orders", json=body)
    assert answer.status_code in (201, 409, 422), answer.text
    return str(answer.json().get("id", ""))


async def seen(server: PaperServer) -> dict[str, Any]:
    """What the durable state of every account looks like from outside, without a market."""
    views: dict[str, Any] = {}
    for name, token in (("owner", ""), ("robot", server.key("robot"))):
        async with server.client(token) as client:
            views[name] = {noun: await items(client, noun) for noun in ("accounts", *NOUNS)}
            views[name]["of_each_account"] = {
                each["id"]: {noun: await items(client, noun, each["id"]) for noun in NOUNS}
                for each in views[name]["accounts"]
            }
    return views


async def items(client: httpx.AsyncClient, noun: str, account_id: str | None = None) -> list[Any]:
    """All that is listed of a noun, of the caller's first account unless another is named."""
    where = "" if account_id is None else f"&account_id={account_id}"
    found: list[Any] = (await client.get(f"/{noun}?limit=1000{where}")).json()["items"]
    return found


def read_golden(version: int) -> tuple[list[Record], int, Any]:
    """The records of a version's journal, the instant after them, and what must be seen."""
    document = json.loads((FOLDER / f"version_{version}.json").read_text())
    chains: dict[str, Chain] = {}
    records = []
    for row in document["records"]:
        chain = chains.setdefault(row["stream"], Chain(row["stream"]))
        record = chain.add(row["time"], row["data"].encode())
        assert record.seq == row["seq"]
        assert row.get("hash", record.hash.hex()) == record.hash.hex(), "version 1 had no hashes"
        records.append(record)
    return records, document["now"], document["seen"]


def write_golden() -> Path:
    """Write the journal of the present version."""
    journal, now = MemoryJournal(), IN_SESSION
    for play, options in LIVES:
        server = golden_server(journal, now, **options)
        run(play, server)
        now = server.clock.now_ms()
    views = run(seen, golden_server(journal, now))

    async def all_records() -> list[Record]:
        return [record async for record in journal.read()]

    rows = [
        {
            "stream": each.stream,
            "seq": each.seq,
            "time": each.time,
            "data": each.data.decode(),
            "hash": each.hash.hex(),
        }
        for each in asyncio.run(all_records())
    ]
    path = FOLDER / f"version_{VERSION}.json"
    path.write_text(json.dumps({"now": now, "records": rows, "seen": views}, indent=1) + "\n")
    return path


if __name__ == "__main__":
    print(write_golden())  # noqa: T201 - a command

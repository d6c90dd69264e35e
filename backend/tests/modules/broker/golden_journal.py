"""Journals of released versions: how one is written, and what a server must make of it.

`python -m tests.modules.broker.golden_journal` writes the journal of the present version. Those of
older versions are never written again: they are what users have on their disks.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx

from tests.modules.broker.paper_server import CLOSE, PaperServer, order, run
from trading_api.domain.chain import Chain
from trading_api.domain.ports import Record
from trading_api.modules.broker.upcasters import VERSION
from trading_api.shared.memory import MemoryJournal

FOLDER = Path(__file__).parent / "golden"
DAY_MS = 24 * 3_600_000


async def play(server: PaperServer) -> None:
    """Everything that can happen to an account, at least once."""
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
            views[name] = {
                noun: (await client.get(f"/{noun}?limit=1000")).json()["items"]
                for noun in ("accounts", "orders", "executions", "positions")
            }
    return views


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
    journal = MemoryJournal()
    played = PaperServer(journal, fee_bps=3)
    run(play, played)
    now = played.clock.now_ms()
    views = run(seen, PaperServer(journal, now=now))

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

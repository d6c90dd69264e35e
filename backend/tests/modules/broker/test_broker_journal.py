"""Nobody hears of what is not durable; what is durable is there again after a restart."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.paper_desk import encoded
from tests.modules.broker.paper_server import PaperServer, order, run
from trading_api.domain.accounts import AccountState
from trading_api.domain.chain import Chain
from trading_api.domain.errors import JournalCorrupt, JournalError
from trading_api.domain.ports import Record
from trading_api.modules.broker.service import default_account_id
from trading_api.shared.auth import OWNER_ID
from trading_api.shared.memory import MemoryJournal
from trading_api.testing.suites.journal import damaged

ACCOUNT = default_account_id(OWNER_ID)


class GatedJournal(MemoryJournal):
    """A double of the port `Journal`: it commits when a test lets it, or fails."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: JournalError | None = None

    async def append(self, records: Sequence[Record]) -> None:
        self.batches.append(len(records))
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        await super().append(records)


async def post(client: httpx.AsyncClient, body: Any) -> httpx.Response:
    return await client.post("/orders", json=body)


def state_of(server: PaperServer) -> AccountState:
    cell = server.service.engine.cell(ACCOUNT)
    assert cell is not None
    assert cell.committed is not None
    return cell.committed


def gated(scenario: Any) -> None:
    async def whole() -> None:
        journal = GatedJournal()
        server = PaperServer(journal)
        async with server.service.running():
            server.quote()
            async with server.client() as client:
                await client.get("/accounts")
                await server.settle()
                server.told.clear()
                await scenario(server, journal, client)
                journal.gate.set()

    asyncio.run(whole())


def test_an_order_is_answered_and_told_after_it_is_durable() -> None:
    async def scenario(
        server: PaperServer, journal: GatedJournal, client: httpx.AsyncClient
    ) -> None:
        journal.gate.clear()
        placing = asyncio.create_task(post(client, order(quantity="10")))
        await server.settle()
        assert not placing.done()
        assert [m for m in server.told if m.topic != "connection"] == []
        for path in ("/orders", "/positions", "/executions"):
            assert (await client.get(path)).json()["items"] == []
        journal.gate.set()
        assert (await placing).json()["status"] == "filled"
        assert len(server.values("executions")) == 1
        assert len((await client.get("/positions")).json()["items"]) == 1

    gated(scenario)


def test_what_arrives_during_a_commit_shares_the_next_one() -> None:
    async def scenario(
        server: PaperServer, journal: GatedJournal, client: httpx.AsyncClient
    ) -> None:
        journal.gate.clear()
        journal.batches.clear()
        first = asyncio.create_task(post(client, order()))
        await server.settle()
        others = [asyncio.create_task(post(client, order())) for _ in range(10)]
        await server.settle()
        assert journal.batches == [1]
        journal.gate.set()
        answers = await asyncio.gather(first, *others)
        assert journal.batches == [1, 10]
        assert [answer.json()["filled_quantity"] for answer in answers] == ["1"] * 11
        assert len({answer.json()["id"] for answer in answers}) == 11

    gated(scenario)


def test_the_working_state_does_not_wait_for_the_commit() -> None:
    async def scenario(
        server: PaperServer, journal: GatedJournal, client: httpx.AsyncClient
    ) -> None:
        journal.gate.clear()
        spend = order(quantity="9000", client_order_id="a")
        first = asyncio.create_task(post(client, spend))
        second = asyncio.create_task(post(client, order(quantity="9000")))
        twin = asyncio.create_task(post(client, spend))
        other = asyncio.create_task(post(client, order(quantity="1", client_order_id="a")))
        await server.settle()
        tasks = (first, second, twin, other)
        assert [task.done() for task in tasks] == [False] * 4
        journal.gate.set()
        answers = [await task for task in tasks]
        assert [answer.status_code for answer in answers] == [201, 422, 201, 409]
        assert answers[1].json()["code"] == "insufficient_margin"
        assert answers[2].content == answers[0].content
        assert answers[2].headers["Idempotent-Replayed"] == "true"

    gated(scenario)


def test_a_refusal_that_rests_on_what_is_not_durable_waits_for_it() -> None:
    async def scenario(
        server: PaperServer, journal: GatedJournal, client: httpx.AsyncClient
    ) -> None:
        resting = (await post(client, order(limit="9"))).json()["id"]
        journal.gate.clear()
        server.quote(8, 8.02)
        canceling = asyncio.create_task(client.delete(f"/orders/{resting}"))
        await server.settle()
        assert not canceling.done()
        assert (await client.get(f"/orders/{resting}")).json()["status"] == "working"
        journal.gate.set()
        answer = await canceling
        assert (answer.status_code, answer.json()["code"]) == (409, "order_final")
        assert (await client.get(f"/orders/{resting}")).json()["status"] == "filled"

    gated(scenario)


def test_after_a_failed_commit_nobody_is_told_and_everything_is_refused() -> None:
    async def scenario(
        server: PaperServer, journal: GatedJournal, client: httpx.AsyncClient
    ) -> None:
        failures: list[BaseException] = []
        server.context.on_failure(failures.append)
        durable = encoded(state_of(server))
        await server.settle()
        journal.gate.clear()
        journal.error = JournalError("the disk is full")
        placing = [asyncio.create_task(post(client, order())) for _ in range(3)]
        await server.settle()
        journal.gate.set()
        answers = [*await asyncio.gather(*placing), await post(client, order())]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
            (503, "unavailable")
        }
        server.quote(9, 9.02)
        await server.settle()
        assert [m.topic for m in server.told] == ["connection"]
        assert server.values("connection")[-1].journal == "failing"
        assert server.service.health().status == "degraded"
        assert failures == [journal.error]
        assert server.context.failure is journal.error
        assert encoded(state_of(server)) == durable

    gated(scenario)


def test_a_journal_that_breaks_in_another_way_stops_the_broker_too() -> None:
    class TornJournal(GatedJournal):
        async def append(self, records: Sequence[Record]) -> None:
            raise OSError("torn")

    async def scenario(server: PaperServer) -> None:
        async with server.client() as client:
            first = await client.get("/accounts")
            again = await client.get("/accounts")
        await server.settle()
        assert (first.status_code, again.status_code) == (503, 503)
        assert isinstance(server.context.failure, OSError)

    run(scenario, PaperServer(TornJournal()))


def test_stopping_commits_what_was_decided() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            await post(client, order(limit="9"))
        server.quote(8, 8.02)

    server = PaperServer()
    run(scenario, server)
    assert server.values("orders")[-1].status == "filled"
    again = PaperServer(server.context.journal)

    async def look(server: PaperServer) -> bytes:
        return encoded(state_of(server))

    assert run(look, again) == encoded(state_of(server))


def test_a_restart_remembers_the_first_answers() -> None:
    journal = MemoryJournal()
    good = order(quantity="10", client_order_id="good")
    bad = order(quantity="900000", client_order_id="bad")

    async def place(server: PaperServer) -> list[httpx.Response]:
        server.quote(size=4)
        async with server.client() as client:
            answers = [await post(client, good), await post(client, bad)]
            server.quote(9, 9.02)
            return answers

    first = run(place, PaperServer(journal))
    again = run(place, PaperServer(journal))
    assert again[0].content == first[0].content
    assert again[0].headers["Idempotent-Replayed"] == "true"
    assert again[1].json()["order_id"] == first[1].json()["order_id"]


def test_a_second_life_of_the_same_service_reads_the_journal_again() -> None:
    server = PaperServer()

    async def place(server: PaperServer) -> int:
        server.quote()
        async with server.client() as client:
            await post(client, order())
            return len((await client.get("/orders")).json()["items"])

    assert [run(place, server), run(place, server)] == [1, 2]


def test_records_of_others_are_left_alone() -> None:
    journal = MemoryJournal()
    asyncio.run(journal.append([Chain("keys").add(0, b"not ours")]))

    async def nothing(server: PaperServer) -> None:
        assert server.service.engine.cell(ACCOUNT) is None

    run(nothing, PaperServer(journal))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"{", "is not an entry", id="torn"),
        pytest.param(b'{"version":1,"market_seq":null,"events":[{"type":"Nonsense"}]}', "entry"),
        pytest.param(b'{"version":99,"market_seq":null,"events":[]}', "newer server", id="newer"),
    ],
)
def test_a_damaged_journal_stops_the_start(data: bytes, message: str) -> None:
    journal = MemoryJournal()
    asyncio.run(journal.append([Chain(ACCOUNT).add(0, data)]))

    async def nothing(server: PaperServer) -> None:
        raise AssertionError("it has started")

    with pytest.raises(JournalCorrupt, match=message):
        run(nothing, PaperServer(journal))


def test_a_record_that_does_not_fit_stops_the_start_and_is_named() -> None:
    journal = MemoryJournal()

    async def place(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            assert (await post(client, order())).status_code == 201

    run(place, PaperServer(journal))

    async def append_the_fill_again() -> None:
        records = [record async for record in journal.read()]
        _, filled = (msgspec.json.decode(record.data) for record in records)
        again = {**filled, "events": [e for e in filled["events"] if e["type"] == "OrderFilled"]}
        chain = Chain(ACCOUNT, 2, records[-1].hash)
        await journal.append([chain.add(0, msgspec.json.encode(again))])

    asyncio.run(append_the_fill_again())
    with pytest.raises(JournalCorrupt, match=f"record 3 of account {ACCOUNT} .*is filled"):
        run(place, PaperServer(journal))


def three_orders() -> list[Record]:
    """The journal of an account with three orders: four records."""
    journal = MemoryJournal()

    async def place(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            for _ in range(3):
                assert (await post(client, order())).status_code == 201

    run(place, PaperServer(journal))
    return records_of(journal)


def records_of(journal: MemoryJournal) -> list[Record]:
    async def read() -> list[Record]:
        return [record async for record in journal.read()]

    return asyncio.run(read())


async def orders_seen(server: PaperServer) -> int:
    async with server.client() as client:
        return len((await client.get("/orders")).json()["items"])


def without_the_second(records: list[Record]) -> list[Record]:
    return [record for record in records if record.seq != 2]


def with_the_second_changed(records: list[Record]) -> list[Record]:
    return [damaged(record) if record.seq == 2 else record for record in records]


def with_the_second_forged(records: list[Record]) -> list[Record]:
    """Somebody who knows the rule changes a record and its hash, but not all that follow."""
    chain = Chain(ACCOUNT, 1, records[0].hash)
    return [records[0], chain.add(records[1].time, records[1].data + b" "), *records[2:]]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without_the_second, "record 3 of acc-.* does not follow 1"),
        (with_the_second_changed, "record 2 of acc-.* does not fit its hash"),
        (with_the_second_forged, "record 3 of acc-.* does not fit its hash"),
    ],
)
def test_damage_in_the_middle_stops_the_start_with_its_place(
    damage: Callable[[list[Record]], list[Record]], message: str
) -> None:
    with pytest.raises(JournalCorrupt, match=message):
        run(orders_seen, PaperServer(MemoryJournal(damage(three_orders()))))


def test_a_torn_tail_is_cut_and_said(caplog: pytest.LogCaptureFixture) -> None:
    *whole, last = three_orders()
    journal = MemoryJournal([*whole, damaged(last)])
    assert run(orders_seen, PaperServer(journal)) == 2
    assert [record.getMessage() for record in caplog.records] == [
        f"record 4 of {ACCOUNT}, {len(last.data)} bytes, was not written whole and is cut off"
    ]
    assert records_of(journal) == whole


def test_the_same_inputs_give_the_same_journal_by_hash() -> None:
    first, again = three_orders(), three_orders()
    assert first[-1].hash == again[-1].hash
    assert first == again


walks = st.lists(
    st.one_of(
        st.tuples(
            st.just("place"),
            st.sampled_from(["buy", "sell"]),
            st.integers(1, 30),
            st.sampled_from([None, "9.98", "10", "10.05"]),
            st.sampled_from(["gtc", "day", "ioc", "fok"]),
        ),
        st.tuples(
            st.just("quote"),
            st.integers(990, 1010),
            st.sampled_from([None, 5, 50]),
            st.sampled_from(["open", "open", "closed"]),
        ),
        st.tuples(st.just("trade"), st.integers(990, 1010), st.integers(1, 20)),
        st.tuples(st.just("wait"), st.sampled_from([1, 70_000, 4_000_000])),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(walks)
def test_a_restart_gives_the_same_state_and_the_same_stream(
    actions: list[tuple[Any, ...]],
) -> None:
    server = PaperServer(fee_bps=3)

    async def scenario(server: PaperServer) -> None:
        async with server.client() as client:
            await client.get("/accounts")
            for action in actions:
                match action:
                    case ("place", side, lots, limit, tif):
                        await post(client, order(side, str(lots), limit, time_in_force=tif))
                    case ("quote", cents, size, status):
                        server.quote(cents / 100, cents / 100 + 0.02, size, status=status)
                    case ("trade", cents, lots):
                        server.trade(cents / 100, lots)
                    case ("wait", milliseconds):
                        await server.clock.advance(milliseconds)

    run(scenario, server)
    again = PaperServer(server.context.journal, now=server.clock.now_ms())
    expected = encoded(state_of(server))

    async def look(server: PaperServer) -> bytes:
        return encoded(state_of(server))

    assert run(look, again) == expected
    for route in ("orders", "executions"):
        seqs = [m.seq for m in server.told if m.topic == f"{route}:{ACCOUNT}"]
        assert seqs == list(range(1, len(seqs) + 1))

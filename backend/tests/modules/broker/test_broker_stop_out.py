"""Quotes stop accounts out: which are looked at, when, and after a restart."""

from decimal import Decimal

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.broker.paper_server import PaperServer, order, run
from trading_api.domain import stop_out
from trading_api.domain.accounts import AccountState
from trading_api.domain.ids import AccountId
from trading_api.domain.money import exact
from trading_api.domain.valuation import worth
from trading_api.modules.broker.margin_watch import MarginWatch
from trading_api.modules.broker.service import default_account_id
from trading_api.shared.auth import OWNER_ID
from trading_api.shared.memory import MemoryJournal

OWN = default_account_id(OWNER_ID)


async def leveraged(server: PaperServer, client: httpx.AsyncClient) -> str:
    server.quote(30.0, 30.0)
    body = {"name": "four", "balance": "10000", "leverage": "4"}
    account_id = str((await client.post("/accounts", json=body)).json()["id"])
    placed = await client.post("/orders", json=order(quantity="1200", account_id=account_id))
    assert placed.status_code == 201
    return account_id


def test_the_quote_that_is_too_much_closes_the_position() -> None:
    async def scenario(server: PaperServer) -> None:
        async with server.client() as client:
            account_id = await leveraged(server, client)
            for price in (29.0, 26.0, 24.77):
                server.quote(price, price)
            path = f"/accounts/{account_id}"
            await server.settle()
            warned = (await client.get(path)).json()
            assert warned["flags"] == ["margin_warning"]
            server.quote(24.7, 24.7)
            await server.settle()
            account = (await client.get(path)).json()
            assert (account["margin_used"], account["balance"]) == ("0", "3640")
            assert account["flags"] == ["stopped_out"]
            orders = (await client.get(f"/orders?account_id={account_id}")).json()["items"]
            assert orders[0]["status_reason"]["code"] == "stop_out"
            assert server.values("equity")[-1].flags == ("stopped_out",)

    run(scenario)


def test_a_subscriber_hears_of_the_warning_and_of_what_the_stop_out_does() -> None:
    async def scenario(server: PaperServer) -> None:
        async with server.client() as client:
            account_id = await leveraged(server, client)
            resting = order(limit="20", account_id=account_id)
            await client.post("/orders", json=resting)
        heard = len(server.values("orders"))
        warned = ("margin_warning",)
        for price, flags in ((24.77, warned), (30.0, ()), (24.77, warned)):
            server.quote(price, price)
            await server.clock.advance(250)
            assert server.values("equity")[-1].flags == flags
        server.quote(24.7, 24.7)
        await server.settle()
        told = [
            (each.kind, each.status, each.status_reason.code)
            for each in server.values("orders")[heard:]
        ]
        assert told == [
            ("limit", "canceled", "stop_out"),
            ("market", "working", "stop_out"),
            ("market", "filled", "stop_out"),
        ]
        assert server.values("equity")[-1].flags == ("stopped_out",)

    run(scenario)


def test_what_fell_while_the_server_was_away_is_stopped_out_by_the_next_quote() -> None:
    journal = MemoryJournal()
    first = PaperServer(journal)

    async def before(server: PaperServer) -> str:
        async with server.client() as client:
            return await leveraged(server, client)

    account_id = run(before, first)

    async def after(server: PaperServer) -> None:
        server.quote(20.0, 20.0)
        await server.settle()
        async with server.client() as client:
            account = (await client.get(f"/accounts/{account_id}")).json()
            assert (account["margin_used"], account["balance"]) == ("0", "-2000")

    run(after, PaperServer(journal, first.clock.now_ms() + 1000))


def test_a_quote_within_the_band_values_nobody() -> None:
    async def scenario(server: PaperServer) -> None:
        async with server.client() as client:
            account_id = AccountId(await leveraged(server, client))
        looked: list[AccountId] = []

        def state_of(wanted: AccountId) -> AccountState | None:
            looked.append(wanted)
            cell = server.service.engine.cell(wanted)
            return None if cell is None else cell.working

        watch = MarginWatch(server.service.market, state_of, looked.append)
        watch.changed(account_id)
        watch.quote_changed("AAPL", 30.0, 30.0)
        assert looked == [account_id]
        for cents in range(2999, 2480, -7):
            watch.quote_changed("AAPL", cents / 100, cents / 100)
            watch.quote_changed("MSFT", 1.0, 1.0)
        assert looked == [account_id]
        watch.quote_changed("AAPL", 24.76, 24.76)
        assert len(looked) == 2

    run(scenario)


moves = st.lists(
    st.tuples(st.sampled_from(["AAPL", "MSFT"]), st.integers(800, 1600)), min_size=1, max_size=30
)
positions = st.tuples(
    st.sampled_from(["buy", "sell"]), st.integers(1, 300), st.sampled_from(["buy", "sell"])
)


@settings(max_examples=40, deadline=None)
@given(positions, st.integers(1, 200), moves)
def test_no_account_stands_below_its_level_after_a_quote(
    held: tuple[str, int, str], other: int, prices: list[tuple[str, int]]
) -> None:
    async def scenario(server: PaperServer) -> None:
        for symbol in ("AAPL", "MSFT"):
            server.quote(10.0, 10.0, symbol=symbol)
        async with server.client() as client:
            body = {"name": "x", "balance": "1500", "leverage": "5"}
            account_id = (await client.post("/accounts", json=body)).json()["id"]
            side, size, other_side = held
            for symbol, direction, quantity in (
                ("AAPL", side, size),
                ("MSFT", other_side, other),
            ):
                wanted = order(direction, str(quantity), symbol=symbol, account_id=account_id)
                await client.post("/orders", json=wanted)
            for symbol, cents in prices:
                server.quote(cents / 100, cents / 100, symbol=symbol)
                cell = server.service.engine.cell(account_id)
                assert cell is not None
                assert cell.working is not None
                found = exact(worth)(cell.working, server.service.market)
                assert not stop_out.is_due(found, server.service.market)
                assert found.used == 0 or found.equity > found.used * Decimal("0.5")

    run(scenario)

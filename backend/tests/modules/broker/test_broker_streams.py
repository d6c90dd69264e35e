"""What the broker publishes, and what its channels read, replay and admit."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.modules.broker.paper_server import IN_SESSION, PaperServer, order, run
from trading_api.domain.account_view import Account
from trading_api.domain.commands import CancelAllOrders, PlaceOrder
from trading_api.domain.errors import TradingError
from trading_api.domain.orders import Execution, Order
from trading_api.domain.positions import Position
from trading_api.domain.rules import BasisPointFee, TickSlippage
from trading_api.modules.broker.cells import RECENT_ORDERS
from trading_api.modules.broker.service import default_account_id
from trading_api.modules.broker.ws import AccountParameters, NoParameters
from trading_api.shared.auth import OWNER, OWNER_ID, Principal
from trading_api.shared.schema import components
from trading_api.shared.ws.router import Snapshot, WsRouter

ACCOUNT = default_account_id(OWNER_ID)
BUY = PlaceOrder(symbol="AAPL", side="buy", kind="market", quantity=Decimal(1))


def channel(server: PaperServer, name: str) -> WsRouter:
    return next(each for each in server.module.get_ws_routers() if each.name == name)


def read(server: PaperServer, name: str) -> Snapshot:
    return channel(server, name).read(name if name == "connection" else f"{name}:{ACCOUNT}")


async def place(server: PaperServer, body: Any, token: str = "") -> Any:
    async with server.client(token) as client:
        return (await client.post("/orders", json=body)).json()


def numbers(server: PaperServer, route: str) -> list[int]:
    return [m.seq for m in server.told if m.topic == f"{route}:{ACCOUNT}"]


def test_a_fill_is_told_on_all_four_topics_in_order() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        await place(server, order(quantity="10"))
        routes = [m.topic for m in server.told if m.topic.endswith(ACCOUNT)]
        names = ("orders", "executions", "orders", "positions", "equity")
        assert routes == [f"{name}:{ACCOUNT}" for name in names]
        accepted, filled = server.values("orders")
        assert [accepted.status, filled.status] == ["working", "filled"]
        assert server.values("executions")[0].quantity == 10
        assert server.values("positions")[0].unrealized_pnl == Decimal("-0.2")

    run(scenario)


def test_a_flip_is_told_as_two_positions_the_first_of_them_closed() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        await place(server, order(quantity="10"))
        await place(server, order("sell", quantity="15"))
        closed, opened = server.values("positions")[1:]
        assert [closed.quantity, closed.side, opened.quantity, opened.side] == [
            0,
            "long",
            5,
            "short",
        ]
        assert closed.id == opened.id == "AAPL"

    run(scenario)


def test_orders_and_executions_are_numbered_without_a_hole_over_a_restart() -> None:
    server = PaperServer()

    async def trade(server: PaperServer) -> tuple[str, int]:
        server.quote()
        for _ in range(3):
            await place(server, order(quantity="2"))
        await place(server, order(quantity="2", limit="9"))
        snapshot = read(server, "orders")
        return snapshot.epoch, snapshot.seq

    first = run(trade, server)
    again = PaperServer(server.context.journal)
    second = run(trade, again)
    assert second[0] == first[0]
    assert numbers(server, "orders") + numbers(again, "orders") == list(range(1, second[1] + 1))
    executions = numbers(server, "executions") + numbers(again, "executions")
    assert executions == list(range(1, 7))


def test_a_snapshot_is_the_state_at_its_number() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        for _ in range(60):
            await place(server, order())
        resting = await place(server, order(limit="9"))
        orders, executions = read(server, "orders"), read(server, "executions")
        positions, equity = read(server, "positions"), read(server, "equity")
        assert [each.id for each in orders.value] == [resting["id"]]
        assert orders.seq == numbers(server, "orders")[-1]
        assert len(executions.value) == 50
        assert [executions.value[-1].id, executions.seq] == [f"{ACCOUNT}-x60", 60]
        assert [each.quantity for each in positions.value] == [60]
        assert positions.seq == numbers(server, "positions")[-1]
        assert equity.value.margin_reserved == 9
        assert equity.epoch == positions.epoch == server.context.epoch != orders.epoch

    run(scenario)


def test_what_was_told_is_told_again_from_the_journal() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote(size=5)
        for number in range(6):
            await place(server, order(quantity="3"))
            server.quote(10 + number / 100, 10.02 + number / 100, size=5)
        await server.settle()
        for route in ("orders", "executions"):
            router = channel(server, route)
            name, epoch = f"{route}:{ACCOUNT}", read(server, route).epoch
            assert router.replay is not None
            told = [(m.seq, m.value) for m in server.told if m.topic == name]
            assert len(told) > 6
            found = await router.replay(name, epoch, 2, 5)
            assert found == told[2:5]
            assert await router.replay(name, epoch, 0, len(told)) == told
            assert await router.replay(name, "another", 0, 5) is None

    run(scenario)


@pytest.mark.parametrize("snapshot_every", [100, 1_000_000])
def test_what_is_long_past_is_read_from_the_journal(snapshot_every: int) -> None:
    server = PaperServer(snapshot_every=snapshot_every)

    async def trade(server: PaperServer) -> None:
        server.quote()
        for _ in range(RECENT_ORDERS // 2 + 50):
            await server.service.submit(OWNER, BUY)

    run(trade, server)

    async def resume(server: PaperServer) -> None:
        router = channel(server, "orders")
        assert router.replay is not None
        told = [(m.seq, m.value) for m in first.told if m.topic == f"orders:{ACCOUNT}"]
        epoch = read(server, "orders").epoch
        for after, until in ((0, len(told)), (5, 250), (len(told) - 10, len(told))):
            found = await router.replay(f"orders:{ACCOUNT}", epoch, after, until)
            assert found == told[after:until]

    first = server
    run(resume, PaperServer(server.context.journal))


def test_equity_follows_the_marks_at_most_four_times_a_second() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        await place(server, order(quantity="10"))
        await server.clock.advance(1000)
        server.told.clear()
        for number in range(100):
            server.quote(10 + number / 100, 10.02 + number / 100)
            await server.clock.advance(10)
        equity = server.values("equity")
        assert 4 <= len(equity) <= 5
        assert len(server.values("positions")) == len(equity)
        assert equity[-1].unrealized_pnl > equity[0].unrealized_pnl
        await server.clock.advance(1000)
        quiet = len(server.told)
        await server.clock.advance(5000)
        assert len(server.told) == quiet

    run(scenario)


def test_a_resting_order_shows_in_the_equity() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        await place(server, order(limit="9", quantity="100"))
        await server.clock.advance(250)
        assert server.values("equity")[-1].margin_reserved == 900

    run(scenario)


def test_a_channel_is_the_callers_own_unless_another_is_named() -> None:
    async def scenario(server: PaperServer) -> None:
        ann = server.context.auth.principal_of(server.key("ann"))
        bob = server.context.auth.principal_of(server.key("bob"))
        [mine] = channel(server, "orders").topics(ann, AccountParameters())
        account_id = mine.partition(":")[2]
        named = AccountParameters(account_id)
        assert channel(server, "equity").topics(ann, named) == [f"equity:{account_id}"]
        for name in ("orders", "executions", "positions", "equity"):
            with pytest.raises(TradingError) as caught:
                channel(server, name).topics(bob, named)
            assert caught.value.code == "unknown_account"
        assert channel(server, "connection").topics(bob, NoParameters()) == ["connection"]

    run(scenario)


def test_an_account_that_a_subscription_opens_begins_at_once() -> None:
    async def scenario(server: PaperServer) -> None:
        names = ("orders", "executions", "positions", "equity")
        for name in names:
            channel(server, name).topics(OWNER, AccountParameters())
        snapshots = [read(server, name) for name in names]
        assert [each.seq for each in snapshots] == [0, 0, 0, 0]
        assert [each.value for each in snapshots[:3]] == [[], [], []]
        assert snapshots[3].value.balance == 100_000
        assert server.told == []
        await server.settle()
        assert [m.seq for m in server.told] == [1]
        assert server.values("equity") == [snapshots[3].value]

    run(scenario)


def test_the_connection_says_whether_the_market_lives() -> None:
    async def scenario(server: PaperServer) -> None:
        await server.settle()
        assert read(server, "connection").value.market_data == "absent"
        assert server.service.health().status == "degraded"
        server.quote()
        await server.clock.advance(59_000)
        server.trade(10, 1)
        assert server.service.health().status == "ok"
        await server.clock.advance(70_000)
        assert server.service.health().detail == "market data is silent"
        server.quote()
        states = [each.market_data for each in server.values("connection")]
        assert states == ["live", "stale", "live"]
        assert read(server, "connection").seq == 3

    run(scenario)


def test_a_closed_market_is_not_a_silent_one() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote(status="closed")
        await server.clock.advance(500_000)
        assert read(server, "connection").value.market_data == "live"

    run(scenario)


def test_every_update_is_of_the_type_that_the_channel_declares() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        await place(server, order())
        types: dict[str, type] = {
            "orders": Order,
            "executions": Execution,
            "positions": Position,
            "equity": Account,
        }
        for route, declared in types.items():
            assert channel(server, route).update is declared
            assert {type(value) for value in server.values(route)} == {declared}

    run(scenario)


def test_schemas_of_all_that_is_told_can_be_made() -> None:
    routers: Sequence[WsRouter] = PaperServer().module.get_ws_routers()
    named = components([each.update for each in routers] + [each.snapshot for each in routers])
    assert {"Order", "Execution", "Position", "Account", "Connection"} <= set(named)


def test_options_of_the_module() -> None:
    [fee] = PaperServer(fee_bps="2.5").service.market.rules.fees
    assert fee == BasisPointFee(maker=Decimal("2.5"), taker=Decimal("2.5"))
    with pytest.raises(ValueError, match="fee_bps"):
        PaperServer(fee_bps=-1)
    with pytest.raises(ValueError, match=r"liquidity"):
        PaperServer(liquidity="run")
    with pytest.raises(ValueError, match=r"amount -1 is not .* `\$.fees\[0\]`"):
        PaperServer(fees=[{"model": "flat", "amount": "-1"}])
    with pytest.raises(ValueError, match="unknown field `tick`"):
        PaperServer(slippage={"model": "ticks", "tick": 1})
    rules = PaperServer(slippage={"model": "ticks", "ticks": 2}, seed=7).service.market.rules
    assert (rules.slippage, rules.seed) == (TickSlippage(ticks=2), 7)


def test_a_principal_without_the_scope_cannot_submit() -> None:
    async def scenario(server: PaperServer) -> None:
        reader = Principal(id=OWNER_ID, scopes=frozenset({"account:read"}))
        with pytest.raises(TradingError) as caught:
            await server.service.submit(reader, CancelAllOrders())
        assert caught.value.code == "forbidden"

    run(scenario)


def test_nothing_is_left_running() -> None:
    async def scenario() -> None:
        server = PaperServer(now=IN_SESSION)
        async with server.service.running():
            server.quote()
            await place(server, order())
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert others == set()

    asyncio.run(scenario())

"""Any sequence of orders, market events, hours and crashes: the broker does what a naive one does.

After every step all that is seen through REST is compared with the model, and what has to hold of
any account is checked on its own.
"""

import asyncio
from collections.abc import Coroutine
from fractions import Fraction
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.domain.paper_desk import encoded
from tests.modules.broker.naive_model import OPEN, NaiveAccount
from tests.modules.broker.paper_server import CLOSE, IN_SESSION, PaperServer
from tests.modules.broker.test_broker_journal import ACCOUNT, state_of
from trading_api.shared.memory import MemoryJournal

T = TypeVar("T")
DAY_MS = 86_400_000
FEE_BPS = 3
LAST_CLOSE = CLOSE + 3 * DAY_MS
FINAL = ("filled", "canceled", "expired", "rejected")
# a figure that is rounded to 12 places at every close
CLOSE_ENOUGH = Fraction(1, 10**9)

sides = st.sampled_from(["buy", "sell"])
lots = st.integers(1, 30)
cents = st.integers(992, 1008)
sizes = st.sampled_from([None, 0, 5, 20, 100])
lives = st.sampled_from(["gtc", "day"])
picks = st.integers(0, 10_000)
quotes = st.tuples(cents, st.integers(1, 3), sizes, sizes)


def price_of(cents: int | None) -> Fraction | None:
    return None if cents is None else Fraction(cents, 100)


def text_of(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}".rstrip("0").rstrip(".")


class Life:
    """One life of a server, from its start to its end, in a task of its own."""

    def __init__(self, journal: MemoryJournal, now: int, seqs: dict[str, int]) -> None:
        self.journal = journal
        self.server = PaperServer(journal, now=now, fee_bps=FEE_BPS, snapshot_every=7)
        self.server._seqs = seqs
        self._over = asyncio.Event()
        self._begun = asyncio.Event()
        self._task = asyncio.create_task(self._live())

    async def begin(self) -> None:
        begun = asyncio.create_task(self._begun.wait())
        await asyncio.wait([begun, self._task], return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            self._task.result()

    async def _live(self) -> None:
        async with self.server.service.running(), self.server.client() as self.client:
            await self.client.get("/accounts")
            self._begun.set()
            await self._over.wait()

    async def end(self) -> None:
        self._over.set()
        await self._task


class BrokerMachine(RuleBasedStateMachine):
    """The broker and the model of it, step by step."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model = NaiveAccount(100_000, Fraction(FEE_BPS), IN_SESSION)
        self.last_quote: tuple[int, int, int | None, int | None] | None = None
        self.seen: dict[str, Any] = {}
        self.life = self.run(self._new_life(MemoryJournal(), IN_SESSION, {}))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def _new_life(self, journal: MemoryJournal, now: int, seqs: dict[str, int]) -> Life:
        life = Life(journal, now, seqs)
        await life.begin()
        return life

    def teardown(self) -> None:
        self.run(self.life.end())
        self.runner.close()

    @property
    def server(self) -> PaperServer:
        return self.life.server

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.run(self.life.client.request(method, path, json=body))

    def all_of(self, path: str) -> list[Any]:
        answer = self.ask("GET", f"{path}?limit=1000").json()
        assert answer["next_cursor"] is None
        items: list[Any] = answer["items"]
        return items

    @initialize(quote=quotes)
    def begin(self, quote: tuple[int, int, int | None, int | None]) -> None:
        self.hear(quote)

    # orders

    @rule(side=sides, quantity=lots, tif=st.sampled_from(["gtc", "day", "ioc", "fok"]))
    def place_market(self, side: str, quantity: int, tif: str) -> None:
        self.place("market", side, quantity, None, None, tif)

    @rule(side=sides, quantity=lots, limit=cents, tif=st.sampled_from(["gtc", "day", "ioc", "fok"]))
    def place_limit(self, side: str, quantity: int, limit: int, tif: str) -> None:
        self.place("limit", side, quantity, limit, None, tif)

    @rule(side=sides, quantity=lots, stop=cents, tif=lives)
    def place_stop(self, side: str, quantity: int, stop: int, tif: str) -> None:
        self.place("stop", side, quantity, None, stop, tif)

    @rule(side=sides, quantity=lots, stop=cents, limit=cents, tif=lives)
    def place_stop_limit(self, side: str, quantity: int, stop: int, limit: int, tif: str) -> None:
        self.place("stop_limit", side, quantity, limit, stop, tif)

    def place(
        self, kind: str, side: str, quantity: int, limit: int | None, stop: int | None, tif: str
    ) -> None:
        body: dict[str, Any] = {
            "symbol": "AAPL",
            "side": side,
            "type": kind,
            "quantity": str(quantity),
            "time_in_force": tif,
        }
        if limit is not None:
            body["limit_price"] = text_of(limit)
        if stop is not None:
            body["stop_price"] = text_of(stop)
        answer = self.ask("POST", "/orders", body)
        end = self.session_end()
        number = self.model.place(side, quantity, price_of(limit), price_of(stop), tif, end)
        assert answer.status_code == (422 if number is None else 201), answer.text

    def session_end(self) -> int:
        now = self.model.now
        return next(CLOSE + day * DAY_MS for day in range(9) if CLOSE + day * DAY_MS > now)

    @precondition(lambda self: self.model.orders)
    @rule(
        pick=picks,
        quantity=st.one_of(st.none(), lots),
        limit=st.one_of(st.none(), cents),
        stop=st.one_of(st.none(), cents),
    )
    def modify(self, pick: int, quantity: int | None, limit: int | None, stop: int | None) -> None:
        number = self.picked(pick)
        order = self.model.orders[number]
        limit = limit if order.limit is not None else None
        stop = stop if order.stop is not None else None
        body: dict[str, Any] = {}
        if quantity is not None:
            body["quantity"] = str(quantity)
        if limit is not None:
            body["limit_price"] = text_of(limit)
        if stop is not None:
            body["stop_price"] = text_of(stop)
        if not body:
            return
        answer = self.ask("PATCH", f"/orders/{order_id(number)}", body)
        code = self.model.modify(number, quantity, price_of(limit), price_of(stop))
        assert answer.json().get("code") == code, answer.text

    @precondition(lambda self: self.model.orders)
    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        number = self.picked(pick)
        answer = self.ask("DELETE", f"/orders/{order_id(number)}")
        assert answer.json().get("code") == self.model.cancel(number), answer.text

    def picked(self, pick: int) -> int:
        """An order's number, of an open one mostly."""
        open_ones = [n for n, o in enumerate(self.model.orders) if o.status in OPEN]
        if open_ones and pick % 10:
            return open_ones[pick % len(open_ones)]
        return pick % len(self.model.orders)

    # the market

    @rule(quote=quotes)
    def hear(self, quote: tuple[int, int, int | None, int | None]) -> None:
        bid, spread, bid_size, ask_size = self.last_quote = quote
        self.server.quote_sides(bid / 100, (bid + spread) / 100, bid_size, ask_size)
        self.run(self.server.settle())
        ask = Fraction(bid + spread, 100)
        self.model.quote(Fraction(bid, 100), ask, bid_size, ask_size)

    @precondition(lambda self: self.last_quote)
    @rule()
    def hear_the_same_again(self) -> None:
        assert self.last_quote is not None
        self.hear(self.last_quote)

    @rule(price=cents, size=lots)
    def trade(self, price: int, size: int) -> None:
        self.server.trade(price / 100, size)
        self.run(self.server.settle())
        self.model.trade(Fraction(price, 100), size)

    # time

    @rule(milliseconds=st.sampled_from([1, 999, 20_000]))
    def a_while_passes(self, milliseconds: int) -> None:
        if self.model.heard_at is None or (
            self.model.now + milliseconds - self.model.heard_at > 60_000
        ):
            return
        self.pass_until(self.model.now + milliseconds)

    @precondition(lambda self: self.session_end() < LAST_CLOSE)
    @rule(quote=quotes)
    def the_session_ends(self, quote: tuple[int, int, int | None, int | None]) -> None:
        self.pass_until(self.session_end())
        self.agree()
        self.hear(quote)

    def pass_until(self, time: int) -> None:
        self.run(self.server.clock.advance_to(time))
        self.model.wait(time)

    @rule(quote=quotes, away=st.sampled_from([0, 1000, 3_600_000]), in_flight=st.booleans())
    def crash_and_restart(
        self, quote: tuple[int, int, int | None, int | None], away: int, in_flight: bool
    ) -> None:
        """What is durable at this instant is all that the next life has."""
        if self.model.now + away >= LAST_CLOSE:
            away = 0
        before = encoded(state_of(self.server))
        self.run(self._restart(self.model.now + away, in_flight))
        if not away:
            assert encoded(state_of(self.server)) == before
        self.model.wait(self.model.now + away)
        self.model.forget_market()
        self.agree()
        self.hear(quote)

    async def _restart(self, now: int, in_flight: bool) -> None:
        old = self.life
        records = [record async for record in old.journal.read()]
        if in_flight:
            old.server.quote(1.0, 99.0)
        await old.end()
        self.life = await self._new_life(MemoryJournal(records), now, old.server._seqs)
        await self.server.settle()

    # what holds after every step

    @invariant()
    def agree(self) -> None:
        orders = self.all_of("/orders")
        orders.sort(key=lambda order: int(order["id"].rpartition("-o")[2]))
        executions = self.all_of("/executions")
        executions.reverse()
        self._orders_are_the_models(orders)
        self._executions_are_the_models(executions)
        self._orders_are_what_was_executed(orders, executions)
        self._nothing_goes_back(orders)
        self._money_is_the_models(orders)

    def _orders_are_the_models(self, orders: list[Any]) -> None:
        assert len(orders) == len(self.model.orders)
        for order, naive in zip(orders, self.model.orders, strict=True):
            assert order["status"] == naive.status, order
            assert int(order["filled_quantity"]) == naive.filled, order
            assert int(order["quantity"]) == naive.quantity, order
            assert (order["triggered_at"] is not None) == naive.triggered, order
            if naive.average is None:
                assert order["average_price"] is None
            else:
                assert abs(Fraction(order["average_price"]) - naive.average) <= Fraction(1, 10**12)

    def _executions_are_the_models(self, executions: list[Any]) -> None:
        told = [
            (
                each["order_id"],
                each["side"],
                int(each["quantity"]),
                Fraction(each["price"]),
                Fraction(each["fee"]),
            )
            for each in executions
        ]
        assert told == [(order_id(number), *more) for number, *more in self.model.tape]

    def _orders_are_what_was_executed(self, orders: list[Any], executions: list[Any]) -> None:
        for order in orders:
            mine = [each for each in executions if each["order_id"] == order["id"]]
            filled = sum(int(each["quantity"]) for each in mine)
            assert 0 <= filled <= int(order["quantity"])
            assert filled == int(order["filled_quantity"])
            if mine:
                last = mine[-1]
                assert int(last["cumulative_quantity"]) == filled
            if order["limit_price"] is not None and order["version"] == 1 + len(mine):
                limit, sign = Fraction(order["limit_price"]), 1 if order["side"] == "buy" else -1
                assert all((Fraction(each["price"]) - limit) * sign <= 0 for each in mine)

    def _nothing_goes_back(self, orders: list[Any]) -> None:
        """Versions only rise, what is final stays as it is, and streams count by one."""
        for order in orders:
            before = self.seen.get(order["id"])
            if before is not None and before != order:
                assert before["status"] not in FINAL, (before, order)
                assert order["version"] > before["version"], (before, order)
            self.seen[order["id"]] = order
        for route in ("orders", "executions"):
            seqs = [m.seq for m in self.server.told if m.topic == f"{route}:{ACCOUNT}"]
            assert seqs == list(range(seqs[0], seqs[0] + len(seqs))) if seqs else True

    def _money_is_the_models(self, orders: list[Any]) -> None:
        account = self.ask("GET", f"/accounts/{ACCOUNT}").json()
        held, average, realized = self.model.position()
        balance = Fraction(account["balance"])
        assert abs(balance - self.model.balance) < CLOSE_ENOUGH
        assert abs(Fraction(account["realized_pnl"]) - realized) < CLOSE_ENOUGH
        positions = [each for each in self.all_of("/positions") if Fraction(each["quantity"])]
        assert len(positions) == (1 if held else 0)
        for each in positions:
            sign = 1 if each["side"] == "long" else -1
            assert sign * int(each["quantity"]) == held
            assert abs(Fraction(each["average_price"]) - average) < CLOSE_ENOUGH
        if self.model.price:
            mark = self.model.price["sell" if held > 0 else "buy"]
            profit = Fraction(account["unrealized_pnl"])
            assert abs(self.model.cash + held * mark - balance - profit) < CLOSE_ENOUGH
            assert Fraction(account["equity"]) == balance + profit
        if not any(order["status"] in OPEN for order in orders):
            assert Fraction(account["margin_reserved"]) == 0


def order_id(number: int) -> str:
    return f"{ACCOUNT}-o{number + 1}"


def test_the_broker_does_what_a_naive_one_does() -> None:
    run_state_machine_as_test(
        BrokerMachine,
        settings=settings(max_examples=12, stateful_step_count=25, deadline=None, derandomize=True),
    )


@pytest.mark.soak
def test_the_broker_does_what_a_naive_one_does_for_long() -> None:
    run_state_machine_as_test(
        BrokerMachine, settings=settings(max_examples=500, stateful_step_count=60, deadline=None)
    )

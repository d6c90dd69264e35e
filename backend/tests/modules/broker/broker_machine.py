"""The state machine: any sequence of orders, market events, hours and crashes, beside the model."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeVar

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.domain.paper_desk import encoded
from tests.modules.broker import machine_wishes as wishing
from tests.modules.broker.machine_checks import Checks
from tests.modules.broker.machine_life import Life
from tests.modules.broker.naive_model import NaiveAccount
from tests.modules.broker.naive_orders import OPEN, Wish
from tests.modules.broker.paper_server import CLOSE, IN_SESSION, PaperServer
from tests.modules.broker.test_broker_journal import ACCOUNT, state_of
from trading_api.domain.bar_path import BarPath, TickBar
from trading_api.shared.memory import MemoryJournal

T = TypeVar("T")
Quoted = tuple[Fraction, int, int | None, int | None]
DAY_MS = 86_400_000
FEE_BPS = 3
LAST_CLOSE = CLOSE + 3 * DAY_MS
BAR_MS = 1000


def session_end(now: int) -> int:
    return next(CLOSE + day * DAY_MS for day in range(9) if CLOSE + day * DAY_MS > now)


class BrokerMachine(RuleBasedStateMachine):
    """The broker and the model of it, step by step."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model = NaiveAccount(100_000, FEE_BPS, IN_SESSION, session_end)
        self.last_quote: Quoted = (Fraction(10), 1, None, None)
        self.checks = Checks(self.model)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        if hasattr(self, "life"):  # a case may be given up before it begins
            self.run(self.life.end())
        self.runner.close()

    @property
    def server(self) -> PaperServer:
        return self.life.server

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.run(self.life.client.request(method, path, json=body))

    def answered(self, code: str | None, method: str, path: str, body: Any = None) -> Any:
        """The answer, which is a success or a refusal with this code."""
        answer = self.ask(method, path, body)
        assert answer.json().get("code") == code, (body, answer.text)
        assert (answer.status_code < 300) == (code is None)
        return answer.json()

    @initialize(
        quote=wishing.quotes,
        balance=st.sampled_from([100_000, 100_000, 150]),
        leverage=st.integers(1, 2),
        linked=st.sampled_from(["partial", "partial", "full"]),
    )
    def begin(self, quote: Quoted, balance: int, leverage: int, linked: str) -> None:
        self.model.linked_mode = linked
        life = self._first_life(linked)
        self.life = self.run(life)
        self.reset(balance)
        self.answered(None, "PUT", "/leverage/AAPL", {"leverage": str(leverage)})
        self.model.money.leverage = leverage
        self.hear(quote)

    async def _first_life(self, linked: str) -> Life:
        options = {"fee_bps": FEE_BPS, "linked_mode": linked}
        return await Life(MemoryJournal(), IN_SESSION, {}, **options).begin()

    # one thing after the other

    @rule(steps=wishing.steps)
    def trade_a_while(self, steps: list[tuple[Any, ...]]) -> None:
        self.do(*steps)

    @rule(silence=wishing.silences, steps=wishing.steps, quote=wishing.quotes)
    def trade_while_nothing_trades(
        self, silence: tuple[Any, ...], steps: list[tuple[Any, ...]], quote: Quoted
    ) -> None:
        quiet = [step for step in steps if step[0] not in ("hear", "bar")]
        self.do(silence, *quiet, ("hear", quote))

    @precondition(lambda self: len(self.model.orders) > 5)
    @rule(cut=wishing.cuts, steps=wishing.steps)
    def begin_anew(self, cut: tuple[Any, ...], steps: list[tuple[Any, ...]]) -> None:
        self.do(cut, *steps)

    def do(self, *steps: tuple[Any, ...]) -> None:
        for name, *arguments in steps:
            getattr(self, name)(*arguments)
            self.checks.hear(self.server.told)

    # orders

    def place(self, wish: Wish) -> None:
        wish = self.ready(wish)
        body = {"symbol": "AAPL", **wishing.body_of(wish)}
        self.answered(self.model.place(wish), "POST", "/orders", body)

    def bracket(self, wish: Wish, exits: tuple[Wish, ...]) -> None:
        """The stop comes first where both exits are told."""
        tif = "gtc" if wish.tif in ("ioc", "fok") else wish.tif
        entry = self.ready(replace(wish, reduce_only=False, tif=tif))
        reference = entry.limit or entry.stop or self.model.market.price[entry.side]
        legs = wishing.around(exits, entry, reference)
        code = self.model.place_linked("bracket", (entry, *legs))
        body = {"symbol": "AAPL", **wishing.body_of(entry), **wishing.exits_body(legs)}
        self.answered(code, "POST", "/orders", body)

    def group(self, group: tuple[str, tuple[Wish, ...]]) -> None:
        kind, members = group
        first, *others = (self.ready(each) for each in members)
        code = self.model.place_linked(kind, (first, *others))
        orders = [wishing.body_of(each) for each in others]
        body = {"symbol": "AAPL", **wishing.body_of(first)}
        self.answered(code, "POST", "/orders", {**body, "group": {"type": kind, "orders": orders}})

    def ready(self, wish: Wish) -> Wish:
        """The wish as it makes sense now, with its end counted from the present."""
        if wish.expire_at is not None:
            wish = replace(wish, expire_at=self.model.market.now + wish.expire_at)
        return wishing.fitting(wish, self.model.position, self.model.market.price)

    def modify(
        self,
        pick: int,
        quantity: int | None,
        limit: Fraction | None,
        stop: Fraction | None,
        trail: tuple[str, Fraction] | None,
    ) -> None:
        number = self.picked(pick)
        if number is None:
            return
        wish = self.model.orders[number].wish
        changes = Wish(
            side="",
            quantity=quantity or 0,
            limit=limit if wish.limit is not None else None,
            stop=stop if wish.stop is not None else None,
            trail=trail if wish.trail is not None else None,
        )
        if body := wishing.members_of(changes):
            code = self.model.modify(number, changes)
            self.answered(code, "PATCH", f"/orders/{order_id(number)}", body)

    def cancel(self, pick: int) -> None:
        number = self.picked(pick)
        if number is not None:
            self.answered(self.model.cancel(number), "DELETE", f"/orders/{order_id(number)}")

    def picked(self, pick: int) -> int | None:
        """An order's number, of an open one mostly."""
        open_ones = [n for n, o in enumerate(self.model.orders) if o.status in OPEN]
        if open_ones and pick % 10:
            return open_ones[pick % len(open_ones)]
        return pick % len(self.model.orders) if self.model.orders else None

    # the position and the account

    def protect(self, exits: tuple[Wish, ...]) -> None:
        entry = Wish("buy" if self.model.position > 0 else "sell")
        reference = self.model.market.price["sell" if entry.side == "buy" else "buy"]
        wishes = wishing.around(exits, entry, reference)
        code = self.model.protect(wishes)
        self.answered(code, "PUT", "/positions/AAPL/brackets", wishing.exits_body(wishes))

    def close(self, quantity: int | None) -> None:
        query = "" if quantity is None else f"?quantity={quantity}"
        self.answered(self.model.close(quantity), "DELETE", f"/positions/AAPL{query}")

    def reverse(self) -> None:
        self.answered(self.model.reverse(), "POST", "/positions/AAPL/reverse")

    def cancel_all(self) -> None:
        self.model.cancel_all()
        self.answered(None, "DELETE", "/orders")

    def halt(self, wish: Wish) -> None:
        """Nothing is accepted until the account is resumed."""
        self.model.halt()
        self.answered(None, "POST", f"/accounts/{ACCOUNT}/halt")
        self.agree()
        self.place(wish)
        self.model.resume()
        self.answered(None, "POST", f"/accounts/{ACCOUNT}/resume")

    def reset(self, balance: int) -> None:
        self.model.reset(balance)
        self.answered(None, "POST", f"/accounts/{ACCOUNT}/reset", {"balance": str(balance)})

    # the market

    def hear(self, quote: Quoted) -> None:
        self.say(quote, "open")

    def exhaust(self, side: str, quantity: int, tif: str) -> None:
        """Take what is displayed; a repeat of it displays nothing more."""
        self.place(Wish(side, quantity=quantity, tif=tif))
        self.say(self.last_quote, self.model.market.status)
        self.place(Wish(side, quantity=quantity, tif=tif))

    def say(self, quote: Quoted, status: str) -> None:
        bid, spread, bid_size, ask_size = self.last_quote = quote
        ask = bid + Fraction(spread, 100)
        self.server.quote_sides(float(bid), float(ask), bid_size, ask_size, status)
        self.run(self.server.settle())
        self.model.quote(bid, ask, bid_size, ask_size, status)

    def trade(self, price: Fraction, size: int) -> None:
        self.server.trade(float(price), size)
        self.run(self.server.settle())
        self.model.trade(price, size)

    def bar(self, bar: tuple[int, int, int, int], volume: int) -> None:
        """A bar comes as the trades along its path, each of which sets the quote."""
        path = path_through(*bar)
        ticks = BarPath(0, BAR_MS, TickBar(*bar, volume * len(path)))
        for index in range(ticks.count):
            cents, size = ticks.price_of(index), ticks.size_of(index)
            self.server.trade(cents / 100, size)
            self.server.quote_sides(cents / 100, (cents + 1) / 100, None, None)
        self.run(self.server.settle())
        for cents in path:
            self.model.trade(Fraction(cents, 100), volume)
            self.model.quote(Fraction(cents, 100), Fraction(cents + 1, 100), None, None)
        self.last_quote = (Fraction(path[-1], 100), 1, None, None)

    def whipsaw(self, side: str, quantity: int, prints: list[tuple[bool, int]]) -> None:
        """A bracket whose entry and whose exit are filled by small trades, in any turn."""
        sign = 1 if side == "buy" else -1
        entry, beyond = self.model.market.price["sell" if side == "buy" else "buy"], Fraction(1, 50)
        stop = Wish("", kind="stop", stop=beyond, reduce_only=True)
        profit = Wish("", kind="limit", limit=beyond, reduce_only=True)
        entry -= sign * beyond
        self.bracket(Wish(side, "limit", quantity, limit=entry), (stop, profit))
        for at_exit, size in prints:
            self.trade(entry + sign * beyond if at_exit else entry, size)
            self.checks.hear(self.server.told)

    # time

    def pass_time(self, milliseconds: int) -> None:
        if self.model.market.now + milliseconds < LAST_CLOSE:
            self.pass_until(self.model.market.now + milliseconds)

    def end_session(self, quote: Quoted) -> None:
        if (end := session_end(self.model.market.now)) < LAST_CLOSE:
            self.pass_until(end)
            self.agree()
            self.say(quote, "closed")

    def pass_until(self, time: int) -> None:
        self.run(self.server.clock.advance_to(time))
        self.model.wait(time)

    def crash(self, quote: Quoted, away: int, in_flight: bool, snapshots: bool) -> None:
        """What is durable at this instant is all that the next life has."""
        if self.model.market.now + away >= LAST_CLOSE:
            away = 0
        before = encoded(state_of(self.server))
        now = self.model.market.now + away
        self.life = self.run(self.life.crash(now, in_flight=in_flight, snapshots=snapshots))
        self.checks.begin_life()
        if not away:
            assert encoded(state_of(self.server)) == before
        self.model.miss(now)
        self.model.market.forget()
        self.agree()
        self.hear(quote)

    # what holds after every step

    @invariant()
    def agree(self) -> None:
        if hasattr(self, "life"):
            self.checks.hear(self.server.told)
            self.checks.agree(self.run(self.checks.look(self.life)))


def path_through(begins: int, high: int, low: int, ends: int) -> list[int]:
    """Every price of a bar: from the open to the nearer extreme, to the other, to the close."""
    turns = (high, low) if high - begins < begins - low else (low, high)
    path = [begins]
    for stop in (*turns, ends):
        step = 1 if stop > path[-1] else -1
        path.extend(range(path[-1] + step, stop + step, step) if stop != path[-1] else ())
    return path


def order_id(number: int) -> str:
    return f"{ACCOUNT}-o{number + 1}"

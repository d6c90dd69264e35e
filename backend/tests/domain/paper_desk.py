"""An account, a market that says what it is told to, and someone who trades."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

import msgspec
import pytest
from immutables import Map
from msgspec.structs import replace

from trading_api.domain.account_view import Account, view_account
from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import (
    ActivateOrders,
    ActPending,
    CancelOrder,
    Command,
    ExpireOrders,
    MatchQuote,
    MatchTrade,
    ModifyOrder,
    OpenAccount,
    PlaceOrder,
)
from trading_api.domain.decisions import decide
from trading_api.domain.errors import TradingError
from trading_api.domain.fills import Book, Offer
from trading_api.domain.ids import AccountId, OrderId, PrincipalId
from trading_api.domain.limits import NO_LIMITS
from trading_api.domain.market import SymbolInfo, Trade
from trading_api.domain.money import canonical, from_float
from trading_api.domain.orders import Execution, Order, Trail
from trading_api.domain.positions import Holding
from trading_api.domain.progress import Decision, fold
from trading_api.domain.rates import middle, rate
from trading_api.domain.rules import BasisPointFee, Rules

START = 1_700_000_000_000
SESSION_MS = 3_600_000
EXTENDED_MS = 1_800_000


def share(symbol: str = "AAPL", **changes: Any) -> SymbolInfo:
    members: dict[str, Any] = {
        "symbol": symbol,
        "full_name": f"NASDAQ:{symbol}",
        "description": symbol,
        "kind": "stock",
        "exchange": "NASDAQ",
        "currency": "USD",
        "timezone": "America/New_York",
        "session": "0930-1600",
        "price_scale": 100,
        "min_move": 1,
        "tick_size": Decimal("0.01"),
        "lot_size": Decimal(1),
        "min_quantity": Decimal(1),
        "max_quantity": Decimal(1_000_000),
        "quantity_step": Decimal(1),
        "fidelity": "daily",
    }
    return SymbolInfo(**{**members, **changes})


def figures(*values: object) -> list[object]:
    """Values of several types, to be compared at once."""
    return list(values)


class SaidMarket:
    """A double of the port `Market`: books stand as they were said."""

    def __init__(self, *instruments: SymbolInfo, fee_bps: str = "0", **rules: Any) -> None:
        self.now = START
        rate = Decimal(fee_bps)
        fees = (BasisPointFee(maker=rate, taker=rate),)
        self.rules = Rules(**{"fees": fees, **rules})
        self.limits = NO_LIMITS
        self.instruments = {each.symbol: each for each in instruments or (share(),)}
        self.books: dict[str, Book] = {}
        self.seq = 0

    def instrument(self, symbol: str) -> SymbolInfo | None:
        return self.instruments.get(symbol)

    def book(self, symbol: str) -> Book | None:
        return self.books.get(symbol)

    def charge(self, fee_bps: str) -> None:
        """Take another fee from now on."""
        rate = Decimal(fee_bps)
        self.rules = replace(self.rules, fees=(BasisPointFee(maker=rate, taker=rate),))

    def rate(self, base: str, quote: str) -> Decimal | None:
        return rate(base, quote, self._middle)

    def _middle(self, base: str, quote: str) -> Decimal | None:
        book = self.books.get(base + quote)
        if book is None or book.bid is None or book.ask is None:
            return None
        return middle(book.bid.price, book.ask.price)

    def end_of_session(self, symbol: str, session: str = "regular") -> int:
        end = self.now - self.now % SESSION_MS + SESSION_MS
        return end if session == "regular" else end + EXTENDED_MS

    def say(self, symbol: str, bid: str, ask: str, **how: Any) -> None:
        """Prices as text, each with its size: `10.02x300`; without a size none is displayed."""
        self.seq += 1
        before = self.books.get(symbol)
        self.books[symbol] = Book(
            seq=self.seq,
            bid=self._offer(bid, None if before is None else before.bid),
            ask=self._offer(ask, None if before is None else before.ask),
            open=how.get("open", True),
            fresh=how.get("fresh", True),
            opening=how.get("opening", False),
            extended=how.get("extended", False),
            extended_opening=how.get("extended_opening", False),
            fidelity="daily",
            last=_decimal(how.get("last", None if before is None else before.last)),
            bids=_levels(how.get("bids", "")),
            asks=_levels(how.get("asks", "")),
        )

    def print_trade(self, symbol: str, price: float) -> None:
        """The last trade of a symbol is this one; its quote stands."""
        if (book := self.books.get(symbol)) is not None:
            self.books[symbol] = replace(book, last=from_float(price, Decimal("0.01")))

    def _offer(self, text: str, before: Offer | None) -> Offer | None:
        if not text:
            return None
        price, _, size = text.partition("x")
        shown = Decimal(size) if size else None
        if before is not None and (before.price, before.size) == (Decimal(price), shown):
            return before
        return Offer(canonical(Decimal(price)), shown, self.seq)


def _decimal(text: str | Decimal | None) -> Decimal | None:
    return None if text is None else canonical(Decimal(text))


def _levels(text: str) -> tuple[tuple[Decimal, Decimal], ...]:
    """Depth as text, best first: `10.02x300 10.05x100`."""
    levels = (level.split("x") for level in text.split())
    return tuple((canonical(Decimal(price)), Decimal(size)) for price, size in levels)


def _trail(text: str) -> Trail:
    kind: Literal["absolute", "percent"] = "percent" if text.endswith("%") else "absolute"
    return Trail(kind, canonical(Decimal(text.rstrip("%"))))


def _kind(limit: str | None, trail: str | None, more: dict[str, Any]) -> str:
    if trail is not None:
        return "trailing_stop" if limit is None else "trailing_stop_limit"
    if more.get("stop_price") is not None:
        return "stop" if limit is None else "stop_limit"
    return "market" if limit is None else "limit"


class Desk:
    """Trades one account and remembers every decision."""

    def __init__(
        self, market: SaidMarket | None = None, balance: str = "100000", **opening: Any
    ) -> None:
        self.market = market or SaidMarket()
        self.decisions: list[Decision] = []
        members: dict[str, Any] = {"currency": "USD", **opening}
        self._state: AccountState | None = None
        self.do(
            OpenAccount(
                account_id=AccountId("acc-1"),
                principal_id=PrincipalId("owner"),
                name="Paper account",
                balance=Decimal(balance),
                **members,
            )
        )

    @property
    def state(self) -> AccountState:
        assert self._state is not None
        return self._state

    def do(self, command: Command) -> Decision:
        decision = decide(self._state, command, self.market)
        self._state = decision.state
        if decision.events:
            self.decisions.append(decision)
        return decision

    def place(
        self, side: str, quantity: str, limit: str | None = None, tif: str = "gtc", **more: Any
    ) -> OrderId:
        """Prices as text; a `stop_price` or `trail` (`0.50`, `5%`) makes it a conditional order."""
        self.do(self.command(side, quantity, limit, tif, **more))
        return OrderId(f"acc-1-o{self.state.order_count}")

    def command(
        self, side: str, quantity: str, limit: str | None = None, tif: str = "gtc", **more: Any
    ) -> PlaceOrder:
        """What `place` asks for."""
        trail = more.pop("trail", None)
        if "stop_price" in more:
            more["stop_price"] = _decimal(more["stop_price"])
        return msgspec.convert(
            {
                "symbol": more.pop("symbol", "AAPL"),
                "side": side,
                "kind": more.pop("kind", None) or _kind(limit, trail, more),
                "quantity": canonical(Decimal(quantity)),
                "limit_price": None if limit is None else canonical(Decimal(limit)),
                "time_in_force": tif,
                "trail": None if trail is None else _trail(trail),
                **more,
            },
            PlaceOrder,
        )

    def modify(self, order_id: OrderId, **changes: Any) -> Decision:
        for name in ("quantity", "limit_price", "stop_price"):
            if name in changes:
                changes[name] = _decimal(changes[name])
        if "trail" in changes:
            changes["trail"] = _trail(changes["trail"])
        return self.do(ModifyOrder(order_id=order_id, **changes))

    def cancel(self, order_id: OrderId) -> Decision:
        return self.do(CancelOrder(order_id))

    def quote(self, bid: str, ask: str, symbol: str = "AAPL", **how: Any) -> None:
        self.market.say(symbol, bid, ask, **how)
        self.do(MatchQuote(symbol, self.open_ids_of(symbol)))

    def quote_again(self, symbol: str) -> None:
        """Act on the symbol's book as it stands, orders that are held or on their way included."""
        self.do(ActPending(symbol, self.open_ids_of(symbol), arrivals=False))
        self.do(MatchQuote(symbol, self.open_ids_of(symbol)))
        self.do(ActPending(symbol, self.open_ids_of(symbol), arrivals=True))
        self.activate(symbol)

    def trade(self, price: float, size: float, symbol: str = "AAPL") -> None:
        self.market.seq += 1
        self.market.print_trade(symbol, price)
        trade = Trade("t", symbol, self.market.now, price, size, "buy")
        self.do(MatchTrade(trade, self.market.seq, self.open_ids_of(symbol)))

    def activate(self, symbol: str = "AAPL") -> None:
        self.do(ActivateOrders(symbol, self.open_ids_of(symbol)))

    def expire(self) -> None:
        self.do(ExpireOrders(self.open_ids))

    @property
    def open_ids(self) -> tuple[OrderId, ...]:
        return tuple(sorted(self.state.tickets))

    def open_ids_of(self, symbol: str) -> tuple[OrderId, ...]:
        orders = self.state.orders
        return tuple(each for each in self.open_ids if orders[each].symbol == symbol)

    def order(self, order_id: OrderId) -> Order:
        return self.state.orders[order_id]

    @property
    def fills(self) -> list[str]:
        """Every execution as `quantity @ price`, oldest first."""
        return [f"{each.quantity:f} @ {each.price:f}" for each in self.executions]

    @property
    def executions(self) -> list[Execution]:
        return [self.state.executions[n] for n in range(1, self.state.executions_seq + 1)]

    @property
    def holding(self) -> Holding:
        return self.state.holdings["AAPL"]

    @property
    def account(self) -> Account:
        return view_account(self.state, self.market)

    def folded_again(self) -> AccountState:
        """The state that the remembered events alone lead to."""
        state: AccountState | None = None
        for decision in self.decisions:
            state = fold(state, decision.events).state
        assert state is not None
        return state


def encoded(state: AccountState) -> bytes:
    """A state as bytes; equal states have equal bytes."""

    def plain(value: Any) -> Any:
        assert isinstance(value, Map)
        return dict(sorted(value.items()))

    return msgspec.json.encode(state, enc_hook=plain)


def open_desk(balance: str = "100000") -> Desk:
    desk = Desk(balance=balance)
    desk.quote("10x1000", "10.02x300")
    return desk


def refused(action: Callable[[], object]) -> TradingError:
    with pytest.raises(TradingError) as caught:
        action()
    return caught.value

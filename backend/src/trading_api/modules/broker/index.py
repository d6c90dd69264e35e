"""Finds the open orders that a price could fill, without looking at the others."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Generic, TypeVar

from trading_api.domain.ids import AccountId, OrderId
from trading_api.domain.orders import MATCHABLE, OPEN, PENDING, TRAILING, Order, Side

# Candidates are found by float and decided by decimal: a hair too many is right, one too few is not
_TOLERANCE = 1e-9

Candidates = Mapping[AccountId, Sequence[OrderId]]


Item = TypeVar("Item", bound=str)


class PriceLevels(Generic[Item]):
    """Ids by a price."""

    def __init__(self) -> None:
        self._prices: list[float] = []
        self._levels: dict[float, dict[Item, None]] = {}

    def add(self, price: float, item: Item) -> None:
        """List an id."""
        level = self._levels.get(price)
        if level is None:
            insort(self._prices, price)
            level = self._levels[price] = {}
        level[item] = None

    def remove(self, price: float, item: Item) -> None:
        """Strike an id off."""
        level = self._levels[price]
        del level[item]
        if not level:
            del self._levels[price]
            del self._prices[bisect_left(self._prices, price)]

    def at_least(self, price: float) -> list[Item]:
        """The ids whose price is this or more."""
        prices = self._prices
        if not prices or prices[-1] < price:
            return []
        return self._of(prices[bisect_left(prices, price) :])

    def at_most(self, price: float) -> list[Item]:
        """The ids whose price is this or less."""
        prices = self._prices
        if not prices or prices[0] > price:
            return []
        return self._of(prices[: bisect_right(prices, price)])

    def _of(self, prices: Sequence[float]) -> list[Item]:
        return [item for price in prices for item in self._levels[price]]


class Stops:
    """Conditional orders of one side, by the prices that act on them.

    A rising price reaches the stops of some and carries the high-water marks of others; a falling
    one likewise.
    """

    def __init__(self) -> None:
        self._rising = PriceLevels[OrderId]()
        self._falling = PriceLevels[OrderId]()

    def add(self, order: Order) -> None:
        """List an order."""
        for levels, price in self._places(order):
            levels.add(price, order.id)

    def remove(self, order: Order) -> None:
        """Strike an order off as it was listed."""
        for levels, price in self._places(order):
            levels.remove(price, order.id)

    def moved_by(self, price: float) -> list[OrderId]:
        """The orders whose stop the price reaches, or whose mark it carries."""
        slack = abs(price) * _TOLERANCE
        return self._rising.at_most(price + slack) + self._falling.at_least(price - slack)

    def _places(self, order: Order) -> Iterator[tuple[PriceLevels[OrderId], float]]:
        if order.stop_price is not None:
            levels = self._rising if order.triggers_on_rise else self._falling
            yield levels, float(order.stop_price)
        if order.kind in TRAILING:
            yield self._place_of_mark(order)

    def _place_of_mark(self, order: Order) -> tuple[PriceLevels[OrderId], float]:
        """Beyond the mark, so that a price that only repeats it finds nothing."""
        mark = None if order.high_water_mark is None else float(order.high_water_mark)
        if order.side == "sell":
            return self._rising, -inf if mark is None else mark + mark * 2 * _TOLERANCE
        return self._falling, inf if mark is None else mark - mark * 2 * _TOLERANCE


class SymbolOrders:
    """The open orders of one symbol, over all accounts."""

    def __init__(self) -> None:
        self.stops: dict[Side, Stops] = {"buy": Stops(), "sell": Stops()}
        self.limits: dict[Side, PriceLevels[OrderId]] = {
            "buy": PriceLevels(),
            "sell": PriceLevels(),
        }
        self.markets: dict[Side, dict[OrderId, None]] = {"buy": {}, "sell": {}}
        self.held: dict[OrderId, None] = {}
        self.pending: dict[OrderId, None] = {}

    def reached(self, side: Side, price: float) -> list[OrderId]:
        """The limits of a side that would trade at the price."""
        slack = abs(price) * _TOLERANCE
        if side == "buy":
            return self.limits[side].at_least(price - slack)
        return self.limits[side].at_most(price + slack)

    def moved_by(self, for_buys: float | None, for_sells: float | None) -> list[OrderId]:
        """The conditional orders of both sides that these prices act on."""
        found: list[OrderId] = []
        if for_buys is not None:
            found += self.stops["buy"].moved_by(for_buys)
        if for_sells is not None:
            found += self.stops["sell"].moved_by(for_sells)
        return found


class OrderIndex:
    """Every open order of every account, by symbol, side and price."""

    def __init__(self) -> None:
        self._symbols: dict[str, SymbolOrders] = {}
        self._orders: dict[OrderId, Order] = {}

    def put(self, order: Order) -> None:
        """Note what an order has become: new, changed, or final."""
        before = self._orders.get(order.id)
        if before is not None:
            if _place_of(before) == _place_of(order):
                return
            self._remove(before)
        if order.status in OPEN:
            self._add(order)

    def for_quote(
        self,
        symbol: str,
        ask: float | None,
        bid: float | None,
        sources: tuple[float | None, float | None],
    ) -> Candidates:
        """The working orders that a quote may fill, or move the stop of.

        A side's price is None where nothing new is offered; `sources` are what the stops of buys
        and those of sells listen to.
        """
        orders = self._symbols.get(symbol)
        if orders is None:
            return {}
        found: list[OrderId] = []
        if ask is not None:
            found += orders.markets["buy"]
            found += orders.reached("buy", ask)
        if bid is not None:
            found += orders.markets["sell"]
            found += orders.reached("sell", bid)
        return self._by_account(found + orders.moved_by(*sources))

    def for_trade(self, symbol: str, price: float, *, triggers: bool) -> Candidates:
        """The resting limits that a trade may fill and, if asked, the stops that it may move."""
        orders = self._symbols.get(symbol)
        if orders is None:
            return {}
        found = orders.reached("buy", price) + orders.reached("sell", price)
        return self._by_account(found + orders.moved_by(price, price) if triggers else found)

    def held(self, symbol: str) -> Candidates:
        """The orders that wait for the symbol's market."""
        orders = self._symbols.get(symbol)
        return {} if orders is None else self._by_account(list(orders.held))

    def pending(self, symbol: str) -> Candidates:
        """The orders of a symbol of which something is on its way."""
        orders = self._symbols.get(symbol)
        if orders is None or not orders.pending:
            return {}
        return self._by_account(list(orders.pending))

    def _by_account(self, found: Sequence[OrderId]) -> Candidates:
        accounts: dict[AccountId, list[OrderId]] = defaultdict(list)
        for order_id in found:
            accounts[self._orders[order_id].account_id].append(order_id)
        return accounts

    def _add(self, order: Order) -> None:
        self._orders[order.id] = order
        orders = self._symbols.get(order.symbol)
        if orders is None:
            orders = self._symbols[order.symbol] = SymbolOrders()
        if order.status in PENDING:
            orders.pending[order.id] = None
        if order.status == "held":
            orders.held[order.id] = None
        elif order.status == "pending_new":
            return
        elif order.awaits_trigger:
            orders.stops[order.side].add(order)
        elif order.limit_price is None:
            orders.markets[order.side][order.id] = None
        else:
            orders.limits[order.side].add(float(order.limit_price), order.id)

    def _remove(self, order: Order) -> None:
        del self._orders[order.id]
        orders = self._symbols[order.symbol]
        orders.pending.pop(order.id, None)
        if order.status == "held":
            del orders.held[order.id]
        elif order.status == "pending_new":
            return
        elif order.awaits_trigger:
            orders.stops[order.side].remove(order)
        elif order.limit_price is None:
            del orders.markets[order.side][order.id]
        else:
            orders.limits[order.side].remove(float(order.limit_price), order.id)


def _place_of(order: Order) -> tuple[object, ...]:
    """What decides where an order is listed."""
    if order.status not in OPEN:
        return ()
    if order.status in MATCHABLE and order.awaits_trigger:
        return (order.status in PENDING, order.stop_price, order.high_water_mark, None)
    return (order.status in MATCHABLE, order.status in PENDING, order.limit_price)

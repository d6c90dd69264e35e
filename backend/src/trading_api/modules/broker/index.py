"""Finds the open orders that a price could fill, without looking at the others."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence

from trading_api.domain.ids import AccountId, OrderId
from trading_api.domain.orders import MATCHABLE, OPEN, Order, Side

# Candidates are found by float and decided by decimal: a hair too many is right, one too few is not
_TOLERANCE = 1e-9

Candidates = Mapping[AccountId, Sequence[OrderId]]


class PriceLevels:
    """Limit orders of one side, by price."""

    def __init__(self) -> None:
        self._prices: list[float] = []
        self._levels: dict[float, dict[OrderId, None]] = {}

    def add(self, price: float, order_id: OrderId) -> None:
        """List an order."""
        level = self._levels.get(price)
        if level is None:
            insort(self._prices, price)
            level = self._levels[price] = {}
        level[order_id] = None

    def remove(self, price: float, order_id: OrderId) -> None:
        """Strike an order off."""
        level = self._levels[price]
        del level[order_id]
        if not level:
            del self._levels[price]
            del self._prices[bisect_left(self._prices, price)]

    def at_least(self, price: float) -> list[OrderId]:
        """The orders whose price is this or more."""
        prices = self._prices
        if not prices or prices[-1] < price:
            return []
        return self._of(prices[bisect_left(prices, price) :])

    def at_most(self, price: float) -> list[OrderId]:
        """The orders whose price is this or less."""
        prices = self._prices
        if not prices or prices[0] > price:
            return []
        return self._of(prices[: bisect_right(prices, price)])

    def _of(self, prices: Sequence[float]) -> list[OrderId]:
        return [order_id for price in prices for order_id in self._levels[price]]


class SymbolOrders:
    """The open orders of one symbol, over all accounts."""

    def __init__(self) -> None:
        self.limits: dict[Side, PriceLevels] = {"buy": PriceLevels(), "sell": PriceLevels()}
        self.markets: dict[Side, dict[OrderId, None]] = {"buy": {}, "sell": {}}
        self.held: dict[OrderId, None] = {}

    def reached(self, side: Side, price: float) -> list[OrderId]:
        """The limits of a side that would trade at the price."""
        slack = abs(price) * _TOLERANCE
        if side == "buy":
            return self.limits[side].at_least(price - slack)
        return self.limits[side].at_most(price + slack)


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
        self, symbol: str, bid: float | None, ask: float | None, *, buys: bool, sells: bool
    ) -> Candidates:
        """The working orders that a quote may fill, of the sides that are asked about."""
        orders = self._symbols.get(symbol)
        if orders is None:
            return {}
        found: list[OrderId] = []
        if buys and ask is not None:
            found += orders.markets["buy"]
            found += orders.reached("buy", ask)
        if sells and bid is not None:
            found += orders.markets["sell"]
            found += orders.reached("sell", bid)
        return self._by_account(found)

    def for_trade(self, symbol: str, price: float) -> Candidates:
        """The resting limits that a trade may fill."""
        orders = self._symbols.get(symbol)
        if orders is None:
            return {}
        return self._by_account(orders.reached("buy", price) + orders.reached("sell", price))

    def held(self, symbol: str) -> Candidates:
        """The orders that wait for the symbol's market."""
        orders = self._symbols.get(symbol)
        return {} if orders is None else self._by_account(list(orders.held))

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
        if order.status not in MATCHABLE:
            orders.held[order.id] = None
        elif order.limit_price is None:
            orders.markets[order.side][order.id] = None
        else:
            orders.limits[order.side].add(float(order.limit_price), order.id)

    def _remove(self, order: Order) -> None:
        del self._orders[order.id]
        orders = self._symbols[order.symbol]
        if order.status not in MATCHABLE:
            del orders.held[order.id]
        elif order.limit_price is None:
            del orders.markets[order.side][order.id]
        else:
            orders.limits[order.side].remove(float(order.limit_price), order.id)


def _place_of(order: Order) -> tuple[object, ...]:
    """What decides where an order is listed."""
    if order.status not in OPEN:
        return ()
    return (order.status in MATCHABLE, order.limit_price)

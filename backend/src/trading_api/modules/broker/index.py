"""Finds the open orders that a price could fill, without looking at the others."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence

from trading_api.domain.ids import AccountId, OrderId
from trading_api.domain.orders import MATCHABLE, OPEN, Order, Side

# Candidates are found by float and decided by decimal: a hair too many is right, one too few is not
_TOLERANCE = 1e-9

Candidates = Mapping[AccountId, Sequence[OrderId]]


class SymbolOrders:
    """The open orders of one symbol, over all accounts."""

    def __init__(self) -> None:
        self.limits: dict[Side, list[tuple[float, OrderId]]] = {"buy": [], "sell": []}
        self.markets: dict[Side, dict[OrderId, None]] = {"buy": {}, "sell": {}}
        self.held: dict[OrderId, None] = {}

    def reached(self, side: Side, price: float) -> list[OrderId]:
        """The limits of a side that would trade at the price."""
        limits = self.limits[side]
        slack = abs(price) * _TOLERANCE
        if side == "buy":
            if not limits or limits[-1][0] < price - slack:
                return []
            return [order_id for _, order_id in limits[bisect_left(limits, (price - slack,)) :]]
        if not limits or limits[0][0] > price + slack:
            return []
        return [order_id for _, order_id in limits[: bisect_left(limits, (price + slack, "\x7f"))]]


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
        orders = self._symbols.setdefault(order.symbol, SymbolOrders())
        if order.status not in MATCHABLE:
            orders.held[order.id] = None
        elif order.limit_price is None:
            orders.markets[order.side][order.id] = None
        else:
            insort(orders.limits[order.side], (float(order.limit_price), order.id))

    def _remove(self, order: Order) -> None:
        del self._orders[order.id]
        orders = self._symbols[order.symbol]
        if order.status not in MATCHABLE:
            del orders.held[order.id]
        elif order.limit_price is None:
            del orders.markets[order.side][order.id]
        else:
            limits = orders.limits[order.side]
            del limits[bisect_left(limits, (float(order.limit_price), order.id))]


def _place_of(order: Order) -> tuple[object, ...]:
    """What decides where an order is listed."""
    if order.status not in OPEN:
        return ()
    return (order.status in MATCHABLE, order.limit_price)

"""Rebuilds a book from its orders, and tells how its best levels have changed."""

from bisect import bisect_left, insort
from collections import defaultdict
from typing import Literal, NamedTuple

from trading_api.domain.depth import MOST_LEVELS


class OrderEvent(NamedTuple):
    """A resting order was created, changed or deleted; volume is what is left of it."""

    offset: int
    id: int
    price: int
    volume: int
    action: str
    is_bid: bool


class LevelChange(NamedTuple):
    """The size that stands at a price now; 0 for none."""

    is_bid: bool
    price: int
    size: int


class OrderBook:
    """The resting orders by side and price; prices in ticks, volumes in quantity steps."""

    def __init__(self) -> None:
        self._sides = {True: _Side(sign=-1), False: _Side(sign=1)}
        self._place: dict[int, tuple[bool, int]] = {}
        self._gone: set[int] = set()

    def apply(self, event: OrderEvent) -> None:
        """Let an order come, change or go; one that was deleted before it came is ignored."""
        place = self._place.pop(event.id, None)
        if place is not None:
            self._sides[place[0]].remove(place[1], event.id)
        if event.action == "deleted":
            self._gone.add(event.id)
        elif (
            event.volume > 0
            and event.id not in self._gone
            and (event.action == "created" or place is not None)
        ):
            self._sides[event.is_bid].add(event.price, event.id, event.volume)
            self._place[event.id] = (event.is_bid, event.price)

    def clean(self, price: int) -> None:
        """Remove what cannot be there any more once a trade has printed at a price."""
        for side in self._sides.values():
            for order in side.remove_better_than(price):
                self._place.pop(order, None)

    def top(self) -> tuple[int, int, int, int] | None:
        """Bid, ask and their sizes; None while a side is empty or they cross or lock."""
        bid, ask = self._sides[True].best(), self._sides[False].best()
        if bid is None or ask is None or bid[0] >= ask[0]:
            return None
        return bid[0], ask[0], bid[1], ask[1]

    def changes(self) -> list[LevelChange]:
        """How the best levels differ from what was told last; what is told now is remembered.

        Only the best `MOST_LEVELS` of a side are told: one that others push out is told as gone,
        one that comes back as new.
        """
        return [
            LevelChange(is_bid, price, size)
            for is_bid, side in self._sides.items()
            for price, size in side.untold()
        ]


class _Side:
    """The orders of one side by price; the sign makes the best price the lowest."""

    def __init__(self, sign: Literal[1, -1]) -> None:
        self._sign = sign
        self._orders: defaultdict[int, dict[int, int]] = defaultdict(dict)
        self._sizes: dict[int, int] = {}
        self._keys: list[int] = []
        self._told: dict[int, int] = {}
        self._has_news = False

    def add(self, price: int, order: int, volume: int) -> None:
        key = price * self._sign
        if key not in self._sizes:
            insort(self._keys, key)
        self._orders[key][order] = volume
        self._sizes[key] = self._sizes.get(key, 0) + volume
        self._notice(key)

    def remove(self, price: int, order: int) -> None:
        key = price * self._sign
        volume = self._orders[key].pop(order, None)
        if volume is None:
            return
        self._notice(key)
        self._sizes[key] -= volume
        if not self._orders[key]:
            self._drop(key)

    def best(self) -> tuple[int, int] | None:
        if not self._keys:
            return None
        key = self._keys[0]
        return key * self._sign, self._sizes[key]

    def remove_better_than(self, price: int) -> list[int]:
        better = self._keys[: bisect_left(self._keys, price * self._sign)]
        removed = [order for key in better for order in self._orders[key]]
        for key in better:
            self._drop(key)
            self._has_news = True
        return removed

    def untold(self) -> list[tuple[int, int]]:
        if not self._has_news:
            return []
        self._has_news = False
        told = self._told
        self._told = {key: self._sizes[key] for key in self._keys[:MOST_LEVELS]}
        gone = [(key, 0) for key in told if key not in self._told]
        new = [(key, size) for key, size in self._told.items() if told.get(key) != size]
        return [(key * self._sign, size) for key, size in (*gone, *new)]

    def _notice(self, key: int) -> None:
        """What lies beyond the best levels is not told, so most changes are no news."""
        keys = self._keys
        if len(keys) <= MOST_LEVELS or key <= keys[MOST_LEVELS]:
            self._has_news = True

    def _drop(self, key: int) -> None:
        del self._orders[key], self._sizes[key]
        del self._keys[bisect_left(self._keys, key)]

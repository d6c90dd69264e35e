"""A paper account as its rules are written, in plain lists and exact fractions.

It is slow and knows nothing of the engine: two descriptions of one thing, made apart, are compared.
Netting mode, policies `touch` and `wait`, stops on the quote, one symbol, no slippage.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

OPEN = ("working", "partially_filled")
SILENT_MS = 60_000


@dataclass
class NaiveOrder:
    """An order and what it has got."""

    side: str
    quantity: int
    limit: Fraction | None
    stop: Fraction | None
    tif: str
    turn: int
    expire_at: int | None
    status: str = "working"
    triggered: bool = False
    fills: list[tuple[int, Fraction]] = field(default_factory=list)

    @property
    def filled(self) -> int:
        return sum(quantity for quantity, _ in self.fills)

    @property
    def leaves(self) -> int:
        return self.quantity - self.filled if self.status in OPEN else 0

    @property
    def average(self) -> Fraction | None:
        if not self.fills:
            return None
        return sum((q * p for q, p in self.fills), Fraction(0)) / self.filled

    @property
    def waits(self) -> bool:
        return self.stop is not None and not self.triggered

    def accepts(self, price: Fraction) -> bool:
        if self.limit is None:
            return True
        return price <= self.limit if self.side == "buy" else price >= self.limit

    def reached(self, price: Fraction) -> bool:
        if self.stop is None:
            return False
        return price >= self.stop if self.side == "buy" else price <= self.stop


class NaiveAccount:
    """What the orders, quotes, trades and hours of one account lead to."""

    def __init__(self, balance: int, fee_bps: Fraction, now: int) -> None:
        self.deposits = Fraction(balance)
        self.fee_bps = fee_bps
        self.orders: list[NaiveOrder] = []
        self.tape: list[tuple[int, str, int, Fraction, Fraction]] = []
        self.price: dict[str, Fraction] = {}
        self.displayed: dict[str, int | None] = {}
        self.pool: dict[str, int | None] = {}
        self.now = now
        self.heard_at: int | None = None
        self.opening = True
        self.turns = 0

    # what happens

    def place(
        self,
        side: str,
        quantity: int,
        limit: Fraction | None,
        stop: Fraction | None,
        tif: str,
        session_end: int,
    ) -> int | None:
        """Enter an order; its number, or None where it is rejected."""
        expire_at = session_end if tif == "day" else None
        order = NaiveOrder(side, quantity, limit, stop, tif, self._next_turn(), expire_at)
        self.orders.append(order)
        needs_fresh = tif in ("ioc", "fok") or (limit is None and stop is None)
        if (needs_fresh and not self.fresh) or (
            stop is not None and self.fresh and order.reached(self.price[side])
        ):
            order.status = "rejected"
            return None
        if not order.waits:
            self._take(order)
        if tif in ("ioc", "fok") and order.status in OPEN:
            order.status = "canceled"
        return len(self.orders) - 1

    def modify(
        self, number: int, quantity: int | None, limit: Fraction | None, stop: Fraction | None
    ) -> str | None:
        """Change an order; the code of what is wrong with the change, or None."""
        order = self.orders[number]
        if order.status not in OPEN:
            return "order_final"
        if quantity is not None and quantity <= order.filled:
            return "quantity_below_filled"
        if stop is not None and order.stop is None:
            return "invalid_payload"
        if stop is not None and order.triggered:
            return "immutable_field"
        if limit is not None and order.limit is None:
            return "invalid_payload"
        new_limit, new_stop = limit or order.limit, stop or order.stop
        repriced = (new_limit, new_stop) != (order.limit, order.stop)
        before = order.stop
        order.stop = new_stop
        if repriced and order.waits and self.fresh and order.reached(self.price[order.side]):
            order.stop = before
            return "stop_would_trigger"
        order.limit = new_limit
        raised = quantity is not None and quantity > order.quantity
        order.quantity = order.quantity if quantity is None else quantity
        if raised or repriced:
            order.turn = self._next_turn()
            if not order.waits:
                self._take(order)
        return None

    def cancel(self, number: int) -> str | None:
        """End an order; the code of what is wrong with that, or None."""
        order = self.orders[number]
        if order.status not in OPEN:
            return "order_final"
        order.status = "canceled"
        return None

    def quote(
        self, bid: Fraction, ask: Fraction, bid_size: int | None, ask_size: int | None
    ) -> None:
        """Hear a quote: refill what is displayed anew, trigger stops, match, then the triggered."""
        self._hear()
        for side, price, size in (("buy", ask, ask_size), ("sell", bid, bid_size)):
            if side not in self.price or (self.price[side], self.displayed[side]) != (price, size):
                self.price[side], self.displayed[side], self.pool[side] = price, size, size
        stops = [o for o in self.orders if o.status in OPEN and o.waits]
        reached = [o for o in stops if o.reached(self.price[o.side])]
        reached.sort(key=lambda o: (o.stop if o.side == "buy" else -(o.stop or 0), o.turn))
        rested = self._in_turn()
        for order in reached:
            order.triggered, order.turn = True, self._next_turn()
        for order in rested:
            price = self.price[order.side]
            if order.limit is None:
                self._take(order)
            elif order.accepts(price):
                self._from_pool(order, price if self.opening else order.limit)
        for order in reached:
            self._take(order)
        self.opening = False

    def trade(self, price: Fraction, size: int) -> None:
        """Hear a trade: limits that rest there or better get what it brings."""
        self._hear()
        if self.opening:
            raise AssertionError("no trade comes between a silence and its first quote here")
        for order in self._in_turn():
            if order.limit is not None and order.accepts(price):
                quantity = min(order.leaves, size)
                size -= quantity
                self._fill(order, quantity, order.limit)

    def wait(self, now: int) -> None:
        """Time goes on, and orders end with it."""
        self.now = now
        for order in self.orders:
            if order.status in OPEN and order.expire_at is not None and order.expire_at <= now:
                order.status = "expired"

    def forget_market(self) -> None:
        """A new life of the server has heard no quote; what was displayed counts no more."""
        self.price, self.displayed, self.pool = {}, {}, {}
        self.heard_at, self.opening = None, True

    # what there is

    @property
    def fresh(self) -> bool:
        return self.heard_at is not None and self.now - self.heard_at <= SILENT_MS

    @property
    def cash(self) -> Fraction:
        paid = sum((_sign(s) * q * p + fee for _, s, q, p, fee in self.tape), Fraction(0))
        return self.deposits - paid

    def position(self) -> tuple[int, Fraction, Fraction]:
        """Signed quantity, average price and realised profit, from the whole tape anew."""
        held, average, realized = 0, Fraction(0), Fraction(0)
        for _, side, quantity, price, _ in self.tape:
            signed = _sign(side) * quantity
            if held * signed >= 0:
                average = (abs(held) * average + quantity * price) / (abs(held) + quantity)
            else:
                closed = min(abs(held), quantity)
                realized += closed * (price - average) * (1 if held > 0 else -1)
                if quantity > abs(held):
                    average = price
            held += signed
        return held, average if held else Fraction(0), realized

    @property
    def balance(self) -> Fraction:
        return self.deposits + self.position()[2] - sum(fee for *_, fee in self.tape)

    # how

    def _hear(self) -> None:
        self.opening = self.opening or not self.fresh
        self.heard_at = self.now

    def _next_turn(self) -> int:
        self.turns += 1
        return self.turns

    def _in_turn(self) -> list[NaiveOrder]:
        """Market orders by arrival, then limits by the best price, then by arrival."""
        found = [o for o in self.orders if o.status in OPEN and not o.waits]
        markets = sorted((o for o in found if o.limit is None), key=lambda o: o.turn)
        buys = [o for o in found if o.limit is not None and o.side == "buy"]
        sells = [o for o in found if o.limit is not None and o.side == "sell"]
        buys.sort(key=lambda o: (-(o.limit or 0), o.turn))
        sells.sort(key=lambda o: (o.limit or 0, o.turn))
        return [*markets, *buys, *sells]

    def _take(self, order: NaiveOrder) -> None:
        if not self.fresh or not order.accepts(self.price[order.side]):
            return
        pool = self.pool[order.side]
        if order.tif == "fok" and pool is not None and pool < order.leaves:
            return
        self._from_pool(order, self.price[order.side])

    def _from_pool(self, order: NaiveOrder, price: Fraction) -> None:
        pool = self.pool[order.side]
        quantity = order.leaves if pool is None else min(order.leaves, pool)
        if pool is not None:
            self.pool[order.side] = pool - quantity
        self._fill(order, quantity, price)

    def _fill(self, order: NaiveOrder, quantity: int, price: Fraction) -> None:
        if not quantity:
            return
        fee = Fraction(floor(quantity * price * self.fee_bps / 100 + Fraction(1, 2)), 100)
        self.tape.append((self.orders.index(order), order.side, quantity, price, fee))
        order.fills.append((quantity, price))
        order.status = "filled" if order.leaves == 0 else "partially_filled"


def _sign(side: str) -> int:
    return 1 if side == "buy" else -1

"""What a fill, an end or a change of one order means for others, at once."""

from fractions import Fraction
from math import floor

from tests.modules.broker.naive_market import NaiveMarket
from tests.modules.broker.naive_money import NaiveMoney, Print, held, set_aside
from tests.modules.broker.naive_orders import OPEN, NaiveOrder


class NaiveBook:
    """The orders of an account, its tape, and how they hang together."""

    def __init__(self, money: NaiveMoney, market: NaiveMarket, fee_bps: int, linked: str) -> None:
        self.money = money
        self.market = market
        self.fee_bps = fee_bps
        self.linked_mode = linked
        self.orders: list[NaiveOrder] = []
        self.tape: list[Print] = []
        self.tape_begins = 0
        self.arriving: list[NaiveOrder] = []
        self.turns = 0

    @property
    def counted(self) -> list[Print]:
        """The executions that the account still has to do with: those since its last reset."""
        return self.tape[self.tape_begins :]

    @property
    def position(self) -> int:
        return held(self.counted).quantity

    def next_turn(self) -> int:
        self.turns += 1
        return self.turns

    def open_orders(self) -> list[NaiveOrder]:
        return sorted((o for o in self.orders if o.status in OPEN), key=lambda o: o.turn)

    # a fill

    def fill(self, order: NaiveOrder, quantity: int, price: Fraction) -> None:
        if quantity <= 0:
            return
        against = -self.position if order.side == "buy" else self.position
        closed = max(min(against, quantity), 0)
        fee = Fraction(floor(quantity * price * self.fee_bps / 100 + Fraction(1, 2)), 100)
        self.tape.append(Print(order.number, order.side, quantity, price, fee))
        order.fills.append((quantity, price))
        if order.wish.notional is not None:
            order.quantity = order.filled + order.wants(price)
        order.status = "filled" if order.leaves == 0 else "partially_filled"
        if order.group is not None:
            self._take_from_rivals(order, quantity)
            for child in self.children(order):
                self._spare(child, order, closed)
                self._feed(child, order)
        self._position_exits_grow()
        self.reducing_follows()

    def mates(self, order: NaiveOrder) -> list[NaiveOrder]:
        """The other open orders of its group, oldest first."""
        if order.group is None:
            return []
        return [
            o for o in self.orders if o.group == order.group and o is not order and o.status in OPEN
        ]

    def children(self, order: NaiveOrder) -> list[NaiveOrder]:
        return [o for o in self.mates(order) if o.parent == order.number]

    def rivals(self, order: NaiveOrder) -> list[NaiveOrder]:
        return [o for o in self.mates(order) if o.exclusive] if order.exclusive else []

    def _take_from_rivals(self, order: NaiveOrder, quantity: int) -> None:
        for rival in self.rivals(order):
            if order.status == "filled" or rival.leaves <= quantity:
                self.end(rival, "canceled", "oco_filled")
            else:
                rival.quantity -= quantity
                rival.ceded += quantity
        if order.status == "filled" and order.exclusive:
            for parent in self.mates(order):
                if parent.number == order.parent:
                    self.end(parent, "canceled", "exit_filled")

    def _spare(self, child: NaiveOrder, entry: NaiveOrder, closed: int) -> None:
        """Exits are for what their entry opened; what it closed needs none."""
        if child.group_kind != "bracket" or not closed:
            return
        child.ceded += closed
        if not child.waits_for_parent:
            return
        if entry.quantity > child.ceded:
            child.quantity = entry.quantity - child.ceded
        else:
            self.end(child, "canceled", "nothing_to_reduce")

    def _feed(self, child: NaiveOrder, parent: NaiveOrder) -> None:
        """A child works for what its parent has got, and grows with it."""
        if child.status not in OPEN:
            return
        due = self._due(child, parent)
        if child.waits_for_parent:
            if due > 0:
                self._begin(child, due)
        elif due > child.quantity and self._affords(child, due):
            child.quantity = due
            child.turn = self.next_turn()

    def _due(self, child: NaiveOrder, parent: NaiveOrder) -> int:
        whole = parent.quantity if child.share is None else child.share
        if parent.status == "filled":
            due = whole
        elif self.linked_mode == "full":
            due = 0
        else:
            due = whole * parent.filled // parent.quantity
        return due - child.ceded

    def _begin(self, child: NaiveOrder, due: int) -> None:
        whole, child.quantity = child.quantity, due
        reserve = set_aside(child, self.market)
        reason = self.short_of_margin(child, reserve)
        if reason is None and child.wish.post_only and self.would_take(child):
            reason = "would_take"
        if reason is not None:
            child.quantity = whole
            self.end(child, "canceled", reason)
            return
        child.status, child.reason, child.reserve = "working", None, reserve
        self.arriving.append(child)

    def _affords(self, child: NaiveOrder, quantity: int) -> bool:
        before, child.quantity = child.quantity, quantity
        reason = self.short_of_margin(child, child.reserve, before=before)
        child.quantity = before
        return reason is None

    def _position_exits_grow(self) -> None:
        for order in self.orders:
            if order.group == "position" and order.status in OPEN:
                size = self.against(order)
                if size > order.leaves:
                    order.quantity = order.filled + size
                    order.turn = self.next_turn()

    def reducing_follows(self) -> None:
        """Orders that may only reduce want no more than there is, and end where nothing is."""
        for order in self.orders:
            if order.wish.reduce_only and order.works:
                size = self.against(order)
                if not size:
                    self.end(order, "canceled", "nothing_to_reduce")
                elif order.leaves > size:
                    order.quantity = order.filled + size

    def against(self, order: NaiveOrder) -> int:
        """How much of the position an order could close."""
        return max(self.position if order.side == "sell" else -self.position, 0)

    # an end

    def end(self, order: NaiveOrder, status: str, reason: str | None) -> None:
        order.status, order.reason = status, reason
        self.orphans(order)
        if order.exclusive and reason == "nothing_to_reduce":
            self._end_unprotected(order)

    def _end_unprotected(self, order: NaiveOrder) -> None:
        """Whoever closes a position ends with its exits what is left of their entry."""
        for parent in self.mates(order):
            if parent.number == order.parent and self.tape[-1].order != parent.number:
                self.end(parent, "canceled", "exits_ended")

    def orphans(self, order: NaiveOrder) -> None:
        """What waited for an order that has ended will never work."""
        for child in self.children(order):
            if child.waits_for_parent:
                self.end(child, "canceled", "parent_ended")

    # what the account can afford

    def short_of_margin(
        self, order: NaiveOrder, reserve: Fraction | None, before: int | None = None
    ) -> str | None:
        """Why an order at a price cannot be afforded; `before` is its quantity until now."""
        if reserve is None:
            return None
        others = [o for o in self.orders if o is not order]
        without = self.money.reserved(self.counted, others)
        present, order.reserve = order.reserve, reserve
        added = self.money.reserved(self.counted, [*others, order])
        order.reserve = present
        if added <= without:
            return None
        equity = self.money.equity(self.counted, self.market)
        used = self.money.used(self.counted, self.market)
        return "insufficient_margin" if equity - used < added else None

    def would_take(self, order: NaiveOrder) -> bool:
        return self.market.tradable and order.accepts(self.market.price[order.side])

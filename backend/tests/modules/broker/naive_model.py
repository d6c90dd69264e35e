"""A paper account as its rules are written, in plain lists and exact fractions.

It is slow and knows nothing of the engine: two descriptions of one thing, made apart, are compared.
Netting mode, policies `touch` and `wait`, stops on the quote, one symbol, no slippage, no latency.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from tests.modules.broker.naive_links import NaiveBook
from tests.modules.broker.naive_market import NaiveMarket
from tests.modules.broker.naive_money import NaiveMoney, mark, set_aside
from tests.modules.broker.naive_orders import HELD, IMMEDIATE, OPEN, NaiveOrder, Wish


class NaiveAccount(NaiveBook):
    """What the orders, quotes, trades and hours of one account lead to."""

    def __init__(
        self, balance: int, fee_bps: int, now: int, session_end: Callable[[int], int]
    ) -> None:
        money = NaiveMoney(Fraction(balance))
        super().__init__(money, NaiveMarket(now), fee_bps, "partial")
        self._session_end = session_end
        self.halted = False

    # orders come

    def place(self, wish: Wish) -> str | None:
        """Enter an order; the code of a refusal, or None."""
        order = self._new(wish)
        if (code := self._refusal(order)) is not None:
            return self._reject(order, code)
        self._enter(order)
        self._arrive(order)
        if order.tif in IMMEDIATE and order.status in OPEN:
            self.end(order, "canceled", f"{order.tif}_" + _LEFT[order.tif])
        self._admit()
        return None

    def place_linked(self, kind: str, wishes: Sequence[Wish]) -> str | None:
        """Enter all orders of a group, or none: then the first one keeps why.

        Of a bracket the exits come as they are told: the stop first.
        """
        if kind == "bracket" and not self._exits_fit(wishes[0], wishes[1:]):
            return "invalid_payload"
        first = len(self.orders)
        entered: list[NaiveOrder] = []
        for number, wish in enumerate(wishes):
            order = self._new(wish)
            order.group, order.group_kind = first, kind
            if number and kind != "oco":
                order.parent, order.status, order.reason = first, HELD, "waits_for_parent"
                if kind == "bracket":
                    order.quantity = self.orders[first].quantity
                else:
                    order.share = order.quantity
            elif (code := self._refusal(order)) is not None:
                del self.orders[first:]
                return self._reject(self._new(wishes[0]), code)
            else:
                self._enter(order)
                entered.append(order)
        self.arriving += sorted(entered, key=lambda order: not order.waits)
        self._admit()
        return None

    def protect(self, exits: Sequence[Wish]) -> str | None:
        """Let the position have these exits and no others."""
        quantity = self.position
        if not quantity:
            return "not_found"
        side = "buy" if quantity > 0 else "sell"
        reference = mark(quantity, self.market) if self.market.tradable else None
        if not _around(side, exits, reference):
            return "invalid_payload"
        wishes = [replace(each, quantity=abs(quantity)) for each in exits]
        for wish in wishes:
            order = self._new(wish)
            code = self._refusal(order)
            self.orders.pop()
            if code is not None:
                return code
        for order in self.orders:
            if order.group == "position" and order.status in OPEN:
                same = [w for w in wishes if _same_exit(order, w)]
                if same:
                    wishes.remove(same[0])
                else:
                    self.end(order, "canceled", None)
        for wish in wishes:
            order = self._new(wish)
            order.group, order.group_kind = "position", "bracket"
            self._enter(order)
            self.arriving.append(order)
        self._admit()
        return None

    def close(self, quantity: int | None) -> str | None:
        """Close the position or a part of it by a market order."""
        size = abs(self.position)
        if not size:
            return "not_found"
        side, underway = self._closing()
        wanted = size if quantity is None else quantity
        if wanted > size - sum(o.leaves for o in underway):
            return "conflict" if underway else "quantity_out_of_range"
        return self.place(Wish(side, quantity=wanted, reduce_only=True))

    def reverse(self) -> str | None:
        """Turn the position round by a market order of twice its size."""
        size = abs(self.position)
        if not size:
            return "not_found"
        side, underway = self._closing()
        return "conflict" if underway else self.place(Wish(side, quantity=2 * size))

    def _closing(self) -> tuple[str, list[NaiveOrder]]:
        """The side against the position, and the market orders that wait there."""
        side = "sell" if self.position > 0 else "buy"
        return side, [
            o for o in self.open_orders() if o.side == side and o.wish.kind == "market" and o.leaves
        ]

    def _new(self, wish: Wish) -> NaiveOrder:
        order = NaiveOrder(
            number=len(self.orders),
            wish=wish,
            turn=self.next_turn(),
            quantity=wish.quantity,
            limit=wish.limit,
            stop=wish.stop,
            trail=wish.trail,
            expire_at=self._end_of(wish),
        )
        if wish.notional is not None:
            order.quantity = order.wants(order.limit or self.market.price[wish.side])
        self.orders.append(order)
        return order

    def _end_of(self, wish: Wish) -> int | None:
        return self._session_end(self.market.now) if wish.tif == "day" else wish.expire_at

    def _refusal(self, order: NaiveOrder) -> str | None:
        if self.halted:
            return "account_halted"
        immediate = order.tif in IMMEDIATE
        if not self.market.open:
            if immediate:
                return "market_closed"
        elif (immediate or order.wish.kind == "market") and not self.market.tradable:
            return "stale_quote"
        return self._arrival_refusal(order) or self.short_of_margin(
            order, set_aside(order, self.market)
        )

    def _arrival_refusal(self, order: NaiveOrder) -> str | None:
        if not self.market.tradable:
            return None
        if order.waits:
            reached = order.reached(self.market.price[order.side])
            return "stop_would_trigger" if reached else None
        return "would_take" if order.wish.post_only and self.would_take(order) else None

    def _reject(self, order: NaiveOrder, code: str) -> str:
        order.status, order.reason, order.expire_at = "rejected", code, order.wish.expire_at
        return code

    def _enter(self, order: NaiveOrder) -> None:
        order.reserve = set_aside(order, self.market)
        if not self.market.open:
            order.status, order.reason = HELD, "market_closed"

    def _exits_fit(self, entry: Wish, exits: Sequence[Wish]) -> bool:
        reference = entry.limit or entry.stop
        if reference is None and self.market.tradable:
            reference = self.market.price[entry.side]
        return _around(entry.side, exits, reference)

    # orders change and end

    def modify(self, number: int, changes: Wish) -> str | None:
        """Change an order; the code of what is wrong with the change, or None.

        Of `changes` only quantity, prices, trail and end count, where they are not empty.
        """
        order = self.orders[number]
        if order.status not in OPEN:
            return "order_final"
        fixed = order.wish.notional is not None or order.exclusive or order.parent is not None
        if changes.quantity and changes.quantity != order.quantity and fixed:
            return "immutable_field"
        if changes.quantity and changes.quantity <= order.filled:
            return "quantity_below_filled"
        if order.triggered and (changes.trail or changes.stop):
            return "immutable_field"
        before = replace(order)
        self._change(order, changes)
        if _told(order) == _told(before):
            return None
        repriced = (order.limit, order.stop) != (before.limit, before.stop)
        reserve = None
        if not order.waits_for_parent:
            reserve = set_aside(order, self.market) or order.reserve
        code = "account_halted" if self.halted else None
        code = code or self.short_of_margin(order, reserve)
        if code is None and repriced and order.works:
            code = self._arrival_refusal(order)
        if code is not None:
            vars(order).update(vars(before))
            return code
        order.reserve = reserve
        for child in self.children(order):
            if child.waits_for_parent and child.group_kind == "bracket":
                child.quantity = order.quantity - child.ceded
        if order.quantity > before.quantity or repriced:
            order.turn = self.next_turn()
            self._arrive(order)
        self._admit()
        return None

    def _change(self, order: NaiveOrder, changes: Wish) -> None:
        if changes.quantity:
            order.quantity = changes.quantity
        if changes.trail is not None:
            order.trail = changes.trail
            if order.mark is not None:
                order.trail_from(order.mark)
        order.stop = changes.stop or order.stop
        if changes.limit is not None:
            order.limit = changes.limit
            if order.wish.notional is not None:
                order.quantity = order.filled + order.wants(order.limit)
        order.expire_at = changes.expire_at or order.expire_at

    def cancel(self, number: int) -> str | None:
        """End an order; the code of what is wrong with that, or None."""
        order = self.orders[number]
        if order.status not in OPEN:
            return "order_final"
        self.end(order, "canceled", None)
        return None

    def cancel_all(self, reason: str | None = None) -> None:
        """End every open order."""
        ended = self.open_orders()
        for order in ended:
            order.status, order.reason = "canceled", reason

    def halt(self) -> None:
        """The kill switch."""
        self.cancel_all("account_halted")
        self.halted = True

    def resume(self) -> None:
        self.halted = False

    def reset(self, balance: int) -> None:
        """Begin anew with a deposit; what is held is gone without a trade."""
        self.cancel_all("account_reset")
        self.tape_begins = len(self.tape)
        self.money.deposit = Fraction(balance)
        self.market.pool = dict(self.market.displayed)

    # the market speaks

    def quote(
        self,
        bid: Fraction,
        ask: Fraction,
        bid_size: int | None,
        ask_size: int | None,
        status: str = "open",
    ) -> None:
        """Hear a quote: refill what is displayed anew, trigger stops, match, then the triggered."""
        sides = self.market.quote(bid, ask, bid_size, ask_size, status)
        if sides:
            self._match(sides)
        if self.market.opening and status == "open":
            self._open()

    def _match(self, sides: set[str]) -> None:
        stops = [o for o in self.orders if o.works and o.waits]
        reached = [o for o in stops if o.reached(self.market.price[o.side])]
        for order in stops:
            if order not in reached:
                order.follow(self.market.price[order.side])
        reached.sort(key=lambda o: (o.stop if o.rises else -(o.stop or 0), o.turn))
        for order in reached:
            order.triggered, order.turn = True, self.next_turn()
        rivals = [rival for order in reached for rival in self.rivals(order)]
        first = [o for o in self._in_turn() if o.side in sides and o not in [*reached, *rivals]]
        for order in first:
            self._rest(order)
        for order in reached:
            self._take(order)
        for order in self._in_turn():
            if order in rivals:
                self._rest(order)
        self._admit()

    def _rest(self, order: NaiveOrder) -> None:
        """Fill an order that was there before the quote: a limit at its own price."""
        if not order.works:
            return
        price = self.market.price[order.side]
        if order.limit is None:
            self._take(order)
        elif order.accepts(price):
            at = price if self.market.opening else order.limit
            self.fill(order, self.market.take(order.side, order.wants(at)), at)

    def _open(self) -> None:
        """Let what was held work, by arrival."""
        for order in self.open_orders():
            if order.status != HELD or order.parent is not None:
                continue
            if order.wish.notional is not None:
                order.quantity = order.wants(order.limit or self.market.price[order.side])
            reserve = set_aside(order, self.market)
            reason = self.short_of_margin(order, reserve)
            if reason is None and order.wish.post_only and self.would_take(order):
                reason = "would_take"
            if reason is not None:
                self.end(order, "canceled", reason)
                continue
            order.status, order.reason, order.reserve = "working", None, reserve
            order.expire_at = self._end_of(order.wish) if order.tif == "day" else order.expire_at
            self._arrive(order)
        self._admit()

    def trade(self, price: Fraction, size: int) -> None:
        """Hear a trade: limits that rest there or better get what it brings."""
        self.market.hear()
        if not self.market.tradable:
            return
        for order in self._in_turn():
            if order.works and order.limit is not None and order.accepts(price):
                quantity = min(order.wants(order.limit), size)
                size -= quantity
                self.fill(order, quantity, order.limit)
        self._admit()

    def wait(self, now: int) -> None:
        """Time goes on, and orders end with it, one instant after the other."""
        for time in sorted({o.expire_at for o in self.open_orders() if o.expire_at is not None}):
            if time <= now:
                self.miss(time)
        self.market.now = now

    def miss(self, now: int) -> None:
        """Find orders whose time is over, all at once."""
        self.market.now = now
        ends = [o for o in self.open_orders() if o.expire_at is not None and o.expire_at <= now]
        for order in ends:
            order.status, order.reason = "expired", _OVER[order.tif]
        for order in ends:
            self.orphans(order)

    # how orders meet the market

    def _in_turn(self) -> list[NaiveOrder]:
        """Market orders by arrival, then limits by the best price, then by arrival."""
        found = [o for o in self.open_orders() if o.works and not o.waits]
        markets = [o for o in found if o.limit is None]
        buys = [o for o in found if o.limit is not None and o.side == "buy"]
        sells = [o for o in found if o.limit is not None and o.side == "sell"]
        buys.sort(key=lambda o: -(o.limit or 0))
        sells.sort(key=lambda o: o.limit or 0)
        return [*markets, *buys, *sells]

    def _admit(self) -> None:
        """Let what began to work in this step meet the market."""
        while self.arriving:
            self._arrive(self.arriving.pop(0))

    def _arrive(self, order: NaiveOrder) -> None:
        if order.wish.reduce_only and order.works:
            self.reducing_follows()
        if not order.works or not self.market.tradable:
            return
        if order.waits:
            if not order.reached(self.market.price[order.side]):
                order.follow(self.market.price[order.side])
                return
            order.triggered, order.turn = True, self.next_turn()
        self._take(order)

    def _take(self, order: NaiveOrder) -> None:
        """Take what the present quote has for an order."""
        if not order.works or not self.market.tradable:
            return
        price = self.market.price[order.side]
        if order.accepts(price):
            wanted = order.wants(price)
            if order.tif != "fok" or self.market.has(order.side, wanted):
                self.fill(order, self.market.take(order.side, wanted), price)
        if order.wish.notional is not None and order.works and not order.wants(price):
            self.end(order, "canceled", "notional_remainder")


_LEFT = {"ioc": "remainder", "fok": "unfilled"}
_OVER = {"day": "session_ended", "gtd": "expire_at_reached"}


def _told(order: NaiveOrder) -> tuple[object, ...]:
    return (order.quantity, order.limit, order.stop, order.trail, order.expire_at)


def _around(side: str, exits: Sequence[Wish], reference: Fraction | None) -> bool:
    """Whether exits lie on either side of a price and of each other, for who entered on a side."""
    sign = 1 if side == "buy" else -1
    profits = [each.limit for each in exits if each.kind == "limit"]
    stops = [each.stop for each in exits if each.stop is not None]
    bounds = [*stops, *([] if reference is None else [reference])]
    above = all((profit - bound) * sign > 0 for profit in profits for bound in bounds if profit)
    return above and (reference is None or all((reference - stop) * sign > 0 for stop in stops))


def _same_exit(order: NaiveOrder, wish: Wish) -> bool:
    """Whether an exit is the one that is wanted; one that trails is told by its trail."""
    if order.wish.kind != wish.kind:
        return False
    if wish.trail is not None:
        return order.trail == wish.trail
    return (order.limit, order.stop) == (wish.limit, wish.stop)

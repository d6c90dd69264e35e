"""What executions and open orders come to, added up anew each time from the first to the last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from tests.modules.broker.naive_market import NaiveMarket
from tests.modules.broker.naive_orders import OPEN, NaiveOrder

BUFFER = Fraction(3, 100)


class Print(NamedTuple):
    """One execution: the number of its order, and what was traded."""

    order: int
    side: str
    quantity: int
    price: Fraction
    fee: Fraction


class Held(NamedTuple):
    """A position: signed quantity, average price, and what was realised so far."""

    quantity: int
    average: Fraction
    realized: Fraction


def sign(side: str) -> int:
    return 1 if side == "buy" else -1


def held(tape: Sequence[Print]) -> Held:
    quantity, average, realized = 0, Fraction(0), Fraction(0)
    for each in tape:
        signed = sign(each.side) * each.quantity
        if quantity * signed >= 0:
            value = abs(quantity) * average + each.quantity * each.price
            average = value / (abs(quantity) + each.quantity)
        else:
            closed = min(abs(quantity), each.quantity)
            realized += closed * (each.price - average) * (1 if quantity > 0 else -1)
            if each.quantity > abs(quantity):
                average = each.price
        quantity += signed
    return Held(quantity, average if quantity else Fraction(0), realized)


@dataclass
class NaiveMoney:
    """An account's money: since the last deposit or reset, from the tape alone."""

    deposit: Fraction
    leverage: int = 1

    def cash(self, tape: Sequence[Print]) -> Fraction:
        paid = (sign(each.side) * each.quantity * each.price + each.fee for each in tape)
        return self.deposit - sum(paid, Fraction(0))

    def balance(self, tape: Sequence[Print]) -> Fraction:
        return self.deposit + held(tape).realized - sum((e.fee for e in tape), Fraction(0))

    def equity(self, tape: Sequence[Print], market: NaiveMarket) -> Fraction:
        """What there would be if the position were closed at the present quote."""
        quantity = held(tape).quantity
        return self.cash(tape) + quantity * mark(quantity, market)

    def used(self, tape: Sequence[Print], market: NaiveMarket) -> Fraction:
        quantity = held(tape).quantity
        return abs(quantity) * mark(quantity, market) / self.leverage

    def reserved(self, tape: Sequence[Print], orders: Iterable[NaiveOrder]) -> Fraction:
        """What the open orders would add to the position: the larger one of buys and sells."""
        quantity = held(tape).quantity
        sides = {"buy": (0, Fraction(0)), "sell": (0, Fraction(0))}
        for order in orders:
            if order.status in OPEN and order.reserve is not None:
                units, value = sides[order.side]
                units, value = units + order.leaves, value + order.leaves * order.reserve
                sides[order.side] = (units, value)
        added = []
        for side, (units, value) in sides.items():
            before, after = abs(quantity), abs(quantity + sign(side) * units)
            added.append(value * max(after - before, 0) / units if units else Fraction(0))
        return max(added) / self.leverage


def mark(quantity: int, market: NaiveMarket) -> Fraction:
    return market.price["sell" if quantity > 0 else "buy"]


def set_aside(order: NaiveOrder, market: NaiveMarket) -> Fraction | None:
    """What a unit of an order may come to.

    Its limit, else its stop, else the market; a sell is worth the ask at least, and what may have
    to wait is taken above the market.
    """
    if order.wish.reduce_only:
        return None
    price = order.limit
    if price is None and order.waits:
        price = order.stop
    if order.side == "buy" and price is not None:
        return price
    ask = market.price["buy"]
    if may_wait(order, market):
        ask *= 1 + BUFFER
    return ask if price is None else max(price, ask)


def may_wait(order: NaiveOrder, market: NaiveMarket) -> bool:
    if order.waits:
        return True
    if order.tif in ("ioc", "fok"):
        return False
    if not market.tradable or not order.accepts(market.price[order.side]):
        return True
    return not market.has(order.side, order.leaves)

"""An order as the page describes it: what was wished for, and what has become of it."""

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

HELD = "held"
WORKING = ("working", "partially_filled")
OPEN = (HELD, *WORKING)
IMMEDIATE = ("ioc", "fok")
CONDITIONAL = (
    "stop",
    "stop_limit",
    "trailing_stop",
    "trailing_stop_limit",
    "market_if_touched",
    "limit_if_touched",
)
TOUCHED = ("market_if_touched", "limit_if_touched")
TICK = Fraction(1, 100)


@dataclass(frozen=True)
class Wish:
    """What somebody asks for; prices are fractions, a trail is its kind and its value."""

    side: str
    kind: str = "market"
    quantity: int = 0
    limit: Fraction | None = None
    stop: Fraction | None = None
    trail: tuple[str, Fraction] | None = None
    tif: str = "gtc"
    expire_at: int | None = None
    post_only: bool = False
    reduce_only: bool = False
    notional: Fraction | None = None


@dataclass(eq=False)
class NaiveOrder:
    """An order and what it has got.

    `parent` is the number of the order that it waited for, `group` that of the first order of its
    group, or `position` where it is an exit of the position. `ceded` is what others of its group
    have had of it, `share` what an `oto` order is for once its parent is filled, `reserve` what
    each unit of it sets aside.
    """

    number: int
    wish: Wish
    turn: int
    quantity: int
    limit: Fraction | None
    stop: Fraction | None
    trail: tuple[str, Fraction] | None
    expire_at: int | None
    mark: Fraction | None = None
    parent: int | None = None
    group: int | str | None = None
    group_kind: str | None = None
    share: int | None = None
    ceded: int = 0
    reserve: Fraction | None = None
    status: str = "working"
    reason: str | None = None
    triggered: bool = False
    fills: list[tuple[int, Fraction]] = field(default_factory=list)

    @property
    def side(self) -> str:
        return self.wish.side

    @property
    def tif(self) -> str:
        return self.wish.tif

    @property
    def filled(self) -> int:
        return sum(quantity for quantity, _ in self.fills)

    @property
    def spent(self) -> Fraction:
        return sum((quantity * price for quantity, price in self.fills), Fraction(0))

    @property
    def average(self) -> Fraction | None:
        return self.spent / self.filled if self.fills else None

    @property
    def leaves(self) -> int:
        return self.quantity - self.filled if self.status in OPEN else 0

    @property
    def works(self) -> bool:
        return self.status in WORKING

    @property
    def waits(self) -> bool:
        """Its stop has not been reached."""
        return self.wish.kind in CONDITIONAL and not self.triggered

    @property
    def waits_for_parent(self) -> bool:
        return self.status == HELD and self.parent is not None

    @property
    def exclusive(self) -> bool:
        """A fill of it takes from others of its group."""
        exit_ = self.parent is not None or self.group == "position"
        return self.group_kind == "oco" or (self.group_kind == "bracket" and exit_)

    @property
    def rises(self) -> bool:
        """It is a rising price that reaches the stop."""
        return (self.side == "buy") != (self.wish.kind in TOUCHED)

    def accepts(self, price: Fraction) -> bool:
        if self.limit is None:
            return True
        return price <= self.limit if self.side == "buy" else price >= self.limit

    def reached(self, price: Fraction) -> bool:
        if self.stop is None:
            return False
        return price >= self.stop if self.rises else price <= self.stop

    def wants(self, price: Fraction) -> int:
        """How much of it is still wanted at a price: a sum buys what it is worth there."""
        if self.wish.notional is None:
            return self.leaves
        return max(floor((self.wish.notional - self.spent) / price), 0)

    def follow(self, price: Fraction) -> None:
        """A trailing stop keeps its distance from the best price since it began to work."""
        if self.trail is None:
            return
        if self.mark is None or (price > self.mark if self.side == "sell" else price < self.mark):
            self.trail_from(price)

    def trail_from(self, mark: Fraction) -> None:
        """Set the stop by a mark, rounded away from the market; a limit keeps its distance."""
        assert self.trail is not None
        kind, value = self.trail
        offset = value if kind == "absolute" else mark * value / 100
        before, self.mark = self.stop, mark
        if self.side == "sell":
            self.stop = max(floor((mark - offset) / TICK) * TICK, TICK)
        else:
            self.stop = ceil((mark + offset) / TICK) * TICK
        if self.limit is not None and before is not None:
            self.limit = max(self.limit + self.stop - before, TICK)

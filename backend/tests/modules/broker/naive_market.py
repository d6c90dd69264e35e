"""The market of one symbol as an account of the page sees it."""

from fractions import Fraction

SILENT_MS = 60_000


class NaiveMarket:
    """The last quote, what of it the account has left, and whether anything can be traded."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.forget()

    def forget(self) -> None:
        """A new life of the server has heard no quote; what was displayed counts no more."""
        self.status = ""
        self.price: dict[str, Fraction] = {}
        self.displayed: dict[str, int | None] = {}
        self.pool: dict[str, int | None] = {}
        self.heard_at: int | None = None
        self.interrupted = True
        self.opening = False

    @property
    def open(self) -> bool:
        """In session, be it that nothing is heard."""
        return self.status in ("open", "stale")

    @property
    def tradable(self) -> bool:
        return self.status == "open" and not self.silent

    @property
    def silent(self) -> bool:
        return self.heard_at is None or self.now - self.heard_at > SILENT_MS

    def hear(self) -> None:
        """Note a sign of life; after a silence the next quote opens the market anew."""
        self.interrupted = self.interrupted or self.silent
        self.heard_at = self.now

    def quote(
        self,
        bid: Fraction,
        ask: Fraction,
        bid_size: int | None,
        ask_size: int | None,
        status: str,
    ) -> set[str]:
        """Take a quote; the sides of orders that may be filled anew."""
        self.hear()
        self.status = status
        refilled = set()
        for side, price, size in (("buy", ask, ask_size), ("sell", bid, bid_size)):
            if side not in self.price or (self.price[side], self.displayed[side]) != (price, size):
                self.price[side], self.displayed[side], self.pool[side] = price, size, size
                refilled.add(side)
        self.opening = self.interrupted and status == "open"
        self.interrupted = status != "open"
        if status != "open":
            return set()
        return {"buy", "sell"} if self.opening else refilled

    def take(self, side: str, wanted: int) -> int:
        """So much of what is wanted, out of what is left of the displayed size."""
        left = self.pool[side]
        if left is None:
            return wanted
        got = min(wanted, left)
        self.pool[side] = left - got
        return got

    def has(self, side: str, quantity: int) -> bool:
        """Whether all of a quantity is to be had at once."""
        left = self.pool[side]
        return left is None or left >= quantity

"""How often something may happen: token buckets."""

import math

from trading_api.domain.errors import TradingError
from trading_api.shared.ws.limits import WsLimits

OFFENCE_S = 10.0
PORTION_BYTES = 4096  # a longer request counts as one for each begun portion
EARLY_MS = 2  # by which a client's timer may fire before its time


class TokenBucket:
    """`burst` at once, then `rate` a second. Instants are seconds on the event loop's clock."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = now

    def take(self, now: float, count: int = 1) -> float:
        """Take so many tokens; the result is 0.0, or in how many seconds they will be there."""
        tokens = self._tokens + (now - self._at) * self._rate
        if tokens > self._burst:
            tokens = self._burst
        self._at = now
        if tokens < count:
            self._tokens = tokens
            return (count - tokens) / self._rate
        self._tokens = tokens - count
        return 0.0


class RequestRate:
    """The requests of one connection: those above the rate are refused, and refusals counted.

    Attributes:
        abused: whether more than a whole burst was refused within ten seconds.
    """

    __slots__ = ("_bucket", "_limits", "_refused", "_refused_since", "abused")

    def __init__(self, limits: WsLimits, now: float) -> None:
        self._limits = limits
        self._bucket = TokenBucket(limits.rate, limits.burst, now)
        self._refused = 0
        self._refused_since = now
        self.abused = False

    def refuse(self, now: float, size: int) -> TradingError | None:
        """Count a request of so many bytes; the error that answers it, or None: serve it."""
        cost = min(1 + size // PORTION_BYTES, self._limits.burst)
        wait_s = self._bucket.take(now, cost)
        if not wait_s:
            return None
        if now - self._refused_since > OFFENCE_S or not self._refused:
            self._refused, self._refused_since = 0, now
        self._refused += cost
        self.abused = self._refused > self._limits.burst
        return TradingError(
            "rate_limited",
            f"more than {self._limits.rate:g} requests a second, {self._limits.burst} at once",
            details={"retry_after_ms": math.ceil(wait_s * 1000) + EARLY_MS},
        )

"""How long to wait before something is tried again."""

from collections.abc import Callable


class Backoff:
    """Waits that double, with chance in them, so that not everybody comes back at once.

    Args:
        chance: gives a number from 0 up to 1.
        first_s: the first wait is between half of it and all of it.
        most_s: no wait is longer, but for what the other side demands.
    """

    def __init__(
        self, chance: Callable[[], float], first_s: float = 1.0, most_s: float = 60.0
    ) -> None:
        self._chance = chance
        self._first_s, self._most_s = first_s, most_s
        self._tries = 0

    def next_s(self, at_least_s: float | None = None) -> float:
        """Seconds to wait now; never less than what the other side demands."""
        longest: float = min(self._first_s * 2.0 ** min(self._tries, 30), self._most_s)
        self._tries += 1
        return max(longest * (0.5 + self._chance() / 2), at_least_s or 0.0)

    def reset(self) -> None:
        """It has worked: the next wait is a first one."""
        self._tries = 0

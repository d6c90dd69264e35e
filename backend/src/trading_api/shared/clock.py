"""The system's clock and ids: the one place that reads them."""

import asyncio
import secrets
import time

_LONGEST_SLEEP_S = 30.0

elapsed_s = time.perf_counter  # for durations: it never goes back


class SystemClock:
    """Wall time in epoch milliseconds UTC."""

    def now_ms(self) -> int:
        """The present instant."""
        return time.time_ns() // 1_000_000

    async def sleep_until(self, time_ms: int) -> None:
        """Return at or after the instant, also when the wall clock is set meanwhile."""
        while (rest := (time_ms - self.now_ms()) / 1000) > 0:  # noqa: ASYNC110 - it waits for time
            await asyncio.sleep(min(rest, _LONGEST_SLEEP_S))


class SystemIds:
    """Names and secrets from the operating system's generator."""

    def new_id(self) -> str:
        """Twelve hexadecimal digits."""
        return secrets.token_hex(6)

    def new_secret(self) -> str:
        """43 characters that are safe in an address: 256 bits."""
        return secrets.token_urlsafe(32)

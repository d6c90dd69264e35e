"""Tickets: secrets that open one connection within half a minute."""

from typing import Generic, NamedTuple, TypeVar

from trading_api.domain.errors import TradingError

TICKET_MS = 30 * 1000
MAX_TICKETS_PER_CALLER = 100

Holder = TypeVar("Holder")


class _Entry(NamedTuple, Generic[Holder]):
    caller: str
    holder: Holder
    expires_at: int


class Tickets(Generic[Holder]):
    """Who holds which ticket, by the ticket's hash.

    In memory only: a ticket is worth less than the time that a restart takes.
    """

    def __init__(self) -> None:
        self._entries: dict[str, _Entry[Holder]] = {}  # in order of expiry: all live equally long
        self._outstanding: dict[str, int] = {}

    def add(self, ticket_hash: str, caller: str, holder: Holder, now_ms: int) -> int:
        """Remember a ticket; the result is the instant at which it ends.

        Raises:
            TradingError: `rate_limited` when so many of the caller's have not been used.
        """
        self._forget_the_expired(now_ms)
        count = self._outstanding.get(caller, 0)
        if count >= MAX_TICKETS_PER_CALLER:
            oldest = next(each for each in self._entries.values() if each.caller == caller)
            raise TradingError(
                "rate_limited",
                f"{count} unused tickets are the limit for one caller",
                details={"retry_after_ms": oldest.expires_at - now_ms},
            )
        self._outstanding[caller] = count + 1
        expires_at = now_ms + TICKET_MS
        self._entries[ticket_hash] = _Entry(caller, holder, expires_at)
        return expires_at

    def take(self, ticket_hash: str, now_ms: int) -> Holder | None:
        """Use a ticket up; None when it is unknown, used or expired."""
        self._forget_the_expired(now_ms)
        entry = self._entries.get(ticket_hash)
        if entry is None:
            return None
        self._remove(ticket_hash)
        return entry.holder

    def _forget_the_expired(self, now_ms: int) -> None:
        while self._entries:
            ticket_hash, entry = next(iter(self._entries.items()))
            if now_ms < entry.expires_at:
                return
            self._remove(ticket_hash)

    def _remove(self, ticket_hash: str) -> None:
        caller = self._entries.pop(ticket_hash).caller
        self._outstanding[caller] -= 1
        if not self._outstanding[caller]:
            del self._outstanding[caller]

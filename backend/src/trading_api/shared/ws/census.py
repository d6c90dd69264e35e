"""How many sockets each caller and each address holds, and how many HTTP connections."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, IPv6Network, ip_address

from trading_api.domain.errors import TradingError
from trading_api.shared.auth import ANONYMOUS_ID, Principal
from trading_api.shared.ws.limits import LimitCounts, WsLimits

RETRY_MS = 5000
HOME_BITS = 64  # of an IPv6 address: what one subscriber of a network gets


class Census:
    """The open sockets of all modules, by caller and by address; apart, what is no socket yet."""

    def __init__(self) -> None:
        self._callers: Counter[str] = Counter()
        self._homes: Counter[str] = Counter()
        self._visitors: Counter[str] = Counter()

    def connect(self, address: str, limits: WsLimits) -> bool:
        """Count an HTTP connection; false, and not counted, when the address holds too many."""
        home = home_of(address)
        if self._visitors[home] >= limits.max_connections_per_address:
            return False
        self._visitors[home] += 1
        return True

    def disconnect(self, address: str) -> None:
        """Undo one `connect`: it has ended or has become a socket."""
        _leave(self._visitors, home_of(address))

    @contextmanager
    def place(
        self, principal: Principal, address: str, limits: WsLimits, counts: LimitCounts
    ) -> Iterator[None]:
        """Count a connection for the length of the block.

        A caller who is nobody in particular counts by address.

        Raises:
            TradingError: `rate_limited`, the caller or the address holds as many as it may.
        """
        home = home_of(address)
        caller = f"{ANONYMOUS_ID} {home}" if principal.id == ANONYMOUS_ID else principal.id
        if self._homes[home] >= limits.max_connections_per_address:
            counts.addresses_refused += 1
            raise _full("address", limits.max_connections_per_address)
        if self._callers[caller] >= limits.max_connections_per_caller:
            counts.callers_refused += 1
            raise _full("caller", limits.max_connections_per_caller)
        self._homes[home] += 1
        self._callers[caller] += 1
        try:
            yield
        finally:
            _leave(self._homes, home)
            _leave(self._callers, caller)


def home_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((int(parsed), HOME_BITS), strict=False))


def _full(what: str, limit: int) -> TradingError:
    return TradingError(
        "rate_limited",
        f"the {what} holds {limit} connections, as many as it may",
        details={"limit": limit, "retry_after_ms": RETRY_MS},
    )


def _leave(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]

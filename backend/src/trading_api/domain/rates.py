"""What one currency is worth in another, from the quotes of their pairs."""

from collections.abc import Callable
from decimal import Decimal

from trading_api.domain.money import ONE, divide

Middle = Callable[[str, str], Decimal | None]
"""The middle of bid and ask of the pair of a base and a quote currency, where it is quoted."""

BRIDGE = "USD"
_HALF = Decimal("0.5")


def middle(bid: Decimal, ask: Decimal) -> Decimal:
    """Half way between bid and ask."""
    return (bid + ask) * _HALF


def rate(base: str, quote: str, middle_of: Middle) -> Decimal | None:
    """What a unit of `base` is worth in `quote`: direct, inverse, or by way of the US dollar.

    None where it is not quoted. An inverse is rounded half-even to 12 places.
    """
    if base == quote:
        return ONE
    if (found := _pair(base, quote, middle_of)) is not None:
        return found
    if BRIDGE in (base, quote):
        return None
    first, second = _pair(base, BRIDGE, middle_of), _pair(BRIDGE, quote, middle_of)
    return None if first is None or second is None else first * second


def _pair(base: str, quote: str, middle_of: Middle) -> Decimal | None:
    if (direct := middle_of(base, quote)) is not None:
        return direct
    inverse = middle_of(quote, base)
    return divide(ONE, inverse) if inverse else None

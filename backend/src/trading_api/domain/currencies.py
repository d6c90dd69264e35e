"""The smallest unit of a currency: what fees and deposits are rounded to."""

from decimal import Decimal

_CENT = Decimal("0.01")
# Decimal places where they are not two: ISO 4217 minor units, and coins by their own smallest part
_PLACES = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND"), 0
    ),
    **dict.fromkeys(("VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("USDC", "USDT"), 6),
    **dict.fromkeys(("BTC", "ETH"), 8),
}
_UNITS = {currency: Decimal(1).scaleb(-places) for currency, places in _PLACES.items()}


def unit_of(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 of most, 1 of the yen."""
    return _UNITS.get(currency, _CENT)

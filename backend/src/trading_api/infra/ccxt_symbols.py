"""Describes the markets of ccxt as our symbols: names, steps, smallest and largest quantities."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any

from trading_api.domain.exchanges import UnknownMarket
from trading_api.domain.market import AssetType, Resolution, SymbolInfo

DECIMAL_PLACES, TICK_SIZE = 2, 4  # ccxt's ways to write a precision
_FINEST = Decimal("1e-12")  # what money has places for
_MOST = Decimal(10) ** 12


def symbol_name(market: str) -> str:
    """Our name for a market of ccxt: `BTC-USDT` for `BTC/USDT`, `BTC-USDT.USDT` for its swap.

    A slash could not stand in an address, a colon parts the exchange from the name.
    """
    return market.replace("/", "-").replace(":", ".")


def described(
    name: str,
    exchange: str,
    market: Mapping[str, Any],
    precision_mode: int,
    resolutions: tuple[Resolution, ...],
    *,
    has_depth: bool,
) -> SymbolInfo:
    """The instrument that a market of ccxt is.

    Args:
        name: our name for it.
        exchange: id of the exchange.
        market: as ccxt describes it.
        precision_mode: how ccxt writes the precision of this exchange.
        resolutions: of the bars that there will be.
        has_depth: whether its price levels are told.

    Raises:
        UnknownMarket: it is of a kind that cannot be traded here; says why.
    """
    title = market["symbol"]
    kind = _kind(market)
    tick = _step(market, "price", precision_mode)
    step = _step(market, "amount", precision_mode)
    if tick is None or tick < _FINEST:
        raise UnknownMarket(f"{exchange} {title}: its prices have no tick size that we could use")
    step = max(step or _FINEST, _FINEST)
    limits = (market.get("limits") or {}).get("amount") or {}
    smallest = max(_decimal(limits.get("min")) or step, step)
    numerator, scale = _fraction(tick)
    place = exchange.upper()
    return SymbolInfo(
        symbol=name,
        full_name=f"{place}:{name}",
        description=f"{title} at {exchange}",
        kind=kind,
        exchange=place,
        currency=market.get("settle") or market["quote"],
        base_currency=market["base"],
        timezone="Etc/UTC",
        session="24x7",
        price_scale=scale,
        min_move=numerator,
        tick_size=tick,
        lot_size=step,
        min_quantity=(smallest / step).to_integral_value(ROUND_CEILING) * step,
        max_quantity=min(max(_decimal(limits.get("max")) or _MOST, smallest), _MOST),
        quantity_step=step,
        supported_resolutions=resolutions,
        has_depth=has_depth,
        has_trades=True,
        fidelity="tick",
        shortable=bool(market.get("contract") or market.get("margin")),
    )


def _kind(market: Mapping[str, Any]) -> AssetType:
    if not market.get("contract"):
        return "crypto"
    if market.get("option") or not market.get("linear"):
        raise UnknownMarket(
            f"{market['symbol']} is not a spot or linear market: its profit is counted otherwise"
        )
    if _decimal(market.get("contractSize")) != 1:
        raise UnknownMarket(f"{market['symbol']}: one contract is not one unit of what it is on")
    return "futures"


def _step(market: Mapping[str, Any], of: str, precision_mode: int) -> Decimal | None:
    written = _decimal((market.get("precision") or {}).get(of))
    if written is None:
        return None
    if precision_mode == TICK_SIZE:
        return written if written > 0 else None
    if precision_mode == DECIMAL_PLACES:
        return Decimal(1).scaleb(-int(written))
    return None  # a number of significant digits is a step that changes with the price


def _fraction(tick: Decimal) -> tuple[int, int]:
    """A tick as whole steps over a power of ten."""
    places = max(0, -int(tick.normalize().as_tuple().exponent))
    return int(tick.scaleb(places)), 10**places


def _decimal(value: object) -> Decimal | None:
    """What ccxt gives as a number, as exactly as it was written."""
    if value is None:
        return None
    try:
        found = Decimal(str(value))  # the shortest text of a float is the text that it came from
    except InvalidOperation:
        return None
    return Decimal(format(found.normalize(), "f")) if found.is_finite() else None

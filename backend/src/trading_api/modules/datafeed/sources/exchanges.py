"""Makes a source for each exchange that the options of `ccxt` name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Protocol

import msgspec

from trading_api.domain.backoff import Backoff
from trading_api.domain.exchanges import Exchange
from trading_api.domain.ports import QuoteSource
from trading_api.modules.datafeed.sources.exchange import ExchangeSource
from trading_api.shared.sources import SourceContext

MOST_SYMBOLS = 200
"""Of one exchange: each is two subscriptions."""


class ExchangeOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[modules.datafeed.source_options.ccxt.NAME]`.

    Attributes:
        symbols: markets as ccxt names them, or a table of those with names of one's own.
        depth: whether price levels are followed, or the best bid and ask alone.
        silent_after_s: a connection without a sign of life for so many seconds is given up.
        settings: what ccxt's exchange is made with besides.
    """

    symbols: tuple[str, ...] | dict[str, str]
    depth: bool = True
    silent_after_s: Annotated[float, msgspec.Meta(ge=0.5, le=60)] = 10.0
    settings: dict[str, Any] = {}


class Driver(Protocol):
    """Makes the driver of one exchange; see `infra.ccxt_exchange`."""

    def __call__(
        self,
        name: str,
        markets: Mapping[str, str],
        settings: Mapping[str, Any],
        *,
        with_depth: bool,
        silent_after_s: float,
    ) -> Exchange:
        """The driver.

        Raises:
            ValueError: says what is wrong with what was given.
        """


def exchange_sources(
    context: SourceContext, driver: Driver, symbol_name: Callable[[str], str]
) -> Sequence[QuoteSource]:
    """A source for each exchange of the options.

    Args:
        context: whose options are a table per exchange.
        driver: makes the driver of one.
        symbol_name: our name for a market.

    Raises:
        ValueError: an option is wrong.
    """
    if not context.options:
        raise ValueError("it names no exchange, such as [….ccxt.kraken] symbols = ['BTC/USD']")
    return [
        _source(context, driver, symbol_name, name, msgspec.convert(table, ExchangeOptions))
        for name, table in context.options.items()
    ]


def _source(
    context: SourceContext,
    driver: Driver,
    symbol_name: Callable[[str], str],
    name: str,
    options: ExchangeOptions,
) -> ExchangeSource:
    given = options.symbols
    named = given if isinstance(given, dict) else {market: symbol_name(market) for market in given}
    markets = {ours: market for market, ours in named.items()}
    if not 0 < len(named) <= MOST_SYMBOLS:
        raise ValueError(f"{name}: {len(named)} symbols are not 1 to {MOST_SYMBOLS}")
    if len(markets) < len(named):
        raise ValueError(f"{name}: two of its symbols have the same name")
    exchange = driver(
        name,
        markets,
        options.settings,
        with_depth=options.depth,
        silent_after_s=options.silent_after_s,
    )
    backoff = Backoff(context.chance)
    return ExchangeSource(
        exchange, list(markets), context.clock, context.market, context.catalogue, backoff
    )

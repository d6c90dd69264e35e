"""What the broker has heard of the markets: the last quote of each symbol, as money."""

from collections.abc import Callable, Sequence
from copy import copy
from decimal import Decimal
from typing import Literal, NamedTuple, Self

from trading_api.domain.extended_hours import extended_session
from trading_api.domain.fills import Book, Offer
from trading_api.domain.limits import NO_LIMITS, Limits
from trading_api.domain.market import Depth, Level, Quote, SymbolInfo, Trade, TradingStatus
from trading_api.domain.money import from_float
from trading_api.domain.orders import OrderSession
from trading_api.domain.ports import Clock, Message, SymbolCatalogue
from trading_api.domain.rates import middle, rate
from trading_api.domain.rules import Rules
from trading_api.domain.sessions import TradingSession

EXTENDED: frozenset[TradingStatus] = frozenset({"pre", "post"})
TRADING: frozenset[TradingStatus] = EXTENDED | {"open"}


class Heard(NamedTuple):
    """What a quote changed: which side of orders may be filled anew, whether trading resumes.

    `may_act`: whether it can fill or trigger anything. Extended hours resume trading for the orders
    that are for them.
    """

    for_buys: bool
    for_sells: bool
    resumed: bool
    may_act: bool


class SymbolFeed:
    """The last quote of a symbol, and since when its two sides have stood.

    A quote after a close, a halt or a silence opens the market anew: a resting limit then gets the
    better price. The first quote that this server hears is such a one too, since nothing could be
    traded here before it.
    """

    __slots__ = (
        "ask_version",
        "bid_version",
        "book",
        "depth",
        "extended_interrupted",
        "extended_opening",
        "heard_at",
        "interrupted",
        "last",
        "opening",
        "quote",
        "seq",
    )

    def __init__(self) -> None:
        self.quote: Quote | None = None
        self.seq = 0
        self.heard_at = 0
        self.bid_version = 0
        self.ask_version = 0
        self.opening = False
        self.interrupted = True
        self.extended_opening = False
        self.extended_interrupted = True
        self.last: float | None = None
        self.depth: Depth | None = None
        self.book: Book | None = None

    def take(self, message: Message, now: int, max_age_ms: int) -> Heard:
        """Replace the quote by a newer one."""
        quote: Quote = message.value
        before, self.quote = self.quote, quote
        self._notice_silence(now, max_age_ms)
        self.seq, self.heard_at, self.book = message.seq, now, None
        traded = quote.last is not None and quote.last != self.last
        if traded:
            self.last = quote.last
        for_buys = before is None or (quote.ask, quote.ask_size) != (before.ask, before.ask_size)
        for_sells = before is None or (quote.bid, quote.bid_size) != (before.bid, before.bid_size)
        if for_buys:
            self.ask_version = message.seq
        if for_sells:
            self.bid_version = message.seq
        is_open, trades = quote.status == "open", quote.status in TRADING
        self.opening = is_open and self.interrupted
        self.interrupted = not is_open
        self.extended_opening = trades and self.extended_interrupted
        self.extended_interrupted = not trades
        if self.opening or self.extended_opening:
            return Heard(True, True, True, True)
        if not trades:
            return Heard(False, False, False, False)
        return Heard(for_buys, for_sells, False, for_buys or for_sells or traded)

    def heard_trade(self, price: float, now: int, max_age_ms: int) -> None:
        """A trade says that the source is alive; the quote stands.

        In extended hours the last trade is that of the session before, as it is in a quote.
        """
        self._notice_silence(now, max_age_ms)
        self.heard_at = now
        if price != self.last and self.quote is not None and self.quote.status not in EXTENDED:
            self.last, self.book = price, None

    def _notice_silence(self, now: int, max_age_ms: int) -> None:
        if now - self.heard_at > max_age_ms:
            self.interrupted = self.extended_interrupted = True


class MarketData:
    """The markets as decisions see them; implements the port `Market` of the fill rules.

    `now` stands still while something is being decided: whoever asks for a decision calls
    `look` first.
    """

    def __init__(
        self,
        clock: Clock,
        catalogue: SymbolCatalogue,
        max_age_ms: int,
        rules: Rules,
        depth_of: Callable[[str], Depth | None] = lambda symbol: None,
    ) -> None:
        """Hear of the markets.

        Args:
            clock: says when something was heard.
            catalogue: the instruments.
            max_age_ms: how long a quote may be traded on.
            rules: how the paper market treats orders.
            depth_of: the ladder of a symbol at this moment, asked for where the rules need it.
        """
        self._clock = clock
        self._catalogue = catalogue
        self._max_age_ms = max_age_ms
        self._rules = rules
        self._depth_of = depth_of
        self._limits = NO_LIMITS
        self._feeds: dict[str, SymbolFeed] = {}
        self._sessions: dict[str, tuple[SymbolInfo, TradingSession]] = {}
        self._pairs: dict[tuple[str, str], str] = {}
        self._pair_symbols: set[str] = set()
        self._now = 0

    @property
    def now(self) -> int:
        """The instant of the last look at the clock."""
        return self._now

    @property
    def limits(self) -> Limits:
        """What the caller may do with the account."""
        return self._limits

    def limited(self, limits: Limits) -> Self:
        """The same market, at this instant, for a caller with these limits."""
        if limits is NO_LIMITS:
            return self
        limited = copy(self)
        limited._limits = limits
        return limited

    @property
    def rules(self) -> Rules:
        """How the paper market treats orders."""
        return self._rules

    def look(self) -> int:
        """Look at the clock."""
        self._now = self._clock.now_ms()
        return self._now

    def on_quote(self, message: Message) -> Heard:
        """Take a quote."""
        symbol = message.value.symbol
        feed = self._feeds.get(symbol)
        if feed is None:
            feed = self._feeds[symbol] = SymbolFeed()
            self._note_pair(symbol)
        return feed.take(message, self.look(), self._max_age_ms)

    def _note_pair(self, symbol: str) -> None:
        instrument = self._catalogue.get(symbol)
        if instrument is not None and instrument.base_currency is not None:
            self._pairs.setdefault((instrument.base_currency, instrument.currency), symbol)
            self._pair_symbols.add(symbol)

    def on_trade(self, trade: Trade) -> None:
        """Hear that a symbol was traded."""
        feed = self._feeds.get(trade.symbol)
        if feed is not None:
            feed.heard_trade(trade.price, self.look(), self._max_age_ms)

    def _look_deeper(self, feed: SymbolFeed, symbol: str) -> None:
        """The ladder may have changed without the quote."""
        if self._rules.liquidity != "walk" and self._rules.limit_fill != "queue":
            return
        depth = self._depth_of(symbol)
        if depth != feed.depth:
            feed.depth, feed.book = depth, None

    def trigger_prices(self, quote: Quote) -> tuple[float | None, float | None]:
        """What the stops of buys and those of sells listen to."""
        source = self._rules.trigger_source
        if source == "quote":
            return quote.ask, quote.bid
        price = self._feeds[quote.symbol].last
        if source == "mark":
            price = None
            if quote.bid is not None and quote.ask is not None:
                price = (quote.bid + quote.ask) / 2
        return price, price

    def quote(self, symbol: str) -> Quote | None:
        """The last quote of a symbol."""
        feed = self._feeds.get(symbol)
        return None if feed is None else feed.quote

    def symbols(self) -> Sequence[str]:
        """Every symbol that was heard of."""
        return list(self._feeds)

    def instrument(self, symbol: str) -> SymbolInfo | None:
        """The instrument of that name."""
        return self._catalogue.get(symbol)

    def book(self, symbol: str) -> Book | None:
        """The market of a symbol; None while nothing has been heard of it."""
        feed = self._feeds.get(symbol)
        if feed is None or feed.quote is None:
            return None
        quote = feed.quote
        self._look_deeper(feed, symbol)
        fresh = quote.status in TRADING and self._now - feed.heard_at <= self._max_age_ms
        if feed.book is None or feed.book.fresh != fresh:
            feed.book = self._make_book(feed, quote, fresh)
        return feed.book

    def rate(self, base: str, quote: str) -> Decimal | None:
        """What a unit of one currency is worth in another, by the last quotes however old."""
        return rate(base, quote, self._middle)

    def is_pair(self, symbol: str) -> bool:
        """Whether a symbol tells what a currency is worth."""
        return symbol in self._pair_symbols

    def _middle(self, base: str, quote: str) -> Decimal | None:
        symbol = self._pairs.get((base, quote))
        book = None if symbol is None else self.book(symbol)
        if book is None or book.bid is None or book.ask is None:
            return None
        return middle(book.bid.price, book.ask.price)

    def end_of_session(self, symbol: str, session: OrderSession = "regular") -> int:
        """When a `day` order of a session that begins to work or to wait now ends."""
        instrument = self._catalogue.get(symbol)
        if instrument is None:
            raise LookupError(f"symbol {symbol} has left the catalogue")
        if session == "extended":
            return extended_session(instrument).end_of_session(self._now)
        known, hours = self._sessions.get(symbol, (None, None))
        if hours is None or known is not instrument:
            hours = TradingSession.of(instrument)
            self._sessions[symbol] = instrument, hours
        return hours.end_of_session(self._now)

    def state(self, now: int) -> Literal["live", "stale", "absent"]:
        """`absent` before the first quote; `stale` when every open market is silent; or `live`."""
        if not self._feeds:
            return "absent"
        quoted = [(feed.quote.status, feed) for feed in self._feeds.values() if feed.quote]
        trading = [(status, feed) for status, feed in quoted if status in TRADING | {"stale"}]
        if not trading or any(
            status != "stale" and now - feed.heard_at <= self._max_age_ms
            for status, feed in trading
        ):
            return "live"
        return "stale"

    def _make_book(self, feed: SymbolFeed, quote: Quote, fresh: bool) -> Book | None:
        instrument = self._catalogue.get(quote.symbol)
        if instrument is None:
            return None
        tick, step = instrument.tick_size, instrument.quantity_step
        return Book(
            seq=feed.seq,
            bid=_offer(quote.bid, quote.bid_size, feed.bid_version, tick, step),
            ask=_offer(quote.ask, quote.ask_size, feed.ask_version, tick, step),
            open=quote.status in ("open", "stale"),
            fresh=fresh,
            opening=feed.opening,
            extended=quote.status in EXTENDED,
            extended_opening=feed.extended_opening,
            fidelity=quote.fidelity,
            last=None if feed.last is None else from_float(feed.last, tick),
            bids=_levels(None if feed.depth is None else feed.depth.bids, tick, step),
            asks=_levels(None if feed.depth is None else feed.depth.asks, tick, step),
        )


def _levels(
    levels: Sequence[Level] | None, tick: Decimal, step: Decimal
) -> tuple[tuple[Decimal, Decimal], ...]:
    if levels is None:
        return ()
    return tuple((from_float(price, tick), from_float(size, step)) for price, size in levels)


def _offer(
    price: float | None, size: float | None, version: int, tick: Decimal, step: Decimal
) -> Offer | None:
    if price is None:
        return None
    return Offer(from_float(price, tick), None if size is None else from_float(size, step), version)

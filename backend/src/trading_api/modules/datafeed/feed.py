"""One symbol as it is now: its quote, its open bars, its last trades, its depth."""

from collections import deque
from collections.abc import Collection

from trading_api.domain.bars import BarAggregator, Grid, bucket_at
from trading_api.domain.extended_hours import extended_session
from trading_api.domain.market import (
    RESOLUTIONS,
    Bar,
    BookChange,
    Quote,
    Resolution,
    SymbolInfo,
    TopOfBook,
    Trade,
    TradingStatus,
)
from trading_api.domain.ports import Bus, Correction, QuoteSource
from trading_api.domain.sessions import TradingSession
from trading_api.domain.topics import topic
from trading_api.modules.datafeed.depth import DepthFeed
from trading_api.modules.datafeed.streams import Stream
from trading_api.shared.module import StaleTopic

RECENT_TRADES = 50
MOST_CORRECTED = 1_000
"""So many bars of each resolution are told after a correction; a longer one is a gap."""
_ALWAYS_FOLDED: tuple[Resolution, ...] = ("1D",)
"""A quote tells the figures of the day; other bars are folded when somebody asks for them."""
SECONDS: Collection[Resolution] = {name for name in RESOLUTIONS if name.endswith("S")}
QUIET_MS = 60_000
_PERCENT_PLACES = 4


class SymbolFeed:
    """Folds what a source says of one symbol and publishes what follows from it.

    The figures of a quote's day are those of the newest day that has traded: they stay after the
    close until the next day's first trade.

    Attributes:
        now_ms: instant up to which the source has told everything.
    """

    def __init__(self, info: SymbolInfo, source: QuoteSource, bus: Bus, epoch: str) -> None:
        self.source = source
        self.now_ms = 0
        self._describe(info)
        self._top: TopOfBook | None = None
        self._status: TradingStatus = "closed"
        self._is_stale = False
        self._has_news = False
        self.recent: deque[Trade] = deque(maxlen=RECENT_TRADES)
        name = info.symbol
        self.quotes = Stream(bus, topic("quotes", name), epoch)
        self.trades = Stream(bus, topic("trades", name), epoch)
        self.bars = {
            resolution: Stream(bus, topic("bars", name, resolution), epoch)
            for resolution in RESOLUTIONS
        }
        self.depth = DepthFeed(info, bus, epoch) if info.has_depth else None
        self.quote = self._quote()

    def _describe(self, info: SymbolInfo) -> None:
        self.info = info
        self._session = TradingSession.of(info)
        self._hours = extended_session(info)
        self._aggregator = BarAggregator(self._session, info.quantity_step, _ALWAYS_FOLDED)
        self._ticks = Grid(info.tick_size)

    def change(self, info: SymbolInfo, now_ms: int, reason: str) -> None:
        """Go on with another description of the symbol, on a history that has changed."""
        asked = self._aggregator.resolutions
        self._describe(info)
        self.now_ms = now_ms
        for resolution in asked:
            if resolution in info.supported_resolutions:
                self._fold(resolution)
        self.jump(now_ms, reason)

    def seed(self, now_ms: int) -> None:
        """Begin with what the source knows at an instant; nothing is published."""
        name = self.info.symbol
        self.now_ms = now_ms
        for resolution in self._aggregator.resolutions:
            self._fold(resolution)
        self.recent.clear()
        self.recent.extend(self.source.trades(name, None, None, None, RECENT_TRADES))
        if self.depth is not None:
            self.depth.seed(self.source.depth(name))
        self._top = self.source.top(name)
        self._status = self.status_at(now_ms)
        self._has_news = False
        self.quote = self._quote()

    def _fold(self, resolution: Resolution) -> None:
        bars = self.source.bars(self.info.symbol, resolution, None, None, 2)
        self._aggregator.seed(resolution, bars, self.now_ms)

    def status_at(self, time_ms: int) -> TradingStatus:
        """Whether the symbol trades, pauses within its day, is closed, or has no live data.

        `pre` and `post` in extended hours; `stale` instead of these and of `open` while nothing is
        heard of its source.
        """
        if self.source.is_open(self.info.symbol, time_ms):
            return "stale" if self._is_stale else "open"
        if self.source.is_halted(self.info.symbol, time_ms):
            return "halted"
        phase = self._hours.phase(time_ms)
        if phase in ("pre", "post"):
            return "stale" if self._is_stale else phase
        # The market is in session, and the source has nothing to say of it.
        return "stale" if phase == "open" else phase

    def newest_bars(self, resolution: Resolution) -> list[Bar]:
        """The newest two bars, oldest first; the second is the open one while its bucket lasts.

        Bars are folded and published from the first time on that somebody has asked for them.
        """
        if resolution not in self._aggregator.resolutions:
            self._fold(resolution)
        return self._aggregator.newest(resolution)

    def publish_quote(self) -> None:
        """Say the quote as it stands."""
        self._has_news = False
        self.quote = self._quote()
        self.quotes.publish(self.quote)

    def publish_news(self) -> None:
        """Say the quote if something about it has changed since it was said last."""
        if self._has_news:
            self.publish_quote()

    def on_minute(self, time_ms: int) -> None:
        """Let the bars end whose buckets have, and the session open or close."""
        self._publish_bars(self._aggregator.on_time(time_ms))
        status = self.status_at(time_ms)
        if status != self._status:
            self._status = status
            self._has_news = True

    def on_second(self, time_ms: int) -> None:
        """Let the bars of seconds end by the clock, where somebody follows them."""
        if self._folds_seconds:
            self._publish_bars(self._aggregator.on_time(time_ms))

    @property
    def _folds_seconds(self) -> bool:
        return any(resolution in SECONDS for resolution in self._aggregator.resolutions)

    def stale_topics(self, now_ms: int) -> list[StaleTopic]:
        """Its topics, where it is open and nothing was heard of it for a minute, or it is stale."""
        span = self._session.span_at(now_ms)
        age_ms = now_ms - max(self.quote.time, 0 if span is None else span.opens_ms)
        status = self.status_at(now_ms)
        if status != "stale" and (status != "open" or age_ms < QUIET_MS):
            return []
        streams = [self.quotes]
        if self.info.has_trades:
            streams.append(self.trades)
        streams += [self.bars[resolution] for resolution in self._aggregator.resolutions]
        if self.depth is not None:
            streams += self.depth.streams.values()
        return [StaleTopic(stream.topic, age_ms // 1000) for stream in streams]

    def set_stale(self, is_stale: bool, time_ms: int) -> None:
        """Say that nothing is heard of the source any more, or that it is heard again."""
        self._is_stale = is_stale
        status = self.status_at(time_ms)
        if status != self._status:
            self._status = status
            self.publish_quote()

    def on_trade(self, trade: Trade) -> None:
        """Publish the bars that have ended before a trade, the trade, the bars that it changes."""
        self._publish_bars(self._aggregator.on_time(trade.time))
        self.recent.append(trade)
        self._has_news = True
        self.trades.publish(trade)
        self._publish_bars(self._aggregator.on_trade(trade.time, trade.price, trade.size))

    def on_correction(self, correction: Correction) -> None:
        """Read the bars of a stretch again from the source and publish them in their new form."""
        self._has_news = True
        for resolution in self._aggregator.resolutions:
            bucket = bucket_at(self._session, resolution, correction.from_ms)
            since = bucket.key if bucket is not None else correction.from_ms
            bars = self.source.bars(
                self.info.symbol, resolution, since, correction.to_ms, MOST_CORRECTED
            )
            for bar in bars:
                self.bars[resolution].publish(bar)
            self._fold(resolution)

    def on_top(self, top: TopOfBook) -> None:
        """Take a best bid and ask; a symbol without trades has its bars of their middle."""
        self._top = top
        self._has_news = True
        if not self.info.has_trades and top.bid is not None and top.ask is not None:
            middle = (top.bid + top.ask) / 2
            self._publish_bars(self._aggregator.on_trade(top.time, middle, 0.0))

    def on_book(self, change: BookChange) -> None:
        """Take what stands at some prices now."""
        if self.depth is not None:
            self.depth.apply(change)

    def jump(self, now_ms: int, reason: str) -> None:
        """Go on from the present, telling every topic that something is missing from it."""
        self.seed(now_ms)
        for stream in (self.quotes, self.trades, *self.bars.values()):
            stream.tell_gap(reason)
        for resolution in self._aggregator.resolutions:
            for bar in self._aggregator.newest(resolution):
                self.bars[resolution].publish(bar)
        if self.depth is not None:
            self.depth.tell_gap(reason)
        self.publish_quote()

    def _publish_bars(self, changed: list[tuple[Resolution, Bar]]) -> None:
        for resolution, bar in changed:
            self.bars[resolution].publish(bar)

    def _quote(self) -> Quote:
        top = self._top
        days = self._aggregator.newest("1D")
        day = days[-1] if days else None
        previous_close = days[-2].close if len(days) > 1 else None
        change = percent = None
        if day is not None and previous_close:
            ticks = self._ticks
            change = ticks.value(ticks.units(day.close) - ticks.units(previous_close))
            percent = round(change / previous_close * 100, _PERCENT_PLACES)
        last_trade = self.recent[-1].time if self.recent else 0
        return Quote(
            symbol=self.info.symbol,
            time=max(top.time if top else 0, last_trade),
            bid=top.bid if top else None,
            ask=top.ask if top else None,
            bid_size=top.bid_size if top else None,
            ask_size=top.ask_size if top else None,
            last=day.close if day else None,
            change=change,
            change_percent=percent,
            open=day.open if day else None,
            high=day.high if day else None,
            low=day.low if day else None,
            previous_close=previous_close,
            volume=day.volume if day else None,
            status=self._status,
            fidelity=self.info.fidelity,
        )

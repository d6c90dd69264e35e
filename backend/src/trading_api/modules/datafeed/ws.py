"""The datafeed's channels: bars, quotes, trades and depth."""

from collections.abc import Sequence

from trading_api.domain.market import Bar, Depth, Quote, Trade
from trading_api.domain.topics import parts_of, topic
from trading_api.modules.datafeed.examples import BAR, DEPTH, OPEN_BAR, QUOTE, TRADE
from trading_api.modules.datafeed.schemas import (
    BarsParameters,
    DepthParameters,
    SymbolsParameters,
    levels_of,
    resolution_of,
)
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.shared.auth import Principal
from trading_api.shared.ws.router import Examples, Snapshot, WsRouter


def routers(service: DatafeedService) -> list[WsRouter]:
    """The channels over a service."""
    channels = _Channels(service)
    return [channels.bars(), channels.quotes(), channels.trades(), channels.depth()]


class _Channels:
    def __init__(self, service: DatafeedService) -> None:
        self._service = service

    def bars(self) -> WsRouter:
        return WsRouter(
            name="bars",
            summary="Bars of a symbol as they grow; each once more in its final form.",
            scope="market:read",
            parameters=BarsParameters,
            update=Bar,
            snapshot=list[Bar],
            delivery="latest",
            topics=self._bars_topics,
            read=self._read_bars,
            key=_time_of,
            examples=Examples(BarsParameters("BTCUSD", "1"), [BAR, OPEN_BAR], OPEN_BAR),
        )

    def quotes(self) -> WsRouter:
        return WsRouter(
            name="quotes",
            summary="Best bid and ask of each symbol, with its day.",
            scope="market:read",
            parameters=SymbolsParameters,
            update=Quote,
            snapshot=Quote,
            delivery="latest",
            topics=self._quotes_topics,
            read=self._read_quote,
            examples=Examples(SymbolsParameters(["BTCUSD"]), QUOTE, QUOTE),
        )

    def trades(self) -> WsRouter:
        return WsRouter(
            name="trades",
            summary="Every trade of each symbol.",
            scope="market:read",
            parameters=SymbolsParameters,
            update=Trade,
            snapshot=list[Trade],
            delivery="every",
            topics=self._trades_topics,
            read=self._read_trades,
            examples=Examples(SymbolsParameters(["BTCUSD"]), [TRADE], TRADE),
        )

    def depth(self) -> WsRouter:
        return WsRouter(
            name="depth",
            summary="The best price levels of a symbol: whole ladders, at most 20 a second.",
            scope="market:read",
            parameters=DepthParameters,
            update=Depth,
            snapshot=Depth,
            delivery="latest",
            topics=self._depth_topics,
            read=self._read_depth,
            examples=Examples(DepthParameters("BTCUSD", 5), DEPTH, DEPTH),
        )

    def _bars_topics(self, principal: Principal, parameters: BarsParameters) -> Sequence[str]:
        info = self._service.symbol(parameters.symbol)
        return [topic("bars", info.symbol, resolution_of(parameters.resolution, info))]

    def _quotes_topics(self, principal: Principal, parameters: SymbolsParameters) -> Sequence[str]:
        return [topic("quotes", self._service.symbol(name).symbol) for name in parameters.symbols]

    def _trades_topics(self, principal: Principal, parameters: SymbolsParameters) -> Sequence[str]:
        return [topic("trades", self._service.symbol(name).symbol) for name in parameters.symbols]

    def _depth_topics(self, principal: Principal, parameters: DepthParameters) -> Sequence[str]:
        self._service.depth_feed(parameters.symbol)
        info = self._service.symbol(parameters.symbol)
        return [topic("depth", info.symbol, str(parameters.levels))]

    def _read_bars(self, name: str) -> Snapshot:
        symbol, text = parts_of(name)
        feed = self._service.feed(symbol)
        resolution = resolution_of(text, feed.info)
        stream = feed.bars[resolution]
        return Snapshot(stream.epoch, stream.seq, feed.newest_bars(resolution))

    def _read_quote(self, name: str) -> Snapshot:
        [symbol] = parts_of(name)
        feed = self._service.feed(symbol)
        return Snapshot(feed.quotes.epoch, feed.quotes.seq, feed.quote)

    def _read_depth(self, name: str) -> Snapshot:
        symbol, text = parts_of(name)
        feed = self._service.depth_feed(symbol)
        levels = levels_of(int(text))
        stream = feed.streams[levels]
        return Snapshot(stream.epoch, stream.seq, feed.depth(levels))

    def _read_trades(self, name: str) -> Snapshot:
        [symbol] = parts_of(name)
        feed = self._service.feed(symbol)
        return Snapshot(feed.trades.epoch, feed.trades.seq, list(feed.recent))


def _time_of(bar: Bar) -> int:
    return bar.time

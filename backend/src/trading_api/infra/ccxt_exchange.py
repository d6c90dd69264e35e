"""Reaches exchanges through ccxt: markets, bars, trades and streams in the domain's nouns."""

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, TypeVar

import ccxt.async_support as plain
from ccxt import pro

from trading_api.domain.bars import Grid
from trading_api.domain.exchanges import ExchangeFailure, Heard, Stream, UnknownMarket
from trading_api.domain.market import (
    RESOLUTIONS,
    Aggressor,
    Bar,
    BookChange,
    Level,
    Resolution,
    SymbolInfo,
    TopOfBook,
    Trade,
)
from trading_api.infra.ccxt_line import FAILURES, break_off, guarded, translated
from trading_api.infra.ccxt_symbols import described

MOST_LEVELS = 50
TRADES_PAGE = 1_000
POLL_S = 2.0
LOOK_S = 0.05
CLOSE_S = 1.0
MARKETS_KEPT_S = 3_600.0

_TIMEFRAMES: dict[Resolution, str] = {"1": "1m", "60": "1h", "1D": "1d"}
_FROM_MINUTES = tuple(each for each in RESOLUTIONS if not each.endswith("S"))
_SECRETS = ("apiKey", "secret", "password", "uid", "login", "token", "privateKey", "walletAddress")
_SAME_IDS: dict[str, dict[str, Any]] = {
    # Past trades are told aggregated: the live ones must be as well, to have the same ids.
    name: {"watchTrades": {"name": "aggTrade"}, "watchTradesForSymbols": {"name": "aggTrade"}}
    for name in ("binance", "binanceus", "binanceusdm", "binancecoinm")
}

Answer = TypeVar("Answer")


class CcxtExchange:
    """One exchange that ccxt knows, with its public data of some markets.

    Args:
        name: ccxt's id of the exchange, such as `kraken`.
        markets: ccxt's name of each market, such as `BTC/USDT`, by our name of the symbol.
        settings: what ccxt's exchange is made with: `urls`, `hostname`, `options`, proxies.
        with_depth: whether price levels are wanted.
        silent_after_s: a connection without a sign of life for so long is silent.

    Raises:
        ValueError: ccxt does not know the exchange, or the settings hold secrets.
    """

    def __init__(
        self,
        name: str,
        markets: Mapping[str, str],
        settings: Mapping[str, Any],
        *,
        with_depth: bool,
        silent_after_s: float,
    ) -> None:
        self.name = name
        self._markets = dict(markets)
        self._made_by = guarded(_class_of(name))
        if secrets := [key for key in _SECRETS if key in settings]:
            raise ValueError(f"{name}: only public data is read; remove {', '.join(secrets)}")
        self._settings = self._with_defaults(settings, silent_after_s)
        self._silent_after_s = silent_after_s
        self._ccxt: Any = self._made_by(self._settings)
        self._has: Mapping[str, Any] = self._ccxt.has
        self._has_depth = with_depth and bool(
            self._has.get("watchOrderBook") or self._has.get("fetchOrderBook")
        )
        known = self._ccxt.timeframes or {}
        can_tell = bool(self._has.get("fetchOHLCV"))
        self.resolutions: Sequence[Resolution] = [
            each for each, text in _TIMEFRAMES.items() if can_tell and text in known
        ]
        self.page = 500
        self._infos: dict[str, SymbolInfo] = {}
        self._grids: dict[str, tuple[Grid, Grid]] = {}
        self._closed_until = 0.0
        self._known_until = 0.0
        self._is_open = False

    async def open(self) -> Sequence[SymbolInfo]:
        """Load what markets there are, unless it was done a short while ago."""
        loop = asyncio.get_running_loop()
        before, self._ccxt = self._ccxt, self._made_by(self._settings)
        self._is_open = True
        if before.markets and loop.time() < self._known_until:
            self._ccxt.set_markets(list(before.markets.values()), before.currencies)
        else:
            await self._asked(self._ccxt.load_markets)
            self._known_until = loop.time() + MARKETS_KEPT_S
        self._describe()
        return list(self._infos.values())

    async def close(self) -> None:
        """Close the connections; those that wait for something fail."""
        if not self._is_open:
            return
        self._is_open = False
        closing = asyncio.ensure_future(self._ccxt.close())
        _, waits = await asyncio.wait({closing}, timeout=CLOSE_S)
        if waits:
            break_off(self._ccxt)
        with suppress(*FAILURES):
            await closing

    async def bars(
        self, symbol: str, resolution: Resolution, from_ms: int, limit: int
    ) -> Sequence[Bar]:
        """The first bars from an instant on."""
        rows = await self._asked(
            self._ccxt.fetch_ohlcv,
            self._markets[symbol],
            _TIMEFRAMES[resolution],
            from_ms,
            min(limit, self.page),
        )
        bars = [bar for row in rows if (bar := self._bar(symbol, row)) is not None]
        return [bar for bar in sorted(bars, key=lambda bar: bar.time) if bar.time >= from_ms]

    async def trades(self, symbol: str, from_ms: int | None) -> Sequence[Trade]:
        """The first trades from an instant on; the newest without one."""
        if not self._has.get("fetchTrades"):
            return []
        rows = await self._asked(
            self._ccxt.fetch_trades, self._markets[symbol], from_ms, TRADES_PAGE, {}
        )
        return self._trades(symbol, rows)

    async def watch(self, symbol: str, stream: Stream) -> AsyncGenerator[Sequence[Heard]]:
        """What happens, over the exchange's stream or by asking again and again."""
        ask, read, is_polled = self._questions(symbol, stream)
        waiting = self._begin(ask)
        try:
            if not is_polled:
                await self._standing(waiting)
                yield ()
            while True:
                found = await self._heard(waiting)
                yield read(found)
                if is_polled:
                    await asyncio.sleep(POLL_S)
                waiting = self._begin(ask)
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)

    async def silence(self) -> None:
        """Fail once a socket has given no sign of life for some seconds."""
        suspects: set[str] = set()
        while True:
            await asyncio.sleep(self._silent_after_s / 10)
            silent = {
                url: silent_s
                for url, client in (self._ccxt.clients or {}).items()
                if (silent_s := self._silent_s(client)) > self._silent_after_s
            }
            # Looked at twice: had we been asleep ourselves, what was sent is read by now.
            if certain := suspects & set(silent):
                told = f"{self.name} has given no sign of life for {silent[min(certain)]:.0f} s"
                raise ExchangeFailure("silent", told)
            suspects = set(silent)

    def _silent_s(self, client: Any) -> float:
        signs = (client.last_message_at, client.lastPong, client.connectionEstablished)
        heard = max((time for time in signs if time), default=None)
        return 0.0 if heard is None else (self._ccxt.milliseconds() - heard) / 1000

    def _with_defaults(self, settings: Mapping[str, Any], silent_after_s: float) -> dict[str, Any]:
        """The settings over what we need: pings that are frequent enough, one kind of trade."""
        options: dict[str, Any] = dict(_SAME_IDS.get(self.name, {}))
        if all(":" not in market for market in self._markets.values()):
            options["fetchMarkets"] = {"types": ["spot"]}
        own: dict[str, Any] = {
            "enableRateLimit": True,
            "newUpdates": True,
            "options": {**options, **settings.get("options", {})},
        }
        if self._made_by.ping is None:  # else it has a way and a pace of its own
            own["streaming"] = {"keepAlive": int(silent_after_s * 400)}
        return {**own, **{key: value for key, value in settings.items() if key != "options"}}

    def _describe(self) -> None:
        missing = [text for text in self._markets.values() if text not in self._ccxt.markets]
        if missing:
            near = get_close_matches(missing[0], self._ccxt.markets, 3, 0.5)
            hint = f"; near are: {', '.join(near)}" if near else ""
            raise UnknownMarket(f"{self.name} has no market {', '.join(missing)}{hint}")
        for name, text in self._markets.items():
            info = described(
                name,
                self.name,
                self._ccxt.market(text),
                self._ccxt.precisionMode,
                _FROM_MINUTES,
                has_depth=self._has_depth,
            )
            self._infos[name] = info
            self._grids[name] = (Grid(info.tick_size), Grid(info.quantity_step))
        first = next(iter(self._markets.values()))
        limit = self._ccxt.feature_value(first, "fetchOHLCV", "limit", None)
        self.page = int(limit) if limit else 500

    def _questions(
        self, symbol: str, stream: Stream
    ) -> tuple[Callable[[], Coroutine[Any, Any, Any]], Callable[[Any], Sequence[Heard]], bool]:
        """How a stream is asked for, how an answer is read, and whether it must be asked again."""
        market, exchange, has = self._markets[symbol], self._ccxt, self._has

        def trades(rows: Any) -> Sequence[Heard]:
            return self._trades(symbol, rows)

        def depth(book: Any) -> Sequence[Heard]:
            return self._book(symbol, book)

        def quote(ticker: Any) -> Sequence[Heard]:
            return self._top(symbol, ticker.get(market, ticker))

        if stream == "trades":
            if has.get("watchTrades"):
                fresh = _Fresh()
                return (
                    lambda: exchange.watch_trades(market, None, None, {}),
                    lambda rows: trades(fresh.of(rows)),
                    False,
                )
            return (
                lambda: self._asked(exchange.fetch_trades, market, None, TRADES_PAGE, {}),
                trades,
                True,
            )
        if stream == "depth" and has.get("watchOrderBook"):
            return lambda: exchange.watch_order_book(market, None, {}), depth, False
        if stream == "quotes" and has.get("watchBidsAsks"):
            return lambda: exchange.watch_bids_asks([market], {}), quote, False
        if stream == "quotes" and has.get("watchTicker"):
            return lambda: exchange.watch_ticker(market, {}), quote, False
        if has.get("fetchOrderBook"):
            read = depth if stream == "depth" else _only_top(depth)
            return lambda: self._asked(exchange.fetch_order_book, market), read, True
        return lambda: self._asked(exchange.fetch_ticker, market), quote, True

    def _begin(self, ask: Callable[[], Coroutine[Any, Any, Any]]) -> "asyncio.Task[Any]":
        return asyncio.create_task(ask(), name=f"{self.name} stream")

    async def _standing(self, waiting: "asyncio.Task[Any]") -> None:
        """Return when the connections stand, or the first answer is there."""
        while not waiting.done():
            clients = list((self._ccxt.clients or {}).values())
            if clients and all(client.isConnected for client in clients):
                return
            await asyncio.wait({waiting}, timeout=LOOK_S)

    async def _heard(self, waiting: "asyncio.Task[Any]") -> Any:
        """What a stream says; ccxt cancels what waits for a connection that it closes."""
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            if waiting.cancelled():
                told = f"{self.name} has closed the connection"
                raise ExchangeFailure("lost", told) from None
            raise
        except FAILURES as error:
            raise translated(error, self.name) from error

    async def _asked(
        self, question: Callable[..., Awaitable[Answer]], *arguments: object
    ) -> Answer:
        """The answer to a question; none is sent while the exchange does not want any."""
        loop = asyncio.get_running_loop()
        if (wait_s := self._closed_until - loop.time()) > 0:
            raise ExchangeFailure(
                "refused", f"{self.name} does not want to be asked for {wait_s:.0f} s", wait_s
            )
        try:
            return await question(*arguments)
        except FAILURES as error:
            failure = translated(error, self.name)
            if failure.retry_after_s is not None:
                self._closed_until = loop.time() + failure.retry_after_s
            raise failure from error

    def _bar(self, symbol: str, row: Any) -> Bar | None:
        ticks, steps = self._grids[symbol]
        try:
            time, *prices, volume = row[:6]
            opened, high, low, close = (ticks.value(ticks.units(float(p))) for p in prices)
            traded = steps.value(steps.units(float(volume or 0)))
        except (TypeError, ValueError, OverflowError):
            return None
        is_sound = 0 < low <= min(opened, close) and max(opened, close) <= high
        return Bar(int(time), opened, high, low, close, traded) if is_sound else None

    def _trades(self, symbol: str, rows: Any) -> list[Trade]:
        if not isinstance(rows, list):
            raise ExchangeFailure("nonsense", f"{self.name}: trades of {symbol} are not a list")
        return [trade for row in rows if (trade := self._trade(symbol, row)) is not None]

    def _trade(self, symbol: str, row: Any) -> Trade | None:
        ticks, steps = self._grids[symbol]
        try:
            time, price, size = int(row["timestamp"]), float(row["price"]), float(row["amount"])
            if not (math.isfinite(price) and math.isfinite(size) and time > 0):
                return None
            price, size = ticks.value(ticks.units(price)), steps.value(steps.units(size))
        except (TypeError, ValueError, KeyError, OverflowError):
            return None
        if price <= 0 or size <= 0:
            return None
        side: Aggressor = "sell" if row.get("side") == "sell" else "buy"
        return Trade(str(row.get("id") or ""), symbol, time, price, size, side)

    def _book(self, symbol: str, book: Any) -> Sequence[Heard]:
        bids, asks = (self._levels(symbol, book[side]) for side in ("bids", "asks"))
        if bids and asks and bids[0][0] >= asks[0][0]:
            return ()  # one side has been told before the other
        time = int(book.get("timestamp") or 0)
        (bid, bid_size), (ask, ask_size) = (
            side[0] if side else (None, None) for side in (bids, asks)
        )
        return (
            BookChange(symbol, time, bids, asks, whole=True),
            TopOfBook(symbol, time, bid, ask, bid_size, ask_size),
        )

    def _levels(self, symbol: str, rows: Any) -> tuple[Level, ...]:
        ticks, steps = self._grids[symbol]
        levels = (
            (ticks.value(ticks.units(float(row[0]))), steps.value(steps.units(float(row[1]))))
            for row in rows[:MOST_LEVELS]
        )
        return tuple((price, size) for price, size in levels if price > 0 and size > 0)

    def _top(self, symbol: str, ticker: Any) -> Sequence[Heard]:
        ticks, steps = self._grids[symbol]

        def on(grid: Grid, name: str) -> float | None:
            value = ticker.get(name)
            return None if value is None else grid.value(grid.units(float(value)))

        bid, ask = on(ticks, "bid"), on(ticks, "ask")
        if bid is not None and ask is not None and bid >= ask:
            return ()
        time = int(ticker.get("timestamp") or 0)
        return (TopOfBook(symbol, time, bid, ask, on(steps, "bidVolume"), on(steps, "askVolume")),)


class _Fresh:
    """Rows that were not told before: ccxt may tell those that it holds again."""

    def __init__(self) -> None:
        self._told: dict[int, Any] = {}

    def of(self, rows: Any) -> list[Any]:
        """Those that are new; a row is the same as long as ccxt holds it."""
        found = [row for row in rows if id(row) not in self._told]
        self._told.update((id(row), row) for row in found)
        for number in list(self._told)[: -2 * TRADES_PAGE]:
            del self._told[number]
        return found


def _only_top(read: Callable[[Any], Sequence[Heard]]) -> Callable[[Any], Sequence[Heard]]:
    return lambda found: [event for event in read(found) if isinstance(event, TopOfBook)]


def _class_of(name: str) -> Any:
    """Ccxt's class of an exchange, the one with streams where there is one."""
    for known in (pro, plain):
        if name in known.exchanges:
            return getattr(known, name)
    near = get_close_matches(name, plain.exchanges, 3, 0.5)
    hint = f"; near are: {', '.join(near)}" if near else ""
    raise ValueError(f"ccxt knows no exchange {name!r}{hint}")

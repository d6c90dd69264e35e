"""Reaches exchanges through ccxt: markets, bars, trades and streams in the domain's nouns."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, TypeVar

import ccxt.async_support as plain
from ccxt import pro

from trading_api.domain.exchanges import ExchangeFailure, Heard, Stream, UnknownMarket
from trading_api.domain.market import (
    RESOLUTIONS,
    Bar,
    Resolution,
    SymbolInfo,
    Trade,
)
from trading_api.infra.ccxt_line import FAILURES, NONSENSE, break_off, guarded, translated
from trading_api.infra.ccxt_rows import Rows
from trading_api.infra.ccxt_symbols import described

PAGE, MOST_BARS = 500, 1_500
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
        self.page = PAGE
        self._infos: dict[str, SymbolInfo] = {}
        self._rows: dict[str, Rows] = {}
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
        return self._read(lambda found: self._rows[symbol].bars(found, from_ms), rows)

    async def trades(self, symbol: str, from_ms: int | None) -> Sequence[Trade]:
        """The first trades from an instant on; the newest without one."""
        if not self._has.get("fetchTrades"):
            return []
        rows = await self._asked(
            self._ccxt.fetch_trades, self._markets[symbol], from_ms, TRADES_PAGE, {}
        )
        return self._read(self._rows[symbol].trades, rows)

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
                yield self._read(read, found)
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
            self._rows[name] = Rows(info)
        first = next(iter(self._markets.values()))
        limit = self._ccxt.feature_value(first, "fetchOHLCV", "limit", None)
        self.page = min(int(limit), MOST_BARS) if limit else PAGE

    def _questions(
        self, symbol: str, stream: Stream
    ) -> tuple[Callable[[], Coroutine[Any, Any, Any]], Callable[[Any], Sequence[Heard]], bool]:
        """How a stream is asked for, how an answer is read, and whether it must be asked again."""
        market, exchange, has = self._markets[symbol], self._ccxt, self._has
        rows = self._rows[symbol]

        def quote(ticker: Any) -> Sequence[Heard]:
            return rows.top(ticker.get(market, ticker))

        if stream == "trades":
            if has.get("watchTrades"):
                return (
                    lambda: exchange.watch_trades(market, None, None, {}),
                    rows.fresh_trades,
                    False,
                )
            return (
                lambda: self._asked(exchange.fetch_trades, market, None, TRADES_PAGE, {}),
                rows.polled_trades,
                True,
            )
        if stream == "depth" and has.get("watchOrderBook"):
            return lambda: exchange.watch_order_book(market, None, {}), rows.book, False
        if stream == "quotes" and has.get("watchBidsAsks"):
            return lambda: exchange.watch_bids_asks([market], {}), quote, False
        if stream == "quotes" and has.get("watchTicker"):
            return lambda: exchange.watch_ticker(market, {}), quote, False
        if has.get("fetchOrderBook"):
            read = rows.book if stream == "depth" else rows.top_of
            return lambda: self._asked(exchange.fetch_order_book, market), read, True
        return lambda: self._asked(exchange.fetch_ticker, market), quote, True

    def _read(self, read: Callable[[Any], Answer], found: Any) -> Answer:
        try:
            return read(found)
        except NONSENSE as error:
            raise translated(error, self.name) from error

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


def _class_of(name: str) -> Any:
    """Ccxt's class of an exchange, the one with streams where there is one."""
    for known in (pro, plain):
        if name in known.exchanges:
            return getattr(known, name)
    near = get_close_matches(name, plain.exchanges, 3, 0.5)
    hint = f"; near are: {', '.join(near)}" if near else ""
    raise ValueError(f"ccxt knows no exchange {name!r}{hint}")

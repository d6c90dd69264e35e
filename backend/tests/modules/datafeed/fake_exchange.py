"""An exchange on loopback that speaks Binance's protocol, and misbehaves when it is told to."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State

from trading_api.testing.proxy import Proxy

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
SIZES = {"1m": MINUTE_MS, "1h": HOUR_MS, "1d": DAY_MS}
DAYS_OF_HISTORY = 3

Candle = tuple[int, float, float, float, float, float]


class Coin:
    """One market: candles before its first live trade, the trades after it, a book."""

    def __init__(self, name: str, base: str, now_ms: int) -> None:
        self.name, self.base = name, base
        self.live_from = now_ms - now_ms % MINUTE_MS
        self.listed = self.live_from - self.live_from % DAY_MS - DAYS_OF_HISTORY * DAY_MS
        self.trades: list[tuple[int, int, int, int, bool]] = []  # id, time, cents, lots, seller
        self.book_id = 1_000
        self._past: dict[int, Candle | None] = {}
        self.bids: dict[int, int] = {}
        self.asks: dict[int, int] = {}

    def candle(self, minute: int) -> Candle | None:
        """What was traded in a minute; every seventh of the past has nothing."""
        if minute >= self.live_from:
            found = sorted(trade for trade in self.trades if 0 <= trade[1] - minute < MINUTE_MS)
            if not found:
                return None
            prices = [trade[2] for trade in found]
            lots = sum(trade[3] for trade in found)
            first, last = min(found, key=_order), max(found, key=_order)
            return _candle(minute, first[2], max(prices), min(prices), last[2], lots)
        if minute < self.listed:
            return None
        if minute not in self._past:
            self._past[minute] = self._made_up(minute)
        return self._past[minute]

    def _made_up(self, minute: int) -> Candle | None:
        number = minute // MINUTE_MS
        if number % 7 == 3:
            return None
        opened, close = (6_000_000 + (n * 7919) % 10_007 for n in (number, number + 1))
        high, low = max(opened, close) + number % 13, min(opened, close) - number % 11
        return _candle(minute, opened, high, low, close, 1 + number % 1000)

    def candles(self, size: int, since: int, until: int) -> list[Candle]:
        """The candles of a size that begin from `since` on, up to what is under way."""
        found = []
        since = max(since, self.listed)
        begin = since + -since % size
        for time in range(begin, until, size):
            parts = [c for m in range(time, time + size, MINUTE_MS) if (c := self.candle(m))]
            if parts:
                volume = round(sum(part[5] for part in parts), 5)
                highs, lows = (max(p[2] for p in parts), min(p[3] for p in parts))
                found.append((time, parts[0][1], highs, lows, parts[-1][4], volume))
        return found


class FakeBinance:
    """The server; its clock is a test's.

    Attributes:
        ban: status and `Retry-After` that every request is answered with, while it is set.
        rest_garbage: what every request is answered with instead of an answer, while it is set.
        is_losing: what happens is not told.
        held: messages wait here while it is a list; see `release`.
        copies: so many times each message is sent.
        asked: the paths of all requests.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.now_ms = now_ms
        now = now_ms()
        self.coins = {
            "BTCUSDT": Coin("BTCUSDT", "BTC", now),
            "ETHUSDT": Coin("ETHUSDT", "ETH", now),
        }
        self.ban: tuple[int, int] | None = None
        self.rest_garbage: str | None = None
        self.is_losing = False
        self.held: list[str] | None = None
        self.copies = 1
        self.asked: list[str] = []
        self.refused = 0
        self.proxy = Proxy(0)
        self._sockets: dict[ServerConnection, set[str]] = {}
        self._has_changed = asyncio.Event()
        self._next_id = 70_000

    @property
    def settings(self) -> dict[str, Any]:
        """What ccxt is told to find us."""
        rest, sockets = (f"{kind}://127.0.0.1:{self.proxy.port}" for kind in ("http", "ws"))
        urls = {"public": f"{rest}/api/v3", "ws": {"spot": f"{sockets}/ws"}}
        return {"urls": {"api": urls}, "timeout_on_exit": 0, "rateLimit": 1}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FakeBinance"]:
        """Listen until the block ends."""
        async with serve(
            self._socket,
            "127.0.0.1",
            0,
            process_request=self._request,
            ping_interval=None,
            close_timeout=0.2,
        ) as server:
            self.proxy = Proxy(next(iter(server.sockets)).getsockname()[1])
            async with self.proxy.running():
                yield self

    async def subscribed(self, *streams: str) -> None:
        """Return when somebody listens to each of these streams."""
        while not set(streams) <= set().union(*self._sockets.values()):
            self._has_changed.clear()
            await asyncio.wait_for(self._has_changed.wait(), 10)

    # What happens at the exchange

    def trade(
        self, cents: int, lots: int, coin: str = "BTCUSDT", *, at_ms: int | None = None
    ) -> None:
        """A trade at a price in cents of so many hundred-thousandths, now or at an instant."""
        self._next_id += 1
        time = self.now_ms() if at_ms is None else at_ms
        made = (self._next_id, time, cents, lots, lots % 2 == 0)
        self.coins[coin].trades.append(made)
        if not self.is_losing:
            event = {"e": "aggTrade", "E": time, "s": coin, **_told(made)}
            self._tell(f"{coin.lower()}@aggTrade", event)

    def set_book(self, bids: dict[int, int], asks: dict[int, int], coin: str = "BTCUSDT") -> None:
        """The sizes at the prices of a book, in lots and cents, from now on."""
        found = self.coins[coin]
        sides = []
        for before, now in ((found.bids, bids), (found.asks, asks)):
            changed = {price: 0 for price in before if price not in now} | now
            sides.append([[_price(p), _size(n)] for p, n in changed.items()])
            before.clear()
            before.update(now)
        found.book_id += 1
        event = {
            "e": "depthUpdate", "E": self.now_ms(), "s": coin,
            "U": found.book_id, "u": found.book_id, "b": sides[0], "a": sides[1],
        }  # fmt: skip
        if not self.is_losing:
            self._tell(f"{coin.lower()}@depth@100ms", event)
        if bids and asks:
            bid, ask = max(bids), min(asks)
            best = {
                "u": found.book_id, "s": coin, "b": _price(bid), "B": _size(bids[bid]),
                "a": _price(ask), "A": _size(asks[ask]),
            }  # fmt: skip
            self._tell(f"{coin.lower()}@bookTicker", best)

    # Mischief

    def drop(self) -> None:
        """Break every connection."""
        for link in self.proxy.links:
            link.cut()

    def vanish(self) -> None:
        """Break every connection; who tries to come back waits for `appear`."""
        self.proxy.is_frozen = True
        self.drop()

    def appear(self) -> None:
        """Answer those who have waited."""
        self.proxy.heal()

    def freeze(self) -> None:
        """Let nothing pass over the connections that there are."""
        for link in self.proxy.links:
            link.freeze()

    def send_garbage(self, text: str) -> None:
        """Say something to everybody that is not of the protocol."""
        for socket in self._sockets:
            self._send(socket, text)

    def hold(self) -> None:
        """Keep back what is said, until it is released."""
        self.held = []

    def release(self, order: Callable[[list[str]], Iterable[str]] = list) -> None:
        """Say what was kept back, in another order if need be."""
        held, self.held = self.held or [], None
        for text in order(held):
            stream, _, event = text.partition(" ")
            self._tell(stream, json.loads(event))

    # The server

    def _tell(self, stream: str, event: dict[str, Any]) -> None:
        if self.held is not None:
            self.held.append(f"{stream} {json.dumps(event)}")
            return
        for socket, streams in self._sockets.items():
            if stream in streams:
                for _ in range(self.copies):
                    self._send(socket, json.dumps(event))

    def _send(self, socket: ServerConnection, text: str) -> None:
        if socket.state is not State.OPEN:  # on its way out: it is still among the others
            return
        socket.protocol.send_text(text.encode())
        socket.send_data()

    async def _socket(self, socket: ServerConnection) -> None:
        self._sockets[socket] = set()
        try:
            async for text in socket:
                asked = json.loads(text)
                self._sockets[socket] |= set(asked["params"])
                self._send(socket, json.dumps({"result": None, "id": asked["id"]}))
                self._has_changed.set()
        except ConnectionClosed:
            pass
        finally:
            del self._sockets[socket]

    def _request(self, _socket: ServerConnection, request: Request) -> Response | None:
        url = urlsplit(request.path)
        if self.ban is not None:
            self.refused += 1
            status, seconds = self.ban
            body = json.dumps({"code": -1003, "msg": "Way too many requests; IP banned."})
            return _response(status, body, {"Retry-After": str(seconds)})
        if url.path.startswith("/ws/"):
            return None
        self.asked.append(url.path)
        if self.rest_garbage is not None:
            return _response(200, self.rest_garbage)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        answers = {
            "/api/v3/exchangeInfo": self._exchange_info,
            "/api/v3/klines": self._klines,
            "/api/v3/aggTrades": self._agg_trades,
            "/api/v3/depth": self._depth,
        }
        if url.path not in answers:
            return _response(404, json.dumps({"code": 0, "msg": f"no {url.path}"}))
        return _response(200, json.dumps(answers[url.path](query)))

    def _exchange_info(self, _query: dict[str, str]) -> Any:
        return {
            "timezone": "UTC",
            "serverTime": self.now_ms(),
            "symbols": [
                {
                    "symbol": coin.name, "status": "TRADING",
                    "baseAsset": coin.base, "quoteAsset": "USDT",
                    "baseAssetPrecision": 8, "quotePrecision": 8, "isSpotTradingAllowed": True,
                    "isMarginTradingAllowed": True, "permissions": ["SPOT"],
                    "filters": [
                        {"filterType": "PRICE_FILTER", "minPrice": "0.01000000",
                         "maxPrice": "1000000.00000000", "tickSize": "0.01000000"},
                        {"filterType": "LOT_SIZE", "minQty": "0.00001000",
                         "maxQty": "9000.00000000", "stepSize": "0.00001000"},
                    ],
                }
                for coin in self.coins.values()
            ],
        }  # fmt: skip

    def _klines(self, query: dict[str, str]) -> Any:
        coin, size = self.coins[query["symbol"]], SIZES[query["interval"]]
        limit = min(int(query["limit"]), 1000)
        now = self.now_ms() + 1
        since = int(query.get("startTime", now - now % size - (limit - 1) * size))
        until = min(now, int(query.get("endTime", now)))
        return [
            [time, *(f"{value:.8f}" for value in values), time + size - 1, "0", 1, "0", "0", "0"]
            for time, *values in coin.candles(size, since, until)[:limit]
        ]

    def _agg_trades(self, query: dict[str, str]) -> Any:
        trades = sorted(self.coins[query["symbol"]].trades, key=_order)
        since, limit = int(query.get("startTime", 0)), min(int(query.get("limit", 500)), 1000)
        until = int(query.get("endTime", since + HOUR_MS if since else 1 << 62))
        found = [trade for trade in trades if since <= trade[1] <= until]
        return [_told(trade) for trade in (found[:limit] if since else found[-limit:])]

    def _depth(self, query: dict[str, str]) -> Any:
        coin = self.coins[query["symbol"]]
        sides = (sorted(coin.bids.items(), reverse=True), sorted(coin.asks.items()))
        bids, asks = ([[_price(price), _size(lots)] for price, lots in side] for side in sides)
        return {"lastUpdateId": coin.book_id, "bids": bids, "asks": asks}


def _order(trade: tuple[int, int, int, int, bool]) -> tuple[int, int]:
    return trade[1], trade[0]


def _candle(time: int, opened: int, high: int, low: int, close: int, lots: int) -> Candle:
    return (time, opened / 100, high / 100, low / 100, close / 100, lots / 100_000)


def _price(cents: int) -> str:
    return f"{cents / 100:.8f}"


def _size(lots: int) -> str:
    return f"{lots / 100_000:.8f}"


def _told(trade: tuple[int, int, int, int, bool]) -> dict[str, Any]:
    number, time, cents, lots, is_seller = trade
    return {
        "a": number, "p": _price(cents), "q": _size(lots), "f": number, "l": number,
        "T": time, "m": is_seller, "M": True,
    }  # fmt: skip


def _response(status: int, body: str, headers: dict[str, str] | None = None) -> Response:
    data = body.encode()
    reason = HTTPStatus(status).phrase
    found = Headers(
        {
            "Content-Type": "application/json",
            "Content-Length": str(len(data)),
            "Connection": "close",
            **(headers or {}),
        }
    )
    return Response(status, reason, found, data)

"""What a charting client relies on while it streams, over a real socket.

The rest of the list of `docs/udf.md`; the names follow the public data tests of the trade.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.modules.datafeed.recordings import synthetic_recording, write_pack
from tests.modules.datafeed.test_datafeed_api import utc
from trading_api.app_factory import build_app
from trading_api.shared.context import AppContext
from trading_api.testing.clock import ManualClock
from trading_api.testing.server import serve
from trading_api.testing.sockets import SocketClient, open_socket

BASE = "/api/v1/datafeed"
START = utc("2026-11-20T15:57:30")
MINUTE = 60_000
LONGEST_DELAY_MS = 5_000
SYMBOLS = ("AAPL", "BTCUSD", "SIMCOIN")
QUOTE_MEMBERS = [
    *("symbol", "time", "bid", "ask", "bid_size", "ask_size", "last", "change", "change_percent"),
    *("open", "high", "low", "previous_close", "volume", "status", "fidelity"),
]


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs")
    write_pack(folder, *synthetic_recording())
    return folder


class Chart:
    """A client that follows symbols, the clock of its server, and everything that it heard."""

    def __init__(self, socket: SocketClient, http: httpx.AsyncClient, clock: ManualClock) -> None:
        self.socket = socket
        self.http = http
        self.clock = clock
        self.heard: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.seqs: dict[str, int] = {}

    async def follow(self, symbol: str, resolution: str = "1") -> list[dict[str, Any]]:
        """Subscribe to bars; gives the snapshot."""
        asked = {"symbol": symbol, "resolution": resolution}
        [found] = (await self.socket.request("bars.subscribe", asked))["subscriptions"]
        self.seqs[found["topic"]] = found["seq"]
        self.heard[found["topic"]] += found["snapshot"]
        snapshot: list[dict[str, Any]] = found["snapshot"]
        return snapshot

    async def pass_time(self, milliseconds: int, step_ms: int = 2_500) -> None:
        """Let time pass in steps, hearing all that is said in each of them."""
        until = self.clock.now_ms() + milliseconds
        while self.clock.now_ms() < until:
            await self.clock.advance(step_ms)
            await self.hear()

    async def hear(self) -> None:
        """Take everything that was said up to now: what was sent before an answer came before."""
        await self.socket.send({"type": "system.ping", "id": "now"})
        while (message := await self.socket.receive())["type"] != "system.ping.response":
            topic = message["topic"]
            assert message["seq"] == self.seqs[topic] + 1, "without a hole"
            self.seqs[topic] = message["seq"]
            self.heard[topic].append(message["payload"])
            self.check_delay(topic, message["payload"])

    def check_delay(self, topic: str, payload: dict[str, Any]) -> None:
        if topic.startswith(("quotes", "trades")):
            assert 0 <= self.clock.now_ms() - payload["time"] <= LONGEST_DELAY_MS

    async def subscribe(self, route: str, asked: dict[str, Any]) -> None:
        """Subscribe to what is not bars; what the snapshot has is not kept."""
        answer = await self.socket.request(f"{route}.subscribe", asked)
        for found in answer["subscriptions"]:
            self.seqs[found["topic"]] = found["seq"]

    async def history(self, symbol: str, resolution: str) -> dict[int, dict[str, Any]]:
        """What the native address gives, which is what UDF gives."""
        query: dict[str, Any] = {"symbol": symbol, "resolution": resolution, "count_back": 500}
        answer = await self.http.get(f"{BASE}/bars", params=query)
        bars = {bar["time"]: bar for bar in answer.raise_for_status().json()["bars"]}
        assert await self.udf(symbol, resolution, 500) == bars
        return bars

    async def udf(self, symbol: str, resolution: str, count: int) -> dict[int, dict[str, Any]]:
        """The newest bars as a UDF client asks for them; in milliseconds here."""
        query: dict[str, Any] = {"symbol": symbol, "resolution": resolution, "countback": count}
        answer = await self.http.get(f"{BASE}/udf/history", params={"from": 0, **query})
        columns = answer.raise_for_status().json()
        names = ("time", "open", "high", "low", "close", "volume")
        rows = zip(*(columns[letter] for letter in "tohlcv"), strict=True)
        found = [dict(zip(names, (time * 1000, *row), strict=True)) for time, *row in rows]
        return {bar["time"]: bar for bar in found}


def play(packs: Path, story: Callable[[Chart], Awaitable[None]], start: int = START) -> None:
    async def main() -> None:
        clock = ManualClock(start)
        context = AppContext.in_memory(clock=clock)
        context.packs_dir = packs
        context.module_options = {"datafeed": {"sources": ["synthetic"]}}
        app, _ = build_app(context, ["datafeed"])
        async with (
            serve(app) as server,
            open_socket(f"{server.ws_url}{BASE}/ws") as socket,
            httpx.AsyncClient(base_url=server.url) as http,
        ):
            await story(Chart(socket, http, clock))

    asyncio.run(main())


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize(("resolution", "milliseconds"), [("1S", 30_000), ("1", 3 * MINUTE)])
def test_streamed_bars_continue_history_and_are_history(
    packs: Path, symbol: str, resolution: str, milliseconds: int
) -> None:
    async def story(chart: Chart) -> None:
        before = await chart.history(symbol, resolution)
        snapshot = await chart.follow(symbol, resolution)
        assert snapshot == list(before.values())[-2:], "the snapshot is the end of history"
        await chart.pass_time(milliseconds)
        told = chart.heard[f"bars:{symbol}:{resolution}"]
        times = [bar["time"] for bar in told]
        assert times == sorted(times), "a bar that has ended does not come back"
        assert len(set(times)) > 2 or symbol == "BTCUSD", "its trades come in bursts"
        last = {bar["time"]: bar for bar in told}
        after = await chart.history(symbol, resolution)
        assert last.items() <= after.items()
        between = [time for time in after if times[0] <= time <= times[-1]]
        assert between == list(last), "and none is left out"

    play(packs, story)


def test_times_grow_and_no_trade_comes_twice(packs: Path) -> None:
    async def story(chart: Chart) -> None:
        for channel in ("quotes", "trades"):
            await chart.subscribe(channel, {"symbols": [*SYMBOLS]})
        await chart.pass_time(2 * MINUTE)
        topics = {f"{channel}:{symbol}" for channel in ("quotes", "trades") for symbol in SYMBOLS}
        assert set(chart.heard) == topics, "only what was asked for"
        for topic, told in chart.heard.items():
            assert {item["symbol"] for item in told} == {topic.partition(":")[2]}
            times = [item["time"] for item in told]
            assert all(a <= b for a, b in pairwise(times))
            if topic.startswith("trades"):
                ids = [trade["id"] for trade in told]
                assert len({*ids}) == len(ids)

    play(packs, story)


def test_members_are_of_the_documented_form(packs: Path) -> None:
    async def story(chart: Chart) -> None:
        for symbol in SYMBOLS:
            await chart.follow(symbol)
        await chart.pass_time(MINUTE)
        for told in chart.heard.values():
            for bar in told:
                assert [*bar] == ["time", "open", "high", "low", "close", "volume"]
                assert type(bar["time"]) is int
                assert bar["time"] % MINUTE == 0
                prices = [bar[name] for name in ("open", "high", "low", "close")]
                assert all(isfinite(price) and price > 0 for price in prices)
                assert bar["low"] <= min(prices) <= max(prices) <= bar["high"]
                assert bar["volume"] >= 0

    play(packs, story)


def test_quotes_trades_and_ladders_are_of_the_documented_form(packs: Path) -> None:
    async def story(chart: Chart) -> None:
        for channel in ("quotes", "trades"):
            await chart.subscribe(channel, {"symbols": [*SYMBOLS]})
        await chart.subscribe("depth", {"symbol": "BTCUSD", "levels": 10})
        await chart.pass_time(MINUTE)
        for topic, told in chart.heard.items():
            check: Callable[[dict[str, Any]], None] = {
                "quotes": check_quote,
                "trades": check_trade,
                "depth": check_ladder,
            }[topic.partition(":")[0]]
            assert told
            for item in told:
                check(item)

    play(packs, story)


def check_quote(quote: dict[str, Any]) -> None:
    assert [*quote] == QUOTE_MEMBERS
    assert type(quote["time"]) is int
    assert quote["status"] == "open"
    assert quote["bid"] < quote["ask"]
    assert quote["low"] <= min(quote["open"], quote["last"])
    assert quote["high"] >= max(quote["open"], quote["last"])


def check_trade(trade: dict[str, Any]) -> None:
    assert [*trade] == ["id", "symbol", "time", "price", "size", "side"]
    assert type(trade["time"]) is int
    assert min(trade["price"], trade["size"]) > 0
    assert trade["side"] in ("buy", "sell")


def check_ladder(ladder: dict[str, Any]) -> None:
    assert [*ladder] == ["symbol", "time", "bids", "asks", "checksum"]
    bids, asks = ([price for price, _ in ladder[side]] for side in ("bids", "asks"))
    assert max(len(bids), len(asks)) <= 10
    assert bids == sorted(bids, reverse=True)
    assert asks == sorted(asks)
    assert bids[0] < asks[0]


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_bars_that_were_polled_over_udf_are_those_of_history(packs: Path, symbol: str) -> None:
    async def story(chart: Chart) -> None:
        polled: dict[int, dict[str, Any]] = {}
        for _ in range(30):  # every ten seconds, as a charting client does
            newest = await chart.udf(symbol, "1", 2)
            assert len(newest) == 2
            assert max(newest) >= max(polled, default=0), "time does not go back"
            polled |= newest
            await chart.clock.advance(10_000)
        after = await chart.history(symbol, "1")
        ended = sorted(polled)[:-1]
        assert len(ended) > 3 or symbol == "BTCUSD", "its trades come in bursts"
        assert [polled[time] for time in ended] == [after[time] for time in ended]

    play(packs, story)


@pytest.mark.parametrize("token", [None, "wrong"])
def test_no_stream_without_a_key_where_market_data_is_not_public(token: str | None) -> None:
    async def main() -> None:
        context = AppContext.in_memory(clock=ManualClock(START))
        context.auth = type(context.auth)(
            clock=context.clock,
            ids=context.ids,
            store=context.auth.store,
            owner_token=context.auth.owner_token,
            public_market_data=False,
        )
        app, _ = build_app(context, ["datafeed"])
        async with serve(app) as server:
            address = f"{server.ws_url}{BASE}/ws"
            with pytest.raises(InvalidStatus) as refused:
                async with open_socket(address, token):
                    raise AssertionError("it is let in")
            assert refused.value.response.status_code == 401
            async with open_socket(address, context.auth.owner_token) as socket:
                await socket.request("bars.subscribe", {"symbol": "AAPL", "resolution": "1"})

    asyncio.run(main())


def test_whoever_comes_back_goes_on_without_a_repeat(packs: Path) -> None:
    async def story(chart: Chart) -> None:
        topic = "bars:SIMCOIN:1"
        asked = {"symbol": "SIMCOIN", "resolution": "1"}
        await chart.follow("SIMCOIN")
        await chart.pass_time(20_000)
        await chart.socket.request("bars.unsubscribe", asked)
        count = len(chart.heard[topic])
        await chart.pass_time(2 * MINUTE, 10_000)
        assert len(chart.heard[topic]) == count, "nothing comes that nobody asked for"
        snapshot = await chart.follow("SIMCOIN")
        history = await chart.history("SIMCOIN", "1")
        assert snapshot == list(history.values())[-2:]
        await chart.pass_time(MINUTE)
        told = chart.heard[topic][count + 2 :]
        assert told[0] != snapshot[-1]
        assert all(bar["time"] >= snapshot[-1]["time"] for bar in told)

    play(packs, story)


def test_subscribing_twice_gives_everything_once(packs: Path) -> None:
    async def story(chart: Chart) -> None:
        await chart.follow("SIMCOIN")
        await chart.follow("SIMCOIN")
        await chart.pass_time(30_000)  # where each message is checked to be the next one

    play(packs, story)


def test_a_connection_lasts_over_a_close_of_the_market(packs: Path) -> None:
    closed = utc("2026-11-20T21:00:00")

    async def story(chart: Chart) -> None:
        await chart.follow("AAPL")
        await chart.follow("SIMCOIN")
        await chart.pass_time(4 * MINUTE, 10_000)
        assert max(bar["time"] for bar in chart.heard["bars:AAPL:1"]) == closed - MINUTE
        assert max(bar["time"] for bar in chart.heard["bars:SIMCOIN:1"]) >= closed + 2 * MINUTE
        last = {bar["time"]: bar for bar in chart.heard["bars:AAPL:1"]}
        assert last.items() <= (await chart.history("AAPL", "1")).items()

    play(packs, story, closed - 90_000)

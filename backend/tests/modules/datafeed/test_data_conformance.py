"""What a charting client relies on, over UDF and over the native addresses alike.

The list is that of `docs/udf.md`; the names follow the public data tests of the trade.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from msgspec.structs import replace

from tests.modules.datafeed.test_datafeed_api import NOW, utc
from trading_api.app_factory import build_app
from trading_api.domain.market import Bar
from trading_api.domain.series import Columns, SeriesKey
from trading_api.modules.datafeed.sources.bitstamp import BTCUSD
from trading_api.shared.context import AppContext
from trading_api.testing.client import make_client
from trading_api.testing.clock import ManualClock

BASE = "/api/v1/datafeed"
MINUTE, DAY = 60_000, 86_400_000
LEFT_EDGE = utc("2020-01-06")
IMPORTED = "IMPORTED"

Row = tuple[int, float, float, float, float, float]


class Page(NamedTuple):
    """Bars as (time in ms, open, high, low, close, volume), and where older ones are."""

    rows: list[Row]
    next_ms: int | None


class Face:
    """One way to ask for history; times are milliseconds here."""

    def __init__(self, client: httpx.AsyncClient, is_udf: bool) -> None:
        self._client = client
        self._is_udf = is_udf

    async def history(
        self,
        symbol: str,
        resolution: str,
        since: int | None = None,
        until: int | None = None,
        count: int | None = None,
    ) -> Page:
        body = await self._ask(symbol, resolution, since, until, count)
        if not self._is_udf:
            rows = [tuple(bar.values()) for bar in body["bars"]]
            return Page(rows, body["next_time"])
        if body["s"] == "no_data":
            assert set(body) <= {"s", "nextTime"}
            following = body.get("nextTime")
            return Page([], None if following is None else following * 1000)
        columns = [body[name] for name in "tohlcv"]
        assert len({len(column) for column in columns}) == 1
        return Page([(t * 1000, *rest) for t, *rest in zip(*columns, strict=True)], None)

    async def _ask(
        self,
        symbol: str,
        resolution: str,
        since: int | None,
        until: int | None,
        count: int | None,
    ) -> dict[str, Any]:
        unit = 1000 if self._is_udf else 1
        query: dict[str, Any] = {"symbol": symbol, "resolution": resolution}
        if since is not None:
            query["from"] = since // unit
        if until is not None:
            query["to"] = until // unit
        if count is not None:
            query["countback" if self._is_udf else "count_back"] = count
        path = "/udf/history" if self._is_udf else "/bars"
        answer = await self._client.get(BASE + path, params=query)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        assert body.get("s") != "error", body
        return body


Story = Callable[[Face, str], Awaitable[None]]
Play = Callable[[Story], None]


def import_minutes(context: AppContext) -> None:
    """Half a year of an imported symbol, a bar of a minute every ten minutes."""
    context.catalogue.save([replace(BTCUSD, symbol=IMPORTED, full_name=f"X:{IMPORTED}")])
    newest = NOW - NOW % MINUTE
    times = range(newest - 182 * DAY, newest + 1, 10 * MINUTE)
    prices = [(time, 100.0 + time // MINUTE % 37) for time in times]
    bars = [Bar(time, price, price + 2, price - 1, price + 1, 3.0) for time, price in prices]
    context.market.save(SeriesKey(IMPORTED, "bars", "1"), Columns.of_bars(bars))


@pytest.fixture(params=["native", "udf"])
def play(request: pytest.FixtureRequest, packs_dir: Path) -> Play:
    """Runs a story with a share, whose hours end, a market that never closes, and an import."""

    def run(story: Story) -> None:
        async def main() -> None:
            context = AppContext.in_memory(clock=ManualClock(NOW))
            context.packs_dir = packs_dir
            import_minutes(context)
            app, _ = build_app(context, ["datafeed"])
            async with make_client(app) as client:
                for symbol in ("AAPL", "BTCUSD", IMPORTED):
                    await story(Face(client, request.param == "udf"), symbol)

        asyncio.run(main())

    return run


def test_nothing_lies_between_an_instant_and_itself(play: Play) -> None:
    async def story(face: Face, symbol: str) -> None:
        for resolution in ("1", "60", "1D"):
            moment = NOW - NOW % DAY
            assert (await face.history(symbol, resolution, moment, moment)).rows == []

    play(story)


def test_as_many_bars_as_were_asked_for_or_proof_that_none_is_older(play: Play) -> None:
    async def story(face: Face, symbol: str) -> None:
        for resolution, count in (("1", 1), ("1", 777), ("60", 300), ("1D", 40), ("1M", 5)):
            page = await face.history(symbol, resolution, until=NOW, count=count)
            assert len(page.rows) == count
            since = await face.history(symbol, resolution, NOW - 1000, NOW, count)
            assert since == page, "the count beats the beginning of the range"
        page = await face.history(symbol, "1W", until=NOW, count=20_000)
        assert len(page.rows) < 20_000
        older = await face.history(symbol, "1W", until=page.rows[0][0], count=1)
        assert older == Page([], None)

    play(story)


def test_the_same_request_has_the_same_answer(play: Play) -> None:
    async def story(face: Face, symbol: str) -> None:
        asked = [await face.history(symbol, "5", NOW - 2 * DAY, NOW) for _ in range(3)]
        assert asked[0] == asked[1] == asked[2]
        assert asked[0].rows

    play(story)


def test_an_empty_range_says_where_the_nearest_earlier_bar_is(play: Play) -> None:
    async def story(face: Face, symbol: str) -> None:
        if symbol == "AAPL":
            night = utc("2026-11-19T23:00")
            page = await face.history(symbol, "60", night, night + 3_600_000)
        else:
            page = await face.history(symbol, "60", NOW - 1000, NOW - 1000)
        assert page.rows == []
        assert page.next_ms is not None
        last = await face.history(symbol, "60", page.next_ms, page.next_ms + 1000)
        assert [row[0] for row in last.rows] == [page.next_ms]
        between = await face.history(symbol, "60", page.next_ms + 1000, NOW - 1000)
        assert between.rows == [] or symbol == "AAPL"

    play(story)


def test_before_the_left_edge_there_is_nothing_and_nothing_older(play: Play) -> None:
    async def story(face: Face, symbol: str) -> None:
        for resolution in ("1", "1D", "1M"):
            assert await face.history(symbol, resolution, 0, LEFT_EDGE) == Page([], None)
            page = await face.history(symbol, resolution, until=LEFT_EDGE, count=10)
            assert page == Page([], None)

    play(story)


def test_the_future_is_empty_and_never_shown(play: Play) -> None:
    async def story(face: Face, symbol: str) -> None:
        page = await face.history(symbol, "1", NOW + 5 * MINUTE, NOW + 60 * MINUTE)
        assert page.rows == []
        assert page.next_ms is not None
        assert page.next_ms <= NOW
        across = await face.history(symbol, "1", NOW - 30 * MINUTE, NOW + 300 * MINUTE)
        assert across.rows[-1][0] <= NOW
        newest = await face.history(symbol, "1", until=NOW + 9 * DAY, count=3)
        assert newest.rows == across.rows[-3:]

    play(story)


def test_times_ascend_lie_in_the_range_and_prices_are_sound(play: Play) -> None:
    async def story(face: Face, symbol: str) -> None:
        for resolution, span in (("1", DAY), ("30", 9 * DAY), ("1D", 90 * DAY), ("1W", 400 * DAY)):
            since, until = NOW - span - 12_000, NOW - 90_000
            rows = (await face.history(symbol, resolution, since, until)).rows
            assert rows
            assert all(a[0] < b[0] for a, b in pairwise(rows))
            assert all(since <= row[0] < until for row in rows)
            for _, opened, high, low, close, volume in rows:
                assert low <= min(opened, close) <= max(opened, close) <= high
                assert volume >= 0

    play(story)


def test_several_short_requests_give_what_a_long_one_gives(play: Play) -> None:
    async def story(face: Face, symbol: str) -> None:
        chance = random.Random(symbol)
        for resolution, span in (("1", 3 * DAY), ("60", 20 * DAY), ("1D", 300 * DAY)):
            since = (NOW - span) // 1000 * 1000
            until = NOW // 1000 * 1000
            cuts = sorted(chance.randrange(since, until) // 1000 * 1000 for _ in range(7))
            pages = [
                await face.history(symbol, resolution, *bounds)
                for bounds in pairwise([since, *cuts, until])
            ]
            long = await face.history(symbol, resolution, since, until)
            assert [row for page in pages for row in page.rows] == long.rows
            backwards: list[Row] = []
            edge = until
            while len(backwards) < len(long.rows):
                page = await face.history(symbol, resolution, until=edge, count=501)
                backwards, edge = page.rows + backwards, page.rows[0][0]
            assert backwards[-len(long.rows) :] == long.rows

    play(story)


def test_a_day_opens_and_closes_with_its_first_and_last_minute(play: Play) -> None:
    async def story(face: Face, symbol: str) -> None:
        days = (await face.history(symbol, "1D", NOW - 6 * DAY, NOW)).rows
        for time, opened, high, low, close, volume in days:
            minutes = (await face.history(symbol, "1", time, time + DAY)).rows
            assert (minutes[0][1], minutes[-1][4]) == (opened, close)
            assert max(row[2] for row in minutes) == high
            assert min(row[3] for row in minutes) == low
            assert sum(row[5] for row in minutes) == pytest.approx(volume)

    play(story)


def test_a_client_that_polls_gets_the_present_bar_and_the_one_before(play: Play) -> None:
    async def story(face: Face, symbol: str) -> None:
        newest = NOW // MINUTE * MINUTE
        if symbol != "AAPL":  # they are not traded every minute
            newest = (await face.history(symbol, "1", NOW - DAY, NOW)).rows[-1][0]
        rows = (await face.history(symbol, "1", until=NOW + MINUTE, count=2)).rows
        assert len(rows) == 2
        assert rows[0][0] < rows[1][0] == newest

    play(story)


@pytest.mark.parametrize("path", ["/bars", "/udf/history"])
def test_nothing_is_told_without_a_key_where_market_data_is_not_public(path: str) -> None:
    async def main() -> None:
        context = AppContext.in_memory(clock=ManualClock(NOW))
        context.auth = type(context.auth)(
            clock=context.clock,
            ids=context.ids,
            store=context.auth.store,
            owner_token=context.auth.owner_token,
            public_market_data=False,
        )
        app, _ = build_app(context, ["datafeed"])
        query = {"symbol": "AAPL", "resolution": "1D"}
        for token, status in ((None, 401), ("wrong", 401), (context.auth.owner_token, 200)):
            async with make_client(app, token) as client:
                answer = await client.get(BASE + path, params=query)
            assert answer.status_code == status
            assert "json" in answer.headers["content-type"]

    asyncio.run(main())

"""What was imported is served like any other history: the conformance list, over REST."""

import asyncio
import random
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from trading_api.app_factory import build_app
from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.bars import aggregate
from trading_api.domain.market import RESOLUTIONS, Bar, Resolution, SymbolInfo
from trading_api.domain.series import BUY, SELL, Columns, SeriesKey
from trading_api.domain.sessions import TradingSession, day_stamp, epoch_ms
from trading_api.infra.database import MARKET, open_database
from trading_api.infra.market_store import SqlMarketStore
from trading_api.shared.calendars import with_calendar
from trading_api.shared.context import AppContext, committed_symbols
from trading_api.testing.client import make_client
from trading_api.testing.clock import ManualClock

BASE = "/api/v1/datafeed"
MINUTE_MS = 60_000
MINUTES = SeriesKey("ACME", "bars", "1")


def utc(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


NOW = utc("2026-11-20T16:03:02.500")
ACME = replace(
    with_calendar(committed_symbols()[0], "XNYS"),
    symbol="ACME",
    full_name="NYSE:ACME",
    description="Acme Corporation",
    exchange="NYSE",
    quantity_step=Decimal(1),
)
SESSION = TradingSession.of(ACME)
Ask = Callable[..., Awaitable[Any]]


def some_minutes() -> list[Bar]:
    """A month of minutes with holes, from two weeks before Thanksgiving of 2025."""
    chance = random.Random(5)
    bars: list[Bar] = []
    for day in range(30):
        for span in SESSION.spans_of(date.fromordinal(date(2025, 11, 14).toordinal() + day)):
            for time in range(span.opens_ms, span.closes_ms, MINUTE_MS):
                if chance.random() < 0.9:
                    low = chance.randint(900, 1000) / 10
                    opened, closed = low + chance.randint(0, 9) / 10, low + 0.5
                    bars.append(Bar(time, opened, low + 1.0, low, closed, chance.randint(0, 900)))
    return bars


BARS = some_minutes()


class World:
    """An application over a store on the disk, and what may be asked of it."""

    def __init__(self, client: httpx.AsyncClient, store: SqlMarketStore, context: AppContext):
        self.client, self.store, self.context = client, store, context

    async def get(self, path: str, **query: Any) -> httpx.Response:
        names = {"from_": "from"}
        return await self.client.get(
            BASE + path, params={names.get(name, name): value for name, value in query.items()}
        )

    async def bars(self, resolution: str = "1", **query: Any) -> list[Bar]:
        answer = await self.get("/bars", symbol="ACME", resolution=resolution, **query)
        assert answer.status_code == 200, answer.text
        return [Bar(**bar) for bar in answer.json()["bars"]]


@asynccontextmanager
async def world(folder: Path, info: SymbolInfo = ACME) -> AsyncIterator[World]:
    engine = open_database(folder / "market.db", MARKET, "NORMAL")
    store = SqlMarketStore()
    store.open(engine)
    context = AppContext.in_memory(clock=ManualClock(NOW))
    context.market = store
    context.catalogue.save([info])
    app, _ = build_app(context, ["datafeed"])
    try:
        async with make_client(app) as client:
            yield World(client, store, context)
    finally:
        store.close()
        engine.dispose()


def tell(folder: Path, story: Callable[[World], Awaitable[None]]) -> None:
    """A story in a world where ACME was imported before the start."""

    async def main() -> None:
        engine = open_database(folder / "market.db", MARKET, "NORMAL")
        store = SqlMarketStore()
        store.open(engine)
        store.save(MINUTES, Columns.of_bars(BARS))
        store.close()
        engine.dispose()
        async with world(folder) as opened:
            await story(opened)

    asyncio.run(main())


@pytest.mark.parametrize("resolution", ["1", "5", "15", "60", "240", "1D", "1W", "1M"])
def test_several_short_queries_are_one_long(tmp_path: Path, resolution: Resolution) -> None:
    expected = aggregate(BARS, "1", resolution, SESSION, ACME.quantity_step)
    chance = random.Random(3)

    async def story(world: World) -> None:
        assert await world.bars(resolution) == expected
        first = expected[0].time
        cuts = sorted(chance.sample(range(first, NOW), 12))
        joined: list[Bar] = []
        for since, until in pairwise([first, *cuts, NOW]):
            joined += await world.bars(resolution, from_=since, to=until)
        assert joined == expected
        for count in (1, 2, 7):
            for bar in chance.sample(expected, min(4, len(expected))):
                before = [other for other in expected if other.time < bar.time][-count:]
                assert await world.bars(resolution, to=bar.time, count_back=count) == before

    tell(tmp_path, story)


def test_edges_of_history(tmp_path: Path) -> None:
    first, last = BARS[0], BARS[-1]

    async def next_time(world: World, **query: Any) -> Any:
        answer = (await world.get("/bars", symbol="ACME", resolution="1", **query)).json()
        assert answer["bars"] == []
        return answer["next_time"]

    async def story(world: World) -> None:
        assert await next_time(world, from_=last.time, to=last.time) == BARS[-2].time
        assert await next_time(world, from_=0, to=first.time) is None, "history has ended"
        assert await next_time(world, to=first.time, count_back=5) is None
        assert await next_time(world, from_=last.time + 1, to=last.time + 2) == last.time
        assert await next_time(world, from_=NOW + 1, to=NOW + 9_000_000) == last.time
        assert await world.bars(to=NOW * 2, count_back=1) == [last]
        assert await world.bars(to=first.time + 1, count_back=500) == [first]

    tell(tmp_path, story)


def test_an_imported_symbol_is_described_by_what_is_there(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        info = (await world.get("/symbols/NYSE:ACME")).json()
        assert info["supported_resolutions"] == [r for r in RESOLUTIONS if "S" not in r]
        assert (info["status"], info["has_trades"], info["fidelity"]) == ("stale", False, "bar")
        [quote] = (await world.get("/quotes", symbols="ACME")).json()["items"]
        assert (quote["status"], quote["bid"]) == ("stale", None)
        days = aggregate(BARS, "1", "1D", SESSION, ACME.quantity_step)
        assert quote["last"] == BARS[-1].close
        assert quote["previous_close"] == days[-2].close
        [found] = (await world.get("/symbols", query="acm")).json()["items"]
        assert found["symbol"] == "ACME"
        await world.context.clock.advance_to(utc("2026-11-21T12:00"))  # type: ignore[attr-defined]
        assert (await world.get("/symbols/ACME")).json()["status"] == "closed"

    tell(tmp_path, story)


def test_what_another_process_imports_is_there_within_a_second(tmp_path: Path) -> None:
    async def main() -> None:
        async with world(tmp_path) as opened:
            clock = opened.context.clock
            assert isinstance(clock, ManualClock)
            assert (await opened.get("/symbols/ACME")).status_code == 404
            writer = SqlMarketStore()
            engine = open_database(tmp_path / "market.db", MARKET, "NORMAL")
            writer.open(engine)
            writer.save(MINUTES, Columns.of_bars(BARS[:100]))
            await clock.advance(1_000)
            assert await opened.bars() == BARS[:100]
            gaps: list[Any] = []
            opened.context.bus.subscribe("gap", gaps.append)
            writer.save(MINUTES, Columns.of_bars(BARS[50:]))
            await clock.advance(1_000)
            assert await opened.bars(count_back=20_000) == BARS
            assert "gap:quotes%3AACME" in {message.topic for message in gaps}
            gaps.clear()
            writer.save(MINUTES, Columns.of_bars(BARS[50:]))
            await clock.advance(2_000)
            assert gaps == []
            engine.dispose()

    asyncio.run(main())


def test_splits_and_dividends_adjust_every_resolution(tmp_path: Path) -> None:
    ex_day = date(2025, 12, 1)

    async def story(world: World) -> None:
        days = await world.bars("1D")
        world.store.save_actions("ACME", [CorporateAction(ex_day, "split", 2.0)])
        await world.context.clock.advance(1_000)  # type: ignore[attr-defined]
        assert await world.bars("1D", adjusted="false") == days
        halves = await world.bars("1D")
        for printed, bar in zip(days, halves, strict=True):
            factor = 2 if printed.time < day_stamp(ex_day) else 1
            assert bar.close == pytest.approx(printed.close / factor, abs=0.006)
            assert bar.volume == printed.volume * factor
        minutes = await world.bars("60")
        opens = {bar.time: bar.open for bar in await world.bars("1")}
        assert all(bar.open == opens[bar.time] for bar in minutes if bar.time in opens)
        whole = (await world.bars("1M"))[0]
        assert whole.open == halves[0].open
        world.store.save_actions("ACME", [CorporateAction(ex_day, "dividend", 10.0)])
        await world.context.clock.advance(1_000)  # type: ignore[attr-defined]
        before = [bar for bar in days if bar.time < day_stamp(ex_day)][-1]
        lower = (await world.bars("1D"))[0].close
        share = (1 - 10.0 / before.close) / 2
        assert lower == pytest.approx(days[0].close * share, abs=0.006)

    tell(tmp_path, story)


def test_imported_trades_are_paged_and_folded(tmp_path: Path) -> None:
    chance = random.Random(9)
    span = SESSION.spans_of(date(2025, 12, 2))[0]
    times = sorted(
        chance.randint(span.opens_ms, span.opens_ms + 600_000) // 40 * 40 for _ in range(900)
    )
    prices = array("d", [chance.randint(1000, 1100) / 10 for _ in times])
    sizes = array("d", [float(chance.randint(1, 9)) for _ in times])
    sides = array("d", [chance.choice((BUY, SELL)) for _ in times])
    rows = Columns(array("q", times), (prices, sizes, sides))

    async def main() -> None:
        async with world(tmp_path) as opened:
            opened.store.save(SeriesKey("ACME", "trades"), rows)
            await opened.context.clock.advance(1_000)  # type: ignore[attr-defined]
            info = (await opened.get("/symbols/ACME")).json()
            assert (info["has_trades"], info["fidelity"]) == (True, "tick")
            found: list[Any] = []
            cursor = None
            while True:
                page = (await opened.get("/trades", symbol="ACME", limit=70, **cursor or {})).json()
                found += page["items"]
                if page["next_cursor"] is None:
                    break
                cursor = {"cursor": page["next_cursor"]}
            assert len({trade["id"] for trade in found}) == len(found) == len(times)
            told = [(trade["time"], trade["price"], trade["size"]) for trade in reversed(found)]
            assert told == list(zip(times, prices, sizes, strict=True))
            minutes = await opened.bars("1")
            assert sum(bar.volume for bar in minutes) == sum(sizes)
            assert minutes[0].open == prices[0]
            assert minutes[-1].close == prices[-1]

    asyncio.run(main())

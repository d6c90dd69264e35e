"""Packs of bars become timelines: by the hour, by the minute, over nights, halts and half days."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.modules.datafeed.conftest import PACKS_FOUND
from tests.modules.datafeed.test_datafeed_timelines import assert_stream_is_history, utc
from trading_api.domain.market import RESOLUTIONS, Bar, TopOfBook
from trading_api.domain.sessions import TradingSession
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.sources.daily import DailyTimeline
from trading_api.modules.datafeed.sources.packs import pack_sources
from trading_api.modules.datafeed.sources.series_packs import (
    AAPL_HOURS,
    AAPL_MINUTES,
    EURUSD_HOURS,
    aapl_timeline,
    eurusd_timeline,
)
from trading_api.modules.datafeed.sources.synthetic import (
    SHARE,
    TEMPERS,
    synthetic_source,
    synthetic_timeline,
)
from trading_api.shared.context import AppContext
from trading_api.testing.clock import ManualClock

NEW_YORK = ZoneInfo("America/New_York")
HOUR, DAY = 3_600_000, 86_400_000


def write(path: Path, rows: list[list[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["time", "open", "high", "low", "close", "volume"], *rows])


def write_aapl(folder: Path) -> None:
    """Two weeks by the hour, the last Friday by the minute as well, each with an unended bar."""
    hours: list[list[object]] = []
    price = 300.0
    for offset in range(12):
        day = datetime(2026, 7, 20, 9, 30, tzinfo=NEW_YORK) + timedelta(days=offset)
        for hour in range(7 if day.weekday() < 5 else 0):
            row = [price, price + 1.5, price - 0.75, price + 0.25, 10_000 + hour]
            hours.append([(day + timedelta(hours=hour)).isoformat(" "), *row])
            price += 0.25
    friday = datetime(2026, 7, 31, 9, 30, tzinfo=NEW_YORK)
    minutes: list[list[object]] = [
        [(friday + timedelta(minutes=n)).isoformat(" "), 310, 310.5, 309.75, 310.25, 600 + n]
        for n in range(390)
    ]
    unended: list[object] = ["2026-08-03 09:30:00-04:00", 1, 1, 1, 1, 0]
    write(folder / AAPL_HOURS, [*hours, unended])
    write(folder / AAPL_MINUTES, [*minutes, unended])


def write_eurusd(folder: Path) -> None:
    """Two weeks by the hour, Sunday evening to Friday evening."""
    first = datetime(2017, 1, 1, 22, tzinfo=UTC)
    stamps = [
        first + timedelta(days=7 * week, hours=hour) for week in (0, 1) for hour in range(120)
    ]
    rows: list[list[object]] = [
        [f"{at:%d.%m.%Y %H:%M:%S}.000", 1.05, 1.0512, 1.0491, 1.0504, 143_539_993.3]
        for at in stamps
    ]
    write(folder / EURUSD_HOURS, rows)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("series")
    write_aapl(made)
    write_eurusd(made)
    return made


Read = Callable[[Path], DailyTimeline]
readers = pytest.mark.parametrize("read", [aapl_timeline, eurusd_timeline])


@readers
@pytest.mark.parametrize(
    ("since", "until"),
    [
        pytest.param("2026-03-06T20:30", "2026-03-09T15:01", id="over a weekend into summer time"),
        pytest.param("2026-11-20T16:17:31", "2026-11-20T18:03:02", id="from mid-bar to mid-bar"),
        pytest.param("2026-11-25T20:10", "2026-11-27T18:30", id="over a holiday and a half day"),
    ],
)
def test_what_is_streamed_is_history(folder: Path, read: Read, since: str, until: str) -> None:
    assert_stream_is_history(read(folder), utc(since), utc(until))


@readers
def test_short_queries_join_to_a_long_one(folder: Path, read: Read) -> None:
    timeline = read(folder)
    now = utc("2026-11-20T17:03:02.500")
    for resolution in RESOLUTIONS:
        long = timeline.bars(resolution, None, None, 2000, now)
        assert all(a.time < b.time for a, b in pairwise(long))
        cuts = [long[0].time, long[500 % len(long)].time + 1, long[-1].time, now]
        joined: list[Bar] = []
        for since, until in pairwise(cuts):
            joined += timeline.bars(resolution, since, until, 20_000, now)
        assert joined == long


def test_hours_are_those_of_the_pack_and_minutes_where_they_are_known(folder: Path) -> None:
    timeline = aapl_timeline(folder)
    monday = utc("2026-11-16T14:30")
    hours = timeline.bars("60", monday, monday + DAY, 100, monday + DAY)
    assert [bar.time - monday for bar in hours] == [hour * HOUR for hour in range(7)]
    assert all(bar.high - bar.open == 1.5 and bar.open - bar.low == 0.75 for bar in hours)
    assert [bar.volume for bar in hours] == [10_000 + hour for hour in range(7)]
    days = timeline.bars("1D", None, None, 20, utc("2026-11-21T00:00"))
    known_by_the_minute = [bar for bar in days if bar.high == 310.5]
    assert len(known_by_the_minute) == 2
    [friday] = [bar for bar in known_by_the_minute if bar.time > utc("2026-11-10")]
    minutes = timeline.bars("1", friday.time, friday.time + DAY, 1000, utc("2026-11-21T00:00"))
    assert len(minutes) == 390
    assert {(bar.open, bar.high, bar.low, bar.close) for bar in minutes} == {
        (310.0, 310.5, 309.75, 310.25)
    }
    assert [bar.volume for bar in minutes] == [600 + number for number in range(390)]


def test_a_half_day_ends_with_its_last_whole_bar(folder: Path) -> None:
    timeline = aapl_timeline(folder)
    friday = utc("2026-11-27T14:30")
    after = friday + DAY
    hours = timeline.bars("60", friday, after, 100, after)
    assert [(bar.time - friday) / HOUR for bar in hours] in ([0, 1, 2], [0, 1, 2, 3])
    [day] = timeline.bars("1D", utc("2026-11-27"), after, 10, after)
    assert (day.open, day.close) == (hours[0].open, hours[-1].close)
    assert day.volume == sum(bar.volume for bar in hours)
    assert not timeline.is_open(utc("2026-11-27T18:00"))


def test_the_currency_trades_from_sunday_evening_to_friday_evening(folder: Path) -> None:
    timeline = eurusd_timeline(folder)
    for time, is_open in (
        ("2026-11-22T21:59", False),
        ("2026-11-22T22:00", True),
        ("2026-07-19T21:00", True),
        ("2026-11-25T03:00", True),
        ("2026-11-27T21:59", True),
        ("2026-11-27T22:00", False),
    ):
        assert timeline.is_open(utc(time)) is is_open, time
    top = timeline.top(utc("2026-11-25T03:00"))
    assert isinstance(top, TopOfBook)
    assert top.bid is not None
    assert top.ask == pytest.approx(top.bid + 0.00001)


def test_packs_are_served_beside_the_committed_set(folder: Path) -> None:
    context = AppContext.in_memory(clock=ManualClock(utc("2026-11-20T16:00")))
    context.packs_dir = folder
    names = [source.name for source in pack_sources(context.clock, folder)]
    assert names == ["aapl-intraday", "eurusd-h1"]
    assert isinstance(DatafeedService(context), DatafeedService)


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", b"\xff\xfe", b"t,o,h,l,c,v\nx,1,1,1,1,1\n"]
)
def test_a_damaged_pack_is_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    write_eurusd(tmp_path)
    (tmp_path / EURUSD_HOURS).write_bytes(content)
    assert pack_sources(ManualClock(), tmp_path) == []
    assert "EURUSD is left out" in caplog.text


@pytest.mark.skipif(PACKS_FOUND is None, reason="the data packs were not fetched")
@readers
def test_the_real_packs_stream_their_history(read: Read) -> None:
    assert PACKS_FOUND is not None
    if not (PACKS_FOUND / EURUSD_HOURS).is_file():
        pytest.skip("fetched before these packs were known")
    timeline = read(PACKS_FOUND)
    assert_stream_is_history(timeline, utc("2026-11-20T16:17:31"), utc("2026-11-20T17:03:02"))
    year = timeline.bars("1D", None, None, 300, utc("2026-11-20T17:03:02"))
    assert len(year) == 300


def test_a_seed_makes_one_market_and_another_seed_another() -> None:
    now = utc("2026-11-20T17:00")
    for symbol, temper in TEMPERS.values():
        first, again = (synthetic_timeline(symbol, temper, 7) for _ in range(2))
        other = synthetic_timeline(symbol, temper, 8)
        bars = first.bars("60", None, None, 500, now)
        assert bars == again.bars("60", None, None, 500, now)
        assert bars != other.bars("60", None, None, 500, now)
        assert all(bar.low <= min(bar.open, bar.close) for bar in bars)
        assert all(bar.high >= max(bar.open, bar.close) for bar in bars)
        assert all(bar.volume > 0 for bar in bars)


@pytest.mark.parametrize("symbol", [*TEMPERS])
def test_made_up_markets_stream_their_history(symbol: str) -> None:
    timeline = synthetic_timeline(*TEMPERS[symbol], 1)
    assert_stream_is_history(timeline, utc("2026-11-20T16:17:31"), utc("2026-11-20T18:03:02"))


def test_made_up_shares_have_gaps_over_night_and_halts() -> None:
    timeline = synthetic_timeline(*TEMPERS["SIMSHARE"], 1)
    session = TradingSession.of(timeline.symbol)
    first = utc("2026-02-02T00:00")
    days = timeline.bars("1D", first, first + 200 * DAY, 300, first + 201 * DAY)
    assert sum(a.close != b.open for a, b in pairwise(days)) > len(days) / 2
    halted: list[int] = []
    for day in days:
        [span] = session.spans_of(datetime.fromtimestamp(day.time / 1000, UTC).date())
        minutes = range(span.opens_ms, span.closes_ms, 60_000)
        stopped = [minute for minute in minutes if timeline.is_halted(minute)]
        assert not any(timeline.is_open(minute) for minute in stopped)
        if stopped:
            traded = timeline.trades(None, stopped[0], stopped[-1] + 60_000, 10, first + 300 * DAY)
            assert traded == []
            assert 5 <= len(stopped) <= 30
            halted.append(day.time)
    assert len(halted) > 5


def test_a_halt_is_told_in_the_status() -> None:
    timeline = synthetic_timeline(*TEMPERS["SIMSHARE"], 1)
    moment = utc("2026-02-02T14:30")
    while not timeline.is_halted(moment):
        moment += 60_000
    context = AppContext.in_memory(clock=ManualClock(moment))
    service = DatafeedService(context, [synthetic_source(context.clock)])
    assert service.symbol(SHARE.symbol).status == "halted"
    assert service.quote(SHARE.symbol).status == "halted"


MADE_UP_DAY = "2026-11-20"


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("08:59", "closed"),
        ("09:00", "pre"),
        ("14:30", "open"),
        ("21:00", "post"),
        ("23:59", "post"),
    ],
)
def test_made_up_shares_trade_before_the_opening_and_after_the_close(
    moment: str, status: str
) -> None:
    now = utc(f"{MADE_UP_DAY}T{moment}")
    context = AppContext.in_memory(clock=ManualClock(now + 59_000))
    service = DatafeedService(context, [synthetic_source(context.clock)])
    assert service.symbol(SHARE.symbol).status == status
    assert service.quote(SHARE.symbol).status == status
    traded = service.trades(service.symbol(SHARE.symbol), None, 5, now, now + 60_000)
    assert bool(traded) == (status != "closed")


def test_trades_of_extended_hours_are_paged_with_the_others_and_in_no_bar() -> None:
    timeline = synthetic_timeline(*TEMPERS["SIMSHARE"], 1)
    opening, later = utc(f"{MADE_UP_DAY}T14:30"), utc(f"{MADE_UP_DAY}T14:33")
    trades = timeline.trades(None, opening - 60_000, later, 1_000, later)
    early = [trade for trade in trades if trade.time < opening]
    assert early
    assert {trade.id.startswith("pre-20261120-") for trade in early} == {True}
    assert [trade.time for trade in trades] == sorted(trade.time for trade in trades)
    for count in (1, len(early), len(trades) - 1):
        page = timeline.trades(trades[count].id, opening - 60_000, None, 1_000, later)
        assert page == trades[:count]
    bars = timeline.bars("1", opening - 3_600_000, None, 10, later)
    assert bars[0].time == opening
    assert round(sum(bar.volume for bar in bars)) == round(
        sum(trade.size for trade in trades if trade.time >= opening)
    )


@pytest.mark.parametrize("trade_id", ["pre-20261121-0", "pre-20261120-999999", "pre-20269999-0"])
def test_a_trade_of_extended_hours_that_never_was_is_refused(trade_id: str) -> None:
    timeline = synthetic_timeline(*TEMPERS["SIMSHARE"], 1)
    now = utc(f"{MADE_UP_DAY}T15:00")
    with pytest.raises(ValueError, match=f"has no trade '{trade_id}'|{trade_id[4:]}"):
        timeline.trades(trade_id, None, None, 10, now)

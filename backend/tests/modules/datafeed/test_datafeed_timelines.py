"""Each timeline is one pure function of wall time."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path

import pytest
from msgspec import structs

from trading_api.domain.bars import BarAggregator
from trading_api.domain.market import RESOLUTIONS, Bar, Resolution, TopOfBook, Trade
from trading_api.domain.sessions import DAY_MS, TradingSession, day_of_stamp, epoch_ms
from trading_api.modules.datafeed.sources.bitstamp import BTCUSD, LENGTH_MS
from trading_api.modules.datafeed.sources.packs import BTCUSD_PACK, TAPE_FILE, load_tape
from trading_api.modules.datafeed.sources.replay import ANCHOR_MS, Timeline
from trading_api.modules.datafeed.sources.stocks import committed_timelines
from trading_api.modules.datafeed.sources.tape import TapeTimeline

SHARES = ("AAPL", "GOOG", "FB")
THIRTEEN_YEARS_MS = 679 * 7 * 24 * 3600 * 1000


def utc(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.fixture(scope="module")
def shares() -> dict[str, Timeline]:
    return {timeline.symbol.symbol: timeline for timeline in committed_timelines()}


def fresh_btcusd(packs_dir: Path) -> TapeTimeline:
    folder = packs_dir / BTCUSD_PACK
    tape = load_tape(folder / "orders.csv.gz", folder / "trades.csv", packs_dir / TAPE_FILE)
    return TapeTimeline(BTCUSD, tape, LENGTH_MS)


@pytest.fixture(scope="module")
def btcusd(packs_dir: Path) -> Timeline:
    return fresh_btcusd(packs_dir)


def folded(timeline: Timeline, since: int, until: int) -> dict[Resolution, dict[int, Bar]]:
    """Every bar, as it was last streamed between two instants."""
    info = timeline.symbol
    session = TradingSession.of(info)
    aggregator = BarAggregator(session, info.quantity_step)
    bars: dict[Resolution, dict[int, Bar]] = {resolution: {} for resolution in RESOLUTIONS}
    for resolution in RESOLUTIONS:
        seed = timeline.bars(resolution, None, None, 2, since + 1)
        aggregator.seed(resolution, seed, since)
        bars[resolution].update({bar.time: bar for bar in seed[-1:]})
    for time, events in timeline.moments(since):
        if time >= until:
            return bars
        for event in events:
            if isinstance(event, Trade):
                for resolution, bar in aggregator.on_trade(event.time, event.price, event.size):
                    bars[resolution][bar.time] = bar
    return bars


def assert_stream_is_history(timeline: Timeline, since: int, until: int) -> None:
    for resolution, streamed in folded(timeline, since, until).items():
        history = timeline.bars(resolution, min(streamed), None, len(streamed) + 1, until)
        assert list(streamed.values()) == history, resolution


@pytest.mark.parametrize("symbol", SHARES)
@pytest.mark.parametrize(
    ("since", "until"),
    [
        pytest.param("2026-06-30T18:00", "2026-07-01T14:00", id="over the end of a month"),
        pytest.param("2026-03-06T20:55", "2026-03-09T13:41", id="over a weekend into summer time"),
        pytest.param("2026-11-20T16:17:31", "2026-11-20T17:03:02", id="from mid-bar to mid-bar"),
    ],
)
def test_streamed_shares_are_their_history(
    shares: dict[str, Timeline], symbol: str, since: str, until: str
) -> None:
    assert_stream_is_history(shares[symbol], utc(since), utc(until))


@pytest.mark.parametrize(
    ("since", "until"),
    [
        pytest.param("2026-06-30T23:17:31.123", "2026-07-01T01:20:02.001", id="over a month's end"),
        pytest.param("2026-11-22T23:58", "2026-11-23T04:31", id="over a week's end"),
        pytest.param("2020-01-05T12:00", "2020-01-06T02:00", id="from before the anchor"),
    ],
)
def test_streamed_bitcoin_is_its_history(btcusd: Timeline, since: str, until: str) -> None:
    assert_stream_is_history(btcusd, utc(since), utc(until))


@pytest.mark.parametrize("symbol", [*SHARES, "BTCUSD"])
def test_short_queries_join_to_a_long_one(
    shares: dict[str, Timeline], btcusd: Timeline, symbol: str
) -> None:
    timeline = {**shares, "BTCUSD": btcusd}[symbol]
    now = utc("2026-11-20T17:03:02.500")
    chance = random.Random(7)
    for resolution in RESOLUTIONS:
        long = timeline.bars(resolution, None, None, 3000, now)
        assert all(a.time < b.time for a, b in pairwise(long))
        first = long[0].time
        cuts = sorted(chance.sample(range(first, now), 20))
        joined: list[Bar] = []
        for since, until in pairwise([first, *cuts, now]):
            joined += timeline.bars(resolution, since, until, 20_000, now)
        assert joined == long
        middle = long[len(long) // 2].time
        before = [bar for bar in long if bar.time < middle][-7:]
        assert timeline.bars(resolution, None, middle, 7, now) == before


@pytest.mark.parametrize("symbol", ["AAPL", "BTCUSD"])
def test_a_closed_bar_never_changes(
    shares: dict[str, Timeline], btcusd: Timeline, symbol: str
) -> None:
    timeline = {**shares, "BTCUSD": btcusd}[symbol]
    then, later = utc("2026-11-18T19:29:59.999"), utc("2026-11-20T17:03")
    for resolution in RESOLUTIONS:
        at_the_time = timeline.bars(resolution, None, None, 500, then)
        from_later = timeline.bars(resolution, at_the_time[0].time, then, 20_000, later)
        assert at_the_time[:-1] == from_later[: len(at_the_time) - 1]


def test_two_instances_agree_at_the_same_instant(packs_dir: Path, btcusd: Timeline) -> None:
    again = fresh_btcusd(packs_dir)
    for now in (utc("2026-11-20T17:03:02"), utc("2031-01-01T00:00")):
        for resolution in RESOLUTIONS:
            assert again.bars(resolution, None, None, 50, now) == btcusd.bars(
                resolution, None, None, 50, now
            )
        assert again.top(now) == btcusd.top(now)
        assert again.trades(None, None, None, 20, now) == btcusd.trades(None, None, None, 20, now)


@pytest.mark.parametrize("symbol", ["AAPL", "FB", "BTCUSD"])
def test_trades_are_paged_without_hole_or_repeat(
    shares: dict[str, Timeline], btcusd: Timeline, symbol: str
) -> None:
    timeline = {**shares, "BTCUSD": btcusd}[symbol]
    now = utc("2026-11-20T14:31:40")
    whole = timeline.trades(None, None, None, 500, now)
    assert len({trade.id for trade in whole}) == 500
    assert all(a.time <= b.time for a, b in pairwise(whole))
    pages: list[Trade] = []
    before = None
    while len(pages) < 500:
        page = timeline.trades(before, None, None, 50, now)
        pages[:0] = page
        before = page[0].id
    assert pages == whole


@pytest.mark.parametrize("symbol", ["AAPL", "BTCUSD"])
@pytest.mark.parametrize(
    "trade_id",
    [
        *("", "1", "x-1", "1-1", "9" * 30 + "-1", "²-1"),
        *("20261120-99999", "20261121-1", "20209999-1", "20260230-1", "20261930-1"),
    ],
)
def test_an_id_that_was_never_given_is_refused(
    shares: dict[str, Timeline], btcusd: Timeline, symbol: str, trade_id: str
) -> None:
    timeline = {**shares, "BTCUSD": btcusd}[symbol]
    with pytest.raises(ValueError, match=symbol):
        timeline.trades(trade_id, None, None, 10, utc("2026-11-20T17:00"))


@pytest.mark.parametrize("symbol", ["AAPL", "BTCUSD"])
def test_top_is_the_last_one_streamed(
    shares: dict[str, Timeline], btcusd: Timeline, symbol: str
) -> None:
    timeline = {**shares, "BTCUSD": btcusd}[symbol]
    since = utc("2026-11-20T19:59:30")
    for time, events in islice(timeline.moments(since), 40):
        tops = [event for event in events if isinstance(event, TopOfBook)]
        if tops:
            assert timeline.top(time + 1) == tops[-1]
            before = timeline.top(time)
            assert before is not None
            assert before.time < time


@pytest.mark.parametrize("symbol", ["AAPL", "BTCUSD"])
def test_nothing_is_older_than_the_anchor(
    shares: dict[str, Timeline], btcusd: Timeline, symbol: str
) -> None:
    timeline = {**shares, "BTCUSD": btcusd}[symbol]
    now = utc("2020-01-20T00:00")
    for resolution in RESOLUTIONS:
        assert timeline.bars(resolution, None, ANCHOR_MS, 10, now) == []
        assert timeline.bars(resolution, None, None, 20_000, now)[0].time >= ANCHOR_MS
        assert timeline.bars(resolution, None, None, 10, ANCHOR_MS - 5) == []
    assert timeline.top(ANCHOR_MS) is None
    assert timeline.trades(None, None, None, 10, ANCHOR_MS) == []
    assert not timeline.is_open(ANCHOR_MS - 1)
    oldest = timeline.trades(None, None, None, 10**6, ANCHOR_MS + 7 * 24 * 3600 * 1000)[0]
    assert timeline.trades(oldest.id, None, None, 10, now) == []


def test_first_week_of_apple_is_adjusted_and_begins_on_wednesday(
    shares: dict[str, Timeline],
) -> None:
    days = shares["AAPL"].bars("1D", None, None, 3, utc("2020-01-11T00:00"))
    # 2000-03-01: 118.56 132.06 118.50 130.31, adjusted close 4.186662803811.
    assert days[0] == Bar(utc("2020-01-08"), 3.81, 4.24, 3.81, 4.19, 9_616_100)
    assert [bar.time for bar in days[1:]] == [utc("2020-01-09"), utc("2020-01-10")]
    [week] = shares["AAPL"].bars("1W", None, None, 3, utc("2020-01-11T00:00"))
    assert week.time == utc("2020-01-08")
    assert week.volume == sum(bar.volume for bar in days)


def test_shares_trade_in_their_hours_on_the_days_of_their_series(
    shares: dict[str, Timeline],
) -> None:
    apple = shares["AAPL"]
    assert not apple.is_open(utc("2020-01-06T15:00")), "the series has no Monday in that week"
    assert apple.is_open(utc("2020-01-08T14:30"))
    assert not apple.is_open(utc("2020-01-08T21:00"))
    assert not apple.is_open(utc("2020-01-11T15:00"))
    assert apple.is_open(utc("2020-07-08T13:30")), "summer time"


def test_series_repeats_after_a_whole_number_of_weeks_but_for_holidays(
    shares: dict[str, Timeline],
) -> None:
    apple = shares["AAPL"]
    since, until = utc("2020-02-03"), utc("2020-12-25")
    later, end = since + THIRTEEN_YEARS_MS, until + THIRTEEN_YEARS_MS
    first = apple.bars("1D", since, until, 400, end)
    again = apple.bars("1D", later, end, 400, end)
    repeated = {
        bar.time + THIRTEEN_YEARS_MS: structs.replace(bar, time=bar.time + THIRTEEN_YEARS_MS)
        for bar in first
    }
    both = [bar for bar in again if bar.time in repeated]
    assert len(both) > 200
    assert both == [repeated[bar.time] for bar in both]
    holidays = TradingSession.of(apple.symbol).holidays
    seen = {bar.time for bar in again}
    for time in seen ^ repeated.keys():
        day = day_of_stamp(time)
        assert day in holidays or day - timedelta(days=THIRTEEN_YEARS_MS // DAY_MS) in holidays


def test_shares_keep_the_holidays_and_half_days_of_their_exchange(
    shares: dict[str, Timeline],
) -> None:
    apple = shares["AAPL"]
    thanksgiving, friday = utc("2026-11-26T15:00"), utc("2026-11-27T15:00")
    assert not apple.is_open(thanksgiving)
    assert apple.is_open(friday)
    assert not apple.is_open(utc("2026-11-27T18:00")), "it closes at one o'clock"
    day = apple.bars("1D", utc("2026-11-26"), utc("2026-11-28"), 5, utc("2026-11-28"))
    assert [day_of_stamp(bar.time) for bar in day] == [date(2026, 11, 27)]
    minutes = apple.bars("1", utc("2026-11-26"), utc("2026-11-28"), 5000, utc("2026-11-28"))
    assert (minutes[0].open, minutes[-1].close) == (day[0].open, day[0].close)
    assert minutes[-1].time == utc("2026-11-27T17:59")


def test_a_share_is_open_exactly_in_the_session_that_its_symbol_tells(
    shares: dict[str, Timeline],
) -> None:
    for timeline in shares.values():
        session = TradingSession.of(timeline.symbol)
        for hour in range(utc("2025-06-01T15:00"), utc("2027-02-01"), DAY_MS // 2):
            assert timeline.is_open(hour) == session.is_open(hour)


def test_quote_of_a_share_is_its_last_trade_and_a_tick(shares: dict[str, Timeline]) -> None:
    for _, events in islice(shares["GOOG"].moments(utc("2026-11-20T15:00")), 100):
        trade, top = events
        assert isinstance(trade, Trade)
        assert isinstance(top, TopOfBook)
        assert (top.bid, top.ask) == (trade.price, round(trade.price + 0.01, 2))
        assert (top.bid_size, top.ask_size) == (None, None)


def test_bitcoin_quote_is_never_crossed_and_never_old(btcusd: Timeline) -> None:
    since = utc("2026-11-20T15:00") - 1
    last = since
    for time, events in btcusd.moments(since):
        for event in events:
            if isinstance(event, TopOfBook):
                assert event.bid is not None
                assert event.ask is not None
                assert event.bid < event.ask
                assert event.time - last < 20_000
                last = event.time
        if time > since + LENGTH_MS + 60_000:
            break


def test_bitcoin_repeats_every_half_hour(btcusd: Timeline) -> None:
    now = utc("2026-11-20T15:00")
    first, second = (
        btcusd.trades(None, None, None, 20, moment) for moment in (now, now + LENGTH_MS)
    )
    assert [trade.time + LENGTH_MS for trade in first] == [trade.time for trade in second]
    assert [trade.price for trade in first] == [trade.price for trade in second]
    assert not {trade.id for trade in first} & {trade.id for trade in second}

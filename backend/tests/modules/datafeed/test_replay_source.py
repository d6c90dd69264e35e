"""What a source remembers between questions, and as of when it answers."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime

from trading_api.domain.market import Bar
from trading_api.domain.sessions import epoch_ms
from trading_api.modules.datafeed.sources.bar_cache import BarCache
from trading_api.modules.datafeed.sources.stocks import committed_source
from trading_api.testing.clock import ManualClock

MINUTE = 60_000


def bars(count: int) -> list[Bar]:
    return [Bar(time, 1.0, 1.0, 1.0, 1.0, 1.0) for time in range(count)]


def test_the_cache_drops_what_was_longest_unused_and_stays_within_its_size() -> None:
    cache = BarCache(most_bars=300)
    cache.put("a", bars(99))
    cache.put("b", bars(99))
    assert cache.get("a") == bars(99)
    cache.put("c", bars(150))
    assert cache.get("b") is None
    assert cache.get("a") == bars(99)
    cache.put("empty", [])
    assert cache.get("empty") == []
    cache.put("larger than all", bars(301))
    assert [cache.get(key) for key in ("a", "c", "empty", "larger than all")] == [None] * 4


def test_answers_are_as_of_the_stream_and_afterwards_as_of_the_present() -> None:
    async def main() -> None:
        start = epoch_ms(datetime(2026, 11, 20, 16, tzinfo=UTC))
        clock = ManualClock(start)
        source = committed_source(clock)
        async with aclosing(source.stream(start)) as ticks:
            assert source.trades("AAPL", None, None, None, 1)[0].time <= start
            pending = asyncio.ensure_future(anext(ticks))
            await clock.advance(MINUTE)
            tick = await pending
            assert start < tick.time < start + MINUTE
            following = asyncio.ensure_future(anext(ticks))
            await asyncio.sleep(0)
            assert source.trades("AAPL", None, None, None, 1)[0].time == tick.time
            await following
        assert source.trades("AAPL", None, None, None, 1)[0].time > tick.time

    asyncio.run(main())

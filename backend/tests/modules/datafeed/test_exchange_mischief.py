"""The exchange misbehaves: the history is right at the end, and each outage is told."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from tests.modules.datafeed.exchange_worlds import (
    COIN,
    STREAMS,
    SYMBOL,
    AppWorld,
    app_world,
    fake_binance,
    pressed_on,
)
from tests.modules.datafeed.test_datafeed_api import utc
from trading_api.domain.series import SeriesKey
from trading_api.testing.clock import ManualClock
from trading_api.testing.sockets import open_socket

NOW = utc("2026-11-20T15:58:30.501")
MINUTE_MS = 60_000


def play(story: Callable[[AppWorld], Awaitable[None]], **options: Any) -> None:
    async def main() -> None:
        async with app_world(NOW, **options) as world:
            await story(world)

    asyncio.run(main())


async def check_history(world: AppWorld) -> None:
    """Minutes, hours and days are those of the exchange, stored ones and those under way."""
    for resolution in ("1", "60", "1D"):
        truth = world.truth(resolution)
        found = await world.bars(resolution, count_back=5_000)
        assert found == truth[-5_000:], resolution


async def settled(world: AppWorld, until_ms: int) -> None:
    """Let time pass until the minutes before an instant are stored."""
    known = partial(world.context.market.known, SeriesKey(SYMBOL, "bars", "1"))
    await pressed_on(world, lambda: known()[-1].to_ms >= until_ms, 1_000)


def test_live_bars_are_those_of_the_exchange() -> None:
    async def story(world: AppWorld) -> None:
        await check_history(world)
        for number in range(5):
            await world.trade(6_000_000 + number * 100, 10 + number)
            await world.clock.advance(20_000)
        await check_history(world)
        assert await world.order() == (201, "filled")
        [info] = (await world.get("/datafeed/symbols"))["items"]
        assert info["full_name"] == f"BINANCE:{SYMBOL}"
        assert info["tick_size"] == "0.01"
        assert info["quantity_step"] == "0.00001"
        assert info["has_depth"] is True
        depth = await world.get("/datafeed/depth", symbol=SYMBOL)
        assert depth["items"][0]["bids"] == [[59999.0, 0.001]]

    play(story)


def test_a_dropped_connection_is_told_and_what_was_missed_is_fetched() -> None:
    async def story(world: AppWorld) -> None:
        await world.trade(6_000_000, 10)
        assert await world.order() == (201, "filled")
        world.fake.vanish()
        await world.until(lambda: world.datafeed.health().status == "degraded")
        await world.clock.advance(400)
        world.fake.trade(6_100_000, 20)
        world.fake.trade(5_900_000, 30)
        await world.clock.advance(1_000)
        assert world.told("connection")[-1].market_data == "stale"
        assert world.told("quotes")[-1].status == "stale"
        assert (await world.order()) == (422, "stale_quote")
        assert await world.metric("trading_api_source_outages_total") == 1
        assert world.told("gap") == []
        world.fake.appear()
        await world.until_live()
        assert set(world.told("gap")) == {"market data was interrupted"}
        assert world.told("quotes")[-1].status == "open"
        assert world.told("connection")[-1].market_data == "live"
        await world.trade(6_000_000, 10)
        await check_history(world)
        trades = await world.get("/datafeed/trades", symbol=SYMBOL)
        assert [item["size"] for item in trades["items"]] == [0.0001, 0.0003, 0.0002, 0.0001]

    play(story)


@pytest.mark.parametrize("ending", ["dropped", "closed"])
def test_the_exchange_trades_on_at_every_turn_of_a_connections_end(ending: str) -> None:
    async def main() -> None:
        async with fake_binance(ManualClock(NOW)) as fake:
            address = f"ws://127.0.0.1:{fake.proxy.port}/ws/1"
            async with open_socket(address) as socket:
                await socket.send({"params": [STREAMS[0]], "id": 1})
                await fake.subscribed(STREAMS[0])
                if ending == "dropped":
                    fake.drop()
                closing = asyncio.create_task(socket.connection.close())
                for _ in range(200):
                    await asyncio.sleep(0)
                    fake.trade(6_000_000, 1)
                await closing
            assert len(fake.coins[COIN].trades) == 200

    asyncio.run(main())


def test_repeats_and_wrong_order_change_nothing() -> None:
    async def story(world: AppWorld) -> None:
        world.fake.copies = 3
        await world.trade(6_000_000, 10)
        world.fake.hold()
        for number in range(6):
            await world.clock.advance(300)
            world.fake.trade(6_000_000 + number * 777 % 1000, 1 + number)
        world.fake.release(lambda held: reversed(held))
        await world.until(lambda: len(world.told("trades")) == 7)
        await check_history(world)
        await settled(world, NOW)
        assert len(world.told("trades")) == 7
        await check_history(world)
        assert world.told("gap") == []

    play(story)


def test_what_comes_minutes_late_puts_the_bar_right() -> None:
    async def story(world: AppWorld) -> None:
        await world.trade(6_000_000, 10)
        world.fake.hold()
        world.fake.trade(7_000_000, 10)
        await world.clock.advance(MINUTE_MS + 20_000)
        world.fake.release()
        await settled(world, NOW)
        await check_history(world)
        assert world.truth()[-1].high == 70_000.0

    play(story)


def test_trades_that_were_not_told_are_found_and_corrected() -> None:
    async def story(world: AppWorld) -> None:
        await world.trade(6_000_000, 10)
        world.fake.is_losing = True
        world.fake.trade(6_500_000, 10)
        world.fake.is_losing = False
        await world.trade(6_000_000, 10)
        assert (await world.bars(count_back=1)) != world.truth()[-1:]
        await settled(world, NOW - NOW % MINUTE_MS + MINUTE_MS)
        await world.until(lambda: any(bar.high == 65_000.0 for bar in world.told("bars")))
        await check_history(world)
        assert world.datafeed.quote(SYMBOL).high == 65_000.0

    play(story)


@pytest.mark.parametrize(
    "text",
    ["hello?", '{"e": "aggTrade", "s":', '{"e": "aggTrade", "s": 7, "T": {}}', "[]", "[[[1]]]"],
)
def test_garbage_on_the_socket_does_no_harm(text: str) -> None:
    async def story(world: AppWorld) -> None:
        await world.trade(6_000_000, 10)
        await world.clock.advance(7)
        world.fake.send_garbage(text)
        world.fake.trade(6_200_000, 10)
        await world.until(
            lambda: world.datafeed.health().status == "degraded" or len(world.told("trades")) == 2
        )
        await world.until_live()
        await world.trade(6_000_000, 10)
        await check_history(world)

    play(story)


def test_a_silent_exchange_is_stale_within_seconds() -> None:
    async def story(world: AppWorld) -> None:
        await world.trade(6_000_000, 10)
        world.fake.freeze()
        world.fake.trade(6_300_000, 10)
        await world.until(lambda: world.datafeed.health().status == "degraded")
        await world.clock.advance(1_000)
        assert world.told("quotes")[-1].status == "stale"
        await world.until_live()
        await check_history(world)

    play(story, silent_after_s=1.0)


@pytest.mark.parametrize("status", [403, 418, 429])
def test_a_ban_is_told_and_kept_to(status: int) -> None:
    async def story(world: AppWorld) -> None:
        await world.trade(6_000_000, 10)
        world.fake.ban = (status, 90)
        world.fake.drop()
        await world.until(lambda: world.fake.refused > 0 or world.datafeed.health().status != "ok")
        await pressed_on(world, lambda: world.fake.refused > 0, 100)
        text = f"binance answers {status} and wants to be left alone for 90 s"
        await world.until(lambda: text in str(world.datafeed.health().detail))
        refused = world.fake.refused
        world.fake.trade(6_400_000, 10)
        await world.clock.advance(80_000)
        await world.bars(count_back=10)
        assert world.fake.refused == refused, "it was left alone"
        assert 'reason="refused"' in world.context.metrics.text().decode()
        world.fake.ban = None

    play(story)


@pytest.mark.parametrize("answer", ["<html>502</html>", "{}", "[1, 2]", '[["a"]]', "null"])
def test_nonsense_instead_of_answers_is_told_and_nothing_is_stored_of_it(answer: str) -> None:
    async def story(world: AppWorld) -> None:
        await world.trade(6_000_000, 10)
        world.fake.rest_garbage = answer
        await pressed_on(world, lambda: world.datafeed.health().status == "degraded", 5_000)
        assert 'reason="nonsense"' in world.context.metrics.text().decode()
        assert world.told("quotes")[-1].status == "open", "what is streamed is sound"
        await world.clock.advance(2 * MINUTE_MS)
        await world.trade(6_050_000, 10)
        world.fake.rest_garbage = None
        await settled(world, NOW + MINUTE_MS)
        await world.until(lambda: world.datafeed.health().status == "ok")
        await check_history(world)

    play(story)


def test_a_book_that_misses_a_change_is_begun_anew() -> None:
    async def story(world: AppWorld) -> None:
        assert (await world.get("/datafeed/depth", symbol=SYMBOL))["items"][0]["bids"]
        world.fake.is_losing = True
        world.fake.set_book({5_900_000: 7}, {6_100_000: 8})
        world.fake.is_losing = False
        await world.clock.advance(7)
        world.fake.set_book({5_900_000: 7, 5_900_100: 5}, {6_100_000: 8})
        await world.until(lambda: world.datafeed.health().status == "degraded")
        await world.until_live()
        [depth] = (await world.get("/datafeed/depth", symbol=SYMBOL))["items"]
        assert depth["bids"] == [[59001.0, 0.00005], [59000.0, 0.00007]]
        assert depth["asks"] == [[61000.0, 0.00008]]
        assert 'reason="nonsense"' in world.context.metrics.text().decode()

    play(story)


@pytest.mark.parametrize("row", [[], [0, "a", 1, 1, 1, 1], [0, 2.0, 1.0, 3.0, 2.0, 1.0], [0, 1.0]])
def test_a_bar_that_makes_no_sense_is_no_answer(row: list[Any]) -> None:
    async def story(world: AppWorld) -> None:
        world.fake.rest_garbage = json.dumps([row])
        asked = await world.bars("60", count_back=2_000)
        assert asked == world.truth("60")[-len(asked) :], "those that are stored"
        world.fake.rest_garbage = None
        await check_history(world)

    play(story)

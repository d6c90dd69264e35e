"""Whatever an exchange does, in any order: its history is ours at the end."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.modules.datafeed.exchange_worlds import COIN, AppWorld, app_world, pressed_on
from tests.modules.datafeed.test_exchange_mischief import MINUTE_MS, NOW, check_history
from trading_api.domain.series import SeriesKey

ACTS = (
    "trade",
    "trade",
    "burst",
    "drop",
    "drop and trade",
    "hold",
    "release",
    "reverse",
    "repeat",
    "lose",
    "garbage",
    "nonsense",
    "sense",
    "wait",
)
Play = list[tuple[str, int]]
plays = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 10_000)), max_size=14)


async def act(world: AppWorld, name: str, number: int) -> None:
    """One thing that happens; the number makes it another one each time."""
    fake, clock = world.fake, world.clock
    await clock.advance(1 + number % 997)
    if "trade" in name or name == "lose":
        if name == "drop and trade":
            fake.drop()
        fake.is_losing = name == "lose"
        fake.trade(5_990_000 + number, 1 + number % 50)
        fake.is_losing = False
    elif name == "burst":
        for step in range(20):
            fake.trade(5_990_000 + number * step % 20_011, 1 + step)
    elif name == "drop":
        fake.drop()
    elif name == "hold":
        fake.held = fake.held or []
    elif name == "release":
        fake.release()
    elif name == "reverse":
        fake.release(lambda held: reversed(held))
    elif name == "repeat":
        fake.copies = 1 + number % 3
    elif name == "garbage":
        fake.send_garbage(["?", "{", '{"e": "trade"}', '["a"]'][number % 4])
    elif name == "nonsense":
        fake.rest_garbage = ["", "{}", "[[]]", "null", "<p>"][number % 5]
    elif name == "sense":
        fake.rest_garbage = None
    else:
        end = clock.now_ms() + 100_000
        await pressed_on(world, lambda: clock.now_ms() >= end, 5_000)


async def story(world: AppWorld, play: Play) -> None:
    for name, number in play:
        await act(world, name, number)
    fake = world.fake
    fake.release()
    fake.rest_garbage, fake.copies = None, 1
    await world.until_live()
    # The last minute with trades is settled once the exchange has told of a later one.
    end = world.clock.now_ms() + 2 * MINUTE_MS
    await pressed_on(world, lambda: world.clock.now_ms() >= end, 5_000)
    await world.until_live()
    await world.trade(6_000_000, 1)
    last = max((trade[1] for trade in fake.coins[COIN].trades[:-1]), default=0)
    await pressed_on(world, lambda: settled_ms(world) > last, 5_000)
    await check_history(world)
    trades = (await world.get("/datafeed/trades", symbol="BTC-USDT", limit=1000))["items"]
    ids = [item["id"] for item in trades]
    assert len(set(ids)) == len(ids)


def settled_ms(world: AppWorld) -> int:
    return world.context.market.known(SeriesKey("BTC-USDT", "bars", "1"))[-1].to_ms


def run(play: Play) -> None:
    async def main() -> None:
        async with app_world(NOW) as world:
            await story(world, play)

    asyncio.run(main())


_slow = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(derandomize=True, max_examples=12, deadline=None, suppress_health_check=_slow)
@given(plays)
def test_the_history_is_right_whatever_happens(play: Play) -> None:
    run(play)


@pytest.mark.soak
@settings(max_examples=300, deadline=None, suppress_health_check=_slow)
@given(plays)
def test_the_history_is_right_whatever_happens_for_long(play: Play) -> None:
    run(play)

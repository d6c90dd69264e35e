"""The clock of a replay goes from sleeper to sleeper, at any speed in the same order."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from trading_api.domain.errors import TradingError
from trading_api.domain.market import TopOfBook
from trading_api.domain.ports import MarketTick
from trading_api.modules.broker.deadlines import Deadlines
from trading_api.shared.replay import ReplayClock, ReplayPlan

START, END = 1_000_000, 1_060_000
QUOTE = TopOfBook("A", START, 1.0, 2.0)


def play(
    story: Callable[[ReplayClock], Awaitable[None]], speed: float = 0.0, *, paused: bool = True
) -> None:
    async def main() -> None:
        clock = ReplayClock(ReplayPlan(START, END, None, speed, paused))
        passing = asyncio.create_task(clock.run())
        try:
            await asyncio.wait_for(story(clock), 10)
        finally:
            passing.cancel()
            await asyncio.gather(passing, return_exceptions=True)

    asyncio.run(main())


@pytest.mark.parametrize("speed", [0.0, 2_000.0, 100_000.0])
def test_sleepers_wake_in_order_each_at_its_own_time(speed: float) -> None:
    woken: list[tuple[str, int]] = []

    async def story(clock: ReplayClock) -> None:
        async def ticker(name: str, every: int) -> None:
            at = START
            while True:
                at += every
                await clock.sleep_until(at)
                woken.append((name, clock.now_ms()))
                assert clock.now_ms() == at

        tasks = [asyncio.create_task(ticker(*of)) for of in (("a", 7_000), ("b", 10_000))]
        await asyncio.sleep(0)
        assert clock.now_ms() == START
        clock.change(None, "running")
        await clock.wait_for_end()
        assert clock.now_ms() == END
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    play(story, speed)
    a = [("a", START + 7_000 * n) for n in range(1, 9)]
    b = [("b", START + 10_000 * n) for n in range(1, 7)]
    assert woken == sorted([*a, *b], key=lambda wake: wake[1])


def test_who_waits_for_one_of_two_things_acts_before_time_goes_on() -> None:
    async def story(clock: ReplayClock) -> None:
        acted: list[tuple[str, int]] = []

        async def deadlines() -> None:
            items = Deadlines[str](clock, lambda due: acted.append((due[0], clock.now_ms())))
            items.add(START + 10, "expiry")
            await items.run()

        async def market() -> None:
            for at in (START + 9, START + 11):
                await clock.sleep_until(at)
                acted.append(("tick", clock.now_ms()))

        tasks = [asyncio.create_task(deadlines()), asyncio.create_task(market())]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        clock.change(None, "running")
        await clock.wait_for_end()
        assert acted == [("tick", START + 9), ("expiry", START + 10), ("tick", START + 11)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    play(story)


def test_time_stands_while_paused_and_passes_at_the_speed_afterwards() -> None:
    async def story(clock: ReplayClock) -> None:
        await asyncio.sleep(0.01)
        assert clock.now_ms() == START
        began = asyncio.get_running_loop().time()
        clock.change(200.0, "running")
        await clock.sleep_until(START + 20_000)
        assert asyncio.get_running_loop().time() - began >= 0.1
        clock.change(None, "paused")
        stands = clock.now_ms()
        await asyncio.sleep(0.01)
        assert clock.now_ms() == stands < END

    play(story)


def test_a_change_of_speed_acts_at_once() -> None:
    async def story(clock: ReplayClock) -> None:
        clock.change(0.001, "running")
        sleeping = asyncio.create_task(clock.sleep_until(START + 50_000))
        await asyncio.sleep(0.01)
        assert clock.now_ms() - START < 10
        clock.change(0.0, None)
        await sleeping
        assert clock.now_ms() >= START + 50_000

    play(story)


def test_a_step_ends_when_the_market_has_spoken_so_often() -> None:
    async def story(clock: ReplayClock) -> None:
        async def market() -> None:
            for number in range(1, 50):
                await clock.sleep_until(START + number * 1000)
                events = (QUOTE,) if number % 2 else ()
                clock.on_tick(MarketTick(clock.now_ms(), events))

        task = asyncio.create_task(market())
        await asyncio.sleep(0)
        await clock.step(1)
        assert clock.now_ms() == START + 1000
        await clock.step(2)
        assert (clock.now_ms(), clock.state().state) == (START + 5000, "paused")
        assert clock.state().events == 3
        await clock.step(1000)
        assert clock.state().state == "ended"
        with pytest.raises(TradingError, match="ended"):
            await clock.step(1)
        with pytest.raises(TradingError, match="ended"):
            clock.change(None, "running")
        clock.change(5.0, None)
        await task

    play(story)


def test_who_sleeps_beyond_the_end_is_never_woken_and_may_be_cancelled() -> None:
    async def story(clock: ReplayClock) -> None:
        beyond = asyncio.create_task(clock.sleep_until(END + 1))
        within = asyncio.create_task(clock.sleep_until(END - 1))
        await asyncio.sleep(0)
        within.cancel()
        clock.change(None, "running")
        await clock.wait_for_end()
        assert not beyond.done()
        beyond.cancel()

    play(story)


@pytest.mark.parametrize(
    "plan",
    [
        ReplayPlan(5, 5),
        ReplayPlan(6, 5),
        ReplayPlan(5, 6, speed=-1.0),
        ReplayPlan(5, 6, speed=float("inf")),
        ReplayPlan(5, 6, speed=float("nan")),
    ],
)
def test_a_plan_without_sense_is_refused(plan: ReplayPlan) -> None:
    with pytest.raises(ValueError, match=r"speed|end"):
        ReplayClock(plan)

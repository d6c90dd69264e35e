"""Whatever a seed does to the broker, it keeps what it promised."""

import asyncio
import random

import pytest

from tests.simulation.run import run_world
from trading_api.testing.simulation import Deadlock, SimulatedLoop, run_simulated

SEEDS, SOAK_SEEDS, PER_TEST = 100, 2_000, 10


def run_worlds(first: int, count: int) -> None:
    for seed in range(first, first + count):
        try:
            run_world(seed)
        except Exception as error:
            error.add_note(f"once more, in backend/: python -m tests.simulation.run {seed}")
            raise


@pytest.mark.parametrize("first", range(0, SEEDS, PER_TEST))
def test_a_hundred_worlds_keep_every_promise(first: int) -> None:
    run_worlds(first, PER_TEST)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(SEEDS, SEEDS + SOAK_SEEDS, 100))
def test_two_thousand_worlds_keep_every_promise(first: int) -> None:
    run_worlds(first, 100)


def test_the_same_seed_is_the_same_world() -> None:
    first, again, other = run_world(7), run_world(7), run_world(8)
    assert first == again
    assert first.digest != other.digest
    assert first.executions > 0


def test_seeds_differ_in_what_happens_to_them() -> None:
    outcomes = [run_world(seed) for seed in range(20)]
    assert {life for each in outcomes for life in each.lives} == {
        "crash",
        "failed write",
        "in order",
    }
    assert any(each.torn for each in outcomes)
    assert sum(each.executions for each in outcomes) > 1_000


def ticks(seed: int) -> tuple[list[int], float]:
    """In which order ten tasks wake after waits of an hour each, and how late it is then."""
    order: list[int] = []

    async def sleeper(number: int) -> None:
        for _ in range(3):
            await asyncio.sleep(3600)
            order.append(number)

    async def main() -> None:
        await asyncio.gather(*(sleeper(number) for number in range(10)))

    loop = SimulatedLoop(random.Random(seed))
    run_simulated(loop, main())
    return order, loop.time()


def test_time_jumps_and_order_comes_from_the_seed() -> None:
    assert ticks(1) == ticks(1)
    assert ticks(1)[0] != ticks(2)[0]
    assert ticks(1)[1] == pytest.approx(3 * 3600)


def test_a_world_that_waits_for_itself_is_told() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    loop = SimulatedLoop(random.Random(1))
    with pytest.raises(Deadlock):
        loop.run_until_complete(main())
    loop.end()
    run_simulated(loop, asyncio.sleep(0))


def test_a_world_can_end_at_any_step() -> None:
    for steps in range(1, 12):
        ended: list[bool] = []
        loop = SimulatedLoop(random.Random(steps))
        loop.end_after(steps, lambda ended=ended: ended.append(True))  # type: ignore[misc]
        assert run_simulated(loop, asyncio.sleep(1, "done")) in (None, "done")
        assert ended in ([], [True])

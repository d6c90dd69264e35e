"""Runs worlds by their seeds: `python -m tests.simulation.run FIRST [COUNT]` replays one."""

import asyncio
import hashlib
import sys
import traceback
from typing import NamedTuple

from tests.simulation.checks import check_observers, check_world, fold_all
from tests.simulation.world import World
from trading_api.domain.errors import TradingError
from trading_api.modules.broker.service import BrokerService


class Outcome(NamedTuple):
    """What a world came to: how its lives ended, what it did, and a digest of all of it."""

    lives: tuple[str, ...]
    orders: int
    executions: int
    torn: int
    digest: str


def run_world(seed: int) -> Outcome:
    """Let a world live, heal it, and check it.

    Raises:
        AssertionError: something that was promised does not hold.
    """
    world = World(seed)
    world.live()
    world.disk.failing = 0.0
    torn = len(asyncio.run(world.disk.cut_torn_tail()))
    before = asyncio.run(fold_all(world.disk))
    check_world(world.history, before)
    world.one_life(lambda service, _bus: send_everything_again(world, service))
    accounts = asyncio.run(fold_all(world.disk))
    check_world(world.history, accounts)
    check_observers(world.observers, accounts)
    unknown = [
        client_order_id
        for placements in world.history.placements.values()
        for client_order_id, each in placements.items()
        if not (each.placed or each.rejected or each.refused)
    ]
    assert not unknown, f"who asks again is not answered: {unknown}"
    return Outcome(
        lives=tuple(world.history.lives),
        orders=sum(account.state.order_count for account in accounts.values()),
        executions=sum(account.state.executions_seq for account in accounts.values()),
        torn=torn,
        digest=digest_of(world),
    )


async def send_everything_again(world: World, service: BrokerService) -> None:
    """Who is unsure asks again, and who is sure gets the same answer."""
    for account_id, principal in world.history.owners.items():
        for placement in world.history.placements[account_id].values():
            try:
                answer = await service.submit(principal, placement.command, account_id)
            except TradingError as error:
                placement.note_error(error)
            else:
                placement.placed.extend(answer.orders)


def digest_of(world: World) -> str:
    """Equal for two worlds in which the same has happened."""

    async def heads() -> list[str]:
        return [record.hash.hex() async for record in world.disk.read()]

    told = [message for life in world.history.told for message in life]
    text = f"{asyncio.run(heads())} {told} {world.now_ms}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def main(arguments: list[str]) -> int:
    """Run seeds from FIRST on; the first failing one ends it."""
    first = int(arguments[0])
    count = int(arguments[1]) if len(arguments) > 1 else 1
    for seed in range(first, first + count):
        try:
            outcome = run_world(seed)
        except Exception:  # noqa: BLE001 - shown, with the seed
            traceback.print_exc()
            print(f"\nseed {seed} failed; once more: python -m tests.simulation.run {seed}")  # noqa: T201
            return 1
        print(f"seed {seed}: {outcome}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A source of an exchange keeps the port's promises, over real connections."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from tests.modules.datafeed.exchange_worlds import SourceWorld, source_world
from tests.modules.datafeed.test_datafeed_api import utc
from trading_api.domain.market import Trade
from trading_api.domain.ports import MarketTick
from trading_api.testing.suites.sources import OpenedSource, SourceSuite

NOW = utc("2026-11-20T15:58:30.501")


class TestExchange(SourceSuite):
    """The exchange trades about once in a second and moves its book as often."""

    world: SourceWorld

    def opened(self) -> OpenedSource:
        return OpenedSource(self.world.source, self.world.clock)

    def run(self, story: Callable[[OpenedSource], Awaitable[None]]) -> None:
        async def main() -> None:
            async with source_world(NOW) as self.world:
                await story(self.opened())

        asyncio.run(main())

    async def listen(
        self, opened: OpenedSource, milliseconds: int, each: Callable[[MarketTick], None]
    ) -> None:
        clock, fake = self.world.clock, self.world.fake
        chance = random.Random(7)
        end = clock.now_ms() + milliseconds
        heard: asyncio.Queue[MarketTick] = asyncio.Queue()

        async def follow() -> None:
            async with aclosing(opened.source.stream(clock.now_ms())) as ticks:
                async for tick in ticks:
                    each(tick)
                    heard.put_nowait(tick)

        async def told(kind: type) -> None:
            """What happens at an instant has come to us before time goes on."""
            async with asyncio.timeout(10):
                while not any(isinstance(event, kind) for event in (await heard.get()).events):
                    pass

        task = asyncio.create_task(follow())
        while clock.now_ms() < end - 1_000:
            await clock.advance(chance.randrange(300, 900))
            fake.trade(chance.randrange(5_990_000, 6_010_000), chance.randrange(1, 500))
            await told(Trade)
            await clock.advance(1)
            middle = chance.randrange(5_990_000, 6_010_000)
            fake.set_book({middle - 50: chance.randrange(1, 99)}, {middle + 50: 7, middle + 60: 8})
            await told(object)
        await clock.advance_to(end)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

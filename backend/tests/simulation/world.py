"""A broker, its market, its clients and its disk, in virtual time, with everything from one seed.

A world has several lives: each ends by a crash at any step, by a failed write, or in order, and the
next one starts on what the disk then holds.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from tests.modules.broker.paper_server import IN_SESSION, CountingIds
from tests.simulation.clients import Client
from tests.simulation.history import History
from tests.simulation.observers import Observer
from trading_api.domain.market import Quote, Trade
from trading_api.domain.ports import Bus, Message
from trading_api.modules.broker import BrokerModule
from trading_api.modules.broker.service import BrokerService
from trading_api.shared.auth import OWNER, Principal
from trading_api.shared.context import AppContext
from trading_api.shared.ws.limits import WsLimits
from trading_api.testing.disk import SimulatedDisk
from trading_api.testing.simulation import SimulatedClock, SimulatedLoop, run_simulated

SYMBOLS = ("AAPL", "MSFT")
ROBOT = Principal(id="key:robot", scopes=frozenset({"account:read", "orders:write"}))  # type: ignore[arg-type]
CALLERS = {"ann": OWNER, "bob": OWNER, "robot": ROBOT, "hedger": ROBOT}
LIVES = 4
LIFE_S = 4.0
DAY_MS = 86_400_000


# Small ones are reached: a reader is then too slow, or what it missed is only in the journal
SOCKET_LIMITS: tuple[dict[str, int], ...] = (
    {},
    {"outbox_bytes": 20_000, "ring_bytes": 30_000},
    {"ring_bytes": 1},
)


def some_options(chance: random.Random) -> dict[str, Any]:
    """What an operator may have chosen."""
    return {
        "snapshot_every": chance.choice([1, 3, 10, 1000]),
        "fee_bps": chance.choice([0, 3.7]),
        "latency_ms": chance.choice([0, 0, 30, 400]),
        "linked_mode": chance.choice(["partial", "partial", "full"]),
        "liquidity": chance.choice(["wait", "walk", "ignore_size"]),
        "limit_fill": chance.choice(["touch", "cross", "probability", "queue"]),
        "trigger_source": chance.choice(["quote", "last", "mark"]),
        "stop_policy": chance.choice(["reject", "trigger_now"]),
        "slippage": chance.choice([None, {"model": "chance", "probability": 0.3}]),
        "limits": chance.choice([{}, {"self_trade": "cancel_oldest", "max_open_orders": 20}]),
    }


class Market:
    """Prices that walk by chance, and go on walking when the broker has another life."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._cents = dict.fromkeys(SYMBOLS, 1000)

    async def run(self, bus: Bus) -> None:
        """Publish quotes and trades until cancelled."""
        seqs: dict[str, int] = {}
        while True:
            symbol = self._chance.choice(SYMBOLS)
            self._cents[symbol] += self._chance.randint(-4, 4)
            is_trade = self._chance.random() < 0.3
            route, value = (
                ("trades", self._trade(symbol)) if is_trade else ("quotes", self._quote(symbol))
            )
            name = f"{route}:{symbol}"
            seqs[name] = seqs.get(name, 0) + 1
            bus.publish(Message(name, seqs[name], value))
            await asyncio.sleep(self._chance.expovariate(20))

    def _quote(self, symbol: str) -> Quote:
        bid = self._cents[symbol] / 100
        ask = bid + self._chance.randint(1, 3) / 100
        sizes = (self._chance.choice([None, 5, 50]), self._chance.choice([None, 5, 50]))
        status: Any = self._chance.choices(["open", "closed", "halted"], [30, 1, 1])[0]
        return Quote(symbol, 0, bid, ask, *sizes, *(None,) * 8, status, "tick")

    def _trade(self, symbol: str) -> Trade:
        price, size = self._cents[symbol] / 100, self._chance.randint(1, 30)
        return Trade("t", symbol, 0, price, size, "buy")


class World:
    """What lasts over the lives of one broker, and the seed's chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.disk = SimulatedDisk(self.chance, delay_s=self.chance.choice([0.0005, 0.01, 0.1]))
        self.market = Market(self.chance)
        self.history = History()
        self.now_ms = IN_SESSION
        self.over = False
        self.ids = CountingIds()
        self._options = some_options(self.chance)
        self._limits = WsLimits(**self.chance.choice(SOCKET_LIMITS))
        self.observers = [Observer(self), Observer(self)]

    def live(self) -> None:
        """Several lives with faults."""
        for _ in range(LIVES):
            end = self.chance.choice(["crash", "crash", "crash", "failed write", "in order"])
            self.disk.failing = 0.02 if end == "failed write" else 0.0
            steps = self.chance.randint(1, 4000) if end == "crash" else None
            self.history.lives.append(end)
            self.one_life(self._trade, steps)
            self.now_ms += self.chance.choice([0, 1000, 60_000, DAY_MS])

    def one_life(
        self, what: Callable[[BrokerService, Bus], Awaitable[None]], crash_after: int | None = None
    ) -> None:
        """Start a broker on the disk, do something with it, and end it or let it crash."""
        loop = SimulatedLoop(self.chance)
        self.over = False
        self.disk.restart()
        if crash_after is not None:
            loop.end_after(crash_after, self._crash)
        clock = SimulatedClock(loop, self.now_ms)
        run_simulated(loop, self._life(loop, clock, what))
        self.now_ms = clock.now_ms()
        self._crash()

    def _crash(self) -> None:
        """Nobody hears anything any more, and nothing is stored."""
        self.over = True
        self.disk.lose_power()

    async def _life(
        self,
        loop: SimulatedLoop,
        clock: SimulatedClock,
        what: Callable[[BrokerService, Bus], Awaitable[None]],
    ) -> None:
        context = AppContext.in_memory(clock=clock, ids=self.ids)
        context.journal = self.disk
        context.limits = self._limits
        context.module_options = {"broker": self._options}
        context.on_failure(lambda _error: self._end_of_process(loop))
        told = self.history.begin_life()

        def hear(message: Message) -> None:
            if not self.over:
                told.append(message)

        for route in ("orders", "executions"):
            context.bus.subscribe(route, hear)
        module = BrokerModule(context)
        socket = module.get_ws_app("/api/v1")
        watching = [asyncio.create_task(each.watch(socket)) for each in self.observers]
        try:
            async with module.service.running():
                await what(module.service, context.bus)
        finally:
            await end_all(watching)

    def _end_of_process(self, loop: SimulatedLoop) -> None:
        self._crash()
        loop.call_soon(loop.end)

    async def _trade(self, service: BrokerService, bus: Bus) -> None:
        clients = [Client(name, principal, service, self) for name, principal in CALLERS.items()]
        tasks = [asyncio.create_task(self.market.run(bus))]
        tasks += [asyncio.create_task(client.run()) for client in clients]
        try:
            done, _ = await asyncio.wait(tasks, timeout=LIFE_S, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            await end_all(tasks)


async def end_all(tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Cancel tasks and wait for them; what one of them found wrong is raised."""
    for task in tasks:
        task.cancel()
    for found in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(found, Exception):
            raise found

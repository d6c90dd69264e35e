"""Quotes from the source's tick to the bus: aggregator, engine and hubs, without subscribers."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import count

from harness.machine import Cores
from harness.native import BenchError
from harness.report import Effort, Goal, Result, Window, median, number
from trading_api.domain.commands import PlaceOrder
from trading_api.domain.market import Bar, Resolution, SymbolInfo, TopOfBook, Trade
from trading_api.domain.ports import MarketTick, Message, SourceStatus
from trading_api.modules.broker import BrokerModule
from trading_api.modules.broker.schemas import CreateAccountRequest
from trading_api.modules.broker.service import BrokerService
from trading_api.modules.datafeed import DatafeedModule
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.shared.api.versions import BASE_URL
from trading_api.shared.auth import OWNER
from trading_api.shared.context import AppContext

SOURCE = "bench"
FOLDED: tuple[Resolution, ...] = ("1", "5", "15", "30", "60", "240", "1D", "1W", "1M")
"""The resolutions that somebody has asked for; others are not folded."""
ACCOUNTS, ORDERS_PER_ACCOUNT = 100, 10
TURN = 100
"""Quotes after which the event loop turns, so that the modules' own tasks run, too."""
FLOOR_RATE = 40_000.0
COLUMNS = ("", "quotes/s", "CPU µs per quote")

# A symbol without trades: its bars are of its quotes, so each goes through the aggregator.
EURUSD = SymbolInfo(
    symbol="EURUSD",
    full_name="BENCH:EURUSD",
    description="Euro / US Dollar",
    kind="forex",
    exchange="BENCH",
    currency="USD",
    base_currency="EUR",
    timezone="Etc/UTC",
    session="24x7",
    price_scale=100_000,
    min_move=1,
    tick_size=Decimal("0.00001"),
    lot_size=Decimal(1),
    min_quantity=Decimal(1),
    max_quantity=Decimal(1_000_000),
    quantity_step=Decimal(1),
    has_trades=False,
    fidelity="tick",
)


class Quoted:
    """A source without a past that is always in session; what it says is said for it."""

    name = SOURCE

    def symbols(self) -> Sequence[SymbolInfo]:
        return [EURUSD]

    def is_open(self, symbol: str, time_ms: int) -> bool:
        return True

    def is_halted(self, symbol: str, time_ms: int) -> bool:
        return False

    async def stream(self, since_ms: int) -> AsyncGenerator[MarketTick]:
        await asyncio.Event().wait()
        yield MarketTick(since_ms)

    def status(self) -> SourceStatus:
        return SourceStatus()

    def top(self, symbol: str) -> TopOfBook | None:
        return None

    def depth(self, symbol: str) -> None:
        return None

    def trades(self, symbol: str, *_: object) -> Sequence[Trade]:
        return []

    def bars(self, symbol: str, *_: object, adjusted: bool = True) -> Sequence[Bar]:
        return []


def measure(name: str, effort: Effort, cores: Cores) -> Result:
    """One window of a fresh process state per round."""
    with on_core(cores.server):
        windows = [asyncio.run(one_window(effort)) for _ in range(effort.rounds)]
    rate = median(windows, "rate")
    rates = [window["rate"] for window in windows]
    return Result(
        figure=name,
        title=f"quotes through aggregator ({len(FOLDED)} resolutions), engine "
        f"({ACCOUNTS} accounts, {ACCOUNTS * ORDERS_PER_ACCOUNT:,} open orders) and hubs",
        columns=COLUMNS,
        rows=[["trading_api", number(rate), number(median(windows, "cpu_us"))]],
        goals=[Goal(name="quotes", value=rate, unit="per s", floor=FLOOR_RATE)],
        notes=[
            f"one process, no sockets, no subscribers; every quote has another price; "
            f"rates of the rounds {number(min(rates))} to {number(max(rates))}"
        ],
        details={"windows": windows},
    )


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """This process stays on one core for the length of a `with` block."""
    allowed = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


async def one_window(effort: Effort) -> Window:
    """The real modules on the real bus; their journal is in memory, since nothing is written."""
    context = AppContext.in_memory()
    context.offered_sources = {SOURCE: lambda: lambda _: Quoted()}
    context.module_options = {"datafeed": {"sources": [SOURCE], "symbols": [EURUSD.symbol]}}
    datafeed, broker = DatafeedModule(context), BrokerModule(context)
    for module in (datafeed, broker):
        module.get_ws_app(BASE_URL)
        context.add_runner(module.running)
    async with context.running():
        feed = datafeed.service.feed(EURUSD.symbol)
        for resolution in FOLDED:
            feed.newest_bars(resolution)
        ticks = Ticks(context, datafeed.service)
        ticks.say()
        await place_orders(broker.service)
        check(context, ticks, broker.service)
        await ticks.run_for(effort.warmup_ms / 1000)
        return await ticks.run_for(effort.window_ms / 1000)


class Ticks:
    """Says one quote after the other, each at the present instant and at another price."""

    def __init__(self, context: AppContext, service: DatafeedService) -> None:
        self._clock = context.clock
        self._service = service
        self._source = service.feed(EURUSD.symbol).source
        self._numbers = count()

    def say(self) -> None:
        """One quote: the price wanders up and down by 200 ticks around 1.10000."""
        place = next(self._numbers) % 400
        ticks = 110_000 + (place if place < 200 else 400 - place)
        bid, ask = ticks / 100_000, (ticks + 1) / 100_000
        now = self._clock.now_ms()
        top = TopOfBook(EURUSD.symbol, now, bid, ask, 1_000_000.0, 1_000_000.0)
        self._service.apply(self._source, MarketTick(now, (top,)))

    async def run_for(self, seconds: float) -> Window:
        """As many as can be said in that time."""
        said, began, cpu = 0, time.perf_counter(), time.process_time()
        while (passed := time.perf_counter() - began) < seconds:
            for _ in range(TURN):
                self.say()
            said += TURN
            await asyncio.sleep(0)
        used = time.process_time() - cpu
        return {"rate": said / passed, "count": said, "cpu_us": used / said * 1e6}


async def place_orders(service: BrokerService) -> None:
    """Buys below the market and sells above it, near, but never reached."""
    accounts = [(await service.state(OWNER)).account_id]
    while len(accounts) < ACCOUNTS:
        wanted = CreateAccountRequest(name=f"Account {len(accounts)}")
        accounts.append((await service.create_account(OWNER, wanted)).account_id)
    for account_id in accounts:
        for number_ in range(ORDERS_PER_ACCOUNT):
            side, first, step = ("buy", 109_900, -10) if number_ % 2 else ("sell", 110_300, 10)
            order = PlaceOrder(
                symbol=EURUSD.symbol,
                side=side,
                kind="limit",
                quantity=Decimal(1000),
                limit_price=Decimal(first + step * number_) / 100_000,
            )
            placed = (await service.submit(OWNER, order, account_id)).orders[0]
            if placed.status != "working":
                raise BenchError(f"an order that should rest is {placed.status}")


def check(context: AppContext, ticks: Ticks, service: BrokerService) -> None:
    """One quote does reach everything that is measured.

    Raises:
        BenchError: what it does not reach.
    """
    told: list[str] = []

    def note(message: Message) -> None:
        told.append(message.topic)

    ended = [context.bus.subscribe(route, note) for route in ("bars", "quotes")]
    ticks.say()
    for end in ended:
        end()
    wanted = len(FOLDED) + 1
    if len(set(told)) != wanted:
        raise BenchError(f"a quote is told on {len(set(told))} topics, not on {wanted}")
    if service.market.quote(EURUSD.symbol) is None:
        raise BenchError("the engine has not heard the quote")

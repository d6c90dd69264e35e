"""Through a network that cuts, delays, freezes and throttles, every client ends up with it all."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvloop
from fastapi import FastAPI
from msgspec import Struct

from tests.journeys.resuming import ResumingClient
from trading_api.app_factory import build_app
from trading_api.domain.ports import Message
from trading_api.domain.sessions import epoch_ms
from trading_api.shared import http_errors
from trading_api.shared.api.versions import BASE_URL
from trading_api.shared.context import AppContext
from trading_api.shared.module import ModuleBase
from trading_api.shared.ws.limits import WsLimits
from trading_api.shared.ws.protocol import Nothing
from trading_api.shared.ws.router import Snapshot, WsRouter
from trading_api.testing.client import bearer
from trading_api.testing.clock import ManualClock
from trading_api.testing.proxy import Proxy
from trading_api.testing.server import RunningServer, serve

KEYS = 16
BATCH = 20
FOLLOW_UP_S = 15.0
Until = Callable[[], bool]
BROKER_ROUTES = ("orders", "executions")
IN_SESSION = epoch_ms(datetime(2026, 11, 20, 15, 58, 30, tzinfo=UTC))


class Figure(Struct, frozen=True):
    """A number of some key."""

    key: int
    number: int
    filler: str = "x" * 300


class Total(Struct, frozen=True):
    """All that came before: how many, and their sum."""

    count: int
    total: int


class FigureService:
    """Publishes two topics: `prints` loses nothing, `prices` has the newest of each key."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._seqs = {"prints": 0, "prices": 0}
        self.total = 0
        self.newest: dict[int, int] = {}

    @property
    def printed(self) -> int:
        """How many prints there were."""
        return self._seqs["prints"]

    def print(self, number: int) -> None:
        """One more print."""
        self.total += number
        self._publish("prints", Figure(0, number))

    def price(self, key: int, number: int) -> None:
        """A newer price of a key."""
        self.newest[key] = number
        self._publish("prices", Figure(key, number))

    def read(self, name: str) -> Snapshot:
        """Everything up to the present number, in short."""
        value: Any = Total(self.printed, self.total)
        if name == "prices":
            value = [Figure(key, number) for key, number in self.newest.items()]
        return Snapshot(self._context.epoch, self._seqs[name], value)

    def _publish(self, name: str, value: Figure) -> None:
        self._seqs[name] += 1
        self._context.bus.publish(Message(name, self._seqs[name], value))


class FigureModule(ModuleBase[FigureService]):
    """Figures over a socket whose connections do not last long anyway."""

    name = "figures"
    title = "Figures"
    heartbeat_interval = 1.5
    max_connection_lifespan = 2.0

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, FigureService(context))

    def get_ws_routers(self) -> Sequence[WsRouter]:
        """Both topics."""
        return [
            WsRouter(
                name="prints",
                summary="Every print.",
                scope="market:read",
                parameters=Nothing,
                update=Figure,
                snapshot=Total,
                delivery="every",
                topics=lambda *_: ["prints"],
                read=self.service.read,
            ),
            WsRouter(
                name="prices",
                summary="The newest price of each key.",
                scope="market:read",
                parameters=Nothing,
                update=Figure,
                snapshot=list[Figure],
                delivery="latest",
                topics=lambda *_: ["prices"],
                read=self.service.read,
                key=lambda figure: figure.key,
            ),
        ]


async def publish(
    service: FigureService, readers: Sequence[ResumingClient], chance: random.Random, until: Until
) -> None:
    """Go on when some reader, who may be cut off just now, has what came before."""
    while not until():
        for _ in range(BATCH):
            service.print(chance.randrange(1000))
            for _ in range(2):
                service.price(chance.randrange(KEYS), chance.randrange(10**6))
        await chance.choice(readers).has_come_to("prints", service.printed)


def total_of(client: ResumingClient) -> int:
    stream = client.streams["prints"]
    return int(stream.snapshot["total"] + sum(value["number"] for _, value in stream.updates))


def newest_of(client: ResumingClient) -> dict[int, int]:
    stream = client.streams["prices"]
    figures = [*stream.snapshot, *(value for _, value in stream.updates)]
    return {figure["key"]: figure["number"] for figure in figures}


async def follow_figures(
    chance: random.Random, *, clients: int, pace_s: float, prints: int = 0, seconds: float = 0
) -> list[ResumingClient]:
    context = AppContext.in_memory()
    context.limits = WsLimits(outbox_bytes=32 * 1024, stall_s=1.0)
    module = FigureModule(context)
    app = FastAPI()
    app.state.context = context
    http_errors.install(app)
    module.register_ws_endpoint(app, BASE_URL)
    service = module.service
    over = asyncio.Event()
    ends_at = asyncio.get_running_loop().time() + seconds

    def is_enough() -> bool:
        return service.printed >= prints and asyncio.get_running_loop().time() >= ends_at

    def has_all(client: ResumingClient) -> bool:
        return (
            over.is_set()
            and client.streams.keys() == {"prints", "prices"}
            and client.streams["prints"].seq == service.printed
            and newest_of(client) == service.newest
        )

    async with serve(app) as server, Proxy(server.port).running() as proxy:
        url = f"ws://127.0.0.1:{proxy.port}{BASE_URL}/figures/ws"
        readers = [
            ResumingClient(
                url, context.auth.owner_token, {"prints": {}, "prices": {}}, every={"prints"}
            )
            for _ in range(clients)
        ]
        async with asyncio.TaskGroup() as group:
            following = [group.create_task(reader.follow(has_all)) for reader in readers]
            misbehaving = group.create_task(proxy.misbehave(chance, pace_s))
            await publish(service, readers, chance, is_enough)
            over.set()
            misbehaving.cancel()
            proxy.heal()
            async with asyncio.timeout(FOLLOW_UP_S):
                await asyncio.gather(*following)
    assert module.get_ws_app(BASE_URL).hub.subscribers("prints") == 0
    assert [total_of(reader) for reader in readers] == [service.total] * clients
    return readers


def with_seed(story: Callable[[random.Random], Coroutine[Any, Any, None]]) -> None:
    """Run a story with chances of its own, and tell them when it fails."""
    seed = random.randrange(2**32)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(story(random.Random(seed)))
    except BaseException as failure:
        failure.add_note(f"the chances were those of seed {seed}")
        raise


def check_log(caplog: pytest.LogCaptureFixture) -> None:
    assert not [each for each in caplog.records if each.levelname in ("ERROR", "CRITICAL")]


def test_twelve_clients_get_every_print_once_and_the_newest_prices(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story(chance: random.Random) -> None:
        readers = await follow_figures(chance, clients=12, prints=1200, pace_s=0.02)
        prints = [reader.streams["prints"] for reader in readers]
        assert sum(reader.returns for reader in readers) >= 12
        assert sum(stream.recovered for stream in prints) >= 12
        assert not any(stream.renewed for stream in prints)  # the ring holds 4096

    with_seed(story)
    check_log(caplog)


@pytest.mark.soak
@pytest.mark.timeout(180)
def test_fifty_clients_through_a_minute_of_chaos(caplog: pytest.LogCaptureFixture) -> None:
    async def story(chance: random.Random) -> None:
        readers = await follow_figures(chance, clients=50, seconds=60, pace_s=0.01)
        assert sum(reader.returns for reader in readers) > 500

    with_seed(story)
    check_log(caplog)


def paper_app(context: AppContext) -> FastAPI:
    return build_app(context, ["broker", "datafeed"])[0]


async def trade(server: RunningServer, token: str, chance: random.Random, count: int) -> None:
    """Place orders, of which some fill, some rest and some are canceled."""
    address = f"{server.url}{BASE_URL}/broker/orders"
    async with httpx.AsyncClient(headers=bearer(token)) as http:
        for _ in range(count):
            side = chance.choice(("buy", "sell"))
            order = {"symbol": "AAPL", "side": side, "type": "market", "quantity": "1"}
            if chance.random() < 0.4:
                order |= {"side": "buy", "type": "limit", "limit_price": "1", "quantity": "1"}
            made = await http.post(address, json=order)
            assert made.status_code == 201, made.text
            if made.json()["status"] == "working" and chance.random() < 0.7:
                gone = await http.delete(f"{address}/{made.json()['id']}")
                assert gone.status_code == 200, gone.text


async def all_items(server: RunningServer, token: str, what: str) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(headers=bearer(token)) as http:
        answer = await http.get(f"{server.url}{BASE_URL}/broker/{what}?limit=1000")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def has_begun(client: ResumingClient) -> bool:
    return len(client.streams) == len(BROKER_ROUTES)


def updates_of(client: ResumingClient, route: str) -> list[dict[str, Any]]:
    [stream] = [each for name, each in client.streams.items() if name.startswith(f"{route}:")]
    assert stream.snapshot == []
    return [value for _, value in stream.updates]


def check_orders(updates: list[dict[str, Any]], orders: list[dict[str, Any]]) -> None:
    """Each order came in each of its versions, in order, the last of which it has now."""
    seen: dict[str, dict[str, Any]] = {}
    for update in updates:
        before = seen.get(update["id"], {"version": 0})
        assert update["version"] == before["version"] + 1
        seen[update["id"]] = update
    assert seen == {order["id"]: order for order in orders}


def test_orders_and_executions_come_once_and_in_order_across_a_restart(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story(chance: random.Random) -> None:
        first = AppContext.in_memory(clock=ManualClock(IN_SESSION))
        second = AppContext.in_memory(clock=first.clock)
        second.journal, second.auth = first.journal, first.auth
        token = first.auth.owner_token
        final: dict[str, int] = {}

        def has_all(client: ResumingClient) -> bool:
            seqs = {topic.partition(":")[0]: each.seq for topic, each in client.streams.items()}
            return bool(final) and seqs == final

        async with Proxy(0).running() as proxy, asyncio.TaskGroup() as group:
            url = f"ws://127.0.0.1:{proxy.port}{BASE_URL}/broker/ws"
            readers = [
                ResumingClient(
                    url, token, {route: {} for route in BROKER_ROUTES}, every=set(BROKER_ROUTES)
                )
                for _ in range(6)
            ]
            async with serve(paper_app(first)) as server:
                proxy.target = server.port
                await asyncio.gather(*(reader.follow(has_begun) for reader in readers))
                following = [group.create_task(reader.follow(has_all)) for reader in readers]
                misbehaving = group.create_task(proxy.misbehave(chance, 0.05))
                await trade(server, token, chance, 60)
            async with serve(paper_app(second)) as server:
                proxy.target = server.port
                await trade(server, token, chance, 60)
                misbehaving.cancel()
                proxy.heal()
                orders = await all_items(server, token, "orders")
                executions = await all_items(server, token, "executions")
                final["orders"] = sum(order["version"] for order in orders)
                final["executions"] = len(executions)
                async with asyncio.timeout(FOLLOW_UP_S):
                    await asyncio.gather(*following)
        for reader in readers:
            assert not any(stream.renewed for stream in reader.streams.values())
            assert reader.returns > 0
            check_orders(updates_of(reader, "orders"), orders)
            ids = [item["id"] for item in updates_of(reader, "executions")]
            assert ids == [item["id"] for item in reversed(executions)]

    with_seed(story)
    check_log(caplog)

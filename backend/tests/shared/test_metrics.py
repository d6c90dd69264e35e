"""What `/metrics` tells, read as Prometheus reads it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.exceptions import InvalidStatus

from trading_api import __version__
from trading_api.app_factory import build_app
from trading_api.domain.sessions import epoch_ms
from trading_api.shared.context import AppContext
from trading_api.shared.metrics import Histogram, Metrics, counter, histogram
from trading_api.testing.client import bearer, make_client
from trading_api.testing.clock import ManualClock
from trading_api.testing.server import RunningServer, serve
from trading_api.testing.sockets import open_socket

IN_SESSION = epoch_ms(datetime(2026, 11, 20, 15, 58, 30, tzinfo=UTC))
ORDERS = "/api/v1/broker/orders"
BUY = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "1"}

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples_of(text: str) -> Samples:
    """Every sample by its name and labels; each may be there once."""
    found: Samples = {}
    names: list[str] = []
    for family in text_string_to_metric_families(text):
        names.append(family.name)
        assert family.documentation
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    assert len(set(names)) == len(names)
    return found


class Stage:
    """A server and its metrics."""

    def __init__(self, context: AppContext, server: RunningServer, http: httpx.AsyncClient) -> None:
        self.context = context
        self.server = server
        self.http = http

    async def text(self) -> str:
        answer = await self.http.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=1.0.0")
        return answer.text

    async def value(self, name: str, **labels: str) -> float:
        """A sample's value; 0 where there is none."""
        return samples_of(await self.text()).get((name, frozenset(labels.items())), 0)


@asynccontextmanager
async def running(*modules: str) -> AsyncIterator[Stage]:
    context = AppContext.in_memory(clock=ManualClock(IN_SESSION))
    app, _ = build_app(context, list(modules))
    owner = bearer(context.auth.owner_token)
    async with (
        asyncio.timeout(30),
        serve(app) as server,
        httpx.AsyncClient(base_url=server.url, headers=owner) as http,
    ):
        yield Stage(context, server, http)


def test_only_administrators_read_them() -> None:
    async def main() -> None:
        async with running("broker") as stage:
            key = stage.context.auth.make_key("bot", ["market:read", "account:read"])
            operator = stage.context.auth.make_key("operator", ["admin"])
            statuses = [
                (await stage.http.get("/metrics", headers=headers)).status_code
                for headers in ({"Authorization": ""}, bearer(key), bearer(operator))
            ]
            assert statuses == [401, 403, 200]
            async with httpx.AsyncClient(base_url=stage.server.url) as nobody:
                assert (await nobody.get("/metrics")).status_code == 401

    asyncio.run(main())


def test_a_socket_counts_what_passes() -> None:
    async def main() -> None:
        async with running("datafeed") as stage:
            url = stage.server.ws_url + "/api/v1/datafeed/ws"
            async with open_socket(url) as client, open_socket(url):
                for _ in range(3):
                    await client.request("system.ping")
                await client.request("quotes.subscribe", {"symbols": ["AAPL"]})
                await client.refusal("quotes.subscribe", {"symbols": ["NOPE"]})
                for number in range(20):
                    await client.refusal(f"made-up-{number}")
                assert await stage.value("trading_ws_connections", module="datafeed") == 2
                text = await stage.text()
            found = samples_of(text)

            def value(name: str, **labels: str) -> float:
                return found[name, frozenset({"module": "datafeed", **labels}.items())]

            assert value("trading_ws_connections_opened_total") == 2
            received = "trading_ws_messages_received_total"
            assert value(received, type="system.ping") == 3
            assert value(received, type="quotes.subscribe") == 2
            assert value(received, type="unknown") == 20
            errors = "trading_ws_message_errors_total"
            assert value(errors, type="quotes.subscribe", reason="unknown_symbol") == 1
            assert value(errors, type="unknown", reason="unknown_type") == 20
            assert value("trading_ws_handler_duration_seconds_count", type="system.ping") == 3
            assert value("trading_publish_to_send_seconds_count") >= 25  # a turn per answer
            assert "made-up" not in text
            assert await stage.value("trading_ws_connections", module="datafeed") == 0
            closed = await stage.value("trading_ws_closed_total", module="datafeed", code="peer")
            assert closed == 2

    asyncio.run(main())


@pytest.mark.parametrize(
    ("epoch", "result"), [pytest.param(None, "recovered", id="recovered"), ("another", "snapshot")]
)
def test_a_resumed_topic_is_counted_by_how_it_went(epoch: str | None, result: str) -> None:
    async def main() -> None:
        async with running("datafeed") as stage:
            url = stage.server.ws_url + "/api/v1/datafeed/ws"
            async with open_socket(url) as client:
                reply = await client.request("quotes.subscribe", {"symbols": ["AAPL"]})
                [now] = reply["subscriptions"]
                position = {"epoch": epoch or now["epoch"], "seq": now["seq"]}
                recover = {"quotes:AAPL": position}
                await client.request("quotes.subscribe", {"symbols": ["AAPL"], "recover": recover})
            name = "trading_ws_recover_total"
            assert await stage.value(name, module="datafeed", result=result) == 1

    asyncio.run(main())


def test_the_broker_counts_orders_and_times_them() -> None:
    async def main() -> None:
        async with running("broker", "datafeed") as stage:
            assert (await stage.http.post(ORDERS, json=BUY)).json()["status"] == "filled"
            limit = BUY | {"type": "limit", "limit_price": "1"}
            order = (await stage.http.post(ORDERS, json=limit)).json()
            await stage.http.delete(f"{ORDERS}/{order['id']}")
            assert (await stage.http.post(ORDERS, json=BUY | {"quantity": "0"})).status_code == 422
            found = samples_of(await stage.text())
            for status, count in (("filled", 1), ("working", 2), ("canceled", 1)):
                assert found["trading_orders_total", frozenset({("status", status)})] == count
            assert found["trading_order_ack_seconds_count", frozenset()] == 4
            assert found["trading_journal_append_seconds_count", frozenset()] >= 3

    asyncio.run(main())


def test_requests_are_counted_by_template_not_by_address() -> None:
    async def main() -> None:
        async with running("broker") as stage:
            for path in (f"{ORDERS}/abc", f"{ORDERS}/def", "/nothing/1", "/nothing/2"):
                assert (await stage.http.get(path)).status_code == 404
            await stage.http.request("TRACE", "/api/v1/health")
            name = "trading_http_requests_total"
            text = await stage.text()
            found = samples_of(text)

            def value(**labels: str) -> float:
                return found[name, frozenset(labels.items())]

            route = "/api/v1/broker/orders/{order_id}"
            assert value(method="GET", route=route, status="404") == 2
            assert value(method="GET", route="none", status="404") == 2
            assert value(method="other", route="/api/v1/health", status="405") == 1
            assert "abc" not in text
            assert "/nothing" not in text

    asyncio.run(main())


def test_a_request_that_fails_is_counted_too() -> None:
    context = AppContext.in_memory()
    app, _ = build_app(context, [])

    @app.get("/api/v1/fails", include_in_schema=False)
    async def fails() -> None:
        raise RuntimeError("as planned")

    async def main() -> str:
        async with make_client(app, context.auth.owner_token) as client:
            assert (await client.get("/api/v1/fails")).status_code == 500
            return (await client.get("/metrics")).text

    labels = {"method": "GET", "route": "/api/v1/fails", "status": "500"}
    found = samples_of(asyncio.run(main()))
    assert found["trading_http_requests_total", frozenset(labels.items())] == 1


def test_a_refused_handshake_is_counted_as_a_request() -> None:
    async def main() -> None:
        async with running("broker") as stage:
            url = stage.server.ws_url + "/api/v1/broker/ws"
            for headers in ({}, {"Origin": "http://evil.example"}):
                with pytest.raises(InvalidStatus):
                    await open_socket(url, headers=headers).__aenter__()
            name, route = "trading_http_requests_total", "/api/v1/broker/ws"
            assert await stage.value(name, method="GET", route=route, status="401") == 1
            assert await stage.value(name, method="GET", route="none", status="403") == 1
            assert await stage.value("trading_ws_connections_opened_total", module="broker") == 0

    asyncio.run(main())


def test_nobody_can_be_told_apart() -> None:
    async def main() -> None:
        async with running("broker", "datafeed", "watchlist") as stage:
            order = (await stage.http.post(ORDERS, json=BUY)).json()
            async with open_socket(
                f"{stage.server.ws_url}/api/v1/broker/ws", stage.context.auth.owner_token
            ) as client:
                info = await client.request("system.info")
                text = await stage.text()
            for secret in (
                order["account_id"], order["id"], info["connection_id"], "owner", "127.0.0.1",
            ):  # fmt: skip
                assert secret not in text
            labels: dict[str, Any] = {"module": "watchlist"}
            assert ("trading_ws_connections", frozenset(labels.items())) in samples_of(text)

    asyncio.run(main())


def test_it_says_what_runs_and_how_the_process_is() -> None:
    async def main() -> None:
        async with running("broker") as stage:
            found = samples_of(await stage.text())
            [build] = [labels for name, labels in found if name == "trading_build_info"]
            assert dict(build)["version"] == __version__
            assert dict(build)["hub"] == stage.context.twin.name
            assert found["process_resident_memory_bytes", frozenset()] > 10e6
            assert ("trading_event_loop_lag_seconds_count", frozenset()) in found

    asyncio.run(main())


def test_applications_of_one_process_count_apart() -> None:
    async def main() -> list[str]:
        texts = []
        for count in (3, 0):
            context = AppContext.in_memory()
            app, _ = build_app(context, [])
            async with make_client(app, context.auth.owner_token) as client:
                for _ in range(count):
                    await client.get("/api/v1/health")
                texts.append((await client.get("/metrics")).text)
        return texts

    first, second = asyncio.run(main())
    assert 'route="/api/v1/health"' in first
    assert 'route="/api/v1/health"' not in second


def test_sources_share_a_family() -> None:
    metrics = Metrics()
    families = [counter("made", "Things", ("module",), {(module,): 1}) for module in "ab"]
    for family in families:
        metrics.add(partial(list, [family]))
    found = samples_of(metrics.text().decode())
    assert found["made_total", frozenset({("module", "a")})] == 1
    assert found["made_total", frozenset({("module", "b")})] == 1


def test_a_histogram_counts_up_to_each_bound() -> None:
    timings = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 9.0):
        timings.observe(value)
    metrics = Metrics()
    metrics.add(lambda: [histogram("took_seconds", "Time", (), {(): timings})])
    found = samples_of(metrics.text().decode())
    for bound, count in (("1.0", 2), ("2.0", 3), ("+Inf", 4)):
        assert found["took_seconds_bucket", frozenset({("le", bound)})] == count
    assert found["took_seconds_count", frozenset()] == 4
    assert found["took_seconds_sum", frozenset()] == 12.0

"""How many sockets a caller and an address may hold."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from starlette.requests import HTTPConnection
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response

from tests.shared.ws.prices import PATH, Prices, run
from trading_api.domain.errors import TradingError
from trading_api.shared.auth import OWNER, Principal
from trading_api.shared.context import AppContext
from trading_api.shared.ws.census import Census, home_of
from trading_api.shared.ws.limits import LimitCounts, WsLimits
from trading_api.testing.server import RunningServer, serve
from trading_api.testing.sockets import SocketClient, open_socket

SCOPES = ["market:read"]


def prices_with(**limits: Any) -> Prices:
    context = AppContext.in_memory()
    context.limits = WsLimits(**limits)
    return Prices(context)


async def refused(server: RunningServer, token: str | None, **headers: str) -> Response:
    """The answer to a handshake that must not succeed."""
    with pytest.raises(InvalidStatus) as refusal:
        async with open_socket(server.ws_url + PATH, token, headers=headers):
            raise AssertionError("it was let in")
    return refusal.value.response


@asynccontextmanager
async def sockets(
    server: RunningServer, token: str | None, count: int, **headers: str
) -> AsyncIterator[list[SocketClient]]:
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                open_socket(server.ws_url + PATH, token, headers=headers)
            )
            for _ in range(count)
        ]


def test_one_connection_more_than_a_caller_may_hold_is_429() -> None:
    async def main() -> None:
        prices = prices_with(max_connections_per_caller=2)
        other = prices.context.auth.make_key("other", SCOPES)
        async with serve(prices.app) as server:
            async with sockets(server, prices.token, 2):
                answer = await refused(server, prices.token)
                assert answer.status_code == 429
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.headers["retry-after"] == "5"
                assert b'"code":"rate_limited"' in answer.body
                assert b"the caller holds 2 connections" in answer.body
                async with sockets(server, other, 2), sockets(server, None, 2):
                    assert (await refused(server, other)).status_code == 429
            for _ in range(2):
                await prices.ended.get()
            async with sockets(server, prices.token, 2) as again:
                assert await again[1].request("system.ping")
        assert prices.context.limit_counts.callers_refused == 2

    run(main())


def test_an_address_may_hold_so_many_whoever_calls() -> None:
    async def main() -> None:
        prices = prices_with(max_connections_per_address=3)
        other = prices.context.auth.make_key("other", SCOPES)
        async with (
            serve(prices.app) as server,
            sockets(server, prices.token, 2),
            sockets(server, None, 1),
        ):
            answer = await refused(server, other)
            assert answer.status_code == 429
            assert b"the address holds 3 connections" in answer.body
        assert prices.context.limit_counts.addresses_refused == 1

    run(main())


def test_all_modules_count_together() -> None:
    async def main() -> None:
        prices = prices_with(max_connections_per_caller=1)
        prices.mount("books", prices.service.routers())
        async with serve(prices.app) as server, sockets(server, prices.token, 1):
            with pytest.raises(InvalidStatus, match="429"):
                async with open_socket(f"{server.ws_url}/api/v1/books/ws", prices.token):
                    raise AssertionError("it was let in")

    run(main())


def test_behind_a_trusted_proxy_the_forwarded_address_counts() -> None:
    async def main() -> None:
        prices = prices_with(max_connections_per_address=1)
        trusting = {"proxy_headers": True, "forwarded_allow_ips": ["127.0.0.1"]}
        first, second = {"X-Forwarded-For": "198.51.100.1"}, {"X-Forwarded-For": "198.51.100.2"}
        async with serve(prices.app, **trusting) as server, sockets(server, None, 1, **first):
            assert (await refused(server, None, **first)).status_code == 429
            async with sockets(server, None, 1, **second):
                pass

    run(main())


def test_who_is_not_a_trusted_proxy_names_no_other_address() -> None:
    async def main() -> None:
        prices = prices_with(max_connections_per_address=1)
        async with (
            serve(prices.app, proxy_headers=False) as server,
            sockets(server, None, 1, **{"X-Forwarded-For": "198.51.100.1"}),
        ):
            answer = await refused(server, None, **{"X-Forwarded-For": "198.51.100.2"})
            assert answer.status_code == 429

    run(main())


def test_a_refused_handshake_takes_no_place() -> None:
    async def main() -> None:
        prices = prices_with(max_connections_per_caller=1)
        async with serve(prices.app) as server:
            for _ in range(3):
                assert (await refused(server, "wrong")).status_code == 401
            async with sockets(server, prices.token, 1):
                for _ in range(3):
                    assert (await refused(server, prices.token)).status_code == 429
            await prices.ended.get()
            async with sockets(server, prices.token, 1):
                pass

    run(main())


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_ipv6_network_counts_as_one_address(address: str, home: str) -> None:
    assert home_of(address) == home


def test_nobody_in_particular_counts_by_address() -> None:
    census, counts, limits = Census(), LimitCounts(), WsLimits(max_connections_per_caller=1)
    nobody = anonymous()
    with census.place(nobody, "192.0.2.1", limits, counts):
        with census.place(nobody, "192.0.2.2", limits, counts):
            pass
        with (
            pytest.raises(TradingError, match="the caller holds 1"),
            census.place(nobody, "192.0.2.1", limits, counts),
        ):
            raise AssertionError("it was let in")
        with census.place(OWNER, "192.0.2.1", limits, counts):
            pass
    with census.place(nobody, "192.0.2.1", limits, counts):
        pass


def anonymous() -> Principal:
    connection = HTTPConnection({"type": "http", "headers": []})
    return AppContext.in_memory().auth.authenticate(connection)

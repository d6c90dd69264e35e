import asyncio
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.shared.ws.prices import PATH, Prices, run
from trading_api.testing.server import serve
from trading_api.testing.sockets import open_socket


def test_requests_are_answered_with_their_id() -> None:
    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, prices.token) as client,
        ):
            for request_id in ("c1", 17, ""):
                await client.send({"type": "system.ping", "id": request_id, "payload": {}})
                answer = await client.receive()
                assert answer["type"] == "system.ping.response"
                assert answer["id"] == request_id
                assert abs(answer["payload"]["server_time"] - prices.context.clock.now_ms()) < 5000
            await client.send({"type": "system.ping"})
            assert "id" not in await client.receive()

    run(main())


@pytest.mark.parametrize(
    ("message", "code", "field", "has_id"),
    [
        pytest.param("{", "invalid_json", None, False, id="broken"),
        pytest.param('{"id":"a","type":"x","type":"y"}', "invalid_json", None, False, id="twice"),
        pytest.param('{"id":"a","type":"nope"}', "unknown_type", None, True, id="unknown type"),
        pytest.param('{"id":"a"}', "invalid_payload", "type", True, id="no type"),
        pytest.param(
            '{"id":"a","type":"system.ping","x":1}', "invalid_payload", "x", True, id="member"
        ),
        pytest.param(
            '{"id":"a","type":"system.ping","payload":{"x":1}}',
            "invalid_payload",
            "x",
            True,
            id="payload member",
        ),
        pytest.param(
            '{"id":"a","type":"prices.subscribe","payload":{"symbol":"S1"}}',
            "invalid_payload",
            "symbol",
            True,
            id="misspelt parameter",
        ),
        pytest.param(
            '{"id":"a","type":"prices.subscribe","payload":{}}',
            "invalid_payload",
            "symbols",
            True,
            id="missing parameter",
        ),
        pytest.param(
            '{"id":"a","type":"prices.subscribe","payload":[]}',
            "invalid_payload",
            "payload",
            True,
            id="payload is no object",
        ),
        pytest.param(
            '{"id":"a","type":"prices.subscribe","payload":{"symbols":["S1","S1x"]}}',
            "unknown_symbol",
            None,
            True,
            id="unknown symbol",
        ),
        pytest.param(
            '{"id":"a","type":"prices.subscribe","payload":{"symbols":["S1"],"recover":'
            '{"prices:S2":{"epoch":"e","seq":1}}}}',
            "invalid_payload",
            "recover.prices:S2",
            True,
            id="recover of another topic",
        ),
        pytest.param(
            '{"id":"a","type":"prices.subscribe","payload":{"symbols":["S1"],"recover":'
            '{"prices:S1":{"epoch":"e","seq":-1}}}}',
            "invalid_payload",
            "recover[...].seq",
            True,
            id="negative seq",
        ),
        pytest.param(
            '{"id":"a","type":"prices.subscribe","payload":{"symbols":["S1"],"recover":'
            '{"prices:S1":{"epoch":"e","seq":1e999}}}}',
            "invalid_payload",
            "recover[...].seq",
            True,
            id="seq that no number can hold",
        ),
        pytest.param(
            '{"id":"a","type":"prices.subscribe","payload":{"symbols":["S1"],"recover":1e999}}',
            "invalid_payload",
            "recover",
            True,
            id="recover that no number can hold",
        ),
        pytest.param(
            '{"id":"a","type":"prices.unsubscribe","payload":{"topics":["prints:S1"]}}',
            "unknown_topic",
            None,
            True,
            id="topic of another route",
        ),
        pytest.param(
            '{"id":"a","type":"ledger.subscribe","payload":{"account_id":"other"}}',
            "unknown_account",
            None,
            True,
            id="another account",
        ),
    ],
)
def test_errors_name_what_is_wrong_and_leave_the_socket_open(
    message: str, code: str, field: str | None, has_id: bool
) -> None:
    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, prices.token) as client,
        ):
            await client.send(message)
            answer = await client.receive()

            assert answer["type"] == "error"
            assert answer.get("id") == ("a" if has_id else None)
            payload = answer["payload"]
            assert payload["code"] == code
            assert payload["retryable"] is False
            assert payload["details"].get("field") == field
            assert field is None or field.split(".")[-1] in payload["message"]
            info = await client.request("system.info")
            assert info["topics"] == []

    run(main())


def test_info_tells_the_connection_and_its_limits() -> None:
    async def main() -> None:
        prices = Prices(heartbeat_interval=20.0, max_connection_lifespan=50.0)
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, prices.token) as client,
        ):
            await client.request("prices.subscribe", {"symbols": ["S1", "S2"]})
            info = await client.request("system.info")

        connection_id = info.pop("connection_id")
        assert connection_id
        assert info == {
            "protocol": 1,
            "heartbeat_interval": 20.0,
            "max_connection_lifespan": 50.0,
            "limits": {
                "max_frame": 65536,
                "max_topics": 1000,
                "rate": 100.0,
                "burst": 200,
                "max_connections_per_caller": 200,
                "max_connections_per_address": 500,
                "handshake_s": 5.0,
                "outbox_bytes": 1048576,
                "stall_s": 10.0,
            },
            "topics": ["prices:S1", "prices:S2"],
        }

    run(main())


def test_pipelined_requests_are_answered_in_order() -> None:
    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, prices.token) as client,
        ):
            for number in range(200):
                type_ = ("system.ping", "system.info", "nope")[number % 3]
                await client.send({"type": type_, "id": number})
            answers = [await client.receive() for _ in range(200)]

        assert [answer["id"] for answer in answers] == list(range(200))

    run(main())


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        pytest.param({"Authorization": "Bearer nonsense"}, 401, "unauthenticated", id="wrong"),
        pytest.param({"Authorization": "Basic eDp5"}, 401, "unauthenticated", id="scheme"),
        pytest.param({}, 401, "unauthenticated", id="nobody"),
    ],
)
def test_a_refused_handshake_is_a_problem_and_no_error_in_the_log(
    headers: dict[str, str], status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        prices = Prices()
        ledger = next(router for router in prices.service.routers() if router.name == "ledger")
        prices.mount("books", [ledger])
        async with serve(prices.app) as server:
            for _ in range(2):
                with pytest.raises(InvalidStatus) as refused:
                    async with open_socket(f"{server.ws_url}/api/v1/books/ws", headers=headers):
                        pass
                response: Any = refused.value.response
                assert response.status_code == status
                assert response.headers["content-type"] == "application/problem+json"
                assert f'"code":"{code}"'.encode() in response.body

    run(main())
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


def test_a_key_without_any_of_the_scopes_is_forbidden() -> None:
    async def main() -> None:
        prices = Prices()
        key = prices.context.auth.make_key("trader", ["orders:write"])
        async with serve(prices.app) as server:
            with pytest.raises(InvalidStatus) as refused:
                async with open_socket(server.ws_url + PATH, key):
                    pass
        assert refused.value.response.status_code == 403

    run(main())


def test_subscribing_needs_the_scope_of_the_route() -> None:
    async def main() -> None:
        prices = Prices()
        async with serve(prices.app) as server, open_socket(server.ws_url + PATH) as nobody:
            assert await nobody.request("prices.subscribe", {"symbols": ["S1"]})
            refusal = await nobody.refusal("ledger.subscribe")
            assert refusal["code"] == "unauthenticated"

    run(main())


def test_the_server_sends_no_message_before_the_client_has_spoken() -> None:
    async def main() -> None:
        prices = Prices(heartbeat_interval=0.15)
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, prices.token) as client,
        ):
            pong = await client.connection.ping()
            await pong
            prices.service.publish("prices", "S1")
            answer = await client.ask("system.ping")
            assert answer["type"] == "system.ping.response"
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await client.receive()

    run(main())

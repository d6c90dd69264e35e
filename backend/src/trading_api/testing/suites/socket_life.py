"""How connections of every module's socket begin and end."""

import httpx
import pytest
from msgspec.structs import replace
from websockets.exceptions import InvalidStatus

from trading_api.shared.auth import COOKIE
from trading_api.shared.ws.router import gap
from trading_api.testing.client import bearer
from trading_api.testing.sockets import open_socket
from trading_api.testing.suites.socket_stage import CheckedClient, SocketStories, Stage

SHORT_S = 0.15


class SocketLife(SocketStories):
    """Who gets in, what ends a connection, and what is said before."""

    def test_a_client_that_does_not_answer_pings_is_given_up(self) -> None:
        async def story(stage: Stage) -> None:
            stage.module.ws_app.heartbeat_interval = SHORT_S
            stage.context.limits = replace(stage.context.limits, rate=1e6, burst=10**6)
            hub = stage.module.ws_app.hub
            async with stage.client() as client, stage.client() as lively:
                [topic, *_] = await stage.subscribe(client, stage.routes[0])
                client.connection.transport.pause_reading()
                while hub.subscribers(topic):
                    await lively.request("system.ping")
                client.connection.transport.resume_reading()
                assert await client.closed() == 4001
                await lively.request("system.ping")

        self.play(story)

    def test_the_end_of_the_lifespan_is_told(self) -> None:
        async def story(stage: Stage) -> None:
            stage.module.ws_app.max_connection_lifespan = SHORT_S
            async with stage.client() as client:
                assert await client.closed() == 4002
                [notice] = client.arrived()
                assert notice["payload"]["code"] == "closing"
                assert notice["payload"]["reconnect_after_ms"] == 0

        self.play(story)

    def test_a_restart_is_told_with_a_time_for_each_to_return(self) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as first, stage.client() as second:
                for client in (first, second):
                    await client.request("system.ping")
                await stage.server.stop()
                delays = []
                for client in (first, second):
                    assert await client.closed() == 1012
                    [notice] = client.arrived()
                    assert notice["payload"]["code"] == "closing"
                    delays.append(notice["payload"]["reconnect_after_ms"])
                assert delays[0] != delays[1]

        self.play(story)

    def test_a_gap_is_told_to_those_who_hold_the_topic(self) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as client, stage.client() as other:
                await other.request("system.ping")
                for route in stage.routes:
                    topic = next(iter(await stage.subscribe(client, route)))
                    stage.context.bus.publish(gap(topic, "the source was away"))
                    notice = await client.receive()
                    assert notice["type"] == "system.notice"
                    assert notice["payload"]["code"] == "gap"
                    assert notice["payload"]["topic"] == topic
                    await client.updates(route, 1, stage.module.publish)
                    await client.request(f"{route}.unsubscribe", {"topics": [topic]})
                await other.request("system.ping")
                assert other.arrived() == []

        self.play(story)

    def test_too_many_requests_are_refused_then_the_connection_is_ended(self) -> None:
        async def story(stage: Stage) -> None:
            stage.context.limits = replace(stage.context.limits, rate=0.1, burst=3)
            async with stage.client() as client:
                for _ in range(3):
                    await client.request("system.ping")
                refusal = await client.refusal("system.ping")
                assert (refusal["code"], refusal["retryable"]) == ("rate_limited", True)
                assert refusal["details"]["retry_after_ms"] > 0
                for _ in range(20):
                    await client.send({"type": "system.ping"})
                assert await client.closed() == 4004

        self.play(story)

    def test_a_message_above_the_limit_ends_the_connection(self) -> None:
        async def story(stage: Stage) -> None:
            stage.context.limits = replace(stage.context.limits, max_frame=2048)
            async with stage.client() as client:
                assert (await client.request("system.info"))["limits"]["max_frame"] == 2048
                await client.send({"type": "system.ping", "payload": {}, "id": "x" * 2048})
                assert await client.closed() == 1009

        self.play(story)

    def test_a_ticket_opens_one_connection(self) -> None:
        async def story(stage: Stage) -> None:
            ticket, _ = stage.context.auth.make_ticket(
                stage.context.auth.principal_of(stage.context.auth.owner_token)
            )
            address = f"{stage.server.ws_url}{stage.address}?ticket={ticket}"
            async with open_socket(address) as plain:
                client = CheckedClient(plain.connection, stage.document)
                for route in stage.routes:
                    await stage.subscribe(client, route)
            await _refused(address, 401)

        self.play(story)

    def test_a_wrong_credential_and_a_foreign_origin_are_refused(self) -> None:
        async def story(stage: Stage) -> None:
            address = stage.server.ws_url + stage.address
            owner = bearer(stage.context.auth.owner_token)
            await _refused(address, 401, **bearer("wrong"))
            await _refused(f"{address}?ticket=wrong", 401, **owner)
            await _refused(address, 403, **owner, Origin="http://evil.example")

        self.play(story)

    def test_the_end_of_a_session_ends_a_connection_that_says_nothing(self) -> None:
        async def story(stage: Stage) -> None:
            stage.module.ws_app.heartbeat_interval = SHORT_S
            auth, hub = stage.context.auth, stage.module.ws_app.hub
            cookie = auth.log_in_with_token(auth.owner_token)
            address = stage.server.ws_url + stage.address
            async with open_socket(address, headers={"Cookie": f"{COOKIE}={cookie}"}) as plain:
                client = CheckedClient(plain.connection, stage.document)
                topics = [
                    topic
                    for route in stage.routes
                    for topic in await stage.subscribe(client, route)
                ]
                auth.log_out(cookie)
                assert await client.closed() == 4501
            assert [hub.subscribers(topic) for topic in topics] == [0] * len(topics)

        self.play(story)


async def _refused(address: str, status: int, **headers: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await open_socket(address, headers=headers).__aenter__()
    response = caught.value.response
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = httpx.Response(status, content=bytes(response.body or b"")).json()
    assert problem["status"] == status

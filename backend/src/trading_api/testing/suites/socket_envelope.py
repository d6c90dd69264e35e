"""How requests of every module's socket are read and answered."""

import json

import pytest

from trading_api.shared.ws.protocol import LARGEST_EXACT
from trading_api.testing.suites.socket_stage import SocketStories, Stage

PING = '{"type": "system.ping", "id": 1, "payload": {}'


class SocketEnvelope(SocketStories):
    """Ids are echoed, what is not a request is refused, and what is not text ends it."""

    @pytest.mark.parametrize("request_id", ["c1", "", "x" * 64, 0, -LARGEST_EXACT, LARGEST_EXACT])
    def test_the_id_of_a_request_stands_in_its_answer(self, request_id: str | int) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as client:
                for type_ in ("system.ping", "system.no_such_request"):
                    await client.send({"type": type_, "id": request_id, "payload": {}})
                    assert (await client.receive())["id"] == request_id

        self.play(story)

    def test_a_request_without_id_or_payload_is_answered_without_id(self) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as client:
                for message in ({"type": "system.ping"}, {"type": "system.ping", "payload": None}):
                    await client.send(message)
                    answer = await client.receive()
                    assert answer["type"] == "system.ping.response"
                    assert "id" not in answer

        self.play(story)

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            pytest.param("", "invalid_json", id="nothing"),
            pytest.param("{", "invalid_json", id="half"),
            pytest.param(PING + "}}", "invalid_json", id="more than one"),
            pytest.param(PING + ', "type": "system.info"}', "invalid_json", id="member twice"),
            pytest.param('{"type": "system.ping", "id": NaN}', "invalid_json", id="NaN"),
            pytest.param("[]", "invalid_payload", id="no object"),
            pytest.param("{}", "invalid_payload", id="no type"),
            pytest.param('{"type": 1}', "invalid_payload", id="type is no text"),
            pytest.param(PING + ', "to": 1}', "invalid_payload", id="unknown member"),
            pytest.param(
                '{"type": "system.ping", "id": 1.5}', "invalid_payload", id="id is broken"
            ),
            pytest.param(
                json.dumps({"type": "system.ping", "id": "x" * 65}), "invalid_payload", id="long id"
            ),
            pytest.param(
                '{"type": "system.ping", "payload": []}', "invalid_payload", id="payload is a list"
            ),
            pytest.param(
                '{"type": "system.ping", "payload": {"a": 1}}', "invalid_payload", id="misspelt"
            ),
            pytest.param('{"type": "nothing.here"}', "unknown_type", id="unknown type"),
        ],
    )
    def test_what_is_no_request_is_an_error_and_nothing_else(self, text: str, code: str) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as client:
                await client.send(text)
                answer = await client.receive()
                assert (answer["type"], answer["payload"]["code"]) == ("error", code)
                assert answer["payload"]["message"]
                assert "server_time" in await client.request("system.ping")

        self.play(story)

    def test_a_binary_message_ends_the_connection(self) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as client:
                await client.send(b'{"type": "system.ping"}')
                assert await client.closed() == 1003

        self.play(story)

    def test_the_server_says_nothing_before_it_is_asked(self) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as client:
                for route in stage.routes:
                    await stage.module.publish(route)
                assert "server_time" in await client.request("system.ping")
                assert client.arrived() == []

        self.play(story)

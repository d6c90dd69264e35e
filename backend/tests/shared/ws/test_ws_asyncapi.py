"""The documents: complete, accepted by the official parser, true of real frames."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft7Validator

from tests.shared.ws.prices import PATH, Prices, run
from trading_api.shared.ws.protocol import CLOSE_CODES
from trading_api.shared.ws.router import gap
from trading_api.testing.server import serve
from trading_api.testing.sockets import open_socket

FRONTEND = Path(__file__).parents[4] / "frontend"
S1 = {"symbols": ["S1"]}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return Prices().adapter.asyncapi()


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolve(document: dict[str, Any], reference: str) -> Any:
    node: Any = document
    for step in reference.removeprefix("#/").split("/"):
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


def validate(document: dict[str, Any], name: str, message: Any) -> None:
    schema = document["components"]["messages"][name]["payload"]
    Draft7Validator({**schema, "components": document["components"]}).validate(message)


def test_one_channel_per_route_at_the_same_address(document: dict[str, Any]) -> None:
    assert document["asyncapi"] == "3.0.0"
    assert list(document["channels"]) == ["prices", "prints", "ledger", "system"]
    assert {channel["address"] for channel in document["channels"].values()} == {PATH}
    assert "pathname" not in document["servers"]["default"]
    assert set(document["channels"]["prices"]["messages"]) == {
        "prices.subscribe",
        "prices.subscribe.response",
        "prices.unsubscribe",
        "prices.unsubscribe.response",
        "prices.update",
        "error",
    }
    assert document["operations"]["prices.subscribe"]["action"] == "receive"
    assert document["operations"]["prices.update"]["action"] == "send"
    assert "correlationId" in document["components"]["messages"]["prices.subscribe"]
    assert set(document["components"]["securitySchemes"]) == {"bearer", "session", "ticket"}


def test_the_description_tells_the_close_codes(document: dict[str, Any]) -> None:
    for code, closing in CLOSE_CODES.items():
        row = f"| {int(code)} | {closing.meaning} | {closing.reconnect} |"
        assert row in document["info"]["description"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in references(document):
        assert resolve(document, reference) is not None
    for operation in document["operations"].values():
        channel = operation["channel"]["$ref"]
        both = [*operation["messages"], *operation.get("reply", {}).get("messages", [])]
        assert all(message["$ref"].startswith(f"{channel}/messages/") for message in both)


def test_every_component_is_used(document: dict[str, Any]) -> None:
    used = set(references(document))
    for name in document["components"]["schemas"]:
        assert f"#/components/schemas/{name}" in used
    for name in document["components"]["messages"]:
        assert f"#/components/messages/{name}" in used


def test_examples_validate(document: dict[str, Any]) -> None:
    count = 0
    for name, message in document["components"]["messages"].items():
        Draft7Validator.check_schema(message["payload"])
        for example in message.get("examples", []):
            validate(document, name, example["payload"])
            count += 1
    assert count >= 15


def test_real_frames_of_both_directions_fit_the_document(document: dict[str, Any]) -> None:
    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, prices.token) as client,
        ):
            sent: list[tuple[str, Any]] = [
                ("prices.subscribe", S1),
                ("prints.subscribe", {**S1, "recover": {"prints:S1": {"epoch": "e1", "seq": 0}}}),
                ("ledger.subscribe", {}),
                ("system.ping", {}),
                ("system.info", {}),
            ]
            for type_, payload in sent:
                validate(document, type_, {"type": type_, "id": "x", "payload": payload})
                answer = await client.ask(type_, payload)
                validate(document, f"{type_}.response", answer)
            for route in ("prices", "prints"):
                prices.service.publish(route, "S1")
                update = await client.receive()
                validate(document, update["type"], update)
            prices.context.bus.publish(gap("prices:S1", "away"))
            notice = await client.receive()
            validate(document, notice["type"], notice)
            refused = {"symbols": ["nope"]}
            validate(document, "error", await client.ask("prices.subscribe", refused))
            for payload in (S1, {"topics": ["prices:S1"]}):
                message = {"type": "prices.unsubscribe", "payload": payload}
                validate(document, "prices.unsubscribe", message)
                answer = await client.ask("prices.unsubscribe", payload)
                validate(document, "prices.unsubscribe.response", answer)

    run(main())


def test_the_document_is_served_with_the_host_that_was_asked() -> None:
    async def main() -> None:
        prices = Prices()
        prices.adapter.setup(prices.app)
        async with serve(prices.app) as server, httpx.AsyncClient() as http:
            answer = await http.get(f"{server.url}{PATH}/asyncapi.json")
            assert answer.headers["content-type"] == "application/json"
            served = answer.json()
            assert served["servers"]["default"]["host"] == f"127.0.0.1:{server.port}"
            served["servers"]["default"]["host"] = "127.0.0.1:8000"
            assert served == prices.adapter.asyncapi()
            page = await http.get(f"{server.url}{PATH}/asyncapi")
            assert page.headers["content-type"] == "text/html; charset=utf-8"
            assert f'data-url="{PATH}/asyncapi.json"' in page.text

    run(main())
    assert not [route for route in Prices().app.openapi()["paths"] if "asyncapi" in route]


def test_the_official_parser_accepts_the_document(document: dict[str, Any], tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed, so the AsyncAPI parser cannot run")
    assert (FRONTEND / "node_modules" / "@asyncapi" / "parser").is_dir(), (
        "the AsyncAPI parser is not installed: run `npm ci` in frontend/"
    )
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(document))
    operation = {**document["operations"]["prices.update"], "action": "push"}
    bad.write_text(json.dumps({**document, "operations": {"prices.update": operation}}))

    accepted, refused = (
        subprocess.run(
            [node, FRONTEND / "tools" / "check-asyncapi.mjs", file],
            capture_output=True,
            text=True,
            check=False,
        )
        for file in (good, bad)
    )

    assert accepted.returncode == 0, accepted.stderr
    assert refused.returncode == 1
    assert "action" in refused.stderr

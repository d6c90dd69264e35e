"""A server that Schemathesis makes up requests for: each is to be answered as documented."""

import asyncio
import re
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from trading_api.app_factory import build_app
from trading_api.shared.context import AppContext
from trading_api.testing.client import bearer

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
# What a decoder says; that members have to fit each other is beyond the schema
OF_SHAPE = re.compile(
    "Expected|is missing$|is not a member|is not one of|is not a decimal|is not a parameter"
)


SYMBOLS = (None, "AAPL", "NASDAQ:MSFT", "BTCUSD")
"""In place of what is made up, so that more than refusals is seen."""


class Stage:
    """A server without a network, and Schemathesis' view of its document."""

    def __init__(self, module: str, packs_dir: Path | None = None) -> None:
        self.module = module
        self.runner = asyncio.Runner()
        self.context = AppContext.in_memory()
        self.context.packs_dir = packs_dir
        self.app, _ = build_app(self.context, ["broker", "datafeed"])
        self.stack = AsyncExitStack()
        self.runner.run(self.stack.enter_async_context(self.app.router.lifespan_context(self.app)))
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(
            transport=transport,
            base_url="http://testserver",
            headers=bearer(self.context.auth.owner_token),
        )
        document = self.app.openapi()
        self.schema = schemathesis.openapi.from_dict(document)
        self.schema.config.update(base_url="http://testserver")

    def operations(self) -> list[Any]:
        results: Any = self.schema.get_all_operations()
        found = [result.ok() for result in results]
        return [each for each in found if each.path.startswith(f"/api/v1/{self.module}/")]

    def send(self, case: Any) -> httpx.Response:
        request = case.as_transport_kwargs()
        request.pop("cookies", None)
        try:
            return self.runner.run(self._request(request))
        except httpx.InvalidURL:  # longer than the client sends
            reject()

    async def _request(self, request: dict[str, Any]) -> httpx.Response:
        if "data" in request:
            request["content"] = request.pop("data")
        return await self.client.request(**request)

    def close(self) -> None:
        self.runner.run(self.client.aclose())
        self.runner.run(self.stack.aclose())
        self.runner.close()


def play(stage: Stage, mode: GenerationMode, examples: int) -> None:
    found: list[str] = []
    for operation in stage.operations():
        if (
            mode is GenerationMode.NEGATIVE
            and not operation.body
            and not any((operation.query, operation.path_parameters))
        ):
            continue  # there is nothing that could be wrong
        try:
            play_one(stage, operation, mode, examples)
        except (AssertionError, FailureGroup, Failure) as failure:
            found.append(f"{operation.label}: {failure}")
    assert not found, "\n\n".join(found)


def play_one(stage: Stage, operation: Any, mode: GenerationMode, examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(operation.as_strategy(generation_mode=mode), st.sampled_from(SYMBOLS))
    def one(case: Any, symbol: str | None) -> None:
        if symbol is not None and mode is GenerationMode.POSITIVE:
            name_known(case, symbol)
        response = stage.send(case)
        case.validate_response(response, checks=CHECKS)
        if mode is GenerationMode.POSITIVE:
            check_not_refused_for_its_shape(case, response)

    one()


def name_known(case: Any, symbol: str) -> None:
    for parameters in (case.query, case.path_parameters):
        for name in ("symbol", "symbols"):
            if parameters and name in parameters:
                parameters[name] = symbol


def check_not_refused_for_its_shape(case: Any, response: httpx.Response) -> None:
    assert response.status_code not in (400, 405, 415), (case.as_curl_command(), response.text)
    if response.status_code == 422:
        text = response.json()["detail"]
        assert OF_SHAPE.search(text) is None, (case.as_curl_command(), text)

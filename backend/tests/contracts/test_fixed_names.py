"""The names that are fixed: packages, classes, addresses, titles."""

import asyncio
import inspect
import subprocess
import sys
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from trading_api import app_factory
from trading_api.app_factory import create_app, validate_response_models
from trading_api.modules.broker import BrokerModule
from trading_api.modules.broker.api import BrokerApi
from trading_api.modules.broker.service import BrokerService
from trading_api.modules.datafeed import DatafeedModule
from trading_api.modules.datafeed.api import DatafeedApi
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.shared import Client, FastWSAdapter, ModuleProtocol, ModuleRegistry
from trading_api.shared.api.health import HealthApi
from trading_api.shared.api.versions import VersionApi
from trading_api.shared.context import AppContext
from trading_api.shared.module_finding import ModuleError
from trading_api.testing.client import make_client

MODULES = [BrokerModule, DatafeedModule]


def get(app: FastAPI, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with make_client(app) as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_the_example_of_the_design_holds() -> None:
    api_app, ws_apps = create_app()
    assert isinstance(api_app, FastAPI)
    assert len(ws_apps) == 2
    assert ws_apps[0].asyncapi_url == "/api/v1/broker/ws/asyncapi.json"
    assert ws_apps[1].asyncapi_url == "/api/v1/datafeed/ws/asyncapi.json"


def test_create_app_takes_names_and_keyword_only_settings() -> None:
    parameters = inspect.signature(create_app).parameters
    assert list(parameters) == ["enabled_modules", "settings"]
    assert parameters["enabled_modules"].default is None
    assert parameters["settings"].kind is inspect.Parameter.KEYWORD_ONLY


def test_the_adapter_has_its_fixed_parameters_and_attributes() -> None:
    parameters = inspect.signature(FastWSAdapter).parameters
    assert list(parameters) == [
        "title",
        "description",
        "version",
        "asyncapi_url",
        "asyncapi_docs_url",
        "heartbeat_interval",
        "max_connection_lifespan",
    ]
    assert parameters["heartbeat_interval"].default == 30.0
    assert parameters["max_connection_lifespan"].default == 3600.0
    for name in ("include_router", "manage", "serve", "setup", "asyncapi"):
        assert callable(getattr(FastWSAdapter, name))


def test_client_is_what_manage_yields() -> None:
    assert Client.__module__ == "trading_api.shared.ws.client"


@pytest.mark.parametrize(
    ("index", "title", "description"),
    [
        pytest.param(
            0,
            "Broker WebSockets",
            "Real-time broker data streaming for orders, positions, and executions",
            id="broker",
        ),
        pytest.param(
            1,
            "Datafeed WebSockets",
            "Real-time datafeed data streaming for market data and quotes",
            id="datafeed",
        ),
    ],
)
def test_socket_titles_and_descriptions(index: int, title: str, description: str) -> None:
    ws_app = create_app()[1][index]
    assert (ws_app.title, ws_app.description, ws_app.version) == (title, description, "1.0.0")
    assert ws_app.heartbeat_interval == 30.0
    assert ws_app.max_connection_lifespan == 3600.0
    assert ws_app.asyncapi()["info"]["title"] == title
    assert ws_app.asyncapi()["asyncapi"] == "3.0.0"


@pytest.mark.parametrize("module_type", MODULES)
def test_a_built_in_module_has_every_member(module_type: type[Any]) -> None:
    module: Any = module_type()
    assert module.enabled is True
    for name in (
        "get_api_routers",
        "get_ws_routers",
        "get_openapi_tags",
        "configure_app",
        "get_ws_app",
        "register_ws_endpoint",
    ):
        assert callable(getattr(module, name))
    assert module.get_ws_app("/api/v1") is module.get_ws_app("/api/v1")
    assert isinstance(module, ModuleProtocol)


@pytest.mark.parametrize(
    ("api", "service", "name"),
    [
        pytest.param(BrokerApi, BrokerService, "broker", id="broker"),
        pytest.param(DatafeedApi, DatafeedService, "datafeed", id="datafeed"),
    ],
)
def test_an_api_takes_service_prefix_and_tags(api: type[Any], service: type, name: str) -> None:
    module = create_app([name])[0].state.registry.get_enabled_modules()[0]
    assert isinstance(module.service, service)
    router = api(service=module.service, prefix=f"/{name}", tags=[name])
    assert isinstance(router, APIRouter)


def test_shared_routers_are_named_and_tagged() -> None:
    assert isinstance(HealthApi(tags=["health"]), APIRouter)
    assert isinstance(VersionApi(tags=["versioning"]), APIRouter)
    document = create_app()[0].openapi()
    assert set(document["paths"]["/api/v1/health"]["get"]["tags"]) == {"health", "v1"}
    assert set(document["paths"]["/api/v1/versions"]["get"]["tags"]) == {"versioning", "v1"}
    assert document["paths"]["/api/v1/"]["get"]["operationId"] == "getAPIOverview"


def test_one_registry_per_app() -> None:
    first, second = create_app()[0], create_app(["broker"])[0]
    assert isinstance(first.state.registry, ModuleRegistry)
    assert [m.name for m in first.state.registry.get_enabled_modules()] == ["broker", "datafeed"]
    assert [m.name for m in second.state.registry.get_enabled_modules()] == ["broker"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/",
        "/api/v1/health",
        "/api/v1/versions",
        "/api/v1/docs",
        "/api/v1/openapi.json",
        "/api/v1/broker/ws/asyncapi.json",
        "/api/v1/broker/ws/asyncapi",
        "/api/v1/datafeed/ws/asyncapi.json",
        "/api/v1/datafeed/ws/asyncapi",
    ],
)
def test_a_public_address_answers_without_a_key(path: str) -> None:
    assert get(create_app()[0], path).status_code == 200


def test_the_overview_lists_the_enabled_modules() -> None:
    assert get(create_app()[0], "/api/v1/").json() == {
        "api_version": "v1",
        "documentation": "/api/v1/docs",
        "openapi_spec": "/api/v1/openapi.json",
        "websocket_endpoints": [
            {
                "module": name,
                "url": f"/api/v1/{name}/ws",
                "asyncapi_url": f"/api/v1/{name}/ws/asyncapi.json",
                "asyncapi_docs": f"/api/v1/{name}/ws/asyncapi",
            }
            for name in ("broker", "datafeed")
        ],
    }


def test_health_and_versions_have_their_shape() -> None:
    health = get(create_app()[0], "/api/v1/health").json()
    assert set(health) == {"status", "version", "uptime_s", "modules", "replay"}
    assert [set(module) for module in health["modules"]] == [{"name", "status", "detail"}] * 2
    versions = get(create_app()[0], "/api/v1/versions").json()
    assert versions["current"] == "v1"
    assert set(versions["versions"][0]) == {"version", "status", "released"}
    assert versions["server"] == health["version"]


def test_every_address_is_documented_whole() -> None:
    paths = create_app()[0].openapi()["paths"]
    for path, item in paths.items():
        for method, operation in item.items():
            where = f"{method} {path}"
            assert operation["operationId"], where
            assert operation["summary"], where
            assert {"401", "403"} <= operation["responses"].keys(), where
            [good] = [answer for code, answer in operation["responses"].items() if code < "300"]
            contents = [good, operation["requestBody"]] if "requestBody" in operation else [good]
            for content in contents:
                assert "example" in content["content"]["application/json"], where


def test_a_route_without_response_model_is_refused_by_name() -> None:
    app = FastAPI()
    router = APIRouter(prefix="/inner")

    @router.get("/nameless")
    async def nameless():  # type: ignore[no-untyped-def]
        return {}

    app.include_router(router, prefix="/outer")
    with pytest.raises(ModuleError, match="GET /outer/inner/nameless"):
        validate_response_models(app)


def test_every_address_lies_under_its_module() -> None:
    shared = {
        "/api/v1/",
        "/api/v1/health",
        "/api/v1/versions",
        "/api/v1/session",
        "/api/v1/tickets",
    }
    for path in create_app()[0].openapi()["paths"]:
        assert path in shared or path.startswith(("/api/v1/broker/", "/api/v1/datafeed/"))


def test_create_app_without_settings_reads_and_writes_nothing(tmp_path: Any) -> None:
    code = (
        "from trading_api.app_factory import create_app;"
        "app, _ = create_app(); print(len(app.state.owner_token) >= 32)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"TRADING_API_PORT": "nonsense", "TRADING_API_TOKEN": "x" * 40},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "True"
    assert list(tmp_path.iterdir()) == []


def test_the_context_in_memory_knows_the_committed_symbols() -> None:
    names = [symbol.symbol for symbol in AppContext.in_memory().catalogue.all()]
    assert names == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]


def test_the_table_of_built_in_modules_is_literal() -> None:
    assert list(app_factory.BUILT_IN) == ["broker", "datafeed"]

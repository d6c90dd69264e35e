"""Which modules an application has: built-in ones, a stranger's, or none."""

import asyncio
from typing import Any

import httpx
import pytest

from trading_api.app_factory import build_app, create_app
from trading_api.settings import Settings
from trading_api.shared.context import AppContext, OptionsError
from trading_api.shared.module_finding import ModuleError
from trading_api.testing.client import bearer, make_client
from trading_api.testing.server import serve
from trading_api.testing.sockets import open_socket


def answers(app: Any, *paths: str) -> dict[str, httpx.Response]:
    async def ask() -> dict[str, httpx.Response]:
        async with make_client(app, app.state.owner_token) as client:
            return {path: await client.get(path) for path in paths}

    return asyncio.run(ask())


def test_no_module_leaves_the_shared_addresses() -> None:
    app, ws_apps = create_app([])
    assert ws_apps == []
    found = answers(app, "/api/v1/", "/api/v1/health", "/api/v1/broker/orders")
    assert found["/api/v1/"].json()["websocket_endpoints"] == []
    assert found["/api/v1/health"].json()["modules"] == []
    assert found["/api/v1/broker/orders"].status_code == 404


def test_the_order_of_the_table_beats_the_order_of_the_names() -> None:
    app, ws_apps = create_app(["watchlist", "datafeed", "broker"])
    modules = app.state.registry.get_enabled_modules()
    assert [module.name for module in modules] == ["broker", "datafeed", "watchlist"]
    assert [ws_app.title for ws_app in ws_apps] == [
        "Broker WebSockets",
        "Datafeed WebSockets",
        "Watchlist WebSockets",
    ]


def test_broker_alone_knows_its_symbols_and_lets_orders_wait_for_market_data() -> None:
    app, _ = create_app(["broker"])

    async def place(**order: str) -> httpx.Response:
        body = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "1", **order}
        async with make_client(app, app.state.owner_token) as client:
            return await client.post("/api/v1/broker/orders", json=body)

    held = asyncio.run(place()).json()
    assert held["status"] == "held"
    assert held["status_reason"]["code"] == "no_market"
    assert "market data" in held["status_reason"]["message"]
    refused = asyncio.run(place(time_in_force="ioc"))
    assert (refused.status_code, refused.json()["code"]) == (422, "no_market")
    unknown = asyncio.run(place(symbol="NOPE"))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_symbol")


def test_a_persisted_catalogue_is_known_to_broker_alone(tmp_path: Any) -> None:
    token = "t" * 32
    settings = Settings(data_dir=tmp_path / "data", token=token, allowed_hosts=("testserver",))
    app, _ = create_app(settings=settings)
    symbol = app.state.context.catalogue.get("AAPL")

    async def add_symbol() -> None:
        async with make_client(app):
            app.state.context.catalogue.save(
                [type(symbol)(**{**_fields(symbol), "symbol": "ACME", "full_name": "X:ACME"})]
            )

    asyncio.run(add_symbol())
    later, _ = create_app(["broker"], settings=settings)

    async def place() -> httpx.Response:
        async with make_client(later, token) as client:
            body = {"symbol": "ACME", "side": "buy", "type": "market", "quantity": "1"}
            return await client.post("/api/v1/broker/orders", json=body)

    assert asyncio.run(place()).json()["status_reason"]["code"] == "no_market"


def _fields(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def test_a_strangers_module_is_mounted_only_when_named() -> None:
    assert "watchlist" not in create_app()[0].openapi()["paths"].__str__()
    app, ws_apps = create_app(["watchlist"])
    assert "/api/v1/watchlist/symbols" in app.openapi()["paths"]
    assert ws_apps[0].asyncapi_url == "/api/v1/watchlist/ws/asyncapi.json"


def test_a_strangers_module_has_rest_documents_overview_health_and_life() -> None:
    app, _ = create_app(["watchlist"])
    service = app.state.registry.get_enabled_modules()[0].service
    assert service.health().status == "degraded"

    async def use() -> dict[str, Any]:
        async with make_client(app, app.state.owner_token) as client:
            added = await client.put("/api/v1/watchlist/symbols/AAPL")
            missing = await client.put("/api/v1/watchlist/symbols/NOPE")
            return {
                "added": added.json(),
                "missing": missing.json()["code"],
                "overview": (await client.get("/api/v1/")).json(),
                "health": (await client.get("/api/v1/health")).json(),
                "openapi": (await client.get("/api/v1/openapi.json")).json(),
                "asyncapi": (await client.get("/api/v1/watchlist/ws/asyncapi.json")).json(),
                "page": (await client.get("/api/v1/watchlist/ws/asyncapi")).status_code,
            }

    seen = asyncio.run(use())
    assert seen["added"] == {"symbols": ["AAPL"]}
    assert seen["missing"] == "unknown_symbol"
    assert seen["overview"]["websocket_endpoints"][0]["url"] == "/api/v1/watchlist/ws"
    assert seen["health"]["modules"] == [
        {"name": "watchlist", "status": "ok", "detail": "1 symbols"}
    ]
    assert "Watchlist" in seen["openapi"]["components"]["schemas"]
    assert "watchlist" in seen["asyncapi"]["channels"]
    assert seen["page"] == 200
    assert service.health().status == "degraded"  # its life ended with the app's


def test_each_module_keeps_its_own_heartbeat_and_lifespan() -> None:
    async def ask() -> dict[str, Any]:
        app, _ = create_app(["datafeed", "watchlist"])
        found = {}
        async with serve(app) as server:
            for name in ("datafeed", "watchlist"):
                async with open_socket(f"{server.ws_url}/api/v1/{name}/ws") as client:
                    found[name] = await client.request("system.info")
        return found

    infos = asyncio.run(ask())
    assert {
        name: (info["heartbeat_interval"], info["max_connection_lifespan"])
        for name, info in infos.items()
    } == {"datafeed": (30.0, 3600.0), "watchlist": (10.0, 600.0)}


def test_a_strangers_socket_sends_its_updates() -> None:
    async def use() -> list[Any]:
        app, _ = create_app(["watchlist"])
        async with (
            serve(app) as server,
            open_socket(f"{server.ws_url}/api/v1/watchlist/ws") as client,
        ):
            reply = await client.request("watchlist.subscribe")
            await put_symbol(server.url, app.state.owner_token)
            return [reply["subscriptions"][0]["snapshot"], (await client.receive())["payload"]]

    async def put_symbol(url: str, token: str) -> None:
        async with httpx.AsyncClient(base_url=url, headers=bearer(token)) as http:
            await http.put("/api/v1/watchlist/symbols/IBM")

    assert asyncio.run(use()) == [{"symbols": []}, {"symbols": ["IBM"]}]


def test_options_of_a_module_come_from_its_table(tmp_path: Any) -> None:
    settings = Settings(
        data_dir=tmp_path,
        token="t" * 32,
        allowed_hosts=("testserver",),
        modules={"watchlist": {"max_symbols": 1}},
    )
    app, _ = create_app(["watchlist"], settings=settings)

    async def fill() -> httpx.Response:
        async with make_client(app, "t" * 32) as client:
            await client.put("/api/v1/watchlist/symbols/AAPL")
            return await client.put("/api/v1/watchlist/symbols/IBM")

    refused = asyncio.run(fill())
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "limit is 1" in refused.json()["detail"]


def test_options_of_a_module_that_nobody_has_stop_the_start(tmp_path: Any) -> None:
    for name in ("brokr", "ws"):
        settings = Settings(data_dir=tmp_path, modules={name: {"fee_bps": 5}})
        with pytest.raises(ModuleError, match=rf"\[modules\.{name}\].*known are: broker, datafeed"):
            create_app(["datafeed"], settings=settings)


def test_options_of_a_module_that_is_not_enabled_are_kept_for_later(tmp_path: Any) -> None:
    settings = Settings(data_dir=tmp_path, modules={"broker": {"fee_bps": 5}, "watchlist": {}})
    assert len(create_app(["datafeed"], settings=settings)[1]) == 1


@pytest.mark.parametrize("options", [{"max_symbol": 1}, {"max_symbols": "many"}])
def test_wrong_options_stop_the_start_and_name_the_module(options: dict[str, Any]) -> None:
    context = AppContext.in_memory()
    context.module_options = {"watchlist": options}
    with pytest.raises(OptionsError, match=r"\[modules\.watchlist\].*max_symbol"):
        build_app(context, ["watchlist"])


def test_a_module_may_implement_the_protocol_without_inheriting() -> None:
    app, ws_apps = create_app(["plain"])
    assert ws_apps == []
    found = answers(app, "/api/v1/plain/greeting", "/api/v1/", "/api/v1/plain/ws/asyncapi.json")
    assert found["/api/v1/plain/greeting"].json() == {"text": "hello"}
    assert found["/api/v1/"].json()["websocket_endpoints"] == []
    assert found["/api/v1/plain/ws/asyncapi.json"].status_code == 404
    assert app.state.registry.get_enabled_modules()[0].configured_with == (app, None)
    assert "Greeting" in app.openapi()["components"]["schemas"]


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(
        ModuleError, match=r"'brokr' is unknown; known are: broker, datafeed.*watch"
    ):
        create_app(["brokr"])


@pytest.mark.parametrize("name", ["health", "versions", "docs", "session", "tickets", "ws"])
def test_a_reserved_name_is_refused(name: str) -> None:
    with pytest.raises(ModuleError, match="reserved"):
        create_app([name])


def test_a_broken_module_stops_the_start_with_its_own_error_only_when_enabled() -> None:
    create_app(["watchlist"])
    with pytest.raises(ImportError, match="broken on purpose"):
        create_app(["broken"])


def test_a_module_may_not_claim_anothers_address() -> None:
    with pytest.raises(ModuleError, match=r"trespasser.*may not have.*/broker/mine"):
        create_app(["trespasser"])


def test_modules_come_from_the_settings(tmp_path: Any) -> None:
    settings = Settings(data_dir=tmp_path, enabled_modules="watchlist,datafeed", token="t" * 32)
    app, _ = create_app(settings=settings)
    names = [module.name for module in app.state.registry.get_enabled_modules()]
    assert names == ["datafeed", "watchlist"]
    assert list(tmp_path.iterdir()) == []  # nothing is written before the application runs


def test_a_module_key_in_the_wrong_place_is_not_an_account_key() -> None:
    app, _ = create_app(["watchlist"])

    async def statuses() -> list[int]:
        auth = app.state.context.auth
        reader = auth.make_key("reader", ["market:read"])
        async with make_client(app) as client:
            path = "/api/v1/watchlist/symbols/AAPL"
            nobody = await client.put(path)
            wrong = await client.put(path, headers=bearer("wrong"))
            lacking = await client.put(path, headers=bearer(reader))
            return [nobody.status_code, wrong.status_code, lacking.status_code]

    assert asyncio.run(statuses()) == [401, 401, 403]


def test_a_stranger_answers_a_request_of_its_own_over_its_socket() -> None:
    app, [ws_app] = create_app(["watchlist"])

    async def main() -> None:
        async with (
            serve(app) as server,
            open_socket(f"{server.ws_url}/api/v1/watchlist/ws", app.state.owner_token) as client,
        ):
            await client.request("watchlist.subscribe")
            assert await client.request("watchlist.add", {"symbol": "AAPL"}) == {
                "symbols": ["AAPL"]
            }
            assert (await client.receive())["payload"] == {"symbols": ["AAPL"]}
            refusal = await client.refusal("watchlist.add", {"symbol": "NONE"})
            assert refusal["code"] == "unknown_symbol"

    asyncio.run(main())
    operation = ws_app.asyncapi()["operations"]["watchlist.add"]
    assert operation["action"] == "receive"
    assert [message["$ref"].rpartition("/")[2] for message in operation["reply"]["messages"]] == [
        "watchlist.add.response",
        "error",
    ]

"""The datafeed's REST addresses, asked through the application."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from trading_api.app_factory import build_app
from trading_api.domain.market import RESOLUTIONS, Bar
from trading_api.domain.series import Columns, SeriesKey
from trading_api.domain.sessions import epoch_ms
from trading_api.modules.datafeed.sources.bitstamp import BTCUSD
from trading_api.shared.context import AppContext
from trading_api.testing.client import make_client
from trading_api.testing.clock import ManualClock

BASE = "/api/v1/datafeed"


def utc(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


NOW = utc("2026-11-20T16:03:02.500")
Ask = Callable[..., Awaitable[httpx.Response]]


def with_client(
    story: Callable[[Ask], Awaitable[None]],
    packs_dir: Path | None = None,
    *,
    imported: bool = False,
) -> None:
    """A conversation with an application that runs; perhaps with a symbol that was imported."""

    async def main() -> None:
        context = AppContext.in_memory(clock=ManualClock(NOW))
        context.packs_dir = packs_dir
        if imported:
            context.catalogue.save([replace(BTCUSD, symbol="IMPORTED", full_name="X:IMPORTED")])
            bar = Bar(NOW - NOW % 60_000, 1.0, 1.0, 1.0, 1.0, 1.0)
            key = SeriesKey("IMPORTED", "bars", "1")
            context.market.save(key, Columns.of_bars([bar]))
        app, _ = build_app(context, ["datafeed"])
        async with make_client(app) as client:

            async def ask(path: str, **query: Any) -> httpx.Response:
                return await client.get(BASE + path, params=query)

            await story(ask)

    asyncio.run(main())


def get(path: str, *, now: int = NOW, **query: Any) -> httpx.Response:
    """One answer; nothing is running, so it is as of the clock."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(_app(now), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.get(BASE + path, params=query)

    return asyncio.run(ask())


@cache
def _app(now: int) -> FastAPI:
    return build_app(AppContext.in_memory(clock=ManualClock(now)), ["datafeed"])[0]


def bars(now: int = NOW, **query: Any) -> dict[str, Any]:
    query = {name.rstrip("_"): value for name, value in query.items()}
    answer = get("/bars", now=now, **{"symbol": "AAPL", "resolution": "60", **query})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def times(body: dict[str, Any]) -> list[int]:
    return [bar["time"] for bar in body["bars"]]


def test_time_is_the_clocks() -> None:
    assert get("/time").json() == {"time": NOW}


def test_configuration_has_the_members_of_udf() -> None:
    body = get("/config").json()
    assert body["supported_resolutions"] == list(RESOLUTIONS)
    assert body["supports_search"] is True
    assert {"value": "", "name": "All", "desc": ""} in body["exchanges"]
    assert {entry["value"] for entry in body["exchanges"]} == {"", "NASDAQ", "NYSE"}
    assert {"value": "stock", "name": "Stock"}.items() <= body["symbols_types"][1].items()
    assert body["currency_codes"] == ["USD"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param({}, ["AAPL", "FB", "GOOG", "IBM", "MSFT"], id="empty lists all"),
        pytest.param({"query": "ibm"}, ["IBM"], id="any case"),
        pytest.param({"query": "NYSE:IBM"}, ["IBM"], id="full name"),
        pytest.param({"query": "m"}, ["MSFT", "IBM"], id="prefix before word"),
        pytest.param({"query": "inc"}, ["AAPL", "FB", "GOOG"], id="word"),
        pytest.param({"exchange": "nyse"}, ["IBM"], id="exchange"),
        pytest.param({"type": "crypto"}, [], id="type"),
        pytest.param({"query": "zzz"}, [], id="nothing"),
    ],
)
def test_symbols_are_found(query: dict[str, Any], found: list[str]) -> None:
    body = get("/symbols", **query).json()
    assert [item["symbol"] for item in body["items"]] == found
    assert body["next_cursor"] is None


def test_exact_name_comes_first(packs_dir: Path) -> None:
    async def story(ask: Ask) -> None:
        body = (await ask("/symbols", query="btcusd")).json()
        assert [item["full_name"] for item in body["items"]] == ["BITSTAMP:BTCUSD"]

    with_client(story, packs_dir)


def test_symbols_are_paged() -> None:
    async def story(ask: Ask) -> None:
        names: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            body = (await ask("/symbols", limit=2, **cursor)).json()
            names += [item["symbol"] for item in body["items"]]
            if body["next_cursor"] is None:
                break
            cursor = {"cursor": body["next_cursor"]}
        assert names == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]

    with_client(story)


@pytest.mark.parametrize("name", ["AAPL", "NASDAQ:AAPL"])
def test_symbol_is_shown_as_documented(name: str) -> None:
    body = get(f"/symbols/{name}").json()
    assert body["symbol"] == "AAPL"
    assert body["type"] == "stock"
    assert body["session"] == "0930-1600"
    assert (body["tick_size"], body["quantity_step"], body["max_quantity"]) == (
        "0.01",
        "1",
        "1000000",
    )
    assert body["status"] == "open"
    assert body["base_currency"] is None


def test_bitcoin_is_shown_as_documented(packs_dir: Path) -> None:
    expected = {
        "full_name": "BITSTAMP:BTCUSD",
        "type": "crypto",
        "session": "24x7",
        "price_scale": 100,
        "tick_size": "0.01",
        "quantity_step": "0.00000001",
        "min_quantity": "0.00000001",
        "max_quantity": "10000",
        "has_depth": True,
        "fidelity": "tick",
        "status": "open",
    }

    async def story(ask: Ask) -> None:
        body = (await ask("/symbols/BTCUSD")).json()
        assert expected.items() <= body.items()

    with_client(story, packs_dir)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        pytest.param("/symbols/NOPE", {}, id="symbol"),
        pytest.param("/symbols/NYSE:AAPL", {}, id="another exchange"),
        pytest.param("/bars", {"symbol": "NOPE", "resolution": "1"}, id="bars"),
        pytest.param("/quotes", {"symbols": "AAPL,NOPE"}, id="quotes"),
        pytest.param("/trades", {"symbol": "NOPE"}, id="trades"),
    ],
)
def test_unknown_symbol_is_named(path: str, query: dict[str, Any]) -> None:
    answer = get(path, **query)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == "unknown_symbol"
    assert "NOPE" in body["detail"] or "NYSE:AAPL" in body["detail"]


@pytest.mark.parametrize("resolution", ["", "2", "1d", "D", "2S", "60 ", "x" * 500])
def test_unknown_resolution_is_named_with_the_known_ones(resolution: str) -> None:
    answer = get("/bars", symbol="AAPL", resolution=resolution)
    assert answer.status_code == 422
    body = answer.json()
    assert body["code"] == "unsupported_resolution"
    assert repr(resolution[:20]) in body["detail"]
    assert ", ".join(RESOLUTIONS) in body["detail"]


def test_from_is_inclusive_and_to_exclusive() -> None:
    whole = bars(count_back=12)
    assert len(whole["bars"]) == 12
    assert whole["next_time"] is None
    since, until = times(whole)[2], times(whole)[9]
    assert times(bars(from_=since, to=until)) == times(whole)[2:9]
    assert times(bars(from_=since + 1, to=until + 1)) == times(whole)[3:10]


def test_to_after_now_means_now_and_the_open_bar_is_there() -> None:
    for until in ({}, {"to": NOW}, {"to": NOW + 10**9}, {"to": 2**53 - 1}):
        body = bars(count_back=3, **until)
        assert times(body)[-1] == utc("2026-11-20T15:30")
    assert times(bars(count_back=1, to=utc("2026-11-20T15:30"))) == [utc("2026-11-20T14:30")]


def test_count_back_beats_from() -> None:
    assert len(bars(count_back=5, from_=NOW - 1)["bars"]) == 5


def test_printed_prices_jump_at_a_split_and_adjusted_ones_do_not() -> None:
    adjusted, printed = (
        get("/bars", symbol="AAPL", resolution="1D", count_back=2000, adjusted=text).json()["bars"]
        for text in ("true", "false")
    )
    assert [bar["time"] for bar in adjusted] == [bar["time"] for bar in printed]

    def falls(bars: list[dict[str, float]]) -> int:
        return sum(a["close"] > 1.8 * b["open"] for a, b in pairwise(bars))

    # Two splits of two for one; one day on which the price did halve, in September 2000.
    assert (falls(printed), falls(adjusted)) == (3, 1)
    assert printed[-1]["close"] > 3 * adjusted[-1]["close"]


def test_at_most_twenty_thousand_bars_the_newest() -> None:
    newest = times(bars(resolution="1", count_back=1))
    for query in ({"count_back": 1_000_000}, {"from_": 0}, {}):
        body = bars(resolution="1", **query)
        assert len(body["bars"]) == 20_000
        assert times(body)[-1:] == newest


def test_empty_answer_says_where_the_nearest_earlier_bar_is() -> None:
    saturday = utc("2026-11-21T00:00")
    body = bars(now=utc("2026-11-22T12:00"), from_=saturday, to=saturday + 3_600_000)
    assert (body["bars"], body["next_time"]) == ([], utc("2026-11-20T20:30"))
    backwards = bars(from_=NOW, to=NOW - 1)
    assert (backwards["bars"], backwards["next_time"]) == ([], utc("2026-11-20T15:30"))
    assert bars(from_=NOW, to=NOW)["bars"] == []
    ended = bars(from_=0, to=utc("2020-01-08T14:30"))
    assert (ended["bars"], ended["next_time"]) == ([], None)
    assert bars(count_back=5, to=0) == {
        "symbol": "AAPL",
        "resolution": "60",
        "bars": [],
        "next_time": None,
    }


def test_bars_are_shown_in_the_documented_shape() -> None:
    body = bars(symbol="NASDAQ:AAPL", resolution="1D", count_back=1)
    assert body["symbol"] == "AAPL"
    [bar] = body["bars"]
    assert list(bar) == ["time", "open", "high", "low", "close", "volume"]
    assert bar["time"] == utc("2026-11-20")
    assert all(isinstance(value, int | float) for value in bar.values())


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/bars", {"from": "-1"}),
        ("/bars", {"from": "1e9"}),
        ("/bars", {"to": "99999999999999999999"}),
        ("/bars", {"to": "NaN"}),
        ("/bars", {"count_back": "0"}),
        ("/bars", {"count_back": "99999999999"}),
        ("/bars", {"count_back": "2.5"}),
        ("/bars", {"symbol": "x" * 65}),
        ("/bars", {"symbol": ""}),
        ("/trades", {"limit": "0"}),
        ("/trades", {"limit": "1001"}),
        ("/trades", {"cursor": "nonsense"}),
        ("/trades", {"cursor": "20991231-1"}),
        ("/trades", {"cursor": "2026-11-20"}),
        ("/quotes", {"symbols": ""}),
        ("/quotes", {"symbols": " , ,"}),
        ("/quotes", {"symbols": ",".join(f"S{i}" for i in range(1001))}),
        ("/quotes", {}),
        ("/symbols", {"limit": "-5"}),
        ("/symbols", {"cursor": "²"}),
        ("/symbols", {"cursor": "-1"}),
        ("/symbols", {"query": "x" * 65}),
    ],
)
def test_odd_numbers_and_texts_are_refused(path: str, query: dict[str, Any]) -> None:
    needed = {"/bars": {"symbol": "AAPL", "resolution": "1"}, "/trades": {"symbol": "AAPL"}}
    answer = get(path, **{**needed.get(path, {}), **query})
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert body["code"] == "invalid_payload"
    assert body["errors"]


def test_quotes_come_in_the_order_asked_for_and_once() -> None:
    body = get("/quotes", symbols="MSFT, NASDAQ:AAPL,AAPL").json()
    assert [item["symbol"] for item in body["items"]] == ["MSFT", "AAPL"]
    quote = body["items"][1]
    assert quote["status"] == "open"
    assert quote["bid"] == quote["last"] == round(quote["ask"] - 0.01, 2)
    assert quote["bid_size"] is None
    assert NOW - 1000 <= quote["time"] <= NOW


def test_trades_come_newest_first_and_are_paged(packs_dir: Path) -> None:
    async def story(ask: Ask) -> None:
        for symbol in ("AAPL", "BTCUSD"):
            first = (await ask("/trades", symbol=symbol, limit=3)).json()
            assert first["next_cursor"] == first["items"][-1]["id"]
            page = {"limit": 3, "cursor": first["next_cursor"]}
            second = (await ask("/trades", symbol=symbol, **page)).json()
            both = (await ask("/trades", symbol=symbol, limit=6)).json()
            assert both["items"] == first["items"] + second["items"]
            stamps = [item["time"] for item in both["items"]]
            assert stamps == sorted(stamps, reverse=True)
            assert list(both["items"][0]) == ["id", "symbol", "time", "price", "size", "side"]
            assert len((await ask("/trades", symbol=symbol)).json()["items"]) == 100

    with_client(story, packs_dir)


def test_trades_end_where_history_ends() -> None:
    body = get("/trades", symbol="AAPL", limit=5, now=utc("2020-01-08T14:30:01.500")).json()
    assert len(body["items"]) == 2
    assert body["next_cursor"] is None


def test_market_data_without_a_pack_is_the_committed_set() -> None:
    assert get("/symbols/BTCUSD").status_code == 404


def test_a_wrong_credential_is_refused_though_none_is_needed() -> None:
    async def main() -> None:
        app, _ = build_app(AppContext.in_memory(clock=ManualClock(NOW)), ["datafeed"])
        async with make_client(app, "wrong") as client:
            for path in ("time", "config", "symbols", "quotes?symbols=AAPL", "trades?symbol=AAPL"):
                assert (await client.get(f"{BASE}/{path}")).status_code == 401

    asyncio.run(main())


@pytest.mark.parametrize("symbol", ["AAPL", "IMPORTED"])
@pytest.mark.parametrize("bounds", [("from",), ("to",), ("from", "to")])
def test_the_end_of_time_is_in_the_future(symbol: str, bounds: tuple[str, ...]) -> None:
    async def story(ask: Ask) -> None:
        query = {"symbol": symbol, **dict.fromkeys(bounds, str(2**53 - 1))}
        bars = await ask("/bars", resolution="1D", **query)
        trades = await ask("/trades", **query)
        assert (bars.status_code, trades.status_code) == (200, 200), bars.text + trades.text
        assert bool(bars.json()["bars"]) == ("from" not in bounds)
        assert bool(trades.json()["items"]) == ("from" not in bounds and symbol != "IMPORTED")

    with_client(story, imported=True)


odd = st.one_of(
    st.integers().map(str), st.floats().map(str), st.text(max_size=20), st.just("9" * 400)
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=5)
@given(st.lists(st.tuples(odd, odd, odd, odd), min_size=20, max_size=20))
def test_no_query_makes_the_server_fail(queries: list[tuple[str, str, str, str]]) -> None:
    async def story(ask: Ask) -> None:
        for symbol, since, until, count in queries:
            bars = {"from": since, "to": until, "count_back": count}
            answers = [
                await ask("/bars", symbol="AAPL", resolution="1D", **bars),
                await ask("/bars", symbol=symbol, resolution=since),
                await ask("/trades", symbol="AAPL", cursor=since, limit=until),
                await ask("/quotes", symbols=symbol),
                await ask("/symbols", query=symbol, cursor=until),
            ]
            for answer in answers:
                assert answer.status_code in (200, 404, 422), answer.text

    with_client(story)

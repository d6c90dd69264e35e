"""The UDF dialect as its widely used adapter reads it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.modules.datafeed.test_datafeed_api import NOW
from trading_api.app_factory import build_app
from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.commands import PlaceOrder
from trading_api.domain.market import RESOLUTIONS
from trading_api.modules.broker.service import BrokerService
from trading_api.shared.context import AppContext
from trading_api.testing.client import make_client
from trading_api.testing.clock import ManualClock

BASE = "/api/v1/datafeed/udf"
Ask = Callable[..., Awaitable[httpx.Response]]


def talk(
    story: Callable[[Ask, AppContext], Awaitable[None]],
    *,
    modules: list[str] | None = None,
    **options: Any,
) -> None:
    async def main() -> None:
        context = AppContext.in_memory(clock=ManualClock(NOW))
        context.module_options = {"datafeed": options}
        app, _ = build_app(context, modules or ["datafeed"])
        async with make_client(app) as client:

            async def ask(path: str, token: str | None = None, **query: Any) -> httpx.Response:
                headers = {} if token is None else {"Authorization": f"Bearer {token}"}
                answer = await client.get(BASE + path, params=query, headers=headers)
                assert answer.headers["content-type"] in (
                    "application/json",
                    "application/problem+json",
                )
                return answer

            await story(ask, context)

    asyncio.run(main())


def test_splits_and_dividends_are_marked_for_everybody() -> None:
    async def story(ask: Ask, context: AppContext) -> None:
        context.market.save_actions(
            "AAPL",
            [
                CorporateAction(date(2026, 6, 9), "split", 7.0),
                CorporateAction(date(2026, 8, 7), "dividend", 0.47),
            ],
        )
        query = {"symbol": "AAPL", "resolution": "1D", "from": 0, "to": NOW // 1000}
        split, dividend = (await ask("/timescale_marks", **query)).json()
        assert (split["time"], split["label"]) == (1_780_963_200, "S")
        assert split["tooltip"] == ["AAPL: split, 7 for 1"]
        assert (dividend["label"], dividend["tooltip"]) == ("D", ["AAPL: dividend of 0.47 USD"])
        later = {**query, "from": dividend["time"]}
        assert (await ask("/timescale_marks", **later)).json() == [dividend]
        before = {**query, "to": split["time"] - 1}
        assert (await ask("/timescale_marks", **before)).json() == []

    talk(story)


async def buy(context: AppContext, token: str, quantity: str) -> None:
    """Buy shares as the holder of a token."""
    broker = context.services["broker"]
    assert isinstance(broker, BrokerService)
    order = PlaceOrder(symbol="AAPL", side="buy", kind="market", quantity=Decimal(quantity))
    answer = await broker.submit(context.auth.principal_of(token), order)
    assert answer.orders[0].status == "filled"


def test_configuration_says_what_works() -> None:
    async def story(ask: Ask, _: AppContext) -> None:
        body = (await ask("/config")).json()
        assert body["supports_search"] is True
        assert body["supports_group_request"] is False
        assert body["supports_marks"] is body["supports_timescale_marks"] is True
        assert body["supports_time"] is True
        assert body["supported_resolutions"] == [*RESOLUTIONS]
        assert body["exchanges"][0] == {"value": "", "name": "All", "desc": ""}
        assert {"value": "NYSE", "name": "NYSE", "desc": "NYSE"} in body["exchanges"]
        assert body["symbols_types"] == [
            {"name": "All", "value": ""},
            {"name": "Stock", "value": "stock"},
        ]
        assert body["currency_codes"] == ["USD"]

    talk(story)


@pytest.mark.parametrize("name", ["AAPL", "NASDAQ:AAPL"])
def test_a_symbol_has_a_ticker_and_no_member_s(name: str) -> None:
    async def story(ask: Ask, _: AppContext) -> None:
        body = (await ask("/symbols", symbol=name)).json()
        assert "s" not in body
        expected = {
            "name": "AAPL",
            "ticker": "AAPL",
            "type": "stock",
            "exchange": "NASDAQ",
            "listed_exchange": "NASDAQ",
            "timezone": "America/New_York",
            "session": "0930-1600",
            "minmov": 1,
            "pricescale": 100,
            "has_intraday": True,
            "has_daily": True,
            "has_weekly_and_monthly": True,
            "volume_precision": 0,
            "currency_code": "USD",
            "data_status": "streaming",
        }
        assert {**body, **expected} == body
        minutes = [name for name in RESOLUTIONS if name.isdigit()]
        assert body["intraday_multipliers"] == minutes
        assert body["seconds_multipliers"] == ["1", "5", "15", "30"]
        assert body["has_seconds"] is True
        assert body["supported_resolutions"] == [*RESOLUTIONS]

    talk(story)


@pytest.mark.parametrize(
    ("path", "query", "text"),
    [
        ("/symbols", {"symbol": "NOPE"}, "unknown_symbol"),
        ("/symbols", {}, "symbol"),
        ("/history", {"symbol": "NOPE", "resolution": "1"}, "unknown_symbol"),
        ("/history", {"symbol": "AAPL", "resolution": "7"}, "resolution '7'"),
        ("/history", {"symbol": "AAPL"}, "resolution"),
        ("/history", {"symbol": "AAPL", "resolution": "1", "from": "soon"}, "from"),
        ("/marks", {"symbol": "NOPE", "resolution": "1"}, "unknown_symbol"),
        ("/marks", {"symbol": "AAPL", "resolution": "7"}, "resolution"),
        ("/timescale_marks", {"symbol": "NOPE"}, "unknown_symbol"),
        ("/search", {"limit": "many"}, "limit"),
        ("/quotes", {}, "symbols"),
    ],
)
def test_what_is_refused_is_told_with_status_200(
    path: str, query: dict[str, str], text: str
) -> None:
    async def story(ask: Ask, _: AppContext) -> None:
        answer = await ask(path, **query)
        assert answer.status_code == 200
        body = answer.json()
        assert set(body) == {"s", "errmsg"}
        assert body["s"] == "error"
        assert text in body["errmsg"]

    talk(story)


def test_a_wrong_credential_and_an_unknown_address_are_json_too() -> None:
    async def story(ask: Ask, _: AppContext) -> None:
        assert (await ask("/config", token="wrong")).status_code == 401
        assert (await ask("/nothing")).status_code == 404

    talk(story)


def test_search_finds_in_capitals_and_answers_a_list() -> None:
    async def story(ask: Ask, _: AppContext) -> None:
        [found] = (await ask("/search", query="AAPL", type="", exchange="", limit=30)).json()
        assert found == {
            "symbol": "AAPL",
            "full_name": "NASDAQ:AAPL",
            "description": "Apple Inc.",
            "exchange": "NASDAQ",
            "ticker": "AAPL",
            "type": "stock",
        }
        assert (await ask("/search", query="NOTHING LIKE IT")).json() == []
        assert len((await ask("/search", query="", limit=2)).json()) == 2
        assert len((await ask("/search", query="", limit=10**9)).json()) == 5
        only = (await ask("/search", exchange="NYSE", type="stock")).json()
        assert [item["symbol"] for item in only] == ["IBM"]

    talk(story)


def test_symbol_info_has_a_column_per_member() -> None:
    async def story(ask: Ask, _: AppContext) -> None:
        table = (await ask("/symbol_info", group="NASDAQ")).json()
        assert table["symbol"] == ["AAPL", "FB", "GOOG", "MSFT"]
        columns = [value for value in table.values() if isinstance(value, list)]
        assert {len(column) for column in columns} == {4}
        for name in (
            "exchange-listed", "exchange-traded", "minmovement", "pricescale", "has-intraday",
            "session-regular", "supported-resolutions", "intraday-multipliers", "currency-code",
            "ticker", "timezone", "type", "description", "volume-precision",
        ):  # fmt: skip
            assert name in table
        assert (await ask("/symbol_info", group="NOWHERE")).json()["symbol"] == []

    talk(story)


def test_history_takes_the_short_names_of_long_resolutions() -> None:
    async def story(ask: Ask, _: AppContext) -> None:
        for short in "DWM":
            query = {"symbol": "AAPL", "to": NOW // 1000, "countback": 3}
            short_answer = (await ask("/history", resolution=short, **query)).json()
            assert short_answer == (await ask("/history", resolution=f"1{short}", **query)).json()
            assert short_answer["s"] == "ok"
            assert len(short_answer["t"]) == 3

    talk(story)


@pytest.mark.parametrize(("unit", "scale"), [("s", 1), ("ms", 1000)])
def test_the_unit_of_next_time_can_be_set(unit: str, scale: int) -> None:
    async def story(ask: Ask, _: AppContext) -> None:
        saturday = 1_795_219_200
        query = {"symbol": "AAPL", "resolution": "60", "from": saturday, "to": saturday + 3600}
        body = (await ask("/history", **query)).json()
        assert body == {"s": "no_data", "nextTime": 1_795_206_600 * scale}
        ended = await ask(
            "/history", symbol="AAPL", resolution="60", **{"from": -(9**15), "to": -5}
        )
        assert ended.json() == {"s": "no_data"}

    # Friday 2026-11-20 20:30 UTC is the last half hour before the weekend that is asked for
    async def later(ask: Ask, context: AppContext) -> None:
        clock = context.clock
        assert isinstance(clock, ManualClock)
        await clock.jump(2 * 86_400_000)
        await story(ask, context)

    talk(later, udf_next_time=unit)


def test_quotes_answer_under_the_name_that_was_asked_for() -> None:
    async def story(ask: Ask, _: AppContext) -> None:
        body = (await ask("/quotes", symbols="NASDAQ:AAPL,NOPE,MSFT")).json()
        assert body["s"] == "ok"
        assert [(item["s"], item["n"]) for item in body["d"]] == [
            ("ok", "NASDAQ:AAPL"),
            ("error", "NOPE"),
            ("ok", "MSFT"),
        ]
        assert body["d"][1]["v"] == {}
        values = body["d"][0]["v"]
        assert values["short_name"] == "AAPL"
        assert values["original_name"] == "NASDAQ:AAPL"
        assert values["spread"] == 0.01
        assert values["lp"] - values["prev_close_price"] == pytest.approx(values["ch"])
        assert {"chp", "ask", "bid", "open_price", "high_price", "low_price", "volume"} <= set(
            values
        )

    talk(story)


def test_time_is_a_bare_number_of_seconds() -> None:
    async def story(ask: Ask, _: AppContext) -> None:
        assert (await ask("/time")).text == str(NOW // 1000)

    talk(story)


def test_marks_show_the_callers_own_fills_and_nobody_elses() -> None:
    async def story(ask: Ask, context: AppContext) -> None:
        owner = context.auth.owner_token
        trader = context.auth.make_key("bot", ["market:read", "account:read", "orders:write"])
        reader = context.auth.make_key("chart", ["market:read"])
        for quantity in ("2", "3"):
            await buy(context, trader, quantity)
        query = {"symbol": "AAPL", "resolution": "60", "from": 0, "to": NOW // 1000}
        marks = (await ask("/marks", trader, **query)).json()
        assert {len(column) for column in marks.values()} == {2}
        history = (await ask("/history", **{**query, "to": NOW // 1000 + 1})).json()
        assert marks["time"] == [history["t"][-1]] * 2
        assert marks["label"] == ["B", "B"]
        assert marks["color"] == ["green", "green"]
        assert "bought 2 AAPL at" in marks["text"][0]
        [day] = (await ask("/timescale_marks", trader, **query)).json()
        assert day["time"] == NOW // 86_400_000 * 86_400
        assert [line.split(" AAPL")[0] for line in day["tooltip"][1:]] == ["bought 2", "bought 3"]
        for other in (owner, reader, None):
            assert (await ask("/marks", other, **query)).json()["id"] == []
            assert (await ask("/timescale_marks", other, **query)).json() == []
        none = {"symbol": "MSFT", "resolution": "60"}
        assert (await ask("/marks", trader, **none)).json()["id"] == []
        early = {**query, "to": NOW // 1000 - 86_400}
        assert (await ask("/marks", trader, **early)).json()["id"] == []
        accounts = [record.stream async for record in context.journal.read()]
        assert len(set(accounts)) == 1, "looking at a chart opens no account"

    talk(story, modules=["broker", "datafeed"])

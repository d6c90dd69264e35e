"""What is set for exchanges, what is refused, and how a start goes."""

import asyncio
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from tests.modules.datafeed.exchange_worlds import (
    SYMBOL,
    AppWorld,
    fake_binance,
    pressed_on,
)
from tests.modules.datafeed.test_exchange_mischief import NOW, check_history, play
from trading_api.app_factory import build_app
from trading_api.domain.exchanges import UnknownMarket
from trading_api.infra.ccxt_symbols import DECIMAL_PLACES, TICK_SIZE, described, symbol_name
from trading_api.shared.context import AppContext, OptionsError
from trading_api.shared.memory_market import MemoryMarketStore
from trading_api.testing.client import make_client
from trading_api.testing.clock import ManualClock


def start(options: dict[str, Any]) -> None:
    """Build an application with these options of the source."""
    context = AppContext.in_memory(clock=ManualClock(NOW))
    named = {"sources": ["ccxt"], "source_options": {"ccxt": options}}
    context.module_options = {"datafeed": named}
    build_app(context, ["datafeed"])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        pytest.param({}, "names no exchange", id="none"),
        pytest.param({"krakn": {"symbols": ["BTC/USD"]}}, "near are: .*kraken", id="unknown"),
        pytest.param({"kraken": {}}, "symbols", id="no symbols"),
        pytest.param({"kraken": {"symbols": []}}, "0 symbols are not 1 to 200", id="no symbol"),
        pytest.param(
            {"kraken": {"symbols": {"BTC/USD": "B", "ETH/USD": "B"}}}, "same name", id="one name"
        ),
        pytest.param({"kraken": {"symbols": ["BTC/USD"], "deph": True}}, "deph", id="misspelt"),
        pytest.param(
            {"kraken": {"symbols": ["BTC/USD"], "settings": {"apiKey": "k", "secret": "s"}}},
            "only public data is read; remove apiKey, secret",
            id="secrets",
        ),
    ],
)
def test_what_makes_no_sense_stops_the_start(options: dict[str, Any], text: str) -> None:
    with pytest.raises(OptionsError, match=text):
        start(options)


def test_without_the_extra_a_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ccxt", None)
    with pytest.raises(OptionsError, match=r"pip install 'trading_api\[ccxt\]'"):
        start({"kraken": {"symbols": ["BTC/USD"]}})


def test_what_is_not_asked_for_is_not_imported() -> None:
    code = (
        "import sys; from trading_api.app_factory import create_app; create_app();"
        "sys.exit(any(name in sys.modules for name in ('ccxt', 'aiohttp')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_a_market_that_the_exchange_does_not_have_stops_the_start() -> None:
    async def main() -> None:
        clock = ManualClock(NOW)
        async with fake_binance(clock) as fake:
            context = AppContext.in_memory(clock=clock)
            options = {"symbols": ["BTC/USDD"], "settings": fake.settings}
            named = {"sources": ["ccxt"], "source_options": {"ccxt": {"binance": options}}}
            context.module_options = {"datafeed": named}
            app, _ = build_app(context, ["datafeed"])
            async with make_client(app):
                pass

    with pytest.raises(UnknownMarket, match=r"no market BTC/USDD; near are: BTC/USDT"):
        asyncio.run(main())


def test_a_start_without_the_exchange_goes_on_with_what_is_stored() -> None:
    market = MemoryMarketStore()

    async def first(world: AppWorld) -> None:
        assert len(await world.bars(count_back=500)) == 500

    play(first, market=market)

    async def second(world: AppWorld) -> None:
        health = world.datafeed.health()
        assert health.status == "degraded"
        assert "binance is down: binance answers 418" in str(health.detail)
        assert world.datafeed.symbols() == [], "nobody has ever heard of it in this catalogue"
        world.fake.ban = None
        await pressed_on(world, lambda: SYMBOL in {i.symbol for i in world.datafeed.symbols()})
        await check_history(world)

    play(second, market=market, ban=(418, 1))


def test_what_was_fetched_is_not_fetched_again() -> None:
    market = MemoryMarketStore()

    async def first(world: AppWorld) -> None:
        assert len(await world.bars(count_back=3_000)) == 3_000
        asked = world.fake.asked.count("/api/v3/klines")
        assert len(await world.bars(count_back=3_000)) == 3_000
        # An hour in which every seventh minute is empty; and the time before the first bar.
        oldest = world.truth()[0].time
        hour: dict[str, Any] = {"from": oldest, "to": oldest + 3_600_000}
        for _ in range(2):
            assert await world.bars(to=oldest, count_back=10) == []
            found = await world.bars(**hour)
            assert found == world.truth()[: len(found)]
            assert 50 < len(found) < 54
        once = world.fake.asked.count("/api/v3/klines") - asked
        assert 0 < once < 5
        await world.bars(to=oldest, count_back=10)
        assert world.fake.asked.count("/api/v3/klines") == asked + once

    play(first, market=market)

    async def second(world: AppWorld) -> None:
        asked = world.fake.asked.count("/api/v3/klines")
        assert asked <= 3, "only what has ended since"
        assert len(await world.bars(count_back=3_000)) == 3_000
        assert world.fake.asked.count("/api/v3/klines") == asked

    play(second, market=market)


def market_of(**changed: Any) -> dict[str, Any]:
    return {
        "symbol": "BTC/USDT",
        "base": "BTC",
        "quote": "USDT",
        "precision": {"price": 0.01, "amount": 0.00001},
        "limits": {"amount": {"min": 0.000015, "max": 9000.0}},
        **changed,
    }


def test_steps_are_those_of_the_exchange_to_the_last_digit() -> None:
    info = described("BTC-USDT", "kraken", market_of(), TICK_SIZE, ("1",), has_depth=False)
    assert info.full_name == "KRAKEN:BTC-USDT"
    assert (info.tick_size, info.price_scale, info.min_move) == (Decimal("0.01"), 100, 1)
    assert info.quantity_step == info.lot_size == Decimal("0.00001")
    assert info.min_quantity == Decimal("0.00002"), "a whole number of steps"
    assert info.max_quantity == 9000
    tiny = market_of(precision={"price": 2.5e-9, "amount": 100.0}, limits={})
    info = described("SHIB-USDT", "kraken", tiny, TICK_SIZE, ("1",), has_depth=False)
    assert (info.tick_size, info.price_scale, info.min_move) == (Decimal("2.5E-9"), 10**10, 25)
    assert str(info.quantity_step) == "100"
    places = market_of(precision={"price": 2, "amount": 8})
    info = described("BTC-USDT", "kraken", places, DECIMAL_PLACES, ("1",), has_depth=False)
    assert (info.tick_size, info.quantity_step) == (Decimal("0.01"), Decimal("1E-8"))


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"precision": {"price": None}}, "no tick size"),
        ({"precision": {"price": 1e-15}}, "no tick size"),
        ({"contract": True, "linear": False}, "not a spot or linear market"),
        ({"contract": True, "linear": True, "contractSize": 0.1}, "not one unit"),
    ],
)
def test_a_market_that_cannot_be_traded_here_is_refused(changed: Any, text: str) -> None:
    with pytest.raises(UnknownMarket, match=text):
        described("X", "kraken", market_of(**changed), TICK_SIZE, ("1",), has_depth=False)


def test_names_fit_an_address() -> None:
    assert symbol_name("BTC/USDT") == "BTC-USDT"
    assert symbol_name("BTC/USDT:USDT-261225") == "BTC-USDT.USDT-261225"

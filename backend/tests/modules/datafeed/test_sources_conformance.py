"""Every source keeps the port's promises: ours, and a stranger's."""

import asyncio
from array import array
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.modules.datafeed.conftest import PACKS_FOUND
from tests.modules.datafeed.recordings import synthetic_recording, write_pack
from tests.modules.datafeed.test_datafeed_api import utc
from tests.modules.datafeed.test_series_packs import write_aapl, write_eurusd
from trading_api.app_factory import build_app
from trading_api.domain.market import Bar
from trading_api.domain.series import BUY, SELL, Columns, SeriesKey
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.sources.bitstamp import BTCUSD
from trading_api.modules.datafeed.sources.chosen import MEMBERS
from trading_api.modules.datafeed.sources.packs import pack_sources
from trading_api.modules.datafeed.sources.stocks import committed_source
from trading_api.modules.datafeed.sources.stored import StoredSource
from trading_api.modules.datafeed.sources.synthetic import synthetic_source
from trading_api.shared.context import AppContext, OptionsError
from trading_api.shared.memory import MemoryCatalogue
from trading_api.shared.memory_market import MemoryMarketStore
from trading_api.shared.sources import SourceContext, SourceFactory
from trading_api.testing.client import make_client
from trading_api.testing.clock import ManualClock
from trading_api.testing.suites.sources import OpenedSource, SourceSuite
from watchlist_module.pendulum import pendulum

NOW = utc("2026-11-20T15:58:30.500")


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs")
    write_pack(folder, *synthetic_recording())
    write_aapl(folder)
    write_eurusd(folder)
    return folder


class TestCommitted(SourceSuite):
    def opened(self) -> OpenedSource:
        clock = ManualClock(NOW)
        return OpenedSource(committed_source(clock, ["AAPL", "IBM"]), clock)


class TestSynthetic(SourceSuite):
    def opened(self) -> OpenedSource:
        clock = ManualClock(NOW)
        return OpenedSource(synthetic_source(clock, 3), clock)


class TestSyntheticAtTheOpening(SourceSuite):
    """The pre-market ends and the session begins while the suite listens."""

    moment = utc("2026-11-20T14:28:30.500")

    def opened(self) -> OpenedSource:
        clock = ManualClock(self.moment)
        return OpenedSource(synthetic_source(clock, 3), clock)


class TestSyntheticAtTheClose(TestSyntheticAtTheOpening):
    """The session ends and the post-market begins."""

    moment = utc("2026-11-20T20:58:30.500")


class Packs(SourceSuite):
    symbol: str

    @pytest.fixture(autouse=True)
    def _folder(self, packs: Path) -> None:
        self.folder = packs

    def opened(self) -> OpenedSource:
        clock = ManualClock(NOW)
        [source] = pack_sources(clock, self.folder, [self.symbol])
        return OpenedSource(source, clock)


class TestBitcoin(Packs):
    symbol = "BTCUSD"


class TestAppleByTheMinute(Packs):
    symbol = "AAPL.M"


class TestEuro(Packs):
    symbol = "EURUSD"


@pytest.mark.skipif(PACKS_FOUND is None, reason="the data packs were not fetched")
class TestRealBitcoin(Packs):
    symbol = "BTCUSD"

    @pytest.fixture(autouse=True)
    def _folder(self) -> None:
        assert PACKS_FOUND is not None
        self.folder = PACKS_FOUND


class TestStranger(SourceSuite):
    def opened(self) -> OpenedSource:
        clock = ManualClock(NOW)
        return OpenedSource(pendulum(SourceContext(clock=clock)), clock)


class Stored(SourceSuite):
    """History alone, of a series that was imported."""

    is_live = False
    key: SeriesKey

    def opened(self) -> OpenedSource:
        clock, store, catalogue = ManualClock(NOW), MemoryMarketStore(), MemoryCatalogue([BTCUSD])
        store.save(self.key, self.rows([NOW - 600_000 * n for n in range(3_000, 0, -1)]))
        source = StoredSource(clock, store, catalogue)
        source.refresh()
        return OpenedSource(source, clock)

    def rows(self, times: list[int]) -> Columns:
        """Something for each of some times, oldest first."""
        prices = [100.0 + time // 600_000 % 41 for time in times]
        if self.key.kind == "trades":
            twice = [time for time in times for _ in range(2)]
            both = [price for price in prices for _ in range(2)]
            fields = (both, [0.5] * len(twice), [BUY, SELL] * len(times))
            return Columns(array("q", twice), tuple(array("d", field) for field in fields))
        return Columns.of_bars(
            [
                Bar(time - time % 60_000, price, price + 2, price - 1, price + 1, 3.0)
                for time, price in zip(times, prices, strict=True)
            ]
        )


class TestStoredBars(Stored):
    key = SeriesKey("BTCUSD", "bars", "1")


class TestStoredTrades(Stored):
    key = SeriesKey("BTCUSD", "trades")


def start(options: dict[str, Any]) -> dict[str, float | None]:
    """The last prices of a datafeed with these options, by symbol."""
    found: dict[str, float | None] = {}

    async def main() -> None:
        context = AppContext.in_memory(clock=ManualClock(NOW))
        context.module_options = {"datafeed": options}
        app, _ = build_app(context, ["datafeed"])
        async with make_client(app) as client:
            items = (await client.get("/api/v1/datafeed/symbols")).json()["items"]
            names = ",".join(item["symbol"] for item in items)
            answer = await client.get("/api/v1/datafeed/quotes", params={"symbols": names})
            found.update((item["symbol"], item["last"]) for item in answer.json()["items"])

    asyncio.run(main())
    return found


def test_a_strangers_source_is_served_when_it_is_named() -> None:
    assert "PENDULUM" not in start({})
    served = start({"sources": ["pendulum", "synthetic"]})
    assert {"PENDULUM", "SIMSHARE", "SIMCOIN", "AAPL"} <= set(served)


def test_a_source_gets_its_own_options() -> None:
    options = {"sources": ["pendulum"], "source_options": {"pendulum": {"swing": 1}}}
    only = {"symbols": ["PENDULUM"]}
    assert set(start({**options, **only})) == {"PENDULUM"}
    first, second = (
        start({"sources": ["synthetic"], "source_options": {"synthetic": {"seed": seed}}})
        for seed in (1, 2)
    )
    assert first["SIMCOIN"] != second["SIMCOIN"]
    assert first["AAPL"] == second["AAPL"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"sources": ["nonsense"]}, "'nonsense' is not known; known are: .*pendulum, .*synthetic"),
        ({"source_options": {"synthetic": {}}}, "sources does not name 'synthetic'"),
        (
            {"sources": ["synthetic"], "source_options": {"synthetic": {"sed": 1}}},
            "source_options.synthetic",
        ),
        ({"sources": ["synthetic"], "symbols": ["NOPE"]}, "'NOPE' is not known"),
    ],
)
def test_a_source_that_cannot_be_had_stops_the_start(options: dict[str, Any], text: str) -> None:
    with pytest.raises(OptionsError, match=text):
        start(options)


def test_what_is_no_source_stops_the_start_with_what_it_lacks() -> None:
    half = SimpleNamespace(**dict.fromkeys(set(MEMBERS) - {"depth"}))
    for made, lacks in ((half, "depth"), ([half], "depth"), (5, "name, symbols, is_open, .*bars")):
        context = AppContext.in_memory(clock=ManualClock(NOW))
        context.offered_sources = {"odd": partial(_giving, made)}
        context.module_options = {"datafeed": {"sources": ["odd"]}}
        with pytest.raises(OptionsError, match=f"what 'odd' makes is no source, it has no {lacks}"):
            DatafeedService(context)


def _giving(made: Any) -> SourceFactory:
    return lambda _: made

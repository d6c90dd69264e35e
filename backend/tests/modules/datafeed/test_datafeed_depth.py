"""Depth: one function of wall time, told whole, its best prices those of the quote."""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.modules.datafeed.recordings import OrderRow, write_pack
from tests.modules.datafeed.test_datafeed_api import Ask, get, with_client
from tests.modules.datafeed.test_datafeed_service import Server, run
from tests.modules.datafeed.test_datafeed_ws import Talk, talk
from trading_api.domain.depth import Ladder, checksum
from trading_api.domain.market import BookChange, Depth, TopOfBook
from trading_api.domain.ports import MarketEvent
from trading_api.domain.sessions import epoch_ms
from trading_api.modules.datafeed.depth import INTERVAL_MS
from trading_api.modules.datafeed.sources.bitstamp import BTCUSD, LENGTH_MS, read_tape
from trading_api.modules.datafeed.sources.packs import BTCUSD_PACK, TAPE_FILE, load_tape
from trading_api.modules.datafeed.sources.replay import ANCHOR_MS
from trading_api.modules.datafeed.sources.tape import TapeTimeline

TICK, STEP = BTCUSD.tick_size, BTCUSD.quantity_step
CYCLE = ANCHOR_MS + 5000 * LENGTH_MS


def utc(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.fixture(scope="module")
def btcusd(packs_dir: Path) -> TapeTimeline:
    folder = packs_dir / BTCUSD_PACK
    tape = load_tape(folder / "orders.csv.gz", folder / "trades.csv", packs_dir / TAPE_FILE)
    return TapeTimeline(BTCUSD, tape, LENGTH_MS)


def standing(timeline: TapeTimeline, until_ms: int) -> Ladder:
    ladder = Ladder("BTCUSD", TICK, STEP)
    if (change := timeline.depth(until_ms)) is not None:
        ladder.apply(change)
    return ladder


def streamed(timeline: TapeTimeline, since: int, until: int) -> Iterator[MarketEvent]:
    for time, events in timeline.moments(since):
        if time >= until:
            return
        yield from events


@pytest.mark.parametrize(
    ("since", "length"),
    [
        pytest.param(CYCLE - 60_000, 130_000, id="over the end of the recording"),
        pytest.param(CYCLE + 777_123, 200_001, id="in the middle"),
        pytest.param(ANCHOR_MS - 5000, 60_000, id="from before the anchor"),
    ],
)
def test_streamed_changes_lead_to_the_ladder_of_any_instant(
    btcusd: TapeTimeline, since: int, length: int
) -> None:
    chance = random.Random(since)
    ladder = standing(btcusd, since + 1)
    begin = since
    for until in sorted(chance.randrange(since, since + length) for _ in range(40)):
        for event in streamed(btcusd, begin, until):
            if isinstance(event, BookChange):
                ladder.apply(event)
        begin = max(begin, until - 1)
        assert ladder.depth(50) == standing(btcusd, max(until, since + 1)).depth(50)


def test_the_best_levels_are_the_quote_at_every_instant(btcusd: TapeTimeline) -> None:
    since = CYCLE - 30_000
    ladder, top = standing(btcusd, since + 1), btcusd.top(since + 1)
    for _, events in btcusd.moments(since):
        for event in events:
            if isinstance(event, BookChange):
                ladder.apply(event)
            elif isinstance(event, TopOfBook):
                top = event
        best = ladder.depth(5)
        assert top is not None
        assert best.bids[0] == (top.bid, top.bid_size)
        assert best.asks[0] == (top.ask, top.ask_size)
        assert best.bids[0][0] < best.asks[0][0]
        assert [level for level, _ in best.bids] == sorted((p for p, _ in best.bids), reverse=True)
        assert [level for level, _ in best.asks] == sorted(p for p, _ in best.asks)
        if best.time > CYCLE + 60_000:
            return


def test_levels_that_others_push_out_come_back(tmp_path: Path) -> None:
    deep: list[OrderRow] = [
        (0, number, 100.0 - number, 1.0, "created", "bid") for number in range(1, 61)
    ]
    orders: list[OrderRow] = [
        *deep,
        (0, 100, 101.0, 2.0, "created", "ask"),
        (1000, 200, 99.5, 0.25, "created", "bid"),
        (2000, 60, 40.0, 0.75, "changed", "bid"),
        (3000, 200, 99.5, 0.25, "deleted", "bid"),
    ]
    pack = write_pack(tmp_path, orders, [])
    tape = read_tape(pack / "orders.csv.gz", pack / "trades.csv")
    timeline = TapeTimeline(BTCUSD, tape, LENGTH_MS)
    prices = [
        [price for price, _ in standing(timeline, ANCHOR_MS + at).depth(50).bids]
        for at in (1, 1001, 3001)
    ]
    assert prices[0] == prices[2] == [100.0 - number for number in range(1, 51)]
    assert prices[1] == [99.5, *prices[0][:-1]]
    assert 2000 not in tape.levels.offset, "what nobody sees is not told"


def test_ladders_are_told_whole_and_seldom_enough(packs_dir: Path) -> None:
    server = Server("2026-11-20T16:00:00", packs_dir)
    for_all: dict[int, list[Depth]] = {levels: [] for levels in (5, 10, 25, 50)}
    quotes: list[tuple[Any, Any]] = []

    def hear(message: Any) -> None:
        depth: Depth = message.value
        levels = int(message.topic.removeprefix("depth:BTCUSD:"))
        for_all[levels].append(depth)
        assert server.clock.now_ms() % INTERVAL_MS == 0
        assert server.service.depth("BTCUSD", levels) == depth
        quote = server.service.quote("BTCUSD")
        quotes.append(((quote.bid, quote.bid_size), (quote.ask, quote.ask_size)))
        assert quotes[-1] == (depth.bids[0], depth.asks[0])

    server.context.bus.subscribe("depth", hear)

    async def story() -> None:
        await server.clock.advance(20_000)

    run(server, story)
    for levels, told in for_all.items():
        assert 2 < len(told) <= 20_000 // INTERVAL_MS
        assert all(max(len(depth.bids), len(depth.asks)) <= levels for depth in told)
        assert all(a.bids != b.bids or a.asks != b.asks for a, b in pairwise(told))
        assert all(checksum(depth, TICK, STEP) == depth.checksum for depth in told)


def test_other_modules_read_the_ladder_of_the_quote_that_they_hear(packs_dir: Path) -> None:
    server = Server("2026-11-20T16:00:00", packs_dir)
    heard = []

    def hear(message: Any) -> None:
        assert server.context.depth is not None
        depth = server.context.depth.depth("BTCUSD", 50)
        if message.value.symbol == "BTCUSD":
            assert depth is not None
            assert (message.value.bid, message.value.bid_size) == depth.bids[0]
            heard.append(depth)
        assert server.context.depth.depth("AAPL", 5) is None

    server.context.bus.subscribe("quotes", hear)

    async def story() -> None:
        await server.clock.advance(20_000)

    run(server, story)
    assert len(heard) > 3


def test_the_ladder_over_rest(packs_dir: Path) -> None:
    async def story(ask: Ask) -> None:
        quote = (await ask("/quotes", symbols="BTCUSD")).json()["items"][0]
        for levels in (5, 10, 25, 50):
            body = (await ask("/depth", symbol="BITSTAMP:BTCUSD", levels=levels)).json()
            [depth] = body["items"]
            assert list(depth) == ["symbol", "time", "bids", "asks", "checksum"]
            assert depth["symbol"] == "BTCUSD"
            assert 1 <= len(depth["bids"]) <= levels
            assert depth["bids"][0] == [quote["bid"], quote["bid_size"]]
            assert depth["asks"][0] == [quote["ask"], quote["ask_size"]]
        default = (await ask("/depth", symbol="BTCUSD")).json()
        assert default == (await ask("/depth", symbol="BTCUSD", levels=10)).json()
        assert (await ask("/symbols/BTCUSD")).json()["has_depth"] is True

    with_client(story, packs_dir)


@pytest.mark.parametrize(
    ("query", "status", "code", "text"),
    [
        ({"symbol": "AAPL"}, 404, "not_found", "AAPL has no depth"),
        ({"symbol": "NOPE"}, 404, "unknown_symbol", "NOPE"),
        ({"symbol": "AAPL", "levels": "7"}, 422, "invalid_payload", "levels 7"),
        ({"symbol": "AAPL", "levels": "-1"}, 422, "invalid_payload", "levels -1"),
        ({}, 422, "invalid_payload", "symbol"),
    ],
)
def test_a_ladder_that_there_is_not_is_refused(
    query: dict[str, Any], status: int, code: str, text: str
) -> None:
    answer = get("/depth", **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert text in answer.text


def test_the_ladder_over_the_socket(packs_dir: Path) -> None:
    async def story(talk: Talk) -> None:
        answer = await talk.ask("depth.subscribe", symbol="BTCUSD", levels=5)
        [subscription] = answer["subscriptions"]
        assert subscription["topic"] == "depth:BTCUSD:5"
        assert subscription["snapshot"]["bids"][0][0] < subscription["snapshot"]["asks"][0][0]
        await talk.clock.advance(20_000)
        update = await talk.next()
        assert (update["type"], update["topic"]) == ("depth.update", "depth:BTCUSD:5")
        assert update["seq"] == subscription["seq"] + 1
        depth = msgspec.convert(update["payload"], Depth)
        assert checksum(depth, TICK, STEP) == depth.checksum

    talk(story, packs_dir)


@pytest.mark.parametrize(
    ("payload", "code", "text"),
    [
        ({"symbol": "AAPL", "levels": 5}, "not_found", "AAPL has no depth"),
        ({"symbol": "NOPE", "levels": 5}, "unknown_symbol", "NOPE"),
        ({"symbol": "AAPL", "levels": 7}, "invalid_payload", "levels"),
        ({"symbol": "AAPL"}, "invalid_payload", "levels"),
    ],
)
def test_a_ladder_that_there_is_not_cannot_be_subscribed_to(
    payload: dict[str, Any], code: str, text: str
) -> None:
    async def story(talk: Talk) -> None:
        error = await talk.ask("depth.subscribe", **payload)
        assert error["code"] == code
        assert text in error["message"]

    talk(story)


def test_an_interruption_is_told_to_those_who_hold_a_ladder(packs_dir: Path) -> None:
    async def story(talk: Talk) -> None:
        await talk.ask("depth.subscribe", symbol="BTCUSD", levels=10)
        await talk.clock.jump(3_600_000)
        while (frame := await asyncio.wait_for(talk.next(), 10))["type"] != "system.notice":
            pass
        assert (frame["payload"]["code"], frame["payload"]["topic"]) == ("gap", "depth:BTCUSD:10")
        assert (await talk.next())["type"] == "depth.update"

    talk(story, packs_dir)


def test_trades_of_a_range_of_time_are_paged(packs_dir: Path) -> None:
    async def story(ask: Ask) -> None:
        for symbol, since, until in (
            ("AAPL", utc("2026-11-20T15:00"), utc("2026-11-20T15:00:40")),
            ("BTCUSD", utc("2026-11-20T14:20"), utc("2026-11-20T15:40")),
        ):
            bounds: dict[str, Any] = {"symbol": symbol, "from": since, "to": until}
            pages, cursor = [], None
            while True:
                page: dict[str, Any] = {"cursor": cursor} if cursor else {}
                body = (await ask("/trades", **bounds, **page, limit=17)).json()
                pages.append(body["items"])
                if (cursor := body["next_cursor"]) is None:
                    break
            found = [trade for page_items in pages for trade in page_items]
            assert len(pages) > 2
            assert len({trade["id"] for trade in found}) == len(found)
            assert all(since <= trade["time"] < until for trade in found)
            whole = (await ask("/trades", symbol=symbol, limit=1000, to=until)).json()["items"]
            assert found == [trade for trade in whole if trade["time"] >= since][: len(found)]
            newest = (await ask("/trades", symbol=symbol, limit=1, to=since)).json()["items"]
            assert newest[0]["time"] < since
            nothing = await ask("/trades", symbol=symbol, **{"from": since, "to": since})
            assert nothing.json() == {"items": [], "next_cursor": None}

    with_client(story, packs_dir)

"""What an exchange does not stream is asked for; what is not wanted is not followed."""

from tests.modules.datafeed.exchange_worlds import SYMBOL, AppWorld, pressed_on
from tests.modules.datafeed.test_exchange_mischief import check_history, play
from trading_api.domain.market import TopOfBook
from trading_api.infra.ccxt_rows import Rows
from trading_api.infra.ccxt_symbols import TICK_SIZE, described


def test_without_depth_the_best_prices_are_followed() -> None:
    async def story(world: AppWorld) -> None:
        [info] = (await world.get("/datafeed/symbols"))["items"]
        assert info["has_depth"] is False
        await world.fake.subscribed("btcusdt@bookTicker", "btcusdt@aggTrade")
        await world.clock.advance(7)
        world.fake.set_book({5_999_500: 70}, {6_000_500: 80})
        await world.until(lambda: world.datafeed.quote(SYMBOL).bid == 59_995.0)
        quote = world.datafeed.quote(SYMBOL)
        assert (quote.ask, quote.bid_size, quote.ask_size) == (60_005.0, 0.0007, 0.0008)
        assert await world.order() == (201, "filled")
        answer = await world.client.get("/api/v1/datafeed/depth", params={"symbol": SYMBOL})
        assert answer.json()["code"] == "not_found"
        assert "/api/v3/depth" not in world.fake.asked

    play(story, depth=False)


def test_an_exchange_without_streams_is_asked_again_and_again() -> None:
    async def story(world: AppWorld) -> None:
        assert await world.order() == (201, "filled")
        await world.clock.advance(7)
        world.fake.trade(6_000_000, 10)
        world.fake.set_book({5_999_500: 70}, {6_000_500: 80})
        await pressed_on(world, lambda: world.datafeed.quote(SYMBOL).last == 60_000.0, 1)
        await pressed_on(world, lambda: world.datafeed.quote(SYMBOL).bid == 59_995.0, 1)
        asked = world.fake.asked.count("/api/v3/aggTrades")
        await world.until(lambda: world.fake.asked.count("/api/v3/aggTrades") > asked + 1)
        assert len(world.told("trades")) == 1, "once, however often it is answered"
        await check_history(world)

    play(story, has={"watchTrades": False, "watchOrderBook": False})


def test_trades_without_a_name_keep_the_one_that_they_are_given() -> None:
    market = {
        "symbol": "A/B", "base": "A", "quote": "B", "precision": {"price": 1, "amount": 1}
    }  # fmt: skip
    rows = Rows(described("A-B", "lab", market, TICK_SIZE, ("1",), has_depth=False))
    first = {"timestamp": 5, "price": 2.0, "amount": 3.0, "side": "buy", "id": None}
    once, twice = rows.polled_trades([first]), rows.polled_trades([first, dict(first)])
    assert twice[:1] == once
    assert len({trade.id for trade in twice}) == 2
    assert len(rows.fresh_trades([first])) == 1
    assert rows.fresh_trades([first]) == []
    assert rows.top({"bid": 3.0, "ask": 2.0}) == ()
    assert rows.top({"bid": 1.0, "ask": None}) == (TopOfBook("A-B", 0, 1.0, None),)

"""The same bars have the same ETag, and are not sent again to whoever has them."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.modules.datafeed.test_datafeed_api import BASE, NOW
from trading_api.app_factory import build_app
from trading_api.shared.context import AppContext
from trading_api.testing.client import make_client
from trading_api.testing.clock import ManualClock

HOUR = 3_600_000
Ask = Callable[[str, str], Awaitable[httpx.Response]]

on_both_faces = pytest.mark.parametrize(
    ("path", "unit"), [("/bars", 1), ("/udf/history", 1000)], ids=["native", "udf"]
)


def with_client(story: Callable[[Ask, ManualClock], Awaitable[None]]) -> None:
    async def main() -> None:
        clock = ManualClock(NOW)
        app, _ = build_app(AppContext.in_memory(clock=clock), ["datafeed"])
        async with make_client(app) as client:

            async def ask(address: str, known: str = "") -> httpx.Response:
                headers = {"If-None-Match": known} if known else {}
                return await client.get(BASE + address, headers=headers)

            await story(ask, clock)

    asyncio.run(main())


def history(path: str, unit: int, since: int, until: int) -> str:
    span = f"from={since // unit}&to={until // unit}"
    return f"{path}?symbol=AAPL&resolution=1&{span}"


@on_both_faces
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_bars_that_are_known_are_not_sent_again(path: str, unit: int, form: str) -> None:
    address = history(path, unit, NOW - 24 * HOUR, NOW - 20 * HOUR)

    async def story(ask: Ask, clock: ManualClock) -> None:
        first = await ask(address, "")
        assert first.status_code == 200
        assert len(first.content) > 1000
        tag = first.headers["ETag"]
        await clock.advance(60_000)
        again = await ask(address, form.format(tag))
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        assert again.headers["Cache-Control"] == "private, no-cache"
        other = await ask(address, '"other"')
        assert (other.status_code, other.content) == (200, first.content)

    with_client(story)


@on_both_faces
def test_the_open_bar_is_sent_anew_when_it_has_changed(path: str, unit: int) -> None:
    address = history(path, unit, NOW - HOUR, NOW + HOUR)

    async def story(ask: Ask, clock: ManualClock) -> None:
        first = await ask(address, "")
        await clock.advance(60_000)
        again = await ask(address, first.headers["ETag"])
        assert again.status_code == 200
        assert again.headers["ETag"] != first.headers["ETag"]
        assert again.content != first.content

    with_client(story)


@on_both_faces
def test_what_is_refused_has_no_tag(path: str, unit: int) -> None:
    address = history(path, unit, NOW - HOUR, NOW).replace("AAPL", "NOTHING")

    async def story(ask: Ask, _: ManualClock) -> None:
        refused = await ask(address, "*")
        assert refused.status_code == (404 if unit == 1 else 200)
        assert "ETag" not in refused.headers
        assert "unknown_symbol" in refused.text

    with_client(story)

"""Any question about history is answered with the part of the whole that it asks for."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.modules.datafeed.recordings import synthetic_recording, write_pack
from tests.modules.datafeed.test_data_conformance import (
    DAY,
    IMPORTED,
    LEFT_EDGE,
    Face,
    Page,
    Row,
    import_minutes,
)
from tests.modules.datafeed.test_datafeed_api import NOW
from trading_api.app_factory import build_app
from trading_api.shared.context import AppContext
from trading_api.testing.client import make_client
from trading_api.testing.clock import ManualClock

MOST = 20_000
SYMBOLS = ("AAPL", "BTCUSD", IMPORTED, "SIMSHARE")
RESOLUTIONS = ("1", "5", "60", "240", "1D", "1W", "1M")
BEFORE_MS = (0, 1_000, 90_000, 3_600_000, DAY, 9 * DAY, 40 * DAY, 400 * DAY, 7 * 366 * DAY)


class Library:
    """Both faces of one server, and the whole history of what was asked for once."""

    def __init__(self, packs: Path) -> None:
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._wholes: dict[tuple[str, str], list[Row]] = {}
        self.faces = self._runner.run(self._open(packs))

    async def _open(self, packs: Path) -> list[Face]:
        context = AppContext.in_memory(clock=ManualClock(NOW))
        context.packs_dir = packs
        context.module_options = {"datafeed": {"sources": ["synthetic"]}}
        import_minutes(context)
        app, _ = build_app(context, ["datafeed"])
        client = await self._stack.enter_async_context(make_client(app))
        return [Face(client, False), Face(client, True)]

    def ask(
        self, face: Face, symbol: str, resolution: str, since: int | None, until: int, count: int
    ) -> Page:
        asked = face.history(symbol, resolution, since, until, count or None)
        return self._runner.run(asked)

    def whole(self, symbol: str, resolution: str) -> list[Row]:
        key = (symbol, resolution)
        if key not in self._wholes:
            page = self.ask(self.faces[0], symbol, resolution, None, NOW + DAY, MOST)
            self._wholes[key] = page.rows
        return self._wholes[key]

    def close(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    packs = tmp_path_factory.mktemp("packs")
    write_pack(packs, *synthetic_recording())
    opened = Library(packs)
    yield opened
    opened.close()


@contextmanager
def _told(*question: object) -> Iterator[None]:
    try:
        yield
    except AssertionError as error:
        error.add_note(f"asked: {question}")
        raise


instants = st.builds(
    lambda before, seconds: NOW // 1000 * 1000 - before + seconds * 1000,
    st.sampled_from(BEFORE_MS),
    st.integers(-200_000, 200_000),
)
questions = st.tuples(
    st.sampled_from(SYMBOLS),
    st.sampled_from(RESOLUTIONS),
    st.one_of(st.none(), instants),
    instants,
    st.one_of(st.just(0), st.integers(1, 900)),
)
Question = tuple[str, str, int | None, int, int]


def check(library: Library, question: Question) -> None:
    """Compare both faces with what the whole history says."""
    symbol, resolution, since, until, count = question
    whole = library.whole(symbol, resolution)
    edge = whole[0][0] if len(whole) >= MOST else LEFT_EDGE - 400 * DAY
    if min(until, since or until) < edge or (since is None and not count and len(whole) >= MOST):
        return  # older than what the whole has
    begin = edge if since is None or count else since
    expected = [row for row in whole if begin <= row[0] < until]
    if count:
        if len(expected) < count and len(whole) >= MOST:
            return
        expected = expected[-count:]
    bound = until if count or since is None else min(since, until)
    earlier = [row[0] for row in whole if row[0] < bound]
    following = earlier[-1] if earlier and not expected else None
    for face in library.faces:
        page = library.ask(face, symbol, resolution, since, until, count)
        with _told(question):
            assert page.rows == expected
            if expected or earlier:
                assert page.next_ms == following
            elif len(whole) < MOST:
                assert page.next_ms is None, "history has ended"


_slow = [HealthCheck.too_slow]


@settings(derandomize=True, max_examples=150, deadline=None, suppress_health_check=_slow)
@given(questions)
def test_any_question_is_answered_with_its_part_of_the_whole(
    library: Library, question: Question
) -> None:
    check(library, question)


@pytest.mark.soak
@settings(max_examples=5_000, deadline=None, suppress_health_check=_slow)
@given(questions)
def test_very_many_questions_are_answered_with_their_part_of_the_whole(
    library: Library, question: Question
) -> None:
    check(library, question)

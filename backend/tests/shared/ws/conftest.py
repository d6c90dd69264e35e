"""The server of the RFC 6455 tests."""

import asyncio
from collections.abc import Iterator

import pytest
import uvloop

from tests.shared.ws import prices
from tests.shared.ws.twins import TWINS
from tests.shared.ws.wire import Wire

WITH_BOTH_TWINS = ("test_ws_flow", "test_ws_resume", "test_ws_subscriptions", "test_ws_direct")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what depends on how frames are written with both twins of the fan-out."""
    if metafunc.module.__name__.endswith(WITH_BOTH_TWINS):
        metafunc.parametrize("each_twin", TWINS, indirect=True)


@pytest.fixture(autouse=True)
def each_twin(request: pytest.FixtureRequest) -> Iterator[None]:
    prices.twin = getattr(request, "param", None)
    yield
    prices.twin = None


@pytest.fixture(scope="module")
def wire_of_module() -> Iterator[Wire]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        wire = Wire(runner)
        wire.open()
        yield wire
        wire.close()


@pytest.fixture
def wire(wire_of_module: Wire, caplog: pytest.LogCaptureFixture) -> Iterator[Wire]:
    """The file's server; nothing may have been logged as an error or with a traceback."""
    yield wire_of_module
    for record in caplog.get_records("call"):
        assert record.levelname not in ("ERROR", "CRITICAL"), record.getMessage()
        assert record.exc_info is None, record.getMessage()

"""Schemathesis over the broker's addresses: whatever it makes up is answered as documented."""

from collections.abc import Iterator

import pytest
from schemathesis.generation import GenerationMode

from tests.contracts.made_up import Stage, play


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    made = Stage("broker")
    yield made
    made.close()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_that_is_made_up_is_answered_badly(stage: Stage, mode: GenerationMode) -> None:
    play(stage, mode, 15)


@pytest.mark.soak
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_much_that_is_made_up_is_answered_well(stage: Stage, mode: GenerationMode) -> None:
    play(stage, mode, 1_000)

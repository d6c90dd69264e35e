"""Schemathesis over the datafeed's addresses: whatever it makes up is answered as documented."""

from collections.abc import Iterator

import pytest
from schemathesis.generation import GenerationMode

from tests.contracts.made_up import Stage, play
from tests.modules.datafeed.recordings import synthetic_recording, write_pack


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    packs = tmp_path_factory.mktemp("packs")
    write_pack(packs, *synthetic_recording())
    made = Stage("datafeed", packs)
    yield made
    made.close()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_that_is_made_up_is_answered_badly(stage: Stage, mode: GenerationMode) -> None:
    play(stage, mode, 15)


@pytest.mark.soak
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_much_that_is_made_up_is_answered_well(stage: Stage, mode: GenerationMode) -> None:
    play(stage, mode, 1_000)

"""Fixtures that every folder of tests shares."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY

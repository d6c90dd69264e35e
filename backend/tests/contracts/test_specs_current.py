"""The committed documents are what the code would write."""

from pathlib import Path

import pytest

from trading_api.cli import spec_documents

NAMES = ["openapi.json", "broker.asyncapi.json", "datafeed.asyncapi.json"]


def test_there_is_one_document_per_face() -> None:
    assert sorted(spec_documents()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_committed_document_is_current(name: str, repository: Path) -> None:
    committed = (repository / "backend/specs" / name).read_text(encoding="utf-8")
    assert committed == spec_documents()[name], "run `make specs` and commit what it writes"

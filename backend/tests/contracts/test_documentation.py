"""The documents say what the code does: tables, examples, links."""

import re
from itertools import chain
from pathlib import Path

import pytest

from trading_api import __version__
from trading_api.app_factory import create_app
from trading_api.domain.errors import CODES
from trading_api.settings import PREFIX, Settings

TABLE_CELL = re.compile(r"^\| `([^`]+)`", re.MULTILINE)
CODE_BLOCK = re.compile(r"^`([\w./-]+\.py)`:?\n\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
SOURCE_FILE = re.compile(r"`((?:domain|shared|infra|modules|testing)/[\w/.]+\.py)`")
METRIC = re.compile(r"`(trading_\w+)`")
LINK = re.compile(r"\]\(([^)#]+?)(?:#[^)]*)?\)")


def pages(repository: Path) -> list[Path]:
    return [
        *repository.glob("*.md"),
        *repository.glob("docs/**/*.md"),
        repository / "bench/README.md",
    ]


def test_every_error_code_has_its_row(repository: Path) -> None:
    text = (repository / "docs/errors.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", text, re.MULTILINE))
    assert rows == {code: str(entry.status) for code, entry in CODES.items()}
    retryable = set(re.findall(r"^\| `(\w+)` \| \d+ \| yes", text, re.MULTILINE))
    assert retryable == {code for code, entry in CODES.items() if entry.retryable}


def test_every_setting_has_its_row(repository: Path) -> None:
    text = (repository / "docs/settings.md").read_text()
    documented = {name for name in TABLE_CELL.findall(text) if name.isupper()}
    assert documented == {name.upper() for name in Settings.model_fields} - {"MODULES"}
    assert PREFIX in text


def test_every_default_is_told(repository: Path) -> None:
    text = (repository / "docs/settings.md").read_text()
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, int | float) and not isinstance(field.default, bool):
            assert f"| `{name.upper()}` | {field.default:.10g} |" in text


def test_the_example_module_is_the_one_that_is_tested(repository: Path) -> None:
    text = (repository / "docs/writing-a-module.md").read_text()
    shown = dict(CODE_BLOCK.findall(text))
    folder = repository / "backend/tests/plugin/src"
    assert len(shown) == 4
    for name, code in shown.items():
        assert code == (folder / name).read_text(), name


def test_the_other_examples_are_those_that_are_tested(repository: Path) -> None:
    pages = [repository / "docs" / name for name in ("replay.md", "sources.md")]
    shown = dict(chain.from_iterable(CODE_BLOCK.findall(page.read_text()) for page in pages))
    for name, code in shown.items():
        assert code == (repository / "backend/tests/examples" / name).read_text()
    assert [*shown] == ["replay_bot.py", "test_pendulum.py"]


def test_no_link_inside_the_repository_is_broken(repository: Path) -> None:
    for page in pages(repository):
        for target in LINK.findall(page.read_text()):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_files_that_the_documents_name_exist(repository: Path) -> None:
    source = repository / "backend/src/trading_api"
    for page in (repository / "docs/architecture.md", repository / "docs/testing.md"):
        for name in re.findall(
            r"`((?:domain|shared|infra|modules|testing)/[\w/.]+\.py)`", page.read_text()
        ):
            assert (source / name).exists(), f"{page.name} names {name}"


def test_the_changelog_begins_with_this_version(repository: Path) -> None:
    versions = re.findall(r"^## \[(\d[^\]]*)\]", (repository / "CHANGELOG.md").read_text(), re.M)
    assert versions[0] == __version__


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "NOTICE", "SECURITY.md"])
def test_what_a_repository_needs_is_there(name: str, repository: Path) -> None:
    assert (repository / name).stat().st_size > 500


def test_every_metric_has_its_row(repository: Path) -> None:
    documented = set(METRIC.findall((repository / "docs/operation.md").read_text()))
    app, _ = create_app()
    families = list(app.state.context.metrics.collect())
    counters = {family.name for family in families if family.type == "counter"}
    named = {family.name + "_total" * (family.name in counters) for family in families}
    assert documented == named

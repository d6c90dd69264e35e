"""Runs commands inside the test's process."""

from pathlib import Path

from typer.testing import CliRunner, Result

from trading_api.cli import main


def invoke(folder: Path, *arguments: str) -> Result:
    """Run a command on the data directory `data` of a folder."""
    return CliRunner().invoke(main, [*arguments, "--data-dir", str(folder / "data")])

"""What every command shares: failing with a sentence, reading the settings and instants."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from trading_api.domain.importing import LATEST_MS
from trading_api.domain.sessions import epoch_ms
from trading_api.settings import Settings

FAILED, WRONG_USAGE = 1, 2

DataDirOption = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of the databases; default: var")
]


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End the command with a sentence on standard error."""
    typer.echo(f"trading-api: {message}", err=True)
    raise typer.Exit(code)


def read_settings(**given: Any) -> Settings:
    """The settings, where what was given on the command line beats the rest."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}".removeprefix(": ")
            for item in error.errors(include_input=False)
        )
        fail(f"the settings are wrong: {problems}", WRONG_USAGE)
    except (FileNotFoundError, ValueError) as error:
        fail(f"the settings are wrong: {error}", WRONG_USAGE)


def moment(text: str) -> int:
    """Epoch milliseconds of an instant given as such or as ISO 8601, UTC unless it says so."""
    if re.fullmatch(r"[0-9]+", text):
        found = int(text)
    else:
        try:
            given = datetime.fromisoformat(text)
        except ValueError:
            fail(f"time {text!r} is neither epoch milliseconds nor ISO 8601", WRONG_USAGE)
        found = epoch_ms(given if given.tzinfo else given.replace(tzinfo=UTC))
    if not 0 <= found < LATEST_MS:
        fail(f"time {text!r} does not lie between 1970 and 2200", WRONG_USAGE)
    return found

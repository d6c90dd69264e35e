"""What every command shares: failing with a sentence, and reading the settings."""

from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

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

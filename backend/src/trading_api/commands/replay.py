"""`trading-api replay`: the whole server on a clock of its own."""

from itertools import count
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from trading_api.commands.common import WRONG_USAGE, fail, moment, read_settings
from trading_api.infra.data_dir import DataDir


def replay(
    start: Annotated[str, typer.Argument(help="First instant: epoch ms or ISO 8601, UTC")],
    end: Annotated[str, typer.Argument(help="Last instant: epoch ms or ISO 8601, UTC")],
    symbols: Annotated[str | None, typer.Option(help="Symbols, A,B; default: all")] = None,
    speed: Annotated[
        float, typer.Option(help="Times real time; 0: as fast as it goes", min=0)
    ] = 1.0,
    paused: Annotated[bool, typer.Option("--paused", help="Wait to be told to go on")] = False,
    host: Annotated[str | None, typer.Option(help="Listening address")] = None,
    port: Annotated[int | None, typer.Option(help="Listening port", min=0, max=65535)] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", help="A new folder; default: replay-1, … in the usual one"),
    ] = None,
) -> None:
    """Start a server on a clock of its own, that replays what the sources know of a time."""
    from trading_api.server import ServeError, run
    from trading_api.shared.replay import ReplayPlan

    begin, finish = moment(start), moment(end)
    if not begin < finish:
        fail(f"the end {end} does not come after the start {start}", WRONG_USAGE)
    if not isfinite(speed):
        fail(f"speed {speed} is not a number of times real time", WRONG_USAGE)
    names = None if symbols is None else tuple(filter(None, symbols.split(",")))
    if names == ():
        fail(f"symbols {symbols!r} names none; left out, all are replayed", WRONG_USAGE)
    usual = read_settings()
    folder = data_dir or _unused(usual.data_dir)
    if DataDir(folder).journal.exists():
        fail(f"{folder} holds a journal: a replay begins with nothing; name a new folder")
    settings = read_settings(host=host, port=port, data_dir=folder)
    try:
        run(
            settings, ReplayPlan(begin, finish, names, speed, paused), DataDir(usual.data_dir).packs
        )
    except ServeError as error:
        fail(str(error))


def _unused(usual: Path) -> Path:
    """The first folder `replay-1`, `replay-2`, … that is not there yet."""
    return next(path for n in count(1) if not (path := usual / f"replay-{n}").exists())

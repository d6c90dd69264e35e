"""The two twins of the fan-out, and which of them is used."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple

from trading_api.shared.ws.fanout import FanOut, Slot
from trading_api.shared.ws.outbox import SLOTS, Outbox

Wanted = Literal["auto", "python", "compiled"]

EXTENSION = "trading_api.shared.ws._fanout"


class PythonOutbox(Outbox, Slot):
    """An outbox of the pure twin."""

    __slots__ = SLOTS


class Twin(NamedTuple):
    """One implementation of the fan-out."""

    name: Literal["python", "compiled"]
    fan_out: Callable[[], FanOut]
    outbox: Callable[..., Outbox]


PYTHON = Twin("python", FanOut, PythonOutbox)


class TwinMissing(Exception):
    """The compiled twin was asked for but was not built."""


@cache
def choose(wanted: Wanted = "auto") -> Twin:
    """The compiled twin where it was built, else the pure one, unless one of them is wanted.

    Raises:
        TwinMissing: the compiled one is wanted but was not built.
    """
    if wanted == "python":
        return PYTHON
    if find_spec(EXTENSION) is not None:
        return _compiled()
    if wanted == "compiled":
        raise TwinMissing(
            "WS_HUB is compiled, but the compiled hub was not built: install a C compiler and the "
            "headers of Python, then install trading_api again; or set WS_HUB=auto"
        )
    return PYTHON


def _compiled() -> Twin:
    extension: Any = import_module(EXTENSION)

    class CompiledOutbox(Outbox, extension.Slot):  # type: ignore[misc] # known when it is built
        """An outbox of the compiled twin."""

        __slots__ = SLOTS

    return Twin("compiled", extension.FanOut, CompiledOutbox)

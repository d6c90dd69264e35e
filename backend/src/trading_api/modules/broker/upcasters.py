"""Lifts journal entries of older versions to the present one, one version at a time.

Members with defaults and events of a new type leave older entries readable as they are; the version
rises all the same, once per release, so that an older server refuses what it would misread.
"""

from collections.abc import Callable, Mapping
from typing import Any

Plain = dict[str, Any]
Upcaster = Callable[[Plain], Plain]

VERSION = 2


def _as_it_is(entry: Plain) -> Plain:
    return entry


UPCASTERS: Mapping[int, Upcaster] = {
    1: _as_it_is,  # 0.1.0 knew market and limit orders; the rest has members with defaults
}
"""What turns a plain entry of a version into one of the next."""


def upcast(entry: Plain, version: int) -> Plain:
    """A plain entry of an older version as one of the present.

    Raises:
        LookupError: there was never such a version.
    """
    for step in range(version, VERSION):
        entry = UPCASTERS[step](entry)
    return {**entry, "version": VERSION}

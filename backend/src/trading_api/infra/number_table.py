"""Reads lines of CSV that hold numbers alone, many at once: five times as fast as row by row."""

from collections.abc import Sequence
from typing import cast

import msgspec

_PATIENCE = 3
_decode = msgspec.json.Decoder(list[int | float | None]).decode


class NumberTable:
    """Lines of so many numbers, which are read as one JSON array.

    What is not a number in JSON's sense (text, nothing, `1.`, `NaN`, quotes) is left to whoever
    reads rows; after several such batches in a row nothing more is tried.
    """

    def __init__(self, width: int, delimiter: str) -> None:
        self._width = width
        self._delimiter = delimiter
        self._refusals = 0

    def columns_of(self, lines: Sequence[str]) -> list[list[int | float]] | None:
        """The numbers of each column; None where the lines hold anything else."""
        if self._refusals >= _PATIENCE:
            return None
        columns = self._columns(lines)
        self._refusals = 0 if columns is not None else self._refusals + 1
        return columns

    def _columns(self, lines: Sequence[str]) -> list[list[int | float]] | None:
        text = "".join(lines).rstrip("\r\n").replace("\r\n", "\n")
        if self._delimiter != ",":
            if "," in text:
                return None
            text = text.replace(self._delimiter, ",")
        if "null" in text:
            return None
        # The ends of the lines become nulls: each has to stand behind as many numbers.
        try:
            values = _decode("[" + text.replace("\n", ",null,") + ",null]")
        except msgspec.DecodeError:
            return None
        width, count = self._width + 1, len(lines)
        ends = values[self._width :: width]
        if len(values) != count * width or ends.count(None) != count:
            return None
        numbers = cast("list[int | float]", values)
        return [numbers[at::width] for at in range(self._width)]

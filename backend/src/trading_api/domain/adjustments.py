"""Splits and dividends, and what they make of prices that were printed before them."""

from array import array
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from trading_api.domain.bars import Grid
from trading_api.domain.series import Columns
from trading_api.domain.sessions import day_stamp


class CorporateAction(Struct, frozen=True, rename={"kind": "type"}):
    """What happens to a share on a day, before it opens."""

    day: Annotated[
        date, Meta(description="First day in new shares, or on which the dividend is not bought")
    ]
    kind: Literal["split", "dividend"]
    value: Annotated[
        float, Meta(description="New shares for one old one; or the dividend in its currency")
    ]


class Adjustment:
    """What prices and volumes are multiplied by, for all actions that came after them.

    A split of n for 1 divides earlier prices by n and multiplies earlier volumes by n. A dividend
    multiplies earlier prices by 1 − dividend ÷ last close before it.
    """

    def __init__(self, actions: Sequence[CorporateAction], closes: Mapping[date, float]) -> None:
        """Take the actions, and the last close before each day that has a dividend.

        A dividend without such a close, or as high as it, changes nothing.
        """
        prices, volumes = 1.0, 1.0
        newest_first = sorted(actions, key=lambda action: action.day, reverse=True)
        factors = [(prices, volumes)]
        for action in newest_first:
            if action.kind == "split":
                prices, volumes = prices / action.value, volumes * action.value
            elif (close := closes.get(action.day, 0.0)) > action.value:
                prices *= 1 - action.value / close
            factors.append((prices, volumes))
        self._times = [day_stamp(action.day) for action in reversed(newest_first)]
        self._factors = factors[::-1]

    def apply(self, bars: Columns, tick: Grid, step: Grid) -> Columns:
        """The bars with adjusted prices and volumes, on the symbol's tick and quantity step."""
        fields = tuple(array("d", column) for column in bars.fields)
        start = 0
        for until, (price, volume) in zip([*self._times, None], self._factors, strict=True):
            end = len(bars) if until is None else bisect_right(bars.times, until - 1)
            for column in fields[:-1]:
                _multiply(column, start, end, price, tick)
            _multiply(fields[-1], start, end, volume, step)
            start = end
        return Columns(bars.times, fields)


def _multiply(column: "array[float]", start: int, end: int, factor: float, grid: Grid) -> None:
    if factor != 1.0:
        values = (grid.value(grid.units(value * factor)) for value in column[start:end])
        column[start:end] = array("d", values)

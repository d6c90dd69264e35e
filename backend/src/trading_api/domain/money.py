"""Exact decimal arithmetic for money, prices and quantities.

Products of the largest numbers that the wire admits (18 digits before the point, 12 after) have 60
digits; Python's default context would round them at 28. Whatever computes with money therefore runs
under `exact`, where a result that would not fit raises instead of being rounded. Rounding happens
only where a function here says so.
"""

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    getcontext,
    setcontext,
)
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

ZERO = Decimal(0)
ONE = Decimal(1)
AVERAGE_PLACES = Decimal(1).scaleb(-12)

_EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
_ROUNDING = Context(prec=100, traps=[InvalidOperation, DivisionByZero, Overflow])


def exact(function: Callable[P, R]) -> Callable[P, R]:
    """Run a function in the exact context: 100 digits, and an inexact result raises."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = getcontext()
        setcontext(_EXACT)
        try:
            return function(*args, **kwargs)
        finally:
            setcontext(outer)

    return run


def canonical(value: Decimal) -> Decimal:
    """The same number in its one spelling: no exponent, no trailing zeros, no negative zero."""
    if not value:
        return ZERO
    normal = value.normalize(_ROUNDING)
    exponent = normal.as_tuple().exponent
    if isinstance(exponent, int) and exponent > 0:
        return normal.quantize(ONE, context=_ROUNDING)
    return normal


def divide(numerator: Decimal, denominator: Decimal) -> Decimal:
    """A quotient rounded half-even to 12 places: averages and other derived figures."""
    quotient = _ROUNDING.divide(numerator, denominator)
    return canonical(quotient.quantize(AVERAGE_PLACES, rounding=ROUND_HALF_EVEN, context=_ROUNDING))


def round_half_up(value: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of `step` (a power of ten), ties away from zero: fees."""
    return canonical(value.quantize(step, rounding=ROUND_HALF_UP, context=_ROUNDING))


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above the value."""
    return _multiple(value, step, ROUND_FLOOR)


def ceil_to(value: Decimal, step: Decimal) -> Decimal:
    """The smallest multiple of `step` that is not below the value."""
    return _multiple(value, step, ROUND_CEILING)


def _multiple(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    whole = _ROUNDING.divide(value, step).quantize(ONE, rounding=rounding, context=_ROUNDING)
    return canonical(_ROUNDING.multiply(whole, step))


def share(whole: Decimal, part: Decimal, of: Decimal, step: Decimal) -> Decimal:
    """`whole` times `part` divided by `of`, down to a multiple of `step`."""
    return floor_to(_ROUNDING.divide(whole * part, of), step)


def round_to(value: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of `step`, ties away from zero."""
    return _multiple(value, step, ROUND_HALF_UP)


def ratio(numerator: Decimal, denominator: Decimal) -> Decimal:
    """A quotient of 100 digits, for what is rounded to a step next."""
    return _ROUNDING.divide(numerator, denominator)


def is_multiple(value: Decimal, step: Decimal) -> bool:
    """Whether `value` lies on the grid of `step`."""
    return not _ROUNDING.remainder(value, step)


def from_float(value: float, step: Decimal) -> Decimal:
    """A market figure as money: the multiple of `step` nearest to it, ties to even.

    This is the one place where a float of the market becomes a decimal of an account.
    """
    steps = _ROUNDING.divide(Decimal(repr(value)), step)
    whole = steps.quantize(ONE, rounding=ROUND_HALF_EVEN, context=_ROUNDING)
    return canonical(_ROUNDING.multiply(whole, step))

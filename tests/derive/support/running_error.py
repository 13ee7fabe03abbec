"""Programs to 28 digits, with bounds of what rounding makes of them in doubles.

Every operation adds its own rounding to what the errors of its operands become, to first order:
none of the terms that cancel later is forgotten.  The scale is thus that of the largest
intermediate value, weighted by what the outputs make of it.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from derive.codegen.printers import NUMPY, Printer
from derive.codegen.program import Program
from tests.derive.support.digits import (
    Array,
    Digits,
    chosen,
    digits,
    numbers_in_one_pass,
    pi,
    ratio,
)
from tests.derive.support.digits_functions import FUNCTIONS, Complex
from tests.derive.support.function_errors import ERRORS, UNIT

#: Programs as the NumPy kernels have them, with quotients of integers as they are.
_TARGET = dataclasses.replace(
    NUMPY,
    name="digits",
    ratio="ratio({}, {})",
    imports={},
)


@dataclasses.dataclass(frozen=True)
class Tracked:
    """Numbers, and bounds of the errors that doubles in their place have.

    Parameters
    ----------
    number : Digits
    error : ndarray
    """

    number: Digits
    error: Any = 0.0

    def __neg__(self) -> Tracked:
        return Tracked(-self.number, self.error)

    def __add__(self, other: Any) -> Tracked:
        other = _tracked(other)
        return _rounded(self.number + other.number, self.error + other.error)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Tracked:
        return self + -_tracked(other)

    def __rsub__(self, other: Any) -> Tracked:
        return _tracked(other) + -self

    def __mul__(self, other: Any) -> Tracked:
        if isinstance(other, int | float):
            product = Tracked(self.number * other, abs(other) * self.error)
            # powers of two are exact, and so is a sign
            return (
                product
                if math.frexp(other)[0] in (0.5, -0.5)
                else _rounded(product.number, product.error)
            )
        product = self.number * other.number
        given = (self.number.high, other.number.high, product.high, self.error, other.error)
        error = numbers_in_one_pass("product_errors", given, UNIT)
        if error is not None:
            return Tracked(product, error)
        moved = np.abs(self.number.high) * other.error + np.abs(other.number.high) * self.error
        return _rounded(product, moved + self.error * other.error)

    __rmul__ = __mul__

    def __lt__(self, other: Any) -> Any:
        return self.number < _tracked(other).number

    def __truediv__(self, other: Any) -> Tracked:
        other = _tracked(other)
        quotient = self.number / other.number
        moved = self.error + np.abs(quotient.high) * other.error
        return _rounded(quotient, moved / np.abs(other.number.high))

    def __rtruediv__(self, other: Any) -> Tracked:
        return _tracked(other) / self


@dataclasses.dataclass(frozen=True)
class Parts:
    """The parts of a complex value, which share its error."""

    real: Tracked
    imag: Tracked

    def __getitem__(self, index: int) -> Tracked:
        return (self.real, self.imag)[index]


def _rounded(number: Digits, error: Any) -> Tracked:
    return Tracked(number, error + UNIT * np.abs(number.high))


def _tracked(value: Any) -> Tracked:
    return value if isinstance(value, Tracked) else Tracked(digits(value))


def _ratio(numerator: int, denominator: int) -> Tracked:
    value = ratio(numerator, denominator)
    return Tracked(value, UNIT * np.abs(value.high) * (value.low != 0))


def _where(condition: Any, first: Any, second: Any) -> Tracked:
    first, second = _tracked(first), _tracked(second)
    error = np.where(condition, first.error, second.error)
    return Tracked(chosen(condition, first.number, second.number), error)


def _pi() -> Tracked:
    return Tracked(pi(), UNIT * pi().high)


def _function(name: str) -> Callable[..., Tracked | Parts]:
    """Return a function of numbers with errors."""

    def function(*arguments: Any) -> Tracked | Parts:
        # the order of a polygamma function is none of them
        orders, given = arguments[: name == "polygamma"], arguments[name == "polygamma" :]
        tracked = [_tracked(x) for x in given]
        value = FUNCTIONS[name](*orders, *(x.number for x in tracked))
        highs = [np.asarray(x.number.high) for x in tracked]
        errors = [x.error for x in tracked]
        if isinstance(value, Digits):
            return Tracked(value, ERRORS[name](value.high, *orders, *highs, *errors))
        real, imag = (value.real, value.imag) if isinstance(value, Complex) else value
        error = ERRORS[name](real.high + 1j * imag.high, *orders, *highs, *errors)
        return Parts(Tracked(real, error), Tracked(imag, error))

    return function


@functools.cache
def _names() -> dict[str, Any]:
    functions = {name: _function(name) for name in FUNCTIONS}
    return {"pi": _pi(), "ratio": _ratio, "where": _where, **functions}


@functools.cache
def tracked_function(program: Program) -> Callable[..., tuple[Tracked, ...]]:
    """Return the function that a program is, of numbers with errors."""
    names = dict(_names())
    exec(Printer(_TARGET).function(program), names)
    function: Callable[..., tuple[Tracked, ...]] = names[program.name]
    return function


def tracked_outputs(program: Program, inputs: Mapping[str, Digits]) -> tuple[Tracked, ...]:
    """Return all outputs, with bounds of the errors that rounded inputs and doubles have."""
    given = [inputs[str(symbol)] for symbol in program.inputs]
    return _outputs(program, [Tracked(x, np.abs(x.low)) for x in given])


def rounding_bounds(
    program: Program, inputs: Mapping[str, Array], errors: Mapping[str, Array]
) -> list[Array]:
    """Return bounds of the errors of all outputs, given those of the inputs."""
    names = [str(symbol) for symbol in program.inputs]
    given = [Tracked(digits(inputs[name]), errors[name]) for name in names]
    return [output.error for output in _outputs(program, given)]


def _outputs(program: Program, given: list[Tracked]) -> tuple[Tracked, ...]:
    # bounds are infinite, or none, where a pole is met
    with np.errstate(all="ignore"):
        return tuple(map(_tracked, tracked_function(program)(*given)))

"""Exact values of every kernel at random points, with bounds of what rounding makes of them."""

from __future__ import annotations

import functools
import importlib
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from derive.build.generate import committed_modules
from derive.codegen.program import Program
from tests.derive.support.kernel_points import points
from tests.derive.support.running_error import rounding_bounds

DIGITS = 30

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Reference:
    """Rounded inputs, exact outputs of the exact inputs, bounds of the outputs' errors.

    Rows are points.
    """

    inputs: Array
    exact: list[Any]
    bounds: Array

    def worst(self, outputs: Array) -> float:
        """Return the largest error in units of its bound."""
        assert outputs.shape == self.bounds.shape
        assert np.isfinite(outputs).all()
        with mpmath.workdps(DIGITS):
            errors = np.array(
                [
                    [float(abs(mpmath.mpf(float(x)) - y)) for x, y in zip(*rows, strict=True)]
                    for rows in zip(outputs, self.exact, strict=True)
                ]
            )
        return float(np.max(errors / np.where(errors == 0, 1.0, self.bounds)))


@functools.cache
def programs() -> dict[str, tuple[str, Program]]:
    """Return the module and the program of every kernel, by its exported name."""
    return {f"{m.name}_{p.name}": (m.name, p) for m in committed_modules() for p in m.programs}


@functools.cache
def reference(name: str, count: int) -> Reference:
    """Evaluate a committed mpmath kernel at random points."""
    module, program = programs()[name]
    kernel = getattr(importlib.import_module(f"numerics.kernels.{module}_mpmath"), program.name)
    symbols = tuple(str(symbol) for symbol in program.inputs)
    with mpmath.workdps(DIGITS):
        drawn = points(name, symbols, count)
        exact = [kernel(*point) for point in drawn]
        inputs = np.array([[float(x) for x in point] for point in drawn])
        errors = np.array([[float(abs(mpmath.mpf(float(x)) - x)) for x in p] for p in drawn])
    columns = (dict(zip(symbols, array.T, strict=True)) for array in (inputs, errors))
    bounds = [np.broadcast_to(bound, count) for bound in rounding_bounds(program, *columns)]
    return Reference(inputs, exact, np.array(bounds).T)

"""Values of every kernel at random points to 28 digits, with bounds of their rounding."""

from __future__ import annotations

import functools
import importlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.build.generate import KERNELS, committed_modules
from derive.codegen.program import Program
from numerics.precise.arithmetic import arithmetic_of
from tests.derive.support.digits import Array, Digits
from tests.derive.support.kernel_points import drawn, number
from tests.derive.support.running_error import Tracked, tracked_outputs

#: Points of each kernel in the tests of every day.
POINTS = 1000
#: Of the bounds, what the references may be in error; they lose what doubles lose, times 2**-51, if
#: their special functions are as true.
REFERENCE_PART = 2.0**-30
#: Bits with which intervals enclose the values.
_BITS = 250


@dataclass(frozen=True)
class Reference:
    """Rounded inputs, values at the inputs that were rounded, bounds of the outputs' errors.

    Rows are points.
    """

    inputs: Array
    high: Array
    low: Array
    bounds: Array

    def errors(self, outputs: Array) -> Array:
        """Return the errors of outputs."""
        assert outputs.shape == self.bounds.shape
        assert np.isfinite(outputs).all()
        return np.abs((outputs - self.high) - self.low)

    def ratios(self, outputs: Array) -> Array:
        """Return the errors of outputs in units of their bounds."""
        errors = self.errors(outputs)
        return np.asarray(errors / np.where(errors == 0, 1.0, self.bounds))

    def worst(self, outputs: Array) -> float:
        """Return the largest error in units of its bound."""
        return float(np.max(self.ratios(outputs)))


def names() -> list[str]:
    """Return the exported names of all kernels, which takes no expressions."""
    modules = (
        json.loads(path.read_text(encoding="utf-8")) for path in sorted(KERNELS.glob("*.json"))
    )
    return [
        f"{module['name']}_{program['name']}"
        for module in modules
        for program in module["programs"]
    ]


@functools.cache
def programs() -> dict[str, tuple[str, Program]]:
    """Return the module and the program of every kernel, by its exported name."""
    return {f"{m.name}_{p.name}": (m.name, p) for m in committed_modules() for p in m.programs}


def kernel(name: str, target: str) -> Any:
    """Return a committed kernel."""
    module, program = programs()[name]
    return getattr(importlib.import_module(f"numerics.kernels.{module}_{target}"), program.name)


def computed(name: str, inputs: Array) -> Array:
    """Return the outputs of a NumPy kernel, rows for rows."""
    outputs = kernel(name, "numpy")(*inputs.T)
    # an output may be the same at all points
    return np.stack(np.broadcast_arrays(*outputs, inputs[:, 0])[:-1], axis=1)


@functools.lru_cache(maxsize=128)
def reference(name: str, count: int, part: int = 0) -> Reference:
    """Evaluate a program at random points; parts are different ones."""
    program = programs()[name][1]
    points = drawn(name, count, part)
    outputs = tracked_outputs(program, points)
    inputs = np.stack([points[str(symbol)].high for symbol in program.inputs], axis=1)
    high, low, bounds = (
        np.stack([np.broadcast_to(part, count) for part in parts], axis=1)
        for parts in zip(*map(_parts, outputs), strict=True)
    )
    assert np.isfinite(high).all()
    # where a bound is none, nothing is claimed
    return Reference(inputs, high, low, np.where(np.isnan(bounds), np.inf, bounds))


def _parts(output: Tracked) -> tuple[Any, Any, Any]:
    return output.number.high, output.number.low, output.error


def enclosure_distance(name: str, count: int) -> float:
    """Return how far the first values are from intervals that enclose them, in units of the bounds.

    The intervals are those of the mpmath kernel, whose functions are independent of all others.
    """
    found = reference(name, max(count, POINTS))
    points = drawn(name, max(count, POINTS))
    columns = [points[str(symbol)] for symbol in programs()[name][1].inputs]
    function, numbers = kernel(name, "mpmath"), arithmetic_of(_BITS, "flint")
    worst = 0.0
    with numbers.working():
        for k in range(count):
            at = [numbers.real(number(column[k])) for column in columns]
            for j, value in enumerate(function(*at, mp=numbers.context)):
                own = numbers.real(number(Digits(found.high[k, j], found.low[k, j])))
                # the largest distance from any number of the interval
                apart = float(abs(numbers.real(value) - own).upper())
                worst = max(worst, apart / found.bounds[k, j] if apart else 0.0)
    return worst

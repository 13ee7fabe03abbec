"""A scan as a value: quantities over the values of some parameters of a model."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from numerics.archive import to_dict
from numerics.domain import LARGEST, ascending, choice, choices, integer, listed, outside, real
from numerics.model import Model
from numerics.parameters import Parameters, Setting
from numerics.scans.quantities import QUANTITIES, Point
from numerics.steady.curve import parameter_of, parameter_paths, with_parameter
from numerics.steady.solution import require_model

#: The most points of a scan, and of one of its axes.
MOST_POINTS, MOST_VALUES = 10**8, 10**6
#: The most points of which one starts from the other.
_ROW = 64
#: The decay rate as a part of the rate of the bath.
_RATIO = "ratio"
#: What is no parameter of the model, and what it may be.
_WAVE = (f"0 < q <= {LARGEST:g} (k_F)", lambda x: 0 < x <= LARGEST)
_FREQUENCY = (f"up to {LARGEST:g} (ε_F) in modulus", lambda x: abs(x) <= LARGEST)
ARGUMENTS = {"q": _WAVE, "omega": _FREQUENCY}


def paths_of(model: Setting) -> tuple[str, ...]:
    """Return the names of the parameters of a model that an axis may be along."""
    paths = parameter_paths(model)
    return (*paths, _RATIO) if isinstance(model, Parameters) else paths


@dataclass(frozen=True)
class Axis:
    """A parameter and its values.

    Parameters
    ----------
    along : str
        A parameter as in `trace_steady_states`: "inv_kfa", "gamma_b" ... of `Parameters`, and
        "ratio"; "coupling.inv_kfa", "reservoirs.NAME.rate", "bands.ratio" ... of a `Model`; "q" and
        "omega".
    values : sequence of float
        Ascending.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    """

    along: str
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.along, str):
            raise outside("along", self.along, "the name of a parameter")
        domain = f"finite real numbers, ascending, up to {MOST_VALUES} of them"
        found = ascending(self.along, self.values, domain)
        if found.size > MOST_VALUES:
            raise outside(f"number of values of {self.along}", found.size, domain)
        # a negative zero is the same value as a positive one
        object.__setattr__(self, "values", tuple((found + 0.0).tolist()))


@dataclass(frozen=True)
class Scan:
    """Quantities over axes.

    Parameters
    ----------
    model : Parameters or Model
        Its parameters along the axes are not used.
    axes : mapping or sequence of Axis
        Parameters with their values; at least one.  The last one varies fastest.
    quantities : sequence of str
        Names of `numerics.scans.quantities.QUANTITIES`: "steady_state", "growth_rate", "modes" at a
        wave number, "response" at wave number and frequency, "boundary_A" ..., "rates".
    q, omega : float, optional
        Wave number and frequency, where a quantity asks for them and no axis has them.
    along : str, optional
        The parameter along which boundaries are looked for, as in `find_boundary`.
    between : pair of float, optional
        Smallest and largest value of that parameter.
    neighbours : int
        So many points in a row along the last axis, counted from its beginning, have steady states
        that start from one another, which is faster; the first of them is solved for as all are
        without.  Where there are several states at a point, which one is found depends on the row.
        Up to 64.

    Raises
    ------
    ValueError
        If an argument is outside its domain, or no quantity asks for it.

    Examples
    --------
    >>> from numerics import Parameters
    >>> from numerics.scans import Scan
    >>> scan = Scan(Parameters(0.0), {"inv_kfa": [-1.0, 0.0], "ratio": [0.01, 0.02, 0.05]})
    >>> scan.shape, scan.size
    ((2, 3), 6)
    """

    model: Setting
    axes: tuple[Axis, ...]
    quantities: tuple[str, ...] = ("steady_state",)
    q: float | None = None
    omega: float | None = None
    along: str | None = None
    between: tuple[float, float] | None = None
    neighbours: int = 0

    def __post_init__(self) -> None:
        require_model(self.model)
        # a function of the user's own cannot be kept, nor told apart from another one
        to_dict(self.model)
        object.__setattr__(self, "axes", _axes(self.axes))
        found = choices("quantities", self.quantities, tuple(QUANTITIES))
        if not found:
            raise outside("quantities", self.quantities, "at least one")
        object.__setattr__(self, "quantities", found)
        self._check_arguments()
        self._check_boundaries()
        self._check_axes()

    def _check_arguments(self) -> None:
        """Check that wave number and frequency are there where a quantity asks, and only there."""
        asked = {name for found in self._asked for name in found.arguments}
        for name, (domain, inside) in ARGUMENTS.items():
            axis = next((axis for axis in self.axes if axis.along == name), None)
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, real(name, given, domain, inside) + 0.0)
            if (name in asked) != (axis is not None or given is not None):
                words = "a number or an axis" if name in asked else "left out, nothing asks for it"
                raise outside(name, given if axis is None else axis.values, words)
            if axis is not None and given is not None:
                raise outside(name, given, "left out, where it is an axis")
            for value in () if axis is None else axis.values:
                real(name, value, domain, inside)

    def _check_boundaries(self) -> None:
        """Check the parameter along which boundaries are looked for."""
        asked = [found.name for found in self._asked if found.boundary]
        if not asked:
            for name in ("along", "between"):
                if getattr(self, name) is not None:
                    raise outside(name, getattr(self, name), "left out, nothing asks for it")
            return
        paths = paths_of(self.model)
        taken = {axis.along for axis in self.axes}
        if self.along is None and isinstance(self.model, Parameters):
            object.__setattr__(self, "along", _RATIO)
        along = choice("along", self.along, [p for p in paths if p not in taken])
        if {along, *taken} >= {_RATIO, "gamma_v"}:
            raise outside("along", along, "another one than gamma_v, which is an axis")
        if self.between is not None:
            domain = "two numbers, the second one greater"
            ends = ascending("between", listed("between", self.between, domain), domain)
            if ends.size != 2:
                raise outside("between", self.between, domain)
            object.__setattr__(self, "between", tuple((ends + 0.0).tolist()))

    def _check_axes(self) -> None:
        """Check that each axis is along a parameter of its own, within its domain."""
        names = [axis.along for axis in self.axes]
        known = (*paths_of(self.model), *ARGUMENTS)
        for name in names:
            choice("along", name, known)
        # the mean of a pair of rates and one of both are not apart
        nested = any(a != b and b.startswith(f"{a}.") for a in names for b in names)
        if nested or len(set(names)) < len(names) or {"gamma_v", _RATIO} <= set(names):
            raise outside("axes", names, "each along a parameter of its own")
        if self.size > MOST_POINTS:
            raise outside("number of points", self.size, f"up to {MOST_POINTS}")
        object.__setattr__(self, "neighbours", integer("neighbours", self.neighbours, 0, _ROW))
        if self.neighbours and names[-1] in ARGUMENTS:
            domain = "0, where the last axis is no parameter of the model"
            raise outside("neighbours", self.neighbours, domain)
        for axis in self.axes:
            for value in axis.values:
                with_path(self.model, axis.along, value)

    @property
    def _asked(self) -> list[Any]:
        return [QUANTITIES[name] for name in self.quantities]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each axis has."""
        return tuple(len(axis.values) for axis in self.axes)

    @property
    def size(self) -> int:
        """How many points there are."""
        return math.prod(self.shape)

    def axes_of(self, quantity: str) -> tuple[Axis, ...]:
        """Return the axes on which a quantity depends: not those of what it does not ask for."""
        unused = set(ARGUMENTS) - set(QUANTITIES[quantity].arguments)
        return tuple(axis for axis in self.axes if axis.along not in unused)

    @property
    def count(self) -> int:
        """How many values there are, one for each quantity at each point on which it depends."""
        return sum(
            math.prod(len(axis.values) for axis in self.axes_of(name)) for name in self.quantities
        )

    @property
    def paths(self) -> tuple[str, ...]:
        """What the axes are along."""
        return tuple(axis.along for axis in self.axes)

    def places(self) -> Iterator[tuple[float, ...]]:
        """Yield the values of the axes at each point, those of the last axis fastest."""
        return itertools.product(*(axis.values for axis in self.axes))

    def before(self, place: tuple[float, ...]) -> tuple[float, ...]:
        """Return the values of the last axis from whose states that of a point starts."""
        if not self.neighbours:
            return ()
        number = self._numbers[place[-1]]
        first = number - number % self.neighbours
        return self.axes[-1].values[first:number]

    @functools.cached_property
    def _numbers(self) -> dict[float, int]:
        return {value: k for k, value in enumerate(self.axes[-1].values)}

    @property
    def recipe(self) -> Recipe:
        """What a point needs besides the values of the axes there."""
        return Recipe(self.model, self.paths, self.q, self.omega, self.along, self.between)

    def replace(self, **changes: Any) -> Scan:
        """Return the scan with some of its arguments changed."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Recipe:
    """How the point of a scan follows from the values of its axes; parameters as in `Scan`."""

    model: Setting
    paths: tuple[str, ...]
    q: float | None
    omega: float | None
    along: str | None
    between: tuple[float, float] | None

    def point(self, place: tuple[float, ...], before: tuple[float, ...] = ()) -> Point:
        """Return the point at some values of the axes, after others of the last axis."""
        row = tuple(self.point((*place[:-1], value)).model for value in before)
        model, arguments = self.model, {"q": self.q, "omega": self.omega}
        # the ratio is one to a rate of the bath that may be an axis, too
        for path, value in sorted(
            zip(self.paths, place, strict=True), key=lambda pair: pair[0] == _RATIO
        ):
            if path in arguments:
                arguments[path] = value
            else:
                model = with_path(model, path, value)
        return Point(model, **arguments, along=self.along, between=self.between, before=row)

    def parameters(self, place: tuple[float, ...]) -> dict[str, float]:
        """Return all numbers that vary or may vary, without the model: what tells a point apart."""
        found = dict(self._fixed)
        found.update(zip(self.paths, place, strict=True))
        if _RATIO in self.paths:
            found["gamma_v"] = found.pop(_RATIO) * found["gamma_b"]
        return found

    @functools.cached_property
    def _fixed(self) -> dict[str, float]:
        found = {}
        for path in parameter_paths(self.model):
            if path in self.paths:
                found[path] = 0.0
            elif not tied(self.model, path):
                found[path] = parameter_of(self.model, path) + 0.0
        given = {"q": self.q, "omega": self.omega}
        return found | {name: x for name, x in given.items() if x is not None}


def tied(model: Setting, path: str) -> bool:
    """Tell whether a parameter does not stand for itself: one of a pair of rates or masses.

    What such a pair is remains a part of the model, also where one of it is an axis.
    """
    if path == "bands.ratio":
        return True
    if not isinstance(model, Model) or ".rate" not in path:
        return False
    name = path.split(".")[1]
    return any(r.name == name and isinstance(r.rate, tuple) for r in model.reservoirs)


def with_path(model: Setting, path: str, value: float) -> Setting:
    """Return a model with another value of a parameter, by a path of `paths_of`."""
    if path in ARGUMENTS:
        return model
    if path == _RATIO:
        assert isinstance(model, Parameters)
        return Parameters.from_ratio(
            model.inv_kfa, model.gamma_b, value, model.temperature, model.cutoff
        )
    return with_parameter(model, path, value)


def _axes(given: Any) -> tuple[Axis, ...]:
    """Return axes from a mapping or a sequence."""
    domain = "parameters with their values, at least one"
    pairs: Iterable[Any] = given.items() if isinstance(given, Mapping) else ()
    found = tuple(Axis(*pair) for pair in pairs) or listed("axes", given, domain)
    if not found or not all(isinstance(axis, Axis) for axis in found):
        raise outside("axes", given, domain)
    return found

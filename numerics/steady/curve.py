"""Steady states along any parameter of a model, past the folds where the curve turns back."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.domain import choice, listed, outside, reals
from numerics.kept import Pictured
from numerics.model import Model
from numerics.parameters import Setting
from numerics.reservoirs import Reservoir
from numerics.results import Status
from numerics.solve.continuation import ContinuationError, follow, newton
from numerics.solve.fold import turning_point
from numerics.steady.branch import SOLVED, finished
from numerics.steady.equations import Evaluation, Unknowns
from numerics.steady.scaling import Equations
from numerics.steady.solution import SteadyState, solve_steady_state

Array = NDArray[np.float64]

#: Points after which a curve is given up.
_MOST_POINTS = 3000
#: Half of the distance over which derivatives by the parameter are taken, in its scale: the error
#: of the derivative is the square of it, which Newton's method hardly feels.
_STEP = 1e-3
#: First and longest step, and how far from the tangent it may lead: what is as narrow as the edge
#: of an occupation is not stepped over.
_FIRST, _LONGEST, _BENT = 0.02, 0.3, 0.1
#: An interaction strength changes a state on the scale of one; a step is a part of this.
_STRENGTH = 0.3
#: Numbers that differ by rounding only are the same.
_SAME = 1e-12
#: Whose rates a pair is.
CARRIERS = ("electrons", "holes")


@dataclass(frozen=True)
class Curve(Pictured):
    """Steady states along a parameter.

    Parameters
    ----------
    along : str
        The parameter.
    values : ndarray, shape (n,)
        Its values that were asked for.
    states : tuple of tuple of SteadyState
        At each of these, the states that lie on the curve, in the order in which it meets them.
    folds : tuple of SteadyState
        Where the curve turns back in the parameter.
    points : ndarray, shape (m, 4)
        The points that were followed: parameter, order parameter, mu and mu_b.
    status : Status
        "complete", or why the curve ended before the last value.
    """

    along: str
    values: Array
    states: tuple[tuple[SteadyState, ...], ...]
    folds: tuple[SteadyState, ...]
    points: Array
    status: Status


def parameter_paths(model: Setting) -> tuple[str, ...]:
    """Return the names of the parameters of a model that `along` may be."""
    if not isinstance(model, Model):
        return ("inv_kfa", "gamma_b", "gamma_v", "temperature", "cutoff")
    paths = [f"coupling.{word}" for word in model.coupling.adjustable]
    paths += ["cutoff", "bands.ratio"]
    for r in model.reservoirs:
        filled = r.mu != -math.inf
        words = ("rate", *(("mu",) if filled and r.mu is not None else ()))
        words += tuple(f"rate.{name}" for name in CARRIERS) if isinstance(r.rate, tuple) else ()
        words += ("temperature",) if filled and r.occupation is None else ()
        paths += [f"reservoirs.{r.name}.{word}" for word in words]
    return tuple(paths)


def parameter_of(model: Setting, path: str) -> float:
    """Return a parameter of a model by its path."""
    choice("along", path, parameter_paths(model))
    if path.startswith("reservoirs."):
        _, name, *words = path.split(".")
        reservoir = _reservoirs(model)[name]
        if words[0] != "rate":
            return float(getattr(reservoir, words[0]))
        return reservoir.mean_rate if words[1:] == [] else reservoir.rates[_species(words)]
    if path == "bands.ratio":
        return model.bands.ratio
    holder = model.coupling if path.startswith("coupling.") else model
    return float(getattr(holder, path.split(".")[-1]))


def with_parameter(model: Setting, path: str, value: float) -> Setting:
    """Return a model with another value of a parameter.

    The rate of a reservoir is the mean of those of electrons and holes, which keep their ratio.
    """
    if path == "bands.ratio":
        assert isinstance(model, Model)
        return model.replace(bands=model.bands.with_ratio(value))
    if not path.startswith("reservoirs."):
        if path.startswith("coupling."):
            changed: dict[str, Any] = {path.split(".")[-1]: value}
            # the couplings with parameters are dataclasses
            coupling: Any = model.coupling
            return model.replace(coupling=dataclasses.replace(coupling, **changed))
        return model.replace(**{path: value})
    _, name, *words = path.split(".")
    reservoirs = {**_reservoirs(model)}
    given = reservoirs[name]
    changes: dict[str, Any] = {words[0]: value}
    if words[1:]:
        rates = list(given.rates)
        rates[_species(words)] = value
        changes["rate"] = tuple(rates)
    elif words[0] == "rate" and isinstance(given.rate, tuple):
        changes["rate"] = given.scaled(value / given.mean_rate).rate
    reservoirs[name] = dataclasses.replace(given, **changes)
    return model.replace(reservoirs=tuple(reservoirs.values()))


def _species(words: list[str]) -> int:
    """Return which of a pair of rates the last of the words names."""
    return CARRIERS.index(words[-1])


def _reservoirs(model: Setting) -> dict[str, Reservoir]:
    assert isinstance(model, Model)
    return {r.name: r for r in model.reservoirs}


def steady_curve(model: Setting, along: str, values: object, rtol: float) -> Curve:
    """Follow the steady states along a parameter; see `trace_steady_states`."""
    choice("along", along, parameter_paths(model))
    domain = "two or more values, each greater than the one before it, or each smaller"
    wanted = reals("values", listed("values", values, domain), domain, np.isfinite)
    steps = np.diff(wanted)
    if wanted.ndim != 1 or wanted.size < 2 or not ((steps > 0).all() or (steps < 0).all()):
        raise outside("values", values, domain)
    for value in wanted:
        # what is outside the parameter's own domain is refused before anything is done
        with_parameter(model, along, float(value))
    system = Along(model, along)
    first = solve_steady_state(with_parameter(model, along, float(wanted[0])), rtol=rtol)
    found: list[list[SteadyState]] = [[first], *([] for _ in wanted[1:])]
    folds, points = [], [system.point(first, float(wanted[0]))]
    status = Status.COMPLETE
    direction = math.copysign(1.0, wanted[1] - wanted[0])
    followed = _points(system, points[0], direction, (float(wanted[0]), float(wanted[-1])))
    try:
        for before, after in itertools.pairwise(followed):
            points.append(after)
            if len(points) > 2 and _turns(points[-3:]):
                folds.append(system.fold(points[-3], points[-2], points[-1], rtol))
            if after[0] <= 0:
                status = Status.VANISHES
                # the order parameter falls like a square root: the last point may be far from there
                after = system.zero(*(np.array(system.row(x)) for x in (before, after)))
            for k, value in enumerate(wanted):
                if k > 0 and _between(before[3], float(value), after[3]):
                    found[k].append(system.state_at(float(value), before, after, rtol))
            if status is Status.VANISHES:
                break
    except ContinuationError:
        status = Status.HALTS
    if status is Status.COMPLETE and direction * (points[-1][3] - wanted[-1]) < 0:
        back = direction * (points[-1][3] - wanted[0]) < 0
        status = Status.COMES_BACK if back else Status.TOO_MANY
    return Curve(
        along,
        wanted,
        tuple(tuple(states) for states in found),
        tuple(folds),
        np.array([system.row(point) for point in points]),
        status,
    )


def _turns(points: list[Array]) -> bool:
    first, second = (b[3] - a[3] for a, b in itertools.pairwise(points))
    return bool(first * second < 0)


def _between(before: float, value: float, after: float) -> bool:
    """Tell whether a value is passed, the end included."""
    return before < value <= after or after <= value < before


def _points(
    system: Along, start: Array, direction: float, ends: tuple[float, float]
) -> Iterator[Array]:
    """Yield points of the curve until it leaves the range of the parameter, one beyond."""
    low, high = sorted(ends)
    orientation = np.array([0.0, 0.0, 0.0, direction])
    steps = follow(
        system, start, orientation, system.scales, length=_FIRST, longest=_LONGEST, deviation=_BENT
    )
    for k, step in enumerate(steps):
        yield step.point
        inside = low <= step.point[3] <= high or k == 0
        if not inside or step.point[0] <= 0 or k > _MOST_POINTS:
            return


class Along:
    """The equations in gap, mu, the edge's distance from the lowest excitation and a parameter."""

    def __init__(self, model: Setting, path: str) -> None:
        self.model, self.path = model, path
        # the distance is measured in the same way whatever the parameter is
        self.frame = Equations(model)

    @cached_property
    def drives(self) -> bool:
        """Whether the parameter is the whole drive, by which the equations have a derivative."""
        if self.path.split(".")[-1] not in ("gamma_v", "rate", "loss"):
            return False
        unit = self.model.filled_rate
        return all(
            math.isclose(changed.drive, rate, rel_tol=_SAME)
            and math.isclose(changed.filled_rate, unit, rel_tol=_SAME)
            for rate in (unit, 2 * unit)
            for changed in (with_parameter(self.model, self.path, rate),)
        )

    def at(self, value: float) -> Equations:
        """Return the equations at a value of the parameter."""
        return Equations(with_parameter(self.model, self.path, value))

    def point(self, state: SteadyState, value: float) -> Array:
        """Return the point of a state."""
        return self.frame.point(Unknowns(state.gap, state.mu, state.edge), value)

    def row(self, point: Array) -> tuple[float, float, float, float]:
        """Return parameter, order parameter, mu and mu_b at a point."""
        at = self.frame.unknowns(point)
        return float(point[3]), at.gap, at.mu, at.mu + at.edge

    def __call__(self, x: Array) -> tuple[Array, Array]:
        """Return the three residuals and their derivatives by the four unknowns."""
        value, at = float(x[3]), self.frame.unknowns(x)

        def evaluated(value: float) -> Evaluation | None:
            try:
                equations = self.at(value)
            except ValueError:
                return None
            return equations.at_unknowns(at, equations.parameters.drive)

        here = evaluated(value)
        at = dataclasses.replace(at, tilt=None if here is None else here.tilt)
        self.frame.tilt = at.tilt
        if here is None:
            # outside the parameter's domain, which Newton's method takes for a step too far
            return np.full(3, np.nan), np.full((3, 4), np.nan)
        jacobian = self.frame.chained(here.jacobian, x)
        if self.drives and value > 0:
            return here.residuals, jacobian
        # at the end of the domain to one side
        step = _STEP * self._scale(x)
        (first, low), (last, high) = (
            (moved, found) if found is not None else (value, here)
            for moved, found in ((y, evaluated(y)) for y in (value - step, value + step))
        )
        change = high.residuals * high.scales - low.residuals * low.scales
        jacobian[:, 3] = change / (last - first) / here.scales
        return here.residuals, jacobian

    def scales(self, x: Array) -> Array:
        """Return what the unknowns are measured in along the curve."""
        scales = self.frame.scales(x)
        scales[3] = self._scale(x)
        return scales

    def _scale(self, x: Array) -> float:
        """Return over how much of the parameter a state changes."""
        value, at = float(x[3]), self.frame.unknowns(x)
        word = self.path.split(".")[-1]
        width = self.model.linewidth + self.model.smearing
        if word == "mu":
            # the potential matters where it meets the lowest excitations
            return math.hypot(abs(value - at.mu) - at.lowest_excitation, width)
        if word == "inv_kfa":
            return _STRENGTH
        if word == "temperature":
            return max(value, width)
        if word == "detuning":
            # a field is resonant with the lowest pairs within their width
            return math.hypot(at.lowest_excitation, width)
        # rates; the ratio of the masses, the cutoff, a binding energy, a field's coupling and mass
        return max(value, width if word in ("rate", *CARRIERS, "loss") else value)

    def state_at(self, value: float, before: Array, after: Array, rtol: float) -> SteadyState:
        """Return the state at a value between two points, of which the second may be the end."""
        part = (value - before[3]) / (after[3] - before[3])
        between = before + part * (after - before)
        if before[0] > 0 and after[0] >= 0:
            # to where it vanishes the order parameter falls like a square root
            between[0] = math.sqrt((1 - part) * before[0] ** 2 + part * after[0] ** 2)
        return self.state_from(value, self.frame.unknowns(between), rtol)

    def state_from(self, value: float, guess: Unknowns, rtol: float) -> SteadyState:
        """Return the state at a value that Newton's method leads to from a guess."""
        equations, self.frame.tilt = self.at(value), guess.tilt

        def system(x: Array) -> tuple[Array, Array]:
            at = self.frame.unknowns(np.append(x, value))
            here = equations.at_unknowns(at, equations.parameters.drive)
            return here.residuals, self.frame.chained(here.jacobian, x)[:, :3]

        start = self.frame.point(guess, value)
        found = newton(system, start[:3], self.scales(start)[:3], SOLVED)
        # the sign of the order parameter tells the same states apart
        if not (found.converged and found.point[0] * guess.gap > 0):
            raise ContinuationError(start)
        at = self.frame.unknowns(np.append(found.point, value))
        return finished(equations, at, equations.parameters.drive, rtol)

    def vanishing(self, before: Array, after: Array) -> float:
        """Return the parameter at which the order parameter vanishes; see `zero`."""
        return float(self.zero(before, after)[3])

    def zero(self, before: Array, after: Array) -> Array:
        """Return the point at which the order parameter vanishes between two others.

        Parameters
        ----------
        before, after : ndarray, shape (4,)
            Parameter, order parameter, mu and mu_b there, the order parameters of opposite signs.
        """
        part = before[1] / (before[1] - after[1])
        value, _, mu, mu_b = map(float, before + part * (after - before))
        start = self.frame.point(Unknowns(0.0, mu, mu_b - mu), value)

        def system(x: Array) -> tuple[Array, Array]:
            residuals, jacobian = self(np.append(0.0, x))
            return residuals, jacobian[:, 1:]

        found = newton(system, start[1:], self.scales(start)[1:])
        if not found.converged:
            raise ContinuationError(before)
        return np.append(0.0, found.point)

    def fold(self, before: Array, middle: Array, after: Array, rtol: float) -> SteadyState:
        """Return the state where the parameter turns back, next to the second of three points."""
        point = turning_point(self, (before, middle, after), self.scales)
        equations = self.at(float(point[3]))
        # at a fold the parameter is not polished away from: the state is where the curve is
        return finished(
            equations,
            self.frame.unknowns(point),
            equations.parameters.drive,
            max(rtol, 1e-8),
            polish=False,
        )

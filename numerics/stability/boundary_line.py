"""A boundary in the plane of two parameters of a model, past where it turns back in either."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from numerics.domain import instance, outside
from numerics.errors import ConvergenceError
from numerics.model import Model
from numerics.results import Status
from numerics.solve.polynomial import lagrange_weights
from numerics.stability.boundaries import moved_along
from numerics.stability.boundary_search import Boundary
from numerics.stability.conditions import CONDITIONS, Condition
from numerics.stability.path import interval
from numerics.stability.quantities import Highest
from numerics.stability.static_end import StaticEnd, static_end
from numerics.steady.curve import parameter_of, parameter_paths, with_parameter

Array = NDArray[np.float64]

#: The first, the longest and the shortest step, in the logarithms of the parameters.
_FIRST, _LONGEST, _SHORTEST = 0.1, 0.2, 2e-4
#: How far a point may lie from the one before, and from the tangent, in units of the step; the
#: latter above a step below which the line may have a corner; and by which factor a step grows.
_FAR, _BENT, _CORNER, _GROWTH = 2.5, 0.5, 0.02, 1.5
#: So many points make the polynomial that leads to the next one; and how far a boundary is from
#: where it is expected, in the logarithm of a parameter, at most and at least.
_NODES, _OFF, _LEAST_OFF = 4, 1e-3, 1e-5
#: A point is one of the line if it is known to this part of the step.
_KNOWN = 1e-3
#: Points after which a line is given up.
_MOST = 300


@dataclass(frozen=True)
class BoundaryLine:
    """A boundary along two parameters of a model.

    Parameters
    ----------
    across, along : str
        The parameters.
    values : ndarray, shape (n, 2)
        Their values at the points, in this order.
    boundaries : tuple of Boundary
        The points; each has the error of the parameter that it was solved for.
    status : Status
        "complete" where the line has left the values of `across`, or why it ends before.
    end : StaticEnd, optional
        Where it ends because its mode comes to rest, beyond the last of the points.
    """

    across: str
    along: str
    values: Array
    boundaries: tuple[Boundary, ...] = field(repr=False)
    status: Status
    end: StaticEnd | None = None


def boundary_line(
    start: Boundary, across: str, values: tuple[float, float], *, longest: float = _LONGEST
) -> BoundaryLine:
    """Follow a boundary of a model along a second parameter, past folds in either.

    Parameters
    ----------
    start : Boundary
        Of a model, along a positive parameter of it.
    across : str
        Another positive parameter.
    values : tuple of float
        The smallest and the largest of its values: the line sets out from the one that is closer to
        the other, and ends beyond either.
    longest : float
        The longest step, in the logarithms of both parameters.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The mode that is critical is followed.  Another one may have become so before: whether the state
    is stable on one side, `growth_rate` tells.  Where its frequency vanishes boundary C ends, see
    `numerics.stability.static_end`.

    Examples
    --------
    >>> from numerics import Bands, Contact, Model, Reservoir, find_boundary
    >>> from numerics.stability.boundary_line import boundary_line
    >>> model = Model(Contact(0.0), [Reservoir("bath", 1e-3), Reservoir.empty("vacuum", 7e-6)],
    ...               bands=Bands.of_ratio(1.5), neutral=True)
    >>> rate = "reservoirs.vacuum.rate"
    >>> start = find_boundary("A", model, along=rate, values=(5e-6, 1e-5))
    >>> line = boundary_line(start, "bands.ratio", (1.5, 1.6))
    >>> print(line.status, f"{line.values[0, 1]:.3e}")
    complete 7.083e-06
    """
    instance("start", start, Boundary)
    model = instance("start.state.parameters", start.state.parameters, Model)
    if across not in parameter_paths(model) or across == start.along:
        raise outside("across", across, ", ".join(parameter_paths(model)))
    ends = interval(values)
    condition = CONDITIONS.get(start.kind)
    if condition is None:
        raise outside("start", start.kind, ", ".join(CONDITIONS))
    line = _Line(condition, (across, start.along))
    upwards = line.values(start)[0] ** 2 < ends[0] * ends[1]
    found, status, end = _followed(line, start, 1.0 if upwards else -1.0, ends, longest)
    points = np.array([line.values(point) for point in found])
    return BoundaryLine(across, start.along, points, tuple(found), status, end)


def _followed(
    line: _Line, start: Boundary, sense: float, ends: tuple[float, float], longest: float
) -> tuple[list[Boundary], Status, StaticEnd | None]:
    """Return the points of a line, how it ends, and where if its mode comes to rest."""
    found, end = [start], None
    direction, length, missed = np.array([sense, 0.0]), min(_FIRST, longest), _OFF
    while len(found) < _MOST:
        here = line.point(found[-1])
        moved, off_by = line.step(found, length, direction, missed)
        ahead = np.zeros(2) if moved is None else line.point(moved) - here
        off = float(np.linalg.norm(ahead))
        # the first direction is none of the line's
        bent = len(found) > 1 and np.linalg.norm(ahead - length * direction) > _BENT * length
        if moved is None or not 0 < off < _FAR * length or (bent and length > _CORNER):
            if moved is None and end is None:
                end = line.end(found[-1], direction, length)
            length /= 2
        else:
            direction, missed = ahead / off, off_by
            found.append(moved)
            length = min(_GROWTH * length, longest)
            if not ends[0] <= line.values(moved)[0] <= ends[1]:
                return found, Status.COMPLETE, None
        if end is not None:
            # half of the way that is left
            rest = float(np.linalg.norm(np.log(end.values) - line.point(found[-1])))
            length = min(length, rest / 2)
            if length < _CORNER / 2:
                return found, Status.COMES_TO_REST, end
        if length < _SHORTEST:
            return found, Status.HALTS, None
    return found, Status.TOO_MANY, None


@dataclass(frozen=True)
class _Expected:
    """Where a boundary is expected, in the logarithms of two parameters, and what it is there."""

    point: Array
    boundary: Boundary


@dataclass(frozen=True)
class _Line:
    """A boundary in the logarithms of two parameters.

    Parameters
    ----------
    condition : Condition
    paths : tuple of str
        The parameters.
    """

    condition: Condition
    paths: tuple[str, str]

    def values(self, boundary: Boundary) -> tuple[float, float]:
        """Return the parameters at a boundary."""
        first, second = (parameter_of(boundary.state.parameters, path) for path in self.paths)
        return first, second

    def point(self, boundary: Boundary) -> Array:
        """Return their logarithms."""
        return np.log(self.values(boundary))

    def step(
        self, found: Sequence[Boundary], length: float, direction: Array, missed: float
    ) -> tuple[Boundary | None, float]:
        """Return the boundary one step ahead, solved for across the direction of the line.

        Parameters
        ----------
        found : sequence of Boundary
            Those before, the last one at the end.
        length : float
        direction : ndarray, shape (2,)
        missed : float
            How far the last one was from where it was expected.

        Returns
        -------
        boundary : Boundary or None
            None where there is none.
        missed : float
            How far it is from where it was expected.
        """
        free = int(abs(direction[0]) >= abs(direction[1]))
        last = found[-1]
        guesses = [_Expected(self.point(last) + length * direction, last)]
        if len(found) > 1:
            guesses.insert(0, self._expected(found[-_NODES:], length))
        for expected in guesses:
            step = math.copysign(min(max(abs(missed), _LEAST_OFF), _OFF), missed)
            moved = self._solved(expected, free, step)
            if moved is not None and moved.error < _KNOWN * length * moved.value:
                return moved, float((self.point(moved) - expected.point)[free])
        return None, missed

    def end(self, last: Boundary, direction: Array, length: float) -> StaticEnd | None:
        """Return where the mode comes to rest that moves still at a point, if that is ahead."""
        if not isinstance(self.condition.quantity, Highest) or last.omega == 0:
            return None
        try:
            found = static_end(last, self.paths)
        except ConvergenceError:
            return None
        way = np.log(found.values) - self.point(last)
        ahead = float(np.linalg.norm(way)) < _FAR * length and float(way @ direction) > 0
        return found if ahead else None

    def _expected(self, found: Sequence[Boundary], length: float) -> _Expected:
        """Return the boundary where the polynomial through the last ones leads to."""
        last = found[-1]
        points = np.array([self.point(boundary) for boundary in found])
        chords = np.linalg.norm(np.diff(points, axis=0), axis=1)
        nodes = [0.0, *np.cumsum(chords).tolist()]
        weights = lagrange_weights(nodes, nodes[-1] + length)
        states = [boundary.state for boundary in found]
        # a frequency vanishes like a square root
        rows = [
            (b.q, b.omega**2, s.gap, s.mu, s.edge, s.tilt)
            for b, s in zip(found, states, strict=True)
        ]
        q, square, gap, mu, edge, tilt = np.dot(weights, rows).tolist()
        q, omega = q if q > 0 else last.q, math.sqrt(square) if square > 0 else last.omega
        state = replace(last.state, gap=gap, mu=mu, mu_b=mu + edge, edge=edge, tilt=tilt)
        return _Expected(np.dot(weights, points), replace(last, q=q, omega=omega, state=state))

    def _solved(self, expected: _Expected, free: int, step: float) -> Boundary | None:
        """Return the boundary next to where it is expected, by one of the parameters."""
        values = np.exp(expected.point)
        start, fixed = expected.boundary, self.paths[1 - free]
        try:
            model = with_parameter(start.state.parameters, fixed, float(values[1 - free]))
            near = replace(start, along=self.paths[free], value=float(values[free]))
            return moved_along(model, self.condition, near, step=step)
        except (ConvergenceError, ValueError):
            return None

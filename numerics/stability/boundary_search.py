"""Searches for the boundaries of the phase diagram along the ratio of the rates."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NoCondensate
from numerics.kept import Kept
from numerics.parameters import Parameters
from numerics.solve.minimum import Minimum, Root, minimum_near, secant
from numerics.stability.axis_count import axis_modes
from numerics.stability.conditions import (
    Line,
    touching_error,
    touching_grid,
    touching_terms,
    uniform_error,
    uniform_value,
)
from numerics.stability.growth import Peak, climb, filled_diameter
from numerics.stability.refinement import with_state_errors
from numerics.steady.solution import SteadyState, trace_steady_states

Array = NDArray[np.float64]

#: Ratios of the search: from this multiple of gamma_b to one, by this factor.
_FROM, _FACTOR = 0.3, 1.35
#: Wave numbers at which modes are looked for where C is expected, in units of gamma.
_C_POINTS = np.geomspace(1.5, 50.0, 9)
#: Ratios, relative to where alpha_11 vanishes, at which such modes are looked for.
_C_RATIOS = (1.07, 1.04, 1.085, 1.02)
#: Error of a root in the logarithm of the ratio.
_ROOT = 4e-12
#: Halvings of a bracket whose end was too far away.
_HALVINGS = 2
#: The smallest real part that makes a mode one that moves, in units of gamma.
_MOVING = 0.05


@dataclass(frozen=True)
class Boundary(Kept):
    """A point on a boundary.

    Parameters
    ----------
    kind : str
        "A", "B", "C", "normal", "gapped", "alpha11" or "beta22".
    ratio : float
        gamma_v/gamma_b there.
    q, omega : float
        Wave number and real frequency of the mode that is critical.
    state : SteadyState
        The state there; at the normal boundary, a millionth before it.
    error : float
        Bound of the error of `ratio`, for the model as it is.
    evaluations : int
        Steady states that were solved.
    status : str
        "converged"; for the normal boundary how the branch of condensates ends.
    """

    kind: str
    ratio: float
    q: float
    omega: float
    state: SteadyState
    error: float
    evaluations: int
    status: str = "converged"


@dataclass
class Search:
    """The states at a list of ratios, and what has been solved between them."""

    line: Line
    ratios: Array

    @classmethod
    def of(cls, model: Parameters) -> Search:
        """Solve the states of a model, up to where the branch of condensates ends."""
        steps = math.ceil(math.log(1 / (_FROM * model.gamma_b)) / math.log(_FACTOR))
        ratios = np.geomspace(min(_FROM * model.gamma_b, 0.1), 1.0, max(steps, 10))
        branch = trace_steady_states(model, ratios * model.gamma_b)
        states = [state for state in branch.states if state is not None]
        ratios = ratios[: len(states)]
        return cls(Line(model, dict(zip(map(float, ratios), states, strict=True))), ratios)


def uniform(kind: str, search: Search) -> Boundary | None:
    """Return where a quantity of the uniform limit vanishes."""

    def value(ratio: float) -> float:
        return uniform_value(kind, search.line.state(ratio))

    ratios = [float(ratio) for ratio in search.ratios]
    if kind == "A":
        ratios = _until_static_modes_grow(search)
    for low, high in itertools.pairwise(ratios):
        if value(high) < 0 <= value(low):
            return uniform_between(kind, search.line, low, high)
    return None


def _until_static_modes_grow(search: Search) -> list[float]:
    """Return the ratios to search for A: up to where static modes grow at other wave numbers.

    Towards the BCS side alpha_11 and beta_22 change their signs one shortly after the other, and
    their product is negative between the two only.
    """
    ratios = [float(ratio) for ratio in search.ratios]
    bracket = _first_touch("B", search)
    if bracket is not None:
        ratios = ratios[: ratios.index(bracket[1]) + 1]
    zeros = [uniform(kind, search) for kind in ("alpha11", "beta22")]
    between = math.prod(zero.ratio for zero in zeros if zero is not None)
    if None not in zeros and math.sqrt(between) < ratios[-1]:
        ratios.append(math.sqrt(between))
    return sorted(ratios)


def uniform_between(kind: str, line: Line, low: float, high: float) -> Boundary:
    """Return where a quantity of the uniform limit vanishes between two ratios of opposite sign."""
    from scipy.optimize import brentq

    def value(log: float) -> float:
        return uniform_value(kind, line.state(math.exp(log)))

    root, details = brentq(value, math.log(low), math.log(high), xtol=1e-12, full_output=True)
    ratio = math.exp(root)
    step = 1e-4
    slope = (value(root + step) - value(root - step)) / (2 * step)
    return uniform_at(kind, line, Root(ratio, slope, details.function_calls))


def uniform_at(kind: str, line: Line, root: Root) -> Boundary:
    """Return the boundary at a root of a quantity of the uniform limit."""
    return found_at(kind, line, root, 0.0, 0.0, uniform_error(kind, line.state(root.at)))


def touching(kind: str, search: Search) -> Boundary | None:
    """Return where the smallest value over q or omega vanishes."""
    line = search.line
    bracket = _first_touch(kind, search)
    if bracket is None:
        return None
    low, high = bracket
    # between the points of the grid the value may already be negative at the lower end
    found = touching_from(kind, line, high, _lowest(kind, line.state(high)).x, low / _FACTOR)
    if found is not None:
        return found
    # the minimum may be at the end of the grid, and the limit q -> 0 or omega -> 0 vanish first
    limit = _limit(kind)
    if uniform_value(limit, line.state(high)) < 0 <= uniform_value(limit, line.state(low)):
        between = uniform_between(limit, line, low, high)
        at = _lowest(kind, between.state)
        if at.value >= 0:
            return replace(between, kind=kind) if kind == "gapped" else None
        high = between.ratio
    return _touching_between(kind, line, low, high)


def _first_touch(kind: str, search: Search) -> tuple[float, float] | None:
    """Return the ratios before and after the smallest value on the grid has become negative."""
    for low, high in itertools.pairwise(map(float, search.ratios)):
        if _lowest(kind, search.line.state(high)).value < 0:
            return low, high
    return None


def _touching_between(kind: str, line: Line, low: float, high: float) -> Boundary | None:
    """Return where the smallest value vanishes, by halving, to start from a small minimum."""
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        at = _lowest(kind, line.state(middle))
        low, high = (low, middle) if at.value < 0 else (middle, high)
        found = touching_from(kind, line, high, _lowest(kind, line.state(high)).x, low)
        if found is not None:
            return found
    return None


def _limit(kind: str) -> str:
    """Return the name of the limit q -> 0 or omega -> 0 of a touching function."""
    return "A" if kind == "B" else kind


def _lowest(kind: str, state: SteadyState) -> Minimum:
    """Return the smallest value on the grid, its error added: what is negative surely is."""
    x = touching_grid(kind, state)
    value, bound = touching_terms(kind, state, x)
    values = value + bound
    k = int(np.argmin(values))
    return Minimum(float(x[k]), float(values[k]))


def touching_from(
    kind: str, line: Line, ratio: float, x: float, low: float = 0.0
) -> Boundary | None:
    """Return where the minimum next to x vanishes, starting from a ratio."""
    place = x

    def value(ratio: float) -> float | None:
        nonlocal place
        try:
            state = line.state(ratio)
        except NoCondensate:
            return None
        found = minimum_near(lambda wave: touching_terms(kind, state, wave)[0], place)
        if found is None or not touching_grid(kind, state)[0] < found.x:
            return None
        place = found.x
        return found.value

    root = secant(value, ratio, step=-1e-3, low=low)
    if root is None:
        return None
    q, omega = (place, 0.0) if kind == "B" else (0.0, place)
    bound = touching_error(kind, line.state(root.at), place)
    return found_at(kind, line, root, q, omega, bound)


def oscillating(search: Search) -> Boundary | None:
    """Return where a mode with Re(omega) > 0 starts to grow at a finite wave number.

    It does next to where static modes start to grow, if at all: alpha_11 has become negative by
    then, and much later the mode has met its mirror image before it grows most.
    """
    changed = uniform("alpha11", search)
    if changed is None:
        return None
    places = [changed.ratio * factor for factor in _C_RATIOS]
    for ratio in places:
        found = _oscillating_near(search.line, ratio)
        if found is not None:
            return found
    return None


def _oscillating_near(line: Line, ratio: float) -> Boundary | None:
    """Return the boundary C that is reached from the modes at a ratio."""
    try:
        state = line.state(ratio)
    except NoCondensate:
        return None
    gamma = state.parameters.linewidth
    waves = _C_POINTS * gamma
    seen = [
        Peak(modes.q, complex(w), 0.0)
        for modes in axis_modes(state, waves[waves < filled_diameter(state)])
        for w in modes.frequencies[modes.frequencies.real > _MOVING * gamma][:1]
    ]
    if not seen:
        return None
    return oscillating_from(line, ratio, max(seen, key=lambda peak: peak.omega.imag))


def oscillating_from(
    line: Line, ratio: float, near: Peak, *, close: bool = False
) -> Boundary | None:
    """Return where the maximum of Im(omega_q) next to a mode vanishes, starting from a ratio.

    `close` is whether the maximum is within some percent of the given wave number.
    """
    peak = near

    def value(ratio: float) -> float | None:
        nonlocal peak, close
        try:
            found = climb(line.state(ratio), peak.q, peak.omega, close=close)
        except NoCondensate:
            return None
        if found is None or not found.omega.real > 0:
            return None
        peak, close = found, True
        # the growth rate where it crosses zero, with the sign of the other kinds
        return -found.omega.imag

    root = secant(value, ratio)
    if root is None:
        return None
    errors = with_state_errors(
        line.state(root.at), np.array([peak.q]), np.array([peak.omega]), np.array([peak.error])
    )
    return found_at("C", line, root, peak.q, peak.omega.real, float(errors[0]))


def found_at(kind: str, line: Line, root: Root, q: float, omega: float, error: float) -> Boundary:
    """Return the boundary at a root, with the error that one of the function makes."""
    bound = abs(error / root.slope) + _ROOT if root.slope != 0 else math.inf
    return Boundary(kind, root.at, q, omega, line.state(root.at), bound * root.at, len(line.known))

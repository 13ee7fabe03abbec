"""The steady states along one parameter of a model, among which boundaries are looked for."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from numerics.domain import ascending, choice, outside
from numerics.errors import ConvergenceError, NoCondensate
from numerics.parameters import Parameters, Setting
from numerics.results import Status
from numerics.solve.continuation import ContinuationError
from numerics.solve.polynomial import lagrange_weights, leading_nodes
from numerics.steady.branch import before_the_end
from numerics.steady.curve import (
    CARRIERS,
    Along,
    Curve,
    parameter_of,
    parameter_paths,
    steady_curve,
    with_parameter,
)
from numerics.steady.equations import Unknowns
from numerics.steady.solution import SteadyState, solve_nearby, solve_steady_state
from numerics.steady.tracing import trace_steady_states

Array = NDArray[np.float64]

#: The decay rate of the paper's model, by itself and as a part of the rate of the bath.
DRIVES = ("ratio", "gamma_v")
#: Parameters of which the logarithm counts, by the last word of their names.
_RATES = ("rate", *CARRIERS, "loss")
_LOGARITHMIC = ("ratio", "gamma_v", "gamma_b", *_RATES, "temperature", "cutoff", "binding")
#: A drive is looked at from this multiple of the bath's rate on, in parts of that rate, where
#: nothing else is said: boundaries are beyond.  At most from the second one on.
_FROM, _MOST = 0.3, 0.1
#: Distance of the states of a search, in the coordinate; and how many steps there are at least, or
#: along a parameter that is not counted by its logarithm.
STEP = math.log(1.35)
_LEAST, _LINEAR = 9, 32
#: A fold at which the order parameter is smaller than this part of the largest is at a zero of it:
#: a fold is known to 10**-6 of the largest.
_NO_GAP = 1e-3
#: A state is expected on the polynomial through so many.
_NODES = 3
#: How far before the end of the condensates the last state is, in the coordinate.
NEXT_TO_END = 1e-6
#: Tolerance of the states.
_RTOL = 1e-10


@dataclass(frozen=True)
class Coordinate:
    """What a search counts a parameter in: of the order of one where the state changes.

    The logarithm, or the distance from some value in units of another one.
    """

    origin: float = 0.0
    unit: float | None = None

    def value(self, at: float) -> float:
        """Return the parameter."""
        return math.exp(at) if self.unit is None else self.origin + self.unit * at

    def of(self, value: float) -> float:
        """Return the coordinate of a parameter."""
        return math.log(value) if self.unit is None else (value - self.origin) / self.unit

    def length(self, at: float, distance: float) -> float:
        """Return what a small distance in the coordinate is in the parameter."""
        return distance * (self.value(at) if self.unit is None else self.unit)


@dataclass(frozen=True)
class End:
    """Where the condensate ends along a parameter, and how."""

    value: float
    status: Status


@dataclass(frozen=True)
class Path:
    """The steady states along a parameter of a model.

    Parameters
    ----------
    model : Parameters or Model
        Everything but the parameter.
    along : str
        The parameter: "ratio" for gamma_v/gamma_b, or as in `trace_steady_states`.
    coordinate : Coordinate
    grid : tuple of float
        Coordinates at which a search looks, ascending, all with a state.
    known : dict
        States by their coordinate: those of the grid, and those solved since.
    given : dict
        Values of the parameter by their coordinate, where they were given.
    end : End, optional
        Where the condensate ends, if it does before the largest value.
    vanishing : dict
        The unknowns where the order parameter vanishes, by the coordinate.
    followed : dict
        Unknowns close to those of states, by their coordinate.
    """

    model: Setting
    along: str
    coordinate: Coordinate = Coordinate()
    grid: tuple[float, ...] = ()
    known: dict[float, SteadyState] = field(default_factory=dict, repr=False)
    given: dict[float, float] = field(default_factory=dict, repr=False)
    end: End | None = None
    vanishing: dict[float, Unknowns] = field(default_factory=dict, repr=False)
    followed: dict[float, Unknowns] = field(default_factory=dict, repr=False)

    def value(self, at: float) -> float:
        """Return the parameter at a coordinate."""
        return self.given.get(at, self.coordinate.value(at))

    def setting(self, at: float) -> Setting:
        """Return the model at a coordinate."""
        return with_value(self.model, self.along, self.value(at))

    def contains(self, value: float) -> bool:
        """Tell whether a value of the parameter is within the grid."""
        ends = (self.value(at) for at in (self.grid[0], self.grid[-1]))
        return next(ends) <= value <= next(ends)

    def between(self, values: object) -> Path:
        """Return the part of this path between two values; states are shared with this one.

        The grid is that of this path if enough of it is there, or one of its own.

        Raises
        ------
        ValueError
            If the values are not two numbers, the smaller one first.
        NoCondensate
            If there are no states between them.
        """
        wanted = interval(values)
        first, last = self.grid[0], self.grid[-1]
        for at in self.vanishing:
            # there are states up to there
            first, last = min(first, at + NEXT_TO_END), max(last, at - NEXT_TO_END)
        low, high = (
            max(self.coordinate.of(wanted[0]), first),
            min(self.coordinate.of(wanted[1]), last),
        )
        if not low < high:
            raise NoCondensate(
                f"no condensate with {self.along} from {wanted[0]:.6g} to {wanted[1]:.6g}"
            )
        grid = [low, *(at for at in self.grid if low < at < high), high]
        if len(grid) <= _LEAST:
            steps = max(math.ceil((high - low) / STEP), _LEAST)
            grid = np.linspace(low, high, steps + 1).tolist()
        inside = self.end is not None and wanted[0] <= self.end.value <= wanted[1]
        return replace(self, grid=tuple(grid), end=self.end if inside else None)

    def state(self, at: float) -> SteadyState:
        """Return the state at a coordinate, solved for from those next to it.

        Raises
        ------
        NoCondensate, ConvergenceError
            If there is none.
        """
        if at not in self.known:
            self.known[at] = self._solved(at)
        return self.known[at]

    def _solved(self, at: float) -> SteadyState:
        try:
            setting = self.setting(at)
        except ValueError as failure:
            # a search may step out of the parameter's domain
            raise NoCondensate(str(failure)) from failure
        if not self.known:
            return solve_steady_state(setting)
        near = self.known[min(self.known, key=lambda other: abs(other - at))]
        if self.along in DRIVES:
            return solve_nearby(setting, near, guess=self._expected(at))
        along = Along(self.model, self.along)
        try:
            return along.state_from(self.value(at), self._expected(at), _RTOL)
        except ContinuationError as failure:
            raise ConvergenceError(f"no state at {self.along} = {self.value(at):.12g}") from failure

    def _expected(self, at: float) -> Unknowns:
        """Return the unknowns at a coordinate where the closest states lead to."""
        states = {x: state.unknowns for x, state in self.known.items()}
        known = self.followed | states | self.vanishing
        nodes = leading_nodes(known, at, _NODES)
        found = [known[x] for x in nodes]
        weights = lagrange_weights(nodes, at)
        # the order parameter falls like a square root to where it vanishes
        square, mu, edge, tilt = (
            math.fsum(w * value for w, value in zip(weights, values, strict=True))
            for values in zip(
                *((u.gap**2, u.mu, u.edge, u.tilt or 0.0) for u in found), strict=True
            )
        )
        lowest = min(u.gap for u in found if u.gap != 0)
        return Unknowns(math.sqrt(square) if square > 0 else lowest, mu, edge, tilt)


def with_value(model: Setting, along: str, value: float) -> Setting:
    """Return a model with another value of a parameter, which may be the ratio of the rates."""
    if along != "ratio":
        return with_parameter(model, along, value)
    assert isinstance(model, Parameters)
    return model.replace(gamma_v=value * model.gamma_b)


def value_of(model: Setting, along: str) -> float:
    """Return the value of a parameter of a model, which may be the ratio of the rates."""
    if along != "ratio":
        return parameter_of(model, along)
    assert isinstance(model, Parameters)
    return model.ratio


def smallest_ratio(gamma_b: float) -> float:
    """Return the ratio of the rates from which on a drive is looked at."""
    return min(_FROM * gamma_b, _MOST)


def rates_from(model: Setting) -> tuple[float, float]:
    """Return the rates of a reservoir between which a search looks, where nothing else is said."""
    unit = model.filled_rate
    return min(_FROM * unit, _MOST) * unit, unit


def drive_values(model: Parameters, low: float = 0.0, high: float = 1.0) -> Array:
    """Return the ratios of the rates at which a search looks."""
    if high <= 0 or low < 0:
        raise outside("values", (low, high), "two numbers, 0 <= low < high")
    smallest = smallest_ratio(model.gamma_b)
    low = low if low > 0 else min(smallest, high / 2)
    steps = math.ceil(math.log(high / low) / STEP)
    return np.geomspace(low, high, max(steps, _LEAST) + 1)


def drive_path(model: Parameters, ratios: Array, along: str = "ratio") -> Path:
    """Return the states along the decay rate of the paper's model, up to where they end.

    Parameters
    ----------
    model : Parameters
    ratios : ndarray
        gamma_v/gamma_b, ascending and positive.
    along : {"ratio", "gamma_v"}
        What the path's parameter is.
    """
    unit = model.gamma_b if along == "gamma_v" else 1.0
    branch = trace_steady_states(model, ratios * model.gamma_b)
    coordinate = Coordinate()
    values = (float(ratio) * unit for ratio in ratios)
    known, given = _kept(coordinate, zip(values, branch.states, strict=True))
    end = None
    if branch.end is not None:
        end = End(branch.end / model.gamma_b * unit, _ending(branch.status))
    return Path(model, along, coordinate, tuple(known), known, given, end)


def end_path(model: Parameters, largest: float) -> Path:
    """Return the path up to a ratio with one state alone, that next to its end, if it ends."""
    found = before_the_end(model, largest * model.gamma_b, NEXT_TO_END, _RTOL)
    if found is None:
        return Path(model, "ratio")
    state, ending = found
    assert ending.end is not None
    end = End(ending.end / model.gamma_b, _ending(str(ending)))
    before = math.log(end.value) - NEXT_TO_END
    return Path(model, "ratio", grid=(before,), known={before: state}, end=end)


def curve_path(model: Setting, along: str, values: object) -> Path:
    """Return the states along any parameter of a model, up to where they end or turn back.

    Parameters
    ----------
    model : Parameters or Model
    along : str
        As in `trace_steady_states`.
    values : tuple of float
        Smallest and largest value.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    NoCondensate
        If there is none at the smallest value, nor at the largest one.
    """
    choice("along", along, parameter_paths(model))
    low, high = interval(values)
    grid, coordinate = _grid(model, along, low, high)
    try:
        curve = steady_curve(model, along, grid, _RTOL)
    except NoCondensate:
        # it may be at the other end
        curve = steady_curve(model, along, grid[::-1], _RTOL)
    end, at_end = _end(model, curve)
    vanishing = {} if end is None or at_end is None else {coordinate.of(end.value): at_end}
    rising = curve.values[0] < curve.values[-1]
    states = (
        (value, found[0] if found and (end is None or (value < end.value) == rising) else None)
        for value, found in zip(map(float, curve.values), curve.states, strict=True)
    )
    known, given = _kept(coordinate, states)
    # the points of a neutral model are without a tilt
    followed = {} if model.neutral else _followed(curve, coordinate)
    return Path(
        model, along, coordinate, tuple(sorted(known)), known, given, end, vanishing, followed
    )


def _followed(curve: Curve, coordinate: Coordinate) -> dict[float, Unknowns]:
    """Return the unknowns at the points of a curve up to where it ends or turns back."""
    found: dict[float, Unknowns] = {}
    ends, before = sorted((curve.values[0], curve.values[-1])), None
    for value, gap, mu, mu_b in curve.points.tolist():
        turned = before is not None and (value - before) * (curve.values[-1] - before) <= 0
        if gap <= 0 or turned or not ends[0] <= value <= ends[1]:
            break
        found[coordinate.of(value)] = Unknowns(gap, mu, mu_b - mu)
        before = value
    return found


def _kept(
    coordinate: Coordinate, states: Iterable[tuple[float, SteadyState | None]]
) -> tuple[dict[float, SteadyState], dict[float, float]]:
    """Return the states and the values of the parameter by their coordinate."""
    found = [(coordinate.of(value), value, state) for value, state in states]
    known = {at: state for at, _, state in found if state is not None}
    return known, {at: value for at, value, _ in found if at in known}


def interval(values: object) -> tuple[float, float]:
    """Return the smallest and the largest value of a search."""
    domain = "the smallest and the largest value"
    ends = ascending("values", values, domain, np.isfinite)
    if ends.size != 2:
        raise outside("values", values, domain)
    low, high = ends.tolist()
    return low, high


def logarithmic(along: str) -> bool:
    """Tell whether the logarithm of a parameter counts."""
    return along.split(".")[-1] in _LOGARITHMIC


def _grid(model: Setting, along: str, low: float, high: float) -> tuple[Array, Coordinate]:
    """Return values at which a search looks, and what they are counted in."""
    word = along.split(".")[-1]
    if logarithmic(along) and high > 0:
        if low == 0 and word in ("gamma_v", *_RATES):
            rate = model.filled_rate
            low = min(smallest_ratio(rate) * rate, high / 2)
        if low > 0:
            steps = max(math.ceil(math.log(high / low) / STEP), _LEAST)
            return np.geomspace(low, high, steps + 1), Coordinate()
    unit = (high - low) / (_LINEAR * STEP)
    return np.linspace(low, high, _LINEAR + 1), Coordinate(low, unit)


def _end(model: Setting, curve: Curve) -> tuple[End | None, Unknowns | None]:
    """Return where the condensate ends along a curve, if it does, and the unknowns at no gap."""
    if curve.folds:
        # the first of them: beyond it the curve comes back on other states, or, where it passes
        # through an order parameter of zero, on the same ones
        fold = curve.folds[0]
        vanishing = abs(fold.gap) < _NO_GAP * float(np.abs(curve.points[:, 1]).max())
        status = Status.VANISHES if vanishing else Status.TURNS_BACK
        end = End(parameter_of(fold.parameters, curve.along), status)
        return end, replace(fold.unknowns, gap=0.0) if vanishing else None
    if curve.status is Status.VANISHES:
        system = Along(model, curve.along)
        point = system.zero(*curve.points[-2:])
        return End(float(point[3]), curve.status), system.frame.unknowns(point)
    return None, None


def _ending(status: str) -> Status:
    """Return how a branch ends, of the sentence that says it."""
    return Status.TURNS_BACK if Status.TURNS_BACK in status else Status.VANISHES

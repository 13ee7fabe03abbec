"""Boundaries of the phase diagram: where a state becomes unstable, and how."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from numerics.domain import choice, instance, outside
from numerics.errors import ConvergenceError, NoBoundary, NoCondensate
from numerics.model import Model
from numerics.parameters import Parameters, Setting
from numerics.solve.polynomial import lagrange_weights
from numerics.stability.boundary_search import Boundary, first_of, found_at, zero_near
from numerics.stability.conditions import ALPHA11, KINDS, Condition, condition_of
from numerics.stability.path import (
    DRIVES,
    STEP,
    Coordinate,
    Path,
    curve_path,
    drive_path,
    drive_values,
    end_path,
    interval,
    logarithmic,
    rates_from,
)
from numerics.stability.quantities import Existence, Highest, Lowest, Number, Place
from numerics.steady.curve import parameter_paths
from numerics.steady.solution import solve_nearby

__all__ = ["KINDS", "Boundary", "Condition", "find_boundary"]

#: Halvings of a step in the parameters, and the first step from a boundary at others, in log ratio;
#: the shortest where it is expected close by.
_CONTINUATIONS, _FIRST, _LEAST = 1, 1e-3, 1e-5
#: The largest gamma_v/gamma_b of an end of the condensate.
_LARGEST = 2.0


def find_boundary(
    kind: str | Condition,
    inv_kfa: float | Setting,
    *,
    along: str | None = None,
    values: tuple[float, float] | None = None,
    gamma_b: float = 1e-3,
    temperature: float = 0.0,
    cutoff: float = 100.0,
    start: Boundary | None = None,
) -> Boundary:
    """Return the smallest ratio gamma_v/gamma_b, or another parameter, at which a boundary is.

    Parameters
    ----------
    kind : {"A", "B", "C", "normal", "gapped", "alpha11", "beta22"} or Condition
        A, B, C: a mode starts to grow, at q = 0, at q > 0 with omega = 0, at q > 0 with
        omega > 0 (Fig. 5).  "normal": the condensate ends.  "gapped": Re det M(q -> 0, omega)
        acquires a zero at omega > 0, below half of the pair threshold.  "alpha11", "beta22": the
        coefficient of (46) vanishes (Fig. 8).  A `Condition` is a boundary of one's own.
    inv_kfa : float, Parameters or Model
        The interaction strength of the paper's model, whose decay rate is looked for; or any model,
        along a parameter of which the boundary is looked for.
    along : str, optional
        The parameter of a model, as in `trace_steady_states`: "reservoirs.vacuum.rate",
        "coupling.inv_kfa"; "inv_kfa", "gamma_v", ... of `Parameters`, "ratio" by default.
    values : tuple of float, optional
        Smallest and largest value of this parameter; required but for "ratio", "gamma_v" and rates,
        which are looked at up to the rate that the condensate is in equilibrium with.
    gamma_b, temperature, cutoff
        The paper's model, as in `Parameters`, where an interaction strength is given.
    start : Boundary, optional
        A boundary of the same kind at parameters close to these, to start from; of a model, along
        the same parameter of a model close to it.

    Returns
    -------
    Boundary
        Its `value` is that of the parameter `along`; its `ratio` gamma_v/gamma_b.

    Raises
    ------
    ValueError
        If a parameter is outside its domain.
    NoBoundary
        If there is no such boundary.
    NoCondensate, ConvergenceError
        As in `solve_steady_state`, at gamma_v = 0; or where there is no condensate at either end of
        the values.

    Notes
    -----
    A boundary is where a mode of this kind becomes critical, whether or not the state has become
    unstable in another way before.  Along the drive of an interaction strength it counts where it
    is crossed from the stable side; between given values of a parameter in both directions.  There
    states are looked at in 32 equal steps, or in steps of a factor of 1.35 for rates, temperatures
    and the cutoff, up to where the curve of states first turns back: what happens twice within one
    step may be missed.

    Examples
    --------
    >>> from numerics import Parameters, find_boundary
    >>> found = find_boundary("B", -1.0)
    >>> print(f"{found.ratio:.4f} {found.q:.3f}")
    0.0208 0.015
    >>> model = Parameters(-1.0, gamma_v=2e-5).model()
    >>> found = find_boundary("B", model, along="coupling.inv_kfa", values=(-1.2, -0.8))
    >>> print(f"{found.value:.4f}")
    -0.9640
    """
    condition = condition_of(kind)
    if isinstance(inv_kfa, Parameters | Model):
        _paper_alone(gamma_b, temperature, cutoff)
        return _along(condition, inv_kfa, along, values, start)
    if along is not None or values is not None:
        domain = "Parameters or a Model, where along and values are given"
        raise outside("inv_kfa", inv_kfa, domain)
    model = Parameters(inv_kfa, gamma_b, temperature=temperature, cutoff=cutoff)
    if start is not None:
        instance("start", start, Boundary)
        moved = _continued(model, condition, start)
        if moved is not None:
            return moved
    largest = 1.0
    if isinstance(condition.quantity, Existence):
        largest, path = _LARGEST, end_path(model, _LARGEST)
    else:
        path = drive_path(model, drive_values(model))
        largest = path.value(path.grid[-1]) if path.grid else 0.0
    found = first_of(condition, path)
    if found is None:
        raise NoBoundary(
            f"no boundary {condition.name} up to gamma_v/gamma_b = {largest:.3g} "
            f"(inv_kfa = {model.inv_kfa:g}, gamma_b = {gamma_b:g}, temperature = {temperature:g}, "
            f"cutoff = {cutoff:g})"
        )
    return found


def _paper_alone(gamma_b: float, temperature: float, cutoff: float) -> None:
    """Refuse arguments that are those of an interaction strength beside a model."""
    given = {"gamma_b": (gamma_b, 1e-3), "temperature": (temperature, 0.0)}
    given |= {"cutoff": (cutoff, 100.0)}
    for name, (value, default) in given.items():
        if value != default:
            raise outside(name, value, "left out where a model is given, which has its own")


def _along(
    condition: Condition,
    model: Setting,
    along: str | None,
    values: tuple[float, float] | None,
    start: Boundary | None,
) -> Boundary:
    """Return the first boundary along a parameter of a model, or that which another moves to."""
    if start is not None:
        if instance("start", start, Boundary).along != along or condition.name != start.kind:
            raise outside("start", start, "a boundary of the same kind along the same parameter")
        moved = moved_along(model, condition, start)
        if moved is not None:
            return moved
    path = path_of(model, along, values)
    found = first_of(condition, path, both=True)
    if found is None:
        ends = [path.value(at) for at in (path.grid[0], path.grid[-1])]
        raise NoBoundary(
            f"no boundary {condition.name} along {path.along} from {ends[0]:.6g} to {ends[1]:.6g} "
            f"({model.words()})"
        )
    return found


def path_of(model: Setting, along: str | None, values: tuple[float, float] | None) -> Path:
    """Return the states of a model along one of its parameters, between two values."""
    if isinstance(model, Parameters):
        along = "ratio" if along is None else along
        choice("along", along, ("ratio", *parameter_paths(model)))
        if along in DRIVES:
            unit = model.gamma_b if along == "gamma_v" else 1.0
            low, high = (0.0, 1.0) if values is None else interval(values)
            return drive_path(model, drive_values(model, low / unit, high / unit), along)
    if along is None:
        raise outside("along", along, ", ".join(parameter_paths(model)))
    if values is None and along in parameter_paths(model) and along.endswith(".rate"):
        values = rates_from(model)
    return curve_path(model, along, values)


def _continued(
    model: Parameters, condition: Condition, start: Boundary, halvings: int = _CONTINUATIONS
) -> Boundary | None:
    """Return the boundary that a boundary at other parameters moves to, in steps if needed."""
    if isinstance(condition.quantity, Existence) or condition.name != start.kind:
        return None
    found = _moved(model, condition, start)
    if found is not None or halvings == 0:
        return found
    here = start.state.paper
    middle = Parameters(
        (here.inv_kfa + model.inv_kfa) / 2,
        math.sqrt(here.gamma_b * model.gamma_b),
        temperature=(here.temperature + model.temperature) / 2,
        cutoff=math.sqrt(here.cutoff * model.cutoff),
    )
    between = _continued(middle, condition, start, halvings - 1)
    return None if between is None else _continued(model, condition, between, halvings - 1)


def boundary_near(
    kind: str | Condition, model: Parameters, start: Boundary, reach: float, step: float = _FIRST
) -> Boundary | None:
    """Return the boundary next to where another one is, or is expected; None if there is none.

    Parameters
    ----------
    kind : str or Condition
        As in `find_boundary`.
    model : Parameters
        Close to that of the other one.
    start : Boundary
        Of the same kind along the drive.
    reach : float
        How far from there, in log(gamma_v/gamma_b), it may be.
    step : float
        How far it is, about.

    Raises
    ------
    NoCondensate, ConvergenceError
        As in `solve_steady_state`, at gamma_v = 0.
    """
    condition = condition_of(kind)
    if isinstance(condition.quantity, Existence):
        return first_of(condition, end_path(model, _LARGEST))
    step = math.copysign(min(max(abs(step), _LEAST), _FIRST), step)
    found = _moved(model, condition, start, reach=reach, step=step)
    if found is not None:
        return found
    low, high = (start.ratio * math.exp(sign * reach) for sign in (-1.0, 1.0))
    path = drive_path(model, np.geomspace(low, high, math.ceil(2 * reach / STEP) + 1))
    until = None if condition.until is None else condition.until.quantity
    if not path.grid or (isinstance(until, Lowest) and until.signed(path.state(path.grid[0])) < 0):
        return None
    return first_of(condition, path)


def interpolated(
    model: Parameters, condition: Condition, known: Sequence[Boundary]
) -> Boundary | None:
    """Return the boundary where those at other interaction strengths lead to.

    Parameters
    ----------
    model : Parameters
        Of the same rate, temperature and cutoff as theirs.
    condition : Condition
    known : sequence of Boundary
        One or more of it, the closest first.
    """
    nearest = known[0]
    nodes = [boundary.state.paper.inv_kfa for boundary in known]
    weights = lagrange_weights(nodes, model.inv_kfa)
    rows = [(math.log(b.ratio), b.q, b.omega, b.state.gap, b.state.mu, b.state.edge) for b in known]
    ratio, q, omega, gap, mu, edge = np.dot(weights, rows).tolist()
    # limits have no place
    q = q if q > 0 < nearest.q else nearest.q
    omega = omega if omega > 0 < nearest.omega else nearest.omega
    if isinstance(condition.quantity, Existence) or not (gap > 0 and edge > 0):
        return None
    state = replace(nearest.state, gap=gap, mu=mu, mu_b=mu + edge, edge=edge)
    expected = replace(nearest, value=math.exp(ratio), along="ratio", q=q, omega=omega, state=state)
    return _moved(model, condition, expected, near=True)


def _moved(
    model: Parameters,
    condition: Condition,
    start: Boundary,
    *,
    near: bool = False,
    reach: float = math.inf,
    step: float | None = None,
) -> Boundary | None:
    """Return the boundary at parameters close to another one's, or near where it is expected."""
    place = Place(0.0, start.q, start.omega, settled=True)
    condition = _followed(condition, place)
    path, at = Path(model, "ratio"), math.log(start.ratio)
    try:
        path.known[at] = solve_nearby(path.setting(at), start.state)
        if isinstance(condition.quantity, Highest) and not near:
            at += _shift(path, at, start)
        if step is None:
            # a minimum that touches zero is approached from where it is negative
            step = -_FIRST if isinstance(condition.quantity, Lowest) else _FIRST
        zero = zero_near(condition, path, at, place, step=step, low=at - reach, high=at + reach)
    except (NoCondensate, ConvergenceError):
        return None
    if zero is None or (isinstance(condition.quantity, Number) and zero.slope > 0):
        # crossed the other way it is not the boundary of the same region
        return None
    return found_at(condition, path, zero)


def moved_along(
    model: Setting, condition: Condition, start: Boundary, *, step: float = _FIRST
) -> Boundary | None:
    """Return the boundary that another one is at in a model close to its own.

    Parameters
    ----------
    model : Parameters or Model
    condition : Condition
    start : Boundary
        Where it is, or is expected.
    step : float
        About how far from there it is, in the coordinate.
    """
    place = Place(0.0, start.q, start.omega, settled=True)
    condition = _followed(condition, place)
    coordinate = Coordinate() if logarithmic(start.along) else Coordinate(start.value, 1.0)
    path, at = Path(model, start.along, coordinate), coordinate.of(start.value)
    try:
        path.known[at] = solve_nearby(path.setting(at), start.state)
        zero = zero_near(condition, path, at, place, step=step)
    except (NoCondensate, ConvergenceError):
        return None
    return None if zero is None else found_at(condition, path, zero)


def _followed(condition: Condition, place: Place) -> Condition:
    """Return the condition that a place is one of: the limit of small q or omega, or the whole."""
    quantity = condition.quantity
    if isinstance(quantity, Lowest) and quantity.limit is not None and not (place.q or place.omega):
        return Condition(condition.name, quantity.limit)
    return condition


def _shift(path: Path, at: float, start: Boundary) -> float:
    """Return by how much the zero of alpha_11, which C accompanies, has moved from a boundary."""
    before = Path(start.state.paper.replace(gamma_v=0.0), "ratio", known={at: start.state})
    place = Place(0.0)
    old, new = (zero_near(ALPHA11, line, at, place) for line in (before, path))
    return 0.0 if old is None or new is None else new.at - old.at

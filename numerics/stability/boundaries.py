"""Boundaries of the phase diagram: where a state becomes unstable, and how."""

from __future__ import annotations

import math

from numerics.domain import choice, instance
from numerics.errors import ConvergenceError, NoBoundary, NoCondensate
from numerics.parameters import Parameters
from numerics.solve.minimum import Root, secant
from numerics.stability.boundary_search import (
    Boundary,
    Search,
    oscillating,
    oscillating_from,
    touching,
    touching_from,
    uniform,
    uniform_at,
)
from numerics.stability.conditions import Line, uniform_value
from numerics.stability.growth import Peak
from numerics.steady.solution import solve_nearby, trace_steady_states

__all__ = ["KINDS", "Boundary", "find_boundary"]

KINDS = ("A", "B", "C", "normal", "gapped", "alpha11", "beta22")
#: Halvings of a step in the parameters.
_CONTINUATIONS = 1
#: How far before the end of the branch of condensates the state of that boundary is.
_BEFORE_END = 1e-6


def find_boundary(
    kind: str,
    inv_kfa: float,
    *,
    gamma_b: float = 1e-3,
    temperature: float = 0.0,
    cutoff: float = 100.0,
    start: Boundary | None = None,
) -> Boundary:
    """Return the smallest ratio gamma_v/gamma_b at which a boundary is crossed.

    Parameters
    ----------
    kind : {"A", "B", "C", "normal", "gapped", "alpha11", "beta22"}
        A, B, C: a mode starts to grow, at q = 0, at q > 0 with omega = 0, at q > 0 with
        omega > 0 (Fig. 5).  "normal": the condensate ends.  "gapped": Re det M(q -> 0, omega)
        acquires a zero at omega > 0, below half of the pair threshold.  "alpha11", "beta22": the
        coefficient of (46) vanishes (Fig. 8).
    inv_kfa, gamma_b, temperature, cutoff
        The model, as in `Parameters`.
    start : Boundary, optional
        A boundary of the same kind at parameters close to these, to start from.

    Returns
    -------
    Boundary

    Raises
    ------
    ValueError
        If a parameter is outside its domain.
    NoBoundary
        If there is no such boundary.
    NoCondensate, ConvergenceError
        As in `solve_steady_state`, at gamma_v = 0.

    Notes
    -----
    A boundary is where a mode of this kind becomes critical, whether or not the state has become
    unstable in another way before.

    Examples
    --------
    >>> from numerics import find_boundary
    >>> found = find_boundary("B", -1.0)
    >>> print(f"{found.ratio:.4f} {found.q:.3f}")
    0.0208 0.015
    """
    choice("kind", kind, KINDS)
    model = Parameters(inv_kfa, gamma_b, temperature=temperature, cutoff=cutoff)
    if start is not None:
        instance("start", start, Boundary)
        found = _continued(model, kind, start)
        if found is not None:
            return found
    if kind == "normal":
        return _normal(model)
    search = Search.of(model)
    if kind == "C":
        found = oscillating(search)
    elif kind in ("B", "gapped"):
        found = touching(kind, search)
    else:
        found = uniform(kind, search)
    if found is None:
        raise NoBoundary(
            f"no boundary {kind} up to gamma_v/gamma_b = {search.ratios[-1]:.3g} "
            f"(inv_kfa = {inv_kfa:g}, gamma_b = {gamma_b:g}, temperature = {temperature:g}, "
            f"cutoff = {cutoff:g})"
        )
    return found


def _normal(model: Parameters) -> Boundary:
    """Return where the branch of condensates ends."""
    branch = trace_steady_states(model, [2 * model.gamma_b])
    if branch.end is None:
        raise NoBoundary("no boundary normal up to gamma_v/gamma_b = 2")
    ratio = branch.end / model.gamma_b
    last = Line(model).state(ratio * (1 - _BEFORE_END))
    status = "ends with a vanishing order parameter"
    if "turns back" in branch.status:
        status = "turns back"
    return Boundary("normal", ratio, 0.0, 0.0, last, 1e-9 * ratio, last.evaluations, status)


def _continued(
    model: Parameters, kind: str, start: Boundary, halvings: int = _CONTINUATIONS
) -> Boundary | None:
    """Return the boundary that a boundary at other parameters moves to, in steps if needed."""
    if kind == "normal" or kind != start.kind:
        return None
    found = _moved(model, start)
    if found is not None or halvings == 0:
        return found
    here = start.state.paper
    middle = Parameters(
        (here.inv_kfa + model.inv_kfa) / 2,
        math.sqrt(here.gamma_b * model.gamma_b),
        temperature=(here.temperature + model.temperature) / 2,
        cutoff=math.sqrt(here.cutoff * model.cutoff),
    )
    between = _continued(middle, kind, start, halvings - 1)
    return None if between is None else _continued(model, kind, between, halvings - 1)


def _moved(model: Parameters, start: Boundary) -> Boundary | None:
    """Return the boundary at parameters close to another one's."""
    kind = start.kind
    line = Line(model)
    try:
        line.known[start.ratio] = solve_nearby(
            model.replace(gamma_v=start.ratio * model.gamma_b), start.state
        )
        if kind == "C":
            peak = Peak(start.q, complex(start.omega), 0.0)
            ratio = start.ratio * _shift(line, start)
            return oscillating_from(line, ratio, peak, close=True)
        if kind == "B" or (kind == "gapped" and start.omega > 0):
            return touching_from(kind, line, start.ratio, start.q or start.omega)
        root = secant(lambda ratio: uniform_value(kind, line.state(ratio)), start.ratio)
    except (NoCondensate, ConvergenceError):
        return None
    if root is None or root.slope > 0:
        # crossed the other way it is not the boundary of the same region
        return None
    return uniform_at(kind, line, root)


def _shift(line: Line, start: Boundary) -> float:
    """Return by how much the zero of alpha_11, which C accompanies, has moved from a boundary."""
    before = Line(start.state.paper.replace(gamma_v=0.0), {start.ratio: start.state})

    def zero(line: Line) -> Root | None:
        return secant(lambda ratio: uniform_value("alpha11", line.state(ratio)), start.ratio)

    old, new = zero(before), zero(line)
    return 1.0 if old is None or new is None else new.at / old.at

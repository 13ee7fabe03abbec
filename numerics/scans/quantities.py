"""What a scan may compute at a point: functions of a model by their names, and of q and omega."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numerics.errors import ConvergenceError, NoCondensate
from numerics.parameters import Setting
from numerics.steady.solution import SteadyState, solve_nearby, solve_steady_state

#: The kinds of boundaries, in the words of `find_boundary`, which is not imported for them.
_KINDS = ("A", "B", "C", "normal", "gapped", "alpha11", "beta22")
#: What is in a column: numbers, whole numbers, texts.
REAL, COMPLEX, WHOLE, TEXT = "real", "complex", "whole", "text"
#: States that a process remembers: of points at one model, and of those before them in a row.
_STATES = 256
#: Columns that have any number of values at a point end with this axis.
MODE = "mode"


@dataclass(frozen=True)
class Point:
    """A point of a scan: the model there, and what else a quantity asks for.

    Parameters
    ----------
    model : Parameters or Model
    q, omega : float or None
        Wave number and frequency.
    along : str or None
        The parameter along which boundaries are looked for.
    between : tuple of float or None
        The values of it between which they are.
    before : tuple of Parameters or Model
        Models whose states lead to that of this one, each from the one before it.
    """

    model: Setting
    q: float | None = None
    omega: float | None = None
    along: str | None = None
    between: tuple[float, float] | None = None
    before: tuple[Setting, ...] = ()

    @property
    def state(self) -> SteadyState:
        """The steady state, solved for once, however many quantities and points ask.

        Raises
        ------
        NoCondensate, ConvergenceError
            As in `solve_steady_state`.
        """
        found = _solved((*self.before, self.model))
        if isinstance(found, SteadyState):
            return found
        raise found


@functools.lru_cache(maxsize=_STATES)
def _solved(models: tuple[Setting, ...]) -> SteadyState | NoCondensate | ConvergenceError:
    """Return the state of the last model, from those of the ones before it in their order."""
    *before, model = models
    start = _solved(tuple(before)) if before else None
    try:
        if isinstance(start, SteadyState):
            return solve_nearby(model, start)
        return solve_steady_state(model)
    except (NoCondensate, ConvergenceError) as error:
        return error


@dataclass(frozen=True)
class Quantity:
    """A quantity.

    Parameters
    ----------
    name : str
    words : str
        What it is, in a line.
    columns : mapping
        What is in each of its columns: REAL, COMPLEX, WHOLE or TEXT.
    function : callable
        Returns the values of the columns at a `Point`.
    arguments : tuple of str
        Which of "q" and "omega" it asks for.
    many : bool
        Whether a column has any number of values at a point.
    boundary : bool
        Whether it is looked for along a parameter.
    state : bool
        Whether it is one of the steady state.
    """

    name: str
    words: str
    columns: Mapping[str, str]
    function: Callable[[Point], dict[str, Any]]
    arguments: tuple[str, ...] = ()
    many: frozenset[str] = frozenset()
    boundary: bool = False
    state: bool = True


def _rates(point: Point) -> dict[str, Any]:
    return {"linewidth": point.model.linewidth, "drive": point.model.drive}


def _steady_state(point: Point) -> dict[str, Any]:
    state = point.state
    errors = zip(("gap_error", "mu_error", "mu_b_error"), state.error, strict=True)
    names = ("gap", "mu", "mu_b", "number", "lowest_excitation", "residual")
    return {**{name: getattr(state, name) for name in names}, **dict(errors)}


def _growth_rate(point: Point) -> dict[str, Any]:
    from numerics.stability.growth import growth_rate

    found = growth_rate(point.state)
    return {
        "growth_rate": found.rate,
        "growth_q": found.q,
        "growth_omega": found.omega,
        "growth_rate_error": found.error,
        "growth_verdict": str(found.verdict),
        "growth_status": str(found.status),
    }


def _modes(point: Point) -> dict[str, Any]:
    from numerics.stability.modes import collective_mode

    assert point.q is not None
    found = collective_mode(point.state, point.q)
    assert not isinstance(found, tuple)
    return {
        "mode_omega": found.frequencies.tolist(),
        "mode_omega_error": found.error.tolist(),
        "mode_count": found.count,
        "mode_status": str(found.status),
    }


def _response(point: Point) -> dict[str, Any]:
    from numerics.response.fluctuation import fluctuation_matrix

    assert point.q is not None
    assert point.omega is not None
    found = fluctuation_matrix(point.state, point.q, point.omega, full=True)
    values: dict[str, Any] = {"M_status": str(found.status)}
    for name, at in _ELEMENTS.items():
        values[name] = complex(found.value[at])
        values[f"{name}_error"] = float(found.error[at])
    return values


#: The elements of M, index 0 the amplitude, index 1 the phase.
_ELEMENTS = {"M11": (0, 0), "M12": (0, 1), "M21": (1, 0), "M22": (1, 1)}


def _boundary(kind: str, point: Point) -> dict[str, Any]:
    from numerics.stability.boundaries import find_boundary

    found = find_boundary(kind, point.model, along=point.along, values=point.between)
    name = f"boundary_{kind}"
    values = {name: found.value, f"{name}_error": found.error}
    return values | {f"{name}_q": found.q, f"{name}_omega": found.omega}


def _boundaries() -> dict[str, Quantity]:
    found = {}
    for kind in _KINDS:
        name = f"boundary_{kind}"
        columns = dict.fromkeys((name, f"{name}_error", f"{name}_q", f"{name}_omega"), REAL)
        words = f"the first boundary {kind} along a parameter"
        function = functools.partial(_boundary, kind)
        found[name] = Quantity(name, words, columns, function, boundary=True, state=False)
    return found


_STATE = dict.fromkeys(
    ("gap", "mu", "mu_b", "number", "lowest_excitation", "residual"), REAL
) | dict.fromkeys(("gap_error", "mu_error", "mu_b_error"), REAL)
_GROWTH = {
    **dict.fromkeys(("growth_rate", "growth_q", "growth_omega", "growth_rate_error"), REAL),
    **dict.fromkeys(("growth_verdict", "growth_status"), TEXT),
}
_MODES = {
    "mode_omega": COMPLEX,
    "mode_omega_error": REAL,
    "mode_count": WHOLE,
    "mode_status": TEXT,
}
_RESPONSE = {
    **dict.fromkeys(_ELEMENTS, COMPLEX),
    **{f"{name}_error": REAL for name in _ELEMENTS},
    "M_status": TEXT,
}

#: All quantities by their names.
QUANTITIES: dict[str, Quantity] = {
    found.name: found
    for found in (
        Quantity(
            "rates",
            "the linewidth, and the rate that drives the condensate out of equilibrium",
            {"linewidth": REAL, "drive": REAL},
            _rates,
            state=False,
        ),
        Quantity("steady_state", "order parameter and potentials", _STATE, _steady_state),
        Quantity("growth_rate", "the fastest growing mode over all q", _GROWTH, _growth_rate),
        Quantity(
            "modes",
            "the collective modes at a wave number q",
            _MODES,
            _modes,
            ("q",),
            frozenset({"mode_omega", "mode_omega_error"}),
        ),
        Quantity("response", "M at q and omega", _RESPONSE, _response, ("q", "omega")),
        *_boundaries().values(),
    )
}

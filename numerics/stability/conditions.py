"""The kinds of boundary of the phase diagram, each a value that tells what vanishes there.

- alpha11, beta22: a coefficient of (46) changes its sign;
- A: det M(q, 0)/q**2 vanishes in the limit q -> 0;
- B: its minimum over q > 0 vanishes;
- gapped: the maximum of Re det M(0, omega)/omega**2 over omega vanishes;
- C: the maximum over q of Im(omega_q) along a mode with Re(omega_q) > 0 vanishes;
- normal: the condensate ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from numerics.domain import choice, outside
from numerics.response.determinant import static_stiffness
from numerics.response.uniform_limit import (
    amplitude_limit,
    amplitude_value,
    dynamic_limit,
    dynamic_stiffness,
    phase_limit,
    phase_value,
    static_limit,
    static_value,
)
from numerics.stability.growth import filled_diameter
from numerics.stability.quantities import (
    MOVING,
    Existence,
    Highest,
    Lowest,
    Number,
    Place,
    Quantity,
)
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]

#: Tolerance of M, of whose determinant a minimum is wanted, and where it is its sign.
_RTOL, _ROUGH = 1e-11, 1e-2
#: The lowest wave number and frequency of a search, in units of gamma (and of k_F), and points.
_LOWEST_Q, _LOWEST_OMEGA, _POINTS = 0.1, 0.05, 25
#: A mode of wave numbers below this part of gamma belongs to the limit q -> 0.
_UNIFORM = 0.01


@dataclass(frozen=True)
class Condition:
    """A kind of boundary.

    Parameters
    ----------
    name : str
        What it is called: the `kind` of its boundaries.
    function : callable, or Number, Lowest, Highest or Existence
        What vanishes there, positive before it: a function maps a state to a number.
    beside : tuple of Condition
        Kinds next to whose boundaries it is looked for as well.
    until : Condition, optional
        A kind up to whose first boundary it is looked for along the drive of the paper's model.
    instability : bool
        Whether a mode starts to grow there.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    Where half of the order parameter is left:

    >>> from numerics import Parameters, find_boundary, solve_steady_state
    >>> whole = solve_steady_state(Parameters(-1.0)).gap
    >>> half = Condition("half", lambda state: state.gap - whole / 2)
    >>> print(f"{find_boundary(half, -1.0).ratio:.4f}")
    0.3068
    """

    name: str
    function: Quantity | Callable[[SteadyState], float]
    beside: tuple[Condition, ...] = ()
    until: Condition | None = None
    instability: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise outside("name", self.name, "a word")
        if not isinstance(self.function, Quantity) and not callable(self.function):
            raise outside("function", self.function, "a function of a state, or a quantity")

    @property
    def quantity(self) -> Quantity:
        """What vanishes, with the places at which it is looked at and its error."""
        return self.function if isinstance(self.function, Quantity) else Number(self.function)

    @property
    def number(self) -> Number:
        """The number of the state that vanishes.

        Raises
        ------
        ValueError
            If it is a quantity that has to be looked for in a state.
        """
        if not isinstance(self.quantity, Number):
            raise outside("kind", self.name, "one whose quantity is a number of the state")
        return self.quantity


def _static(state: SteadyState, q: Array) -> tuple[Array, Array]:
    return static_stiffness(state, q, _RTOL)


def _static_sign(state: SteadyState, q: Array) -> tuple[Array, Array]:
    return static_stiffness(state, q, _ROUGH)


def _dynamic_sign(state: SteadyState, omega: Array) -> tuple[Array, Array]:
    return dynamic_stiffness(state, omega, _ROUGH)


def _static_grid(state: SteadyState) -> Array:
    """Return the wave numbers among which static modes are looked for."""
    gamma = state.parameters.linewidth
    return np.geomspace(_LOWEST_Q * gamma, max(filled_diameter(state), gamma), _POINTS)


def _uniform_grid(state: SteadyState) -> Array:
    """Return the frequencies among which the gapped mode is looked for.

    It is one below the pair continuum: up to half of its threshold, since the amplitude mode's
    resonance at 2 Delta_0 makes Re det M vanish as well.
    """
    gamma = state.parameters.linewidth
    top = max(state.lowest_excitation, 2 * _LOWEST_OMEGA * gamma)
    return np.geomspace(_LOWEST_OMEGA * gamma, top, _POINTS)


ALPHA11 = Condition("alpha11", Number(amplitude_value, lambda s: amplitude_limit(s).bound))
BETA22 = Condition("beta22", Number(phase_value, lambda s: phase_limit(s).bound))
_STIFFNESS = Number(static_value, lambda s: static_limit(s).bound)
STATIC = Condition(
    "B", Lowest(_static, _static_grid, limit=_STIFFNESS, rough=_static_sign), instability=True
)
#: Where static modes of other wave numbers grow the limit tells nothing of the phase diagram.
UNIFORM = Condition("A", _STIFFNESS, until=STATIC, instability=True)
#: alpha_11 has become negative by then, and much later the mode has met its mirror image before it
#: grows most.
OSCILLATING = Condition("C", Highest(), beside=(ALPHA11,), instability=True)
GAPPED = Condition(
    "gapped",
    Lowest(
        dynamic_stiffness,
        _uniform_grid,
        "omega",
        limit=Number(dynamic_limit),
        joined=True,
        rough=_dynamic_sign,
    ),
)
NORMAL = Condition("normal", Existence())

#: Every kind by its name.
CONDITIONS: Mapping[str, Condition] = MappingProxyType(
    {c.name: c for c in (UNIFORM, STATIC, OSCILLATING, NORMAL, GAPPED, ALPHA11, BETA22)}
)
#: Their names.
KINDS = tuple(CONDITIONS)


def condition_of(kind: object) -> Condition:
    """Return a kind of boundary by its name, or as it is given."""
    return kind if isinstance(kind, Condition) else CONDITIONS[choice("kind", kind, KINDS)]


def instability_of(mode: Place, state: SteadyState) -> Condition:
    """Return the kind of boundary at which a mode has begun to grow."""
    gamma = state.parameters.linewidth
    if mode.omega.real > MOVING * gamma:
        return OSCILLATING
    return STATIC if mode.q > _UNIFORM * gamma else UNIFORM

"""What must hold for every model, checked at one state: identities between independent routes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.checks.gap_slopes import gap_slopes
from numerics.domain import LARGEST, instance, integer
from numerics.kept import Kept
from numerics.response.fluctuation import fluctuation_matrix
from numerics.response.long_wavelength import hydrodynamics
from numerics.response.reference import reference_matrix
from numerics.response.reference_integrand import ResponseIntegrand
from numerics.results import GROWS
from numerics.stability.growth import growth_rate
from numerics.steady.equations import Unknowns
from numerics.steady.routes import evaluate_model
from numerics.steady.sensitivity import effect_of_errors
from numerics.steady.solution import SteadyState

__all__ = ["Check", "Verification", "verify"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Tolerance of M.
_RTOL = 1e-9
#: Residuals that a solved state may have.
_SOLVED = 1e-10
#: Points on a circle about a frequency, and its radius in parts of the distance to the line where
#: M ceases to be analytic: the mean leaves that to the power of the points.
_CIRCLE, _RADIUS = 48, 0.5
#: Tolerance of the slow route, relative to the largest element.
_SLOW = 1e-5
#: Drawn wave numbers and frequencies are up to these multiples of k_F and of the lowest excitation.
_LARGEST_WAVE, _LARGEST_FREQUENCY = 1.5, 2.0


@dataclass(frozen=True)
class Check(Kept):
    """One identity at one state.

    Parameters
    ----------
    name : str
    residual : float
        By how much it is violated, at the worst of its points, in the units of `bound`.
    bound : float
        What the reported errors of both sides allow.
    source : str
        Equation numbers, or the argument.
    """

    name: str
    residual: float
    bound: float
    source: str

    @property
    def holds(self) -> bool:
        """Whether the residual is within the bound."""
        return self.residual <= self.bound


@dataclass(frozen=True)
class Verification(Kept):
    """What was checked of a state, as a table where it is printed.

    Parameters
    ----------
    state : SteadyState
    checks : tuple of Check
    """

    state: SteadyState
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether every identity does."""
        return all(check.holds for check in self.checks)

    def __str__(self) -> str:
        """Return the table."""
        width = max(len(check.name) for check in self.checks)
        lines = [f"{'':{width}}  residual  allowed"]
        for c in self.checks:
            verdict = "holds" if c.holds else "FAILS"
            line = f"{c.name:{width}}  {c.residual:8.1e}  {c.bound:7.1e}  {verdict}  {c.source}"
            lines.append(line)
        return "\n".join(lines)


def verify(state: SteadyState, *, points: int = 4, slow: int = 1, seed: int = 0) -> Verification:
    """Check at a state what must hold whatever the reservoirs are.

    Parameters
    ----------
    state : SteadyState
        Of any model.
    points : int
        Wave numbers and frequencies that are drawn for identities of M, from 1 to 1000.
    slow : int
        How many of these are compared with the slow route by quadrature over both momenta, which
        takes some seconds each; from 0 to `points`.
    seed : int
        Of what is drawn.

    Returns
    -------
    Verification

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> from numerics import Contact, Model, Reservoir, solve_steady_state, verify
    >>> model = Model(Contact(-0.5), [Reservoir("bath", 2e-3), Reservoir.empty("drain", 1e-4)])
    >>> verify(solve_steady_state(model), slow=0).holds
    True
    """
    instance("state", state, SteadyState)
    points = integer("points", points, 1, 1000)
    slow = integer("slow", slow, 0, points)
    generator = np.random.default_rng(integer("seed", seed, 0, int(LARGEST)))
    gamma = _analytic(state)
    q = generator.uniform(0.0, _LARGEST_WAVE, points)
    top = _LARGEST_FREQUENCY * state.lowest_excitation
    omega = generator.uniform(-top, top, points) + 1j * gamma * generator.uniform(-0.5, 2, points)
    checks = [_solved(state), *_phase(state), _reality(state, q, omega), _causal(state, q, omega)]
    if slow > 0:
        checks.append(_routes(state, q[:slow], omega[:slow]))
    if _in_equilibrium(state):
        checks.append(_stable(state))
    return Verification(state, tuple(checks))


def _analytic(state: SteadyState) -> float:
    """Return how far below the axis of real frequencies M is analytic."""
    coupling, margin = state.parameters.coupling, state.carriers.margin
    return margin if coupling.pole(np.zeros(1), state.mu) is None else min(margin, coupling.decay)


def _solved(state: SteadyState) -> Check:
    at = Unknowns(state.gap, state.mu, state.edge, state.tilt)
    value = evaluate_model(state.parameters, state.parameters.drive, at)
    worst = int(np.argmax(np.abs(value.residuals) / np.maximum(_SOLVED, value.errors)))
    bound = max(_SOLVED, float(value.errors[worst]))
    residual = float(np.abs(value.residuals[worst]))
    return Check("gap and number equations", residual, bound, "(33), (34)")


def _phase(state: SteadyState) -> Iterator[Check]:
    """Yield what the gap equation makes of M at q = omega = 0."""
    m = fluctuation_matrix(state, 0.0, 0.0, rtol=_RTOL, full=True)
    allowed = m.error + effect_of_errors(
        lambda s: fluctuation_matrix(s, 0.0, 0.0, rtol=_RTOL), state
    )
    if state.parameters.closed:
        # elsewhere M is made with the gap equation, and this would hold by construction
        yield _worst("Goldstone mode: phase is free", m.value[:, 1], allowed[:, 1], "(40), (41)")
    # M11 and M21 are derivatives of the gap equation by the order parameter at fixed potentials
    slopes, error = gap_slopes(state)
    column = 2 * state.gap * np.array([-slopes[0], slopes[1]])
    bound = allowed[:, 0] + 2 * state.gap * error
    yield _worst("Ward identity: amplitude", m.value[:, 0] - column, bound, "∂(33)/∂Δ₀")
    found = hydrodynamics(state, rtol=_RTOL)
    bound = allowed[:, 0] + np.abs(found.error.alpha[:, 0])
    yield _worst("long waves: α", m.value[:, 0] - found.alpha[:, 0], bound, "(46)")


def _worst(name: str, residuals: NDArray[Any], bounds: Array, source: str) -> Check:
    sizes = np.abs(residuals).ravel()
    k = int(np.argmax(sizes / bounds.ravel()))
    return Check(name, float(sizes[k]), float(bounds.ravel()[k]), source)


def _reality(state: SteadyState, q: Array, omega: Complex) -> Check:
    m = fluctuation_matrix(state, q, omega, rtol=_RTOL, full=True)
    mirrored = fluctuation_matrix(state, q, -omega.conj(), rtol=_RTOL, full=True)
    residuals = mirrored.value - m.value.conj()
    return _worst("real fields: M(q, −ω*) = M(q, ω)*", residuals, m.error + mirrored.error, "(45)")


def _causal(state: SteadyState, q: Array, omega: Complex) -> Check:
    """M is analytic above -i gamma: its mean over a circle is the value at the centre."""
    gamma = _analytic(state)
    radius = _RADIUS * (gamma + omega.imag)
    ring = omega + radius * np.exp(2j * math.pi * np.arange(_CIRCLE) / _CIRCLE)[:, None]
    around = fluctuation_matrix(state, q, ring, rtol=_RTOL, full=True)
    centre = fluctuation_matrix(state, q, omega, rtol=_RTOL, full=True)
    spread = np.abs(around.value - centre.value).max(axis=0)
    left = 2 * spread * _RADIUS**_CIRCLE
    bound = around.error.mean(axis=0) + centre.error + left
    residuals = around.value.mean(axis=0) - centre.value
    return _worst("causality: M analytic", residuals, bound, "Cauchy; Kramers–Kronig")


def _routes(state: SteadyState, q: Array, omega: Complex) -> Check:
    m = fluctuation_matrix(state, q, omega, rtol=_RTOL, full=True)
    pairs = zip(q, omega, strict=True)
    slow = [reference_matrix(ResponseIntegrand(state, w), float(k), rtol=_SLOW) for k, w in pairs]
    residuals = m.value - np.array([r.value for r in slow])
    bounds = m.error + np.array([r.error for r in slow])
    return _worst("fast and slow route", residuals, bounds, "(37) by quadrature")


def _in_equilibrium(state: SteadyState) -> bool:
    """Tell whether all reservoirs are at the potential of the condensate, and no field is lost."""
    occupation = state.occupation
    if state.parameters.coupling.decay > 0:
        return False
    return occupation.empty == 0 and all(f.edge == 0 or f.rate == 0 for f in occupation.filled)


def _stable(state: SteadyState) -> Check:
    found = growth_rate(state)
    # a mode that was counted grows, however small the rate that was found
    residual = math.inf if found.verdict == GROWS else 0.0
    return Check("equilibrium: nothing grows", residual, found.error, "second law")

"""The laser limit: where a boson that is lost gains as much from carriers that are not paired.

In the normal state the linear response to a small order parameter is K_+(q, omega) less the pair
susceptibility; its root is the boson as the carriers make it.  It crosses the real axis where their
gain is the loss: there a condensate begins, at q = 0 with the frequency 2 mu.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.couplings import Boson
from numerics.domain import instance, outside, real
from numerics.errors import ConvergenceError
from numerics.interaction import matrices, turned
from numerics.kept import Kept
from numerics.model import Model
from numerics.response.fluctuation import pair_correlation
from numerics.steady.equations import Unknowns
from numerics.steady.routes import evaluate_model
from numerics.steady.state import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: An order parameter that stands for zero, in linewidths: the response is even in it.
_NO_GAP = 1e-4
#: Tolerance of the susceptibility, and of the last step.
_RTOL, _LAST = 1e-10, 1e-10
_MOST = 40


@dataclass(frozen=True)
class LaserThreshold(Kept):
    """Where a mode of the boson neither grows nor decays among carriers that are not paired.

    Parameters
    ----------
    q : float
        Its wave number.
    loss : float
        The loss at the threshold, which is the gain: with less, the mode grows; negative where the
        carriers absorb.
    omega : float
        Its frequency, above the edges of both bands.
    mu_b : float
        The potential of the bath.
    error : float
        Bound of the error of `loss`.
    """

    q: float
    loss: float
    omega: float
    mu_b: float
    error: float


def normal_state(model: Model) -> SteadyState:
    """Return the carriers without a condensate, with an order parameter that stands for zero.

    Frequencies of its response are counted from twice the potential of the bath.

    Raises
    ------
    ValueError
        If a reservoir at the potential of the bath is none.
    """
    from scipy.optimize import brentq

    gap = _NO_GAP * model.linewidth

    def number(mu: float) -> float:
        at = Unknowns(gap, mu, 0.0)
        return float(evaluate_model(model, model.drive, at).number)

    mu = model.potential
    if mu is None:
        low, high = 0.0, 1.0
        density = model.bands.density
        while number(low) > density:
            low -= high - low
        while number(high) < density:
            high += high - low
        mu = float(brentq(lambda x: number(x) / density - 1, low, high, xtol=1e-14, rtol=1e-14))
    return SteadyState(model, gap, mu, mu, 0.0, 0.0, number(mu), (0.0, 0.0, 0.0), 0)


def laser_threshold(model: Model, q: float = 0.0) -> LaserThreshold:
    """Return the loss of a boson at which its mode of a wave number starts to grow.

    The mode next to the boson's own energy: carriers that attract each other may have others.

    Parameters
    ----------
    model : Model
        Whose coupling is a Boson; the loss of that is not used.
    q : float
        Wave number, k_F; not negative.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ConvergenceError
        If there is no such loss next to the boson's own energy.

    Examples
    --------
    It is where the condensate ends along the loss:

    >>> from numerics import Boson, Model, Reservoir, find_boundary
    >>> model = Model(Boson(0.7, 1.2, 0.05), [Reservoir("bath", 5e-3)], cutoff=10.0)
    >>> end = find_boundary("normal", model, along="coupling.loss", values=(1e-3, 0.1))
    >>> print(f"{end.value:.6f} {laser_threshold(model).loss:.6f}")
    0.014988 0.014988
    """
    coupling = instance("model", model, Model).coupling
    if not isinstance(coupling, Boson):
        raise outside("coupling", coupling.words(), "a Boson, for the laser limit")
    q = abs(real("q", q, "a real number (k_F)"))
    state = normal_state(model)
    bare = coupling.detuning + q * q / (2 * coupling.mass) - 2 * state.mu
    missing = _missing(state)

    def dressed(omega: float) -> tuple[complex, float]:
        """Return omega + i loss of the boson that carriers make at omega, and a bound of errors."""
        found = pair_correlation(
            state, np.array([q]), np.array([complex(omega)]), rtol=_RTOL, full=True
        )
        both = found.value[0] + missing
        # of (amplitude, phase) what multiplies the order parameter
        value = complex(both[0, 0] + 1j * both[0, 1]) / 2
        bound = float(found.error[0, 0].sum()) / 2
        energy = coupling.energy_at(value)
        return bare - energy, abs(coupling.energy_at(value + bound) - energy)

    last, here = bare, float(dressed(bare)[0].real)
    before = here - last
    for _ in range(_MOST):
        value, bound = dressed(here)
        left = value.real - here
        step = left * (here - last) / (left - before) if left != before else 0.0
        last, before, here = here, left, here - step
        if not math.isfinite(here):
            break
        if abs(step) <= _LAST * (abs(here) + model.linewidth):
            value, bound = dressed(here)
            # the order parameter that stands for zero changes the response by its square
            error = 2 * bound + abs(step) + _NO_GAP**2 * abs(value.imag)
            return LaserThreshold(q, value.imag, here + 2 * state.mu, state.mu, error)
    raise ConvergenceError(f"no threshold at q = {q:g} ({model.words()})", here)


def _missing(state: SteadyState) -> Complex:
    """Return what has to be added to the susceptibility, for (amplitude, phase).

    Where it is taken from M the gap equation has been used, which the normal state does not solve.
    """
    model = state.parameters
    if model.closed:
        return np.zeros((2, 2), dtype=complex)
    value = evaluate_model(model, model.drive, Unknowns(state.gap, state.mu, state.edge))
    left = np.asarray(complex(*(value.residuals * value.scales)[:2]))
    return matrices(*turned(left, left.conj()))

"""The laser limit: where a boson that is lost gains as much from carriers that are not paired.

In the normal state the linear response to a small order parameter is K_+(q, omega) less the pair
susceptibility; its root is the boson as the carriers make it.  It crosses the real axis where their
gain is the loss: there a condensate begins, at q = 0 with the frequency 2 mu.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.couplings import Boson
from numerics.domain import instance, outside, real
from numerics.errors import ConvergenceError
from numerics.kept import Kept
from numerics.model import Model
from numerics.parameters import DENSITY
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
        while number(low) > DENSITY:
            low -= high - low
        while number(high) < DENSITY:
            high += high - low
        mu = float(brentq(lambda x: number(x) / DENSITY - 1, low, high, xtol=1e-14, rtol=1e-14))
    return SteadyState(model, gap, mu, mu, 0.0, 0.0, number(mu), (0.0, 0.0, 0.0), 0)


def laser_threshold(model: Model, q: float = 0.0) -> LaserThreshold:
    """Return the loss of a boson at which its mode of a wave number starts to grow.

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
    resting = dataclasses.replace(coupling, loss=0.0)
    point = np.array([coupling.detuning + q * q / (2 * coupling.mass) - 2 * state.mu, 0.0])
    step = model.linewidth * 1e-3

    def left(x: Array) -> tuple[complex, float]:
        """Return K_+ less the susceptibility at a frequency and a loss, and a bound of its error.

        A loss is an imaginary frequency of the boson, but not of the carriers.
        """
        wave, omega = np.array([q]), np.array([complex(x[0])])
        found = pair_correlation(state, wave, omega, rtol=_RTOL, full=True)
        lost = np.array([complex(*x)])
        both = resting.twice(wave, lost, state.mu) - found.value
        # of (amplitude, phase) what multiplies the order parameter
        return complex(both[0, 0, 0] + 1j * both[0, 0, 1]) / 2, float(found.error[0, 0].sum()) / 2

    for _ in range(_MOST):
        value, bound = left(point)
        slopes = [
            (left(point + step * e)[0] - left(point - step * e)[0]) / (2 * step) for e in np.eye(2)
        ]
        jacobian = np.array([[s.real for s in slopes], [s.imag for s in slopes]])
        change = np.linalg.solve(jacobian, [value.real, value.imag])
        point = point - change
        if np.abs(change).max() <= _LAST * (np.abs(point).max() + model.linewidth):
            error = float(np.abs(np.linalg.inv(jacobian)).sum(axis=1)[1]) * bound
            # the order parameter that stands for zero changes the response by its square
            error += float(np.abs(change).max()) + _NO_GAP**2 * abs(float(point[1]))
            return LaserThreshold(
                q, float(point[1]), float(point[0]) + 2 * state.mu, state.mu, error
            )
    raise ConvergenceError(f"no threshold at q = {q:g} ({model.words()})", point)

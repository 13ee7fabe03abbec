"""The equilibrium BCS-BEC crossover at T = 0: (14) and (15), the limit of vanishing linewidth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.couplings import Interaction
from numerics.domain import real
from numerics.errors import ConvergenceError, NoCondensate
from numerics.kept import Kept
from numerics.kernels import steady_state_numpy as kernels
from numerics.parameters import DENSITY
from numerics.quadrature.chunks import evaluate
from numerics.quadrature.rules import Grid, gauss_kronrod, graded_panels
from numerics.steady.equations import MEASURE, TAIL_START

#: Range of mu / gap, whose hyperbolic arc sine is solved for; gap / mu of 10**-12 at one end.
_RANGE = (-20.0, 28.0)


@dataclass(frozen=True)
class Crossover(Kept):
    """Equilibrium state of the BCS-Leggett theory: interaction, order parameter, potential."""

    inv_kfa: float
    gap: float
    mu: float


def crossover_at(mu_over_gap: float) -> Crossover:
    """Return the equilibrium state with a given mu / Delta_0, which parametrises the crossover.

    In units of the order parameter the gap equation (14) gives the scattering length and the
    number equation (15), without a cutoff, gives the density, each by one integral.
    """
    x = mu_over_gap
    sums = _unit_sums(x)
    fermi_momentum = (3 * math.pi**2 * sums[1]) ** (1 / 3)
    fermi_energy = fermi_momentum**2
    inv_kfa = -8 * math.pi * sums[0] / fermi_momentum
    return Crossover(float(inv_kfa), 1 / float(fermi_energy), x / float(fermi_energy))


def _unit_sums(x: float) -> NDArray[np.float64]:
    """Return the sums of both equations in units of the order parameter, at mu/Delta_0."""
    start = TAIL_START * math.sqrt(1 + abs(x))
    singular = [np.sqrt(complex(x, 1.0))]
    grid = Grid.on(graded_panels(0.0, start, singular), gauss_kronrod())
    values = evaluate(kernels.equilibrium, grid.nodes**2 - x, 1.0)[:2]
    values[0] -= 0.5 / grid.nodes**2
    sums = (values * (MEASURE * grid.nodes**2)) @ grid.weights
    return np.asarray(sums + kernels.equilibrium_tail(start, x, 1.0)[:2])


def equilibrium_crossover(inv_kfa: float) -> Crossover:
    """Return the equilibrium state of the BCS-Leggett theory at T = 0, (14) and (15).

    Parameters
    ----------
    inv_kfa : float
        Interaction strength (k_F a_s)**-1.

    Returns
    -------
    Crossover
        `.gap` and `.mu` in units of the Fermi energy.

    Raises
    ------
    ValueError
        If `inv_kfa` is not a finite real number.
    NoCondensate
        Where the order parameter is too small for double precision.

    Examples
    --------
    >>> from numerics import equilibrium_crossover
    >>> state = equilibrium_crossover(0.0)
    >>> round(state.mu, 4), round(state.gap, 4)
    (0.5906, 0.6864)
    """
    from scipy.optimize import brentq

    inv_kfa = real("inv_kfa", inv_kfa, "any real number")

    def mismatch(t: float) -> float:
        return crossover_at(math.sinh(t)).inv_kfa - inv_kfa

    if mismatch(_RANGE[1]) > 0:
        raise NoCondensate(f"inv_kfa = {inv_kfa:g}: the order parameter is below double precision")
    if mismatch(_RANGE[0]) < 0:
        raise ConvergenceError(f"inv_kfa = {inv_kfa:g} is beyond the range of the solver")
    t = brentq(mismatch, *_RANGE, xtol=1e-14, rtol=1e-14)
    return crossover_at(math.sinh(t))


def crossover_of(coupling: Interaction) -> tuple[float, float]:
    """Return order parameter and potential in equilibrium for any coupling without its loss.

    What a field holds is left to the carriers by nothing else: the density, without a cutoff, gives
    the order parameter at each mu/Delta_0, and the gap equation then gives that.

    Raises
    ------
    NoCondensate, ConvergenceError
        As in `equilibrium_crossover`.
    """
    from scipy.optimize import brentq

    def state(t: float) -> tuple[float, float, float]:
        """Return the order parameter, the potential, and what is left of the gap equation."""
        x = math.sinh(t)
        pairing, carriers = _unit_sums(x)

        def missing(gap: float) -> float:
            held = coupling.uniform(x * gap, 0.0).carriers
            return carriers * gap**1.5 + held * gap**2 - DENSITY

        most = float((DENSITY / carriers) ** (2 / 3))
        gap = brentq(missing, 0.0, most, xtol=1e-300, rtol=1e-14) if missing(most) > 0 else most
        left = coupling.uniform(x * gap, 0.0).value.real - pairing * math.sqrt(gap)
        return gap, x * gap, left

    if state(_RANGE[1])[2] > 0:
        raise NoCondensate(f"{coupling.words()}: the order parameter is below double precision")
    if state(_RANGE[0])[2] < 0:
        raise ConvergenceError(f"{coupling.words()} is beyond the range of the solver")
    found = state(brentq(lambda t: state(t)[2], *_RANGE, xtol=1e-14, rtol=1e-14))
    return found[0], found[1]


def bcs_limit(inv_kfa: float) -> Crossover:
    """Return the weak-coupling limit, Delta_0 = (8/e^2) exp(pi/(2 k_F a_s)) and mu = 1."""
    return Crossover(inv_kfa, 8 * math.exp(math.pi * inv_kfa / 2 - 2), 1.0)


def bec_limit(inv_kfa: float) -> Crossover:
    """Return the strong-coupling limit, mu = -E_b/2 and Delta_0 = sqrt(16/3pi) |mu|**(1/4).

    The binding energy E_b = 1/(m a_s**2) is twice (k_F a_s)**-2 in these units.
    """
    mu = -(inv_kfa**2)
    return Crossover(inv_kfa, math.sqrt(16 / (3 * math.pi)) * abs(mu) ** 0.25, mu)

"""The equilibrium BCS-BEC crossover at T = 0: (14) and (15), the limit of vanishing linewidth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.bands import DENSITIES
from numerics.couplings import Contact
from numerics.domain import real
from numerics.errors import ConvergenceError, NoCondensate
from numerics.interaction import Interaction
from numerics.kept import Kept
from numerics.kernels import steady_state_numpy as kernels
from numerics.quadrature.chunks import evaluate
from numerics.quadrature.rules import Grid, gauss_kronrod, graded_panels
from numerics.steady.equations import TAIL_START
from numerics.steady.momentum_sums import MEASURE

#: Range of mu / gap, whose hyperbolic arc sine is solved for; gap / mu of 10**-12 at one end.
_RANGE = (-20.0, 28.0)
#: The smallest order parameter of a coupling other than a contact, the largest binding energy, and
#: how close to what a field has at rest a potential is tried.
_SMALLEST_GAP, _DEEPEST, _BELOW = 1e-12, 1e12, 1e-9
#: The logarithm of the largest binding energy in two dimensions.
_LARGEST_LOGARITHM = 300.0


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

    The gap equation gives the order parameter at each potential, and the density, without a cutoff
    and with what a field holds, grows with that.

    Raises
    ------
    NoCondensate, ConvergenceError
        As in `equilibrium_crossover`.
    """
    from scipy.optimize import brentq

    if isinstance(coupling, Contact):
        if coupling.binding is not None:
            return film_crossover(coupling.binding)[1:]
        found = equilibrium_crossover(coupling.strength)
        return found.gap, found.mu

    density = DENSITIES[coupling.dimension]

    def excess(mu: float) -> float:
        gap, carriers = state_at(coupling, mu)
        return carriers + coupling.uniform(mu, 0.0).carriers * gap**2 - density

    # carriers without attraction are as dense at a potential of one; beyond a field it is unstable
    high = min(1.0, coupling.threshold - _BELOW * (1 + abs(coupling.threshold)))
    low = high - 1.0
    while excess(low) > 0:
        low = high - 2 * (high - low)
        if low < -_DEEPEST:
            raise ConvergenceError(f"{coupling.words()} is beyond the range of the solver")
    # an order parameter below rounding leaves the density where it is without attraction
    full = excess(high) > 0
    mu = float(brentq(excess, low, high, xtol=1e-14, rtol=1e-14)) if full else high
    gap, _ = state_at(coupling, mu)
    if not gap > 0:
        raise NoCondensate(f"{coupling.words()}: the order parameter is below double precision")
    return gap, mu


def state_at(coupling: Interaction, mu: float) -> tuple[float, float]:
    """Return the order parameter, zero if there is none, and the carriers at a potential.

    Both without linewidth, temperature and cutoff, of a coupling without its loss.
    """
    value = coupling.uniform(mu, 0.0).value.real
    if coupling.dimension == 2:
        # the sums over momenta are those of `film_crossover`
        binding = math.exp(min(-8 * math.pi * value, _LARGEST_LOGARITHM))
        if binding + 2 * mu > 0:
            return math.sqrt(binding * (binding + 2 * mu)), (binding + 2 * mu) / (4 * math.pi)
        gap, carriers = 0.0, 0.0
    else:
        gap = _gap_at(value, mu)
        carriers = float(_unit_sums(mu / gap)[1]) * gap**1.5 if gap > 0 else 0.0
    # without a condensate at a negative potential there is nothing
    dimension = coupling.dimension
    free = DENSITIES[dimension] * max(mu, 0.0) ** (dimension / 2)
    return gap, carriers if gap > 0 else free


def _gap_at(value: float, mu: float) -> float:
    """Return the order parameter of the gap equation in three dimensions; zero without one."""
    from scipy.optimize import brentq

    def left(logarithm: float) -> float:
        gap = math.exp(logarithm)
        return float(_unit_sums(mu / gap)[0] * math.sqrt(gap) - value)

    low, high = math.log(_SMALLEST_GAP * (1 + abs(mu))), 0.0
    if left(low) <= 0:
        return 0.0
    while left(high) > 0:
        high += 1.0
    return math.exp(brentq(left, low, high, xtol=1e-14, rtol=1e-14))


def bcs_limit(inv_kfa: float) -> Crossover:
    """Return the weak-coupling limit, Delta_0 = (8/e^2) exp(pi/(2 k_F a_s)) and mu = 1."""
    return Crossover(inv_kfa, 8 * math.exp(math.pi * inv_kfa / 2 - 2), 1.0)


def bec_limit(inv_kfa: float) -> Crossover:
    """Return the strong-coupling limit, mu = -E_b/2 and Delta_0 = sqrt(16/3pi) |mu|**(1/4).

    The binding energy E_b = 1/(m a_s**2) is twice (k_F a_s)**-2 in these units.
    """
    mu = -(inv_kfa**2)
    return Crossover(inv_kfa, math.sqrt(16 / (3 * math.pi)) * abs(mu) ** 0.25, mu)


class FilmCrossover(NamedTuple):
    """Equilibrium state in two dimensions: binding energy, order parameter, potential."""

    binding: float
    gap: float
    mu: float


def film_crossover(binding: float) -> FilmCrossover:
    """Return the equilibrium state in two dimensions at T = 0, without linewidth and cutoff.

    The sums over momenta are elementary there: the gap equation is sqrt(mu**2 + Delta_0**2) - mu =
    E_b, the number equation sqrt(mu**2 + Delta_0**2) + mu = 2.
    """
    return FilmCrossover(binding, math.sqrt(2 * binding), 1 - binding / 2)

"""The equilibrium BCS-BEC crossover at T = 0: (14) and (15), the limit of vanishing linewidth."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from numerics.bands import DENSITIES
from numerics.couplings import Contact
from numerics.domain import real
from numerics.errors import ConvergenceError, NoCondensate
from numerics.interaction import Interaction
from numerics.kept import Kept
from numerics.kernels import steady_state_numpy as kernels
from numerics.quadrature.rules import Grid, gauss_kronrod, graded_panels
from numerics.solve.bracketed import bracketed_root
from numerics.steady.equations import TAIL_START
from numerics.steady.momentum_sums import MEASURE

#: Range of mu / gap, whose hyperbolic arc sine is solved for; gap / mu of 10**-12 at one end.
_RANGE = (-20.0, 28.0)
#: The smallest order parameter of a coupling other than a contact, the largest binding energy, and
#: how close to what a field has at rest a potential is tried.
_SMALLEST_GAP, _DEEPEST, _BELOW = 1e-12, 1e12, 1e-9
#: Attraction beyond the range; at which (k_F a_s)**-1 the limits of weakly coupled carriers and of
#: pairs are equally far from the state; and what is the end of the range.
_WEAKEST, _STRONGEST, _PAIRS, _AT_END = -25.0, 1e9, 0.45, 1e-6
#: A mu / gap from where on slopes are those of weak coupling, to the inverse square of it: sums
#: over both sides of the Fermi surface cancel.
_WEAKLY = 1e4
#: The equations among the outputs of the kernels, and their derivatives by xi and by mu.
_SUMMED = [0, 1, 4, 5]
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
    return _crossover_with_slope(mu_over_gap)[0]


def _crossover_with_slope(x: float) -> tuple[Crossover, float]:
    """Return the state at mu/Delta_0, and the derivative of its (k_F a_s)**-1 by that."""
    pairs, carriers, pairs_by_x, carriers_by_x = _unit_sums(x)
    fermi_momentum = (3 * math.pi**2 * carriers) ** (1 / 3)
    fermi_energy = fermi_momentum**2
    inv_kfa = -8 * math.pi * pairs / fermi_momentum
    slope = -8 * math.pi * (pairs_by_x - pairs * carriers_by_x / (3 * carriers)) / fermi_momentum
    if x > _WEAKLY:
        slope = -2 / (math.pi * x)
    return Crossover(inv_kfa, 1 / fermi_energy, x / fermi_energy), slope


def _unit_sums(x: float) -> tuple[float, float, float, float]:
    """Return the sums of both equations in units of the order parameter, at mu/Delta_0.

    After them come their derivatives by that.
    """
    start = TAIL_START * math.sqrt(1 + abs(x))
    singular = [cmath.sqrt(complex(x, 1.0))]
    grid = Grid.on(graded_panels(0.0, start, singular), gauss_kronrod())
    square = grid.nodes**2
    values = np.array(kernels.equilibrium(square - x, 1.0))[_SUMMED]
    values[0] -= 0.5 / square
    sums = values @ (MEASURE * square * grid.weights)
    # xi = p**2 - mu, in which the tails have derivatives by mu
    sums[2:] *= -1
    sums += np.array(kernels.equilibrium_tail(start, x, 1.0))[_SUMMED]
    pairs, carriers, pairs_by_x, carriers_by_x = sums.tolist()
    return pairs, carriers, pairs_by_x, carriers_by_x


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
    inv_kfa = real("inv_kfa", inv_kfa, "any real number")

    def lacking(t: float) -> tuple[float, float]:
        found, slope = _crossover_with_slope(math.sinh(t))
        return inv_kfa - found.inv_kfa, -slope * math.cosh(t)

    low, high = _RANGE
    inside = min(max(inv_kfa, _WEAKEST), _STRONGEST)
    limit = bcs_limit(inside) if inv_kfa < _PAIRS else bec_limit(inside)
    start = min(max(math.asinh(limit.mu / limit.gap), low + 1), high - 1)
    t = bracketed_root(lacking, start, low=low, high=high)
    if t > high - _AT_END:
        raise NoCondensate(f"inv_kfa = {inv_kfa:g}: the order parameter is below double precision")
    if not t >= low + _AT_END:
        raise ConvergenceError(f"inv_kfa = {inv_kfa:g} is beyond the range of the solver")
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
    inv_a = -8 * math.pi * value
    low = math.log(_SMALLEST_GAP * (1 + abs(mu)))

    def lacking(logarithm: float) -> tuple[float, float]:
        root = math.exp(logarithm / 2)
        x = mu / (root * root)
        pairs, _, by_x, _ = _unit_sums(x)
        weakly = x > _WEAKLY
        slope = math.sqrt(mu) / (4 * math.pi**2) if weakly else (by_x * x - pairs / 2) * root
        return value - pairs * root, slope

    if lacking(low)[0] >= 0:
        return 0.0
    # a weakly coupled condensate, or one of pairs
    start = math.log(inv_a**2 + 1e-3 * (1 + abs(mu)))
    if mu > 0 and inv_a < 0:
        start = math.log(8 * mu) - 2 + math.pi * inv_a / (2 * math.sqrt(mu))
    return math.exp(bracketed_root(lacking, max(start, low + 1), low=low))


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

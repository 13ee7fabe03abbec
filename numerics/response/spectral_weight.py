"""The occupied spectral weight L(p, omega) of one component, Fig. 9."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.carriers import Carriers
from numerics.domain import broadcast, choice, instance, reals
from numerics.kernels import spectral_numpy as kernels
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]

_CARRIERS = ("electrons", "holes")
#: Largest momentum and frequency whose powers the kernel can form.
_LARGEST_MOMENTUM, _LARGEST_FREQUENCY = 1e30, 1e60


def occupied_spectral_weight(
    state: SteadyState, p: ArrayLike, omega: ArrayLike, carrier: str = "electrons"
) -> Any:
    r"""Return the occupied spectral weight :math:`L(p, \omega) = -i G^<_{11}(p, \omega)`.

    Not negative; :math:`\int d\omega/2\pi\,L(p, \omega)` is the occupation of one component, half
    of the momentum distribution n_p that the number equation (34) sums.

    Parameters
    ----------
    state : SteadyState
        The steady state.
    p : array_like
        Momentum in units of k_F, from 0 to 10**30.
    omega : array_like
        Frequency in units of the Fermi energy, measured from the condensate's chemical potential:
        the energy of the carrier that is taken out, between -10**60 and 10**60.
    carrier : {"electrons", "holes"}
        Which component; with equal masses and rates both are the same.

    Returns
    -------
    ndarray, or float for two scalars
        In units of the inverse Fermi energy; p and omega are broadcast against each other.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The paper defines L as the Fourier transform of <c^dagger_p(t) c_p(0)> with exp(i omega t).
    It is L(p, -omega) of this function: the state that is occupied in equilibrium would appear at
    omega = +E_p.  Its text and Fig. 9, where it lies at -E_p and the drive fills +E_p, belong to
    <c^dagger_p(0) c_p(t)>, which is meant here.

    At T = 0 the weight jumps at omega = +-(mu_b - mu); there it is the mean of the two sides.

    Examples
    --------
    >>> from numerics import Parameters, occupied_spectral_weight, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=0.0, gamma_b=1e-3, gamma_v=1e-5))
    >>> lower, upper = occupied_spectral_weight(state, state.mu**0.5, [-state.gap, state.gap])
    >>> print(f"{lower:.1f} {upper:.4f}")
    985.2 4.9015
    """
    instance("state", state, SteadyState)
    choice("carrier", carrier, _CARRIERS)
    momentum, frequency = broadcast(
        p=_within("p", p, 0.0, _LARGEST_MOMENTUM),
        omega=_within("omega", omega, -_LARGEST_FREQUENCY, _LARGEST_FREQUENCY),
    )
    if not state.parameters.symmetric:
        return _of_carriers(state.carriers, momentum, frequency, _CARRIERS.index(carrier))
    occupation = state.occupation
    # a state is filled by f(omega), its partner at -omega emptied by 1 - f(-omega), which is f of
    # the opposite edge
    filling, emptying = np.zeros((2, *frequency.shape))
    for f in occupation.filled:
        filling += f.rate * f.occupied(frequency)
        emptying += f.rate * f._replace(edge=-f.edge).occupied(frequency)
    (weight,) = kernels.occupied(
        frequency,
        momentum**2 - state.mu,
        state.gap,
        occupation.linewidth,
        filling,
        emptying + occupation.empty,
    )
    return weight


def _of_carriers(carriers: Carriers, p: Array, omega: Array, which: int) -> Any:
    """Return the weight of electrons or of holes with masses and rates of their own."""
    if which == 0:
        filling, emptying = carriers.lesser(omega - carriers.middle)
    else:
        # a hole of energy omega is an electron that is missing at -omega
        emptying, filling = carriers.greater(-omega - carriers.middle)
    own, other = ((1 + s * carriers.skew) * p**2 - carriers.mu for s in ((1, -1), (-1, 1))[which])
    rates = (carriers.electrons.linewidth, carriers.holes.linewidth)[:: 1 - 2 * which]
    (weight,) = kernels.carriers(
        omega, own, other, carriers.gap, rates[0], rates[1], filling, emptying
    )
    return weight


def _within(name: str, value: ArrayLike, lowest: float, highest: float) -> Array:
    """Return finite real numbers within bounds."""
    domain = f"finite real numbers from {lowest:g} to {highest:g}"
    return reals(name, value, domain, lambda x: (x >= lowest) & (x <= highest))

"""The spectrum of a steady state: det M, the scales of its modes, and what more digits tell.

Where a coupling K has a pole it is divided out: what is left has the same zeros and is analytic.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from numerics.response.determinant import (
    determinant,
    determinant_slopes,
    null_vectors,
    state_errors,
    uniform_modes,
)
from numerics.response.long_wavelength import Hydrodynamics
from numerics.response.poles import growth_power, pole_factor
from numerics.response.uniform_limit import dynamic_limit, expansion, static_limit
from numerics.stability.spectrum import Spectrum
from numerics.steady.solution import SteadyState

if TYPE_CHECKING:
    from numerics.precise import CertifiedCount, CertifiedRate

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Up to this wave number in units of gamma, the inverse mean free path at the Fermi velocity of 2
#: being half of it, the expansion (46) gives starting points: it is one in q over that.
_LONG = 1.0
#: The largest frequency of modes: a fifth beyond the threshold of pairs, or twice the edge of the
#: occupation, and four linewidths, over which both are smeared out.
_THRESHOLD, _SMEARED = 2.4, 4.0
#: An occupation falls to exp(-8) of itself so many temperatures from its edge.
_TAIL = 8.0
#: The largest wave number in units of the radius of the filled region: its diameter, and some more.
_DIAMETER = 2.1


def spectrum_of(state: SteadyState) -> Spectrum:
    """Return the spectrum of a steady state, whose function is det M, scaled."""
    response = _Response(state)
    gamma, carriers = state.parameters.linewidth, state.carriers
    filled = carriers.filled_energies()
    highest = max(filled)
    lowest, bottom = state.lowest_excitation, math.hypot(state.mu, state.gap)
    coupling, reach = state.parameters.coupling, filled_diameter(state)
    return Spectrum(
        determinant=response.determinant,
        linewidth=carriers.margin,
        lowest_excitation=lowest,
        reach=reach,
        edges=(2 * lowest, *(2 * energy for energy in filled)),
        # scattering within a branch, from no energy on up to that from its minimum to p = 0
        bends=(0.0, 2 * bottom, bottom - lowest),
        highest=_THRESHOLD * max(lowest, highest) + _SMEARED * gamma,
        energies=max(
            abs(state.mu) + state.gap + highest + gamma, coupling.energies(reach, state.mu)
        ),
        power=growth_power(state),
        slow_modes=response.slow_modes,
        squared_velocity=response.squared_velocity,
        effect_of_errors=response.effect_of_errors,
        slopes=response.slopes,
        null_vectors=response.null_vectors,
        certified_rate=response.certified_rate,
        certified_count=response.certified_count,
    )


def filled_diameter(state: SteadyState) -> float:
    """Return a wave number beyond which quasiparticles do not scatter among occupied states.

    The upper branch is filled where E_p < |mu_lambda - mu| of some reservoir, up to gamma and its
    temperature; of different masses one branch lies lower, by the part a of its kinetic energy.
    """
    carriers = state.carriers
    smeared = _SMEARED * state.parameters.linewidth
    energy = max(carriers.filled_energies(_TAIL, smeared))
    above = math.sqrt(max(energy**2 - state.gap**2, 0.0))
    radius = math.sqrt(max(state.mu + above, 0.0))
    # the pairs' own momentum scale, where nothing is filled
    return _DIAMETER * max(radius, math.sqrt(state.lowest_excitation) / 4)


@dataclass(frozen=True)
class _Response:
    """The functions of a spectrum at one state; a value, so that spectra can be sent elsewhere."""

    state: SteadyState

    def determinant(self, q: Array, omega: Complex, rtol: float) -> tuple[Complex, Array]:
        value, bound = determinant(self.state, q, omega, rtol)
        factor, _, _ = pole_factor(self.state, q, omega)
        return value * factor, bound * np.abs(factor)

    def effect_of_errors(self, q: Array, omega: Complex) -> Array:
        factor = pole_factor(self.state, q, omega).value
        return np.asarray(state_errors(self.state, q, omega) * np.abs(factor))

    def slopes(
        self, q: Array, omega: Complex, rtol: float
    ) -> tuple[Complex, Array, Complex, Complex]:
        value, bound, by_omega, by_q = determinant_slopes(self.state, q, omega, rtol)
        factor, by_frequency, by_wave = pole_factor(self.state, q, omega)
        return (
            value * factor,
            bound * np.abs(factor),
            by_omega * factor + value * by_frequency,
            by_q * factor + value * by_wave,
        )

    def null_vectors(self, q: Array, omega: Complex, rtol: float) -> Complex:
        return null_vectors(self.state, q, omega, rtol)

    def slow_modes(self, q: float) -> list[complex]:
        """Return the modes of the expansion (46) for wave numbers at which it holds."""
        if not q < _LONG * self.state.carriers.margin:
            return []
        return list(uniform_modes(self._expansion, q))

    def squared_velocity(self) -> float:
        # Re det M = A' (omega**2 - square q**2) for small q and omega, scaled alike
        return static_limit(self.state).value / dynamic_limit(self.state).value

    def certified_rate(self, q: float, omega: complex, digits: int) -> CertifiedRate:
        from numerics.precise import certified_rate

        return certified_rate(self.state, q, omega, digits)

    def certified_count(self, q: float, digits: int) -> CertifiedCount:
        from numerics.precise import certified_count

        return certified_count(self.state, q, digits)

    @functools.cached_property
    def _expansion(self) -> Hydrodynamics:
        return expansion(self.state)

"""The integrand of the response function Pi_st under sum_p of a state.

Of equal carriers it comes from the generated kernels, which know branches; of others from matrices.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import Carriers
from numerics.kernels import response_numpy as kernels
from numerics.quadrature.chunks import CHUNK
from numerics.response.branch_loop import require_branches
from numerics.response.reference_matrices import PAIRING, MatrixIntegrand
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

Part = Literal["all", "inter", "intra"]

#: Pairs of branches, as signs of the energies at p + q/2 and p - q/2, of each part, (73) and (74).
BRANCHES: dict[str, tuple[tuple[int, int], ...]] = {
    "all": ((1, 1), (1, -1), (-1, 1), (-1, -1)),
    "inter": ((1, -1), (-1, 1)),
    "intra": ((1, 1), (-1, -1)),
}


def analytic_frequency(state: SteadyState, omega: complex) -> complex:
    """Return a frequency where the response is analytic, or say that it is not.

    Raises
    ------
    ValueError
        If Im(omega) <= -gamma, where the poles of G^R meet the edge of the occupation; of different
        rates the smaller one counts.
    """
    omega = complex(omega)
    gamma = state.carriers.margin
    if not (math.isfinite(omega.real) and omega.imag > -gamma and math.isfinite(omega.imag)):
        raise ValueError(
            f"omega = {omega:g} is outside its domain: finite, Im(omega) > {-gamma:g} (-gamma, ε_F)"
        )
    return omega


@dataclass(frozen=True)
class ResponseIntegrand:
    """Pi_st before the sum over momenta, at one frequency.

    Parameters
    ----------
    state : SteadyState
        The steady state.
    omega : complex
        Frequency, Im(omega) > -gamma.
    part : {"all", "inter", "intra"}
        Which branches.

    Raises
    ------
    ValueError
        If `omega` or `part` is outside its domain.
    """

    state: SteadyState
    omega: complex
    part: Part = "all"

    #: As of `MatrixIntegrand`.
    reach, step, diverges = MatrixIntegrand.reach, MatrixIntegrand.step, True

    def __post_init__(self) -> None:
        object.__setattr__(self, "omega", analytic_frequency(self.state, self.omega))
        if self.part not in BRANCHES:
            raise ValueError(f"part = {self.part!r} is outside its domain {', '.join(BRANCHES)}")
        if self.part != "all":
            require_branches(self.carriers)

    @property
    def carriers(self) -> Carriers:
        """Electrons and holes."""
        return self.state.carriers

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """The vertices: amplitude and phase."""
        return PAIRING

    def __call__(self, p_plus: Array, p_minus: Array) -> Complex:
        """Return Pi_11, Pi_12, Pi_21, Pi_22 at pairs of momenta, shape (4, n).

        The second term of (37) is taken with the two momenta exchanged, which the sum over
        momenta undoes.
        """
        if not self.state.parameters.symmetric:
            integrand = MatrixIntegrand(self.carriers, self.omega, part=self.part)
            return integrand(p_plus, p_minus)
        values = np.empty((4, p_plus.size), dtype=complex)
        for start in range(0, p_plus.size, CHUNK):
            piece = slice(start, start + CHUNK)
            values[:, piece] = self._piece(p_plus[piece], p_minus[piece])
        return values

    def _piece(self, p_plus: Array, p_minus: Array) -> Complex:
        gap, mu = self.state.gap, self.state.mu
        xi_plus, xi_minus = p_plus**2 - mu, p_minus**2 - mu
        energies = (np.sqrt(xi_plus**2 + gap**2), np.sqrt(xi_minus**2 + gap**2))
        transfer = self.omega.real
        direct = self._loop(xi_plus, xi_minus, energies, transfer)
        mirrored = direct if transfer == 0 else self._loop(xi_plus, xi_minus, energies, -transfer)
        # the second term of (37) is the conjugate of the first at -omega*
        return 0.5j * (direct - mirrored.conj())

    def _loop(
        self, xi_plus: Array, xi_minus: Array, energies: tuple[Array, Array], transfer: float
    ) -> Complex:
        """Sum Tr[tau_s G^R tau_t G^K] over branches and reservoirs."""
        gamma, weighted = self.state.parameters.linewidth, self.state.occupation.weighted
        shared = (self.state.gap, gamma, gamma + self.omega.imag, transfer)
        total = np.zeros((4, xi_plus.size), dtype=complex)
        for plus, minus in BRANCHES[self.part]:
            momenta = (xi_plus, xi_minus, plus * energies[0], minus * energies[1])
            parts = weighted(kernels.step, kernels.thermal, kernels.empty, *momenta, *shared)
            total += parts[0::2] + 1j * parts[1::2]
        return total

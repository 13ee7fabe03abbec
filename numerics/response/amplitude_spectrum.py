"""The spectral function of the amplitude of the order parameter, Im [M^-1]_11, Fig. 14."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.domain import choice
from numerics.response.determinant import elements_of, of_elements
from numerics.response.fluctuation import converged_value, matrix_of_part
from numerics.results import FullResult, Sampled, also_full
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]

#: Parts of which M = 2/U - Pi exists: the divergence of 2/U is that of the inter-band part.
PARTS = ("all", "inter")


@also_full
def spectral_function(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    part: str = "all",
    *,
    rtol: float = 1e-8,
    full: bool = False,
) -> Array | Sampled:
    """Return Im [M(q, omega)^-1]_11, the spectrum of amplitude fluctuations, Fig. 14.

    Parameters
    ----------
    state, q, omega
        As in `fluctuation_matrix`.
    part : {"all", "inter"}
        With the whole response, or with transitions between the quasiparticle branches only.
    rtol : float
        Tolerance of M, relative to its largest element; near a collective mode the inverse
        amplifies it, which the error of the `FullResult` tells.
    full : bool
        Return a `FullResult`.

    Returns
    -------
    ndarray, shape (...), or FullResult

    Raises
    ------
    ValueError
        If an argument is outside its domain, or M is singular: a collective mode is met exactly,
        as at q = omega = 0.
    ConvergenceError
        As in `fluctuation_matrix`.

    Examples
    --------
    >>> from numerics import Parameters, solve_steady_state, spectral_function
    >>> state = solve_steady_state(Parameters(inv_kfa=-1.0))
    >>> bool(spectral_function(state, 0.1, 2 * state.gap) > 0)
    True
    """
    choice("part", part, PARTS, "2/U diverges like Pi_inter")
    found = matrix_of_part(state, q, omega, part, rtol)
    m, error = found.value, found.error
    determinant = of_elements(elements_of(m))
    size = np.abs(m[..., 0, 0] * m[..., 1, 1]) + np.abs(m[..., 0, 1] * m[..., 1, 0])
    if (np.abs(determinant) <= 4 * np.finfo(float).eps * size).any():
        raise ValueError("M(q, omega) is singular: q and omega are those of a collective mode")
    inverse = np.stack([m[..., 1, 1], -m[..., 0, 1]], axis=-1) / determinant[..., None]
    column = np.stack([m[..., 1, 1], -m[..., 1, 0]], axis=-1) / determinant[..., None]
    # d(M^-1)_11 = -(M^-1)_1i dM_ij (M^-1)_j1
    spread = np.einsum("...i,...ij,...j->...", np.abs(inverse), error, np.abs(column))
    result = FullResult(inverse[..., 0].imag, spread, found.evaluations, found.status)
    return result if full else converged_value(result)

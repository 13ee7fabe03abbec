"""The response function Pi(q, omega), (37), and the fluctuation matrix M = 2/U - Pi, (36).

Both momentum integrals are done in closed form by `derive`; one integral over the frequency
remains.  It converges like |nu|**(-3/2) once what diverges with the momentum is subtracted: that
is the sum over 1/p**2 of 2/U.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.domain import LARGEST, broadcast, choice, complexes, instance, reals, tolerance
from numerics.errors import ConvergenceError
from numerics.quadrature.adaptive import Means
from numerics.response.branch_loop import branch_integral, require_branches
from numerics.response.frequency_grid import NO_WAVE
from numerics.response.goldstone import loose_matrix
from numerics.response.intra_band import intra_band_integral, status_of
from numerics.response.loop_integral import loop_integral
from numerics.results import FullResult, Sampled, Status, also_full
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

_EPS = float(np.finfo(float).eps)
PARTS = ("all", "inter", "intra")
#: The whole and its part within the branches, side by side.
_APART = "apart"
#: How many points (q, omega) are done at a time, and by what.
_HERE = Means()


@overload
def fluctuation_matrix(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    *,
    rtol: float = ...,
    full: Literal[False] = ...,
) -> Complex: ...


@overload
def fluctuation_matrix(
    state: SteadyState, q: ArrayLike, omega: ArrayLike, *, rtol: float = ..., full: Literal[True]
) -> Sampled: ...


def fluctuation_matrix(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    *,
    rtol: float = 1e-8,
    full: bool = False,
) -> Complex | Sampled:
    """Return the fluctuation matrix M(q, omega) = 2/U - Pi(q, omega), (36).

    Its determinant vanishes at the collective modes; index 0 is the amplitude of the order
    parameter, index 1 its phase.  It is analytic for Im(omega) > -gamma and regular at q = 0.

    Parameters
    ----------
    state : SteadyState
        The steady state.
    q : array_like
        Wave number, k_F; M depends on its modulus.
    omega : array_like
        Frequency, epsilon_F, complex with Im(omega) > -gamma; broadcasts against `q`.
    rtol : float
        Tolerance relative to the largest element of each matrix.
    full : bool
        Return a `FullResult`.

    Returns
    -------
    ndarray of complex, shape (..., 2, 2), or FullResult

    Raises
    ------
    ValueError
        If q or omega is outside its domain.
    ConvergenceError
        If the tolerance is not reached, with the `FullResult` in `.last`; not if `full`.

    Examples
    --------
    >>> from numerics import Parameters, fluctuation_matrix, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=-1.0))
    >>> matrix = fluctuation_matrix(state, [0.0, 0.1], 0.05)
    >>> matrix.shape
    (2, 2, 2)
    """
    result = matrix_of_part(state, q, omega, "all", rtol)
    return result if full else converged_value(result)


def matrix_of_part(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    part: str,
    rtol: float,
    means: Means = _HERE,
) -> Sampled:
    """Return M = 2/U - Pi with the whole or a part of Pi, and all about it."""
    choice("part", part, PARTS)
    result, coupling = _correlation(state, Points.of(state, q, omega), part, rtol, means)
    return result._replace(value=coupling - result.value)


@also_full
def pair_correlation(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    part: str = "all",
    *,
    rtol: float = 1e-8,
    full: bool = False,
) -> Complex | Sampled:
    r"""Return the pair correlation functions Pi_st(q, omega), (37), or a part of them, (73), (74).

    Pi_11 and Pi_22 diverge like the :math:`\sum_p 1/p^2` of 2/U, which is subtracted from them:
    M = -1/(4 pi a_s) - Pi with the value that is returned.  The divergence belongs to the
    inter-band part; the parts add up to the whole.

    Parameters
    ----------
    state, q, omega, full
        As in `fluctuation_matrix`.
    part : {"all", "inter", "intra"}
        Everything, or the excitations between or within the quasiparticle branches.  Carriers of
        different rates have two branches where the rates differ by less than twice the order
        parameter.
    rtol : float
        Tolerance relative to the largest element of the corresponding M.

    Returns
    -------
    ndarray of complex, shape (..., 2, 2), or FullResult

    Raises
    ------
    ValueError
        If q, omega or part is outside its domain.
    ConvergenceError
        As in `fluctuation_matrix`.

    Examples
    --------
    >>> from numerics import Parameters, pair_correlation, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=0.0))
    >>> pi = pair_correlation(state, 0.2, [0.1, -0.1])
    >>> bool(abs(pi[0, 0, 0] - pi[1, 0, 0].conj()) < 1e-12)
    True
    """
    choice("part", part, PARTS)
    result, _ = _correlation(state, Points.of(state, q, omega), part, rtol)
    return result if full else converged_value(result)


def correlation_and_part(
    state: SteadyState, q: ArrayLike, omega: ArrayLike, *, rtol: float = 1e-8
) -> Sampled:
    """Return Pi as a whole, and its part within the branches, which is computed with it.

    Parameters
    ----------
    state, q, omega, rtol
        As in `pair_correlation`.

    Returns
    -------
    FullResult
        Of values and errors of shape (..., 2, 2, 2): the whole, then the part.

    Raises
    ------
    ValueError
        As in `pair_correlation`.

    Examples
    --------
    >>> from numerics import Parameters, pair_correlation, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=0.0))
    >>> whole, intra = correlation_and_part(state, 0.2, 0.1).value
    >>> bool((intra == pair_correlation(state, 0.2, 0.1, "intra")).all())
    True
    """
    return _correlation(state, Points.of(state, q, omega), _APART, rtol)[0]


def _correlation(
    state: SteadyState, points: Points, part: str, rtol: float, means: Means = _HERE
) -> tuple[Sampled, Complex]:
    """Return Pi or a part of it, and all about it; and 2 K, less the sum over 1/p**2."""
    rtol = tolerance(rtol)
    coupling = state.parameters.coupling.twice(points.q, points.omega, state.mu)
    batches = [
        _batch(state, points.q[some], points.omega[some], coupling[some], part, rtol, means)
        for some in (slice(k, k + means.points) for k in range(0, points.q.size, means.points))
    ]
    one, *others = batches or [_nothing()]
    columns: Iterable[Any] = one
    if others:
        columns = map(np.concatenate, zip(one, *others, strict=True))
    result = FullResult(*(c.reshape(points.shape + c.shape[1:]) for c in columns))
    coarser = state.coarser()
    if coarser is not None:
        # what the error of an occupation of the user's own does
        other, _ = _correlation(coarser, points, part, rtol, means)
        error = result.error + np.abs(result.value - other.value)
        result = result._replace(error=error, evaluations=result.evaluations + other.evaluations)
    return result, coupling.reshape((*points.shape, 2, 2))


def _batch(
    state: SteadyState,
    q: Array,
    omega: Complex,
    coupling: Complex,
    part: str,
    rtol: float,
    means: Means,
) -> Sampled:
    """Return Pi or a part of it at some points."""
    if not state.parameters.closed:
        return _of_two_bands(state, q, omega, coupling, part, rtol, means)
    whole = loop_integral(state, q, omega, coupling, rtol, means)
    if part == "all":
        return whole
    matrix = coupling - whole.value
    size = np.abs(matrix).max(axis=(1, 2))
    return _part(whole, intra_band_integral(state, q, omega, rtol * size), part, size, rtol)


def _part(whole: Sampled, intra: Sampled, part: str, size: Array, rtol: float) -> Sampled:
    """Return a part, or both of these, of Pi that belongs to a matrix M of some size."""
    if part == "intra":
        return intra
    status = status_of(intra.error.max(axis=(1, 2)), size, rtol * size)
    value, error = whole.value - intra.value, whole.error + intra.error
    if part == _APART:
        value, error = (np.stack(both, axis=1) for both in zip(whole[:2], intra[:2], strict=True))
    return FullResult(
        value,
        error,
        whole.evaluations + intra.evaluations,
        np.where(whole.status == Status.CONVERGED, status, whole.status),
    )


def _of_two_bands(
    state: SteadyState,
    q: Array,
    omega: Complex,
    coupling: Complex,
    part: str,
    rtol: float,
    means: Means,
) -> Sampled:
    """Return Pi of the general route: from M, in which the gap equation has been used."""
    if part != "all":
        require_branches(state.carriers)
    found = loose_matrix(state, q, omega, rtol, means)
    # 2 K is added to Pi, and taken from it again for M
    error = found.error + 2 * _EPS * np.abs(coupling)
    whole = found._replace(value=coupling - found.value, error=error)
    if part == "all":
        return whole
    size = np.abs(found.value).max(axis=(1, 2))
    return _part(whole, branch_integral(state, q, omega, rtol * size), part, size, rtol)


def _nothing() -> Sampled:
    """Return the result for no points."""
    return FullResult(
        np.empty((0, 2, 2), dtype=complex),
        np.empty((0, 2, 2)),
        np.empty(0, dtype=np.int64),
        np.empty(0, dtype=np.str_),
    )


def converged_value(result: Sampled) -> NDArray[Any]:
    """Return the value, or say that it did not converge."""
    if (result.status == Status.NOT_CONVERGED).any():
        worst = float(result.error.max())
        raise ConvergenceError(
            f"the integral over frequency has not converged: error {worst:.1e}", result
        )
    return result.value


@dataclass(frozen=True)
class Points:
    """Pairs of wave number and frequency, flattened."""

    q: Array
    omega: Complex
    shape: tuple[int, ...]

    @classmethod
    def of(cls, state: SteadyState, q: ArrayLike, omega: ArrayLike) -> Points:
        """Broadcast, and check the domain."""
        instance("state", state, SteadyState)
        largest = f"of modulus {LARGEST:g} at most"
        wave = np.abs(reals("q", q, f"finite real numbers {largest}", lambda x: abs(x) <= LARGEST))
        gamma = state.carriers.margin
        frequency = complexes(
            "omega",
            omega,
            f"finite numbers {largest}, Im(omega) > {-gamma:g} (-gamma, ε_F)",
            lambda w: (w.imag > -gamma) & (abs(w) <= LARGEST),
        )
        wave, frequency = broadcast(q=wave, omega=frequency)
        return cls(np.maximum(wave.ravel(), NO_WAVE), frequency.ravel(), wave.shape)

"""Fluctuations of a steady state: of its order parameter and its densities, and how hot they are.

What the carriers do by themselves, C^> and C^<, and what a boson does that is lost, acts on the
order parameter like a source: it fluctuates by (1/M) C (1/M)^+, and densities with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.domain import choice, flag, instance, reals, tolerance
from numerics.response.batches import in_batches
from numerics.response.couplings import PAIRING, Coupled, needed
from numerics.response.fluctuation import converged_value
from numerics.response.goldstone import goldstone_matrix
from numerics.response.noise_answer import FINER, Answer, answered, scale_of
from numerics.response.noise_loop import noise_elements
from numerics.response.susceptibility import VERTICES, vertex_names
from numerics.response.vertex_loop import loop_elements, nothing
from numerics.results import FullResult, Sampled, Status, statuses
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]


@overload
def fluctuation_spectrum(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    vertices: Sequence[str] = ...,
    *,
    bare: bool = ...,
    rtol: float = ...,
    full: Literal[False] = ...,
) -> Complex: ...
@overload
def fluctuation_spectrum(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    vertices: Sequence[str] = ...,
    *,
    bare: bool = ...,
    rtol: float = ...,
    full: Literal[True],
) -> Sampled: ...
def fluctuation_spectrum(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    vertices: Sequence[str] = ("amplitude", "phase"),
    *,
    bare: bool = False,
    rtol: float = 1e-8,
    full: bool = False,
) -> Complex | Sampled:
    """Return the symmetrised spectrum of fluctuations, a Hermitian and positive matrix.

    It is the Fourier transform of <O_s(r, t) O_t + O_t O_s(r, t)>/2, D^K/(2 i) for D^K = (1/M) Pi^K
    (1/M)^+: the integral over omega/2pi and all wave numbers is the variance.  In equilibrium it is
    coth(omega/2T)/2 times (chi - chi^+)/i of `response_matrix`.

    Parameters
    ----------
    state : SteadyState
        The steady state; the spectrum diverges where a mode becomes critical, and has no meaning
        beyond.
    q : array_like
        Wave number, k_F; only its modulus matters.
    omega : array_like
        Real frequency, epsilon_F; broadcasts against `q`.
    vertices : sequence of str
        Names as in `susceptibility`, each once, in the order of rows and columns.
    bare : bool
        Leave out what the order parameter answers: Pi^K/(2 i), of independent carriers.
    rtol : float
        Tolerance of each element relative to the geometric mean of the two diagonal ones.
    full : bool
        Return a `FullResult`.

    Returns
    -------
    ndarray of complex, shape (..., n, n), or FullResult

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ConvergenceError
        If the tolerance is not reached, with the `FullResult` in `.last`; not if `full`.

    Examples
    --------
    >>> from numerics import Parameters, fluctuation_spectrum, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=0.0, gamma_v=1e-5))
    >>> spectrum = fluctuation_spectrum(state, 0.1, [0.05, 0.1])
    >>> spectrum.shape, bool((spectrum[:, 1, 1].real > 0).all())
    ((2, 2, 2), True)
    """
    names = vertex_names(vertices)
    found = _both_orders(state, q, omega, names, bare=bare, rtol=rtol)
    value, error = found.value.sum(axis=-3) / 2, found.error.sum(axis=-3) / 2
    found = found._replace(value=value, error=error)
    return found if flag("full", full) else converged_value(found)


@overload
def effective_temperature(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    of: str = ...,
    *,
    rtol: float = ...,
    full: Literal[False] = ...,
) -> Array: ...
@overload
def effective_temperature(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    of: str = ...,
    *,
    rtol: float = ...,
    full: Literal[True],
) -> Sampled: ...
def effective_temperature(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    of: str = "phase",
    *,
    rtol: float = 1e-8,
    full: bool = False,
) -> Array | Sampled:
    """Return the temperature at which equilibrium has the same fluctuations for their response.

    It is T of S = coth(omega/2T) Im chi, of detailed balance between what a quantity absorbs and
    emits at a frequency.  In equilibrium it is that of the bath; out of equilibrium it depends on
    all, and is negative where more is emitted than absorbed.

    Parameters
    ----------
    state, q, full
        As in `fluctuation_spectrum`.
    omega : array_like
        Real frequency other than 0, epsilon_F; broadcasts against `q`.
    of : str
        Whose fluctuations, a name as in `susceptibility`.
    rtol : float
        Tolerance of the fluctuations.

    Returns
    -------
    ndarray, shape (...), or FullResult

    Raises
    ------
    ValueError, ConvergenceError
        As in `fluctuation_spectrum`.

    Examples
    --------
    >>> from numerics import Parameters, effective_temperature, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=0.0, temperature=0.05))
    >>> print(f"{effective_temperature(state, 0.1, 0.2):.6f}")
    0.050000
    """
    choice("of", of, tuple(VERTICES))
    at = reals("omega", omega, "real frequencies other than 0 (ε_F)", lambda w: w != 0)
    found = _both_orders(state, q, at, (of,), bare=False, rtol=rtol)
    at = np.broadcast_to(at, found.status.shape)
    sides, errors = (x[..., 0, 0].real for x in (found.value, found.error))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        logarithms = [
            np.log(np.maximum(sides[..., 0] + k * errors[..., 0], 0.0))
            - np.log(np.maximum(sides[..., 1] - k * errors[..., 1], 0.0))
            for k in (-1, 0, 1)
        ]
        low, value, high = (at / x for x in logarithms)
        error = np.maximum(np.abs(low - value), np.abs(high - value))
    unknown = ~(np.sign(logarithms[0]) == np.sign(logarithms[2])) | ~np.isfinite(error)
    error = np.where(unknown, np.inf, error)
    value = np.where(np.isfinite(value), value, np.inf)
    status = np.where(unknown & (found.status == Status.CONVERGED), Status.ROUNDING, found.status)
    result: Sampled = FullResult(value, error, found.evaluations, status)
    return result if flag("full", full) else converged_value(result)


def _both_orders(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    names: Sequence[str],
    *,
    bare: bool,
    rtol: float,
) -> Sampled:
    """Return the spectra of O_s(t) O_t and of O_t O_s(t), shape (..., 2, n, n)."""
    instance("state", state, SteadyState)
    bare, rtol = flag("bare", bare), tolerance(rtol)
    vertices = [VERTICES[name] for name in names]
    pick = _bare if bare else _coupled

    def at(some: SteadyState, q: Array, omega: Complex) -> Sampled:
        return pick(some, q, omega.real, vertices, rtol)

    return in_batches(state, q, reals("omega", omega), at, (2, len(names), len(names)))


def _bare(
    state: SteadyState, q: Array, omega: Array, vertices: Sequence[int], rtol: float
) -> Sampled:
    """Return C^> and C^<."""
    found = noise_elements(state.carriers, q, omega, vertices, lambda value: rtol * scale_of(value))
    reached = (found.error <= rtol * scale_of(found.value)).all(axis=(1, 2, 3))
    return FullResult(
        found.value,
        found.error,
        found.evaluations,
        statuses(found.missed & ~reached, ~reached),
    )


def _coupled(
    state: SteadyState, q: Array, omega: Array, vertices: Sequence[int], rtol: float
) -> Sampled:
    """Return both with what the order parameter adds to them."""
    carriers, points = state.carriers, omega.astype(complex)
    matrix = goldstone_matrix(state, q, points, FINER * rtol)
    loop = nothing(q.size)
    if needed(vertices):

        def wanted(value: Complex) -> Array:
            return Coupled(vertices, matrix, value).tolerances(rtol / 4)

        loop = loop_elements(carriers, q, points, needed(vertices), wanted)
    # the noise at amplitude and phase, and at each of the others
    basis = [*PAIRING, *(s for s in vertices if s not in PAIRING)]

    def make(some: Sampled) -> Answer:
        return Answer.of(vertices, basis, Coupled(vertices, some, loop.value), loop.error)

    first = make(matrix)
    noise = noise_elements(carriers, q, omega, basis, lambda value: first.tolerances(value, rtol))
    noise.value[:, :, :2, :2] += _of_coupling(state, q, points)
    evaluations, missed = noise.evaluations + loop.evaluations, noise.missed | loop.missed
    noise = noise._replace(evaluations=evaluations, missed=missed)

    def again(where: NDArray[np.bool_], rtol: float) -> Sampled:
        return goldstone_matrix(state, q[where], points[where], rtol)

    return answered(make, noise, matrix, rtol, again)


def _of_coupling(state: SteadyState, q: Array, omega: Complex) -> Complex:
    """Return what a coupling with losses adds to the noise of the order parameter.

    Commutators demand -(2 K - 2 K^+)/i of the difference of both orders in time.  Its positive part
    belongs to the one, its negative part to the other: a boson leaves into a vacuum.
    """
    twice = state.parameters.coupling.twice(q, omega, state.mu)
    lost = 1j * (twice - twice.conj().swapaxes(-1, -2))
    values, vectors = np.linalg.eigh(lost)
    parts = [
        (vectors * np.maximum(side * values, 0.0)[:, None]) @ vectors.conj().swapaxes(-1, -2)
        for side in (1, -1)
    ]
    return np.stack(parts, axis=1)

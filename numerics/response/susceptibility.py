"""Susceptibilities of a condensate: densities, currents, amplitude and phase, with all modes.

To H an amount -sum_t h_t Psi^+ tau_t Psi is added.  It changes <Psi^+ tau_s Psi> by Pi_st h_t, and
the order parameter, by the gap equation, by a_i with M_ij a_j = Pi_it h_t, which acts like another
h_i: the response is Pi_st + Pi_si (1/M)_ij Pi_jt.  For amplitude and phase themselves it is that of
the order parameter to its source, 1/M.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.domain import choice, flag, instance, listed, outside, tolerance
from numerics.response.batches import in_batches
from numerics.response.couplings import PAIRING, Coupled, needed, sufficient_matrix
from numerics.response.fluctuation import converged_value, pair_correlation
from numerics.response.goldstone import goldstone_matrix
from numerics.response.vertex_loop import loop_elements, nothing
from numerics.results import FullResult, Sampled, Status, statuses
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: The vertices by their names, and tau_s.
VERTICES = {
    "amplitude": 1,
    "phase": 2,
    "density": 3,
    "imbalance": 0,
    "current": 4,
    "counterflow": 5,
}


@overload
def susceptibility(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    what: str = ...,
    *,
    bare: bool = ...,
    rtol: float = ...,
    full: Literal[False] = ...,
) -> Complex: ...
@overload
def susceptibility(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    what: str = ...,
    *,
    bare: bool = ...,
    rtol: float = ...,
    full: Literal[True],
) -> Sampled: ...
def susceptibility(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    what: str = "density density",
    *,
    bare: bool = False,
    rtol: float = 1e-8,
    full: bool = False,
) -> Complex | Sampled:
    """Return a susceptibility, of what the first word names to the field of the second.

    It is positive for a static field in equilibrium: a potential -h(r, t) for electrons and for
    holes changes their density n by chi h.  As q -> 0 the static one is then dN/dmu, and at large
    frequencies it is -2 N q**2/omega**2.

    Parameters
    ----------
    state : SteadyState
        The steady state.
    q : array_like
        Wave number, k_F; only its modulus matters.
    omega : array_like
        Frequency, epsilon_F, complex with Im(omega) > -gamma; broadcasts against `q`.
    what : str
        Two of the words "density" for electrons plus holes, "imbalance" for electrons less holes,
        "current" and "counterflow" for the currents of these along the wave number, "amplitude"
        and "phase".  The latter two are changes of Delta by d|Delta| and -i Delta_0 dtheta, and the
        fields that these belong to are their sources, by 1/M.  The field of a current is a vector
        potential; its diamagnetic part is in the response of the currents.
    bare : bool
        Leave out what the order parameter answers: Pi_st of (37).
    rtol : float
        Tolerance relative to the moduli of the bare susceptibility and of what is added to it, or
        to the geometric mean of those of the two words by themselves if that is larger.
    full : bool
        Return a `FullResult`.

    Returns
    -------
    ndarray of complex, shape (...), or FullResult

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ConvergenceError
        If the tolerance is not reached, with the `FullResult` in `.last`; not if `full`.

    Examples
    --------
    >>> from numerics import Parameters, solve_steady_state, susceptibility
    >>> state = solve_steady_state(Parameters(inv_kfa=-1.0))
    >>> static = susceptibility(state, 0.01, 0.0)
    >>> print(f"{static.real:.4f}")
    0.0543
    """
    names = tuple(what.split()) if isinstance(what, str) else ()
    if len(names) != 2 or not set(names) <= VERTICES.keys():
        raise outside("what", what, f"two of the words {', '.join(VERTICES)}")
    found = _response(state, q, omega, tuple(dict.fromkeys(names)), bare=bare, rtol=rtol)
    # the last row or column is that of the second word, whether or not there are two
    found = found._replace(value=found.value[..., 0, -1], error=found.error[..., 0, -1])
    return found if flag("full", full) else converged_value(found)


@overload
def response_matrix(
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
def response_matrix(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    vertices: Sequence[str] = ...,
    *,
    bare: bool = ...,
    rtol: float = ...,
    full: Literal[True],
) -> Sampled: ...
def response_matrix(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    vertices: Sequence[str] = ("amplitude", "phase", "density"),
    *,
    bare: bool = False,
    rtol: float = 1e-8,
    full: bool = False,
) -> Complex | Sampled:
    """Return the susceptibilities among some vertices, as a matrix.

    Parameters
    ----------
    state, q, omega, bare, full
        As in `susceptibility`.
    vertices : sequence of str
        Names as in `susceptibility`, each once, in the order of rows and columns.
    rtol : float
        As in `susceptibility`, for each element.

    Returns
    -------
    ndarray of complex, shape (..., n, n), or FullResult

    Raises
    ------
    ValueError, ConvergenceError
        As in `susceptibility`.

    Examples
    --------
    >>> from numerics import Parameters, response_matrix, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=-1.0))
    >>> response_matrix(state, [0.0, 0.1], 0.05).shape
    (2, 3, 3)
    """
    names = vertex_names(vertices)
    found = _response(state, q, omega, names, bare=bare, rtol=rtol)
    return found if flag("full", full) else converged_value(found)


def vertex_names(vertices: object) -> tuple[str, ...]:
    """Return checked names of vertices, each once."""
    domain = f"some of {', '.join(VERTICES)}, each once"
    names = listed("vertices", vertices, domain)
    for name in names:
        choice("vertices", name, tuple(VERTICES))
    if not names or len(set(names)) < len(names):
        raise outside("vertices", names, domain)
    return names


def _response(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    names: tuple[str, ...],
    *,
    bare: bool,
    rtol: float,
) -> Sampled:
    """Return the susceptibilities among some vertices."""
    instance("state", state, SteadyState)
    bare, rtol = flag("bare", bare), tolerance(rtol)
    vertices = [VERTICES[name] for name in names]
    pick = _bare if bare else _coupled

    def at(some: SteadyState, q: Array, omega: Complex) -> Sampled:
        return pick(some, q, omega, vertices, rtol)

    return in_batches(state, q, omega, at, (len(names),) * 2)


def _bare(
    state: SteadyState, q: Array, omega: Complex, vertices: Sequence[int], rtol: float
) -> Sampled:
    """Return Pi_st, with the sum over 1/p**2 subtracted from Pi_11 and Pi_22."""
    shape = (q.size, len(vertices), len(vertices))
    value, error = np.zeros(shape, dtype=complex), np.zeros(shape)
    evaluations, missed = np.zeros(q.size, np.int64), np.zeros(q.size, bool)
    limited = missed
    pairing = [k for k, s in enumerate(vertices) if s in PAIRING]
    pairs = [(j, k) for j in range(shape[1]) for k in range(shape[1]) if {j, k} - set(pairing)]
    if pairing:
        found = pair_correlation(state, q, omega, rtol=rtol, full=True)
        at, of = np.ix_(pairing, pairing), np.array(vertices)[pairing] - 1
        for whole, part in ((value, found.value), (error, found.error)):
            whole[:, at[0], at[1]] = part[:, of[:, None], of]
        evaluations = evaluations + found.evaluations
        missed = missed | (found.status == Status.NOT_CONVERGED)
        limited = limited | (found.status == Status.ROUNDING)
    if pairs:
        chosen = [(vertices[j], vertices[k]) for j, k in pairs]
        rows, columns = np.array(pairs).T
        one = np.flatnonzero(rows == columns)

        def wanted(elements: Complex) -> Array:
            sizes = np.abs(np.diagonal(value, axis1=1, axis2=2))
            sizes[:, rows[one]] = np.abs(elements[:, one])
            # symmetries make some elements zero
            means = np.sqrt(sizes[:, rows] * sizes[:, columns])
            return rtol * np.maximum(np.abs(elements), means)

        loop = loop_elements(state.carriers, q, omega, chosen, wanted)
        for column, (j, k) in enumerate(pairs):
            value[:, j, k], error[:, j, k] = loop.value[:, column], loop.error[:, column]
        evaluations = evaluations + loop.evaluations
        missed, limited = missed | loop.missed, limited | loop.limited
    return FullResult(value, error, evaluations, statuses(missed, limited))


def _coupled(
    state: SteadyState, q: Array, omega: Complex, vertices: Sequence[int], rtol: float
) -> Sampled:
    """Return the susceptibilities with what the order parameter adds to them."""
    finest = rtol / 8
    matrix = goldstone_matrix(state, q, omega, finest)
    loop = nothing(q.size)
    if needed(vertices):

        def wanted(value: Complex) -> Array:
            return Coupled(vertices, matrix, value).tolerances(rtol)

        loop = loop_elements(state.carriers, q, omega, needed(vertices), wanted)

    def excess(some: Sampled) -> Array:
        found = Coupled(vertices, some, loop.value)
        return np.asarray((found.of_matrix() / (rtol / 2 * found.scale)).max(axis=(1, 2)))

    def again(where: NDArray[np.bool_], rtol: float) -> Sampled:
        return goldstone_matrix(state, q[where], omega[where], rtol)

    matrix = sufficient_matrix(matrix, finest, again, excess)
    evaluations = loop.evaluations + matrix.evaluations
    found = Coupled(vertices, matrix, loop.value)
    error = found.error(loop.error)
    reached = (error <= rtol * found.scale).all(axis=(1, 2))
    failed = loop.missed | (matrix.status == Status.NOT_CONVERGED)
    failed |= ~np.isfinite(error).all(axis=(1, 2))
    return FullResult(found.value, error, evaluations, statuses(failed & ~reached, ~reached))

"""Light of a condensate whose pairs turn into photons: the photon's propagator, what it emits.

The photon field follows the order parameter, and besides what it exchanges with what it is lost
into: phi = L a + R x, where M a is what the carriers do by themselves plus S x.  Its response to x
is its propagator, and x without a light outside is the noise of a vacuum.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.couplings import Boson
from numerics.domain import flag, instance, outside, reals, tolerance
from numerics.interaction import Light
from numerics.response.batches import in_batches
from numerics.response.couplings import PAIRING, Coupled, sufficient_matrix
from numerics.response.fluctuation import converged_value
from numerics.response.goldstone import goldstone_matrix
from numerics.response.noise_answer import FINER, Answer, answered
from numerics.response.noise_loop import noise_elements
from numerics.results import FullResult, Sampled, Status, statuses
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Rounding of the products of matrices.
_ROUNDING = 16 * float(np.finfo(float).eps)


@overload
def luminescence(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    *,
    rtol: float = ...,
    full: Literal[False] = ...,
) -> Array: ...
@overload
def luminescence(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    *,
    rtol: float = ...,
    full: Literal[True],
) -> Sampled: ...
def luminescence(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    *,
    rtol: float = 1e-8,
    full: bool = False,
) -> Array | Sampled:
    """Return the spectrum of photons beside the condensate, as they leave the cavity.

    It is the Fourier transform of <phi^+ phi(r, t)>, the lesser function of the photon, which is
    not negative.  Its integral over omega/2pi and all wave numbers is the density of photons that
    are not in the condensate; 2 loss times as many leave within a unit of time.  In equilibrium it
    is the Bose function times the spectral function of `photon_propagator`.

    Parameters
    ----------
    state : SteadyState
        A steady state of a model whose coupling is a `Boson`.  The spectrum diverges where a mode
        becomes critical, and has no meaning beyond.
    q : array_like
        Wave number, k_F; only its modulus matters.
    omega : array_like
        Real frequency from that of the condensate, which is 2 mu, epsilon_F; broadcasts against
        `q`.
    rtol : float
        Tolerance relative to what is emitted and absorbed together, the sum of both orders in time.
    full : bool
        Return a `FullResult`.

    Returns
    -------
    ndarray, shape (...), or FullResult
        Per epsilon_F, for one mode of the photon.

    Raises
    ------
    ValueError
        If an argument is outside its domain, or there is no boson.
    ConvergenceError
        If the tolerance is not reached, with the `FullResult` in `.last`; not if `full`.

    Examples
    --------
    >>> from numerics import Boson, Model, Reservoir, luminescence, solve_steady_state
    >>> photon = Boson(g=0.7, detuning=1.2, mass=0.05, loss=1e-3)
    >>> bath = Reservoir("bath", 1e-3, mu=0.9, temperature=0.02)
    >>> state = solve_steady_state(Model(photon, [bath], density=False))
    >>> spectrum = luminescence(state, 0.2, [-0.1, 0.1, 0.3])
    >>> bool((spectrum > 0).all()), spectrum.shape
    (True, (3,))
    """
    instance("state", state, SteadyState)
    rtol = tolerance(rtol)

    def at(some: SteadyState, q: Array, omega: Complex) -> Sampled:
        return _both_orders(some, q, omega, rtol)

    found = in_batches(state, q, reals("omega", omega), at, (2, 1, 1))
    emitted = (..., 1, 0, 0)
    found = found._replace(value=found.value.real[emitted], error=found.error[emitted])
    return found if flag("full", full) else converged_value(found)


@overload
def photon_propagator(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    *,
    rtol: float = ...,
    full: Literal[False] = ...,
) -> Complex: ...
@overload
def photon_propagator(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    *,
    rtol: float = ...,
    full: Literal[True],
) -> Sampled: ...
def photon_propagator(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    *,
    rtol: float = 1e-8,
    full: bool = False,
) -> Complex | Sampled:
    """Return the photon's retarded propagator among the carriers, 1/(omega - E_q + i loss) alone.

    Its spectral function, -2 times the imaginary part, is what the cavity absorbs less what it
    emits, negative where it amplifies; its integral over omega/2pi is one.

    Parameters
    ----------
    state, q, full
        As in `luminescence`.
    omega : array_like
        Frequency from 2 mu, epsilon_F, complex with Im(omega) > -gamma; broadcasts against `q`.
    rtol : float
        Tolerance relative to its modulus.

    Returns
    -------
    ndarray of complex, shape (...), or FullResult
        Per epsilon_F.

    Raises
    ------
    ValueError, ConvergenceError
        As in `luminescence`.

    Examples
    --------
    >>> from numerics import Boson, Model, Reservoir, photon_propagator, solve_steady_state
    >>> photon = Boson(g=0.7, detuning=1.2, mass=0.05, loss=1e-3)
    >>> state = solve_steady_state(Model(photon, [Reservoir("bath", 1e-3, mu=0.9)], density=False))
    >>> print(f"{photon_propagator(state, 0.2, 1e4j).imag * 1e4:.2f}")
    -1.00
    """
    instance("state", state, SteadyState)
    rtol = tolerance(rtol)

    def at(some: SteadyState, q: Array, omega: Complex) -> Sampled:
        return _propagator(some, q, omega, rtol)

    found = in_batches(state, q, omega, at, ())
    return found if flag("full", full) else converged_value(found)


def _boson(state: SteadyState) -> Boson:
    """Return the coupling, in which there is a photon."""
    coupling = state.parameters.coupling
    if not isinstance(coupling, Boson):
        raise outside("coupling", coupling, "a Boson")
    return coupling


class _Field(NamedTuple):
    """What the photon does for noise of amplitude and phase, and for sources of its own.

    Parameters
    ----------
    carriers, own : ndarray of complex, shape (n, 2)
        The first row of L (1/M), and of L (1/M) S + R.
    carriers_error, own_error : ndarray, shape (n, 2)
        Bounds of errors.
    """

    carriers: Complex
    own: Complex
    carriers_error: Array
    own_error: Array

    @classmethod
    def of(cls, matrix: Sampled, light: Light) -> _Field:
        """Return it for M, with its errors."""
        shape = (len(matrix.value), 0)
        coupled = Coupled(PAIRING, matrix, np.zeros(shape, dtype=complex))
        inverse, change = coupled.outgoing(np.zeros(shape))
        order, source = light.order[:, :1], light.source
        rounding = (_ROUNDING + light.rounding)[:, None, None]
        with np.errstate(invalid="ignore", over="ignore"):
            carriers = order @ inverse
            through = carriers @ source
            lost = np.abs(order) @ (change + rounding * np.abs(inverse))
            more = (lost + rounding * np.abs(carriers)) @ np.abs(source)
        # that of the photon itself, not of its conjugate
        own = light.own[:, :1] * np.array([1.0, 0.0])
        error = more[:, 0] + rounding[:, 0] * np.abs(own)
        return cls(carriers[:, 0], through[:, 0] + own, lost[:, 0], error)

    def answer(self) -> Answer:
        """Return it as an answer to the four."""
        parts: list[Any] = [
            np.concatenate(pair, axis=1)[:, None]
            for pair in ((self.carriers, self.own), (self.carriers_error, self.own_error))
        ]
        return Answer(*parts)


def _both_orders(state: SteadyState, q: Array, omega: Complex, rtol: float) -> Sampled:
    """Return the spectra of phi(t) phi^+ and of phi^+ phi(t), shape (n, 2, 1, 1)."""
    coupling = _boson(state)
    light = coupling.light(q, omega, state.mu)
    matrix = goldstone_matrix(state, q, omega, FINER * rtol)

    def make(some: Sampled) -> Answer:
        return _Field.of(some, light).answer()

    def with_vacuum(carriers: NDArray[Any]) -> NDArray[Any]:
        whole = np.zeros((len(carriers), 2, 4, 4), dtype=carriers.dtype)
        whole[:, :, :2, :2] = carriers
        # commutators demand 2 loss of the difference, and nothing comes from outside: a photon is
        # put into the vacuum in the one order in time, its conjugate in the other one
        whole[:, 0, 2, 2] = whole[:, 1, 3, 3] = 2 * coupling.loss
        return whole

    first = make(matrix)

    def wanted(value: Complex) -> Array:
        return first.tolerances(with_vacuum(value), rtol)[:, :, :2, :2]

    noise = noise_elements(state.carriers, q, omega.real, PAIRING, wanted)
    error = np.zeros((q.size, 2, 4, 4))
    error[:, :, :2, :2] = noise.error
    noise = noise._replace(value=with_vacuum(noise.value), error=error)

    def again(where: NDArray[np.bool_], rtol: float) -> Sampled:
        return goldstone_matrix(state, q[where], omega[where], rtol)

    return answered(make, noise, matrix, rtol, again)


def _propagator(state: SteadyState, q: Array, omega: Complex, rtol: float) -> Sampled:
    """Return the photon's propagator, shape (n,)."""
    light = _boson(state).light(q, omega, state.mu)
    matrix = goldstone_matrix(state, q, omega, FINER * rtol)

    def excess(some: Sampled) -> Array:
        found = _Field.of(some, light)
        return np.asarray(found.own_error[:, 0] / (rtol * np.abs(found.own[:, 0])))

    def again(where: NDArray[np.bool_], rtol: float) -> Sampled:
        return goldstone_matrix(state, q[where], omega[where], rtol)

    matrix = sufficient_matrix(matrix, FINER * rtol, again, excess)
    found = _Field.of(matrix, light)
    value, error = found.own[:, 0], found.own_error[:, 0]
    unknown = ~np.isfinite(error)
    error[unknown] = np.inf
    reached = error <= rtol * np.abs(value)
    failed = unknown | (matrix.status == Status.NOT_CONVERGED)
    return FullResult(value, error, matrix.evaluations, statuses(failed & ~reached, ~reached))

"""The long-wavelength coefficients of the fluctuation matrix, (46)-(48), at finite linewidth.

Two limits do not commute, gamma -> 0 and q -> 0.  At q = 0 and finite gamma the poles of G^R and
G^A of one branch lie opposite to each other, 2 gamma apart, and their product leaves a finite term
as gamma -> 0; for v q >> gamma they have moved apart, and it is gone.  Here q -> 0 comes first, as
in (46); the expansion then holds for v q << gamma.  `numerics.response.narrow_coupling` has the
other order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.domain import instance, tolerance
from numerics.errors import ConvergenceError
from numerics.kept import Kept
from numerics.kernels import expansion_numpy as kernels
from numerics.quadrature.rules import Grid, gauss_kronrod, graded_panels
from numerics.response.expansion_loop import add_disagreement, coefficient_integrals
from numerics.results import FullResult, Status
from numerics.steady.equations import Unknowns, occupation_momenta
from numerics.steady.momentum_sums import MEASURE
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: The integral is done in 1/p beyond this multiple of the momentum scale of the state.
_NEAR = 4.0
#: Panels keep the singular points this many half-lengths away; more where that is not enough.
_SEPARATIONS = (2.5, 3.5, 5.0)
#: By how many ulp energies are moved to see what rounding does to the integrands.
_EPS = float(np.finfo(float).eps)
_MOVED = 4 * _EPS
#: The change is one sample of the rounding errors, and they may be this much larger.
_SAFETY = 4.0
#: How much of the difference between the quadrature rules rounding may be, in units of its bound.
_NOISE = 2.0
#: Shorter panels leave less than a thousandth of an error of quadrature, but most of one of
#: rounding; a coefficient whose rounding is above the second part of its size is no result.
_STAYS, _LOST = 0.1, 1e-2


@dataclass(frozen=True, eq=False)
class Coefficients(Kept):
    """Coefficients of M for small q and omega, with the signs of (46), or their errors.

    Parameters
    ----------
    alpha, beta, eta : ndarray, shape (2, 2)
        M_11 = alpha_11 + beta_11 q**2 - i eta_11 omega,
        M_12 = -beta_12 q**2 + i eta_12 omega,
        M_21 = alpha_21 + beta_21 q**2 - i eta_21 omega, M_22 = beta_22 q**2 - i eta_22 omega;
        alpha_12 and alpha_22 vanish by (40) and (41).
    zeta : ndarray, shape (2,)
        The next order of the second column, which (46) leaves out: M_12 has + zeta_12 omega**2,
        M_22 has - zeta_22 omega**2.
    """

    alpha: Array
    beta: Array
    eta: Array
    zeta: Array

    @classmethod
    def of(cls, values: Array) -> Coefficients:
        """Sort the twelve outputs of the kernels."""
        alpha = np.array([[values[0], 0.0], [values[1], 0.0]])
        parts = (alpha, values[2:6].reshape(2, 2), values[6:10].reshape(2, 2), values[10:].copy())
        for part in parts:
            part.flags.writeable = False
        return cls(*parts)


@dataclass(frozen=True, eq=False)
class Hydrodynamics(Coefficients):
    """Coefficients of (46) at a steady state, and what follows from them; q -> 0 first.

    They are those at finite gamma, and describe v q << gamma.

    Parameters
    ----------
    alpha, beta, eta, zeta
        As in `Coefficients`.
    state : SteadyState
        Where; it knows its parameters.
    error : Coefficients
        Bounds of the errors for this state: quadrature and rounding.
    evaluations : int
        Momenta at which the integrands were evaluated.
    status : Status
        "converged", or "rounding" where the tolerance is below what rounding allows.
    """

    state: SteadyState
    error: Coefficients
    evaluations: int
    status: Status = field(default=Status.CONVERGED)

    @property
    def prefactor(self) -> float:
        """A of (47), the coefficient of omega**2: -(eta_11 eta_22 + eta_12 eta_21)."""
        eta = self.eta
        return -float(eta[0, 0] * eta[1, 1] + eta[0, 1] * eta[1, 0])

    @property
    def damping(self) -> float:
        """Gamma of (47): A Gamma = -(alpha_11 eta_22 + alpha_21 eta_12)."""
        force = self.alpha[0, 0] * self.eta[1, 1] + self.alpha[1, 0] * self.eta[0, 1]
        return -float(force) / self.prefactor

    @property
    def stiffness(self) -> float:
        """The number c of (47): A c = -(alpha_11 beta_22 + alpha_21 beta_12)."""
        return -self._force() / self.prefactor

    @property
    def dynamic_prefactor(self) -> float:
        """The whole coefficient of omega**2 of det M.

        (47) follows from (46), which has no omega**2: the terms alpha_11 zeta_22 and
        alpha_21 zeta_12, of the same order in the determinant, are left out there and kept here.
        """
        missing = self.alpha[0, 0] * self.zeta[1] + self.alpha[1, 0] * self.zeta[0]
        return self.prefactor - float(missing)

    @property
    def sound_velocity(self) -> float:
        """The velocity of the phase mode, from the whole coefficient of omega**2.

        Where the damping vanishes, omega = v q; elsewhere omega = v q where v q >> Gamma.

        Raises
        ------
        ValueError
            Where the square of the velocity is negative.
        """
        square = -self._force() / self.dynamic_prefactor
        if not square >= 0:
            raise ValueError(f"no sound: the square of its velocity is {square:g}")
        return math.sqrt(square)

    def _force(self) -> float:
        return float(self.alpha[0, 0] * self.beta[1, 1] + self.alpha[1, 0] * self.beta[0, 1])

    def modes(self, q: ArrayLike) -> Complex:
        """Return both frequencies of (48) at wave numbers q, shape (..., 2).

        Without the omega**2 of M_22, see `hydrodynamics`: at unitarity in equilibrium they are a
        third too large.

        The first one vanishes with q where Gamma > 0: the diffusive Goldstone mode.
        """
        square = self.stiffness * np.asarray(q, dtype=float) ** 2
        half = self.damping / 2
        root = np.sqrt(np.asarray(square - half**2, dtype=complex))
        # for Gamma > 0, i sqrt(Gamma^2/4 - c q^2) would cancel Gamma/2; the product is -c q^2
        far = -1j * half - math.copysign(1.0, half) * root
        near = np.divide(-square, far, out=np.zeros_like(far), where=far != 0)
        return np.stack([near, far], axis=-1)


#: With the errors of its coefficients, the evaluations that it took, and a status.
HydrodynamicsResult = FullResult[Hydrodynamics, Coefficients, int, Status]


@overload
def hydrodynamics(
    state: SteadyState, *, rtol: float = ..., full: Literal[False] = ...
) -> Hydrodynamics: ...
@overload
def hydrodynamics(
    state: SteadyState, *, rtol: float = ..., full: Literal[True]
) -> HydrodynamicsResult: ...
def hydrodynamics(
    state: SteadyState, *, rtol: float = 1e-10, full: bool = False
) -> Hydrodynamics | HydrodynamicsResult:
    """Return the coefficients of M(q, omega) for small q and omega, (46)-(48), with q -> 0 first.

    (46) leaves out |q|**3 of M_11, q**4 of the others, and omega**2.  At the order of (47) those of
    M_12 and M_22 count: times alpha_21 and alpha_11 they are as large as what eta gives, so that
    det M is not (47) but has `dynamic_prefactor` in front of omega**2, and Gamma and c change by
    the ratio of both.  `prefactor`, `damping`, `stiffness` and `modes` are those of
    (47) and (48) as printed; `sound_velocity` is that of det M.

    Parameters
    ----------
    state : SteadyState
        The steady state.
    rtol : float
        Tolerance of each of alpha, beta, eta and zeta, relative to its largest element.
    full : bool
        Return also the errors, the evaluations and the status.

    Returns
    -------
    Hydrodynamics or FullResult

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ConvergenceError
        If the integrals over momentum do not converge to `rtol`.

    See Also
    --------
    narrow_hydrodynamics : gamma -> 0 first.

    Examples
    --------
    >>> from numerics import Parameters, hydrodynamics, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5))
    >>> found = hydrodynamics(state)
    >>> print(f"{found.alpha[0, 0]:.4e} {found.alpha[1, 0]:.4e}")
    -5.3483e-03 3.0536e-04
    """
    instance("state", state, SteadyState)
    rtol = tolerance(rtol)
    sums = _sums(state, rtol)
    bound, evaluations = sums.quadrature + sums.rounding, sums.evaluations
    coarser = state.coarser()
    if coarser is not None:
        # what the error of an occupation of the user's own does
        bound = bound + np.abs(sums.values - _sums(coarser, rtol).values)
    error = Coefficients.of(bound)
    reached = (bound <= rtol * _group_sizes(sums.values)).all()
    status = Status.CONVERGED if reached else Status.ROUNDING
    found = Coefficients.of(sums.values)
    value = Hydrodynamics(
        found.alpha, found.beta, found.eta, found.zeta, state, error, evaluations, status
    )
    return FullResult(value, error, evaluations, status) if full else value


def coefficients(state: SteadyState, *, rtol: float = 1e-10) -> Coefficients:
    """Return the coefficients of `hydrodynamics`, without bounds of their errors.

    The same to the last bit, for less than half of the work: for searches, which ask for errors
    where they end.

    Parameters
    ----------
    state, rtol
        As in `hydrodynamics`.

    Raises
    ------
    ConvergenceError
        As in `hydrodynamics`.
    """
    return Coefficients.of(_sums(state, rtol, rounded=False).values)


def _sums(state: SteadyState, rtol: float, *, rounded: bool = True) -> _Sums:
    """Return the coefficients, converged; their rounding only where it is asked for or matters."""
    if not state.parameters.closed:
        sums = _Sums.of_loop(state, rtol)
        if (sums.quadrature <= sums.allowed(rtol)).all():
            return sums
        raise _not_converged(sums, rtol)
    evaluations, before = 0, np.full(12, np.inf)
    for separation in _SEPARATIONS:
        sums = _Sums.of(state, separation, rounded=rounded)
        if not (rounded or (sums.quadrature <= rtol * _group_sizes(sums.values)).all()):
            # rounding may be what has not converged
            return _sums(state, rtol)
        evaluations += sums.evaluations
        # rounding shows in the difference between the rules as well: what shorter panels leave as
        # it is can be nothing else
        stays = sums.quadrature > _STAYS * before
        stays &= sums.quadrature <= _LOST * _group_sizes(sums.values)
        if (stays | (sums.quadrature <= sums.allowed(rtol))).all():
            return replace(sums, evaluations=evaluations)
        before = sums.quadrature
    raise _not_converged(sums, rtol)


def _not_converged(sums: _Sums, rtol: float) -> ConvergenceError:
    return ConvergenceError(
        f"the coefficients have not converged to rtol = {rtol:g}", Coefficients.of(sums.values)
    )


def _group_sizes(values: Array) -> Array:
    """Return the largest element of the group that each value belongs to."""
    groups = (slice(0, 2), slice(2, 6), slice(6, 10), slice(10, 12))
    sizes = np.empty_like(values)
    for group in groups:
        sizes[group] = np.abs(values[group]).max()
    return sizes


@dataclass(frozen=True)
class _Sums:
    """The coefficients of M, with errors of quadrature and of rounding."""

    values: Array
    quadrature: Array
    rounding: Array
    evaluations: int

    @classmethod
    def of_loop(cls, state: SteadyState, rtol: float) -> _Sums:
        """Integrate over the frequency, for carriers of any kind."""
        found = coefficient_integrals(state.carriers, rtol)
        parts = (found.value[0].real, found.error[0], found.size[0])
        # the gap equation has been used, with K at rest in it
        return cls(*parts, int(found.evaluations[0])).with_coupling(state, 0.0)

    @classmethod
    def of(cls, state: SteadyState, separation: float, *, rounded: bool = True) -> _Sums:
        """Integrate over the momentum, for equal carriers; without rounding it counts as zero."""
        near, far = momentum_grids(
            occupation_momenta(Unknowns(state.gap, state.mu, state.edge), state.occupation),
            momentum_scale(state),
            separation,
        )
        # both grids at once, and with moved energies: a kernel takes most of its time for itself
        p, ends = np.concatenate([near.nodes, 1 / far.nodes]), (0, near.nodes.size, None)
        weight = np.concatenate([np.ones(near.nodes.size), far.nodes**-2])
        square = p**2
        measure = MEASURE * square * weight
        factor = np.array([measure, measure * square / 1.5])[_WAVES]
        xi = square - state.mu
        moves = (0.0, _MOVED) if rounded else (0.0,)
        energies = np.concatenate([xi + moved * (square + abs(state.mu)) for moved in moves])
        plain, *others = np.split(coefficient_integrands(state, energies), len(moves), axis=1)
        integrands = plain * factor
        noise = np.abs(others[0] * factor - integrands) if rounded else np.zeros_like(plain)
        # at xi = 0 the energies do not move with xi, but their distance from the edge is rounded,
        # at one momentum otherwise than at the next
        beside = replace(state, edge=state.edge * (1 + _MOVED))
        apart = coefficient_integrands(beside, xi) * factor - integrands if rounded else noise
        values, quadrature, rounding = np.zeros((3, 12))
        for grid, some in zip((near, far), map(slice, ends[:-1], ends[1:]), strict=True):
            total, error = grid.integrate(integrands[:, some])
            values += total
            quadrature += error
            terms = _SAFETY * noise + rounded * _EPS * np.abs(integrands)
            rounding += terms[:, some] @ grid.weights
            rounding += _SAFETY * np.linalg.norm(apart[:, some] * grid.weights, axis=1)
        if rounded:
            # sums over reservoirs do not move with energies
            carriers = state.carriers
            add_disagreement(rounding, values, carriers.linewidth / carriers.threshold)
        at_rest = state.parameters.coupling.at_rest(state.mu)[1, 0].real
        sums = cls(values, quadrature, rounding, near.nodes.size + far.nodes.size)
        return sums.with_coupling(state, at_rest)

    def with_coupling(self, state: SteadyState, at_rest: float) -> _Sums:
        """Return the coefficients of M with what a coupling K adds to those of -Pi.

        Parameters
        ----------
        state : SteadyState
        at_rest : float
            What it adds to alpha_21; alpha_11 is a difference in which K cancels.
        """
        values, errors = state.parameters.coupling.long_waves(state.mu)
        added = np.append([0.0, at_rest], values)
        error = np.append([0.0, _EPS * abs(at_rest)], errors)
        return replace(self, values=self.values + added, rounding=self.rounding + error)

    def allowed(self, rtol: float) -> Array:
        """Return what errors of quadrature may be."""
        return np.maximum(rtol * _group_sizes(self.values), _NOISE * self.rounding)


#: Which outputs of the kernels are coefficients of q**2, to be multiplied by (2/3) p**2.
_WAVES = np.array([int(name.startswith("beta")) for name in kernels.STEP_OUTPUTS])


def coefficient_integrands(state: SteadyState, xi: Array) -> Array:
    """Return the integrands of the coefficients of (46) under sum_p, without (2/3) p**2."""
    shared = (xi, state.gap, state.parameters.linewidth)
    return state.occupation.weighted(kernels.step, kernels.thermal, kernels.empty, *shared)


def momentum_scale(state: SteadyState) -> float:
    """Return a momentum beyond which the integrands are smooth."""
    energies = abs(state.mu) + state.gap + state.parameters.linewidth
    return _NEAR * math.sqrt(energies + state.occupation.energies)


def momentum_grids(singular: list[complex], scale: float, separation: float) -> tuple[Grid, Grid]:
    """Return grids of p up to `scale`, and of 1/p beyond, graded towards singular momenta."""
    rule = gauss_kronrod()
    near = graded_panels(0.0, scale, singular, separation)
    inverse = [1 / p for p in singular if p != 0]
    far = graded_panels(0.0, 1 / scale, inverse, separation)
    return Grid.on(near, rule), Grid.on(far, rule)

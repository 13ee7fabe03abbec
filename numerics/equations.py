"""The gap equation (33) and the number equation (34) after the nu-integral, summed over momenta."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.kernels import steady_state_numpy as kernels
from numerics.parameters import DENSITY, Parameters
from numerics.quadrature import Grid, gauss_kronrod, graded_panels

Array = NDArray[np.float64]

#: The three equations, in the order of their residuals.
EQUATIONS = ("gap_real", "gap_imag", "number")

#: The series in 1/p**2 takes over at this multiple of the momentum scale of the state; its
#: expansion parameter is then the inverse square.
TAIL_START = 20.0

#: The imaginary part of the gap equation weighs the decay against 1 - f(w) - f(-w) of the bath, in
#: which numbers of order one cancel; as gamma_v vanishes, its scale is at least this part of what
#: the bath would contribute without the cancellation.
_BALANCE = 1e-5
#: Every third output of a kernel belongs to the number equation.
_NUMBER = slice(2, None, 3)
#: Where the kernels have their derivatives by xi.
_BY_XI = slice(6, 9)
_BY_EDGE = slice(12, 15)
#: p**2 dp times this is the sum over momenta.
MEASURE = 1 / (2 * math.pi**2)
_EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Unknowns:
    """What the equations determine: order parameter, chemical potential, edge mu_b - mu."""

    gap: float
    mu: float
    edge: float

    @property
    def lowest_excitation(self) -> float:
        """The smallest quasiparticle energy E_p."""
        return abs(self.gap) if self.mu > 0 else math.hypot(self.gap, self.mu)


@dataclass(frozen=True)
class Evaluation:
    """The equations at one point.

    Parameters
    ----------
    residuals : ndarray, shape (3,)
        Real and imaginary part of the gap equation, number equation; each over its scale.
    scales : ndarray, shape (3,)
        The size of the terms that cancel in each equation.
    jacobian : ndarray, shape (3, 4)
        Derivatives of the residuals, at fixed scales, by gap, mu, edge and gamma_v.
    errors : ndarray, shape (3,)
        Bounds of the quadrature and rounding errors of the residuals.
    number : float
        Density, electrons plus holes, in units of k_F**3.
    nodes : int
        Momenta at which the kernels were evaluated.
    """

    residuals: Array
    scales: Array
    jacobian: Array
    errors: Array
    number: float
    nodes: int


def singular_momenta(at: Unknowns, linewidth: float, temperature: float) -> list[complex]:
    """Return the complex momenta where the closed forms under sum_p are singular.

    They are branch points where E_p = B +- i (gamma + pi T), the first pole of the occupation seen
    through the linewidth, and poles where E_p = +- i gamma.
    """
    momenta = []
    for energy in (complex(at.edge, linewidth + math.pi * temperature), complex(0, linewidth)):
        xi = cmath.sqrt(energy**2 - at.gap**2)
        momenta += [cmath.sqrt(at.mu + xi), cmath.sqrt(at.mu - xi)]
    return momenta


def tail_start(at: Unknowns, linewidth: float, temperature: float) -> float:
    """Return the momentum P from which on the integrals are done by their series in 1/p**2."""
    scale = abs(at.mu) + abs(at.gap) + abs(at.edge) + linewidth + 2 * math.pi * temperature
    return TAIL_START * math.sqrt(scale)


def evaluate_equations(parameters: Parameters, gamma_v: float, at: Unknowns) -> Evaluation:
    """Evaluate the equations, their derivatives and their errors.

    Parameters
    ----------
    parameters : Parameters
        Everything but the decay rate.
    gamma_v : float
        The decay rate, which replaces that of `parameters`.
    at : Unknowns
        Where.
    """
    gamma_b, temperature, cutoff = parameters.gamma_b, parameters.temperature, parameters.cutoff
    gamma = gamma_b + gamma_v
    start = tail_start(at, gamma, temperature)
    grid, counted = _grid(at, gamma, temperature, start, cutoff)

    square = grid.nodes**2
    xi = square - at.mu
    if temperature > 0:
        bath = kernels.thermal(xi, at.gap, gamma, at.edge, temperature)
    else:
        bath = kernels.step(xi, at.gap, gamma, at.edge)
    void = kernels.empty(xi, at.gap, gamma)

    measure = MEASURE * square
    integrands = np.array([gamma_b * b + gamma_v * v for b, v in zip(bath[:3], void, strict=False)])
    # 1/U is measured by the scattering length: 1/(2 eps_p) is subtracted, in units with mass 1/2
    integrands[0] -= 0.5 / square
    integrands *= measure
    integrands[2] *= counted
    totals, errors = grid.integrate(integrands)
    weights = (measure * grid.weights, measure * grid.weights * counted)
    void_sums = np.append(_sums(void, weights), np.zeros(3))
    sums = gamma_b * _sums(bath, weights) + gamma_v * void_sums
    sums[:3] = totals
    # p**2 - mu is rounded on the scale of p**2, which sharp features at a small gap feel; its root
    # E is rounded against the edge, and what is sharp there moves as if the edge did
    by_xi = [
        np.abs(gamma_b * b + gamma_v * v) for b, v in zip(bath[_BY_XI], void[_BY_XI], strict=True)
    ]
    by_bath = [np.abs(gamma_b * b) for b in bath[_BY_EDGE]]
    moved = 2 * _EPS * _sums(by_xi, (weights[0] * square, weights[1] * square))
    moved += 2 * _EPS * abs(at.edge) * _sums(by_bath, weights)
    sums[_BY_XI] *= -1  # xi = p**2 - mu

    edge = (at.edge, temperature)
    bath_tail, bath_last = _tail(kernels.fermi_tail, start, cutoff, at, gamma, *edge)
    void_tail, void_last = _tail(kernels.empty_tail, start, cutoff, at, gamma)
    void_tail = np.append(void_tail, np.zeros(3))
    sums += gamma_b * bath_tail + gamma_v * void_tail
    by_rate = void_sums[:3] + void_tail[:3]

    decay, unbalanced = gamma_v * by_rate[1], gamma_b * by_rate[1]
    scales = np.array(
        [
            abs(parameters.inv_kfa) / (8 * math.pi) + float(np.abs(integrands[0]) @ grid.weights),
            max(abs(decay) + abs(sums[1] - decay), _BALANCE * unbalanced),
            DENSITY,
        ]
    )
    equations = sums[:3] + np.array([parameters.inv_kfa / (8 * math.pi), 0.0, -DENSITY])
    by_gap, by_mu, by_gamma, by_edge = sums[3:].reshape(4, 3)
    jacobian = np.stack([by_gap, by_mu, by_edge, by_gamma + by_rate], axis=1)
    truncated = gamma_b * bath_last + gamma_v * void_last
    rounding = _rounding(min(start, cutoff), start, temperature, abs(float(sums[2])))
    rounding[1] = 4 * _EPS * (scales[1] + (unbalanced if temperature > 0 else 0.0))
    return Evaluation(
        residuals=equations / scales,
        scales=scales,
        jacobian=jacobian / scales[:, None],
        errors=(errors + moved + truncated + rounding) / scales,
        number=float(sums[2]),
        nodes=xi.size,
    )


def _sums(outputs: Iterable[Array], weights: tuple[Array, Array]) -> Array:
    """Sum the outputs of a kernel over momenta, the number equation's up to the cutoff only.

    One output after the other: together they would not fit into the cache, nor into the memory
    that the allocator keeps.
    """
    return np.array([value @ weights[k % 3 == 2] for k, value in enumerate(outputs)])


def _grid(
    at: Unknowns, gamma: float, temperature: float, start: float, cutoff: float
) -> tuple[Grid, NDArray[np.bool_]]:
    """Return the nodes up to the tail, and which of them the number equation counts."""
    singular = singular_momenta(at, gamma, temperature)
    counted_to = min(start, cutoff)
    ends = graded_panels(0.0, counted_to, singular)
    if counted_to < start:
        ends = np.concatenate([ends, graded_panels(counted_to, start, singular)[1:]])
    grid = Grid.on(ends, gauss_kronrod())
    return grid, grid.nodes < counted_to


def _tail(
    kernel: Callable[..., tuple[float, ...]],
    start: float,
    cutoff: float,
    at: Unknowns,
    gamma: float,
    *occupation: float,
) -> tuple[Array, Array]:
    """Return the sums beyond `start`, the number equation's up to the cutoff, and their errors."""
    arguments = (at.mu, at.gap, gamma, *occupation)
    values = np.array(kernel(start, *arguments))
    if cutoff > start:
        values[_NUMBER] -= np.array(kernel(cutoff, *arguments))[_NUMBER]
    else:
        values[_NUMBER] = 0.0
    return values[:-3], np.abs(values[-3:])


def _rounding(counted_to: float, start: float, temperature: float, number: float) -> Array:
    """Return bounds of the rounding errors of the gap and the number equation, first and last.

    The first is that of the subtracted 1/(2 eps_p).  At T > 0 the occupation of large momenta is
    the small difference of numbers of order one.
    """
    states = counted_to**3 * MEASURE / 3 if temperature > 0 else 0.0
    return 4 * _EPS * np.array([start * MEASURE, 0.0, states + number + DENSITY])

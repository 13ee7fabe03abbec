"""The gap equation (33) and the number equation (34) after the nu-integral, summed over momenta."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.evaluation import evaluate
from numerics.kernels import steady_state_numpy as kernels
from numerics.occupation import Filled, Occupation
from numerics.parameters import DENSITY, Setting
from numerics.quadrature.rules import Grid, gauss_kronrod, graded_panels
from numerics.steady.rounding import EMPTY, STEP, UNIT, imaginary_rounding, thermal_roundings

Array = NDArray[np.float64]

#: The three equations, in the order of their residuals.
EQUATIONS = ("gap_real", "gap_imag", "number")

#: The series in 1/p**2 takes over at this multiple of the momentum scale of the state; its
#: expansion parameter is then the inverse square.
TAIL_START = 20.0

#: The imaginary part of the gap equation weighs the decay against 1 - f(w) - f(-w) of the bath, in
#: which numbers of order one cancel; as gamma_v vanishes, its scale is at least this part of what
#: the bath would contribute without the cancellation.
BALANCE = 1e-5
#: Every third output of a kernel belongs to the number equation.
_NUMBER = slice(2, None, 3)
#: Where the kernels have their derivatives by xi.
_VALUES, _BY_XI = slice(3), slice(6, 9)
_BY_EDGE = slice(12, 15)
#: p**2 dp times this is the sum over momenta.
MEASURE = 1 / (2 * math.pi**2)
_EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Unknowns:
    """What the equations determine: order parameter, chemical potential, edge mu_b - mu.

    The tilt of a neutral model follows from the others; where it is looked for first may be given.
    """

    gap: float
    mu: float
    edge: float
    tilt: float | None = None

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
        Density, electrons plus holes, those in a field included, in units of k_F**3.
    nodes : int
        Momenta, or frequencies, at which the kernels were evaluated.
    tilt, tilt_error : float
        What makes the densities of electrons and holes equal in a neutral model, and a bound of the
        error that it has at this point.
    tilt_slopes : tuple of float
        Its derivatives by gap, mu, edge and gamma_v.
    """

    residuals: Array
    scales: Array
    jacobian: Array
    errors: Array
    number: float
    nodes: int
    tilt: float = 0.0
    tilt_error: float = 0.0
    tilt_slopes: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)


def singular_momenta(at: Unknowns, linewidth: float, temperature: float) -> list[complex]:
    """Return the complex momenta where the closed forms under sum_p of one bath are singular.

    They are branch points where E_p = B +- i (gamma + pi T), the first pole of the occupation seen
    through the linewidth, and poles where E_p = +- i gamma.
    """
    occupation = Occupation((Filled(linewidth, at.edge, temperature),), 0.0)
    return occupation_momenta(at, occupation)


def occupation_momenta(at: Unknowns, occupation: Occupation) -> list[complex]:
    """Return the complex momenta where the closed forms under sum_p are singular."""
    linewidth, momenta = occupation.linewidth, []
    edges = [complex(f.edge, linewidth + f.smearing) for f in occupation.filled]
    for energy in (*edges, complex(0, linewidth)):
        xi = cmath.sqrt(energy**2 - at.gap**2)
        momenta += [cmath.sqrt(at.mu + xi), cmath.sqrt(at.mu - xi)]
    return momenta


def tail_start(at: Unknowns, occupation: Occupation) -> float:
    """Return the momentum P from which on the integrals are done by their series in 1/p**2."""
    scale = abs(at.mu) + abs(at.gap) + occupation.linewidth + occupation.energies
    return TAIL_START * math.sqrt(scale)


def evaluate_equations(parameters: Setting, drive: float, at: Unknowns) -> Evaluation:
    """Evaluate the equations, their derivatives and their errors.

    Parameters
    ----------
    parameters : Parameters or Model
        Everything but the drive.
    drive : float
        The drive, which replaces that of `parameters`; gamma_v of the paper's model.
    at : Unknowns
        Where.
    """
    occupation = parameters.occupation(at.mu, at.edge, drive)
    start = tail_start(at, occupation)
    grid, counted = _grid(at, occupation, start, parameters.cutoff)
    square = grid.nodes**2
    measure = MEASURE * square
    weights = np.stack([measure * grid.weights, measure * grid.weights * counted])
    parts = _parts(occupation, at, square - at.mu, (start, parameters.cutoff))

    def weighted(which: slice) -> Array:
        """Return some outputs of the kernels, the sums over the reservoirs."""
        return np.asarray(sum(part.rate * part.outputs[which] for part in parts))

    integrands = weighted(_VALUES)
    # 1/U is measured by the scattering length: 1/(2 eps_p) is subtracted, in units with mass 1/2
    integrands[0] -= 0.5 / square
    integrands *= measure
    integrands[2] *= counted
    totals, errors = grid.integrate(integrands)
    wholes = [part.summed(weights) for part in parts]
    sums = np.asarray(
        sum(part.rate * whole[:12] for part, whole in zip(parts, wholes, strict=True))
    )
    sums[:3] = totals + sum(part.rate * part.tail[:3] for part in parts)
    by_gap, by_mu, by_gamma = sums[3:].reshape(3, 3)
    by_drive = by_gamma * sum(part.share for part in parts)
    by_edge = np.zeros(3)
    # p**2 - mu is rounded on the scale of p**2, which sharp features at a small gap feel; its root
    # E is rounded against the edge, and what is sharp there moves as if the edge did
    moved = 2 * _EPS * _sums(np.abs(weighted(_BY_XI)), weights * square)
    for part, whole in zip(parts, wholes, strict=True):
        by_drive = by_drive + part.share * whole[:3]
        if part.filled is not None:
            # a given potential is mu plus an edge
            if part.filled.tied:
                by_edge = by_edge + part.rate * whole[_BY_EDGE]
            else:
                by_mu = by_mu - part.rate * whole[_BY_EDGE]
            by_bath = np.abs(part.rate * part.outputs[_BY_EDGE])
            moved += 2 * _EPS * abs(part.filled.edge) * _sums(by_bath, weights)

    size = sum(abs(part.rate * whole[1]) for part, whole in zip(parts, wholes, strict=True))
    unbalanced = parameters.filled_rate * wholes[-1][1]
    terms, slopes = coupling_terms(parameters, drive, at)
    scales = np.array(
        [
            abs(terms[0]) + float(np.abs(integrands[0]) @ grid.weights),
            max(size + abs(terms[1]), BALANCE * unbalanced),
            DENSITY,
        ]
    )
    equations = sums[:3] + terms - np.array([0.0, 0.0, DENSITY])
    jacobian = np.stack([by_gap, by_mu, by_edge, by_drive], axis=1) + slopes
    warm = occupation.smearing > 0
    rounding = _rounding(min(start, parameters.cutoff), start, warm, abs(float(sums[2])))
    rounding[1] = _imaginary(parts, wholes, weights[0], at, square - at.mu)
    rounding[1] += 8 * _EPS * abs(terms[1])
    rounding[0] += 4 * _EPS * abs(terms[0])
    rounding += coupling_rounding(slopes, at.mu)
    errors = errors + moved + sum(part.rate * part.last for part in parts) + rounding
    number = float(sums[2] + terms[2])
    if parameters.potential is not None:
        # the potential is given in place of the density
        equations[2] = at.mu + at.edge - parameters.potential
        scales[2] = max(abs(parameters.potential), abs(at.mu), abs(at.edge))
        jacobian[2], errors[2] = (0.0, 1.0, 1.0, 0.0), 2 * _EPS * scales[2]
    return Evaluation(
        residuals=equations / scales,
        scales=scales,
        jacobian=jacobian / scales[:, None],
        errors=errors / scales,
        number=number,
        nodes=square.size,
    )


def coupling_terms(parameters: Setting, drive: float, at: Unknowns) -> tuple[Array, Array]:
    """Return what the coupling adds to the three equations, and its derivatives.

    Minus K_+(0, 0), and the carriers that a field holds.

    Parameters
    ----------
    parameters, drive, at
        As in `evaluate_equations`.

    Returns
    -------
    ndarray, shape (3,)
    ndarray, shape (3, 4)
        By gap, mu, edge and drive.
    """
    # the loss is scaled with all that drives
    whole = parameters.drive
    part = drive / whole if whole > 0 else 1.0
    found = parameters.coupling.uniform(at.mu, part)
    square = at.gap**2
    terms = np.array([-found.value.real, -found.value.imag, found.carriers * square])
    slopes = np.zeros((3, 4))
    slopes[2, 0] = 2 * found.carriers * at.gap
    slopes[:, 1] = -found.by_mu.real, -found.by_mu.imag, found.carriers_by_mu * square
    if whole > 0:
        slopes[:, 3] = -found.by_part.real, -found.by_part.imag, found.carriers_by_part * square
        slopes[:, 3] /= whole
    return terms, slopes


def coupling_rounding(slopes: Array, mu: float) -> Array:
    """Return what a rounded potential does to the terms of the coupling, shape (3,).

    Of a field the energy above 2 mu counts, of which digits are lost close to resonance.

    Parameters
    ----------
    slopes : ndarray, shape (3, 4)
        As from `coupling_terms`.
    mu : float
    """
    return np.asarray(2 * _EPS * np.abs(slopes[:, 1] * mu))


class _Part(NamedTuple):
    """One reservoir in the equations, per unit of its rate; the last of all is the empty one.

    Parameters
    ----------
    filled : Filled or None
        None for the empty one.
    rate, share : float
        As in `Filled`.
    outputs : ndarray, shape (15 or 12, nodes)
        Of its kernel at the nodes.
    tail, last : ndarray
        The sums beyond, and bounds of their errors.
    """

    filled: Filled | None
    rate: float
    share: float
    outputs: Array
    tail: Array
    last: Array

    def summed(self, weights: Array) -> Array:
        """Return the sums over all momenta of the outputs, with derivatives by mu."""
        sums = _sums(self.outputs, weights)
        sums[_BY_XI] *= -1  # xi = p**2 - mu
        return sums + self.tail


def _parts(
    occupation: Occupation, at: Unknowns, xi: Array, ends: tuple[float, float]
) -> list[_Part]:
    """Evaluate the kernels of all reservoirs at the nodes, and their tails."""
    shared = (at.gap, occupation.linewidth)
    parts = []
    for f in occupation.filled:
        if f.temperature > 0:
            outputs = np.array(kernels.thermal(xi, *shared, *f.arguments()))
        else:
            outputs = evaluate("steady_state", "step", xi, *shared, *f.arguments())
        tail = _tail(kernels.fermi_tail, *ends, at, shared[1], f.edge, f.temperature)
        parts.append(_Part(f, f.rate, f.share, outputs, *tail))
    tail = _tail(kernels.empty_tail, *ends, at, shared[1])
    outputs = evaluate("steady_state", "empty", xi, *shared)
    parts.append(_Part(None, occupation.empty, occupation.empty_share, outputs, *tail))
    return parts


def _sums(outputs: Array, weights: Array) -> Array:
    """Sum the outputs of a kernel over momenta, the number equation's up to the cutoff only."""
    found = outputs @ weights[0]
    found[_NUMBER] = outputs[_NUMBER] @ weights[1]
    return np.asarray(found)


def _grid(
    at: Unknowns, occupation: Occupation, start: float, cutoff: float
) -> tuple[Grid, NDArray[np.bool_]]:
    """Return the nodes up to the tail, and which of them the number equation counts."""
    singular = occupation_momenta(at, occupation)
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


def _imaginary(
    parts: list[_Part], wholes: list[Array], weights: Array, at: Unknowns, xi: Array
) -> float:
    """Return a bound of the rounding errors of the imaginary part of the gap equation."""
    terms, differences = [], 0.0
    linewidth = sum(part.rate for part in parts)
    empty = weights * parts[-1].outputs[1]
    for part, whole in zip(parts, wholes, strict=True):
        terms.append((EMPTY if part.filled is None else STEP, part.rate * float(whole[1])))
        if part.filled is not None and part.filled.temperature > 0:
            lost = thermal_roundings(np.hypot(xi, at.gap), linewidth, part.filled)
            differences += abs(part.rate) * float(empty @ lost)
    return imaginary_rounding(terms, xi.size) + UNIT * differences


def _rounding(counted_to: float, start: float, warm: bool, number: float) -> Array:
    """Return bounds of the rounding errors of the gap and the number equation, first and last.

    The first is that of the subtracted 1/(2 eps_p).  At T > 0 the occupation of large momenta is
    the small difference of numbers of order one.
    """
    states = counted_to**3 * MEASURE / 3 if warm else 0.0
    return 4 * _EPS * np.array([start * MEASURE, 0.0, states + number + DENSITY])

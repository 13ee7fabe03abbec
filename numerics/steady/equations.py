"""The gap equation (33) and the number equation (34) after the nu-integral, summed over momenta."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.occupation import Filled, Occupation
from numerics.parameters import DENSITY, Setting
from numerics.quadrature.rules import gauss_kronrod, graded_panels
from numerics.steady.momentum_sums import (
    BY_EDGE,
    BY_GAMMA,
    BY_GAP,
    BY_MU,
    MEASURE,
    VALUES,
    MomentumSums,
    Place,
    momentum_sums,
)
from numerics.steady.rounding import EMPTY, STEP, UNIT, imaginary_rounding

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
    place = Place(at.gap, at.mu, occupation, start, parameters.cutoff)
    sums = momentum_sums(place, _ends(at, occupation, start, parameters.cutoff), gauss_kronrod())
    parts, filled = sums.parts, occupation.filled
    # of each reservoir: its rate, how much of the drive that is, and its rate if its potential is
    # the unknown one; a given potential is mu plus an edge
    rows = [(f.rate, f.share, f.rate if f.tied else 0.0) for f in filled]
    factors = np.array([*rows, (occupation.empty, occupation.empty_share, 0.0)]).T
    totals, by_share, tied = factors @ parts
    imaginary = np.abs(factors[0] * parts[:, 1])
    terms, slopes = coupling_terms(parameters, drive, at)
    scales = np.array(
        [
            abs(terms[0]) + sums.size,
            max(
                float(imaginary.sum()) + abs(terms[1]),
                BALANCE * parameters.filled_rate * float(parts[-1, 1]),
            ),
            DENSITY,
        ]
    )
    equations = sums.values + terms
    equations[2] -= DENSITY
    errors = _errors(place, sums, imaginary, terms) + coupling_rounding(slopes, at.mu)
    # by gap, mu, edge and drive
    jacobian = slopes
    jacobian[:, 0] += totals[BY_GAP]
    jacobian[:, 1] += totals[BY_MU] - (totals[BY_EDGE] - tied[BY_EDGE])
    jacobian[:, 2] += tied[BY_EDGE]
    jacobian[:, 3] += totals[BY_GAMMA] * occupation.share + by_share[VALUES]
    number = float(sums.values[2] + terms[2])
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
        nodes=sums.nodes,
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


def _ends(at: Unknowns, occupation: Occupation, start: float, cutoff: float) -> Array:
    """Return the ends of the panels up to the tail, the cutoff among them."""
    singular = occupation_momenta(at, occupation)
    counted_to = min(start, cutoff)
    ends = graded_panels(0.0, counted_to, singular)
    if counted_to < start:
        ends = np.concatenate([ends, graded_panels(counted_to, start, singular)[1:]])
    return ends


def _errors(place: Place, sums: MomentumSums, imaginary: Array, terms: Array) -> Array:
    """Return bounds of the errors of the equations, without those of the coupling's potential.

    Parameters
    ----------
    place : Place
    sums : MomentumSums
    imaginary : ndarray, shape (reservoirs,)
        The size of what each does to the imaginary part of the gap equation.
    terms : ndarray, shape (3,)
        Of the coupling.
    """
    counted_to, warm = min(place.start, place.cutoff), place.occupation.smearing > 0
    rounding = _rounding(counted_to, place.start, warm, abs(float(sums.values[2])))
    kinds = [STEP] * (imaginary.size - 1) + [EMPTY]
    counted = list(zip(kinds, imaginary.tolist(), strict=True))
    rounding[1] = imaginary_rounding(counted, sums.nodes) + UNIT * sums.lost
    rounding[1] += 8 * _EPS * abs(terms[1])
    rounding[0] += 4 * _EPS * abs(terms[0])
    # p**2 - mu is rounded on the scale of p**2, which sharp features at a small gap feel; its root
    # E is rounded against the edge, and what is sharp there moves as if the edge did
    return np.asarray(sums.errors + 2 * _EPS * sums.moved + rounding)


def _rounding(counted_to: float, start: float, warm: bool, number: float) -> Array:
    """Return bounds of the rounding errors of the gap and the number equation, first and last.

    The first is that of the subtracted 1/(2 eps_p).  At T > 0 the occupation of large momenta is
    the small difference of numbers of order one.
    """
    states = counted_to**3 * MEASURE / 3 if warm else 0.0
    return 4 * _EPS * np.array([start * MEASURE, 0.0, states + number + DENSITY])

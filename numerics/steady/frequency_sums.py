"""The sums of the gap and the number equation, over the momenta first, for carriers of any kind.

The momentum integrals are done in closed form at a fixed frequency; one integral over the frequency
remains, as for the response.  With it come the derivatives by all that a state depends on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import CLOSEST, Carriers
from numerics.evaluation import backend, evaluate
from numerics.quadrature.adaptive import NODES, ROUNDS, integrate
from numerics.quadrature.panels import SMALLEST, Panels, grade
from numerics.quadrature.rules import Rule, gauss_kronrod
from numerics.steady.divergence import divergence_of
from numerics.steady.equations import BALANCE
from numerics.steady.frequency_loop import ROWS, Found, Goal, Grading, frequency_loop

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

_EPS = float(np.finfo(float).eps)
#: Rounding of an integrand in units of its size: some tens of operations.
_ROUNDING = 32 * _EPS
#: Tolerance of the integrals relative to their scale.
_RTOL = 1e-10
#: What the kernels are differentiated by, in the order of their outputs: Delta_0, mu, gamma and
#: delta at fixed frequency from the middle of the gap, and what fills electrons and holes.
_BY_GAP, _BY_MU, _BY_GAMMA, _BY_DELTA, _BY_ELECTRONS, _BY_HOLES = range(1, 7)
#: The rows of an integrand, of which each has the two of the kernel: the sums themselves, as they
#: are if nothing is filled, and their derivatives.
_SUM, _EMPTY, _GAP, _MU, _DRIVE, _TIED, _GIVEN, _SHIFT = range(8)
#: Columns of `StateIntegrals.slopes`.
SLOPES = ("gap", "mu", "edge", "drive", "tilt")
#: What is linear in the frequency over this part of the linewidth, to the square of it.
_BESIDE = 1e-4


@dataclass(frozen=True)
class StateIntegrals:
    """The sums over momenta and frequencies of the equations.

    Parameters
    ----------
    gap : complex
        The right-hand side of (33) less what diverges; see `Divergence.integral`.
    electrons, holes : float
        Densities up to the cutoff, in units of k_F**dimension.
    error : ndarray, shape (4,)
        Bounds of the errors: real and imaginary part of `gap`, electrons, holes.
    size : ndarray, shape (4,)
        Integrals of the sizes.
    subtracted : float
        What stands for the sum over 1/(2 p**2): the size of the terms of the gap equation.
    empty : float
        The imaginary part of `gap` if all reservoirs were empty.
    slopes : ndarray, shape (4, 5)
        Derivatives of the four by gap, mu, edge, drive and tilt; see `SLOPES`.
    nodes : int
        Frequencies at which the kernels were evaluated.
    """

    gap: complex
    electrons: float
    holes: float
    error: Array
    size: Array
    subtracted: float
    empty: float
    slopes: Array
    nodes: int

    @property
    def number(self) -> float:
        """Density of electrons and holes together."""
        return self.electrons + self.holes


class Pair(NamedTuple):
    """Two of the sums: those of the gap equation, or the densities of electrons and of holes.

    Parameters
    ----------
    value : ndarray, shape (2, 2)
        With what fills the states, and without.
    slopes : ndarray, shape (2, 5)
        By gap, mu, edge, drive and tilt.
    error, size : ndarray, shape (2,)
        Of the sums themselves.
    nodes : int
        Frequencies, of one sign.
    """

    value: Array
    slopes: Array
    error: Array
    size: Array
    nodes: int


def densities(carriers: Carriers, cutoff: float) -> Pair:
    """Return the densities of electrons and of holes up to a cutoff."""
    return _Sums(carriers, cutoff, "numbers").integrated()


def state_integrals(
    carriers: Carriers, cutoff: float, numbers: Pair | None = None
) -> StateIntegrals:
    """Return what the gap and the number equation consist of.

    Parameters
    ----------
    carriers : Carriers
    cutoff : float
        Largest momentum of the number equation.
    numbers : Pair, optional
        The densities, where they are known already.
    """
    # the tail of the gap equation begins at the scale of the state, that of the number beyond what
    # the cutoff cuts off
    gap = _Sums(carriers, cutoff, "gap")
    parts = (gap.integrated(), numbers or densities(carriers, cutoff))
    value, slopes, error, size = map(
        np.concatenate, zip(*(part[:4] for part in parts), strict=True)
    )
    rounding = _ROUNDING * size
    # the imaginary part is what decay and filling leave of each other, which are rounded too: by
    # exponential, quotient, rate, products and sums, some sixteen times by half an ulp
    rounding[1] += 8 * _EPS * abs(value[1, 1])
    rounding *= _lost(carriers)
    return StateIntegrals(
        gap=complex(value[0, 0] + gap.constant, value[1, 0]),
        electrons=float(value[2, 0]),
        holes=float(value[3, 0]),
        error=error + rounding,
        size=size,
        subtracted=gap.divergence.size,
        empty=float(value[1, 1]),
        slopes=slopes,
        nodes=2 * sum(part.nodes for part in parts),
    )


def _lost(carriers: Carriers) -> float:
    """Return by how much more the kernels are rounded than their operations tell.

    They have the smaller rate as the difference of linewidth and imbalance, and terms of it as
    differences of those of both.
    """
    return carriers.linewidth / carriers.margin if carriers.margin > 0 else math.inf


class _Sums:
    """Two of the sums, as integrals over y = |nu - a mu| of both signs together."""

    def __init__(self, carriers: Carriers, cutoff: float, program: str) -> None:
        self.carriers, self.cutoff, self.program = carriers, cutoff, program
        self.divergence = divergence_of(carriers)
        self.constant = self.divergence.integral
        # shorter panels do not help against it
        lost = _lost(carriers)
        self.rounding = _ROUNDING * (lost if math.isfinite(lost) else 1.0)

    def integrated(self) -> Pair:
        """Return the two sums."""
        carriers = self.carriers
        found = self._compiled() if backend() == "numba" else self._by_numpy()
        rows = found.rows
        tied, given, shift = rows[_TIED:]
        # a given potential has an edge that moves against mu; occupations are functions of nu
        by_mu = rows[_MU] - given + carriers.skew * shift
        slopes = np.stack([rows[_GAP], by_mu, tied, rows[_DRIVE], -shift], axis=1)
        # a place in the spectrum is rounded on the scale of its distance from mu
        moved = 2 * _EPS * carriers.energies * (np.abs(tied) + np.abs(given))
        return Pair(rows[:_GAP].T, slopes, found.error + moved, found.size, found.nodes)

    def _compiled(self) -> Found:
        """Return the integrals by the compiled loop."""
        gap = self.program == "gap"
        return frequency_loop(
            self.carriers,
            self.program,
            () if gap else (self.cutoff,),
            self.divergence if gap else None,
            _BESIDE * self.carriers.linewidth,
            self.grading(),
            gauss_kronrod(NODES),
            Goal(_RTOL, self.rounding, BALANCE, ROUNDS),
        )

    def _by_numpy(self) -> Found:
        """Return the integrals by NumPy."""
        found = integrate(self, self.panels(), 1, self.goal, rounding=self.rounding)
        rows, size = (x[0].real.reshape(ROWS, 2) for x in (found.value, found.size))
        rows[_TIED:] += self._steps()
        error = found.error[0].reshape(ROWS, 2)
        return Found(rows, error[_SUM], size[_SUM], int(found.evaluations[0]))

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        """Return the integrands at the nodes of panels, and the sizes of the sums themselves."""
        carriers = self.carriers
        y, offset, slope = panels.nodes(rule)
        both = np.stack([y, -y])
        distance = np.stack([carriers.distance(s * panels.origin, s * offset) for s in (1, -1)])
        found = self._rows(both.ravel(), distance.ravel()).reshape(ROWS, 2, 2, *y.shape)
        total, sizes = found.sum(axis=2), np.zeros((ROWS, 2, *y.shape))
        sizes[_SUM] = np.abs(found[_SUM]).sum(axis=1)
        if self.program == "gap":
            total[_SUM, 0] -= self.divergence(y)
        flat = (2 * ROWS, *y.shape)
        return (total * slope).reshape(flat).astype(complex), (sizes * slope).reshape(flat)

    def _rows(self, y: Array, distance: Array) -> Array:
        """Return the rows of the integrand at frequencies of either sign, shape (rows, 2, n).

        What fills the states steps where it does, also where the kernel keeps away from y = 0.
        """
        carriers = self.carriers
        nu = y + carriers.offset
        species = ((carriers.electrons, nu, -1), (carriers.holes, -nu, 1))
        filled = [occupation.fillings(x) for occupation, x, _ in species]
        outputs = self._evaluate(carriers.apart(y), distance, *filled)
        by_filling = outputs[[_BY_ELECTRONS, _BY_HOLES]]
        e, h = carriers.shares
        by_gamma, by_delta = (e + h) / 2, (e - h) / 2
        rows = np.zeros((ROWS, *outputs.shape[1:]))
        rows[_SUM], rows[_GAP], rows[_MU] = outputs[0], outputs[_BY_GAP], outputs[_BY_MU]
        rows[_EMPTY] = outputs[0] - np.einsum("kn,kin->in", filled, by_filling)
        rows[_DRIVE] = by_gamma * outputs[_BY_GAMMA] + by_delta * outputs[_BY_DELTA]
        for (occupation, x, turn), slope in zip(species, by_filling, strict=True):
            for f in occupation.filled:
                if f.share != 0:
                    rows[_DRIVE] += f.share * f.occupied(x) * slope
                if f.temperature > 0 and f.rate != 0:
                    change = f.rate * f.density(x) * slope
                    rows[_TIED if f.tied else _GIVEN] += change
                    rows[_SHIFT] += turn * change
        return rows

    def _steps(self) -> Array:
        """Return the rows of the derivatives by places that sharp steps have."""
        carriers = self.carriers
        found = np.zeros((3, 2))
        sharp = [
            (sign, f)
            for sign, occupation in ((1, carriers.electrons), (-1, carriers.holes))
            for f in occupation.filled
            if f.temperature == 0
        ]
        if not sharp:
            return found
        y = np.array([sign * f.edge - carriers.offset for sign, f in sharp])
        # where the poles of G^R and G^A cancel: between two frequencies that keep away from there
        apart = max(CLOSEST * abs(carriers.gap), _BESIDE * carriers.linewidth)
        beside = np.abs(y) < apart
        nodes = np.concatenate([np.where(beside, s * apart, y) for s in (1, -1)])
        distance = np.abs(nodes) - carriers.threshold
        none = np.zeros_like(nodes)
        both = self._evaluate(nodes, distance, none, none)
        part = np.where(beside, (1 + y / apart) / 2, 1.0)
        outputs = part * both[..., : y.size] + (1 - part) * both[..., y.size :]
        for k, (sign, f) in enumerate(sharp):
            change = f.rate * outputs[_BY_ELECTRONS if sign > 0 else _BY_HOLES, :, k]
            found[0 if f.tied else 1] += change
            found[2] -= sign * change
        return found

    def _evaluate(self, y: Array, distance: Array, *filled: Array) -> Array:
        """Return the outputs of the kernel, shape (values and derivatives, 2, n)."""
        cutoff = (self.cutoff,) if self.program == "numbers" else ()
        gap, *others = self.carriers.parameters()
        # the sums are even in the order parameter
        arguments = (y, distance, *filled, *cutoff, abs(gap), *others)
        outputs = evaluate(self.carriers.kernels, self.program, *arguments).reshape(-1, 2, y.size)
        if gap < 0:
            outputs[_BY_GAP] *= -1
        return outputs

    def goal(self, value: Complex, size: Array) -> Array:
        """Return the tolerances: what is left of a sum over 1/(2 p**2) has the size of that.

        Only the sums themselves have any: that decides where panels are halved.
        """
        scale = np.maximum(np.abs(value), size)
        if self.program == "gap":
            # its terms without what is subtracted have no limit
            scale[:, 0] = self.divergence.size
            # in equilibrium decay and filling leave nothing of each other but rounding
            empty = np.abs(value[:, 2 * _EMPTY + 1])
            scale[:, 1] = np.maximum(scale[:, 1], BALANCE * empty)
        goals = np.maximum(_RTOL * scale, self.rounding * size)
        goals[:, 2:] = np.inf
        return goals

    def panels(self) -> Panels:
        """Return panels of y that resolve all edges."""
        positions, widths, splits = (np.array([x], dtype=np.longdouble) for x in self.grading())
        return grade(positions, widths.astype(float), list(splits.T))

    def grading(self) -> Grading:
        """Return where the integrand has edges, the numbers' with those of the cutoff."""
        carriers = self.carriers
        points = [(abs(x), carriers.slope) for x in carriers.spectral_edges()]
        if self.program == "numbers":
            energy = math.hypot(self.cutoff**2 - carriers.mu, carriers.gap)
            center = carriers.skew * self.cutoff**2 - carriers.middle
            points += [(abs(center + s * energy), carriers.linewidth) for s in (1, -1)]
        splits = [0.0]
        for at, filled in carriers.edges():
            if filled.temperature > 0:
                points.append((abs(at), filled.smearing))
            else:
                splits.append(abs(at))
        least = SMALLEST * carriers.energies
        positions, widths = zip(*points, strict=True)
        return Grading(list(positions), [max(w, least) for w in widths], splits)

"""Pi(q, omega) within the branches of any two bands: frequencies closed, momenta by cubature.

The poles m +- S of G^R in the frequency are two branches, and so are the poles of G^K there and at
their conjugates, each with its residue: for equal carriers that is (C9), (C10), and what both
momenta have in one branch is (74).  With S**2 = (xi - i delta)**2 + Delta_0**2 the branches are
told apart while |delta| < Delta_0.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import Carriers
from numerics.domain import outside
from numerics.kernels import branches_numpy as kernels
from numerics.quadrature.adaptive import Integrals, refine
from numerics.quadrature.rules import gauss_kronrod, weighted_sums
from numerics.response.intra_band import status_of
from numerics.results import FullResult, Sampled
from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Integers = NDArray[np.int64]

#: Nodes of the Gauss rule in the Gauss-Kronrod rule, in each direction of a cell.
_NODES = 6
#: Cells in the direction of the momentum and of the angle to begin with.
_FIRST = (8, 3)
#: Rounds of halving the cells with the largest errors.
_ROUNDS = 28
#: Nodes that are evaluated at a time.
_CHUNK = 1 << 15
#: Rounding of the integrand in units of its size.
_EPS = float(np.finfo(float).eps)
_ROUNDING = 64 * _EPS


@dataclass(frozen=True)
class Cells:
    """Rectangles of a variable of the momentum and one of the angle, between 0 and 1.

    Parameters
    ----------
    owner : ndarray of int, shape (n,)
        The number of the integral that each belongs to.
    start, size : ndarray, shape (n, 2)
    along : ndarray of int, shape (n,)
        The direction in which each is halved: 0 that of the momentum, 1 that of the angle.
    """

    owner: Integers
    start: Array
    size: Array
    along: Integers

    @classmethod
    def of(cls, count: int) -> Cells:
        """Return the same cells for each integral."""
        shape = np.array(_FIRST)
        corners = np.array(list(itertools.product(*map(range, _FIRST)))) / shape
        start = np.tile(corners, (count, 1))
        owner = np.repeat(np.arange(count), len(corners))
        size = np.broadcast_to(1 / shape, start.shape).copy()
        return cls(owner, start, size, np.zeros_like(owner))

    def __len__(self) -> int:
        return self.owner.size

    def select(self, which: Any) -> Cells:
        """Return some of the cells."""
        return Cells(self.owner[which], self.start[which], self.size[which], self.along[which])

    def joined(self, other: Cells) -> Cells:
        """Return these cells and others."""
        return Cells(
            np.concatenate([self.owner, other.owner]),
            np.concatenate([self.start, other.start]),
            np.concatenate([self.size, other.size]),
            np.concatenate([self.along, other.along]),
        )

    def halved(self) -> Cells:
        """Return both halves of every cell."""
        chosen = np.eye(2)[self.along]
        size = self.size * (1 - chosen / 2)
        start = np.concatenate([self.start, self.start + size * chosen])
        owner, along = np.tile(self.owner, 2), np.tile(self.along, 2)
        return Cells(owner, start, np.tile(size, (2, 1)), along)


def require_branches(carriers: Carriers) -> None:
    """Say that there are no branches where S vanishes or its real part does.

    S**2 is Delta_0**2 - delta**2 at xi = 0 and has the sign of -delta xi in its imaginary part:
    beyond |delta| = Delta_0 the root with Re S > 0 jumps there.  What is continuous is an electron,
    S = xi - i delta at large momenta of either side, and a hole; they have no gap between them, and
    an upper and a lower branch would be parts of both, cut at xi = 0.

    Raises
    ------
    ValueError
    """
    if not abs(carriers.imbalance) < abs(carriers.gap):
        raise outside(
            "half the difference of the rates",
            float(f"{carriers.imbalance:g}"),
            f"below the order parameter {carriers.gap:g}, beyond which a gapless electron and hole "
            "take the place of two branches",
        )


def branch_integral(state: SteadyState, q: Array, omega: Complex, goal: Array) -> Sampled:
    """Return the part of Pi within the branches at each point, for carriers of any kind.

    Parameters
    ----------
    state : SteadyState
    q : ndarray, shape (n,)
        Not negative.
    omega : ndarray of complex, shape (n,)
        Im(omega) above minus the smaller rate.
    goal : ndarray, shape (n,)
        Absolute tolerance.

    Raises
    ------
    ValueError
        If the branches are not told apart.
    """
    carriers = state.carriers
    require_branches(carriers)
    integrand = _Integrand(carriers, q, omega)

    def tolerance(value: Complex, size: Array) -> Array:
        return np.maximum(goal, _ROUNDING * size.max(axis=1))

    found = refine(integrand, Cells.of(q.size), q.size, tolerance, _ROUNDS)
    rounding = _ROUNDING * found.size.max(axis=1)
    error = found.error + rounding[:, None]
    size = np.abs(found.value).max(axis=1, initial=0.0)
    return FullResult(
        found.value.reshape(-1, 2, 2),
        error.reshape(-1, 2, 2),
        found.evaluations * integrand.nodes.shape[1],
        status_of(error.max(axis=1, initial=0.0), size, goal),
    )


class _Integrand:
    """The integrals over cells, both signs of omega and both branches together."""

    def __init__(self, carriers: Carriers, q: Array, omega: Complex) -> None:
        self.carriers, self.q, self.omega = carriers, q, omega
        rule = gauss_kronrod(_NODES)
        # on [0, 1]
        x, w, v = (rule.nodes + 1) / 2, rule.weights / 2, rule.embedded / 2
        self.nodes = np.stack([np.repeat(x, x.size), np.tile(x, x.size)])
        # the whole rule, and with the coarser one in the direction of the momentum or of the angle
        self.weights = np.stack([np.outer(a, b).ravel() for a, b in ((w, w), (v, w), (w, v))])
        self.scale = np.sqrt(carriers.energies + np.abs(omega)) + q

    def __call__(self, cells: Cells) -> Integrals[Cells]:
        """Integrate over cells."""
        step = max(_CHUNK // self.nodes.shape[1], 1)
        parts = [self._some(cells.select(slice(k, k + step))) for k in range(0, len(cells), step)]
        value, errors, size = (np.concatenate(column) for column in zip(*parts, strict=True))
        along = errors.max(axis=2).argmax(axis=1)
        return Integrals(replace(cells, along=along), value, errors.sum(axis=1), size)

    def _some(self, cells: Cells) -> tuple[Complex, Array, Array]:
        """Return the integrals, their errors in both directions, and those of the sizes."""
        places = cells.start[:, :, None] + cells.size[:, :, None] * self.nodes
        owner = np.repeat(cells.owner, self.nodes.shape[1])
        t, u = (places[:, k].ravel() for k in (0, 1))
        # all momenta: p/scale = t/(1 - t)
        p = self.scale[owner] * t / (1 - t)
        slope = self.scale[owner] / (1 - t) ** 2
        if self.carriers.dimension == 2:
            cosine, measure = np.cos(math.pi * u), p / (2 * math.pi)
        else:
            cosine, measure = 2 * u - 1, p * p / (2 * math.pi**2)
        values, sizes = self._values(p, cosine, owner)
        shape = (4, len(cells), -1)
        area = cells.size.prod(axis=1)
        factor = measure * slope
        both = weighted_sums((values * factor).reshape(shape), self.weights) * area[:, None]
        size = weighted_sums((sizes * factor).reshape(shape), self.weights[0]) * area
        errors = np.abs(both[..., 1:] - both[..., :1])
        return both[..., 0].T, errors.transpose(1, 2, 0), size.T

    def _values(self, p: Array, cosine: Array, owner: Integers) -> tuple[Complex, Array]:
        """Return Pi_st at momenta p, and its size, shape (4, n)."""
        q, omega = self.q[owner], self.omega[owner]
        center, change = p * p + q * q / 4, p * q * cosine
        values: Any = np.zeros((4, p.size), dtype=complex)
        sizes: Any = np.zeros((4, p.size))
        for branch in (1.0, -1.0):
            direct = self._loop(center + change, center - change, branch, omega)
            # minus the conjugate of what stands at -omega* is the second term of (37)
            mirrored = self._loop(center - change, center + change, branch, -omega.conj())
            values += 0.5j * (direct - mirrored.conj())
            sizes += 0.5 * (np.abs(direct) + np.abs(mirrored))
        return values, sizes

    def _loop(self, plus: Array, minus: Array, branch: float, omega: Complex) -> Complex:
        """Return the integral of Tr[tau_s G^R tau_t G^K] over nu within a branch."""
        shared = (plus, minus, branch, omega.real, omega.imag, *self.carriers.parameters())
        total: Any = 0.0
        for species, rate, kernel, arguments in _sources(self.carriers):
            parts = np.array(np.broadcast_arrays(*kernel(*shared, *arguments)))
            found = parts[0::2] + 1j * parts[1::2]
            total = total + rate * found[4 * species : 4 * species + 4]
        return np.asarray(total)


def _sources(carriers: Carriers) -> Iterator[tuple[int, float, Any, tuple[float, ...]]]:
    """Yield what contributes to diag(F_e(nu), -F_h(-nu)): carrier, rate, kernel and occupation."""
    electrons = len(carriers.electrons.filled)
    for k, (at, filled) in enumerate(carriers.edges()):
        place, species = at + carriers.middle, int(k >= electrons)
        if filled.temperature > 0:
            yield species, filled.rate, kernels.thermal, (place, filled.temperature)
        else:
            yield species, filled.rate, kernels.step, (place,)
    for species, rate in enumerate((carriers.electrons.empty, -carriers.holes.empty)):
        if rate:
            yield species, rate, kernels.empty, ()

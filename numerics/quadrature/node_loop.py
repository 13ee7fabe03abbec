"""Integrands over the frequency whose kernels, nodes and sums are one compiled loop."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.evaluation import compiled_kernel, compiled_loop, in_threads
from numerics.occupation import Occupation
from numerics.quadrature.panels import Panels
from numerics.quadrature.rules import Rule

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Integers = NDArray[np.int64]

#: Rows, a panel in a term each, that take some ten times as long as a thread takes to start.
_ROWS = 1024


class Sums(NamedTuple):
    """Integrals of the outputs of a kernel over panels, for each term of the integrand.

    Parameters
    ----------
    value, difference : ndarray of complex, shape (panels, terms, k)
        Integrals, and by how much those of the embedded rule differ.
    size : ndarray, shape (panels, terms, groups)
        Integrals of the largest |Re| + |Im| in each group of outputs.
    smooth : ndarray, shape (panels, 2)
        Integral and difference of the inverse root that is rounded off; see `smooth_inverse_root`.
    """

    value: Complex
    difference: Complex
    size: Array
    smooth: Array


@dataclass(frozen=True)
class Filling:
    """What fills the states, as sums over steps in the frequency nu for electrons, -nu for holes.

    Parameters
    ----------
    steps : ndarray, shape (n, 4)
        0 for electrons and 1 for holes, edge, temperature, and weight.
    constants : tuple of float
        What is added to both sums.
    one_sided : bool
        If so, the sums are what is there beyond that far away on the side of the node's sign,
        where constants are added below for electrons, and above for holes.
    """

    steps: Array
    constants: tuple[float, float]
    one_sided: bool = False

    @classmethod
    def sums(cls, electrons: Occupation, holes: Occupation, rates: tuple[float, float]) -> Filling:
        """Return the sums of gamma_lambda [1 - 2 f_lambda]/gamma times rates."""
        steps, rest = [], [0.0, 0.0]
        for k, occupation in enumerate((electrons, holes)):
            left = 1.0
            for share, f in occupation.shares():
                steps.append((k, f.edge, f.temperature, rates[k] * share))
                left -= share
            rest[k] = rates[k] * left
        return cls(np.array(steps, dtype=float).reshape(-1, 4), (rest[0], rest[1]))

    @classmethod
    def excess(cls, electrons: Occupation, holes: Occupation) -> Filling:
        """Return what `Carriers.excess` does."""
        both = enumerate((electrons, holes))
        steps = [(k, f.edge, f.temperature, f.rate) for k, o in both for f in o.filled]
        constants = (2 * electrons.empty, 2 * holes.empty)
        return cls(np.array(steps, dtype=float).reshape(-1, 4), constants, True)


@dataclass(frozen=True)
class NodeLoop:
    """A kernel at both frequencies of a loop, for the signs s of y and t of the transfer.

    The frequencies are x = s y - t Omega/2 and x + t Omega, with y from zero on.

    Parameters
    ----------
    module, program : str
        The kernel: of x, of the distances of both frequencies from the edge of the spectrum, of
        their mean, of the two sums over what fills the states, and of constants.
    terms : sequence of tuple of int
        s and t of each.
    transfer : ndarray, shape (n,)
        Omega of each integral.
    constants : sequence, shape (terms, m)
        Of ndarrays of shape (n,), or of numbers.
    filling : Filling
    edge : float
        Edge of the spectrum.
    closest : float
        How close nodes come to x = 0.
    offset : float
        What is added to x where reservoirs count their energies.
    smooth : float
        Scale of the inverse root, zero without.
    groups : ndarray of int, optional
        To which size each output of the kernel counts; one each.
    """

    module: str
    program: str
    terms: Sequence[tuple[int, int]]
    transfer: Array
    constants: Sequence[Sequence[Array | float]]
    filling: Filling
    edge: float
    closest: float
    offset: float = 0.0
    smooth: float = 0.0
    groups: Integers | None = None

    def __call__(self, panels: Panels, rule: Rule) -> Sums:
        """Return the integrals over panels."""
        kernel, outputs = compiled_kernel(self.module, self.program)
        fixed, (sizes, terms) = self._fixed, (self._sizes, len(self.terms))
        nodes, groups, loop = rule.rows, self._groups, compiled_loop("panel_sums")
        each = np.empty((len(panels), terms, 2 * outputs + sizes + 2))

        def some(which: slice) -> None:
            whole = which.stop - which.start == len(panels)
            part = panels if whole else panels.select(which)
            sums = each[which].reshape(-1, each.shape[2])
            loop(kernel, part.owner, _rows(part), *fixed, nodes, groups, sums)

        in_threads(some, len(panels), _ROWS // terms)
        return Sums(
            each[..., :outputs].view(complex),
            each[..., outputs : 2 * outputs].view(complex),
            each[..., 2 * outputs : -2],
            each[:, 0, -2:],
        )

    @functools.cached_property
    def _groups(self) -> Integers:
        outputs = compiled_kernel(self.module, self.program)[1]
        return np.arange(outputs // 2) if self.groups is None else self.groups

    @functools.cached_property
    def _sizes(self) -> int:
        return int(self._groups.max()) + 1

    @functools.cached_property
    def _fixed(self) -> tuple[Array, ...]:
        """What the loop wants to know beside the panels and the rule."""
        filling = self.filling
        constants = np.empty((len(self.terms), len(self.constants[0]), self.transfer.size))
        for row, term in zip(constants, self.constants, strict=True):
            for k, constant in enumerate(term):
                row[k] = constant
        scalars = (self.edge, self.offset, self.closest, self.smooth, *filling.constants)
        return (
            np.array(self.terms, dtype=float),
            self.transfer / 2,
            constants,
            np.array([*scalars, filling.one_sided]),
            filling.steps,
        )


def _rows(panels: Panels) -> Array:
    """Return what the loop wants to know of panels; positions as sums of two doubles."""
    rows = np.empty((6, len(panels)))
    rows[0] = panels.origin
    rows[1] = panels.origin - rows[0]
    rows[2], rows[3], rows[4], rows[5] = panels.scale, panels.start, panels.end, panels.tail
    return rows

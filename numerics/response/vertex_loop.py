"""Pi_st(q, omega) with vertices beyond amplitude and phase, by one integral over the frequency."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import Carriers
from numerics.evaluation import evaluate
from numerics.quadrature.adaptive import Sums, integrate
from numerics.quadrature.node_loop import Filling
from numerics.quadrature.panels import Panels
from numerics.quadrature.rules import Rule, smooth_inverse_root, smooth_inverse_root_integral
from numerics.response.frequency_grid import SMALLEST_WAVE
from numerics.response.two_bands import BandLoop, branch_points

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Integers = NDArray[np.int64]

#: Rounding of the integrand in units of its size, as for M.
_ROUNDING = 32 * float(np.finfo(float).eps)
#: Tolerance of what complex frequencies have besides, relative to itself.
_SEGMENT = 1e-13
#: How the programs call tau_0 to tau_3, the current of carriers and that of charge.
LETTERS = "0123ji"
#: tau_0 and tau_3, tau_1 and tau_2, and the currents have the same elements but for signs.
_KINDS = str.maketrans("0312ji", "ddoocc")
#: The pairs whose integrands fall off like the root of the frequency, in the order of the program.
_TAILS = ((0, 0), (0, 3), (3, 0), (3, 3))

#: Tolerances of the elements that are wanted, given their values, shape (n, k) both.
Wanted = Callable[[Complex], Array]


class Elements(NamedTuple):
    """Some elements of Pi at each point.

    Parameters
    ----------
    value : ndarray of complex, shape (n, k)
    error : ndarray, shape (n, k)
        Quadrature and rounding.
    evaluations : ndarray of int, shape (n,)
    missed, limited : ndarray of bool, shape (n,)
        Where the tolerances were not reached; where rounding does not allow them.
    """

    value: Complex
    error: Array
    evaluations: Integers
    missed: NDArray[np.bool_]
    limited: NDArray[np.bool_]


def vertex_kernels(carriers: Carriers) -> str:
    """Return the module of the kernels of any two vertices."""
    return f"{carriers.kernels}_vertices"


def numpy_kernels(module: str) -> Any:
    """Return a module of kernels as it is without a compiler."""
    return importlib.import_module(f"numerics.kernels.{module}_numpy")


def nothing(n: int) -> Elements:
    """Return no elements at n points."""
    no = np.zeros(n, dtype=bool)
    return Elements(np.zeros((n, 0), complex), np.zeros((n, 0)), np.zeros(n, np.int64), no, no)


def loop_elements(
    carriers: Carriers,
    q: Array,
    omega: Complex,
    pairs: Sequence[tuple[int, int]],
    wanted: Wanted,
) -> Elements:
    """Return Pi_st, (37), for pairs of vertices other than 1 and 2.

    With two currents it is less what the diamagnetic part subtracts.

    Parameters
    ----------
    carriers : Carriers
    q : ndarray, shape (n,)
        Positive.
    omega : ndarray of complex, shape (n,)
    pairs : sequence of tuple of int
        The k pairs (s, t), of numbers as in `outputs_of`.
    wanted : callable
    """
    rows = _Rows.of_pairs(carriers, q, omega, pairs)
    integrand = VertexLoop(carriers, q[rows.points], omega[rows.points], pairs)
    rest, rest_error, nodes = _between(carriers, q, omega, pairs)
    rest = rest + integrand.constant

    def goal(value: Complex, size: Array) -> Array:
        tolerances = wanted(rows.chosen(value) + rest)
        return np.maximum(rows.spread(tolerances, np.inf), _ROUNDING * size)

    found = integrate(integrand, rows.panels, rows.points.size, goal, rounding=_ROUNDING)
    value, rounding = rows.chosen(found.value) + rest, _ROUNDING * rows.chosen(found.size)
    return Elements(
        value,
        rows.chosen(found.error) + rounding + rest_error,
        4 * rows.counted(found.evaluations) + nodes,
        rows.counted(found.missed) > 0,
        (rows.counted(found.stuck) > 0) | (wanted(value) < rounding).any(axis=1),
    )


@dataclass(frozen=True)
class _Rows:
    """Integrals, each of one point, and which of them has an element of a point.

    Of pairs of densities thresholds far away are weak, and their integrands fall off so slowly that
    nodes there would cost digits.  To all others they matter: where there are any, and some of
    either kind are wanted, a point has two integrals with panels of their own.

    Parameters
    ----------
    points : ndarray of int, shape (rows,)
        The point of each integral.
    of : ndarray of int, shape (n, k)
        The integral that each element of a point is taken from.
    panels : Panels
        Those of the integrals.
    """

    points: Integers
    of: Integers
    panels: Panels

    @classmethod
    def of_pairs(
        cls, carriers: Carriers, q: Array, omega: Complex, pairs: Sequence[tuple[int, int]]
    ) -> _Rows:
        """Return those for pairs of vertices."""
        near = np.array([pair in _TAILS for pair in pairs])
        found, n = branch_points(carriers, q, omega), q.size
        every, own = q > SMALLEST_WAVE, np.tile(np.arange(n)[:, None], near.size)
        if not near.any():
            return cls(own[:, 0], own, found.panels(every))
        panels, far = found.panels(), np.empty(0, np.int64)
        if not near.all():
            far = np.flatnonzero(every & found.distant)
        if far.size:
            others = found.select(far).panels(every[far])
            panels = panels.joined(replace(others, owner=others.owner + n))
            own[np.ix_(far, ~near)] = n + np.arange(far.size)[:, None]
        return cls(np.concatenate([np.arange(n), far]), own, panels)

    def chosen(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the elements of points, given those of integrals."""
        return np.asarray(np.take_along_axis(values, self.of, axis=0))

    def spread(self, values: Array, other: float) -> Array:
        """Return numbers of the elements of integrals, and another for those of no use."""
        found = np.full((self.points.size, values.shape[1]), other)
        np.put_along_axis(found, self.of, values, axis=0)
        return found

    def counted(self, numbers: NDArray[Any]) -> Integers:
        """Return the sum over the integrals of each point."""
        total = np.zeros(len(self.of), np.int64)
        np.add.at(total, self.points, numbers)
        return total


class VertexLoop(BandLoop):
    """The integrands of Pi_st over |y + omega/2|.

    Those of densities fall off like an inverse root, which free carriers have; it is subtracted,
    and counts as nothing, as its sum over the frequency vanishes at each momentum.

    Parameters
    ----------
    carriers, q, omega
        As of `BandLoop`.
    pairs : sequence of tuple of int
        The pairs of vertices.
    """

    def __init__(
        self, carriers: Carriers, q: Array, omega: Complex, pairs: Sequence[tuple[int, int]]
    ) -> None:
        super().__init__(carriers, q, omega, "response")
        self.outputs = outputs_of(carriers, pairs, "response", "currents")
        # a current is odd in the momenta, which the second term has exchanged
        odd = [sum(vertex > 3 for vertex in pair) % 2 for pair in pairs]
        self.turn = np.where(odd, -1, 1)[:, None, None]
        self.tails, rest = _far(carriers, pairs)
        self.scale = abs(carriers.mu) + carriers.gap
        self.constant = self.tails * smooth_inverse_root_integral(self.scale) + rest

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        """Return the integrands per unit of the nodes' variable, and their sizes."""
        x, offset, slope = panels.nodes(rule)
        total = np.zeros((self.tails.size, *offset.shape), dtype=complex)
        sizes = np.zeros(total.shape)
        for sign in (1, -1):
            for transfer in (1, -1):
                arguments = self._arguments(panels, sign, offset, transfer)
                found = np.empty_like(total)
                for program, chosen in self.outputs.items():
                    values = self._outputs(program, arguments, offset.shape)
                    chosen.into(found, sizes, values)
                total += found if transfer > 0 else -self.turn * found.conj()
        total *= 0.5j
        total -= self.tails[:, None, None] * smooth_inverse_root(x, self.scale)
        return np.asarray(total * slope), 0.5 * sizes * slope

    def sums(self, panels: Panels, rule: Rule) -> Sums:
        """Return the integrals over panels, their errors, and those of the sizes."""
        carriers = self.carriers
        filling = Filling.excess(carriers.electrons, carriers.holes)
        k = self.tails.size
        value, difference = np.empty((2, len(panels), k), dtype=complex)
        size = np.empty((len(panels), k))
        for program, chosen in self.outputs.items():
            groups = np.array(chosen.kinds)
            loop = self._node_loop(program, filling, np.ones(self.q.size), groups=groups)
            found = loop(panels, rule)
            places, rows = chosen.places, chosen.rows
            turn = self.turn.ravel()[places]
            for total, part in ((value, found.value), (difference, found.difference)):
                part = part[..., rows]
                first, second = part[:, ::2].sum(axis=1), part[:, 1::2].sum(axis=1)
                total[:, places] = 0.5j * (first - turn * second.conj())
            size[:, places] = 0.5 * found.size.sum(axis=1)[:, groups[rows]]
        value -= self.tails * found.smooth[:, :1]
        difference -= self.tails * found.smooth[:, 1:]
        return value, np.abs(difference), size

    @property
    def module(self) -> str:
        """The module of the program."""
        return vertex_kernels(self.carriers)

    def _occupations(self, y: Array, sign: int) -> tuple[Any, ...]:
        """Return the excess of the occupations over that of a sign, and the sign."""
        return (*self.carriers.excess(y, sign), float(sign))


@dataclass(frozen=True)
class Chosen:
    """Which complex outputs of a program stand at which places.

    Parameters
    ----------
    rows, places : list of int
    alike : list of list of int
        For each the outputs that are sums of the same products, in which more or less may cancel.
    kinds : list of int
        The number of that set of outputs, of every output of the program.
    """

    rows: list[int]
    places: list[int]
    alike: list[list[int]]
    kinds: list[int]

    def into(self, found: Complex, sizes: Array, values: Complex) -> None:
        """Put the outputs of a program where they belong, and add their sizes."""
        found[self.places] = values[self.rows]
        magnitudes = np.abs(values)
        for place, rows in zip(self.places, self.alike, strict=True):
            sizes[place] += magnitudes[rows].max(axis=0)


def outputs_of(
    carriers: Carriers, pairs: Sequence[tuple[int, int]], densities: str, currents: str
) -> dict[str, Chosen]:
    """Return where pairs of vertices are among the outputs of two programs.

    Parameters
    ----------
    carriers : Carriers
    pairs : sequence of tuple of int
        0 to 3 for tau_0 to tau_3, 4 and 5 for the currents of carriers and of charge.
    densities, currents : str
        The programs without and with currents.
    """
    module = numpy_kernels(vertex_kernels(carriers))
    found = {}
    for program in (densities, currents):
        names = [name[-7:-5] for name in getattr(module, f"{program.upper()}_OUTPUTS")[::2]]
        labels = ["".join(LETTERS[vertex] for vertex in pair) for pair in pairs]
        here = [k for k, label in enumerate(labels) if label in names]
        if here:
            kinds = [_kind(name) for name in names]
            found[program] = Chosen(
                [names.index(labels[k]) for k in here],
                here,
                [[j for j, kind in enumerate(kinds) if kind == _kind(labels[k])] for k in here],
                [sorted(set(kinds)).index(kind) for kind in kinds],
            )
    return found


def _kind(label: str) -> str:
    """Return what two vertices are: diagonal, off the diagonal, or currents."""
    return label.translate(_KINDS)


def _between(
    carriers: Carriers, q: Array, omega: Complex, pairs: Sequence[tuple[int, int]]
) -> tuple[Complex, Array, Integers]:
    """Return what is left of G^R G^A for complex frequencies, its errors, and the nodes."""
    value, error = np.zeros((q.size, len(pairs)), complex), np.zeros((q.size, len(pairs)))
    nodes = np.zeros(q.size, np.int64)
    off = np.flatnonzero(omega.imag)
    if off.size:
        found = integrate(
            _Pinched(carriers, q[off], omega[off], pairs),
            _segments(carriers, omega.imag[off]),
            off.size,
            lambda value, size: np.maximum(_SEGMENT * np.abs(value), _ROUNDING * size),
            rounding=_ROUNDING,
        )
        value[off], nodes[off] = found.value, found.evaluations
        error[off] = found.error + _ROUNDING * found.size
    return value, error, nodes


def _segments(carriers: Carriers, growth: Array) -> Panels:
    """Return panels from either end of 0 to |Im(omega)| to the middle."""
    n, length = growth.size, np.abs(growth)
    # the nearest branch points are at this distance from the ends
    width = np.minimum(carriers.slope, carriers.slope + growth)
    zero = np.zeros(n)
    ends = np.arcsinh(length / (2 * width))
    one = Panels(np.arange(n), zero.astype(np.longdouble), width, zero, ends, zero.astype(bool))
    return one.joined(replace(one, origin=length.astype(np.longdouble), scale=-width))


class _Pinched:
    """G^R G^A between the frequencies at which the two terms of Pi have it, where S steps."""

    def __init__(
        self, carriers: Carriers, q: Array, omega: Complex, pairs: Sequence[tuple[int, int]]
    ) -> None:
        self.carriers, self.q, self.omega, self.count = carriers, q, omega, len(pairs)
        self.outputs = outputs_of(carriers, pairs, "pinched", "pinched_currents")

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        x, offset, slope = panels.nodes(rule)
        carriers, omega = self.carriers, self.omega[panels.owner][:, None]
        sign = np.sign(omega.imag)
        growth = np.broadcast_to(sign * x, offset.shape)
        # both ends are seen without cancellation
        lag = np.where(panels.origin[:, None] == 0, omega.imag - growth, -sign * offset)
        y = -omega.real / 2
        distance = np.abs(omega.real) / 2 - carriers.threshold
        q = self.q[panels.owner][:, None]
        nodes = [
            np.broadcast_to(part, offset.shape).ravel()
            for part in (y, distance, distance, omega.real, growth, lag, q)
        ]
        values = np.empty((self.count, *offset.shape), dtype=complex)
        sizes = np.zeros(values.shape)
        for program, chosen in self.outputs.items():
            parts = evaluate(vertex_kernels(carriers), program, *nodes, *carriers.parameters())
            parts = parts.reshape(-1, *offset.shape)
            chosen.into(values, sizes, parts[0::2] + 1j * parts[1::2])
        values *= slope
        # (i/2) times the step of S, along the imaginary axis
        return np.asarray(-sign * values), sizes * slope


def _far(carriers: Carriers, pairs: Sequence[tuple[int, int]]) -> tuple[Array, Array]:
    """Return what the integrands are at large frequencies, times the root, and what is beyond."""
    outputs = np.array(numpy_kernels(vertex_kernels(carriers)).far(carriers.skew))
    found = np.zeros((2, len(pairs)))
    for k, pair in enumerate(pairs):
        if pair in _TAILS:
            found[:, k] = outputs[_TAILS.index(pair) :: len(_TAILS)]
    return found[0], found[1]

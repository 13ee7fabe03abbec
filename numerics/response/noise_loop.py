"""Products of G^> and G^< with two vertices, by one integral over the frequency.

C^>_st = sum_p int dnu/2pi Tr[tau_s G^>(p_+, nu + omega) tau_t G^<(p_-, nu)] is the spectrum of
O_s(t) O_t, and C^<_st = C^>_ts(-omega) that of O_t O_s(t), of independent carriers.  Both are
Hermitian and positive; i (C^> + C^<) is Pi^K, and i (C^> - C^<) is Pi - Pi^+.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import RESOLVED, Carriers
from numerics.evaluation import evaluate
from numerics.quadrature.adaptive import integrate
from numerics.quadrature.panels import Panels
from numerics.quadrature.rules import Rule
from numerics.response.two_bands import BandLoop, far_panels
from numerics.response.vertex_loop import LETTERS, numpy_kernels, vertex_kernels

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Operations that round, and what they make of the integrand in units of its size, as for M.
_OPERATIONS = 32
_ROUNDING = _OPERATIONS * float(np.finfo(float).eps)
#: How close nodes come to the middle of the gap, in its units, where both functions are there: the
#: poles of G^R and of G^A cancel in either, together like the inverse square of the distance.  What
#: is regular there changes by the square of the distance, which an error has.
_CLOSEST = 1e-5
_MOVED = 4 * _CLOSEST**2
#: How many vertices there are, the two currents last, and of how many the first program is.
_VERTICES, _DENSITIES = len(LETTERS), 4

#: Tolerances of the elements of both, shape (n, 2, k, k).
Wanted = Callable[[Complex], Array]


class Noise(NamedTuple):
    """C^> and C^< at each point.

    Parameters
    ----------
    value : ndarray of complex, shape (n, 2, k, k)
        C^>, then C^<.
    error : ndarray, shape (n, 2, k, k)
    evaluations : ndarray of int, shape (n,)
    missed : ndarray of bool, shape (n,)
        Where the tolerances were not reached.
    """

    value: Complex
    error: Array
    evaluations: NDArray[np.int64]
    missed: NDArray[np.bool_]


def noise_elements(
    carriers: Carriers, q: Array, omega: Array, vertices: Sequence[int], wanted: Wanted
) -> Noise:
    """Return C^> and C^< among some of the vertices, of numbers as in `outputs_of`.

    Parameters
    ----------
    carriers : Carriers
    q : ndarray, shape (n,)
        Positive.
    omega : ndarray, shape (n,)
    vertices : sequence of int
    wanted : callable
        Returns tolerances.
    """
    k = len(vertices)

    def shaped(flat: NDArray) -> NDArray:
        return flat.reshape(-1, 2, k, k)

    def goal(value: Complex, size: Array) -> Array:
        return np.maximum(wanted(shaped(value)).reshape(size.shape), _ROUNDING * size)

    points = omega.astype(complex)
    found = integrate(
        NoiseLoop(carriers, q, points, vertices),
        far_panels(carriers, q, points),
        q.size,
        goal,
        rounding=_ROUNDING,
    )
    error = found.error + _ROUNDING * found.size + _moved(carriers, points) * np.abs(found.value)
    return Noise(shaped(found.value), shaped(error), 4 * found.evaluations, found.missed)


class NoiseLoop(BandLoop):
    """The integrands of both over |y + omega/2|."""

    def __init__(
        self, carriers: Carriers, q: Array, omega: Complex, vertices: Sequence[int]
    ) -> None:
        super().__init__(carriers, q, omega, "noise")
        self.vertices = vertices
        currents = np.array(vertices) >= _DENSITIES
        self.programs = ["noise", "noise_currents"] if currents.any() else ["noise"]
        powers = 1 * currents[:, None] + currents
        self.powers = powers[..., None, None]
        # a current is odd in the momenta, which the second order has exchanged
        self.turn = (-1.0) ** self.powers

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        """Return the integrands per unit of the nodes' variable, and their sizes."""
        _, offset, slope = panels.nodes(rule)
        k = len(self.vertices)
        total = np.zeros((2, k, k, *offset.shape), dtype=complex)
        sizes = np.zeros(total.shape)
        for sign in (1, -1):
            for which, transfer in enumerate((1, -1)):
                found, size = self._ordered(panels, sign, offset, transfer)
                # exchanged momenta and frequencies are exchanged vertices
                total[which] += found if which == 0 else self.turn * found.swapaxes(0, 1)
                sizes[which] += size
        flat = (-1, *offset.shape)
        return (total * slope).reshape(flat), (sizes * slope).reshape(flat)

    def _ordered(
        self, panels: Panels, sign: int, offset: Array, transfer: int
    ) -> tuple[Complex, Array]:
        """Return C^> at y = sign |x| - transfer omega/2 with transfer omega, and its terms' size.

        Far from all excitations the poles nearly cancel.  The residue of G^> at one is of the order
        of what fills it over twice the rate, and the integral of a pair that does not pinch at most
        1/(4 pi) over the root of an energy.
        """
        carriers = self.carriers
        (y, *others), omega = self._places(panels, sign, offset, transfer)
        closest = _closest(carriers, self.omega[panels.owner])[:, None]
        places = (carriers.apart(y, closest), *others)
        shift = transfer * omega.real
        occupations = (*carriers.greater(places[0] + shift), *carriers.lesser(places[0]))
        last = (shift, self.q[panels.owner][:, None])
        arguments = self._raveled(offset.shape, *places, *occupations, *last)
        matrix = np.empty((_VERTICES, _VERTICES, *offset.shape), dtype=complex)
        module = vertex_kernels(carriers)
        for program in self.programs:
            parts = evaluate(module, program, *arguments, *carriers.parameters())
            _into(matrix, _places_of(module, program), parts.reshape(-1, *offset.shape))
        matrix = matrix[np.ix_(self.vertices, self.vertices)]
        fillings = [arguments[k] + arguments[k + 1] for k in (4, 6)]
        energies = np.abs(places[0]) + abs(carriers.mu) + abs(carriers.gap)
        size = (fillings[0] * fillings[1]).reshape(offset.shape) / carriers.linewidth**2
        size /= 8 * np.pi**2 * np.sqrt(energies)
        # in the middle of the gap those of G^R and of G^A cancel, in either function
        least = closest * abs(carriers.gap)
        near, after = (np.maximum(np.abs(y), least) for y in (places[0], places[0] + shift))
        size *= 1 + carriers.threshold**2 / (_OPERATIONS * near * after)
        # at poles the velocities of currents are the differences of these over q, and the integral
        # of a pair changes in units of q**2 over an energy at most: those of electrons and holes
        # differ by the whole energy, over which the gap mixes them, of a kind by the transfer
        own = energies - np.abs(places[0]) + np.abs(shift) + 2 * carriers.linewidth
        velocities = (own / np.sqrt(energies)) ** self.powers
        magnitudes = np.abs(matrix)
        for power in np.unique(self.powers):
            alike = self.powers[..., 0, 0] == power
            magnitudes[alike] = magnitudes[alike].max(axis=0)
        return matrix, np.maximum(magnitudes, velocities * size)


def _both_inside(carriers: Carriers, omega: Complex) -> NDArray[np.bool_]:
    """Tell where both frequencies may be closer to the middle of the gap than nodes come."""
    return np.abs(omega.real) < 2 * _CLOSEST * abs(carriers.gap)


def _closest(carriers: Carriers, omega: Complex) -> Array:
    """Return how close nodes come to the middle of the gap, in its units."""
    return np.where(_both_inside(carriers, omega), _CLOSEST, RESOLVED)


def _moved(carriers: Carriers, omega: Complex) -> Array:
    """Return what it makes of the integrals that they come no closer, relative to these."""
    return np.where(_both_inside(carriers, omega), _MOVED, 0.0)[:, None]


#: Places of an output: two vertices, and whether it is an imaginary part.
Place = tuple[int, int, bool]


@functools.cache
def _places_of(module: str, program: str) -> tuple[Place, ...]:
    names = getattr(numpy_kernels(module), f"{program.upper()}_OUTPUTS")
    split = (name.split("_") for name in names)
    return tuple((*map(LETTERS.index, label[1:]), part == "imag") for label, part in split)


def _into(matrix: Complex, places: Sequence[Place], parts: Array) -> None:
    """Put the outputs of a program where they belong in a Hermitian matrix."""
    for (s, t, imaginary), part in zip(places, parts, strict=True):
        if not imaginary:
            matrix[s, t] = part
        else:
            matrix[s, t] += 1j * part
        matrix[t, s] = matrix[s, t].conj()

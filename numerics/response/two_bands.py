"""M(q, omega) of two bands with masses and rates of their own, for a state that solves (33).

As in `numerics.response.goldstone` the gap equation is used before anything is summed.  The two
terms of Pi = (i/2) [R(q, omega) - R(q, -omega*)*] are taken at the same pair of frequencies, at
which what is of the order 1/gamma in them cancels; electrons and holes cannot be exchanged here.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import RESOLVED, Carriers
from numerics.evaluation import evaluate
from numerics.quadrature import node_loop as loops
from numerics.quadrature.adaptive import Sums
from numerics.quadrature.node_loop import Filling, NodeLoop
from numerics.quadrature.panels import Extended, Panels
from numerics.quadrature.rules import Rule
from numerics.response.frequency_grid import SMALLEST_WAVE, WAVE, WEAK, BranchPoints
from numerics.response.frequency_grid import threshold_energies as equal_threshold_energies

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Integers = NDArray[np.int64]

#: The signs of y and of the transfer in the four terms of an integrand.
TERMS = ((1, 1), (1, -1), (-1, 1), (-1, -1))
#: Differences of energies that are none.
_NO_RATE = 1e-18


class BandLoop:
    """Integrands over |y + omega/2| for any two bands.

    Parameters
    ----------
    carriers : Carriers
    q : ndarray, shape (n,)
        Positive.
    omega : ndarray of complex, shape (n,)
    program : str
        The kernel.
    """

    #: Scale of the inverse root that is subtracted from an integrand, zero where none is.
    scale = 0.0
    #: How close nodes come to where G^R and G^A share a pole, in units of the gap.
    closest = RESOLVED

    def __init__(self, carriers: Carriers, q: Array, omega: Complex, program: str) -> None:
        self.carriers, self.q, self.omega, self.program = carriers, q, omega, program

    def _node_loop(
        self,
        program: str,
        filling: Filling,
        *reference: Array,
        groups: Integers | None = None,
        terms: Sequence[tuple[int, int]] = TERMS,
    ) -> NodeLoop:
        """Return the loop over nodes for some of the terms of `TERMS`."""
        carriers, omega = self.carriers, self.omega
        last: tuple[Array | float, ...] = (omega.imag, self.q, *carriers.parameters())
        return NodeLoop(
            self.module,
            program,
            terms,
            omega.real,
            [[*(s * one for one in reference), t * omega.real, *last] for s, t in terms],
            filling,
            edge=carriers.threshold,
            closest=self.closest * abs(carriers.gap),
            offset=carriers.offset,
            smooth=self.scale,
            groups=groups,
        )

    @property
    def module(self) -> str:
        """The module of the program."""
        return self.carriers.kernels

    def _occupations(self, y: Array, sign: int) -> tuple[Any, ...]:
        """Return what the program takes of the occupations, for a sign of y + transfer/2."""
        return self.carriers.sums(y)

    def _loop(self, panels: Panels, sign: int, offset: Array, transfer: int) -> Complex:
        """Return R at y = sign |x| - transfer Re(omega)/2 with transfer Re(omega)."""
        arguments = self._arguments(panels, sign, offset, transfer)
        return self._outputs(self.program, arguments, offset.shape)

    def _arguments(
        self, panels: Panels, sign: int, offset: Array, transfer: int
    ) -> tuple[Array, ...]:
        """Return what changes from node to node, of each argument an array of all nodes."""
        (y, *places), omega = self._places(panels, sign, offset, transfer)
        # before the nodes move: reservoirs may step closer to the middle of the gap
        occupations = self._occupations(y, sign)
        y = self.carriers.apart(y, self.closest)
        last = (transfer * omega.real, omega.imag, self.q[panels.owner][:, None])
        return self._raveled(offset.shape, y, *places, *occupations, *last)

    def _places(
        self, panels: Panels, sign: int, offset: Array, transfer: int
    ) -> tuple[tuple[Array, ...], Complex]:
        """Return y, the distances of y and y + omega from the edges, their mean, and omega."""
        carriers = self.carriers
        half = transfer * self.omega.real[panels.owner].astype(np.longdouble) / 2
        origin, away = sign * panels.origin, sign * offset
        y = (origin - half).astype(float)[:, None] + away
        distances = (carriers.distance(origin, away, shift) for shift in (-half, half))
        # where it is small it has all digits
        mean = sign * (panels.origin.astype(float)[:, None] + offset)
        return (y, *distances, mean), self.omega[panels.owner][:, None]

    def _raveled(self, shape: tuple[int, ...], *arguments: Any) -> tuple[Array, ...]:
        return tuple(np.broadcast_to(x, shape).ravel() for x in arguments)

    def _outputs(
        self, program: str, arguments: tuple[Array, ...], shape: tuple[int, ...]
    ) -> Complex:
        """Return the complex values of a program at the nodes."""
        parts = evaluate(self.module, program, *arguments, *self.carriers.parameters())
        parts = parts.reshape(-1, *shape)
        return np.asarray(parts[0::2] + 1j * parts[1::2])


class PairingLoop(BandLoop):
    """The integrands of M_12, M_22, M_12 + M_21 and M_11 - M_22 over |y + omega/2|, or slopes too.

    With the program "pairing" those four, with "pairing_slopes" also their derivatives by omega and
    by q.

    Without a real part of omega both transfers are one.  Electrons and holes that are alike can be
    exchanged: the terms at -y are those at y with the opposite transfer, less complex conjugation,
    with the opposite sign but for derivatives by omega.
    """

    @property
    def _terms(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The signs of y and those of the transfer that make different terms."""
        return (1,) if self.carriers.alike else (1, -1), (1, -1) if self.omega.real.any() else (1,)

    def __call__(self, panels: Panels, rule: Rule) -> tuple[Complex, Array]:
        """Return the integrands per unit of the nodes' variable, and their sizes."""
        _, offset, slope = panels.nodes(rule)
        signs, transfers = self._terms
        terms = [[self._loop(panels, s, offset, t) for t in transfers] for s in signs]
        sizes = sum(np.abs(term) for both in terms for term in both)
        # M = -Pi
        values = self._folded(np.stack([np.stack(both, axis=-1) for both in terms], axis=-2))
        return -0.5j * values * slope, 0.5 * self._weight * np.asarray(sizes) * slope

    def sums(self, panels: Panels, rule: Rule) -> Sums:
        """Return the integrals over panels, their errors, and those of the sizes."""
        return self.folded(self.loop(panels, rule))

    @functools.cached_property
    def loop(self) -> NodeLoop:
        """The loop over nodes."""
        carriers, (signs, transfers) = self.carriers, self._terms
        rates = (carriers.electrons.linewidth, carriers.holes.linewidth)
        filling = Filling.sums(carriers.electrons, carriers.holes, rates)
        terms = [(s, t) for s in signs for t in transfers]
        return self._node_loop(self.program, filling, terms=terms)

    def folded(self, found: loops.Sums) -> Sums:
        """Return the integrals, given those of the terms."""
        signs, transfers = self._terms
        shape = (len(found.value), len(signs), len(transfers), found.value.shape[-1])
        value, difference = (
            self._folded(np.moveaxis(x.reshape(shape), -1, 0)).T for x in found[:2]
        )
        size = self._weight * found.size.sum(axis=1)
        return -0.5j * value, 0.5 * np.abs(difference), 0.5 * size

    @property
    def _weight(self) -> float:
        """How many terms each of those that are computed stands for."""
        signs, transfers = self._terms
        return len(TERMS) / (len(signs) * len(transfers))

    def _folded(self, found: Complex) -> Complex:
        """Return the sums over the terms, the last two axes, of R(q, omega) - R(q, -omega*)*."""
        signs = found.shape[-2]
        total = found.sum(axis=-2)
        first, second = total[..., 0], total[..., -1].conj()
        # the derivatives by omega of what depends on -omega*
        second[4:8] *= -1
        return np.asarray((first - second) * (2 / signs))


def far_panels(carriers: Carriers, q: Array, omega: Complex) -> Panels:
    """Return the panels of `pairing_panels` with all thresholds, for what they are not weak to.

    No coherence factors make those at (omega/q)**2/4 weak to products of two G^K with densities:
    what free carriers absorb there is up to half of all noise at small wave numbers.
    """
    return branch_points(carriers, q, omega).panels(q > SMALLEST_WAVE)


def pairing_panels(carriers: Carriers, q: Array, omega: Complex) -> Panels:
    """Return panels of |y + Re(omega)/2| that resolve the branch points of both terms.

    Parameters
    ----------
    carriers : Carriers
    q : ndarray, shape (n,)
    omega : ndarray of complex, shape (n,)
    """
    return branch_points(carriers, q, omega).panels()


def branch_points(carriers: Carriers, q: Array, omega: Complex) -> BranchPoints:
    """Return the branch points of both terms, beside the axis of |y + Re(omega)/2|."""
    half, one = omega.real.astype(np.longdouble) / 2, np.ones_like(q)
    width = np.minimum(carriers.slope, carriers.slope + omega.imag)
    scale = carriers.energies
    weak = WEAK * scale
    first, second, *bottoms = carriers.spectral_edges()
    points: list[tuple[Extended, Array]] = []
    splits = [half]
    for sign in (1, -1):
        points += [(edge + sign * half, width) for edge in (first, second)]
        points += [(edge + sign * half, np.maximum(width, weak)) for edge in bottoms]
        for at, filled in carriers.edges():
            if filled.temperature > 0:
                points.append((at + sign * half, filled.smearing * one))
            else:
                splits.append(at + sign * half)
    gamma = carriers.linewidth
    for shift, transfer in ((-gamma, omega), (gamma, omega + 2j * gamma)):
        for energy in threshold_energies(carriers, q, transfer):
            distance = np.maximum(np.abs(energy.imag + shift), weak)
            points.append((energy.real + half, distance))
    positions, widths = (np.stack(column) for column in zip(*points, strict=True))
    return BranchPoints.of(positions, widths, splits, scale, scale + np.abs(omega) + q * q)


def threshold_energies(carriers: Carriers, q: Array, transfer: Complex) -> list[Complex]:
    """Return energies at p - q/2, from the middle of the gap, that the transfer leads to p + q/2.

    With W = E(p + q/2)**2 - E(p - q/2)**2 = 4 p q (p**2 + q**2/4 - mu) and c = Omega - 2 a p q the
    condition is (W + c**2)**2 = 4 c**2 E(p + q/2)**2, of the sixth degree in p; then the root at
    p - q/2 is (W - c**2)/(2 c).  The difference of the rates is left out of it.
    """
    if carriers.skew == 0:
        # of the third degree in p**2
        return list(equal_threshold_energies(carriers, q, transfer))
    q = np.where(q > SMALLEST_WAVE, q, WAVE)
    a, mu, gap = carriers.skew, carriers.mu, carriers.gap
    zero, one = np.zeros_like(transfer), np.ones_like(transfer)
    # coefficients in p, the lowest first
    w = np.stack([zero, 4 * q * (q * q / 4 - mu), zero, 4 * q + zero])
    c = np.stack([transfer, -2 * a * q + zero])
    rise = np.stack([q * q / 4 - mu + zero, q + zero, one])
    square = _product(c, c)
    energy = _sum(_product(rise, rise), (gap * gap * one)[None])
    left = _sum(w, square)
    polynomial = _sum(_product(left, left), -4 * _product(square, energy))[:7]
    companion = np.zeros((q.size, 6, 6), dtype=complex)
    companion[:, np.arange(1, 6), np.arange(5)] = 1.0
    companion[:, :, 5] = -(polynomial[:6] / polynomial[6]).T
    roots = np.linalg.eigvals(companion)
    found = []
    for p in roots.T:
        rate = transfer - 2 * a * p * q
        rate = np.where(np.abs(rate) < _NO_RATE, np.sqrt(_NO_RATE), rate)
        rest = 4 * p * q * (p * p + q * q / 4 - mu)
        square = (p - q / 2) ** 2
        # the quotient, of small differences where roots nearly meet, tells the sign alone
        energy_at = np.sqrt((square - mu) ** 2 + gap * gap)
        aligned = ((rest - rate**2) * np.conj(rate * energy_at)).real
        energy_at = np.where(aligned >= 0, energy_at, -energy_at)
        found.append(a * square + energy_at - carriers.middle)
    return found


def _product(x: Complex, y: Complex) -> Complex:
    """Return the coefficients of a product of polynomials, for each point."""
    out = np.zeros((len(x) + len(y) - 1, x.shape[1]), dtype=complex)
    for k, coefficient in enumerate(x):
        out[k : k + len(y)] += coefficient * y
    return out


def _sum(x: Complex, y: Complex) -> Complex:
    """Return the coefficients of a sum."""
    out = np.zeros((max(len(x), len(y)), x.shape[1]), dtype=complex)
    out[: len(x)] += x
    out[: len(y)] += y
    return out

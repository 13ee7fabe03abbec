"""Integrands over the frequency of bands with masses and rates of their own, from the matrices.

The momentum integrals are done by plain quadrature over p and its angle, with every Green's
function a numerical inverse: nothing of the derivation enters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from numerics.kernels import two_bands_numpy as kernels
from numerics.kernels import two_bands_vertices_numpy as vertices

TAU = np.array([np.eye(2), [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], np.diag([1, -1])], dtype=complex)
#: Order of the rules; with linewidths of a third of the energies they converge like 1e-10.
ORDER = 80


@dataclass(frozen=True)
class Case:
    """One point: what the kernels take, in the terms of the matrices."""

    nu: float
    omega: complex
    q: float
    gap: float
    mu: float
    rates: tuple[float, float]
    skew: float
    filled: tuple[float, float]

    @property
    def linewidth(self) -> float:
        return sum(self.rates) / 2

    @property
    def imbalance(self) -> float:
        return (self.rates[0] - self.rates[1]) / 2

    def shared(self) -> tuple[float, ...]:
        return self.gap, self.mu, self.linewidth, self.imbalance, self.skew

    def frequencies(self) -> tuple[float, float, float]:
        threshold = np.sqrt(1 - self.skew**2) * self.gap
        y = self.nu - self.skew * self.mu
        return y, abs(y) - threshold, abs(y + self.omega.real) - threshold

    def retarded(self, frequency: complex, square: np.ndarray) -> np.ndarray:
        """The inverse of frequency + i gamma_sigma - (+-)(p**2/2m_sigma - mu/2) + gap tau_1."""
        inverse = np.zeros((*square.shape, 2, 2), dtype=complex)
        for k, (sign, rate) in enumerate(zip((1, -1), self.rates, strict=True)):
            # electrons p**2 (1 + a) - mu, holes p**2 (1 - a) - mu at the opposite frequency
            energy = square * (1 + sign * self.skew) - self.mu
            inverse[..., k, k] = frequency + 1j * rate - sign * energy
        inverse[..., 0, 1] = inverse[..., 1, 0] = self.gap
        return np.linalg.inv(inverse)

    def advanced(self, square: np.ndarray) -> np.ndarray:
        return np.conj(np.swapaxes(self.retarded(self.nu, square), -1, -2))

    def keldysh(self, square: np.ndarray) -> np.ndarray:
        fillings = [g - 2 * f for g, f in zip(self.rates, self.filled, strict=True)]
        sigma = np.diag([-2j * fillings[0], 2j * fillings[1]])
        return self.retarded(self.nu, square) @ sigma @ self.advanced(square)


CASES = (
    Case(0.4, 0.3 + 0.05j, 0.6, 0.5, 0.8, (0.3, 0.3), 0.0, (0.2, 0.1)),
    Case(-0.7, 0.5 + 0.0j, 0.9, 0.6, 0.5, (0.3, 0.3), 0.4, (0.25, 0.05)),
    Case(1.1, -0.4 - 0.1j, 0.3, 0.4, -0.3, (0.45, 0.25), 0.0, (0.1, 0.2)),
    Case(0.2, 0.6 + 0.2j, 1.4, 0.7, 1.0, (0.25, 0.4), -0.6, (0.2, 0.3)),
    Case(-0.3, -0.2 + 0.1j, 0.05, 0.5, 0.9, (0.5, 0.3), 0.7, (0.05, 0.25)),
)


def momenta(end: float = np.inf) -> tuple[np.ndarray, np.ndarray]:
    """Momenta and weights of int p**2 dp/(2 pi**2), to the cutoff or to infinity."""
    x, w = np.polynomial.legendre.leggauss(ORDER)
    pieces = [(a, b) for a, b in zip((0.0, 0.7, 1.4), (0.7, 1.4, 2.8), strict=True) if a < end]
    found = [((b - a) / 2 * x + (a + b) / 2, (b - a) / 2 * w) for a, b in pieces]
    # beyond, in 1/p
    low = 0.0 if np.isinf(end) else 1 / end
    u, v = (1 / 2.8 - low) / 2 * x + (1 / 2.8 + low) / 2, (1 / 2.8 - low) / 2 * w
    found.append((1 / u, v / u**2))
    p, weights = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return p, weights * p**2 / (2 * np.pi**2)


def loops(case: Case, omega: complex, q: float, shifted: float) -> np.ndarray:
    """R_st by the kernel, without a reference."""
    y, distance, _ = case.frequencies()
    sums = [g - 2 * f for g, f in zip(case.rates, case.filled, strict=True)]
    parts = vertices.response(
        *(y, distance, shifted, y + omega.real / 2, *sums, 0.0, omega.real, omega.imag, q),
        *case.shared(),
    )
    return matrix(parts)


def matrix(parts: tuple[float, ...]) -> np.ndarray:
    found = np.array(parts)
    return (found[0::2] + 1j * found[1::2]).reshape(4, 4)


def summed(case: Case, plus: Callable, minus: Callable) -> np.ndarray:
    """Sum over momenta of Tr[tau_s plus tau_t minus]/(2 pi), functions of p+**2 and p-**2."""
    p, weights = momenta()
    x, w = np.polynomial.legendre.leggauss(ORDER)
    center, change = p[:, None] ** 2 + case.q**2 / 4, p[:, None] * case.q * x
    matrices = plus(center + change), minus(center - change)
    found = np.einsum(
        *("sab,pxbc,tcd,pxda,p,x->st", TAU, matrices[0], TAU, matrices[1], weights, w / 2),
        optimize=True,
    )
    return found / (2 * np.pi)


@pytest.mark.parametrize("case", CASES)
def test_loops_of_all_vertices(case: Case) -> None:
    expected = summed(case, lambda x: case.retarded(case.nu + case.omega, x), case.keldysh)
    values = loops(case, case.omega, case.q, case.frequencies()[2])
    assert np.abs(values - expected).max() < 1e-9 * np.abs(expected).max()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("lag", [0.0, 0.07, -0.11])
def test_loops_of_retarded_and_advanced(case: Case, lag: float) -> None:
    growth = case.omega.imag - lag
    after = case.nu + case.omega.real + 1j * growth

    def advanced(square: np.ndarray) -> np.ndarray:
        return np.conj(np.swapaxes(case.retarded(case.nu + 1j * lag, square), -1, -2))

    expected = summed(case, lambda x: case.retarded(after, x), advanced)
    found = vertices.pinched(
        *(*case.frequencies(), case.omega.real, growth, lag, case.q), *case.shared()
    )
    assert np.abs(matrix(found) - expected).max() < 1e-9 * np.abs(expected).max()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_reference_leaves_out_retarded_times_advanced(case: Case, sign: int) -> None:
    y, distance, shifted = case.frequencies()
    rest = (shifted, case.omega.real, case.omega.imag, case.q)
    whole = loops(case, case.omega, case.q, shifted)
    pinched = matrix(
        vertices.pinched(
            *(y, distance, shifted, case.omega.real, case.omega.imag, 0.0, case.q), *case.shared()
        )
    )
    # less that of G^R - G^A, or its negative
    (electrons, holes), (e, h) = case.rates, case.filled
    excess = (electrons * (1 - sign) - 2 * e, holes * (1 + sign) - 2 * h)
    found = matrix(
        vertices.response(
            *(y, distance, shifted, y + case.omega.real / 2, *excess, float(sign), *rest[1:]),
            *case.shared(),
        )
    )
    assert np.abs(found - sign * pinched - whole).max() < 1e-12 * np.abs(whole).max()


@pytest.mark.parametrize("skew", [0.0, 0.3, -0.6])
def test_tails_of_densities(skew: float) -> None:
    nu, q, tails = 1e7, 0.3, vertices.far(skew)[:4]
    total = np.zeros((4, 4), dtype=complex)
    for sign in (1, -1):
        found = []
        for omega in (0.4, -0.4):
            y = sign * nu - omega / 2
            distances = [abs(x) - np.sqrt(1 - skew**2) * 0.5 for x in (y, y + omega)]
            found.append(
                matrix(
                    vertices.response(
                        *(y, *distances, sign * nu, 0.0, 0.0, float(sign), omega, 0.0, q),
                        *(0.5, 0.8, 0.1, 0.0, skew),
                    )
                )
            )
        total += 0.5j * (found[0] - found[1].conj())
    expected = np.zeros((4, 4))
    expected[np.ix_([0, 3], [0, 3])] = np.reshape(tails, (2, 2))
    # the next order is smaller by 1/nu; but for amplitude and phase, which have another tail
    total[1, 1] = total[2, 2] = 0
    assert np.abs(total * np.sqrt(nu) - expected).max() < 1e-6


@pytest.mark.parametrize("case", CASES)
def test_the_phase_column_is_a_difference_of_loops(case: Case) -> None:
    y, distance, distance_omega = case.frequencies()
    sums = [g - 2 * f for g, f in zip(case.rates, case.filled, strict=True)]

    found = np.array(
        kernels.pairing(
            *(y, distance, distance_omega, y + case.omega.real / 2, *sums),
            *(case.omega.real, case.omega.imag, case.q),
            *case.shared(),
        )
    )
    column = found[0::2] + 1j * found[1::2]
    there = loops(case, case.omega, case.q, distance_omega)
    # artanh(q/k)/q is 1/k to rounding
    uniform = loops(case, 0j, 1e-9, distance)
    expected = [
        there[1, 2] - uniform[1, 2],
        there[2, 2] - uniform[2, 2],
        there[1, 2] + there[2, 1],
        there[1, 1] - there[2, 2],
    ]
    # what the differences of the two kernels lose
    assert np.abs(column - expected).max() < 1e-12 * np.abs(there).max()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("cutoff", [3.0, 20.0])
def test_gap_and_numbers(case: Case, cutoff: float) -> None:
    p, weights = momenta()
    gap = np.sum(case.keldysh(p**2)[:, 0, 1] * weights) * -1j / (4 * np.pi * case.gap)
    p, weights = momenta(cutoff)
    retarded, advanced = case.retarded(case.nu, p**2), case.advanced(p**2)
    empty = [g - f for g, f in zip(case.rates, case.filled, strict=True)]
    electrons, holes = (
        2 * np.sum((retarded @ np.diag(source) @ advanced)[:, k, k].real * weights) / (2 * np.pi)
        for k, source in enumerate(((case.filled[0], empty[1]), (empty[0], case.filled[1])))
    )
    y, distance, _ = case.frequencies()
    filled = (y, distance, *case.filled)
    found = (
        *kernels.gap(*filled, *case.shared())[:2],
        *kernels.numbers(*filled, cutoff, *case.shared())[:2],
    )
    expected = (gap.real, gap.imag, electrons, holes)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)

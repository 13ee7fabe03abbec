"""Integrands over the frequency of bands with masses and rates of their own, from the matrices.

The momentum integrals are done by plain quadrature over p and its angle, with every Green's
function a numerical inverse: nothing of the derivation enters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from numerics.kernels import two_bands_numpy as kernels

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


@pytest.mark.parametrize("case", CASES)
def test_loops_of_all_vertices(case: Case) -> None:
    p, weights = momenta()
    x, w = np.polynomial.legendre.leggauss(ORDER)
    center, change = p[:, None] ** 2 + case.q**2 / 4, p[:, None] * case.q * x
    plus = case.retarded(case.nu + case.omega, center + change)
    minus = case.keldysh(center - change)
    weight = weights[:, None] * w / 2
    expected = np.einsum(
        "sab,pxbc,tcd,pxda,px->st", TAU, plus, TAU, minus, weight, optimize=True
    ) / (2 * np.pi)
    y, distance, distance_omega = case.frequencies()
    sums = [g - 2 * f for g, f in zip(case.rates, case.filled, strict=True)]
    found = np.array(
        kernels.vertices(
            *(y, distance, distance_omega, *sums, case.omega.real, case.omega.imag, case.q),
            *case.shared(),
        )
    )
    values = (found[0::2] + 1j * found[1::2]).reshape(4, 4)
    assert np.abs(values - expected).max() < 1e-9 * np.abs(expected).max()


@pytest.mark.parametrize("case", CASES)
def test_the_phase_column_is_a_difference_of_loops(case: Case) -> None:
    y, distance, distance_omega = case.frequencies()
    sums = [g - 2 * f for g, f in zip(case.rates, case.filled, strict=True)]

    def loops(omega: complex, q: float, shifted: float) -> np.ndarray:
        parts = np.array(
            kernels.vertices(
                *(y, distance, shifted, *sums, omega.real, omega.imag, q), *case.shared()
            )
        )
        return (parts[0::2] + 1j * parts[1::2]).reshape(4, 4)

    found = np.array(
        kernels.pairing(
            *(y, distance, distance_omega, *sums, case.omega.real, case.omega.imag, case.q),
            *case.shared(),
        )
    )
    column = found[0::2] + 1j * found[1::2]
    there = loops(case.omega, case.q, distance_omega)
    # artanh(q/k)/q is 1/k to rounding
    uniform = loops(0j, 1e-9, distance)
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

"""Integrands over the frequency in two dimensions, from the matrices by plain quadrature."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.kernels import film_numpy as kernels
from numerics.kernels import film_vertices_numpy as vertices
from tests.derive.programs.test_two_bands import CASES, TAU, Case

#: Order of the rules over momenta and angle.
ORDER, ANGLES = 80, 128


def momenta(end: float = np.inf) -> tuple[np.ndarray, np.ndarray]:
    """Momenta and weights of int p dp/(2 pi), to the cutoff or to infinity."""
    x, w = np.polynomial.legendre.leggauss(ORDER)
    pieces = [(a, b) for a, b in zip((0.0, 0.7, 1.4), (0.7, 1.4, 2.8), strict=True) if a < end]
    found = [((b - a) / 2 * x + (a + b) / 2, (b - a) / 2 * w) for a, b in pieces]
    # beyond, in 1/p**2
    low = 0.0 if np.isinf(end) else 1 / end**2
    u, v = (1 / 2.8**2 - low) / 2 * x + (1 / 2.8**2 + low) / 2, (1 / 2.8**2 - low) / 2 * w
    found.append((u**-0.5, v / (2 * u**1.5)))
    p, weights = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return p, weights * p / (2 * np.pi)


def sums(case: Case) -> list[float]:
    return [g - 2 * f for g, f in zip(case.rates, case.filled, strict=True)]


def loops(case: Case, omega: complex, q: float) -> np.ndarray:
    y, distance, _ = case.frequencies()
    after = abs(y + omega.real) - np.sqrt(1 - case.skew**2) * case.gap
    mean = y + omega.real / 2
    at = (y, distance, after, mean, *sums(case), 0.0, omega.real, omega.imag, q)
    found = np.array(vertices.response(*at, *case.shared()))
    return (found[0::2] + 1j * found[1::2]).reshape(4, 4)


@pytest.mark.parametrize("case", CASES)
def test_loops_of_all_vertices(case: Case) -> None:
    p, weights = momenta()
    # the mean over the angle
    x = np.cos(np.pi * (np.arange(ANGLES) + 0.5) / ANGLES)
    center, change = p[:, None] ** 2 + case.q**2 / 4, p[:, None] * case.q * x
    plus = case.retarded(case.nu + case.omega, center + change)
    minus = case.keldysh(center - change)
    weight = weights[:, None] * np.ones_like(x) / ANGLES
    expected = np.einsum(
        "sab,pxbc,tcd,pxda,px->st", TAU, plus, TAU, minus, weight, optimize=True
    ) / (2 * np.pi)
    values = loops(case, case.omega, case.q)
    assert np.abs(values - expected).max() < 1e-9 * np.abs(expected).max()


@pytest.mark.parametrize("case", CASES)
def test_the_phase_column_is_a_difference_of_loops(case: Case) -> None:
    found = np.array(column(case, case.omega, case.q))
    there, uniform = loops(case, case.omega, case.q), loops(case, 0j, 0.0)
    expected = [
        there[1, 2] - uniform[1, 2],
        there[2, 2] - uniform[2, 2],
        there[1, 2] + there[2, 1],
        there[1, 1] - there[2, 2],
    ]
    # what the differences of the two kernels lose
    assert np.abs(found - expected).max() < 1e-12 * np.abs(there).max()


def column(case: Case, omega: complex, q: float) -> np.ndarray:
    y, distance, _ = case.frequencies()
    after = abs(y + omega.real) - np.sqrt(1 - case.skew**2) * case.gap
    mean = y + omega.real / 2
    at = (y, distance, after, mean, *sums(case), omega.real, omega.imag, q)
    found = np.array(kernels.pairing(*at, *case.shared()))
    return found[0::2] + 1j * found[1::2]


@pytest.mark.parametrize("case", CASES)
def test_the_phase_column_is_as_small_as_the_square_of_the_wave_number(case: Case) -> None:
    # without a frequency it is even in q: the quotient has a limit, which no rounding hides
    near, far = (column(case, 0j, q)[:2] / q**2 for q in (1e-9, 1e-4))
    assert np.abs(near - far).max() < 1e-6 * np.abs(far).max()


@pytest.mark.parametrize("case", CASES)
def test_slopes(case: Case) -> None:
    y, distance, distance_omega = case.frequencies()
    mean, omega = y + case.omega.real / 2, (case.omega.real, case.omega.imag)
    at = (y, distance, distance_omega, mean, *sums(case), *omega, case.q)
    found = np.array(kernels.pairing_slopes(*at, *case.shared()))
    values = (found[0::2] + 1j * found[1::2]).reshape(3, 4)
    step = 1e-4
    ahead, behind = (column(case, case.omega + s * 1j * step, case.q) for s in (1, -1))
    along = (ahead - behind) / (2j * step)
    ahead, behind = (column(case, case.omega, case.q + s * step) for s in (1, -1))
    across = (ahead - behind) / (2 * step)
    # the square of the step over those of the energies, a tenth at least
    for slopes, expected in ((values[1], along), (values[2], across)):
        assert np.abs(slopes - expected).max() < 3e-6 * np.abs(expected).max()
    np.testing.assert_allclose(values[0], column(case, case.omega, case.q), rtol=1e-12)


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
    shared, at = case.shared(), (y, distance, *case.filled)
    found = (*kernels.gap(*at, *shared)[:2], *kernels.numbers(*at, cutoff, *shared)[:2])
    expected = (gap.real, gap.imag, electrons, holes)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)

"""Integrands of currents and of noise over the frequency, from the matrices."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from numerics.kernels import two_bands_vertices_numpy as kernels
from tests.derive.programs.test_two_bands import CASES, ORDER, TAU, Case, momenta

#: Names of the outputs of currents, and their places among tau_0 to tau_3, j and i.
CURRENTS = [name.removesuffix("_real").removeprefix("r") for name in kernels.CURRENTS_OUTPUTS[::2]]
PLACE = {letter: k for k, letter in enumerate("0123ji")}


def vertices(case: Case) -> np.ndarray:
    currents = [TAU[0] + case.skew * TAU[3], TAU[3] + case.skew * TAU[0]]
    return np.array([*TAU, *currents])


def summed(case: Case, plus: Callable, minus: Callable) -> np.ndarray:
    """Sum over momenta of Tr[V_s plus V_t minus]/(2 pi), with 2 p cos(theta) for currents."""
    p, weights = momenta()
    x, w = np.polynomial.legendre.leggauss(ORDER)
    change = p[:, None] * case.q * x
    center = p[:, None] ** 2 + case.q**2 / 4 + 0 * x
    factors = np.ones((6, *change.shape))
    factors[4:] = 2 * p[:, None] * x
    pair = vertices(case)
    found = np.einsum(
        *("sab,pxbc,tcd,pxda,p,x,spx,tpx->st", pair, plus(center + change)),
        *(pair, minus(center - change), weights, w / 2, factors, factors),
        optimize=True,
    )
    return found / (2 * np.pi)


def currents(parts: tuple[float, ...]) -> dict[str, complex]:
    values = np.array(parts)
    return dict(zip(CURRENTS, values[0::2] + 1j * values[1::2], strict=True))


def diamagnetic(case: Case) -> np.ndarray:
    """Sum over momenta of Tr[V_s (-a - tau_3)**-1 V_t G^K]/(2 pi) for the currents."""
    p, weights = momenta()
    pair = vertices(case)[4:]
    inverse = -np.linalg.inv(case.skew * TAU[0] + TAU[3])
    green = case.keldysh(p**2)
    found = np.einsum("sab,bc,tcd,pda,p->st", pair, inverse, pair, green, weights, optimize=True)
    return found / (2 * np.pi)


@pytest.mark.parametrize("case", CASES)
def test_currents(case: Case) -> None:
    expected = summed(case, lambda x: case.retarded(case.nu + case.omega, x), case.keldysh)
    expected[4:, 4:] -= diamagnetic(case)
    y, distance, shifted = case.frequencies()
    sums = [g - 2 * f for g, f in zip(case.rates, case.filled, strict=True)]
    found = currents(
        kernels.currents(
            *(y, distance, shifted, y + case.omega.real / 2, *sums, 0.0),
            *(case.omega.real, case.omega.imag, case.q),
            *case.shared(),
        )
    )
    size = np.abs(expected).max()
    assert len(found) == 20
    for name, value in found.items():
        assert abs(value - expected[PLACE[name[0]], PLACE[name[1]]]) < 2e-9 * size, name


@pytest.mark.parametrize("case", CASES)
def test_currents_of_retarded_and_advanced(case: Case) -> None:
    """Without a sum that converges: as much is left out as of G^K, at the poles of which it is."""
    y, distance, shifted = case.frequencies()
    rest = (case.omega.real, case.omega.imag, case.q)
    shared = case.shared()
    whole, found = (
        currents(
            kernels.currents(y, distance, shifted, y + case.omega.real / 2, *excess, *rest, *shared)
        )
        for excess in (
            [*(g - 2 * f for g, f in zip(case.rates, case.filled, strict=True)), 0.0],
            [-2 * case.filled[0], 2 * (case.rates[1] - case.filled[1]), 1.0],
        )
    )
    pinched = currents(
        kernels.pinched_currents(y, distance, shifted, *rest[:2], 0.0, case.q, *shared)
    )
    for name, value in whole.items():
        assert abs(found[name] - pinched[name] - value) < 1e-12 * max(map(abs, whole.values()))


@pytest.mark.parametrize("case", CASES)
def test_noise(case: Case) -> None:
    after, filled = (0.2, 0.35), case.filled
    empty = [g - f for g, f in zip(case.rates, filled, strict=True)]

    def product(frequency: float, sigma: np.ndarray) -> Callable:
        def green(square: np.ndarray) -> np.ndarray:
            retarded = case.retarded(frequency, square)
            return retarded @ sigma @ np.conj(np.swapaxes(retarded, -1, -2))

        return green

    nu, omega = case.nu, case.omega.real
    greater = product(nu + omega, -2j * np.diag(after))
    expected = summed(case, greater, product(nu, 2j * np.diag([filled[0], empty[1]])))
    assert np.linalg.eigvalsh(expected).min() > 0
    y, distance, shifted = case.frequencies()
    places = (y, distance, shifted, y + omega / 2)
    arguments = (*places, *after, filled[0], empty[1], omega, case.q, *case.shared())
    values = dict(zip(kernels.NOISE_OUTPUTS, kernels.noise(*arguments), strict=True))
    names = kernels.NOISE_CURRENTS_OUTPUTS
    values |= dict(zip(names, kernels.noise_currents(*arguments), strict=True))
    assert len(values) == 36
    for first, second in itertools.combinations_with_replacement(PLACE, 2):
        value = values[f"c{first}{second}_real"] + 1j * values.get(f"c{first}{second}_imag", 0.0)
        exact = expected[PLACE[first], PLACE[second]]
        assert abs(value - exact) < 1e-9 * np.abs(expected).max()

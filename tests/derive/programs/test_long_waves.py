"""Integrands of the expansion (46) of any bands, from products of matrices by plain quadrature.

A Taylor series of R_st in omega and q needs nothing but products of Green's functions: those by
p**2 and by omega of an inverse are known.
"""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
import pytest
import sympy as sp

from derive import symbols
from derive.codegen.stages import Stages
from derive.programs.momenta import PLANE, SPACE, Momenta, Pair
from numerics.kernels import film_long_waves_numpy, long_waves_numpy
from tests.derive.programs import test_film, test_two_bands
from tests.derive.programs.test_two_bands import CASES, TAU, Case

DIMENSIONS = {2: (film_long_waves_numpy, test_film), 3: (long_waves_numpy, test_two_bands)}
NAMES = long_waves_numpy.COEFFICIENTS_OUTPUTS


class Series:
    """R_11, R_12, R_21 and R_22 per unit of nu, by powers of omega and of q**2."""

    def __init__(self, case: Case, dimension: int) -> None:
        p, weights = DIMENSIONS[dimension][1].momenta()
        self.weights, square = weights / (2 * np.pi), p**2
        after, before = case.retarded(case.nu, square), case.advanced(square)
        # d/dp**2 of the inverse of G
        rise = np.diag([1 + case.skew, -(1 - case.skew)]).astype(complex)
        sums = [g - 2 * f for g, f in zip(case.rates, case.filled, strict=True)]
        sigma = np.diag([-2j * sums[0], 2j * sums[1]])
        # G^R and G^A with none, one and two derivatives by p**2
        right, left = ([g, g @ rise @ g, 2 * g @ rise @ g @ rise @ g] for g in (after, before))
        occupied = [
            right[0] @ sigma @ left[0],
            right[1] @ sigma @ left[0] + right[0] @ sigma @ left[1],
            right[2] @ sigma @ left[0]
            + 2 * right[1] @ sigma @ left[1]
            + right[0] @ sigma @ left[2],
        ]
        # p+-**2 = p**2 +- p q cos + q**2/4, the mean of cos**2 being 1/d
        moved = sum(self.summed(right[k], occupied[1 - k]) for k in (0, 1)) / 4
        bend = [
            c * self.summed(right[k], occupied[2 - k], square) for k, c in enumerate((1, -2, 1))
        ]
        self.by_square = moved + sum(bend) / (2 * dimension)
        self.constant = self.summed(right[0], occupied[0])
        self.by_omega = -self.summed(after @ after, occupied[0])
        self.by_omega_twice = self.summed(after @ after @ after, occupied[0])

    def summed(self, plus: np.ndarray, minus: np.ndarray, factor: np.ndarray | float = 1.0):
        weights = self.weights * factor
        return np.einsum("sab,pbc,tcd,pda,p->st", TAU[1:3], plus, TAU[1:3], minus, weights)

    def coefficients(self) -> dict[str, float]:
        """(46) from M = -(i/2) [R(omega) - R(-omega*)*], without R_s2(0, 0)."""
        even, wave, bend = (x.imag for x in (self.constant, self.by_square, self.by_omega_twice))
        rate = self.by_omega.real
        found = {"alpha11": even[0, 0] - even[1, 1], "alpha21": even[1, 0] + even[0, 1]}
        signs = np.array([[1, -1], [1, 1]])
        for name, values in (("beta", wave), ("eta", rate)):
            for (i, j), value in np.ndenumerate(signs * values):
                found[f"{name}{i + 1}{j + 1}"] = value
        return found | {"zeta12": bend[0, 1], "zeta22": -bend[1, 1]}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_coefficients(case: Case, dimension: int) -> None:
    y, distance, _ = case.frequencies()
    sums = [g - 2 * f for g, f in zip(case.rates, case.filled, strict=True)]
    kernel = DIMENSIONS[dimension][0].coefficients
    found = dict(zip(NAMES, kernel(y, distance, *sums, *case.shared()), strict=True))
    expected = Series(case, dimension).coefficients()
    assert found.keys() == expected.keys()
    for group in ("alpha", "beta", "eta", "zeta"):
        names = [name for name in NAMES if name.startswith(group)]
        largest = max(abs(expected[name]) for name in names)
        for name in names:
            # what the rules over the momenta leave
            assert abs(found[name] - expected[name]) < 1e-9 * largest, name


def space(k: complex, m: complex, q: float) -> complex:
    """The closed form of `derive.closed_forms.pairs`, over its prefactor."""
    return mpmath.atanh(q / (k + m)) / q


def plane(k: complex, m: complex, q: float) -> complex:
    scale = (k + m) ** 2 - q**2
    root = mpmath.sqrt(((k - m) ** 2 - q**2) / scale)
    return mpmath.atanh(root) / root / scale


@pytest.mark.parametrize(("momenta", "closed"), [(SPACE, space), (PLANE, plane)])
def test_curvature_of_the_integral_of_a_pair(momenta: Momenta, closed: Callable) -> None:
    k, m = 0.7 + 0.4j, -0.3 + 0.9j
    parts = sp.symbols("kx ky mx my", real=True)
    first, second = parts[0] + sp.I * parts[1], parts[2] + sp.I * parts[3]
    stages = Stages()
    pair = Pair("pair", first, second, first**2 - second**2, first + second)
    uniform, curvature = momenta.uniform_and_curvature(stages, pair)
    values = dict(zip(parts, (k.real, k.imag, m.real, m.imag), strict=True))
    for symbol, value in stages.body:
        values[symbol] = sp.N(value.subs(values).doit())
    found = [complex(sp.N(x.subs(values).doit())) for x in (uniform, curvature)]
    assert symbols.wave_number not in curvature.free_symbols
    with mpmath.workdps(40):
        near, far = (closed(mpmath.mpc(k), mpmath.mpc(m), mpmath.mpf(q)) for q in ("1e-9", "2e-9"))
        bend = (far - near) / mpmath.mpf("3e-18")
        expected = [complex(near - bend * mpmath.mpf("1e-18")), complex(bend)]
    assert found == pytest.approx(expected, rel=1e-13)

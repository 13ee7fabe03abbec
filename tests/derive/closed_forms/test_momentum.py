"""Both momentum integrals in closed form, against quadrature over the momentum and its angle."""

import mpmath as mp
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.closed_forms.pairs import PLANE_PREFACTOR, PREFACTOR
from derive.functions.pairs import pair_arctanh, root_arctanh, upper_root


def two_propagators(k: complex, other: complex, q: float) -> complex:
    """Integrate 1/((p+^2 - k^2)(p-^2 - other^2)) over p and the angle, d^3p/(2 pi)^3."""

    def over_angle(p: float) -> complex:
        # p+-^2 = c +- p q x: partial fractions leave two logarithms of the angle's ends
        a, b = p * p + q * q / 4 - k * k, p * p + q * q / 4 - other * other
        edge = p * q
        logs = mp.log((a + edge) / (a - edge)) + mp.log((b + edge) / (b - edge))
        return p * p * logs / (edge * (a + b))

    marks = [0, 0.5, 1, 2, 4, 8]
    inner = mp.quad(over_angle, marks)
    tail = mp.quad(lambda u: over_angle(1 / u) / u**2, [0, 0.0625, 0.125])
    return complex((inner + tail) / (4 * mp.pi**2))


@pytest.mark.parametrize(
    ("k", "other"), [(1 + 0.4j, 0.8 + 0.3j), (1 + 0.4j, -0.8 + 0.3j), (0.9j, -0.6 + 0.5j)]
)
@pytest.mark.parametrize("q", [0.05, 0.7, 2.5])
def test_two_propagators(k: complex, other: complex, q: float) -> None:
    closed = PREFACTOR * pair_arctanh(sp.sympify(k + other), sp.Float(q))
    assert complex(closed.doit().evalf()) == pytest.approx(two_propagators(k, other, q), rel=1e-9)


def test_regular_at_small_wave_numbers() -> None:
    k, q = sp.symbols("k q", positive=True)
    series = sp.series(pair_arctanh(k, q).doit().rewrite(sp.log), q, 0, 4).removeO()
    assert sp.simplify(series - (1 / k + q**2 / (3 * k**3))) == 0


@given(st.complex_numbers(min_magnitude=1e-3, max_magnitude=1e3))
@settings(deadline=None)
def test_upper_root(z: complex) -> None:
    if z.imag == 0 and z.real > 0:
        return
    root = complex(upper_root(sp.sympify(z)).doit().evalf())
    assert root.imag >= 0
    assert root**2 == pytest.approx(z, rel=1e-12)


def two_propagators_in_a_plane(k: complex, other: complex, q: float) -> complex:
    """Integrate the same over a plane, d^2p/(2 pi)^2, by the definition."""

    def over_angle(p: float) -> complex:
        # the mean over the angle of 1/(a + p q x), x its cosine, is 1/sqrt(a^2 - (p q)^2)
        a, b = p * p + q * q / 4 - k * k, p * p + q * q / 4 - other * other
        means = [1 / (mp.sqrt(x - p * q) * mp.sqrt(x + p * q)) for x in (a, b)]
        return p * (means[0] + means[1]) / (a + b)

    marks = [0, 0.5, 1, 2, 4, 8]
    inner = mp.quad(over_angle, marks)
    tail = mp.quad(lambda u: over_angle(1 / u) / u**2, [0, 0.0625, 0.125])
    return complex((inner + tail) / (2 * mp.pi))


@pytest.mark.parametrize(
    ("k", "other"),
    [(1 + 0.4j, 0.8 + 0.3j), (1 + 0.4j, -0.8 + 0.3j), (0.9j, -0.6 + 0.5j), (2 + 0.2j, -0.1 + 0.1j)],
)
@pytest.mark.parametrize("q", [0.05, 0.7, 2.5])
def test_two_propagators_in_a_plane(k: complex, other: complex, q: float) -> None:
    scale = (k + other) ** 2 - q * q
    z, rest = ((k - other) ** 2 - q * q) / scale, 4 * k * other / scale
    value = root_arctanh(sp.sympify(z), sp.sympify(rest)).doit().evalf()
    found = complex(PLANE_PREFACTOR * value / scale)
    expected = two_propagators_in_a_plane(k, other, q)
    assert found == pytest.approx(expected, rel=1e-9)

"""The continuity equation, as an identity of matrices and of the kernels at fixed frequency."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from derive import symbols
from derive.algebra import nambu
from derive.closed_forms import continuity
from derive.closed_forms.two_bands import IMBALANCE, SKEW
from numerics.kernels import two_bands_vertices_numpy as kernels
from tests.derive.programs.test_two_bands import ORDER, TAU, Case, momenta

VALUES = {
    symbols.nu: sp.Rational(3, 10),
    symbols.omega: sp.Rational(7, 10),
    symbols.gap: sp.Rational(2, 5),
    symbols.mu: sp.Rational(4, 5),
    symbols.linewidth: sp.Rational(1, 7),
    IMBALANCE: sp.Rational(1, 30),
    SKEW: sp.Rational(-1, 4),
    continuity.PLUS: sp.Rational(5, 4),
    continuity.MINUS: sp.Rational(2, 3),
}
SIGMA = dict(
    zip(
        (
            continuity.AFTER[0, 0],
            continuity.AFTER[1, 1],
            continuity.BEFORE[0, 0],
            continuity.BEFORE[1, 1],
        ),
        (-2 * sp.I, sp.I / 3, -sp.I / 5, sp.I),
        strict=True,
    )
)


def test_balance_is_a_difference_of_inverses() -> None:
    after = symbols.nu + symbols.omega
    tau = nambu.pauli(3)
    found = tau * continuity.inverse(after, continuity.PLUS)
    found -= continuity.inverse(symbols.nu, continuity.MINUS, advanced=True) * tau
    assert sp.expand(found - continuity.balance()) == sp.zeros(2, 2)


@pytest.mark.parametrize("t", range(4))
def test_continuity(t: int) -> None:
    """In exact numbers: the identity holds as one of rational functions."""
    left, right = (side.subs(VALUES).subs(SIGMA) for side in continuity.continuity(t))
    assert sp.expand(left - right) == 0
    assert sp.expand(left) != 0


def reals(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_subnormal=False)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    reals(-1.5, 1.5), reals(-1.5, 1.5), reals(-0.1, 0.5), reals(0.05, 1.5), reals(-0.5, 1.2),
    st.tuples(reals(0.2, 0.5), reals(0.2, 0.5)), reals(-0.6, 0.6),
)  # fmt: skip
def test_kernels_continue(
    nu: float,
    omega: float,
    growth: float,
    q: float,
    mu: float,
    rates: tuple[float, float],
    skew: float,
) -> None:
    """After the sum over the momenta, for every vertex, with complex frequencies of G^R."""
    case = Case(nu, omega + 1j * growth, q, 0.6, mu, rates, skew, (0.4 * rates[0], 0.7 * rates[1]))
    y, distance, shifted = case.frequencies()
    if abs(y) < 1e-3:
        # poles of G^R and G^A meet
        return
    sums = [g - 2 * f for g, f in zip(case.rates, case.filled, strict=True)]
    places = (y, distance, shifted, y + omega / 2)
    at = (*places, *sums, 0.0, omega, growth, q, *case.shared())
    values, moving = (np.array(f(*at)) for f in (kernels.response, kernels.currents))
    loops = (values[0::2] + 1j * values[1::2]).reshape(4, 4)
    names = list(kernels.CURRENTS_OUTPUTS[::2])
    current = np.array([moving[2 * names.index(f"rj{t}_real") :][:2] for t in range(4)]) @ [1, 1j]
    lost = 2j * (case.linewidth * loops[3] + case.imbalance * loops[0])
    found = case.omega * loops[3] - q * current + 2j * case.gap * loops[2] + lost
    expected = _sources(case)
    size = np.abs(loops).max()
    assert np.abs(found - expected).max() < 1e-7 * size


def _sources(case: Case) -> np.ndarray:
    """What acts on the density, and what the reservoirs put in: of G^R tau_t G^K alone."""
    p, weights = momenta()
    x, w = np.polynomial.legendre.leggauss(ORDER)
    center, change = p[:, None] ** 2 + case.q**2 / 4, p[:, None] * case.q * x
    sigma = np.diag([-2j * (case.rates[0] - 2 * case.filled[0]), 0.0])
    sigma = sigma + np.diag([0.0, 2j * (case.rates[1] - 2 * case.filled[1])])
    plus = case.retarded(case.nu + case.omega, center + change)
    minus = case.retarded(case.nu, center - change)
    keldysh = case.keldysh(p**2)
    put_in = np.einsum(
        "ab,pxbc,tcd,pxde,ea,p,x->t", TAU[3], plus, TAU, minus, sigma, weights, w / 2, optimize=True
    )
    acting = np.einsum("ab,tbc,pca,p->t", TAU[3], TAU, keldysh, weights, optimize=True)
    return (acting - put_in) / (2 * np.pi)

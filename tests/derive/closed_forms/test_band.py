"""One momentum integral between branches in closed form, against quadrature."""

import mpmath as mp
import pytest
import sympy as sp

from derive import symbols
from derive.closed_forms import band

XI, ENERGY = symbols.xi_minus, symbols.energy_minus
GAP = 0.4


def integrate(function, a: float, b: float) -> complex:
    # E = 0.9, where the poles come close, is at the kinetic energies +-0.806
    marks = [a, -0.78, -0.5, 0, 0.5, 0.7, 0.8, 0.9, 1.2, b]
    return complex(mp.quad(lambda x: function(x, mp.sqrt(x * x + GAP**2)), marks))


def basis(pole: complex, a: float, b: float) -> tuple[complex, complex]:
    """Return the two integrals that the module's docstring gives, by their closed forms."""
    root = mp.sqrt(mp.mpc(pole) ** 2 - GAP**2)
    ends = [x + mp.sqrt(x * x + GAP**2) for x in (a, b)]
    logs = [mp.log(ends[1] - t) - mp.log(ends[0] - t) for t in (pole + root, pole - root)]
    energies = [mp.sqrt(x * x + GAP**2) for x in (a, b)]
    odd = mp.log(energies[1] - pole) - mp.log(energies[0] - pole)
    return complex((logs[0] - logs[1]) / root), complex(odd)


@pytest.mark.parametrize("pole", [0.9 + 0.05j, 0.9 - 0.05j, 0.2 + 0.3j, -0.7 - 0.1j, 0.02j])
def test_basis_integrals(pole: complex) -> None:
    even, odd = basis(pole, -0.8, 1.7)
    assert even == pytest.approx(integrate(lambda x, e: 1 / (e * (e - pole)), -0.8, 1.7), rel=1e-9)
    assert odd == pytest.approx(integrate(lambda x, e: x / (e * (e - pole)), -0.8, 1.7), rel=1e-9)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("name", [band.FORWARD, band.BACKWARD])
def test_decomposition_of_the_occupied_branch(name: sp.Symbol, side: int) -> None:
    gamma, pole, center = 0.05, 0.9 - 0.07j, (0.05j, -0.05j)[side]
    moving = sp.Symbol("e")
    fixed = sp.I * symbols.linewidth * (1, -1)[side]
    numbers = {symbols.gap: GAP, symbols.linewidth: gamma, moving: pole}
    constants = [integrate(f, -0.8, 1.7) for f in (lambda x, e: 1 / e, lambda x, e: x / e)]
    integrals = [basis(p, -0.8, 1.7) for p in (pole, center)]
    for element in band.occupied_branch(XI, ENERGY)[name][side]:
        found = band.band_integral(element / (moving - ENERGY), XI, ENERGY, (moving, fixed))
        total = sum(
            complex(c.subs(numbers)) * k for c, k in zip(found.constants, constants, strict=False)
        )
        for even, odd, integral in zip(found.even, found.odd, integrals, strict=True):
            total += complex(even.subs(numbers)) * integral[0]
            total += complex(odd.subs(numbers)) * integral[1]
        plain = sp.lambdify((XI, ENERGY), (element / (moving - ENERGY)).subs(numbers), "mpmath")
        assert total == pytest.approx(integrate(plain, -0.8, 1.7), rel=1e-8, abs=1e-12)


def test_refuses_other_poles() -> None:
    with pytest.raises(ValueError, match="other poles"):
        band.band_integral(1 / (ENERGY - 3) / ENERGY, XI, ENERGY, (sp.Symbol("e"),))
    with pytest.raises(ValueError, match="denominator with"):
        band.band_integral(1 / (XI - 3), XI, ENERGY, ())

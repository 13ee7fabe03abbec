"""Products with Bose factors, written out, against quadrature."""

import mpmath
import pytest
import sympy as sp

from derive import bose, fermi, integrate_frequency

NU = sp.Symbol("nu", real=True)
HEAT, EDGE, OTHER = sp.Rational(3, 10), sp.Rational(2, 5), sp.Rational(1, 2)
N = bose(NU - EDGE, HEAT)
F, M = fermi(NU - OTHER, HEAT), bose(NU - OTHER, HEAT)


def principal_value(expr: sp.Expr) -> mpmath.mpf:
    """Integrate with every pole in the middle of an interval, its halves folded together."""
    function = sp.lambdify(NU, expr, "mpmath")
    poles = [mpmath.mpf(2) / 5, mpmath.mpf(1) / 2]
    radius = mpmath.mpf(1) / 20
    total = mpmath.quad(function, [-4000, -400, -40, -10, -2, 0, poles[0] - radius])
    total += mpmath.quad(function, [poles[1] + radius, 1, 2, 4, 10, 40])
    for pole in poles:
        total += mpmath.quad(
            lambda x, pole=pole: function(pole + x) + function(pole - x), [1e-9, radius]
        )
    return total / (2 * mpmath.pi)


@pytest.mark.parametrize(
    "expr",
    [F * N / (NU**2 + 1) ** 2, N * M / (NU**2 + 1) ** 2, F**2 * N / (NU**2 + 1) ** 2],
    ids=["fermi bose", "bose bose", "fermi fermi bose"],
)
def test_written_out(expr: sp.Expr) -> None:
    found = integrate_frequency(expr, NU, principal=True)
    value = complex(found.doit().evalf(30))
    # the halves of an interval are folded together up to 1e-9, where they cancel to 1e-6
    assert value == pytest.approx(complex(principal_value(expr)), abs=1e-7)
    assert value == pytest.approx(complex(found.evalf(30)), rel=1e-13)


@pytest.mark.parametrize("expr", [F * (1 + N), N * (1 + M)], ids=["fermi bose", "bose bose"])
def test_moments(expr: sp.Expr) -> None:
    found = integrate_frequency(expr, NU, principal=True)
    assert complex(found.evalf()) == pytest.approx(complex(principal_value(expr)), abs=1e-7)

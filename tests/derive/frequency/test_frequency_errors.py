"""What the frequency engine refuses, and what it says."""

import pytest
import sympy as sp

from derive import fermi, integrate_frequency

NU = sp.Symbol("nu", real=True)
B = sp.Symbol("B", real=True)
x = sp.Symbol("x", real=True)
z, q = sp.symbols("z q")
T, g = sp.symbols("T g", positive=True)
LORENTZ = 1 / (NU**2 + 1)
i = sp.I

UNDECIDED_SIDE = {
    "complex symbol": 1 / ((NU - z) * (NU + i)),
    "real symbol of unknown sign under a root": 1 / (NU**2 + x),
    "real symbol that may vanish": 1 / (NU**2 + x**2),
    "with a step": fermi(NU, 0) / ((NU - z) * (NU + i)),
    "with a Fermi factor": fermi(NU, T) / ((NU - B - i * x) * (NU + i)),
    "sum of symbols of both signs": 1 / (NU - i * (g - T)) ** 2,
}
DIVERGENT = {
    "polynomial": NU,
    "constant": sp.S.One,
    "constant tail": NU**2 * LORENTZ,
    "growing tail": NU**5 * LORENTZ**2,
    "1/nu tail": 1 / (NU + i),
    "1/nu tail of a ratio": NU * LORENTZ,
    "1/nu tail at the occupied end": fermi(NU, T) / (NU + i),
    "1/nu tail at the occupied end, falling": fermi(-NU, 0) / (NU + i),
    "two edges that do not compensate": (fermi(NU, T) + fermi(NU - 1, T)) / (NU + i),
    "Fermi factor alone": fermi(NU, T) + LORENTZ,
    "double pole on the axis": 1 / NU**2,
    "pole on the axis at a symbol": 1 / ((NU - B) * (NU + i)),
    "pole on the axis, thermal": fermi(NU, T) / ((NU - 5) * (NU + i)),
    "pole on the occupied axis": fermi(NU, 0) / ((NU + 5) * (NU + i)),
    "pole on the occupied axis, falling": fermi(-NU, 0) / ((NU - 5) * (NU + i)),
    "pole at the edge": fermi(NU - 1, 0) / ((NU - 1) * (NU + i)),
    "pole on the axis, unknown side of the edge": fermi(NU - B, 0) / ((NU - 1) * (NU + i)),
}
TWO_FACTORS = {
    "product": fermi(NU, T) * fermi(NU - B, 0) * LORENTZ,
    "two temperatures": fermi(NU, T) * fermi(NU, 2 * T) * LORENTZ,
    "in the denominator": LORENTZ / (1 + fermi(NU, T)),
    "in a function": sp.exp(fermi(NU, T)) * LORENTZ,
    "expandable product": (fermi(NU, T) + i) * (fermi(-NU, g) - 1) * LORENTZ,
}
NOT_AFFINE = {
    "square": fermi(NU**2, T) * LORENTZ,
    "inverse": fermi(1 / NU, T) * LORENTZ,
    "exponential": fermi(sp.exp(NU), T) * LORENTZ,
}
ORIENTATION = {
    "slope of unknown sign": fermi(x * NU, T) * LORENTZ,
    "complex slope": fermi((1 + i) * NU, T) * LORENTZ,
    "complex offset": fermi(NU - z, T) * LORENTZ,
    "imaginary offset": fermi(NU - i, T) * LORENTZ,
}
TEMPERATURE = {
    "symbol of unknown sign": fermi(NU, q) * LORENTZ,
    "real symbol": fermi(NU, x) * LORENTZ,
    "the frequency": fermi(NU, NU) * LORENTZ,
    "complex": fermi(NU, i) * LORENTZ,
}
NOT_RATIONAL = {
    "exponential": sp.exp(NU) * LORENTZ,
    "root": 1 / sp.sqrt(NU**2 + 1) ** 3,
    "symbolic power": LORENTZ**g,
    "absolute value": abs(NU) * LORENTZ**2,
    "derivative of a delta function": sp.DiracDelta(NU, 1),
    "with a Fermi factor": fermi(NU, T) * sp.sin(NU) * LORENTZ,
    "piecewise": sp.Piecewise((1, NU > 0), (0, True)) * LORENTZ,
    "infinity": sp.oo,
    "undefined": sp.nan,
}


def rows(message, cases):
    return [pytest.param(case, message, id=f"{message}: {name}") for name, case in cases.items()]


@pytest.mark.parametrize(
    ("integrand", "message"),
    [
        *rows("which side of the real axis", UNDECIDED_SIDE),
        *rows("diverges", DIVERGENT),
        *rows("more than one Fermi factor", TWO_FACTORS),
        *rows("not affine", NOT_AFFINE),
        *rows("orientation of the Fermi factor", ORIENTATION),
        *rows("temperature", TEMPERATURE),
        *rows("not a rational function", NOT_RATIONAL),
    ],
)
def test_refused(integrand, message):
    with pytest.raises(ValueError, match=message):
        integrate_frequency(integrand, NU)


@pytest.mark.parametrize("integrand", ["1/(nu**2+1)", 3, 0.5, None, sp.eye(2), sp.Eq(NU, 1), [NU]])
def test_not_an_expression(integrand):
    with pytest.raises(ValueError, match="must be a SymPy Expr"):
        integrate_frequency(integrand, NU)


@pytest.mark.parametrize("frequency", ["nu", 2 * NU, sp.S.One, None])
def test_not_a_symbol(frequency):
    with pytest.raises(ValueError, match="must be a SymPy Expr and Symbol"):
        integrate_frequency(LORENTZ, frequency)


def test_negative_temperature():
    with pytest.raises(ValueError, match="T = -1 is outside its domain T >= 0"):
        integrate_frequency(fermi(NU, -1) * LORENTZ, NU)


@pytest.mark.parametrize("name", ["z", "x"])
def test_message_names_the_pole_and_the_remedy(name):
    pole = sp.Symbol(name)
    with pytest.raises(ValueError, match=rf"pole at {name} lies; give its symbols assumptions"):
        integrate_frequency(1 / ((NU - pole) * (NU + i)), NU)

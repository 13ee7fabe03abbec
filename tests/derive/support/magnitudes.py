"""Sizes of the largest terms: values that carry the sum of the absolute values of their terms.

A `Sized` number is a value, the sum m of the absolute values of the terms that make it up, and for
each parameter s the like sum m_s for the terms of its derivative, as the sum and product rules
write them down.  A leaf is something a careful program computes to a few ulp, with a derivative
that is a single term.  An algorithm that sums the terms in any order has errors of a few ulp of m
and m_s; one that loses more has computed a term badly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import mpmath


@dataclass(frozen=True)
class Sized:
    """A value, the sum of its terms' absolute values, and the same of its derivatives' terms."""

    value: Any
    size: Any
    slopes: Mapping[str, Any]

    def __add__(self, other: Sized) -> Sized:
        return Sized(
            self.value + other.value,
            self.size + other.size,
            {s: self.slope(s) + other.slope(s) for s in {*self.slopes, *other.slopes}},
        )

    def __mul__(self, other: Sized) -> Sized:
        return Sized(
            self.value * other.value,
            self.size * other.size,
            {
                s: self.slope(s) * other.size + self.size * other.slope(s)
                for s in {*self.slopes, *other.slopes}
            },
        )

    def __rmul__(self, number: Any) -> Sized:
        slopes = {s: abs(number) * m for s, m in self.slopes.items()}
        return Sized(number * self.value, abs(number) * self.size, slopes)

    def slope(self, symbol: str) -> Any:
        return self.slopes.get(symbol, mpmath.mpf(0))

    def through(self, outer: Mapping[str, Any]) -> Sized:
        """Apply the chain rule: the slope in one variable becomes slopes in others."""
        slopes = {s: m for s, m in self.slopes.items() if s != "E"}
        for symbol, factor in outer.items():
            slopes[symbol] = slopes.get(symbol, mpmath.mpf(0)) + abs(factor) * self.slope("E")
        return Sized(self.value, self.size, slopes)


def leaf(value: Any, **slopes: Any) -> Sized:
    """Return a well computed number with the given derivatives."""
    return Sized(value, abs(value), {s: abs(m) for s, m in slopes.items()})


def power(symbol: str, value: Any, exponent: int) -> Sized:
    """Return a power of a parameter."""
    return leaf(value**exponent, **{symbol: exponent * value ** (exponent - 1)})


def steady_state_terms(
    xi: Any, gap: Any, gamma: Any, edge: Any = None, temperature: Any = 0
) -> dict[str, Sized]:
    """Return the closed forms of (33) and (34) per unit rate, as sums of terms.

    Written from the partial fractions of (33) and (34) at nu = +-E + i gamma, with
    D = E^2 + gamma^2:

    empty: xi/(2 gamma D), 1/(2D), gap^2/(gamma D).

    T = 0, with the angles a+- = arctan((E +- B)/gamma), S = a+ + a-, M = a+ - a-, and
    L = log[((E - B)^2 + gamma^2)/((E + B)^2 + gamma^2)]:
    gap_real = S/(2 pi gamma E) - xi M/(2 pi gamma D) + xi L/(4 pi E D)  [angles from the cut],
    gap_imag = gamma L/(4 pi E D) - M/(2 pi D),
    number = (E - xi)/(gamma E) + (xi^2 + gamma^2) M/(pi gamma D) + xi (pi - S)/(pi gamma E)
             + gap^2 L/(2 pi E D).

    T > 0: with psi+- = psi(1/2 + (gamma + i (E +- B))/(2 pi T)),
    S, M and L/2 are Im(psi+ + psi-), Im(psi+ - psi-) and Re(psi- - psi+).
    """
    E = mpmath.sqrt(xi**2 + gap**2)
    D = E**2 + gamma**2
    inverse_E, inverse_gamma = power("E", E, -1), power("gamma", gamma, -1)
    inverse_D = leaf(1 / D, E=2 * E / D**2, gamma=2 * gamma / D**2)
    x, g = power("xi", xi, 1), power("gamma", gamma, 1)
    half = 1 / mpmath.mpf(2)
    if edge is None:
        parts = {
            "gap_real": half * (x * inverse_gamma * inverse_D),
            "gap_imag": half * inverse_D,
            "number": power("Delta_0", gap, 2) * inverse_gamma * inverse_D,
        }
    elif temperature == 0:
        parts = _step_terms(xi, gap, gamma, edge, E, (x, g, inverse_E, inverse_gamma, inverse_D))
    else:
        parts = _thermal_terms(
            gap, gamma, edge, temperature, E, (x, g, inverse_E, inverse_gamma, inverse_D)
        )
    return {name: p.through({"xi": xi / E, "Delta_0": gap / E}) for name, p in parts.items()}


def _step_terms(
    xi: Any, gap: Any, gamma: Any, edge: Any, E: Any, factors: tuple[Sized, ...]
) -> dict[str, Sized]:
    x, g, inverse_E, inverse_gamma, inverse_D = factors
    pi = mpmath.pi
    above, below = (E + edge) ** 2 + gamma**2, (E - edge) ** 2 + gamma**2
    plus, minus = mpmath.atan((E + edge) / gamma), mpmath.atan((E - edge) / gamma)
    # sums over a common denominator are one term; by gamma the numerators keep two
    along_E, along_B = gamma / above + gamma / below, 4 * gamma * E * edge / (above * below)
    wide = 2 * (abs(gamma**2 + edge**2 - E**2) + 2 * gamma**2) / (above * below)
    wide_B = 2 * (abs(gamma**2 - edge**2 + E**2) + 2 * gamma**2) / (above * below)
    total = leaf(plus + minus, E=along_E, B=along_B, gamma=E * wide)
    rest = leaf(pi - plus - minus, E=along_E, B=along_B, gamma=E * wide)
    crossed = leaf(plus - minus, E=along_B, B=along_E, gamma=edge * wide_B)
    slope_E = abs(2 * (E - edge) / below) + abs(2 * (E + edge) / above)
    logarithm = leaf(
        mpmath.log(below / above),
        E=slope_E,
        B=slope_E,
        gamma=2 * gamma / below + 2 * gamma / above,
    )
    depth = E - xi if xi < 0 else gap**2 / (E + xi)
    filled = leaf(depth, xi=depth / E, Delta_0=gap / E)
    recoil = leaf(xi**2 + gamma**2, xi=2 * xi, gamma=2 * gamma)
    pair = power("Delta_0", gap, 2)
    return {
        "gap_real": (1 / (2 * pi)) * (total * inverse_gamma * inverse_E)
        + (-1 / (2 * pi)) * (x * crossed * inverse_gamma * inverse_D)
        + (1 / (4 * pi)) * (x * logarithm * inverse_E * inverse_D),
        "gap_imag": (1 / (4 * pi)) * (g * logarithm * inverse_E * inverse_D)
        + (-1 / (2 * pi)) * (crossed * inverse_D),
        "number": filled * inverse_gamma * inverse_E
        + (1 / pi) * (recoil * crossed * inverse_gamma * inverse_D)
        + (1 / pi) * (x * rest * inverse_gamma * inverse_E)
        + (1 / (2 * pi)) * (pair * logarithm * inverse_E * inverse_D),
    }


def _thermal_terms(
    gap: Any, gamma: Any, edge: Any, temperature: Any, E: Any, factors: tuple[Sized, ...]
) -> dict[str, Sized]:
    x, g, inverse_E, inverse_gamma, inverse_D = factors
    pi, scale = mpmath.pi, 1 / (2 * mpmath.pi * temperature)
    parts = []
    for shifted in (E + edge, E - edge):
        z = mpmath.mpc(0.5 + gamma * scale, shifted * scale)
        value, slope, bend = (mpmath.psi(n, z) for n in range(3))
        # the argument is rounded, which the function turns into |z psi'| ulp
        size = abs(value) + abs(z * slope)
        change = scale * (abs(slope) + abs(z * bend))
        slopes = {"E": change, "B": change, "gamma": change}
        parts.append((Sized(value.real, size, slopes), Sized(value.imag, size, slopes)))
    (re_plus, im_plus), (re_minus, im_minus) = parts
    total, crossed = im_plus + im_minus, im_plus + (-1) * im_minus
    logarithm = 2 * (re_minus + (-1) * re_plus)
    pair = power("Delta_0", gap, 2)
    recoil = x * x + g * g
    return {
        "gap_real": (1 / (2 * pi)) * (total * inverse_gamma * inverse_E)
        + (-1 / (2 * pi)) * (x * crossed * inverse_gamma * inverse_D)
        + (1 / (4 * pi)) * (x * logarithm * inverse_E * inverse_D),
        "gap_imag": (1 / (4 * pi)) * (g * logarithm * inverse_E * inverse_D)
        + (-1 / (2 * pi)) * (crossed * inverse_D),
        "number": inverse_gamma
        + (1 / pi) * (recoil * crossed * inverse_gamma * inverse_D)
        + (-1 / pi) * (x * total * inverse_gamma * inverse_E)
        + (1 / (2 * pi)) * (pair * logarithm * inverse_E * inverse_D),
    }

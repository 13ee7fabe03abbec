"""Random points of every kernel over its domain: all inputs from a few free numbers, to 31 digits.

States of all regimes with linewidths from 1e-8, momenta up to 30 k_F, wave numbers from 1e-6 to 5,
frequencies at the edges of the spectrum as close as 1e-10 and far away, on the axis and off it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

from tests.derive.support.digits import Digits, chosen, digits, hypot, pi, sqrt

Points = dict[str, Digits]


class Draw:
    """Independent random numbers, so many of each."""

    def __init__(self, generator: np.random.Generator, count: int) -> None:
        self.generator, self.count = generator, count

    def uniform(self, low: float, high: float) -> Any:
        """Return doubles between two ends."""
        return self.generator.uniform(low, high, self.count)

    def size(self, low: float, high: float) -> Digits:
        """Return positive numbers between two powers of ten."""
        return digits(10.0 ** self.uniform(low, high))

    def sign(self) -> Digits:
        """Return 1 or -1."""
        return digits(self.generator.choice([-1.0, 1.0], self.count))

    def signed(self, low: float, high: float) -> Digits:
        """Return numbers of both signs with moduli between two powers of ten."""
        return self.sign() * self.size(low, high)

    def sometimes(self, part: float, first: Any, second: Any) -> Digits:
        """Return the first numbers in a part of all cases, else the second."""
        return chosen(self.generator.random(self.count) < part, first, second)


def _rounded(x: Digits) -> Digits:
    """Return doubles, of which a kernel gets no other ones."""
    return digits(x.high)


def _common(draw: Draw) -> Points:
    gap, gamma, mu = draw.size(-4, 0.5), draw.size(-8, -0.3), draw.signed(-4, 1)
    xi = draw.signed(-8, 3)
    close = hypot(xi, gap) * (1 + draw.signed(-12, -1)) * draw.sign()
    edge, temperature = draw.sometimes(0.6, draw.signed(-6, 1), _rounded(close)), draw.size(-4, 0.5)
    # where the tails at large momenta begin
    reach = abs(mu) + gap + gamma + abs(edge) + 2 * pi() * temperature
    return {
        "xi": xi,
        "Delta_0": gap,
        "gamma": gamma,
        "B": edge,
        "T_b": temperature,
        "P": _rounded(sqrt(reach) * draw.size(0.7, 2)),
        "mu": mu,
    }


def _growth(draw: Draw, gamma: Digits) -> Digits:
    """Return imaginary parts of frequencies, above -gamma, some zero."""
    return draw.sometimes(0.2, 0.0, _off_the_axis(draw, gamma))


def _off_the_axis(draw: Draw, gamma: Digits) -> Digits:
    damped = _rounded(gamma * -draw.uniform(1e-6, 0.99))
    return draw.sometimes(0.5, damped, draw.size(-10, 0))


def _transfer(draw: Draw, gamma: Digits, growth: Digits | None = None) -> Points:
    growth = _growth(draw, gamma) if growth is None else growth
    return {
        "omega_r": draw.sometimes(0.05, 0.0, draw.signed(-6, 1)),
        "growth": growth,
        "Gamma": gamma + growth,
        "side": chosen(growth.high > 0, -1.0, 1.0),
    }


def _momenta(draw: Draw) -> Points:
    points = _common(draw)
    for side in ("plus", "minus"):
        xi = draw.signed(-4, 3)
        points |= {f"xi_{side}": xi, f"E_{side}": draw.sign() * hypot(xi, points["Delta_0"])}
    return points | _transfer(draw, points["gamma"])


def _place(draw: Draw, threshold: Digits, omega: Digits) -> Points:
    """Return a frequency, and how far it and that after the transfer are from the edges."""
    edge = draw.sign() * (threshold + draw.signed(-10, 0))
    anywhere = draw.sometimes(0.7, draw.signed(-6, 2), draw.signed(-1, 1))
    nu = draw.sometimes(0.3, edge, draw.sometimes(0.4, edge - omega, anywhere))
    return {
        "nu": nu,
        "frequency": nu,
        "distance": abs(nu) - threshold,
        "distance_omega": abs(nu + omega) - threshold,
        "mean": nu + omega / 2,
        "q": draw.size(-6, 0.7),
    }


def _filling(draw: Draw, low: float, high: float) -> Any:
    """Return numbers between two ends, half of them at one: reservoirs that are full or empty."""
    ends = draw.generator.choice([low, high], draw.count)
    return np.where(draw.generator.random(draw.count) < 0.5, ends, draw.uniform(low, high))


def _frequencies(draw: Draw) -> Points:
    points = _common(draw)
    points |= _transfer(draw, points["gamma"])
    points |= _place(draw, points["Delta_0"], points["omega_r"])
    return points | {f"F_{way}": digits(_filling(draw, -1, 1)) for way in ("forward", "backward")}


def _species(draw: Draw) -> Points:
    points = _common(draw)
    gamma = points["gamma"]
    points |= _transfer(draw, gamma)
    skew = draw.sometimes(0.2, 0.0, draw.uniform(-0.8, 0.8))
    threshold = sqrt((1 - skew) * (1 + skew)) * points["Delta_0"]
    points |= {"a": skew, "delta": _rounded(gamma * draw.uniform(-0.9, 0.9))}
    points |= _place(draw, threshold, points["omega_r"])
    for name in ("electrons", "holes"):
        for what, ends in (
            ("filled", (0, 1)),
            ("F", (-1, 1)),
            ("empty", (0, 1)),
            ("excess", (-2, 2)),
        ):
            points[f"{what}_{name}"] = _rounded(gamma * _filling(draw, *ends))
    return points | {"reference": draw.sign(), "lag": _growth(draw, gamma)}


def _narrow(draw: Draw) -> Points:
    points = _species(draw)
    for name in ("electrons", "holes"):
        points[f"F_{name}_slope"] = _rounded(points["gamma"] * draw.size(-2, 1))
    return points | {"offset": points["xi"]}


def _branches(draw: Draw) -> Points:
    points = _species(draw)
    # the smaller rate is the distance of the poles from the axis, and the branches are apart
    least = np.minimum(points["gamma"].high, points["Delta_0"].high) / 2
    points["delta"] = digits(least * draw.uniform(-0.9, 0.9))
    points["growth"] = digits(np.maximum(points["growth"].high, -least))
    for side in ("plus", "minus"):
        points[f"square_{side}"] = draw.size(-6, 3)
    return points | {"branch": draw.sign()}


def _one_momentum(draw: Draw) -> Points:
    points = _common(draw)
    # on the axis itself a logarithm is on its cut
    points |= _transfer(draw, points["gamma"], _off_the_axis(draw, points["gamma"]))
    p, q, gap = draw.size(-3, 1.5), draw.size(-6, 0.7), points["Delta_0"]
    for name, momentum in (("plus", p), ("minus", p), ("a", p - q), ("b", p + q)):
        xi = momentum * momentum - points["mu"]
        energy = hypot(xi, gap)
        total = chosen(xi.high > 0, energy + xi, gap * gap / (energy + abs(xi)))
        points |= {f"xi_{name}": xi, f"E_{name}": energy, f"T_{name}": total}
    for name in ("phi_forward", "phi_backward"):
        for part in ("re", "im"):
            points[f"{name}_{part}"] = digits(draw.uniform(-1, 1))
    return points | {"span": 4 * p * q}


def _frequency(draw: Draw) -> Points:
    points = _common(draw)
    points |= {"nu": draw.signed(-6, 2), "omega": draw.signed(-6, 2)}
    for name in ("electrons", "holes"):
        points |= {f"xi_{name}": draw.signed(-8, 3), f"gamma_{name}": draw.size(-8, 0)}
    for name in ("filling", "emptying"):
        points[name] = digits(_filling(draw, 0, 1))
    return points


def _coupling(draw: Draw) -> Points:
    points = _common(draw)
    attracting = digits(draw.generator.choice([0.0, 1.0], draw.count))
    points |= {
        "omega_r": draw.signed(-6, 1),
        "omega_i": draw.signed(-10, 0),
        "q": draw.size(-6, 0.7),
        "g": draw.size(-2, 1),
        "detuning": draw.signed(-3, 1),
        "kappa": draw.size(-8, -0.3),
        "contact": chosen(attracting.high > 0, draw.signed(-3, 0), 1.0),
        "attracting": attracting,
        "m_ph": draw.size(-5, 0),
    }
    for name in ("first", "second", "value"):
        points |= {f"{name}_{part}": draw.signed(-3, 1) for part in "ri"}
    return points


_SOURCES: dict[str, Callable[[Draw], Points]] = {
    "branches": _branches,
    "expansion_narrow": _narrow,
    "response": _momenta,
    "bubble_pairing": _frequencies,
    "goldstone_pairing": _frequencies,
    "band_outer": _one_momentum,
    "band_filling": _frequency,
    "spectral": _frequency,
    "two_bands": _species,
    "couplings": _coupling,
    "film": _species,
    "long_waves": _species,
}


def drawn(name: str, count: int, part: int = 0) -> Points:
    """Return inputs of a kernel, a part of a sequence that does not end."""
    generator = np.random.default_rng([part, *name.encode()])
    source = next((s for start, s in _SOURCES.items() if name.startswith(start)), _common)
    return source(Draw(generator, count))


def points(name: str, inputs: tuple[str, ...], count: int) -> list[list[Any]]:
    """Return inputs of a kernel, as the working precision of mpmath has them."""
    columns = [drawn(name, count)[symbol] for symbol in inputs]
    return [[number(column[k]) for column in columns] for k in range(count)]


def number(x: Digits) -> mpmath.mpf:
    """Return one number for mpmath, of any precision."""
    return mpmath.fadd(float(x.high), float(x.low), exact=True)

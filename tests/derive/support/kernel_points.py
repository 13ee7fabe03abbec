"""Random points of every kernel: all inputs from a few free numbers, to the precision at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

Point = dict[str, Any]
Generator = np.random.Generator


def _size(generator: Generator, low: float, high: float) -> Any:
    return mpmath.mpf(10.0 ** generator.uniform(low, high))


def _signed(generator: Generator, low: float, high: float) -> Any:
    return int(generator.choice([-1, 1])) * _size(generator, low, high)


def _common(generator: Generator) -> Point:
    gap = _size(generator, -3, 0.3)
    xi = _signed(generator, -4, 2)
    close = mpmath.hypot(xi, gap) * (1 + _signed(generator, -6, -1))
    edge = _signed(generator, -3, 0.5) if generator.random() < 0.7 else mpmath.mpf(float(close))
    return {
        "xi": xi,
        "Delta_0": gap,
        "gamma": _size(generator, -4, -0.3),
        "B": edge,
        "T_b": _size(generator, -2, 0.3),
        "P": _size(generator, 0.7, 3),
        "mu": _signed(generator, -2, 0),
    }


def _two_branches(generator: Generator) -> Point:
    point = _common(generator)
    for side in ("plus", "minus"):
        xi = _signed(generator, -3, 2)
        point[f"xi_{side}"] = xi
        sign = int(generator.choice([-1, 1]))
        point[f"E_{side}"] = sign * mpmath.hypot(xi, point["Delta_0"])
    return point | _transfer(generator, point["gamma"])


def _transfer(generator: Generator, gamma: Any) -> Point:
    growth = _signed(generator, -5, -1)
    if growth < 0:
        growth = -mpmath.mpf(float(gamma * generator.uniform(0, 0.9)))
    return {
        "omega_r": _signed(generator, -3, 0.5),
        "growth": growth,
        "Gamma": gamma + growth,
        "side": -1 if growth > 0 else 1,
    }


def _frequencies(generator: Generator) -> Point:
    point = _common(generator)
    point |= _transfer(generator, point["gamma"])
    nu, omega = _signed(generator, -2, 1), point["omega_r"]
    point |= {
        "nu": nu,
        "distance": abs(nu) - point["Delta_0"],
        "distance_omega": abs(nu + omega) - point["Delta_0"],
        "q": _size(generator, -1.5, 0.5),
    }
    for name in ("F_forward", "F_backward"):
        point[name] = mpmath.mpf(generator.uniform(-1, 1))
    return point


def _species(generator: Generator) -> Point:
    point = _common(generator)
    point |= _transfer(generator, point["gamma"])
    skew, gamma = mpmath.mpf(generator.uniform(-0.8, 0.8)), point["gamma"]
    frequency, omega = _signed(generator, -2, 1), point["omega_r"]
    threshold = mpmath.sqrt((1 - skew) * (1 + skew)) * point["Delta_0"]
    point |= {
        "a": skew,
        "delta": mpmath.mpf(float(gamma * generator.uniform(-0.9, 0.9))),
        "frequency": frequency,
        "distance": abs(frequency) - threshold,
        "distance_omega": abs(frequency + omega) - threshold,
        "q": _size(generator, -1.5, 0.5),
    }
    for name in ("electrons", "holes"):
        point[f"filled_{name}"] = gamma * mpmath.mpf(generator.uniform(0, 1))
        point[f"F_{name}"] = gamma * mpmath.mpf(generator.uniform(-1, 1))
        point[f"empty_{name}"] = gamma * mpmath.mpf(generator.uniform(0, 1))
        point[f"excess_{name}"] = gamma * mpmath.mpf(generator.uniform(-2, 2))
    reference = mpmath.mpf(int(generator.choice([-1, 1])))
    return point | {"reference": reference, "lag": _signed(generator, -3, 0)}


def _narrow(generator: Generator) -> Point:
    point = _species(generator)
    for name in ("electrons", "holes"):
        point[f"F_{name}_slope"] = point["gamma"] * _size(generator, -2, 1)
    return point | {"offset": point["xi"]}


def _branches(generator: Generator) -> Point:
    point = _species(generator)
    # the smaller rate is the distance of the poles from the axis, and the branches are apart
    least = 0.5 * min(point["gamma"], point["Delta_0"])
    point["delta"] = mpmath.mpf(float(least * generator.uniform(-0.9, 0.9)))
    point["growth"] = max(point["growth"], -least)
    for side in ("plus", "minus"):
        point[f"square_{side}"] = _size(generator, -3, 2)
    return point | {"branch": mpmath.mpf(int(generator.choice([-1, 1])))}


def _one_momentum(generator: Generator) -> Point:
    point = _common(generator)
    point |= _transfer(generator, point["gamma"])
    p, q = _size(generator, -1, 1), _size(generator, -2, 0.5)
    for name, momentum in (("plus", p), ("minus", p), ("a", p - q), ("b", p + q)):
        xi = momentum**2 - point["mu"]
        energy = mpmath.hypot(xi, point["Delta_0"])
        # to the working precision, which cancellation does not exhaust
        point |= {f"xi_{name}": xi, f"E_{name}": energy, f"T_{name}": energy + xi}
    for name in ("phi_forward", "phi_backward"):
        for part in ("re", "im"):
            point[f"{name}_{part}"] = mpmath.mpf(generator.uniform(-1, 1))
    return point | {"span": 4 * p * q}


def _frequency(generator: Generator) -> Point:
    point = _common(generator)
    point |= {"nu": _signed(generator, -3, 1), "omega": _signed(generator, -3, 1)}
    for name in ("electrons", "holes"):
        point |= {f"xi_{name}": _signed(generator, -4, 2), f"gamma_{name}": _size(generator, -4, 0)}
    for name in ("filling", "emptying"):
        point[name] = mpmath.mpf(generator.uniform(0, 1))
    return point


def _coupling(generator: Generator) -> Point:
    point = _common(generator)
    attracting = int(generator.choice([0, 1]))
    point |= {
        "omega_r": _signed(generator, -3, 0.5),
        "omega_i": _signed(generator, -5, -1),
        "q": _size(generator, -3, 0.5),
        "g": _size(generator, -1.5, 1),
        "detuning": _signed(generator, -2, 1),
        "kappa": _size(generator, -5, -1),
        "contact": _signed(generator, -2, 0) if attracting else mpmath.mpf(1),
        "attracting": mpmath.mpf(attracting),
        "m_ph": _size(generator, -3, 0),
    }
    for name in ("first", "second", "value"):
        point |= {f"{name}_{part}": _signed(generator, -2, 1) for part in "ri"}
    return point


_SOURCES: dict[str, Callable[[Generator], Point]] = {
    "branches": _branches,
    "expansion_narrow": _narrow,
    "response": _two_branches,
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

#: Points of each kernel, 10000 in all; mpmath takes up to ten milliseconds for one.
COUNTS = {
    "band_filling_step": 1200,
    "band_filling_thermal": 400,
    "band_outer_minus": 150,
    "band_outer_plus": 100,
    "branches_empty": 60,
    "branches_step": 60,
    "branches_thermal": 40,
    "bubble_pairing": 100,
    "couplings_change": 200,
    "couplings_inverted": 100,
    "couplings_light": 100,
    "couplings_long_waves": 300,
    "couplings_turned": 100,
    "couplings_uniform": 300,
    "expansion_empty": 800,
    "expansion_narrow": 1300,
    "expansion_step": 150,
    "expansion_thermal": 50,
    "film_gap": 40,
    "film_long_waves_coefficients": 20,
    "film_numbers": 40,
    "film_pairing": 50,
    "film_pairing_slopes": 20,
    "film_tails": 20,
    "film_vertices_currents": 4,
    "film_vertices_far": 2,
    "film_vertices_noise": 3,
    "film_vertices_noise_currents": 3,
    "film_vertices_pinched": 8,
    "film_vertices_pinched_currents": 3,
    "film_vertices_response": 10,
    "goldstone_pairing": 100,
    "goldstone_pairing_slopes": 50,
    "long_waves_coefficients": 20,
    "response_empty": 800,
    "response_step": 150,
    "response_thermal": 100,
    "spectral_carriers": 100,
    "spectral_occupied": 200,
    "steady_state_empty": 900,
    "steady_state_empty_tail": 200,
    "steady_state_equilibrium": 944,
    "steady_state_equilibrium_tail": 200,
    "steady_state_fermi_tail": 50,
    "steady_state_step": 150,
    "steady_state_thermal": 100,
    "two_bands_gap": 40,
    "two_bands_numbers": 40,
    "two_bands_pairing": 50,
    "two_bands_pairing_slopes": 20,
    "two_bands_tails": 20,
    "two_bands_vertices_currents": 4,
    "two_bands_vertices_far": 2,
    "two_bands_vertices_noise": 3,
    "two_bands_vertices_noise_currents": 3,
    "two_bands_vertices_pinched": 8,
    "two_bands_vertices_pinched_currents": 3,
    "two_bands_vertices_response": 10,
}


def points(name: str, inputs: tuple[str, ...], count: int) -> list[list[Any]]:
    """Return inputs of a kernel, as the working precision of mpmath has them."""
    generator = np.random.default_rng(sum(name.encode()))
    source = next((s for start, s in _SOURCES.items() if name.startswith(start)), _common)
    found = (source(generator) for _ in range(count))
    return [[mpmath.mpf(point[symbol]) for symbol in inputs] for point in found]

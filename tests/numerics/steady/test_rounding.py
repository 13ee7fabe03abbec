"""How much rounding there is in the imaginary part of the gap equation."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from numerics import Parameters
from numerics.kernels import steady_state_numpy as kernels
from numerics.occupation import Filled
from numerics.precise.arithmetic import arithmetic_of
from numerics.precise.momenta import momentum_sums
from numerics.steady.equations import Unknowns, evaluate_equations
from numerics.steady.rounding import (
    COMPILED_DIGAMMA,
    EMPTY,
    STEP,
    UNIT,
    summation,
    thermal_roundings,
)
from tests.derive.support import function_errors
from tests.derive.support.kernel_references import programs
from tests.derive.support.running_error import rounding_bounds

#: Precision that the cancellation at T > 0 leaves enough of, and the digits that it takes.
_BITS, _LOST = {False: 160, True: 300}, {False: 1.0, True: 1e45}


def drawn(count):
    """Return arguments of the kernels, E at least half of itself away from the edge."""
    draw = np.random.default_rng(3)
    sign = draw.choice([-1.0, 1.0], (2, count))
    found = {
        "xi": sign[0] * 10 ** draw.uniform(-6, 3, count),
        "Delta_0": 10 ** draw.uniform(-5, 0.3, count),
        "gamma": 10 ** draw.uniform(-8, -1, count),
        "B": sign[1] * 10 ** draw.uniform(-6, 1, count),
        "T_b": 10 ** draw.uniform(-4, -0.5, count),
    }
    energy = np.hypot(found["xi"], found["Delta_0"])
    # closer, the rounding of E is that of the edge, which is counted apart
    far = np.abs(energy - np.abs(found["B"])) > energy / 2
    return {name: value[far] for name, value in found.items()}, energy[far]


def carried(name, arguments):
    """Return what rounding does to the imaginary output, in units of half an ulp."""
    exact = {key: np.zeros_like(value) for key, value in arguments.items()}
    bounds = rounding_bounds(programs()[f"steady_state_{name}"][1], arguments, exact)
    return bounds[1] / UNIT


def test_kernels_are_rounded_as_often_as_they_are_counted():
    given, energy = drawn(1500)
    xi, gap, gamma, edge, temperature = given.values()
    step, empty = (
        np.abs(kernels.step(xi, gap, gamma, edge)[1]),
        np.abs(kernels.empty(xi, gap, gamma)[1]),
    )
    counts = thermal_roundings(energy, gamma, Filled(1.0, edge, temperature))
    for most, found in (
        (STEP, carried("step", given) / step),
        (EMPTY, carried("empty", given) / empty),
        (1, carried("thermal", given) / empty / counts),
    ):
        assert most / 2 < found.max() <= most


def test_digamma_functions_of_the_compiled_loop_are_rounded_less_often(monkeypatch):
    # within 8 ulp, as tests of them say
    monkeypatch.setattr(function_errors, "_SPECIAL", 16)
    given, energy = drawn(500)
    xi, gap, gamma, edge, temperature = given.values()
    own = Filled(1.0, edge, temperature)
    counts = thermal_roundings(energy, gamma, own, COMPILED_DIGAMMA)
    found = carried("thermal", given) / np.abs(kernels.empty(xi, gap, gamma)[1]) / counts
    assert 0.5 < found.max() <= 1


def test_tails_are_rounded_less_often():
    given, _ = drawn(500)
    _, gap, gamma, edge, temperature = given.values()
    reach = gap + gamma + np.abs(edge) + 2 * math.pi * temperature
    start = {"P": 20 * np.sqrt(reach), "mu": 0.1 * reach, "Delta_0": gap, "gamma": gamma}
    fermi = {**start, "B": edge, "T_b": temperature}
    values = kernels.empty_tail(*start.values()), kernels.fermi_tail(*fermi.values())
    assert (carried("empty_tail", start) <= EMPTY * np.abs(values[0][1])).all()
    assert (carried("fermi_tail", fermi) <= STEP * np.abs(values[1][1])).all()


@pytest.mark.parametrize("count", [1, 7, 128, 129, 1000, 4097])
def test_sums_are_rounded_as_often_as_they_are_counted(count):
    draw = np.random.default_rng(count)
    # rounded always in the same direction, as nearly as there is one
    terms = np.where(draw.random(count) < 0.5, 1.0, 2.0**-52 * 0.75)
    exact = math.fsum(terms)
    assert abs(terms.sum() - exact) <= summation(count) * UNIT * exact


def places(count, warm):
    """Yield models, drives and points of the equations, half of them next to the bath's edge."""
    draw = random.Random(7)
    for _ in range(count):
        rate, gap, mu = 10 ** draw.uniform(-8, -1), 10 ** draw.uniform(-5, 0.3), draw.uniform(-3, 2)
        lowest = gap if mu > 0 else math.hypot(gap, mu)
        edge = draw.choice([0.0, draw.uniform(-1, 3), lowest + draw.uniform(-30, 30) * rate])
        model = Parameters(
            draw.uniform(-3, 3),
            rate,
            rate * draw.uniform(0, 1.2),
            10 ** draw.uniform(-4, -0.5) if warm else 0.0,
            10 ** draw.uniform(0.31, 3),
        )
        yield model, Unknowns(gap, mu, edge)


def honest(count, warm):
    for model, at in places(count, warm):
        value = evaluate_equations(model, model.drive, at)
        found, errors = (x[1] * value.scales[1] for x in (value.residuals, value.errors))
        numbers = arithmetic_of(_BITS[warm])
        with numbers.working():
            point = [numbers.real(x) for x in (at.gap, at.mu, at.edge)]
            tolerance = 1e-3 * UNIT * value.scales[1]
            total, _ = momentum_sums(numbers, model, point, tolerance, _LOST[warm])
            apart = abs(float(numbers.exported(total.values[1] - numbers.real(float(found)))))
        assert apart <= errors, (model, at)


@pytest.mark.parametrize(("count", "warm"), [(6, False), (1, True)])
def test_errors_of_the_imaginary_part_bound_the_distance_to_the_exact_one(count, warm):
    honest(count, warm)


@pytest.mark.slow
@pytest.mark.parametrize(("count", "warm"), [(150, False), (40, True)])
def test_errors_of_the_imaginary_part_bound_that_distance_at_many_points(count, warm):
    honest(count, warm)

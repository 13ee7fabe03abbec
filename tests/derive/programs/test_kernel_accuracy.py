"""The NumPy kernels against the mpmath kernels at 50 digits: a few ulp of the largest term.

The scale of an output is the sum of the absolute values of its terms (`magnitudes`), plus one
condition term.  E is rounded, so that the kernels see E - |B| with an error of up to one ulp of E,
eps E, although xi, Delta_0 and B are exact.  A shift of E - |B| at fixed E is a shift of B, so the
output moves by eps E |d/dB|; E + |B| loses nothing.  The term matters where the width of the step,
gamma, is below E sqrt(eps) and E = |B| within it.
"""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics.kernels import steady_state_mpmath, steady_state_numpy
from tests.derive.support.magnitudes import steady_state_terms

EPS = 2.0**-52
#: Rounding of a dozen operations within a term, in ulp of the sum of the terms.
ULP = 16
DIGITS = 50


def powers_of_ten(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda x: 10.0**x)


def signed(magnitude: st.SearchStrategy[float]) -> st.SearchStrategy[float]:
    return st.tuples(st.sampled_from([-1.0, 1.0]), magnitude).map(math.prod)


kinetic = signed(powers_of_ten(-8, 4))
gaps = powers_of_ten(-8, 0.5)
linewidths = powers_of_ten(-8, 0)
temperatures = powers_of_ten(-4, 0.5)


@st.composite
def points(draw: st.DrawFn) -> tuple[float, float, float, float]:
    """Draw xi, gap, gamma and an edge that is often close to +-E."""
    xi, gap, gamma = draw(kinetic), draw(gaps), draw(linewidths)
    near = [1.0, 1 + 4 * EPS, 1 - 1e-12, 1 + 1e-8, 1 - 1e-4]
    edge = draw(
        st.one_of(
            signed(powers_of_ten(-6, 1)),
            signed(st.sampled_from(near)).map(lambda f: f * math.hypot(xi, gap)),
            st.just(0.0),
        )
    )
    return xi, gap, gamma, edge


def worst_error(name: str, *inputs: float) -> tuple[float, str]:
    """Return the largest error over the outputs of a kernel, in ulp of its scale."""
    with mpmath.workdps(DIGITS):
        exact = [mpmath.mpf(x) for x in inputs]
        outputs = getattr(steady_state_mpmath, f"{name.upper()}_OUTPUTS")
        expected = getattr(steady_state_mpmath, name)(*exact)
        terms = steady_state_terms(*exact)
        condition = _edge_condition(name, exact)
        computed = getattr(steady_state_numpy, name)(*(np.array([x]) for x in inputs))
        worst = (0.0, "none")
        for output, value, approximate, moved in zip(
            outputs, expected, computed, condition, strict=True
        ):
            base, _, symbol = output.partition("_by_")
            scale = (terms[base].slope(symbol) if symbol else terms[base].size) + moved
            assert math.isfinite(approximate[0])
            error = abs(mpmath.mpf(float(approximate[0])) - value)
            if error:
                worst = max(worst, (float(error / (EPS * scale)), output))
        return worst


def _edge_condition(name: str, exact: list[Any]) -> list[Any]:
    """Return E |d/dB| of every output, by central differences good to half the digits."""
    function = getattr(steady_state_mpmath, name)
    if name == "empty":
        return [0] * len(function(*exact))
    xi, gap, gamma, edge, *rest = exact
    step = mpmath.mpf(10) ** (-DIGITS // 2)
    above = function(xi, gap, gamma, edge + step, *rest)
    below = function(xi, gap, gamma, edge - step, *rest)
    E = mpmath.hypot(xi, gap)
    return [E * abs(u - d) / (2 * step) for u, d in zip(above, below, strict=True)]


@given(points())
@settings(deadline=None, max_examples=150)
@example((1e-8, 1e-8, 1e-8, 0.0))
@example((-1e4, 1e-8, 1e-8, 0.1))
def test_empty(point):
    error, output = worst_error("empty", *point[:3])
    assert error < ULP, output


@given(points())
@settings(deadline=None, max_examples=200)
@example((1e-8, 1e-6, 1e-3, 0.2))
@example((1e-7, 1e-8, 1e-8, 0.0))
@example((1e-8, 1e-8, 0.5, 1e-8))
@example((0.3, 0.4, 1e-8, 0.5))
@example((0.3, 0.4, 1e-8, -math.nextafter(0.5, 1)))
@example((-4e3, 1e-8, 1e-8, 1.0))
@example((4e3, 1e-8, 1e-8, 1.0))
@example((0.05, 0.2, 1e-3, 0.0))
def test_step(point):
    error, output = worst_error("step", *point)
    assert error < ULP, output


@given(points(), temperatures)
@settings(deadline=None, max_examples=70)
@example((1e-8, 1e-6, 1e-3, 0.2), 0.05)
@example((1e-7, 1e-8, 1e-8, 0.0), 1.0)
@example((0.3, 0.4, 1e-8, 0.5), 1e-4)
@example((-4e3, 1e-8, 1e-8, 1.0), 0.1)
@example((0.05, 0.2, 1e-3, 0.0), 0.01)
@example((100.0, 0.2, 1e-3, 0.1), 0.05)
def test_thermal(point, temperature):
    error, output = worst_error("thermal", *point, temperature)
    assert error < ULP, output


@given(kinetic, gaps)
@settings(deadline=None, max_examples=150)
@example(1e4, 1e-8)
@example(-1e4, 1e-8)
@example(0.0, 1e-8)
def test_equilibrium(xi, gap):
    """1/(2E) and 1 - xi/E and their derivatives, where each is a single term or a sum of two.

    d/dxi (1 - xi/E) = -Delta_0^2/E^3, d/dDelta_0 (1 - xi/E) = xi Delta_0/E^3.
    """
    with mpmath.workdps(DIGITS):
        x, d = mpmath.mpf(xi), mpmath.mpf(gap)
        E = mpmath.hypot(x, d)
        depth = (E - x) / E
        exact = {
            "gap": (1 / (2 * E), 0),
            "number": (depth, 0),
            "gap_by_Delta_0": (-d / (2 * E**3), 0),
            "number_by_Delta_0": (x * d / E**3, d / E**2),
            "gap_by_xi": (-x / (2 * E**3), 0),
            "number_by_xi": (-(d**2) / E**3, depth / E),
        }
        computed = steady_state_numpy.equilibrium(np.array([xi]), np.array([gap]))
        for name, value in zip(steady_state_numpy.EQUILIBRIUM_OUTPUTS, computed, strict=True):
            expected, term = exact[name]
            error = abs(mpmath.mpf(float(value[0])) - expected)
            assert error <= ULP * EPS * max(abs(expected), term), name


@pytest.mark.parametrize("name", ["empty", "step", "thermal"])
def test_arrays_give_what_their_elements_give(name):
    """The same program runs on every element; only the digamma series may take other steps."""
    generator = np.random.default_rng(7)
    xi, gap = generator.normal(size=40), 10 ** generator.uniform(-3, 0, size=40)
    arguments = {"empty": (1e-3,), "step": (1e-3, 0.3), "thermal": (1e-3, 0.3, 0.05)}[name]
    function = getattr(steady_state_numpy, name)
    together = np.array(function(xi, gap, *arguments))
    for i in range(xi.size):
        alone = np.array(function(xi[i : i + 1], gap[i : i + 1], *arguments))[:, 0]
        inputs = [mpmath.mpf(float(x)) for x in (xi[i], gap[i], *arguments)]
        terms = steady_state_terms(*inputs)
        for output, one, other in zip(
            getattr(steady_state_numpy, f"{name.upper()}_OUTPUTS"),
            together[:, i],
            alone,
            strict=True,
        ):
            base, _, symbol = output.partition("_by_")
            size = terms[base].slope(symbol) if symbol else terms[base].size
            assert abs(one - other) <= ULP * EPS * float(size)

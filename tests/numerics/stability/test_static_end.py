"""Where boundary C ends: two modes at rest, whose mean growth rate is highest there."""

from __future__ import annotations

import numpy as np
import pytest

from numerics import NoBoundary, Spectrum, find_boundary
from numerics.figures.mass_ratio import RATE, RATIO, mass_model
from numerics.stability.static_end import StaticEnd, static_end

#: A ratio of the masses and decay rates between which C is, and the ratio at which it ends.
STARTS = (
    (2.3, (2.15e-5, 2.25e-5), 2.388),
    (6.0, (5.8e-5, 6.3e-5), 5.520),
    (9.5, (1.15e-4, 1.28e-4), 9.936),
)


def power_sums(end: StaticEnd, factor: float) -> np.ndarray:
    """Sums of powers 0, 1 and 2 of the modes about omega = 0, in gamma, by Cauchy's integral."""
    spectrum = Spectrum.of(end.state)
    circle = 0.15 * np.exp(2j * np.pi * (np.arange(64) + 0.5) / 64)
    q = np.full(64, factor * end.q)
    found = spectrum.with_slopes(q, spectrum.linewidth * circle)
    quotient = circle * spectrum.linewidth * found.by_omega / found.value
    return np.array([(circle**k * quotient).mean() for k in range(3)])


@pytest.mark.slow
@pytest.mark.parametrize(("ratio", "values", "expected"), STARTS)
def test_two_modes_at_rest(ratio: float, values: tuple[float, float], expected: float) -> None:
    start = find_boundary("C", mass_model(-1.0, ratio, 1e-5), along=RATE, values=values)
    assert start.omega > 0
    end = static_end(start, (RATIO, RATE))
    assert abs(end.values[0] - expected) < 5e-4
    count, total, squares = power_sums(end, 1.0)
    assert abs(count - 2) < 1e-9
    assert abs(total) < 1e-8
    assert abs(squares) < 1e-8
    # their mean is highest there: it falls alike on both sides, and one of them is real
    (_, below, _), (_, above, _) = power_sums(end, 0.99), power_sums(end, 1.01)
    assert below.imag < 0 > above.imag
    assert abs(below.imag - above.imag) < 0.05 * abs(below.imag + above.imag)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ratio", "values"), [(2.45, (2.1e-5, 2.6e-5)), (5.4, (4e-5, 5e-5)), (10.1, (1.1e-4, 1.4e-4))]
)
def test_none_beyond(ratio: float, values: tuple[float, float]) -> None:
    with pytest.raises(NoBoundary):
        find_boundary("C", mass_model(-1.0, ratio, values[0]), along=RATE, values=values)


def test_refuses() -> None:
    with pytest.raises(ValueError, match="start = 1"):
        static_end(1, (RATIO, RATE))

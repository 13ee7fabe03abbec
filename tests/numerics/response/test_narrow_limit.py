"""(51)-(54): symmetries of Pi that hold as gamma -> 0 at a fixed ratio of the rates."""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np
import pytest

from numerics import Parameters, SteadyState, pair_correlation, solve_steady_state

WIDTHS = (1e-5, 1e-6, 1e-7)


@functools.cache
def state(inv_kfa: float, share: float, temperature: float, gamma: float) -> SteadyState:
    return solve_steady_state(Parameters(inv_kfa, gamma, share * gamma, temperature, cutoff=30.0))


def orders(values: list[float]) -> list[float]:
    """Return the powers of gamma between consecutive widths."""
    return [math.log10(a / b) for a, b in itertools.pairwise(values)]


@pytest.mark.parametrize(
    "model", [(-1.0, 0.02, 0.0), (0.0, 0.05, 0.0), (0.0, 0.05, 0.05), (1.0, 1e-3, 0.0)]
)
@pytest.mark.parametrize("q", [0.0, 0.02])
def test_51_to_53_to_first_order_in_the_width(model: tuple[float, ...], q: float) -> None:
    # below the pair continuum, and too fast for the quasiparticles: omega > v q
    deviations: dict[str, list[float]] = {"51": [], "52": [], "53": []}
    for gamma in WIDTHS:
        at = state(*model, gamma)
        omega = at.lowest_excitation
        plus, minus = pair_correlation(at, q, [omega, -omega], rtol=1e-11)
        deviations["51"].append(abs(plus[0, 0] - minus[0, 0]))
        deviations["52"].append(abs(plus[0, 1] + plus[1, 0]))
        deviations["53"].append(abs(plus[1, 1] - minus[1, 1]))
    for name, found in deviations.items():
        assert np.allclose(orders(found), 1.0, atol=0.1), name


def test_54_holds_in_equilibrium() -> None:
    for gamma in WIDTHS:
        at = state(0.0, 0.0, 0.0, gamma)
        result = pair_correlation(at, [0.0, 0.05, 0.3], 0.0, full=True)
        assert (np.abs(result.value[:, 0, 1]) <= result.error[:, 0, 1]).all()
        assert (np.abs(result.value[:, 1, 0]) <= result.error[:, 1, 0]).all()


def test_54_fails_for_a_driven_state() -> None:
    # quasiparticles outside equilibrium let Pi_12(q, 0) grow like q as gamma -> 0: the limit of
    # gamma -> 0 exists, differs from zero, and is proportional to q
    waves = np.array([0.01, 0.02, 0.04])
    found = [pair_correlation(state(0.0, 0.05, 0.0, g), waves, 0.0)[:, 0, 1].real for g in WIDTHS]
    change = np.abs(found[2] - found[1]).max()
    assert change < 0.05 * np.abs(found[2]).min()
    slopes = found[2] / waves
    assert np.allclose(slopes, slopes[0], rtol=0.02)
    assert slopes[0] < -0.03

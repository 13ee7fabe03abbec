"""The growth rate: stable and unstable states, its place, and that nothing grows faster."""

from __future__ import annotations

import numpy as np
import pytest

from numerics import (
    Boson,
    Model,
    Parameters,
    Reservoir,
    collective_mode,
    growth_rate,
    hydrodynamics,
    solve_steady_state,
)
from numerics.stability.growth import filled_diameter, growth_rates
from numerics.stability.refinement import refine


def state(*arguments):
    return solve_steady_state(Parameters(*arguments))


@pytest.mark.parametrize(
    "arguments",
    [(-1.0, 1e-3, 2.0e-5), (1.0, 1e-3, 2.5e-6), (-2.0, 1e-3, 7e-5), (-1.0, 1e-3, 1e-5, 0.01)],
)
def test_a_stable_state_has_the_diffusive_mode_of_the_smallest_wave_number(arguments):
    # (48): omega_q = -i (c/Gamma) q**2; the next order is smaller by c q**2/Gamma**2
    s = state(*arguments)
    found = growth_rate(s)
    series = hydrodynamics(s)
    diffusion = series.stiffness / series.damping
    assert found.status == "complete"
    assert found.rate < 0
    assert found.rate == pytest.approx(-diffusion * found.q**2, rel=1e-3)
    assert found.omega == 0


@pytest.mark.parametrize(
    ("arguments", "moves"),
    [
        ((-2.0, 1e-3, 7.5e-5), True),
        ((-1.0, 1e-3, 2.1e-5), False),
        ((1.0, 1e-3, 1e-4), False),
    ],
)
def test_the_fastest_growing_mode_is_one_and_is_fastest(arguments, moves):
    s = state(*arguments)
    found = growth_rate(s)
    assert found.status == "complete"
    assert found.rate > 0
    assert (found.omega > 0) is moves
    here = collective_mode(s, found.q).frequencies[0]
    assert here == pytest.approx(complex(found.omega, found.rate), rel=1e-6)
    for q in found.q * np.array([0.95, 1.05]):
        assert collective_mode(s, float(q)).frequencies[0].imag < found.rate


@pytest.mark.parametrize(
    "model",
    [
        Parameters(-1.0, 1e-3, 1e-4),
        # a field whose resonance with pairs makes the maximum sharp
        Model(Boson(0.7, 0.1, 0.05, 1.2619e-3), [Reservoir("bath", 1e-2)], cutoff=10.0),
    ],
)
def test_the_rate_is_the_maximum_to_within_its_error(model):
    s = solve_steady_state(model)
    found = growth_rate(s)
    away = np.concatenate([-np.geomspace(1e-2, 1e-6, 9), np.geomspace(1e-6, 1e-2, 9)])
    roots, errors = refine(s, found.q * np.exp(away), np.full(18, found.omega + 1j * found.rate))
    assert np.isfinite(roots).all()
    assert (roots.imag <= found.rate + found.error + errors).all()


def test_range_of_wave_numbers():
    s = state(-1.0, 1e-3, 1e-4)
    everywhere = growth_rate(s)
    short = growth_rate(s, smallest=2 * everywhere.q)
    assert 0 < short.rate < everywhere.rate
    assert short.q == pytest.approx(2 * everywhere.q)
    long = growth_rate(s, largest=everywhere.q / 2)
    assert 0 < long.rate < everywhere.rate
    assert long.q == pytest.approx(everywhere.q / 2)
    # below the static modes' wave numbers only the diffusive mode is left, which is damped
    assert growth_rate(s, largest=1e-4).rate < 0


def test_nothing_grows_beyond_the_filled_region():
    for arguments in ((-1.0, 1e-3, 1e-4), (0.0, 1e-3, 3e-4), (1.0, 1e-3, 1e-4)):
        s = state(*arguments)
        assert growth_rate(s, smallest=filled_diameter(s), largest=2 * filled_diameter(s)).rate < 0


@pytest.mark.parametrize(("detuning", "loss"), [(0.591, 1.067e-3), (0.532, 8.533e-4)])
def test_a_maximum_between_two_wave_numbers_of_the_grid_is_found(detuning, loss):
    """Photons grow where they cross the pairs, at less than half a decade of wave numbers."""
    model = Model(Boson(g=0.7, detuning=detuning, mass=0.05, loss=loss), [Reservoir("bath", 0.01)])
    s = solve_steady_state(model.replace(cutoff=10.0))
    found = growth_rate(s)
    waves = np.sort(np.append(np.geomspace(0.12, 0.2, 12), found.q))
    fastest = np.array([m.frequencies.imag.max() for m in collective_mode(s, waves, largest=0.45)])
    assert waves[fastest.argmax()] == found.q
    assert fastest.max() == pytest.approx(found.rate, abs=1e-10)


@pytest.mark.parametrize("bad", [{"smallest": 0.0}, {"largest": -1.0}, {"smallest": "1"}])
def test_bad_input(bad):
    with pytest.raises(ValueError, match="outside its domain"):
        growth_rate(state(-1.0, 1e-3, 0.0), **bad)


def test_the_rates_of_neighbours_are_those_of_each_alone():
    # across the first instability and back, and far apart: what is expected may be wrong
    drives = (1e-5, 3e-5, 5e-5, 4e-4, 2e-5, 9e-4)
    states = [state(-0.7, 1e-3, drive) for drive in drives]
    for found, alone in zip(growth_rates(states), map(growth_rate, states), strict=True):
        assert (found.verdict, found.status) == (alone.verdict, "complete")
        assert abs(found.rate - alone.rate) <= found.error + alone.error
        assert (found.q, found.omega) == pytest.approx((alone.q, alone.omega), rel=1e-4)

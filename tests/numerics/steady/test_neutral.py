"""As many electrons as holes: exact statements in equilibrium, and what the tilt makes equal."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from numerics import (
    Bands,
    Contact,
    Model,
    NoCondensate,
    Reservoir,
    SteadyState,
    from_dict,
    solve_steady_state,
    to_dict,
    trace_steady_states,
    verify,
)
from numerics.response.goldstone import goldstone_slopes
from numerics.steady.equations import Unknowns
from numerics.steady.frequency_sums import state_integrals
from numerics.steady.general_equations import evaluate_general
from numerics.steady.scaling import Equations
from numerics.steady.solution import solve_nearby

BATH, VACUUM = Reservoir("bath", 1e-3), Reservoir.empty("vacuum", 2e-5)


def equilibrium(inv_kfa: float, ratio: float, gamma: float) -> SteadyState:
    """Return the state in equilibrium with a cold bath."""
    bands = Bands.of_ratio(ratio)
    return solve_steady_state(
        Model(Contact(inv_kfa), [Reservoir("bath", gamma)], bands=bands, neutral=True)
    )


@pytest.mark.parametrize("inv_kfa", [-1.0, 1.0])
@pytest.mark.parametrize("ratio", [3.0, 0.1])
def test_masses_do_not_matter_in_equilibrium(inv_kfa: float, ratio: float) -> None:
    """But for the tails, proportional to gamma: on the BCS side, too, where Fermi surfaces match.

    Carriers of one potential have different ones there, and no condensate.
    """
    changes = []
    for gamma in (4e-7, 2e-7, 1e-7):
        equal, other = (equilibrium(inv_kfa, r, gamma) for r in (1.0, ratio))
        changes.append((other.gap - equal.gap, other.mu - equal.mu))
    coarse, middle, fine = np.array(changes)
    first, second = 2 * middle - coarse, 2 * fine - middle
    assert np.abs(4 * second - first).max() / 3 < 1e-9
    assert np.abs(coarse).max() > 1e-7


def test_one_potential_has_two_fermi_surfaces() -> None:
    model = Model(Contact(-1.0), [Reservoir("bath", 1e-6)], bands=Bands.of_ratio(3.0))
    with pytest.raises(NoCondensate, match=r"different Fermi surfaces, at 0\.4"):
        solve_steady_state(model)


@pytest.mark.parametrize(("ratio", "gamma"), [(2.0, 1e-3), (10.0, 1e-8)])
def test_two_fermi_surfaces_at_a_temperature(ratio: float, gamma: float) -> None:
    """There pairs break before the lowest excitation has reached zero."""
    reservoirs = [Reservoir("bath", gamma, temperature=0.02)]
    model = Model(Contact(-1.0), reservoirs, bands=Bands.of_ratio(ratio))
    with pytest.raises(NoCondensate, match="different Fermi surfaces"):
        solve_steady_state(model)
    # with as many of both nothing else is in the way
    assert solve_steady_state(model.replace(neutral=True)).gap > 0.1


def test_what_is_no_matter_of_fermi_surfaces() -> None:
    """Without any, where the tail that a linewidth gives heavy holes is as many as there are."""
    model = Model(Contact(0.5), [Reservoir("bath", 1e-3)], bands=Bands.of_ratio(1000.0))
    for neutral in (False, True):
        with pytest.raises(NoCondensate, match="equilibrium vanishes"):
            solve_steady_state(model.replace(neutral=neutral))


def test_sound_of_unequal_masses() -> None:
    """Galilean invariance: the velocity is that of equal masses times 2 sqrt(r)/(1 + r)."""
    ratio, q = 5.0, 0.004
    factor = 2 * math.sqrt(ratio) / (1 + ratio)
    velocities = []
    for r, guess in ((1.0, 1.1), (ratio, 1.1 * factor)):
        state, omega = equilibrium(-1.0, r, 1e-7), complex(guess * q)
        for _ in range(12):
            found = goldstone_slopes(state, np.array([q]), np.array([omega]), 1e-10)
            (a, b), (c, d) = found.matrix.value[0]
            (da, db), (dc, dd) = found.by_omega[0]
            omega -= (a * d - b * c) / (da * d + a * dd - db * c - b * dc)
        velocities.append(omega.real / q)
    # q**2 of the dispersion, on the scale of the gap, 0.2
    assert velocities[1] / velocities[0] == pytest.approx(factor, rel=1e-3)


@pytest.fixture(scope="module")
def driven() -> SteadyState:
    bath = Reservoir("bath", (1.2e-3, 8e-4), temperature=0.01)
    return solve_steady_state(
        Model(Contact(-0.5), [bath, VACUUM], bands=Bands.of_ratio(4.0), neutral=True)
    )


def test_exchanging_electrons_and_holes(driven: SteadyState) -> None:
    model = driven.parameters
    mirrored = model.replace(
        reservoirs=[dataclasses.replace(r, rate=r.rates[::-1]) for r in model.reservoirs],
        bands=Bands(masses=model.bands.masses[::-1]),
    )
    other = solve_steady_state(mirrored)
    for name, error in zip(("gap", "mu", "mu_b"), driven.error, strict=True):
        assert abs(getattr(other, name) - getattr(driven, name)) <= 2 * error
    assert abs(other.tilt + driven.tilt) <= driven.tilt_error + other.tilt_error
    assert driven.tilt > 0.1


def test_what_is_equal(driven: SteadyState) -> None:
    """The densities, less m gamma/(pi E) of the spectra at large energies: whatever the cutoff."""
    model = driven.parameters
    (bath,) = (r for r in model.reservoirs if r.name == "bath")
    for cutoff, allowed in ((model.cutoff, 1e-11), (10 * model.cutoff, 1e-6)):
        found = state_integrals(driven.carriers, cutoff)
        tails = np.multiply(model.bands.masses, bath.rates) * cutoff / math.pi**3
        assert abs(found.electrons - tails[0] - found.holes + tails[1]) < allowed
        # they are not small for heavy holes
        assert abs(found.electrons - found.holes) > 1e-3


def test_what_must_hold_of_any_model(driven: SteadyState) -> None:
    found = verify(driven, points=2, slow=0)
    assert found.holds, found


@pytest.mark.parametrize("start", [-0.5, 0.0, 0.0415, 0.106, 0.3, math.nan])
def test_the_tilt_is_found_from_anywhere(start: float) -> None:
    """At the edge of a spectrum, where Newton's method alone goes to and fro."""
    model = Model(Contact(1.0), [BATH, VACUUM], bands=Bands.of_ratio(4.0), neutral=True)
    at = Unknowns(1.196, -0.8026, 1.5322)
    one, other = (
        evaluate_general(model, 1.2e-5, dataclasses.replace(at, tilt=tilt))
        for tilt in (None, start)
    )
    # what the last step of the search leaves is the square of it
    assert abs(one.tilt - other.tilt) <= one.tilt_error + other.tilt_error + 1e-12
    assert (np.abs(one.residuals - other.residuals) <= one.errors + other.errors).all()


def test_equal_carriers_have_no_tilt() -> None:
    plain = Model(Contact(-0.5), [BATH, VACUUM])
    one, other = (solve_steady_state(m) for m in (plain, plain.replace(neutral=True)))
    assert (one.gap, one.mu, one.edge, other.tilt) == (other.gap, other.mu, other.edge, 0.0)
    nearly = solve_steady_state(plain.replace(neutral=True, bands=Bands.of_ratio(1 + 1e-6)))
    assert abs(nearly.tilt) < 1e-6
    assert nearly.gap == pytest.approx(one.gap, abs=1e-8)


def test_states_next_to_each_other(driven: SteadyState) -> None:
    path, ratio = "bands.ratio", 4.1
    (state,) = trace_steady_states(driven.parameters, along=path, values=[4.0, ratio]).states[1]
    near = solve_nearby(state.parameters, driven)
    for name, *errors in zip(("gap", "mu", "mu_b"), state.error, near.error, strict=True):
        assert abs(getattr(state, name) - getattr(near, name)) <= sum(errors)
    assert abs(state.tilt - near.tilt) <= state.tilt_error + near.tilt_error


def test_kept(driven: SteadyState) -> None:
    data = to_dict(driven)
    assert from_dict(data) == driven
    assert "tilt" in driven.to_xarray()
    # what was kept before there was a tilt
    old = to_dict(dataclasses.replace(driven, tilt=0.0, tilt_error=0.0))
    del old["fields"]["tilt"], old["fields"]["tilt_error"]
    del old["fields"]["parameters"]["fields"]["neutral"]
    loaded = from_dict(old)
    assert (loaded.tilt, loaded.parameters.neutral) == (0.0, False)
    del old["fields"]["gap"]
    with pytest.raises(ValueError, match="SteadyState has the fields"):
        from_dict(old)
    with pytest.raises(ValueError, match="neutral = 1 is outside"):
        driven.parameters.replace(neutral=1)


@pytest.mark.parametrize(
    ("rates", "ratio"), [((0.045, 0.001), 1.0), ((0.001, 0.045), 2.0), ((1e-4, 0.045), 2.0)]
)
def test_very_different_rates_leave_no_more_than_the_rounding_that_is_told(rates, ratio):
    bath = Reservoir("bath", rates)
    model = Model(Contact(-1.0), [bath], bands=Bands.of_ratio(ratio), neutral=True, cutoff=3.0)
    state = solve_steady_state(model)
    equations, steps = Equations(model), 1e-10 * np.arange(-5.0, 6.0)
    found = [
        equations.at_unknowns(dataclasses.replace(state.unknowns, gap=state.gap + step), 0.0)
        for step in steps
    ]
    # on so short a way equations are linear: what is left of a line is their rounding
    left = np.array([x.residuals - x.jacobian[:, 0] * d for x, d in zip(found, steps, strict=True)])
    errors = np.array([x.errors for x in found])
    assert (np.abs(left) <= errors).all()
    assert (np.abs(left - left[5]) <= errors + errors[5]).all()

"""Electrons and holes with masses and rates of their own: exact statements, and equal ones."""

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
    Parameters,
    Reservoir,
    SteadyState,
    fluctuation_matrix,
    from_dict,
    growth_rate,
    solve_steady_state,
    to_dict,
    trace_steady_states,
    verify,
)
from numerics.carriers import Carriers
from numerics.response.goldstone import goldstone_slopes
from numerics.steady.curve import with_parameter
from numerics.steady.frequency_sums import state_integrals


def bath_alone(ratio: float, gamma: float) -> SteadyState:
    """Return the state at unitarity in equilibrium with a bath, holes `ratio` times as heavy."""
    bands = Bands.of_ratio(ratio)
    reservoirs = [Reservoir("bath", gamma)]
    return solve_steady_state(Model(Contact(0.0), reservoirs, cutoff=400.0, bands=bands))


def sound(state: SteadyState, q: float, guess: float) -> complex:
    """Return omega/q of the mode next to a guess, by Newton's method."""
    omega = complex(guess * q)
    for _ in range(12):
        found = goldstone_slopes(state, np.array([q]), np.array([omega]), 1e-10)
        (a, b), (c, d) = found.matrix.value[0]
        (da, db), (dc, dd) = found.by_omega[0]
        omega -= (a * d - b * c) / (da * d + a * dd - db * c - b * dc)
    return omega / q


@pytest.mark.parametrize(
    "parameters",
    [
        Parameters(-1.0, gamma_b=1e-3, gamma_v=1e-4),
        Parameters(0.5, gamma_b=1e-2, gamma_v=1e-3, temperature=0.05, cutoff=50.0),
        Parameters(1.0, gamma_b=1e-4, gamma_v=1e-6, temperature=0.02),
    ],
)
def test_equal_carriers_solve_the_equations_of_the_paper(parameters: Parameters) -> None:
    state = solve_steady_state(parameters)
    found = state_integrals(state.carriers, parameters.cutoff)
    coupling = parameters.inv_kfa / (8 * math.pi)
    # what the other route leaves of each equation, to the errors of both
    assert abs(found.gap.real + coupling) < found.error[0] + 1e-12
    assert abs(found.gap.imag) < found.error[1] + 1e-12
    assert found.electrons == pytest.approx(found.holes, rel=1e-12)
    assert found.electrons + found.holes == pytest.approx(state.number, rel=1e-11)


def test_masses_do_not_matter_in_equilibrium() -> None:
    """But for the tails of the momentum distribution, which are proportional to gamma."""
    for ratio in (2.0, 5.0):
        changes = []
        for gamma in (4e-7, 2e-7, 1e-7):
            equal, other = (bath_alone(r, gamma) for r in (1.0, ratio))
            assert other.edge == pytest.approx(0, abs=1e-15)
            changes.append((other.gap - equal.gap, other.mu - equal.mu))
        coarse, middle, fine = np.array(changes)
        first, second = 2 * middle - coarse, 2 * fine - middle
        # Richardson: the linear and the quadratic part of the tails are gone
        assert np.abs(4 * second - first).max() / 3 < 2e-10
        assert np.abs(coarse).max() > 1e-6


def test_sound_of_unequal_masses() -> None:
    """Galilean invariance: the velocity is that of equal masses times 2 sqrt(r)/(1 + r)."""
    ratio = 3.0
    factor = 2 * math.sqrt(ratio) / (1 + ratio)
    off = []
    for gamma, q in ((4e-7, 0.02), (2e-7, 0.02 / math.sqrt(2))):
        equal, other = (bath_alone(r, gamma) for r in (1.0, ratio))
        first = sound(equal, q, 0.887).real
        assert first == pytest.approx(0.8874, abs=1e-3)
        off.append(sound(other, q, 0.887 * factor).real / first / factor - 1)
    # q**2 of the dispersion and gamma of the tails, both of which are halved
    assert abs(2 * off[1] - off[0]) < 1e-7
    assert abs(off[0]) < 1e-3


@pytest.fixture(scope="module")
def driven() -> SteadyState:
    """Return a state with rates and masses of its own."""
    bath, vacuum = Reservoir("bath", (1.2e-3, 8e-4)), Reservoir.empty("vacuum", (1e-5, 5e-6))
    return solve_steady_state(Model(Contact(0.0), [bath, vacuum], bands=Bands.of_ratio(1.5)))


def test_the_equations_are_solved(driven: SteadyState) -> None:
    assert driven.residual < 1e-10
    assert 0.5 < driven.gap < 0.7
    model = driven.parameters
    found = state_integrals(driven.carriers, model.cutoff)
    assert abs(found.gap) < 1e-10
    # more holes are lost than electrons where their rates differ
    assert abs(found.electrons - found.holes) > 1e-6


def test_the_phase_is_free(driven: SteadyState) -> None:
    matrix = fluctuation_matrix(driven, 0.0, 0.0)
    assert np.abs(matrix[:, 1]).max() < 1e-14
    assert abs(matrix[0, 0]) > 1e-4


def test_real_fields(driven: SteadyState) -> None:
    q, omega = 0.2, 0.15 + 0.02j
    one, other = (fluctuation_matrix(driven, q, w) for w in (omega, -omega.conjugate()))
    assert np.abs(one - other.conj()).max() < 1e-10 * np.abs(one).max()


def test_exchanging_electrons_and_holes(driven: SteadyState) -> None:
    """Two names for the same: tau_1 and tau_2 do not change but for the order of the momenta."""
    model = driven.parameters
    mirrored = Model(
        model.coupling,
        [Reservoir(r.name, r.rates[::-1], r.mu) for r in model.reservoirs],
        bands=Bands(masses=model.bands.masses[::-1]),
    )
    other = solve_steady_state(mirrored)
    assert (other.gap, other.mu, other.edge) == pytest.approx(
        (driven.gap, driven.mu, driven.edge), abs=1e-9
    )
    one = fluctuation_matrix(driven, 0.3, 0.2)
    swapped = fluctuation_matrix(other, 0.3, 0.2)
    assert np.abs(swapped - one).max() < 1e-7 * np.abs(one).max()


def test_slopes_are_those_of_m(driven: SteadyState) -> None:
    q, omega, step = np.array([0.3]), np.array([0.2 + 0.01j]), 1e-4
    found = goldstone_slopes(driven, q, omega, 1e-10)

    def at(dq: float, dw: float) -> np.ndarray:
        return goldstone_slopes(driven, q + dq, omega + dw, 1e-10).matrix.value[0]

    for slope, (dq, dw) in ((found.by_omega[0], (0.0, step)), (found.by_q[0], (step, 0.0))):
        difference = (at(dq, dw) - at(-dq, -dw)) / (2 * step)
        # the third derivative, on the scale of omega, times the square of the step
        assert np.abs(slope - difference).max() < 1e-5 * np.abs(difference).max()


def test_a_mode_grows(driven: SteadyState) -> None:
    found = growth_rate(driven)
    assert found.verdict == "grows"
    assert found.rate > 0


def test_what_must_hold_of_any_model(driven: SteadyState) -> None:
    found = verify(driven, points=3, slow=0)
    assert found.holds, found
    assert [check.source for check in found.checks][1] == "∂(33)/∂Δ₀"
    moved = dataclasses.replace(driven, mu=driven.mu + 1e-5)
    assert not verify(moved, points=1, slow=0).checks[0].holds


def test_what_is_not_there_says_so(driven: SteadyState) -> None:
    with pytest.raises(ValueError, match=r"inv_kfa, .*bands.ratio, reservoirs.bath.rate"):
        trace_steady_states(driven.parameters, along="gamma_v", values=[0.0, 0.1])
    with pytest.raises(ValueError, match=r"masses = \(0.5, 0.6\) is outside its domain"):
        Bands(masses=(0.5, 0.6))
    with pytest.raises(ValueError, match="rate = -1"):
        Reservoir("bath", (1e-3, -1.0))


@pytest.mark.parametrize("ratio", [1e-3, 0.25, 1.0, 1e3])
def test_bands_of_a_ratio(ratio: float) -> None:
    electron, hole = Bands.of_ratio(ratio).masses
    assert hole / electron == pytest.approx(ratio, rel=1e-12)
    assert 1 / electron + 1 / hole == pytest.approx(4, rel=1e-12)
    assert Bands.of_ratio(ratio).equal is (ratio == 1)
    for outside in (ratio * 1.01e6, -ratio):
        with pytest.raises(ValueError, match="ratio = "):
            Bands.of_ratio(outside)


@pytest.mark.parametrize(
    ("along", "values"),
    [
        ("coupling.inv_kfa", [0.0, 0.3]),
        ("bands.ratio", [1.0, 1.5, 2.5]),
        ("reservoirs.vacuum.rate", [1e-6, 7.5e-6]),
        ("reservoirs.vacuum.rate.holes", [0.0, 1e-5]),
    ],
)
def test_states_along_a_parameter(driven: SteadyState, along: str, values: list[float]) -> None:
    """Past equal carriers, too, whose states are found by the other route."""
    curve = trace_steady_states(driven.parameters, along=along, values=values)
    assert curve.status == "complete"
    for value, states in zip(values, curve.states, strict=True):
        (state,) = states
        expected = solve_steady_state(with_parameter(driven.parameters, along, value))
        assert state.parameters == expected.parameters
        for name, *errors in zip(("gap", "mu", "mu_b"), state.error, expected.error, strict=True):
            difference = getattr(state, name) - getattr(expected, name)
            assert abs(difference) <= sum(errors) + 1e-12


def test_no_condensate_far_from_equal() -> None:
    # most carriers are in the tails of the bath's linewidth, at gamma_b p_c = 1
    bath, vacuum = Reservoir("bath", (1.2e-2, 8e-3)), Reservoir.empty("vacuum", 1e-4)
    model = Model(Contact(0.0), [bath, vacuum], bands=Bands.of_ratio(2.0))
    with pytest.raises(NoCondensate, match=r"no condensate in equilibrium beyond, .* at 0\.9"):
        solve_steady_state(model)


def test_kept(driven: SteadyState) -> None:
    assert from_dict(to_dict(driven)) == driven


def test_carriers_of_one_occupation() -> None:
    state = solve_steady_state(Parameters(0.0, gamma_b=1e-3, gamma_v=1e-4))
    carriers = state.carriers
    assert isinstance(carriers, Carriers)
    assert (carriers.skew, carriers.imbalance, carriers.threshold) == (0.0, 0.0, state.gap)
    assert carriers.margin == state.parameters.linewidth

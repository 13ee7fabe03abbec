"""More digits of models beyond the paper's: other masses, rates, films, couplings."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from numerics import (
    Bands,
    Boson,
    Contact,
    Coupling,
    Model,
    Reservoir,
    collective_mode,
    fluctuation_matrix,
    solve_steady_state,
)
from numerics.precise import (
    PreciseState,
    certified_count,
    certified_rate,
    precise_matrix,
    precise_state,
)

DRIVEN = (Reservoir("bath", 2e-3), Reservoir.empty("drain", 1e-4))
UNEVEN = (Reservoir("bath", (2.4e-3, 1.6e-3)), Reservoir.empty("drain", (1e-4, 5e-5)))
LEAD = (Reservoir("bath", 2e-3, temperature=0.03), Reservoir("lead", (3e-4, 1e-4), 0.3))
BOSON = Boson(g=1.0, detuning=0.5, mass=0.0625, loss=2.0**-13)
MODELS = {
    "masses": Model(Contact(-0.2), DRIVEN, 20.0, bands=Bands.of_ratio(2.0)),
    "neutral": Model(Contact(-0.2), UNEVEN, 20.0, bands=Bands.of_ratio(2.0), neutral=True),
    "rates": Model(Contact(0.0), UNEVEN, 20.0),
    "warm": Model(Contact(0.0), LEAD, 20.0, bands=Bands.of_ratio(2.0)),
    "film": Model(Contact(binding=0.5), DRIVEN, 20.0, bands=Bands(2)),
    "uneven-film": Model(Contact(binding=0.5), UNEVEN, 20.0, bands=Bands.of_ratio(1.5, 2)),
    "photons": Model(Boson(1.0, 0.5, 0.05, 1e-4, -0.3), DRIVEN, 20.0),
    "heavy-photons": Model(BOSON, DRIVEN, 20.0, bands=Bands.of_ratio(2.0)),
    "given": Model(
        Contact(0.2),
        [Reservoir("bath", (2e-3, 1e-3), 0.7), Reservoir.empty("drain", 1e-4)],
        20.0,
        density=False,
        bands=Bands.of_ratio(1.5),
    ),
}
Q, OMEGA = 0.3, 0.1 + 1e-3j


def slow_but(*quick):
    """Return the names of all models, most of which take minutes together."""
    return [n if n in quick else pytest.param(n, marks=pytest.mark.slow) for n in MODELS]


def apart(one, other):
    with mpmath.workdps(80):
        return np.array([float(abs(x - y)) for x, y in zip(one, other, strict=True)])


def unknowns(state):
    return state.gap, state.mu, state.edge, state.tilt


def bounds(state):
    return np.array([*state.error, state.tilt_error])


@pytest.mark.parametrize("name", slow_but("uneven-film"))
def test_the_errors_of_a_state_bound_the_distance_to_a_better_one(name):
    state = solve_steady_state(MODELS[name])
    rough, fine = precise_state(state, 8), precise_state(state, 22)
    smallest = min(state.gap, state.carriers.margin)
    for found, digits in ((rough, 8), (fine, 22)):
        assert bounds(found).max() <= 10.0**-digits * smallest
    assert (apart(unknowns(rough), unknowns(fine)) <= bounds(rough) + bounds(fine)).all()
    # and so do those in double precision
    known = np.array([*state.error, state.tilt_error])
    exact = (fine.gap, fine.mu, fine.mu_b, fine.tilt)
    assert (apart(exact, (state.gap, state.mu, state.mu_b, state.tilt)) <= known).all()


def honest(name, wanted, best, q=Q, omega=OMEGA):
    state = solve_steady_state(MODELS[name])
    exactly = PreciseState.exactly(state)
    fine = precise_matrix(exactly, q, omega, best)
    for digits in wanted:
        rough = precise_matrix(exactly, q, omega, digits)
        assert max(rough.error) <= 10.0**-digits / (4 * np.pi)
        assert (apart(rough.value, fine.value) <= np.array(rough.error)).all()
    fast = fluctuation_matrix(state, q, omega, rtol=1e-11, full=True)
    exact = np.array([complex(x) for x in fine.value]).reshape(2, 2)
    assert (np.abs(fast.value - exact) <= fast.error).all()


@pytest.mark.parametrize("name", slow_but("neutral"))
def test_the_errors_of_m_bound_the_distance_to_a_better_value_and_the_fast_one(name):
    honest(name, [7], 18)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("q", "omega"),
    [(0.0, 0.1), (1e-7, 1e-4 + 1e-4j), (0.02, 0.0), (1.7, -0.3 + 0.02j), (0.4, 0.2 - 1e-3j)],
)
def test_the_errors_of_m_bound_the_distance_to_a_much_better_value(name, q, omega):
    honest(name, [9, 16], 30, q, omega)


@pytest.mark.parametrize(
    "coupling",
    [
        Boson(1.0, 0.5, 0.05, 1e-4, -0.3),
        pytest.param(Contact(-0.2), marks=pytest.mark.slow),
    ],
    ids=["photons", "contact"],
)
def test_equal_carriers_are_the_same_by_the_route_of_all_others(coupling, monkeypatch):
    # momenta first instead of the frequency, and M by what the gap equation leaves of it
    state = solve_steady_state(Model(coupling, DRIVEN, 20.0))
    one = precise_state(state, 20)
    first = precise_matrix(one, Q, OMEGA, 16)
    monkeypatch.setattr(Model, "closed", False)
    other = precise_state(state, 20)
    second = precise_matrix(other, Q, OMEGA, 16)
    assert (apart(unknowns(one), unknowns(other)) <= bounds(one) + bounds(other)).all()
    together = np.array(first.error) + np.array(second.error)
    assert (apart(first.value, second.value) <= together).all()
    assert together.max() < 1e-16


@pytest.mark.slow
@pytest.mark.parametrize("name", ["heavy-photons", "warm", "uneven-film"])
def test_both_arithmetics_give_the_same_state(name):
    state = solve_steady_state(MODELS[name])
    one, other = (precise_state(state, 6, arithmetic=a) for a in ("mpmath", "flint"))
    assert (apart(unknowns(one), unknowns(other)) <= bounds(one) + bounds(other)).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["neutral", "film", "uneven-film", "heavy-photons"])
@pytest.mark.parametrize(("q", "omega"), [(Q, OMEGA), (0.0, 0.1), (0.4, 0.0)])
def test_both_arithmetics_give_the_same_m(name, q, omega):
    exactly = PreciseState.exactly(solve_steady_state(MODELS[name]))
    one, other = (precise_matrix(exactly, q, omega, 9, arithmetic=a) for a in ("mpmath", "flint"))
    assert (apart(one.value, other.value) <= np.array(one.error) + np.array(other.error)).all()


def photon(q, omega, mu):
    """K_+ of `BOSON`, whose numbers are exact."""
    return 0.5 + 8 * q * q - 2 * mu - omega - 2.0**-13 * 1j


def test_a_function_of_ones_own_has_the_digits_of_the_same_boson():
    own = Model(Coupling(photon, 2.0**-13), DRIVEN, 20.0)
    states = [solve_steady_state(m) for m in (own.replace(coupling=BOSON), own)]
    one, other = (precise_state(s, 18) for s in states)
    assert (apart(unknowns(one), unknowns(other)) <= bounds(one) + bounds(other)).all()
    first, second = (precise_matrix(s, Q, OMEGA, 16) for s in (one, other))
    together = np.array(first.error) + np.array(second.error)
    assert (apart(first.value, second.value) <= together).all()


@pytest.mark.parametrize(
    "function",
    [
        lambda q, omega, mu: photon(q, omega, mu) + 0 * np.exp(omega),
        lambda q, omega, mu: photon(q, omega, float(mu)),
        lambda q, omega, mu: photon(q, omega, mu) if np.size(omega) > 1 else complex(omega) + 0.5,
    ],
    ids=["numpy", "rounded", "complex"],
)
def test_a_function_without_more_digits_is_refused(function):
    state = solve_steady_state(Model(Coupling(photon, 2.0**-13), DRIVEN, 20.0))
    coupling = Coupling(photon, 2.0**-13)
    object.__setattr__(coupling, "function", function)
    exactly = PreciseState.exactly(state)
    object.__setattr__(exactly, "parameters", state.parameters.replace(coupling=coupling))
    with pytest.raises(ValueError, match=r"function = .* numbers of mpmath, given such") as caught:
        precise_matrix(exactly, Q, OMEGA, 10)
    assert "\n" not in str(caught.value)


def test_a_growing_mode_of_photons_is_counted_and_certified():
    state = solve_steady_state(Model(Boson(1.0, 0.5, 0.05, 1e-5), [Reservoir("bath", 1e-5)]))
    q = 1.5e-6
    modes = collective_mode(state, q)
    growing = modes.frequencies[modes.frequencies.imag > 0]
    assert certified_count(state, q).count == growing.size == 1
    found = certified_rate(state, q, complex(growing[0]))
    assert found.verdict == "grows"
    assert abs(complex(found.omega) - growing[0]) <= found.error + modes.error[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [
        Model(Contact(2.0), [Reservoir("bath", 1e-5)], bands=Bands.of_ratio(2.0)),
        Model(Contact(2.0), [Reservoir("bath", (1.3e-5, 0.7e-5))]),
        Model(Contact(binding=2.0), [Reservoir("bath", 1e-5)], bands=Bands(2)),
    ],
    ids=["masses", "rates", "film"],
)
def test_nothing_grows_in_equilibrium(model):
    state = solve_steady_state(model)
    q = 0.15 * model.linewidth
    assert certified_count(state, q).count == 0
    (guess,) = collective_mode(state, q).frequencies[:1]
    found = certified_rate(state, q, complex(guess), relative=1e-6)
    assert found.verdict == "decays"
    better = certified_rate(state, q, complex(guess), relative=1e-12)
    assert abs(complex(found.omega) - complex(better.omega)) <= found.error + better.error


@pytest.mark.slow
def test_a_mode_that_rounding_leaves_open_is_decided():
    model = Model(Contact(2.0), [Reservoir("bath", 1e-7)], bands=Bands.of_ratio(2.0))
    state, q = solve_steady_state(model), 0.15e-7
    rounded = collective_mode(state, q)
    assert (abs(rounded.frequencies.imag) < rounded.error).all()
    decided = collective_mode(state, q, certify=True)
    assert (decided.frequencies.imag < -decided.error).all()
    assert (abs(decided.frequencies - rounded.frequencies) <= rounded.error).all()

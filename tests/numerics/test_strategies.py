"""The strategies stay in their domains, and draw the special cases that they promise."""

import functools
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, seed, settings
from hypothesis import strategies as st

import numerics
from derive import number_integrand
from derive.model.reservoirs import Reservoir
from numerics import Parameters, SteadyState, solve_steady_state, strategies
from tests.imports import imported

STATES = {
    "driven": solve_steady_state(Parameters(-1.0, 1e-3, 5e-4)),
    "equilibrium": solve_steady_state(Parameters(0.0, 1e-2, temperature=0.02, cutoff=20.0)),
    "molecules": solve_steady_state(Parameters(1.5, 1e-3, 1e-5, cutoff=20.0)),
}
MANY = settings(max_examples=150, deadline=None)
#: What lies near a threshold lies within so many linewidths.
NEAR = 30
#: Without shrinking what is found.
SEARCH = settings(max_examples=5000, deadline=None, database=None, phases=[Phase.generate])


def occurs(strategy, condition):
    """Tell that a strategy draws what fulfils a condition; raises NoSuchExample otherwise."""
    find(strategy, condition, settings=SEARCH)


def sampled(strategy):
    """Return a fixed sample of what a strategy draws."""
    sample = []

    @seed(1)
    @settings(max_examples=1000, deadline=None, database=None, phases=[Phase.generate])
    @given(strategy)
    def draw(value):
        sample.append(value)

    draw()
    return sample


def share(strategy, *conditions):
    """Return in which part of a fixed sample each condition holds."""
    return shares(sampled(strategy), *conditions)


def shares(sample, *conditions):
    """Return in which part of a sample each condition holds."""
    return [sum(map(condition, sample)) / len(sample) for condition in conditions]


@functools.cache
def sampled_frequencies(name):
    return sampled(strategies.frequencies(STATES[name]))


@pytest.fixture(params=STATES)
def name(request):
    return request.param


@pytest.fixture
def state(name):
    return STATES[name]


@given(strategies.parameters(), strategies.parameters(inv_kfa=(-0.5, 0.5), gamma_b=(1e-4, 1e-3)))
@MANY
def test_parameters_respect_their_domain(anything, within):
    assert -2 <= anything.inv_kfa <= 2
    assert 1e-6 <= anything.gamma_b <= 1e-1
    assert 0 <= anything.ratio <= 1.2 * (1 + 1e-15)
    assert 0 <= anything.temperature <= 0.25
    assert 2.5 <= anything.cutoff <= 1000
    assert -0.5 <= within.inv_kfa <= 0.5
    assert 1e-4 <= within.gamma_b <= 1e-3


def test_parameters_cover_their_domain():
    drawn = strategies.parameters()
    occurs(drawn, lambda p: p.gamma_v == 0)
    occurs(drawn, lambda p: p.gamma_v > 0 and p.gamma_v / p.gamma_b < p.gamma_b)
    occurs(drawn, lambda p: p.ratio > 1)
    occurs(drawn, lambda p: p.temperature == 0)
    occurs(drawn, lambda p: p.temperature > 0)
    occurs(drawn, lambda p: p.gamma_b < 1e-5)
    occurs(drawn, lambda p: p.gamma_b > 5e-2)
    occurs(drawn, lambda p: p.inv_kfa < -1.5)
    occurs(drawn, lambda p: p.inv_kfa > 1.5)
    occurs(drawn, lambda p: p.cutoff > 500)


@given(strategies.parameters(temperature="zero"), strategies.parameters(temperature="positive"))
@settings(deadline=None)
def test_the_kind_of_temperature_can_be_chosen(cold, warm):
    assert cold.temperature == 0 < warm.temperature


def test_an_unknown_kind_of_temperature_is_refused():
    with pytest.raises(ValueError, match=r"temperature = 'hot' is outside its domain: any, zero"):
        find(strategies.parameters(temperature="hot"), lambda _: True)


@given(strategies.parameters())
@MANY
def test_there_is_a_condensate_without_decay(parameters):
    assert solve_steady_state(parameters.replace(gamma_v=0.0)).gap > 0


@given(strategies.steady_states())
@settings(max_examples=40, deadline=None)
def test_steady_states_are_solved(state):
    assert isinstance(state, SteadyState)
    assert state.gap > 0
    assert state.residual <= 1e-10


def test_steady_states_reach_the_end_of_the_branch_and_the_balance():
    drawn = strategies.steady_states()
    occurs(drawn, lambda s: s.parameters.gamma_v == 0)
    occurs(drawn, lambda s: s.parameters.temperature > 0 and s.parameters.gamma_v > 0)
    # the edge of the bath crosses the lowest excitation
    occurs(drawn, lambda s: s.edge > s.lowest_excitation)
    occurs(drawn, lambda s: 0 < s.edge < s.lowest_excitation)
    occurs(drawn, lambda s: s.mu < 0)
    # the order parameter vanishes like a root at the end
    occurs(drawn, lambda s: s.gap < 2e-2 * strategies._crossover_gap(-20))


@given(strategies.steady_states(st.just(Parameters(0.0, 1e-3, 2e-3, cutoff=20.0))))
@settings(max_examples=20, deadline=None)
def test_decay_rates_beyond_the_branch_are_brought_back(state):
    assert state.parameters.gamma_b == 1e-3
    assert state.parameters.gamma_v < 1e-3


def test_parameters_without_a_condensate_are_rejected():
    none = st.just(Parameters(-3.0, 1e-1, cutoff=2.0))

    @given(st.one_of(strategies.steady_states(none), st.just("valid")))
    @settings(
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], database=None
    )
    def check(value):
        assert value == "valid"

    check()


def test_states_are_solved_once():
    solved = strategies._solved
    seen = []

    @given(strategies.steady_states())
    @settings(max_examples=25, deadline=None, database=None)
    def draw(state):
        seen.append(state)

    draw()
    before = solved.cache_info().misses
    assert solved(seen[-1].parameters) is seen[-1]
    assert solved.cache_info().misses == before


def near(value, center, width):
    return abs(value - center) <= 3 * width


def test_frequencies_stay_where_the_response_is_analytic(state):
    gamma = state.parameters.linewidth

    @given(strategies.frequencies(state), strategies.frequencies(state, real=True))
    @MANY
    def check(omega, on_axis):
        assert isinstance(omega, complex)
        assert math.isfinite(omega.real)
        assert -gamma < omega.imag < math.inf
        assert on_axis.imag == 0

    check()


def test_offsets_are_none_or_some_linewidths_at_most(state):
    gamma = state.parameters.linewidth

    @given(strategies._offsets(state))
    @MANY
    def check(offset):
        # and no rounding leads beyond
        assert abs(offset) <= NEAR * gamma * (1 + 1e-15)

    check()


def test_offsets_are_of_every_size_up_to_some_linewidths():
    # in units of the linewidth they are the same in every state
    gamma = STATES["driven"].parameters.linewidth
    sizes = share(
        strategies._offsets(STATES["driven"]),
        lambda x: 1e-3 * gamma < abs(x) < gamma,
        lambda x: 3 * gamma < abs(x),
    )
    # 0.17 and 0.36; without the offsets that are spread over decades 0.03 of the first, without
    # those that are spread evenly 0.10 of the second
    assert sizes[0] > 0.1, sizes
    assert sizes[1] > 0.2, sizes


def test_frequencies_near_thresholds_are_within_some_linewidths(name, state):
    gamma = state.parameters.linewidth
    energies = [state.gap, math.hypot(state.mu, state.gap), state.lowest_excitation]
    thresholds = {0.0, *(n * e for e in (*energies, abs(state.edge)) for n in (-2, -1, 1, 2))}
    parts = shares(
        sampled_frequencies(name),
        lambda w: min(abs(w.real - c) for c in thresholds) <= NEAR * gamma * (1 + 1e-9),
        lambda w: w.real in thresholds,
    )
    # 0.66 to 0.85, and 0.20 to 0.23; 0.06 of the latter if none is placed there
    assert parts[0] > 0.58, parts
    assert parts[1] > 0.12, parts


def test_frequencies_come_close_to_every_threshold(name, state):
    gamma, gap = state.parameters.linewidth, state.gap
    drawn = sampled_frequencies(name)
    bottom = math.hypot(state.mu, gap)
    for center in (2 * gap, bottom, 2 * bottom, state.lowest_excitation, state.edge, 0.0):
        for sign in (1, -1):
            assert any(near(w.real, sign * center, gamma) for w in drawn)
    centers = (0, 2 * gap, 2 * bottom, -2 * gap, -2 * bottom)
    parts = shares(
        drawn,
        lambda w: any(near(w.real, c, gamma) for c in centers),
        lambda w: w.real - 2 * gap in (0.0, -4 * gap),
        # degenerate to rounding, not only to the linewidth, from either side
        lambda w: any(0 < w.real - c < 1e-3 * gamma for c in centers),
        lambda w: any(0 < c - w.real < 1e-3 * gamma for c in centers),
        lambda w: w.imag == 0,
        lambda w: -gamma < w.imag < -0.9 * gamma,
        lambda w: 0 < w.imag < 0.1 * gamma,
        lambda w: w.imag > 30 * gamma,
    )
    assert all(
        p > q for p, q in zip(parts, (0.1, 5e-3, 3e-3, 3e-3, 0.1, 0.05, 0.03, 0.05), strict=True)
    ), parts


def test_wave_numbers(state):
    gamma = state.parameters.linewidth
    crossing = gamma / (2 * math.sqrt(abs(state.mu) + state.gap))
    drawn = strategies.wave_numbers(state)

    @given(drawn)
    @MANY
    def check(q):
        assert isinstance(q, float)
        assert 0 < q < 10

    check()
    sample = sampled(drawn)
    parts = shares(
        sample, lambda q: q < 1e-8, lambda q: 0.3 < q / crossing < 3, lambda q: 0.5 < q < 10
    )
    assert all(p > q for p, q in zip(parts, (0.02, 0.03, 0.1), strict=True)), parts
    doubled = []
    if state.mu > 0:
        doubled.append(2 * math.sqrt(state.mu))
    if state.edge > state.gap and state.mu > 0:
        root = math.sqrt(state.edge**2 - state.gap**2)
        inner, outer = math.sqrt(state.mu - root), math.sqrt(state.mu + root)
        doubled += [outer - inner, outer + inner, 2 * inner, 2 * outer]
    for part in shares(sample, *(lambda q, s=s: near(q, s, crossing) for s in doubled)):
        # about 0.01; by chance it would be of the order of gamma
        assert part > 2e-3
    for q in doubled:
        occurs(drawn, lambda x, q=q: x == pytest.approx(q, rel=1e-14))


def test_points(state):
    gamma = state.parameters.linewidth
    drawn = strategies.points(state)

    @given(drawn, strategies.points(state, real=True))
    @MANY
    def check(point, on_axis):
        q, omega = point
        assert q > 0
        assert omega.imag > -gamma
        assert on_axis[1].imag == 0

    check()
    bottom = math.hypot(state.mu, state.gap)
    curves = (
        lambda q: 2 * math.hypot(q * q / 4 - state.mu, state.gap),
        lambda q: 2 * math.sqrt(abs(state.mu) + state.gap) * q,
        lambda q: math.hypot(q * q - state.mu, state.gap) - bottom,
    )
    conditions = [
        # away from where the curve does not depend on q
        lambda x, c=curve, s=sign: x[0] > 0.1 and near(x[1].real, s * c(x[0]), gamma)
        for curve in curves
        for sign in (1, -1)
    ]
    # about 0.005 each; by chance they would be of the order of gamma
    assert min(share(drawn, *conditions)) > 1e-3


@given(strategies.steady_states().flatmap(lambda s: st.tuples(st.just(s), strategies.points(s))))
@settings(max_examples=40, deadline=None)
def test_points_of_every_state(drawn):
    state, (q, omega) = drawn
    assume(state.gap > 1e-9)
    assert q > 0
    assert omega.imag > -state.parameters.linewidth


@given(strategies.reservoirs())
@settings(max_examples=40, deadline=None)
def test_reservoirs(drawn):
    assert 1 <= len(drawn) <= 3
    assert all(isinstance(r, Reservoir) and r.rate.is_positive for r in drawn)
    assert len({r.name for r in drawn}) == len(drawn)
    symbols = [s for r in drawn for s in r.rate.free_symbols | r.occupation.free_symbols]
    assert len(symbols) == len(set(symbols))
    assert number_integrand(drawn).is_finite is not False


def test_reservoirs_of_every_kind():
    drawn = strategies.reservoirs()
    occurs(drawn, lambda rs: len(rs) == 3)
    occurs(drawn, lambda rs: rs[0].occupation.expr == 0)
    occurs(drawn, lambda rs: rs[0].occupation.expr.args and rs[0].occupation.expr.args[1] == 0)
    occurs(
        drawn, lambda rs: rs[0].occupation.expr.args and rs[0].occupation.expr.args[1].is_positive
    )
    occurs(drawn, lambda rs: rs[0].rate.is_Symbol)
    occurs(drawn, lambda rs: rs[0].rate.is_Rational)
    assert len(find(strategies.reservoirs(most=1), lambda _: True, settings=SEARCH)) == 1


def test_hypothesis_is_imported_here_only():
    for path in Path(numerics.__file__).parent.rglob("*.py"):
        # most files need not be parsed for it
        found = "hypothesis" in path.read_text(encoding="utf-8") and any(
            module.split(".")[0] == "hypothesis" for module, _ in imported(path)
        )
        assert found == (path.name == "strategies.py"), path

"""Hypothesis strategies for states, frequencies and wave numbers; needs `hypothesis`.

They draw what is hard on purpose: frequencies within a few linewidths of a threshold, wave numbers
that nearly vanish, decay rates at the end of the branch.  The package `hypothesis` comes with the
extra `testing`; no other module imports it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, get_args

from hypothesis import assume
from hypothesis import strategies as st

from numerics.couplings import Contact
from numerics.domain import choice
from numerics.errors import NoCondensate
from numerics.model import Model
from numerics.parameters import Parameters, Setting
from numerics.reservoirs import Reservoir
from numerics.steady.crossover import equilibrium_crossover
from numerics.steady.solution import SteadyState, solve_steady_state

if TYPE_CHECKING:
    from derive.model.reservoirs import Reservoir as SymbolicReservoir

Warmth = Literal["any", "zero", "positive"]
_WARMTHS = get_args(Warmth)

#: Linewidth and temperature stay below this part of the order parameter without them, and the
#: carriers at large momenta, (3 gamma_b / pi) p_c, below this part of all: pairing survives that.
_PAIR_BREAKING = 0.25
#: Smallest momentum cutoff, which holds the Fermi sea and the edge of the bath.
_LOWEST_CUTOFF = 2.5
#: Beyond the end of every branch: vacuum and bath balance at most at equal rates.
_LARGEST_RATIO = 1.2
#: A frequency or wave number is near a threshold within so many widths.
_NEAR = 30.0


def _powers_of_ten(low: float, high: float) -> st.SearchStrategy[float]:
    """Return numbers between two positive ones, spread evenly over the decades."""
    exponents = st.floats(math.log10(low), math.log10(high))
    # rounding must not leave the interval
    return exponents.map(lambda x: min(max(10.0**x, low), high))


@st.composite
def parameters(
    draw: st.DrawFn,
    *,
    inv_kfa: tuple[float, float] = (-2.0, 2.0),
    gamma_b: tuple[float, float] = (1e-6, 1e-1),
    temperature: Warmth = "any",
) -> Parameters:
    """Return parameters whose state without decay is a condensate, and any decay rate.

    The ratio gamma_v/gamma_b is at most 1.2, beyond the end of the branch; often it is zero, or of
    the order of gamma_b, where the edge of the bath leaves the condensate's potential.

    Parameters
    ----------
    inv_kfa, gamma_b : tuple of float
        Smallest and largest value; the linewidth is kept below a quarter of the order parameter
        all the same.
    temperature : {"any", "zero", "positive"}
        Which temperatures.

    Examples
    --------
    >>> from hypothesis import given
    >>> from numerics import strategies
    >>> @given(strategies.parameters(temperature="zero"))
    ... def check(parameters):
    ...     assert parameters.temperature == 0 and 0 <= parameters.ratio < 1.3
    >>> check()
    """
    choice("temperature", temperature, tuple(_WARMTHS))
    strength = draw(st.floats(*inv_kfa))
    # in tenths: the crossover is solved for once each
    gap = _crossover_gap(math.floor(10 * strength))
    widest = max(min(gamma_b[1], _PAIR_BREAKING * gap), gamma_b[0])
    rate = draw(_powers_of_ten(gamma_b[0], widest))
    highest = max(min(1000.0, _PAIR_BREAKING * math.pi / (3 * rate)), _LOWEST_CUTOFF)
    cutoff = draw(_powers_of_ten(_LOWEST_CUTOFF, highest))
    cold = temperature == "zero" or (temperature == "any" and draw(st.booleans()))
    warmest = _PAIR_BREAKING * min(gap, 1.0)
    warmth = 0.0 if cold else draw(_powers_of_ten(1e-3 * warmest, warmest))
    # what the linewidth takes is not left for the temperature, nor are carriers at large momenta
    near = 1 - min(3 * rate * cutoff / math.pi, _PAIR_BREAKING)
    left = near ** (2 / 3) * _crossover_gap(math.floor(10 * strength / near ** (1 / 3))) - rate
    warmth = min(warmth, max(_PAIR_BREAKING * left, 1e-3 * warmest))
    ratio = draw(
        st.one_of(
            st.just(0.0),
            st.floats(-2.0, 2.0).map(lambda x: min(rate * 10.0**x, _LARGEST_RATIO)),
            _powers_of_ten(1e-3, _LARGEST_RATIO),
        )
    )
    return Parameters(strength, rate, ratio * rate, warmth, cutoff)


@st.composite
def models(draw: st.DrawFn, *, most: int = 4) -> Model:
    """Return models of one to several reservoirs.

    A bath as in `parameters`, a vacuum or none, and leads at any potential, cold or up to a
    temperature of 1, with rates down to a millionth of the bath's.

    Parameters
    ----------
    most : int
        The largest number of reservoirs, at least 1.

    Examples
    --------
    >>> from hypothesis import given
    >>> from numerics import strategies
    >>> @given(strategies.models(most=3))
    ... def check(model):
    ...     assert 1 <= len(model.reservoirs) <= 3
    >>> check()
    """
    paper = draw(parameters())
    bath, vacuum = paper.model().reservoirs
    reservoirs = [bath]
    if most > 1 and vacuum.mean_rate > 0:
        reservoirs.append(vacuum)
    for k in range(draw(st.integers(0, most - len(reservoirs)))):
        rate = paper.gamma_b * draw(_powers_of_ten(1e-6, 1.0))
        warmth = draw(st.just(0.0) | _powers_of_ten(1e-4, 1.0))
        reservoirs.append(Reservoir(f"lead_{k}", rate, draw(st.floats(-2.0, 2.0)), warmth))
    return Model(Contact(paper.inv_kfa), tuple(reservoirs), paper.cutoff)


@functools.cache
def _crossover_gap(tenths: int) -> float:
    return equilibrium_crossover(tenths / 10).gap


@st.composite
def steady_states(draw: st.DrawFn, models: st.SearchStrategy[Setting] | None = None) -> SteadyState:
    """Return solved steady states.

    Where the drive is beyond the end of the branch, the state is one before the end, often close to
    it.  Models without a condensate are rejected.

    Parameters
    ----------
    models : strategy of Parameters or of Model, optional
        What to solve for; by default `parameters`.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> from numerics import strategies
    >>> @given(strategies.steady_states())
    ... @settings(max_examples=5, deadline=None)
    ... def check(state):
    ...     assert state.gap > 0 and state.residual < 1e-10
    >>> check()
    """
    wanted = draw(parameters() if models is None else models)
    found = _solved(wanted)
    if isinstance(found, float):
        # this part of the drive is left to the end, where the order parameter vanishes
        left = draw(_powers_of_ten(1e-6, 1.0) | st.floats(1e-6, 1.0))
        found = _solved(wanted.driven(found * (1 - left)))
    assume(isinstance(found, SteadyState))
    assert isinstance(found, SteadyState)
    return found


@functools.lru_cache(maxsize=4096)
def _solved(model: Setting) -> SteadyState | float | None:
    """Return the state, or the drive at which its branch ends, or that there is none at all."""
    try:
        return solve_steady_state(model)
    except NoCondensate as ended:
        return ended.end


def frequencies(state: SteadyState, *, real: bool = False) -> st.SearchStrategy[complex]:
    """Return frequencies where the response of a state is analytic, Im(omega) > -gamma.

    Many are real, and many lie within a few linewidths of 0, of +-(mu_b - mu), of the quasiparticle
    energies, or of twice those: at the smallest, and at p = 0.

    Parameters
    ----------
    state : SteadyState
        The state.
    real : bool
        Only real ones.

    Examples
    --------
    >>> from hypothesis import given
    >>> from numerics import Parameters, solve_steady_state, strategies
    >>> state = solve_steady_state(Parameters(-1.0, 1e-3, 2.1e-5))
    >>> @given(strategies.frequencies(state))
    ... def check(omega):
    ...     assert omega.imag > -state.parameters.linewidth
    >>> check()
    """
    return _around(_thresholds(state), state, real)


def _thresholds(state: SteadyState) -> list[float]:
    energies = [state.gap, math.hypot(state.mu, state.gap), state.lowest_excitation]
    edges = [abs(f.edge) for f in state.occupation.edges]
    return [0.0, *(n * e for e in (*edges, *energies) for n in (1, 2))]


def _around(centers: list[float], state: SteadyState, real: bool) -> st.SearchStrategy[complex]:
    """Return frequencies near some and anywhere, on and off the real axis."""
    widest = _widest(state)
    both = st.sampled_from(sorted({*centers, *(-c for c in centers)}))
    near = st.tuples(both, _offsets(state)).map(math.fsum)
    return st.builds(complex, near | st.floats(-widest, widest), _heights(state, real))


def _widest(state: SteadyState) -> float:
    return 3 * (abs(state.mu) + state.gap + abs(state.edge))


def _offsets(state: SteadyState) -> st.SearchStrategy[float]:
    """Return distances of some linewidths, of less, and none at all."""
    gamma = state.carriers.margin
    distances = st.just(0.0) | _signed(_powers_of_ten(1e-6, _NEAR)) | st.floats(-_NEAR, _NEAR)
    return distances.map(lambda k: gamma * k)


def _heights(state: SteadyState, real: bool) -> st.SearchStrategy[float]:
    """Return imaginary parts: zero, down to where the response ceases to be analytic, and up."""
    gamma = state.carriers.margin
    if real:
        return st.just(0.0)
    return st.one_of(
        st.just(0.0),
        _powers_of_ten(1e-4, 1.0).map(lambda rest: gamma * (rest - 1)),
        _powers_of_ten(1e-3, _NEAR).map(lambda k: gamma * k),
        st.floats(0.0, _widest(state)),
    )


def _signed(magnitudes: st.SearchStrategy[float]) -> st.SearchStrategy[float]:
    return st.tuples(st.sampled_from([1.0, -1.0]), magnitudes).map(math.prod)


def wave_numbers(state: SteadyState) -> st.SearchStrategy[float]:
    """Return positive wave numbers, many of them nearly 0, near gamma/v, or near 2 k_F.

    v is the velocity 2 p of a carrier at p**2 = |mu| + Delta_0; 2 k_F stands for the sums and
    differences of the momenta where E_p is smallest, or is the edge of the bath.

    Parameters
    ----------
    state : SteadyState
        The state.

    Examples
    --------
    >>> from hypothesis import given
    >>> from numerics import Parameters, solve_steady_state, strategies
    >>> state = solve_steady_state(Parameters(-1.0, 1e-3, 2.1e-5))
    >>> @given(strategies.wave_numbers(state))
    ... def check(q):
    ...     assert q > 0
    >>> check()
    """
    gamma, velocity = state.parameters.linewidth, _velocity(state)
    crossing = gamma / velocity
    momenta = _surfaces(state)
    sums = {abs(a + sign * b) for a in momenta for b in momenta for sign in (1, -1)}
    kinds = [
        _powers_of_ten(1e-10, 1e-4),
        _powers_of_ten(1e-2 * crossing, 1e2 * crossing),
        st.floats(1e-3, 4 + 2 * max(momenta, default=0.0)),
    ]
    if max(sums, default=0.0) > 0:
        near = st.tuples(
            st.sampled_from(sorted(s for s in sums if s > 0)),
            st.one_of(st.just(0.0), st.floats(-_NEAR, _NEAR)),
        )
        kinds.append(near.map(lambda pair: abs(pair[0] + crossing * pair[1]) or crossing))
    return st.one_of(*kinds)


def _velocity(state: SteadyState) -> float:
    return 2 * math.sqrt(abs(state.mu) + state.gap)


def _surfaces(state: SteadyState) -> list[float]:
    """Return the momenta where E_p is smallest, and where it is the edge of the bath."""
    squares = [state.mu]
    if abs(state.edge) > state.gap:
        root = math.sqrt(state.edge**2 - state.gap**2)
        squares += [state.mu + root, state.mu - root]
    return [math.sqrt(square) for square in squares if square > 0]


def points(state: SteadyState, *, real: bool = False) -> st.SearchStrategy[tuple[float, complex]]:
    """Return pairs (q, omega) for the response of a state.

    Some lie near what depends on both: the threshold 2 E at p = q/2 of breaking pairs, and the
    transfer of a carrier from p = 0, or at the velocity v.

    Parameters
    ----------
    state, real
        As in `frequencies`.

    Examples
    --------
    >>> from hypothesis import given
    >>> from numerics import Parameters, solve_steady_state, strategies
    >>> state = solve_steady_state(Parameters(-1.0, 1e-3, 2.1e-5))
    >>> @given(strategies.points(state))
    ... def check(point):
    ...     q, omega = point
    ...     assert q > 0 and omega.imag > -state.parameters.linewidth
    >>> check()
    """
    bottom, velocity = math.hypot(state.mu, state.gap), _velocity(state)
    dispersions: list[Callable[[float], float]] = [
        lambda q: 2 * math.hypot(q * q / 4 - state.mu, state.gap),
        lambda q: math.hypot(q * q - state.mu, state.gap) - bottom,
        lambda q: velocity * q,
    ]

    def placed(
        q: float, at: Callable[[float], float], sign: int, offset: float, height: float
    ) -> tuple[float, complex]:
        return q, complex(sign * at(q) + offset, height)

    on_curves = st.builds(
        placed,
        wave_numbers(state),
        st.sampled_from(dispersions),
        st.sampled_from([1, -1]),
        _offsets(state),
        _heights(state, real),
    )
    return st.tuples(wave_numbers(state), frequencies(state, real=real)) | on_curves


@st.composite
def reservoirs(draw: st.DrawFn, *, most: int = 3) -> list[SymbolicReservoir]:
    """Return lists of reservoirs for the symbolic functions of `derive`, which is imported then.

    The first is a Fermi reservoir at T = 0 or T > 0, or empty; each has rates and potentials of its
    own, symbols or exact numbers.

    Parameters
    ----------
    most : int
        Largest number of reservoirs.

    Examples
    --------
    >>> from hypothesis import given
    >>> from numerics import strategies
    >>> @given(strategies.reservoirs())
    ... def check(reservoirs):
    ...     assert all(r.rate.is_positive for r in reservoirs)
    >>> check()
    """
    import sympy as sp

    from derive.model.reservoirs import empty_reservoir, fermi_reservoir

    def positive(name: str) -> sp.Expr:
        if draw(st.booleans()):
            return sp.Symbol(name, positive=True)
        return sp.Rational(draw(st.integers(1, 30)), draw(st.integers(1, 30)))

    made = []
    for k in range(draw(st.integers(1, most))):
        rate = positive(f"gamma_{k}")
        kind = draw(st.sampled_from(["empty", "step", "thermal"]))
        if kind == "empty":
            made.append(empty_reservoir(f"reservoir {k}", rate))
            continue
        edge = sp.Symbol(f"B_{k}", real=True)
        if draw(st.booleans()):
            edge = sp.Rational(draw(st.integers(-30, 30)), 10)
        temperature = sp.S.Zero if kind == "step" else positive(f"T_{k}")
        made.append(fermi_reservoir(f"reservoir {k}", rate, edge, temperature))
    return made

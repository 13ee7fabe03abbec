"""Steady states in two dimensions, whose equilibrium is elementary, and their equations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from numerics import (
    Bands,
    Contact,
    Model,
    Reservoir,
    SteadyState,
    find_boundary,
    solve_steady_state,
    trace_steady_states,
    verify,
)
from numerics.steady.divergence import divergence_of

CUTOFF = 100.0
#: Linewidths from which the limit of none is extrapolated: powers of it are left out up to the
#: fourth, by Richardson's method.
WIDTHS = tuple(4e-3 / 2**k for k in range(5))


def film(binding: float, *reservoirs: Reservoir, ratio: float = 1.0, **options: bool) -> Model:
    return Model(Contact(binding=binding), reservoirs, bands=Bands.of_ratio(ratio, 2), **options)


def extrapolated(values: list[list[float]]) -> np.ndarray:
    """The limit of values at `WIDTHS`, which are power series in the linewidth."""
    table = np.array(values)
    for order in range(1, len(values)):
        table = (2**order * table[1:] - table[:-1]) / (2**order - 1)
    return table[0]


def equilibrium(binding: float) -> np.ndarray:
    """Order parameter and potential without a linewidth, as the cutoff of the density has them.

    sqrt(mu**2 + Delta_0**2) - mu = E_b, and the same plus mu is 2, less what is beyond the cutoff.
    """

    beyond = 0.0
    for _ in range(8):
        gap, mu = math.sqrt(binding * (2 + beyond)), 1 + (beyond - binding) / 2
        far = CUTOFF**2 - mu
        beyond = gap**2 / (math.hypot(far, gap) + far)
    return np.array([gap, mu])


def test_without_a_cutoff_equilibrium_is_known() -> None:
    # of the limit itself, up to what is beyond the cutoff: Delta_0**2/(4 p_c**2) of the density
    for binding in (0.02, 0.5, 4.0):
        known = [math.sqrt(2 * binding), 1 - binding / 2]
        assert np.abs(equilibrium(binding) - known).max() < 2 * binding / CUTOFF**2


@pytest.mark.parametrize(
    ("binding", "ratio"), [(0.1, 1.0), (0.1, 3.0), (1.0, 1.0), (1.0, 3.0), (4.0, 0.2)]
)
def test_equilibrium(binding: float, ratio: float) -> None:
    # one potential for both would break pairs of different masses on the BCS side
    found = [
        solve_steady_state(film(binding, Reservoir("bath", width), ratio=ratio, neutral=ratio != 1))
        for width in WIDTHS
    ]
    limit = extrapolated([[s.gap, s.mu] for s in found])
    assert limit == pytest.approx(equilibrium(binding), abs=1e-8)


@pytest.mark.parametrize("skew", [0.0, 0.6])
def test_what_diverges(skew: float) -> None:
    # the sums over p of 1/(2 p**2 + 1) at energies (1 + a)(p**2 + 1/2) and (1 - a)(p**2 + 1/2), up
    # to a frequency, against the integral of the smooth function
    model = film(1.0, Reservoir("bath", 1e-3), ratio=(1 + skew) / (1 - skew))
    divergence = divergence_of(model.carriers(0.7, -0.2, 0.0))
    top = 1e4
    smooth = quad(divergence, 0.0, top, points=[1.0, 30.0, 1e3], limit=200)[0]
    sums = 0.0
    for slope in (1 + skew, 1 - skew):
        # half of each pair's weight, over p dp/(2 pi)
        end = math.sqrt(top / slope - 0.5)
        points = [1.0, 10.0, 50.0]
        sums += quad(lambda p: p / (4 * math.pi * (2 * p**2 + 1)), 0.0, end, points=points)[0]
    assert smooth - sums == pytest.approx(divergence.integral, abs=1e-7)


def driven(ratio: float = 1.0, **options: bool) -> SteadyState:
    reservoirs = (Reservoir("bath", (2e-3, 1e-3)), Reservoir.empty("drain", 1e-4))
    if ratio == 1.0:
        reservoirs = (Reservoir("bath", 1e-3), Reservoir.empty("drain", 1e-4))
    return solve_steady_state(film(0.8, *reservoirs, ratio=ratio, **options))


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_what_holds_at_any_state(ratio: float) -> None:
    assert verify(driven(ratio), slow=0).holds


def test_density_and_words() -> None:
    state = driven()
    assert state.number == pytest.approx(1 / (2 * math.pi), rel=1e-9)
    assert "binding = 0.8" in repr(state)
    assert repr(state.parameters.coupling) == "Contact(binding=0.8)"
    assert SteadyState.from_dict(state.to_dict()) == state


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Contact(), "one of them"),
        (lambda: Contact(0.0, 1.0), "one of them"),
        (lambda: Contact(binding=0.0), "binding = 0"),
        (lambda: Bands(1), "2 or 3"),
        (lambda: Model(Contact(0.0), [Reservoir("bath", 1e-3)], bands=Bands(2)), "2 dimensions"),
        (lambda: Model(Contact(binding=1.0), [Reservoir("bath", 1e-3)]), "3 dimensions"),
    ],
)
def test_what_is_refused(make, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        make()
    assert "\n" not in str(refused.value)


def test_along_the_binding_energy() -> None:
    model = film(1.0, Reservoir("bath", 1e-3), Reservoir.empty("drain", 5e-6))
    curve = trace_steady_states(model, along="coupling.binding", values=[0.5, 2.0])
    for binding, (state,) in zip((0.5, 2.0), curve.states, strict=True):
        direct = solve_steady_state(model.replace(coupling=Contact(binding=binding)))
        assert state.gap == pytest.approx(direct.gap, rel=1e-9)
    # the boundary is the same whichever way it is crossed
    found = find_boundary("B", model, along="coupling.binding", values=(1.5, 2.0))
    there = model.replace(coupling=Contact(binding=found.value))
    rate = find_boundary("B", there, along="reservoirs.drain.rate", values=(4e-6, 6e-6))
    assert rate.value == pytest.approx(5e-6, rel=1e-7)

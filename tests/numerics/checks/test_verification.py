"""What `verify` checks holds for any model, and fails for what is no state of it."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import example, given, settings

from numerics import (
    Bands,
    Contact,
    Model,
    Parameters,
    Reservoir,
    SteadyState,
    solve_steady_state,
    strategies,
    verify,
)

DRIVEN = solve_steady_state(
    Model(Contact(-0.5), [Reservoir("bath", 2e-3), Reservoir("lead", 5e-4, 0.3, 0.05)])
)
BALANCED = solve_steady_state(Model(Contact(0.5), [Reservoir("bath", 2e-3, temperature=0.02)]))


@given(strategies.steady_states(strategies.models()))
@settings(max_examples=6, deadline=None)
@example(DRIVEN)
@example(BALANCED)
@example(solve_steady_state(Parameters(-1.0, 1e-6, 1e-8)))
def test_everything_holds(state: SteadyState) -> None:
    found = verify(state, slow=0)
    assert found.holds, f"{state}\n{found}"


@pytest.mark.slow
@given(strategies.steady_states(strategies.models()))
@settings(max_examples=300, deadline=None)
def test_everything_holds_of_many_models(state: SteadyState) -> None:
    found = verify(state, slow=0)
    assert found.holds, f"{state}\n{found}"


def failures(state: SteadyState) -> set[str]:
    return {check.name.split(":")[0] for check in verify(state, slow=0).checks if not check.holds}


def test_what_is_no_state_fails() -> None:
    wrong = dataclasses.replace(DRIVEN, gap=1.001 * DRIVEN.gap)
    assert {"gap and number equations", "Goldstone mode"} <= failures(wrong)


def test_equilibrium_is_looked_at_where_it_is() -> None:
    names = [{check.name for check in verify(s, slow=0).checks} for s in (DRIVEN, BALANCED)]
    assert names[1] - names[0] == {"equilibrium: nothing grows"}
    assert names[0] < names[1]


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("fluctuation_matrix", "Goldstone mode"),
        ("hydrodynamics", "long waves"),
        ("evaluate_equations", "Ward identity"),
    ],
)
def test_each_identity_can_fail(monkeypatch: pytest.MonkeyPatch, name: str, match: str) -> None:
    home = "gap_slopes" if name == "evaluate_equations" else "verification"
    module = __import__(f"numerics.checks.{home}", fromlist=[name])
    original = getattr(module, name)

    def wrong(*arguments, **options):
        found = original(*arguments, **options)
        if name == "evaluate_equations":
            return dataclasses.replace(found, jacobian=1.001 * found.jacobian)
        if name == "hydrodynamics":
            return dataclasses.replace(found, alpha=1.001 * found.alpha)
        # a matrix that is neither real nor analytic
        return found._replace(value=found.value + 1e-6j) if options.get("full") else found + 1e-6j

    monkeypatch.setattr(module, name, wrong)
    assert match in failures(DRIVEN)


def test_the_table() -> None:
    lines = str(verify(BALANCED, points=1, slow=0)).splitlines()
    assert len(lines) == 8
    assert all(" holds " in line for line in lines[1:])


@pytest.mark.slow
@pytest.mark.parametrize("uneven", [False, True])
def test_the_slow_route_is_one_of_them(uneven: bool) -> None:
    rates = (0.03, 0.02)
    model = Model(Contact(0.3), [Reservoir("bath", rates)], 10.0, bands=Bands.of_ratio(1.6))
    found = verify(solve_steady_state(model) if uneven else DRIVEN, points=2, slow=2)
    assert found.holds
    assert "fast and slow route" in {check.name for check in found.checks}

"""Boundaries of electrons and holes of different masses."""

from __future__ import annotations

import dataclasses

import pytest

from numerics import (
    Bands,
    Contact,
    Model,
    Reservoir,
    find_boundary,
    growth_rate,
    solve_steady_state,
)

RATE = "reservoirs.vacuum.rate"
BATH, VACUUM = Reservoir("bath", 1e-3), Reservoir.empty("vacuum", 1e-5)


def model(inv_kfa: float, ratio: float, neutral: bool = True) -> Model:
    bands = Bands.of_ratio(ratio)
    return Model(Contact(inv_kfa), [BATH, VACUUM], bands=bands, neutral=neutral)


@pytest.mark.parametrize(
    ("kind", "inv_kfa", "values"), [("A", 0.0, (5e-6, 1e-5)), ("B", -1.0, (1.5e-5, 3e-5))]
)
def test_nearly_equal_masses(kind: str, inv_kfa: float, values: tuple[float, float]) -> None:
    """The boundary of the paper's model, whose states and whose M are found by other routes."""
    expected = find_boundary(kind, inv_kfa)
    found = find_boundary(kind, model(inv_kfa, 1 + 1e-6), along=RATE, values=values)
    # what is even in the difference of the masses changes by its square
    allowed = found.error + 1e-3 * expected.error + 1e-10 * found.value
    assert abs(found.value - 1e-3 * expected.ratio) <= allowed
    assert found.q == pytest.approx(expected.q, rel=1e-5)


def test_verdicts_on_either_side() -> None:
    """What is critical at the boundary grows beyond, and a count of modes says so."""
    whole = model(0.0, 3.0)
    found = find_boundary("B", whole, along=RATE, values=(3e-6, 1e-5))
    assert found.error < 1e-6 * found.value
    verdicts = []
    for factor in (0.97, 1.03):
        vacuum = dataclasses.replace(VACUUM, rate=factor * found.value)
        verdicts.append(growth_rate(solve_steady_state(whole.replace(reservoirs=[BATH, vacuum]))))
    assert [verdict.verdict for verdict in verdicts] == ["decays", "grows"]


def test_electrons_and_holes_exchanged() -> None:
    values = (4e-6, 8e-6)
    one, other = (
        find_boundary("A", model(0.0, ratio), along=RATE, values=values) for ratio in (3.0, 1 / 3)
    )
    assert abs(one.value - other.value) <= one.error + other.error
    assert one.state.tilt == pytest.approx(-other.state.tilt, rel=1e-9)


@pytest.mark.slow
def test_along_the_masses() -> None:
    """The same boundary, crossed along another parameter."""
    along_rate = find_boundary("A", model(0.0, 3.0), along=RATE, values=(4e-6, 8e-6))
    vacuum = dataclasses.replace(VACUUM, rate=along_rate.value)
    other = model(0.0, 2.0).replace(reservoirs=[BATH, vacuum])
    found = find_boundary("A", other, along="bands.ratio", values=(2.0, 5.0))
    assert found.value == pytest.approx(3.0, abs=1e-6)

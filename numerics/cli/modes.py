"""`nambu modes`: the collective modes of a steady state, and which of them grows fastest."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import numpy as np
from cyclopts import Parameter

from numerics.cli.options import Json, Model, finite, named, print_json, print_table
from numerics.domain import positive
from numerics.results import DECAYS, GROWS, UNDECIDED
from numerics.steady.solution import solve_steady_state

if TYPE_CHECKING:
    from numerics.stability.growth import GrowthRate
    from numerics.stability.modes import CollectiveModes

#: Wave numbers and frequencies beyond this have no meaning, and far beyond it they overflow.
_MOST = 1e6


def modes(
    model: Model = Model(),  # noqa: B008 - a frozen value, and the source of the defaults
    *,
    q: Annotated[
        tuple[float, ...],
        Parameter(help="Wave number in k_F, once or more often.", negative=""),
    ] = (),
    largest: Annotated[
        float | None,
        Parameter(help="Largest Re ω of the window, in ε_F; default: 1.1 of the lowest pair."),
    ] = None,
    growth: Annotated[
        float | None,
        Parameter(help="Largest Im ω of the window, in ε_F; default: half of --largest."),
    ] = None,
    fastest: Annotated[
        bool, Parameter(help="Look for the mode that grows fastest, over all wave numbers.")
    ] = True,
    certify: Annotated[
        bool,
        Parameter(help="Decide with more digits what rounding leaves open; slow.", negative=""),
    ] = False,
    json: Json = False,
) -> int:
    """Find every collective mode in a window of frequencies, and the one that grows fastest.

    The window: Re ω from 0 to --largest, Im ω from -0.8 (γ_b + γ_v) to --growth.

    Without --q: the modes at the wave number of the fastest growth.

    Example: nambu modes --inv-kfa -1 --gamma-v 1e-4 --q 0.02 --q 0.05
    """
    # wrong input is reported before anything is computed
    for name, value in (*(("q", wave) for wave in q), ("largest", largest), ("growth", growth)):
        if value is not None:
            positive(name, value, _MOST)
    if not q and not fastest:
        raise ValueError("nothing to do: give a wave number --q, or leave out --no-fastest")
    from numerics.stability.growth import growth_rate
    from numerics.stability.modes import collective_mode

    state = solve_steady_state(model.parameters())
    more = {"certify": True} if certify else {}
    rate = growth_rate(state, **more) if fastest else None
    if rate is not None and not q:
        q = (rate.q,)
    found = [collective_mode(state, wave, largest=largest, growth=growth, **more) for wave in q]
    parameters = dataclasses.asdict(state.parameters)
    if json:
        print_json(
            {
                **parameters,
                "gap": state.gap,
                "mu": state.mu,
                "mu_b": state.mu_b,
                "largest": largest,
                "growth": growth,
                "modes": [_as_mapping(at) for at in found],
                "fastest": rate and {**rate._asdict(), "error": finite(rate.error)},
            }
        )
        return 0
    columns = ("q/k_F", "Re ω/ε_F", "Im ω/ε_F", "error", "amplitude", "phase", "trend")
    rows = [row for at in found for row in _rows(at)]
    if found:
        print_table(f"Collective modes at {named(parameters)}", columns, rows)
    for at in found:
        print(f"q = {at.q:.6g} k_F: {at.count} roots counted in the window, {at.status}")
    if rate is not None:
        print(_sentence(rate))
    return 0


def _weights(found: CollectiveModes) -> list[list[float]]:
    """Return the weights of amplitude and phase in each mode, which add up to one."""
    weights: list[list[float]] = (np.abs(found.vectors) ** 2).tolist()
    return weights


def _rows(found: CollectiveModes) -> list[tuple[str, ...]]:
    """Return the rows of a table."""
    rows: list[tuple[str, ...]] = []
    known = zip(
        found.frequencies.tolist(),
        found.error.tolist(),
        _weights(found),
        found.verdict,
        strict=True,
    )
    for omega, error, weights, verdict in known:
        numbers = (f"{omega.real:.6g}", f"{omega.imag:.6g}", f"{error:.0e}")
        rows.append((f"{found.q:.6g}", *numbers, *(f"{w:.4f}" for w in weights), verdict))
    return rows or [(f"{found.q:.6g}", "none", "", "", "", "", "")]


def _sentence(rate: GrowthRate) -> str:
    """Return the growth rate, and what it says of the state, as one line."""
    nature, says = {
        GROWS: ("Fastest growing", "unstable"),
        DECAYS: ("Least damped", "stable"),
        UNDECIDED: ("Least damped", "undecided: the error contains zero"),
    }[rate.verdict]
    return (
        f"{nature} mode: Im ω = {rate.rate:.8g} ± {rate.error:.0e} ε_F at q = {rate.q:.6g} k_F, "
        f"Re ω = {rate.omega:.6g} ε_F ({rate.status}); {says}"
    )


def _as_mapping(found: CollectiveModes) -> dict[str, object]:
    """Return the modes at a wave number as names and numbers."""
    listed = [
        {
            "re": omega.real,
            "im": omega.imag,
            "amplitude": amplitude,
            "phase": phase,
            "error": finite(error),
            "verdict": verdict,
        }
        for omega, error, (amplitude, phase), verdict in zip(
            found.frequencies.tolist(),
            found.error.tolist(),
            _weights(found),
            found.verdict,
            strict=True,
        )
    ]
    return {
        "q": found.q,
        "frequencies": listed,
        "count": found.count,
        "evaluations": found.evaluations,
        "status": found.status,
    }

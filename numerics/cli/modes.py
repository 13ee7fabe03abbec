"""`nambu modes`: the collective modes of a steady state, and which of them grows fastest."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import numpy as np
from cyclopts import Parameter

from numerics.cli.options import Json, Model, finite, named, print_json, print_table
from numerics.parameters import real_number
from numerics.steady_state import solve_steady_state

if TYPE_CHECKING:
    from numerics.growth import GrowthRate
    from numerics.modes import CollectiveModes

#: Wave numbers, in units of gamma, below which the roots of det M are lost in its rounding.
_ROUNDING = 0.01
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
            domain = f"0 < {name} <= {_MOST:g}"
            real_number(name, value, domain, valid=0 < value <= _MOST)
    if not q and not fastest:
        raise ValueError("nothing to do: give a wave number --q, or leave out --no-fastest")
    from numerics.growth import growth_rate
    from numerics.modes import collective_mode

    state = solve_steady_state(model.parameters())
    rate = growth_rate(state) if fastest else None
    if rate is not None and not q and rate.q > _ROUNDING * state.parameters.linewidth:
        q = (rate.q,)
    found = [collective_mode(state, wave, largest=largest, growth=growth) for wave in q]
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
    columns = ("q/k_F", "Re ω/ε_F", "Im ω/ε_F", "amplitude", "phase", "trend")
    rows = [row for at in found for row in _rows(at)]
    if found:
        print_table(f"Collective modes at {named(parameters)}", columns, rows)
    for at in found:
        print(f"q = {at.q:.6g} k_F: {at.count} roots counted in the window, {at.status}")
    small = [f"{at.q:.6g}" for at in found if at.q < _ROUNDING * state.parameters.linewidth]
    if small:
        print(f"Too slow to be told from rounding: modes at q = {', '.join(small)} k_F")
    if rate is not None:
        print(_sentence(rate))
    if not found:
        print("Its wave number is too small to list the modes there; --q takes others")
    return 0


def _weights(found: CollectiveModes) -> list[list[float]]:
    """Return the weights of amplitude and phase in each mode, which add up to one."""
    weights: list[list[float]] = (np.abs(found.vectors) ** 2).tolist()
    return weights


def _rows(found: CollectiveModes) -> list[tuple[str, ...]]:
    """Return the rows of a table."""
    rows: list[tuple[str, ...]] = []
    for omega, weights in zip(found.frequencies.tolist(), _weights(found), strict=True):
        numbers = (f"{omega.real:.6g}", f"{omega.imag:.6g}", *(f"{w:.4f}" for w in weights))
        rows.append((f"{found.q:.6g}", *numbers, "grows" if omega.imag > 0 else "decays"))
    return rows or [(f"{found.q:.6g}", "none", "", "", "", "")]


def _sentence(rate: GrowthRate) -> str:
    """Return the growth rate as one line."""
    nature = "Fastest growing" if rate.rate > 0 else "Least damped"
    return (
        f"{nature} mode: Im ω = {rate.rate:.8g} ± {rate.error:.0e} ε_F at q = {rate.q:.6g} k_F, "
        f"Re ω = {rate.omega:.6g} ε_F ({rate.status})"
    )


def _as_mapping(found: CollectiveModes) -> dict[str, object]:
    """Return the modes at a wave number as names and numbers."""
    listed = [
        {
            "re": omega.real,
            "im": omega.imag,
            "amplitude": amplitude,
            "phase": phase,
            "grows": omega.imag > 0,
        }
        for omega, (amplitude, phase) in zip(
            found.frequencies.tolist(), _weights(found), strict=True
        )
    ]
    return {
        "q": found.q,
        "frequencies": listed,
        "count": found.count,
        "evaluations": found.evaluations,
        "status": found.status,
    }

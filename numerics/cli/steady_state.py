"""`nambu steady-state`: solve the gap and number equations."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from cyclopts import Parameter

from numerics.cli.options import Model, print_json, print_table
from numerics.steady.solution import SteadyState, solve_steady_state


def steady_state(
    model: Model = Model(),  # noqa: B008 - a frozen value, and the source of the defaults
    *,
    rtol: Annotated[float, Parameter(help="Largest residual, relative to each equation.")] = 1e-10,
    json: Annotated[bool, Parameter(help="Print one JSON object.", negative="")] = False,
) -> int:
    """Solve for the order parameter and the chemical potentials of the steady state.

    Example: nambu steady-state --inv-kfa -1 --gamma-b 1e-3 --ratio 0.021
    """
    state = solve_steady_state(model.parameters(), rtol=rtol)
    if json:
        print_json(as_mapping(state))
        return 0
    p = state.paper
    rows = [
        ("order parameter Δ₀", f"{state.gap:.12g}", f"{state.error[0]:.1e}", "ε_F"),
        ("chemical potential μ", f"{state.mu:.12g}", f"{state.error[1]:.1e}", "ε_F"),
        ("of the bath μ_b", f"{state.mu_b:.12g}", f"{state.error[2]:.1e}", "ε_F"),
        ("lowest excitation energy", f"{state.lowest_excitation:.12g}", "", "ε_F"),
        ("density up to the cutoff", f"{state.number:.12g}", "", "k_F³"),
        ("largest relative residual", f"{state.residual:.1e}", "", ""),
    ]
    title = (
        f"Steady state at (k_F a_s)⁻¹ = {p.inv_kfa:g}, γ_b = {p.gamma_b:g} ε_F, "
        f"γ_v = {p.gamma_v:g} ε_F = {p.ratio:g} γ_b, "
        f"T_b = {p.temperature:g} ε_F, p_c = {p.cutoff:g} k_F"
    )
    print_table(title, ("quantity", "value", "error", "unit"), rows)
    return 0


def as_mapping(state: SteadyState) -> dict[str, object]:
    """Return a steady state as names and numbers."""
    return {
        **dataclasses.asdict(state.parameters),
        "ratio": state.paper.ratio,
        "gap": state.gap,
        "mu": state.mu,
        "mu_b": state.mu_b,
        "error": dict(zip(("gap", "mu", "mu_b"), state.error, strict=True)),
        "lowest_excitation": state.lowest_excitation,
        "number": state.number,
        "residual": state.residual,
        "evaluations": state.evaluations,
        "status": state.status,
    }

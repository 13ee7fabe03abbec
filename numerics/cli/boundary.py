"""`nambu boundary`: where a state becomes unstable."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from numerics.cli.options import (
    InvKfa,
    Json,
    Surroundings,
    finite,
    kind_of,
    named,
    print_json,
    print_table,
)
from numerics.cli.steady_state import as_mapping

if TYPE_CHECKING:
    from numerics.stability.boundaries import Boundary


def boundary(
    kind: Annotated[
        str, Parameter(help="A, B or C of Fig. 5; or normal, gapped, alpha11, beta22.")
    ],
    /,
    *,
    inv_kfa: InvKfa = 0.0,
    surroundings: Surroundings = Surroundings(),  # noqa: B008 - a frozen value, as in `Model`
    json: Json = False,
) -> int:
    """Find the smallest ratio γ_v/γ_b at which a boundary of the phase diagram is crossed.

    A, B and C: a mode starts to grow, at q = 0, at q > 0 with ω = 0, at q > 0 with ω > 0.

    The exit status is 1 if there is no such boundary.

    Example: nambu boundary B --inv-kfa -1 --gamma-b 1e-3
    """
    from numerics.stability.boundaries import find_boundary

    model = {"inv_kfa": inv_kfa, **dataclasses.asdict(surroundings)}
    found = find_boundary(kind_of(kind), **model)
    if json:
        print_json({"kind": found.kind, **model, **_as_mapping(found)})
        return 0
    state = found.state
    rows = [
        ("ratio γ_v/γ_b", f"{found.ratio:.12g}", f"{found.error:.1e}", ""),
        ("wave number q", f"{found.q:.6g}", "", "k_F"),
        ("frequency ω", f"{found.omega:.6g}", "", "ε_F"),
        ("order parameter Δ₀", f"{state.gap:.12g}", "", "ε_F"),
        ("chemical potential μ", f"{state.mu:.12g}", "", "ε_F"),
        ("of the bath μ_b", f"{state.mu_b:.12g}", "", "ε_F"),
    ]
    title = f"Boundary {found.kind} at {named(model)}: {found.status}"
    print_table(title, ("quantity", "value", "error", "unit"), rows)
    return 0


def _as_mapping(found: Boundary) -> dict[str, object]:
    """Return a boundary, without the parameters of the model, as names and numbers."""
    return {
        "ratio": found.ratio,
        "error": finite(found.error),
        "q": found.q,
        "omega": found.omega,
        "state": as_mapping(found.state),
        "evaluations": found.evaluations,
        "status": found.status,
    }

"""The printed comparison with the numbers of the paper."""

from __future__ import annotations

from collections.abc import Sequence

from numerics.checks.paper_table import DEFAULT, PaperTable, verdict
from numerics.checks.published import Comparison, CutoffEstimate
from numerics.cli.options import print_table


def show(table: PaperTable) -> None:
    """Print the comparison."""
    columns = ("quantity", "role", "printed", "computed", "error", "difference", "verdict")
    for cutoff, found in ((DEFAULT, table.at_default), (None, table.at_estimate)):
        shown = "inferred" if cutoff is None else "default"
        print_table(
            f"The paper's numbers at p_c = {found[0].cutoff:.4g} k_F ({shown})",
            columns,
            [_cells(c, table.estimate) for c in found],
        )
    e = table.estimate
    print(
        f"p_c that gives all printed boundaries: {e.value:.1f} ± {e.uncertainty:.1f} k_F, from "
        + "; ".join(f"{name}: {low:.1f} to {high:.1f}" for name, low, high in e.intervals)
    )
    print(f"At this p_c {table.tally}")


def _cells(c: Comparison, estimate: CutoffEstimate) -> Sequence[str]:
    return (
        c.printed.name,
        str(c.printed.role),
        f"{c.printed.value:g}",
        f"{c.value:.8g}",
        f"{c.error:.1e}",
        f"{c.deviation:+.2%}",
        verdict(c, estimate),
    )

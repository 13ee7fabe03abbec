"""Scans growth rates over a plane: `python -m tests.bench_plane [NAME] [--side N] [...]`.

The plane is that of Fig. 5, or its like for polaritons or a film.  Its points are computed as
`nambu scan run` does, kept in a store, from which the same command goes on, and drawn.  Where the
growth rate passes zero is compared with the boundaries: along the drive the first of them has to be
between the last point where all modes decay and the first where one grows.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics import Parameters
from numerics.cli.lines import Lines
from numerics.diagram.plane import phase_diagram
from numerics.diagram.results import INSTABILITIES
from numerics.figures import film_diagram, polaritons
from numerics.figures.phase_diagram import first_boundary
from numerics.figures.style import COLOURS, FROM_ZERO, new_figure, style
from numerics.quantities import quantity
from numerics.scans import Axis, Progress, Scan, ScanTable, Store, export, run_scan, table_of
from numerics.scans import write_scan as write
from numerics.tasks.workers import Workers

Array = NDArray[np.float64]

#: The drives of the planes, as multiples of the rate of the bath.
_RATIOS = (1e-3, 0.985)
#: The losses of photons, from far below those that end the condensate to the largest of them.
_LOSSES = (2e-5, 2e-2)
#: How many columns are compared with the boundaries.
_COMPARED = 16
#: Points of a row whose states start from each other.
_NEIGHBOURS = 16


@dataclass(frozen=True)
class Plane:
    """A plane: what is scanned, the coupling first, the drive last; and its first boundaries."""

    scan: Scan
    #: The rate of the bath, in which the drive is measured where it is not a ratio; and its ends.
    unit: float
    drives: tuple[float, float]
    logarithmic: bool
    #: Returns the ratio at which the first mode grows, NaN for none, at some couplings.
    first: Callable[[Sequence[float], Executor], Array]


def fig5(side: int) -> Plane:
    """Return the plane of Fig. 5."""
    axes = (
        Axis("inv_kfa", tuple(np.linspace(-2.0, 1.0, side).tolist())),
        Axis("ratio", tuple(np.geomspace(*_RATIOS, side).tolist())),
    )

    def first(couplings: Sequence[float], executor: Executor) -> Array:
        diagram = phase_diagram(couplings, kinds=INSTABILITIES, executor=executor)
        known = dict(zip(*(x.tolist() for x in first_boundary(diagram)), strict=True))
        return np.array([known.get(x, np.nan) for x in couplings])

    scan = Scan(Parameters(0.0), axes, ("growth_rate",), neighbours=_NEIGHBOURS)
    return Plane(scan, 1.0, _RATIOS, False, first)


def film(side: int) -> Plane:
    """Return the plane of a film: binding energy and drive."""
    model = film_diagram.film_model(1.0)
    rate = model.reservoirs[0].rate
    assert isinstance(rate, float)
    axes = (
        Axis("coupling.binding", tuple(np.geomspace(0.02, 4.0, side).tolist())),
        Axis("reservoirs.vacuum.rate", tuple((rate * np.geomspace(*_RATIOS, side)).tolist())),
    )

    def first(couplings: Sequence[float], executor: Executor) -> Array:
        found = film_diagram.compute(bindings=couplings, executor=executor)
        ratios = [[column.ratio(kind) for kind in INSTABILITIES] for column in found.columns]
        return np.array([min((x for x in row if x == x), default=np.nan) for row in ratios])

    return Plane(
        Scan(model, axes, ("growth_rate",), neighbours=_NEIGHBOURS), rate, _RATIOS, True, first
    )


def polaritons_of(side: int) -> Plane:
    """Return the plane of polaritons: detuning and loss of the photons."""
    axes = (
        Axis("coupling.detuning", tuple(np.linspace(0.1, 1.9, side).tolist())),
        Axis("coupling.loss", tuple(np.geomspace(*_LOSSES, side).tolist())),
    )

    def first(couplings: Sequence[float], executor: Executor) -> Array:
        cuts = executor.map(polaritons.cut_at, couplings)
        edges = [[e.value for e in cut.edges if e.direction == "above"] for cut in cuts]
        return np.array([min(values, default=np.nan) for values in edges])

    model = polaritons.polariton_model(1.0)
    scan = Scan(model, axes, ("growth_rate",), neighbours=_NEIGHBOURS)
    return Plane(scan, 1.0, _LOSSES, False, first)


PLANES = {"fig5": fig5, "film": film, "polaritons": polaritons_of}


class Crossing(NamedTuple):
    """Where modes begin to grow in a column of drives: between two points, and where linearly."""

    below: float
    above: float
    between: float


def crossing(ratios: Array, rates: Array, verdicts: Sequence[str]) -> Crossing | None:
    """Return where modes begin to grow in a column; None if they do at no point, or at the first.

    A stable state has a small negative rate: a contour of zero, interpolated linearly, is close to
    the last of them.
    """
    grows = [verdict == "grows" for verdict in verdicts]
    if not any(grows) or grows[0]:
        return None
    k = grows.index(True)
    low, high = np.log(ratios[k - 1 : k + 1])
    part = rates[k - 1] / (rates[k - 1] - rates[k])
    return Crossing(ratios[k - 1], ratios[k], float(np.exp(low + part * (high - low))))


def compared(
    plane: Plane, table: ScanTable, executor: Executor
) -> list[tuple[float, float, Crossing | None]]:
    """Return couplings, the first boundary at each, and where modes begin to grow in the scan."""
    couplings, drives = table.axes.values()
    chosen = np.unique(np.linspace(0, couplings.size - 1, _COMPARED).round().astype(int))
    first = plane.first(couplings[chosen].tolist(), executor)
    columns = (table.columns["growth_rate"], table.columns["growth_verdict"])
    return [
        (
            float(couplings[k]),
            float(boundary),
            crossing(drives / plane.unit, *(column[k] for column in columns)),
        )
        for k, boundary in zip(chosen, first, strict=True)
    ]


def draw(
    plane: Plane, table: ScanTable, found: list[tuple[float, float, Crossing | None]], path: Path
) -> None:
    """Draw the growth rate, its contour of zero, and the first boundaries."""
    names = list(table.axes)
    couplings, drives = table.axes.values()
    rates = np.ma.masked_invalid(table.columns["growth_rate"].T)
    grows = np.ma.masked_less_equal(rates, 0.0)
    with style():
        figure = new_figure(6.4, 4.8)
        axes = figure.subplots()
        axes.set_facecolor("#EEEEEE")
        shown = axes.pcolormesh(
            couplings, drives / plane.unit, grows, cmap=FROM_ZERO, shading="nearest", norm="log"
        )
        figure.colorbar(
            shown, label=r"largest Im $\omega$ ($\varepsilon_\mathrm{F}$), where modes grow"
        )
        axes.contour(couplings, drives / plane.unit, rates, [0.0], colors=COLOURS[2])
        axes.plot(
            [x for x, _, _ in found], [y for _, y, _ in found], "o", ms=4, color=COLOURS[0],
            label="first of A, B, C", ls="none",
        )  # fmt: skip
        axes.set_yscale("log")
        if plane.logarithmic:
            axes.set_xscale("log")
        axes.set_xlabel(quantity(names[0].split(".")[-1]).label)
        last = names[1].split(".")[-1]
        axes.set_ylabel(quantity("loss" if last == "loss" else "ratio").label)
        axes.legend(loc="upper left")
        figure.savefig(path)


def told(found: list[tuple[float, float, Crossing | None]], step: float) -> list[str]:
    """Return lines on how far contour and boundaries are apart, in steps of the drive's axis."""
    lines, outside, distances = [], 0, []
    for coupling, boundary, at in found:
        if at is None or boundary != boundary:
            lines.append(f"{coupling:8.4f}  boundary {boundary:.6g}, none in the scan")
            continue
        # a rounding of the value on an axis is no distance
        inside = at.below * (1 - 1e-9) <= boundary <= at.above * (1 + 1e-9)
        outside += not inside
        distances.append(np.log(at.between / boundary) / step)
        note = "" if inside else "  OUTSIDE"
        lines.append(
            f"{coupling:8.4f}  boundary {boundary:.6g}, contour {at.between:.6g} "
            f"({distances[-1]:+.2f} steps){note}"
        )
    most = max(map(abs, distances), default=float("nan"))
    lines.append(f"{len(distances)} columns: at most {most:.2f} steps apart, {outside} outside")
    return lines


def main() -> int:
    """Run the command line; return the exit status, 1 if a boundary is not where it has to be."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench_plane", description=__doc__)
    parser.add_argument("plane", nargs="?", choices=sorted(PLANES), default="fig5")
    parser.add_argument("--side", type=int, default=100, help="points along each axis")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("build/plane"))
    options = parser.parse_args()
    plane = PLANES[options.plane](options.side)
    options.folder.mkdir(parents=True, exist_ok=True)
    base = options.folder / f"{options.plane}_{options.side}"
    write(plane.scan, base.with_suffix(".toml"))
    lines = Lines()

    def progress(now: Progress) -> None:
        lines(
            lambda: f"{now.finished} of {now.total}, {now.rate:.3g}/s, {now.remaining:.0f} s left"
        )

    with Workers(options.workers) as workers, Store(base.with_suffix(".db")) as store:
        start = time.perf_counter()
        now = run_scan(plane.scan, store, executor=workers, progress=progress)
        elapsed = time.perf_counter() - start
        spent = sum(row.seconds for row in store.rows())
        table = table_of(plane.scan, store)
        found = compared(plane, table, workers)
    export(table, base.with_suffix(".csv"))
    draw(plane, table, found, base.with_suffix(".png"))
    verdicts, counts = np.unique(table.columns["growth_verdict"], return_counts=True)
    told_of = dict(zip(verdicts.tolist(), counts.tolist(), strict=True))
    print(f"{now.total} points: {now.done} done, {now.absent} absent, {now.failed} failed")
    print(f"verdicts: {json.dumps(told_of)}")
    print(f"{elapsed:.0f} s for {now.computed} of them; {1e3 * spent / now.total:.0f} ms a point")
    step = float(np.log(plane.drives[1] / plane.drives[0]) / (options.side - 1))
    report = told(found, step)
    print("\n".join(report))
    print(
        f"written: {', '.join(str(base.with_suffix(s)) for s in ('.toml', '.db', '.csv', '.png'))}"
    )
    return 0 if report[-1].endswith(" 0 outside") and not now.failed else 1


if __name__ == "__main__":
    sys.exit(main())

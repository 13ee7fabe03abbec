"""`nambu scan`: the phase diagram."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from cyclopts import Parameter
from rich.progress import Progress

from numerics.cli.lines import bar
from numerics.cli.options import (
    Json,
    Surroundings,
    finite,
    kind_of,
    named,
    print_json,
    print_table,
    whole_number,
)
from numerics.domain import real
from numerics.tables import model_of, save_table
from numerics.tasks.processes import worker_pool
from numerics.tasks.workers import MOST_WORKERS

if TYPE_CHECKING:
    from numerics.diagram.results import BoundaryCurve, CodimensionTwo, GrowthMap, PhaseDiagram

COLUMNS = ("kind", "inv_kfa", "ratio", "q", "omega", "error")
GROWTH_COLUMNS = ("inv_kfa", "ratio", "rate", "q", "omega", "error", "complete")
#: Ratios of a map of the growth rate for which no number is given.
_RATIO_POINTS = 20


def scan(
    *,
    start: Annotated[
        float, Parameter(name="--from", help="Smallest interaction strength (k_F a_s)^-1.")
    ] = -2.0,
    to: Annotated[float, Parameter(help="Largest interaction strength (k_F a_s)^-1.")] = 1.0,
    points: Annotated[int, Parameter(help="How many interaction strengths.")] = 40,
    kinds: Annotated[
        tuple[str, ...],
        Parameter(
            help="Type of boundary, once or more often: A, B, C, normal, gapped, alpha11, beta22.",
            negative="",
        ),
    ] = ("A", "B", "C", "normal"),
    surroundings: Surroundings = Surroundings(),  # noqa: B008 - a frozen value, as in `Model`
    ratios_from: Annotated[
        float | None, Parameter(help="Smallest γ_v/γ_b of a map of the growth rate, if wanted.")
    ] = None,
    ratios_to: Annotated[float | None, Parameter(help="Largest γ_v/γ_b of that map.")] = None,
    ratio_points: Annotated[
        int | None, Parameter(help="How many γ_v/γ_b, at equal factors; default: 20.")
    ] = None,
    workers: Annotated[int, Parameter(help="How many processes share the work.")] = 1,
    store: Annotated[
        Path | None,
        Parameter(help="File that keeps finished parts, from which a later run goes on."),
    ] = None,
    output: Annotated[
        Path | None,
        Parameter(help="CSV file of the boundaries; the map goes into NAME_growth.csv beside it."),
    ] = None,
    json: Json = False,
) -> int:
    """Compute the phase diagram: boundaries along the interaction strength, growth on a grid.

    A run that is interrupted goes on where it was if it is repeated with the same --store.

    Example: nambu scan --from -2 --to 1 --points 40 --workers 2 --store scan.db
    """
    inv_kfa = _interval("from", "to", start, to, "any real number")
    strengths = np.linspace(*inv_kfa, whole_number("points", points, 2))
    ratios = _ratios(ratios_from, ratios_to, ratio_points)
    wanted = tuple(kind_of(kind) for kind in kinds)
    whole_number("workers", workers, 1, MOST_WORKERS)
    _check_files(store, output, ratios is not None)
    from numerics.diagram.plane import phase_diagram

    try:
        with worker_pool(workers) as executor, _progress() as progress:
            diagram = phase_diagram(
                strengths,
                kinds=wanted,
                **dataclasses.asdict(surroundings),
                ratios=ratios,
                executor=executor,
                store=store,
                progress=progress,
            )
    except KeyboardInterrupt:
        kept = "nothing is kept without --store"
        if store is not None:
            kept = f"nothing is finished yet, there is no store {store}"
        if store is not None and store.exists():
            kept = f"finished parts are in the store {store}, the same command goes on from there"
        raise KeyboardInterrupt(f"interrupted; {kept}") from None
    files = _save(diagram, output)
    if json:
        record = _as_mapping(diagram)
        record["workers"] = workers
        record["store"] = None if store is None else str(store)
        record["files"] = [str(path) for path in files]
        print_json(record)
    else:
        _show(diagram)
        if files:
            print("written: " + ", ".join(map(str, files)))
    return 0


def _interval(
    first: str, last: str, low: float, high: float, domain: str, *, positive: bool = False
) -> tuple[float, float]:
    """Return two options if they are the ends of an interval."""
    for name, value in ((first, low), (last, high)):
        real(name, value, domain, lambda x: x > 0 or not positive)
    if low >= high:
        raise ValueError(f"{first} = {low:g} has to be less than {last} = {high:g}")
    return low, high


def _ratios(low: float | None, high: float | None, points: int | None) -> list[float] | None:
    """Return the ratios of the map of the growth rate, None if it is not wanted."""
    if low is None and high is None and points is None:
        return None
    if low is None or high is None:
        raise ValueError("a map of the growth rate needs --ratios-from and --ratios-to")
    ends = _interval("ratios-from", "ratios-to", low, high, "greater than 0", positive=True)
    count = whole_number("ratio-points", _RATIO_POINTS if points is None else points, 2)
    ratios: list[float] = np.geomspace(*ends, count).tolist()
    return ratios


def _check_files(store: Path | None, output: Path | None, growth: bool) -> None:
    """Raise what is wrong with the files now rather than after a long computation."""
    outputs = [] if output is None else [output, *([_growth_file(output)] if growth else [])]
    for path in (*outputs, *(() if store is None else (store,))):
        existed = path.exists()
        with path.open("a", encoding="utf-8"):
            pass
        if not existed:
            path.unlink()
    if store is None:
        return
    if store.resolve() in [path.resolve() for path in outputs]:
        raise ValueError(f"store and output are the same file {store}")
    if store.exists():
        from numerics.scans.task_store import TaskStore

        with TaskStore(store):
            pass


def _growth_file(output: Path) -> Path:
    return output.with_name(f"{output.stem}_growth{output.suffix}")


class _Bar:
    """What `phase_diagram` calls as parts are finished."""

    def __init__(self, progress: Progress) -> None:
        self._bar = progress
        self._task = progress.add_task(f"{'boundaries':42}", total=None)

    def __call__(self, done: int, total: int, description: str) -> None:
        self._bar.update(
            self._task, completed=done, total=total, description=f"{'finished: ' + description:42}"
        )


@contextmanager
def _progress() -> Iterator[_Bar]:
    """Yield a progress bar, which is shown on a terminal."""
    with bar(quiet=not sys.stderr.isatty()) as progress:
        yield _Bar(progress)


def _save(diagram: PhaseDiagram, output: Path | None) -> list[Path]:
    """Write the tables, and return their files."""
    if output is None:
        return []
    points = [row for curve in diagram.curves.values() for row in _points(curve)]
    save_table(output, COLUMNS, points, model_of(diagram, COLUMNS))
    if diagram.growth is None:
        return [output]
    beside = _growth_file(output)
    about = model_of(diagram, GROWTH_COLUMNS)
    save_table(beside, GROWTH_COLUMNS, _cells(diagram.growth), about)
    return [output, beside]


def _points(curve: BoundaryCurve) -> list[tuple[object, ...]]:
    columns = (curve.inv_kfa, curve.ratio, curve.q, curve.omega, curve.error)
    return [(curve.kind, *row) for row in zip(*(c.tolist() for c in columns), strict=True)]


def _cells(growth: GrowthMap) -> Iterator[tuple[object, ...]]:
    """Yield the map row by row, where there is a condensate."""
    for i, j in np.argwhere(growth.condensate).tolist():
        values = (growth.rate, growth.q, growth.omega, growth.error)
        complete = bool(growth.complete[i, j])
        at = float(growth.inv_kfa[j]), float(growth.ratios[i])
        yield (*at, *(float(value[i, j]) for value in values), complete)


def _show(diagram: PhaseDiagram) -> None:
    """Print tables for people."""
    from numerics.diagram.results import INSTABILITIES

    kinds = tuple(diagram.curves)
    ratio: dict[tuple[str, float], float] = {}
    for kind, curve in diagram.curves.items():
        for x, y in zip(curve.inv_kfa.tolist(), curve.ratio.tolist(), strict=True):
            ratio[kind, x] = y
    compared = [kind for kind in INSTABILITIES if kind in kinds]
    heads = ["(k_F a_s)⁻¹", *kinds]
    # with one of them there is nothing to compare
    if len(compared) > 1:
        heads.append(f"first of {', '.join(compared)}")
    rows = []
    for x, first in zip(diagram.inv_kfa.tolist(), diagram.stability.kind, strict=True):
        row = [f"{x:.6g}", *(_cell(ratio.get((kind, x))) for kind in kinds), first or "-"]
        rows.append(row[: len(heads)])
    shared = {name: getattr(diagram, name) for name in ("gamma_b", "temperature", "cutoff")}
    print_table(f"Boundaries, γ_v/γ_b at {named(shared)}", heads, rows)
    for point in diagram.codimension_two:
        print(_sentence(point))
    missing = sum(len(curve.missing) for curve in diagram.curves.values())
    if missing:
        print(f"{missing} points without a boundary (-); --json says why")
    if diagram.growth is not None:
        _show_growth(diagram.growth)


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"


def _sentence(point: CodimensionTwo) -> str:
    verb = "meet" if point.nature == "meet" else "ends"
    return (
        f"{' and '.join(point.kinds)} {verb} at (k_F a_s)⁻¹ = {point.inv_kfa:.6g} "
        f"± {point.error:.0e}, γ_v/γ_b = {point.ratio:.6g}"
    )


def _show_growth(growth: GrowthMap) -> None:
    """Print where growth is fastest at each interaction strength; the map is for files."""
    rows: list[tuple[str, ...]] = []
    for j, x in enumerate(growth.inv_kfa.tolist()):
        if not growth.condensate[:, j].any():
            rows.append((f"{x:.6g}", "-", "-", "-", "-"))
            continue
        i = int(growth.rate[:, j].argmax())
        values = (growth.ratios, growth.rate[:, j], growth.q[:, j], growth.omega[:, j])
        rows.append((f"{x:.6g}", *(f"{float(value[i]):.6g}" for value in values)))
    title = f"Fastest growth among {growth.ratios.size} ratios; --output and --json have all"
    heads = ("(k_F a_s)⁻¹", "γ_v/γ_b", "Im ω/ε_F", "q/k_F", "Re ω/ε_F")
    print_table(title, heads, rows)
    incomplete = int((growth.condensate & ~growth.complete).sum())
    if incomplete:
        print(f"{incomplete} rates are incomplete: growing modes were counted but not found")
    for x, reason in growth.failures.items():
        print(f"no rates at (k_F a_s)⁻¹ = {x:.6g}: {reason}")


def _as_mapping(diagram: PhaseDiagram) -> dict[str, Any]:
    """Return a phase diagram as names and numbers."""
    growth = diagram.growth
    return {
        "inv_kfa": diagram.inv_kfa.tolist(),
        "gamma_b": diagram.gamma_b,
        "temperature": diagram.temperature,
        "cutoff": diagram.cutoff,
        "kinds": list(diagram.curves),
        "curves": {kind: _curve(curve) for kind, curve in diagram.curves.items()},
        "first": list(diagram.stability.kind),
        "codimension_two": [dataclasses.asdict(point) for point in diagram.codimension_two],
        "ratios": None if growth is None else growth.ratios.tolist(),
        "growth": None if growth is None else _growth(growth),
    }


def _curve(curve: BoundaryCurve) -> dict[str, object]:
    return {
        "inv_kfa": curve.inv_kfa.tolist(),
        "ratio": curve.ratio.tolist(),
        "q": curve.q.tolist(),
        "omega": curve.omega.tolist(),
        "error": finite(curve.error.tolist()),
        "piece": curve.piece.tolist(),
        "missing": [{"inv_kfa": x, "reason": reason} for x, reason in curve.missing.items()],
    }


def _growth(growth: GrowthMap) -> dict[str, object]:
    """Return the map, rows by ratio, with None where there is no condensate."""
    return {
        "rate": finite(growth.rate.tolist()),
        "q": finite(growth.q.tolist()),
        "omega": finite(growth.omega.tolist()),
        "error": finite(growth.error.tolist()),
        "complete": growth.complete.tolist(),
        "failures": [{"inv_kfa": x, "reason": reason} for x, reason in growth.failures.items()],
    }

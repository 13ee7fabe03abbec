"""Computes everything that the page shows."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.checks import paper_table
from numerics.figures.jobs import JOBS
from numerics.parameters import Parameters
from numerics.report import equations, pictures, states
from numerics.report.data import (
    CutoffRange,
    PaperNumber,
    Picture,
    ReportData,
    Sample,
    Settings,
)
from numerics.tasks.promises import Crew
from numerics.version import version

if TYPE_CHECKING:
    from numerics.diagram.results import PhaseDiagram

#: Figures that start from the phase diagram.
_OF_DIAGRAM = ("fig05", "fig08", "growth_map")
#: From the longest to the shortest; the others may come in any order.
_LONGEST = ("temperature", "fig13", "fig06", "limit_orders", "fig14")
#: Where straight lines between points of a boundary are off by more, in log(gamma_v/gamma_b), there
#: are more points.
_STRAIGHT = 0.01
#: Steps of the interaction strength along the boundaries, from -2 to 0 and from 0 to 1, where
#: they bend more.
_STEPS = {False: (8, 8), True: (26, 20)}


def settings(*, full: bool = False, reused: bool = False) -> Settings:
    """Return what the page is made with, the versions of the programs included."""
    others = (("SymPy", "sympy"), ("NumPy", "numpy"))
    known = [(shown, importlib.metadata.version(name)) for shown, name in others]
    return Settings(full=full, reused=reused, versions=(("nambu", version()), *known))


def pieces(folder: Path | None, full: bool) -> int:
    """Return how many pieces of work there are."""
    inv, ratios = states.grid(full)
    known = equations.numbers()
    main = sum(number in known for number in equations.MAIN)
    drawn = sum(not _found(job.name, folder) for job in JOBS)
    return len(known) + main + 2 + drawn + len(inv) * len(ratios)


def collect(chosen: Settings, folder: Path | None, crew: Crew) -> ReportData:
    """Compute everything.

    Parameters
    ----------
    chosen : Settings
    folder : Path or None
        Written by `nambu reproduce`; figures that are not in it are computed.
    crew : Crew
        Who does the work.
    """
    model: dict[str, float] = {
        "gamma_b": chosen.gamma_b,
        "temperature": chosen.temperature,
        "cutoff": chosen.cutoff,
    }
    diagram = crew.beside("phase diagram", _diagram, crew, model, chosen.full)
    alone = {job.name for job in JOBS if not _found(job.name, folder)} - {*_OF_DIAGRAM}
    order = [*(n for n in _LONGEST if n in alone), *sorted(alone - {*_LONGEST})]
    drawing = {n: crew.start(f"figure {n}", pictures.draw, n, chosen.full) for n in order}
    samples = [
        crew.start(f"state at {x:g}, {y:g}", states.sample, _at(model, x, y))
        for x, y in _places(chosen.full)
    ]
    paper = crew.start("the paper's numbers", paper_table.compare)
    known = equations.numbers()
    checks = [crew.start(f"equation ({n})", equations.examined, n) for n in known]
    steps = [
        crew.start(f"derivation of ({n})", equations.derivation, n)
        for n in equations.MAIN
        if n in known
    ]
    boundaries, found = diagram(), tuple(value() for value in samples)
    drawing |= _start_dependent(boundaries, found, folder, chosen.full, crew)
    numbers, cutoff = _paper(paper())
    return ReportData(
        chosen,
        tuple(value() for value in checks),
        tuple(value() for value in steps),
        numbers,
        cutoff,
        tuple(_picture(job.name, folder, drawing) for job in JOBS),
        states.diagram_of(boundaries, found),
    )


def _at(model: Mapping[str, Any], inv_kfa: float, ratio: float) -> Parameters:
    return Parameters(inv_kfa, gamma_v=ratio * model["gamma_b"], **model)


def _places(full: bool) -> list[tuple[float, float]]:
    inv, ratios = states.grid(full)
    return [(x, y) for x in inv for y in ratios]


def _found(name: str, folder: Path | None) -> bool:
    return folder is not None and pictures.is_there(pictures.job_of(name), folder)


def _diagram(crew: Crew, model: Mapping[str, Any], full: bool) -> PhaseDiagram:
    from numerics.diagram.plane import phase_diagram

    left, right = _STEPS[full]
    inv = [*np.linspace(-2.0, 0.0, left + 1), *np.linspace(0.0, 1.0, right + 1)[1:]]
    return phase_diagram(inv, **model, regions=True, tolerance=_STRAIGHT, executor=crew.executor)


def _start_dependent(
    diagram: PhaseDiagram,
    samples: tuple[Sample, ...],
    folder: Path | None,
    full: bool,
    crew: Crew,
) -> dict[str, Callable[[], Picture]]:
    """Start what is drawn from the diagram and the states."""
    from numerics.figures.growth_map import GrowthMapData
    from numerics.figures.phase_diagram import PhaseDiagramData

    works: dict[str, Callable[[], Picture]] = {
        "fig05": partial(pictures.drawn, "fig05", PhaseDiagramData(diagram)),
        "fig08": partial(pictures.draw, "fig08", full, {"diagram": diagram}),
        "growth_map": partial(
            pictures.drawn, "growth_map", GrowthMapData(diagram, states.growth_map(samples))
        ),
    }
    return {
        name: crew.start(f"figure {name}", work)
        for name, work in works.items()
        if not _found(name, folder)
    }


def _picture(name: str, folder: Path | None, drawing: dict[str, Callable[[], Picture]]) -> Picture:
    if name in drawing:
        return drawing[name]()
    assert folder is not None
    return pictures.read(pictures.job_of(name), folder)


def _paper(table: paper_table.PaperTable) -> tuple[tuple[PaperNumber, ...], CutoffRange]:
    """Return the comparison as values of the page."""
    estimate = table.estimate
    rows = (PaperNumber(*row) for row in table.rows())
    return tuple(rows), CutoffRange(estimate.value, estimate.uncertainty, estimate.intervals)

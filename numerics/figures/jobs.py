"""The figures that `nambu reproduce` draws: what is computed for each, in full or quickly."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numerics.tasks.promises import Crew

if TYPE_CHECKING:
    from numerics.diagram.results import PhaseDiagram


@dataclass(frozen=True)
class FigureJob:
    """A figure: its files' name, its module, and the arguments of the module's `compute`.

    Parameters
    ----------
    title, name, module : str
        What is shown, the stem of the files, the module in `numerics.figures`.
    full, quick : mapping
        Arguments of `compute`, and those for a first look.
    parallel : bool
        Whether `compute` takes an executor.
    shares : str
        The name of another figure whose data `compute` can start from, or nothing.
    cost : float
        Roughly how many seconds a processor takes in full: the longest begin first.
    """

    title: str
    name: str
    module: str
    full: Mapping[str, Any] = field(default_factory=dict)
    quick: Mapping[str, Any] = field(default_factory=dict)
    parallel: bool = False
    shares: str = ""
    cost: float = 1.0

    def compute(
        self, *, quick: bool, executor: Executor | None = None, diagram: PhaseDiagram | None = None
    ) -> Any:
        """Compute the figure, from the diagram of the other one that it shares."""
        arguments = dict(self.quick if quick else self.full)
        if self.parallel:
            arguments["executor"] = executor
        if diagram is not None:
            arguments["diagram"] = diagram
        return self._module().compute(**arguments)

    def save(self, data: Any, folder: Path) -> list[Path]:
        """Draw and save the figure, its numbers beside it."""
        from numerics.figures.files import save_figure
        from numerics.tables import model_of, save_table

        module = self._module()
        columns = module.COLUMNS
        # a model of its own says what it is
        about = data.about() if hasattr(data, "about") else model_of(data, columns)
        table = save_table(folder / f"{self.name}.csv", columns, data.rows(), about)
        return [table, *save_figure(module.draw(data), folder, self.name)]

    def alone(self, folder: Path, quick: bool) -> list[Path]:
        """Compute and save the figure in this process."""
        return self.save(self.compute(quick=quick), folder)

    def _module(self) -> Any:
        return importlib.import_module(f"numerics.figures.{self.module}")


def start(
    jobs: Sequence[FigureJob], crew: Crew, folder: Path, *, quick: bool = False
) -> list[Callable[[], list[Path]]]:
    """Start to compute, draw and save figures, the longest first; return what gives their files.

    Those that one process computes are one piece of work; the others divide theirs.
    """
    silent = Crew(crew.executor)
    data: dict[str, Callable[[], Any]] = {}

    def computed(job: FigureJob) -> Any:
        diagram = data[job.shares]().diagram if job.shares in data else None
        return job.compute(quick=quick, executor=crew.executor, diagram=diagram)

    def divided(job: FigureJob) -> list[Path]:
        value = data[job.name]() if job.name in data else computed(job)
        # Matplotlib is not for several threads
        return silent.start(job.title, job.save, value, folder)()

    for job in jobs:
        if any(other.shares == job.name for other in jobs):
            data[job.name] = cache(silent.beside(job.title, computed, job))
    found = {}
    for job in sorted(jobs, key=lambda job: -job.cost):
        if job.parallel:
            found[job.name] = crew.beside(job.title, divided, job)
        else:
            found[job.name] = crew.start(job.title, job.alone, folder, quick)
    return [found[job.name] for job in jobs]


JOBS = (
    FigureJob("Fig. 4", "fig04", "order_parameter", cost=4),
    FigureJob(
        *("Fig. 5", "fig05", "phase_diagram"),
        full={"points": 61},
        quick={"points": 21},
        parallel=True,
        cost=24,
    ),
    FigureJob("Fig. 6", "fig06", "dispersion", full={"points": 40}, cost=5),
    FigureJob("Fig. 7", "fig07", "critical_determinant", full={"points": 400}, cost=2),
    FigureJob(
        *("Fig. 8", "fig08", "coefficients"),
        full={"points": 201},
        parallel=True,
        shares="fig05",
        cost=4,
    ),
    FigureJob("Fig. 9", "fig09", "occupied_weight", full={"pixels": (300, 500)}, cost=2),
    FigureJob(
        *("Fig. 13", "fig13", "response_parts"),
        full={"points": 200},
        quick={"points": 64},
        parallel=True,
        cost=9,
    ),
    FigureJob(
        *("Fig. 14", "fig14", "amplitude_spectrum"),
        full={"points": 200},
        quick={"points": 100},
        parallel=True,
        cost=8,
    ),
    FigureJob("BCS-BEC crossover", "crossover", "crossover"),
    FigureJob(
        *("order of the limits", "limit_orders", "limit_orders"),
        full={"points": 25},
        parallel=True,
        shares="fig05",
        cost=4,
    ),
    FigureJob(
        *("boundaries against temperature", "temperature", "temperature"),
        full={"points": 31},
        quick={"points": 11},
        parallel=True,
        cost=8,
    ),
    FigureJob(
        *("growth rates", "growth_map", "growth_map"),
        full={"points": 31},
        quick={"points": 12},
        parallel=True,
        shares="fig05",
        cost=45,
    ),
    FigureJob(
        *("boundaries against the ratio of masses", "mass_ratio", "mass_ratio"),
        full={"longest": 0.1, "every": True},
        parallel=True,
        cost=17,
    ),
    FigureJob(
        *("Fig. 5 in two dimensions", "film_diagram", "film_diagram"),
        full={"points": 25, "regions": True},
        quick={"points": 9},
        parallel=True,
        cost=40,
    ),
    FigureJob(
        *("driven polaritons", "polaritons", "polaritons"),
        full={"points": 33, "waves": 48},
        quick={"points": 9},
        parallel=True,
        cost=20,
    ),
)

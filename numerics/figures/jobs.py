"""The figures that `nambu reproduce` draws: what is computed for each, quickly or in full."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class FigureJob:
    """A figure: its files' name, its module, and the arguments of the module's `compute`.

    Parameters
    ----------
    title, name, module : str
        What is shown, the stem of the files, the module in `numerics.figures`.
    quick, full : mapping
        Arguments of `compute`.
    parallel : bool
        Whether `compute` takes an executor.
    shares : str
        The name of another figure whose data `compute` can start from, or nothing.
    """

    title: str
    name: str
    module: str
    quick: Mapping[str, Any] = field(default_factory=dict)
    full: Mapping[str, Any] = field(default_factory=dict)
    parallel: bool = False
    shares: str = ""

    def run(
        self, folder: Path, done: dict[str, Any], *, full: bool, executor: Executor | None
    ) -> list[Path]:
        """Compute, draw and save the figure, its numbers beside it."""
        from numerics.figures.files import save_figure
        from numerics.tables import model_of, save_table

        module = importlib.import_module(f"numerics.figures.{self.module}")
        arguments = dict(self.full if full else self.quick)
        if self.parallel:
            arguments["executor"] = executor
        if self.shares in done:
            arguments["diagram"] = done[self.shares].diagram
        data = module.compute(**arguments)
        done[self.name] = data
        columns = module.COLUMNS
        # a model of its own says what it is
        about = data.about() if hasattr(data, "about") else model_of(data, columns)
        table = save_table(folder / f"{self.name}.csv", columns, data.rows(), about)
        return [table, *save_figure(module.draw(data), folder, self.name)]


JOBS = (
    FigureJob("Fig. 4", "fig04", "order_parameter"),
    FigureJob("Fig. 5", "fig05", "phase_diagram", {"points": 21}, {"points": 61}, parallel=True),
    FigureJob("Fig. 6", "fig06", "dispersion", {}, {"points": 40}),
    FigureJob("Fig. 7", "fig07", "critical_determinant", {}, {"points": 400}),
    FigureJob(
        "Fig. 8",
        "fig08",
        "coefficients",
        {},
        {"points": 201},
        parallel=True,
        shares="fig05",
    ),
    FigureJob("Fig. 9", "fig09", "occupied_weight", {}, {"pixels": (300, 500)}),
    FigureJob("Fig. 13", "fig13", "response_parts", {"points": 64}, {"points": 200}, parallel=True),
    FigureJob(
        "Fig. 14", "fig14", "amplitude_spectrum", {"points": 100}, {"points": 200}, parallel=True
    ),
    FigureJob("BCS-BEC crossover", "crossover", "crossover"),
    FigureJob("order of the limits", "limit_orders", "limit_orders", {}, {"points": 25}, True),
    FigureJob(
        "boundaries against temperature",
        "temperature",
        "temperature",
        {"points": 11},
        {"points": 31},
        parallel=True,
    ),
    FigureJob(
        "growth rates",
        "growth_map",
        "growth_map",
        {"points": 12},
        {"points": 31},
        parallel=True,
        shares="fig05",
    ),
    FigureJob(
        "boundaries against the ratio of masses",
        "mass_ratio",
        "mass_ratio",
        {},
        {"longest": 0.1, "every": True},
        parallel=True,
    ),
    FigureJob(
        "Fig. 5 in two dimensions",
        "film_diagram",
        "film_diagram",
        {"points": 9},
        {"points": 25, "regions": True},
        parallel=True,
    ),
    FigureJob(
        "driven polaritons",
        "polaritons",
        "polaritons",
        {"points": 9},
        {"points": 33, "waves": 48},
        parallel=True,
    ),
)

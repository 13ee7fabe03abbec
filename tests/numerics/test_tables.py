"""CSV tables carry the parameters they were computed with, and are read back as they were."""

import dataclasses
import importlib.metadata
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numerics import Parameters, equilibrium_crossover, solve_steady_state
from numerics.figures.jobs import JOBS
from numerics.tables import model_of, save_table
from tests.tables import read

COLUMNS = ("inv_kfa", "gamma_v/gamma_b", "value")
ROWS = [(-1.0, 0.1, math.pi), (0.5, 1e-300, -0.0)]
MODEL = Parameters(-1.0, 1e-3, 1e-4, 0.02, 50.0)


def test_numbers_and_parameters_are_read_back(tmp_path: Path) -> None:
    about = model_of(MODEL, COLUMNS)
    path = save_table(tmp_path / "t.csv", COLUMNS, ROWS, about)
    told, rows = read(path)
    assert told == {
        "nambu": importlib.metadata.version("nambu"),
        "inv_kfa": "column inv_kfa",
        "gamma_b": "0.001",
        "gamma_v": "column gamma_v/gamma_b",
        "temperature": "0.02",
        "cutoff": "50.0",
    }
    assert [tuple(map(float, row.values())) for row in rows] == ROWS
    assert tuple(rows[0]) == COLUMNS


def test_numpy_reads_a_table_as_the_readme_says(tmp_path: Path) -> None:
    path = save_table(tmp_path / "t.csv", COLUMNS, ROWS, model_of(MODEL, COLUMNS))
    with path.open(encoding="utf-8") as stream:
        rows = (line for line in stream if not line.startswith("#"))
        table = np.genfromtxt(rows, delimiter=",", names=True)
    assert table.dtype.names == ("inv_kfa", "gamma_vgamma_b", "value")
    assert [tuple(row) for row in table.tolist()] == ROWS


def test_pandas_reads_a_table_as_the_readme_says(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    path = save_table(tmp_path / "t.csv", COLUMNS, ROWS, model_of(MODEL, COLUMNS))
    table = pandas.read_csv(path, comment="#")
    assert tuple(table.columns) == COLUMNS
    assert table["value"][0] == math.pi


def test_a_repetition_changes_nothing(tmp_path: Path) -> None:
    about = model_of(MODEL, COLUMNS)
    paths = [save_table(tmp_path / name, COLUMNS, ROWS, about) for name in "ab"]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_values_stay_on_their_line(tmp_path: Path) -> None:
    path = save_table(tmp_path / "t.csv", COLUMNS, ROWS, {"note": "two\nlines"})
    assert read(path)[0]["note"] == "two lines"


@pytest.mark.parametrize(
    "columns", [("error", "x", "error"), ("a, b", "c"), ('a "b"', "c"), ("#", "c"), ("a\n", "b")]
)
def test_columns_that_could_not_be_read_back_are_refused(
    columns: tuple[str, ...], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="column"):
        save_table(tmp_path / "t.csv", columns, [])
    assert not (tmp_path / "t.csv").exists()


@dataclasses.dataclass(frozen=True)
class Data:
    """What a figure may consist of."""

    parts: object
    others: object = ()


def test_parameters_are_found_wherever_they_are() -> None:
    state = solve_steady_state(MODEL)
    for data in (state, Data((state,)), Data([{"a": Data(state)}]), Data((), [state, MODEL])):
        told = model_of(data, ("inv_kfa",))
        assert told == {**dataclasses.asdict(MODEL), "inv_kfa": "column inv_kfa"}


def test_a_parameter_that_varies_needs_its_column() -> None:
    data = Data([MODEL, MODEL.replace(cutoff=100.0)])
    assert model_of(data, ("cutoff/k_F",))["cutoff"] == "column cutoff/k_F"
    with pytest.raises(ValueError, match="cutoff has 2 values in Data, no column"):
        model_of(data, ("inv_kfa",))
    with pytest.raises(ValueError, match="inv_kfa has 0 values in Data, no column"):
        model_of(Data(np.arange(3.0)), ())


def test_the_crossover_is_a_limit_of_the_model() -> None:
    told = model_of((equilibrium_crossover(0.0), equilibrium_crossover(1.0)), ("inv_kfa",))
    limit = {"gamma_b": 0.0, "gamma_v": 0.0, "temperature": 0.0, "cutoff": math.inf}
    assert told == {"inv_kfa": "column inv_kfa", **limit}


def test_tables_load_no_heavy_library() -> None:
    program = "import json, sys, numerics.tables; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert not {"matplotlib", "scipy", "sympy"} & set(json.loads(run.stdout))


@pytest.mark.slow
def test_every_figure_says_its_parameters(tmp_path: Path) -> None:
    done: dict[str, Any] = {}
    for job in JOBS:
        diagram = done[job.shares].diagram if job.shares else None
        done[job.name] = job.compute(quick=True, diagram=diagram)
        job.save(done[job.name], tmp_path)
        about, rows = read(tmp_path / f"{job.name}.csv")
        assert rows
        assert None not in rows[0]
        if hasattr(done[job.name], "about"):
            # a model of its own, with what it shares with the paper's
            assert {"nambu", "gamma_b", "temperature", "cutoff"} <= set(about), job.name
            continue
        assert set(about) == {"nambu", *dataclasses.asdict(MODEL)}, job.name
        for name in dataclasses.asdict(MODEL):
            column = about[name].removeprefix("column ")
            # a column or a number
            assert column in rows[0] or math.isfinite(float(column)) or name == "cutoff", job.name

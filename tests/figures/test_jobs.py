"""What `nambu reproduce` starts: every figure once, what others start from before them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from numerics.figures.jobs import JOBS, FigureJob, start
from numerics.tasks.promises import Crew


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool, Any]]:
    """Record what is computed, and compute and draw nothing."""
    found: list[tuple[str, bool, Any]] = []

    def compute(job: FigureJob, *, quick: bool, executor: Any = None, diagram: Any = None) -> Any:
        assert executor is None or job.parallel
        found.append((job.name, quick, diagram))
        return SimpleNamespace(diagram=f"diagram of {job.name}", name=job.name)

    def save(job: FigureJob, data: Any, folder: Path) -> list[Path]:
        assert data.name == job.name
        return [folder / job.name]

    monkeypatch.setattr(FigureJob, "compute", compute)
    monkeypatch.setattr(FigureJob, "save", save)
    return found


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_figures_are_computed_once_and_share_their_diagram(
    asked: list[tuple[str, bool, Any]], tmp_path: Path, workers: int
) -> None:
    told: list[str] = []
    with ThreadPoolExecutor(max(workers, 1)) as executor:
        crew = Crew(executor if workers else None, told.append)
        files = [value() for value in start(JOBS, crew, tmp_path, quick=True)]
    assert files == [[tmp_path / job.name] for job in JOBS]
    assert sorted(told) == sorted(job.title for job in JOBS)
    shared = {job.name: f"diagram of {job.shares}" if job.shares else None for job in JOBS}
    assert "diagram of fig05" in shared.values()
    assert sorted(asked) == sorted((job.name, True, shared[job.name]) for job in JOBS)


def test_without_the_other_figure_a_diagram_is_its_own(
    asked: list[tuple[str, bool, Any]], tmp_path: Path
) -> None:
    (job,) = (job for job in JOBS if job.name == "fig08")
    (value,) = start([job], Crew(), tmp_path)
    assert value() == [tmp_path / "fig08"]
    assert asked == [("fig08", False, None)]


def test_a_figure_that_fails_says_so_where_it_is_asked_for(
    asked: list[tuple[str, bool, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(job: FigureJob, **_: Any) -> Any:
        raise ZeroDivisionError(job.name)

    monkeypatch.setattr(FigureJob, "compute", fails)
    with ThreadPoolExecutor(1) as executor:
        for value in start(JOBS, Crew(executor), tmp_path):
            with pytest.raises(ZeroDivisionError):
                value()

"""Figures show the numbers they are given, and saving them again changes nothing."""

from pathlib import Path

import matplotlib as mpl
import numpy as np

from numerics.figures import crossover, order_parameter
from numerics.figures.files import save_figure, save_table


def test_fig04_draws_each_branch_to_its_end() -> None:
    data = order_parameter.compute((10.0, 100.0), points=9)
    figure = order_parameter.draw(data)
    (axes,) = figure.axes
    assert r"\gamma_\mathrm{b} = 10^{-3}" in figure.get_suptitle()
    lines = axes.get_lines()
    assert len(lines) == 2
    for line, branch in zip(lines, data.branches, strict=True):
        x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        states = [s for s in branch.states if s is not None]
        assert list(y[:-1]) == [s.gap for s in states]
        assert y[-1] == 0.0
        assert branch.end is not None
        assert x[-1] == branch.end / 1e-3
    styles = {(line.get_color(), line.get_linestyle()) for line in lines}
    assert len({colour for colour, _ in styles}) == len({style for _, style in styles}) == 2
    assert "gamma" in axes.get_xlabel()
    assert "varepsilon" in axes.get_ylabel()


def test_crossover_draws_theory_and_limits() -> None:
    data = crossover.compute(points=5)
    figure = crossover.draw(data)
    # the limit in which its two equations are exact
    assert r"\gamma_\mathrm{b} \to 0" in figure.get_suptitle()
    assert r"p_\mathrm{c} \to \infty" in figure.get_suptitle()
    gap, mu = figure.axes
    assert [len(axes.get_lines()) for axes in (gap, mu)] == [3, 3]
    assert list(np.asarray(gap.get_lines()[0].get_ydata())) == [s.gap for s in data.states]


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        data = crossover.compute(points=3)
        paths = save_figure(crossover.draw(data), folder, "crossover")
        paths.append(save_table(folder / "crossover.csv", crossover.COLUMNS, data.rows()))
        contents.append([path.read_bytes() for path in paths])
    assert contents[0] == contents[1]


def test_saving_leaves_the_layout_to_those_who_change_the_figure(tmp_path: Path) -> None:
    figure = crossover.draw(crossover.compute(points=3))
    layout = figure.get_layout_engine()
    save_figure(figure, tmp_path, "crossover")
    assert figure.get_layout_engine() is layout


def test_drawing_leaves_the_settings_alone() -> None:
    before = dict(mpl.rcParams)
    crossover.draw(crossover.compute(points=3))
    assert dict(mpl.rcParams) == before

"""Figs. 6 and 7: what they show of the boundaries A, B and C."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from numerics.figures import critical_determinant, dispersion
from numerics.figures.files import save_figure, save_table
from numerics.stability.undamped import RealDispersion, RealStrand, Turn


@pytest.fixture(scope="module")
def fig06() -> dispersion.Dispersion:
    return dispersion.compute(points=10)


@pytest.fixture(scope="module")
def fig07() -> critical_determinant.CriticalDeterminant:
    return critical_determinant.compute(points=40)


def test_fig06_static_determinant_at_the_boundaries(fig06: dispersion.Dispersion) -> None:
    uniform, pattern = fig06.panels
    # the curvature at small q falls, vanishes at A, and is negative beyond
    q = uniform.q[:5]
    curvature = [float(np.mean(values[:5] / q**2)) for values in uniform.static]
    assert curvature[0] > curvature[1] > curvature[1] / 20 > abs(curvature[2])
    assert curvature[3] < -abs(curvature[2]) * 10
    # det M(q, 0) has a minimum at q > 0 that falls, touches zero at B, and is negative beyond
    inside = (pattern.q > 0.01) & (pattern.q < 0.02)
    lowest = [float((values / pattern.q**2)[inside].min()) for values in pattern.static]
    assert lowest[0] > lowest[1] > 0
    assert abs(lowest[2]) < 0.01 * lowest[1]
    assert lowest[3] < -abs(lowest[2])


def test_fig06_curves_are_whole(fig06: dispersion.Dispersion) -> None:
    uniform, pattern = fig06.panels
    for found in (*uniform.dispersions[:2], *pattern.dispersions[:3]):
        ((q, omega),) = dispersion.curves(found)
        assert q[0] == omega[0] == 0
        # to the end of the view, by small steps
        assert omega[-1] > 0.6 * found.largest
        size = np.hypot(np.diff(q) / found.roots[-1].q, np.diff(omega) / found.largest)
        assert size.max() < 0.2
    # beyond B there are two, and both meet omega = 0
    slow, fast = dispersion.curves(pattern.dispersions[3])
    assert slow[1][0] == slow[1][-1] == 0
    assert fast[1].min() == 0
    assert slow[0][-1] < fast[0][fast[1].argmin()]
    # beyond A none vanishes with q
    assert min(q[0] for q, _ in dispersion.curves(uniform.dispersions[3])) > 0


def test_fig06_turns_are_round() -> None:
    # q = 1 - (omega - 2)**2, in two strands that end before the turn at q = 1
    q = np.array([0.5, 0.7, 0.9])
    away = np.sqrt(1 - q)
    none = np.zeros(3)
    strands = tuple(
        RealStrand(q, 2 + sign * away, none, -sign / (2 * away), False) for sign in (-1, 1)
    )
    found = RealDispersion((), strands, (Turn(0, 1, True),), 4.0)
    ((drawn, omega),) = dispersion.curves(found)
    assert (np.diff(omega) > 0).all()
    turn = np.abs(omega - 2) < away[-1]
    assert np.count_nonzero(turn) > 3
    assert np.abs(drawn - 1 + (omega - 2) ** 2)[turn].max() < 1e-14
    assert drawn.max() > 0.999


def test_fig06_draws_what_is_computed(fig06: dispersion.Dispersion) -> None:
    figure = dispersion.draw(fig06)
    assert len(figure.axes) == 6
    assert r"\gamma_\mathrm{b} = 10^{-3}" in figure.get_suptitle()
    # row by row: the whole curve, low frequencies, det M(q, 0)
    for column, panel in enumerate(fig06.panels):
        whole, low, static = figure.axes[column::2]
        for axes in (whole, low):
            expected = [curve for found in panel.dispersions for curve in dispersion.curves(found)]
            lines = axes.get_lines()
            assert len(lines) == len(expected)
            for line, (q, omega) in zip(lines, expected, strict=True):
                assert np.array_equal(line.get_xdata(), q)
                assert np.array_equal(line.get_ydata(), omega * 1e3)
            assert "varepsilon" in axes.get_ylabel()
        for line, values in zip(static.get_lines(), panel.static, strict=False):
            drawn = np.asarray(line.get_ydata())
            assert np.allclose(drawn / drawn[-1], values / values[-1], rtol=1e-12)
        styles = [str(line.get_linestyle()) for line in static.get_lines()[:4]]
        colours = [line.get_color() for line in static.get_lines()[:4]]
        assert len(set(zip(styles, colours, strict=True))) == 4
        legend = whole.get_legend()
        assert legend is not None
        assert len(legend.get_texts()) == 4
        assert [t.get_text().count(f"({panel.view.kind})") for t in legend.get_texts()] == [
            0,
            0,
            1,
            0,
        ]


def test_fig06_labels_of_ticks_are_apart(fig06: dispersion.Dispersion) -> None:
    figure = dispersion.draw(fig06)
    figure.draw_without_rendering()
    labels = [
        label.get_window_extent()
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        for label in [tick.label1]
        if label.get_text() and axis.get_view_interval()[0] <= tick.get_loc()
        if tick.get_loc() <= axis.get_view_interval()[1]
    ]
    assert len(labels) > 30
    for one, other in itertools.combinations(labels, 2):
        assert not one.overlaps(other)


def test_fig07_has_a_zero_at_the_critical_wave_number(
    fig07: critical_determinant.CriticalDeterminant,
) -> None:
    boundary = fig07.boundary
    # a tenth of the frequency in the paper's caption
    assert boundary.omega == pytest.approx(fig07.printed / 10, rel=0.02)
    k = int(np.flatnonzero(fig07.q == boundary.q)[0])
    scale = np.abs(fig07.value).max()
    assert abs(fig07.value[k]) < 1e-5 * scale
    # the real part crosses zero, the imaginary one touches it
    assert fig07.value[k - 1].real * fig07.value[k + 1].real < 0
    others = np.delete(fig07.value.imag, k)
    assert (others < 0).all()
    # no zero at the printed frequency
    assert np.abs(fig07.printed_value).min() > 5 * scale


def test_fig07_draws_what_is_computed(fig07: critical_determinant.CriticalDeterminant) -> None:
    figure = critical_determinant.draw(fig07)
    said = figure.get_suptitle()
    assert r"(k_\mathrm{F}a_s)^{-1} = -2" in said
    assert rf"\gamma_\mathrm{{b}} = {fig07.boundary.ratio:.4g}" in said
    above, below = figure.axes
    real, imaginary = above.get_lines()[:2]
    unit = np.asarray(real.get_ydata()) / fig07.value.real
    assert np.allclose(unit, unit[0])
    assert np.allclose(np.asarray(imaginary.get_ydata()) / unit[0], fig07.value.imag)
    printed = np.asarray(below.get_lines()[1].get_ydata())
    assert np.array_equal(printed, np.abs(fig07.printed_value))
    assert all(len(axes.get_legend().get_texts()) == 2 for axes in (above, below))


def test_tables_are_finite_and_files_repeat(
    tmp_path: Path,
    fig06: dispersion.Dispersion,
    fig07: critical_determinant.CriticalDeterminant,
) -> None:
    for module, data in ((dispersion, fig06), (critical_determinant, fig07)):
        rows = list(data.rows())
        assert {len(row) for row in rows} == {len(module.COLUMNS)}
        assert np.isfinite(np.array(rows)).all()
    contents = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        paths = save_figure(critical_determinant.draw(fig07), folder, "figure")
        paths.append(save_table(folder / "figure.csv", critical_determinant.COLUMNS, fig07.rows()))
        contents.append([path.read_bytes() for path in paths])
    assert contents[0] == contents[1]

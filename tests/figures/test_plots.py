"""The pictures of results: axes with labels and units, and the numbers of the result in them."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import itertools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import numerics
from numerics import Parameters, stability_line
from numerics.figures.plots import _DRAWN
from numerics.kept import Pictured
from tests.numerics.support.values import value

mpl.use("Agg")

CURVES = ("branch", "curve", "modes", "mode branches", "dispersion", "line", "diagram")
#: Curves and maps, and their parts that are.
PICTURED = {
    **{name: functools.partial(value, name) for name in (*CURVES, "curves alone")},
    "map": lambda: value("diagram").growth,
    "boundary": lambda: value("diagram").curves["B"],
    "empty boundary": lambda: value("curves alone").curves["A"],
    "one branch": lambda: value("mode branches").branches[0],
}


@pytest.fixture
def axes():
    figure = Figure(layout="constrained")
    FigureCanvasAgg(figure)
    return figure.subplots()


@pytest.mark.parametrize("name", PICTURED)
def test_axes_are_labelled_with_units(name, axes):
    before = dict(mpl.rcParams)
    assert PICTURED[name]().plot(ax=axes) is axes
    assert axes.get_xlabel()
    assert axes.get_ylabel()
    # only pure numbers have no unit: the interaction strength and the ratio of the rates
    labels = axes.get_xlabel() + axes.get_ylabel()
    assert r"\mathrm{F}" in labels
    assert dict(mpl.rcParams) == before
    axes.figure.canvas.draw()


@pytest.mark.parametrize("name", PICTURED)
def test_no_text_is_cut_off_or_on_another(name, axes):
    PICTURED[name]().plot(ax=axes)
    figure = axes.figure
    figure.canvas.draw()
    whole = figure.bbox
    boxes = [t.get_window_extent() for t in (axes.xaxis.label, axes.yaxis.label)]
    ticks = [t for axis in (axes.xaxis, axes.yaxis) for t in axis.get_ticklabels() if t.get_text()]
    for box in boxes:
        assert whole.x0 <= box.x0 < box.x1 <= whole.x1
        assert whole.y0 <= box.y0 < box.y1 <= whole.y1
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        shown = [
            t.get_window_extent()
            for t, at in zip(axis.get_ticklabels(), axis.get_ticklocs(), strict=True)
            if low <= at <= high and t.get_text()
        ]
        assert not any(a.overlaps(b) for a, b in itertools.pairwise(shown))
    assert ticks


def test_every_curve_and_map_has_a_picture():
    kinds = {
        kind.__name__
        for kind in (getattr(numerics, name) for name in numerics.__all__)
        if inspect.isclass(kind) and issubclass(kind, Pictured)
    }
    wanted = {"Branch", "CollectiveModes", "Curve", "ModeBranches"}
    assert kinds >= {*wanted, "PhaseDiagram", "RealDispersion", "StabilityLine"}
    assert kinds <= set(_DRAWN) == {sub.__name__ for sub in Pictured.__subclasses__()}


def test_axes_of_their_own():
    from matplotlib import pyplot

    try:
        axes = value("branch").plot()
        assert isinstance(axes, Axes)
        assert axes.figure.number in pyplot.get_fignums()
    finally:
        pyplot.close("all")


def test_what_is_no_axes_is_refused():
    with pytest.raises(ValueError, match=r"^ax = 'here' is outside its domain: a Axes$"):
        value("branch").plot("here")


def lines(axes, label):
    (found,) = (x for x in axes.get_lines() if x.get_label().startswith(label))
    return found.get_xdata(), found.get_ydata()


def test_a_branch(axes):
    branch = value("branch")
    branch.plot(axes)
    x, y = lines(axes, "order parameter")
    assert list(x) == [0.0, 1e-4]
    assert list(y) == [state.gap for state in branch.states[:2]]
    assert lines(axes, "end")[0] == [branch.end] * 2
    assert axes.get_xlim()[1] > branch.end


def test_a_curve_turns_back(axes):
    curve = value("curve")
    curve.plot(axes)
    x, _ = lines(axes, "chemical potential")
    steps = np.sign(np.diff(x))
    assert np.count_nonzero(steps[1:] != steps[:-1]) == len(curve.folds)
    marked = [n for line in axes.get_lines() for n in line.get_ydata()]
    assert {state.gap for states in curve.states for state in states} <= set(marked)
    assert axes.get_xlabel().startswith("chemical potential of lead")


def test_branches_of_modes(axes):
    branch = value("mode branches").branches[0]
    value("mode branches").plot(axes)
    drawn = [tuple(line.get_ydata()) for line in axes.get_lines()]
    assert tuple(branch.omega.real) in drawn
    assert tuple(branch.omega.imag) in drawn
    assert axes.get_xscale() == "log"


def test_modes_with_and_without_their_images(axes):
    found = value("modes")
    found = dataclasses.replace(
        found,
        frequencies=np.array([0.2 + 0.1j, 0.3 - 0.1j, 0.1 + 0.001j]),
        error=np.array([0.01, 0.01, 0.01]),
    )
    found.plot(axes)
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["grows", "decays", "undecided"]
    points = {(x, y) for line in axes.get_lines() for x, y in zip(*line.get_data(), strict=True)}
    assert {(0.2, 0.1), (-0.2, 0.1), (0.3, -0.1), (-0.3, -0.1)} <= points


def test_boundaries_and_where_modes_grow(axes):
    diagram = value("diagram")
    diagram.plot(axes)
    (ratio,) = diagram.curves["B"].ratio
    assert [ratio] in [list(line.get_ydata()) for line in axes.get_lines()]
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert "unstable" in texts
    assert axes.get_yscale() == "log"


def test_a_line_is_named_after_what_it_is_along(axes):
    line = value("line")
    line.plot(axes)
    assert axes.get_xlabel().startswith(r"decay rate $\gamma_\mathrm{v}/\gamma_\mathrm{b}$")
    assert lines(axes, "edge of kind B") == ([line.edges[0].value], [line.edges[0].q])
    other = Figure().subplots()
    stability_line(Parameters(-1.0), along="gamma_v", values=(2e-5, 2.2e-5)).plot(other)
    assert other.get_xlabel().startswith(r"decay rate $\gamma_\mathrm{v}/\varepsilon")


def test_a_map_masks_what_has_no_condensate(axes):
    # two interaction strengths beside each other make a map of the one
    growth = value("diagram").growth
    twice = {
        name: np.ma.concatenate([getattr(growth, name)] * 2, axis=1)
        for name in ("rate", "q", "omega", "error")
    }
    wide = dataclasses.replace(growth, inv_kfa=np.array([0.5, 0.6]), **twice)
    wide.plot(axes)
    (mesh,) = axes.collections
    assert mesh.get_array().shape == (3, 2)
    assert (np.ma.getmaskarray(mesh.get_array()) == wide.rate.mask).all()
    assert len(axes.figure.axes) == 2
    assert r"\varepsilon" in axes.figure.axes[1].get_ylabel()

"""The phase diagram of a film: Fig. 5 in two dimensions, against the binding energy.

In two dimensions any attraction binds a pair, and the binding energy runs from the BCS side, where
it is small, to the BEC side, where the potential of the condensate is negative: without a drive
mu = 1 - E_b/2.  As in three dimensions a mode starts to grow at A, B or C, and the condensate ends
at the normal phase.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from numerics.bands import Bands
from numerics.couplings import Contact
from numerics.figures.phase_diagram import LABELS, LOOKS
from numerics.figures.stability_region import Column, legend_patches, shade, unstable_region
from numerics.figures.style import new_figure, style
from numerics.model import Model
from numerics.quantities import quantity
from numerics.reservoirs import Reservoir
from numerics.stability.boundary_search import Boundary, first_of
from numerics.stability.conditions import (
    NORMAL,
    OSCILLATING,
    STATIC,
    UNIFORM,
    Condition,
)
from numerics.stability.edges import line_along
from numerics.stability.path import Path, curve_path

Array = NDArray[np.float64]

COLUMNS = ("boundary", "binding", "gamma_v/gamma_b", "error", "q/k_F", "omega/eps_F", "mu/eps_F")

#: Rate of the bath, and the cutoff of the density.
_RATE, _CUTOFF = 1e-3, 100.0
_DRAIN = "vacuum"
_ALONG = f"reservoirs.{_DRAIN}.rate"
#: The binding energies of the figure.
_BINDINGS = (0.02, 4.0)
#: Above this there is no C: the mode of a small frequency grows only once a static one does.
_NO_C = 0.1
#: Long waves tell nothing once others grow: A is looked for between these multiples of B, in steps
#: that show it where their stiffness is negative for a while only.
_BESIDE = (0.95, 1.1)
#: B and C are looked for between the first two ratios, the end of the condensate between the
#: last two.
_LOWEST, _HALF, _LARGEST = 3e-4, 0.5, 1.2
#: The last state that is looked at, in units of the end of the condensate, and an interval that
#: reaches it but for rounding.
_LAST, _AT_END = 0.9999, 1 - 1e-6
#: Changes of stability are looked for from so far above the lowest boundary on.
_ABOVE = 1.03
_GROWING = ("A", "B", "C")
_KINDS = (*_GROWING, "normal")


@dataclass(frozen=True)
class FilmColumn:
    """The boundaries at one binding energy, and between which ratios modes grow, if asked for."""

    binding: float
    boundaries: tuple[Boundary, ...]
    unstable: tuple[tuple[float, float], ...] | None = None

    def ratio(self, kind: str) -> float:
        """Return gamma_v/gamma_b at a boundary; NaN if there is none."""
        found = (b.value / _RATE for b in self.boundaries if b.kind == kind)
        return next(found, math.nan)


@dataclass(frozen=True)
class FilmDiagram:
    """The columns of the figure, ascending."""

    columns: tuple[FilmColumn, ...]

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of the table, boundary by boundary."""
        for kind, column in itertools.product(_KINDS, self.columns):
            for b in column.boundaries:
                if b.kind == kind:
                    ratio, error = b.value / _RATE, b.error / _RATE
                    yield kind, column.binding, ratio, error, b.q, b.omega, b.state.mu

    def about(self) -> dict[str, object]:
        """Return the parameters of the model, for the first lines of the table."""
        told = {"dimension": 2, "gamma_b": _RATE, "temperature": 0.0, "cutoff": _CUTOFF}
        return {**told, "binding": "column binding", "gamma_v": "column gamma_v/gamma_b"}

    def curve(self, kind: str) -> tuple[Array, Array]:
        """Return binding energies and ratios of a boundary; gaps where there is none."""
        ratios = np.array([column.ratio(kind) for column in self.columns])
        return np.array([column.binding for column in self.columns]), ratios


def film_model(binding: float, ratio: float = 0.01) -> Model:
    """Return the model of the figure: a cold bath and a drain, carriers of equal masses."""
    reservoirs = (Reservoir("bath", _RATE), Reservoir.empty(_DRAIN, ratio * _RATE))
    return Model(Contact(binding=binding), reservoirs, _CUTOFF, bands=Bands(2))


def compute(
    points: int = 9,
    *,
    bindings: Sequence[float] | None = None,
    regions: bool = False,
    executor: Executor | None = None,
) -> FilmDiagram:
    """Find the boundaries at binding energies, evenly spaced in their logarithm.

    Parameters
    ----------
    points : int
        How many.
    bindings : sequence of float, optional
        Others, ascending.
    regions : bool
        Whether every change of stability above the lowest boundary is looked for as well, up to
        the end of the condensate.
    executor : concurrent.futures.Executor, optional
        Where the binding energies are divided among.
    """
    chosen = np.geomspace(*_BINDINGS, points) if bindings is None else np.asarray(bindings)
    run: Callable[..., Iterable[FilmColumn]] = map if executor is None else executor.map
    return FilmDiagram(tuple(run(functools.partial(_column, regions=regions), chosen.tolist())))


def _column(binding: float, *, regions: bool) -> FilmColumn:
    """Return what there is at one binding energy."""
    path = curve_path(film_model(binding), _ALONG, (_LOWEST * _RATE, _LARGEST * _RATE))
    end = first_of(NORMAL, path, both=True)
    found = _found(STATIC, path, _LOWEST, _HALF)
    for static in tuple(found):
        found += _found(UNIFORM, path, *(factor * static.value / _RATE for factor in _BESIDE))
    if binding < _NO_C:
        found += _found(OSCILLATING, path, _LOWEST, _HALF, both=False)
    top = _LARGEST if end is None else end.value / _RATE
    unstable = _unstable(path, found, top) if regions else None
    return FilmColumn(binding, tuple(found) if end is None else (*found, end), unstable)


def _unstable(
    path: Path, boundaries: Sequence[Boundary], top: float
) -> tuple[tuple[float, float], ...]:
    """Return between which ratios modes grow, from the lowest of some boundaries on."""
    first = min((b.value for b in boundaries), default=0.0)
    above = path.between((max(_LOWEST * _RATE, first * _ABOVE), _LAST * top * _RATE))
    low, high = (above.value(at) for at in (above.grid[0], above.grid[-1]))
    ends = [*itertools.chain(*line_along(above).unstable)]
    if first and ends[:1] != [low]:
        # a mode that grows within a window only
        return _unstable(path, (), top)
    if first:
        ends[0] = first
    if ends and ends[-1] > _AT_END * high:
        ends[-1] = math.inf
    return tuple(
        (one / _RATE, other / _RATE) for one, other in zip(ends[::2], ends[1::2], strict=True)
    )


def _found(
    condition: Condition, path: Path, low: float, high: float, *, both: bool = True
) -> list[Boundary]:
    """Return the first boundary of a kind between two ratios, if there is one."""
    found = first_of(condition, path.between((low * _RATE, high * _RATE)), both=both)
    return [] if found is None else [found]


def draw(data: FilmDiagram) -> Figure:
    """Draw the diagram, and beneath it the distances of A, B and C from the first of them."""
    bindings = np.array([column.binding for column in data.columns])
    with style():
        figure = new_figure(6.4, 6.4)
        axes, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1.1))
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlim(bindings[0], bindings[-1])
        axes.set_ylim(5e-4, 8.0)
        patches = _shade(axes, data)
        first = np.nanmin([data.curve(kind)[1] for kind in ("A", "B", "C")], axis=0)
        for kind in _KINDS:
            x, ratio = data.curve(kind)
            axes.plot(x, ratio, label=LABELS[kind], **LOOKS[kind])
            if kind != "normal":
                lower.plot(x, 100 * (ratio / first - 1), **LOOKS[kind])
        _describe(axes, data)
        lines, _ = axes.get_legend_handles_labels()
        axes.legend(handles=[*lines, *patches], loc="upper center", ncols=2)
        axes.set_ylabel(quantity("ratio").label)
        lower.set_ylabel("above the first\nof A, B, C (%)")
        lower.set_ylim(-0.7, 10)
        lower.set_xlabel(quantity("binding").label)
        told = (
            rf"two dimensions,  $\gamma_\mathrm{{b}} = 10^{{{math.log10(_RATE):.0f}}}"
            rf"\,\varepsilon_\mathrm{{F}}$,  $T_\mathrm{{b}} = 0$,  "
            rf"$p_\mathrm{{c}} = {_CUTOFF:g}\,k_\mathrm{{F}}$"
        )
        figure.suptitle(told, fontsize=9, color="#333333")
    return figure


def _shade(axes: Axes, data: FilmDiagram) -> list[Patch]:
    """Shade where modes grow, as far as that has been looked for."""
    if any(column.unstable is None for column in data.columns):
        return []
    x, top = data.curve("normal")
    normal = (np.log(x), top)
    columns = [Column(math.log(c.binding), c.unstable) for c in data.columns]
    region = unstable_region(columns, normal)
    # its first coordinate is the logarithm
    straight = type(region)(
        tuple(np.stack([np.exp(ring[:, 0]), ring[:, 1]], axis=1) for ring in region.rings),
        tuple((math.exp(at), low, high) for at, low, high in region.lines),
        tuple((math.exp(left), math.exp(right)) for left, right in region.missing),
    )
    shade(axes, straight)
    return legend_patches(straight)


def _describe(axes: Axes, data: FilmDiagram) -> None:
    """Name the phases, and mark where the potential changes its sign without a drive."""
    across = axes.get_yaxis_transform()
    for text, x, y in (("N", 0.95, 1.6), ("unstable", 0.6, 0.1), ("stable", 0.2, 1.5e-3)):
        axes.text(x, y, text, transform=across, ha="center", va="center", fontsize=12)
    # mu = 1 - E_b/2
    zero = 2.0
    if data.columns[0].binding < zero < data.columns[-1].binding:
        axes.axvline(zero, color="#999999", linewidth=0.8, zorder=1)
        axes.text(zero, 6.5e-4, r" $\mu < 0$", ha="left", va="bottom", fontsize=9, color="#555555")

"""The driven condensate of carriers and photons: where there is one, and where it is stable.

Carriers and photons together are as many as the Fermi momentum says, whatever is lost: the bath's
potential follows.  Photons of the energy `detuning` are lost at the rate kappa, and the bath makes
up for it.  The condensate ends at the laser limit, where the gain of carriers that are not paired
is the loss; photons of other wave numbers may gain more.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from numerics.couplings import Boson
from numerics.figures.stability_region import Column, legend_patches, shade, unstable_region
from numerics.figures.style import COLOURS, LINES, new_figure, style
from numerics.model import Model
from numerics.quantities import quantity
from numerics.reservoirs import Reservoir
from numerics.response.long_wavelength import hydrodynamics
from numerics.stability.edges import StabilityEdge, stability_line
from numerics.stability.growth import growth_rate
from numerics.stability.modes import collective_mode
from numerics.stability.threshold import LaserThreshold, laser_thresholds, normal_state
from numerics.steady.solution import solve_steady_state
from numerics.steady.state import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

COLUMNS = ("panel", "kind", "detuning", "loss", "error", "q", "omega", "rate", "changes")
#: Coupling, mass of the photon, rate of the bath, and the cutoff of the density: the tails that the
#: linewidth gives to the occupation hold 3 gamma p_c/pi of the carriers.
_G, _MASS, _RATE, _CUTOFF = 0.7, 0.05, 1e-2, 10.0
#: From photons below nearly all carriers to where the linewidth breaks the pairs.
_DETUNINGS, _BEYOND = (0.1, 1.9), 0.05
#: The smallest loss of the diagram in units of the largest, and the largest that is looked at.
_SMALLEST, _NEAR_END = 3e-3, 0.995
#: An interval that reaches the largest but for rounding goes on to the end of the condensate.
_AT_END = 1 - 1e-9
#: The detunings whose photons are shown by their wave numbers.
_GAINS = (0.4, 1.2, 1.8)
#: Points of the curve beside it.
_SMOOTH = 400
#: What the regions are called, and where.
_WORDS = (
    ((0.75, 2e-3), "condensate unstable"),
    ((1.5, 2.2e-4), "condensate stable"),
    ((0.35, 1.15e-2), "photons of $q>0$ lase"),
    ((0.6, 2.3e-2), "normal"),
)
#: Where the diffusive mode is shown, and its wave numbers.
_STABLE, _WAVES = (1.2, 4e-4), (3e-4, 3e-2)


def polariton_model(detuning: float, loss: float = 0.0) -> Model:
    """Return the model of the figure."""
    photon = Boson(_G, detuning, _MASS, loss)
    return Model(photon, (Reservoir("bath", _RATE),), cutoff=_CUTOFF)


@dataclass(frozen=True)
class Cut:
    """What happens at one detuning.

    Parameters
    ----------
    detuning : float
    uniform, best : LaserThreshold
        The laser limit at q = 0, where the condensate ends, and of the photon that gains most.
    edges : tuple of StabilityEdge
        Changes of stability of the condensate along the loss.
    unstable : tuple of (float, float)
        Losses between which a mode of it grows.
    """

    detuning: float
    uniform: LaserThreshold
    best: LaserThreshold
    edges: tuple[StabilityEdge, ...]
    unstable: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class PolaritonData:
    """The diagram, the photons' gain by wave number, and the diffusive mode.

    Parameters
    ----------
    cuts : tuple of Cut
    gains : tuple of tuple of LaserThreshold
        For each of some detunings, along the wave number.
    state : SteadyState
        Of which the mode is.
    waves : ndarray, shape (n,)
    modes : ndarray of complex, shape (n, 2)
        The two slowest at each wave number.
    damping, squared_velocity : float
        Gamma and c**2 of omega = -i Gamma/2 +- sqrt(c**2 q**2 - Gamma**2/4).
    """

    cuts: tuple[Cut, ...]
    gains: tuple[tuple[LaserThreshold, ...], ...]
    state: SteadyState
    waves: Array
    modes: Complex
    damping: float
    squared_velocity: float

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of the table."""
        for cut in self.cuts:
            for kind, x in (("normal", cut.uniform), ("laser", cut.best)):
                yield ("diagram", kind, cut.detuning, x.loss, x.error, x.q, x.omega, "", "")
            for edge in cut.edges:
                found = (edge.value, edge.error, edge.q, edge.omega)
                change = "grows above" if edge.direction == "above" else "grows below"
                yield ("diagram", edge.kind, cut.detuning, *found, "", change)
        for detuning, gains in zip(_GAINS, self.gains, strict=True):
            for x in gains:
                yield ("gain", "laser", detuning, x.loss, x.error, x.q, x.omega, "", "")
        for q, pair in zip(self.waves, self.modes, strict=True):
            for mode in pair:
                yield ("mode", "", *_STABLE, "", q, mode.real, mode.imag, "")

    def about(self) -> dict[str, object]:
        """Return the parameters of the model, for the first lines of the table."""
        told = {"g": _G, "mass": _MASS, "gamma_b": _RATE, "temperature": 0.0, "cutoff": _CUTOFF}
        return {**told, "density": "given", "detuning and loss": "in columns"}


def cut_at(detuning: float) -> Cut:
    """Return what happens at one detuning."""
    model = polariton_model(detuning)
    gains = gains_of(model, 9)
    uniform, best = gains[0], max(gains, key=lambda x: x.loss)
    values = (_SMALLEST * uniform.loss, _NEAR_END * uniform.loss)
    line = stability_line(model, along="coupling.loss", values=values)
    ends = [(low, math.inf if high > _AT_END * values[1] else high) for low, high in line.unstable]
    return Cut(detuning, uniform, best, line.edges, tuple(ends))


def gains_of(model: Model, points: int) -> tuple[LaserThreshold, ...]:
    """Return the laser limit of photons by their wave number, up to where carriers absorb."""
    photon = model.coupling
    assert isinstance(photon, Boson)
    potential = normal_state(model).mu
    # the energy of two carriers at the potential of the bath
    largest = math.sqrt(2 * photon.mass * max(2 * potential - photon.detuning, 0.0))
    return laser_thresholds(model, np.linspace(0.0, largest, points).tolist())


def compute(points: int = 5, *, waves: int = 24, executor: Executor | None = None) -> PolaritonData:
    """Compute the diagram at so many detunings.

    Parameters
    ----------
    points : int
        Detunings, denser where the condensate is weak.
    waves : int
        Wave numbers of the other panels.
    executor : concurrent.futures.Executor, optional
        Shares the detunings among its workers.
    """
    low, high = _DETUNINGS
    # closer where the linewidth begins to break pairs: evenly in the root of a distance from there
    roots = np.linspace(math.sqrt(high + _BEYOND - low), math.sqrt(_BEYOND), points)
    detunings = [high + _BEYOND - float(x) ** 2 for x in roots]
    cuts = tuple((map if executor is None else executor.map)(cut_at, detunings))
    gains = tuple(gains_of(polariton_model(detuning), waves // 2) for detuning in _GAINS)
    state = solve_steady_state(polariton_model(*_STABLE))
    q = np.geomspace(*_WAVES, waves)
    modes = np.array([_slowest(found.frequencies) for found in collective_mode(state, q.tolist())])
    long = hydrodynamics(state)
    scale = long.prefactor / long.dynamic_prefactor
    return PolaritonData(cuts, gains, state, q, modes, long.damping * scale, long.stiffness * scale)


def _slowest(frequencies: Complex) -> Complex:
    """Return the two slowest modes; of one that moves, also its mirror image."""
    both = np.concatenate([frequencies, -frequencies[frequencies.real > 0].conj()])
    return both[np.argsort(np.abs(both), kind="stable")][:2]


def diffusive(q: Array, damping: float, squared_velocity: float) -> Complex:
    """Return -i Gamma/2 +- sqrt(c**2 q**2 - Gamma**2/4), shape (n, 2)."""
    root = np.sqrt(squared_velocity * q**2 - (damping / 2) ** 2 + 0j)
    return np.stack([-0.5j * damping + root, -0.5j * damping - root], axis=-1)


def draw(data: PolaritonData) -> Figure:
    """Draw the diagram, the gain of photons, and the diffusive mode."""
    with style():
        figure = new_figure(9.0, 4.6)
        grid = figure.add_gridspec(2, 2, width_ratios=(1.5, 1.0))
        _diagram(figure.add_subplot(grid[:, 0]), data)
        _gain(figure.add_subplot(grid[0, 1]), data)
        _modes(figure.add_subplot(grid[1, 1]), data)
    return figure


def _diagram(axes: Axes, data: PolaritonData) -> None:
    detunings = np.array([cut.detuning for cut in data.cuts])
    normal = np.array([cut.uniform.loss for cut in data.cuts])
    best = np.array([cut.best.loss for cut in data.cuts])
    axes.set_yscale("log")
    axes.set_xlim(detunings[0], detunings[-1])
    axes.set_ylim(normal.min() * _SMALLEST * 2, best.max() * 2)
    columns = [Column(cut.detuning, cut.unstable) for cut in data.cuts]
    region = unstable_region(columns, (detunings, normal))
    shade(axes, region, (detunings, normal))
    handles: list[object] = list(legend_patches(region))
    handles += axes.plot(
        detunings, normal, color=COLOURS[0], label=r"laser limit at $q=0$: end of the condensate"
    )
    label = r"laser limit of the best $q$"
    handles += axes.plot(detunings, best, color=COLOURS[0], linestyle=LINES[1], label=label)
    for k, kind in enumerate(("A", "B", "C")):
        found = [(cut.detuning, e.value) for cut in data.cuts for e in cut.edges if e.kind == kind]
        if found:
            look: dict[str, Any] = {"color": COLOURS[1 + k], "marker": "os^"[k], "markersize": 4.5}
            axes.plot(*zip(*found, strict=True), linestyle="", **look)
            words = {"A": r"$q\to0$", "B": r"$q>0$, $\omega=0$", "C": r"$q>0$, $\omega>0$"}[kind]
            handles.append(Line2D([], [], linestyle="", label=f"growth begins at {words}", **look))
    for at, words in _WORDS:
        axes.annotate(words, at, ha="center", va="center", fontsize=8)
    axes.plot(*_STABLE, marker="*", color=COLOURS[3], markersize=9, linestyle="")
    handles.append(
        Line2D([], [], linestyle="", marker="*", color=COLOURS[3], label="mode at the lower right")
    )
    axes.set_xlabel(quantity("detuning").label)
    axes.set_ylabel(quantity("loss").label)
    axes.legend(handles=handles, loc="lower right", fontsize=8)


def _gain(axes: Axes, data: PolaritonData) -> None:
    for k, (detuning, gains) in enumerate(zip(_GAINS, data.gains, strict=True)):
        look = {"color": COLOURS[1 + k], "linestyle": LINES[k]}
        q, gain = [x.q for x in gains], [1e3 * x.loss for x in gains]
        axes.plot(q, gain, label=rf"$\delta={detuning:g}$", **look)
    axes.axhline(0.0, color="#888888", linewidth=0.8)
    # the legend in a row above the lines
    most = max(1e3 * x.loss for gains in data.gains for x in gains)
    axes.set_ylim(-2.0, 1.3 * most)
    axes.set_xlabel(quantity("q").label)
    axes.set_ylabel(r"gain $10^3/\varepsilon_\mathrm{F}$")
    axes.legend(fontsize=8, loc="upper right", ncols=3)


def _modes(axes: Axes, data: PolaritonData) -> None:
    unit, q = 1e3, np.geomspace(data.waves[0], data.waves[-1], _SMOOTH)
    form = diffusive(q, data.damping, data.squared_velocity)
    for places, modes, (first, second) in (
        (data.waves, data.modes, ("o", "s")),
        (q, form, ("-", "-")),
    ):
        look: dict[str, Any] = {"markersize": 3, "linewidth": 1}
        axes.plot(places, -unit * modes.imag, first, color=COLOURS[1], **look)
        axes.plot(places, unit * np.abs(modes.real), second, color=COLOURS[2], **look)
    axes.set_xscale("log")
    axes.set_ylim(0, unit * 3 * data.damping)
    axes.set_xlabel(quantity("q").label)
    axes.set_ylabel(r"$10^3\,\omega/\varepsilon_\mathrm{F}$")
    words = (r"$-\mathrm{Im}\,\omega$", r"$\mathrm{Re}\,\omega$")
    handles = [
        Line2D(
            [], [], color=COLOURS[1 + k], marker="os"[k], markersize=3, linestyle="", label=words[k]
        )
        for k in (0, 1)
    ]
    label = r"$-\mathrm{i}\Gamma/2\pm\sqrt{c^2q^2-\Gamma^2/4}$"
    handles.append(Line2D([], [], color="#888888", linewidth=1, label=label))
    axes.legend(handles=handles, fontsize=8)


def decisive(data: PolaritonData, part: float = 0.05) -> Iterator[tuple[StabilityEdge, str, str]]:
    """Yield the edges with the verdicts at a loss a part below and above each."""
    for cut in data.cuts:
        for edge in cut.edges:
            verdicts = [
                str(growth_rate(solve_steady_state(_with_loss(edge, sign * part))).verdict)
                for sign in (-1, 1)
            ]
            yield edge, verdicts[0], verdicts[1]


def _with_loss(edge: StabilityEdge, part: float) -> Model:
    model = edge.state.parameters
    assert isinstance(model, Model)
    assert isinstance(model.coupling, Boson)
    loss = edge.value * (1 + part)
    return model.replace(coupling=dataclasses.replace(model.coupling, loss=loss))

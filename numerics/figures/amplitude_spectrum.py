"""Fig. 14: the spectrum of the order parameter's amplitude, with the intra-band part and without.

The paper states the interaction strengths, +1 (a) and -1 (b), and gamma_v = 0.1 gamma_b; gamma_b,
1e-3 as in its Fig. 9, and the ranges of q and omega are chosen here.

With the whole response the lines are broad.  Without the intra-band part the sound mode is a line
as narrow as gamma, which a coarse grid would miss; that spectrum is therefore taken at
omega + i eta, eta half a pixel: as it has no pole above the real axis, this is its convolution
with a Lorentzian of the half width eta.  The whole response has such poles, being unstable, and is
taken on the axis.

Points that differ by less than a shade from what is cubic between others are not computed.

At +1 the spectrum is negative from the pair continuum's beginning, 2 E_min, up to 2(mu_b - mu) at
q = 0: there the upper branch is more than half full, and breaking pairs gives energy back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import FuncNorm, Normalize, SymLogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.optimize import brentq

from numerics.figures.parameter_line import interaction, state_parameters
from numerics.figures.resolved_map import coarse_map, resolved_maps
from numerics.figures.style import draw_map, new_figure, style
from numerics.parameters import Parameters
from numerics.quantities import quantity
from numerics.response.amplitude_spectrum import spectral_function
from numerics.response.fluctuation import fluctuation_matrix
from numerics.results import Sampled
from numerics.steady.solution import SteadyState, solve_steady_state
from numerics.tables import map_rows

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

COLUMNS = (
    "inv_kfa",
    "q/k_F",
    "omega/eps_F",
    "Im[M^-1]_11 whole",
    "error whole",
    "eta/eps_F",
    "Im[M^-1]_11 inter",
    "error inter",
    "computed whole",
    "computed inter",
)

#: Far more than a colour shows; next to a pole the inverse loses what there is to lose.
_RTOL = 1e-6
#: A spectrum with negative values is shown on a scale that is linear up to here, and ends here;
#: beside a pole it has no bound.
_LINEAR, _HIGHEST = 0.1, 1000.0
#: One without is shown on a square-root scale, where a line is told from a continuum some times as
#: weak; but for this part of the points, which are beside a pole, it is within the scale.
_BEYOND = 0.002
#: Where the line at 2 Delta_0 begins, in units of the largest wave number: left of it is the weight
#: of the amplitude mode, to be seen.
_FREE = 0.62


@dataclass(frozen=True)
class Spectrum:
    """Im [M^-1]_11 of one state, in units of eps_F/k_F**3; the maps' first index is frequency."""

    state: SteadyState
    q: Array
    omega: Array
    whole: Array
    whole_error: Array
    eta: float
    inter: Array
    inter_error: Array
    #: Where either is computed; elsewhere it is cubic in between.
    computed: tuple[Mask, Mask]
    #: Wave numbers at which det M(q, 0) vanishes: poles of M^-1 on the real axis.
    poles: tuple[float, ...]


@dataclass(frozen=True)
class AmplitudeSpectrum:
    """A spectrum for each interaction strength."""

    spectra: tuple[Spectrum, ...]

    def rows(self) -> Iterator[tuple[float, ...]]:
        """Yield the rows of the table."""
        for s in self.spectra:
            inv, computed = s.state.parameters.inv_kfa, (c.astype(int) for c in s.computed)
            maps = (s.whole, s.whole_error, s.inter, s.inter_error, *computed)
            for q, omega, whole, error, *others in map_rows(s.q, s.omega, *maps):
                yield (inv, q, omega, whole, error, s.eta, *others)


def compute(
    ranges: tuple[tuple[float, float, float], ...] = ((1.0, 2.0, 3.0), (-1.0, 1.0, 0.6)),
    *,
    gamma_b: float = 1e-3,
    ratio: float = 0.1,
    points: int = 60,
    executor: Executor | None = None,
) -> AmplitudeSpectrum:
    """Compute the spectra at so many wave numbers times so many frequencies.

    Parameters
    ----------
    ranges : tuple of (inv_kfa, largest q, largest omega)
        One for each row of panels.
    gamma_b, ratio : float
        The rates gamma_b and gamma_v/gamma_b.
    points : int
        Points along q and along omega.
    executor : concurrent.futures.Executor, optional
        Shares the maps among its workers, without any change of the values.
    """
    spectra = []
    for inv_kfa, largest_q, largest_omega in ranges:
        state = solve_steady_state(Parameters(inv_kfa, gamma_b, gamma_v=ratio * gamma_b))
        q = largest_q * (np.arange(points) + 0.5) / points
        omega = largest_omega * (np.arange(points) + 0.5) / points
        eta = largest_omega / points / 2
        functions = [partial(_spectrum, state, "all", 0.0), partial(_spectrum, state, "inter", eta)]
        coarse = [coarse_map(function, q, omega, executor) for function in functions]
        shades = partial(_shades, _highest([c.value for c in coarse]))
        whole, inter = resolved_maps(functions, coarse, [shades, shades], executor)
        spectra.append(
            Spectrum(
                state,
                q,
                omega,
                whole.value[0],
                whole.error[0],
                eta,
                inter.value[0],
                inter.error[0],
                (whole.computed, inter.computed),
                static_poles(state, largest_q),
            )
        )
    return AmplitudeSpectrum(tuple(spectra))


def _spectrum(state: SteadyState, part: str, eta: float, q: Array, omega: Array) -> Sampled:
    """Return the spectrum at points, in one layer."""
    found = spectral_function(state, q, omega + 1j * eta, part, rtol=_RTOL, full=True)
    return found._replace(value=found.value[:, None], error=found.error[:, None])


def static_poles(state: SteadyState, largest_q: float, points: int = 200) -> tuple[float, ...]:
    """Return the wave numbers between 0 and the largest at which det M(q, 0) changes its sign."""

    def determinant(q: float | Array) -> Array:
        # without a frequency M is real
        result: Array = np.linalg.det(fluctuation_matrix(state, q, 0.0).real)
        return result

    grid = largest_q * np.arange(1, points + 1) / points
    signs = np.sign(determinant(grid))
    return tuple(
        float(brentq(determinant, grid[k], grid[k + 1]))
        for k in np.flatnonzero(signs[1:] * signs[:-1] < 0)
    )


def draw(data: AmplitudeSpectrum) -> Figure:
    """Draw a row for each interaction strength: with the whole response and with its part."""
    with style():
        figure = new_figure(8.6, 3.5 * len(data.spectra))
        panels = figure.subplots(len(data.spectra), 2, squeeze=False)
        for row, spectrum in enumerate(data.spectra):
            state = spectrum.state
            norm, lowest, scale = _scale(spectrum)
            titles = (r"$\mathrm{Im}[M^{-1}]_{11}$", r"$\mathrm{Im}[(M^\mathrm{inter})^{-1}]_{11}$")
            for column, values in enumerate((spectrum.whole, spectrum.inter)):
                axes = panels[row, column]
                image = draw_map(axes, spectrum.q, spectrum.omega, values, norm=norm, cmap="PuOr_r")
                _outline_negative(axes, spectrum, values)
                axes.set_title(
                    f"({'abcdefgh'[row]}{column + 1})  {titles[column]}, "
                    rf"${interaction(state.parameters.inv_kfa)}$",
                    fontsize=10,
                )
                if state.mu > 0:
                    _mark_amplitude_mode(axes, spectrum)
                axes.set_xlabel(quantity("q").label)
                axes.set_ylabel(quantity("omega").label)
            _circle_poles(panels[row, 0], spectrum)
            bar = figure.colorbar(
                image, ax=list(panels[row]), extend="both" if lowest < 0 else "max", aspect=18
            )
            bar.ax.set_ylim(lowest, None)
            bar.set_label(
                r"$\mathrm{Im}[M^{-1}]_{11}\,/\,(\varepsilon_\mathrm{F}/k_\mathrm{F}^3)$"
                + f"\n{scale}"
            )
        state_parameters(figure, data, COLUMNS)
    return figure


def _highest(maps: Sequence[Array]) -> float | None:
    """Return the end of a scale of maps on which white is zero; None for a logarithmic one."""
    values = np.stack(maps)
    return None if values.min() < -_LINEAR else float(np.quantile(values, 1 - _BEYOND))


def _norm(highest: float | None) -> Normalize:
    """Return the scale that has this end."""
    if highest is None:
        return SymLogNorm(_LINEAR, vmin=-_HIGHEST, vmax=_HIGHEST, clip=True)
    roots = (lambda x: np.sign(x) * np.sqrt(np.abs(x)), lambda x: np.sign(x) * x**2)
    return FuncNorm(roots, vmin=-highest, vmax=highest, clip=True)


def _shades(highest: float | None, values: Array) -> Array:
    """Return the places of values on a scale."""
    return np.asarray(_norm(highest)(values))


def _scale(spectrum: Spectrum) -> tuple[Normalize, float, str]:
    """Return the scale of a spectrum, its lowest value that is used, and what it is."""
    highest = _highest([spectrum.whole, spectrum.inter])
    if highest is None:
        return _norm(None), -_HIGHEST, rf"linear to $\pm${_LINEAR:g}, then logarithmic"
    return _norm(highest), 0.0, "square-root scale"


def _mark_amplitude_mode(axes: Axes, spectrum: Spectrum) -> None:
    """Mark 2 Delta_0, where the pair continuum of a positive chemical potential begins."""
    energy = 2 * spectrum.state.gap
    axes.axhline(energy, _FREE, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
    axes.annotate(
        rf"$2\Delta_0 = {energy:.2f}\,\varepsilon_\mathrm{{F}}$",
        (0.98 * spectrum.q[-1], energy),
        (0, 3),
        textcoords="offset points",
        ha="right",
        va="bottom",
    )


def _circle_poles(axes: Axes, spectrum: Spectrum) -> None:
    """Circle the poles of the whole response on the line omega = 0."""
    if not spectrum.poles:
        return
    axes.plot(
        spectrum.poles,
        np.zeros(len(spectrum.poles)),
        linestyle="none",
        marker="o",
        markersize=10,
        markerfacecolor="none",
        markeredgecolor="black",
        markeredgewidth=1.3,
        clip_on=False,
    )
    axes.annotate(
        r"$\det M(q, 0) = 0$",
        (spectrum.poles[-1], 0.0),
        (12, 10),
        textcoords="offset points",
        bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.7},
    )


def _outline_negative(axes: Axes, spectrum: Spectrum, values: Array) -> None:
    """Outline where the spectrum is negative: in grey, the two colours are the same."""
    level = -_LINEAR
    if values.min() < level < values.max():
        axes.contour(spectrum.q, spectrum.omega, values, [level], colors="black", linewidths=0.8)
        i, j = np.unravel_index(int(values.argmin()), values.shape)
        at = (float(spectrum.q[j]), float(spectrum.omega[i]))
        axes.annotate("negative", at, (8, 4), textcoords="offset points", color="white", fontsize=9)

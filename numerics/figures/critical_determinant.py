"""Fig. 7: det M(q, omega) at the frequency of the mode that becomes critical at boundary C.

Its real and its imaginary part vanish at the same q: omega_q is real there, and not zero.  The
frequency is the computed one, 6.1e-4 eps_F; that of the paper's caption is ten times as large, and
at it det M has no zero: its modulus is drawn as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from numerics.figures.parameter_line import state_parameters
from numerics.figures.style import COLOURS, LINES, new_figure, style
from numerics.quantities import quantity
from numerics.response.determinant import determinant
from numerics.stability.boundaries import Boundary, find_boundary

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

COLUMNS = (
    "q/k_F",
    "omega/eps_F",
    "(4 pi)^2 Re det M",
    "(4 pi)^2 Im det M",
    "error",
)

#: The frequency in the paper's caption.
PRINTED = 6.1e-3


@dataclass(frozen=True)
class CriticalDeterminant:
    """det M along q at the critical frequency, and at the one that the paper prints."""

    #: The state, and q and omega of the mode that is critical.
    boundary: Boundary
    q: Array
    #: det M, scaled by (4 pi)**2, at that omega and at `printed`, with their errors.
    value: Complex
    error: Array
    printed: float
    printed_value: Complex
    printed_error: Array

    def rows(self) -> Iterator[tuple[float, ...]]:
        """Yield the rows of the table, one frequency after the other."""
        for omega, values, errors in (
            (self.boundary.omega, self.value, self.error),
            (self.printed, self.printed_value, self.printed_error),
        ):
            for q, value, error in zip(self.q, values, errors, strict=True):
                yield (float(q), omega, float(value.real), float(value.imag), float(error))


def compute(
    boundary: Boundary | None = None,
    *,
    inv_kfa: float = -2.0,
    gamma_b: float = 1e-3,
    cutoff: float = 100.0,
    largest: float = 0.01,
    printed: float = PRINTED,
    points: int = 160,
) -> CriticalDeterminant:
    """Compute det M at so many wave numbers up to the largest.

    Parameters
    ----------
    boundary : Boundary, optional
        A point of boundary C; it is searched for by default.
    inv_kfa, gamma_b, cutoff : float
        The model, if it is searched for.
    largest : float
        Largest wave number.
    printed : float
        The frequency in the paper's caption.
    points : int
        Wave numbers; the critical one is there in addition.
    """
    if boundary is None:
        boundary = find_boundary("C", inv_kfa, gamma_b=gamma_b, cutoff=cutoff)
    q = np.union1d(largest * np.arange(points + 1) / points, boundary.q)
    value, error = determinant(boundary.state, q, boundary.omega)
    other, other_error = determinant(boundary.state, q, printed)
    return CriticalDeterminant(boundary, q, value, error, printed, other, other_error)


def draw(data: CriticalDeterminant) -> Figure:
    """Draw both parts at the critical frequency, and the modulus at both frequencies."""
    found = data.boundary
    with style():
        figure = new_figure(5.6, 6.0)
        above, below = figure.subplots(2, 1, sharex=True)
        unit = 10.0 ** math.floor(math.log10(np.abs(data.value).max()))
        for n, (name, part) in enumerate(
            (("real", data.value.real), ("imaginary", data.value.imag))
        ):
            above.plot(data.q, part / unit, COLOURS[n], linestyle=LINES[n], label=f"{name} part")
        above.plot(found.q, 0, "o", color="black", markersize=8, markerfacecolor="none")
        above.axhline(0, color="black", linewidth=0.6)
        above.set_ylabel(rf"$(4\pi)^2\,\det M(q, \omega_\mathrm{{C}})\;/\;{_power(unit, 0)}$")
        for n, (values, omega, name) in enumerate(
            (
                (data.value, found.omega, r"\omega_\mathrm{C}"),
                (data.printed_value, data.printed, r"\omega"),
            )
        ):
            label = rf"${name} = {_power(omega, 2)}\,\varepsilon_\mathrm{{F}}$"
            # at the zero itself rounding is left
            size = np.maximum(np.abs(values), 1e-3 * unit)
            width = 1.6 - 0.7 * n
            below.semilogy(
                data.q, size, COLOURS[2 * n], linestyle=LINES[2 * n], lw=width, label=label
            )
        below.set_ylabel(r"$(4\pi)^2\,|\det M(q, \omega)|$")
        below.set_xlim(0, data.q[-1])
        below.set_xlabel(quantity("q").label)
        above.set_title("boundary C", fontsize=10)
        above.legend(loc="best")
        below.legend(loc="best")
        state_parameters(figure, data, COLUMNS)
    return figure


def _power(value: float, digits: int) -> str:
    """Return a number with a power of ten; the power only, without digits."""
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    power = rf"10^{{{int(exponent)}}}"
    return rf"{mantissa}\times {power}" if digits else power

"""Where boundary C ends: the frequency of its mode vanishes, and the mode becomes two static ones.

det M(q, i y) is real for real y.  A mode that moves and its mirror image, omega and -omega*, become
two roots on that axis where they meet, and have the mean of both roots as their imaginary part,
which is smooth in q.  At C it is zero where it is highest.  Let det M = q**2 sum d_k (i y)**k near
zero, with d_0 and d_1 small: the mean is -[d_1 - (d_3/d_2) d_0]/(2 d_2), and the product d_0/d_2.
Where that falls to zero along C there are no frequencies left beyond; with

    d_0 = 0,  d_1 = 0,  d d_1/dq = (d_3/d_2) d d_0/dq

for q and two parameters.  Beyond it growing modes begin to move where two static ones meet, at the
end of their wave numbers, not at a maximum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.domain import instance, outside
from numerics.errors import ConvergenceError
from numerics.model import Model
from numerics.stability.boundary_search import Boundary
from numerics.stability.spectrum import Spectrum
from numerics.steady.curve import parameter_of, parameter_paths, with_parameter
from numerics.steady.solution import SteadyState, solve_nearby

Array = NDArray[np.float64]

#: Steps of Newton's method, the largest in the logarithms of the unknowns, and the last.
_STEPS, _LONGEST, _LAST = 30, 0.05, 1e-9
#: Differences: of det M in y, in parts of gamma, and in log q; and of the unknowns.
_IN_Y, _IN_Q, _ASIDE = 0.02, 1e-3, 1e-6


@dataclass(frozen=True)
class StaticEnd:
    """Where a mode is static that is critical at its highest point.

    Parameters
    ----------
    paths : tuple of str
        Two parameters of a model.
    values, errors : tuple of float
        Their values, and bounds of what differences in place of derivatives do to these.
    q : float
        Wave number of the mode.
    state : SteadyState
        The state there.
    """

    paths: tuple[str, str]
    values: tuple[float, float]
    errors: tuple[float, float]
    q: float
    state: SteadyState


def static_end(start: Boundary, paths: tuple[str, str]) -> StaticEnd:
    """Return the end of boundary C next to one of its points, where its frequency vanishes.

    Parameters
    ----------
    start : Boundary
        Of a model.
    paths : tuple of str
        Two different positive parameters of it, in which the end is looked for.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ConvergenceError
        If there is no such point close by.
    """
    instance("start", start, Boundary)
    model = instance("start.state.parameters", start.state.parameters, Model)
    known = parameter_paths(model)
    if len(paths) != 2 or paths[0] == paths[1] or not set(paths) <= set(known):
        raise outside("paths", paths, f"two of {', '.join(known)}")
    system = _System(paths, start.state)
    values = [parameter_of(model, path) for path in paths]
    coarse = system.solved(np.log([*values, start.q]), 2.0)
    fine = system.solved(coarse, 1.0)
    at = np.exp(fine)
    # of second order: the coarser differences make four times the error
    missed = at * np.abs(fine - coarse)
    first, second, q = at.tolist()
    errors = (float(missed[0]), float(missed[1]))
    return StaticEnd(paths, (first, second), errors, q, system.state)


class _System:
    """The three conditions in the logarithms of two parameters and the wave number.

    Parameters
    ----------
    paths : tuple of str
    state : SteadyState
        Where to start.
    """

    def __init__(self, paths: tuple[str, str], state: SteadyState) -> None:
        self.paths, self.state = paths, state

    def solved(self, x: Array, scale: float) -> Array:
        """Return where they hold, by Newton's method with differences of a scale."""
        for _ in range(_STEPS):
            here = self.conditions(x, scale)
            slopes = [(self.conditions(x + d, scale) - here) / _ASIDE for d in _ASIDE * np.eye(3)]
            step = -np.linalg.solve(np.transpose(slopes), here)
            size = float(np.abs(step).max())
            x = x + step * min(1.0, _LONGEST / size)
            if size < _LAST:
                self.conditions(x, scale)
                return x
        raise ConvergenceError("no end of the boundary next to this point", x)

    def conditions(self, x: Array, scale: float) -> Array:
        """Return d_0, d_1 and the slope of the mean, with y in units of gamma and q of itself."""
        *values, q = np.exp(x).tolist()
        model = self.state.parameters
        for path, value in zip(self.paths, values, strict=True):
            model = with_parameter(model, path, value)
        self.state = solve_nearby(model, self.state)
        spectrum = Spectrum.of(self.state)
        gamma, steps = spectrum.linewidth, np.array([-1.0, 0.0, 1.0])
        waves = np.repeat(q * np.exp(scale * _IN_Q * steps), 3)
        y = np.tile(scale * _IN_Y * steps, 3)
        found = spectrum.with_slopes(waves, (1j * gamma * y).astype(complex))
        height = (found.value.real / waves**2).reshape(3, 3)
        # by y, along which omega changes by i gamma
        rise = (-gamma * found.by_omega.imag / waves**2).reshape(3, 3)
        d0, d1 = height[:, 1], rise[:, 1]
        bend = (rise[1, 2] - rise[1, 0]) / (2 * scale * _IN_Y) / 2
        twist = (rise[1, 2] - 2 * rise[1, 1] + rise[1, 0]) / (scale * _IN_Y) ** 2 / 6
        by_q = [(d[2] - d[0]) / (2 * scale * _IN_Q) for d in (d0, d1)]
        return np.array([d0[1], d1[1], by_q[1] - twist / bend * by_q[0]]) / bend

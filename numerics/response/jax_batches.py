"""M(q, omega) at very many points, on any processor that JAX finds.

Panels are placed here, as for M at few points.  What there is at their nodes, which is nearly all
of the work, JAX computes for blocks of panels of one size.
"""

from __future__ import annotations

from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.domain import integer
from numerics.quadrature.adaptive import Means, Sums
from numerics.quadrature.jax_loop import panel_sums
from numerics.quadrature.panels import Panels
from numerics.quadrature.rules import Rule
from numerics.response.fluctuation import converged_value, matrix_of_part
from numerics.results import Sampled
from numerics.steady.solution import SteadyState

__all__ = ["fluctuation_map"]

Complex = NDArray[np.complex128]

#: Most of the points, and of the panels, that are done at once.
_MOST = 2**20


@overload
def fluctuation_map(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    *,
    rtol: float = ...,
    full: Literal[False] = ...,
    points: int = ...,
    panels: int = ...,
) -> Complex: ...


@overload
def fluctuation_map(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    *,
    rtol: float = ...,
    full: Literal[True],
    points: int = ...,
    panels: int = ...,
) -> Sampled: ...


def fluctuation_map(
    state: SteadyState,
    q: ArrayLike,
    omega: ArrayLike,
    *,
    rtol: float = 1e-8,
    full: bool = False,
    points: int = 4096,
    panels: int = 1024,
) -> Complex | Sampled:
    """Return what `fluctuation_matrix` does, computed by JAX, for maps of a million points.

    It needs the extra `jax`, and uses the device of JAX that is chosen, with doubles.  Values and
    errors are those of `fluctuation_matrix` to the sum of both errors.  The loop over nodes is
    compiled once in a process for each kind of carriers and value of `panels`: within seconds, for
    films in half a minute.  On processors of the usual kind `fluctuation_matrix` is faster.

    Parameters
    ----------
    state, q, omega, rtol, full
        As in `fluctuation_matrix`.
    points : int
        How many points (q, omega) are done at a time, from 1 to 2**20; each has some 40 panels.
    panels : int
        How many panels are computed at once, from 1 to 2**20, in some 20 kB of memory each.

    Returns
    -------
    ndarray of complex, shape (..., 2, 2), or FullResult

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ImportError
        If there is no JAX.
    ConvergenceError
        As in `fluctuation_matrix`.

    Examples
    --------
    >>> import numpy as np
    >>> from numerics import Parameters, solve_steady_state
    >>> state = solve_steady_state(Parameters(inv_kfa=-1.0))
    >>> q, omega = np.linspace(0.01, 1.0, 1000)[:, None], np.linspace(0.0, 1.0, 1000)
    >>> matrices = fluctuation_map(state, q, omega)  # doctest: +SKIP
    """
    points = integer("points", points, 1, _MOST)
    block = integer("panels", panels, 1, _MOST)

    def sums(integrand: Any, panels: Panels, rule: Rule) -> Sums:
        found: Sums = integrand.folded(panel_sums(integrand.loop, panels, rule, block))
        return found

    result = matrix_of_part(state, q, omega, "all", rtol, Means(points, sums))
    return result if full else converged_value(result)

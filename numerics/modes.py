"""Collective modes: the complex roots omega_q of det M(q, omega) = 0, (38)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.analytic_roots import Rectangle, zeros_in
from numerics.fluctuation import fluctuation_matrix
from numerics.parameters import real_number
from numerics.steady_state import SteadyState

Complex = NDArray[np.complex128]

#: The search ends at this part of gamma above Im(omega) = -gamma, where M has branch points; and
#: starts at this part of its width beyond Re(omega) = 0, on which modes may lie.
_BOTTOM, _BEYOND = 0.2, 0.0137
_SAME = 1e-6


@dataclass(frozen=True)
class CollectiveModes:
    """The collective modes at one wave number within a window of frequencies.

    Parameters
    ----------
    q : float
        Wave number.
    frequencies : ndarray of complex, shape (n,)
        Roots with Re(omega) >= 0, by decreasing imaginary part; their negative conjugates are
        roots, too.
    vectors : ndarray of complex, shape (n, 2)
        Amplitude and phase of each mode, normalised.
    count : int
        Roots in the window by the argument principle.
    evaluations : int
        Matrices that were computed.
    status : str
        "complete", or "incomplete" where roots were counted that were not found.
    """

    q: float
    frequencies: Complex
    vectors: Complex
    count: int
    evaluations: int
    status: str


def collective_mode(
    state: SteadyState,
    q: float,
    *,
    largest: float | None = None,
    growth: float | None = None,
    rtol: float = 1e-9,
) -> CollectiveModes:
    """Return every collective mode within a window, 0 <= Re(omega), Im(omega) > -0.8 gamma.

    The roots are counted by the argument principle, so that none is missed without notice.
    Im(omega) > 0 is a growing mode.

    Parameters
    ----------
    state : SteadyState
    q : float
        Wave number, positive: at q = 0 the Goldstone mode is the root omega = 0.
    largest : float, optional
        Largest real part; 1.1 times the lowest pair energy 2 E by default.
    growth : float, optional
        Largest imaginary part; half of `largest` by default.
    rtol : float
        Tolerance of M.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> from numerics import Parameters, solve_steady_state
    >>> state = solve_steady_state(Parameters(0.0, 1e-3))
    >>> modes = collective_mode(state, 0.1)
    >>> modes.status, len(modes.frequencies), bool(modes.frequencies[0].imag < 0)
    ('complete', 1, True)
    """
    q = real_number("q", q, "q > 0", valid=q > 0)
    pair = 2 * state.lowest_excitation
    largest = 1.1 * pair if largest is None else largest
    real_number("largest", largest, "largest > 0", valid=largest > 0)
    growth = largest / 2 if growth is None else growth
    real_number("growth", growth, "growth > 0", valid=growth > 0)
    gamma = state.parameters.linewidth
    # the natural size of M: the density of states
    scale = 4 * math.pi

    def determinant(omega: Complex) -> Complex:
        m = scale * fluctuation_matrix(state, q, omega, rtol=rtol, full=True).value
        return np.asarray(m[:, 0, 0] * m[:, 1, 1] - m[:, 0, 1] * m[:, 1, 0])

    box = Rectangle(complex(-_BEYOND * largest, -(1 - _BOTTOM) * gamma), complex(largest, growth))
    bottom = math.hypot(state.mu, state.gap)
    energies = (0.0, pair, 2 * bottom, bottom - state.lowest_excitation, 2 * abs(state.edge))
    marks = [complex(e, -gamma) for e in energies]
    found = zeros_in(determinant, box, marks)
    roots = _one_side(found.values, gamma)
    vectors = np.array([_null_vector(state, q, w, rtol) for w in roots]).reshape(-1, 2)
    return CollectiveModes(
        q,
        np.array(roots, dtype=complex),
        vectors,
        found.count,
        found.evaluations,
        "complete" if found.complete else "incomplete",
    )


def _one_side(values: tuple[complex, ...], gamma: float) -> list[complex]:
    """Return roots with Re >= 0, each once, fastest growth first.

    Roots closer than a millionth of their size, or of gamma, are one root, or on the axis.
    """
    kept: list[complex] = []
    for value in values:
        w = complex(abs(value.real), value.imag)
        close = _SAME * (gamma + abs(w))
        if w.real < close:
            w = complex(0.0, w.imag)
        if all(abs(w - other) > close for other in kept):
            kept.append(w)
    return sorted(kept, key=lambda w: (-w.imag, w.real))


def _null_vector(state: SteadyState, q: float, omega: complex, rtol: float) -> Complex:
    """Return the direction that M maps to zero: amplitude and phase of the mode."""
    m = fluctuation_matrix(state, q, omega, rtol=rtol, full=True).value
    row = m[np.argmax(np.abs(m).sum(axis=1))]
    vector = np.array([-row[1], row[0]])
    return np.asarray(vector / np.linalg.norm(vector))

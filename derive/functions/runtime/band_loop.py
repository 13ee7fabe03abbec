"""The loop over nodes of one momentum, for the response within the upper quasiparticle branch.

As in `panel_loop` the nodes of as many panels as there is room for are a block, panel beside panel.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from derive.functions.runtime.panel_loop import (
    _COARSE,
    _DIFFERENCE,
    _FINE,
    _ROWS,
    _T,
    _WEIGHT,
    BLOCK,
    _row,
    _sizes,
    _spread,
    _summed,
)
from derive.functions.runtime.vector_functions import excess, sinh_cosh

#: Rows of a block's own before the inputs of a kernel: what a panel is, and where its nodes are.
_OF_SCALE, _OF_MIDDLE, _OF_HALF, _OF_ORIGIN, _OF_WAVE = 0, 1, 2, 3, 4
_OF_TRANSFER, _OF_GROWTH, _MOMENTUM = 5, 6, 7
_BAND_LANES = 7
#: Inputs of a kernel that change from node to node, and all of them, by the rows of a block.
_KINETIC, _ENERGY, _PHI, _END = _ROWS, _ROWS + 1, _ROWS + 2, _ROWS + 6
_SPAN, _MOVE, _ABOVE_AXIS, _WIDE = _ROWS + 12, _ROWS + 13, _ROWS + 14, _ROWS + 16
_BAND_INPUTS = 18


def band_sums(
    kernel: Any,
    step: Any,
    thermal: Any,
    moved: bool,
    owner: Any,
    panels: Any,
    points: Any,
    state: Any,
    reservoirs: Any,
    rule: Any,
    groups: Any,
    sums: Any,
) -> None:
    """Integrate the outputs of a kernel over panels of one momentum.

    Parameters
    ----------
    kernel : callable
        Of xi and E at this momentum, of what fills the states at its poles, of what is at both
        ends of the other one, of Omega, Im(omega) and minus its sign, and of the state.
    step, thermal : callable
        int dnu/2pi f(nu)/(nu - z) at T = 0 and at T > 0.
    moved : bool
        Whether the poles are those of G^R, from which omega is subtracted.
    owner : ndarray of int, shape (panels,)
    panels : ndarray, shape (4, panels)
        Origin, scale, start and end.
    points : ndarray, shape (3, n)
        q, Omega and Im(omega) of each owner.
    state : ndarray, shape (3,)
        Order parameter, potential and linewidth.
    reservoirs : ndarray, shape (filled, 3)
        Part of the linewidth, edge and temperature.
    rule : ndarray, shape (3, nodes)
        Nodes, weights, and what these are more than those of the embedded rule.
    groups : ndarray of int, shape (outputs/2,)
        To which size each of the complex outputs counts, of which the largest is taken.
    sums : ndarray, shape (panels, 2 * outputs + sizes)
        Integrals, their differences to the embedded rule, and sizes.
    """
    rows, nodes, outputs = sums.shape[0], rule.shape[1], 2 * groups.size
    sizes = sums.shape[1] - 2 * outputs
    block = np.ones((_ROWS + _BAND_INPUTS + outputs + sizes) * BLOCK)
    # x, y, edge and temperature, and behind them the two parts of the integral
    filling = np.ones(6 * BLOCK)
    side = BLOCK // nodes
    lanes, found = np.ones((_BAND_LANES, side)), np.empty(side)
    for k in range(3):
        for j in range(nodes):
            for p in range(side):
                block[(_T + k) * BLOCK + j * side + p] = rule[k, j]
    _row(block, _WIDE)[:], _row(block, _WIDE + 1)[:] = state[0], state[2]
    for first in range(0, rows, side):
        some = min(side, rows - first)
        for p in range(some):
            panel = first + p
            start, end = panels[2, panel], panels[3, panel]
            lanes[_OF_SCALE, p], lanes[_OF_ORIGIN, p] = panels[1, panel], panels[0, panel]
            lanes[_OF_MIDDLE, p], lanes[_OF_HALF, p] = (start + end) / 2.0, (end - start) / 2.0
            for k in range(3):
                lanes[_OF_WAVE + k, p] = points[k, owner[panel]]
        for k in range(_BAND_LANES):
            _spread(block, k, lanes[k], nodes)
        _place_momenta(block, state[0], state[1])
        _fill_poles(block, filling, step, thermal, moved, state[2], reservoirs)
        kernel(block[_ROWS * BLOCK :].ctypes)
        _sizes(block, _ROWS + _BAND_INPUTS, groups, sizes)
        for k in range(2 * outputs + sizes):
            fine = k < outputs or k >= 2 * outputs
            row = k if k < outputs else k - outputs
            _summed(block, _ROWS + _BAND_INPUTS + row, _FINE if fine else _COARSE, nodes, found)
            for p in range(some):
                sums[first + p, k] = found[p]


@njit(error_model="numpy")
def _place_momenta(block: Any, gap: float, mu: float) -> None:
    """Place the nodes, their weights, and what is at both ends of the other momentum's range."""
    for i in range(BLOCK):
        scale, half = block[_OF_SCALE * BLOCK + i], block[_OF_HALF * BLOCK + i]
        q, growth = block[_OF_WAVE * BLOCK + i], block[_OF_GROWTH * BLOCK + i]
        rise, slope = sinh_cosh(block[_OF_MIDDLE * BLOCK + i] + half * block[_T * BLOCK + i])
        p = block[_OF_ORIGIN * BLOCK + i] + scale * rise
        # p+ dp+ p- dp- with p- dp- = dxi/2
        measure = half * abs(scale) * slope * p / (8.0 * math.pi * math.pi * q)
        block[_FINE * BLOCK + i] = measure * block[_WEIGHT * BLOCK + i]
        block[_COARSE * BLOCK + i] = measure * block[_DIFFERENCE * BLOCK + i]
        xi = p * p - mu
        block[_KINETIC * BLOCK + i], block[_ENERGY * BLOCK + i] = xi, math.sqrt(xi * xi + gap * gap)
        for end in range(2):
            other = p + q if end else p - q
            xi = other * other - mu
            block[(_END + end) * BLOCK + i] = xi
            block[(_END + 2 + end) * BLOCK + i] = math.sqrt(xi * xi + gap * gap)
            block[(_END + 4 + end) * BLOCK + i] = excess(-xi, gap)
        block[_SPAN * BLOCK + i] = 4.0 * p * q
        block[_MOVE * BLOCK + i] = block[_OF_TRANSFER * BLOCK + i]
        block[_ABOVE_AXIS * BLOCK + i] = growth
        block[(_ABOVE_AXIS + 1) * BLOCK + i] = -math.copysign(1.0, growth)


@njit(error_model="numpy")
def _fill_poles(
    block: Any,
    filling: Any,
    step: Any,
    thermal: Any,
    moved: bool,
    linewidth: float,
    reservoirs: Any,
) -> None:
    """Sum what fills the states: int dnu/2pi F(+-nu)/(gamma (nu - z)) at z = x - i y."""
    for which in range(2):
        real, imaginary = _row(block, _PHI + 2 * which), _row(block, _PHI + 2 * which + 1)
        real[:], imaginary[:] = 0.0, -0.5
        # F = gamma_lambda (1 - 2 f), and f(-nu) has minus the conjugate at -z*
        sign = -1.0 if which else 1.0
        for k in range(reservoirs.shape[0]):
            share, edge, temperature = reservoirs[k, 0], reservoirs[k, 1], reservoirs[k, 2]
            for i in range(BLOCK):
                x = block[_ENERGY * BLOCK + i]
                x = x - block[_OF_TRANSFER * BLOCK + i] if moved else x
                more = block[_OF_GROWTH * BLOCK + i] if moved else 0.0
                filling[i], filling[BLOCK + i] = sign * x, linewidth + more
                filling[2 * BLOCK + i], filling[3 * BLOCK + i] = edge, temperature
            if temperature > 0.0:
                thermal(filling.ctypes)
                first = 4
            else:
                step(filling.ctypes)
                first = 3
            for i in range(BLOCK):
                real[i] -= sign * 2.0 * share * filling[first * BLOCK + i]
                imaginary[i] -= 2.0 * share * filling[(first + 1) * BLOCK + i]

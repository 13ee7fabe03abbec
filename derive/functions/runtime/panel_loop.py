"""Loops around compiled kernels: over many points, and over the nodes of panels of a frequency.

A kernel is called with a block of points, its inputs one row after the other and then its outputs.
It is an argument here, so that these loops are compiled once for all kernels.  The nodes of as many
panels as there is room for are a block, panel beside panel: whatever stands beside one, its sums
are the same to the last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from derive.functions.runtime.vector_functions import exponential, sinh_cosh

#: Points of a block: as many as the nodes of so many panels of 25 each.
LANES = 8
BLOCK = 200
#: Rows of a block's own before the inputs of a kernel: what a panel is, and what its nodes are.
_SCALE, _MIDDLE, _HALF, _TAIL, _SIGN, _ORIGIN = 0, 1, 2, 3, 4, 5
_START, _ABOVE, _BELOW, _START_OMEGA, _ABOVE_OMEGA, _BELOW_OMEGA = 6, 7, 8, 9, 10, 11
_LANE_ROWS = 12
_SUMS, _SMOOTH, _T, _WEIGHT, _DIFFERENCE, _FINE, _COARSE = 12, 13, 14, 15, 16, 17, 18
_ROWS = 19
#: Where the kernel's inputs are that change from node to node.
_Y, _DISTANCE = _ROWS * BLOCK, (_ROWS + 1) * BLOCK
_DISTANCE_OMEGA, _MEAN = (_ROWS + 2) * BLOCK, (_ROWS + 3) * BLOCK
_FIRST = (_ROWS + 4) * BLOCK
#: How many these are.
_CHANGING = 6
#: Beyond, exponentials of what is smeared out would overflow.
_FARTHEST = 700.0


def apply_kernel(kernel: Any, arguments: Any, results: Any) -> None:
    """Apply a kernel to the columns of arguments, shape (inputs, n); results are (outputs, n)."""
    inputs, outputs = arguments.shape[0], results.shape[0]
    block = np.ones((inputs + outputs) * BLOCK)
    for start in range(0, arguments.shape[1], BLOCK):
        size = min(BLOCK, arguments.shape[1] - start)
        for k in range(inputs):
            for i in range(size):
                block[k * BLOCK + i] = arguments[k, start + i]
        kernel(block.ctypes)
        for k in range(outputs):
            for i in range(size):
                results[k, start + i] = block[(inputs + k) * BLOCK + i]


def panel_sums(
    kernel: Any,
    owner: Any,
    panels: Any,
    terms: Any,
    half: Any,
    constants: Any,
    scalars: Any,
    occupations: Any,
    rule: Any,
    groups: Any,
    sums: Any,
) -> None:
    """Integrate the outputs of a kernel over panels of y = |x|, for all terms of the integrand.

    In a term with the signs s and t the frequency is x = s y - t Omega/2, at x + t Omega is the
    other function.

    Parameters
    ----------
    kernel : callable
        Of x, of |x| and |x + t Omega| less the edge of the spectrum, of x + t Omega/2, of the two
        sums over what fills the states, and of constants.
    owner : ndarray of int, shape (panels,)
    panels : ndarray, shape (6, panels)
        Origin, what it was rounded by, scale, start, end, and whether it is a tail.
    terms : ndarray, shape (terms, 2)
        s and t.
    half : ndarray, shape (n,)
        Omega/2 of each owner.
    constants : ndarray, shape (terms, m, n)
    scalars : ndarray, shape (7,)
        Edge of the spectrum, what is added to x where reservoirs count their energies, how close x
        comes to zero, the scale of the smooth inverse root or zero, what is added to the two sums
        of the occupations, and whether these are what fills a side.
    occupations : ndarray, shape (steps, 4)
        Which sum, edge, temperature, and weight.
    rule : ndarray, shape (3, nodes)
        Nodes, weights, and what these are more than those of the embedded rule.
    groups : ndarray of int, shape (outputs/2,)
        To which size each of the complex outputs counts, of which the largest is taken.
    sums : ndarray, shape (panels * terms, 2 * outputs + sizes + 2)
        Integrals, their differences to the embedded rule, sizes, and both of the inverse root.
    """
    rows, count = sums.shape[0], terms.shape[0]
    inputs, outputs = _CHANGING + constants.shape[1], 2 * groups.size
    sizes = sums.shape[1] - 2 * outputs - 2
    block = np.ones((_ROWS + inputs + outputs + sizes) * BLOCK)
    nodes = rule.shape[1]
    side = BLOCK // nodes
    lanes, found = np.ones((_LANE_ROWS + constants.shape[1], side)), np.empty(side)
    for k in range(3):
        for j in range(nodes):
            for p in range(side):
                block[(_T + k) * BLOCK + j * side + p] = rule[k, j]
    for first in range(0, rows, side):
        some = min(side, rows - first)
        for p in range(some):
            panel, term = (first + p) // count, (first + p) % count
            point = owner[panel]
            _lane(lanes, p, panels, panel, terms[term], half[point], scalars[0])
            for k in range(constants.shape[1]):
                lanes[_LANE_ROWS + k, p] = constants[term, k, point]
        for k in range(_LANE_ROWS):
            _spread(block, k, lanes[k], nodes)
        for k in range(constants.shape[1]):
            _spread(block, _ROWS + _CHANGING + k, lanes[_LANE_ROWS + k], nodes)
        _nodes(block, scalars[3])
        _fill(block, scalars, occupations)
        _set_aside(block, scalars[2])
        kernel(block[_ROWS * BLOCK :].ctypes)
        _sizes(block, _ROWS + inputs, groups, sizes)
        for k in range(2 * outputs + sizes + 2):
            if k < 2 * outputs:
                row, weight = _ROWS + inputs + k % outputs, _FINE + k // outputs
            elif k < 2 * outputs + sizes:
                row, weight = _ROWS + inputs + k - outputs, _FINE
            else:
                row, weight = _SMOOTH, _FINE + k - 2 * outputs - sizes
            _summed(block, row, weight, nodes, found)
            for p in range(some):
                sums[first + p, k] = found[p]


@njit(error_model="numpy")
def _sum_of_two(a: float, b: float) -> tuple[float, float]:
    """Return a + b, and what that was rounded by."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


@njit(error_model="numpy")
def _less(high: float, low: float, other: float) -> float:
    """Return high + low - other, rounded once."""
    total, rest = _sum_of_two(high, -other)
    return total + (rest + low)


@njit(error_model="numpy")
def _lane(
    lanes: Any, p: int, panels: Any, panel: int, signs: Any, half: float, edge: float
) -> None:
    """Put what a panel is in a term into a lane."""
    sign, turn = signs[0], signs[1]
    start, end = panels[3, panel], panels[4, panel]
    lanes[_SCALE, p], lanes[_TAIL, p] = panels[2, panel], panels[5, panel]
    lanes[_MIDDLE, p], lanes[_HALF, p] = (start + end) / 2.0, (end - start) / 2.0
    lanes[_SIGN, p], lanes[_ORIGIN, p] = sign, panels[0, panel]
    for k in range(2):
        # the positions of both frequencies, to twice the digits
        shift = turn * half if k else -turn * half
        high, low = _sum_of_two(sign * panels[0, panel], shift)
        high, low = _sum_of_two(high, low + sign * panels[1, panel])
        lanes[_START + 3 * k, p] = high
        lanes[_ABOVE + 3 * k, p] = _less(high, low, edge)
        lanes[_BELOW + 3 * k, p] = _less(-high, -low, edge)


@njit(error_model="numpy")
def _spread(block: Any, row: int, lane: Any, nodes: int) -> None:
    values, side = _row(block, row), lane.size
    for j in range(nodes):
        for p in range(side):
            values[j * side + p] = lane[p]


@njit(error_model="numpy")
def _nodes(block: Any, smooth: float) -> None:
    """Place the nodes: where they are, and their weights."""
    for i in range(BLOCK):
        scale, half, sign = (
            block[_SCALE * BLOCK + i],
            block[_HALF * BLOCK + i],
            block[_SIGN * BLOCK + i],
        )
        tail = block[_TAIL * BLOCK + i] > 0.0
        u = block[_MIDDLE * BLOCK + i] + half * block[_T * BLOCK + i]
        rise, slope = sinh_cosh(u)
        inverse = 1.0 / (u * u)
        offset = scale * (inverse if tail else rise)
        slope = half * (2.0 * scale * inverse / u if tail else abs(scale) * slope)
        block[_FINE * BLOCK + i] = slope * block[_WEIGHT * BLOCK + i]
        block[_COARSE * BLOCK + i] = slope * block[_DIFFERENCE * BLOCK + i]
        block[_SMOOTH * BLOCK + i] = block[_ORIGIN * BLOCK + i] + offset
        block[_MEAN + i] = sign * (block[_ORIGIN * BLOCK + i] + offset)
        offset = sign * offset
        y = block[_START * BLOCK + i] + offset
        other = block[_START_OMEGA * BLOCK + i] + offset
        above, below = block[_ABOVE * BLOCK + i] + offset, block[_BELOW * BLOCK + i] - offset
        block[_DISTANCE + i] = above if y > 0.0 else below
        above = block[_ABOVE_OMEGA * BLOCK + i] + offset
        below = block[_BELOW_OMEGA * BLOCK + i] - offset
        block[_DISTANCE_OMEGA + i] = above if other > 0.0 else below
        block[_Y + i] = y
    if smooth > 0.0:
        for i in range(BLOCK):
            y = block[_SMOOTH * BLOCK + i]
            block[_SMOOTH * BLOCK + i] = 1.0 / np.sqrt(np.sqrt(y * y + smooth * smooth))


@njit(error_model="numpy")
def _fill(block: Any, scalars: Any, occupations: Any) -> None:
    """Sum what fills the states at the nodes, of both kinds of carriers."""
    one_sided = scalars[6] > 0.0
    for which in range(2):
        row = _FIRST + which * BLOCK
        turn = 1.0 - 2.0 * which
        for i in range(BLOCK):
            side = turn * block[_SIGN * BLOCK + i]
            block[row + i] = scalars[4 + which] if not one_sided or side < 0.0 else 0.0
    for k in range(occupations.shape[0]):
        which = 0 if occupations[k, 0] == 0.0 else 1
        row, turn = _FIRST + which * BLOCK, 1.0 - 2.0 * which
        edge, temperature, weight = occupations[k, 1], occupations[k, 2], occupations[k, 3]
        for i in range(BLOCK):
            x = turn * (block[_Y + i] + scalars[1]) - edge
            if temperature > 0.0:
                far = abs(x) / temperature
                power, part = exponential(-(_FARTHEST if far > _FARTHEST else far))
                small = power + power * part
                less = -(power * part + (power - 1.0))
            else:
                small, less = (1.0, 0.0) if x == 0.0 else (0.0, 1.0)
            if one_sided:
                side = turn * block[_SIGN * BLOCK + i]
                fermi = (small if side * x > 0.0 else 1.0) / (1.0 + small)
                block[row + i] += -2.0 * side * weight * fermi
            else:
                tanh = less / (1.0 + small)
                block[row + i] += weight * (tanh if x > 0.0 else -tanh)


@njit(error_model="numpy")
def _set_aside(block: Any, closest: float) -> None:
    """Move nodes away from zero: once they are filled, as what fills them may step closer to it."""
    for i in range(BLOCK):
        y = block[_Y + i]
        aside = closest if y >= 0.0 else -closest
        block[_Y + i] = aside if abs(y) < closest else y


@njit(error_model="numpy")
def _row(block: Any, row: int) -> Any:
    """Return a row of a block by itself, where no index can be negative."""
    return block[row * BLOCK : (row + 1) * BLOCK]


@njit(error_model="numpy")
def _sizes(block: Any, first: int, groups: Any, sizes: int) -> None:
    """Put the largest abs(Re) + abs(Im) of the outputs of each group behind the outputs."""
    after = first + 2 * groups.size
    block[after * BLOCK : (after + sizes) * BLOCK] = 0.0
    for k in range(groups.size):
        real, imaginary = _row(block, first + 2 * k), _row(block, first + 2 * k + 1)
        largest = _row(block, after + groups[k])
        for i in range(BLOCK):
            size = abs(real[i]) + abs(imaginary[i])
            # no number stays none
            largest[i] = largest[i] if size <= largest[i] else size


@njit(error_model="numpy")
def _summed(block: Any, row: int, weight: int, nodes: int, found: Any) -> None:
    """Sum a row over the nodes of each panel: half of them to the others, and so on."""
    values, weights, sums = _row(block, row), _row(block, weight), _row(block, _SUMS)
    side, left = found.size, nodes
    for i in range(BLOCK):
        sums[i] = weights[i] * values[i]
    while left > 1:
        half = left // 2
        others = _from(sums, (left - half) * side)
        for i in range(half * side):
            sums[i] += others[i]
        left -= half
    for p in range(side):
        found[p] = sums[p]


@njit(error_model="numpy")
def _from(row: Any, first: int) -> Any:
    """Return the rest of a row, where no index can be negative."""
    return row[first:]

"""The loop over momenta of the gap and number equations: nodes, kernels and sums, panel by panel.

The nodes of eight panels at a time are a block, each panel one lane of the processor's vectors.
Kernels are arguments here, and in the generated text functions of the same module: of a block,
whose first rows are their inputs and whose next ones become their outputs, and of numbers for the
tails.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from derive.functions.runtime.panel_loop import BLOCK, LANES, _row, _sum_of_two
from derive.functions.runtime.vector_functions import arctan2, log

#: Outputs of a kernel, every third of which belongs to the number equation: the equations, and
#: their derivatives by the order parameter, xi, the linewidth, and the edge of a filled reservoir.
_OUTPUTS, _EMPTY_OUTPUTS, _BY_XI, _BY_EDGE = 15, 12, 6, 12
#: Rows of inputs of the kernels.
_STEP, _THERMAL, _EMPTY = 4, 5, 3
#: Rows of the loop's own: where nodes are; their weights in a sum over momenta, what these are more
#: than those of the embedded rule, and p**2 times the former, each for the gap equation and, up to
#: the cutoff, for the number equation; what is integrated of all reservoirs together, and its slope
#: by xi; and how often `thermal` is rounded.
_MOMENTUM, _WEIGHT, _DIFFERENCE, _MOVED = 0, 1, 3, 5
_TOGETHER, _SLOPE, _LOST, _SUMS, _OWN = 7, 10, 13, 14, 15
#: Rows of the totals.
_VALUES, _ERRORS, _ROUNDED, _SIZES, _RESTS = 0, 1, 2, 3, 4


def momentum_sums(
    step_rows: Any,
    thermal_rows: Any,
    empty_rows: Any,
    fermi_tail: Any,
    empty_tail: Any,
    place: Any,
    reservoirs: Any,
    ends: Any,
    rule: Any,
    parts: Any,
    totals: Any,
) -> None:
    """Sum the gap and number equations over momenta, of each reservoir and of all together.

    First come the kernels of a reservoir at T = 0, at T > 0 and of an empty one, and what comes
    beyond a momentum of a filled and of an empty one.

    Parameters
    ----------
    place : ndarray, shape (9,)
        Order parameter, potential, linewidth, where the tails start, cutoff of the number equation,
        rate of the empty reservoir, what a sum over momenta is of p**2 dp; and how often `thermal`
        is rounded: for its arguments, and for a modulus of one of its digamma functions.
    reservoirs : ndarray, shape (n, 3)
        Rate, edge and temperature of those that are filled.
    ends : ndarray, shape (panels + 1,)
        Of the panels; the cutoff is among them if it is before the tails.
    rule : ndarray, shape (3, nodes)
        Nodes, weights, and what these are more than those of the embedded rule.
    parts : ndarray, shape (n + 1, 2, 15)
        The sums of the outputs of each reservoir of unit rate, with derivatives by mu in place of
        xi, and what they were rounded by; those of the empty one are the last.
    totals : ndarray, shape (5, 3)
        Of all reservoirs with their rates: values, in which the gap equation has its divergence
        subtracted; errors of the quadrature; by how much values change with p**2 and with edges,
        per part of these; the integral of the modulus of the first, and of how often `thermal` is
        rounded relative to `empty`; and what values were rounded by.
    """
    gap, mu, linewidth, start, cutoff, rate = place[:6]
    filled, nodes = reservoirs.shape[0], rule.shape[1]
    own, found = np.zeros(_OWN * BLOCK), np.empty(LANES)
    cold = np.ones((_STEP + _OUTPUTS) * BLOCK)
    warm = np.ones((_THERMAL + _OUTPUTS) * BLOCK)
    none = np.ones((_EMPTY + _EMPTY_OUTPUTS) * BLOCK)
    parts[:], totals[:] = 0.0, 0.0
    for block in (cold, warm, none):
        _row(block, 1)[:], _row(block, 2)[:] = gap, linewidth
    for first in range(0, ends.size - 1, LANES):
        _place(own, ends, first, cutoff, rule, place[6])
        for i in range(BLOCK):
            square = own[_MOMENTUM * BLOCK + i] * own[_MOMENTUM * BLOCK + i]
            cold[i] = warm[i] = none[i] = square - mu
            # 1/U is measured by the scattering length: 1/(2 eps_p) is subtracted
            own[_TOGETHER * BLOCK + i] = -0.5 / square
        own[(_TOGETHER + 1) * BLOCK : _LOST * BLOCK] = 0.0
        empty_rows(none)
        outputs = none[_EMPTY * BLOCK :]
        _together(own, outputs, rate)
        _weigh(own, outputs, _EMPTY_OUTPUTS, nodes, parts[filled], found)
        for k in range(filled):
            share, edge, temperature = reservoirs[k]
            if temperature > 0.0:
                _row(warm, 3)[:], _row(warm, 4)[:] = edge, temperature
                thermal_rows(warm)
                outputs = warm[_THERMAL * BLOCK :]
                _count(own, none, place, edge, temperature)
                lost = _sum_of_moduli(own, _row(own, _LOST), _WEIGHT, nodes, found)
                totals[_SIZES, 1] += abs(share) * lost
            else:
                _row(cold, 3)[:] = edge
                step_rows(cold)
                outputs = cold[_STEP * BLOCK :]
            _together(own, outputs, share)
            _weigh(own, outputs, _OUTPUTS, nodes, parts[k], found)
            for equation in range(3):
                by_edge, weight = _row(outputs, _BY_EDGE + equation), _WEIGHT + equation // 2
                moved = _sum_of_moduli(own, by_edge, weight, nodes, found)
                totals[_ROUNDED, equation] += abs(share * edge) * moved
        _integrate(own, nodes, totals, found)
    for k in range(filled + 1):
        for output in range(_BY_XI, _BY_XI + 3):
            # xi = p**2 - mu
            parts[k, 0, output] *= -1.0
            parts[k, 1, output] *= -1.0
    tails = np.empty((2, _OUTPUTS + 3))
    for k in range(filled):
        for end in range(2):
            momentum = max(start, cutoff) if end else start
            values = fermi_tail(momentum, mu, gap, linewidth, reservoirs[k, 1], reservoirs[k, 2])
            for output in range(_OUTPUTS + 3):
                tails[end, output] = values[output]
        _beyond(tails, _OUTPUTS, reservoirs[k, 0], parts[k], totals)
    for end in range(2):
        lasts = empty_tail(max(start, cutoff) if end else start, mu, gap, linewidth)
        for output in range(_EMPTY_OUTPUTS + 3):
            tails[end, output] = lasts[output]
    _beyond(tails, _EMPTY_OUTPUTS, rate, parts[filled], totals)


@njit(error_model="numpy")
def _place(own: Any, ends: Any, first: int, cutoff: float, rule: Any, measure: float) -> None:
    """Place the nodes of the next panels, and their weights; beyond the last there are none."""
    nodes = rule.shape[1]
    own[: _SUMS * BLOCK] = 0.0
    own[:BLOCK] = 1.0
    for p in range(LANES):
        panel = min(first + p, ends.size - 2)
        middle, half = (ends[panel + 1] + ends[panel]) / 2.0, (ends[panel + 1] - ends[panel]) / 2.0
        for j in range(nodes):
            i = j * LANES + p
            momentum = middle + half * rule[0, j]
            own[i] = momentum
            if first + p < ends.size - 1:
                square = momentum * momentum
                weight = measure * square * half
                counted = 1.0 if middle < cutoff else 0.0
                for number in range(2):
                    here = weight * counted if number else weight
                    own[(_WEIGHT + number) * BLOCK + i] = here * rule[1, j]
                    own[(_DIFFERENCE + number) * BLOCK + i] = here * rule[2, j]
                    own[(_MOVED + number) * BLOCK + i] = square * (here * rule[1, j])


@njit(error_model="numpy")
def _together(own: Any, outputs: Any, rate: float) -> None:
    """Add what a reservoir does to the equations, and to their slopes by xi."""
    for equation in range(3):
        values, slopes = _row(own, _TOGETHER + equation), _row(own, _SLOPE + equation)
        more, by_xi = _row(outputs, equation), _row(outputs, _BY_XI + equation)
        for i in range(BLOCK):
            values[i] += rate * more[i]
            slopes[i] += rate * by_xi[i]


@njit(error_model="numpy")
def _weigh(own: Any, outputs: Any, count: int, nodes: int, part: Any, found: Any) -> None:
    """Add the sums of the outputs of a kernel over the nodes of a block."""
    for output in range(count):
        weight = _WEIGHT + (output % 3) // 2
        _sums(own, _row(outputs, output), weight, nodes, found)
        for p in range(LANES):
            part[0, output], lost = _sum_of_two(part[0, output], found[p])
            part[1, output] += lost


@njit(error_model="numpy")
def _integrate(own: Any, nodes: int, totals: Any, found: Any) -> None:
    """Add the integrals of what all reservoirs do to the equations, and their errors."""
    for equation in range(3):
        values, slopes, number = (
            _row(own, _TOGETHER + equation),
            _row(own, _SLOPE + equation),
            equation // 2,
        )
        _sums(own, values, _WEIGHT + number, nodes, found)
        for p in range(LANES):
            totals[_VALUES, equation], lost = _sum_of_two(totals[_VALUES, equation], found[p])
            totals[_RESTS, equation] += lost
        _sums(own, values, _DIFFERENCE + number, nodes, found)
        for p in range(LANES):
            totals[_ERRORS, equation] += abs(found[p])
        moved = _sum_of_moduli(own, slopes, _MOVED + number, nodes, found)
        totals[_ROUNDED, equation] += moved
    totals[_SIZES, 0] += _sum_of_moduli(own, _row(own, _TOGETHER), _WEIGHT, nodes, found)


@njit(error_model="numpy")
def _count(own: Any, none: Any, place: Any, edge: float, temperature: float) -> None:
    """Count how often `thermal` is rounded at the nodes, times the imaginary part of `empty`.

    It is `numerics.steady.rounding.thermal_roundings`.
    """
    gap, linewidth, of_arguments, of_digamma = place[0], place[2], place[7], place[8]
    scale = 2.0 * math.pi * temperature
    real = 0.5 + linewidth / scale
    for i in range(BLOCK):
        energy, total = math.sqrt(none[i] * none[i] + gap * gap), 0.0
        for sign in range(2):
            imaginary = (energy + (edge if sign else -edge)) / scale
            square = real * real + imaginary * imaginary
            modulus, angle = 0.5 * log(square), arctan2(imaginary, real)
            total += math.sqrt(modulus * modulus + angle * angle) + 1.0 / math.sqrt(square)
        often = (of_arguments + of_digamma / math.pi * total) * (1.0 + linewidth / energy)
        own[_LOST * BLOCK + i] = often * none[(_EMPTY + 1) * BLOCK + i]


@njit(error_model="numpy")
def _beyond(tails: Any, count: int, rate: float, part: Any, totals: Any) -> None:
    """Add the sums beyond the panels; the number equation's are those up to the cutoff."""
    for output in range(count):
        part[0, output] += part[1, output]
        number = output % 3 == 2
        part[1, output] = tails[0, output] - tails[1, output] if number else tails[0, output]
        part[0, output] += part[1, output]
    for equation in range(3):
        totals[_VALUES, equation] += rate * part[1, equation]
        last = tails[0, count + equation]
        last = last - tails[1, count + equation] if equation == 2 else last
        totals[_ERRORS, equation] += abs(rate * last)


@njit(error_model="numpy")
def _sums(own: Any, values: Any, weight: int, nodes: int, found: Any) -> None:
    """Sum values with their weights over the nodes of each panel: half to the other half."""
    weights, sums = _row(own, weight), _row(own, _SUMS)
    for i in range(nodes * LANES):
        sums[i] = weights[i] * values[i]
    while nodes > 1:
        kept = (nodes + 1) // 2
        for i in range((nodes - kept) * LANES):
            sums[i] += sums[kept * LANES + i]
        nodes = kept
    for p in range(LANES):
        found[p] = sums[p]


@njit(error_model="numpy")
def _sum_of_moduli(own: Any, values: Any, weight: int, nodes: int, found: Any) -> float:
    """Sum moduli of values with their weights over the nodes of all panels of a block."""
    weights, sums = _row(own, weight), _row(own, _SUMS)
    for i in range(nodes * LANES):
        sums[i] = weights[i] * abs(values[i])
    for p in range(LANES):
        found[p] = sums[p]
    for j in range(1, nodes):
        for p in range(LANES):
            found[p] += sums[j * LANES + p]
    total = 0.0
    for p in range(LANES):
        total += found[p]
    return total

"""The loop over frequencies of the equations of the steady state, for carriers of any kind.

As in `panel_loop` the nodes of as many panels as there is room for are a block, panel beside panel.
Frequencies of both signs follow one another there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from derive.functions.runtime.panel_loop import (
    _COARSE,
    _DISTANCE,
    _FARTHEST,
    _FINE,
    _LANE_ROWS,
    _ROWS,
    _SMOOTH,
    _T,
    _Y,
    BLOCK,
    _lane,
    _nodes,
    _row,
    _spread,
    _summed,
)
from derive.functions.runtime.vector_functions import exponential

#: Inputs of a kernel that change from node to node, frequency, distance and fillings; its outputs.
_OWN_INPUTS, _STATE_OUTPUTS = 4, 14
#: Two sums each: as they are, if nothing is filled, and derivatives, of which those by a step of
#: the unknown potential and of given ones, and by a shift of all; behind them sizes of the first.
_KINDS, _OF_TIED = 8, 5
_INTEGRALS = 2 * _KINDS
#: With their differences to the embedded rule.
_COLUMNS = _INTEGRALS + 4
#: Rows behind the outputs: of both species what fills the states, its derivative by the drive,
#: and by places of tied and of given steps; then the frequency, and the integrands.
_SHARED, _TIED, _GIVEN, _PLACED, _FERMI, _CHANGE, _TOTALS = 2, 4, 6, 8, 9, 10, 11
_BEHIND = _TOTALS + _INTEGRALS + 2


def state_sums(
    kernel: Any,
    panels: Any,
    constants: Any,
    place: Any,
    goals: Any,
    occupations: Any,
    rule: Any,
    rounds: int,
    totals: Any,
) -> int:
    """Integrate two of the equations over both signs, and return how many frequencies one has.

    Panels that miss their share of the tolerance are halved, as
    `numerics.quadrature.adaptive.refine` does.

    Parameters
    ----------
    kernel : callable
        Of a frequency from the middle of the gap, of its modulus less the edge of the spectrum, of
        what fills electrons and holes, and of constants.
    panels : ndarray, shape (6, n)
        Of abs(y): origins and what they were rounded by, scales, starts, ends, and tails.
    constants : ndarray, shape (m,)
    place : ndarray, shape (9,)
        Edge of the spectrum; what is added to the frequency where reservoirs count their energies;
        how close frequencies come to zero, and those at sharp steps; how linewidth and imbalance
        change with the drive; and weight and scale of what is subtracted from the first integrand:
        (y**2 + s**2)**(-1/4), or the square of it where the weight is negative; and 0, or if
        electrons and holes can be exchanged 1 for sums that both are the same of at the other
        sign of the frequency, 2 for those that change places there.
    goals : ndarray, shape (4,)
        Tolerance, and rounding in units of the size; the size of the first of two sums, whose
        second is of the size of at least a part of what it is if nothing is filled; zero for
        sums that have their own size; that part.
    occupations : ndarray, shape (steps, 6)
        0 for electrons and 1 for holes, edge, temperature, rate, its derivative by the drive, and
        whether the step is tied to the unknown potential.
    rule : ndarray, shape (3, nodes)
        Nodes, weights, and what these are more than those of the embedded rule.
    rounds : int
        How often at most panels are halved.
    totals : ndarray, shape (20,)
        The two sums, as they are if nothing is filled, and their derivatives by gap, mu, drive, by
        tied and by given steps, and by a shift of all; sizes of the two, and errors.
    """
    nodes, count, evaluated = rule.shape[1], panels.shape[1], 0
    outputs = _ROWS + _OWN_INPUTS + constants.size
    behind = outputs + _STATE_OUTPUTS
    block = np.ones((behind + _BEHIND) * BLOCK)
    for k in range(3):
        for j in range(nodes):
            for p in range(BLOCK // nodes):
                block[(_T + k) * BLOCK + j * (BLOCK // nodes) + p] = rule[k, j]
    for k in range(constants.size):
        row = _row(block, _ROWS + _OWN_INPUTS + k)
        for i in range(BLOCK):
            row[i] = constants[k]
    room = 2 * count
    pieces, sums = np.empty((6, room)), np.empty((room, _COLUMNS))
    _copy(pieces, panels, count)
    waiting = np.arange(count)
    for remaining in range(rounds, -1, -1):
        _over(kernel, pieces, waiting, block, outputs, place, occupations, nodes, sums)
        evaluated += waiting.size
        for k in range(_COLUMNS):
            totals[k] = 0.0
        for panel in range(count):
            for k in range(_COLUMNS):
                totals[k] += sums[panel, k] if k < _INTEGRALS + 2 else abs(sums[panel, k])
        first, second = _tolerances(goals, totals)
        reached = totals[_INTEGRALS + 2] <= first and totals[_INTEGRALS + 3] <= second
        if reached or remaining == 0:
            break
        # written so that a value which is not a number is missed, too
        share = 1.0 / (2.0 * evaluated)
        missed = np.empty(count, dtype=np.int64)
        many = 0
        for panel in range(count):
            # nor do shorter panels help against rounding
            least = max(share * first, goals[1] * sums[panel, _INTEGRALS])
            close = abs(sums[panel, _INTEGRALS + 2]) <= least
            least = max(share * second, goals[1] * sums[panel, _INTEGRALS + 1])
            if not (close and abs(sums[panel, _INTEGRALS + 3]) <= least):
                missed[many] = panel
                many += 1
        if many == 0:
            break
        if count + many > room:
            room = 2 * (count + many)
            more, others = np.empty((6, room)), np.empty((room, _COLUMNS))
            _copy(more, pieces, count)
            for panel in range(count):
                for k in range(_COLUMNS):
                    others[panel, k] = sums[panel, k]
            pieces, sums = more, others
        waiting = np.empty(2 * many, dtype=np.int64)
        for k in range(many):
            panel = missed[k]
            waiting[2 * k], waiting[2 * k + 1] = panel, count
            for field in range(6):
                pieces[field, count] = pieces[field, panel]
            middle = (pieces[3, panel] + pieces[4, panel]) / 2.0
            pieces[4, panel], pieces[3, count] = middle, middle
            count += 1
    _at_steps(kernel, block, outputs, place, occupations, totals)
    return evaluated * nodes


@njit(error_model="numpy")
def _tolerances(goals: Any, totals: Any) -> tuple[float, float]:
    """Return the tolerances of the two sums."""
    first = max(abs(totals[0]), totals[_INTEGRALS])
    second = max(abs(totals[1]), totals[_INTEGRALS + 1])
    if goals[2] > 0.0:
        # its terms without what is subtracted have no limit; in equilibrium decay and filling leave
        # nothing of each other but rounding
        first, second = goals[2], max(second, goals[3] * abs(totals[3]))
    return (
        max(goals[0] * first, goals[1] * totals[_INTEGRALS]),
        max(goals[0] * second, goals[1] * totals[_INTEGRALS + 1]),
    )


@njit(error_model="numpy")
def _over(
    kernel: Any,
    pieces: Any,
    waiting: Any,
    block: Any,
    outputs: int,
    place: Any,
    occupations: Any,
    nodes: int,
    sums: Any,
) -> None:
    """Integrate over some of the panels."""
    side, behind = BLOCK // nodes, outputs + _STATE_OUTPUTS
    lanes, found, signs = np.ones((_LANE_ROWS, side)), np.empty(side), np.ones(2)
    totals = behind + _TOTALS
    for first in range(0, waiting.size, side):
        some = min(side, waiting.size - first)
        for p in range(some):
            _lane(lanes, p, pieces, waiting[first + p], signs, 0.0, place[0])
        for k in range(_LANE_ROWS):
            _spread(block, k, lanes[k], nodes)
        _nodes(block, place[7])
        _clear(block, behind + _PLACED, 1)
        _add(block, behind + _PLACED, _Y // BLOCK, 1.0)
        _clear(block, totals, _INTEGRALS + 2)
        for which in range(1 if place[8] > 0.0 else 2):
            sign = 1.0 - 2.0 * which
            _occupy(block, behind, sign, place[1], occupations)
            y, at = _row(block, _Y // BLOCK), _row(block, behind + _PLACED)
            for i in range(BLOCK):
                y[i] = sign * (place[2] if at[i] < place[2] else at[i])
            kernel(block[_ROWS * BLOCK :].ctypes)
            _gather(block, outputs, place)
        if place[6] != 0.0:
            part = 0.5 * abs(place[6]) if place[8] > 0.0 else abs(place[6])
            smooth, total = _row(block, _SMOOTH), _row(block, totals)
            for i in range(BLOCK):
                # in two dimensions it is the square
                power = smooth[i] if place[6] > 0.0 else smooth[i] * smooth[i]
                total[i] -= part * power
        for k in range(_COLUMNS):
            fine = k < _INTEGRALS + 2
            row = totals + (k if fine else k - _INTEGRALS - 2)
            _summed(block, row, _FINE if fine else _COARSE, nodes, found)
            for p in range(some):
                sums[waiting[first + p], k] = found[p]
        if place[8] > 0.0:
            for p in range(some):
                _fold(sums, waiting[first + p], place[8] > 1.0)


@njit(error_model="numpy")
def _fold(sums: Any, panel: int, changed: bool) -> None:
    """Add what the other sign of the frequency has; a shift moves electrons and holes apart."""
    for pair in range(_COLUMNS // 2):
        first, second = sums[panel, 2 * pair], sums[panel, 2 * pair + 1]
        sign = -1.0 if pair == _KINDS - 1 else 1.0
        sums[panel, 2 * pair] = first + sign * (second if changed else first)
        sums[panel, 2 * pair + 1] = second + sign * (first if changed else second)


@njit(error_model="numpy")
def _occupy(block: Any, behind: int, sign: float, offset: float, occupations: Any) -> None:
    """Put what fills the states into the kernel's inputs, and derivatives of it into rows."""
    _clear(block, behind, _PLACED)
    for k in range(occupations.shape[0]):
        which = 0 if occupations[k, 0] == 0.0 else 1
        turn, edge, temperature = 1.0 - 2.0 * which, occupations[k, 1], occupations[k, 2]
        rate, share, tied = occupations[k, 3], occupations[k, 4], occupations[k, 5] > 0.0
        if temperature > 0.0:
            _smeared(block, behind, sign * turn, turn * offset - edge, temperature)
        else:
            _sharp(block, behind, sign * turn, turn * offset - edge)
        _add(block, behind + which, behind + _FERMI, rate)
        _add(block, behind + _SHARED + which, behind + _FERMI, share)
        _add(block, behind + (_TIED if tied else _GIVEN) + which, behind + _CHANGE, rate)
    for which in range(2):
        _clear(block, _Y // BLOCK + 2 + which, 1)
        _add(block, _Y // BLOCK + 2 + which, behind + which, 1.0)


@njit(error_model="numpy")
def _smeared(block: Any, behind: int, turn: float, offset: float, temperature: float) -> None:
    """Put a Fermi function of a frequency, and minus its derivative by that, into rows."""
    at, fermi, change = (
        _row(block, behind + _PLACED),
        _row(block, behind + _FERMI),
        _row(block, behind + _CHANGE),
    )
    for i in range(BLOCK):
        x = (turn * at[i] + offset) / temperature
        far = abs(x)
        power, part = exponential(-(_FARTHEST if far > _FARTHEST else far))
        small = power + power * part
        inverse = 1.0 / (1.0 + small)
        fermi[i] = (small if x > 0.0 else 1.0) * inverse
        change[i] = small * inverse * inverse / temperature


@njit(error_model="numpy")
def _sharp(block: Any, behind: int, turn: float, offset: float) -> None:
    """Put a step in a frequency into a row, and zeros in place of its derivative."""
    at, fermi = _row(block, behind + _PLACED), _row(block, behind + _FERMI)
    _clear(block, behind + _CHANGE, 1)
    for i in range(BLOCK):
        x = turn * at[i] + offset
        fermi[i] = 0.5 if x == 0.0 else (0.0 if x > 0.0 else 1.0)


@njit(error_model="numpy")
def _copy(pieces: Any, panels: Any, count: int) -> None:
    """Copy what panels are."""
    for field in range(6):
        for panel in range(count):
            pieces[field, panel] = panels[field, panel]


@njit(error_model="numpy")
def _clear(block: Any, first: int, count: int) -> None:
    """Put zeros into rows."""
    for i in range(first * BLOCK, (first + count) * BLOCK):
        block[i] = 0.0


@njit(error_model="numpy")
def _add(block: Any, row: int, other: int, weight: float) -> None:
    """Add a row, weighted, to another one."""
    sums, values = _row(block, row), _row(block, other)
    for i in range(BLOCK):
        sums[i] += weight * values[i]


@njit(error_model="numpy")
def _gather(block: Any, outputs: int, place: Any) -> None:
    """Add what a kernel has returned to the integrands; see `state_sums`."""
    behind = outputs + _STATE_OUTPUTS
    first = behind + _TOTALS
    by_gamma, by_delta = place[4], place[5]
    filled, shared = _row(block, behind), _row(block, behind + _SHARED)
    tied, given = _row(block, behind + _TIED), _row(block, behind + _GIVEN)
    filled_holes, shared_holes = _row(block, behind + 1), _row(block, behind + _SHARED + 1)
    tied_holes, given_holes = _row(block, behind + _TIED + 1), _row(block, behind + _GIVEN + 1)
    for k in range(2):
        value, electrons, holes = (
            _row(block, outputs + k),
            _row(block, outputs + 10 + k),
            _row(block, outputs + 12 + k),
        )
        gamma, delta = _row(block, outputs + 6 + k), _row(block, outputs + 8 + k)
        size, total, empty = (
            _row(block, first + _INTEGRALS + k),
            _row(block, first + k),
            _row(block, first + 2 + k),
        )
        drive = _row(block, first + 8 + k)
        for i in range(BLOCK):
            total[i] += value[i]
            size[i] += abs(value[i])
            empty[i] += value[i] - (filled[i] * electrons[i] + filled_holes[i] * holes[i])
            changed = shared[i] * electrons[i] + shared_holes[i] * holes[i]
            drive[i] += (by_gamma * gamma[i] + by_delta * delta[i]) + changed
        for slope in range(2):
            total, value = (
                _row(block, first + 4 + 2 * slope + k),
                _row(block, outputs + 2 + 2 * slope + k),
            )
            for i in range(BLOCK):
                total[i] += value[i]
        own, others, shift = (
            _row(block, first + 2 * _OF_TIED + k),
            _row(block, first + 2 * _OF_TIED + 2 + k),
            _row(block, first + 2 * _OF_TIED + 4 + k),
        )
        for i in range(BLOCK):
            own[i] += tied[i] * electrons[i] + tied_holes[i] * holes[i]
            others[i] += given[i] * electrons[i] + given_holes[i] * holes[i]
            up, down = (tied[i] + given[i]) * electrons[i], tied_holes[i] + given_holes[i]
            shift[i] += down * holes[i] - up


@njit(error_model="numpy")
def _at_steps(
    kernel: Any, block: Any, outputs: int, place: Any, occupations: Any, totals: Any
) -> None:
    """Add the derivatives by the places of sharp steps, each of which has two points in a block.

    Where the poles of G^R and G^A cancel these are two frequencies that keep away from there.
    """
    y, distance = _row(block, _Y // BLOCK), _row(block, _DISTANCE // BLOCK)
    apart = place[3]
    part, which = np.empty(BLOCK // 2), np.empty(BLOCK // 2, dtype=np.int64)
    steps, first = occupations.shape[0], 0
    while first < steps:
        count = 0
        while first < steps and count < BLOCK // 2:
            if occupations[first, 2] == 0.0:
                turn = 1.0 if occupations[first, 0] == 0.0 else -1.0
                at = turn * occupations[first, 1] - place[1]
                beside = abs(at) < apart
                part[count], which[count] = (1.0 + at / apart) / 2.0 if beside else 1.0, first
                y[2 * count], y[2 * count + 1] = (apart, -apart) if beside else (at, at)
                count += 1
            first += 1
        if count == 0:
            continue
        for i in range(2 * count):
            distance[i] = abs(y[i]) - place[0]
        _clear(block, _Y // BLOCK + 2, 2)
        kernel(block[_ROWS * BLOCK :].ctypes)
        for step in range(count):
            turn = 1.0 if occupations[which[step], 0] == 0.0 else -1.0
            rate, tied = occupations[which[step], 3], occupations[which[step], 5] > 0.0
            for k in range(2):
                row = _row(block, outputs + (10 if turn > 0.0 else 12) + k)
                mean = part[step] * row[2 * step] + (1.0 - part[step]) * row[2 * step + 1]
                totals[2 * (_OF_TIED if tied else _OF_TIED + 1) + k] += rate * mean
                totals[2 * (_OF_TIED + 2) + k] -= turn * (rate * mean)

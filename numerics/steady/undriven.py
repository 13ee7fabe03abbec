"""The state without decay, gamma_v = 0, where the condensate is in equilibrium with the bath."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from numerics.errors import ConvergenceError, NoCondensate
from numerics.model import Model
from numerics.parameters import Setting
from numerics.solve.continuation import newton
from numerics.steady.crossover import crossover_of
from numerics.steady.equations import Unknowns
from numerics.steady.scaling import Balanced, Equations, lowest_excitation

Array = NDArray[np.float64]

#: An order parameter that stands for zero, in units of the Fermi energy.
_VANISHING = 1e-9
#: By which part of it the order parameter may change from one part of a difference to the next:
#: beyond, what was found may be another solution.
_NEARBY = 0.25
#: The smallest part of a difference that is added at once.
_LEAST = 1 / 4096
#: An order parameter that cannot be followed below this part of that of equal carriers vanishes: it
#: falls like a square root, beyond which there is no solution.
_FALLEN = 0.75
#: A lowest excitation below this part of the order parameter is about to reach zero, where states
#: of one potential begin to fill: pairs break there.
_CLOSED = 0.1
#: How often a bracket is doubled before the search is given up.
_DOUBLINGS = 60


def balanced_state(equations: Equations) -> Unknowns:
    """Return the state at gamma_v = 0; of unequal carriers, that which continues equal ones.

    Raises
    ------
    NoCondensate
        If linewidth, temperature or the difference of the carriers suppress pairing.
    ConvergenceError
        If no state is found.
    """
    model = equations.parameters
    if model.symmetric:
        return _balanced_pairs(equations)
    assert isinstance(model, Model)
    equal = Equations(model.symmetrised())
    at = _balanced_pairs(equal)
    equations.evaluations += equal.evaluations
    start = point = np.array([at.gap, at.mu])
    part, step, slope = 0.0, 1.0, np.zeros(2)
    while part < 1:
        step = min(step, 1 - part)
        there = Equations(model.symmetrised(part + step)) if part + step < 1 else equations
        found = newton(Balanced(there), point + step * slope, _scales(point))
        if there is not equations:
            equations.evaluations += there.evaluations
        if found.converged and abs(found.point[0] / point[0] - 1) < _NEARBY:
            slope = (found.point - point) / step
            point, part, step = found.point, part + step, 2 * step
        elif step > _LEAST:
            step /= 4
        else:
            words = f"at {part:.3g} of the difference of masses and rates: {model.words()}"
            skew = model.symmetrised(part).bands.skew
            lowest = min(lowest_excitation(s * skew, point[0], point[1])[0] for s in (1, -1))
            if not model.neutral and lowest < _CLOSED * point[0]:
                reason = "electrons and holes at one potential have different Fermi surfaces"
                raise NoCondensate(f"no condensate in equilibrium beyond, {reason}, {words}")
            if part == 0 or point[0] < _FALLEN * start[0]:
                raise NoCondensate(f"the order parameter in equilibrium vanishes {words}")
            raise ConvergenceError(f"no condensate in equilibrium was found {words}", point)
    return Unknowns(float(point[0]), float(point[1]), 0.0)


def _balanced_pairs(equations: Equations) -> Unknowns:
    """Return the state of equal carriers at gamma_v = 0.

    Newton's method starts from the crossover without linewidth, temperature and cutoff.  Where
    that is too far away, the solution is bracketed.

    Raises
    ------
    NoCondensate
        If linewidth or temperature suppress pairing.
    """
    gap, mu = crossover_of(equations.parameters.coupling)
    system = Balanced(equations)
    start = np.array([gap, mu])
    found = newton(system, start, _scales(start))
    if not (found.converged and found.point[0] > _VANISHING):
        start = _bracketed(system, equations.parameters, gap, mu)
        found = newton(system, start, _scales(start))
        if not (found.converged and found.point[0] > 0):
            origin = equations.parameters.origin
            raise ConvergenceError(f"the state at {origin} did not converge", found.point)
    return system.unknowns(found.point)


def _scales(point: Array) -> Array:
    return np.array([point[0], max(abs(point[1]), point[0])])


def _bracketed(system: Balanced, parameters: Setting, gap: float, mu: float) -> Array:
    """Solve the two equations as two nested equations in one unknown.

    The density grows with mu at any order parameter, and the pair susceptibility on the right of
    the gap equation falls with the order parameter: where it is too small at a vanishing one,
    there is no condensate.
    """

    def potential(gap: float) -> float:
        return _root(lambda mu: float(system(np.array([gap, mu]))[0][1]), mu, 1.0)

    def pairing(gap: float) -> float:
        return float(system(np.array([gap, potential(gap)]))[0][0])

    if pairing(_VANISHING) <= 0:
        raise NoCondensate(
            f"no condensate at {parameters.origin}: linewidth and temperature suppress pairing "
            f"({parameters.words()}, temperature = {parameters.temperature:g})"
        )
    gap = _root(lambda gap: -pairing(max(gap, _VANISHING)), gap, gap / 2)
    return np.array([gap, potential(gap)])


def _root(function: Callable[[float], float], start: float, width: float) -> float:
    """Return a root of a rising function, bracketed by doubling steps away from `start`."""
    from scipy.optimize import brentq

    rising = function(start) < 0
    near = start
    for _ in range(_DOUBLINGS):
        far = near + width if rising else near - width
        if (function(far) < 0) != rising:
            return float(brentq(function, *sorted((near, far)), xtol=1e-9 * abs(width)))
        near, width = far, 2 * width
    raise ConvergenceError(f"no bracket found from {start:g}", start)

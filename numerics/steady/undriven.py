"""The state without decay, gamma_v = 0, where the condensate is in equilibrium with the bath."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from numerics.domain import LARGEST
from numerics.errors import ConvergenceError, NoCondensate
from numerics.model import Model
from numerics.parameters import Setting
from numerics.solve.bracketed import bracketed_root
from numerics.solve.continuation import newton
from numerics.steady.crossover import crossover_of, state_at
from numerics.steady.equations import Unknowns
from numerics.steady.general_equations import tails
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
#: A lowest excitation below this part of the order parameter, or within the temperature and the
#: linewidth from there, is about to reach zero, where states of one potential begin to fill: pairs
#: break there.
_CLOSED = 0.1
#: A potential from which Newton's method begins, in units of all energies: that of a condensate of
#: a weakly coupled field is as close to what that has at rest.
_CLOSE = 1e-12
#: A part of the density that is told of where a linewidth has so much of it at large momenta.
_CROWDED = 0.1


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
            smeared = model.temperature + model.linewidth
            if not model.neutral and lowest < _CLOSED * point[0] + smeared:
                reason = "electrons and holes at one potential have different Fermi surfaces"
                raise NoCondensate(f"no condensate in equilibrium beyond, {reason}, {words}")
            if part == 0 or point[0] < _FALLEN * start[0]:
                raise NoCondensate(f"the order parameter in equilibrium vanishes {words}")
            raise ConvergenceError(f"no condensate in equilibrium was found {words}", point)
    return Unknowns(float(point[0]), float(point[1]), 0.0)


def _balanced_pairs(equations: Equations) -> Unknowns:
    """Return the state of equal carriers at gamma_v = 0.

    At a given potential the gap equation is left.  At a given density Newton's method starts from
    the crossover without linewidth, temperature and cutoff; where that is too far away, from the
    potential at which the density is the given one.

    Raises
    ------
    NoCondensate
        If the coupling pairs nothing, or linewidth or temperature suppress pairing.
    ConvergenceError
        If the order parameter is beyond what is computed with.
    """
    model = equations.parameters
    system = Balanced(equations)
    if model.potential is not None:
        start = _at_potential(system, model, model.potential)
        found = newton(system, start, _scales(start))
    else:
        start = np.array(crossover_of(model.coupling))
        found = newton(system, start, _scales(start))
        # beyond a pole of the coupling states solve the equations, too
        stable = found.point[1] < model.coupling.threshold
        if not (found.converged and found.point[0] > _VANISHING and stable):
            start = _at_density(system, model, float(start[1]))
            found = newton(system, start, _scales(start))
    if not (found.converged and found.point[0] > 0):
        raise ConvergenceError(f"the state at {model.origin} did not converge", found.point)
    return system.unknowns(found.point)


def _scales(point: Array) -> Array:
    return np.array([point[0], max(abs(point[1]), point[0])])


def _at_potential(system: Balanced, model: Setting, mu: float) -> Array:
    """Return the order parameter and the potential, where that is given.

    Raises
    ------
    NoCondensate, ConvergenceError
        As in `_balanced_pairs`.
    """
    highest, _ = state_at(model.coupling, mu)
    if not highest > 0:
        raise NoCondensate(
            f"no condensate at {model.origin}: at the potential {mu:g} the coupling pairs nothing "
            f"({model.words()})"
        )
    if highest > LARGEST:
        raise ConvergenceError(
            f"the order parameter at the potential {mu:g} would be beyond {LARGEST:g} "
            f"({model.words()})",
            np.array([highest, mu]),
        )
    gap = _order_parameter(system, mu, highest)
    if not gap > 0:
        raise _suppressed(model)
    return np.array([gap, mu])


def _order_parameter(system: Balanced, mu: float, highest: float) -> float:
    """Return the solution of the gap equation at a potential, zero if there is none.

    The pair susceptibility on its right falls with the order parameter: where it is too small at a
    vanishing one, there is no condensate.  Linewidth and temperature make it smaller, too: the
    solution is below that without them.

    Parameters
    ----------
    system : Balanced
    mu : float
    highest : float
        The solution without linewidth and temperature.
    """
    if highest <= _VANISHING or system(np.array([_VANISHING, mu]))[0][0] <= 0:
        return 0.0

    def lacking(logarithm: float) -> tuple[float, float]:
        gap = math.exp(logarithm)
        residuals, jacobian = system(np.array([gap, mu]))
        return -float(residuals[0]), -float(jacobian[0, 0]) * gap

    low, start = math.log(_VANISHING), math.log(highest)
    # rounding may have it a little higher
    return math.exp(bracketed_root(lacking, start, low=low, high=start + 1))


def _at_density(system: Balanced, model: Setting, mu: float) -> Array:
    """Return a state close to that of the given density, whose potential is sought from another.

    The density grows with the potential, with the order parameter that belongs to each.

    Raises
    ------
    NoCondensate, ConvergenceError
        As in `_balanced_pairs`.
    """

    def paired(mu: float) -> float:
        highest, _ = state_at(model.coupling, mu)
        return _order_parameter(system, mu, highest) if highest <= LARGEST else math.inf

    def excess(mu: float) -> tuple[float, float]:
        gap = paired(mu)
        if math.isinf(gap):
            return math.inf, 0.0
        residuals, ((by_gap, by_mu), (more, slope)) = system(np.array([gap or _VANISHING, mu]))
        if gap == 0 and residuals[1] > 0:
            # the susceptibility grows with the potential: none of a smaller density pairs
            raise _suppressed(model)
        return float(residuals[1]), float(slope - (more * by_mu / by_gap if gap > 0 else 0.0))

    close = _CLOSE * (1 + abs(mu))
    mu = bracketed_root(excess, mu, high=model.coupling.threshold, tolerance=close)
    gap = 0.0 if math.isnan(mu) else paired(mu)
    if math.isnan(mu) or math.isinf(gap):
        raise ConvergenceError(f"no potential has the given density ({model.words()})", mu)
    if not gap > _VANISHING:
        raise _suppressed(model)
    return np.array([gap, mu])


def _suppressed(model: Setting) -> NoCondensate:
    # without a drive nothing else fills the states
    held = sum(tails(model.carriers(0.0, 0.0, 0.0, drive=0.0), model.cutoff)[0])
    part = held / model.bands.density
    crowded = model.potential is None and part > _CROWDED
    full = f"tails up to the cutoff hold {part:.2g} times the density, " if crowded else ""
    return NoCondensate(
        f"no condensate at {model.origin}: linewidth and temperature suppress pairing "
        f"({full}{model.words()}, temperature = {model.temperature:g})"
    )

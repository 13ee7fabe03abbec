"""Program of the occupied single-particle spectral weight, Fig. 9."""

from __future__ import annotations

import sympy as sp

from derive import symbols
from derive.codegen import compiler
from derive.codegen.program import Assignment, Module, Program
from derive.model.reservoirs import Reservoir
from derive.model.steady_state import number_integrand

#: Rates at which the reservoirs fill a state at omega, sum of gamma_lambda f_lambda(omega), and at
#: which they empty its partner at -omega, sum of gamma_lambda [1 - f_lambda(-omega)].
_FILLING = sp.Symbol("filling", nonnegative=True)
_EMPTYING = sp.Symbol("emptying", nonnegative=True)
#: omega + xi, and omega^2 - E^2 without the root of E, which would be rounded on its own.
_SHIFTED = sp.Symbol("shifted", real=True)
_DETUNING = sp.Symbol("detuning", real=True)
_MODULUS = sp.Symbol("modulus", positive=True)


def occupied_weight() -> sp.Expr:
    """Return L(p, omega) = -i G^<_11, half of the integrand of the number equation (34).

    It is linear in the reservoirs, so that one of unit rate and any occupation stands for all.
    """
    f = sp.Function("f", real=True)
    reservoir = Reservoir("", sp.S.One, sp.Lambda(symbols.omega, f(symbols.omega)))
    weight = number_integrand([reservoir], frequency=symbols.omega, linewidth=symbols.linewidth) / 2
    rates = {f(symbols.omega): _FILLING, f(-symbols.omega): 1 - _EMPTYING}
    return weight.xreplace(rates)


def _positive_terms(weight: sp.Expr) -> tuple[tuple[Assignment, ...], sp.Expr]:
    """Write the weight as a quotient of sums of positive terms; return definitions and quotient.

    Raises
    ------
    ValueError
        If that is not what the weight is.
    """
    omega, xi, gap, gamma = symbols.omega, symbols.xi, symbols.gap, symbols.linewidth
    numerator, denominator = sp.fraction(weight)
    rates = {rate: sp.expand(numerator).coeff(rate) for rate in (_FILLING, _EMPTYING)}
    rates[_FILLING] = sp.expand(rates[_FILLING].subs(omega, _SHIFTED - xi))
    positive = sp.Add(*(rate * coefficient for rate, coefficient in rates.items()))
    # |(omega + i gamma)^2 - E^2|^2, where gamma^2 would be subtracted from the detuning
    squares = omega**2 + xi**2 + gap**2
    modulus = _DETUNING**2 + gamma**2 * (2 * squares + gamma**2)
    meaning = {_SHIFTED: omega + xi, _DETUNING: (omega - xi) * (omega + xi) - gap**2}
    for found, derived in ((positive, numerator), (modulus, denominator)):
        rest = sp.expand(found.subs(meaning) - derived)
        if rest != 0:
            raise ValueError(f"a sum of positive terms is off by {rest}")
    definitions = (
        (_SHIFTED, omega + xi),
        (_DETUNING, (omega - xi) * _SHIFTED - gap**2),
        (_MODULUS, modulus),
    )
    return definitions, positive / _MODULUS


def spectral_module() -> Module:
    """Return the kernel of the occupied spectral weight."""
    body, weight = _positive_terms(occupied_weight())
    program = Program(
        "occupied",
        "L = -i G^<_11, half of the integrand of (34)",
        (symbols.omega, symbols.xi, symbols.gap, symbols.linewidth, _FILLING, _EMPTYING),
        body,
        (("weight", weight),),
    )
    return Module(
        "spectral",
        "The occupied spectral weight L(p, omega) of one component; `filling` is the sum of\n"
        "gamma_lambda f_lambda(omega), `emptying` that of gamma_lambda [1 - f_lambda(-omega)].",
        (compiler.lowered(program),),
    )

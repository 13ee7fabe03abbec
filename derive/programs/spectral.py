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
#: Energies of both carriers from mu, and their rates.
_XI = sp.symbols("xi_electrons xi_holes", real=True)
_RATES = sp.symbols("gamma_electrons gamma_holes", positive=True)
#: omega - xi of electrons and omega + xi of holes.
_BELOW, _ABOVE = sp.symbols("below above", real=True)


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


def carriers_weight() -> sp.Expr:
    """Return L(p, omega) = -i G^<_11 of carriers with masses and rates of their own.

    G^< is G^R Sigma^< G^A, with Sigma^< = 2 i diag(filling, emptying).
    """
    gap, omega = symbols.gap, symbols.omega
    ends = (omega - _XI[0] + sp.I * _RATES[0], omega + _XI[1] + sp.I * _RATES[1])
    numerators = (ends[1], -gap)
    determinant = ends[0] * ends[1] - gap**2
    sources = zip(numerators, (_FILLING, _EMPTYING), strict=True)
    squares = sum(2 * rate * sp.expand(n * sp.conjugate(n)) for n, rate in sources)
    return squares / sp.expand(determinant * sp.conjugate(determinant))


def _positive_carriers(weight: sp.Expr) -> tuple[tuple[Assignment, ...], sp.Expr]:
    """Write that weight as a quotient of sums of positive terms, too.

    Raises
    ------
    ValueError
        If that is not what the weight is.
    """
    omega, gap = symbols.omega, symbols.gap
    first, second = _RATES
    positive = 2 * (_FILLING * (_ABOVE**2 + second**2) + _EMPTYING * gap**2)
    modulus = _DETUNING**2 + (first * _ABOVE) ** 2 + (second * _BELOW) ** 2
    modulus += first * second * (2 * gap**2 + first * second)
    definitions = (
        (_BELOW, omega - _XI[0]),
        (_ABOVE, omega + _XI[1]),
        (_DETUNING, _BELOW * _ABOVE - gap**2),
    )
    meaning = dict(definitions[:2])
    numerator, denominator = sp.fraction(weight)
    squared = modulus.subs(_DETUNING, definitions[2][1])
    for found, derived in ((positive, numerator), (squared, denominator)):
        rest = sp.expand(found.subs(meaning) - derived)
        if rest != 0:
            raise ValueError(f"a sum of positive terms is off by {rest}")
    return (*definitions, (_MODULUS, modulus)), positive / _MODULUS


def _carriers() -> Program:
    body, weight = _positive_carriers(carriers_weight())
    return Program(
        "carriers",
        "L = -i G^<_11 of electrons with masses and rates of their own; that of holes is the same\n"
        "with the carriers exchanged",
        (symbols.omega, *_XI, symbols.gap, *_RATES, _FILLING, _EMPTYING),
        body,
        (("weight", weight),),
    )


def spectral_module() -> Module:
    """Return the kernels of the occupied spectral weight."""
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
        (compiler.lowered(program), compiler.lowered(_carriers())),
    )

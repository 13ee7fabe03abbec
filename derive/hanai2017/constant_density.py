"""Integrals over the kinetic energy at constant density of states, for claims (D5)-(D11)."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derive import symbols
from derive.hanai2017.evidence import vanishes
from derive.hanai2017.limits.bcs import as_expression, loop_integral, product_integral
from derive.hanai2017.notation import frequency_integral
from derive.hanai2017.products import (
    G11,
    G12,
    G22,
    G,
    keldysh_part,
    keldysh_trace,
    tau2,
    tau3,
    words,
    xi_integral,
)
from derive.polynomials.vanishing import is_zero_polynomial
from derive.records.record import Claim

_GAP = symbols.gap
#: The velocity at the Fermi surface, the density of states, and the interaction.
velocity = sp.Symbol("v_mu", positive=True)
density = sp.Symbol(r"\rho_0", positive=True)
interaction = sp.Symbol("U", nonzero=True)


def _name(symbol: sp.Symbol) -> str | int:
    names: dict[sp.Symbol, str | int] = {G: "G", G11: "11", G12: "12", G22: "22", tau2: 2, tau3: 3}
    return names[symbol]


def integral(claim: sp.Expr) -> sp.Expr:
    """Evaluate multiples of xi-integrals of parts; prefactors stay, 4 pi is left out."""
    # Thouless criterion (40), i.e. the gap equation (28)
    thouless = -sp.I * density / _GAP * xi_integral(frequency_integral(keldysh_part(G12)))
    claim = sp.expand(claim.xreplace({1 / interaction: thouless}), deep=False)
    total: dict[sp.Expr, Any] = {}
    rest: sp.Expr = sp.S.Zero
    for term in sp.Add.make_args(claim):
        inner = [f for f in sp.Mul.make_args(term) if isinstance(f, xi_integral)]
        if len(inner) != 1:
            rest += term
            continue
        (part,) = inner[0].args[0].args
        for coefficient, word in words(part.args[0]):
            _add(total, term / inner[0] * coefficient, word, isinstance(part, keldysh_trace))
    return rest + sp.Add(*(name * as_expression(value) for name, value in total.items()))


def _add(total: dict[sp.Expr, Any], coefficient: sp.Expr, word: Any, trace: bool) -> None:
    number, factors = coefficient.as_coeff_Mul()
    power = sp.S(factors.as_powers_dict().get(_GAP, 0))
    factors = factors / _GAP**power
    values = product_integral(tuple(_name(one) for one in word), int(power), trace)
    for value, name in zip(values, (factors, factors * _GAP), strict=True):
        scaled = value * sp.QQ(int(number.p), int(number.q))
        total[name] = total[name] + scaled if name in total else scaled


def beta22() -> sp.Expr:
    """Return beta_22 from the expansion that the project uses, at constant density."""
    # -Pi_22 = (2/3) p^2 q^2 i int Tr[...] with p^2 = v^2/4 and sum_p = 2 rho int dxi
    return sp.I * density * velocity**2 / 3 * as_expression(loop_integral(2, 2, "wave")[0])


def alpha11() -> sp.Expr:
    """Return alpha_11 from the expansion that the project uses, at constant density."""
    phase, amplitude = (loop_integral(s, s, "constant")[0] for s in (2, 1))
    return 2 * sp.I * density * as_expression(phase - amplitude)


def over_xi(prefactor: sp.Expr, part: sp.Expr) -> sp.Expr:
    """Return the integral of a part of a product as it is written."""
    return prefactor * xi_integral(frequency_integral(part))


def same(derived: Any) -> Any:
    """Return a test that proves each element of a chain equal to what is derived."""

    def difference(claim: Claim) -> Claim:
        chain = claim if isinstance(claim, tuple) else (claim,)
        return tuple(collected(integral(part) - derived()) for part in chain)

    return vanishes(difference)


def collected(expr: sp.Expr) -> sp.Expr:
    """Return 0 exactly where both sides agree; else the rational function that is left."""
    # a number tells at once what does not vanish
    names = sorted(expr.free_symbols, key=str)
    point = {name: sp.Rational(sp.prime(k + 3), 7) for k, name in enumerate(names)}
    if abs(sp.N(expr.xreplace(point), 30)) > sp.Float("1e-15"):
        return expr
    return sp.S.Zero if is_zero_polynomial(sp.fraction(sp.together(expr))[0]) else expr

"""Products in space and time and Dyson's equation: what (B5)-(B9) and (B13) are compared with."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import sympy as sp

from derive import symbols
from derive.algebra.keldysh import Keldysh, dyson
from derive.hanai2017.changing_state import (
    FREE,
    FREE_RETARDED,
    SCRIPT,
    full_part,
    mass,
    self_energy_part,
)
from derive.hanai2017.matrices import (
    evaluated,
    in_keldysh_space,
)
from derive.model.greens import free_inverse

POSITIONS = sp.symbols("r t r_1 t_1 r' t'", real=True)
A, B = sp.Function("A"), sp.Function("B")


def difference_b5(claim: Any) -> list[sp.Expr]:
    """Multiply plane waves of any wave numbers and frequencies, at any places and times.

    Integrated over the place and the time between, they leave delta functions of the difference
    of wave numbers and of frequencies, which are the coefficients in the exponent; with these
    equal the product of the Fourier components has to be left, with their plane wave.
    """
    k, k_last, w, w_last = sp.symbols("k k' w w'", real=True)
    a, b = sp.symbols("a b", positive=True)
    r, t, r_1, t_1, r_last, t_last = POSITIONS
    integrals = list(sp.sympify(claim).atoms(sp.Integral))
    if len(integrals) != 1:
        return [sp.S.One]
    (integral,) = integrals
    between = {tuple(limits) for limits in integral.limits}
    everywhere = {(x, -sp.oo, sp.oo) for x in (r_1, t_1)}
    exponent = sp.Symbol("exponent")

    def wave(size: sp.Expr, number: sp.Expr, frequency: sp.Expr) -> Callable[..., sp.Expr]:
        def kernel(*ends: sp.Expr) -> sp.Expr:
            phase = number * (ends[0] - ends[2]) - frequency * (ends[1] - ends[3])
            # a polynomial, so that products of exponentials are sums
            return size * (1 + exponent * phase)

        return kernel

    inner = integral.function.replace(A, wave(a, k, w)).replace(B, wave(b, k_last, w_last))
    expanded = sp.expand(inner)
    size, phase = expanded.coeff(exponent, 0), expanded.coeff(exponent, 1)
    factor = claim.xreplace({integral: sp.S.One})
    total = sp.expand(phase / size)
    left = total.subs({k_last: k, w_last: w})
    return [
        sp.S.Zero if between == everywhere else sp.S.One,
        claim - factor * integral,
        factor * size - a * b,
        sp.expand(total.coeff(r_1) - (k_last - k)),
        sp.expand(total.coeff(t_1) - (w - w_last)),
        sp.expand(left - k * (r - r_last) + w * (t - t_last)),
    ]


@functools.cache
def _generic() -> dict[str, sp.ImmutableMatrix]:
    """Return Dyson's equation solved for a self-energy of any three matrices."""
    parts = (sp.ImmutableMatrix(2, 2, sp.symbols(f"{letter}_1:5")) for letter in ("r", "a", "k"))
    sigma = Keldysh(*parts)
    free = free_inverse()
    # (B8) has no Keldysh part; that of G0 comes from the infinitesimal, and is lost
    bare = free_inverse(delta=sp.S.Zero)
    full = dyson(bare, sigma)
    kernel = in_keldysh_space(bare)
    return {
        FREE.name: kernel,
        FREE_RETARDED.name: bare.retarded,
        r"\hat{G}^{0}": in_keldysh_space(free.inverse()),
        r"\hat{\Sigma}": in_keldysh_space(sigma),
        rf"\hat{{{SCRIPT}}}": in_keldysh_space(full),
        "with infinitesimal": in_keldysh_space(dyson(free, sigma)),
        self_energy_part("R").name: sigma.retarded,
        self_energy_part("K").name: sigma.keldysh,
        full_part("R").name: full.retarded,
        full_part("A").name: full.advanced,
        full_part("K").name: full.keldysh,
    }


def difference_b6(claim: Any) -> sp.ImmutableMatrix:
    """Return the claim less the solution at finite delta."""
    values = _generic()
    solved = values["with infinitesimal"]
    named = values | {rf"\hat{{{SCRIPT}}}": solved}
    return evaluated(claim, lambda w: named[w.name]) - solved


def difference_b7(claim: Any) -> sp.ImmutableMatrix:
    """Return the claim less the unit matrix."""
    found = evaluated(claim, lambda w: _generic()[w.name])
    return found - sp.eye(found.shape[0])


def difference_b13(claim: Any) -> sp.ImmutableMatrix:
    """Return the claim with what solves Dyson's equation."""
    return evaluated(claim, lambda w: _generic()[w.name])


class laplacian(sp.Function):
    """The Laplacian, left as it is."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return rf"\nabla^2 {printer._print(self.args[0])}"


_place = sp.symbols("x y z", real=True)
TIME = sp.Symbol("t", real=True)
MU = symbols.mu
TAU_3 = sp.Symbol(r"\tau_3")
FIELD = sp.Function(r"\hat{\mathscr{G}}")(sp.Symbol(r"\mathbf{r}", real=True), TIME)


def difference_b8(claim: Any) -> list[sp.Expr]:
    """Acting on a plane wave it has to multiply by the project's inverse free Green's function."""
    p = sp.symbols("p_x p_y p_z", real=True)
    bare = free_inverse(symbols.omega, xi=p[0] ** 2 + p[1] ** 2 + p[2] ** 2 - MU, delta=sp.S.Zero)
    kernel = in_keldysh_space(bare)
    position = sp.Add(*(a * b for a, b in zip(p, _place, strict=True)))

    def wave(place: sp.Expr, time: sp.Expr) -> sp.Expr:
        return sp.exp(sp.I * (place.subs(FIELD.args[0], position) - symbols.omega * time))

    applied = claim.replace(FIELD.func, wave).replace(
        laplacian, lambda f: sp.Add(*(f.diff(x, 2) for x in _place))
    )
    found = (applied.doit() / wave(*FIELD.args)).subs(mass, sp.Rational(1, 2)).expand()
    differences = []
    for row, column, component in itertools.product(range(2), range(2), range(2)):
        entry = found[row, column].subs(TAU_3, 1 - 2 * component)
        differences.append(entry - kernel[2 * row + component, 2 * column + component])
    return differences

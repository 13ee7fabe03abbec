"""Products in space and time and Dyson's equation: what (B5)-(B9) and (B13) are compared with."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import sympy as sp

from derive import symbols
from derive.greens import free_inverse
from derive.keldysh import Keldysh, dyson
from derive.paper.changing_state import (
    FREE,
    FREE_RETARDED,
    SCRIPT,
    full_part,
    mass,
    self_energy_part,
)
from derive.paper.matrices import (
    evaluated,
    in_keldysh_space,
)

POSITIONS = sp.symbols("r t r_1 t_1 r' t'", real=True)
A, B = sp.Function("A"), sp.Function("B")


def difference_b5(claim: Any) -> sp.Expr:
    """Multiply plane waves on a periodic lattice of 4 points and 4 times."""
    size = 4
    waves = list(itertools.product(range(size), repeat=2))
    letters = {f: {k: sp.Symbol(f"{f}_{k[0]}{k[1]}") for k in waves} for f in ("A", "B")}

    def kernel(letter: str) -> Callable[..., sp.Expr]:
        return lambda *ends: _inverse_transform(
            letters[letter], ends[0] - ends[2], ends[1] - ends[3]
        )

    r, t, r_1, t_1, r_last, t_last = POSITIONS
    # the integral is over what its limits name; a factor in front stays
    bare = claim.replace(sp.Integral, lambda inner, *limits: inner)
    total = sp.S.Zero
    for here, now in waves:
        at = {r: 2, t: 3, r_1: here, t_1: now, r_last: 1, t_last: 1}
        total += bare.subs(at).replace(A, kernel("A")).replace(B, kernel("B"))
    product = {k: letters["A"][k] * letters["B"][k] for k in waves}
    return sp.expand(total) - sp.expand(_inverse_transform(product, 1, 2))


def _inverse_transform(values: dict[Any, sp.Expr], step: int, delay: int) -> sp.Expr:
    """Return the sum of plane waves over the lattice at a distance."""
    return sp.Add(*(v * sp.I ** (k * step - w * delay) for (k, w), v in values.items())) / 16


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

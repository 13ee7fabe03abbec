"""What the programs over the frequency share: their arguments, and the poles of a loop."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from derive import symbols
from derive.codegen.stages import Stages
from derive.functions.pairs import upper_root

#: Sums over the reservoirs of gamma_lambda [1 - 2 f_lambda(+-nu)]/gamma.
FORWARD = sp.Symbol("F_forward", real=True)
BACKWARD = sp.Symbol("F_backward", real=True)

#: |nu| - Delta_0 and |nu + omega| - Delta_0, given without cancellation.
DISTANCE = sp.Symbol("distance", real=True)
TRANSFER_DISTANCE = sp.Symbol("distance_omega", real=True)

#: The signs of two poles.
SIGNS = (1, -1)

#: Arguments of the integrands over the frequency.
INPUTS = (
    symbols.nu,
    DISTANCE,
    TRANSFER_DISTANCE,
    FORWARD,
    BACKWARD,
    symbols.transfer,
    symbols.transfer_width,
    symbols.wave_number,
    symbols.gap,
    symbols.mu,
    symbols.linewidth,
)


@dataclass(frozen=True)
class Poles:
    """The poles xi = +-a of a Green's function in the kinetic energy, and what belongs to them.

    Parameters
    ----------
    root, square : Expr
        a in the upper half-plane, and a^2 = z^2 - Delta_0^2.
    momenta : tuple of Expr
        The roots sqrt(mu + a) and sqrt(mu - a) in the upper half-plane.
    """

    root: sp.Expr
    square: sp.Expr
    momenta: tuple[sp.Expr, ...]


def retarded_poles(
    stages: Stages, name: str, frequency: sp.Expr, width: sp.Expr, distance: sp.Expr
) -> Poles:
    """Name the poles of a retarded Green's function.

    Parameters
    ----------
    stages : Stages
        Where they are assigned.
    name : str
        What a is called.
    frequency, width : Expr
        Real and imaginary part of z.
    distance : Expr
        abs(frequency) - Delta_0 without cancellation.
    """
    # z^2 - Delta_0^2, which stays accurate at the edge of the spectrum
    square = distance * (distance + 2 * symbols.gap) - width**2 + 2 * sp.I * width * frequency
    root = stages.assign(name, upper_root(square))
    momenta = tuple(
        stages.assign(f"{name}_p{k}", upper_root(symbols.mu + sign * root))
        for k, sign in enumerate(SIGNS)
    )
    return Poles(root, square, momenta)

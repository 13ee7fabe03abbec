"""What integrals over the momenta leave, in three dimensions and in two.

At a fixed frequency every Green's function is a sum over poles in p**2, so that a loop is a sum
over pairs of poles of the integral of two propagators of free particles, and a density a sum over
poles of the integral of one.  These are all that depends on the dimension.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from dataclasses import dataclass

import sympy as sp

from derive import symbols
from derive.closed_forms import pairs
from derive.codegen.stages import Stages, conjugate
from derive.functions.pairs import (
    divided_root_arctanh,
    pair_arctanh,
    pair_excess,
    root_arctanh,
    root_arctanh_slope,
    root_sum,
)
from derive.functions.stable import log_ratio

#: Where k - l is less than this part of k + l, what depends on it alone is as small as that.
_MET = sp.Rational(1, 10**8)


@dataclass(frozen=True)
class Pair:
    """Poles k**2 and l**2 of two propagators.

    Parameters
    ----------
    name : str
        What is assigned for them begins with it.
    first, second : Expr
        k and l, in the upper half-plane.
    difference, total : Expr
        k**2 - l**2 and k + l, without cancellation.
    """

    name: str
    first: sp.Expr
    second: sp.Expr
    difference: sp.Expr
    total: sp.Expr


class Momenta(ABC):
    """Sums over momenta of one dimension.

    Attributes
    ----------
    dimension : int
    prefactor : Expr
        What the integrals of a pair are in units of.
    """

    dimension: int
    prefactor: sp.Expr

    @abstractmethod
    def integral(self, stages: Stages, pair: Pair) -> sp.Expr:
        """Return the sum over p of 1/((p_+**2 - k**2)(p_-**2 - l**2)), over `prefactor`."""

    @abstractmethod
    def shares(self, stages: Stages, pair: Pair) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """Return it at q = 0, what a wave number adds relative to how small that is, and both.

        Where poles of G^R and of G^A meet, the first two are large and cancel.
        """

    @abstractmethod
    def uniform_and_curvature(self, stages: Stages, pair: Pair) -> tuple[sp.Expr, sp.Expr]:
        """Return it at q = 0, and the coefficient of q**2."""

    @abstractmethod
    def counted(self, momentum: sp.Expr) -> sp.Expr:
        """Return the sum over momenta up to the cutoff P of 1/(p**2 - k**2)."""

    @abstractmethod
    def whole(self, momentum: sp.Expr) -> sp.Expr:
        """Return the sum over all momenta of 1/(p**2 - k**2), over i/(4 pi).

        What diverges is left out: it does not depend on k, and residues add up to zero.
        """


class _Space(Momenta):
    """Three dimensions."""

    dimension = 3
    prefactor = pairs.PREFACTOR

    def integral(self, stages: Stages, pair: Pair) -> sp.Expr:
        return pair_arctanh(pair.total, symbols.wave_number)

    def shares(self, stages: Stages, pair: Pair) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        k, q = pair.total, symbols.wave_number
        whole = pair_arctanh(k, q)
        return 1 / k, pair_excess(k, q, whole), whole

    def uniform_and_curvature(self, stages: Stages, pair: Pair) -> tuple[sp.Expr, sp.Expr]:
        root, curvature = _curvature()
        return 1 / pair.total, curvature.subs(root, pair.total)

    def counted(self, momentum: sp.Expr) -> sp.Expr:
        cutoff = symbols.momentum
        excess = pair_excess(momentum, cutoff, pair_arctanh(momentum, cutoff))
        return -momentum * cutoff * excess / (2 * sp.pi**2)

    def whole(self, momentum: sp.Expr) -> sp.Expr:
        return momentum


@functools.cache
def _curvature() -> tuple[sp.Symbol, sp.Expr]:
    """Return the coefficient of q^2 of the share of a pair, and what stands for its root in it."""
    root, q = sp.Dummy(), symbols.wave_number
    series = sp.series(pair_excess(root, q, pair_arctanh(root, q)).doit(), q, 0, 3).removeO()
    return root, sp.expand(series).coeff(q, 2)


class _Plane(Momenta):
    """Two dimensions."""

    dimension = 2
    prefactor = pairs.PLANE_PREFACTOR

    def integral(self, stages: Stages, pair: Pair) -> sp.Expr:
        z, rest, scale = self._arguments(stages, pair, symbols.wave_number, "q")
        return root_arctanh(z, rest) / scale

    def shares(self, stages: Stages, pair: Pair) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        q, name, total = symbols.wave_number, pair.name, pair.total
        z, rest, scale = still = self._arguments(stages, pair)
        moved, moved_rest, moved_scale = self._arguments(stages, pair, q, "q")
        uniform = self._uniform(stages, pair, still)
        apart = -moved_rest * q**2 / scale
        divided = divided_root_arctanh(moved, z, moved_rest, rest, apart)
        excess = q**2 * (uniform * scale - moved_rest * divided) / (scale * moved_scale)
        d = self._apart(stages, pair)
        inverse, quotient = self._inverses(stages, pair)
        by_total, by_d = (stages.slope(x, "omega") for x in (total, d))
        by_first = root_arctanh_slope(moved, moved_rest) / moved_scale**2
        whole = root_arctanh(moved, moved_rest) / moved_scale
        by_second = (whole + inverse) / moved_scale
        slopes = {
            "q": q * (by_second - 2 * by_first),
            "omega": 2 * d * by_d * by_first - total * by_total * by_second,
        }
        whole = stages.assign(f"{name}_whole", whole, slopes)
        slopes = {
            "q": slopes["q"],
            "omega": by_d * (2 * by_first * q**2 - excess) * quotient
            - by_total * total * (excess + by_second * q**2) / scale,
        }
        return uniform, stages.assign(f"{name}_change", excess, slopes), whole

    def uniform_and_curvature(self, stages: Stages, pair: Pair) -> tuple[sp.Expr, sp.Expr]:
        # the excess over q**2, whose divided difference becomes a derivative
        z, rest, scale = still = self._arguments(stages, pair)
        uniform = self._uniform(stages, pair, still)
        return uniform, (uniform * scale - rest * root_arctanh_slope(z, rest)) / scale**2

    def _uniform(
        self, stages: Stages, pair: Pair, arguments: tuple[sp.Expr, sp.Expr, sp.Expr]
    ) -> sp.Expr:
        """Return the integral at q = 0, assigned with its derivative."""
        z, rest, scale = arguments
        uniform = root_arctanh(z, rest) / scale
        inverse, quotient = self._inverses(stages, pair)
        by_total, by_d = (stages.slope(x, "omega") for x in (pair.total, self._apart(stages, pair)))
        slope = by_d * (inverse - uniform) * quotient
        slope -= by_total * pair.total * (inverse + uniform) / scale
        return stages.assign(f"{pair.name}_uniform", uniform, {"omega": slope})

    def _inverses(self, stages: Stages, pair: Pair) -> tuple[sp.Expr, sp.Expr]:
        """Return 1/(4 k l), and 1/(k - l) where that is not small.

        The derivatives of f by a = (k - l)**2 - q**2 and by b = (k + l)**2 - q**2 follow from f
        and c = 1/(4 k l): (c - f)/(2 a), where that is not small, and -(c + f)/(2 b).
        """
        total, d = pair.total, self._apart(stages, pair)
        square = d * conjugate(d) + _MET**2 * total * conjugate(total)
        return 1 / (4 * pair.first * pair.second), conjugate(d) / square

    def _apart(self, stages: Stages, pair: Pair) -> sp.Expr:
        """Return k - l without cancellation."""
        name = f"{pair.name}_d"
        if name not in stages.named:
            stages.assign(name, root_sum(pair.first, -pair.second, pair.difference))
        return stages.named[name]

    def _arguments(
        self, stages: Stages, pair: Pair, wave: sp.Expr = sp.S.Zero, label: str = ""
    ) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """Return z, 1 - z and the scale for a wave number."""
        name, s, d = pair.name, pair.total, self._apart(stages, pair)
        scale = stages.assign(f"{name}_b{label}", (s - wave) * (s + wave))
        z = stages.assign(f"{name}_z{label}", (d - wave) * (d + wave) / scale)
        rest = stages.assign(f"{name}_y{label}", 4 * pair.first * pair.second / scale)
        return z, rest, scale

    def counted(self, momentum: sp.Expr) -> sp.Expr:
        # log(1 - P**2/k**2), and that of its modulus from a difference that is known
        x, y = (momentum**2).expand().as_real_imag()
        square, cutoff = x**2 + y**2, symbols.momentum**2
        change = cutoff * (cutoff - 2 * x)
        modulus = log_ratio((x - cutoff) ** 2 + y**2, square, change) / 2
        return (modulus + sp.I * sp.atan2(cutoff * y, square - cutoff * x)) / (4 * sp.pi)

    def whole(self, momentum: sp.Expr) -> sp.Expr:
        # log(-k**2), whose root -i k is on the right
        return 2 * sp.I * sp.log(-sp.I * momentum)


SPACE: Momenta = _Space()
PLANE: Momenta = _Plane()

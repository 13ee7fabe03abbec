"""Frequency integrals by brute force, and (33) and (34) written down independently.

Nothing here uses the package: the integrands are functions of an mpmath number.  The rule is
composite Gauss-Legendre on panels graded geometrically towards the real part of every singularity
down to its distance from the axis.  A panel is then at least as far from every singularity as half
its own length is long, so that 48 nodes converge like 2.4**(-96) = 1e-36; from the largest scale
on the integrand is a function of 1/nu, analytic far beyond the panel.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
from mpmath.calculus.quadrature import GaussLegendre

#: Digits of the reference.
DIGITS = 45
#: A Fermi factor is replaced by 0 or 1 where it differs by less than exp(-110) = 1e-48.
SATURATION = 110
#: 3 * 2**(5 - 1) = 48 nodes.
_DEGREE = 5


@dataclass(frozen=True)
class Integral:
    """An integral over the axis, and those of the absolute values of its two parts."""

    value: mpmath.mpc
    absolute_real: mpmath.mpf
    absolute_imag: mpmath.mpf

    @property
    def absolute(self) -> mpmath.mpf:
        return self.absolute_real + self.absolute_imag


@functools.cache
def _nodes(digits: int) -> tuple[tuple[Any, Any], ...]:
    with mpmath.workdps(digits + 5):
        return tuple(GaussLegendre(mpmath.mp).calc_nodes(_DEGREE, mpmath.mp.prec))


def graded(singularities: Iterable[tuple[Any, Any]], edges: Iterable[Any]) -> list[Any]:
    """Return the ends of panels for singularities (position, distance from the axis)."""
    singularities = [(mpmath.mpf(x), mpmath.mpf(d)) for x, d in singularities]
    edges = [mpmath.mpf(e) for e in edges]
    reach = 4 * max([abs(x) + d for x, d in singularities] + [abs(e) for e in edges] + [0.25])
    ends = {-reach, reach, *edges}
    for x, distance in singularities:
        ends.add(x)
        step = distance
        while step < 2 * reach:
            ends |= {x - step, x + step}
            step *= 2
    return sorted(e for e in ends if -reach <= e <= reach)


def integrate_axis(
    f: Callable[[Any], Any],
    singularities: Iterable[tuple[Any, Any]],
    edges: Iterable[Any] = (),
    digits: int = DIGITS,
) -> Integral:
    """Integrate f over all real numbers, without the factor 1/2pi.

    Parameters
    ----------
    f
        Falls off at least like 1/nu**2; analytic between the edges.
    singularities
        Real part and distance from the axis of each.
    edges
        Where f jumps, or changes its form.
    """
    with mpmath.workdps(digits):
        ends = graded(singularities, edges)
        panels = [(a, b, f) for a, b in itertools.pairwise(ends)]
        top, bottom = 1 / ends[-1], 1 / ends[0]
        panels += [(mpmath.mpf(0), top, lambda u: f(1 / u) / u**2)]
        panels += [(bottom, mpmath.mpf(0), lambda u: f(1 / u) / u**2)]
        total, real, imag = mpmath.mpc(0), mpmath.mpf(0), mpmath.mpf(0)
        for a, b, g in panels:
            center, half = (a + b) / 2, (b - a) / 2
            for x, w in _nodes(digits):
                value = mpmath.mpc(g(center + half * x)) * (w * half)
                total += value
                real += abs(value.real)
                imag += abs(value.imag)
        return Integral(total, real, imag)


def occupation(x: Any, temperature: Any) -> Any:
    """Return the Fermi factor of an mpmath number; exactly 0 or 1 where it saturates."""
    if temperature == 0:
        return mpmath.mpf(1) if x < 0 else mpmath.mpf(0) if x > 0 else mpmath.mpf(1) / 2
    ratio = x / temperature
    if abs(ratio) > SATURATION:
        return mpmath.mpf(0 if ratio > 0 else 1)
    return 1 / (mpmath.exp(ratio) + 1)


def occupation_geometry(edge: Any, temperature: Any) -> tuple[list[tuple[Any, Any]], list[Any]]:
    """Return the singularities and the edges that a Fermi factor at `edge` adds."""
    if temperature == 0:
        return [], [edge]
    width = SATURATION * temperature
    return [(edge, mpmath.pi * temperature)], [edge - width, edge + width]


@dataclass(frozen=True)
class FermiBath:
    """A reservoir: its rate, its chemical potential (None: empty), its temperature."""

    rate: Any
    edge: Any = None
    temperature: Any = 0

    def filling(self, frequency: Any) -> Any:
        if self.edge is None:
            return mpmath.mpf(0)
        return occupation(frequency - self.edge, self.temperature)


def printed_gap(nu: Any, xi: Any, gap: Any, baths: Sequence[FermiBath], gamma: Any) -> Any:
    """Integrand of (33) as printed, under the integral of dnu/2pi."""
    E = mpmath.sqrt(xi**2 + gap**2)
    forward = sum(b.rate * (1 - 2 * b.filling(nu)) for b in baths)
    backward = sum(b.rate * (1 - 2 * b.filling(-nu)) for b in baths)
    F_minus, F_plus = (forward - backward) / 2, (forward + backward) / 2
    denominator = ((nu - E) ** 2 + gamma**2) * ((nu + E) ** 2 + gamma**2)
    return 2 * (F_minus * nu + F_plus * mpmath.mpc(xi, gamma)) / denominator


def printed_number(nu: Any, xi: Any, gap: Any, bath: FermiBath, decay: Any) -> Any:
    """Integrand of (34) as printed, for a bath and a vacuum of rate `decay`, under dnu/2pi."""
    E = mpmath.sqrt(xi**2 + gap**2)
    gamma = bath.rate + decay
    numerator = ((nu + xi) ** 2 + gamma**2) * bath.rate * bath.filling(nu)
    numerator += gap**2 * gamma * (1 - bath.rate / gamma * bath.filling(-nu))
    return 4 * numerator / (((nu - E) ** 2 + gamma**2) * ((nu + E) ** 2 + gamma**2))


def matrix_integrands(
    nu: Any, xi: Any, gap: Any, baths: Sequence[FermiBath], gamma: Any
) -> tuple[Any, Any]:
    """Integrands of the gap and number equations from 2x2 matrices inverted numerically.

    G^R = [(nu + i gamma) - xi tau_3 + gap tau_1]^-1, G^A = (G^R)^dagger, G^K = G^R Sigma^K G^A with
    (26); then -i G^K_12 / (2 gap) from (28), and -2 i G^<_11 with G^< = (-G^R + G^A + G^K)/2.
    """
    z = mpmath.mpc(nu, gamma)
    retarded = mpmath.matrix([[z - xi, gap], [gap, z + xi]]) ** -1
    advanced = retarded.H
    forward = sum(b.rate * (1 - 2 * b.filling(nu)) for b in baths)
    backward = sum(b.rate * (1 - 2 * b.filling(-nu)) for b in baths)
    sigma = mpmath.matrix([[-2j * forward, 0], [0, 2j * backward]])
    keldysh = retarded * sigma * advanced
    lesser = (advanced - retarded + keldysh) / 2
    return -0.5j * keldysh[0, 1] / gap, -2j * lesser[0, 0]


def steady_state_geometry(
    xi: Any, gap: Any, baths: Sequence[FermiBath], gamma: Any
) -> tuple[list[tuple[Any, Any]], list[Any]]:
    """Return the singularities and edges of (33) and (34): +-E, and every bath's edge, +-B."""
    E = mpmath.sqrt(xi**2 + gap**2)
    singularities, edges = [(E, gamma), (-E, gamma)], []
    for bath in baths:
        if bath.edge is not None:
            for edge in (bath.edge, -bath.edge):
                more_singularities, more_edges = occupation_geometry(edge, bath.temperature)
                singularities += more_singularities
                edges += more_edges
    return singularities, edges

"""Panels on the frequency axis that resolve a loop's branch points, for many (q, omega) at once.

After both momentum integrals the integrand of (37) over nu has branch points beside the real axis:
at the edges of the spectra of the two Green's functions, where a root k of a pole vanishes
(p = 0), where two roots differ by q (the two momenta are parallel: thresholds), and at the edges
of the occupation.  About each of them the variable is x + w sinh(u), with its position x and its
distance w from the axis, in which panels of constant length converge at a constant rate: their
number grows with the logarithm of the distances.

The axis is folded at nu = -omega/2, y = |nu + omega/2|: this exchanges the two terms of (37),
whose contributions of order 1/gamma or 1/q, from scattering without a change of occupation,
cancel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from numerics.quadrature import Rule
from numerics.steady_state import SteadyState

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Complex = NDArray[np.complex128]
#: Positions, whose distances matter on the scale of the linewidth, in extended precision if there
#: is any: a rounded one moves the edge of the bath against that of the spectrum.
Extended = NDArray[np.longdouble]

#: Length of a panel in u.  The nearest singularities are at +-i pi/2.
LENGTH = 4.5
#: A branch point is left to another one that is nearer than this multiple of its width.
_MERGE = 0.5
#: Branch points beyond this multiple of the energy scale are too weak to matter: both the
#: coherence factors and the occupation fall off like 1/nu**2.
_REACH = 300.0
#: The variable beyond the last branch point, at this multiple of its distance, is nu**(-1/2).
_OUTER = 4.0
#: Widths, in units of the energy scale, and lengths of panels have to be above rounding.
_SMALLEST, _RESOLUTION = 1e-14, 1e-12
#: Distance, in the same units, from which on weak branch points are resolved: the integral over it
#: is below rounding.
_WEAK = 1e-7


@dataclass(frozen=True)
class Panels:
    """Panels of the variable u, y = origin + scale sinh(u), or y = scale/u**2 on the tails.

    Parameters
    ----------
    owner : ndarray of int
        The point (q, omega) that a panel belongs to.
    origin, scale, start, end : ndarray
        The map, and the ends of the panel; a negative scale runs to the left.
    tail : ndarray of bool
        Which map.
    """

    owner: Integers
    origin: Extended
    scale: Array
    start: Array
    end: Array
    tail: NDArray[np.bool_]

    def __len__(self) -> int:
        return self.owner.size

    def select(self, which: NDArray[np.bool_] | Integers | slice) -> Panels:
        """Return some of the panels."""
        return Panels(*(getattr(self, field.name)[which] for field in fields(self)))

    def joined(self, *others: Panels) -> Panels:
        """Return these panels and others."""
        return Panels(
            *(
                np.concatenate([getattr(p, field.name) for p in (self, *others)])
                for field in fields(self)
            )
        )

    def cut(self, at: Array) -> Panels:
        """Return the two pieces of every panel on either side of one value of u each."""
        return replace(self, end=at).joined(replace(self, start=at))

    def nodes(self, rule: Rule) -> tuple[Array, Array, Array]:
        """Return y, y - origin, and the Jacobian dy/dt of t in [-1, 1], shape (panels, nodes)."""
        half = (self.end - self.start) / 2
        u = ((self.start + self.end) / 2)[:, None] + half[:, None] * rule.nodes
        bulk, scale = ~self.tail, self.scale[:, None]
        offset, slope = np.empty_like(u), np.empty_like(u)
        offset[bulk] = scale[bulk] * np.sinh(u[bulk])
        slope[bulk] = np.abs(scale[bulk]) * np.cosh(u[bulk])
        offset[self.tail] = scale[self.tail] / u[self.tail] ** 2
        slope[self.tail] = 2 * scale[self.tail] / u[self.tail] ** 3
        return self.origin.astype(float)[:, None] + offset, offset, slope * half[:, None]


def loop_panels(state: SteadyState, q: Array, omega: Complex) -> Panels:
    """Return panels of y = |nu + Re(omega)/2| for the loop at pairs of wave number and frequency.

    Parameters
    ----------
    state : SteadyState
    q : ndarray, shape (n,)
        Positive.
    omega : ndarray of complex, shape (n,)
    """
    positions, widths, splits = _branch_points(state, q, omega)
    panels = _between(positions, widths, _merged(positions, widths))
    for split in splits:
        panels = _split_at(panels, split)
    return _subdivided(panels)


def _branch_points(
    state: SteadyState, q: Array, omega: Complex
) -> tuple[Extended, Array, list[Extended]]:
    """Return positions and widths, shape (n, points), and where the integrand is not analytic."""
    parameters = state.parameters
    gamma, edge = parameters.linewidth, state.edge
    smearing = math.pi * parameters.temperature
    half, one = omega.real.astype(np.longdouble) / 2, np.ones_like(q)
    width = np.minimum(gamma, gamma + omega.imag)
    scale = abs(state.mu) + state.gap + abs(edge) + gamma + smearing
    # the root of the density of states at p = 0, and the logarithms at thresholds, are weak
    weak = _WEAK * scale
    points = [(state.gap + sign * half, width) for sign in (1, -1)]
    points += [
        (math.hypot(state.mu, state.gap) + sign * half, np.maximum(width, weak)) for sign in (1, -1)
    ]
    if smearing:
        points += [(edge + sign * half, smearing * one) for sign in (1, -1)]
    for offset, transfer in ((-gamma, omega), (gamma, omega + 2j * gamma)):
        for energy in _threshold_energies(state, q, transfer):
            points.append((energy.real + half, np.maximum(np.abs(energy.imag + offset), weak)))
    positions = np.abs(np.stack([x for x, _ in points], axis=1))
    widths = np.maximum(np.stack([w for _, w in points], axis=1), _SMALLEST * scale)
    outside = ~(positions < (_REACH * (scale + np.abs(omega) + q * q))[:, None])
    # a point left out: it merges with any other
    positions[outside], widths[outside] = 0.0, np.inf
    # G^K/nu is regular at nu = 0, its parts are not
    splits = [np.abs(half)]
    if not smearing:
        splits += [np.abs(edge + sign * half) for sign in (1, -1)]
    return positions, widths, splits


def _threshold_energies(state: SteadyState, q: Array, transfer: Complex) -> list[Complex]:
    """Return energies +-E(p - q/2) at which the transfer connects parallel momenta.

    With W = E(p + q/2)^2 - E(p - q/2)^2 = 4 p q (p^2 + q^2/4 - mu) the condition
    +-E(p + q/2) = +-E(p - q/2) + Omega becomes (W + Omega^2)^2 = 4 Omega^2 E(p + q/2)^2, a cubic
    equation for p^2.
    """
    q = np.maximum(q, 1e-9)
    shift = q * q / 4 - state.mu
    square = transfer**2 / (4 * q * q)
    cubic = np.zeros((q.size, 3, 3), dtype=complex)
    # companion matrix of P^3 + c2 P^2 + c1 P + c0
    cubic[:, 0, 0] = -(2 * shift - square)
    cubic[:, 0, 1] = -(shift**2 - square * (q * q + 2 * shift))
    cubic[:, 0, 2] = -square * (transfer**2 / 4 - shift**2 - state.gap**2)
    cubic[:, 1, 0] = cubic[:, 2, 1] = 1.0
    roots = np.linalg.eigvals(cubic)
    energies = []
    for k in range(3):
        for sign in (1, -1):
            p = sign * np.sqrt(roots[:, k])
            energy = np.sqrt((roots[:, k] - p * q + shift) ** 2 + state.gap**2)
            w = 4 * p * q * (roots[:, k] + shift)
            # +-E(p - q/2) = (W - Omega^2)/(2 Omega) tells the sign
            aligned = ((w - transfer**2) * np.conj(transfer * energy)).real
            energies.append(np.where(sign * aligned >= 0, sign, -sign) * energy)
    return energies


def _merged(positions: Extended, widths: Array) -> NDArray[np.bool_]:
    """Tell which points remain when those close to a sharper one are left to that."""
    order = np.argsort(widths, axis=1, kind="stable")
    x = np.take_along_axis(positions, order, axis=1)
    w = np.take_along_axis(widths, order, axis=1)
    kept = np.ones_like(x, dtype=bool)
    for k in range(1, x.shape[1]):
        near = np.abs(x[:, k, None] - x[:, :k]) <= _MERGE * w[:, k, None]
        kept[:, k] = ~(near & kept[:, :k]).any(axis=1)
    result = np.empty_like(kept)
    np.put_along_axis(result, order, kept, axis=1)
    return result


def _between(positions: Extended, widths: Array, kept: NDArray[np.bool_]) -> Panels:
    """Return one panel from each point half-way to its neighbours, or to zero, and the tail."""
    x = np.where(kept, positions, np.inf)
    order = np.argsort(x, axis=1, kind="stable")
    x, w = np.take_along_axis(x, order, axis=1), np.take_along_axis(widths, order, axis=1)
    present = np.isfinite(x)
    rows = np.arange(x.shape[0])
    last = present.sum(axis=1) - 1
    outer = np.maximum(_OUTER * x[rows, last], np.where(present, x + 2 * w, 0.0).max(axis=1))
    outer = outer.astype(float)
    left, right = np.full_like(x, np.nan), np.full_like(x, np.nan)
    x = np.where(present, x, np.nan)
    right[:, :-1] = left[:, 1:] = np.diff(x, axis=1) / 2
    right[rows, last] = outer - x[rows, last]
    left[:, 0] = x[:, 0]
    owner, column = np.nonzero(present)
    width = w[owner, column]
    scale = np.concatenate([width, -width])
    length = np.concatenate([right[owner, column], left[owner, column]]).astype(float)
    bulk = Panels(
        np.tile(owner, 2),
        np.tile(x[owner, column], 2),
        scale,
        np.zeros_like(scale),
        np.arcsinh(length / np.abs(scale)),
        np.zeros(scale.size, dtype=bool),
    )
    zero, one = np.zeros_like(outer), np.ones_like(outer)
    tail = Panels(rows, zero, outer, zero, one, one.astype(bool))
    return bulk.select(length > 0).joined(tail)


def _split_at(panels: Panels, positions: Extended) -> Panels:
    """Return panels none of which contains the position y of its owner in its interior.

    A position that rounding alone tells from an end is that end: no panel shrinks to a point.
    """
    u = np.arcsinh((positions[panels.owner] - panels.origin).astype(float) / panels.scale)
    margin = _RESOLUTION * (1 + panels.end)
    inside = (u > panels.start + margin) & (u < panels.end - margin) & ~panels.tail
    return panels.select(~inside).joined(panels.select(inside).cut(u[inside]))


def _subdivided(panels: Panels) -> Panels:
    """Return panels that are no longer than `LENGTH`; the tail in two."""
    length = panels.end - panels.start
    parts = np.where(panels.tail, 2, np.maximum(np.ceil(length / LENGTH), 1)).astype(int)
    index = np.repeat(np.arange(parts.size), parts)
    number = np.arange(index.size) - np.repeat(np.cumsum(parts) - parts, parts)
    step = (length / parts)[index]
    start = panels.start[index] + number * step
    return replace(panels.select(index), start=start, end=start + step)

"""Energies at which parallel momenta are connected, in a loop that is compiled by Numba."""

from __future__ import annotations

from typing import Any

import numpy as np

#: Rounding of one operation; and steps of Laguerre's method, which takes five or so.
_EPS, _MOST = float(np.finfo(float).eps), 60


def threshold_rows(q: Any, transfer: Any, mu: float, gap: float, energies: Any) -> None:
    """Put the energies of `numerics.response.frequency_grid.threshold_energies` into an array.

    A root of the cubic equation for p**2 is found from zero on, where those that are small have
    their digits, and taken out; those of what is left are the starting points of the two others.

    Parameters
    ----------
    q : ndarray, shape (n,)
        Not smaller than `SMALLEST_WAVE`.
    transfer : ndarray of complex, shape (m, n)
    mu, gap : float
    energies : ndarray of complex, shape (6, m, n)
    """
    for row in range(transfer.shape[0]):
        for point in range(q.size):
            wave, rate = q[point], transfer[row, point]
            shift = wave * wave / 4.0 - mu
            square = rate * rate / (4.0 * wave * wave)
            # P**3 + c2 P**2 + c1 P + c0
            c2 = 2.0 * shift - square
            c1 = shift * shift - square * (wave * wave + 2.0 * shift)
            c0 = square * (rate * rate / 4.0 - shift * shift - gap * gap)
            others = (c2, c1)
            for k in range(3):
                z = 0.0 * c0
                if k > 0:
                    # the larger root of P**2 + b P + c without cancellation, and what it leaves
                    b, c = others
                    root = np.sqrt(b * b / 4.0 - c)
                    z = -b / 2.0 - (root if (b.conjugate() * root).real >= 0.0 else -root)
                    if k > 1 and z != 0.0:
                        z = c / z
                for _ in range(_MOST):
                    value = ((z + c2) * z + c1) * z + c0
                    size = abs(z)
                    size = ((size + abs(c2)) * size + abs(c1)) * size + abs(c0)
                    if abs(value) <= _EPS * size:
                        break
                    first, second = (3.0 * z + 2.0 * c2) * z + c1, 3.0 * z + c2
                    root = np.sqrt(4.0 * first * first - 12.0 * second * value)
                    below = first + (root if (first.conjugate() * root).real >= 0.0 else -root)
                    step = 3.0 * value / below if below != 0.0 else abs(value) ** (1.0 / 3.0) + 0j
                    z -= step
                    if abs(step) <= _EPS * abs(z):
                        break
                if k == 0:
                    others = (c2 + z, c1 + z * (c2 + z))
                momentum = np.sqrt(z)
                for side in range(2):
                    sign = 1.0 - 2.0 * side
                    p = sign * momentum
                    xi = (p - wave / 2.0) * (p - wave / 2.0) - mu
                    energy = np.sqrt(xi * xi + gap * gap)
                    w = 4.0 * p * wave * (p * p + wave * wave / 4.0 - mu)
                    # +-E(p - q/2) = (W - Omega**2)/(2 Omega) tells the sign
                    aligned = ((w - rate * rate) * (rate * energy).conjugate()).real
                    turned = sign if sign * aligned >= 0.0 else -sign
                    energies[3 * side + k, row, point] = turned * energy

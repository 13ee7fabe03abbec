"""(33) and (34) of Phys. Rev. B 96, 125206 as they are printed, by two nested integrals.

Nothing of the project is used.  The nu-integral is a composite Gauss rule on panels that widen
with the distance from +-E_p and +-B, where the integrand changes within gamma or T.  The momentum
integral is SciPy's adaptive one with breakpoints at the same features, and one in u = 1/p beyond.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad_vec

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


@dataclass(frozen=True)
class Model:
    gap: float
    mu: float
    edge: float
    gamma_b: float
    gamma_v: float
    temperature: float
    inv_kfa: float
    cutoff: float
    #: Rate, edge and temperature of further reservoirs.
    leads: tuple[tuple[float, float, float], ...] = ()
    #: Occupation of the first reservoir, of the energy above its edge, in place of the Fermi
    #: function; it changes over its temperature.
    occupation: Callable[[np.ndarray], np.ndarray] | None = None

    @property
    def filled(self):
        return ((self.gamma_b, self.edge, self.temperature), *self.leads)

    @property
    def gamma(self):
        return sum(rate for rate, _, _ in self.filled) + self.gamma_v

    @property
    def warmest(self):
        return max(temperature for _, _, temperature in self.filled)

    def filling(self, nu):
        """The sum of gamma_lambda f_lambda; theta(B - nu) at T = 0."""
        total = np.zeros_like(nu)
        for k, (rate, edge, temperature) in enumerate(self.filled):
            if k == 0 and self.occupation is not None:
                total += rate * self.occupation(nu - edge)
            elif temperature == 0:
                total += rate * np.where(nu < edge, 1.0, 0.0)
            else:
                total += rate * 0.5 * (1 - np.tanh((nu - edge) / (2 * temperature)))
        return total

    def distribution(self, nu):
        """F(nu) = sum of gamma_lambda [1 - 2 f_lambda(nu)]."""
        return self.gamma - 2 * self.filling(nu)


def frequencies(model: Model, energy: float, refine: float = 2.0):
    """Nodes and weights from -infinity to infinity, with the exact distances from +-E_p."""
    edges = [edge for _, edge, _ in model.filled]
    features = np.unique([-energy, energy, *edges, *(-edge for edge in edges)])
    width = min(model.gamma, *(t or model.gamma for _, _, t in model.filled))
    far = 8 * (abs(features).max() + model.gamma + 40 * model.warmest)
    reach = np.concatenate([[2 * far], np.diff(features), [2 * far]]) / 2
    centre, offset, weight = [], [], []
    for feature, left, right in zip(features, reach[:-1], reach[1:], strict=True):
        for sign, length in ((-1, left), (1, right)):
            count = max(int(np.ceil(np.log(max(length / width, 1.0) + 1) / np.log(refine))), 1)
            ends = length * np.append(0.0, refine ** np.arange(1.0 - count, 1.0))
            half, middle = np.diff(ends)[:, None] / 2, (ends[1:] + ends[:-1])[:, None] / 2
            offset.append(sign * (middle + half * _NODES).ravel())
            weight.append((half * _WEIGHTS).ravel())
            centre.append(np.full(offset[-1].size, feature))
    for sign, feature in ((-1, features[0]), (1, features[-1])):
        # nu = feature +- far / u with u from 0 to 1
        for start in (0.0, 0.5):
            u = start + (1 + _NODES) / 4
            offset.append(sign * far / u)
            weight.append(far / u**2 * _WEIGHTS / 4)
            centre.append(np.full(u.size, feature))
    centre, offset, weight = map(np.concatenate, (centre, offset, weight))
    return centre + offset, (centre - energy) + offset, (centre + energy) + offset, weight


def integrands(model: Model, p: float, refine: float = 2.0):
    """Return Re and Im of (33) and (34) under the sum over momenta, at one momentum."""
    gap, gamma = model.gap, model.gamma
    xi = p * p - model.mu
    energy = np.hypot(xi, gap)
    nu, from_upper, from_lower, weight = frequencies(model, energy, refine)
    plus, minus = model.distribution(nu), model.distribution(-nu)
    even, odd = (plus + minus) / 2, (plus - minus) / 2
    denominator = (from_upper**2 + gamma**2) * (from_lower**2 + gamma**2)
    # nu + xi_p from the closer one of -E_p and E_p, without cancellation
    if xi > 0:
        shifted = from_lower - gap**2 / (energy + xi)
    else:
        shifted = from_upper + gap**2 / (energy - xi)
    lesser = (shifted**2 + gamma**2) * model.filling(nu)
    lesser = lesser + gap**2 * (gamma - model.filling(-nu))
    measure = weight / np.pi / denominator
    return np.array(
        [measure @ (odd * nu + even * xi), measure @ (even * gamma), 2 * measure @ lesser]
    )


def breakpoints(model: Model):
    """Momenta where E_p = |B|, and those around them, up to a momentum beyond all features."""
    width = model.gamma + np.pi * model.warmest
    centres = [model.mu]
    edges = [abs(edge) for _, edge, _ in model.filled]
    for edge in edges:
        if edge > model.gap:
            root = np.sqrt(edge**2 - model.gap**2)
            centres += [model.mu + root, model.mu - root]
    squares = [c + k * width for c in centres for k in (-30, -8, -2, 0, 2, 8, 30)]
    scale = abs(model.mu) + model.gap + max(edges) + 30 * width
    end = 3 * np.sqrt(scale)
    return end, sorted({float(np.sqrt(x)) for x in squares if 0 < x < end**2})


def rounding(model: Model) -> float:
    """Return a bound of the rounding error of the gap equation's real part in `sums`.

    Beyond the cutoff 1/(2 p^2) cancels the integrand, which is rounded to a few ulp; p^2 dp, that
    is du/u^4, makes of each ulp half of one over u^2.
    """
    step = 0.5 / model.cutoff
    u = np.concatenate([k * step + step / 2 * (1 + _NODES) for k in (0, 1)])
    weights = np.tile(_WEIGHTS * step / 2, 2)
    return float(4 * np.finfo(float).eps * np.sum(weights / u**2) / (4 * np.pi**2))


def sums(model: Model, rtol: float = 1e-11):
    """Return the three sums over momenta.

    The gap equation is measured by the scattering length: 1/(2 eps_p) is subtracted.  Only the
    number equation knows the cutoff.
    """
    end, points = breakpoints(model)
    end = min(end, model.cutoff)
    points = [p for p in points if p < end]

    def weighted(p):
        values = integrands(model, p)
        values[0] -= 1 / (2 * p * p)
        return values * p * p / (2 * np.pi**2)

    def inverted(u):
        return weighted(1 / u) / u**2

    inner = quad_vec(weighted, 0, end, points=points, epsabs=1e-13, epsrel=rtol, limit=2000)[0]
    # In u = 1/p the integrands are smooth.  An adaptive rule would follow the rounding errors
    # towards u = 0, which grow like 1/u**2.
    counted, beyond = (
        sum(
            (b - a) / 2 * w * inverted((a + b) / 2 + (b - a) / 2 * x)
            for a, b in itertools.pairwise(ends)
            for x, w in zip(_NODES, _WEIGHTS, strict=True)
        )
        for ends in (
            np.geomspace(1 / model.cutoff, 1 / end, 2 + int(np.log2(model.cutoff / end))),
            (0.0, 0.5 / model.cutoff, 1 / model.cutoff),
        )
    )
    beyond[2] = 0
    return inner + counted + beyond


def residuals(model: Model, rtol: float = 1e-11):
    """Return Re and Im of (33), and (34) over N: left minus right, as plain numbers."""
    density = 1 / (3 * np.pi**2)
    total = sums(model, rtol)
    # 1/U = -m/(4 pi a_s) + sum 1/(2 eps_p) with m = 1/2
    return np.array([total[0] + model.inv_kfa / (8 * np.pi), total[1], total[2] / density - 1])

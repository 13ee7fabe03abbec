"""Pi^R and Pi^K of any two vertices by three nested numerical integrals of products of matrices.

Nothing of the project is used, and nothing is derived: electrons and holes have energies
p**2/(2 m) - mu, rates and occupations of their own; the inverse of G^R is inverted as a 2x2 matrix
at every frequency, G^A is its conjugate, and G^K = G^R Sigma^K G^A.  Rules and panels are those of
`brute_force_response`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.numerics.support.brute_force_response import TAU, Rules, composite, frequencies

#: tau_0 to tau_3, and the currents of carriers and of charge without their factor 2 p cos(theta).
VERTICES = 6
BATCH = 64


@dataclass(frozen=True)
class System:
    """The order parameter, masses, and for each reservoir two rates, an edge and a temperature."""

    gap: float
    mu: float
    masses: tuple[float, float]
    reservoirs: tuple[tuple[float, float, float, float], ...]

    @classmethod
    def of(cls, state):
        reservoirs = []
        for electrons, holes in zip(
            _filled(state.carriers.electrons), _filled(state.carriers.holes), strict=True
        ):
            assert electrons[1:] == holes[1:]
            reservoirs.append((electrons[0], *holes))
        bands = getattr(state.parameters, "bands", None)
        masses = bands.masses if bands else (0.5, 0.5)
        return cls(state.gap, state.mu, masses, tuple(reservoirs))

    @property
    def rates(self):
        return [sum(r[k] for r in self.reservoirs) for k in (0, 1)]

    @property
    def inverse_masses(self):
        return [1 / (2 * m) for m in self.masses]

    @property
    def vertices(self):
        heavy = np.diag(self.inverse_masses)
        return np.array([*TAU, heavy, heavy @ TAU[3]], dtype=complex)

    def distribution(self, nu, species):
        """Sum of gamma_lambda [1 - 2 f_lambda(nu)]."""
        total = np.zeros_like(nu)
        for *rates, edge, temperature in self.reservoirs:
            if edge == -np.inf:
                rest = np.ones_like(nu)
            elif temperature == 0:
                rest = np.where(nu < edge, -1.0, 1.0)
            else:
                rest = np.tanh((nu - edge) / (2 * temperature))
            total += rates[species] * rest
        return total

    def retarded(self, z, square):
        """The inverse of z + i gamma - [electrons, -holes] + gap tau_1, shape (..., 2, 2)."""
        inverse = np.zeros((*z.shape, 2, 2), dtype=complex)
        for k, (sign, mass, rate) in enumerate(
            zip((1, -1), self.inverse_masses, self.rates, strict=True)
        ):
            inverse[..., k, k] = z + 1j * rate - sign * (mass * square - self.mu)
        inverse[..., 0, 1] = inverse[..., 1, 0] = self.gap
        return np.linalg.inv(inverse)

    def green(self, nu, square):
        """G^R, G^A and G^K at real frequencies."""
        retarded = self.retarded(nu, square)
        advanced = dagger(retarded)
        sigma = np.zeros_like(retarded)
        sigma[..., 0, 0] = -2j * self.distribution(nu, 0)
        sigma[..., 1, 1] = 2j * self.distribution(-nu, 1)
        return retarded, advanced, retarded @ sigma @ advanced

    def features(self, square):
        """Real parts of the poles."""
        electron, hole = (m * square for m in self.inverse_masses)
        mean = (electron + hole) / 2 - self.mu
        return [(electron - hole) / 2 + s * np.hypot(mean, self.gap) for s in (1, -1)]

    @property
    def steps(self):
        edges = [r[2] for r in self.reservoirs if np.isfinite(r[2])]
        return [s * edge for edge in edges for s in (1, -1)]

    @property
    def width(self):
        warm = [np.pi * r[3] for r in self.reservoirs if r[3] > 0]
        return min(*self.rates, *warm)


def _filled(occupation):
    found = [(f.rate, f.edge, f.temperature) for f in occupation.filled]
    return [*found, (occupation.empty, -np.inf, 0.0)]


def dagger(matrix):
    return np.conj(np.swapaxes(matrix, -1, -2))


def traces(system, left, right, weights):
    """sum_nu Tr[V_s left V_t right], shape (n, 6, 6)."""
    shape = (*weights.shape, 4)
    weighted = (left.reshape(shape) * weights[..., None]).swapaxes(-1, -2)
    products = (weighted @ right.reshape(shape)).reshape(len(weights), 2, 2, 2, 2)
    pair = system.vertices
    return np.einsum("sab,nbcda,tcd->nst", pair, products, pair, optimize=True)


def response(system, plus, minus, omega, rules):
    """(i/2) Tr[V_s G^R V_t G^K + V_s G^K V_t G^A] summed over nu, for arrays of p+-**2."""
    total = 0
    for term, (occupied, other) in enumerate(((minus, plus), (plus, minus))):
        shift = (1 if term else -1) * omega.real
        features = [np.full_like(plus, x) for x in system.steps]
        features += system.features(occupied) + [shift + e for e in system.features(other)]
        width = min(system.width, *(r + omega.imag for r in system.rates))
        nu, weights = frequencies(np.stack(features, axis=-1), width, rules.frequency)
        here = system.green(nu, occupied[:, None])[2]
        if term == 0:
            both = system.retarded(nu + omega, plus[:, None]), here
        else:
            both = here, dagger(system.retarded(nu - omega.conjugate(), minus[:, None]))
        total = total + traces(system, *both, weights / (2 * np.pi))
    return 0.5j * total


def noise(system, plus, minus, omega, rules):
    """(i/2) Tr[V_s G^K V_t G^K + V_s G^R V_t G^A + V_s G^A V_t G^R] summed over nu."""
    steps = system.steps
    features = [np.full_like(plus, x) for x in (*steps, *(x - omega for x in steps))]
    features += system.features(minus) + [e - omega for e in system.features(plus)]
    nu, weights = frequencies(np.stack(features, axis=-1), system.width, rules.frequency)
    first, second = system.green(nu + omega, plus[:, None]), system.green(nu, minus[:, None])
    total = 0
    for j, k in ((2, 2), (0, 1), (1, 0)):
        total = total + traces(system, first[j], second[k], weights / (2 * np.pi))
    return 0.5j * total


def summed(system, q, omega, rules=None, function=response):
    """The sum over momenta, shape (6, 6), with 2 p cos(theta) for each current.

    Pi_11 and Pi_22 have sum_p 1/p**2 subtracted from them if the function is the response.
    """
    rules = rules or Rules()
    total = np.zeros((VERTICES, VERTICES), dtype=complex)
    for p, weight in zip(*momenta(system, q, omega, rules), strict=True):
        cosines, shares = angles(system, p, q, omega, rules)
        mean = np.zeros_like(total)
        # some at a time, for the sake of memory
        for k in range(0, cosines.size, BATCH):
            cosine, share = cosines[k : k + BATCH], shares[k : k + BATCH]
            center, change = p * p + q * q / 4, p * q * cosine
            found = function(system, center + change, center - change, omega, rules)
            factors = np.ones((cosine.size, VERTICES))
            factors[:, 4:] = 2 * p * cosine[:, None]
            mean += np.einsum("n,nst,ns,nt->st", share, found, factors, factors) / 2
        if function is response:
            mean[1, 1] -= p**-2
            mean[2, 2] -= p**-2
        total += weight * p * p / (2 * np.pi**2) * mean
    return total


def momenta(system, q, omega, rules):
    """Nodes and weights in p from zero to infinity."""
    light = min(system.inverse_masses)
    scale = abs(system.mu) + system.gap + abs(omega) + max(system.rates)
    scale += max([0.0, *map(abs, system.steps)])
    scale += 2 * np.pi * max(r[3] for r in system.reservoirs)
    end = 2.5 * np.sqrt(scale / light) + q
    squares = np.arange(0, (scale / light + q * q) * 1.5, rules.widths * width_of(system, omega))
    ends = np.sqrt(squares)[np.sqrt(squares) < 0.9 * end]
    ends = np.concatenate([[0.0, ends[1] / 2], ends[1:], [end]])
    p, w = composite(ends, rules.momentum)
    # all features are below half of the end: a polynomial in 1/p is left, of the size of p**-4 of
    # the terms that cancel in it, whose rounding more nodes would only magnify
    u, v = composite(np.array([0.0, 1.0 / end]), 3)
    return np.concatenate([p, 1 / u]), np.concatenate([w, v / u**2])


def width_of(system, omega):
    return min(min(system.rates), min(system.rates) + complex(omega).imag)


def angles(system, p, q, omega, rules):
    """Nodes and weights in cos(theta)."""
    # also of the few carriers at large momenta, energies differ by a few widths in a panel
    fastest = 2 * max(system.inverse_masses) * p * q
    count = max(int(np.ceil(fastest / (rules.widths * width_of(system, omega)))), 1)
    return composite(np.linspace(-1, 1, count + 1), rules.angle)

"""M = 2/U - Pi, (36) and (37) of Phys. Rev. B 96, 125206, by three nested numerical integrals.

Nothing of the project is used, and nothing is derived: the 2x2 matrices G^R, G^A = (G^R)^dagger and
G^K = G^R Sigma^K G^A are multiplied at every frequency, and the products summed by composite Gauss
rules over nu, cos(theta) and p.

In the second term of (37), Tr[tau_s G^K(p + q/2, nu + omega) tau_t G^A(p - q/2, nu)], nu is shifted
by omega, so that the occupation has a real argument and omega may be complex.

Panels.  The frequencies where something happens are sorted; from each of them panels double in
length, from its width to half of the way to the next one, and 1/u goes to infinity.  Panels in p
and cos(theta) are as long as energies change by a few widths; p = 1/u beyond.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

TAU = (
    np.eye(2),
    np.array([[0, 1], [1, 0]]),
    np.array([[0, -1j], [1j, 0]]),
    np.diag([1, -1]),
)


@dataclass(frozen=True)
class Model:
    gap: float
    mu: float
    edge: float
    gamma_b: float
    gamma_v: float
    temperature: float
    inv_kfa: float

    @classmethod
    def of(cls, state):
        p = state.parameters
        return cls(state.gap, state.mu, state.edge, p.gamma_b, p.gamma_v, p.temperature, p.inv_kfa)

    @property
    def gamma(self):
        return self.gamma_b + self.gamma_v

    def distribution(self, nu):
        """F(nu) = sum of gamma_lambda [1 - 2 f_lambda(nu)]."""
        if self.temperature == 0:
            rest = np.where(nu < self.edge, -1.0, 1.0)
        else:
            rest = np.tanh((nu - self.edge) / (2 * self.temperature))
        return self.gamma_b * rest + self.gamma_v


@dataclass(frozen=True)
class Rules:
    """Nodes of the Gauss rules over frequency, momentum and angle, and widths in a panel."""

    frequency: int = 8
    momentum: int = 8
    angle: int = 8
    widths: float = 3.0

    def doubled(self, name):
        return replace(self, **{name: 2 * getattr(self, name)})


def composite(ends, count):
    """Return nodes and weights of a Gauss rule on panels."""
    x, w = np.polynomial.legendre.leggauss(count)
    half, middle = np.diff(ends)[:, None] / 2, (ends[1:] + ends[:-1])[:, None] / 2
    return (middle + half * x).ravel(), (half * w).ravel()


def propagator(model, z, xi):
    """[z - xi tau_3 + Delta_0 tau_1]^-1, shape (..., 2, 2)."""
    matrix = np.empty((*z.shape, 2, 2), dtype=complex)
    matrix[..., 0, 0] = z + xi
    matrix[..., 1, 1] = z - xi
    matrix[..., 0, 1] = matrix[..., 1, 0] = -model.gap
    determinant = matrix[..., 0, 0] * matrix[..., 1, 1] - model.gap**2
    return matrix / determinant[..., None, None]


def keldysh(model, nu, xi):
    """G^R Sigma^K G^A with Sigma^K = -2 i diag(F(nu), -F(-nu))."""
    sigma = np.empty((*nu.shape, 2), dtype=complex)
    sigma[..., 0] = -2j * model.distribution(nu)
    sigma[..., 1] = 2j * model.distribution(-nu)
    retarded = propagator(model, nu + 1j * model.gamma, xi)
    advanced = propagator(model, nu - 1j * model.gamma, xi)
    return (retarded * sigma[..., None, :]) @ advanced


def frequencies(features, width, count):
    """Nodes and weights from -infinity to infinity, shape (n, nodes), for rows of features."""
    features = np.sort(features, axis=-1)
    half = np.diff(features, axis=-1)[..., None] / 2
    spread = (features[..., -1:] - features[..., :1] + width)[..., None]
    reach = np.concatenate([spread, half, half, spread], axis=-2)
    origin = np.concatenate(
        [features[..., :1], features[..., :-1], features[..., 1:], features[..., -1:]], axis=-1
    )[..., None]
    n = half.shape[-2]
    sign = np.array([-1.0, *[1.0] * n, *[-1.0] * n, 1.0])[:, None]
    doublings = max(int(np.ceil(np.log2(reach.max() / width))), 1)
    t, w = composite(np.append(0.0, 2.0 ** np.arange(-doublings, 1)), count)
    u, v = composite(np.array([0.0, 0.5, 1.0]), count)
    outer = np.array([0, -1])
    nodes = [origin + sign * reach * t, (origin + sign * reach / u)[..., outer, :]]
    weights = [reach * w, (reach * v / u**2)[..., outer, :]]
    shape = (*features.shape[:-1], -1)
    return (
        np.concatenate([x.reshape(shape) for x in nodes], axis=-1),
        np.concatenate([x.reshape(shape) for x in weights], axis=-1),
    )


def traces(left, right, weights):
    """sum_nu Tr[tau_s left tau_t right], s, t = 1, 2, shape (n, 2, 2)."""
    shape = (*weights.shape, 4)
    weighted = (left.reshape(shape) * weights[..., None]).swapaxes(-1, -2)
    products = (weighted @ right.reshape(shape)).reshape(*weights.shape[:-1], 2, 2, 2, 2)
    pair = np.array(TAU[1:3])
    return np.einsum("sab,nbcda,tcd->nst", pair, products, pair)


def loop(model, xi_plus, xi_minus, omega, rules):
    """Pi_st under the sum over momenta, s, t = 1, 2, for arrays of kinetic energies."""
    gamma = model.gamma
    width = min(gamma, gamma + omega.imag)
    if model.temperature > 0:
        width = min(width, np.pi * model.temperature)
    total = np.zeros((xi_plus.size, 2, 2), dtype=complex)
    energies = {k: np.hypot(xi, model.gap) for k, xi in (("+", xi_plus), ("-", xi_minus))}
    steps = np.full_like(xi_plus, model.edge)
    for term, (occupied, shifted) in enumerate(("-+", "+-")):
        shift = (1 if term else -1) * omega.real
        features = [steps, -steps, energies[occupied], -energies[occupied]]
        features += [shift + energies[shifted], shift - energies[shifted]]
        nu, weights = frequencies(np.stack(features, axis=-1), width, rules.frequency)
        if term == 0:
            left = propagator(model, nu + omega + 1j * gamma, xi_plus[:, None])
            right = keldysh(model, nu, xi_minus[:, None])
        else:
            left = keldysh(model, nu, xi_plus[:, None])
            right = propagator(model, nu - omega - 1j * gamma, xi_minus[:, None])
        total += traces(left, right, weights / (2 * np.pi))
    return 0.5j * total


def printed_loop(model, xi_plus, xi_minus, omega, count=16):
    """The same at one pair of momenta and a real frequency, both terms as they are printed."""
    gamma = model.gamma
    e_plus, e_minus = np.hypot(xi_plus, model.gap), np.hypot(xi_minus, model.gap)
    features = [e_minus, -e_minus, e_plus - omega, -e_plus - omega]
    features += [model.edge, -model.edge, model.edge - omega, -model.edge - omega]
    nu, weights = frequencies(np.array([features]), gamma, count)
    one = propagator(model, nu + omega + 1j * gamma, xi_plus), keldysh(model, nu, xi_minus)
    two = keldysh(model, nu + omega, xi_plus), propagator(model, nu - 1j * gamma, xi_minus)
    return 0.5j * sum(traces(*pair, weights / (2 * np.pi)) for pair in (one, two))[0]


def momenta(model, q, omega, rules):
    """Nodes and weights in p from 0 to infinity."""
    scale = abs(model.mu) + model.gap + abs(model.edge) + abs(omega) + model.gamma
    scale += 2 * np.pi * model.temperature
    end = 2.5 * np.sqrt(scale) + q
    # energies change by 2 p dp, at most by `widths` linewidths in a panel, in p**2
    width = min(model.gamma, model.gamma + omega.imag)
    squares = np.arange(0, (abs(model.mu) + scale + q * q) * 1.5, rules.widths * width)
    ends = np.sqrt(squares)[np.sqrt(squares) < 0.9 * end]
    # the first panel, where p**2 hardly changes, is halved
    ends = np.concatenate([[0.0, ends[1] / 2], ends[1:], [end]])
    p, w = composite(ends, rules.momentum)
    # all features are below half of the end; smaller u would only magnify the rounding of energies
    u, v = composite(np.array([0.0, 1.0 / end]), rules.momentum)
    return np.concatenate([p, 1 / u]), np.concatenate([w, v / u**2])


def angles(model, p, q, omega, rules):
    """Nodes and weights in cos(theta)."""
    width = min(model.gamma, model.gamma + omega.imag)
    fastest = 2 * min(p, 2 * np.sqrt(abs(model.mu) + abs(omega) + 1)) * q
    count = max(int(np.ceil(fastest / (rules.widths * width))), 1)
    return composite(np.linspace(-1, 1, count + 1), rules.angle)


def fluctuation_matrix(model, q, omega, rules=None):
    """M(q, omega), shape (2, 2)."""
    rules = rules or Rules()
    omega = complex(omega)
    total = np.zeros((2, 2), dtype=complex)
    for p, weight in zip(*momenta(model, q, omega, rules), strict=True):
        cosine, share = angles(model, p, q, omega, rules)
        common = p * p + q * q / 4 - model.mu
        response = loop(model, common + p * q * cosine, common - p * q * cosine, omega, rules)
        mean = np.einsum("n,nst->st", share, response) / 2
        # 2/U = -1/(4 pi a_s) + sum 1/p^2 with m = 1/2
        total += weight * p * p / (2 * np.pi**2) * (np.eye(2) / p**2 - mean)
    return total - model.inv_kfa / (4 * np.pi) * np.eye(2)


def changes_on_doubling(model, q, omega):
    """The largest change of M, relative to its largest element, when nodes are doubled."""
    value = fluctuation_matrix(model, q, omega)
    finer = {name: Rules().doubled(name) for name in ("frequency", "momentum", "angle")}
    return {
        name: np.abs(fluctuation_matrix(model, q, omega, rules) - value).max() / np.abs(value).max()
        for name, rules in finer.items()
    }

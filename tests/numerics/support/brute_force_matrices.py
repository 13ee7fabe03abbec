"""Responses of any bands and reservoirs by three nested numerical integrals over 2x2 matrices.

As in `brute_force_response`, whose rules are used: nothing is derived, and nothing of the project
is used but the numbers of a state.  Here electrons and holes have masses, rates and occupations of
their own, the dimension is two or three, the vertices are any, and there is the Keldysh component.

Vertices are 2x2 matrices, or functions of an array of momenta along q that return such matrices,
shape (n, 2, 2).  With P standing for the momentum p + q/2 and the frequency nu + omega,

    Pi_st   = i/2 sum_p int dnu/2 pi Tr[v_s G^R(P) v_t G^K + v_s G^K(P) v_t G^A],
    Pi^K_st = i/2 sum_p int dnu/2 pi Tr[v_s G^K(P) v_t G^K
                                        + v_s G^R(P) v_t G^A + v_s G^A(P) v_t G^R].

At linewidths of 0.1 to 0.3 a point takes some seconds; the number of nodes grows like 1/gamma**2.

Examples
--------
>>> from numerics import Contact, Model, Reservoir, solve_steady_state
>>> from tests.numerics.support import brute_force_matrices as brute
>>> state = solve_steady_state(Model(Contact(0.0), [Reservoir("bath", (0.3, 0.2))], cutoff=3.0))
>>> found = brute.response(brute.Matrices.of(state), 0.4, 0.1)
>>> found.shape
(4, 4)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from tests.numerics.support.brute_force_response import TAU, Rules, composite, frequencies

#: Nodes in 1/p beyond five times the momentum of all features: enough for 1e-8 of a matrix,
#: and nearer to zero only the rounding of large energies would be magnified.
_TAIL = 3


@dataclass(frozen=True)
class Filling:
    """Reservoirs of one carrier: (rate, edge, temperature) of each that fills, and the empty rate.

    Edges are counted from the potential of the condensate.
    """

    filled: tuple[tuple[float, float, float], ...]
    empty: float = 0.0

    @property
    def gamma(self):
        return sum(rate for rate, _, _ in self.filled) + self.empty

    def filling(self, nu):
        """The sums of gamma_lambda f_lambda and of gamma_lambda [1 - f_lambda]."""
        occupied, empty = np.zeros_like(nu), np.full_like(nu, self.empty)
        for rate, edge, temperature in self.filled:
            x = nu - edge
            if temperature == 0:
                occupied += rate * np.heaviside(-x, 0.5)
                empty += rate * np.heaviside(x, 0.5)
            else:
                occupied += rate * expit(-x / temperature)
                empty += rate * expit(x / temperature)
        return occupied, empty


@dataclass(frozen=True)
class Matrices:
    """The matrices G^R, G^A and G^K of a state, with xi = p**2 / 2 m - mu of either carrier."""

    gap: float
    mu: float
    masses: tuple[float, float]
    electrons: Filling
    holes: Filling
    dimension: int = 3

    @classmethod
    def of(cls, state):
        """The numbers of a `SteadyState`."""
        return cls.of_carriers(state.carriers)

    @classmethod
    def of_carriers(cls, carriers):
        """The numbers of `Carriers`."""
        # by how much the reservoirs are higher for electrons, and lower for holes
        tilt = carriers.tilt
        electrons, holes = (
            Filling(tuple((f.rate, f.edge + up, f.temperature) for f in o.filled), o.empty)
            for o, up in ((carriers.electrons, tilt), (carriers.holes, -tilt))
        )
        masses = tuple(1 / (2 * (1 + a)) for a in (carriers.skew, -carriers.skew))
        return cls(carriers.gap, carriers.mu, masses, electrons, holes, carriers.dimension)

    @property
    def rates(self):
        return self.electrons.gamma, self.holes.gamma

    @property
    def width(self):
        """The least distance of anything from the axis of real frequencies."""
        fillings = (*self.electrons.filled, *self.holes.filled)
        return min(*self.rates, *(np.pi * t for _, _, t in fillings if t > 0))

    @property
    def steps(self):
        return [e for _, e, _ in self.electrons.filled] + [-e for _, e, _ in self.holes.filled]

    @property
    def scale(self):
        """A bound of the energies where anything happens."""
        fillings = (*self.electrons.filled, *self.holes.filled)
        warm = max(abs(e) + 2 * np.pi * t for _, e, t in fillings)
        return abs(self.mu) + self.gap + warm + max(self.rates)

    def energies(self, square):
        """(xi_e - xi_h)/2 and E at values of p**2."""
        xi_e, xi_h = (square / (2 * m) - self.mu for m in self.masses)
        return (xi_e - xi_h) / 2, np.hypot((xi_e + xi_h) / 2, self.gap)

    def propagator(self, nu, square, side=1):
        """G^R for `side` 1, G^A for -1, at complex nu, shape (..., 2, 2)."""
        xi_e, xi_h = (square / (2 * m) - self.mu for m in self.masses)
        electron = nu - xi_e + 1j * side * self.rates[0]
        hole = nu + xi_h + 1j * side * self.rates[1]
        adjugate = np.empty((*nu.shape, 2, 2), dtype=complex)
        adjugate[..., 0, 0], adjugate[..., 1, 1] = hole, electron
        adjugate[..., 0, 1] = adjugate[..., 1, 0] = -self.gap
        return adjugate / (electron * hole - self.gap**2)[..., None, None]

    def keldysh(self, nu, square):
        """G^R Sigma^K G^A at real nu, Sigma^K = -2 i diag(F_e(nu), -F_h(-nu))."""
        lesser, greater = self.occupied_and_empty(nu, square)
        return lesser + greater

    def occupied_and_empty(self, nu, square):
        """G^< and G^>, whose sum is G^K and difference G^> - G^< = G^R - G^A, at real nu."""
        retarded, advanced = (self.propagator(nu, square, side) for side in (1, -1))
        electrons, holes = self.electrons.filling(nu), self.holes.filling(-nu)
        found = []
        for sigma in ((2j * electrons[0], 2j * holes[1]), (-2j * electrons[1], -2j * holes[0])):
            found.append((retarded * np.stack(sigma, axis=-1)[..., None, :]) @ advanced)
        return found

    def current(self, along):
        """The vertex of the current of all carriers, of p along q: electrons' and holes'."""
        return np.asarray(along)[..., None, None] * np.diag([1 / m for m in self.masses])


def response(model, q, omega, *, vertices=TAU, subtracted=0.0, rules=None):
    """Pi_st(q, omega), shape (k, k), omega complex above -gamma.

    What diverges is subtracted: the sum over 1/(p**2 + `subtracted`) from Pi_11 and Pi_22.  Sums
    with two currents diverge, too, in proportion to gamma.
    """
    omega = complex(omega)

    def integrand(plus, minus):
        return response_products(model, plus, minus, omega, rules or Rules())

    return _summed(model, q, omega, vertices, subtracted, rules or Rules(), integrand)


def noise(model, q, omega, *, vertices=TAU, rules=None):
    """Pi^K_st(q, omega), shape (k, k), at real omega."""

    def integrand(plus, minus):
        return noise_products(model, plus, minus, float(omega), rules or Rules())

    return _summed(model, q, complex(omega), vertices, None, rules or Rules(), integrand)


def _summed(model, q, omega, vertices, subtracted, rules, integrand):
    """Sum over momenta of the contracted products, shape (k, k)."""
    total = 0.0
    for p, weight in zip(*_momenta(model, q, omega, rules), strict=True):
        cosine, share = _angles(model, p, q, omega, rules)
        squares = (p * p + q * q / 4 + sign * p * q * cosine for sign in (1, -1))
        products = integrand(*squares)
        pair = np.stack([_matrices(v, p * cosine) for v in vertices])
        # Tr[v_s left v_t right] = v_s[ab] left[bc] v_t[cd] right[da]
        found = np.einsum("n,snab,nbcda,tncd->st", share, pair, products, pair)
        if subtracted is not None:
            off = np.einsum("n,snab,tnba->st", share, pair * [[0, 1], [1, 0]], pair) / 2
            found = found - off / (p * p + subtracted)
        total = total + weight * found
    return total


def _matrices(vertex, along):
    matrix = vertex(along) if callable(vertex) else np.asarray(vertex)
    return np.broadcast_to(matrix, (*along.shape, 2, 2))


def _products(left, right, weights):
    """sum_nu left[bc] right[da], shape (n, 2, 2, 2, 2)."""
    shape = (*weights.shape, 4)
    weighted = (left.reshape(shape) * weights[..., None]).swapaxes(-1, -2)
    return (weighted @ right.reshape(shape)).reshape(*weights.shape[:-1], 2, 2, 2, 2)


def response_products(model, plus, minus, omega, rules):
    """Both terms before the vertices, in the second one nu shifted by omega."""
    width = min(model.width, min(model.rates) + omega.imag)
    total = 0.0
    for term, (occupied, shifted) in enumerate(((minus, plus), (plus, minus))):
        shift = (1 if term else -1) * omega.real
        zeta, energy = model.energies(occupied)
        other, above = model.energies(shifted)
        features = [np.full_like(occupied, step) for step in model.steps]
        features += [zeta + energy, zeta - energy, shift + other + above, shift + other - above]
        nu, weights = frequencies(np.stack(features, axis=-1), width, rules.frequency)
        if term == 0:
            left = model.propagator(nu + omega, plus[:, None])
            right = model.keldysh(nu, minus[:, None])
        else:
            left = model.keldysh(nu, plus[:, None])
            right = model.propagator(nu - omega, minus[:, None], -1)
        total = total + _products(left, right, weights / (2 * np.pi))
    return 0.5j * total


def noise_products(model, plus, minus, omega, rules):
    """The Keldysh component before the vertices.

    The three terms are 2 G^>(P) G^< + 2 G^<(P) G^> without the products of two G^R or two G^A,
    whose integrals over nu vanish; what would cancel between them is not there.
    """
    (zeta, energy), (other, above) = model.energies(minus), model.energies(plus)
    features = [np.full_like(plus, s - shift) for s in model.steps for shift in (0.0, omega)]
    features += [zeta + energy, zeta - energy, other + above - omega, other - above - omega]
    nu, weights = frequencies(np.stack(features, axis=-1), model.width, rules.frequency)
    lesser, greater = model.occupied_and_empty(nu, minus[:, None])
    lesser_plus, greater_plus = model.occupied_and_empty(nu + omega, plus[:, None])
    pairs = ((greater_plus, lesser), (lesser_plus, greater))
    return 1j * sum(_products(*pair, weights / (2 * np.pi)) for pair in pairs)


def _momenta(model, q, omega, rules):
    """Nodes in |p| from 0 to infinity, and weights with the measure of the sum over momenta."""
    scale = model.scale + abs(omega)
    end = 2.5 * np.sqrt(scale * 2 * max(model.masses)) + q
    # energies change by p dp/m, at most by `widths` linewidths in a panel
    width = min(model.width, min(model.rates) + omega.imag) * 2 * min(model.masses)
    squares = np.arange(0, (scale + abs(model.mu) + q * q) * 1.5, rules.widths * width)
    ends = np.sqrt(squares)[np.sqrt(squares) < 0.9 * end]
    # the first panel, where p**2 hardly changes, is halved
    ends = np.concatenate([[0.0, ends[1] / 2], ends[1:], [end, 2 * end]])
    p, w = composite(ends, rules.momentum)
    u, v = composite(np.array([0.0, 0.5 / end]), _TAIL)
    p, w = np.concatenate([p, 1 / u]), np.concatenate([w, v / u**2])
    return p, w * (p / (2 * np.pi) if model.dimension == 2 else p**2 / (2 * np.pi**2))


def _angles(model, p, q, omega, rules):
    """Nodes in the cosine of the angle, and weights of the mean over directions.

    At large p there is something within omega of p+**2 = p-**2 only, for vertices that are not of
    pairing: panels double in length from there.
    """
    width = rules.widths * min(model.width, min(model.rates) + omega.imag)
    slowest, fastest = (2 * p * q / (2 * f(model.masses)) for f in (max, min))
    near = 2 * (abs(omega) + width) / slowest
    if near > 0.25:
        ends = np.linspace(-1.0, 1.0, max(int(np.ceil(2 * fastest / width)), 1) + 1)
    else:
        count = max(int(np.ceil(near * fastest / width)), 1)
        outer = np.geomspace(near, 1.0, int(np.ceil(np.log2(1 / near))) + 1)
        inner = np.linspace(-near, near, 2 * count + 1)
        ends = np.concatenate([-outer[::-1], inner[1:-1], outer])
    if model.dimension == 2:
        angle, weight = composite(np.arccos(-ends), rules.angle)
        return -np.cos(angle), weight / np.pi
    cosine, weight = composite(ends, rules.angle)
    return cosine, weight / 2

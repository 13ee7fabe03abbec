"""Pi(q, omega) at any precision: the generated mpmath kernel and quadrature of its own."""

from __future__ import annotations

import itertools

import mpmath as mp
from mpmath.calculus.quadrature import GaussLegendre

from numerics import SteadyState
from numerics.kernels import bubble_mpmath

#: Length of a panel in u, where the frequency is x + w sinh(u): the singularities at +-i pi/2 are
#: three of its halves away, so that 24 Gauss nodes leave (3 + sqrt(8))^-48 = 1e-36.
PANEL = 1


def loop(state: SteadyState, q: float, omega: complex, digits: int = 25) -> mp.matrix:
    """Return M(q, omega) with the steady state's numbers taken as exact."""
    with mp.workdps(digits + 10):
        return _Loop(state, mp.mpf(q), mp.mpc(omega)).matrix()


class _Loop:
    components = 8

    def __init__(self, state: SteadyState, q: mp.mpf, omega: mp.mpc) -> None:
        self.state, self.q, self.omega = state, q, omega
        parameters = state.parameters
        self.rates = mp.mpf(parameters.gamma_b), mp.mpf(parameters.gamma_v)
        self.gamma = sum(self.rates)
        self.mu, self.gap, self.edge = (mp.mpf(x) for x in (state.mu, state.gap, state.edge))
        self.temperature = mp.mpf(parameters.temperature)
        self.rule = GaussLegendre(mp.mp).calc_nodes(3, mp.mp.prec)

    def sums(self, nu: mp.mpf) -> mp.mpf:
        if self.temperature:
            filling = mp.tanh((nu - self.edge) / (2 * self.temperature))
        else:
            filling = mp.sign(nu - self.edge)
        return (self.rates[0] * filling + self.rates[1]) / self.gamma

    def integrand(self, y: mp.mpf) -> mp.matrix:
        total = mp.zeros(self.components, 1)
        for sign in (1, -1):
            nu = sign * y - self.omega.real / 2
            total += mp.matrix(
                bubble_mpmath.pairing(
                    nu,
                    abs(nu) - self.gap,
                    abs(nu + self.omega.real) - self.gap,
                    sign * y,
                    self.sums(nu),
                    self.sums(-nu),
                    self.omega.real,
                    self.omega.imag,
                    self.q,
                    self.gap,
                    self.mu,
                    self.gamma,
                )
            )
        # of sum_p 1/(p^2 + 1), by sqrt(nu) -> nu (nu^2 + 1)^(-1/4), see `matrix`
        total[0] -= (1 + y * y) ** (-mp.mpf(1) / 4) / (4 * mp.pi**2)
        total[6] -= (1 + y * y) ** (-mp.mpf(1) / 4) / (4 * mp.pi**2)
        return total

    def matrix(self) -> mp.matrix:
        total = mp.zeros(self.components, 1)
        points, splits = self.points()
        for k, (x, w) in enumerate(points):
            left = (points[k - 1][0] + x) / 2 if k else mp.mpf(0)
            right = (x + points[k + 1][0]) / 2 if k + 1 < len(points) else 4 * x
            inner = [s for s in splits if left < s < right]
            ends = sorted({left, *inner, x, right})
            for a, b in itertools.pairwise(ends):
                total += self.stretch(x, w, a, b)
        outer = 4 * points[-1][0]
        for k in range(8):
            total += self.gauss(
                lambda t: self.integrand(outer / t**2) * (2 * outer / t**3),
                mp.mpf(k) / 8,
                mp.mpf(k + 1) / 8,
            )
        return self.fluctuations(total)

    def stretch(self, x: mp.mpf, w: mp.mpf, a: mp.mpf, b: mp.mpf) -> mp.matrix:
        """Integrate from a to b in the variable u of y = x + w sinh(u)."""
        start, end = mp.asinh((a - x) / w), mp.asinh((b - x) / w)
        count = int(mp.ceil((end - start) / PANEL))
        step = (end - start) / count
        total = mp.zeros(self.components, 1)
        for k in range(count):
            total += self.gauss(
                lambda u: self.integrand(x + w * mp.sinh(u)) * (w * mp.cosh(u)),
                start + k * step,
                start + (k + 1) * step,
            )
        return total

    def gauss(self, function, a: mp.mpf, b: mp.mpf) -> mp.matrix:
        middle, half = (a + b) / 2, (b - a) / 2
        total = mp.zeros(self.components, 1)
        for node, weight in self.rule:
            total += function(middle + half * node) * (half * weight)
        return total

    def fluctuations(self, total: mp.matrix) -> mp.matrix:
        # int_0^X y^-1/2 (1 + y^-2)^-1/4 dy - int_0^X sqrt(y)/(1 + y) dy -> B(1/2, -1/4)/2 + pi as
        # X grows, and sum_p 1/(p^2 + 1) = sum_p 1/p^2 - 1/(4 pi)
        beta = mp.beta(mp.mpf(1) / 2, -mp.mpf(1) / 4) / 2
        constant = 2 * (beta + mp.pi) / (8 * mp.pi**2) - 1 / (4 * mp.pi)
        coupling = -mp.mpf(self.state.parameters.inv_kfa) / (4 * mp.pi)
        pi = [total[2 * k] + 1j * total[2 * k + 1] for k in range(4)]
        diagonal = coupling - constant
        return mp.matrix([[diagonal - pi[0], -pi[1]], [-pi[2], diagonal - pi[3]]])

    def points(self) -> tuple[list[tuple[mp.mpf, mp.mpf]], list[mp.mpf]]:
        """Return the branch points y with their widths, none closer to another than that."""
        half = self.omega.real / 2
        width = min(self.gamma, self.gamma + self.omega.imag)
        found = [
            (abs(energy + sign * half), width)
            for energy in (self.gap, mp.hypot(self.mu, self.gap), self.edge)
            for sign in (1, -1)
        ]
        for offset, transfer in (
            (-self.gamma, self.omega),
            (self.gamma, self.omega + 2j * self.gamma),
        ):
            for nu in self.thresholds(transfer):
                found.append((abs(nu.real + half), abs(nu.imag + offset)))
        scale = abs(self.mu) + self.gap + abs(self.omega) + self.q**2
        found = sorted((w, x) for x, w in found if x < 1000 * scale)
        kept: list[tuple[mp.mpf, mp.mpf]] = []
        for w, x in found:
            if all(abs(x - other) > w / 2 for other, _ in kept):
                kept.append((x, max(w, mp.mpf(10) ** -12)))
        splits = [abs(half)]
        if not self.temperature:
            splits += [abs(self.edge + half), abs(self.edge - half)]
        return sorted(kept), splits

    def thresholds(self, transfer: mp.mpc) -> list[mp.mpc]:
        """Return s E(p - q/2) for all p with +-E(p + q/2) = s E(p - q/2) + transfer."""
        if self.q < 1e-12:
            return []
        q, square = self.q, transfer**2
        d = q * q / 4 - self.mu
        # (4 p q (p^2 + d) + W^2)^2 = 4 W^2 ((p^2 + q p + d)^2 + gap^2) in P = p^2
        coefficients = [
            16 * q * q,
            32 * q * q * d - 4 * square,
            16 * q * q * d * d - 4 * square * (q * q + 2 * d),
            square**2 - 4 * square * (d * d + self.gap**2),
        ]
        energies = []
        for root in mp.polyroots(coefficients, maxsteps=500, extraprec=200):
            for p in (mp.sqrt(root), -mp.sqrt(root)):
                energy = mp.sqrt((root - p * q + d) ** 2 + self.gap**2)
                energies += [energy, -energy]
        return energies

"""The steady state in 50 digits: quadrature, tails and Newton's method apart from numerics.

At T > 0 the occupation of large momenta is a small difference, which takes 25 of the digits.  Only
the program of the kernels is shared with the fast route, printed for mpmath; the tests of brute
force check that program.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from numerics.kernels import steady_state_mpmath as kernels
from numerics.parameters import Parameters
from numerics.steady.equations import Unknowns, evaluate_equations


@dataclass(frozen=True)
class Exact:
    gap: Any
    mu: Any
    edge: Any

    @property
    def mu_b(self):
        return self.mu + self.edge


class Reference:
    """The three equations at one set of parameters, left minus right, as plain numbers."""

    def __init__(self, parameters: Parameters, digits: int = 50, order: int = 20) -> None:
        self.parameters = parameters
        self.mp = mpmath.mp.clone()
        self.mp.dps = digits
        with mpmath.workdps(digits + 5):
            self.rule = self._gauss(order, digits + 5)

    def _gauss(self, order, digits):
        """Gauss-Legendre nodes and weights, polished from double precision by Newton's method."""
        mp = self.mp
        rule = []
        with mp.workdps(digits):
            for start in np.polynomial.legendre.leggauss(order)[0]:
                x = mp.mpf(float(start))
                for _ in range(4):
                    below, value = mp.legendre(order - 1, x), mp.legendre(order, x)
                    slope = order * (x * value - below) / (x * x - 1)
                    x -= value / slope
                below = mp.legendre(order - 1, x)
                slope = -order * below / (x * x - 1)
                rule.append((x, 2 / ((1 - x * x) * slope**2)))
        return rule

    def _panels(self, start, end, at):
        """Bisect until E_p = B +- i gamma is a panel's length away from every panel."""
        gamma = self.parameters.linewidth + np.pi * self.parameters.temperature
        singular = []
        for energy in (complex(at.edge, gamma), 1j * self.parameters.linewidth):
            xi = np.emath.sqrt(energy**2 - float(at.gap) ** 2)
            singular += [np.emath.sqrt(float(at.mu) + sign * xi) for sign in (1, -1)]
        done, todo = [], [(self.mp.mpf(start), self.mp.mpf(end))]
        while todo:
            a, b = todo.pop()
            if any(abs(complex(s) - float(a + b) / 2) < float(b - a) for s in singular):
                todo += [(a, (a + b) / 2), ((a + b) / 2, b)]
            else:
                done.append((a, b))
        return done

    def _integrand(self, p, at):
        """Gap equation, real and imaginary, and number equation under (1/2 pi^2) int dp."""
        mp, parameters = self.mp, self.parameters
        xi, gap, edge = p * p - at.mu, at.gap, at.edge
        gamma_b, gamma_v = mp.mpf(parameters.gamma_b), mp.mpf(parameters.gamma_v)
        gamma = gamma_b + gamma_v
        if parameters.temperature > 0:
            bath = kernels.thermal_values(
                xi, gap, gamma, edge, mp.mpf(parameters.temperature), mp=mp
            )
        else:
            bath = kernels.step_values(xi, gap, gamma, edge, mp=mp)
        void = kernels.empty_values(xi, gap, gamma, mp=mp)
        values = [gamma_b * bath[k] + gamma_v * void[k] for k in range(3)]
        values[0] -= 1 / (2 * p * p)
        return [p * p / (2 * mp.pi**2) * value for value in values]

    def _sum(self, function, panels):
        total = [self.mp.mpf(0)] * 3
        for a, b in panels:
            half, middle = (b - a) / 2, (a + b) / 2
            for x, w in self.rule:
                values = function(middle + half * x)
                total = [t + half * w * v for t, v in zip(total, values, strict=True)]
        return total

    def residuals(self, at):
        mp, parameters = self.mp, self.parameters
        scale = abs(at.mu) + at.gap + abs(at.edge) + 2 * np.pi * parameters.temperature
        cutoff = mp.mpf(parameters.cutoff)
        end = min(4 * mp.sqrt(scale), cutoff)

        def inverted(u):
            return [v / u**2 for v in self._integrand(1 / u, at)]

        inner = self._sum(lambda p: self._integrand(p, at), self._panels(0, end, at))
        borders = [1 / end]
        while borders[-1] > 2 / cutoff:
            borders.append(borders[-1] / 2)
        borders.append(1 / cutoff)
        counted = self._sum(inverted, [(b, a) for a, b in itertools.pairwise(borders)])
        # the cutoff may be below the momentum scale
        near, beyond = 1 / cutoff, []
        while near > 0.25 / mp.sqrt(scale):
            beyond.append((near / 2, near))
            near /= 2
        tail = self._sum(inverted, [*beyond, (near / 2, near), (mp.mpf(0), near / 2)])
        sums = [a + b + c for a, b, c in zip(inner, counted, tail, strict=True)]
        return [
            sums[0] + mp.mpf(parameters.inv_kfa) / (8 * mp.pi),
            sums[1],
            inner[2] + counted[2] - 1 / (3 * mp.pi**2),
        ]

    def solve(self, start: Unknowns) -> Exact:
        """Refine a solution with the Jacobian in double precision, some digits per step."""
        mp, parameters = self.mp, self.parameters
        value = evaluate_equations(parameters, parameters.gamma_v, start)
        inverse = np.linalg.pinv((value.jacobian * value.scales[:, None])[:, :3])
        at = Exact(mp.mpf(start.gap), mp.mpf(start.mu), mp.mpf(start.edge))
        for _ in range(8):
            found = self.residuals(at)
            step = [
                mp.fsum(float(c) * r for c, r in zip(row, found, strict=True)) for row in inverse
            ]
            at = Exact(at.gap - step[0], at.mu - step[1], at.edge - step[2])
            if max(abs(s) for s in step) < 1e-17:
                return at
        raise AssertionError(f"the reference did not converge: {step}")

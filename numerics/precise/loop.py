"""The integrand of Pi(q, omega) over the frequency and its integral, in any arithmetic.

It is that of the fast route, printed for mpmath.  The path is folded at nu = -Re(omega)/2,
y = |nu + Re(omega)/2|, and divided so that all branch points are resolved.
"""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from numerics.kernels import bubble_mpmath, bubble_numpy
from numerics.precise.arithmetic import BITS, Arithmetic, arithmetic_of
from numerics.precise.quadrature import Stretch, Total, graded, integrate, reflected
from numerics.precise.reservoirs import Baths
from numerics.precise.state import PreciseState
from numerics.response.frequency_grid import SMALLEST_WAVE, threshold_energies

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Branch points beyond this multiple of the energy scale are left to the tail.
_REACH = 1e3
#: Below it a wave number counts as none.
_NO_WAVE = 1e-100
#: The tail begins at this multiple of the last branch point.
_OUTER = 4.0
#: Where the working precision is checked: one node of that many; the range of frequencies.
_CHECKED, _MAGNITUDES = 25, 40.0
#: By how many digits that check is better.
_FINER = 15


class Loop:
    """The integrand over y = |nu + Re(omega)/2|, both signs together."""

    def __init__(
        self, numbers: Arithmetic, state: PreciseState, q: mpmath.mpf, omega: mpmath.mpc
    ) -> None:
        real = numbers.real
        self.numbers, self.state, self.point = numbers, state, (q, omega)
        self.q, self.shift, self.growth = real(q), real(omega.real), real(omega.imag)
        self.gap, self.mu = real(state.gap), real(state.mu)
        self.baths = Baths.of(numbers, state.parameters, self.mu, real(state.edge))
        self.gamma = self.baths.gamma
        self.omega = complex(omega)
        self.checked: list[tuple[Any, list[Any]]] = []
        self.count = 0
        double = state.double
        # of the function that is subtracted, as in the fast route; any will do
        self.scale = abs(double.mu) + double.gap

    def occupation(self, nu: Any) -> Any:
        """Return the sum over the reservoirs of gamma_lambda [1 - 2 f_lambda]/gamma."""
        return self.baths.sums(self.numbers, nu)

    def integrand(self, y: Any) -> list[Any]:
        """Return real and imaginary parts of Pi_11, Pi_12, Pi_21, Pi_22 per unit of y."""
        mp = self.numbers.context
        total: list[Any] = []
        for sign in (1, -1):
            nu = sign * y - self.shift / 2
            part = bubble_mpmath.pairing(
                nu,
                abs(nu) - self.gap,
                abs(nu + self.shift) - self.gap,
                self.occupation(nu),
                self.occupation(-nu),
                self.shift,
                self.gamma + self.growth,
                self.q,
                self.gap,
                self.mu,
                self.gamma,
                mp=mp,
            )
            total = [x + z for x, z in zip(total, part, strict=True)] if total else list(part)
        scale = self.numbers.real(self.scale)
        # sqrt(y) -> y (y^2 + s^2)^(-1/4) of sum_p 1/p^2
        even = 1 / (4 * mp.pi * mp.pi * mp.sqrt(mp.sqrt(y * y + scale * scale)))
        total[0], total[6] = total[0] - even, total[6] - even
        if self.numbers.name == "mpmath":
            self.count += 1
            if self.count % _CHECKED == 0:
                self.checked.append((y, total))
        return total

    def size(self, y: Array) -> Array:
        """Return the size of the integrand in double precision."""
        double, parameters = self.state.double, self.state.parameters
        nu = np.concatenate([y, -y]) - self.omega.real / 2
        nu = np.where(nu == 0, 1e-8 * double.gap, nu)
        parts = bubble_numpy.pairing(
            nu,
            np.abs(nu) - double.gap,
            np.abs(nu + self.omega.real) - double.gap,
            double.occupation.sums(nu),
            double.occupation.sums(-nu),
            self.omega.real,
            parameters.linewidth + self.omega.imag,
            max(float(self.q), SMALLEST_WAVE),
            double.gap,
            double.mu,
            parameters.linewidth,
        )
        sizes = sum(np.abs(part) for part in parts)
        return np.asarray(sizes).reshape(2, -1).sum(axis=0)

    def total(self, tolerance: float) -> Total:
        """Return the integral over y."""
        real = self.numbers.real
        singular, outer = self._singular()
        half = abs(self.shift) / 2
        ends = [real(0)]
        for bath in self.baths.filled:
            if not bath.temperature > 0:
                ends += [abs(bath.edge + half), abs(bath.edge - half)]
        ends.sort(key=self.numbers.exported)
        ends.append(real(outer))
        total = Total.zeros(self.numbers, 8)
        stretches = graded(self.numbers, self.integrand, self.size, singular, ends)
        for stretch in [*stretches, self._tail(singular, outer)]:
            total.add(integrate(self.numbers, stretch, 8, tolerance))
        return total

    def _tail(self, singular: Complex, outer: float) -> Stretch:
        """Return the frequencies beyond the last branch point, in the variable (outer/y)^(1/2)."""
        beyond = self.numbers.real(outer)
        images = np.sqrt(outer / singular)

        def function(t: Any) -> list[Any]:
            square = t * t
            slope = 2 * beyond / (square * t)
            return [slope * value for value in self.integrand(beyond / square)]

        def size(t: Array) -> Array:
            # beyond the double precision of the difference it falls like y^(-3/2)
            t = np.maximum(t, 0.1)
            return self.size(outer / t**2) * 2 * outer / t**3

        start, end = self.numbers.real(0), self.numbers.real(1)
        return Stretch(function, start, end, np.concatenate([images, -images]), size)

    def _singular(self) -> tuple[Complex, float]:
        """Return the branch points in y, and where the tail begins."""
        double, parameters = self.state.double, self.state.parameters
        gamma, half = parameters.linewidth, self.omega.real / 2
        width = min(gamma, gamma + self.omega.imag)
        bottom = math.hypot(double.mu, double.gap)
        points = [
            complex(energy + sign * half, w)
            for energy in (double.gap, bottom)
            for sign in (1, -1)
            for w in (gamma, gamma + self.omega.imag)
        ]
        if float(self.q) > SMALLEST_WAVE:
            wave = np.array([float(self.q)])
            transfers = (-gamma, self.omega), (gamma, self.omega + 2j * gamma)
            for offset, transfer in transfers:
                for energy in threshold_energies(double, wave, np.array([transfer])):
                    point = complex(energy[0]) + complex(half, offset)
                    # the integrand is analytic in a strip about the axis
                    points.append(complex(point.real, max(abs(point.imag), width)))
        elif float(self.q) > _NO_WAVE:
            # of p**2 = gamma**2/q**2 alone, beyond which the momenta p +- q/2 are gamma apart: it
            # leaves the |q|**3 of M_11
            far = complex(((gamma + self.omega.imag / 2 - half * 1j) / float(self.q)) ** 2)
            points += [sign * far + complex(half, gamma) for sign in (1, -1)]
        points = [s for s in points if np.isfinite(s)]
        baths = self.baths
        scale = bottom + double.gap + baths.reach + gamma + abs(self.omega)
        scale += float(self.q) ** 2 + math.pi * baths.warmest
        points += [
            complex(edge + sign * half, distance)
            for edge, temperature, distances in baths.poles(scale)
            if temperature > 0
            for sign in (1, -1)
            for distance in distances
        ]
        inner = [abs(s.real) for s in points if abs(s) < _REACH * scale]
        outer = _OUTER * max([*inner, baths.reach + abs(half)])
        for edge, temperature in baths.edges():
            # tanh is 1 there to the working precision
            reach = self.numbers.bits * math.log(2) * temperature
            outer = max(outer, abs(edge) + abs(half) + reach)
        # of the function that is subtracted
        points.append(complex(0, self.scale))
        return reflected(np.array(points)), outer

    def rounding(self) -> float:
        """Return what rounding did to numbers that do not know it, from nodes done again."""
        if not self.checked:
            return 0.0
        bits = self.numbers.bits + math.ceil(BITS * _FINER)
        finer = Loop(arithmetic_of(bits, self.numbers.name), self.state, *self.point)
        largest = 0.0
        for y, values in self.checked:
            again = finer.integrand(finer.numbers.real(y))
            noise = max(float(abs(x - z)) for x, z in zip(values, again, strict=True))
            largest = max(largest, noise * float(y))
        # dy = y d(log y), over all magnitudes
        return _MAGNITUDES * largest

    def elements(self, total: Total) -> tuple[mpmath.mpc, ...]:
        """Return M = -1/(4 pi a_s) - Pi."""
        mp, numbers = self.numbers.context, self.numbers
        scale = numbers.real(self.scale)
        # int (sqrt(y)/(y + s) - (y^2 + s^2)^(-1/4)) dy, and sum_p 1/(p^2 + s) - sum_p 1/p^2
        beta = mp.sqrt(mp.pi) * mp.gamma(numbers.real(-0.25)) / mp.gamma(numbers.real(0.25))
        constant = mp.sqrt(scale) * beta / (8 * mp.pi * mp.pi)
        diagonal = -numbers.real(self.state.parameters.inv_kfa) / (4 * mp.pi) - constant
        parts = [-value for value in total.values]
        parts[0], parts[6] = diagonal + parts[0], diagonal + parts[6]
        exported = [numbers.exported(part) for part in parts]
        return tuple(
            mpmath.mp.make_mpc((x._mpf_, y._mpf_))
            for x, y in zip(exported[::2], exported[1::2], strict=True)
        )

"""The integrands of M(q, omega) over the frequency and their integrals, in any arithmetic.

They are those of the fast route, printed for mpmath.  The path is folded where both Green's
functions are as far from the middle of the gap, y = |nu - a mu + Re(omega)/2|.
"""

from __future__ import annotations

import cmath
import importlib
import math
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from numerics.kernels import bubble_mpmath, bubble_numpy
from numerics.precise.arithmetic import Arithmetic
from numerics.precise.axis import Axis, smooth_inverse_root, smooth_inverse_root_integral
from numerics.precise.carriers import PreciseCarriers, spectral_points
from numerics.precise.coupling import precise_coupling
from numerics.precise.quadrature import Total
from numerics.precise.state import PreciseState
from numerics.response.frequency_grid import threshold_energies as equal_threshold_energies
from numerics.response.two_bands import threshold_energies

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Of smaller wave numbers one branch point is left, and sizes are those of this one.
_SMALL_WAVE = 1e-9
#: Below it a wave number counts as none.
_NO_WAVE = 1e-100
#: Real and imaginary parts of four elements.
_PARTS = 8


def loop_of(numbers: Arithmetic, state: PreciseState, q: mpmath.mpf, omega: mpmath.mpc) -> Loop:
    """Return the integrals that M of a state consists of."""
    kind = _EqualLoop if state.parameters.closed else _PairLoop
    return kind(numbers, state, q, omega)


class Loop(Axis):
    """The integrands over y."""

    count = _PARTS

    def __init__(
        self, numbers: Arithmetic, state: PreciseState, q: mpmath.mpf, omega: mpmath.mpc
    ) -> None:
        super().__init__(numbers)
        real = numbers.real
        self.state, self.point = state, (q, omega)
        self.q, self.shift, self.growth = real(q), real(omega.real), real(omega.imag)
        at = [real(x) for x in (state.gap, state.mu, state.edge, state.tilt)]
        self.carriers = PreciseCarriers.of(numbers, state.parameters, at)
        self.given = self.carriers.parameters()
        self.threshold = self.carriers.threshold
        self.coupling = precise_coupling(numbers, state.parameters.coupling)
        self.omega = complex(omega)

    @abstractmethod
    def elements(self, total: Total) -> tuple[mpmath.mpc, ...]:
        """Return M by its integrals."""

    @abstractmethod
    def errors(self, parts: Array) -> Array:
        """Return those of the elements by the errors of the integrals, shape (4,)."""

    @abstractmethod
    def thresholds(self, transfer: complex) -> list[complex]:
        """Return energies at p - q/2 that the transfer leads to p + q/2."""

    def again(self, numbers: Arithmetic) -> Loop:
        """Return the same in another arithmetic."""
        return type(self)(numbers, self.state, *self.point)

    def jumps(self) -> Iterator[Any]:
        """Yield where sharp occupations step."""
        half = self.shift / 2
        for edge in self.carriers.edges():
            if not edge.temperature > 0:
                yield edge.at + half
                yield edge.at - half

    def steps(self) -> Iterator[tuple[float, float]]:
        """Yield where occupations step, and their temperatures."""
        for edge in self.carriers.edges():
            yield abs(float(edge.at)) + abs(self.omega.real) / 2, float(edge.temperature)

    def scale(self) -> float:
        """Return the scale of all energies."""
        warmest = max(float(edge.temperature) for edge in self.carriers.edges())
        own = self.state.double.carriers.energies
        return own + abs(self.omega) + float(self.q) ** 2 + math.pi * warmest

    def branch_points(self) -> Iterator[complex]:
        """Yield the branch points in y."""
        carriers, half = self.state.double.carriers, self.omega.real / 2
        gamma, q = carriers.linewidth, float(self.q)
        # the integrand is analytic in a strip about the axis
        width = min(carriers.margin, carriers.margin + self.omega.imag)
        points = []
        for energy in spectral_points(carriers.skew, *carriers.parameters()[:4]):
            distances = (abs(energy.imag), abs(energy.imag) + self.omega.imag)
            points += [complex(energy.real + s * half, w) for s in (1, -1) for w in distances]
        if q > _SMALL_WAVE:
            for offset, transfer in ((-gamma, self.omega), (gamma, self.omega + 2j * gamma)):
                for energy in self.thresholds(transfer):
                    point = energy + complex(half, offset)
                    points.append(complex(point.real, max(abs(point.imag), width)))
        elif q > _NO_WAVE:
            # of p**2 = gamma**2/q**2 alone, beyond which the momenta p +- q/2 are gamma apart: it
            # leaves the |q|**3 of M_11
            far = complex(((gamma + self.omega.imag / 2 - half * 1j) / q) ** 2)
            points += [sign * far + complex(half, gamma) for sign in (1, -1)]
        yield from filter(cmath.isfinite, points)
        for pole in self.carriers.poles(self.scale()):
            for sign in (1, -1):
                yield pole + sign * half

    def _exported(self, parts: list[Any]) -> tuple[mpmath.mpc, ...]:
        """Return complex numbers by their parts."""
        found = [self.numbers.exported(part) for part in parts]
        return tuple(
            mpmath.mp.make_mpc((x._mpf_, y._mpf_))
            for x, y in zip(found[::2], found[1::2], strict=True)
        )


class _EqualLoop(Loop):
    """Pi of equal carriers in three dimensions, with what diverges subtracted."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        double = self.state.double
        # of the function that is subtracted, as in the fast route; any will do
        self.smooth = abs(double.mu) + double.gap

    def integrand(self, y: Any) -> list[Any]:
        """Return real and imaginary parts of Pi_11, Pi_12, Pi_21, Pi_22 per unit of y."""
        mp = self.numbers.context
        gap, mu, gamma = self.given[:3]
        total: list[Any] = []
        for sign in (1, -1):
            nu = sign * y - self.shift / 2
            electrons, holes = self.carriers.polarisations(nu)
            part = bubble_mpmath.pairing(
                nu,
                abs(nu) - gap,
                abs(nu + self.shift) - gap,
                sign * y,
                electrons / gamma,
                holes / gamma,
                self.shift,
                self.growth,
                self.q,
                gap,
                mu,
                gamma,
                mp=mp,
            )
            total = [x + z for x, z in zip(total, part, strict=True)] if total else list(part)
        # sqrt(y) -> y (y^2 + s^2)^(-1/4) of sum_p 1/p^2
        even = smooth_inverse_root(mp, y, self.numbers.real(self.smooth)) / (4 * mp.pi * mp.pi)
        total[0], total[6] = total[0] - even, total[6] - even
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
            nu + self.omega.real / 2,
            double.occupation.sums(nu),
            double.occupation.sums(-nu),
            self.omega.real,
            self.omega.imag,
            max(float(self.q), _SMALL_WAVE),
            double.gap,
            double.mu,
            parameters.linewidth,
        )
        sizes = sum(np.abs(part) for part in parts)
        return np.asarray(sizes).reshape(2, -1).sum(axis=0)

    def branch_points(self) -> Iterator[complex]:
        """Yield the branch points in y, with those of the function that is subtracted."""
        yield from super().branch_points()
        yield complex(0, self.smooth)

    def thresholds(self, transfer: complex) -> list[complex]:
        """Return energies at p - q/2 that the transfer leads to p + q/2."""
        wave, rate = np.array([float(self.q)]), np.array([transfer])
        return [complex(e[0]) for e in equal_threshold_energies(self.state.double, wave, rate)]

    def elements(self, total: Total) -> tuple[mpmath.mpc, ...]:
        """Return M = 2 K - Pi."""
        mp, numbers, mu = self.numbers.context, self.numbers, self.given[1]
        constant = smooth_inverse_root_integral(numbers, numbers.real(self.smooth))
        resting = self.coupling.resting(mu)
        change = self.coupling.moving(self.q, (self.shift, self.growth), mu)
        diagonal = (
            2 * resting.real + change.diagonal_real - constant / (4 * mp.pi * mp.pi),
            change.diagonal_imag,
        )
        off = 2 * resting.imag + change.off_real, change.off_imag
        coupling = (*diagonal, *off, *(-x for x in off), *diagonal)
        return self._exported([k - x for k, x in zip(coupling, total.values, strict=True)])

    def errors(self, parts: Array) -> Array:
        """Return those of the elements by the errors of the integrals, shape (4,)."""
        return np.hypot(parts[::2], parts[1::2])


class _PairLoop(Loop):
    """M_12, M_22, M_12 + M_21 and M_11 - M_22 of any carriers, less the gap equation."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        module = self.state.double.carriers.kernels
        self.kernel, self.rounded = (
            importlib.import_module(f"numerics.kernels.{module}_{target}").pairing
            for target in ("mpmath", "numpy")
        )

    def integrand(self, y: Any) -> list[Any]:
        """Return real and imaginary parts of the four per unit of y."""
        total: list[Any] = []
        for sign in (1, -1):
            first = self._kernel(sign * y - self.shift / 2, self.shift)
            # what is at -omega* is the same without a frequency
            second = first
            if self.omega.real != 0:
                second = self._kernel(sign * y + self.shift / 2, -self.shift)
            # -i/2 times R(omega) less the conjugate of R(-omega*)
            part: list[Any] = []
            for k in range(0, _PARTS, 2):
                (a, b), (c, d) = first[k : k + 2], second[k : k + 2]
                part += [(b + d) / 2, (c - a) / 2]
            total = [x + z for x, z in zip(total, part, strict=True)] if total else part
        return total

    def _kernel(self, y: Any, transfer: Any) -> tuple[Any, ...]:
        """Return R at y with a frequency."""
        found: tuple[Any, ...] = self.kernel(
            y,
            abs(y) - self.threshold,
            abs(y + transfer) - self.threshold,
            y + transfer / 2,
            *self.carriers.polarisations(y),
            transfer,
            self.growth,
            self.q,
            *self.given,
            mp=self.numbers.context,
        )
        return found

    def size(self, y: Array) -> Array:
        """Return the size of the integrands in double precision."""
        carriers, omega = self.state.double.carriers, self.omega
        total = np.zeros_like(y)
        for sign in (1, -1):
            for transfer in (omega.real, -omega.real):
                at = carriers.apart(sign * y - transfer / 2)
                distances = (np.abs(x) - carriers.threshold for x in (at, at + transfer))
                parts = self.rounded(
                    at,
                    *distances,
                    at + transfer / 2,
                    *carriers.sums(at),
                    transfer,
                    omega.imag,
                    max(float(self.q), _SMALL_WAVE),
                    *carriers.parameters(),
                )
                total += sum(np.abs(part) for part in parts) / 2
        return np.asarray(total)

    def thresholds(self, transfer: complex) -> list[complex]:
        """Return energies at p - q/2 that the transfer leads to p + q/2."""
        wave, rate = np.array([float(self.q)]), np.array([transfer])
        found = threshold_energies(self.state.double.carriers, wave, rate)
        return [complex(energy[0]) for energy in found]

    def elements(self, total: Total) -> tuple[mpmath.mpc, ...]:
        """Return M by M_12, M_22, M_12 + M_21 and M_11 - M_22."""
        change = self.coupling.moving(self.q, (self.shift, self.growth), self.given[1])
        m12, m22, both, difference = (total.values[k : k + 2] for k in range(0, _PARTS, 2))
        m12 = [x + k for x, k in zip(m12, (change.off_real, change.off_imag), strict=True)]
        diagonal = (change.diagonal_real, change.diagonal_imag)
        m22 = [x + k for x, k in zip(m22, diagonal, strict=True)]
        m11 = [x + z for x, z in zip(m22, difference, strict=True)]
        m21 = [x - z for x, z in zip(both, m12, strict=True)]
        return self._exported([*m11, *m12, *m21, *m22])

    def errors(self, parts: Array) -> Array:
        """Return those of the elements by the errors of the integrals, shape (4,)."""
        m12, m22, both, difference = np.hypot(parts[::2], parts[1::2])
        return np.array([m22 + difference, m12, both + m12, m22])

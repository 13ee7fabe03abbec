"""A coupling of the carriers that is a function of one's own."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.domain import LARGEST, SMALLEST, function, outside, real
from numerics.interaction import Change, Interaction, Uniform
from numerics.interaction import turned as rotated

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Neighbours from which derivatives of a function of one's own are taken, in units of epsilon_F and
#: k_F: their error is the fourth power.
_STEP = 1e-3
#: Places and weights of such derivatives: the first and the second.
_PLACES = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
_FIRST = np.array([1.0, -8.0, 0.0, 8.0, -1.0]) / 12
_SECOND = np.array([-1.0, 16.0, -30.0, 16.0, -1.0]) / 12
#: Where a function of one's own is tried: the radius of the circle, its points, and how small the
#: negative powers have to be; the points take 2**-32 of the positive ones for such.
_CENTRE, _RADIUS, _AROUND, _ANALYTIC = 0.5 + 1.0j, 0.5, 64, 1e-8
#: Frequencies at which it is looked how it grows, the first, the last and how many; by how much its
#: power may still change, and how far it has to be above what carriers add.
_FAR, _POWER, _ABOVE = (1e-2, 1e10, 97), 0.02, 10.0


@dataclass(frozen=True)
class Coupling(Interaction):
    """A coupling of one's own: any K_+(q, omega), less the sum over 1/(2 p**2).

    Parameters
    ----------
    function : callable
        K_+ of wave numbers and complex frequencies, arrays of one shape, and of the potential mu of
        the condensate, a number.  Analytic for Im(omega) > 0, and as far below as modes are looked
        for; 1/U of `Contact` is -inv_kfa/8 pi.
    loss : float
        A rate that is in the function, epsilon_F, where K_+(0, 0) is complex; its imaginary part
        then grows with this rate on the way from equilibrium.
    carriers : callable, optional
        The density of carriers that the field holds at an order parameter of one, of mu; by default
        the modulus of the derivative of K_+(0, 0) by mu, as it is for one kind of bosons.
    part : float
        How much of the loss is there.

    Raises
    ------
    ValueError
        If an argument is outside its domain, or the function has values that are not finite or not
        analytic.

    Examples
    --------
    >>> from numerics import Coupling
    >>> photon = Coupling(lambda q, omega, mu: 4 * (1 + 10 * q**2 - 2 * mu - omega - 0.01j), 0.01)
    >>> photon.uniform(mu=0.4).value
    (0.7999999999999998-0.04j)
    """

    function: Callable[[Any, Any, float], Any]
    loss: float = 0.0
    carriers: Callable[[float], float] | None = None
    part: float = 1.0

    def __post_init__(self) -> None:
        function("function", self.function)
        if self.carriers is not None:
            function("carriers", self.carriers)
        domain = f"0, or from {SMALLEST:g} to {LARGEST:g} (ε_F)"
        for name in ("loss", "part"):
            value = real(
                name, getattr(self, name), domain, lambda x: x == 0 or SMALLEST <= x <= LARGEST
            )
            object.__setattr__(self, name, value)
        ring: Complex = _CENTRE + _RADIUS * np.exp(2j * np.pi * np.arange(_AROUND) / _AROUND)
        around = self._values(np.zeros(_AROUND), ring, 0.0)
        # of an analytic function there are no negative powers of the distance from the centre
        negative = np.fft.fft(around)[_AROUND // 2 :] / _AROUND
        if np.abs(negative).max() > _ANALYTIC * np.abs(around).max():
            raise outside("function", self.function, "an analytic function of the frequency")
        if self.loss == 0 and self._static(0.0).imag != 0:
            raise outside("loss", self.loss, "the positive rate that makes K_+(0, 0) complex")

    @property
    def decay(self) -> float:
        """The part of the loss that is there."""
        return self.part * self.loss

    @property
    def adjustable(self) -> tuple[str, ...]:
        """None: the function has what there is."""
        return ()

    def _values(self, q: Array, omega: Complex, mu: float) -> Complex:
        found = np.asarray(self.function(q, omega, mu))
        if found.dtype.kind not in "iufc" or found.shape not in ((), omega.shape):
            raise outside("function", self.function, "one that returns numbers, one for each point")
        if not np.isfinite(found).all():
            raise outside("function", self.function, f"one with finite values, at mu = {mu:g} too")
        return np.broadcast_to(found.astype(complex), omega.shape)

    def _static(self, mu: float) -> complex:
        return complex(self._values(np.zeros(1), np.zeros(1, dtype=complex), mu)[0])

    def uniform(self, mu: float, part: float = 1.0) -> Uniform:
        """Return K_+(0, 0) with a part of the loss, and the carriers in the field."""
        part = part * self.part
        beside = np.array([self._static(mu + _STEP * x) for x in _PLACES])
        beside = beside.real + 1j * part * beside.imag
        value, first = beside[2], beside @ _FIRST / _STEP
        if self.carriers is not None:
            around = np.array([float(self.carriers(mu + _STEP * x)) for x in _PLACES])
            held, by_mu, by_part = float(around[2]), float(around @ _FIRST / _STEP), 0.0
        else:
            held = float(abs(first))
            turn = complex(first.conjugate() / held) if held > 0 else 0j
            by_mu = float((turn * (beside @ _SECOND) / _STEP**2).real)
            by_part = float((turn * 1j * first.imag / part).real) if part > 0 else 0.0
        lost = 1j * value.imag / part if part > 0 else 1j * self._static(mu).imag
        return Uniform(complex(value), complex(first), complex(lost), held, by_mu, by_part)

    def change(self, q: Array, omega: Complex, mu: float) -> Change:
        """Return what q and omega change; derivatives are taken from values beside them."""
        fixed = self._static(mu)

        def both_turned(wave: Array, frequency: Complex) -> Complex:
            both = (self._values(wave, w, mu) - fixed for w in (frequency, -frequency.conj()))
            first, second = both
            return np.array(rotated(first, second.conj()))

        by_omega = sum(
            w * both_turned(q, omega + _STEP * x) for x, w in zip(_PLACES, _FIRST, strict=True)
        )
        by_q = sum(
            w * both_turned(q + _STEP * x, omega) for x, w in zip(_PLACES, _FIRST, strict=True)
        )
        return Change(*both_turned(q, omega), *(by_omega / _STEP), *(by_q / _STEP))

    def long_waves(self, mu: float) -> tuple[Array, Array]:
        """Return what K adds to beta, eta and zeta of (46), from differences."""
        steps, none = _STEP * _PLACES, np.zeros(_PLACES.size)
        waves, rates = (
            self.change(np.abs(steps), none.astype(complex), mu),
            self.change(none, steps.astype(complex), mu),
        )
        beta, crossed = (x @ _SECOND / (2 * _STEP**2) for x in (waves.diagonal, waves.off))
        eta, turned = (1j * (x @ _FIRST) / _STEP for x in (rates.diagonal, rates.off))
        zeta, mixed = (x @ _SECOND / (2 * _STEP**2) for x in (rates.diagonal, rates.off))
        values = np.array(
            [beta, -crossed, -crossed, beta, eta, -turned, -turned, eta, mixed, -zeta]
        )
        rounding = 16 * float(np.finfo(float).eps) * max(abs(self._static(mu)), _STEP)
        return values.real, np.abs(values.imag) + rounding / _STEP**2

    def scaled(self, part: float) -> Coupling:
        """Return the same with a part of the loss."""
        return dataclasses.replace(self, part=part * self.part)

    def words(self) -> str:
        """Return the loss."""
        return f"a coupling of one's own, loss = {self.decay:g}"

    @property
    def growth(self) -> float:
        """The power of omega of the largest frequencies that are looked at."""
        return float(self._powers()[1][-1])

    def energies(self, q: float, mu: float) -> float:
        """Return the frequency beyond which it is a power, above what carriers make of it."""
        frequencies, powers, sizes = self._powers(q, mu)
        steady = np.abs(powers - powers[-1]) < _POWER
        above = sizes > _ABOVE * np.sqrt(frequencies) / (8 * math.pi)
        unlike = np.flatnonzero(~(steady & (above | (powers[-1] < 0.5))))
        return float(frequencies[min(unlike[-1] + 1, frequencies.size - 1)]) if unlike.size else 0.0

    def _powers(self, q: float = 0.0, mu: float = 0.0) -> tuple[Array, Array, Array]:
        """Return frequencies, the powers of omega with which K_+ grows there, and its moduli."""
        frequencies = np.geomspace(*_FAR)
        values = self._values(np.full(frequencies.size, q), frequencies.astype(complex), mu)
        with np.errstate(divide="ignore"):
            sizes = np.log(np.abs(values))
        return frequencies, np.gradient(sizes, np.log(frequencies)), np.exp(sizes)

"""What every coupling of the carriers answers: K in the gap equation, in M, and in the density."""

from __future__ import annotations

import abc
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.kept import Given
from numerics.kernels import couplings_numpy as kernels

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]


class Uniform(NamedTuple):
    """K_+(0, 0), and the carriers that the field holds at an order parameter of one.

    Both with their derivatives by the potential of the condensate, and by the part of the loss that
    is there.
    """

    value: complex
    by_mu: complex
    by_part: complex
    carriers: float
    carriers_by_mu: float
    carriers_by_part: float


class Change(NamedTuple):
    """2 [K(q, omega) - K(0, 0)] for (amplitude, phase), and its derivatives, shape (n,).

    The other diagonal element is the same, the other one off it is the negative.
    """

    diagonal: Complex
    off: Complex
    diagonal_by_omega: Complex
    off_by_omega: Complex
    diagonal_by_q: Complex
    off_by_q: Complex

    @property
    def matrix(self) -> Complex:
        """The matrices, shape (n, 2, 2)."""
        return matrices(self.diagonal, self.off)


class Light(NamedTuple):
    """A boson and its conjugate, L a + R x: a the order parameter, x what is put into them.

    M a is what the carriers do by themselves, plus S x.

    Parameters
    ----------
    order, source : ndarray of complex, shape (n, 2, 2)
        L, from (amplitude, phase), and S, to them.
    own : ndarray of complex, shape (n, 2)
        The diagonal of R.
    rounding : ndarray, shape (n,)
        Bound of the errors of all three, relative to their elements.
    """

    order: Complex
    source: Complex
    own: Complex
    rounding: Array


def matrices(diagonal: Any, off: Any) -> Complex:
    """Return matrices of (amplitude, phase) by their two elements, shape (..., 2, 2)."""
    rows = np.stack([diagonal, off, np.negative(off), diagonal], axis=-1)
    return np.asarray(rows.reshape(*np.shape(diagonal), 2, 2), dtype=complex)


def turned(first: Complex, second: Complex) -> tuple[Complex, Complex]:
    """Return twice the elements of K, of K_+ and K_-."""
    a, b, c, d = kernels.turned(first.real, first.imag, second.real, second.imag)
    return np.asarray(a + 1j * b), np.asarray(c + 1j * d)


class Interaction(Given, abc.ABC):
    """A coupling of the carriers."""

    #: Whether K depends on neither wave number nor frequency.
    constant = False

    @property
    def threshold(self) -> float:
        """The potential at which K_+(0, 0) has a pole without loss: states are stable below it."""
        return math.inf

    @property
    def dimension(self) -> int:
        """That of the carriers that it pairs."""
        return 3

    @property
    @abc.abstractmethod
    def decay(self) -> float:
        """The rate at which the field is lost, epsilon_F."""

    @abc.abstractmethod
    def uniform(self, mu: float, part: float = 1.0) -> Uniform:
        """Return K_+(0, 0) with a part of the loss, and the carriers in the field."""

    @abc.abstractmethod
    def change(self, q: Array, omega: Complex, mu: float) -> Change:
        """Return what q and omega change, shape (n,) each."""

    @abc.abstractmethod
    def scaled(self, part: float) -> Interaction:
        """Return the coupling with a part of its loss."""

    @abc.abstractmethod
    def words(self) -> str:
        """Return what tells the coupling in messages."""

    @property
    @abc.abstractmethod
    def adjustable(self) -> tuple[str, ...]:
        """The parameters along which states may be followed."""

    @property
    @abc.abstractmethod
    def growth(self) -> float:
        """The power of omega with which K_+ grows far away."""

    @abc.abstractmethod
    def energies(self, q: float, mu: float) -> float:
        """Return a bound of the frequencies at which that has begun, at wave numbers up to q."""

    @abc.abstractmethod
    def long_waves(self, mu: float) -> tuple[Array, Array]:
        """Return what K adds to beta, eta and zeta of (46), and bounds of errors, shape (10,)."""

    def pole(self, q: Array, mu: float) -> Complex | None:
        """Return the frequencies at which K_+ has a pole, if it has one; in the lower half-plane.

        K_- has it at the mirror images, minus the conjugates.
        """
        return None

    def at_rest(self, mu: float) -> Complex:
        """Return 2 K(0, 0) for (amplitude, phase), shape (2, 2)."""
        value = np.asarray(self.uniform(mu).value)
        return matrices(*turned(value, value.conj()))

    def twice(self, q: Array, omega: Complex, mu: float) -> Complex:
        """Return 2 K(q, omega) for (amplitude, phase), shape (n, 2, 2)."""
        fixed = np.broadcast_to(self.at_rest(mu), (*np.shape(q), 2, 2))
        return fixed if self.constant else fixed + self.change(q, omega, mu).matrix

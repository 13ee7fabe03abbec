"""What pairs the carriers: an attraction, a photon field, or both.

Each is a coupling K, less the sum over 1/(2 p**2), with diag(K_+, K_-) in the basis of the order
parameter and its conjugate: K_+(0, 0) stands in the gap equation in place of 1/U, 2 K in M.
`derive.model.couplings` has them; `numerics.own_coupling` any function.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.domain import LARGEST, SMALLEST, flag, outside, real
from numerics.interaction import Change, Interaction, Light, Uniform
from numerics.kernels import couplings_numpy as kernels

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]


#: Rounding of what the kernels return: some operations.
_ROUNDING = 16 * float(np.finfo(float).eps)


def measured(strength: float) -> float:
    """Return 1/U less the sum that diverges of an attraction, given by (k_F a_s)**-1.

    That sum is the one over 1/(2 p**2); in two dimensions see `Contact.strength`.
    """
    return -strength / (8 * math.pi)


@dataclass(frozen=True)
class Contact(Interaction):
    """An attraction of zero range: in three dimensions by its scattering length, or in two.

    Parameters
    ----------
    inv_kfa : float, optional
        Interaction strength (k_F a_s)**-1; any real number, negative on the BCS side.
    binding : float, optional
        In two dimensions, where any attraction binds a pair in vacuum: its binding energy,
        epsilon_F; positive, small on the BCS side.  Either this or the other one.

    Raises
    ------
    ValueError
        If an argument is outside its domain, or not exactly one is given.

    Examples
    --------
    >>> from numerics import Contact
    >>> Contact(binding=0.5)
    Contact(binding=0.5)
    """

    inv_kfa: float | None = None
    binding: float | None = None

    constant = True

    def __post_init__(self) -> None:
        if (self.inv_kfa is None) == (self.binding is None):
            given = "inv_kfa in three dimensions or binding in two, one of them"
            raise outside("coupling", (self.inv_kfa, self.binding), given)
        if self.inv_kfa is not None:
            value = real("inv_kfa", self.inv_kfa, "any real number", lambda x: True)
            object.__setattr__(self, "inv_kfa", value)
            return
        domain = f"positive, from {SMALLEST:g} to {LARGEST:g} (ε_F)"
        value = real("binding", self.binding, domain, lambda x: SMALLEST <= x <= LARGEST)
        object.__setattr__(self, "binding", value)

    @property
    def dimension(self) -> int:
        """That of the carriers that it pairs."""
        return 3 if self.binding is None else 2

    @property
    def strength(self) -> float:
        """Minus 8 pi times 1/U less the sum that diverges: (k_F a_s)**-1, or the logarithm of E_b.

        The sum over p is that of 1/(2 p**2), and of 1/(2 p**2 + epsilon_F) in two dimensions, where
        1/U is the sum of 1/(2 p**2 + E_b).
        """
        if self.binding is not None:
            return math.log(self.binding)
        assert self.inv_kfa is not None
        return self.inv_kfa

    @property
    def adjustable(self) -> tuple[str, ...]:
        """The parameters along which states may be followed."""
        return ("inv_kfa",) if self.binding is None else ("binding",)

    def words(self) -> str:
        """Return what tells the coupling in messages."""
        (name,) = self.adjustable
        return f"{name} = {getattr(self, name):g}"

    def uniform(self, mu: float, part: float = 1.0) -> Uniform:
        """Return 1/U; there is no field."""
        return Uniform(complex(measured(self.strength)), 0j, 0j, 0.0, 0.0, 0.0)

    def change(self, q: Array, omega: Complex, mu: float) -> Change:
        """Return zeros."""
        return Change(*np.zeros((6, *np.shape(q)), dtype=complex))

    @property
    def decay(self) -> float:
        """Zero: nothing is lost."""
        return 0.0

    @property
    def growth(self) -> float:
        """Zero: K is the same everywhere."""
        return 0.0

    def scaled(self, part: float) -> Contact:
        """Return itself: it has no loss."""
        return self

    def long_waves(self, mu: float) -> tuple[Array, Array]:
        """Return zeros."""
        return np.zeros(10), np.zeros(10)

    def energies(self, q: float, mu: float) -> float:
        """Return zero: K is the same everywhere."""
        return 0.0


@dataclass(frozen=True)
class Boson(Interaction):
    """A boson that a pair may turn into, as a photon in a cavity, with or without attraction.

    K_+ = [detuning + q**2/(2 mass) - 2 mu - omega - i loss]/g**2 without attraction; with it the
    two channels add, 1/K = U + 1/K of the boson, each measured as it is without the other.

    Parameters
    ----------
    g : float
        Coupling to pairs, epsilon_F k_F**(-3/2): the order parameter is g times the modulus of the
        field, where there is no attraction; positive.
    detuning : float
        Energy at q = 0 above the edges of both bands, epsilon_F, less what the coupling to pairs of
        large momenta makes of it; any real number.
    mass : float
        In units in which that of carriers of equal masses is 1/2; positive.
    loss : float
        Rate kappa at which the field decays, epsilon_F; not negative.
    inv_kfa : float or None
        Interaction strength of an attraction beside it; None without.
    binding : float or None
        The same in two dimensions: its binding energy, epsilon_F.
    film : bool
        Whether the carriers are confined to two dimensions, as they are with a binding energy.  The
        detuning is then less what the coupling makes of it, the sum over 1/(2 p**2 + epsilon_F).

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> from numerics import Boson
    >>> Boson(g=0.5, detuning=1.0, mass=0.05, loss=0.01).uniform(mu=0.4).value
    (0.7999999999999998-0.04j)
    """

    g: float
    detuning: float
    mass: float
    loss: float = 0.0
    inv_kfa: float | None = None
    binding: float | None = None
    film: bool = False

    def __post_init__(self) -> None:
        film = flag("film", self.film) or self.binding is not None
        object.__setattr__(self, "film", film)
        if film and self.inv_kfa is not None:
            raise outside("inv_kfa", self.inv_kfa, "None in two dimensions: binding is given there")
        small = f"from {SMALLEST:g} to {LARGEST:g}"
        domains: dict[str, tuple[str, Callable[[float], bool]]] = {
            "g": (f"positive, {small}", lambda x: SMALLEST <= x <= LARGEST),
            "detuning": (f"real, up to {LARGEST:g} (ε_F)", lambda x: abs(x) <= LARGEST),
            "mass": (f"positive, {small}", lambda x: SMALLEST <= x <= LARGEST),
            "loss": (f"0, or {small} (ε_F)", lambda x: x == 0 or SMALLEST <= x <= LARGEST),
        }
        if self.inv_kfa is not None:
            domains["inv_kfa"] = ("None, or any real number", lambda x: True)
        if self.binding is not None:
            domains["binding"] = (f"None, or positive, {small}", lambda x: SMALLEST <= x <= LARGEST)
        for name, (domain, inside) in domains.items():
            object.__setattr__(self, name, real(name, getattr(self, name), domain, inside))

    @property
    def adjustable(self) -> tuple[str, ...]:
        """All that are numbers."""
        attraction = [n for n in ("inv_kfa", "binding") if getattr(self, n) is not None]
        return ("g", "detuning", "mass", "loss", *attraction)

    @property
    def dimension(self) -> int:
        """That of the carriers that it pairs."""
        return 2 if self.film else 3

    @property
    def strength(self) -> float | None:
        """That of the attraction, as `Contact.strength`; None without."""
        if self.binding is not None:
            return math.log(self.binding)
        return self.inv_kfa

    @property
    def decay(self) -> float:
        """The loss."""
        return self.loss

    @property
    def attraction(self) -> tuple[float, float]:
        """Numbers in the ratio of that of the attraction alone: 1 and 0 without."""
        return (1.0, 0.0) if self.strength is None else (measured(self.strength), 1.0)

    def _arguments(self, mu: float, part: float = 1.0) -> tuple[Any, ...]:
        return (mu, self.g, self.detuning, part * self.loss, *self.attraction)

    def uniform(self, mu: float, part: float = 1.0) -> Uniform:
        """Return K_+(0, 0) with a part of the loss, and the carriers in the field."""
        value, by_mu, by_loss = np.reshape(kernels.uniform(*self._arguments(mu, part)), (3, 3))
        by_part = self.loss * by_loss
        first, second, third = (complex(*x[:2]) for x in (value, by_mu, by_part))
        held = (float(x[2]) for x in (value, by_mu, by_part))
        return Uniform(first, second, third, *held)

    def change(self, q: Array, omega: Complex, mu: float) -> Change:
        """Return what q and omega change."""
        with np.errstate(under="ignore"):
            parts = kernels.change(q, omega.real, omega.imag, *(*self._arguments(mu), self.mass))
        pairs = zip(parts[0::2], parts[1::2], strict=True)
        return Change(*(np.asarray(x + 1j * y) + np.zeros_like(omega) for x, y in pairs))

    def light(self, q: Array, omega: Complex, mu: float) -> Light:
        """Return how the boson and its conjugate follow the order parameter and their sources."""
        parts = np.array(
            np.broadcast_arrays(
                *kernels.light(q, omega.real, omega.imag, *(*self._arguments(mu), self.mass))
            )
        )
        values = (parts[0::2] + 1j * parts[1::2]).reshape(-1, *np.shape(omega))
        order, source = (np.moveaxis(values[k : k + 4], 0, -1) for k in (0, 4))
        own = np.moveaxis(values[8:], 0, -1)
        # the energies that nearly cancel where the boson alone is in resonance
        terms = np.abs(omega) + abs(self.detuning) + 2 * abs(mu) + q * q / (2 * self.mass)
        rounding = _ROUNDING * (1 + (terms + self.loss) * np.abs(own).max(axis=-1))
        shape = (*np.shape(omega), 2, 2)
        return Light(order.reshape(shape), source.reshape(shape), own, rounding)

    def long_waves(self, mu: float) -> tuple[Array, Array]:
        """Return what K adds to beta, eta and zeta of (46)."""
        values = np.array(kernels.long_waves(*(*self._arguments(mu), self.mass)))
        return values, _ROUNDING * np.abs(values)

    def energy_at(self, value: complex) -> complex:
        """Return the boson's energy above the frequency, less i loss, at which K_+ is a value."""
        parts = kernels.inverted(value.real, value.imag, self.g, *self.attraction)
        return complex(*map(float, parts))

    def scaled(self, part: float) -> Boson:
        """Return the same with a part of the loss."""
        return dataclasses.replace(self, loss=part * self.loss)

    @property
    def threshold(self) -> float:
        """Half of the boson's energy, as the attraction alone makes it; infinite without that."""
        pole = self.pole(np.zeros(1), 0.0)
        return math.inf if pole is None else float(pole[0].real) / 2

    def pole(self, q: Array, mu: float) -> Complex | None:
        """Return the boson's energies, as the attraction alone makes them; none without that."""
        if self.strength is None:
            return None
        energy = self.detuning - 2 * mu + q * q / (2 * self.mass)
        return np.asarray(energy + self.g**2 * measured(self.strength) - 1j * self.loss)

    def words(self) -> str:
        """Return all parameters."""
        return ", ".join(f"{name} = {getattr(self, name):g}" for name in self.adjustable)

    @property
    def growth(self) -> float:
        """One; none beside an attraction, which stays."""
        return 1.0 if self.strength is None else 0.0

    def energies(self, q: float, mu: float) -> float:
        """Return where the energy of the photon, and what carriers make of it, are left behind."""
        own = abs(self.detuning - 2 * mu) + q * q / (2 * self.mass) + self.loss
        # |omega|/g**2 is above sqrt(|omega|)/(8 pi) from there on, or above the logarithm of a film
        return own + (self.g**2 if self.film else (self.g**2 / (8 * math.pi)) ** 2)

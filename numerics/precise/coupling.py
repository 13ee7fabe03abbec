"""What couplings answer to many digits: K in the gap equation, in M, and in the density."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import mpmath

from numerics.couplings import Boson, Contact
from numerics.domain import outside
from numerics.interaction import Interaction
from numerics.kernels import couplings_mpmath as kernels
from numerics.own_coupling import Coupling
from numerics.precise.arithmetic import Arithmetic

#: A function of one's own is asked with so many more bits, and is to follow a change in the last
#: bit to this part of what it does with another one, in units of epsilon_F and k_F.
_MORE, _FOLLOWED, _WIDER = 20, 1e-2, 1e-6


class Resting(NamedTuple):
    """K_+(0, 0), and the carriers that a field holds at an order parameter of one."""

    real: Any
    imag: Any
    carriers: Any


class Moving(NamedTuple):
    """2 [K(q, omega) - K(0, 0)] for (amplitude, phase): the diagonal, and what is off it."""

    diagonal_real: Any
    diagonal_imag: Any
    off_real: Any
    off_imag: Any


class PreciseCoupling(ABC):
    """A coupling in an arithmetic."""

    def __init__(self, numbers: Arithmetic) -> None:
        self.numbers = numbers

    @abstractmethod
    def resting(self, mu: Any) -> Resting:
        """Return K without wave number and frequency at a potential of the condensate."""

    @abstractmethod
    def moving(self, q: Any, omega: tuple[Any, Any], mu: Any) -> Moving:
        """Return what wave number and frequency, real and imaginary part, change."""


def precise_coupling(numbers: Arithmetic, coupling: Interaction) -> PreciseCoupling:
    """Return a coupling, whose numbers are taken as exact, in an arithmetic.

    Raises
    ------
    ValueError
        If it is a function of one's own that has no more digits than double precision.
    """
    if isinstance(coupling, Contact):
        return _Contact(numbers, coupling)
    if isinstance(coupling, Boson):
        return _Boson(numbers, coupling)
    if isinstance(coupling, Coupling):
        return _Own(numbers, coupling)
    raise outside("coupling", coupling.words(), "a Contact, a Boson or a Coupling, for more digits")


def _measured(numbers: Arithmetic, coupling: Contact | Boson) -> Any:
    """Return 1/U of the attraction less the sum that diverges, see `couplings.measured`."""
    mp, real = numbers.context, numbers.real
    binding, inv_kfa = coupling.binding, coupling.inv_kfa
    strength = real(inv_kfa) if binding is None else mp.log(real(binding))
    return -strength / (8 * mp.pi)


def _called(kernel: Any, numbers: Arithmetic, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the outputs of a generated kernel in an arithmetic."""
    found: tuple[Any, ...] = kernel(*arguments, mp=numbers.context)
    return found


class _Contact(PreciseCoupling):
    def __init__(self, numbers: Arithmetic, coupling: Contact) -> None:
        super().__init__(numbers)
        self.value = _measured(numbers, coupling)

    def resting(self, mu: Any) -> Resting:
        none = self.numbers.real(0)
        return Resting(self.value, none, none)

    def moving(self, q: Any, omega: tuple[Any, Any], mu: Any) -> Moving:
        return Moving(*[self.numbers.real(0)] * 4)


class _Boson(PreciseCoupling):
    def __init__(self, numbers: Arithmetic, coupling: Boson) -> None:
        super().__init__(numbers)
        real = numbers.real
        alone = coupling.strength is None
        attraction = (real(1), real(0)) if alone else (_measured(numbers, coupling), real(1))
        given = (real(x) for x in (coupling.g, coupling.detuning, coupling.loss))
        self.arguments, self.mass = (*given, *attraction), real(coupling.mass)

    def resting(self, mu: Any) -> Resting:
        return Resting(*_called(kernels.uniform, self.numbers, (mu, *self.arguments))[:3])

    def moving(self, q: Any, omega: tuple[Any, Any], mu: Any) -> Moving:
        arguments = (q, *omega, mu, *self.arguments, self.mass)
        return Moving(*_called(kernels.change, self.numbers, arguments)[:4])


class _Own(PreciseCoupling):
    """A function of one's own, which is asked with numbers of mpmath."""

    def __init__(self, numbers: Arithmetic, coupling: Coupling) -> None:
        super().__init__(numbers)
        self.coupling = coupling
        with mpmath.workprec(2 * numbers.bits + _MORE):
            self._require_digits()

    def resting(self, mu: Any) -> Resting:
        numbers, part = self.numbers, self.coupling.part
        with mpmath.workprec(numbers.bits + _MORE):
            at = self._plain(mu)
            value = self._static(at)
            if self.coupling.carriers is not None:
                held = self._number(self.coupling.carriers(at)).real
            else:
                slope = mpmath.diff(lambda x: self._static(x).real, at)
                lost = mpmath.diff(lambda x: self._static(x).imag, at)
                held = abs(mpmath.mpc(slope, part * lost))
            found = value.real, part * value.imag, held
        return Resting(*map(numbers.real, found))

    def moving(self, q: Any, omega: tuple[Any, Any], mu: Any) -> Moving:
        numbers = self.numbers
        with mpmath.workprec(numbers.bits + _MORE):
            wave, at = self._plain(q), self._plain(mu)
            forward = mpmath.mpc(*map(self._plain, omega))
            fixed = self._static(at)
            first = self._value(wave, forward, at) - fixed
            second = (self._value(wave, -forward.conjugate(), at) - fixed).conjugate()
        parts = (first.real, first.imag, second.real, second.imag)
        return Moving(*_called(kernels.turned, numbers, tuple(map(numbers.real, parts))))

    def _plain(self, x: Any) -> mpmath.mpf:
        return self.numbers.exported(x)

    def _static(self, mu: mpmath.mpf) -> mpmath.mpc:
        return self._value(mpmath.mpf(0), mpmath.mpc(0), mu)

    def _value(self, q: mpmath.mpf, omega: mpmath.mpc, mu: mpmath.mpf) -> mpmath.mpc:
        try:
            found = self.coupling.function(q, omega, mu)
        except (TypeError, ValueError, AttributeError, ArithmeticError):
            found = None
        return self._number(found)

    def _number(self, found: Any) -> mpmath.mpc:
        # a number of double precision may have been rounded
        if not isinstance(found, mpmath.mpf | mpmath.mpc) or not mpmath.isfinite(found):
            raise self._refused()
        return mpmath.mpc(found)

    def _refused(self) -> ValueError:
        domain = "one that returns numbers of mpmath, given such, for more digits"
        return outside("function", self.coupling.function, domain)

    def _require_digits(self) -> None:
        """Say that the function rounds its arguments, if it does not follow a small change."""
        start = (mpmath.mpf("0.3"), mpmath.mpc("0.2", "0.1"), mpmath.mpf("0.1"))
        small = mpmath.ldexp(1, -self.numbers.bits)
        here = self._value(*start)
        for k in range(len(start)):

            def slope(step: Any, k: int = k) -> Any:
                moved = [x + step * (j == k) for j, x in enumerate(start)]
                return (self._value(*moved) - here) / step

            wide, narrow = slope(mpmath.mpf(_WIDER)), slope(small)
            if abs(wide - narrow) > _FOLLOWED * abs(wide):
                raise self._refused()

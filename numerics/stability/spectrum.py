"""A spectrum of modes: an analytic function of (q, omega), and the scales to look for its zeros.

What counts, finds and follows modes asks for nothing else.  `Spectrum.of` makes the one of a steady
state, whose function is det M; any other response with a symmetric axis will do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.domain import function, outside, positive, real
from numerics.response.determinant import RTOL, Determinant, Slopes
from numerics.solve.analytic_newton import APART, slope_from_values
from numerics.stability.tolerances import CountTolerances

if TYPE_CHECKING:
    from numerics.precise import CertifiedCount, CertifiedRate
    from numerics.steady.solution import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Where nothing is said of the largest frequency of a mode: in units of the lowest excitation, a
#: pair's threshold and a fifth more of it, and of the linewidth, by which it is smeared out.
_THRESHOLD, _SMEARED = 2.4, 4.0


@dataclass(frozen=True)
class Spectrum:
    """A function of wave number and frequency whose zeros are modes, (38), and its scales.

    The function is analytic for Im(omega) > -linewidth, real on Re(omega) = 0, and takes conjugate
    values at omega and minus its conjugate, (45).

    Parameters
    ----------
    determinant : callable
        Maps q and omega, arrays of one shape, and a relative tolerance, which it may ignore, to
        values and bounds of their errors.
    linewidth : float
        gamma: the function may have branch points at Im(omega) = -gamma.
    lowest_excitation : float
        Half of the lowest energy of a pair.
    reach : float
        The largest wave number worth searching.
    edges : tuple of float
        Frequencies at which continua begin.
    bends : tuple of float
        Other ones at which the function is not smooth within the linewidth.
    highest : float, optional
        The largest real part of modes that are damped little; 2.4 times the lowest excitation and
        four linewidths by default.
    energies : float, optional
        A bound of all energies: far above it the function is the power law; `highest` by default.
    power : float
        It grows like omega**power; 0 stands for powers of the logarithm.
    slow_modes : callable, optional
        Maps a wave number to modes that are known there from an expansion in small q, as starting
        points: they may be closer to each other than samples are.
    squared_velocity : callable, optional
        Returns the square of omega/q of the undamped mode in the limit of small q.
    effect_of_errors : callable, optional
        Maps q and omega to a bound of what inexact scales and parameters do to the function.
    slopes : callable, optional
        Maps what `determinant` does to values, bounds, and derivatives by omega and by q; by
        default these are taken from neighbouring values.
    null_vectors : callable, optional
        Maps q, modes, and a relative tolerance to the modes' vectors, of shape (n, 2).
    certified_rate, certified_count : callable, optional
        Map q, a mode, and digits to a `numerics.precise.CertifiedRate`, and q and digits to a
        `numerics.precise.CertifiedCount`.
    tolerances : CountTolerances
        How closely the function is looked at.

    Raises
    ------
    ValueError
        If a scale is not positive.

    Examples
    --------
    A sound mode with damping:

    >>> import numpy as np
    >>> from numerics import Spectrum, collective_mode
    >>> def sound(q, omega, rtol):
    ...     square = (omega + 0.01j) ** 2
    ...     return square - q**2, 1e-15 * (abs(square) + q**2)
    >>> found = collective_mode(Spectrum(sound, 0.1, 1.0, 2.0, power=2.0), 0.5)
    >>> print(found.status, found.frequencies.round(12))
    complete [0.5-0.01j]
    """

    determinant: Callable[[Array, Complex, float], tuple[Complex, Array]]
    linewidth: float
    lowest_excitation: float
    reach: float
    edges: tuple[float, ...] = ()
    bends: tuple[float, ...] = ()
    highest: float = 0.0
    energies: float = 0.0
    power: float = 1.0
    slow_modes: Callable[[float], list[complex]] | None = None
    squared_velocity: Callable[[], float] | None = None
    effect_of_errors: Callable[[Array, Complex], Array] | None = None
    slopes: Callable[[Array, Complex, float], tuple[Complex, Array, Complex, Complex]] | None = None
    null_vectors: Callable[[Array, Complex, float], Complex] | None = None
    certified_rate: Callable[[float, complex, int], CertifiedRate] | None = None
    certified_count: Callable[[float, int], CertifiedCount] | None = None
    tolerances: CountTolerances = field(default_factory=CountTolerances)

    def __post_init__(self) -> None:
        function("determinant", self.determinant)
        for name in ("linewidth", "lowest_excitation", "reach"):
            positive(name, getattr(self, name))
        real("power", self.power, "0 or a positive number", lambda x: x >= 0)
        if self.highest == 0:
            smeared = _SMEARED * self.linewidth
            object.__setattr__(self, "highest", _THRESHOLD * self.lowest_excitation + smeared)
        if self.energies == 0:
            object.__setattr__(self, "energies", self.highest)
        positive("highest", self.highest)
        positive("energies", self.energies)

    @classmethod
    def of(cls, source: Source) -> Spectrum:
        """Return the spectrum of a steady state; a spectrum is its own.

        Parameters
        ----------
        source : SteadyState or Spectrum

        Raises
        ------
        ValueError
            If it is something else.
        """
        if isinstance(source, Spectrum):
            return source
        from numerics.stability.condensate import spectrum_of
        from numerics.steady.solution import SteadyState

        if not isinstance(source, SteadyState):
            raise outside("state", source, "a SteadyState or a Spectrum")
        return spectrum_of(source)

    @property
    def lowest(self) -> float:
        """The imaginary part down to which modes are looked for."""
        return -self.tolerances.depth * self.linewidth

    def __call__(self, q: ArrayLike, omega: ArrayLike, rtol: float = RTOL) -> Determinant:
        """Return values, and bounds of their errors; q and omega broadcast."""
        wave, frequency = np.asarray(q), np.asarray(omega)
        if wave.shape != frequency.shape:
            wave, frequency = np.broadcast_arrays(wave, frequency)
        return Determinant(*self.determinant(wave, frequency, rtol))

    def with_slopes(self, q: Array, omega: Complex, rtol: float = RTOL) -> Slopes:
        """Return values, bounds of their errors, and derivatives by omega and q, shape (n,)."""
        if self.slopes is not None:
            return Slopes(*self.slopes(q, omega, rtol))
        value, bound = self(q, omega, rtol)
        scale = np.minimum(np.abs(omega), self.linewidth + omega.imag)
        # a mode may be at rest
        radius = APART * np.maximum(scale, APART * self.linewidth)
        by_omega = slope_from_values(
            lambda w: self(np.tile(q, w.size // q.size), w, rtol).value, omega, radius
        )
        step = APART * np.minimum(q, self.linewidth)
        near, far = (
            self(q + k * step, omega, rtol).value - self(q - k * step, omega, rtol).value
            for k in (1, 2)
        )
        return Slopes(value, bound, by_omega, (8 * near - far) / (12 * step))

    def vectors(self, q: Array, omega: Complex, rtol: float = RTOL) -> Complex:
        """Return the vectors of modes, shape (n, 2); (n, 0) where the spectrum has none."""
        if self.null_vectors is None or omega.size == 0:
            return np.empty((omega.size, 0 if self.null_vectors is None else 2), dtype=complex)
        return self.null_vectors(q, omega, rtol)

    def required(self, name: str) -> Any:
        """Return what takes more than the function: one of the optional callables."""
        value = getattr(self, name)
        if value is None:
            raise outside("certify", True, f"False, or a SteadyState: this spectrum has no {name}")
        return value


#: What the searches take.
Source: TypeAlias = "SteadyState | Spectrum"

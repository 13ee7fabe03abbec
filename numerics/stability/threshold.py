"""The laser limit: where a boson that is lost gains as much from carriers that are not paired.

In the normal state the linear response to a small order parameter is K_+(q, omega) less the pair
susceptibility; its root is the boson as the carriers make it.  It crosses the real axis where their
gain is the loss: there a condensate begins, at q = 0 with the frequency 2 mu.  Of all frequencies
at which the response has such a root, and with less loss a growing one, that with the largest loss
is the first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.couplings import Boson
from numerics.domain import instance, listed, outside, real
from numerics.errors import ConvergenceError
from numerics.interaction import matrices, turned
from numerics.kept import Kept
from numerics.model import Model
from numerics.response.fluctuation import pair_correlation
from numerics.solve.signs import sign_changes
from numerics.steady.equations import Unknowns
from numerics.steady.routes import evaluate_model
from numerics.steady.state import SteadyState

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: An order parameter that stands for zero, in linewidths: the response is even in it.
_NO_GAP = 1e-4
#: Tolerance of the susceptibility, where it is its sign, and of a frequency.
_RTOL, _ROUGH, _LAST = 1e-10, 1e-4, 1e-14
#: Samples of the axis: so many in each decade of the distance from where the response may change
#: fast, from this part of the linewidth up to so many times all energies.
_PER_DECADE, _NEAREST, _FAR = 4, 0.05, 30.0
#: Samples as close to each other, in linewidths, are one.
_SAME = 1e-3
#: Largest turn between two samples of what is counted, and how often their steps are halved.
_TURN, _HALVINGS = 1.0, 12
#: A sign change is one of a pole unless the value there is below this part of those beside it.
_ZERO = 1e-3


@dataclass(frozen=True)
class LaserThreshold(Kept):
    """Where a mode of the boson neither grows nor decays among carriers that are not paired.

    Parameters
    ----------
    q : float
        Its wave number.
    loss : float
        The loss at the threshold, which is the gain: with less, the mode grows; negative where the
        carriers absorb.
    omega : float
        Its frequency, above the edges of both bands.
    mu_b : float
        The potential of the bath.
    error : float
        Bound of the error of `loss`.
    growing : int
        Modes that grow there already, with an attraction: pairs that need no boson.
    """

    q: float
    loss: float
    omega: float
    mu_b: float
    error: float
    growing: int = 0


def normal_state(model: Model) -> SteadyState:
    """Return the carriers without a condensate, with an order parameter that stands for zero.

    Frequencies of its response are counted from twice the potential of the bath.

    Raises
    ------
    ValueError
        If a reservoir at the potential of the bath is none.
    """
    from scipy.optimize import brentq

    gap = _NO_GAP * model.linewidth

    def number(mu: float) -> float:
        at = Unknowns(gap, mu, 0.0)
        return float(evaluate_model(model, model.drive, at).number)

    mu = model.potential
    if mu is None:
        low, high = 0.0, 1.0
        density = model.bands.density
        while number(low) > density:
            low -= high - low
        while number(high) < density:
            high += high - low
        mu = float(brentq(lambda x: number(x) / density - 1, low, high, xtol=1e-14, rtol=1e-14))
    return SteadyState(model, gap, mu, mu, 0.0, 0.0, number(mu), (0.0, 0.0, 0.0), 0)


def laser_threshold(model: Model, q: float = 0.0) -> LaserThreshold:
    """Return the loss of a boson below which a mode of a wave number grows.

    Of several modes it is that which is the first to grow, with the largest loss.

    Parameters
    ----------
    model : Model
        Whose coupling is a Boson; the loss of that is not used.
    q : float
        Wave number, k_F; not negative.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ConvergenceError
        If there is no such loss.

    Examples
    --------
    It is where the condensate ends along the loss:

    >>> from numerics import Boson, Model, Reservoir, find_boundary
    >>> model = Model(Boson(0.7, 1.2, 0.05), [Reservoir("bath", 5e-3)], cutoff=10.0)
    >>> end = find_boundary("normal", model, along="coupling.loss", values=(1e-3, 0.1))
    >>> print(f"{end.value:.6f} {laser_threshold(model).loss:.6f}")
    0.014988 0.014988
    """
    return laser_thresholds(model, (q,))[0]


def laser_thresholds(model: Model, q: Iterable[float]) -> tuple[LaserThreshold, ...]:
    """Return the losses of a boson below which modes of several wave numbers grow.

    The same as one by one, to the last bit but for what the search for a root of each leaves of its
    error; the response is computed for all of them at once.

    Parameters
    ----------
    model : Model
        As in `laser_threshold`.
    q : iterable of float
        Wave numbers, k_F.

    Raises
    ------
    ValueError, ConvergenceError
        As in `laser_threshold`.
    """
    coupling = instance("model", model, Model).coupling
    if not isinstance(coupling, Boson):
        raise outside("coupling", coupling.words(), "a Boson, for the laser limit")
    state = normal_state(model)
    missing, domain = _missing(state), "a real number (k_F)"
    normals = [
        _Normal(state, coupling, abs(real("q", x, domain)), missing)
        for x in listed("q", q, "real numbers (k_F)")
    ]
    if not normals:
        return ()
    # of pairs that need no boson all turns are counted
    rtol = _ROUGH if coupling.attraction[1] == 0 else _RTOL
    _sample([(normal, normal.axis()) for normal in normals], rtol)
    unclear = [(normal, normal.unclear()) for normal in normals]
    _sample([(normal, omega) for normal, omega in unclear if omega.size > 0])
    return tuple(
        normal.first(roots) for normal, roots in zip(normals, _roots(normals), strict=True)
    )


class _Root(NamedTuple):
    """A mode on the axis, its loss and the bound of that, and whether it grows with less."""

    omega: float
    loss: float
    bound: float
    begins: bool


@dataclass(frozen=True)
class _Normal:
    """The response of a normal state at one wave number, on the real axis of frequency."""

    state: SteadyState
    coupling: Boson
    q: float
    missing: Complex
    #: What multiplies the order parameter, and a bound of its error, by the frequency.
    known: dict[float, tuple[complex, float]] = field(default_factory=dict)
    #: What `dressed` made of that.
    seen: dict[float, tuple[tuple[complex, float], tuple[complex, float]]] = field(
        default_factory=dict
    )

    @property
    def bare(self) -> float:
        """The boson's own energy, from twice the potential."""
        return self.coupling.detuning + self.q**2 / (2 * self.coupling.mass) - 2 * self.state.mu

    def axis(self) -> Array:
        """Return frequencies, dense next to the potential, the edge of pairs, and the boson."""
        mu, gamma, strength = self.state.mu, self.state.parameters.linewidth, self.coupling.strength
        bound = 0.0
        if strength is not None:
            bound = math.exp(strength) if self.coupling.film else 2 * max(strength, 0.0) ** 2
        largest = _FAR * (self.coupling.energies(self.q, mu) + abs(mu) + gamma + bound)
        number = math.ceil(_PER_DECADE * math.log10(largest / (_NEAREST * gamma)))
        away = np.geomspace(_NEAREST * gamma, largest, number)
        places = np.array([0.0, self.q**2 / 2 - 2 * mu, self.bare])
        every = places[:, None] + np.concatenate([-away, [0.0], away])
        # of each place those that are closer to it than to the others, but for rounding
        distance = np.abs(every[:, :, None] - places)
        own = np.abs(every - places[:, None])
        omega = np.unique(every[own <= distance.min(axis=2) + _SAME * gamma])
        return omega[np.diff(omega, prepend=-math.inf) > _SAME * gamma]

    def dressed(self, omega: float) -> tuple[complex, float]:
        """Return omega + i loss of the boson that carriers make at omega, and a bound of errors."""
        if omega not in self.known:
            _sample([(self, np.array([omega]))])
        known = self.known[omega]
        if omega not in self.seen or self.seen[omega][0] is not known:
            value, bound = known
            energy = self.coupling.energy_at(value)
            error = abs(self.coupling.energy_at(value + bound) - energy)
            self.seen[omega] = known, (self.bare - energy, error)
        return self.seen[omega][1]

    def off(self, omega: float) -> float:
        """Return by how much the frequency of the boson at omega is another one."""
        return self.dressed(omega)[0].real - omega

    def unclear(self) -> Array:
        """Return the frequencies at which errors hide the sign of `off`."""
        every = ((w, *self.dressed(w)) for w in self.known)
        return np.array([w for w, value, error in every if abs(value.real - w) <= error])

    def first(self, found: list[_Root]) -> LaserThreshold:
        """Return the threshold of the mode that is the first to grow, of all that are marginal."""
        model = self.state.parameters
        if not any(root.begins for root in found):
            words = f"no threshold at q = {self.q:g} ({model.words()})"
            raise ConvergenceError(words, self.bare)
        first = max((root for root in found if root.begins), key=lambda root: root.loss)
        # those that cease to grow with less loss have done so
        ceased = sum(not root.begins and root.loss > first.loss for root in found)
        growing = max(self.growing() - ceased, 0)
        # the order parameter that stands for zero changes the response by its square
        scale = abs(first.omega) + model.linewidth
        error = 2 * first.bound + _LAST * scale + _NO_GAP**2 * abs(first.loss)
        mu = self.state.mu
        return LaserThreshold(self.q, first.loss, first.omega + 2 * mu, mu, error, growing)

    def growing(self) -> int:
        """Return how many modes the carriers alone have above the axis, by the argument."""
        one, attraction = self.coupling.attraction
        if attraction == 0:
            return 0
        for _ in range(_HALVINGS):
            omega = np.array(sorted(self.known))
            values = one - attraction * np.array([self.known[w][0] for w in omega.tolist()])
            turns = np.angle(values[1:] / values[:-1])
            wide = np.flatnonzero(np.abs(turns) > _TURN)
            if wide.size == 0:
                break
            _sample([(self, (omega[wide] + omega[wide + 1]) / 2)])
        # it grows like the square root of omega, or the logarithm in a film
        power = 0.0 if self.coupling.film else 0.5
        return max(round(float(turns.sum()) / (2 * math.pi) + power / 2), 0)


def _sample(wanted: Sequence[tuple[_Normal, Array]], rtol: float = _RTOL) -> None:
    """Compute the responses of some wave numbers at some frequencies each, all of them at once."""
    if not wanted:
        return
    state = wanted[0][0].state
    q = np.concatenate([np.full(omega.size, normal.q) for normal, omega in wanted])
    every = np.concatenate([omega for _, omega in wanted])
    found = pair_correlation(state, q, every + 0j, rtol=rtol, full=True)
    both = found.value + wanted[0][0].missing
    # of (amplitude, phase) what multiplies the order parameter
    values = ((both[:, 0, 0] + 1j * both[:, 0, 1]) / 2).tolist()
    bounds = (found.error[:, 0].sum(axis=1) / 2).tolist()
    pairs = iter(zip(values, bounds, strict=True))
    for normal, omega in wanted:
        normal.known.update(zip(omega.tolist(), pairs, strict=False))


def _roots(normals: Sequence[_Normal]) -> list[list[_Root]]:
    """Return the modes of each wave number that neither grow nor decay at some loss.

    With less loss a mode grows if its frequency, as the carriers at omega make it, falls with
    respect to omega.
    """
    from scipy.optimize.elementwise import find_root

    changes = [
        (k, *change)
        for k, normal in enumerate(normals)
        for change in list(sign_changes(normal.off, sorted(normal.known)))
    ]
    found: list[list[_Root]] = [[] for _ in normals]
    if not changes:
        return found

    def off(omega: Array, which: Array) -> Array:
        places: dict[int, list[float]] = {}
        pairs = [(int(k), w) for k, w in zip(which, omega.tolist(), strict=True)]
        for k, w in pairs:
            if w not in normals[k].known:
                places.setdefault(k, []).append(w)
        if places:
            _sample([(normals[k], np.unique(some)) for k, some in places.items()])
        return np.array([normals[k].off(w) for k, w in pairs])

    which = np.array([k for k, *_ in changes], dtype=float)
    ends = [np.array([change[end][0] for _, *change in changes]) for end in (0, 1)]
    tolerances = {"xatol": _LAST, "xrtol": 4 * _LAST}
    roots = find_root(off, (ends[0], ends[1]), args=(which,), tolerances=tolerances).x
    for (k, (_, before), (_, after)), omega in zip(changes, roots.tolist(), strict=True):
        normal = normals[k]
        if abs(normal.off(omega)) < _ZERO * max(abs(before), abs(after)):
            value, bound = normal.dressed(omega)
            found[k].append(_Root(omega, value.imag, bound, before > after))
    return found


def _missing(state: SteadyState) -> Complex:
    """Return what has to be added to the susceptibility, for (amplitude, phase).

    Where it is taken from M the gap equation has been used, which the normal state does not solve.
    """
    model = state.parameters
    if model.closed:
        return np.zeros((2, 2), dtype=complex)
    value = evaluate_model(model, model.drive, Unknowns(state.gap, state.mu, state.edge))
    left = np.asarray(complex(*(value.residuals * value.scales)[:2]))
    return matrices(*turned(left, left.conj()))

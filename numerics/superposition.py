"""Occupations of the user's own, written as sums of Fermi functions.

Everything that is known of a reservoir in closed form is known of Fermi functions, at T = 0 or at
T > 0.  Any other occupation n(x) that falls from 1 to 0 is a sum of them,

    n(x) = sum_k w_k / (exp[(x - x_k)/T_k] + 1),   sum_k w_k = 1,

exactly where it has nothing but sharp steps, else to an accuracy that is measured.  Where it is
smooth the Fermi functions stand at distances of some part of the steps' widths, about as wide as
they are apart: what is left is then beyond all powers of that part.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.domain import LARGEST, SMALLEST, function, listed, outside, real
from numerics.kept import Kept

Array = NDArray[np.float64]

#: Widths of the Fermi functions in units of their distance: at 1.5 the ripples of a row of equal
#: ones are of the order exp(-2 pi**2 * 1.5) = 1e-13, narrower ones ripple, wider ones cancel.
_WIDER = 1.5
#: Distances in units of the steps' widths next to them, and of the distance from them far away,
#: where a tail that is a power changes over a part of that.
_CLOSE = (0.6, 0.42, 0.3, 0.21, 0.15, 0.105, 0.075)
_FAR = (0.42, 0.3, 0.21, 0.15)
#: The most Fermi functions: what takes more is not smooth on the scale of its steps' widths.
_MOST = 600
#: Points of the fit, and of the check between them, in each distance.
_POINTS = 4
#: Weight of the condition that the sum is 1, which every point of the fit shares.
_WHOLE = 1e3
#: A tail is left out, and left to the last Fermi functions, below this part of the accuracy.
_TAIL = 0.1
#: How much less accurate the coarser sum is, so that the difference of both is its error.
_COARSER = 100.0
#: The occupation may leave [0, 1], and differ from a sum that is exact, by rounding.
_ROUNDING = 1e-13
#: Where the two sides of a sharp step are, in units of 1 or of its place.
_BESIDE = 1e-14
#: Fermi functions beyond which no more than this part of the carriers is added or missing do not
#: set a scale of energies.
_FEW = 1e-4


class Step(NamedTuple):
    """A Fermi function: its weight, the place of its step and its temperature, zero if sharp."""

    weight: float
    place: float
    width: float


@dataclass(frozen=True)
class Superposition(Kept):
    """An occupation as a sum of Fermi functions of x, the energy above the reservoir's potential.

    Parameters
    ----------
    steps : tuple of Step
        The Fermi functions.
    coarse : tuple of Step
        Others, a hundred times less accurate; the same ones if the sum is the function.  What the
        error does to a result is at most what they change of it.
    error : float
        The largest difference from the function at the points where it was checked.

    Examples
    --------
    >>> from numerics import Reservoir
    >>> wire = Reservoir("wire", 1e-3, occupation=lambda x: 0.25 * (x < 0.3) + 0.75 * (x < -0.1),
    ...                  steps=[(0.3, 0.0), (-0.1, 0.0)])
    >>> [(step.weight, step.place) for step in wire.occupation.steps]
    [(0.75, -0.1), (0.25, 0.3)]
    >>> wire.occupation([-0.2, 0.0, 0.4]).tolist()
    [1.0, 0.25, 0.0]
    """

    steps: tuple[Step, ...]
    coarse: tuple[Step, ...]
    error: float

    def __post_init__(self) -> None:
        for name in ("steps", "coarse"):
            steps = getattr(self, name)
            finite = steps and all(math.isfinite(x) for step in steps for x in step)
            if not finite or any(step[2] < 0 for step in steps):
                raise outside(name, steps, "Fermi functions: weight, place and width of each")
            whole = math.fsum(step[0] for step in steps)
            if abs(whole - 1) > _ROUNDING * len(steps):
                raise outside(f"sum of weights of {name}", whole, "1")
            # as they come from a file
            object.__setattr__(self, name, tuple(Step(*step) for step in steps))

    @classmethod
    def of(cls, occupation: object, steps: object, accuracy: object) -> Superposition:
        """Return the sum for a function with steps at given places.

        Parameters
        ----------
        occupation : callable
            n(x), from an array of real numbers to an array of the same shape; between 0 and 1, with
            the limits 1 at minus and 0 at plus infinity.
        steps : sequence of pairs
            Place and width of each step; a width of zero is a sharp one.
        accuracy : float
            Largest error, from 1e-10 to 1e-2.

        Raises
        ------
        ValueError
            If an argument is outside its domain, or the accuracy is not reached.
        """
        checked = _Function(occupation)
        goal = real("accuracy", accuracy, "from 1e-10 to 1e-2", lambda x: 1e-10 <= x <= 1e-2)
        places = _places(steps)
        checked.limits([x for x, _ in places])
        sharp = _jumps(checked, [x for x, width in places if width == 0])
        smooth = [(x, width) for x, width in places if width > 0]
        exact = _exact(checked, sharp, smooth)
        if exact is not None:
            return exact
        if not smooth:
            raise outside(
                "steps", steps, "all places where the occupation changes, with their widths"
            )
        return _fitted(checked, sharp, smooth, goal)

    def __call__(self, x: Any) -> Array:
        """Return the occupation at energies above the reservoir's potential."""
        return _summed(self.steps, np.asarray(x, dtype=float))

    @property
    def exact(self) -> bool:
        """Whether the sum is the function, up to rounding."""
        return self.coarse == self.steps

    def coarser(self) -> Superposition:
        """Return the coarser sum, as if it were the function."""
        return Superposition(self.coarse, self.coarse, self.error)

    def tails(self) -> tuple[bool, ...]:
        """Tell which of the steps are so far out that few carriers are added or missing there."""
        order = sorted(range(len(self.steps)), key=lambda k: -abs(self.steps[k].place))
        outer, small = 0.0, [False] * len(self.steps)
        for k in order:
            outer += abs(self.steps[k].weight)
            if outer > _FEW:
                break
            small[k] = True
        return tuple(small)


class _Function:
    """The user's function, whose values are checked."""

    def __init__(self, occupation: object) -> None:
        self.function = function("occupation", occupation)

    def __call__(self, x: NDArray[Any]) -> Array:
        domain = "a function of an array, with values from 0 to 1 in an array of the same shape"
        try:
            with np.errstate(all="ignore"):
                found = np.asarray(self.function(x.copy()))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            raise ValueError(
                f"occupation is outside its domain: {domain}; it raised {reason}"
            ) from None
        if found.shape != x.shape or found.dtype.kind not in "biuf":
            what = f"an array of shape {found.shape} and type {found.dtype}"
            raise ValueError(
                f"occupation is outside its domain: {domain}; it returned {what} for {x.shape}"
            )
        values = found.astype(float)
        wrong = ~((values >= -_ROUNDING) & (values <= 1 + _ROUNDING))
        if wrong.any():
            k = int(np.argmax(wrong))
            raise outside(f"occupation({x[k]:g})", float(values[k]), "from 0 to 1")
        return np.clip(values, 0.0, 1.0)

    def limits(self, places: list[float]) -> None:
        """Check the limits: far away from all steps the occupation is 1 or 0."""
        ends = np.array([min(places) - LARGEST, max(places) + LARGEST])
        low, high = self(ends)
        for x, value, limit in ((ends[0], low, 1.0), (ends[1], high, 0.0)):
            if abs(value - limit) > math.sqrt(_ROUNDING):
                raise outside(f"occupation({x:g})", float(value), f"{limit:g}, its limit")


def _places(steps: object) -> list[tuple[float, float]]:
    domain = "pairs (place, width) of at least one step of the occupation"
    found = []
    for pair in listed("steps", steps, domain):
        both = listed("steps", pair, domain)
        if len(both) != 2:
            raise outside("steps", steps, domain)
        place = real("place of a step", both[0], f"up to {LARGEST:g}", lambda x: abs(x) <= LARGEST)
        width = real(
            "width of a step",
            both[1],
            f"0, or from {SMALLEST:g} to {LARGEST:g}",
            lambda x: x == 0 or SMALLEST <= x <= LARGEST,
        )
        found.append((place, width))
    if not found:
        raise outside("steps", steps, domain)
    if len({place for place, _ in found}) < len(found):
        raise outside("steps", steps, "steps at different places")
    return sorted(found)


def _fermi(x: Array, width: Array) -> Array:
    """Return Fermi functions, to full relative accuracy where they are small."""
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        small = np.exp(-np.abs(x) / width)
        return np.where(width > 0, np.where(x > 0, small, 1.0) / (1 + small), np.heaviside(-x, 0.5))


def _basis(x: Array, places: Array, widths: Array) -> Array:
    return _fermi(x[..., None] - places, widths)


def _summed(steps: tuple[Step, ...], x: Array) -> Array:
    """Return a sum of Fermi functions, one after the other for the sake of memory."""
    total = np.zeros_like(x)
    for step in steps:
        total += step.weight * _fermi(x - step.place, np.array(step.width))
    return total


def _jumps(occupation: _Function, places: list[float]) -> list[Step]:
    """Return the sharp steps: how much the function falls across each place."""
    found = []
    for place in places:
        beside = _BESIDE * max(abs(place), 1.0)
        above, below = occupation(np.array([place - beside, place + beside]))
        found.append(Step(float(above - below), place, 0.0))
    return found


def _exact(
    occupation: _Function, sharp: list[Step], smooth: list[tuple[float, float]]
) -> Superposition | None:
    """Return the sum of one Fermi function for each step, if that is the function."""
    x = np.concatenate([_around([s.place for s in sharp], 1.0), *(
        _around([place], width) for place, width in smooth
    )])  # fmt: skip
    x = x[~_beside(x, sharp)]
    steps = sharp
    if smooth:
        # all heights together: next to a sharp step the others have changed already
        places, widths = np.array([*((step.place, 0.0) for step in sharp), *smooth]).T
        heights = np.linalg.lstsq(_basis(x, places, widths), occupation(x), rcond=None)[0]
        rows = zip(heights, places, widths, strict=True)
        steps = [Step(*map(float, row)) for row in rows]
    whole = math.fsum(step.weight for step in steps)
    # a height that differs by an ulp from what was meant is as good; the sum is one, though
    if abs(whole - 1) > _ROUNDING * len(steps):
        return None
    found = _ordered(step._replace(weight=step.weight / whole) for step in steps)
    error = float(np.abs(_summed(found, x) - occupation(x)).max())
    return Superposition(found, found, error) if error <= 10 * _ROUNDING else None


def _ordered(steps: Any) -> tuple[Step, ...]:
    return tuple(sorted((s for s in steps if s.weight != 0), key=lambda step: step.place))


def _around(places: list[float], width: float) -> Array:
    """Return points about places at distances of all sizes."""
    away = width * np.sinh(np.linspace(0.05, 30.0, 150))
    return np.concatenate([*(np.concatenate([x - away, x + away]) for x in places), np.empty(0)])


def _beside(x: Array, sharp: list[Step]) -> NDArray[np.bool_]:
    """Tell which points are on a sharp step."""
    on = np.zeros(x.shape, dtype=bool)
    for step in sharp:
        on |= np.abs(x - step.place) < 2 * _BESIDE * max(abs(step.place), 1.0)
    return on


def _fitted(
    occupation: _Function, sharp: list[Step], smooth: list[tuple[float, float]], goal: float
) -> Superposition:
    """Return a sum that is as accurate as is wanted, with a coarser one."""
    error, steps = _shortest(occupation, sharp, smooth, goal)
    if error > goal:
        raise ValueError(
            "occupation is outside its domain: a function that is smooth on the scale of the "
            f"widths of its steps; sums of Fermi functions reach {error:.1e} in place of {goal:g} "
            "(other steps, or a larger accuracy)"
        )
    _, coarse = _shortest(occupation, sharp, smooth, _COARSER * goal)
    return Superposition(steps, coarse, error)


def _shortest(
    occupation: _Function, sharp: list[Step], smooth: list[tuple[float, float]], goal: float
) -> tuple[float, tuple[Step, ...]]:
    """Return the shortest sum that is as accurate as is wanted, else the best, and its error."""
    ends = _ends(occupation, smooth, _TAIL * goal)
    pairs = {(close, max(close, far)) for close in _CLOSE for far in (close, *_FAR)}
    rows = [_row(smooth, ends, *pair) for pair in sorted(pairs)]
    best: tuple[float, tuple[Step, ...]] = (math.inf, ())
    for places in sorted((row for row in rows if row.size <= _MOST), key=lambda row: row.size):
        found = _fit(occupation, sharp, places)
        if found[0] <= goal:
            return found
        best = min(best, found)
    return best


def _ends(
    occupation: _Function, smooth: list[tuple[float, float]], small: float
) -> tuple[float, float]:
    """Return the places below and above which the function has nearly reached its limits."""
    distances = max(width for _, width in smooth) * 1.5 ** np.arange(400)
    distances = distances[distances < LARGEST]
    low, high = smooth[0][0] - distances, smooth[-1][0] + distances
    below, above = 1 - occupation(low) < small, occupation(high) < small
    # the last place where they have not
    k, m = (int(np.argmax(np.append(~reached[::-1], True))) for reached in (below, above))
    return float(low[min(low.size - k, low.size - 1)]), float(
        high[min(high.size - m, high.size - 1)]
    )


def _row(
    smooth: list[tuple[float, float]], ends: tuple[float, float], close: float, far: float
) -> Array:
    """Return places whose distances are as wanted next to the steps and far from them."""

    def variable(x: Array, place: float, width: float) -> Array:
        return np.arcsinh(far / close * (x - place) / width) / far

    # between the places of a fine row for every step the closest one decides
    fine = []
    for place, width in smooth:
        first, last = (float(variable(np.array(end), place, width)) for end in ends)
        u = np.arange(math.floor(first), math.ceil(last) + 1, 0.25)
        fine.append(place + close / far * width * np.sinh(far * u))
    x = np.unique(np.concatenate(fine))
    distances = np.min(
        [np.hypot(close * width, far * (x - place)) for place, width in smooth], axis=0
    )
    counted = np.concatenate(
        [[0.0], np.cumsum(np.diff(x) * (1 / distances[1:] + 1 / distances[:-1]) / 2)]
    )
    return np.asarray(np.interp(np.arange(0.0, counted[-1]), counted, x))


def _fit(occupation: _Function, sharp: list[Step], places: Array) -> tuple[float, tuple[Step, ...]]:
    """Return the sum of Fermi functions at some places that is closest, and its largest error."""
    widths = _WIDER * np.gradient(places)
    inner = np.arange(_POINTS) / _POINTS
    ahead, apart = places[:-1, None], np.diff(places)[:, None]
    beyond = 2.0 ** np.arange(-1, 6)
    outer = [places[0] - widths[0] * beyond, places[-1] + widths[-1] * beyond]
    x = np.concatenate([*outer, (ahead + apart * inner).ravel()])
    checked = np.concatenate([*outer, (ahead + apart * (inner + 0.4 / _POINTS)).ravel()])
    jumps = tuple(sharp)
    wanted = occupation(x) - _summed(jumps, x)
    # tails are to be as accurate in themselves
    weight = 1 / np.sqrt(np.maximum(np.minimum(np.abs(wanted), np.abs(1 - wanted)), 1e-3))
    rest = 1 - math.fsum(step.weight for step in sharp)
    matrix = np.vstack([_basis(x, places, widths) * weight[:, None], np.full(places.size, _WHOLE)])
    heights = np.linalg.lstsq(matrix, np.append(wanted * weight, _WHOLE * rest), rcond=1e-14)[0]
    heights += (rest - math.fsum(heights)) / heights.size
    steps = _ordered(
        [*sharp, *(Step(*map(float, row)) for row in zip(heights, places, widths, strict=True))]
    )
    at: Array = np.concatenate([x, checked])
    at = at[~_beside(at, sharp)]
    return float(np.abs(_summed(steps, at) - occupation(at)).max()), steps

"""The numbers that the paper prints, ours beside them, and the cutoff that it does not state.

Source: R. Hanai, P. B. Littlewood, Y. Ohashi, Phys. Rev. B 96, 125206 (2017).  A printed number
stands for an interval: half a unit of its last digit on either side.

The cutoff is inferred from three of them.  That one cutoff gives all three says something, that
each of them then agrees does not: only the others are independent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from numerics.parameters import Parameters
from numerics.stability.boundaries import Boundary, find_boundary
from numerics.steady.solution import solve_steady_state

#: Rate of the bath in all of the paper's figures, in the Fermi energy.
GAMMA_B = 1e-3
#: Cutoffs among which the paper's is looked for, and where the search begins.
SMALLEST, LARGEST, FIRST = 5.0, 400.0, 100.0
#: Relative tolerance of a cutoff; steps of the search for it.
_CLOSE, _FAR, _STEPS = 1e-4, 0.4, 30


class Role(StrEnum):
    """What a number that is compared is worth as a test."""

    INDEPENDENT = "independent"
    FITTED = "fitted"
    UNPRINTED = "not printed"


@dataclass(frozen=True)
class Printed:
    """A printed number, or one that it should have been.

    Parameters
    ----------
    name : str
        What it is.
    value : float
        As printed.
    unit : float
        One unit of the last digit printed.
    place : str
        Where in the paper.
    role : Role
        Whether the cutoff was inferred from it, and whether the paper prints it at all.
    """

    name: str
    value: float
    unit: float
    place: str
    role: Role = Role.INDEPENDENT

    @property
    def interval(self) -> tuple[float, float]:
        """The numbers that round to the printed one."""
        return self.value - self.unit / 2, self.value + self.unit / 2


#: The boundaries of Figs. 6 and 7: kind, interaction strength, ratio of the rates.
BOUNDARIES = (
    ("A", 1.0, Printed("γ_v/γ_b at A, (k_F a_s)⁻¹ = +1", 3.1e-3, 1e-4, "Fig. 6", Role.FITTED)),
    ("B", -1.0, Printed("γ_v/γ_b at B, (k_F a_s)⁻¹ = -1", 2.10e-2, 1e-4, "Fig. 6", Role.FITTED)),
    ("C", -2.0, Printed("γ_v/γ_b at C, (k_F a_s)⁻¹ = -2", 7.4e-2, 1e-3, "Fig. 7", Role.FITTED)),
)
FREQUENCY = Printed("ω/ε_F at C, (k_F a_s)⁻¹ = -2", 6.1e-3, 1e-4, "Fig. 7")
#: The same number with the other power of ten.
FREQUENCY_CORRECTED = Printed(
    "ω/ε_F at C with 10⁻⁴ for 10⁻³", 6.1e-4, 1e-5, "Fig. 7, corrected", Role.UNPRINTED
)
AMPLITUDE = Printed("2Δ₀/ε_F at γ_v/γ_b = 0.1, (k_F a_s)⁻¹ = -1", 0.29, 0.01, "Sec. III, Fig. 14")
NORMAL = Printed("γ_v/γ_b where Δ₀ vanishes, unitarity", 1.0, 1.0, 'Sec. III, "~ 1"')


@dataclass(frozen=True)
class Comparison:
    """A printed number and ours.

    Parameters
    ----------
    printed : Printed
        The paper's.
    cutoff : float
        The cutoff of ours, in k_F.
    value, error : float
        Ours, with a bound of its error.
    """

    printed: Printed
    cutoff: float
    value: float
    error: float

    @property
    def deviation(self) -> float:
        """The relative difference of ours from the printed number."""
        return self.value / self.printed.value - 1

    @property
    def agrees(self) -> bool:
        """Whether ours rounds to the printed number."""
        low, high = self.printed.interval
        return low - self.error <= self.value <= high + self.error


@dataclass(frozen=True)
class Tally:
    """How many numbers agree, of how many: the independent ones, and those fitted.

    Parameters
    ----------
    agree, independent : int
        Printed numbers that the cutoff was not inferred from.
    fitted_agree, fitted : int
        Printed numbers that it was inferred from.
    unprinted : int
        Numbers that the paper does not print.
    """

    agree: int
    independent: int
    fitted_agree: int
    fitted: int
    unprinted: int

    def __str__(self) -> str:
        return (
            f"{self.agree} of {self.independent} independent printed numbers agree; of "
            f"{self.fitted} that p_c was inferred from {self.fitted_agree} do at this one"
        )


def tally(numbers: Iterable[tuple[Role, bool]]) -> Tally:
    """Count which numbers agree.

    Parameters
    ----------
    numbers : iterable of (Role, bool)
        What each is worth, and whether it agrees.
    """
    known = list(numbers)
    found = {role: [agrees for r, agrees in known if r is role] for role in Role}
    independent, fitted = found[Role.INDEPENDENT], found[Role.FITTED]
    return Tally(
        sum(independent), len(independent), sum(fitted), len(fitted), len(found[Role.UNPRINTED])
    )


@dataclass(frozen=True)
class CutoffEstimate:
    """The cutoffs at which printed boundaries come out.

    Parameters
    ----------
    intervals : tuple of (str, float, float)
        For each printed boundary, the cutoffs at which ours rounds to it.
    low, high : float
        The cutoffs at which all of them do; low > high if there is none.
    """

    intervals: tuple[tuple[str, float, float], ...]
    low: float
    high: float

    @property
    def value(self) -> float:
        """The middle of the interval."""
        return (self.low + self.high) / 2

    @property
    def uncertainty(self) -> float:
        """Half of the length of the interval."""
        return (self.high - self.low) / 2


def estimate_cutoff(
    progress: Callable[[str], None] | None = None,
    *,
    gamma_b: float = GAMMA_B,
    known: Mapping[str, Boundary] | None = None,
) -> CutoffEstimate:
    """Return the cutoffs for which the boundaries come out as the paper prints them.

    The paper's number equation needs a cutoff that it does not state; everything else is as
    printed.

    Parameters
    ----------
    progress : callable, optional
        Called with the name of each printed number before it is worked on.
    gamma_b : float
        The paper's.
    known : mapping, optional
        Boundaries by type, at the interaction strength of the printed one and any cutoff, to
        start from.
    """
    intervals = []
    for kind, inv_kfa, printed in BOUNDARIES:
        if progress is not None:
            progress(printed.name)
        here = (known or {}).get(kind) or find_boundary(
            kind, inv_kfa, gamma_b=gamma_b, cutoff=FIRST
        )
        slope = 0.3
        ends = []
        for ratio in printed.interval:
            here, slope = _where_ratio_is(ratio, here, slope)
            ends.append(here.state.parameters.cutoff)
        intervals.append((printed.name, min(ends), max(ends)))
    low = max(interval[1] for interval in intervals)
    high = min(interval[2] for interval in intervals)
    return CutoffEstimate(tuple(intervals), low, high)


def _where_ratio_is(ratio: float, here: Boundary, slope: float) -> tuple[Boundary, float]:
    """Return the boundary at the cutoff at which it has a ratio, and d log ratio/d log cutoff.

    The density beyond the Fermi sea grows with the cutoff, and with it the ratio.  Where no cutoff
    gives it, the boundary at the end of the search.
    """
    model = here.state.paper
    for _ in range(_STEPS):
        cutoff = here.state.parameters.cutoff
        step = max(-_FAR, min(_FAR, math.log(ratio / here.ratio) / slope))
        moved = min(max(cutoff * math.exp(step), SMALLEST), LARGEST)
        if abs(step) < _CLOSE or moved == cutoff:
            break
        there = find_boundary(
            here.kind,
            model.inv_kfa,
            gamma_b=model.gamma_b,
            temperature=model.temperature,
            cutoff=moved,
            start=here,
        )
        slope = math.log(there.ratio / here.ratio) / math.log(moved / cutoff)
        here = there
    return here, slope


def comparisons(cutoff: float, *, gamma_b: float = GAMMA_B) -> Iterator[Comparison]:
    """Yield every printed number with ours at one cutoff.

    Parameters
    ----------
    cutoff : float
        p_c in k_F.
    gamma_b : float
        The paper's.
    """
    for kind, inv_kfa, printed in BOUNDARIES:
        found = find_boundary(kind, inv_kfa, gamma_b=gamma_b, cutoff=cutoff)
        yield Comparison(printed, cutoff, found.ratio, found.error)
        if found.omega > 0:
            # the frequency follows the ratio with a slope of some gamma
            error = found.error / found.ratio * gamma_b
            yield Comparison(FREQUENCY, cutoff, found.omega, error)
            yield Comparison(FREQUENCY_CORRECTED, cutoff, found.omega, error)
    state = solve_steady_state(Parameters(-1.0, gamma_b, 0.1 * gamma_b, cutoff=cutoff))
    yield Comparison(AMPLITUDE, cutoff, 2 * state.gap, 2 * state.error[0])
    normal = find_boundary("normal", 0.0, gamma_b=gamma_b, cutoff=cutoff)
    yield Comparison(NORMAL, cutoff, normal.ratio, normal.error)

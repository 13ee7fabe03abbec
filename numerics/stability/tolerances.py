"""How closely det M is looked at when its zeros are counted and looked for."""

from __future__ import annotations

from dataclasses import dataclass, fields

from numerics.domain import integer, positive


@dataclass(frozen=True)
class CountTolerances:
    """Tolerances of the count of modes along the real axis, and of their search next to it.

    The defaults follow the argument of det M of every condensate of the paper's diagrams; a count
    is checked by itself, since every step in which det M turns by more than `turn` is divided.

    Parameters
    ----------
    turn : float
        Largest turn of det M between two samples, in radians.  Below pi a turn is followed; a third
        of that leaves room for what det M does between them.
    divisions : int
        How often a step that turns more is divided before the count is called uncertain: forty take
        a step of any decade to rounding.
    per_decade : float
        Samples in each decade of frequency to begin with: from one of two to the next the phase of
        a pole turns by 0.55 radians, so that more than one are seen by `turn`, and two close to the
        line between two samples by the dip of |det M|.
    per_slow_decade : float
        The same below `lowest` linewidths, where det M is a polynomial of two zeros: of one sample
        the phase of a zero turns by 1.03 from one to the next.
    beyond : int
        Samples above the largest energy of the modes, and one, where det M has no zeros and poles
        left: over the two decades up to `highest` it turns by no more than those below have left to
        do.
    lowest : float
        The lowest sample, in units of the linewidth or of four times the slowest mode that is
        known, whichever is less: det M is a polynomial from there down to zero.
    highest : float
        The highest sample, in units of all energies: corrections to the power law there, of the
        relative order of one over its square root, turn det M by less than the half turn that tells
        one number of modes from the next.
    depth : float
        Modes are looked for down to this part of the linewidth below the axis.  At one, the branch
        points begin; 0.8 leaves room to tell a zero from them.
    rtol : float
        Tolerance of M at the samples: a turn is known to some hundredths where det M is not much
        less than its terms.
    close : float
        Where the bound of its error is more than this part of det M, next to its zeros, it is
        computed again to the tolerance `fine`.
    fine : float
        That tolerance.
    approximation : float
        Tolerance of a rational approximation of the samples, whose zeros are starts of the
        refinement: those need to be known to some digits, and the samples are by their rule.
    """

    turn: float = 1.0
    divisions: int = 40
    per_decade: float = 2.0
    per_slow_decade: float = 1.0
    beyond: int = 2
    lowest: float = 0.05
    highest: float = 50.0
    depth: float = 0.8
    rtol: float = 1e-2
    close: float = 0.05
    fine: float = 1e-7
    approximation: float = 1e-5

    def __post_init__(self) -> None:
        largest = {"turn": 3.0, "depth": 0.99, "close": 0.5}
        largest |= dict.fromkeys(("rtol", "fine", "approximation"), 1e-2)
        for field in fields(self):
            name, value = field.name, getattr(self, field.name)
            if name in ("divisions", "beyond"):
                integer(name, value, 2, 1000)
                continue
            positive(name, value, largest.get(name, 1e6))

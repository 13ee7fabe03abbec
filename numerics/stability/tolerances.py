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
        Samples in each decade of frequency to begin with: five turn a pole's phase by less than
        `turn` from one to the next.
    beyond : int
        Samples above the largest energy of the modes, where det M has little left to do.
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
        Tolerance of det M at the samples: the turn is known better by orders of magnitude than it
        needs to be, and the rational approximation of the samples is about as good as a start of
        the refinement has to be.
    approximation : float
        Tolerance of that rational approximation, below that of the samples: it follows them.
    """

    turn: float = 1.0
    divisions: int = 40
    per_decade: float = 5.0
    beyond: int = 8
    lowest: float = 0.05
    highest: float = 50.0
    depth: float = 0.8
    rtol: float = 1e-7
    approximation: float = 1e-9

    def __post_init__(self) -> None:
        largest = {"turn": 3.0, "depth": 0.99, "rtol": 1e-2, "approximation": 1e-2}
        for field in fields(self):
            name, value = field.name, getattr(self, field.name)
            if name in ("divisions", "beyond"):
                integer(name, value, 2, 1000)
                continue
            positive(name, value, largest.get(name, 1e6))

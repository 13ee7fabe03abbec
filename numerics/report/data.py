"""Everything that the page shows, computed: values only, no markup."""

from __future__ import annotations

from dataclasses import dataclass, field

from numerics.results import DECAYS, GROWS, UNDECIDED


@dataclass(frozen=True)
class Settings:
    """What the page was made with.

    Parameters
    ----------
    gamma_b, temperature, cutoff : float
        The model, as in `numerics.Parameters`.
    full : bool
        Whether the finer grids were used.
    reused : bool
        Whether figures were taken from a folder written by `nambu reproduce`.
    versions : tuple of (str, str)
        Programs and their versions.
    """

    gamma_b: float = 1e-3
    temperature: float = 0.0
    cutoff: float = 100.0
    full: bool = False
    reused: bool = False
    versions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Equation:
    """A numbered equation, and what its check gave.

    Parameters
    ----------
    id, section, title, kind, status : str
        As recorded.
    latex, printed : str
        The equation, and its printed form if it is a misprint; empty if it could not be typeset.
    note : str
        What a reader should know, and what decides a misprint.
    failure : str
        Why the check failed, or the equation could not be typeset; empty if all is well.
    residual, bound : float or None
        What the check found, and what it may find at most.
    digits : int or None
        Decimal digits of a numerical comparison.
    order, expected : float or None
        Order of convergence of a limit.
    detail : str
        What was compared.
    """

    id: str
    section: str
    title: str
    kind: str
    status: str
    latex: str
    printed: str = ""
    note: str = ""
    failure: str = ""
    residual: float | None = None
    bound: float | None = None
    digits: int | None = None
    order: float | None = None
    expected: float | None = None
    detail: str = ""

    @property
    def verdict(self) -> str:
        """The status if it was confirmed, otherwise that it fails."""
        return "fails" if self.failure else self.status


@dataclass(frozen=True)
class Derivation:
    """The steps that lead to an equation: words, and formulas in LaTeX, empty if there is none."""

    id: str
    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PaperNumber:
    """A number of the paper beside the computed one."""

    quantity: str
    place: str
    role: str
    printed: float
    cutoff: float
    computed: float
    error: float
    deviation: float
    verdict: str


@dataclass(frozen=True)
class CutoffRange:
    """The cutoff that gives all printed boundaries, and the interval that each of them allows."""

    value: float
    uncertainty: float
    intervals: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class Picture:
    """A figure as a data URI, or why there is none."""

    name: str
    title: str
    caption: str
    alt: str
    uri: str = ""
    failure: str = ""


@dataclass(frozen=True)
class Curve:
    """A boundary of the phase diagram: interaction strengths and ratios of continuous pieces."""

    kind: str
    pieces: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]


@dataclass(frozen=True)
class Meeting:
    """Where two boundaries meet."""

    kinds: tuple[str, str]
    inv_kfa: float
    ratio: float


@dataclass(frozen=True)
class Mode:
    """A collective mode at consecutive wave numbers."""

    q: tuple[float, ...]
    real: tuple[float, ...]
    imag: tuple[float, ...]


@dataclass(frozen=True)
class Sample:
    """A state of the phase diagram.

    Parameters
    ----------
    inv_kfa, ratio : float
        Where it is.
    gap, mu, mu_b : float
        The steady state.
    rate, error, q, omega : float
        The growth rate with its error, and where it is reached.
    complete : bool
        Whether every growing mode was found.
    verdict : str
        As in `GrowthRate`.
    modes : tuple of Mode
        Its dispersion.
    normal : bool
        Whether there is no condensate; all of the above is zero then.
    failure : str
        Why there are no numbers, although there may be a condensate.
    crossed : tuple of str
        The boundaries A, B, C below it.
    """

    inv_kfa: float
    ratio: float
    gap: float = 0.0
    mu: float = 0.0
    mu_b: float = 0.0
    rate: float = 0.0
    error: float = 0.0
    q: float = 0.0
    omega: float = 0.0
    complete: bool = True
    verdict: str = UNDECIDED
    modes: tuple[Mode, ...] = ()
    normal: bool = False
    failure: str = ""
    crossed: tuple[str, ...] = ()

    @property
    def nature(self) -> str:
        """What kind of state it is: "failed", "normal", "stable", "open", "static" or "moving"."""
        if self.failure:
            return "failed"
        if self.normal:
            return "normal"
        if self.verdict != GROWS:
            return "stable" if self.verdict == DECAYS else "open"
        return "static" if self.omega == 0 else "moving"


@dataclass(frozen=True)
class Diagram:
    """The phase diagram to explore; its region is where modes grow, as polygons."""

    curves: tuple[Curve, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    samples: tuple[Sample, ...] = ()
    region: tuple[tuple[tuple[float, float], ...], ...] = ()


@dataclass(frozen=True)
class ReportData:
    """Everything on the page."""

    settings: Settings
    equations: tuple[Equation, ...]
    derivations: tuple[Derivation, ...] = ()
    paper: tuple[PaperNumber, ...] = ()
    cutoff: CutoffRange | None = None
    pictures: tuple[Picture, ...] = ()
    diagram: Diagram = field(default_factory=Diagram)

    @property
    def failures(self) -> tuple[str, ...]:
        """Everything that went wrong, in one line each."""
        return (
            *(e.failure for e in self.equations if e.failure),
            *(f"{p.title}: {p.failure}" for p in self.pictures if p.failure),
            *(
                f"({s.inv_kfa:g}, {s.ratio:g}): {s.failure}"
                for s in self.diagram.samples
                if s.failure
            ),
        )

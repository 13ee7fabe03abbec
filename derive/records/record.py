"""A numbered equation of the paper as a value: what it claims, and the check of the claim.

A claim is the right-hand side as a SymPy object, written in the paper's own form and built from the
project's symbols; a test compares it with what the project derives and uses.  Because the claim is
an argument of the test, a changed claim can be tested too, which shows that the test can fail.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeAlias

import sympy as sp

from derive import symbols

#: An expression or a matrix; a tuple stands for a chain of equalities.
Claim: TypeAlias = Any


#: How symbols are typeset whose names say it in words.
_NAMES = {
    symbols.xi_plus: r"\xi_{+}",
    symbols.xi_minus: r"\xi_{-}",
    symbols.energy_plus: "E_{+}",
    symbols.energy_minus: "E_{-}",
    symbols.gamma_b: r"\gamma_{\mathrm{b}}",
    symbols.gamma_v: r"\gamma_{\mathrm{v}}",
}


class Kind(StrEnum):
    """What an equation is."""

    DEFINITION = "definition"
    IDENTITY = "identity"
    LIMIT = "limit"
    APPROXIMATION = "approximation"


class Status(StrEnum):
    """What is known about an equation, and how.

    `PROVED`, `VERIFIED` and `LIMIT` are also the three kinds of evidence that a test can give.
    """

    DEFINITION = "definition"
    PROVED = "identity, proved for symbols"
    CONSEQUENCE = "consequence of premises"
    SPECIAL = "proved for a stated special case"
    VERIFIED = "verified to n digits at stated points"
    LIMIT = "limit, measured order"
    RESTRICTED = "holds only in a stated case"
    MISPRINT = "misprint, corrected"

    @property
    def words(self) -> str:
        """The status in a word or two, for tables and counts."""
        return _WORDS[self]


_WORDS = {
    Status.DEFINITION: "definition",
    Status.PROVED: "proved",
    Status.CONSEQUENCE: "consequence",
    Status.SPECIAL: "special case",
    Status.VERIFIED: "verified",
    Status.LIMIT: "limit",
    Status.RESTRICTED: "restricted",
    Status.MISPRINT: "misprint",
}
#: What says less than the words of the status claim, unless it is told for which case.
_NEED_SCOPE = frozenset({Status.SPECIAL, Status.VERIFIED, Status.RESTRICTED})
#: The kind of evidence behind a status; a misprint and a restricted equation name theirs.
_EVIDENCE = {Status.VERIFIED: Status.VERIFIED, Status.LIMIT: Status.LIMIT}


class CheckError(Exception):
    """The check of an equation did not give the recorded status."""


@dataclass(frozen=True)
class Finding:
    """What a test found.

    Parameters
    ----------
    method : Status
        `PROVED`, `VERIFIED` or `LIMIT`: the kind of evidence.
    residual : float
        Zero where both sides agree identically; otherwise their difference relative to the stated
        scale, for a limit after extrapolation.
    bound : float
        What the residual may be by the error analysis; zero for a proof.
    digits : int or None
        Decimal digits of a numerical comparison.
    order, expected : float or None
        Measured order of convergence of a limit, and the order that theory gives.
    drift : float
        What the measured order may be off by, from its change between the last steps.
    detail : str
        What was compared, in words and numbers.
    """

    method: Status
    residual: float
    bound: float = 0.0
    digits: int | None = None
    order: float | None = None
    expected: float | None = None
    drift: float = 0.0
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether the residual is within its bound, and the order what it should be."""
        # `not >` would let NaN pass
        if not self.residual <= self.bound:
            return False
        if self.order is None or self.expected is None:
            return True
        return abs(self.order - self.expected) <= self.drift


@dataclass(frozen=True)
class Step:
    """A step of a derivation: words, and the expression it leads to.

    The expression is made when it is asked for, since some take a second.
    """

    text: str
    expression: Callable[[], Claim] | None = None

    @property
    def latex(self) -> str:
        """The expression in LaTeX; empty without one."""
        return "" if self.expression is None else typeset(self.expression())


@dataclass(frozen=True)
class Record:
    """A numbered equation.

    Parameters
    ----------
    id : str
        Its number in the paper: "72", "A9".
    title : str
        What it says, in a few words.
    kind : Kind
        Definition, identity, limit or approximation.
    status : Status
        What is known about it; `check` recomputes this.
    left : str
        The left-hand side in LaTeX, a name; empty for a claim that something vanishes.
    claim : callable
        Makes the right-hand side, in the corrected form where the printed one is wrong.
    test : callable
        Compares a claim with what the project derives: claim -> `Finding`.
    steps : sequence of Step
        How it is derived.
    printed : callable or None
        For a misprint: makes the claim as printed, which must fail the same test.  Also for an
        equation that holds only in a case, if the claim is what holds in general.
    note : str
        What a reader should know: conventions, the decisive computation of a misprint.
    scope : str
        For which case it is proved, at which points it is verified, or where alone it holds.
    premises : tuple of str
        Numbers of the equations that the derivation rests on.
    counterexample : callable or None
        For an equation that holds only in a case: computes where it does not hold.  What it finds
        `holds` if the violation is larger than its error.
    evidence : Status or None
        For a misprint, corrected, and for an equation that holds only in a case: what kind of
        evidence there is, `PROVED` unless it is said.  Otherwise it follows from the status.
    compensates : tuple of str
        For a misprint: other misprints that undo it where both are used.
    reading : str
        For a misprint: what the machine-read text that was at hand may have lost.
    by_construction : str
        Why nothing that the project derives could make the check fail: what is compared is the
        claim with a form of itself.
    """

    id: str
    title: str
    kind: Kind
    status: Status
    left: str
    claim: Callable[[], Claim] = field(repr=False)
    test: Callable[[Claim], Finding] = field(repr=False)
    steps: Sequence[Step] = field(default=(), repr=False)
    printed: Callable[[], Claim] | None = field(default=None, repr=False)
    note: str = field(default="", repr=False)
    scope: str = ""
    premises: tuple[str, ...] = ()
    counterexample: Callable[[], Finding] | None = field(default=None, repr=False)
    evidence: Status | None = None
    compensates: tuple[str, ...] = ()
    reading: str = field(default="", repr=False)
    by_construction: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        own = self.status in (Status.MISPRINT, Status.RESTRICTED)
        if self.status is Status.MISPRINT and self.printed is None:
            raise ValueError(f"({self.id}): a misprint has a printed form")
        if self.printed is not None and not own:
            raise ValueError(f"({self.id}): {self.status} has no other printed form")
        if (self.counterexample is not None) != (self.status is Status.RESTRICTED):
            raise ValueError(f"({self.id}): what holds only in a case has a counter-example")
        if self.status in _NEED_SCOPE and not self.scope:
            raise ValueError(f"({self.id}): {self.status}, but it is not told which")
        if self.evidence is not None and not own:
            raise ValueError(f"({self.id}): the evidence of {self.status} follows from it")
        if self.status is not Status.MISPRINT and (self.compensates or self.reading):
            raise ValueError(f"({self.id}): only a misprint is undone or misread")

    @property
    def method(self) -> Status:
        """The kind of evidence that the test has to give: `PROVED`, `VERIFIED` or `LIMIT`."""
        return self.evidence or _EVIDENCE.get(self.status, Status.PROVED)

    @cached_property
    def latex(self) -> str:
        """The equation in LaTeX, in the corrected form."""
        return self._typeset(self.claim())

    @cached_property
    def printed_latex(self) -> str:
        """The equation in LaTeX as it is printed."""
        return self.latex if self.printed is None else self._typeset(self.printed())

    def _typeset(self, claim: Claim) -> str:
        if not self.left:
            return f"{typeset(claim)} = 0"
        sign = {Kind.LIMIT: r"\to", Kind.APPROXIMATION: r"\simeq"}.get(self.kind, "=")
        return f"{self.left} {sign} {typeset(claim)}"

    def verify(self) -> Finding:
        """Recompute what is known about the equation.

        Returns
        -------
        Finding
            What the test found for the (corrected) claim.

        Raises
        ------
        CheckError
            If the claim does not hold, the evidence is of another kind than recorded, the
            printed form of a misprint holds after all, or a counter-example is none.
        """
        finding = self.test(self.claim())
        if not finding.holds:
            raise CheckError(f"({self.id}) does not hold: {describe(finding)}")
        if finding.method is not self.method:
            raise CheckError(f"({self.id}) is {finding.method}, but recorded as {self.method}")
        if self.printed is not None and self.test(self.printed()).holds:
            raise CheckError(f"({self.id}) is recorded as {self.status}, but holds as printed")
        if self.counterexample is not None:
            against = self.counterexample()
            if not against.holds:
                raise CheckError(f"({self.id}) has no counter-example: {describe(against)}")
            detail = f"{finding.detail}; counter-example: {against.detail}"
            finding = dataclasses.replace(finding, detail=detail)
        return finding

    def check(self) -> float:
        """Recompute the status and return the residual.

        Returns
        -------
        float
            0.0 for a proof; otherwise the relative difference of both sides.

        Raises
        ------
        CheckError
            If the recomputed status is not the recorded one.
        """
        return self.verify().residual


def typeset(claim: Claim) -> str:
    """Return a claim in LaTeX; a tuple as a chain of equalities."""
    if isinstance(claim, tuple):
        return " = ".join(typeset(part) for part in claim)
    return str(sp.latex(claim, mat_delim="(", order="none", symbol_names=_NAMES))


def describe(finding: Finding) -> str:
    """Return a finding as one line of words and numbers."""
    parts = [finding.method.words]
    if finding.method is not Status.PROVED or not finding.holds:
        parts.append(f"residual {finding.residual:.1e}, at most {finding.bound:.1e}")
    if finding.digits is not None:
        parts.append(f"{finding.digits} digits")
    if finding.order is not None and finding.expected is not None:
        parts.append(
            f"order {finding.order:.4f} ± {finding.drift:.0e}, expected {finding.expected:g}"
        )
    if finding.detail:
        parts.append(finding.detail)
    return "; ".join(parts)

"""The words that judge a result: a status says how it was reached, a verdict what a mode does."""

from __future__ import annotations

import enum


class Word(enum.StrEnum):
    """One of a few messages: a string that is equal to its text, and written as it everywhere."""

    def __repr__(self) -> str:
        return repr(self.value)

    @classmethod
    def of(cls, text: str) -> str:
        """Return the member with a text; the text itself where it is that of none.

        Examples
        --------
        >>> Status.of("rounding") is Status.ROUNDING, Status.of("given up at 40 digits")
        (True, 'given up at 40 digits')
        """
        return next((word for word in cls if word == text), text)


class Status(Word):
    """How a computation ended, in words.

    Examples
    --------
    >>> from numerics import Status
    >>> Status.CONVERGED == "converged", f"{Status.ROUNDING}"
    (True, 'rounding')
    """

    #: The tolerance was reached.
    CONVERGED = "converged"
    #: The tolerance is below what rounding allows, which was reached instead.
    ROUNDING = "rounding"
    NOT_CONVERGED = "not converged"
    #: Everything was found that was counted.
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    #: The equations of an edge were not solved; it is known from the verdicts on either side.
    BISECTED = "bisected"
    #: The sign of a rate is larger than its error; the roots were counted.
    DECIDED = "decided"
    COUNTED = "counted"
    #: How a branch of states ends.
    VANISHES = "ends with a vanishing order parameter"
    TURNS_BACK = "turns back"
    COMES_BACK = "comes back to the first value"
    TOO_MANY = "ends: too many points"
    HALTS = "halts: the steps became too small"
    #: How a line of boundaries ends.
    COMES_TO_REST = "ends where its mode comes to rest"


class Verdict(Word):
    """What a mode, or the fastest of all, does.

    Examples
    --------
    >>> from numerics import Verdict
    >>> Verdict("grows") is Verdict.GROWS
    True
    """

    #: Im(omega) is positive by more than its error.
    GROWS = "grows"
    #: It is negative by more than its error.
    DECAYS = "decays"
    #: Neither is known.
    UNDECIDED = "undecided"

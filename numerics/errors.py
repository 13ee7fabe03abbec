"""What the numerics raise."""

from __future__ import annotations


class NoCondensate(RuntimeError):
    """There is no solution with a positive order parameter at these parameters.

    `end` is the decay rate gamma_v at which the branch ends, where there is a branch.
    """

    def __init__(self, message: str, end: float | None = None) -> None:
        super().__init__(message)
        self.end = end


class NoBoundary(RuntimeError):
    """There is no boundary of the wanted type at these parameters."""


class ConvergenceError(RuntimeError):
    """A solve did not converge; the last iterate is kept in `last`."""

    def __init__(self, message: str, last: object = None) -> None:
        super().__init__(message)
        self.last = last

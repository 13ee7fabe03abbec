"""Compares printed text with what was kept: words exactly, numbers to the digits that are printed.

A processor with other vector instructions rounds otherwise, which a printed number shows at most in
its last digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

#: A number that is not part of a name; a sign belongs to it.
_NUMBER = re.compile(r"[+-]?(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![A-Za-ik-z_\d])")
#: Errors are printed to their order of magnitude.
_DECADE = 10.0


@dataclass(frozen=True)
class Number:
    """A printed number.

    Parameters
    ----------
    value : float
        What is printed.
    unit : float
        One unit of the last digit; 0 for an integer, which is exact.
    error : float
        What is printed after ± beside it, or 0.
    bounds : bool
        Whether it is itself printed after ±.
    """

    value: float
    unit: float
    error: float
    bounds: bool

    def agrees(self, other: Number) -> bool:
        """Tell whether another print of the same quantity is as good."""
        # trailing zeros may be left out: the finer of the two tells the digits
        units = [unit for unit in (self.unit, other.unit) if unit > 0]
        allowed = min(units, default=0.0) + self.error + other.error
        # a binary fraction stands for each decimal one
        if abs(self.value - other.value) <= allowed * (1 + 1e-9):
            return True
        small, large = sorted((abs(self.value), abs(other.value)))
        return self.bounds and other.bounds and large <= _DECADE * small


def _unit(text: str) -> float:
    """Return one unit of the last digit of a printed number."""
    digits, _, exponent = text.partition("e")
    if "." not in text and not exponent:
        return 0.0
    return float(10.0 ** (int(exponent or 0) - len(digits.partition(".")[2])))


def split(line: str) -> tuple[str, list[Number]]:
    """Return the words of a line, with # where a number stands, and the numbers."""
    matches = list(_NUMBER.finditer(line))
    # what is an error is preceded by ±
    bounds = [line[: match.start()].rstrip().endswith("±") for match in matches]
    errors = [0.0] * len(matches)
    for k, (match, following) in enumerate(pairwise(matches)):
        if line[match.end() : following.start()].strip() == "±":
            errors[k] = float(following[0])
    numbers = [
        Number(float(match[0]), _unit(match[0]), error, bound)
        for match, error, bound in zip(matches, errors, bounds, strict=True)
    ]
    # columns are as wide as their numbers
    return " ".join(_NUMBER.sub("#", line).split()), numbers


def differences(kept: str, now: str) -> Iterator[str]:
    """Yield the lines in which two printed texts differ by more than rounding."""
    old, new = kept.splitlines(), now.splitlines()
    if len(old) != len(new):
        yield f"{len(old)} lines kept, {len(new)} now"
    for a, b in zip(old, new, strict=False):
        if a == b:
            continue
        (words, numbers), (other_words, others) = split(a), split(b)
        if words != other_words or not all(map(Number.agrees, numbers, others)):
            yield f"-{a}\n+{b}"

"""T sum over n of R(i omega_n), added up term by term, the tail by Hurwitz' zeta function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mpmath import mp


def matsubara_reference(
    numerator: Sequence[Any], poles: Sequence[Any], temperature: Any, *, fermions: bool
) -> tuple[Any, Any]:
    """Return the symmetric sum of numerator over the product of (nu - poles), and of its sizes.

    Beyond four times the largest pole R is its series in 1/nu, which converges like 4**-k, and the
    sum over n of omega_n**-k is a value of Hurwitz' zeta function.
    """
    step = 2 * mp.pi * temperature
    offset = mp.mpf(1) / 2 if fermions else mp.mpf(0)
    count = 2 + int(mp.ceil(4 * max(1, *map(abs, poles)) / step))
    total, size = mp.mpc(0), mp.mpf(0)
    # omega_n for n < 0 is -omega_m with m = -1 - n, or -n; the latter has n = 0 once
    for n in range(count):
        for sign in (1, -1) if n + offset else (1,):
            nu = mp.mpc(0, sign * step * (n + offset))
            value = mp.polyval(numerator, nu)
            for z in poles:
                value /= nu - z
            total, size = total + value, size + abs(value)
    series = _at_infinity(numerator, poles, int(mp.dps * 1.7) + 10)
    for k in range(2, len(series), 2):
        value = 2 * series[k] * mp.mpc(0, step) ** -k * _hurwitz(k, count + offset)
        total, size = total + value, size + abs(value)
    return temperature * total, temperature * size


def _hurwitz(k: int, a: Any) -> Any:
    """Return Hurwitz' zeta function, of the order of a**-k, to full relative accuracy.

    mpmath's is accurate relative to one: it takes as many more digits.
    """
    with mp.workdps(mp.dps + int(mp.ceil(k * mp.log10(a)))):
        value = mp.zeta(k, a)
    return +value


def _at_infinity(numerator: Sequence[Any], poles: Sequence[Any], order: int) -> list[Any]:
    """Return the coefficients of nu**-k."""
    result = [mp.mpf(0)] * (len(poles) - len(numerator) + 1)
    result += [*numerator, *[mp.mpf(0)] * order]
    result = result[:order]
    for z in poles:
        for k in range(1, order):
            result[k] += z * result[k - 1]
    return result

"""Sums, products and quotients of arrays of `Digits`, each in one pass, compiled by Numba.

The operations are those of `digits`, one after the other, and so are the bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

#: Splits a double into two halves whose products are exact.
SPLITTER = 2.0**27 + 1


@njit(inline="always", error_model="numpy")
def _sum(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    """Return (a + b) + (c + d)."""
    total = a + c
    other = total - a
    low = ((a - (total - other)) + (c - other)) + (b + d)
    high = total + low
    return high, low - (high - total)


@njit(inline="always", error_model="numpy")
def _product(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    """Return (a + b)(c + d)."""
    product = a * c
    wide = SPLITTER * a
    upper = wide - (wide - a)
    lower = a - upper
    wide = SPLITTER * c
    first = wide - (wide - c)
    second = c - first
    lost = ((upper * first - product) + upper * second + lower * first) + lower * second
    low = lost + (a * d + b * c)
    high = product + low
    return high, low - (high - product)


@njit(inline="always", error_model="numpy")
def _quotient(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    """Return (a + b)/(c + d)."""
    quotient = a / c
    high, low = _product(quotient, 0.0, c, d)
    high, low = _sum(a, b, -high, -low)
    low = (high + low) / c
    high = quotient + low
    return high, low - (high - quotient)


@njit(cache=True, error_model="numpy")
def sums(a: Any, b: Any, c: Any, d: Any) -> Any:
    """Return sums of two arrays of numbers, all of one length."""
    high, low = np.empty(a.size), np.empty(a.size)
    for i in range(a.size):
        high[i], low[i] = _sum(a[i], b[i], c[i], d[i])
    return high, low


@njit(cache=True, error_model="numpy")
def products(a: Any, b: Any, c: Any, d: Any) -> Any:
    """Return their products."""
    high, low = np.empty(a.size), np.empty(a.size)
    for i in range(a.size):
        high[i], low[i] = _product(a[i], b[i], c[i], d[i])
    return high, low


@njit(cache=True, error_model="numpy")
def quotients(a: Any, b: Any, c: Any, d: Any) -> Any:
    """Return their quotients."""
    high, low = np.empty(a.size), np.empty(a.size)
    for i in range(a.size):
        high[i], low[i] = _quotient(a[i], b[i], c[i], d[i])
    return high, low


@njit(cache=True, error_model="numpy")
def product_errors(a: Any, b: Any, product: Any, of_a: Any, of_b: Any, unit: float) -> Any:
    """Return by how much products are off, given by how much their factors are, with rounding."""
    errors = np.empty(a.size)
    for i in range(a.size):
        moved = abs(a[i]) * of_b[i] + abs(b[i]) * of_a[i]
        errors[i] = (moved + of_a[i] * of_b[i]) + unit * abs(product[i])
    return errors

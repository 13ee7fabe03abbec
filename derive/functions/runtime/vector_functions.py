"""Functions that vectorised kernels call: without branches and without calls.

The compiler has no vector form of the C library's logarithm and arctangent, and one call that is
not inlined keeps a whole loop from being vectorised.  Both functions here are polynomials of a
reduced argument, with the same operations on every processor: basic arithmetic, square roots and
moves of bits.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

# ---- elementary functions

#: log 2 in two pieces; k times the first one, abs(k) < 1100, is exact.
_LOG2_HIGH = 0.6931471803691238
_LOG2_LOW = 1.9082149292705877e-10
_INVERSE_LOG2 = 1.4426950408889634
#: pi/2 in two pieces.
_HALF_PI = 1.5707963267948966
_HALF_PI_LOW = 6.123233995736766e-17


@njit(forceinline=True, error_model="numpy")
def log(x: float) -> float:
    """Return log(x) within 1 ulp for finite normal x; NaN for other x."""
    # x = 2**k m with m between sqrt(1/2) and sqrt(2); the integer is not negative with 1022 added,
    # and becomes a double by its bits, for want of a vector instruction
    bits = np.float64(x).view(np.int64)
    raised = bits - 0x3FE6A09E667F3BCD + (1022 << 52)
    power = raised >> 52
    k = np.int64(power | 0x4330000000000000).view(np.float64) - 4503599627371518.0
    f = np.int64(bits - ((power - 1022) << 52)).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    # log(1 + f) = 2 artanh(s) = f - f**2/2 + s (f**2/2 + rest z), whose first term is exact
    rest = 0.14616585424888623
    rest = rest * z + 0.15331710618210773
    rest = rest * z + 0.18182889455674947
    rest = rest * z + 0.22222211130259878
    rest = rest * z + 0.2857142862600327
    rest = rest * z + 0.39999999999899444
    rest = rest * z + 0.666666666666667
    half = 0.5 * f * f
    value = k * _LOG2_HIGH - ((half - (s * (half + rest * z) + k * _LOG2_LOW)) - f)
    # x - x is NaN where x is none or infinite
    return value + (x - x) if x >= 2.2250738585072014e-308 else math.nan


@njit(forceinline=True, error_model="numpy")
def log1p(x: float) -> float:
    """Return log(1 + x) within 2 ulp, for x >= 0."""
    u = 1.0 + x
    # what the sum has lost; nothing where x is large
    lost = (x - (u - 1.0)) if x < 4503599627370496.0 else 0.0
    return log(u) + lost / u


@njit(forceinline=True, error_model="numpy")
def arctan2(y: float, x: float) -> float:
    """Return the angle of x + i y within 2 ulp, for y and x above underflow; 0 or pi at zero."""
    a, b = abs(y), abs(x)
    small, large = (a, b) if a <= b else (b, a)
    # no number stays none
    large = 1.0 if large <= 0.0 else large
    # arctan(t) = pi/4 + arctan((t - 1)/(t + 1)) for t > 1/2, where the difference is exact
    reduced = small > 0.5 * large
    t = (small - large if reduced else small) / (small + large if reduced else large)
    z = t * t
    rest = -0.009215319070924557
    rest = rest * z + 0.025005822107796952
    rest = rest * z + -0.038066107887640616
    rest = rest * z + 0.04628009394739732
    rest = rest * z + -0.052400959742757096
    rest = rest * z + 0.058795778977469584
    rest = rest * z + -0.06666435623970629
    rest = rest * z + 0.07692294709038043
    rest = rest * z + -0.09090908620176982
    rest = rest * z + 0.11111111100913819
    rest = rest * z + -0.14285714285599144
    rest = rest * z + 0.19999999999999488
    rest = rest * z + -0.3333333333333333
    angle = t + t * z * rest
    angle = 0.5 * _HALF_PI + (angle + 0.5 * _HALF_PI_LOW) if reduced else angle
    angle = _HALF_PI - (angle - _HALF_PI_LOW) if a > b else angle
    angle = 2.0 * _HALF_PI - (angle - 2.0 * _HALF_PI_LOW) if x < 0.0 else angle
    return math.copysign(angle, y)


@njit(forceinline=True, error_model="numpy")
def arctan(x: float) -> float:
    """Return the angle of 1 + i x within 2 ulp."""
    return arctan2(x, 1.0)


@njit(forceinline=True, error_model="numpy")
def exponential(x: float) -> tuple[float, float]:
    """Return a power of two s and p = exp(x)/s - 1, for abs(x) < 708; the latter within 1 ulp.

    exp(x) is s + s p, and exp(x) - 1 is s p + (s - 1) without cancellation.
    """
    shifted = x * _INVERSE_LOG2 + 6755399441055744.0
    # the integer is the last bits of the sum
    power = np.float64(shifted).view(np.int64) - 0x4338000000000000
    k = shifted - 6755399441055744.0
    r = (x - k * _LOG2_HIGH) - k * _LOG2_LOW
    # the series, to what abs(r) < 0.35 leaves of it
    rest = 1.0 / 6227020800.0
    rest = rest * r + 1.0 / 479001600.0
    rest = rest * r + 1.0 / 39916800.0
    rest = rest * r + 1.0 / 3628800.0
    rest = rest * r + 1.0 / 362880.0
    rest = rest * r + 1.0 / 40320.0
    rest = rest * r + 1.0 / 5040.0
    rest = rest * r + 1.0 / 720.0
    rest = rest * r + 1.0 / 120.0
    rest = rest * r + 1.0 / 24.0
    rest = rest * r + 1.0 / 6.0
    rest = rest * r + 0.5
    return np.int64((power + 1023) << 52).view(np.float64), r + r * r * rest


@njit(forceinline=True, error_model="numpy")
def sinh_cosh(x: float) -> tuple[float, float]:
    """Return sinh(x) and cosh(x) within 4 ulp, for 0 <= x < 708."""
    s, p = exponential(x)
    above = s * p + (s - 1.0)
    inverse = 1.0 / (1.0 + above)
    return 0.5 * (above + above * inverse), 0.5 * ((1.0 + above) + inverse)


@njit(forceinline=True, error_model="numpy")
def polygamma_0(x: float, y: float) -> tuple[float, float]:
    """Return the parts of the digamma function at x + i y, within 8 ulp of |log z| + 1/|z|.

    For x >= 1/2.  Eight steps of the recurrence lead to the asymptotic series, whose remainder is
    below |B_18|/18 times (17/2)**-18 there [DLMF 5.11.2 and 5.11(ii)].
    """
    real, imaginary = 0.0, 0.0
    for k in range(8):
        part = 1.0 / ((x + k) * (x + k) + y * y)
        real += (x + k) * part
        imaginary -= y * part
    w = x + 8.0
    square = w * w + y * y
    u, v = w / square, -y / square
    a, b = u * u - v * v, 2.0 * u * v
    rest, turned = -3617.0 / 8160.0, 0.0
    for c in (
        1.0 / 12.0,
        -691.0 / 32760.0,
        1.0 / 132.0,
        -1.0 / 240.0,
        1.0 / 252.0,
        -1.0 / 120.0,
        1.0 / 12.0,
    ):
        rest, turned = rest * a - turned * b + c, rest * b + turned * a
    real += 0.5 * u + (rest * a - turned * b)
    imaginary += 0.5 * v + (rest * b + turned * a)
    return 0.5 * log(square) - real, arctan2(y, w) - imaginary


@njit(forceinline=True, error_model="numpy")
def polygamma_1(x: float, y: float) -> tuple[float, float]:
    """Return the parts of the trigamma function at x + i y, within 8 ulp of its modulus.

    For x >= 1/2, as the digamma function; the remainder is below |B_18| times (17/2)**-19.
    """
    real, imaginary = 0.0, 0.0
    for k in range(8):
        part = 1.0 / ((x + k) * (x + k) + y * y)
        u, v = (x + k) * part, y * part
        real += u * u - v * v
        imaginary -= 2.0 * u * v
    w = x + 8.0
    part = 1.0 / (w * w + y * y)
    u, v = w * part, -y * part
    a, b = u * u - v * v, 2.0 * u * v
    rest, turned = -3617.0 / 510.0, 0.0
    for c in (
        7.0 / 6.0,
        -691.0 / 2730.0,
        5.0 / 66.0,
        -1.0 / 30.0,
        1.0 / 42.0,
        -1.0 / 30.0,
        1.0 / 6.0,
    ):
        rest, turned = rest * a - turned * b + c, rest * b + turned * a
    # u [1 + u/2 + rest u**2] with complex u
    rest, turned = rest * a - turned * b, rest * b + turned * a
    rest, turned = 1.0 + 0.5 * u + rest, 0.5 * v + turned
    return real + (rest * u - turned * v), imaginary + (rest * v + turned * u)


# ---- combinations that do not cancel


@njit(forceinline=True, error_model="numpy")
def excess(x: float, y: float) -> float:
    """Return sqrt(x**2 + y**2) - x."""
    root = math.sqrt(x * x + y * y)
    below = root + abs(x)
    # below vanishes only where x and y do, and then so does the result
    return y * y / (below if below > 0.0 else 1.0) if x > 0.0 else root - x


@njit(forceinline=True, error_model="numpy")
def log_ratio(a: float, b: float, difference: float) -> float:
    """Return log(a/b) for positive a and b whose difference a - b is known by itself."""
    return math.copysign(log1p(abs(difference) / (a if a < b else b)), difference)


@njit(forceinline=True, error_model="numpy")
def upper_root(x: float, y: float) -> tuple[float, float]:
    """Return the parts of the square root of x + i y in the upper half-plane."""
    large = math.sqrt((math.sqrt(x * x + y * y) + abs(x)) / 2.0)
    # both parts vanish with z; a zero divisor only occurs then
    small = y / (2.0 * large if large > 0.0 else 1.0)
    above = x >= 0.0
    return (
        math.copysign(large, y) if above else small,
        abs(small) if above else large,
    )


@njit(forceinline=True, error_model="numpy")
def root_sum(
    ax: float, ay: float, bx: float, by: float, dx: float, dy: float
) -> tuple[float, float]:
    """Return the parts of a + b, given a, b and d = a**2 - b**2, all complex."""
    sx, sy, ux, uy = ax + bx, ay + by, ax - bx, ay - by
    modulus = ux * ux + uy * uy
    cancels = sx * sx + sy * sy < modulus
    modulus = modulus if cancels else 1.0
    first, second = (dx * ux + dy * uy) / modulus, (dy * ux - dx * uy) / modulus
    return first if cancels else sx, second if cancels else sy


@njit(forceinline=True, error_model="numpy")
def pair_arctanh(x: float, y: float, q: float) -> tuple[float, float]:
    """Return the parts of artanh(q/k)/q for k = x + i y in the upper half-plane and q > 0."""
    distance = abs(x) - q
    square = y * y
    ratio = log1p(4.0 * q * abs(x) / (distance * distance + square))
    angle = arctan2(2.0 * q * y, distance * (distance + 2.0 * q) + square)
    return math.copysign(ratio, x) / (4.0 * q), angle / (-2.0 * q)


@njit(forceinline=True, error_model="numpy")
def pair_excess(x: float, y: float, q: float, first: float, second: float) -> tuple[float, float]:
    """Return the parts of artanh(q/k)/q - 1/k for k = x + i y, given those of artanh(q/k)/q."""
    inverse = 1.0 / (x * x + y * y)
    real, imaginary = x * inverse, -y * inverse
    square = q * q * inverse
    near = square < 0.0625
    # the series in (q/k)**2 of what cancels
    factor = square * inverse if near else 0.0
    u, v = (x * x - y * y) * factor, -2.0 * x * y * factor
    a, b = u * (1 / 29), v * (1 / 29)
    a = a + 1 / 27
    a, b = a * u - b * v, a * v + b * u
    a = a + 1 / 25
    a, b = a * u - b * v, a * v + b * u
    a = a + 1 / 23
    a, b = a * u - b * v, a * v + b * u
    a = a + 1 / 21
    a, b = a * u - b * v, a * v + b * u
    a = a + 1 / 19
    a, b = a * u - b * v, a * v + b * u
    a = a + 1 / 17
    a, b = a * u - b * v, a * v + b * u
    a = a + 1 / 15
    a, b = a * u - b * v, a * v + b * u
    a = a + 1 / 13
    a, b = a * u - b * v, a * v + b * u
    a = a + 1 / 11
    a, b = a * u - b * v, a * v + b * u
    a = a + 1 / 9
    a, b = a * u - b * v, a * v + b * u
    a = a + 1 / 7
    a, b = a * u - b * v, a * v + b * u
    a = a + 1 / 5
    a, b = a * u - b * v, a * v + b * u
    a = a + 1 / 3
    a, b = a * u - b * v, a * v + b * u
    return (
        a * real - b * imaginary if near else first - real,
        a * imaginary + b * real if near else second - imaginary,
    )

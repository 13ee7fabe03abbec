"""Functions that vectorised kernels call: artanh(sqrt(z))/sqrt(z) and its differences.

As in numerics.special.root_arctanh, without branches and without calls.
"""

from __future__ import annotations

from numba import njit

from derive.functions.runtime.vector_functions import arctan2, log1p, upper_root

#: The smallest number with all digits: the inverse of a smaller one may be none.
_LEAST = 2.2250738585072014e-308


@njit(forceinline=True, error_model="numpy")
def over(a: complex, b: complex) -> complex:
    """Return a/b, and a where b, or its square, is as good as zero."""
    size = b.real * b.real + b.imag * b.imag
    scale = 1.0 / (size if size > _LEAST else 1.0)
    real = (a.real * b.real + a.imag * b.imag) * scale
    imaginary = (a.imag * b.real - a.real * b.imag) * scale
    return complex(real if size > _LEAST else a.real, imaginary if size > _LEAST else a.imag)


@njit(forceinline=True, error_model="numpy")
def chosen(condition: bool, a: complex, b: complex) -> complex:
    """Return the first value where a condition holds, else the second."""
    return complex(a.real if condition else b.real, a.imag if condition else b.imag)


@njit(forceinline=True, error_model="numpy")
def squared(a: complex) -> float:
    """Return the squared modulus."""
    return a.real * a.real + a.imag * a.imag


@njit(forceinline=True, error_model="numpy")
def right_root(z: complex) -> complex:
    """Return the square root whose real part is not negative."""
    x, y = upper_root(-z.real, -z.imag)
    return complex(y, -x)


@njit(forceinline=True, error_model="numpy")
def arctanh_quotient(z: complex, y: complex) -> complex:
    """Return artanh(sqrt(z))/sqrt(z), given y = 1 - z."""
    root = right_root(z)
    rest = over(y, 1.0 + root)
    imaginary = root.imag if squared(z) < 0.25 else -rest.imag
    size = squared(rest)
    real = 0.25 * log1p(4.0 * root.real / size)
    angle = 0.5 * arctan2(2.0 * imaginary, 2.0 * rest.real - size)
    value = over(complex(real, angle), root)
    none = squared(root) <= 0.0
    return complex(1.0 if none else value.real, 0.0 if none else value.imag)


@njit(forceinline=True, error_model="numpy")
def matching_root(z: complex, root: complex) -> complex:
    """Return the square root on the side of another one."""
    other = right_root(z)
    opposite = root.real * other.real + root.imag * other.imag < 0.0
    sign = -1.0 if opposite else 1.0
    return complex(sign * other.real, sign * other.imag)


@njit(forceinline=True, error_model="numpy")
def hyperbolic(z: complex, y: complex, v: complex, root: complex, other: complex) -> complex:
    """Return (r + s)(1 - r s) for roots r and s of z and w, given y = 1 - z and v = 1 - w."""
    product = root * other
    rest = 1.0 - product
    near = over(y + z * v, 1.0 + product)
    return (root + other) * chosen(squared(rest) < 0.25, near, rest)


@njit(forceinline=True, error_model="numpy")
def are_close(first: complex, second: complex, root: complex, other: complex, reach: float) -> bool:
    """Tell whether artanh r and artanh s, given over r and s, are close."""
    a, b = squared(root), squared(other)
    largest = a if a > b else b
    least = largest if largest < 1.0 else 1.0
    return squared(first * root - second * other) < reach * reach * least


@njit(forceinline=True, error_model="numpy")
def single_series(z: complex, w: complex) -> complex:
    """Return the divided difference over z and w by its power series."""
    total, power, symmetric = complex(0.0, 0.0), complex(1.0, 0.0), complex(1.0, 0.0)
    for n in range(1, 19):
        total = total + symmetric * (1.0 / (2 * n + 1))
        power = power * w
        symmetric = symmetric * z + power
    return total


@njit(forceinline=True, error_model="numpy")
def root_arctanh(zx: float, zy: float, yx: float, yy: float) -> tuple[float, float]:
    """Return the parts of artanh(sqrt(z))/sqrt(z) of z off the cut z > 1, given 1 - z."""
    value = arctanh_quotient(complex(zx, zy), complex(yx, yy))
    return value.real, value.imag


@njit(forceinline=True, error_model="numpy")
def divided_root_arctanh(
    zx: float,
    zy: float,
    wx: float,
    wy: float,
    yx: float,
    yy: float,
    vx: float,
    vy: float,
    dx: float,
    dy: float,
) -> tuple[float, float]:
    """Return its divided difference over z and w, given 1 - z, 1 - w and z - w."""
    z, w, y, v = complex(zx, zy), complex(wx, wy), complex(yx, yy), complex(vx, vy)
    apart = complex(dx, dy)
    root = right_root(z)
    other = matching_root(w, root)
    first, second = arctanh_quotient(z, y), arctanh_quotient(w, v)
    close = are_close(first, second, root, other, 0.5)
    plain = over(first - second, apart)
    below = hyperbolic(z, y, v, root, other)
    e = over(apart, below)
    square = chosen(close, e * e, 0j)
    swapped = squared(z) < squared(w)
    larger, smaller = chosen(swapped, other, root), chosen(swapped, first, second)
    mean = over(arctanh_quotient(square, 1.0 - square), below)
    closed = over(mean - over(smaller, root + other), larger)
    series = squared(z) < 0.015625 and squared(w) < 0.015625
    value = chosen(close, closed, plain)
    value = chosen(series, single_series(chosen(series, z, 0j), chosen(series, w, 0j)), value)
    return value.real, value.imag


@njit(forceinline=True, error_model="numpy")
def root_arctanh_slope(zx: float, zy: float, yx: float, yy: float) -> tuple[float, float]:
    """Return the parts of the derivative of artanh(sqrt(z))/sqrt(z), given 1 - z."""
    z, y = complex(zx, zy), complex(yx, yy)
    small = squared(z) < 0.015625
    inside = chosen(small, z, 0j)
    closed = over(over(1.0 + 0j, y) - arctanh_quotient(z, y), 2.0 * z)
    value = chosen(small, single_series(inside, inside), closed)
    return value.real, value.imag

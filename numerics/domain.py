"""What the public functions accept: each argument is checked here, and refused in one line.

A refusal is a ValueError that names the argument, its value and the domain.  Numbers are what can
be converted to double precision without a loss that matters: Python's and NumPy's real numbers,
fractions and decimals, and arrays or nested lists of them.  Booleans, strings and None are no
numbers; a complex number is no real one, whatever its imaginary part.  NaN and infinity are
outside every domain.  A masked element is refused, for there is no masked result to return; a
masked array without masked elements is an array like any other.
"""

from __future__ import annotations

import decimal
import math
import numbers
from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from typing import Any, TypeGuard, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
#: Tells whether a number, or which elements of an array, are inside a domain.
Inside = Callable[[Any], Any]
Kind = TypeVar("Kind")

#: No momentum or energy may be larger, or smaller without being zero, in k_F and ε_F: powers of
#: them overflow.
LARGEST, SMALLEST = 1e12, 1e-30
#: Longest value in a message, in characters; lists nested deeper than this are none to NumPy.
_SHOWN, _DEEPEST = 60, 64
#: How NumPy's types of numbers are called by `dtype.kind`; "O" is looked at element by element.
_REAL, _COMPLEX = "iufO", "iufcO"


def outside(name: str, value: object, domain: str) -> ValueError:
    """Return the error for a value outside its domain, whose message is one line.

    Examples
    --------
    >>> print(outside("q", -1.0, "positive"))
    q = -1.0 is outside its domain: positive
    """
    try:
        shown = " ".join(repr(value).split())
    except Exception:  # of an integer with thousands of digits, or of a stranger's object
        shown = f"<{type(value).__name__}>"
    if len(shown) > _SHOWN:
        shown = f"{shown[: _SHOWN - 4]} ..."
    return ValueError(f"{name} = {shown} is outside its domain: {domain}")


def instance(name: str, value: object, kind: type[Kind]) -> Kind:
    """Return a value of a type, such as a SteadyState or Parameters.

    Examples
    --------
    >>> instance("count", 3, int)
    3
    """
    if not isinstance(value, kind):
        raise outside(name, value, f"a {kind.__name__}")
    return value


def real(name: str, value: object, domain: str, inside: Inside | None = None) -> float:
    """Return a finite real number inside a domain as a float.

    Parameters
    ----------
    name : str
        What the argument is called.
    value : object
        What was given: a real number, or an array without dimensions.
    domain : str
        The domain in words.
    inside : callable, optional
        Tells whether a float is inside; called with finite ones only.

    Raises
    ------
    ValueError
        If the value is no finite real number, or outside.

    Examples
    --------
    >>> real("rtol", 1e-6, "0 < rtol < 1", lambda x: 0 < x < 1)
    1e-06
    """
    if isinstance(value, np.ndarray) and value.ndim == 0 and not _masked(value):
        value = value[()]
    number = _float(value)
    if not math.isfinite(number):
        raise outside(name, value, f"{domain}, a finite real number")
    if inside is not None and not inside(number):
        raise outside(name, number, domain)
    return number


def positive(name: str, value: object, most: float = LARGEST) -> float:
    """Return a real number greater than 0 and not greater than another."""
    return real(name, value, f"0 < {name} <= {most:g}", lambda x: 0 < x <= most)


def tolerance(value: object, domain: str = "0 < rtol < 1", inside: Inside | None = None) -> float:
    """Return the argument `rtol`, between 0 and 1 where nothing else is said."""
    return real("rtol", value, domain, inside or (lambda x: 0 < x < 1))


def integer(name: str, value: Any, least: int, most: int) -> int:
    """Return an integer between two others, which are inside."""
    whole = isinstance(value, numbers.Integral | np.integer) and not isinstance(value, bool)
    if not whole or not least <= int(value) <= most:
        raise outside(name, value, f"an integer from {least} to {most}")
    return int(value)


def flag(name: str, value: object) -> bool:
    """Return a boolean."""
    if not isinstance(value, bool | np.bool_):
        raise outside(name, value, "True or False")
    return bool(value)


def choice(name: str, value: object, among: Sequence[str], reason: str = "") -> str:
    """Return one of some words; the reason tells why another one is not among them."""
    if not isinstance(value, str) or value not in among:
        raise outside(name, value, ", ".join(among) + (f": {reason}" if reason else ""))
    return str(value)


def choices(name: str, value: object, among: Sequence[str]) -> tuple[str, ...]:
    """Return some of some words, each once."""
    domain = f"some of {', '.join(among)}"
    words = listed(name, value, domain)
    if not all(isinstance(word, str) and word in among for word in words):
        raise outside(name, value if isinstance(value, Sequence) else words, domain)
    return tuple(dict.fromkeys(words))


def listed(name: str, value: object, domain: str) -> tuple[Any, ...]:
    """Return what an iterable yields; a word is not an iterable of letters here."""
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | bytearray):
        try:
            return tuple(value)
        except TypeError:  # an array without dimensions
            pass
    raise outside(name, value, domain)


def reals(
    name: str, value: object, domain: str = "finite real numbers", inside: Inside | None = None
) -> Array:
    """Return an array of finite real numbers inside a domain.

    Parameters
    ----------
    name, domain
        As in `real`.
    value : object
        What was given: numbers in any number of dimensions, none at all, or nothing.
    inside : callable, optional
        Tells which elements of an array are inside; called with finite ones only.

    Examples
    --------
    >>> reals("q", [1, 2], "positive wave numbers", lambda q: q > 0).tolist()
    [1.0, 2.0]
    """
    return _inside(name, value, _numbers(name, value, domain, _REAL), domain, inside)


def complexes(
    name: str, value: object, domain: str = "finite numbers", inside: Inside | None = None
) -> Complex:
    """Return an array of finite complex numbers inside a domain; parameters as in `reals`."""
    return _inside(name, value, _numbers(name, value, domain, _COMPLEX), domain, inside)


def ascending(
    name: str,
    value: object,
    domain: str = "finite real numbers, ascending",
    inside: Inside | None = None,
) -> Array:
    """Return a grid: at least one finite real number, each greater than the one before it.

    A single number is a grid of one.
    """
    array = np.atleast_1d(reals(name, value, domain, inside))
    if array.ndim != 1 or array.size == 0 or not (array[1:] > array[:-1]).all():
        raise outside(name, value, domain)
    return array


def broadcast(**arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Return arrays of one common shape; the keywords are what the arguments are called.

    Examples
    --------
    >>> q, omega = broadcast(q=np.ones((2, 1)), omega=np.ones(3))
    >>> q.shape, omega.shape
    ((2, 3), (2, 3))
    """
    try:
        return np.broadcast_arrays(*arrays.values())
    except ValueError:
        names = " and ".join(arrays)
        shapes = " and ".join(str(array.shape) for array in arrays.values())
        raise ValueError(
            f"{names} of the shapes {shapes} are outside their domain: shapes that broadcast "
            "against each other"
        ) from None


def path(name: str, value: object) -> str | PathLike[str]:
    """Return the path of a file."""
    if not isinstance(value, str | PathLike) or value == "":
        raise outside(name, value, "a path")
    return value


def function(name: str, value: object) -> Callable[..., Any]:
    """Return a callable."""
    if not callable(value):
        raise outside(name, value, "a callable")
    return value


def executor(name: str, value: object) -> Any:
    """Return what can be given tasks as to a concurrent.futures.Executor."""
    if isinstance(value, type) or not callable(getattr(value, "submit", None)):
        raise outside(name, value, "an Executor")
    return value


def _float(value: object) -> float:
    """Return a scalar as a float, NaN if it is no real number or too large for one."""
    no_number = isinstance(value, bool | np.bool_) or np.ma.is_masked(value)
    if no_number or not isinstance(value, numbers.Real | decimal.Decimal):
        return math.nan
    try:
        # extended precision may be too large for double, of which NumPy warns
        with np.errstate(over="ignore"):
            return float(value)
    except (OverflowError, ValueError):
        return math.nan


def _complex(value: object) -> complex:
    """Return a scalar as a complex number, NaN if it is none or too large for one."""
    if isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real):
        try:
            with np.errstate(over="ignore"):
                return complex(value)
        except (OverflowError, ValueError):
            return complex(math.nan)
    return complex(_float(value))


def _masked(value: object, depth: int = 0) -> bool:
    """Tell whether any element is masked, of an array or of arrays in lists."""
    if isinstance(value, np.ma.MaskedArray):
        return bool(np.ma.getmaskarray(value).any())
    return _nested(value, depth) and any(_masked(part, depth + 1) for part in value)


def _boolean(value: object, depth: int = 0) -> bool:
    """Tell whether there are booleans, which NumPy makes numbers of where they are mixed."""
    if isinstance(value, bool | np.bool_):
        return True
    if isinstance(value, np.ndarray):
        return value.dtype.kind == "b"
    return _nested(value, depth) and any(_boolean(part, depth + 1) for part in value)


def _nested(value: object, depth: int) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    return isinstance(value, list | tuple) and depth < _DEEPEST


def _numbers(name: str, value: object, domain: str, kinds: str) -> NDArray[Any]:
    """Return an array of doubles or of pairs of them; what is no number in it is NaN."""
    if _masked(value):
        raise outside(name, value, f"{domain}, none of them masked")
    if _boolean(value):
        raise outside(name, value, domain)
    try:
        given = np.asarray(value)
    except (TypeError, ValueError, OverflowError, RecursionError):  # rows of different lengths
        given = np.asarray(None)
    if given.dtype.kind not in kinds:
        raise outside(name, value, domain)
    convert, kind = (_complex, complex) if kinds == _COMPLEX else (_float, float)
    if given.dtype.kind == "O":
        flat = [convert(element) for element in given.ravel()]
        return np.array(flat, dtype=kind).reshape(given.shape)
    with np.errstate(over="ignore"):
        return given.astype(kind)


def _inside(
    name: str, value: object, array: NDArray[Any], domain: str, inside: Inside | None
) -> NDArray[Any]:
    """Return an array whose elements are all finite and inside a domain."""
    valid = np.array(np.isfinite(array))
    if inside is not None:
        valid[valid] = inside(array[valid])
    if not valid.all():
        bad = np.asarray(value)[~valid].flat[0] if array.ndim else value
        raise outside(name, bad.item() if isinstance(bad, np.generic) else bad, domain)
    return array

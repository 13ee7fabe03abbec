"""Names and texts from outside, checked once, before they can reach source text."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator

import sympy as sp

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_MARKUP = re.compile(r"[{}\\^, ]+")
_LONGEST = 80

#: Keywords of C99, C++ and CUDA beyond those of Python, macros of the C library, and names that the
#: printed functions use themselves; then modules and functions that they call.
_WORDS = r"""
    alignas alignof asm auto bool case catch char class compl complex const constexpr decltype
    default delete do double dynamic_cast enum explicit export extern false float friend goto
    inline int long main mutable namespace new noexcept nullptr operator private protected public
    register reinterpret_cast restrict short signed sizeof static static_assert static_cast struct
    switch template this thread_local throw true typedef typeid typename union unsigned using
    virtual void volatile wchar_t xor xor_eq and_eq bitand bitor not_eq or_eq
    NULL NAN INFINITY HUGE_VAL EOF PI I errno size_t stdin stdout stderr unix linux
    count inputs outputs out values index k_ self nambu

    cmath jax jnp math mp mpc mpf mpmath njit np numba numpy scipy
    acos acosh arctan arctan2 asin asinh atan atan2 atanh copysign cos cosh exp expm1 fabs floor
    hypot log log1p pi pow power round sin sinh sqrt tan tanh trunc where
    make plus times scaled inverse
"""

RESERVED = frozenset(
    [*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *re.findall(r"\w+", _WORDS)]
)


def name_of(symbol: sp.Symbol) -> str:
    """Return the name of a symbol as `str` does, which sets up a printer each time.

    Printing all kernels asks for half a million of them.

    Examples
    --------
    >>> import sympy as sp
    >>> name_of(sp.Symbol("x"))
    'x'
    """
    return symbol.name if type(symbol) is sp.Symbol else str(symbol)


def identifier(name: str, taken: Iterable[str] = ()) -> str:
    r"""Return the name that stands for a symbol's name in every target.

    Parameters
    ----------
    name : str
        A name as SymPy prints it: letters (Greek ones are spelled), digits, `_`, and the
        typesetting characters ``{ } ^ \ ,`` and blanks, which become underscores.
    taken : iterable of str
        Names to which an underscore is appended, beside the reserved words of all targets.

    Raises
    ------
    ValueError
        If the name cannot be written so.

    Examples
    --------
    >>> identifier("lambda"), identifier("x_{k}"), identifier("γ_b")
    ('lambda_', 'x_k', 'gamma_b')
    """
    spelled = "".join(_spelled(name))
    text = re.sub("_+", "_", _MARKUP.sub("_", spelled)).strip("_")
    if not _IDENTIFIER.match(text) or len(text) > _LONGEST:
        raise ValueError(
            f"the name {shown(name)} cannot be written as an identifier of letters, digits and _"
        )
    if spelled.endswith("_") and _IDENTIFIER.match(spelled):
        text = spelled
    taken = RESERVED.union(taken)
    while text in taken:
        text += "_"
    return text


def _spelled(name: str) -> Iterator[str]:
    if not isinstance(name, str):
        raise ValueError(f"a name must be text, not {type(name).__name__}")
    for letter in name:
        words = unicodedata.name(letter, "").split() if not letter.isascii() else []
        if words[:1] == ["GREEK"] and words[2:3] == ["LETTER"] and len(words) == 4:
            spelled = words[3].lower().replace("lamda", "lambda")
            yield spelled.capitalize() if words[1] == "CAPITAL" else spelled
        else:
            yield letter


def identifiers(symbols: Iterable[sp.Symbol], taken: Iterable[str] = ()) -> dict[sp.Symbol, str]:
    """Return the identifiers of symbols, all different.

    Raises
    ------
    ValueError
        If a name cannot be written, or two symbols would have the same one.
    """
    taken = frozenset(taken)
    result: dict[sp.Symbol, str] = {}
    owners: dict[str, sp.Symbol] = {}
    for symbol in symbols:
        if not isinstance(symbol, sp.Symbol):
            raise ValueError(f"{shown(symbol)} is not a Symbol")
        name = identifier(symbol.name, taken)
        if name in owners:
            kind = "the same name" if owners[name].name == symbol.name else "names"
            raise ValueError(
                f"two symbols with {kind} {shown(owners[name].name)}"
                + ("" if kind == "the same name" else f" and {shown(symbol.name)}")
                + f", which would both be called {name}"
            )
        owners[name], result[symbol] = symbol, name
    return result


def required_identifier(name: str) -> str:
    """Return a name that must be an identifier of every target as it stands.

    Raises
    ------
    ValueError
        If it is none, or a word with a meaning.
    """
    if not isinstance(name, str) or not _IDENTIFIER.match(name) or len(name) > _LONGEST:
        raise ValueError(f"name = {shown(name)} is not an identifier of letters, digits and _")
    if name in RESERVED:
        raise ValueError(f"name = {shown(name)} is a reserved word or the name of a function")
    return name


def shown(value: object) -> str:
    """Return something for an error message: in one line of ASCII, and not too long."""
    text = ascii(value) if isinstance(value, str | bytes) else ascii(str(value))[1:-1]
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def require_plain(text: str) -> str:
    """Return text for a docstring or a comment, in which it must stay.

    Raises
    ------
    ValueError
        If it could end the docstring or the comment: quotes, backslashes, the marks of C comments
        and all control characters and line separators but the newline.
    """
    for part in ('"""', "'''", "\\", "*/", "/*", "??"):
        if part in text:
            raise ValueError(f"{part!r} in a text that goes into a docstring: {shown(text)}")
    for letter in text:
        kind = unicodedata.category(letter)
        if letter != "\n" and (kind in ("Zl", "Zp") or kind.startswith("C")):
            raise ValueError(f"{letter!a} in a text that goes into a docstring: {shown(text)}")
    return text

"""The three kinds of evidence: a proof, a comparison at high precision, a measured limit."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sympy as sp
from mpmath import mp

from derive.hanai2017.notation import written_out
from derive.polynomials.vanishing import is_zero_polynomial
from derive.records.record import Claim, Finding, Status

#: Relative size below which a number with 50 digits counts as zero: a screen before the proof,
#: which alone says that something vanishes.
_SCREEN_DIGITS, _SCREEN = 50, sp.Float("1e-30")


def equals(derived: Callable[[], Claim]) -> Callable[[Claim], Finding]:
    """Return a test that proves a claim equal to what is derived, entry by entry."""

    def test(claim: Claim) -> Finding:
        return proved(_difference(written_out(claim), derived()))

    return test


def vanishes(difference: Callable[[Claim], Claim]) -> Callable[[Claim], Finding]:
    """Return a test that proves a function of the claim to be identically zero."""

    def test(claim: Claim) -> Finding:
        return proved(difference(written_out(claim)))

    return test


def vanishes_at_a_point(difference: Callable[[Claim], Claim]) -> Callable[[Claim], Finding]:
    """Return a test with exact rational numbers for all symbols: evidence, but not a proof."""

    def test(claim: Claim) -> Finding:
        found = proved(difference(claim))
        detail = "exact rational arithmetic at a point without symmetries"
        return dataclasses.replace(found, method=Status.VERIFIED, detail=detail)

    return test


def words_vanish(difference: Callable[[Claim], sp.Expr]) -> Callable[[Claim], Finding]:
    """Return a test that proves a sum of words of noncommuting letters to be zero."""

    def test(claim: Claim) -> Finding:
        return Finding(Status.PROVED, 0.0 if sp.expand(difference(claim)) == 0 else 1.0)

    return test


def proved(difference: Claim) -> Finding:
    """Decide whether expressions vanish identically.

    Entries are rational functions of symbols, of square roots of them, and of other functions,
    which count as independent symbols.  Where one does not vanish, the residual is its size at a
    point relative to that of its terms.

    Parameters
    ----------
    difference : Expr, Matrix or nested tuples of them
        What should vanish.
    """
    entries = [_independent_functions(entry) for entry in scalars(difference)]
    # a number tells at once what does not vanish; only a proof tells what does
    residual = max((_size_at_a_point(entry) for entry in entries), default=0.0)
    if residual == 0 and not all(_vanishes(entry) for entry in entries):
        residual = 1.0
    return Finding(Status.PROVED, residual)


def scalars(claim: Claim) -> Iterator[sp.Expr]:
    """Yield the scalar entries of expressions, matrices and tuples."""
    if isinstance(claim, (tuple, list)):
        for part in claim:
            yield from scalars(part)
    elif isinstance(claim, sp.MatrixBase):
        yield from claim
    else:
        yield sp.sympify(claim, strict=True)


def _difference(left: Claim, right: Claim) -> Claim:
    """Return left - right; every element of a chain is compared with the one derived object."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        if len(left) != len(right):
            raise ValueError(f"a chain of {len(left)} is compared with one of {len(right)}")
        return tuple(_difference(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, tuple):
        return tuple(_difference(part, right) for part in left)
    return left - right


def _independent_functions(expr: sp.Expr) -> sp.Expr:
    """Replace applied functions, occupations or logarithms, by symbols; equal ones by equal."""
    found = sorted(expr.atoms(sp.Function), key=sp.default_sort_key)
    outermost = [f for f in found if not any(f != g and g.has(f) for g in found)]
    return expr.xreplace({f: sp.Symbol(f"f#{k}", real=True) for k, f in enumerate(outermost)})


def _size_at_a_point(expr: sp.Expr) -> float:
    """Return the size of an expression at a fixed point relative to its terms; 0.0 if tiny."""
    names = sorted(expr.free_symbols, key=sp.default_sort_key)
    # small distinct primes: no accidental zeros, and every sign of a difference can occur
    values = {s: sp.Rational(sp.prime(k + 3), sp.prime(2 * k + 5)) for k, s in enumerate(names)}
    terms = [sp.N(t.xreplace(values), _SCREEN_DIGITS) for t in sp.Add.make_args(expr)]
    total, largest = sp.Add(*terms), max((abs(t) for t in terms), default=sp.S.Zero)
    # where roots make it inexact, even a single term may be a zero that was rounded: left to proof
    if abs(total) <= _SCREEN * max(largest, sp.S.One):
        return 0.0
    return float(abs(total) / largest)


@functools.cache
def _vanishes(expr: sp.Expr) -> bool:
    """Decide whether a rational function of symbols and square roots is zero."""
    return is_zero_polynomial(sp.fraction(sp.together(expr))[0])


def compared(
    left: Sequence[Any], right: Sequence[Any], *, digits: int, scale: Any, bound: float, detail: str
) -> Finding:
    """Compare numbers at high precision.

    Parameters
    ----------
    left, right : sequence of mpf or mpc
        Both sides, by independent routes.
    digits : int
        Digits of the arithmetic.
    scale : mpf
        What differences are relative to.
    bound : float
        What they may be, from the errors of both routes.
    detail : str
        What is compared.
    """
    pairs = zip(left, right, strict=True)
    residual = max(float(abs(mp.mpmathify(a) - b) / scale) for a, b in pairs)
    return Finding(Status.VERIFIED, residual, bound, digits, detail=detail)


def converges(
    deviation: Callable[[Any], Any],
    steps: Sequence[Any],
    *,
    order: float,
    scale: Any,
    digits: int,
    detail: str,
    logarithm: bool = False,
) -> Finding:
    """Measure the order with which a deviation from a limit vanishes.

    With d(h) ~ c h**n the orders measured between neighbouring steps tend to n, and by how much
    the last two differ tells how far they still are from it.  Extrapolating neighbouring deviations
    with the expected order removes c h**n; what is left of the last pair is the residual.  It has
    to be less than that of the pairs before by more than half the order: towards a wrong limit it
    would stay as it is.

    Parameters
    ----------
    deviation : callable
        Difference of both sides at a small parameter h.
    steps : sequence of mpf
        At least four values of h, falling by a constant factor.
    order : float
        The order that theory gives.
    scale : mpf
        What the residual is relative to: the size of the limit.
    digits : int
        Digits of the arithmetic.
    detail : str
        What tends to what.
    logarithm : bool
        Whether theory gives h**n (a log h + b).  With steps that fall by a factor r,
        d(h/r) r**n - d(h) is a pure power again and takes the place of d(h); five are needed.
    """
    if len(steps) < 4 + logarithm:
        raise ValueError(f"{len(steps)} steps are too few to measure an order and its drift")
    values = [mp.mpmathify(deviation(h)) for h in steps]
    if any(value == 0 for value in values):
        raise ValueError("a deviation is exactly zero: an identity, not a limit")
    if logarithm:
        ratios = [g / h for g, h in itertools.pairwise(steps)]
        values = [
            r**order * b - a for r, (a, b) in zip(ratios, itertools.pairwise(values), strict=True)
        ]
        steps = steps[:-1]
    orders = [
        float(mp.log(abs(a / b)) / mp.log(g / h))
        for (a, g), (b, h) in itertools.pairwise(zip(values, steps, strict=True))
    ]
    changes = [abs(b - a) for a, b in itertools.pairwise(orders)]
    # a geometric fall of the changes, by at least 1/2 a step, leaves less than the last one ahead;
    # the factor covers logarithms, which make them fall slower
    drift = 4 * changes[-1]
    left = []
    for (a, g), (b, h) in itertools.pairwise(zip(values, steps, strict=True)):
        ratio = (g / h) ** order
        left.append(abs(ratio * b - a) / abs(ratio - 1) / scale)
    fall = (steps[-1] / steps[-2]) ** (mp.mpf(order) / 2)
    bound = float(max(left[-2], left[-3] * fall) * fall)
    return Finding(
        Status.LIMIT,
        float(left[-1]),
        bound,
        digits,
        orders[-1],
        order,
        min(drift, 0.5),
        detail,
    )


def together(*tests: Callable[[Claim], Finding]) -> Callable[[Claim], Finding]:
    """Return a test that holds if all given ones do, and reports the last or the first to fail.

    Put what is quick first, and last what gives the status.
    """

    def test(claim: Claim) -> Finding:
        findings: list[Finding] = []
        for one in tests:
            findings.append(one(claim))
            if not findings[-1].holds:
                break
        last = findings[-1]
        detail = "; ".join(f.detail for f in findings if f.detail)
        measured = next((f for f in findings if f.order is not None), last)
        return dataclasses.replace(
            last,
            detail=detail,
            order=measured.order,
            expected=measured.expected,
            drift=measured.drift,
        )

    return test


def number(expr: Claim, values: Mapping[sp.Symbol, Any]) -> Any:
    """Evaluate an expression at the working precision of mpmath.

    Raises
    ------
    ValueError
        If a symbol has no value.
    """
    whole = sp.sympify(expr, strict=True)
    missing = sorted(str(symbol) for symbol in whole.free_symbols - values.keys())
    if missing:
        raise ValueError(f"no value for {', '.join(missing)}")
    return mp.mpmathify(_value(whole, dict(values)))


@functools.cache
def compiled(expr: sp.Expr) -> Callable[[Mapping[sp.Symbol, Any]], Any]:
    """Return an expression as a function of values by symbol, for quadratures.

    It takes as long to make as some tens of calls of `number`.
    """
    arguments = sorted(expr.free_symbols, key=sp.default_sort_key)
    function = sp.lambdify(arguments, expr, "mpmath", cse=True)
    return lambda values: mp.mpmathify(function(*(values[a] for a in arguments)))


def _value(node: sp.Expr, known: dict[sp.Expr, Any]) -> Any:
    """Return the value of an expression, and keep those of all its parts: equal ones count once."""
    if node not in known:
        known[node] = _combined(node, known)
    return known[node]


def _combined(node: sp.Expr, known: dict[sp.Expr, Any]) -> Any:
    if node.is_Rational:
        return mp.mpf(node.p) / node.q
    if node is sp.I:
        return mp.j
    if node.is_Add:
        return sum((_value(term, known) for term in node.args), mp.zero)
    if node.is_Mul:
        product = mp.one
        for factor in node.args:
            product *= _value(factor, known)
        return product
    if node.is_Pow and node.exp.is_Integer:
        return _value(node.base, known) ** int(node.exp)
    free = sorted(node.free_symbols, key=sp.default_sort_key)
    if not isinstance(node, sp.Function):
        return sp.lambdify(free, node, "mpmath")(*(known[s] for s in free))
    names = tuple(sp.Dummy(f"x_{k}") if a.free_symbols else a for k, a in enumerate(node.args))
    inner = [_value(a, known) for a in node.args if a.free_symbols]
    arguments = [name for name in names if isinstance(name, sp.Dummy)]
    return sp.lambdify(arguments, node.func(*names), "mpmath")(*inner)

"""How far a closed form moves when its numbers are rounded to doubles."""

from __future__ import annotations

import random
from typing import Any

import sympy as sp
from mpmath import mp

from derive.functions.differences.difference import divided_difference
from derive.functions.differences.multiprecision import Numbers, evaluate

#: Half the distance between 1 and the next double.
ROUNDING = 2.0**-53
_DRAWS = 4


def rounding_error(expr: sp.Expr) -> Any:
    """Return the change of a number made of divided differences under rounding of its leaves.

    All arguments of each divided difference are moved by a rounding, up or down at random.  A sum
    over n signed changes is as large as the root of the sum of their squares, which is at least
    their sum over the root of n.  The terms of the whole have a rounding each beside.
    """
    source = random.Random(str(expr))
    names = {d: sp.Dummy() for d in expr.atoms(divided_difference)}
    linear = expr.xreplace(names)
    others = sp.expand(linear.xreplace(dict.fromkeys(names.values(), sp.S.Zero)))
    total = sum(abs(_number(term)) for term in sp.Add.make_args(others)) * ROUNDING
    for difference, name in names.items():
        weight = abs(_number(linear.diff(name)))
        exact = _numbers(difference, None)
        value = evaluate(lambda exact=exact: exact, 40)
        moved = 0
        for _ in range(_DRAWS):
            other = _numbers(difference, source)
            moved = max(moved, abs(evaluate(lambda other=other: other, 40) - value))
        leaves = 2 * sum(1 for _ in sp.preorder_traversal(difference))
        total += weight * (moved * mp.sqrt(leaves) + abs(value) * ROUNDING)
    return total


def _number(expr: sp.Expr) -> Any:
    return mp.mpmathify(sp.N(expr, 40))


def _numbers(difference: divided_difference, source: random.Random | None) -> Numbers:
    def moved(x: sp.Expr) -> Any:
        with mp.workdps(60):
            value = x._to_mpmath(mp.prec)
            if source is None:
                return mp.mpmathify(value)
            parts = [
                part * (1 + source.choice([-1, 1]) * mp.mpf(ROUNDING))
                for part in (mp.re(value), mp.im(value))
            ]
            return mp.mpc(*parts) if parts[1] else parts[0]

    # equal arguments stay equal: the same number is rounded the same way
    known: dict[sp.Expr, Any] = {}

    def once(x: sp.Expr) -> Any:
        if x not in known:
            known[x] = moved(x)
        return known[x]

    return Numbers(
        [moved(c) for c in difference.numerator],
        [
            tuple(map(moved, node)) if isinstance(node, sp.Tuple) else moved(node)
            for node in difference.nodes
        ],
        [int(s) for s in difference.sides],
        [(int(s), moved(edge), once(heat)) for s, edge, heat in difference.occupation],
    )

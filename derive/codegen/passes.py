"""Passes: functions from programs to programs, applied in a visible order."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable

import sympy as sp

from derive.codegen.program import Assignment, Program, free_names
from derive.functions.derivative import derivative
from derive.functions.registry import COMPLEX_PARTS, linear_form
from derive.functions.stable import log_ratio, polygamma_im, polygamma_re

Pass = Callable[[Program], Program]


def collect_transcendental(program: Program) -> Program:
    """Write every output as a sum of transcendental functions with coefficients in lowest terms.

    The outputs are linear in these functions, because they are integrals over the frequency.
    """
    outputs = tuple((name, _collect(value)) for name, value in program.outputs)
    return program.with_values(program.body, outputs)


def _collect(expr: sp.Expr) -> sp.Expr:
    rational, coefficients = linear_form(expr)
    return lowest_terms(rational) + sp.Add(*(lowest_terms(c) * f for f, c in coefficients.items()))


def lowest_terms(expr: sp.Expr) -> sp.Expr:
    """Return a rational function in lowest terms, numerator and denominator factored."""
    return sp.factor(sp.cancel(sp.together(expr)))


def fuse_pairs(program: Program) -> Program:
    """Fuse pairs of logarithms, of arctangents and of polygamma functions into sum and difference.

    c1 log a + c2 log b becomes (c1 + c2)/2 log(a b) + (c1 - c2)/2 log(a/b), and likewise for
    arctan u and arctan v with their sum and difference as one arctan2 each; the polygamma functions
    stay themselves.  The coefficients are brought to lowest terms again: where two poles collide,
    a - b and u - v vanish as the denominator of c1 - c2 does.
    """
    outputs = tuple((name, _fuse(value)) for name, value in program.outputs)
    return program.with_values(program.body, outputs)


def _fuse(expr: sp.Expr) -> sp.Expr:
    rest, coefficients = linear_form(expr)
    for kind, fused in _FUSED.items():
        pair = [f for f in coefficients if isinstance(f, kind)]
        if len(pair) != 2:
            rest += sp.Add(*(coefficients[f] * f for f in pair))
            continue
        first, second = pair
        total, difference = fused(first, second)
        rest += lowest_terms(coefficients[first] + coefficients[second]) / 2 * total
        rest += lowest_terms(coefficients[first] - coefficients[second]) / 2 * difference
    others = [f for f in coefficients if not isinstance(f, tuple(_FUSED))]
    return rest + sp.Add(*(coefficients[f] * f for f in others))


def _fused_logarithms(first: sp.Expr, second: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    a, b = first.args[0], second.args[0]
    return sp.log(a * b), log_ratio(a, b, sp.factor(sp.expand(a - b)))


def _fused_arctangents(first: sp.Expr, second: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Return arctan u + arctan v and arctan u - arctan v; both lie between -pi and pi."""
    u, v = first.args[0], second.args[0]
    (p, q), (r, s) = u.as_numer_denom(), v.as_numer_denom()
    if not (q.is_positive and s.is_positive):
        raise ValueError(f"cannot fuse arctan({u}) and arctan({v}): denominators of unknown sign")
    crossed, product = sp.factor(sp.expand(p * s)), sp.factor(sp.expand(r * q))
    return (
        sp.atan2(sp.factor(sp.expand(crossed + product)), q * s - p * r),
        sp.atan2(sp.factor(sp.expand(crossed - product)), q * s + p * r),
    )


def _sum_and_difference(first: sp.Expr, second: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    return first + second, first - second


#: How a pair of functions of one kind is combined.
_FUSED: dict[type[sp.Function], Callable[[sp.Expr, sp.Expr], tuple[sp.Expr, sp.Expr]]] = {
    sp.log: _fused_logarithms,
    sp.atan: _fused_arctangents,
    polygamma_re: _sum_and_difference,
    polygamma_im: _sum_and_difference,
}


def drop_vanishing(program: Program) -> Program:
    """Drop imaginary parts that vanish identically; the real part then takes the bare name."""
    vanishing = {
        name.removesuffix("_imag")
        for name, value in program.outputs
        if name.endswith("_imag") and value.is_zero
    }
    outputs = []
    for name, value in program.outputs:
        bare = name.removesuffix("_real").removesuffix("_imag")
        if bare not in vanishing:
            outputs.append((name, value))
        elif name.endswith("_real"):
            outputs.append((bare, value))
    return program.with_values(program.body, tuple(outputs))


def complement_angles(names: Iterable[str]) -> Pass:
    """Return the pass that writes arctan2(y, x) as pi - arctan2(y, -x), y > 0, in some outputs.

    Where the angle tends to pi, its complement is small and keeps its relative accuracy.
    """
    names = frozenset(names)

    def complement(value: sp.Expr) -> sp.Expr:
        rest, coefficients = linear_form(value)
        for function, coefficient in coefficients.items():
            if isinstance(function, sp.atan2) and function.args[0].is_positive:
                y, x = function.args
                rest += sp.pi * coefficient
                rest -= coefficient * sp.atan2(y, -x)
            else:
                rest += coefficient * function
        rational, rest_functions = linear_form(rest)
        return lowest_terms(rational) + sp.Add(*(c * f for f, c in rest_functions.items()))

    def run(program: Program) -> Program:
        outputs = tuple(
            (name, complement(value) if name in names else value) for name, value in program.outputs
        )
        return program.with_values(program.body, outputs)

    return run


def define(definitions: Iterable[Assignment], replacements: dict[sp.Expr, sp.Expr]) -> Pass:
    """Return the pass that adds definitions, and replaces subexpressions of the outputs by them."""
    definitions = tuple(definitions)

    def run(program: Program) -> Program:
        outputs = tuple((name, value.subs(replacements)) for name, value in program.outputs)
        return program.with_values((*program.body, *definitions), outputs)

    return run


def differentiate(wrt: Iterable[sp.Symbol]) -> Pass:
    """Return the pass that appends the derivatives of all outputs with respect to inputs.

    The derivative of output `name` by symbol `s` is called `name_by_s`.
    """
    wrt = tuple(wrt)

    def run(program: Program) -> Program:
        definitions = dict(program.body)
        outputs = list(program.outputs)
        known = {value: name for name, value in definitions.items()}
        for symbol in wrt:
            inner = {
                name: derivative(value, symbol).subs(known)
                for name, value in definitions.items()
                if symbol in value.free_symbols
            }
            for name, value in program.outputs:
                slope = derivative(value, symbol)
                # zeros are left out: SymPy asks of every factor of a zero whether it is finite
                for defined in (name for name in inner if name in value.free_symbols):
                    slope += derivative(value, defined) * inner[defined]
                outputs.append((f"{name}_by_{symbol}", slope))
        return program.with_values(program.body, tuple(outputs))

    return run


def share_subexpressions(program: Program) -> Program:
    """Name every common subexpression, in SymPy's canonical order, which is reproducible."""
    values = [value for _, value in program.body] + [value for _, value in program.outputs]
    targets = [symbol for symbol, _ in program.body]
    names = (sp.Symbol(name, real=True) for name in free_names("x", (*program.inputs, *targets)))
    found, reduced = sp.cse(values, symbols=names, order="canonical")
    body = _schedule(found + list(zip(targets, reduced, strict=False)), program.inputs)
    outputs = zip(program.outputs, reduced[len(targets) :], strict=True)
    return program.with_values(body, tuple((name, value) for (name, _), value in outputs))


def _schedule(
    assignments: list[Assignment], inputs: tuple[sp.Symbol, ...]
) -> tuple[Assignment, ...]:
    """Order assignments so that each follows those it uses, otherwise as given."""
    known = set(inputs)
    missing = [value.free_symbols - known for _, value in assignments]
    users: dict[sp.Basic, list[int]] = {}
    for index, symbols in enumerate(missing):
        for symbol in symbols:
            users.setdefault(symbol, []).append(index)
    # the first in the order given of those that have all they use
    ready = [index for index, symbols in enumerate(missing) if not symbols]
    ordered = []
    while ready:
        assignment = assignments[heapq.heappop(ready)]
        ordered.append(assignment)
        for index in users.pop(assignment[0], ()):
            missing[index].discard(assignment[0])
            if not missing[index]:
                heapq.heappush(ready, index)
    return tuple(ordered)


def drop_copies(program: Program) -> Program:
    """Put one symbol in the place of all that are equal, numbers in that of their names.

    An output whose imaginary part, `name_imag`, vanishes by that takes the bare name.
    """
    known: dict[sp.Symbol, sp.Expr] = {}
    assigned: dict[sp.Expr, sp.Symbol] = {}
    body: list[Assignment] = []
    for symbol, value in program.body:
        value = value.xreplace(known)
        if value.is_Atom or value in assigned:
            known[symbol] = assigned.get(value, value)
        else:
            assigned[value] = symbol
            body.append((symbol, value))
    outputs = tuple((name, value.xreplace(known)) for name, value in program.outputs)
    return drop_vanishing(program.with_values(tuple(body), outputs))


def pair_complex_functions(program: Program) -> Program:
    """Compute the real and imaginary part of the same complex function in one evaluation."""
    body: list[Assignment] = []
    evaluated: dict[sp.Expr, sp.Symbol] = {}
    names = free_names("z", program.names())

    def part(node: sp.Expr) -> sp.Expr:
        function, which = COMPLEX_PARTS[type(node)]
        call = function(*node.args)
        if call not in evaluated:
            evaluated[call] = sp.Symbol(next(names))
            body.append((evaluated[call], call))
        return which(evaluated[call])

    def replaced(value: sp.Expr) -> sp.Expr:
        nodes = sorted(value.atoms(*COMPLEX_PARTS), key=sp.default_sort_key)
        return value.xreplace({node: part(node) for node in nodes})

    for symbol, value in program.body:
        body.append((symbol, replaced(value)))
    outputs = tuple((name, replaced(value)) for name, value in program.outputs)
    return program.with_values(tuple(body), outputs)


#: Powers up to this are printed as products of as many factors, higher ones by squaring.
_LONGEST_PRODUCT = 12


def name_power_bases(program: Program) -> Program:
    """Assign bases of powers to symbols, so that every power prints as a product.

    That of an odd multiple of one half is a product of square roots, a high one that of the halves.
    """
    body: list[Assignment] = []
    named: dict[sp.Expr, sp.Symbol] = {}
    names = free_names("y", program.names())

    def name(base: sp.Expr) -> sp.Expr:
        if base.is_Atom:
            return base
        if base not in named:
            named[base] = sp.Symbol(next(names), real=True)
            body.append((named[base], base))
        return named[base]

    def product(base: sp.Expr, exponent: int) -> sp.Expr:
        if exponent <= _LONGEST_PRODUCT:
            return base**exponent
        half = name(product(base, exponent // 2))
        return half**2 * base if exponent % 2 else half**2

    def is_product(e: sp.Basic) -> bool:
        if not isinstance(e, sp.Pow) or not e.exp.is_Rational or e.exp.q > 2:
            return False
        if e.exp.q == 2:
            return bool(abs(e.exp.p) > 1)
        return bool(abs(e.exp) > (_LONGEST_PRODUCT if e.base.is_Atom else 1))

    def written(power: sp.Pow) -> sp.Expr:
        base = name(sp.sqrt(power.base) if power.exp.q == 2 else power.base)
        result = product(base, abs(power.exp.p))
        return result if power.exp > 0 else 1 / result

    def replaced(value: sp.Expr) -> sp.Expr:
        return value.replace(is_product, written)

    for symbol, value in program.body:
        body.append((symbol, replaced(value)))
    outputs = tuple((label, replaced(value)) for label, value in program.outputs)
    return program.with_values(tuple(body), outputs)


def eliminate_dead(program: Program) -> Program:
    """Drop assignments that no output depends on."""
    needed = set().union(*(value.free_symbols for _, value in program.outputs))
    body: list[Assignment] = []
    for symbol, value in reversed(program.body):
        if symbol in needed:
            needed |= value.free_symbols
            body.append((symbol, value))
    return program.with_values(tuple(reversed(body)), program.outputs)


def standard_passes(
    lowering: Iterable[Pass] = (), wrt: Iterable[sp.Symbol] = (), *, named: bool = True
) -> list[Pass]:
    """Return the passes of every program, in the order in which they have to run.

    Parameters
    ----------
    lowering : iterable of callable
        What brings the outputs to real arithmetic, and to the form that is accurate; first.
    wrt : iterable of Symbol
        Inputs by which all outputs are differentiated then, before common subexpressions hide
        what depends on them.
    named : bool
        Whether the names in the program say something, so that all are kept.

    Returns
    -------
    list of callable
        `lowering`; `differentiate`; `eliminate_dead`, so that nothing is shared with what no output
        needs; `share_subexpressions`; `drop_copies` and `eliminate_dead` of what that leaves,
        unless the program is `named`; `pair_complex_functions`, which has to see every part of a
        function that is left; `name_power_bases`, whose products the printers write.
    """
    wrt = tuple(wrt)
    return [
        *lowering,
        *([differentiate(wrt)] if wrt else []),
        eliminate_dead,
        share_subexpressions,
        *([] if named else [drop_copies, eliminate_dead]),
        pair_complex_functions,
        name_power_bases,
    ]


def run_passes(program: Program, passes: Iterable[Pass]) -> Program:
    """Apply passes in order."""
    for one in passes:
        program = one(program)
    return program

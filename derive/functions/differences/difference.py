"""The divided difference that every frequency integral is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sympy as sp
from mpmath import mp

from derive.functions.differences import doubles, multiprecision
from derive.functions.differences.multiprecision import MIXED, Numbers
from derive.functions.differences.transforms import MATSUBARA
from derive.functions.occupation import bose, fermi


class divided_difference(sp.Function):
    r"""The divided difference :math:`[z_1, \ldots, z_n]\, N L` over the poles of an integrand.

    With an occupation F and its Cauchy transform :math:`L(z) = \int d\nu\, F(\nu)/(\nu - z)`,

    .. math::

        \int d\nu\, \frac{N(\nu)}{(\nu - z_1)\cdots(\nu - z_n)} F(\nu) = [z_1, \ldots, z_n] N L

    for poles of any multiplicity in either half-plane.  It is regular where poles on one side
    meet, and `evalf`, `lambdify` and derivatives are too; `doit` writes the sum over poles out,
    with logarithms (T = 0) or digamma functions (T > 0), as long as they are apart.

    Parameters
    ----------
    numerator : Tuple
        Coefficients of N, the highest power first.
    nodes : Tuple
        The poles, each as often as its multiplicity; a Tuple of a polynomial's coefficients
        stands for all its roots.  Without poles the function is the moment
        :math:`\int d\nu\, N (F - F(-\infty)\, \theta(-\nu))`.
    sides : Tuple
        Of every node: +1 above the real axis, -1 below, 0 on it (principal value); 2 for a
        polynomial with roots on both sides, which are told apart by their values.
    occupation : Tuple
        Factors (statistics, edge, temperature), with statistics 1 for fermi(nu - edge, T) and
        -1 for bose(nu - edge, T); none for F = 1.  Statistics 2 or -2 stands for the comb of
        fermionic or bosonic Matsubara frequencies, where the integral is 2 pi T times a sum.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive.functions.differences.difference import divided_difference
    >>> a, g = sp.Symbol("a", real=True), sp.Symbol("g", positive=True)
    >>> step = divided_difference((1,), (a + sp.I * g, a + sp.I * g), (1, 1), ((1, 0, 0),))
    >>> step.doit()
    1/(a + I*g)
    >>> complex(step.subs({a: 1, g: 2}))
    (0.2-0.4j)
    """

    nargs = 4
    is_commutative = True
    #: `lambdify` finds the numerical form here, whatever its modules are.
    _imp_: Any = None

    def __new__(cls, *args: Any, **options: Any) -> divided_difference:
        """Make Tuples of the arguments."""
        return super().__new__(cls, *map(_tuple, args), **options)

    @property
    def numerator(self) -> sp.Tuple:
        """The numerator's coefficients, the highest power first."""
        return self.args[0]

    @property
    def nodes(self) -> sp.Tuple:
        """The poles."""
        return self.args[1]

    @property
    def sides(self) -> sp.Tuple:
        """The half-plane of every pole."""
        return self.args[2]

    @property
    def occupation(self) -> sp.Tuple:
        """The factors of the occupation."""
        return self.args[3]

    @property
    def is_number(self) -> bool:
        """Whether there are no free symbols."""
        return not self.free_symbols

    def _eval_is_commutative(self) -> bool:
        return True

    def _eval_is_extended_real(self) -> None:
        return None

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        if not self.is_number:
            return None
        digits = int(prec * 0.30103) + 2
        try:
            value = multiprecision.evaluate(self._numbers, digits)
        except ZeroDivisionError:
            return sp.zoo
        real, imaginary = (sp.Float._new(part._mpf_, prec) for part in (value.real, value.imag))
        return real + sp.I * imaginary if value.imag else real

    def _numbers(self) -> Numbers:
        """Return the arguments as numbers of the present working precision."""

        def number(x: sp.Expr) -> Any:
            return x._to_mpmath(mp.prec)

        return Numbers(
            [number(c) for c in self.numerator],
            [tuple(map(number, z)) if isinstance(z, sp.Tuple) else number(z) for z in self.nodes],
            [int(s) for s in self.sides],
            [(int(f[0]), number(f[1]), number(f[2])) for f in self.occupation],
        )

    def _replaced(self, numerator: Any, *more: tuple[Any, Any]) -> sp.Expr:
        """Return the same with another numerator and more nodes, each with its side."""
        numerator = list(numerator)
        while numerator and numerator[0] == 0:
            numerator.pop(0)
        if not numerator:
            return sp.S.Zero
        return self.func(
            numerator,
            (*self.nodes, *(z for z, _ in more)),
            (*self.sides, *(s for _, s in more)),
            self.occupation,
        )

    def _eval_derivative(self, symbol: sp.Symbol) -> sp.Expr:
        total = self._replaced([c.diff(symbol) for c in self.numerator])
        for node, side in zip(self.nodes, self.sides, strict=True):
            coefficients = node if isinstance(node, sp.Tuple) else (sp.S.One, -node)
            change = [-c.diff(symbol) for c in coefficients]
            if any(c != 0 for c in change):
                total += self._replaced(convolved(self.numerator, change), (node, side))
        return total + self._occupation_derivative(symbol)

    def _moment_derivative(self, symbol: sp.Symbol) -> sp.Expr:
        """Return the derivative of a moment by what its occupation depends on."""
        edges = [(edge, self._edge_derivative(k)) for k, (_, edge, _) in enumerate(self.occupation)]
        total = sp.Add(*(edge.diff(symbol) * slope for edge, slope in edges))
        temperature = self.occupation[0][2]
        if temperature.diff(symbol) != 0:
            # nu**k contributes a function of degree k + 1 in the edges and T
            degree = len(self.numerator)
            scaled = self._replaced([c * (degree - k) for k, c in enumerate(self.numerator)])
            scaled -= sp.Add(*(edge * slope for edge, slope in edges))
            total += temperature.diff(symbol) / temperature * scaled
        return total

    def _occupation_derivative(self, symbol: sp.Symbol) -> sp.Expr:
        if not self.nodes:
            return self._moment_derivative(symbol)
        edges = [f[1].diff(symbol) for f in self.occupation]
        heat = self.occupation[0][2].diff(symbol) if self.occupation else sp.S.Zero
        total: sp.Expr = sp.S.Zero
        for k, edge in enumerate(edges):
            if edge != 0:
                total += edge * self._edge_derivative(k)
        if heat != 0:
            # the transform is homogeneous in z, the edges and T but for F(-oo) log of the scale
            temperature = self.occupation[0][2]
            scaled = self._moved((*self.numerator, sp.S.Zero))
            for k, factor in enumerate(self.occupation):
                if factor[1] != 0:
                    scaled += factor[1] * self._edge_derivative(k)
            full = (-1) ** sum(1 for f in self.occupation if f[0] == -1)
            if self._is_matsubara or len(self.numerator) < self._order:
                full = 0
            leading = sp.Mul(*(z[0] for z in self.nodes if isinstance(z, sp.Tuple)))
            total += heat / temperature * (full * self.numerator[0] / leading - scaled)
        return total

    def _moved(self, numerator: Sequence[sp.Expr]) -> sp.Expr:
        """Return the divided difference of numerator times L'.

        Moving all nodes together differentiates numerator times L.
        """
        degree = len(numerator) - 1
        slope = [c * (degree - k) for k, c in enumerate(numerator[:-1])]
        total = -self._replaced(slope)
        for node, side in zip(self.nodes, self.sides, strict=True):
            if isinstance(node, sp.Tuple):
                top = len(node) - 1
                change = [c * (top - k) for k, c in enumerate(node[:-1])]
                total += self._replaced(convolved(numerator, change), (node, side))
            else:
                total += self._replaced(numerator, (node, side))
        return total

    def _edge_derivative(self, index: int) -> sp.Expr:
        statistics, edge, temperature = self.occupation[index]
        if temperature.is_zero:
            return self._integrand_at(edge)
        if len(self.occupation) == 1 and self.nodes:
            return -self._moved(self.numerator)
        # F' of a factor: fermi (1 - fermi)/T, bose (1 + bose)/T, as the edge moves
        twice = (*self.occupation, self.occupation[index])
        squared = self.func(self.numerator, self.nodes, self.sides, twice)
        return (self - statistics * squared) / temperature

    def _integrand_at(self, x: sp.Expr) -> sp.Expr:
        return horner(self.numerator, x) / sp.Mul(
            *(horner(z, x) if isinstance(z, sp.Tuple) else x - z for z in self.nodes)
        )

    @property
    def _is_matsubara(self) -> bool:
        return any(abs(f[0]) == MATSUBARA for f in self.occupation)

    @property
    def _order(self) -> int:
        """The degree of the denominator."""
        return sum(len(z) - 1 if isinstance(z, sp.Tuple) else 1 for z in self.nodes)

    def doit(self, **hints: Any) -> sp.Expr:
        """Return the sum over poles, written out; unchanged where roots have no closed form."""
        from derive.functions.differences.explicit import written_out

        return written_out(self)

    def _eval_is_meromorphic(self, x: sp.Symbol, a: sp.Expr) -> None:
        return None

    def _eval_rewrite_as_tractable(self, *args: Any, **options: Any) -> sp.Expr:
        from derive.functions.differences.expansion import tractable

        return tractable(self, options.get("limitvar"))

    def _eval_as_leading_term(self, x: Any, logx: Any = None, cdir: Any = 0) -> sp.Expr:
        from derive.functions.differences.expansion import leading_term

        return leading_term(self, x, logx, cdir)

    def _eval_nseries(self, x: Any, n: int, logx: Any, cdir: Any = 0) -> sp.Expr:
        from derive.functions.differences.expansion import series

        return series(self, x, n, logx, cdir)

    def _mpmathcode(self, printer: Any) -> str:
        # a call with nothing but integers would be taken for one with doubles
        one = printer._module_format("mpmath.mpf") + "(1)"
        first, *rest = self.numerator
        above = ", ".join([f"{one}*({printer._print(first)})", *map(printer._print, rest)])
        others = ", ".join(map(printer._print, self.args[1:]))
        return f"{type(self).__name__}(({above},), {others})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        nodes = r",\, ".join(self._node_latex(printer))
        x = sp.Symbol("z")
        body = printer._print(horner_sum(self.numerator, x))
        factors = [
            printer._print((fermi if f[0] == 1 else bose)(x - f[1], f[2]))
            for f in self.occupation
            if abs(f[0]) == 1
        ]
        if self._is_matsubara:
            kind = "tanh" if self.occupation[0][0] > 0 else "coth"
            factors = [rf"\{kind}"]
        under = r"\,".join(factors) if factors else "1"
        numerator = "" if body == "1" else rf"\left({body}\right)"
        text = rf"\left[{nodes}\right]_z {numerator}\,\mathcal{{L}}_{{{under}}}"
        if not self.nodes:
            text = rf"\mathcal{{M}}_{{{under}}}\left({body}\right)"
        return rf"\left({text}\right)^{{{exp}}}" if exp else text

    def _node_latex(self, printer: Any) -> Iterator[str]:
        for node in self.nodes:
            if isinstance(node, sp.Tuple):
                x = sp.Symbol("z")
                yield rf"\mathrm{{roots}}\left({printer._print(horner_sum(node, x))}\right)"
            else:
                yield printer._print(node)


def _tuple(x: Any) -> Any:
    if isinstance(x, (tuple, list, sp.Tuple)):
        return sp.Tuple(*map(_tuple, x))
    return sp.sympify(x)


def convolved(a: Sequence[sp.Expr], b: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Return the coefficients of a product of polynomials."""
    result: list[sp.Expr] = [sp.S.Zero] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            if x != 0 and y != 0:
                result[i + j] += x * y
    return result


def horner(coefficients: Sequence[sp.Expr], x: sp.Expr) -> sp.Expr:
    """Return a polynomial at x."""
    total: sp.Expr = sp.S.Zero
    for c in coefficients:
        total = total * x + c
    return total


def horner_sum(coefficients: Sequence[sp.Expr], x: sp.Expr) -> sp.Expr:
    """Return a polynomial in x as a sum of powers."""
    degree = len(coefficients) - 1
    return sp.Add(*(c * x ** (degree - k) for k, c in enumerate(coefficients)))


def numerical(numerator: Any, nodes: Any, sides: Any, occupation: Any) -> Any:
    """Return a divided difference of numbers: mpmath's, if any argument is one, else doubles."""
    leaves = [*numerator, *(f for factor in occupation for f in factor[1:])]
    for node in nodes:
        leaves += node if isinstance(node, (tuple, list)) else [node]
    if any(isinstance(x, (mp.mpf, mp.mpc)) for x in leaves):
        numbers = Numbers(numerator, nodes, [int(s) for s in sides], _factors(occupation))
        return multiprecision.evaluate(lambda: numbers, mp.dps)
    return doubles.evaluate(numerator, nodes, [int(s) for s in sides], _factors(occupation))


def _factors(occupation: Any) -> list[tuple[int, Any, Any]]:
    return [(int(s), edge, temperature) for s, edge, temperature in occupation]


divided_difference._imp_ = staticmethod(numerical)

__all__ = ["MIXED", "convolved", "divided_difference", "horner", "numerical"]

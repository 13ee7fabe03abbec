"""Products of matrices as the paper writes them: left as they are until they are tested."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy.core.symbol import Str

from derive import symbols
from derive.algebra import nambu
from derive.algebra.keldysh import Keldysh
from derive.hanai2017.evidence import proved, scalars
from derive.hanai2017.notation import F_even, F_odd, frequency_integral, momentum_sum
from derive.model.fluctuations import blocks, corner, inverse
from derive.model.reservoirs import Reservoir
from derive.records.record import Finding, Status

#: A reservoir with any distribution F(omega), and with the total linewidth for its rate: what
#: holds for it holds for every list of reservoirs, since they enter by F and gamma alone.
_x = sp.Dummy("x", real=True)
_weight = sp.Function("F", real=True)(_x) / symbols.linewidth
ANY_RESERVOIR = (
    Reservoir("any", symbols.linewidth, sp.Lambda(_x, sp.Rational(1, 2) - _weight / 2)),
)

#: Momentum and wave vector, on a line: only kinetic energies depend on them.
momentum = sp.Symbol(r"\mathbf{p}", real=True)
wave_vector = sp.Symbol(r"\mathbf{q}", real=True)
#: Arguments of the two Green's functions of a loop.
AHEAD = (momentum + wave_vector / 2, symbols.nu + symbols.omega / 2)
BEHIND = (momentum - wave_vector / 2, symbols.nu - symbols.omega / 2)


class Written(sp.MatrixExpr):
    """A matrix known by its name and its arguments.

    Parameters
    ----------
    name : str
        LaTeX of the name.
    *arguments : Expr
        What it depends on; none for a constant.
    """

    def __new__(cls, name: str | Str, *arguments: sp.Expr) -> Written:
        """Keep the name as an argument that no substitution changes."""
        return sp.Expr.__new__(cls, Str(str(name)), *arguments)

    @property
    def shape(self) -> tuple[int, int]:
        """The Nambu components."""
        return 2, 2

    @property
    def name(self) -> str:
        """LaTeX of the name."""
        return str(self.args[0])

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What it depends on."""
        return tuple(self.args[1:])

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inner = r",".join(printer._print(a) for a in self.arguments)
        return self.name + (rf"({inner})" if inner else "")


class Ordered(sp.MatAdd):
    """A sum of matrices whose terms keep their order, printed with their signs."""

    def __new__(cls, *terms: Any, **options: Any) -> Ordered:
        """Keep the terms as they are."""
        return sp.Expr.__new__(cls, *terms)

    def doit(self, **hints: Any) -> Ordered:
        """Stay as it is."""
        return self

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return " + ".join(printer._print(term) for term in self.args).replace("+ -", "-")


class Convolution(sp.MatrixExpr):
    """A product in space and time, (B5), printed with a circled times."""

    def __new__(cls, *factors: Any) -> Convolution:
        """Keep the factors in their order."""
        return sp.Expr.__new__(cls, *factors)

    @property
    def shape(self) -> tuple[int, int]:
        """That of every factor."""
        return 2, 2

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return r"\otimes ".join(
            rf"\left[{printer._print(f)}\right]" if f.is_MatAdd else printer._print(f)
            for f in self.args
        )


class KeldyshPart(sp.MatrixExpr):
    """The Keldysh part of a product in Keldysh space, (66)."""

    def __new__(cls, product: Any) -> KeldyshPart:
        """Keep the product."""
        return sp.Expr.__new__(cls, product)

    @property
    def shape(self) -> tuple[int, int]:
        """The Nambu components."""
        return 2, 2

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return rf"\left[{printer._print(self.args[0])}\right]^{{\mathrm{{K}}}}"


class real_part(sp.Function):
    """The real part, left as it is."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return rf"\operatorname{{Re}}\left[{printer._print(self.args[0])}\right]"


class imaginary_part(sp.Function):
    """The imaginary part, left as it is."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return rf"\operatorname{{Im}}\left[{printer._print(self.args[0])}\right]"


def tau(index: int | str) -> Written:
    """Return a Pauli matrix as it is written."""
    return Written(rf"\tau_{{{index}}}")


def green(part: str, *arguments: sp.Expr, branch: str = "") -> Written:
    """Return a part of a Green's function as it is written.

    Parameters
    ----------
    part : str
        "R", "A" or "K"; empty for the matrix in Keldysh space.
    *arguments : Expr
        Momentum and frequency.
    branch : str
        "u" or "l" for one quasiparticle branch.
    """
    index = rf"_{{\mathrm{{{branch}}}}}" if branch else ""
    letter = rf"G^{{\mathrm{{{part}}}}}" if part else r"\hat{G}"
    return Written(letter + index, *arguments)


def kinetic_energy(at: sp.Expr) -> sp.Expr:
    """Return the symbol for the kinetic energy at p, p + q/2, p - q/2 or any other momentum."""
    known = {momentum: symbols.xi, AHEAD[0]: symbols.xi_plus, BEHIND[0]: symbols.xi_minus}
    return known.get(at, sp.Symbol(f"xi({at})", real=True))


def evaluated(expr: Any, value: Callable[[Written], sp.MatrixBase]) -> Any:
    """Carry out the products in a claim.

    Parameters
    ----------
    expr : Expr or MatrixExpr
        With matrices made by `Written`; sums over momenta and frequency integrals are left away.
    value : callable
        Returns the matrix for one of them; all of the same size.
    """

    def inner(part: Any) -> Any:
        return evaluated(part, value)

    if isinstance(expr, Written):
        return sp.ImmutableMatrix(value(expr))
    if isinstance(expr, KeldyshPart):
        return corner(inner(expr.args[0]))
    if isinstance(expr, (momentum_sum, frequency_integral)):
        return inner(expr.args[0])
    if isinstance(expr, (sp.MatrixBase, sp.Identity)) or not expr.has(Written):
        return expr
    parts = [inner(part) for part in expr.args]
    if isinstance(expr, sp.Trace):
        return parts[0].trace()
    if isinstance(expr, sp.Adjoint):
        return sp.ImmutableMatrix(parts[0].H)
    if isinstance(expr, sp.MatPow):
        # the only power is the inverse
        return inverse(parts[0])
    if isinstance(expr, (sp.MatMul, Convolution, sp.MatAdd)):
        return _combined(parts, adding=isinstance(expr, sp.MatAdd))
    return expr.func(*parts)


def _combined(parts: list[Any], adding: bool) -> Any:
    """Add or multiply matrices in their order; the unit matrix takes the size of the others."""
    size = next(p.shape[0] for p in parts if isinstance(p, sp.MatrixBase))
    unit = sp.ImmutableMatrix(sp.eye(size))
    total = sp.zeros(size, size).as_immutable() if adding else unit
    factor = sp.S.One
    for part in parts:
        matrix = unit if isinstance(part, sp.Identity) else part
        if isinstance(part, sp.MatMul):
            # a multiple of the unit matrix
            matrix = sp.Mul(*(a for a in part.args if not isinstance(a, sp.Identity))) * unit
        if not isinstance(matrix, sp.MatrixBase):
            factor *= matrix
        else:
            total = total + matrix if adding else total * matrix
    return sp.ImmutableMatrix(factor * total)


def in_keldysh_space(value: Keldysh) -> sp.ImmutableMatrix:
    """Return an object of Keldysh space as the 4x4 matrix of (11) and (12)."""
    return blocks(value.retarded, value.keldysh, value.advanced)


def pauli_matrix(name: str) -> sp.ImmutableMatrix | None:
    """Return the Pauli matrix with the name that `tau` gives it."""
    for s in range(4):
        if name == tau(s).name:
            return nambu.pauli(s)
    return None


def even_and_odd(expr: Any) -> Any:
    """Replace F_+ and F_- in a claim by F, and E_p by its root."""
    weight = sp.Function("F", real=True)
    expr = expr.replace(F_even, lambda x: (weight(x) + weight(-x)) / 2)
    expr = expr.replace(F_odd, lambda x: (weight(x) - weight(-x)) / 2)
    return expr.xreplace({symbols.energy: symbols.excitation_energy})


def proved_over_denominators(difference: Any) -> Finding:
    """Prove that expressions vanish with denominators as independent symbols.

    Sums in denominators are those of the two Green's functions of a loop; where an identity holds
    whatever they are, this is much faster than a common denominator.
    """
    for entry in scalars(difference):
        independent = _over_denominators(entry)
        if _is_nonzero_at_a_point(independent):
            # one that does not vanish is enough, and expanding it would take long
            return Finding(Status.PROVED, 1.0)
        finding = proved(sp.expand(independent))
        if not finding.holds:
            return finding
    return proved(sp.S.Zero)


def _is_nonzero_at_a_point(expr: sp.Expr) -> bool:
    """Evaluate with 40 digits, functions and symbols being different numbers."""
    functions = sorted(expr.atoms(sp.Function), key=sp.default_sort_key)
    bare = expr.xreplace({f: sp.Symbol(f"f#{k}") for k, f in enumerate(functions)})
    names = sorted(bare.free_symbols, key=sp.default_sort_key)
    values = {s: sp.Rational(sp.prime(k + 5), sp.prime(2 * k + 4)) for k, s in enumerate(names)}
    return bool(abs(bare.xreplace(values).evalf(40)) > sp.Float("1e-25"))


def _over_denominators(expr: sp.Expr) -> sp.Expr:
    powers = [p for p in expr.atoms(sp.Pow) if p.exp.is_Integer and p.exp < 0 and p.base.is_Add]
    bases = sorted({p.base for p in powers}, key=sp.default_sort_key)
    symbol = {base: sp.Symbol(f"D#{k}") for k, base in enumerate(bases)}
    return expr.xreplace({p: symbol[p.base] ** (-p.exp) for p in powers})

"""Functions that only generated code knows: stable combinations and parts of complex values."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence

import sympy as sp

from derive.functions.differences.difference import divided_difference
from derive.functions.differences.divided import divided_log, divided_polygamma
from derive.functions.pairs import (
    divided_root_arctanh,
    pair_arctanh,
    pair_excess,
    root_arctanh,
    root_arctanh_slope,
    root_sum,
    upper_root,
)


class log_ratio(sp.Function):
    """log(a) - log(b) for positive a and b whose difference a - b is given without cancellation."""

    nargs = 3

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative; that of the difference is contained in the other two."""
        a, b, _ = self.args
        return (1 / a, -1 / b, sp.S.Zero)[argindex - 1]

    def doit(self, **hints: object) -> sp.Expr:
        """Return the plain difference of logarithms."""
        a, b, _ = self.args
        return sp.log(a) - sp.log(b)

    def _eval_is_extended_real(self) -> bool:
        return True


class excess(sp.Function):
    """sqrt(x**2 + y**2) - x, which cancels for large positive x unless computed with care."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative with respect to x or y."""
        x, y = self.args
        root = sp.sqrt(x**2 + y**2)
        return -self / root if argindex == 1 else y / root

    def doit(self, **hints: object) -> sp.Expr:
        """Return the plain difference."""
        x, y = self.args
        return sp.sqrt(x**2 + y**2) - x

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[1].is_nonzero else None

    def _eval_is_extended_real(self) -> bool:
        return True


class principal_root(sp.Function):
    """The square root with a real part that is not negative, of any complex number."""

    nargs = 1

    def doit(self, **hints: object) -> sp.Expr:
        """Return SymPy's square root."""
        return sp.sqrt(self.args[0])


class difference_value(sp.Function):
    """A `divided_difference` with flat arguments: its shape as integers, then its numbers.

    The first argument is the number of integers, itself included; see
    `runtime.difference_values`.
    """

    @classmethod
    def of(cls, difference: divided_difference) -> difference_value:
        """Return it with the arguments of a `divided_difference`."""
        nodes = [n if isinstance(n, sp.Tuple) else sp.Tuple(n) for n in difference.nodes]
        shape = [len(difference.numerator) - 1, len(nodes), *(len(n) - 1 for n in nodes)]
        shape += [*difference.sides, *(f[0] for f in difference.occupation)]
        numbers = [*difference.numerator, *(x for n in nodes for x in n)]
        numbers += [x for f in difference.occupation for x in f[1:]]
        return cls(len(shape) + 1, *shape, *numbers)


class _Part(sp.Function):
    """Real or imaginary part of a complex function, at the parts of its arguments."""

    #: The complex function, the kinds of its arguments (see `joined`), and which part it is.
    function: type[sp.Function]
    kinds = ""
    taken: type[sp.Function]

    def doit(self, **hints: object) -> sp.Expr:
        """Return that part of the complex function."""
        value = self.function(*joined(self.args, self.kinds))
        return self.taken(value if isinstance(value, sp.polygamma) else value.doit())

    def _eval_is_extended_real(self) -> bool:
        return True


def joined(arguments: Sequence[sp.Expr], kinds: str) -> Iterator[sp.Expr]:
    """Return the arguments of a complex function from real ones.

    Parameters
    ----------
    arguments : sequence of Expr
        Real.
    kinds : str
        A letter for each argument: z complex, x real, n an integer; ``z*`` is any number of
        complex ones, and ``n*`` as many integers as the first of them says.
    """
    if kinds.startswith("n*"):
        kinds = kinds.replace("n*", "n" * int(arguments[0]))
    kinds = kinds.replace("z*", "z" * ((len(arguments) - kinds.count("n")) // 2))
    rest = iter(arguments)
    for kind in kinds:
        x = next(rest)
        yield x + sp.I * next(rest) if kind == "z" else x


def _parts(
    name: str, function: type[sp.Function], kinds: str
) -> tuple[type[sp.Function], type[sp.Function]]:
    """Return the classes of the real and of the imaginary part of a function."""
    made = []
    for suffix, taken, word in (("re", sp.re, "Real"), ("im", sp.im, "Imaginary")):
        contents: dict[str, object] = {
            "function": function,
            "kinds": kinds,
            "taken": taken,
            "__module__": __name__,
            "__doc__": f"{word} part of `{function.__name__}`.",
        }
        if "*" not in kinds:
            contents["nargs"] = len(kinds) + kinds.count("z")
        made.append(_new_class(f"{name}_{suffix}", _Part, contents))
    return made[0], made[1]


def _evaluated(name: str, count: int | None) -> type[sp.Function]:
    """Return the class of a function's evaluation, which has both parts, at real arguments."""
    contents: dict[str, object] = {"__module__": __name__, "__doc__": "Both parts of a function."}
    if count is not None:
        contents["nargs"] = count
    return _new_class(name, sp.Function, contents)


def _new_class(
    name: str, base: type[sp.Function], contents: dict[str, object]
) -> type[sp.Function]:
    return types.new_class(name, (base,), exec_body=lambda namespace: namespace.update(contents))


class polygamma_re(_Part):
    """Real part of polygamma(n, x + i y) for real x and y."""

    nargs = 3
    function, kinds, taken = sp.polygamma, "nz", sp.re

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative with respect to x or y."""
        n, x, y = self.args
        if argindex == 2:
            return polygamma_re(n + 1, x, y)
        if argindex == 3:
            return -polygamma_im(n + 1, x, y)
        raise sp.ArgumentIndexError(self, argindex)


class polygamma_im(_Part):
    """Imaginary part of polygamma(n, x + i y) for real x and y."""

    nargs = 3
    function, kinds, taken = sp.polygamma, "nz", sp.im

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative with respect to x or y."""
        n, x, y = self.args
        if argindex == 2:
            return polygamma_im(n + 1, x, y)
        if argindex == 3:
            return polygamma_re(n + 1, x, y)
        raise sp.ArgumentIndexError(self, argindex)


divided_log_re, divided_log_im = _parts("divided_log", divided_log, "zz")
divided_polygamma_re, divided_polygamma_im = _parts("divided_polygamma", divided_polygamma, "zz")
log_difference_re, log_difference_im = _parts("log_difference", divided_log, "z*")
polygamma_difference_re, polygamma_difference_im = _parts(
    "polygamma_difference", divided_polygamma, "z*"
)
difference_value_re, difference_value_im = _parts("difference_value", difference_value, "n*z*")
principal_root_re, principal_root_im = _parts("principal_root", principal_root, "z")
upper_root_re, upper_root_im = _parts("upper_root", upper_root, "z")
root_sum_re, root_sum_im = _parts("root_sum", root_sum, "zzz")
pair_arctanh_re, pair_arctanh_im = _parts("pair_arctanh", pair_arctanh, "zx")
pair_excess_re, pair_excess_im = _parts("pair_excess", pair_excess, "zxz")
root_arctanh_re, root_arctanh_im = _parts("root_arctanh", root_arctanh, "zz")
divided_root_arctanh_re, divided_root_arctanh_im = _parts(
    "divided_root_arctanh", divided_root_arctanh, "zzzzz"
)
root_arctanh_slope_re, root_arctanh_slope_im = _parts(
    "root_arctanh_slope", root_arctanh_slope, "zz"
)

complex_polygamma = _evaluated("complex_polygamma", 3)
complex_divided_log = _evaluated("complex_divided_log", 4)
complex_divided_polygamma = _evaluated("complex_divided_polygamma", 4)
complex_log_difference = _evaluated("complex_log_difference", None)
complex_polygamma_difference = _evaluated("complex_polygamma_difference", None)
complex_difference_value = _evaluated("complex_difference_value", None)
parts_principal_root = _evaluated("parts_principal_root", 2)
parts_upper_root = _evaluated("parts_upper_root", 2)
parts_root_sum = _evaluated("parts_root_sum", 6)
parts_pair_arctanh = _evaluated("parts_pair_arctanh", 3)
parts_pair_excess = _evaluated("parts_pair_excess", 5)
parts_root_arctanh = _evaluated("parts_root_arctanh", 4)
parts_divided_root_arctanh = _evaluated("parts_divided_root_arctanh", 10)
parts_root_arctanh_slope = _evaluated("parts_root_arctanh_slope", 4)


class first_part(sp.Function):
    """First of a pair of values, the real part."""

    nargs = 1


class second_part(sp.Function):
    """Second of a pair of values, the imaginary part."""

    nargs = 1


class real_part(sp.Function):
    """Real part of a symbol with a complex value."""

    nargs = 1


class imaginary_part(sp.Function):
    """Imaginary part of a symbol with a complex value."""

    nargs = 1

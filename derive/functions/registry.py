"""The special functions: one row each, which passes, printers and runtimes read.

A program calls a special function at real arguments.  A function with complex values appears in
an expression as `symbolic`, in a program as its two `parts`, and after `pair_complex_functions`
as one evaluation `call` of which both parts are taken.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from derive.functions import stable as nodes
from derive.functions.derivative import derivative
from derive.functions.differences.divided import divided_log, divided_polygamma
from derive.functions.occupation import bose, fermi
from derive.functions.pairs import (
    divided_root_arctanh,
    pair_arctanh,
    pair_excess,
    root_arctanh,
    root_arctanh_slope,
    root_sum,
    upper_root,
)
from derive.functions.stable import principal_root

#: What kernels are written for.
KERNEL_TARGETS = ("numpy", "mpmath", "numba", "c")


class Value(enum.Enum):
    """What a function returns: a real number, a complex one, or the pair of its parts."""

    REAL = "real"
    COMPLEX = "complex"
    PAIR = "pair"


@dataclass(frozen=True)
class SpecialFunction:
    """A function that a target needs a form or a runtime for.

    Parameters
    ----------
    name : str
        What every runtime calls it; in C with the prefix `nambu_`.
    kinds : str
        Arguments of `symbolic`, a letter each: z complex, x real, n an integer; ``z*`` any number
        of complex ones, ``n*`` of integers.  A complex argument of a call is two real ones.
    call : type
        Its evaluation in a program.
    symbolic : type
        What stands for it in expressions.
    value : Value
        What a runtime returns.
    parts : tuple of type
        Its real and imaginary part in programs; none for real functions.
    forms : mapping
        Format strings of targets that do not call the runtime by its name with these arguments.
    runtime : mapping
        Module of NumPy and of mpmath kernels that has it; none if `forms` needs none.
    targets : tuple of str
        What has a form or a runtime for it.
    dominant : bool
        Whether its cost dominates that of arithmetic, so that expressions are collected by it.
    """

    name: str
    kinds: str
    call: type[sp.Function]
    symbolic: type[sp.Function]
    value: Value = Value.REAL
    parts: tuple[type[sp.Function], type[sp.Function]] | None = None
    forms: Mapping[str, str] = field(default_factory=dict)
    runtime: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[str, ...] = (*KERNEL_TARGETS, "jax")
    dominant: bool = True

    def form(self, target: str) -> str:
        """Return the format string of a call, with ``{all}`` for any number of arguments."""
        if target in self.forms:
            return self.forms[target]
        given = "{all}"
        if "*" not in self.kinds:
            given = ", ".join(["{}"] * (len(self.kinds) + self.kinds.count("z")))
        elif target == "c":
            given = "{count}, (const double[]){{{all}}}"
        if target == "mpmath":
            given = f"mp, {given}"
        return f"nambu_{self.name}({given})" if target == "c" else f"{self.name}({given})"


_SPECIAL = {"numpy": "numerics.special.functions", "mpmath": "numerics.special.multiprecision"}
_ROOTS = {"numpy": "numerics.special.roots", "mpmath": "numerics.special.multiprecision"}
_ARCTANH = {
    "numpy": "numerics.special.root_arctanh",
    "mpmath": "numerics.special.multiprecision",
}
_TWO_POINTS = "(mp, mp.mpc({}, {}), mp.mpc({}, {}))"

FUNCTIONS = (
    SpecialFunction(
        "log_ratio",
        "xxx",
        nodes.log_ratio,
        nodes.log_ratio,
        forms={"mpmath": "(mp.log({}) - mp.log({}))"},
        runtime={"numpy": "numerics.special.functions"},
    ),
    SpecialFunction(
        "excess",
        "xx",
        nodes.excess,
        nodes.excess,
        forms={"mpmath": "(mp.hypot({0}, {1}) - ({0}))"},
        runtime={"numpy": "numerics.special.functions"},
        dominant=False,
    ),
    SpecialFunction(
        "polygamma",
        "nz",
        nodes.complex_polygamma,
        sp.polygamma,
        Value.COMPLEX,
        (nodes.polygamma_re, nodes.polygamma_im),
        forms={"mpmath": "mp.psi({}, mp.mpc({}, {}))"},
        runtime={"numpy": "numerics.special.functions"},
    ),
    SpecialFunction(
        "divided_log",
        "zz",
        nodes.complex_divided_log,
        divided_log,
        Value.COMPLEX,
        (nodes.divided_log_re, nodes.divided_log_im),
        forms={"mpmath": f"divided_log{_TWO_POINTS}"},
        runtime=_SPECIAL,
    ),
    SpecialFunction(
        "divided_digamma",
        "zz",
        nodes.complex_divided_polygamma,
        divided_polygamma,
        Value.COMPLEX,
        (nodes.divided_polygamma_re, nodes.divided_polygamma_im),
        forms={"mpmath": f"divided_digamma{_TWO_POINTS}"},
        runtime=_SPECIAL,
    ),
    SpecialFunction(
        "upper_root",
        "z",
        nodes.parts_upper_root,
        upper_root,
        Value.PAIR,
        (nodes.upper_root_re, nodes.upper_root_im),
        runtime=_ROOTS,
    ),
    SpecialFunction(
        "root_sum",
        "zzz",
        nodes.parts_root_sum,
        root_sum,
        Value.PAIR,
        (nodes.root_sum_re, nodes.root_sum_im),
        runtime=_ROOTS,
    ),
    SpecialFunction(
        "pair_arctanh",
        "zx",
        nodes.parts_pair_arctanh,
        pair_arctanh,
        Value.PAIR,
        (nodes.pair_arctanh_re, nodes.pair_arctanh_im),
        runtime=_ROOTS,
    ),
    SpecialFunction(
        "pair_excess",
        "zxz",
        nodes.parts_pair_excess,
        pair_excess,
        Value.PAIR,
        (nodes.pair_excess_re, nodes.pair_excess_im),
        runtime=_ROOTS,
    ),
    SpecialFunction(
        "root_arctanh",
        "zz",
        nodes.parts_root_arctanh,
        root_arctanh,
        Value.PAIR,
        (nodes.root_arctanh_re, nodes.root_arctanh_im),
        runtime=_ARCTANH,
    ),
    SpecialFunction(
        "divided_root_arctanh",
        "zzzzz",
        nodes.parts_divided_root_arctanh,
        divided_root_arctanh,
        Value.PAIR,
        (nodes.divided_root_arctanh_re, nodes.divided_root_arctanh_im),
        runtime=_ARCTANH,
    ),
    SpecialFunction(
        "root_arctanh_slope",
        "zz",
        nodes.parts_root_arctanh_slope,
        root_arctanh_slope,
        Value.PAIR,
        (nodes.root_arctanh_slope_re, nodes.root_arctanh_slope_im),
        runtime=_ARCTANH,
    ),
    # what kernels do not use, and their modules need not have
    SpecialFunction(
        "principal_root",
        "z",
        nodes.parts_principal_root,
        principal_root,
        Value.PAIR,
        (nodes.principal_root_re, nodes.principal_root_im),
    ),
    SpecialFunction(
        "log_difference",
        "z*",
        nodes.complex_log_difference,
        divided_log,
        Value.COMPLEX,
        (nodes.log_difference_re, nodes.log_difference_im),
    ),
    SpecialFunction(
        "digamma_difference",
        "z*",
        nodes.complex_polygamma_difference,
        divided_polygamma,
        Value.COMPLEX,
        (nodes.polygamma_difference_re, nodes.polygamma_difference_im),
    ),
    SpecialFunction(
        "difference_value",
        "n*z*",
        nodes.complex_difference_value,
        nodes.difference_value,
        Value.COMPLEX,
        (nodes.difference_value_re, nodes.difference_value_im),
        forms={"mpmath": "difference_value_mpmath(mp, {all})"},
        targets=("numpy", "mpmath"),
    ),
    SpecialFunction("fermi", "xx", fermi, fermi),
    SpecialFunction("bose", "xx", bose, bose),
)

#: The evaluation behind each part, and what takes the part from it.
COMPLEX_PARTS: dict[type[sp.Function], tuple[type[sp.Function], type[sp.Function]]] = {
    part: (f.call, taken)
    for f in FUNCTIONS
    if f.parts is not None
    for part, taken in zip(
        f.parts,
        (nodes.first_part, nodes.second_part)
        if f.value is Value.PAIR
        else (nodes.real_part, nodes.imaginary_part),
        strict=True,
    )
}

#: Functions whose cost dominates; an expression is linear in them after the nu-integral.
TRANSCENDENTAL = (
    sp.log,
    sp.atan,
    sp.atan2,
    *(f.call for f in FUNCTIONS if f.dominant),
    nodes.polygamma_re,
    nodes.polygamma_im,
)


def is_transcendental(node: sp.Basic) -> bool:
    """Tell whether a node is one of the functions that dominate the cost."""
    return isinstance(node, TRANSCENDENTAL)


def forms(target: str) -> dict[type[sp.Function], str]:
    """Return the format strings of all special functions."""
    return {f.call: f.form(target) for f in FUNCTIONS if target in f.targets}


def imports(target: str) -> dict[str, tuple[str, ...]]:
    """Return the names that kernels import, by module."""
    found: dict[str, list[str]] = {}
    for f in FUNCTIONS:
        if target in f.runtime:
            found.setdefault(f.runtime[target], []).append(f.name)
    return {module: tuple(sorted(names)) for module, names in found.items()}


def linear_form(expr: sp.Expr) -> tuple[sp.Expr, dict[sp.Expr, sp.Expr]]:
    """Return the rational part and the coefficient of each transcendental function."""
    functions = sorted(expr.atoms(*TRANSCENDENTAL), key=sp.default_sort_key)
    stand_in = {f: sp.Dummy() for f in functions}
    linear = expr.xreplace(stand_in)
    zero = dict.fromkeys(stand_in.values(), sp.S.Zero)
    coefficients = {f: derivative(linear, d).xreplace(zero) for f, d in stand_in.items()}
    return linear.xreplace(zero), coefficients

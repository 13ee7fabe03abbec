"""The compiler of vectorised kernels: a few thousand lines of arithmetic without a branch.

Numba finds the type of every name, and versions of each, with a store and a load for all of them:
three quarters of the time that it takes for a kernel, in which every name is a double and is
assigned once.  Here the instructions are written as the text says.  Values are the same to the last
bit.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.typing import signature
from numba.extending import intrinsic


def straight_line(function: Callable[..., Any]) -> Any:
    """Compile a function into where it is called from compiled code: a decorator.

    Parameters
    ----------
    function : callable
        Of doubles, which returns some. Its lines assign a name each, once; there are products, sums
        and quotients, choices by which of two numbers is less, square roots, pi, and calls of
        compiled functions of doubles.
    """

    def typed(typing: Any, *arguments: Any) -> tuple[Any, Callable[..., Any]]:
        # read here: what is compiled already needs no text
        (tree,) = ast.parse(inspect.getsource(function)).body
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        called = {call.func.id: len(call.args) for call in calls if isinstance(call.func, ast.Name)}
        kinds = {name: types.Dispatcher(function.__globals__[name]) for name in called}
        callees = {
            name: (kind, kind.get_call_type(typing, (types.float64,) * called[name], {}))
            for name, kind in kinds.items()
        }

        def lowered(context: Any, builder: Any, own: Any, values: Any) -> Any:
            found = {name: context.get_function(*callee) for name, callee in callees.items()}
            results = _instructions(tree, builder, values, found)
            return context.make_tuple(builder, own.return_type, results)

        outputs = len(tree.body[-1].value.elts)  # type: ignore[attr-defined]
        result = types.UniTuple(types.float64, outputs)
        return signature(result, *[types.float64] * len(arguments)), lowered

    # Numba asks for the names of arguments, the first of which is its own
    own, _ = inspect.signature(typed).parameters.values()
    inputs = inspect.signature(function).parameters.values()
    typed.__signature__ = inspect.Signature([own, *inputs])  # type: ignore[attr-defined]
    typed.__name__ = function.__name__
    return intrinsic(typed)


def _instructions(tree: Any, builder: Any, values: Any, functions: dict[str, Any]) -> list[Any]:
    """Write the instructions of a function, and return its outputs."""
    names = dict(zip([argument.arg for argument in tree.args.args], values, strict=True))
    double = ir.DoubleType()
    root = builder.module.declare_intrinsic("llvm.sqrt", [double])
    operations = {
        ast.Mult: builder.fmul,
        ast.Add: builder.fadd,
        ast.Sub: builder.fsub,
        ast.Div: builder.fdiv,
    }

    def value(node: Any) -> Any:
        match node:
            case ast.Name(id=name):
                return names[name]
            case ast.Constant(value=int(number) | float(number)):
                return double(float(number))
            case ast.BinOp(left=left, op=operation, right=right) if type(operation) in operations:
                return operations[type(operation)](value(left), value(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return builder.fneg(value(operand))
            case ast.Subscript(value=several, slice=ast.Constant(value=number)):
                return builder.extract_value(value(several), number)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return functions[name](builder, [value(argument) for argument in arguments])
            case ast.Call(func=ast.Attribute(attr="sqrt"), args=[argument]):
                return builder.call(root, [value(argument)])
            case ast.Attribute(attr="pi"):
                return double(math.pi)
            case ast.IfExp(
                test=ast.Compare(left=left, ops=[ast.Lt()], comparators=[right]),
                body=one,
                orelse=other,
            ):
                less = builder.fcmp_ordered("<", value(left), value(right))
                return builder.select(less, value(one), value(other))
        raise ValueError(f"a straight line has no {ast.unparse(node)}")

    _, *assignments, last = tree.body
    for assignment in assignments:
        names[assignment.targets[0].id] = value(assignment.value)
    return [value(output) for output in last.value.elts]

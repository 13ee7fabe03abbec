"""A function of numbers and arrays, with the source text that it was made of."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from derive.codegen import backends
from derive.codegen.layout import Arrangement, arranged
from derive.codegen.program import Program
from derive.functions.elementary import where_less


@dataclass(frozen=True)
class Compiled:
    """A function of numbers and arrays, with the source text that it was made of.

    Made by `derive.compile`.

    Parameters
    ----------
    name : str
        Name of the function in the source.
    target : str
        What the source is for.
    source : str
        A module, or a file of C, that needs nothing of this project, unless it has to find the
        roots of polynomials, or multiply more than two occupations.  The function in it takes
        real numbers, of a complex argument its real and then its imaginary part, and returns a
        tuple, or fills an array, of real ones.
    operations : mapping
        How many operations of each kind the function takes at a point.
    arguments : tuple of str
        Names of the arguments, which are those of the symbols wherever they can be.
    """

    name: str
    target: str
    source: str = field(repr=False)
    operations: Mapping[str, int] = field(repr=False)
    arguments: tuple[str, ...]
    _real: tuple[bool, ...] = field(repr=False)
    _exprs: Arrangement = field(repr=False)
    _derivatives: int | None = field(repr=False)
    _complex: tuple[bool, ...] = field(repr=False)
    _program: Program | None = field(default=None, repr=False)
    _plain: backends.Function = field(default=backends.nothing, repr=False)

    @property
    def program(self) -> Program:
        """The program that the source was printed from.

        Raises
        ------
        ValueError
            If there is none: target ``lambdify`` is SymPy's.
        """
        if self._program is None:
            raise ValueError(f"target = {self.target} has no program")
        return self._program

    def save(self, path: str | Path) -> Path:
        """Write the source to a file; return its path."""
        path = Path(path)
        path.write_text(self.source, encoding="utf-8")
        return path

    def __call__(self, *values: Any) -> Any:
        """Return the values of the expressions, and their derivatives if they were asked for.

        Parameters
        ----------
        *values : array_like
            One for each argument; arrays broadcast against each other.  Symbols that are declared
            real take real values only.

        Returns
        -------
        object
            Arranged as the expressions are.  With arguments of shape S an expression has the shape
            S, and a matrix S with its two axes after that; mpmath takes numbers only, and returns
            numbers and its own matrices.  With `jacobian` a pair (values, derivatives); the
            derivatives are arranged alike, with one axis more at the end, for mpmath as a list.

        Raises
        ------
        TypeError
            If there are more or less values than arguments.
        ValueError
            If a value is complex whose symbol is declared real.
        """
        if len(values) != len(self.arguments):
            raise TypeError(
                f"{self.name} takes {len(self.arguments)} arguments "
                f"({', '.join(self.arguments)}), not {len(values)}"
            )
        if self.target == "mpmath":
            return self._arranged_numbers(self._numbers(values))
        array = _array_module(self.target)
        inputs: list[Any] = []
        for name, real, value in zip(self.arguments, self._real, values, strict=True):
            x = array.asarray(value)
            if array.iscomplexobj(x):
                if real:
                    raise ValueError(f"{name} is complex, but its symbol is declared real")
                inputs += [array.real(x), array.imag(x)] if self._program else [x]
            else:
                x = array.asarray(x, dtype=float)
                inputs += [x, array.zeros(())] if self._program and not real else [x]
        shape = np.broadcast_shapes(*(array.shape(x) for x in inputs))
        if self.target in ("jax", "lambdify"):
            results = self._returned(inputs, shape, array)
        else:
            results = self._filled(inputs, shape)
        return self._arranged_arrays(results, array)

    def _returned(self, inputs: list[Any], shape: tuple[int, ...], array: Any) -> list[Any]:
        outputs = iter(self._function(*(x[()] for x in inputs)))
        results = []
        for is_complex in self._complex:
            value = next(outputs)
            if is_complex:
                value = array.asarray(value) + 1j * array.asarray(next(outputs))
            results.append(array.array(array.broadcast_to(array.asarray(value), shape))[()])
        return results

    def _filled(self, inputs: list[Any], shape: tuple[int, ...]) -> list[Any]:
        results = [np.empty(shape, dtype=complex if c else float) for c in self._complex]
        parts: list[Any] = []
        for result, is_complex in zip(results, self._complex, strict=True):
            parts += [result.real, result.imag] if is_complex else [result]
        # where there are branches, both are computed everywhere
        with np.errstate(all="ignore") if self._branches else contextlib.nullcontext():
            self._function(inputs, parts)
        return [result[()] for result in results]

    @functools.cached_property
    def _branches(self) -> bool:
        program = self._program
        return program is not None and any(
            v.has(where_less) for _, v in (*program.body, *program.outputs)
        )

    @functools.cached_property
    def _function(self) -> backends.Function:
        if self._program is None:
            return self._plain
        if self.target == "c":
            return backends.load_c(self.source, self._program)
        return backends.load_python(self.source, self._program, backends.PYTHON[self.target])

    def _numbers(self, values: Sequence[Any]) -> list[Any]:
        from mpmath import mp

        inputs: list[Any] = []
        for name, real, value in zip(self.arguments, self._real, values, strict=True):
            x = mp.mpmathify(value)
            if real and isinstance(x, mp.mpc) and x.imag != 0:
                raise ValueError(f"{name} is complex, but its symbol is declared real")
            inputs += [mp.re(x)] if real else [mp.re(x), mp.im(x)]
        outputs = iter(self._function(*inputs, mp=mp))
        return [
            mp.mpc(next(outputs), next(outputs)) if is_complex else mp.mpmathify(next(outputs))
            for is_complex in self._complex
        ]

    def _arranged_numbers(self, results: list[Any]) -> Any:
        from mpmath import mp

        def matrix(elements: list[Any], shape: tuple[int, int]) -> Any:
            rows, columns = shape
            if elements and isinstance(elements[0], list):
                several = zip(*elements, strict=True)
                return [matrix(list(one), shape) for one in several]
            return mp.matrix([elements[i * columns : (i + 1) * columns] for i in range(rows)])

        if self._derivatives is None:
            return arranged(self._exprs, iter(results), matrix)
        step = 1 + self._derivatives
        groups = [results[k : k + step] for k in range(0, len(results), step)]
        return (
            arranged(self._exprs, (g[0] for g in groups), matrix),
            arranged(self._exprs, (g[1:] for g in groups), matrix),
        )

    def _arranged_arrays(self, results: list[Any], array: Any) -> Any:
        def stacked(elements: list[Any], shape: tuple[int, int]) -> Any:
            if not elements:
                return array.zeros(shape)
            whole = array.stack(elements, axis=-1 if elements[0].ndim == outer else -2)
            after = whole.shape[outer + 1 :]
            return whole.reshape(*whole.shape[:outer], *shape, *after)

        outer = results[0].ndim if results else 0
        if self._derivatives is None:
            return arranged(self._exprs, iter(results), stacked)
        step = 1 + self._derivatives
        groups = [results[k : k + step] for k in range(0, len(results), step)]
        slopes = (
            array.stack(g[1:], axis=-1) if step > 1 else array.zeros((*g[0].shape, 0))
            for g in groups
        )
        return (
            arranged(self._exprs, (g[0] for g in groups), stacked),
            arranged(self._exprs, slopes, stacked),
        )


def _array_module(target: str) -> Any:
    if target != "jax":
        return np
    backends.require_package(target)
    import jax.numpy

    return jax.numpy

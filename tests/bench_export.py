"""Time the exported kernels of one program: a table of `tests.bench`."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from derive.build.export import export
from numerics.quadrature.chunks import CHUNK
from tests.bench import table
from tests.bench_response import processor_seconds

Array = NDArray[np.float64]

POINTS = 200_000
_FLAGS = ("-std=c99", "-shared", "-fPIC")


def momenta() -> Array:
    """Return inputs of the response at T = 0 with xi, E > 0 on both sides, one row per point."""
    generator = np.random.default_rng(3)
    gap, gamma, edge = 0.2, 1e-3, 0.21
    xi = generator.uniform(-0.5, 4.0, (2, POINTS))
    energies = np.hypot(xi, gap)
    columns = (*xi, *energies, gap, gamma, gamma, generator.uniform(0.0, 1.0, POINTS), edge)
    return np.stack(np.broadcast_arrays(*columns), axis=1)


def _in_chunks(function: Callable[..., Any], inputs: Array) -> list[Any]:
    """Apply a function of arrays in pieces that fit the cache."""
    columns = np.ascontiguousarray(inputs.T)
    parts = range(0, len(inputs), CHUNK)
    return [function(*(column[k : k + CHUNK] for column in columns)) for k in parts]


def _compiled(directory: Path, inputs: Array, *optimisation: str) -> Callable[[], Array] | None:
    """Return a call of the exported C, if it can be compiled and called."""
    compiler = shutil.which("gcc") or shutil.which("clang") or shutil.which("cc")
    if compiler is None or importlib.util.find_spec("cffi") is None:
        return None
    import cffi

    export("c", directory)
    source, library = directory / "nambu.c", directory / f"nambu{''.join(optimisation)}.so"
    command = [compiler, *_FLAGS, *optimisation, str(source), "-o", str(library), "-lm"]
    subprocess.run(command, check=True)
    ffi = cffi.FFI()
    ffi.cdef("void nambu_response_step_rows(size_t, const double *, double *);")
    lib, outputs = ffi.dlopen(str(library)), np.empty((len(inputs), 8))
    pointers = [ffi.cast("double *", array.ctypes.data) for array in (inputs, outputs)]

    def call() -> Array:
        lib.nambu_response_step_rows(len(inputs), *pointers)
        return outputs

    return call


def _module(directory: Path, target: str) -> ModuleType:
    """Import what is exported for a target."""
    (path,) = export(target, directory)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _lambdified(*, cse: bool) -> Callable[..., Any]:
    """Return what SymPy itself makes of the closed forms."""
    import sympy as sp

    from derive import symbols
    from derive.model.reservoirs import fermi_reservoir
    from derive.model.response import band_loop_kernel

    bath = fermi_reservoir("", sp.S.One, symbols.edge)
    # the generator's functions stand for plain combinations
    forms = [
        band_loop_kernel(s, t, [bath], linewidth=symbols.linewidth).doit()
        for s in (1, 2)
        for t in (1, 2)
    ]
    arguments = [
        *(symbols.xi_plus, symbols.xi_minus, symbols.energy_plus, symbols.energy_minus),
        *(symbols.gap, symbols.linewidth, symbols.transfer_width, symbols.transfer, symbols.edge),
    ]
    return sp.lambdify(arguments, forms, "numpy", cse=cse)


def _ways(directory: Path, inputs: Array) -> Iterator[tuple[str, Callable[[], Any] | None, int]]:
    """Yield names, calls that return values row by row or column by column, and repetitions."""
    yield "C, -O2", _compiled(directory, inputs, "-O2"), 7
    # for this processor, as Numba compiles
    native = ("-O3", "-march=native")
    yield f"C, {' '.join(native)}", _compiled(directory, inputs, *native), 7
    numpy = _module(directory, "numpy").response_step
    yield "NumPy", lambda: np.hstack(_in_chunks(numpy, inputs)).T, 5
    numba = None
    if importlib.util.find_spec("numba") is not None:
        numba = _module(directory, "numba").response_step_rows
    yield "Numba", numba and (lambda: numba(inputs)), 7
    for name, cse in (("lambdify", False), ("lambdify, cse", True)):
        function = _lambdified(cse=cse)

        def call(function: Callable[..., Any] = function) -> Any:
            values = np.hstack(_in_chunks(function, inputs)).T
            return np.stack([values.real, values.imag], axis=2).reshape(len(inputs), -1)

        yield name, call, 2


def exported_kernels() -> Table:
    """The response at T = 0, as exported, and as SymPy writes it; all give the same values."""
    inputs = momenta()
    result = table(
        f"Exported `response_step`, {POINTS} points", "what", "ns per point", "to C", "error"
    )
    base, exact = None, None
    with tempfile.TemporaryDirectory() as directory:
        for name, call, repeats in _ways(Path(directory), inputs):
            if call is None:
                result.add_row(name, "not installed", "", "")
                continue
            elapsed, values = processor_seconds(call, repeats), call()
            exact = values.copy() if exact is None else exact
            base = elapsed if base is None else base
            worst = np.abs(values - exact).max() / np.abs(exact).max()
            if not worst < 1e-9:
                raise AssertionError(f"{name} differs from the other kernels")
            nanoseconds = f"{1e9 * elapsed / len(inputs):.0f}"
            result.add_row(name, nanoseconds, f"{elapsed / base:.1f}", f"{worst:.0e}")
    return result


TABLES = (exported_kernels,)

"""Time `derive.compile` against `sympy.lambdify` with cse: a table of `tests.bench`."""

from __future__ import annotations

import functools
import shutil
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from rich.table import Table

import derive
from derive import bose, fermi, integrate_frequency, symbols
from tests.bench import table

POINTS = 100_000
NU, X, B = sp.symbols("nu x B", real=True)
G, T, W = sp.symbols("g T w", positive=True)
ARGS = (X, B, G, T, W)
_LORENTZIAN = G / ((NU - X) ** 2 + G**2)


def expressions() -> dict[str, sp.Expr | list[sp.Expr]]:
    """Return ten expressions: results of the engine, and what people put beside them."""
    warm = integrate_frequency(_LORENTZIAN * fermi(NU - B, T), NU)
    window = fermi(NU - B, T) - fermi(NU, T)
    gap = derive.gap_kernel(
        [derive.fermi_reservoir("", sp.S.One, symbols.edge)], linewidth=symbols.linewidth
    )
    names = dict(
        zip((symbols.xi, symbols.gap, symbols.linewidth, symbols.edge), (X, W, G, B), strict=True)
    )
    gap = gap.xreplace({symbols.excitation_energy: sp.sqrt(X**2 + W**2)}).xreplace(names)
    twice = _LORENTZIAN / ((NU - B) ** 2 + W**2)
    return {
        "gap kernel, T = 0": gap,
        "its derivatives": [gap.diff(s) for s in (X, W, G, B)],
        "occupation of a level": warm,
        "its derivatives, T > 0": [warm.diff(s) for s in (X, B, G, T)],
        "current": integrate_frequency(_LORENTZIAN * window, NU),
        "phonons": integrate_frequency(_LORENTZIAN * bose(NU - B, T), NU, principal=True).doit(),
        "two levels, T = 0": integrate_frequency(twice * fermi(NU, 0), NU).doit(),
        "two levels, T > 0": integrate_frequency(twice * fermi(NU, T), NU).doit(),
        "self-energy": W**2 / (X + sp.I * G - B - W**2 / (X + sp.I * G + B)),
        "resolvent": sp.log((X - B + sp.I * G) / (X + B + sp.I * G)) * sp.sqrt(X + sp.I * G) / W,
    }


def seconds(call: Callable[[], Any]) -> float:
    """Return the median time of five calls, after one to warm up."""
    call()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def against_lambdify() -> Table:
    """Compare values, and time per point for arrays."""
    targets = ("numpy", "c") if shutil.which("cc") else ("numpy",)
    result = table(
        f"compile against lambdify with cse, {POINTS} points",
        "expression",
        "difference / eps",
        "lambdify / ns",
        *(f"{t}: ratio" for t in targets),
    )
    generator = np.random.default_rng(5)
    x, b = generator.uniform(-2, 2, (2, POINTS))
    at = (x, b, 0.1, 0.05, 0.7)
    for name, expr in expressions().items():
        plain = sp.lambdify(ARGS, expr, cse=True)
        with np.errstate(all="ignore"):
            expected = np.asarray(plain(*at))
            base = seconds(functools.partial(plain, *at))
        ratios, difference = [], 0.0
        for target in targets:
            compiled = derive.compile(expr, ARGS, target=target)
            found = np.asarray(compiled(*at))
            scale = np.max(np.abs(expected))
            difference = max(difference, float(np.max(np.abs(found - expected)) / scale))
            ratios.append(seconds(functools.partial(compiled, *at)) / base)
        eps = float(np.finfo(float).eps)
        result.add_row(
            name,
            f"{difference / eps:.0f}",
            f"{1e9 * base / POINTS:.0f}",
            *(f"{ratio:.2f}" for ratio in ratios),
        )
    return result


TABLES = (against_lambdify,)

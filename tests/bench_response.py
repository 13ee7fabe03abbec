"""Time the fluctuation matrix against a baseline: `python -m tests.bench_response`.

The baseline is what one writes without the closed momentum integrals: SciPy's adaptive `quad_vec`,
nested in p and cos(theta), over the closed form of the frequency integral, compiled by numba as
scalar code.  numba comes with the extra `fast`.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import math
import re
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.integrate import quad_vec

from numerics import Parameters, SteadyState, solve_steady_state
from numerics.kernels import response_numpy
from tests.bench import seconds, table

Complex = NDArray[np.complex128]

PARAMETERS = Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5, cutoff=100.0)
POINTS = ((0.02, 0.01), (0.3, 0.25))
#: Tolerance relative to the largest element of M.
RTOL = 1e-5


def divided_log(x: float, y: float, u: float, v: float) -> complex:
    """Return the scalar form of `numerics.special.divided_log`, for numba."""
    dx, dy = x - u, y - v
    if dx == 0 and dy == 0:
        return 1 / complex(u, v)
    first, second = x * x + y * y, u * u + v * v
    difference = dx * (x + u) + dy * (y + v)
    modulus = math.copysign(math.log1p(abs(difference) / min(first, second)), difference) / 2
    angle = math.atan2(dy * u - dx * v, x * u + y * v)
    return complex(modulus, angle) / complex(dx, dy)


@functools.cache
def compiled() -> Callable[..., Any]:
    """Compile the weighted integrand of M under int dp int dcos(theta), as eight real numbers."""
    from numba import njit as jit

    # the generated functions, with scalar functions in place of NumPy's and ours, and nothing freed
    namespace: dict[str, Any] = {
        "arctan": math.atan,
        "log": math.log,
        "pi": math.pi,
        "divided_log": jit(divided_log),
    }
    for function in (response_numpy.empty, response_numpy.step):
        exec(re.sub(r"^ *del .*\n", "", inspect.getsource(function), flags=re.MULTILINE), namespace)
    empty, step = jit(namespace["empty"]), jit(namespace["step"])

    @jit
    def integrand(cosine, p, q, mu, gap, edge, gamma_b, gamma_v, omega):
        gamma = gamma_b + gamma_v
        common, shift = p * p + q * q / 4 - mu, p * q * cosine
        xi_plus, xi_minus = common + shift, common - shift
        e_plus = math.sqrt(xi_plus * xi_plus + gap * gap)
        e_minus = math.sqrt(xi_minus * xi_minus + gap * gap)
        weight = p * p / (4 * math.pi**2)
        total = np.zeros(8)
        for sign in (1.0, -1.0):
            for a in (e_plus, -e_plus):
                for b in (e_minus, -e_minus):
                    void = empty(xi_plus, xi_minus, a, b, gap, gamma, gamma, sign * omega)
                    bath = step(xi_plus, xi_minus, a, b, gap, gamma, gamma, sign * omega, edge)
                    for k in range(0, 8, 2):
                        real = gamma_b * bath[k] + gamma_v * void[k]
                        imag = gamma_b * bath[k + 1] + gamma_v * void[k + 1]
                        # -(i/2)(R - R*), of which the second is at -omega
                        total[k] += weight * imag / 2
                        total[k + 1] -= sign * weight * real / 2
        total[0] += weight / (p * p)
        total[6] += weight / (p * p)
        return total

    return integrand


@functools.cache
def steady_state() -> SteadyState:
    return solve_steady_state(PARAMETERS)


def breakpoints(state: SteadyState) -> list[float]:
    """Return the momenta where E_p is smallest, and where it is the edge of the bath."""
    root = math.sqrt(max(state.edge**2 - state.gap**2, 0.0))
    return [math.sqrt(x) for x in (state.mu - root, state.mu, state.mu + root) if x > 0]


def integrate(q: float, omega: float, tolerance: float) -> tuple[Complex, int]:
    """Return M(q, omega) for real omega by the nested integrals, and the evaluations."""
    state, integrand = steady_state(), compiled()
    gamma_b, gamma_v = PARAMETERS.gamma_b, PARAMETERS.gamma_v
    rest = (q, state.mu, state.gap, state.edge, gamma_b, gamma_v, omega)
    evaluations = 0

    def inner(p: float) -> Any:
        nonlocal evaluations
        # finer than the outer integral, which could not converge on the noise of a coarser one
        value, _, info = quad_vec(
            integrand,
            -1.0,
            1.0,
            args=(p, *rest),
            epsabs=tolerance / 4,
            epsrel=0.0,
            norm="max",
            quadrature="gk15",
            full_output=True,
        )
        evaluations += info.neval
        return value

    value = quad_vec(
        inner,
        1e-9,
        PARAMETERS.cutoff,
        epsabs=tolerance,
        epsrel=0.0,
        norm="max",
        quadrature="gk15",
        points=breakpoints(state),
    )[0]
    # beyond the cutoff the integrand is c/p**2
    value = value + PARAMETERS.cutoff * inner(PARAMETERS.cutoff)
    matrix = (value[0::2] + 1j * value[1::2]).reshape(2, 2)
    return matrix - PARAMETERS.inv_kfa / (4 * math.pi) * np.eye(2), evaluations


@functools.cache
def accurate(q: float, omega: float) -> Complex:
    """Return M by the adaptive reference, which the tolerance of the baseline is measured by."""
    from numerics.loops import ResponseIntegrand
    from numerics.reference import reference_matrix

    return reference_matrix(ResponseIntegrand(steady_state(), omega), q, rtol=1e-8).value


def baseline(q: float, omega: float) -> tuple[float, Complex]:
    """Return how long the baseline takes for M(q, omega), without its compilation, and M.

    Parameters
    ----------
    q, omega : float
        Wave number, positive, and real frequency.
    """
    tolerance = RTOL * float(np.abs(accurate(q, omega)).max())
    compiled()(0.5, 1.0, q, 0.9, 0.2, 0.2, 1e-3, 1e-5, omega)
    start = time.perf_counter()
    matrix, _ = integrate(q, omega, tolerance)
    return time.perf_counter() - start, matrix


def error(matrix: Complex, q: float, omega: float) -> float:
    """Return the largest error relative to the largest element."""
    exact = accurate(q, omega)
    return float(np.abs(matrix - exact).max() / np.abs(exact).max())


def responses() -> Table:
    """One matrix: the baseline, the adaptive reference, the fast route."""
    from numerics.loops import ResponseIntegrand
    from numerics.reference import reference_matrix

    result = table("M(q, omega), one point", "q, omega", "route", "time / ms", "of base", "error")
    numerics = importlib.import_module("numerics")
    fast = getattr(numerics, "fluctuation_matrix", None)
    state = steady_state()
    for q, omega in POINTS:
        base, matrix = baseline(q, omega)

        def row(name: str, elapsed: float, found: Complex, q=q, omega=omega, base=base) -> None:
            result.add_row(
                f"{q:g}, {omega:g}",
                name,
                f"{1e3 * elapsed:.1f}",
                f"{elapsed / base:.4f}",
                f"{error(found, q, omega):.0e}",
            )

        row("nested quad_vec, numba", base, matrix)
        slow = functools.partial(reference_matrix, ResponseIntegrand(state, omega), q, rtol=RTOL)
        row("adaptive reference", seconds(slow, 3), slow().value)
        if fast is not None:
            call = functools.partial(fast, state, q, omega)
            row("fluctuation_matrix", seconds(call, 9), call())
    return result


def main() -> None:
    console = Console(width=100)
    console.print(responses())


if __name__ == "__main__":
    main()

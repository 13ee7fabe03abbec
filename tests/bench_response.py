"""Time the fluctuation matrix, against a baseline and by itself: tables of `tests.bench`.

The baseline is what one writes without the closed momentum integrals: SciPy's adaptive `quad_vec`,
nested in p and cos(theta), over the closed form of the frequency integral, compiled by numba as
scalar code.  numba comes with the extra `fast`.
"""

from __future__ import annotations

import functools
import inspect
import math
import re
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table
from scipy.integrate import quad_vec

from numerics import Parameters, SteadyState, fluctuation_matrix, solve_steady_state
from numerics.kernels import bubble_numpy, response_numpy
from numerics.quadrature.chunks import CHUNK
from numerics.response.reference import reference_matrix
from numerics.response.reference_integrand import ResponseIntegrand
from tests.bench import seconds, table

Complex = NDArray[np.complex128]

PARAMETERS = Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5, cutoff=100.0)
POINTS = ((0.02, 0.01), (0.3, 0.25))
#: Tolerance relative to the largest element of M.
RTOL = 1e-5


def divided_log(x: float, y: float, u: float, v: float) -> complex:
    """Return the scalar form of `numerics.special.functions.divided_log`, for numba."""
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
    """Return M to within what the errors of the routes are measured by."""
    return fluctuation_matrix(steady_state(), q, omega, rtol=1e-11)


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
    result = table("M(q, omega), one point", "q, omega", "route", "time / ms", "of base", "error")
    state = steady_state()
    for q, omega in POINTS:
        base, matrix = baseline(q, omega)
        start = time.perf_counter()
        reference = reference_matrix(ResponseIntegrand(state, omega), q, rtol=RTOL).value
        slow = time.perf_counter() - start
        call = functools.partial(fluctuation_matrix, state, q, omega)
        for name, elapsed, found in (
            ("nested quad_vec, numba", base, matrix),
            ("adaptive reference", slow, reference),
            ("fluctuation_matrix", seconds(call, 9), call()),
        ):
            result.add_row(
                f"{q:g}, {omega:g}",
                name,
                f"{1e3 * elapsed:.1f}",
                f"{elapsed / base:.4f}",
                f"{error(found, q, omega):.0e}",
            )
    return result


def processor_seconds(call: Callable[[], object], repeats: int) -> float:
    """Return the shortest time of a call on one core: that of all threads together."""
    times = []
    for _ in range(repeats + 1):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times[1:])


def many_frequencies() -> Table:
    """A hundred frequencies at once, as a spectrum takes them."""
    result = table(
        "fluctuation_matrix, 100 omegas at once, rtol 1e-8, one core",
        "gamma",
        "q, omega",
        "time / ms per omega",
        "of 1 ms",
        "of 10 ms",
        "nodes",
    )
    for exponent in (-3, -6):
        gamma = 10.0**exponent
        state = solve_steady_state(PARAMETERS.replace(gamma_b=gamma, gamma_v=0.021 * gamma))
        for q in (0.02, 0.3, 1.5):
            for name, omega in (
                ("real", np.linspace(0.0, 0.5, 100)),
                ("real + 0.01i", np.linspace(0.0, 0.5, 100) + 0.01j),
            ):
                call = functools.partial(fluctuation_matrix, state, q, omega, rtol=1e-8)
                elapsed = processor_seconds(call, 3) / omega.size
                nodes = call(full=True).evaluations.mean()
                result.add_row(
                    f"1e{exponent}",
                    f"{q:g}, {name}",
                    f"{1e3 * elapsed:.2f}",
                    f"{elapsed / 1e-3:.2f}",
                    f"{elapsed / 1e-2:.2f}",
                    f"{nodes:.0f}",
                )
    return result


def response_linewidths() -> Table:
    """The cost of a matrix grows with the logarithm of 1/gamma."""
    result = table("fluctuation_matrix, 100 omegas", "gamma_b", "nodes", "time / ms", "to 1e-2")
    first = None
    for exponent in range(-2, -9, -1):
        gamma = 10.0**exponent
        state = solve_steady_state(Parameters(-1.0, gamma, 0.021 * gamma, cutoff=10.0))
        call = functools.partial(fluctuation_matrix, state, 0.1, np.linspace(0.0, 0.5, 100))
        elapsed = processor_seconds(call, 3) / 100
        first = first or elapsed
        nodes = call(full=True).evaluations.mean()
        result.add_row(
            f"1e{exponent}", f"{nodes:.0f}", f"{1e3 * elapsed:.2f}", f"{elapsed / first:.2f}"
        )
    return result


def closed_form() -> tuple[list[Any], list[Any]]:
    """Return the arguments and the integrand of `bubble`, written down as it is derived."""
    import sympy as sp

    from derive import symbols
    from derive.algebra import nambu
    from derive.closed_forms.two_bands import Poles
    from derive.functions.pairs import upper_root

    nu, omega, q, gamma = symbols.nu, symbols.transfer, symbols.wave_number, symbols.linewidth
    gap, mu = symbols.gap, symbols.mu
    forward, backward = sp.symbols("F_forward F_backward", real=True)
    distribution, one = sp.diag(forward, -backward), sp.eye(2)

    def poles(z: Any) -> tuple[Poles, dict[int, Any]]:
        root = upper_root(z**2 - gap**2).doit()
        momenta = {s: upper_root(mu + s * root).doit() for s in (1, -1)}
        return Poles(root, sp.S.Zero, z + root, z - root, sp.S.Zero, gap), momenta

    after, plus = poles(nu + omega + sp.I * gamma)
    sums = {(s, t): sp.S.Zero for s in (1, 2) for t in (1, 2)}
    for half in (1, -1):
        shift = half * sp.I * gamma
        before, minus = poles(nu + shift)
        for u in (1, -1):
            first = sp.zeros(2, 2)
            for s in (1, -1):
                total = plus[s] + minus[u]
                integral = (sp.log(total + q) - sp.log(total - q)) / (2 * q)
                first += after.weight(s) * integral * after.adjugate(s)
            here = before.adjugate(u)
            there = here - 2 * shift * one
            left, right = (here, there) if half > 0 else (there, here)
            second = half * before.weight(u) * left * distribution * right
            for s, t in sums:
                sums[s, t] += (nambu.pauli(s) * first * nambu.pauli(t) * second).trace()
    values = [-value / (16 * sp.pi**2 * nu) for value in sums.values()]
    return [nu, forward, backward, omega, q, gap, mu, gamma], values


def bubble_kernel() -> Table:
    """Compare the generated integrand over the frequency with plain lambdify of the closed form."""
    import sympy as sp

    arguments, forms = closed_form()
    state = steady_state()
    gamma, q, omega = PARAMETERS.linewidth, 0.3, 0.25
    nu = np.linspace(-2.0, 2.0, CHUNK)
    sums = state.occupation.sums(nu), state.occupation.sums(-nu)
    rest = q, state.gap, state.mu, gamma

    def generated() -> Any:
        distances = (np.abs(x) - state.gap for x in (nu, nu + omega))
        return bubble_numpy.pairing(nu, *distances, nu + omega / 2, *sums, omega, 0.0, *rest)

    result = table(
        f"Kernel `bubble`, {CHUNK} frequencies", "what", "ns per node", "to generated", "error"
    )
    parts = np.array(generated())
    exact = parts[0::2] + 1j * parts[1::2]
    base = seconds(generated, 15)
    result.add_row("generated", f"{1e9 * base / CHUNK:.0f}", "1.0", "")
    for name, cse, repeats in (("lambdify", False, 3), ("lambdify, cse", True, 7)):
        call = functools.partial(sp.lambdify(arguments, forms, "numpy", cse=cse), nu, *sums, omega)
        call = functools.partial(call, *rest)
        worst = np.abs(np.array(call()) - exact).max() / np.abs(exact).max()
        if not worst < 1e-9:
            raise AssertionError("the generated kernel differs from the closed form")
        elapsed = seconds(call, repeats)
        result.add_row(
            name, f"{1e9 * elapsed / CHUNK:.0f}", f"{elapsed / base:.1f}", f"{worst:.0e}"
        )
    return result


TABLES = (responses, many_frequencies, response_linewidths, bubble_kernel)

"""`derive.compile`: values against SymPy's own evaluation in 30 digits, for every target."""

import functools
import importlib.util
import re

import mpmath
import numpy as np
import pytest
import sympy as sp

import derive
from derive import bose, fermi, integrate_frequency
from derive.codegen.compiler import TARGETS
from derive.functions.differences.difference import divided_difference

NU, B, X = sp.symbols("nu B x", real=True)
G, T, W = sp.symbols("g T w", positive=True)
Z = sp.Symbol("z")
I = sp.I  # noqa: E741
HALF = sp.Rational(1, 2)

#: The arguments, and points that are exact as doubles.
ARGS = (Z, X, B, G, T, W)
POINTS = (
    (sp.Rational(3, 4) + I / 2, sp.Rational(-5, 8), HALF, sp.Rational(1, 4), sp.Rational(3, 8), 2),
    (-2 - 3 * I / 4, sp.Rational(7, 4), -3 * HALF, sp.Rational(1, 64), sp.Rational(5, 2), HALF),
)

_LORENTZIAN = G / ((NU - X) ** 2 + G**2)
EXPRESSIONS = {
    "rational": (Z**7 - X) / (Z**2 + G**2) + 3 * Z**-3,
    "exponential": sp.exp(-G * Z) * sp.cos(Z) + sp.sin(X * Z) - sp.cosh(Z) / sp.sinh(X),
    "hyperbolic": sp.tanh(Z / T) * sp.coth(X / (2 * T)) + sp.tan(Z) + sp.tanh(1000 * X),
    "roots": sp.sqrt(Z) + sp.sqrt(X) * sp.sqrt(G) + Z**HALF**3 + W ** sp.Rational(2, 3) + X**Z,
    "logarithms": sp.log(Z) + sp.log(-G - I * W) + sp.log(X) + sp.atanh(Z) + sp.asin(Z),
    "parts": sp.Abs(Z) + sp.re(Z) * sp.im(Z) + sp.arg(Z) * sp.conjugate(Z) + sp.Abs(X) + sp.sign(X),
    "occupations": fermi(X - B, T) * bose(W, T) + fermi(Z, T) + fermi(X, 0),
    "digamma": sp.digamma(HALF + I * Z / T) + sp.polygamma(2, Z) + sp.polygamma(0, W),
    "cases": sp.Piecewise((sp.sqrt(-X), X < 0), (X**2 * Z, X <= W), (0, True)) + sp.Max(X, B, G),
    "constants": (sp.E ** sp.Rational(1, 3) + sp.pi * sp.EulerGamma * X + sp.Float("0.1")) * 10**20,
    "step": integrate_frequency(_LORENTZIAN / (NU + I * W) * fermi(NU - B, 0), NU),
    "warm": integrate_frequency(_LORENTZIAN * fermi(NU - B, T), NU),
    "bosons": integrate_frequency(
        _LORENTZIAN / (NU + I * W) * bose(NU - B + 9, T), NU, principal=True
    ),
    "double pole": integrate_frequency(_LORENTZIAN**2 * fermi(NU - B, T), NU),
    "product": integrate_frequency(_LORENTZIAN * fermi(NU - B, T) * (1 - fermi(NU - W, T)), NU),
    "differences": integrate_frequency(
        fermi(NU, T) / ((NU - X + I * G) * (NU - B + I * W) * (NU + I)), NU
    ),
}


def reference(expr: sp.Expr, point: tuple, digits: int = 30) -> sp.Expr:
    return expr.subs(dict(zip(ARGS, point, strict=True))).evalf(digits)


@functools.cache
def bounds() -> dict[str, list[tuple[complex, float]]]:
    """Return the values, and how much they change when every argument is rounded."""
    found = {}
    for name, expr in EXPRESSIONS.items():
        smooth = expr.replace(sp.sign, lambda x: x * 0).replace(sp.arg, lambda z: sp.im(sp.log(z)))
        found[name] = []
        for point in POINTS:
            value = complex(reference(expr, point))
            change = 0.0
            for k, (symbol, at) in enumerate(zip(ARGS, point, strict=True)):
                if smooth.has(symbol):
                    moved = at * (1 + sp.Rational(1, 2**40))
                    other = complex(reference(smooth, (*point[:k], moved, *point[k + 1 :])))
                    change += abs(other - complex(reference(smooth, point))) * 2**40
            found[name].append((value, abs(value) + change))
    return found


def as_arrays(point_of: int | None = None) -> list:
    kinds = [complex, *[float] * 5]
    columns = [np.array([kind(p[k]) for p in POINTS]) for k, kind in enumerate(kinds)]
    return columns if point_of is None else [c[point_of] for c in columns]


def check(values: dict, operations: int) -> None:
    for name in values:
        for k, (value, scale) in enumerate(bounds()[name]):
            # every operation rounds once, relative to what the expression is a sum of
            error = abs(complex(np.asarray(values[name])[k]) - value)
            assert error <= operations * np.finfo(float).eps * scale, (name, k, error / scale)


@pytest.mark.parametrize(
    "target",
    ["numpy", "c", "lambdify", pytest.param("numba", marks=pytest.mark.slow)],
)
def test_values(target: str) -> None:
    # NumPy's roots and logarithms of negative numbers are nan, which `lambdify` leaves so
    real_only = {"roots", "logarithms", "cases"} if target == "lambdify" else set()
    exprs = {name: e for name, e in EXPRESSIONS.items() if name not in real_only}
    compiled = derive.compile(exprs, ARGS, target=target)
    check(compiled(*as_arrays()), sum(compiled.operations.values()))
    assert compiled(*as_arrays(0))["rational"].shape == ()


def test_values_in_thirty_digits() -> None:
    compiled = derive.compile(EXPRESSIONS, ARGS, target="mpmath")
    with mpmath.workdps(30):
        for k, point in enumerate(POINTS):
            values = compiled(*(mpmath.mpmathify(sp.N(x, 30)) for x in point))
            for name, expr in EXPRESSIONS.items():
                value = mpmath.mpmathify(reference(expr, point, 40))
                scale = bounds()[name][k][1]
                limit = sum(compiled.operations.values()) * mpmath.eps * scale
                assert abs(values[name] - value) <= limit, (name, k)


def test_jax_source_with_numpy_in_its_place() -> None:
    """What JAX would execute is NumPy's text but for the imports."""
    compiled = derive.compile(EXPRESSIONS, ARGS, target="jax", name="f")
    text = compiled.source.replace("jax.numpy", "numpy").replace("    from jax import lax\n", "")
    namespace: dict = {}
    exec(text.replace("lax.stop_gradient(x)", "x"), namespace)
    columns = as_arrays()
    with np.errstate(invalid="ignore"):
        parts = iter(namespace["f"](columns[0].real, columns[0].imag, *columns[1:]))
    values = {}
    for name, is_complex in zip(EXPRESSIONS, compiled._complex, strict=True):
        values[name] = next(parts) + (1j * next(parts) if is_complex else 0)
    check(values, sum(compiled.operations.values()))


def test_jax_where_it_is_installed_and_where_not() -> None:
    compiled = derive.compile(EXPRESSIONS["differences"], ARGS, target="jax")
    if importlib.util.find_spec("jax") is None:
        with pytest.raises(
            ImportError, match=r"^target = jax needs jax: install \"nambu\[jax\]\"$"
        ):
            compiled(*as_arrays(0))
        return
    import jax

    value, scale = bounds()["differences"][0]
    at = [x.item() for x in as_arrays(0)]
    assert abs(complex(compiled(*at)) - value) < 1e-13 * scale
    slope = jax.grad(lambda x: compiled(at[0], x, *at[2:]).real)(at[1])
    exact = reference(EXPRESSIONS["differences"].diff(X), POINTS[0])
    assert abs(slope - complex(exact).real) < 1e-12 * scale


@pytest.mark.parametrize("target", ["numpy", "c", "mpmath", "lambdify"])
def test_derivatives(target: str) -> None:
    names = ["rational", "hyperbolic", "differences", "digamma", "double pole", "step"]
    matrix = sp.Matrix(2, 3, [EXPRESSIONS[name] for name in names])
    compiled = derive.compile((matrix, Z), ARGS, target=target, jacobian=(X, G), name="f")
    point = as_arrays(1) if target != "mpmath" else [mpmath.mpmathify(x) for x in as_arrays(1)]
    (values, _), (slopes, ones) = compiled(*point)
    assert np.array_equal(np.array(ones, dtype=complex), [0, 0])
    for k, name in enumerate(names):
        place = divmod(k, 3)
        assert complex(values[place]) == pytest.approx(bounds()[name][1][0], rel=1e-12)
        for n, symbol in enumerate((X, G)):
            exact = complex(reference(EXPRESSIONS[name].diff(symbol), POINTS[1]))
            found = slopes[n][place] if target == "mpmath" else slopes[(*place, n)]
            # at g = 1/64 the double pole is the worst conditioned: third powers of 1/g
            assert complex(found) == pytest.approx(exact, rel=1e-10, abs=1e-10)


@functools.cache
def meeting_poles(heat: sp.Expr) -> sp.Expr:
    integrand = fermi(NU - B, heat) / ((NU - X + I * G) * (NU - W + I * G) * (NU - 1 + I * G) ** 2)
    return integrate_frequency(integrand, NU)


@functools.cache
def meeting_edges() -> sp.Expr:
    integrand = fermi(NU - B, T) * fermi(NU - X, T) / ((NU**2 + G**2) * (NU - W + 2 * I * G))
    return integrate_frequency(integrand, NU)


@functools.cache
def matsubara_sum(statistics: str) -> sp.Expr:
    return derive.matsubara_sum(1 / ((NU**2 - W**2) * (NU - X - 2)), NU, T, statistics)


@functools.cache
def exact_value(expr: sp.Expr, symbols: tuple, at: tuple) -> complex:
    """Return a value to 25 digits, the same for every target."""
    return complex(expr.subs(dict(zip(symbols, at, strict=True))).evalf(25))


@pytest.mark.parametrize("heat", [0, sp.Rational(1, 4)])
@pytest.mark.parametrize("target", ["numpy", "c", "mpmath"])
def test_poles_that_meet(target: str, heat: sp.Expr) -> None:
    expr, symbols = meeting_poles(heat), (X, W, B, G)
    compiled = derive.compile(expr, symbols, target=target)
    for distance in (0, sp.Rational(1, 2**60), sp.Rational(1, 2**20), HALF):
        at = (1 + distance, 1 - distance, HALF, HALF)
        exact = exact_value(expr, symbols, at)
        # distances of 2**-60 are lost beside 1, where the result is smooth
        assert complex(compiled(*map(float, at))) == pytest.approx(exact, rel=1e-13), distance


@pytest.mark.parametrize("target", ["numpy", "c", "mpmath"])
def test_edges_that_meet(target: str) -> None:
    expr, symbols = meeting_edges(), (B, X, G, W, T)
    compiled = derive.compile(expr, symbols, target=target)
    for distance in (0, sp.Rational(1, 2**60), sp.Rational(1, 2**17), HALF):
        at = (1 + distance, 1 - distance, HALF, HALF, sp.Rational(1, 4))
        exact = exact_value(expr, symbols, at)
        assert complex(compiled(*map(float, at))) == pytest.approx(exact, rel=1e-13), distance


@pytest.mark.parametrize("target", ["numpy", "c", "mpmath"])
@pytest.mark.parametrize("statistics", ["fermi", "bose"])
def test_matsubara_sums(statistics: str, target: str) -> None:
    expr, symbols = matsubara_sum(statistics), (X, W, T)
    compiled = derive.compile(expr, symbols, target=target)
    for at in ((HALF, 1, HALF), (-1 - sp.Rational(1, 2**40), 1, HALF), (-1, 1, 2)):
        exact = exact_value(expr, symbols, at)
        # poles that nearly meet are as far apart as rounding leaves them
        assert complex(compiled(*map(float, at))) == pytest.approx(exact, rel=1e-12), at


def test_gap_kernel_where_the_energy_vanishes() -> None:
    expr = derive.matsubara_sum(-1 / (NU**2 - X**2), NU, T)
    kernel = derive.compile(expr, (X, T))
    x = np.array([0.0, 1e-9, 0.5])
    exact = [1 / (4 * 0.125), 1 / (4 * 0.125), np.tanh(0.5 / 0.25) / 1.0]
    assert kernel(x, 0.125) == pytest.approx(exact, rel=1e-13)
    assert kernel.operations["complex_divided_polygamma"] == 1


@pytest.mark.parametrize("target", ["numpy", "mpmath", "lambdify"])
def test_roots_without_closed_form(target: str) -> None:
    expr = integrate_frequency(fermi(NU - B, T) / (NU**4 + NU**2 + W), NU)
    compiled = derive.compile(expr, (B, T, W), target=target)
    exact = complex(expr.subs({B: HALF, T: sp.Rational(1, 4), W: 1}).evalf(20))
    assert complex(compiled(0.5, 0.25, 1.0)) == pytest.approx(exact, rel=1e-14)
    for other in ("c", "numba", "jax"):
        message = f"^target {other} cannot compute divided_difference.*find roots as they run$"
        with pytest.raises(ValueError, match=message) as refusal:
            derive.compile(expr, (B, T, W), target=other)
        assert "\n" not in str(refusal.value)


@functools.cache
def sums_over_roots() -> dict[str, sp.Expr]:
    rational = 1 / (NU**5 - NU - 1 - 2 * sp.I)
    return {
        name: integrate_frequency(fermi(NU - B, temperature) * rational, NU)
        for name, temperature in (("cold", 0), ("warm", T))
    }


@pytest.mark.parametrize("target", ["numpy", "c", "numba", "jax"])
def test_roots_of_polynomials_without_symbols(target: str) -> None:
    """They are found when the code is written, wherever nothing finds them later."""
    if target in ("numba", "jax"):
        pytest.importorskip(target)
    values = derive.compile(sums_over_roots(), (B, T), target=target)(0.5, 0.25)
    for name, expr in sums_over_roots().items():
        exact = exact_value(expr, (B, T), (HALF, sp.Rational(1, 4)))
        assert complex(values[name]) == pytest.approx(exact, rel=1e-14), name


def test_roots_next_to_each_other_are_left_alone() -> None:
    near = sp.expand((NU**2 + NU + 3) ** 2 + sp.Rational(2, 10**20))
    expr = integrate_frequency(fermi(NU - B, 0) / near, NU)
    assert expr.has(divided_difference)
    with pytest.raises(ValueError, match="find roots as they run"):
        derive.compile(expr, B, target="c")


def test_arrangements_and_shapes() -> None:
    exprs = {"pair": [X + B, (X * B,)], "matrix": sp.Matrix([[X, B, 1]]), 3: 7}
    compiled = derive.compile(exprs, (X, B), jacobian=B)
    x, b = np.arange(5.0)[:, None], np.arange(4.0)
    values, slopes = compiled(x, b)
    assert np.array_equal(values["pair"][0], x + b)
    assert np.array_equal(values["pair"][1][0], x * b)
    assert values["matrix"].shape == (5, 4, 1, 3)
    assert np.array_equal(values["matrix"][..., 0, 1], np.broadcast_to(b, (5, 4)))
    assert values[3].shape == (5, 4)
    assert np.array_equal(slopes["pair"][1][0][..., 0], np.broadcast_to(x, (5, 4)))
    assert slopes["matrix"].shape == (5, 4, 1, 3, 1)


@pytest.mark.parametrize("shapes", [((40_001,), ()), ((3, 1), (20_000,)), ((300, 1, 7), (9, 1))])
@pytest.mark.parametrize("target", ["numpy", "c"])
def test_large_arrays_go_through_in_pieces(target: str, shapes: tuple) -> None:
    rng = np.random.default_rng(2)
    x, b = (rng.uniform(-1, 1, shape) for shape in shapes)
    value = derive.compile(X * (B + I), (X, B), target=target)(x, b)
    assert np.array_equal(
        value, np.broadcast_arrays(x * b, x)[0] + 1j * np.broadcast_arrays(x, b)[0]
    )


def test_outputs_that_would_be_called_alike() -> None:
    keys = {"a": [I * X, B], "a_0": B, "a_0_real": I * B, "a_real": X, "a_imag": I * X}
    values = derive.compile(keys, (X, B), jacobian=X)(2.0, 3.0)[0]
    assert values == {"a": [2j, 3], "a_0": 3, "a_0_real": 3j, "a_real": 2, "a_imag": 2j}


def test_real_integrals_are_real_numbers() -> None:
    warm = derive.compile(EXPRESSIONS["warm"], ARGS)
    assert isinstance(warm(*as_arrays(0)), float)
    window = fermi(NU - B / 2, T) - fermi(NU + B / 2, T)
    current = derive.compile(integrate_frequency(_LORENTZIAN * window, NU), (X, B, G, T))
    assert isinstance(current(0.1, 0.2, 0.3, 0.4), float)
    # two digamma functions, each for a pole and its conjugate
    assert current.operations["complex_polygamma"] == 2


def test_what_is_returned_does_not_share_memory_with_what_was_given() -> None:
    x = np.ones(3)
    derive.compile(X, X)(x)[0] = 5
    assert x[0] == 1


def test_saved_source_needs_nothing_of_this_project(tmp_path) -> None:
    for target in TARGETS:
        compiled = derive.compile(EXPRESSIONS["warm"], ARGS, target=target, name="warm")
        text = compiled.save(tmp_path / target).read_text()
        assert text == compiled.source
        if target != "lambdify":
            assert not re.search(r"^ *(from|import) (derive|numerics)", text, flags=re.MULTILINE)
    namespace: dict = {}
    exec((tmp_path / "numpy").read_text(), namespace)
    value, _ = bounds()["warm"][0]
    at = as_arrays(0)
    assert namespace["warm"](at[0].real, at[0].imag, *at[1:])[0] == pytest.approx(value.real)


def test_results_at_finite_temperature_in_plain_lambdify() -> None:
    for expr in (EXPRESSIONS["warm"], EXPRESSIONS["double pole"].doit(), EXPRESSIONS["bosons"]):
        point = dict(zip(ARGS, POINTS[0], strict=True))
        exact = complex(expr.subs(point).evalf(20))
        assert complex(sp.lambdify(ARGS, expr)(*as_arrays(0))) == pytest.approx(exact, rel=1e-12)
        with mpmath.workdps(25):
            precise = sp.lambdify(ARGS, expr, "mpmath")
            value = precise(*(mpmath.mpmathify(sp.N(x, 30)) for x in POINTS[0]))
            assert complex(value) == pytest.approx(exact, rel=1e-14)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": "fortran"}, "target = 'fortran' is outside its domain: numpy, numba, c, "),
        ({"exprs": "x"}, "'x' of type str is no expression"),
        ({"exprs": sp.Symbol("x")}, "the symbol 'x' has other assumptions than the argument"),
        ({"exprs": X + W}, "the symbol 'w' is no argument"),
        ({"exprs": sp.Function("f")(X)}, r"target numpy has no f: f\(x\)"),
        ({"exprs": sp.zeta(X)}, r"target numpy has no zeta: zeta\(x\)"),
        ({"exprs": sp.polygamma(X, X)}, "the order of"),
        ({"exprs": X + sp.oo * B}, "is not finite"),
        ({"exprs": sp.Piecewise((X, X > 0))}, "a Piecewise without a last case for x <= 0"),
        (
            {"exprs": sp.Piecewise((X, sp.Eq(Z, 0)), (0, True)), "args": (X, Z)},
            "no comparison of real",
        ),
        ({"jacobian": W}, "jacobian: w is none of the arguments"),
        ({"args": (X, X, B)}, "two symbols with the same name 'x'"),
        ({"args": (X, sp.Symbol("x"), B)}, "two symbols with the same name 'x'"),
        ({"args": "x"}, "args = 'x' is no sequence of symbols"),
        ({"name": "lambda"}, "name = 'lambda' is a reserved word"),
        ({"name": "fermi"}, "name = fermi is the name of something that the source may use"),
    ],
)
def test_refusals_in_one_line(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        derive.compile(**({"exprs": X * B, "args": (X, B)} | change))
    assert "\n" not in str(caught.value)


def test_refused_values() -> None:
    compiled = derive.compile(X * Z, (X, Z))
    with pytest.raises(ValueError, match="x is complex, but its symbol is declared real"):
        compiled(1j, 1)
    with pytest.raises(TypeError, match=r"function takes 2 arguments \(x, z\), not 1"):
        compiled(1)
    assert compiled(2, 1j) == 2j
    assert derive.compile(X * Z, (X, Z), "mpmath")(2, 1j) == 2j


def test_no_compiler_is_one_clear_line(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    compiled = derive.compile(X, X, target="c")
    assert "void function(double x" in compiled.source
    with pytest.raises(ValueError, match=r"^target = c needs a C compiler to be called"):
        compiled(1.0)


def test_names_are_changed_visibly() -> None:
    names = ["lambda", "x_{k}", r"\Delta_0", "γ_b", "log", "fermi", "double", "x0", "value", "I"]
    symbols = [sp.Symbol(name, real=True) for name in names]
    for target in TARGETS:
        compiled = derive.compile(sum(k * s for k, s in enumerate(symbols)), symbols, target)
        expected = "lambda_ x_k Delta_0 gamma_b log_ fermi_ double_ x0 value I_"
        assert " ".join(compiled.arguments) == expected

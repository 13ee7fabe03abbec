"""The long-wavelength expansion against matrices, quadrature and the steady-state equations.

The reference multiplies 2x2 matrices of numbers and integrates over nu by quadrature; nothing
derived is in it.
"""

import functools

import numpy as np
import pytest
import sympy as sp
from mpmath import mp

from derive import bath, expand, fermi_reservoir, gap_kernel, symbols, vacuum
from numerics.kernels import expansion_mpmath as kernels

NAMES = ("constant", "wave", "frequency", "frequency_squared")
PAIRS = [(1, 1), (1, 2), (2, 1), (2, 2)]
#: xi, Delta_0, gamma_b, gamma_v, B, mu, T_b: rational, so that nothing is rounded.
POINTS = [
    ("1/3", "1/4", "1/20", "1/70", "2/5", "7/10", "1/20"),
    ("-2/7", "1/3", "1/11", "1/17", "-1/5", "9/10", "1/9"),
    ("3/2", "2/5", "1/9", "1/90", "1/8", "-1/3", "1/4"),
]
DIGITS = 25
SYMBOLS = ("xi", "gap", "gamma_b", "gamma_v", "edge", "mu", "temperature")
PAULI = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


@pytest.fixture(autouse=True)
def digits():
    with mp.workdps(DIGITS):
        yield


@functools.cache
def expansion(pair, warm=False):
    return expand(*pair, [bath(symbols.temperature if warm else sp.S.Zero), vacuum()])


def values(point):
    return dict(zip(SYMBOLS, (sp.Rational(x) for x in point), strict=True))


@functools.cache
def compiled(expr):
    arguments = sorted(expr.free_symbols, key=str)
    return arguments, sp.lambdify(arguments, expr, "mpmath", cse=True)


def number(expr, at):
    """Evaluate a closed form at `DIGITS`."""
    known = {getattr(symbols, name): value for name, value in floats(at).items()}
    known[symbols.energy] = mp.hypot(known[symbols.xi], known[symbols.gap])
    arguments, function = compiled(sp.sympify(expr))
    return mp.mpc(function(*(known[a] for a in arguments)))


def floats(at):
    return {name: mp.mpf(value.p) / value.q for name, value in at.items()}


def distribution(x, at, warm):
    """Return F of the bath and the vacuum."""
    distance = x - at["edge"]
    occupied = np.exp(-np.logaddexp(0, distance / at["temperature"])) if warm else distance < 0
    return at["gamma_b"] * (1 - 2 * occupied) + at["gamma_v"]


def greens(nu, at, warm):
    """Return G^R, G^K, G^A at frequencies nu, shape (n, 2, 2)."""
    gamma = at["gamma_b"] + at["gamma_v"]
    kinetic = at["xi"] * PAULI[3] - at["gap"] * PAULI[1]
    retarded, advanced = (
        np.linalg.inv((nu + sign * 1j * gamma)[:, None, None] * PAULI[0] - kinetic)
        for sign in (1, -1)
    )
    source = np.zeros_like(retarded)
    source[:, 0, 0] = -2j * distribution(nu, at, warm)
    source[:, 1, 1] = 2j * distribution(-nu, at, warm)
    return retarded, retarded @ source @ advanced, advanced


def trace(*factors):
    return np.trace(functools.reduce(np.matmul, factors), axis1=1, axis2=2)


def expanded_traces(s, t, nu, at, warm):
    """Return the terms of i Tr[tau_s G^R(xi+, nu + omega) tau_t G^K(xi-, nu)] that expand gives."""
    retarded, keldysh, advanced = greens(nu, at, warm)
    slope = retarded @ PAULI[3] @ retarded
    moved = retarded @ PAULI[3] @ keldysh + keldysh @ PAULI[3] @ advanced
    twice = retarded @ retarded
    left, right = PAULI[s], PAULI[t]
    return 1j * np.array(
        [
            trace(left, retarded, right, keldysh),
            -2 / 3 * (at["xi"] + at["mu"]) * trace(left, slope, right, moved),
            -trace(left, twice, right, keldysh),
            trace(left, twice @ retarded, right, keldysh),
        ]
    )


def integral(function, at, steps=()):
    """Integrate over nu/2pi: Gauss rules between marks at 2^k gamma from every feature."""
    gamma = at["gamma_b"] + at["gamma_v"]
    energy = np.hypot(at["xi"], at["gap"])
    centers = {energy, -energy, at["edge"], -at["edge"], *steps}
    widths = gamma * 2.0 ** np.arange(-1, 12)
    marks = np.unique([c + k for c in centers for k in (0, *widths, *-widths)])
    x, w = np.polynomial.legendre.leggauss(20)
    half = np.diff(marks)[:, None] / 2
    nodes = ((marks[1:] + marks[:-1])[:, None] / 2 + half * x).ravel()
    total = function(nodes) @ (half * w).ravel()
    for end in (marks[0], marks[-1]):
        # beyond, in 1/nu, where the integrand falls off like 1/nu^2 or faster
        u = (x + 1) / (2 * end)
        total = total + function(1 / u) @ (w / (2 * abs(end) * u**2))
    return total / (2 * np.pi)


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("pair", PAIRS)
def test_against_quadrature_of_the_expanded_trace(point, pair, warm):
    at = values(point)
    numbers = {name: float(value) for name, value in at.items()}

    def with_size(nu):
        traces = expanded_traces(*pair, nu, numbers, warm)
        return np.stack([traces, np.abs(traces)])

    expected, sizes = integral(with_size, numbers)
    for k, name in enumerate(NAMES):
        value = complex(number(getattr(expansion(pair, warm), name), at))
        # rounding of some hundred terms of the size of the integrand
        assert abs(value - expected[k]) < 1e-12 * sizes[k].real, name


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("pair", PAIRS)
def test_series_in_the_frequency_is_that_of_the_two_terms_of_37(point, pair):
    """(37) as printed, with omega shared by both Green's functions."""
    at = values(point)
    numbers = {name: float(value) for name, value in at.items()}
    gamma = numbers["gamma_b"] + numbers["gamma_v"]
    step = gamma / 100

    def loop(nu):
        upper, lower = (greens(nu + sign * step / 2, numbers, False) for sign in (1, -1))
        left, right = PAULI[pair[0]], PAULI[pair[1]]
        first = trace(left, upper[0], right, lower[1])
        return 0.5j * (first + trace(left, upper[1], right, lower[2]))

    shifted = [
        sign * numbers["edge"] + shift for sign in (1, -1) for shift in (step / 2, -step / 2)
    ]
    expected = integral(loop, numbers, shifted)
    parts = [complex(number(getattr(expansion(pair), name), at)) for name in NAMES]
    series = parts[0] + parts[2] * step + parts[3] * step**2
    # the next coefficient is of the order of the last one over gamma
    size = max(abs(parts[2]) * gamma, abs(parts[3]) * gamma**2)
    assert abs(series - expected) < 5e-6 * size + 1e-12 * abs(parts[0])
    assert abs(parts[2] * step) > 1e-4 * size


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("point", POINTS)
def test_coefficients_are_real_as_46_says(pair, point):
    at = values(point)
    found = expansion(pair)
    for name in NAMES:
        value = number(getattr(found, name), at)
        wrong = value.real if name == "frequency" else value.imag
        assert abs(wrong) < 1e-18 * abs(value), name


@pytest.mark.parametrize("point", POINTS)
def test_thouless_criterion_40_and_41(point):
    # Pi_22 and Pi_12 at q = omega = 0 are twice the real and the imaginary part of (33)
    at = values(point)
    gap_equation = number(gap_kernel(), at)
    scale = abs(gap_equation)
    assert abs(number(expansion((2, 2)).constant, at) - 2 * gap_equation.real) < 1e-18 * scale
    assert abs(number(expansion((1, 2)).constant, at) - 2 * gap_equation.imag) < 1e-18 * scale


@pytest.mark.parametrize("point", POINTS)
def test_ward_identity_before_the_sum_over_momenta(point):
    # Pi_11 = Pi_22 + 2 Delta_0 dRe g/dDelta_0 and Pi_21 = -2 [Im g + Delta_0 dIm g/dDelta_0]
    at = values(point)
    kernel = gap_kernel()
    slope = number(kernel.diff(symbols.gap), at) * floats(at)["gap"]
    value = number(kernel, at)
    eleven, twentyone = (number(expansion(pair).constant, at) for pair in ((1, 1), (2, 1)))
    scale = abs(slope) + abs(value)
    assert abs(eleven - 2 * (value + slope).real) < 1e-17 * scale
    assert abs(twentyone + 2 * (value + slope).imag) < 1e-17 * scale


def test_density_and_unit_vertices():
    # with one vertex tau_0 the two terms of (37) cancel
    assert expand(0, 1).constant == 0
    assert expand(3, 0).wave == 0
    at = values(POINTS[0])
    for pair in ((0, 0), (3, 3)):
        assert abs(number(expand(*pair).constant, at)) > 0.01


@pytest.mark.parametrize("arguments", [(4, 1), (1, -1), (1, 1, ["phonon"])])
def test_refuses(arguments):
    with pytest.raises(ValueError, match=r"outside its domain|unknown reservoir"):
        expand(*arguments)


def kernel_outputs(at, warm):
    """Return the outputs of the generated kernels for the bath and the vacuum together."""
    arguments = (at["xi"], at["gap"], at["gamma_b"] + at["gamma_v"])
    if warm:
        filled = kernels.thermal(*arguments, at["edge"], at["temperature"], mp=mp)
    else:
        filled = kernels.step(*arguments, at["edge"], mp=mp)
    void = kernels.empty(*arguments, mp=mp)
    return {
        name: at["gamma_b"] * f + at["gamma_v"] * v
        for name, f, v in zip(kernels.STEP_OUTPUTS, filled, void, strict=True)
    }


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize("point", POINTS)
def test_kernels_are_the_closed_forms(point, warm):
    """The programs are assembled at E = 1 from one temperature; `expand` knows neither trick."""
    at = values(point)
    found = {pair: expansion(pair, warm) for pair in PAIRS}
    numbers = floats(at)
    outputs = kernel_outputs(numbers, warm)

    def pi(name, s, t):
        return number(getattr(found[s, t], name), at)

    wave = 2 * (numbers["xi"] + numbers["mu"]) / 3
    expected = {"alpha11": pi("constant", 2, 2) - pi("constant", 1, 1)}
    expected["alpha21"] = -pi("constant", 2, 1)
    for s, t in PAIRS:
        sign = 1 if (s, t) == (1, 2) else -1
        expected[f"beta{s}{t}"] = sign * pi("wave", s, t) / wave
        expected[f"eta{s}{t}"] = sign * 1j * pi("frequency", s, t)
    expected["zeta12"] = -pi("frequency_squared", 1, 2)
    expected["zeta22"] = pi("frequency_squared", 2, 2)
    assert set(outputs) == set(expected)
    for name, value in expected.items():
        assert abs(outputs[name] - value) < 1e-15 * (abs(value) + 1e-3), name


@pytest.mark.parametrize(("edge", "f"), [("1/4", 0), ("7/4", 1)])
def test_bec_limit_with_long_waves_first(edge, f):
    # Delta_0 << xi and gamma -> 0: Delta_0^2 xi^-3 [1 + gamma_v/gamma - 3 (gamma_b/gamma) f]
    with mp.workdps(30):
        at = {"xi": mp.mpf(1), "gap": mp.mpf(10) ** -4, "edge": mp.mpf(sp.Rational(edge).p) / 4}
        at |= {"gamma_b": mp.mpf(7) * mp.mpf(10) ** -7, "gamma_v": mp.mpf(3) * mp.mpf(10) ** -7}
        found = kernel_outputs(at, warm=False)["alpha11"] / at["gap"] ** 2
        # corrections of the order of gamma and of Delta_0^2
        assert abs(found - (1 + 0.3 - 3 * 0.7 * f)) < 1e-5


def test_kernels_of_all_occupations_have_the_same_outputs():
    assert kernels.EMPTY_OUTPUTS == kernels.STEP_OUTPUTS == kernels.THERMAL_OUTPUTS


def test_reservoirs_add_up():
    lead = fermi_reservoir("lead", symbols.gamma_v, -symbols.edge)
    at = values(POINTS[0])
    both = expand(1, 1, [bath(), lead], linewidth=symbols.linewidth)
    parts = [expand(1, 1, [one], linewidth=symbols.linewidth) for one in (bath(), lead)]
    at_width = at | {"linewidth": at["gamma_b"] + at["gamma_v"]}
    for name in NAMES:
        total = number(getattr(both, name), at_width)
        summed = sum(number(getattr(part, name), at_width) for part in parts)
        assert abs(total - summed) < 1e-18 * abs(total)

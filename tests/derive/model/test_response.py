"""Response functions (37): traces, branches, linear response, and the nu-integral between branches.

The reference is arithmetic with 2x2 matrices of mpmath numbers; nothing derived is in it.
"""

from typing import Any

import pytest
import sympy as sp
from mpmath import mp

from derive import response_integrand, symbols
from derive.model.branches import branch_green_functions
from derive.model.greens import green_functions
from derive.model.response import PARTS, linear_response_integrand
from numerics.kernels import response_mpmath as kernels

#: xi+, xi-, Delta_0, gamma_b, gamma_v, B, omega, nu: rational, so that nothing is rounded.
POINTS = [
    (sp.Rational(-2, 7), sp.Rational(1, 9), "1/3", "1/11", "1/17", "1/5", "1/13", "3/10"),
    (sp.Rational(3, 2), sp.Rational(-1, 8), "2/5", "1/50", "1/90", "-1/5", "-2/3", "-7/10"),
]
NAMES = ("xi_plus", "xi_minus", "gap", "gamma_b", "gamma_v", "edge", "omega", "nu")


def values(point: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(NAMES, (sp.Rational(x) for x in point), strict=True))


def number(expr: sp.Expr, at: dict[str, Any]) -> complex:
    substituted = expr.subs({getattr(symbols, name): value for name, value in at.items()})
    return complex(substituted.evalf(30))


Matrix = tuple[Any, Any, Any, Any]

PAULI: tuple[Matrix, ...] = ((1, 0, 0, 1), (0, 1, 1, 0), (0, -1j, 1j, 0), (1, 0, 0, -1))


def times(*factors: Matrix) -> Matrix:
    """Multiply 2x2 matrices given row by row; mpmath's own are ten times slower."""
    a, b, c, d = factors[0]
    for e, f, g, h in factors[1:]:
        a, b, c, d = a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h
    return a, b, c, d


def resolvent(z: Any, xi: Any, gap: Any) -> Matrix:
    """Invert z - xi tau_3 + gap tau_1."""
    determinant = (z - xi) * (z + xi) - gap * gap
    off = -gap / determinant
    return (z + xi) / determinant, off, off, (z - xi) / determinant


def green(xi: Any, w: Any, at: dict[str, Any]) -> tuple[Matrix, Matrix, Matrix]:
    """Return G^R, G^K, G^A at T = 0."""
    gamma_b, gamma_v = at["gamma_b"], at["gamma_v"]
    gamma = gamma_b + gamma_v
    retarded = resolvent(w + 1j * gamma, xi, at["gap"])
    advanced = resolvent(w - 1j * gamma, xi, at["gap"])

    def distribution(x: Any) -> Any:
        return gamma_b * (1 - 2 * (1 if x < at["edge"] else 0)) + gamma_v

    source = (-2j * distribution(w), 0, 0, 2j * distribution(-w))
    return retarded, times(retarded, source, advanced), advanced


def loop(s: int, t: int, nu: Any, omega: Any, at: dict[str, Any]) -> Any:
    """Return the integrand of (37) as it is printed."""
    r, k, _ = green(at["xi_plus"], nu + omega / 2, at)
    _, k_minus, a_minus = green(at["xi_minus"], nu - omega / 2, at)
    first = times(PAULI[s], r, PAULI[t], k_minus)
    second = times(PAULI[s], k, PAULI[t], a_minus)
    return 0.5j * (first[0] + first[3] + second[0] + second[3])


def numbers(at: dict[str, Any]) -> dict[str, Any]:
    return {name: mp.mpf(value.p) / value.q for name, value in at.items()}


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("s", range(4))
@pytest.mark.parametrize("t", range(4))
def test_integrand_is_37_for_all_vertices(point: tuple[Any, ...], s: int, t: int) -> None:
    at = values(point)
    expected = complex(loop(s, t, numbers(at)["nu"], numbers(at)["omega"], numbers(at)))
    # double precision of the reference, relative to the largest trace
    assert abs(number(response_integrand(s, t), at) - expected) < 1e-12 * (1 + abs(expected))


@pytest.mark.parametrize("point", POINTS)
def test_branches_add_up(point: tuple[Any, ...]) -> None:
    at = values(point)
    upper, lower = branch_green_functions(xi=symbols.xi_plus)
    whole = green_functions(xi=symbols.xi_plus)
    for part in ("retarded", "advanced", "keldysh"):
        difference = getattr(upper, part) + getattr(lower, part) - getattr(whole, part)
        assert max(abs(number(entry, at)) for entry in difference) < 1e-20
    assert any(abs(number(entry, at)) > 1e-3 for entry in upper.keldysh)


@pytest.mark.parametrize(("s", "t"), [(1, 1), (1, 2), (2, 1), (2, 2)])
def test_inter_and_intra_band_parts_add_up(s: int, t: int) -> None:
    at = values(POINTS[0])
    whole, inter, intra = (number(response_integrand(s, t, part=p), at) for p in PARTS)
    assert abs(whole - inter - intra) < 1e-14 * abs(whole)
    assert abs(inter) > 1e-3 * abs(whole)
    assert abs(intra) > 1e-3 * abs(whole)


@pytest.mark.parametrize("s", [1, 2])
def test_linearised_dyson_equation_gives_the_response(s: int) -> None:
    at = values(POINTS[1])
    for t, derived in zip((1, 2), linear_response_integrand(s), strict=True):
        expected = number(response_integrand(s, t), at)
        assert abs(number(derived, at) - expected) < 1e-14 * abs(expected)


def test_42_and_43_behind_the_thouless_criterion() -> None:
    at = values(POINTS[0]) | {"omega": sp.S.Zero}
    at["xi_minus"] = at["xi_plus"]
    keldysh = green_functions(frequency=symbols.nu, xi=symbols.xi_plus).keldysh[0, 1]
    ratio = number(-sp.I * keldysh / symbols.gap, at)
    assert abs(number(response_integrand(2, 2), at) - ratio.real) < 1e-14 * abs(ratio)
    assert abs(number(response_integrand(1, 2), at) - ratio.imag) < 1e-14 * abs(ratio)


def closed(s: int, t: int, omega: Any, at: dict[str, Any], branches: list[tuple[int, int]]) -> Any:
    """Return Pi_st under sum_p from the generated kernels, (i/2)[R(omega) - R(-omega*)*].

    The two momenta change their places in the second term; under the sum that is inversion.
    """
    gamma = at["gamma_b"] + at["gamma_v"]
    index = kernels.STEP_OUTPUTS.index(f"r{s}{t}_real")

    def summed(transfer: Any, ends: tuple[str, str]) -> Any:
        xi_plus, xi_minus = (at[name] for name in ends)
        energies = [mp.hypot(xi, at["gap"]) for xi in (xi_plus, xi_minus)]
        total = mp.mpc(0)
        for plus, minus in branches:
            momenta = (xi_plus, xi_minus, plus * energies[0], minus * energies[1])
            shared = (*momenta, at["gap"], gamma, gamma + mp.im(omega), transfer)
            filled, void = kernels.step(*shared, at["edge"]), kernels.empty(*shared)
            for rate, parts in ((at["gamma_b"], filled), (at["gamma_v"], void)):
                total += rate * mp.mpc(parts[index], parts[index + 1])
        return total

    direct = summed(mp.re(omega), ("xi_plus", "xi_minus"))
    return 0.5j * (direct - mp.conj(summed(-mp.re(omega), ("xi_minus", "xi_plus"))))


ALL = [(1, 1), (1, -1), (-1, 1), (-1, -1)]


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize(("s", "t"), [(1, 1), (2, 1)])
def test_nu_integral_against_quadrature(point: tuple[Any, ...], s: int, t: int) -> None:
    with mp.workdps(24):
        at = numbers(values(point))
        omega, gamma = at["omega"], at["gamma_b"] + at["gamma_v"]
        # features: the poles at +-E within gamma, the steps of both occupations, shifted by omega/2
        marks = set()
        for name, shift in (("xi_plus", -omega / 2), ("xi_minus", omega / 2)):
            energy = mp.hypot(at[name], at["gap"])
            for center in (energy, -energy, at["edge"], -at["edge"]):
                marks |= {center + shift + k * gamma for k in (-10, -3, -1, 0, 1, 3, 10)}
        far = 10 * max(abs(m) for m in marks)
        path = [-far, *sorted(marks), far]
        # between its features the integrand is smooth
        rule = {"method": "gauss-legendre"}
        integral = mp.quad(lambda nu: loop(s, t, nu, omega, at), path, **rule)
        integral += mp.quad(
            lambda u: (loop(s, t, 1 / u, omega, at) + loop(s, t, -1 / u, omega, at)) / u**2,
            [0, 1 / far],
            **rule,
        )
        value = closed(s, t, omega, at, ALL)
        # the constants 0.5j and 2j of the reference are exact; quadrature reaches some 1e-20
        assert abs(value - integral / (2 * mp.pi)) < 1e-18 * abs(value)


def test_analytic_continuation_has_no_jump_at_the_real_axis() -> None:
    with mp.workdps(30):
        at = numbers(values(POINTS[0]))
        gamma = at["gamma_b"] + at["gamma_v"]
        center, radius = at["omega"], gamma / 2
        # mean value property: 16 points leave an error of order (radius / gamma)**16
        circle = [center + radius * mp.expjpi(mp.mpf(2 * k + 1) / 16) for k in range(16)]
        mean = sum(closed(1, 1, w, at, ALL) for w in circle) / 16
        exact = closed(1, 1, center, at, ALL)
        assert abs(mean - exact) < 2 * mp.mpf(2) ** -16 * abs(exact)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [((4, 1), "0, 1, 2, 3"), ((1, 1, ["phonon"]), "unknown reservoir 'phonon'")],
)
def test_refuses(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        response_integrand(*arguments)


def test_refuses_an_unknown_part() -> None:
    with pytest.raises(ValueError, match="all, inter, intra"):
        response_integrand(1, 1, part="upper")

"""The reduced traces of the phase column against the traces of the Green's functions."""

import pytest
import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.closed_forms.goldstone import (
    coupling_trace,
    difference_trace,
    on_shell_forms,
    on_shell_traces,
    uniform_traces,
)
from derive.functions.pairs import root_sum

GAP, GAMMA = symbols.gap, symbols.linewidth
#: Traces of the diagonal matrix D with itself and with tau_3.
TRACE, CONTRAST = sp.symbols("S_0 S_3")
DISTRIBUTION = (TRACE * nambu.pauli(0) + CONTRAST * nambu.pauli(3)) / 2


def numerator(z, xi):
    return z * nambu.pauli(0) + nambu.hamiltonian(xi, GAP)


def on_shell(t):
    """Return z and xi with xi^2 = z^2 - Delta_0^2, rational in t."""
    return GAP * (t + 1 / t) / 2, GAP * (t - 1 / t) / 2


def vanishes(expr: sp.Expr) -> bool:
    return sp.expand(sp.numer(sp.together(expr))) == 0


@pytest.mark.parametrize("advanced", [False, True])
def test_traces_on_shell(advanced):
    (after, plus), (at, xi) = on_shell(sp.Symbol("s")), on_shell(sp.Symbol("t"))
    retarded = at + 2 * sp.I * GAMMA if advanced else at
    conjugated = retarded - 2 * sp.I * GAMMA
    forms = on_shell_forms((after, at), (plus, xi), (plus**2, xi**2), after - at)
    found = on_shell_traces(
        advanced,
        frequency=retarded - sp.I * GAMMA,
        linewidth=GAMMA,
        pole=xi,
        forms=tuple(form.replace(root_sum, lambda x, y, d: x + y) for form in forms),
        sums=(TRACE, CONTRAST),
    )
    right = numerator(retarded, xi) * DISTRIBUTION * numerator(conjugated, xi)
    for s, value in zip((1, 2), found, strict=True):
        whole = nambu.pauli(s) * numerator(after, plus) * nambu.pauli(2) * right
        assert vanishes(whole.trace() - value)


def test_forms_have_the_given_difference_of_squares():
    (after, plus), (at, xi) = on_shell(sp.Symbol("s")), on_shell(sp.Symbol("t"))
    for form in on_shell_forms((after, at), (plus, xi), (plus**2, xi**2), after - at):
        first, second, difference = next(iter(form.atoms(root_sum))).args
        assert vanishes(first**2 - second**2 - difference)


def test_uniform_traces():
    z, omega, xi = sp.symbols("z omega xi")
    after, conjugated = z + omega, z - 2 * sp.I * GAMMA
    # a^2 - xi^2 and its kin, the determinants of the inverse Green's functions
    a, c, c_star = (sp.expand(numerator(w, xi).det()) for w in (after, z, conjugated))
    found = uniform_traces(transfer=after - conjugated, pole=xi, sums=(TRACE, CONTRAST))
    for s, (both, rest) in zip((1, 2), found, strict=True):
        right = numerator(z, xi) * DISTRIBUTION * numerator(conjugated, xi)
        # G_+ - G = -omega G_+ G
        change = numerator(after, xi) / a - numerator(z, xi) / c
        whole = (nambu.pauli(s) * change * nambu.pauli(2) * right).trace() / (c * c_star)
        reduced = both / (c * c_star) + both / (a * c) + rest / (a * c * c_star)
        assert vanishes(whole + omega * reduced)


def test_coupling_of_amplitude_and_phase():
    after, plus, z, xi = sp.symbols("z_plus xi_plus z xi")
    right = numerator(z, xi) * DISTRIBUTION * numerator(z - 2 * sp.I * GAMMA, xi)
    both = [
        (nambu.pauli(s) * numerator(after, plus) * nambu.pauli(3 - s) * right).trace()
        for s in (1, 2)
    ]
    assert vanishes(sum(both) - coupling_trace(CONTRAST))


def test_difference_of_amplitude_and_phase():
    after, plus, nu, xi = sp.symbols("z_plus xi_plus nu xi")
    ends = [numerator(nu + sign * sp.I * GAMMA, xi) for sign in (1, -1)]
    right = ends[0] * DISTRIBUTION * ends[1]
    both = [
        (nambu.pauli(s) * numerator(after, plus) * nambu.pauli(s) * right).trace() for s in (1, 2)
    ]
    assert vanishes(both[0] - both[1] - difference_trace(nu, xi, (TRACE, CONTRAST)))

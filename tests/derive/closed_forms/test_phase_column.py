"""The traces of the phase column against the traces of the matrices, in exact arithmetic."""

from __future__ import annotations

import pytest
import sympy as sp

from derive.algebra import nambu
from derive.closed_forms.phase_column import Keldysh, on_shell_forms
from derive.functions.pairs import root_sum

Q = sp.Rational
#: a whose sqrt(1 - a**2) is rational, gamma, delta, Delta_0, omega, and any Sigma^K.
SKEW, GAMMA, DELTA, GAP = Q(3, 5), Q(2, 7), Q(-1, 9), Q(5, 4)
OMEGA = Q(1, 3) + sp.I / 8
SIGMA = sp.ImmutableMatrix(sp.diag(-3 * sp.I, 5 * sp.I / 7))
THRESHOLD = GAP * Q(4, 5)
#: Rates of electrons and holes, in A - A*.
RATES = GAMMA * nambu.pauli(0) + DELTA * nambu.pauli(3)
SHIFT = -2 * sp.I * (GAMMA * nambu.pauli(0) - DELTA * nambu.pauli(3))
#: Y + r over the threshold: the other root is its inverse.
AFTER, BEFORE = Q(7, 3) + sp.I / 5, Q(5, 2) - sp.I / 3

KELDYSH = Keldysh(SIGMA, SKEW, DELTA, GAMMA, GAP)


def poles(t):
    """Return Y, r, Y + r and Y - r."""
    rising, falling = THRESHOLD * t, THRESHOLD / t
    return (rising + falling) / 2, (rising - falling) / 2, rising, falling


def adjugate(sign, t):
    """Return the adjugate of the inverse Green's function at a pole."""
    _, _, rising, falling = poles(t)
    up, down = (rising, falling)[::sign]
    return sp.ImmutableMatrix([[up / (1 + SKEW), -GAP], [-GAP, down / (1 - SKEW)]])


def inverse_of(adjugated):
    """Return the matrix of an adjugate."""
    return sp.ImmutableMatrix(adjugated.adjugate())


def matrices(advanced, sign):
    """Return nu - a mu, the root with its sign, N and N* at a pole."""
    y, r, _, _ = poles(BEFORE)
    at = adjugate(sign, BEFORE)
    slope, rest = GAMMA - SKEW * DELTA, DELTA - SKEW * GAMMA
    if advanced:
        return y + sp.I * slope, sign * r - sp.I * rest, at - SHIFT, at
    return y - sp.I * slope, sign * r + sp.I * rest, at, at + SHIFT


def forms_of(after, before, relative):
    """Return the forms of two poles, the first one where u is Y + r."""
    return on_shell_forms(
        relative,
        (after[2], before[2]),
        (after[3], before[3]),
        (after[0] - before[0], after[0] + before[0]),
        (after[1] - relative * before[1], after[1] + relative * before[1]),
        THRESHOLD,
    )


def equal(first, second):
    return sp.expand(first - second) == 0


@pytest.mark.parametrize("advanced", [False, True])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("other", [1, -1])
def test_traces_on_shell(advanced, sign, other):
    frequency, root, left, right = matrices(advanced, sign)
    after, before = poles(AFTER), poles(BEFORE)
    first, second = forms_of(after, before, sign * other)
    forms = [x.replace(root_sum, lambda x, y, d: x + y) for x in (other * first, second)]
    filling = sum(KELDYSH.filled(frequency, root))
    found = KELDYSH.on_shell(advanced, filling, (*forms, 1))
    for s, value in zip((1, 2), found, strict=True):
        product = nambu.pauli(s) * adjugate(other, AFTER) * nambu.pauli(2) * left * SIGMA * right
        assert equal(value, (1 - SKEW**2) * product.trace())


@pytest.mark.parametrize("relative", [1, -1])
def test_forms_have_the_given_difference_of_squares(relative):
    after, before = poles(AFTER), poles(BEFORE)
    forms = forms_of(after, before, relative)
    sums = set().union(*(form.atoms(root_sum) for form in forms))
    assert len(sums) == (2 if relative == 1 else 3)
    for x, y, difference in (s.args for s in sums):
        assert equal(x**2 - y**2, difference)


@pytest.mark.parametrize("advanced", [False, True])
@pytest.mark.parametrize("sign", [1, -1])
def test_uniform_traces(advanced, sign):
    frequency, root, left, right = matrices(advanced, sign)
    conjugated = inverse_of(right)
    assert conjugated + 2 * sp.I * RATES == inverse_of(left)
    after = conjugated + OMEGA * nambu.pauli(0) + 2 * sp.I * RATES
    # the adjugate of a symmetric matrix, from the other side of tau_2
    assert (after.adjugate() * nambu.pauli(2) - nambu.pauli(2) * after).expand().is_zero_matrix
    resonance = OMEGA * frequency + 2 * THRESHOLD**2
    both, rest = KELDYSH.uniform(OMEGA, frequency, root, resonance)
    for row, s in enumerate((1, 2)):
        product = nambu.pauli(s) * nambu.pauli(2) * after * SIGMA * right
        assert equal(product.trace(), both[row] * conjugated.det() + rest[row])


@pytest.mark.parametrize("advanced", [False, True])
@pytest.mark.parametrize("sign", [1, -1])
def test_off_the_diagonal(advanced, sign):
    """The odd part of G^K couples amplitude and phase both ways differently."""
    frequency, root, left, right = matrices(advanced, sign)
    green = left * SIGMA * right
    assert equal(green[0, 1] - green[1, 0], -2 * GAP * KELDYSH.contrast)
    assert equal(green[0, 1] + green[1, 0], -2 * GAP * sum(KELDYSH.filled(frequency, root)))

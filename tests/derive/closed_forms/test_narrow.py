"""The static response for small q with gamma -> 0 first, of two branches of any carriers."""

import itertools

import mpmath as mp
import pytest
import sympy as sp

from derive import symbols
from derive.closed_forms.narrow import (
    ELECTRONS,
    ELECTRONS_SLOPE,
    HOLES,
    HOLES_SLOPE,
    branch_filling,
    branch_slope,
    even,
    even_slope,
    expand_branch,
    expand_narrow,
    filling,
    filling_quotient,
    filling_slope,
    lowest_terms,
    odd,
    odd_slope,
)
from derive.closed_forms.two_bands import IMBALANCE, SKEW
from numerics.kernels import expansion_mpmath as kernels


@pytest.mark.parametrize("pair", [(0, 1), (3, 3)])
def test_narrow_refuses(pair):
    with pytest.raises(ValueError, match="outside their domain 1, 2"):
        expand_narrow(*pair)


def test_narrow_limit_of_the_bubble():
    """The limit gamma -> 0 of two branches written as static response, at neighbouring energies."""
    xi, gap, r = sp.Rational(1, 3), sp.Rational(1, 4), sp.Rational(9, 10)
    edge, T = sp.Rational(3, 10), sp.Rational(1, 7)

    def fermi(x):
        return 1 / (mp.exp((x - float(edge)) / float(T)) + 1)

    def distribution(x, E):
        f, back = fermi(E), fermi(-E)
        return x / E * (1 - float(r) * (f + back)) + float(r) * (back - f)

    def static(s, a, b):
        """Static response of two branches at energies a and b, from |<+|tau_s|+->|^2."""
        ea, eb = mp.hypot(a, float(gap)), mp.hypot(b, float(gap))
        cosine = (a * b + float(gap) ** 2) / (ea * eb)
        anomalous = {1: float(gap) ** 2 / (ea * eb), 2: mp.mpf(0)}[s]
        # Tr[tau_s P_n tau_s P_n'] = (1 + 2 n_s n'_s - n.n')/2, with n' reversed between branches
        same, other = (1 + 2 * anomalous - cosine) / 2, (1 - 2 * anomalous + cosine) / 2
        fa, fb = distribution(a, ea), distribution(b, eb)
        return same * (fb - fa) / (eb - ea) + other * (fa + fb) / (ea + eb)

    with mp.workdps(40):
        E = mp.hypot(float(xi), float(gap))
        h = mp.mpf(10) ** -12
        weights = {
            even: 1 - float(r) * (fermi(E) + fermi(-E)),
            odd: float(r) * (fermi(-E) - fermi(E)),
        }
        slope = (fermi(E + h) - fermi(E - h)) / (2 * h), (fermi(-E + h) - fermi(-E - h)) / (2 * h)
        weights[even_slope] = -float(r) * (slope[0] - slope[1])
        weights[odd_slope] = -float(r) * (slope[1] + slope[0])
        for s in (1, 2):
            found = expand_narrow(s, s)
            near = {symbols.xi: mp.mpf(float(xi)), symbols.gap: mp.mpf(float(gap))}
            near |= {symbols.energy: E, symbols.mu: mp.mpf("0.7"), **weights}
            x = near[symbols.xi]
            value = sp.lambdify(list(near), found.constant, "mpmath")(*near.values())
            # the quotient of differences at x +- h is the derivative up to h**2
            assert abs(value - static(s, x + h, x - h)) < 1e-20 * abs(value)
            if found.wave is None:
                assert s == 1
                continue
            h = mp.mpf(10) ** -8
            mixed = sum(
                i * j * static(s, x + i * h, x + j * h * (1 + mp.mpf(10) ** -6))
                for i, j in itertools.product((1, -1), repeat=2)
            ) / (4 * h * h * (1 + mp.mpf(10) ** -6))
            expected = -mp.mpf(2) / 3 * (x + mp.mpf("0.7")) * mixed
            curvature = sp.lambdify(list(near), found.wave, "mpmath")(*near.values())
            # errors of second order in h, and the uneven step that keeps energies apart
            assert abs(curvature - expected) < 1e-9 * abs(curvature)


def test_narrow_phase_stiffness_is_the_amplitude_stiffness():
    # (76) without approximation: beta_22 = sum_p v_p^2/(12 Delta_0^2) a_p where alpha_11 = sum a_p
    amplitude, phase = expand_narrow(1, 1), expand_narrow(2, 2)
    velocity_squared = 4 * (symbols.xi + symbols.mu)
    alpha = phase.constant - amplitude.constant
    difference = -phase.wave - velocity_squared / (12 * symbols.gap**2) * alpha
    assert lowest_terms(difference) == 0
    assert lowest_terms(difference + alpha) != 0


def test_72_in_the_narrow_limit():
    # Delta_0 << xi: xi^-3 F - xi^-2 F' with F = 1 - 2 (gamma_b/gamma) f, f(-E) = 1
    alpha = expand_narrow(2, 2).constant - expand_narrow(1, 1).constant
    r, f, slope = sp.symbols("r f f_slope", real=True)
    known = {even: 1 - r * (f + 1), odd: r * (1 - f), even_slope: -r * slope}
    known[odd_slope] = -r * slope
    xi = sp.Symbol("x", positive=True)
    value = alpha.subs(known).subs({symbols.energy: sp.sqrt(xi**2 + symbols.gap**2)})
    value = value.subs(symbols.xi, xi) / symbols.gap**2
    limit = sp.limit(sp.simplify(value), symbols.gap, 0)
    assert sp.simplify(limit - (xi**-3 * (1 - 2 * r * f) + xi**-2 * 2 * r * slope)) == 0


class TwoBranches:
    """Two branches of carriers of other masses, rates and occupations, by matrices of numbers.

    F_b is the diagonal element of i Sigma^K/2 in a branch over that of the rates.
    """

    skew, gap, rates = mp.mpf("0.3"), mp.mpf("0.25"), (mp.mpf("0.7"), mp.mpf("0.4"))
    places, warmth = (mp.mpf("0.3"), mp.mpf("-0.2")), mp.mpf("0.15")

    def occupied(self, species, y):
        """gamma [1 - 2 f] of electrons at y, of holes at -y, and the derivatives by these."""
        x = ((-y if species else y) - self.places[species]) / (2 * self.warmth)
        slope = self.rates[species] / (2 * self.warmth * mp.cosh(x) ** 2)
        return self.rates[species] * mp.tanh(x), slope

    def branch(self, x, b):
        """Energy, projector and filling at xi = x."""
        energy = mp.hypot(x, self.gap)
        y = self.skew * x + b * energy
        turned = mp.matrix([[x, -self.gap], [-self.gap, -x]]) * (b / energy)
        projector = (mp.eye(2) + turned) / 2
        source = mp.diag([self.occupied(0, y)[0], -self.occupied(1, y)[0]])
        width = trace(projector * mp.diag(self.rates))
        return y, projector, trace(projector * source) / width

    def static(self, vertex, x, y, branches):
        """Half of the sum under the integral, of those pairs of branches."""
        total = mp.mpf(0)
        for a, b in branches:
            first, second = self.branch(x, a), self.branch(y, b)
            element = trace(vertex * first[1] * vertex * second[1])
            total += element * (second[2] - first[2]) / (second[0] - first[0])
        return mp.re(total) / 2

    def derived(self, s, x):
        """Constant and curvature of both branches by what is derived."""
        total = [mp.mpf(0), mp.mpf(0)]
        for b in (1, -1):
            _, _, filled = self.branch(x, b)
            step = mp.mpf(10) ** -15
            slope = (self.branch(x + step, b)[2] - self.branch(x - step, b)[2]) / (2 * step)
            rise = self.skew + b * x / mp.hypot(x, self.gap)
            known = {symbols.xi: x, symbols.gap: self.gap, SKEW: self.skew, filling: filled}
            known |= {symbols.energy: mp.hypot(x, self.gap), filling_slope: slope}
            known |= {filling_quotient: slope / rise}
            found = expand_branch(s, s, b)
            for k, part in enumerate((found.constant, found.curvature or sp.S.Zero)):
                total[k] += sp.lambdify(list(known), part, "mpmath")(*known.values())
        return total


def trace(matrix):
    return matrix[0, 0] + matrix[1, 1]


VERTICES = {1: mp.matrix([[0, 1], [1, 0]]), 2: mp.matrix([[0, -1j], [1j, 0]])}
EVERY = list(itertools.product((1, -1), repeat=2))


@pytest.mark.parametrize("x", [mp.mpf("0.4"), mp.mpf("-0.3")])
def test_branches_of_any_carriers(x):
    """The sum over two branches at neighbouring energies, which knows no derivative."""
    with mp.workdps(45):
        system, h = TwoBranches(), mp.mpf(10) ** -12
        for s, vertex in VERTICES.items():
            constant, curvature = system.derived(s, x)
            # the quotient of differences at x +- h is the derivative up to h**2
            there = system.static(vertex, x + h, x - h, EVERY)
            assert abs(constant - there) < 1e-18 * abs(constant)
            if s == 1:
                continue
            h, uneven = mp.mpf(10) ** -8, 1 + mp.mpf(10) ** -6
            mixed = sum(
                i * j * system.static(vertex, x + i * h, x + j * h * uneven, EVERY)
                for i, j in EVERY
            )
            mixed /= 4 * h * h * uneven
            assert abs(curvature - mixed) < 1e-9 * abs(curvature)


@pytest.mark.parametrize("x", [mp.mpf("0.4"), mp.mpf("-0.3")])
def test_what_fills_the_upper_branch(x):
    with mp.workdps(40):
        system, h = TwoBranches(), mp.mpf(10) ** -14
        y, _, filled = system.branch(x, 1)
        (electrons, first), (holes, second) = (system.occupied(k, y) for k in (0, 1))
        known = {symbols.xi: x, symbols.gap: system.gap, SKEW: system.skew}
        known |= {symbols.energy: mp.hypot(x, system.gap), ELECTRONS: electrons, HOLES: holes}
        known |= {ELECTRONS_SLOPE: first, HOLES_SLOPE: second}
        known |= {symbols.linewidth: sum(system.rates) / 2}
        known |= {IMBALANCE: (system.rates[0] - system.rates[1]) / 2}
        parts = (*branch_filling(), branch_slope())
        value, turning, along, rise = (
            sp.lambdify(list(known), part, "mpmath")(*known.values()) for part in parts
        )
        slope = (system.branch(x + h, 1)[2] - system.branch(x - h, 1)[2]) / (2 * h)
        assert abs(value - filled) < 1e-30
        assert abs(turning + rise * along - slope) < 1e-20 * abs(slope)


def test_program_of_both_branches():
    """The program is that of the upper branch; carriers' names exchanged, that of the lower one."""
    with mp.workdps(30):
        system, x = TwoBranches(), mp.mpf("0.4")
        total = mp.matrix([0, 0])
        for b in (1, -1):
            y = system.branch(x, b)[0]
            occupied = [system.occupied(k, y) for k in (0, 1)][::b]
            skew, rates = b * system.skew, system.rates[::b]
            lowest = -skew * system.gap / mp.sqrt(1 - skew**2)
            arguments = [x - lowest, system.gap, sum(rates) / 2, (rates[0] - rates[1]) / 2, skew]
            arguments += [value for value, _ in occupied] + [slope for _, slope in occupied]
            total += mp.matrix(kernels.narrow(*arguments, mp=mp))
        amplitude, phase = (system.derived(s, x) for s in (1, 2))
        for found, expected in zip(total, (phase[0] - amplitude[0], phase[1]), strict=True):
            assert abs(found - expected) < 1e-14 * abs(expected)

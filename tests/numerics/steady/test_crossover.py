"""The equilibrium crossover against published numbers, quadrature, closed forms and asymptotics."""

import mpmath
import numpy as np
import pytest
from scipy.special import ellipe, ellipkm1

from numerics import NoCondensate, equilibrium_crossover
from numerics.steady.crossover import crossover_at

EPS = np.finfo(float).eps
MP = mpmath.mp.clone()
MP.dps = 30
INTERACTIONS = (-5.0, -2.0, -1.0, -0.3, 0.0, 0.2, 0.5532, 0.6, 1.0, 3.0, 10.0)


def test_published_values_at_unitarity():
    # BCS-Leggett theory at unitarity: mu = 0.5906 and Delta_0 = 0.6864 Fermi energies; e.g.
    # Marini, Pistolesi and Strinati, Eur. Phys. J. B 1, 151 (1998), and Giorgini, Pitaevskii and
    # Stringari, Rev. Mod. Phys. 80, 1215 (2008), section V.
    state = equilibrium_crossover(0.0)
    assert round(state.mu, 4) == 0.5906
    assert round(state.gap, 4) == 0.6864


def quadrature_residuals(inv_kfa, gap, mu):
    """Residuals of (14) and (15) at T = 0, each over its scale, with x = p**2 = u**2 beyond 0."""
    gap, mu = MP.mpf(gap), MP.mpf(mu)
    top = 40 * (abs(mu) + gap)
    # where the integrands change within Delta_0 of the Fermi momentum
    near = [MP.sqrt(x) for k in (-8, -3, -1, 0, 1, 3, 8) if (x := mu + k * gap) > 0]
    points = sorted({MP.mpf(0), *(p for p in near if p < MP.sqrt(top)), MP.sqrt(top)})

    def energy(p):
        return MP.sqrt((p * p - mu) ** 2 + gap * gap)

    def pairing(p):
        return p * p / energy(p) / 2 - MP.mpf(1) / 2

    def density(p):
        e = energy(p)
        xi = p * p - mu
        return p * p * gap * gap / (e * (e + xi)) if xi > 0 else p * p * (1 - xi / e)

    def beyond(function):
        return MP.quad(lambda u: function(1 / u) / u**2, [0, 1 / points[-1]])

    measure = 1 / (2 * MP.pi**2)
    gap_sum = measure * (MP.quad(pairing, points) + beyond(pairing))
    number = measure * (MP.quad(density, points) + beyond(density))
    scale = measure * MP.quad(lambda p: abs(pairing(p)), points) + abs(inv_kfa) / (8 * MP.pi)
    return (inv_kfa / (8 * MP.pi) + gap_sum) / scale, 3 * MP.pi**2 * number - 1


@pytest.mark.parametrize("inv_kfa", INTERACTIONS)
def test_the_state_solves_the_equations_by_quadrature_in_30_digits(inv_kfa):
    state = equilibrium_crossover(inv_kfa)
    gap_residual, number_residual = quadrature_residuals(inv_kfa, state.gap, state.mu)
    # Gap and mu are rounded.  The sums change by at most eps (|mu| + gap) over the smallest energy
    # on which they depend, which is the gap on the BCS side.
    relative = 40 * EPS * max(1, abs(state.mu) / state.gap)
    assert abs(gap_residual) <= min(relative, 1e-11)
    assert abs(number_residual) <= min(relative, 1e-11)


def marini(x0):
    """Delta_0, mu and inv_kfa from x0 = mu / Delta_0 by elliptic integrals.

    Marini, Pistolesi and Strinati, Eur. Phys. J. B 1, 151 (1998): their integrals I5 and I6 in the
    complete elliptic integrals.
    """
    root = np.sqrt(1 + x0 * x0)
    # x1**2 = (sqrt(1 + x0**2) + x0) / 2, without cancellation for x0 < 0
    x1_squared = (root + x0) / 2 if x0 > 0 else 1 / (2 * (root - x0))
    parameter = x1_squared / root
    # the first kind by the complementary parameter, which vanishes for x0 -> infinity
    first, second = ellipkm1(1 / (4 * root * x1_squared)), ellipe(parameter)
    i5 = np.sqrt(root) * second - first / (4 * x1_squared * np.sqrt(root))
    i6 = first / (2 * np.sqrt(root))
    density = x0 * i5 + i6
    gap = density ** (-2 / 3)
    return gap, x0 * gap, -4 / np.pi * (x0 * i6 - i5) / density ** (1 / 3)


@pytest.mark.parametrize("x0", [-5.0, -1.0, -0.2, 0.0, 0.3, 0.8604, 2.0, 10.0, 100.0])
def test_closed_form_in_elliptic_integrals(x0):
    gap, mu, inv_kfa = marini(x0)
    state = crossover_at(x0)
    # for x0 < 0, I5 is a difference of terms larger than it by about x0**2
    tolerance = 100 * EPS * max(1, x0 * x0 if x0 < 0 else 1)
    assert state.gap == pytest.approx(gap, rel=tolerance)
    assert state.mu == pytest.approx(mu, rel=tolerance, abs=tolerance)
    assert state.inv_kfa == pytest.approx(inv_kfa, rel=tolerance, abs=tolerance)
    # and backwards, through the solver
    again = equilibrium_crossover(inv_kfa)
    assert again.gap == pytest.approx(gap, rel=10 * tolerance)


def test_the_bcs_limit_is_reached_with_its_first_correction():
    # With L = log(8 mu / Delta_0) the integrals of (14) and (15) over xi are, for Delta_0 << mu,
    #   -pi inv_kfa = sqrt(mu) [2 L - 4 + (Delta_0/mu)^2 (L - 1)/8 + ...],
    #   1 = mu^(3/2) [1 + (3/8) (Delta_0/mu)^2 (L + 1/2) + ...];
    # they are consistent with dN/dDelta_0 = Delta_0 dG/dmu and dN/dmu = -Delta_0 dG/dDelta_0, which
    # fix the constants.  Eliminating mu, with L = log(8 / Delta_0) from here on,
    #   mu = 1 - (Delta_0^2/4) (L + 1/2),
    #   Delta_0 = (8/e^2) exp(pi inv_kfa/2) [1 - (Delta_0^2/16) (2 L^2 + 1)]:
    # the first correction is Delta_0^2 times the square of a logarithm, the next one Delta_0^4 L^4.
    inv_kfa = np.array([-1.5, -2.0, -2.5, -3.0, -3.5, -4.0])
    states = [equilibrium_crossover(k) for k in inv_kfa]
    gap, mu = (np.array([getattr(s, name) for s in states]) for name in ("gap", "mu"))
    log = np.log(8 / gap)

    deviation = gap / (8 / np.e**2 * np.exp(np.pi * inv_kfa / 2)) - 1
    first = -(gap**2) / 16 * (2 * log**2 + 1)
    remainder = np.abs(deviation / first - 1) / (gap * log) ** 2
    assert (np.abs(deviation / first - 1) < 2 * (gap * log) ** 2).all()
    assert np.ptp(remainder[:4]) < 0.5 * remainder[:4].max()  # it is of that order, and not smaller

    deviation = mu - 1
    first = -(gap**2) / 4 * (log + 0.5)
    assert (np.abs(deviation / first - 1) < 2 * (gap * log) ** 2).all()
    assert (np.diff(np.abs(mu - 1)) < 0).all()


def test_the_bec_limit_is_reached_with_its_first_correction():
    # For Delta_0 << |mu| = w the integrals are
    #   inv_kfa = sqrt(w) + Delta_0^2 w^(-3/2) / 16 + ...,
    #   1 = (3 pi/16) Delta_0^2 w^(-1/2) [1 - (3/32) (Delta_0/w)^2 + ...];
    # hence mu = -inv_kfa^2 + 2/(3 pi inv_kfa), half the binding energy and the mean-field repulsion
    # of bosons with the scattering length 2 a_s, and
    #   Delta_0 = sqrt(16/3pi) |mu|^(1/4) [1 + 1/(4 pi inv_kfa^3)].
    # The next corrections are inv_kfa^(-4), and inv_kfa^(-6) relative.
    inv_kfa = 2.0 ** np.arange(1, 6)
    states = [equilibrium_crossover(k) for k in inv_kfa]
    gap, mu = (np.array([getattr(s, name) for s in states]) for name in ("gap", "mu"))

    def orders(deviation):
        return -np.diff(np.log2(np.abs(deviation)))

    ratio = gap / (np.sqrt(16 / (3 * np.pi)) * np.abs(mu) ** 0.25) - 1
    assert orders(mu + inv_kfa**2)[-1] == pytest.approx(1, abs=0.01)
    assert orders(mu + inv_kfa**2 - 2 / (3 * np.pi * inv_kfa))[:4] == pytest.approx(4, abs=0.25)
    assert orders(ratio)[-1] == pytest.approx(3, abs=0.01)
    assert orders(ratio - 1 / (4 * np.pi * inv_kfa**3))[:3] == pytest.approx(6, abs=0.4)


def test_the_crossover_is_monotonic_and_smooth_through_mu_equal_to_zero():
    inv_kfa = np.linspace(-3, 3, 25)
    states = [equilibrium_crossover(k) for k in inv_kfa]
    assert (np.diff([s.mu for s in states]) < 0).all()
    assert (np.diff([s.gap for s in states]) > 0).all()
    # Marini, Pistolesi and Strinati (1998): the chemical potential vanishes at 1/(k_F a) = 0.55
    assert equilibrium_crossover(0.5).mu > 0 > equilibrium_crossover(0.6).mu


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "0", True, 1j, [0.0]])
def test_bad_input(value):
    with pytest.raises(ValueError, match=r"^inv_kfa = .* is outside its domain: any real number"):
        equilibrium_crossover(value)


def test_too_weak_an_attraction_is_said_to_be():
    with pytest.raises(NoCondensate, match=r"^inv_kfa = -40: the order parameter is below"):
        equilibrium_crossover(-40.0)

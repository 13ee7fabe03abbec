"""Without decay the solver gives the BCS-BEC crossover as linewidth and cutoff step back."""

import numpy as np
import pytest

from numerics import Parameters, equilibrium_crossover, solve_steady_state


def neville(values, steps):
    """Extrapolate to step 0 along the first axis, by the polynomial through all values."""
    table = list(values)
    for k in range(1, len(steps)):
        table = [
            (steps[i] * table[i + 1] - steps[i + k] * table[i]) / (steps[i] - steps[i + k])
            for i in range(len(table) - 1)
        ]
    return table[0]


def gap_and_mu(inv_kfa, gamma_b, cutoff):
    state = solve_steady_state(Parameters(inv_kfa, gamma_b, cutoff=cutoff))
    return np.array([state.gap, state.mu])


def extrapolated(inv_kfa, rates, cutoffs):
    """Take the linewidth to zero at fixed cutoffs, then the cutoff to infinity."""
    without_linewidth = [
        neville([gap_and_mu(inv_kfa, rate, cutoff) for rate in rates], rates) for cutoff in cutoffs
    ]
    return neville(without_linewidth, [1 / cutoff for cutoff in cutoffs])


# gamma_b cutoff, by which (34) grows, is at most 1e-3
RATES = (1e-6, 5e-7, 2.5e-7)
CUTOFFS = (125.0, 250.0, 500.0, 1000.0)


def test_published_values_at_unitarity():
    # BCS-Leggett theory: mu = 0.5906, Delta_0 = 0.6864, e.g. Giorgini, Pitaevskii and Stringari,
    # Rev. Mod. Phys. 80, 1215 (2008), section V
    gap, mu = extrapolated(0.0, RATES, CUTOFFS)
    assert round(mu, 4) == 0.5906
    assert round(gap, 4) == 0.6864


@pytest.mark.parametrize("inv_kfa", [-1.0, 0.0, 1.0])
def test_the_limit_is_the_crossover(inv_kfa):
    gap, mu = extrapolated(inv_kfa, RATES, CUTOFFS)
    exact = equilibrium_crossover(inv_kfa)
    # Four cutoffs cancel the powers 1 to 3.  The next one is, with momenta in units of
    # sqrt(Delta_0 + |mu|) < 1.5, (1.5)**4 over the product of the cutoffs, 6e10.  Rounding and
    # quadrature, 1e-13, are enlarged by the two extrapolations tenfold each.
    assert gap == pytest.approx(exact.gap, abs=2e-10)
    assert mu == pytest.approx(exact.mu, abs=2e-10)


def test_the_missing_tail_is_of_first_order_in_the_cutoff_and_of_the_known_size():
    # n_p -> Delta_0^2 / (2 p^4), so that a part (3 Delta_0^2 / 4) / p_c of N lies beyond p_c.  At
    # unitarity both unknowns are proportional to N^(2/3): they are larger by Delta_0^2 / (2 p_c).
    exact = equilibrium_crossover(0.0)
    for cutoff in (100.0, 200.0, 400.0):
        gap, mu = gap_and_mu(0.0, 1e-13, cutoff)
        predicted = exact.gap**2 / (2 * cutoff)
        assert gap / exact.gap - 1 == pytest.approx(predicted, rel=2 / cutoff)
        assert mu / exact.mu - 1 == pytest.approx(predicted, rel=2 / cutoff)


def test_the_linewidth_enters_in_first_order_and_with_the_cutoff():
    # (34) grows by (3 gamma_b / pi) p_c of N, which the state makes up for by N^(2/3), and by a
    # term without cutoff, which the difference of two cutoffs removes.
    def slope(cutoff):
        rates = (4e-7, 2e-7, 1e-7)
        still = gap_and_mu(0.0, 1e-14, cutoff)
        slopes = [(gap_and_mu(0.0, rate, cutoff) - still) / rate for rate in rates]
        return neville(slopes, rates) / still

    between = (slope(200.0) - slope(100.0)) / 100.0
    # corrections are of the order of Delta_0^2 / p_c
    assert between == pytest.approx([-2 / np.pi] * 2, rel=0.01)


@pytest.mark.parametrize("temperature", [0.0, 1e-3, 0.05])
@pytest.mark.parametrize("gamma_b", [1e-8, 1e-5, 1e-3, 3e-3])
@pytest.mark.parametrize("inv_kfa", [-1.0, 0.0, 1.0])
def test_without_decay_the_bath_has_the_potential_of_the_condensate(inv_kfa, gamma_b, temperature):
    # F_+ vanishes identically at gamma_v = 0 and mu_b = mu, and with it the imaginary part of (33)
    state = solve_steady_state(Parameters(inv_kfa, gamma_b, 0.0, temperature))
    assert state.edge == 0.0
    assert state.mu_b == state.mu


@pytest.mark.parametrize("temperature", [1e-4, 1e-2])
def test_a_cold_bath_is_close_to_one_at_zero_temperature(temperature):
    # with gamma << T << Delta_0 the occupation differs by exp(-Delta_0 / T), but through the
    # linewidth by gamma_b T^2 / Delta_0^3 (Sommerfeld), times pi^2/6 and a number of order one
    cold = solve_steady_state(Parameters(0.0, 1e-6, temperature=temperature))
    zero = solve_steady_state(Parameters(0.0, 1e-6))
    assert abs(cold.gap - zero.gap) <= 10 * 1e-6 * temperature**2 + sum(
        s.error[0] for s in (cold, zero)
    )


@pytest.mark.parametrize("temperature", [0.1, 0.3])
def test_warm_states_solve_the_thermal_equations_14_and_15(temperature):
    # (14) and (15) at T > 0 by an adaptive rule; gamma and cutoff extrapolated as above
    from scipy.integrate import quad

    def residuals(gap, mu):
        def energy(p):
            return np.hypot(p * p - mu, gap)

        def pairing(p):
            return p * p * np.tanh(energy(p) / (2 * temperature)) / (2 * energy(p)) - 0.5

        def density(p):
            xi = p * p - mu
            return p * p * (1 - xi / energy(p) * np.tanh(energy(p) / (2 * temperature)))

        options = {"epsabs": 1e-13, "epsrel": 1e-12, "limit": 400}
        sums = [quad(f, 0, 4, **options)[0] for f in (pairing, density)]
        # beyond p = 4, tanh is 1 to exp(-16/T) = 1e-23
        for k, tail in enumerate(
            (
                lambda u: 0.5 * (1 / np.hypot(1 - mu * u * u, gap * u * u) - 1) / u**2,
                lambda u: (
                    gap**2 / ((e := np.hypot(1 - mu * u * u, gap * u * u)) * (e + 1 - mu * u * u))
                ),
            )
        ):
            sums[k] += quad(tail, 0, 0.25, **options)[0]
        return sums[0], 1.5 * sums[1] - 1

    gap, mu = neville(
        [
            neville(
                [
                    (lambda s: np.array([s.gap, s.mu]))(
                        solve_steady_state(Parameters(0.5, rate, 0.0, temperature, cutoff))
                    )
                    for rate in RATES
                ],
                RATES,
            )
            for cutoff in CUTOFFS
        ],
        [1 / cutoff for cutoff in CUTOFFS],
    )
    gap_residual, number_residual = residuals(gap, mu)
    assert abs(gap_residual + 0.5 * np.pi / 4) <= 2e-7
    assert abs(number_residual) <= 2e-7

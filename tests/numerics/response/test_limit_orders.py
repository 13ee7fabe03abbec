"""Long waves in both orders of the limits q -> 0 and gamma -> 0."""

import dataclasses
import math

import numpy as np
import pytest

from numerics import (
    Bands,
    Contact,
    Model,
    Parameters,
    Reservoir,
    fluctuation_matrix,
    hydrodynamics,
    narrow_hydrodynamics,
    solve_steady_state,
)
from numerics.steady.momentum_sums import MEASURE
from tests.numerics.response.test_hydrodynamics import extrapolated


def test_both_orders_of_the_limits_agree_in_equilibrium():
    for inv_kfa in (-1.0, 0.0, 1.0):
        state = solve_steady_state(Parameters(inv_kfa=inv_kfa, gamma_b=1e-6))
        wide, narrow = hydrodynamics(state), narrow_hydrodynamics(state)
        # corrections of the order of gamma/Delta_0
        assert narrow.alpha11 == pytest.approx(wide.alpha[0, 0], rel=2e-5)
        assert narrow.beta22 == pytest.approx(wide.beta[1, 1], rel=2e-5)


DRIVEN = {
    "bec": Parameters(inv_kfa=1.0, gamma_b=1e-6, gamma_v=3e-7),
    "bcs": Parameters(inv_kfa=-1.0, gamma_b=1e-7, gamma_v=1e-8),
    "warm": Parameters(inv_kfa=-1.0, gamma_b=1e-6, gamma_v=1e-7, temperature=0.02),
    "hot": Parameters(inv_kfa=0.0, gamma_b=1e-6, gamma_v=1e-7, temperature=0.3),
    "three": Model(
        Contact(-0.5),
        [
            Reservoir("bath", 4e-7),
            Reservoir("lead", 1e-7, mu=0.4),
            Reservoir("furnace", 5e-8, mu=0.9, temperature=0.05),
            Reservoir.empty("vacuum", 1e-8),
        ],
    ),
}


@pytest.mark.parametrize("case", DRIVEN)
def test_narrow_first_against_the_whole_matrix(case):
    state = solve_steady_state(DRIVEN[case])
    narrow = narrow_hydrodynamics(state)
    waves = 0.004 * 0.5 ** np.arange(5)
    whole = fluctuation_matrix(state, waves, 0.0, rtol=1e-10).real
    # corrections: q**2 and higher from above, (gamma/(v q)) and higher from below
    alpha, change = extrapolated(list(whole[:3, 0, 0]), (2, 3))
    below = 20 * state.parameters.linewidth / waves[2]
    tolerance = 2 * change + (below + 1e-6) * np.abs(whole[:3, 0, 0]).max()
    assert abs(alpha - narrow.alpha11) < tolerance
    stiffness = whole[:3, 1, 1] / waves[:3] ** 2
    beta, change = extrapolated(list(stiffness), (1, 2))
    assert abs(beta - narrow.beta22) < 2 * change + (below + 1e-5) * np.abs(stiffness).max()
    # the other order is another number where the drive is strong
    if case == "bec":
        wide = hydrodynamics(state).alpha[0, 0]
        assert abs(wide - narrow.alpha11) > 0.3 * abs(narrow.alpha11)


LOSSY = (Reservoir("bath", 1e-6), Reservoir.empty("drain", 1e-7))
UNEQUAL = (Reservoir("bath", (1e-6, 5e-7)), Reservoir.empty("drain", (2e-8, 1e-7)))
WARM = (dataclasses.replace(UNEQUAL[0], temperature=0.02), UNEQUAL[1])
#: Carriers of other masses and rates, and films.
ANY = {
    "masses": Model(Contact(-1.0), LOSSY, bands=Bands.of_ratio(3.0), neutral=True),
    "masses, bec": Model(Contact(1.0), LOSSY, bands=Bands.of_ratio(2.0), neutral=True),
    "rates": Model(Contact(0.0), UNEQUAL),
    "warm": Model(Contact(0.0), WARM, bands=Bands.of_ratio(1.5)),
    "film": Model(Contact(binding=0.3), LOSSY, bands=Bands(2)),
    "film of both": Model(
        Contact(binding=0.5), UNEQUAL, bands=Bands.of_ratio(2.0, 2), neutral=True
    ),
}


SLOW = ("masses, bec", "film")


@pytest.mark.parametrize(
    "case", [pytest.param(c, marks=pytest.mark.slow) if c in SLOW else c for c in ANY]
)
def test_narrow_first_of_any_carriers(case):
    """All rates fall at what is solved for, and then q."""
    state = solve_steady_state(ANY[case])
    narrow, model = narrow_hydrodynamics(state), state.parameters
    waves = 0.004 * 0.5 ** np.arange(4)
    found = []
    for factor in (0.02, 0.01, 0.005):
        reservoirs = [r.scaled(factor) for r in model.reservoirs]
        at = dataclasses.replace(state, parameters=model.replace(reservoirs=reservoirs))
        found.append(fluctuation_matrix(at, waves, 0.0, rtol=1e-10).real)
    # corrections of the order of gamma/(v q)
    before, whole = 2 * found[1] - found[0], 2 * found[2] - found[1]
    left = np.abs(whole - before).max(axis=0)
    alpha, change = extrapolated(list(whole[:, 0, 0]), (2, 3))
    tolerance = 2 * (change + left[0, 0])
    assert abs(alpha - narrow.alpha11) < tolerance < 1e-5 * np.abs(whole[:, 0, 0]).max()
    stiffness = whole[:, 1, 1] / waves**2
    beta, change = extrapolated(list(stiffness), (1, 2))
    tolerance = 2 * (change + left[1, 1] / waves[-1] ** 2)
    assert abs(beta - narrow.beta22) < tolerance < 1e-3 * np.abs(stiffness).max()


def test_bec_limits_of_alpha11_in_both_orders():
    # Delta_0 << |mu|: T = 0 and |mu_b - mu| below the smallest E, nothing is dissociated, f = 0
    state = solve_steady_state(Parameters(inv_kfa=6.0, gamma_b=1e-8, cutoff=3000.0))
    gamma_v = 0.25e-8
    driven = dataclasses.replace(
        state, gap=1e-3 * abs(state.mu), parameters=state.parameters.replace(gamma_v=gamma_v)
    )
    # sum_k xi^-3 = |mu|^(-3/2)/(32 pi) with xi = k^2 + |mu|
    cube = driven.gap**2 * abs(driven.mu) ** -1.5 / (32 * math.pi)
    ratio = gamma_v / driven.parameters.linewidth
    # corrections of the order of (Delta_0/mu)**2
    assert narrow_hydrodynamics(driven).alpha11 == pytest.approx(cube, rel=1e-5)
    assert hydrodynamics(driven).alpha[0, 0] == pytest.approx(cube * (1 + ratio), rel=1e-5)


def test_bec_limits_with_dissociated_pairs():
    # f = theta(B - xi): the step at k_B**2 = B - |mu|, by quadrature of both formulas of the limit
    mu, edge, gap, gamma_b, gamma_v = -1.0, 1.3, 1e-3, 7e-8, 3e-8
    state = solve_steady_state(Parameters(inv_kfa=1.0, gamma_b=1e-3))
    parameters = state.parameters.replace(gamma_b=gamma_b, gamma_v=gamma_v)
    state = dataclasses.replace(state, gap=gap, mu=mu, edge=edge, parameters=parameters)
    x, w = np.polynomial.legendre.leggauss(60)
    end = math.sqrt(edge + mu)
    p = end * (x + 1) / 2
    filled = float((MEASURE * p**2 / (p**2 - mu) ** 3) @ w) * end / 2
    everything = abs(mu) ** -1.5 / (32 * math.pi)
    # sum_k delta(xi - B) = k_B/(4 pi^2), xi = k**2 - mu
    at_edge = end / (4 * math.pi**2) / edge**2
    r, v = 0.7, 0.3
    narrow = everything - 2 * r * filled - 2 * r * at_edge
    wide = (1 + v) * everything - 3 * r * filled - 2 * r * at_edge
    # corrections of the order of (Delta_0/mu)**2, and gamma/(B + mu) at the step
    assert narrow_hydrodynamics(state).alpha11 / gap**2 == pytest.approx(narrow, rel=2e-5)
    assert hydrodynamics(state).alpha[0, 0] / gap**2 == pytest.approx(wide, rel=2e-5)


def test_76_in_the_bcs_limit():
    # beta_22/alpha_11 -> v_mu**2/(12 Delta_0**2), gamma -> 0 first; what is left over is of the
    # order of (Delta_0/mu)**2 times a logarithm
    state = solve_steady_state(Parameters(inv_kfa=-2.0, gamma_b=1e-6))
    narrow = narrow_hydrodynamics(state)
    ratio = narrow.beta22 / narrow.alpha11 * 12 * state.gap**2 / (4 * state.mu)
    square = (state.gap / state.mu) ** 2
    assert abs(ratio - 1) < square * math.log(8 * state.mu / state.gap) < 0.02

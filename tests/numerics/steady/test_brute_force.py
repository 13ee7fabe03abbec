"""Steady states against two nested numerical integrals of (33) and (34) as they are printed."""

import dataclasses
import itertools

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad

from numerics import Parameters, solve_steady_state
from numerics.parameters import DENSITY
from numerics.steady.equations import Unknowns, evaluate_equations
from tests.numerics.support import brute_force
from tests.numerics.support.brute_force import Model


def model_of(parameters, gamma_v, at):
    return Model(
        gap=at.gap,
        mu=at.mu,
        edge=at.edge,
        gamma_b=parameters.gamma_b,
        gamma_v=gamma_v,
        temperature=parameters.temperature,
        inv_kfa=parameters.inv_kfa,
        cutoff=parameters.cutoff,
    )


@pytest.mark.parametrize("temperature", [0.0, 0.05])
@pytest.mark.parametrize("p", [0.02, 0.7, 1.1, 2.5])
def test_the_composite_rule_over_frequencies_agrees_with_scipy(p, temperature):
    # the printed integrands again, written out differently, and an adaptive rule
    model = Model(0.4, 0.7, 0.45, 1e-2, 3e-3, temperature, 0.0, 100.0)
    xi, gamma = p * p - model.mu, model.gamma
    energy = np.hypot(xi, model.gap)

    def printed(nu):
        above, below = model.distribution(nu), model.distribution(-nu)
        filled, mirrored = model.filling(nu), model.filling(-nu)
        denominator = ((nu - energy) ** 2 + gamma**2) * ((nu + energy) ** 2 + gamma**2)
        return (
            ((above - below) / 2 * nu + (above + below) / 2 * xi) / denominator / np.pi,
            (above + below) / 2 * gamma / denominator / np.pi,
            2
            / np.pi
            * (((nu + xi) ** 2 + gamma**2) * filled + model.gap**2 * (gamma - mirrored))
            / denominator,
        )

    breaks = sorted(
        c + k * gamma
        for c in (-energy, energy, -model.edge, model.edge)
        for k in (-40, -10, -3, 0, 3, 10, 40)
    )
    values = brute_force.integrands(model, p)
    for k in range(3):
        ends = [breaks[0] - 10, *breaks, breaks[-1] + 10]
        pieces = [
            quad(lambda nu, k=k: printed(nu)[k], a, b, epsabs=1e-13, epsrel=1e-13)[0]
            for a, b in itertools.pairwise(ends)
            if b > a
        ]
        for sign, end in ((-1, -ends[0]), (1, ends[-1])):
            pieces.append(
                quad(
                    lambda u, k=k, sign=sign: printed(sign / u)[k] / u**2,
                    0,
                    1 / end,
                    epsabs=1e-13,
                    epsrel=1e-13,
                )[0]
            )
        # terms of either sign, the largest of which is 1/gamma_b of a Lorentzian's area
        assert values[k] == pytest.approx(sum(pieces), rel=1e-10, abs=1e-11 / model.gamma)


STATES = [
    # inv_kfa, gamma_b, gamma_v, temperature, cutoff
    (0.0, 1e-2, 1e-4, 0.0, 100.0),
    (0.0, 1e-2, 5e-3, 0.0, 30.0),
    (0.0, 1e-3, 1e-5, 0.0, 100.0),
    (0.0, 1e-2, 1e-3, 0.02, 3.0),
    (1.0, 1e-2, 1e-4, 0.05, 10.0),
    (1.0, 1e-1, 1e-4, 0.0, 5.0),
    (-1.0, 3e-3, 3e-5, 0.0, 20.0),
    (-1.0, 1e-3, 5e-4, 0.0, 100.0),
    (-0.5, 1e-3, 0.0, 0.1, 50.0),
    (2.0, 1e-4, 1e-6, 0.01, 1000.0),
]


@pytest.mark.parametrize("arguments", STATES)
def test_steady_states_solve_the_printed_equations(arguments):
    parameters = Parameters(*arguments)
    state = solve_steady_state(parameters)
    at = Unknowns(state.gap, state.mu, state.edge)
    found = brute_force.residuals(model_of(parameters, parameters.gamma_v, at))
    # The outer rule asks for 1e-11 of sums of order 1/(8 pi) sqrt(mu); the imaginary part is of the
    # order of gamma_v times the sum of Lorentzian areas, i.e. 1e-11 of what its terms are.
    assert abs(found[0]) <= 1e-10
    assert abs(found[1]) <= 1e-10 * max(parameters.gamma_v / parameters.gamma_b, 1e-4)
    assert abs(found[2]) <= 1e-10


@pytest.mark.parametrize("arguments", STATES[:5])
def test_residuals_are_measured_by_the_terms_that_cancel(arguments):
    parameters = Parameters(*arguments)
    state = solve_steady_state(parameters)
    at = Unknowns(state.gap, state.mu, state.edge)
    scales = evaluate_equations(parameters, parameters.gamma_v, at).scales
    # The imaginary part of (33) balances gamma_v of the vacuum, F = gamma_v, against the bath: of
    # two equal terms the scale is twice one.  F = gamma is a model of vacuum alone.
    gamma = parameters.linewidth
    vacuum = dataclasses.replace(model_of(parameters, gamma, at), gamma_b=0.0)
    decay = parameters.gamma_v / gamma * brute_force.sums(vacuum)[1]
    assert scales[1] == pytest.approx(2 * decay, rel=1e-8)
    # The real part is measured by 1/(8 pi a_s) and the positive and negative parts of the sum.
    # These are no smaller than the sum itself, which is -1/(8 pi a_s) but for a few percent in the
    # tail, and of the order of p_F / (2 pi^2) with p_F = sqrt(|mu| + Delta_0) in all.
    strength = abs(parameters.inv_kfa) / (8 * np.pi)
    assert 1.9 * strength <= scales[0]
    assert 0.05 < (scales[0] - strength) / np.sqrt(abs(at.mu) + at.gap) * 2 * np.pi**2 < 5
    assert scales[2] == pytest.approx(DENSITY, rel=1e-15)


POINTS = [
    # away from solutions, in corners that solutions do not reach
    (Parameters(0.3, 1e-2, 0.0, 0.0, 40.0), 4e-3, Unknowns(0.3, 0.8, -0.2)),
    (Parameters(-2.0, 1e-3, 0.0, 0.0, 7.0), 2e-3, Unknowns(0.02, 1.1, 0.9)),
    (Parameters(1.5, 1e-2, 0.0, 0.0, 2.0), 1e-2, Unknowns(0.8, -2.0, 2.5)),
    (Parameters(0.0, 1e-1, 0.0, 0.3, 1000.0), 1e-1, Unknowns(0.5, 0.2, 0.4)),
    (Parameters(0.0, 1e-2, 0.0, 1e-3, 10.0), 5e-3, Unknowns(0.4, 0.6, 0.4)),
    (Parameters(0.0, 1e-3, 0.0, 0.05, 10.0), 1e-3, Unknowns(1.2, -0.4, -1.0)),
    (Parameters(0.0, 1e-2, 0.0, 0.0, 60.0), 1e-3, Unknowns(0.0, 0.9, 0.1)),
]


@pytest.mark.parametrize(("parameters", "gamma_v", "at"), POINTS)
def test_equations_away_from_their_solutions(parameters, gamma_v, at):
    value = evaluate_equations(parameters, gamma_v, at)
    found = brute_force.residuals(model_of(parameters, gamma_v, at)) * [1, 1, DENSITY]
    allowed = 1e-10 * value.scales + value.errors * value.scales
    allowed[0] += brute_force.rounding(model_of(parameters, gamma_v, at))
    assert (np.abs(value.residuals * value.scales - found) <= allowed).all()
    assert value.number == pytest.approx(DENSITY + found[2], rel=1e-9)


def test_the_printed_equations_by_mpmath_at_one_momentum():
    """One momentum in 30 digits, with nothing shared but the model's numbers."""
    model = Model(0.4, 0.7, 0.45, 1e-2, 3e-3, 0.0, 0.0, 100.0)
    mp = mpmath.mp.clone()
    mp.dps = 30
    xi, gap, gamma = mp.mpf(1.1) ** 2 - model.mu, mp.mpf(model.gap), mp.mpf(model.gamma)
    energy, edge = mp.sqrt(xi**2 + gap**2), mp.mpf(model.edge)

    def rate(nu):
        return model.gamma_v + (model.gamma_b if nu > edge else -model.gamma_b)

    def integrand(nu):
        even, odd = (rate(nu) + rate(-nu)) / 2, (rate(nu) - rate(-nu)) / 2
        denominator = ((nu - energy) ** 2 + gamma**2) * ((nu + energy) ** 2 + gamma**2)
        return (odd * nu + even * mp.mpc(xi, gamma)) / denominator / mp.pi

    near = [c + k * gamma for c in (-energy, energy) for k in (-20, -4, -1, 0, 1, 4, 20)]
    points = sorted([mp.ninf, *near, -edge, edge, mp.inf])
    exact = mp.quad(integrand, points)
    found = brute_force.integrands(model, 1.1)
    assert found[0] == pytest.approx(float(exact.real), rel=1e-11)
    assert found[1] == pytest.approx(float(exact.imag), rel=1e-11, abs=1e-12)

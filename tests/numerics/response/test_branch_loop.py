"""The parts of Pi of carriers of any kind: matrices, closed forms of equal ones, the slow route."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest
from scipy.linalg import solve_sylvester

from numerics import (
    Bands,
    Contact,
    Model,
    Parameters,
    Reservoir,
    fluctuation_matrix,
    pair_correlation,
    solve_steady_state,
)
from numerics.carriers import Carriers
from numerics.response.branch_loop import _Integrand, branch_integral
from numerics.response.reference import reference_matrix
from numerics.response.reference_integrand import ResponseIntegrand
from numerics.response.reference_matrices import MatrixIntegrand
from tests.numerics.support.brute_force_matrices import Matrices
from tests.numerics.support.brute_force_response import TAU, frequencies

RESERVOIRS = (
    Reservoir("bath", (0.12, 0.09)),
    Reservoir("lead", (0.01, 0.02), 0.5, 0.1),
    Reservoir.empty("drain", (3e-3, 2e-3)),
)
MODELS = {
    "masses": Model(
        Contact(0.3),
        (Reservoir("bath", 0.1), Reservoir.empty("drain", 2e-3)),
        3.0,
        bands=Bands.of_ratio(2.5),
    ),
    "both": Model(Contact(0.5), RESERVOIRS, 3.0, bands=Bands.of_ratio(1.7)),
    "film": Model(Contact(binding=1.5), RESERVOIRS, 3.0, bands=Bands.of_ratio(1.7, 2)),
}
POINTS = ((0.4, 0.1 + 0.2j), (0.9, 0.7), (0.3, -0.5 - 0.03j), (0.0, 0.2))

solved = functools.cache(solve_steady_state)


def momenta(q: float) -> tuple[np.ndarray, np.ndarray]:
    """Moduli of p and cosines at which the integrand is looked at."""
    generator = np.random.default_rng(int(100 * q))
    return 10 ** generator.uniform(-1, 1.5, 40), generator.uniform(-1, 1, 40)


def values(carriers: Carriers, q: float, omega: complex) -> np.ndarray:
    p, cosine = momenta(q)
    integrand = _Integrand(carriers, np.array([q]), np.array([complex(omega)]))
    return integrand._values(p, cosine, np.zeros(p.size, dtype=int))[0]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("q", "omega"), POINTS)
def test_the_integrand_is_that_of_the_matrices(model: str, q: float, omega: complex) -> None:
    # those are decomposed numerically, and their steps are transformed by other functions
    carriers = solved(MODELS[model]).carriers
    p, cosine = momenta(q)
    ends = (np.sqrt(p * p + q * q / 4 + sign * p * q * cosine) for sign in (1, -1))
    exact = MatrixIntegrand(carriers, complex(omega), part="intra")(*ends)
    found = values(carriers, q, omega)
    # coherence factors of the order (Delta_0/xi)**2 are differences of numbers of order one
    incoherent = 1 + ((p * p + q * q / 4 - carriers.mu) / carriers.gap) ** 2
    assert (np.abs(found - exact) <= 1e-12 * incoherent * np.abs(exact).max(axis=0)).all()


def branches(model: Matrices, square: float) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Poles and projectors of G^R, the upper one first, and F of electrons and of holes."""
    a, b = (square / (2 * m) - model.mu for m in model.masses)
    h = np.array([[a - 1j * model.rates[0], -model.gap], [-model.gap, -b - 1j * model.rates[1]]])
    poles, vectors = np.linalg.eig(h)
    order = np.argsort(-poles.real)
    inverse = np.linalg.inv(vectors)
    projectors = np.array([np.outer(vectors[:, k], inverse[k]) for k in order])
    # G^K = G^R F - F G^A with H F - F H^+ = Sigma^K
    sources = [-2j * np.diag(unit) for unit in ((1.0, 0.0), (0.0, 1.0))]
    found = [solve_sylvester(h, -h.conj().T, sigma) for sigma in sources]
    return poles[order], projectors, found


@pytest.mark.parametrize("model", MODELS)
def test_branches_of_the_keldysh_part_are_those_of_a_distribution_matrix(model: str) -> None:
    """(C6), (C9) and (C10) with rates of their own, and the frequency integrated numerically."""
    state = solved(MODELS[model])
    matrices = Matrices.of(state)
    p, cosine, q, omega = 0.9, 0.3, 0.5, 0.3 + 0.1j
    squares = [p * p + q * q / 4 + sign * p * q * cosine for sign in (1, -1)]

    def loop(plus: float, minus: float, omega: complex) -> np.ndarray:
        after, before = (branches(matrices, square) for square in (plus, minus))
        features = [*matrices.steps, *before[0].real, *(after[0] - omega).real]
        nu, weights = frequencies(np.array([features]), matrices.width, 24)
        nu, weights = nu[0], weights[0]
        electrons, holes = matrices.electrons.filling(nu), matrices.holes.filling(-nu)
        sums = (electrons[1] - electrons[0], holes[0] - holes[1])
        total = np.zeros((4, 4), dtype=complex)
        for k in range(2):
            retarded = after[1][k] / (nu + omega - after[0][k])[:, None, None]
            green = before[1][k] / (nu - before[0][k])[:, None, None]
            keldysh = sum(
                x[:, None, None] * (green @ f - f @ np.swapaxes(green, 1, 2).conj())
                for x, f in zip(sums, before[2], strict=True)
            )
            total += np.einsum("sab,nbc,tcd,nda,n->st", TAU, retarded, TAU, keldysh, weights)
        return total[1:3, 1:3].ravel() / (2 * np.pi)

    mirrored = loop(squares[1], squares[0], -omega.conjugate())
    expected = 0.5j * (loop(*squares, omega) - mirrored.conj())
    integrand = _Integrand(state.carriers, np.array([q]), np.array([omega]))
    found = integrand._values(np.array([p]), np.array([cosine]), np.zeros(1, dtype=int))[0]
    assert np.abs(found[:, 0] - expected).max() < 1e-7 * np.abs(expected).max()


@pytest.mark.parametrize(("q", "omega"), [(0.4, 0.1), (0.8, -0.3 + 0.1j), (0.05, 0.05)])
def test_equal_carriers_have_a_closed_momentum_integral(q: float, omega: complex) -> None:
    state = solve_steady_state(Parameters(0.5, 0.05, 1e-2, cutoff=10.0))
    closed = pair_correlation(state, q, omega, "intra", full=True)
    size = np.abs(fluctuation_matrix(state, q, omega)).max()
    found = branch_integral(
        state, np.array([q]), np.array([complex(omega)]), np.array([1e-8]) * size
    )
    assert (np.abs(found.value[0] - closed.value) <= found.error[0] + closed.error).all()
    assert found.error.max() <= 2e-8 * size
    assert np.abs(found.value).max() > 1e-2 * size


def test_the_parts_add_up_to_the_whole() -> None:
    state = solved(MODELS["both"])
    whole, inter, intra = (
        pair_correlation(state, 0.4, 0.2, part, rtol=1e-6, full=True)
        for part in ("all", "inter", "intra")
    )
    rest = np.abs(whole.value - inter.value - intra.value)
    assert (rest <= whole.error + inter.error + intra.error).all()
    assert np.abs(intra.value).max() > 1e-2 * np.abs(inter.value).max()


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_the_rest_is_what_the_slow_route_finds_between_branches(model: str) -> None:
    state = solved(MODELS[model])
    found = pair_correlation(state, 0.4, 0.3, "inter", full=True)
    exact = reference_matrix(ResponseIntegrand(state, 0.3, "inter"), 0.4)
    # M = 2/U - Pi
    coupling = fluctuation_matrix(state, 0.4, 0.3) + pair_correlation(state, 0.4, 0.3)
    difference = np.abs(coupling - found.value - exact.value)
    assert (difference <= found.error + exact.error + 1e-7 * np.abs(exact.value).max()).all()
    assert found.error.max() < 1e-7 * np.abs(exact.value).max()


def test_rates_that_leave_no_branches_are_refused() -> None:
    state = dataclasses.replace(solved(MODELS["both"]), gap=0.01)
    assert state.carriers.imbalance == pytest.approx(0.0105)
    for part in ("inter", "intra"):
        with pytest.raises(ValueError, match=r"0\.0105 is outside its domain: below"):
            pair_correlation(state, 0.4, 0.2, part)
    with pytest.raises(ValueError, match="two branches"):
        ResponseIntegrand(state, 0.3, "intra")


@pytest.mark.slow
def test_a_state_without_branches() -> None:
    """Shortly before the linewidth ends pairing the gap is below the difference of the rates.

    The root S with Re S > 0 jumps at xi = 0 there, where the whole Pi is as smooth as elsewhere.
    """
    model = Model(Contact(-1.0), [Reservoir("bath", (0.13, 1e-3))], 5.0, neutral=True)
    state = solve_steady_state(model, rtol=1e-8)
    carriers = state.carriers
    assert carriers.imbalance > 1.5 * state.gap
    near = np.array([-1e-6, 1e-6])
    root = np.sqrt((near - 1j * carriers.imbalance) ** 2 + state.gap**2)
    jump = abs(root[1] - root[0])
    assert jump == pytest.approx(2 * np.sqrt(carriers.imbalance**2 - state.gap**2), rel=1e-4)
    with pytest.raises(ValueError, match="gapless electron and hole"):
        pair_correlation(state, 0.3, 0.1, "intra")
    found = pair_correlation(state, 0.3, 0.1, full=True)
    exact = reference_matrix(ResponseIntegrand(state, 0.1), 0.3)
    coupling = fluctuation_matrix(state, 0.3, 0.1) + found.value
    assert np.abs(coupling - found.value - exact.value).max() < 1e-6 * np.abs(exact.value).max()

"""Reservoirs: what is refused, and the self-energies (19)-(21) and (25)-(27)."""

import pytest
import sympy as sp

from derive import Reservoir, bath, empty_reservoir, fermi, fermi_reservoir, green_functions, vacuum
from derive.model.reservoirs import (
    distribution,
    environment_self_energy,
    resolve,
    self_energy,
    total_rate,
)
from derive.symbols import edge, gamma_b, gamma_v, gap, omega, temperature
from tests.derive.support.algebra import vanishes

EMPTY = sp.Lambda(sp.Symbol("w"), sp.S.Zero)


@pytest.mark.parametrize("name", ["bth", "", "Bath", 3, None, sp.Symbol("bath")])
def test_unknown_reservoir(name):
    with pytest.raises(ValueError, match=r"unknown reservoir .*; known are bath, vacuum"):
        resolve([name])
    with pytest.raises(ValueError, match="unknown reservoir"):
        green_functions([name])


def test_no_reservoir():
    with pytest.raises(ValueError, match="at least one reservoir"):
        resolve([])


@pytest.mark.parametrize("rate", [0, -1, -0.5, sp.Rational(-1, 3), -gamma_b, sp.I, 1 + sp.I])
def test_rate_outside_its_domain(rate):
    with pytest.raises(ValueError, match=r"rate = .* of reservoir 'leak' is outside .* rate > 0"):
        Reservoir("leak", rate, EMPTY)
    with pytest.raises(ValueError, match="rate > 0"):
        empty_reservoir("leak", rate)


@pytest.mark.parametrize("rate", ["0.1", "gamma_b", "__import__('os')", b"1"])
def test_text_is_not_executed(rate):
    with pytest.raises(ValueError, match=r"rate = .* is text; give a number or a SymPy expression"):
        Reservoir("leak", rate, EMPTY)
    with pytest.raises(ValueError, match=r"chemical_potential = .* is text"):
        fermi_reservoir("leak", 1, rate)
    with pytest.raises(ValueError, match=r"temperature = .* is text"):
        fermi_reservoir("leak", 1, 0, rate)


@pytest.mark.parametrize("rate", [None, object(), [1]])
def test_rate_that_is_no_expression(rate):
    with pytest.raises((ValueError, TypeError)):
        Reservoir("leak", rate, EMPTY)


@pytest.mark.parametrize("occupation", [0, fermi(omega, 0), lambda w: 0, "0"])
def test_occupation_that_is_no_function(occupation):
    with pytest.raises(ValueError, match=r"occupation = .* of reservoir 'leak' is not a Lambda"):
        Reservoir("leak", 1, occupation)


def test_negative_temperature():
    with pytest.raises(ValueError, match="temperature T = -1 is outside its domain"):
        fermi_reservoir("cold", 1, 0, -1)


def test_numbers_become_expressions():
    reservoir = fermi_reservoir("r", 1, 2)
    assert reservoir.rate == sp.S.One
    assert reservoir.occupation(omega) == fermi(omega - 2, 0)
    assert Reservoir("r", sp.Symbol("rate"), EMPTY).rate == sp.Symbol("rate")


def test_names():
    for default, named in zip(resolve(), resolve(["bath", "vacuum"]), strict=True):
        assert (default.name, default.rate) == (named.name, named.rate)
        assert default.occupation(omega) == named.occupation(omega)
    mixed = resolve(["vacuum", bath(temperature)])
    assert [r.name for r in mixed] == ["vacuum", "bath"]
    assert mixed[1].occupation(omega) == fermi(omega - edge, temperature)


def test_the_models_two_reservoirs():
    assert bath().rate == gamma_b
    assert bath().occupation(omega) == fermi(omega - edge, 0)
    assert vacuum().rate == gamma_v
    assert vacuum().occupation(omega) == 0
    assert total_rate(resolve()) == gamma_b + gamma_v


def test_distribution():
    """F = sum gamma_lambda (1 - 2 f_lambda), below (32)."""
    expected = gamma_b * (1 - 2 * fermi(omega - edge, 0)) + gamma_v
    assert sp.expand(distribution(resolve(), omega) - expected) == 0


def test_environment():
    """(19)-(21): -i gamma, -2 i tau_3 sum gamma [1 - 2 f(omega tau_3)], the adjoint."""
    sigma = environment_self_energy()
    gamma = gamma_b + gamma_v
    assert vanishes(sigma.retarded + sp.I * gamma * sp.eye(2))
    assert vanishes(sigma.advanced - sigma.retarded.H)
    F = gamma_b * (1 - 2 * fermi(omega - edge, 0)) + gamma_v
    backward = gamma_b * (1 - 2 * fermi(-omega - edge, 0)) + gamma_v
    assert vanishes(sigma.keldysh - sp.diag(-2 * sp.I * F, 2 * sp.I * backward))


def test_pairing():
    """(25)-(27): the pairing field adds -Delta_0 tau_1 to the retarded part, nothing to K."""
    environment, whole = environment_self_energy(), self_energy()
    tau_1 = sp.Matrix([[0, 1], [1, 0]])
    assert vanishes(whole.retarded - environment.retarded + gap * tau_1)
    assert vanishes(whole.advanced - whole.retarded.H)
    assert whole.keldysh == environment.keldysh


def test_lesser_part_counts_what_is_filled():
    """Sigma^< = 2i diag(sum gamma f(omega), sum gamma [1 - f(-omega)])."""
    lesser = environment_self_energy().lesser
    filled = gamma_b * fermi(omega - edge, 0)
    holes = gamma_b * (1 - fermi(-omega - edge, 0)) + gamma_v
    assert vanishes(lesser - 2 * sp.I * sp.diag(filled, holes))


def test_reservoirs_made_alike_compare_equal():
    assert bath() == bath()
    assert bath() != bath(temperature)
    assert vacuum() != bath()

"""The sums over momenta in one compiled loop: what NumPy gives, within its errors."""

import functools
import random

import numpy as np
import pytest

from numerics import Contact, Model, Reservoir, backend
from numerics.evaluation import VARIABLE
from numerics.quadrature.rules import gauss_kronrod
from numerics.steady import equations
from numerics.steady.equations import Unknowns, evaluate_equations

pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    """Give every test an environment of its own."""
    monkeypatch.delenv(VARIABLE, raising=False)


def places(count):
    """Yield models and places: baths cold and warm, the cutoff before and after the tails."""
    draw = random.Random(11)
    for _ in range(count):
        for warm in ((False,), (True,), (False, True), (True, False, False)):
            rate = 10 ** draw.uniform(-6, -1)
            baths = [
                Reservoir(
                    f"bath_{k}",
                    rate * draw.uniform(0.1, 1),
                    # one of unknown potential, and others of a given one
                    mu=draw.uniform(-1, 2) if k else None,
                    temperature=10 ** draw.uniform(-3, -0.5) if filled else 0.0,
                )
                for k, filled in enumerate(warm)
            ]
            empty = Reservoir.empty("vacuum", rate * draw.uniform(0, 1))
            gap, mu = 10 ** draw.uniform(-3, 0.3), draw.uniform(-2, 2)
            model = Model(Contact(0.0), [*baths, empty], cutoff=draw.choice([3.0, 300.0]))
            yield model, model.drive, Unknowns(gap, mu, draw.uniform(-1, 2))


def by(name, place):
    backend(name)
    return evaluate_equations(*place)


def test_both_ways_give_the_same_equations():
    for place in places(4):
        plain, loop = (by(name, place) for name in ("numpy", "numba"))
        assert plain.nodes == loop.nodes
        errors = plain.errors + loop.errors
        assert (np.abs(loop.residuals - plain.residuals) <= errors).all(), place
        np.testing.assert_allclose(loop.scales, plain.scales, rtol=1e-12)
        np.testing.assert_allclose(loop.errors[[0, 2]], plain.errors[[0, 2]], rtol=0.1)
        # at T > 0 digamma functions of its own lose fewer digits
        assert plain.errors[1] / 4 < loop.errors[1] < 1.1 * plain.errors[1]
        largest = np.abs(plain.jacobian).max(axis=1, keepdims=True)
        assert (np.abs(loop.jacobian - plain.jacobian) < 1e-9 * largest).all(), place


def test_a_rule_that_is_too_low_has_the_same_errors(monkeypatch):
    monkeypatch.setattr(equations, "gauss_kronrod", functools.partial(gauss_kronrod, 3))
    for place in places(4):
        plain, loop = (by(name, place) for name in ("numpy", "numba"))
        # far above rounding
        assert plain.errors[2] > 1e-10
        np.testing.assert_allclose(loop.errors[[0, 2]], plain.errors[[0, 2]], rtol=1e-5)

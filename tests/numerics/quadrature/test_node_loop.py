"""The compiled loop over the nodes of panels: what NumPy makes of them, whatever stands beside."""

import functools
import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from numerics import Parameters, solve_steady_state
from numerics.quadrature.rules import gauss_kronrod
from numerics.response.frequency_grid import loop_panels
from numerics.response.goldstone import _Integrand as PhaseColumn
from numerics.response.intra_band import _SAFETY
from numerics.response.intra_band import _Integrals as Band
from numerics.response.loop_integral import _Integrand as Loop

pytest.importorskip("numba")

RULE, FEWER = gauss_kronrod(12), gauss_kronrod(6)
#: Rounding of an integrand in units of its size, and of the sums over the nodes.
ROUNDING = (32 + RULE.nodes.size) * float(np.finfo(float).eps)


def integrands():
    """Yield integrands, cold and warm, and panels of theirs."""
    generator = np.random.default_rng(3)
    for parameters in ((-1.0, 1e-3, 2.1e-5), (0.0, 1e-2, 1e-3, 0.05), (0.0, 1e-7, 2e-9)):
        state = solve_steady_state(Parameters(*parameters))
        q, omega = 10 ** generator.uniform(-3, 0.3, 5), generator.uniform(-1, 1, 5) + 0j
        omega[0] = 0.0
        omega[1] += 0.3j
        panels = loop_panels(state, q, omega)
        yield Loop(state, q, omega), panels
        yield PhaseColumn(state, q, omega, "pairing"), panels


def bands():
    """Yield integrands within the branches, cold and warm, and panels of theirs."""
    generator = np.random.default_rng(5)
    for parameters in ((-1.0, 1e-3, 2.1e-5), (0.0, 1e-2, 1e-3, 0.05), (0.0, 1e-7, 2e-9)):
        state = solve_steady_state(Parameters(*parameters))
        q, omega = 10 ** generator.uniform(-1.5, 0.3, 4), generator.uniform(-1, 1, 4)
        growth = state.parameters.linewidth * np.array([0.5, -0.5, 1e-5, 3.0])
        integrand = Band(state, q, omega + 1j * growth)
        panels = integrand.panels()
        yield integrand, panels.select(~panels.tail)


def totals(columns, panels):
    """Return the sums over the panels of each integral."""
    total = np.zeros((panels.owner.max() + 1, columns.shape[1]), dtype=columns.dtype)
    np.add.at(total, panels.owner, columns)
    return total


def test_sums_are_those_of_the_nodes():
    for integrand, panels in integrands():
        values, sizes = integrand(panels, RULE)
        plain, size = (values @ RULE.weights).T, (sizes @ RULE.weights).T
        value, error, found = integrand.sums(panels, RULE)
        # a place is rounded, which matters more than any other rounding where the integrand is
        # sharp: of all panels of an integral together that is below the rounding of the largest
        assert np.median(np.abs(value - plain) / size) < ROUNDING / 10
        apart = np.abs(totals(value - plain, panels))
        assert (apart <= ROUNDING * totals(size, panels)).all()
        # by sizes errors are told, of which two digits are enough
        np.testing.assert_allclose(found, size, rtol=1e-2)
        differences = np.abs(values @ (RULE.weights - RULE.embedded)).T
        apart = np.abs(totals(error - differences, panels))
        assert (apart <= ROUNDING * totals(size, panels)).all()


def test_sums_within_the_branches_are_those_of_the_nodes():
    for integrand, panels in bands():
        values, sizes = integrand(panels, RULE)
        plain, size = (values @ RULE.weights).T, (sizes @ RULE.weights).T
        value, error, found = integrand.sums(panels, RULE)
        differences = np.abs(values @ (RULE.weights - RULE.embedded)).T
        for apart in (value - plain, error - differences):
            assert np.median(np.abs(apart) / size) < ROUNDING
        np.testing.assert_allclose(totals(found, panels), totals(size, panels), rtol=1e-2)
        # beside a singularity, or where the poles cancel, the last digit of the momentum matters
        # far more than the integrand's own rounding: to both rules, and so to the errors
        errors = _SAFETY * totals(error + differences, panels)
        apart = np.abs(totals(value - plain, panels))
        assert (apart <= errors + ROUNDING * totals(size, panels)).all()


@pytest.mark.parametrize("rule", [RULE, FEWER], ids=["25", "13"])
def test_sums_of_a_panel_are_the_same_whatever_stands_beside_it(rule):
    for integrand, panels in itertools.chain(integrands(), bands()):
        whole = integrand.sums(panels, rule)
        order = np.random.default_rng(1).permutation(len(panels))
        for some in (slice(3), slice(5, 22), order):
            part = integrand.sums(panels.select(some), rule)
            for one, other in zip(part, whole, strict=True):
                np.testing.assert_array_equal(one, other[some])


def test_any_number_of_threads_gives_the_same_bits():
    for integrand, panels in itertools.chain(integrands(), bands()):
        whole = integrand.sums(panels, RULE)
        for number in (1, 2, 3):
            ends = np.linspace(0, len(panels), number + 1).astype(int)
            pieces = [panels.select(slice(*two)) for two in itertools.pairwise(ends)]
            with ThreadPoolExecutor(number) as pool:
                parts = list(pool.map(functools.partial(integrand.sums, rule=RULE), pieces))
            for one, several in zip(whole, zip(*parts, strict=True), strict=True):
                np.testing.assert_array_equal(one, np.concatenate(several))


@pytest.mark.parametrize("rule", [gauss_kronrod(4), FEWER, gauss_kronrod(20)])
def test_a_rule_of_other_nodes(rule):
    integrand, panels = next(integrands())
    values, sizes = integrand(panels, rule)
    value, _, _ = integrand.sums(panels, rule)
    apart = np.abs(value - (values @ rule.weights).T)
    assert np.median(apart / (sizes @ rule.weights).T) < ROUNDING

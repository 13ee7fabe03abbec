"""The paper's numbers: which agree, at which cutoff, and which cannot."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp

from numerics import collective_mode, find_boundary
from numerics.checks.published import (
    AMPLITUDE,
    BOUNDARIES,
    FREQUENCY,
    FREQUENCY_CORRECTED,
    NORMAL,
    Comparison,
    Printed,
    Role,
    Tally,
    comparisons,
    estimate_cutoff,
    tally,
)
from numerics.response.determinant import determinant
from tests.numerics.support.mp_loop import loop


def test_rounding_to_the_printed_number():
    printed = Printed("x", 2.10e-2, 1e-4, "")
    assert printed.interval == pytest.approx((0.02095, 0.02105))
    assert Comparison(printed, 100.0, 0.02104, 0.0).agrees
    assert not Comparison(printed, 100.0, 0.02106, 0.0).agrees
    assert Comparison(printed, 100.0, 0.02106, 2e-5).agrees


@pytest.mark.slow
def test_one_cutoff_gives_all_printed_boundaries():
    found = estimate_cutoff()
    assert found.low < found.high
    assert len(found.intervals) == len(BOUNDARIES)
    # the ends of an interval are where ours rounds differently
    (kind, inv_kfa, printed), (_, *ends) = BOUNDARIES[1], found.intervals[1]
    for cutoff, ratio in zip(ends, printed.interval, strict=True):
        ours = find_boundary(kind, inv_kfa, cutoff=cutoff).ratio
        assert ours == pytest.approx(ratio, rel=3e-4)
    compared = list(comparisons(found.value))
    assert [c.printed for c in compared if not c.agrees] == [FREQUENCY]
    # what the cutoff was inferred from is fitted, and nothing else
    fitted = {c.printed.name for c in compared if c.printed.role is Role.FITTED}
    assert fitted == {name for name, *_ in found.intervals}
    counts = tally((c.printed.role, c.agrees) for c in compared)
    assert counts == Tally(agree=2, independent=3, fitted_agree=3, fitted=3, unprinted=1)
    assert str(counts).startswith("2 of 3 independent printed numbers agree; of 3 that p_c was")


def test_what_a_number_is_worth():
    assert all(printed.role is Role.FITTED for *_, printed in BOUNDARIES)
    assert {p.role for p in (FREQUENCY, AMPLITUDE, NORMAL)} == {Role.INDEPENDENT}
    assert FREQUENCY_CORRECTED.role is Role.UNPRINTED
    counts = tally([(Role.INDEPENDENT, False), (Role.FITTED, True), (Role.UNPRINTED, True)])
    assert counts == Tally(0, 1, 1, 1, 1)


@pytest.mark.slow
def test_the_printed_frequency_is_that_of_no_cutoff():
    for cutoff in (10.0, 100.0, 300.0):
        omega = find_boundary("C", -2.0, cutoff=cutoff).omega
        assert 0.05 * FREQUENCY.value < omega < 0.12 * FREQUENCY.value


@pytest.mark.slow
def test_the_frequency_by_other_routes():
    # the complex plane is searched; M at 25 digits vanishes in one direction; at the printed
    # frequency det M has no zero for any wave number
    found = find_boundary("C", -2.0, cutoff=108.0)
    low, high = FREQUENCY_CORRECTED.interval
    assert low < found.omega < high
    (omega,) = (w for w in collective_mode(found.state, found.q).frequencies if abs(w.imag) < 1e-6)
    assert omega.real == pytest.approx(found.omega, rel=1e-5)
    m = loop(found.state, found.q, found.omega)
    with mp.workdps(25):
        exact = abs(m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0])
        size = abs(m[0, 0] * m[1, 1]) + abs(m[0, 1] * m[1, 0])
    # q is where Im(omega_q) is largest, to 1e-5: det M changes with q**2 there
    assert exact < 1e-6 * size
    q = np.geomspace(1e-4, 0.2, 60)
    value, error = determinant(found.state, q, FREQUENCY.value)
    reached, _ = determinant(found.state, found.q, found.omega)
    assert (np.abs(value) > 1e3 * (error + abs(reached))).all()

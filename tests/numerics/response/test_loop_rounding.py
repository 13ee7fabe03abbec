"""The rounding that M reports against what there is at the nodes of its integrals."""

from __future__ import annotations

import numpy as np
import pytest

from numerics import Parameters, solve_steady_state
from numerics.evaluation import VARIABLE, evaluate
from numerics.quadrature.rules import gauss_kronrod
from numerics.response.frequency_grid import loop_panels
from numerics.response.goldstone import _ROUNDING, at_both_edges, cancelled
from numerics.response.loop_integral import loop_arguments
from tests.derive.support.digits import Digits, digits
from tests.derive.support.kernel_references import programs
from tests.derive.support.running_error import tracked_outputs

RULE = gauss_kronrod(12)


def parts(x):
    """Return numbers of extended precision."""
    high = np.asarray(x, dtype=float)
    return Digits(high, np.asarray(x - high, dtype=float))


def joined(first, second):
    lows = [np.broadcast_to(x.low, x.shape) for x in (first, second)]
    return Digits(np.concatenate([first.high, second.high]), np.concatenate(lows))


def exact_arguments(state, q, omega, panels, fillings):
    """Return what the arguments of the kernel at the nodes would be without rounding.

    Occupations and the sums over nodes are those of the route itself.
    """
    owner = np.repeat(panels.owner, RULE.nodes.size)
    origin = parts(np.repeat(panels.origin, RULE.nodes.size))
    y, half = origin + panels.nodes(RULE)[1].ravel(), digits(omega[owner].real / 2)
    nu = joined(y - half, -y - half)
    transfer, everywhere = omega[np.tile(owner, 2)], np.ones(nu.shape)
    found = {
        "nu": nu,
        "distance": abs(nu) - state.gap,
        "distance_omega": abs(nu + transfer.real) - state.gap,
        "mean": joined(y, -y),
        "F_forward": fillings[0],
        "F_backward": fillings[1],
        "omega_r": transfer.real,
        "growth": transfer.imag,
        "q": q[np.tile(owner, 2)],
        "Delta_0": state.gap * everywhere,
        "mu": state.mu * everywhere,
        "gamma": state.parameters.linewidth * everywhere,
    }
    return {name: digits(value) for name, value in found.items()}


def rounding_of(state, q, omega):
    """Return the errors that rounding makes of each integral, and what is reported of them."""
    panels = loop_panels(state, q, omega)
    y, slope, arguments = loop_arguments(state, q, omega, panels, RULE)
    both = evaluate("goldstone", "pairing", *arguments)
    program = programs()["goldstone_pairing"][1]
    outputs = tracked_outputs(program, exact_arguments(state, q, omega, panels, arguments[4:6]))
    apart = [(x - z.number.high) - z.number.low for x, z in zip(both, outputs, strict=True)]
    shape, weights = (4, 2, 2, *y.shape), slope * RULE.weights
    error = np.array(apart).reshape(shape).sum(axis=2) * weights
    values = both.reshape(shape).sum(axis=2) * weights
    size = np.abs(both).reshape(shape).sum(axis=(1, 2)) * weights
    errors, sizes = np.empty((q.size, 4)), np.empty((q.size, 4))
    difference = np.empty(q.size, dtype=complex)
    for k in range(q.size):
        own = panels.owner == k
        errors[k] = np.hypot(*error[:, :, own].sum(axis=(2, 3)).T)
        sizes[k] = size[:, own].sum(axis=(1, 2))
        difference[k] = values[3, :, own].sum(axis=(0, 2)) @ [1, 1j]
    sizes += cancelled(state, omega, difference, sizes[:, 3])
    return errors, _ROUNDING * sizes


#: Where poles of both Green's functions meet within a linewidth: parameters, q and omega.  As
#: functions of the frequencies alone the integrands lose 500 times the rounding that is reported.
MEETING = [
    ((1.74, 1.3e-7, 0.0, 0.0), 2e-6, -8.1 + 0j),
    ((0.19, 6e-8, 2.5e-11, 0.0), 2e-6, -4.3 + 4.6e-6j),
    ((0.84, 1.1e-3, 5.2e-6, 0.0), 0.3, -1.1e-5 + 0.23j),
    ((0.97, 2e-8, 5.8e-11, 0.069), 1.6e-5, 9.3 - 6.2e-9j),
    # next to no transfer, where rounded positions move one of both frequencies against the other
    (
        (0.2682466909686787, 1.0783720497025262e-07, 2.756151929473038e-11, 0.0),
        1.23e-7,
        -3.85147970932237e-06 - 9.650286276326306e-08j,
    ),
    (
        (0.19223861113482488, 1.1286586152953721e-08, 1.366666957197444e-12, 0.0),
        6.25e-5,
        4.422289080759064e-08 - 7.672378438894888e-09j,
    ),
    # the threshold of pairs
    ((-0.43, 9.1e-8, 1e-9, 0.0), 0.063, None),
]


@pytest.mark.parametrize(("parameters", "q", "omega"), MEETING)
def test_reported_rounding_covers_that_at_the_nodes(parameters, q, omega, monkeypatch):
    monkeypatch.setenv(VARIABLE, "numpy")
    state = solve_steady_state(Parameters(*parameters))
    frequencies = [2 * state.gap + 1.3e-10, 2 * state.gap * 1.01] if omega is None else [omega]
    omega = np.array(frequencies, dtype=complex)
    errors, reported = rounding_of(state, np.full(omega.size, q), omega)
    assert (errors <= reported).all()


@pytest.mark.parametrize(("q", "below"), [(0.25, 9.3e-7), (0.845, 4e-8)])
def test_nodes_between_the_edge_and_where_poles_cancel(q, below, monkeypatch):
    """Below 2 Delta_0 a panel is as short as what is missing, with all its nodes next to nu = 0.

    Moved away from there by 1e-8 of the gap they make errors of 3e5 times the rounding of M.
    """
    monkeypatch.setenv(VARIABLE, "numpy")
    state = solve_steady_state(Parameters(-1.38, 4.4e-7, 1.4e-9))
    errors, reported = rounding_of(state, np.array([q]), np.array([2 * state.gap - below + 0j]))
    assert (errors <= reported).all()


@pytest.mark.parametrize(
    ("parameters", "q", "above"),
    [
        ((-0.3771, 1.912e-8, 1.16e-9, 0.0366), 2.9614, -2.983e-8),
        ((-0.9978, 1.889e-8, 1.89e-12, 3.27e-4), 1.2422, -3.495e-8),
        ((-0.4228, 1.527e-7, 8.28e-11, 0.0396), 1.8645, 1.0246e-7),
    ],
)
def test_terms_that_cancel_at_both_edges_are_counted(parameters, q, above, monkeypatch):
    """At the threshold of pairs they are as large as the inverse of the linewidth."""
    monkeypatch.setenv(VARIABLE, "numpy")
    state = solve_steady_state(Parameters(*parameters))
    omega = 2 * state.gap + above * np.array([1.0, 1.1, 0.9]) + 0j
    errors, reported = rounding_of(state, np.full(3, q), omega)
    assert (errors <= reported).all()
    assert (errors[:, 1] > reported[:, 1] - _ROUNDING * at_both_edges(state, omega)).any()

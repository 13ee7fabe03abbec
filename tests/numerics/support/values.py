"""One value of every kind that the functions of numerics take or return."""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import numerics as n
from numerics.scans import Axis, Scan, ScanTable, ScatteredTable, Store, run_scan, table_of
from numerics.scans.table import scattered_table

LEAD = n.Model(n.Contact(0.0), [n.Reservoir("bath", 1e-3), n.Reservoir("lead", 1e-4, 0.3, 0.05)])
#: Between its folds there are three states at one potential.
FOLDED = n.Model(
    n.Contact(0.0),
    [
        n.Reservoir("bath", 1e-3, temperature=0.02),
        n.Reservoir("lead", 3e-4, mu=0.185, temperature=0.02),
        n.Reservoir.empty("vacuum", 2e-4),
    ],
)


@functools.cache
def state() -> n.SteadyState:
    """Return a state of the paper's model that grows at some wave numbers."""
    return n.solve_steady_state(n.Parameters(-1.0, 1e-3, 2.1e-5))


@functools.cache
def lead_state() -> n.SteadyState:
    """Return a state of another model."""
    return n.solve_steady_state(LEAD)


def _scanned() -> ScanTable:
    """Return a scan with points that have no value, and one that nobody has computed."""
    axes = {"inv_kfa": [-0.1, 0.1], "gamma_v": [1e-5, 3e-3]}
    scan = Scan(n.Parameters(0.0), axes, ["steady_state", "modes"], q=0.1)
    with TemporaryDirectory() as folder, Store(f"{folder}/s.db") as store:
        with ThreadPoolExecutor(1) as executor:
            first = scan.replace(axes=(Axis("inv_kfa", (-0.1,)), scan.axes[1]))
            run_scan(first, store, executor=executor)
        return table_of(scan, store)


def _scattered() -> ScatteredTable:
    """Return points in a plane, one of which nobody has computed."""
    scan = Scan(n.Parameters(0.0), {"inv_kfa": [-0.1, 0.1], "gamma_v": [0.0, 1e-4]}, ["rates"])
    places = [*scan.places(), (0.0, 5e-5)]
    with TemporaryDirectory() as folder, Store(f"{folder}/s.db") as store:
        with ThreadPoolExecutor(1) as executor:
            run_scan(scan, store, executor=executor)
        return scattered_table(scan, store, places, np.array([[0, 1, 4], [0, 2, 4]]))


#: How each is made, by a name.
MAKERS: dict[str, Callable[[], Any]] = {
    "parameters": lambda: n.Parameters(-1.0, 1e-3, 2.1e-5),
    "model": lambda: LEAD.replace(reservoirs=[*LEAD.reservoirs, n.Reservoir.empty("drain", 0.0)]),
    "reservoir": lambda: n.Reservoir.empty("drain", 1e-5),
    "bands": n.Bands,
    "reservoir of two rates": lambda: n.Reservoir("lead", (1e-5, 3e-5), 0.25),
    "contact": lambda: n.Contact(-1 / 3),
    "boson": lambda: n.Boson(0.5, 1 / 3, 0.05, loss=1e-3),
    "boson with attraction": lambda: n.Boson(0.5, -1 / 3, 0.05, inv_kfa=0.1),
    "state with a boson": lambda: n.solve_steady_state(LEAD.replace(coupling=value("boson"))),
    "state": lead_state,
    "state of the paper": state,
    "solution": lambda: n.solve_steady_state(n.Parameters(0.0), full=True),
    "branch": lambda: n.trace_steady_states(n.Parameters(0.0), [0.0, 1e-4, 2e-3]),
    "curve": lambda: n.trace_steady_states(
        FOLDED, along="reservoirs.lead.mu", values=[0.5, 0.185, -0.3]
    ),
    "modes": lambda: n.collective_mode(state(), 0.02),
    "mode branches": lambda: n.mode_branches(state(), np.geomspace(5e-4, 0.1, 9)),
    "dispersion": lambda: n.real_dispersion(
        n.solve_steady_state(n.Parameters(1.0, 1e-3, 3e-6)), np.linspace(0.01, 0.5, 6), largest=0.3
    ),
    "rate": lambda: n.growth_rate(state()),
    "long waves": lambda: n.hydrodynamics(state()),
    "long waves with errors": lambda: n.hydrodynamics(state(), full=True),
    "response": lambda: n.fluctuation_matrix(state(), [[0.1], [0.2]], [0.0, 0.1j], full=True),
    "spectrum": lambda: n.spectral_function(state(), 0.1, [0.1, 0.2, 0.3], full=True),
    "nothing": lambda: n.fluctuation_matrix(state(), [], 0.1, full=True),
    "crossover": lambda: n.equilibrium_crossover(0.0),
    "boundary": lambda: n.find_boundary("B", -1.0),
    "threshold": lambda: n.laser_threshold(
        n.Model(n.Boson(0.7, 1.2, 0.05), [n.Reservoir("bath", 5e-3)], cutoff=10.0), 0.1
    ),
    "line": lambda: n.stability_line(n.Parameters(-1.0), values=(0.015, 0.03)),
    "edge": lambda: value("line").edges[0],
    "diagram": lambda: n.phase_diagram(
        [0.5], kinds=("A", "B", "C"), regions=True, ratios=[0.001, 0.01, 3.0]
    ),
    "curves alone": lambda: n.phase_diagram([-1.0], kinds=("A", "alpha11")),
    "scan": _scanned,
    "scattered points": _scattered,
    "table": lambda: n.verify(lead_state(), points=1, slow=0),
}


@functools.cache
def value(name: str) -> Any:
    """Return the value of a name, made once."""
    return MAKERS[name]()

"""Steady states, response and stability of driven-dissipative condensates, in numbers.

What there is, in units of the Fermi energy and momentum, with bounds of the errors:

- a model: `Parameters`, the paper's, or a `Model` of your own with any list of `Reservoir`;
- its state: `solve_steady_state`, `trace_steady_states` along the drive or any parameter;
- the response: `fluctuation_matrix`, `pair_correlation`, `hydrodynamics`, `narrow_hydrodynamics`,
  `spectral_function`, `occupied_spectral_weight`; of the density, too: `susceptibility`,
  `response_matrix`, `fluctuation_spectrum`, `effective_temperature`, `luminescence`,
  `photon_propagator`;
- modes: `collective_mode`, `mode_branches`, `real_dispersion`, `growth_rate`;
- where it becomes unstable: `find_boundary`, `stability_edges`, `stability_line`, `phase_diagram`;
- whether to believe it: `verify`, `numerics.precise`, and the slow route
  `numerics.response.reference`;
- results as data and files: their `to_dict` and `save`, `from_dict` and `load`.

>>> from numerics import Parameters, growth_rate, solve_steady_state
>>> state = solve_steady_state(Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=1e-4))
>>> growth_rate(state).verdict
'grows'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from numerics.bands import Bands
from numerics.couplings import Boson, Contact
from numerics.errors import ConvergenceError, NoBoundary, NoCondensate
from numerics.evaluation import backend, threads
from numerics.model import Model
from numerics.own_coupling import Coupling
from numerics.parameters import Parameters
from numerics.reservoirs import Reservoir
from numerics.results import FullResult, Status, Verdict
from numerics.steady.crossover import Crossover, equilibrium_crossover
from numerics.steady.solution import SteadyState, solve_steady_state
from numerics.steady.tracing import Branch, trace_steady_states

if TYPE_CHECKING:
    from numerics.archive import from_dict, load, save, to_dict
    from numerics.checks.verification import Verification, verify
    from numerics.diagram.plane import phase_diagram
    from numerics.diagram.results import PhaseDiagram
    from numerics.response.amplitude_spectrum import spectral_function
    from numerics.response.fluctuation import fluctuation_matrix, pair_correlation
    from numerics.response.long_wavelength import Hydrodynamics, hydrodynamics
    from numerics.response.luminescence import luminescence, photon_propagator
    from numerics.response.narrow_coupling import narrow_hydrodynamics
    from numerics.response.noise import effective_temperature, fluctuation_spectrum
    from numerics.response.spectral_weight import occupied_spectral_weight
    from numerics.response.susceptibility import response_matrix, susceptibility
    from numerics.stability.boundaries import Boundary, find_boundary
    from numerics.stability.branches import ModeBranches, mode_branches
    from numerics.stability.conditions import Condition
    from numerics.stability.edges import (
        StabilityEdge,
        StabilityLine,
        stability_edges,
        stability_line,
    )
    from numerics.stability.growth import GrowthRate, growth_rate
    from numerics.stability.modes import CollectiveModes, collective_mode
    from numerics.stability.spectrum import Spectrum
    from numerics.stability.threshold import LaserThreshold, laser_threshold
    from numerics.stability.tolerances import CountTolerances
    from numerics.stability.undamped import RealDispersion, real_dispersion
    from numerics.steady.curve import Curve

__all__ = [
    "Bands",
    "Boson",
    "Boundary",
    "Branch",
    "CollectiveModes",
    "Condition",
    "Contact",
    "ConvergenceError",
    "CountTolerances",
    "Coupling",
    "Crossover",
    "Curve",
    "FullResult",
    "GrowthRate",
    "Hydrodynamics",
    "LaserThreshold",
    "ModeBranches",
    "Model",
    "NoBoundary",
    "NoCondensate",
    "Parameters",
    "PhaseDiagram",
    "RealDispersion",
    "Reservoir",
    "Spectrum",
    "StabilityEdge",
    "StabilityLine",
    "Status",
    "SteadyState",
    "Verdict",
    "Verification",
    "backend",
    "collective_mode",
    "effective_temperature",
    "equilibrium_crossover",
    "find_boundary",
    "fluctuation_matrix",
    "fluctuation_spectrum",
    "from_dict",
    "growth_rate",
    "hydrodynamics",
    "laser_threshold",
    "load",
    "luminescence",
    "mode_branches",
    "narrow_hydrodynamics",
    "occupied_spectral_weight",
    "pair_correlation",
    "phase_diagram",
    "photon_propagator",
    "real_dispersion",
    "response_matrix",
    "save",
    "solve_steady_state",
    "spectral_function",
    "stability_edges",
    "stability_line",
    "susceptibility",
    "threads",
    "to_dict",
    "trace_steady_states",
    "verify",
]

#: Public names that are imported when they are first asked for, and the modules they come from.
_LAZY = {
    "from_dict": "numerics.archive",
    "load": "numerics.archive",
    "save": "numerics.archive",
    "to_dict": "numerics.archive",
    "Curve": "numerics.steady.curve",
    "PhaseDiagram": "numerics.diagram.results",
    "phase_diagram": "numerics.diagram.plane",
    "ModeBranches": "numerics.stability.branches",
    "RealDispersion": "numerics.stability.undamped",
    "mode_branches": "numerics.stability.branches",
    "real_dispersion": "numerics.stability.undamped",
    "Boundary": "numerics.stability.boundaries",
    "GrowthRate": "numerics.stability.growth",
    "LaserThreshold": "numerics.stability.threshold",
    "laser_threshold": "numerics.stability.threshold",
    "Condition": "numerics.stability.conditions",
    "find_boundary": "numerics.stability.boundaries",
    "growth_rate": "numerics.stability.growth",
    "Hydrodynamics": "numerics.response.long_wavelength",
    "effective_temperature": "numerics.response.noise",
    "fluctuation_matrix": "numerics.response.fluctuation",
    "fluctuation_spectrum": "numerics.response.noise",
    "hydrodynamics": "numerics.response.long_wavelength",
    "CollectiveModes": "numerics.stability.modes",
    "collective_mode": "numerics.stability.modes",
    "Spectrum": "numerics.stability.spectrum",
    "CountTolerances": "numerics.stability.tolerances",
    "luminescence": "numerics.response.luminescence",
    "photon_propagator": "numerics.response.luminescence",
    "narrow_hydrodynamics": "numerics.response.narrow_coupling",
    "occupied_spectral_weight": "numerics.response.spectral_weight",
    "pair_correlation": "numerics.response.fluctuation",
    "response_matrix": "numerics.response.susceptibility",
    "spectral_function": "numerics.response.amplitude_spectrum",
    "susceptibility": "numerics.response.susceptibility",
    "StabilityEdge": "numerics.stability.edges",
    "StabilityLine": "numerics.stability.edges",
    "stability_edges": "numerics.stability.edges",
    "stability_line": "numerics.stability.edges",
    "Verification": "numerics.checks.verification",
    "verify": "numerics.checks.verification",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from numerics.version import version

        return version()
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

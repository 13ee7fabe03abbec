"""Steady states, response and stability of driven-dissipative condensates, in numbers."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from numerics.compiled import backend
from numerics.crossover import Crossover, equilibrium_crossover
from numerics.errors import ConvergenceError, NoBoundary, NoCondensate
from numerics.model import Bands, Contact, Model, Reservoir
from numerics.parameters import Parameters
from numerics.steady_state import Branch, SteadyState, solve_steady_state, trace_steady_states

if TYPE_CHECKING:
    from numerics.amplitude_spectrum import spectral_function
    from numerics.archive import from_dict, load, save, to_dict
    from numerics.boundaries import Boundary, find_boundary
    from numerics.curve import Curve
    from numerics.diagram import phase_diagram
    from numerics.diagram_types import PhaseDiagram
    from numerics.dispersion_real import RealDispersion, real_dispersion
    from numerics.fluctuation import fluctuation_matrix, pair_correlation
    from numerics.growth import GrowthRate, growth_rate
    from numerics.long_wavelength import Hydrodynamics, hydrodynamics
    from numerics.mode_tracks import ModeBranches, mode_branches
    from numerics.modes import CollectiveModes, collective_mode
    from numerics.narrow import narrow_hydrodynamics
    from numerics.spectral_weight import occupied_spectral_weight
    from numerics.stability import StabilityEdge, StabilityLine, stability_edges, stability_line
    from numerics.verification import Verification, verify

__all__ = [
    "Bands",
    "Boundary",
    "Branch",
    "CollectiveModes",
    "Contact",
    "ConvergenceError",
    "Crossover",
    "Curve",
    "GrowthRate",
    "Hydrodynamics",
    "ModeBranches",
    "Model",
    "NoBoundary",
    "NoCondensate",
    "Parameters",
    "PhaseDiagram",
    "RealDispersion",
    "Reservoir",
    "StabilityEdge",
    "StabilityLine",
    "SteadyState",
    "Verification",
    "backend",
    "collective_mode",
    "equilibrium_crossover",
    "find_boundary",
    "fluctuation_matrix",
    "from_dict",
    "growth_rate",
    "hydrodynamics",
    "load",
    "mode_branches",
    "narrow_hydrodynamics",
    "occupied_spectral_weight",
    "pair_correlation",
    "phase_diagram",
    "real_dispersion",
    "save",
    "solve_steady_state",
    "spectral_function",
    "stability_edges",
    "stability_line",
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
    "Curve": "numerics.curve",
    "PhaseDiagram": "numerics.diagram_types",
    "phase_diagram": "numerics.diagram",
    "ModeBranches": "numerics.mode_tracks",
    "RealDispersion": "numerics.dispersion_real",
    "mode_branches": "numerics.mode_tracks",
    "real_dispersion": "numerics.dispersion_real",
    "Boundary": "numerics.boundaries",
    "GrowthRate": "numerics.growth",
    "find_boundary": "numerics.boundaries",
    "growth_rate": "numerics.growth",
    "Hydrodynamics": "numerics.long_wavelength",
    "fluctuation_matrix": "numerics.fluctuation",
    "hydrodynamics": "numerics.long_wavelength",
    "CollectiveModes": "numerics.modes",
    "collective_mode": "numerics.modes",
    "narrow_hydrodynamics": "numerics.narrow",
    "occupied_spectral_weight": "numerics.spectral_weight",
    "pair_correlation": "numerics.fluctuation",
    "spectral_function": "numerics.amplitude_spectrum",
    "StabilityEdge": "numerics.stability",
    "StabilityLine": "numerics.stability",
    "stability_edges": "numerics.stability",
    "stability_line": "numerics.stability",
    "Verification": "numerics.verification",
    "verify": "numerics.verification",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

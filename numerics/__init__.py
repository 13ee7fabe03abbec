"""Steady states, response and stability of driven-dissipative condensates, in numbers."""

from numerics.crossover import Crossover, equilibrium_crossover
from numerics.errors import ConvergenceError, NoCondensate
from numerics.parameters import Parameters
from numerics.steady_state import Branch, SteadyState, solve_steady_state, trace_steady_states

__all__ = [
    "Branch",
    "ConvergenceError",
    "Crossover",
    "NoCondensate",
    "Parameters",
    "SteadyState",
    "equilibrium_crossover",
    "solve_steady_state",
    "trace_steady_states",
]

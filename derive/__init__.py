"""Symbolic derivation of linear response in driven-dissipative condensates."""

from derive.frequency import integrate_frequency
from derive.greens import GreenFunctions, green_functions
from derive.occupation import fermi
from derive.reservoirs import Reservoir, bath, empty_reservoir, fermi_reservoir, vacuum

__all__ = [
    "GreenFunctions",
    "Reservoir",
    "bath",
    "empty_reservoir",
    "fermi",
    "fermi_reservoir",
    "green_functions",
    "integrate_frequency",
    "vacuum",
]

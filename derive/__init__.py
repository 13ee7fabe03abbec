"""Symbolic derivation of linear response in driven-dissipative condensates."""

from derive.compiler import Compiled, compile
from derive.expansion import Expansion, expand
from derive.frequency import integrate_frequency, kramers_kronig, matsubara_sum
from derive.greens import GreenFunctions, green_functions
from derive.occupation import bose, fermi
from derive.paper import Ledger, Record, Status, ledger
from derive.rates import lorentzian
from derive.reservoirs import Reservoir, bath, empty_reservoir, fermi_reservoir, vacuum
from derive.response import response_integrand
from derive.steady_state import gap_integrand, gap_kernel, number_integrand, number_kernel

__all__ = [
    "Compiled",
    "Expansion",
    "GreenFunctions",
    "Ledger",
    "Record",
    "Reservoir",
    "Status",
    "bath",
    "bose",
    "compile",
    "empty_reservoir",
    "expand",
    "fermi",
    "fermi_reservoir",
    "gap_integrand",
    "gap_kernel",
    "green_functions",
    "integrate_frequency",
    "kramers_kronig",
    "ledger",
    "lorentzian",
    "matsubara_sum",
    "number_integrand",
    "number_kernel",
    "response_integrand",
    "vacuum",
]

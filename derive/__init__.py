"""Symbolic derivation of linear response in driven-dissipative condensates."""

from derive.closed_forms.expansion import Expansion, expand
from derive.codegen.compiler import Compiled, compile
from derive.frequency import integrate_frequency, kramers_kronig, matsubara_sum
from derive.functions.occupation import bose, fermi
from derive.hanai2017 import Ledger, Record, Status, ledger
from derive.model.greens import GreenFunctions, green_functions
from derive.model.rates import lorentzian
from derive.model.reservoirs import Reservoir, bath, empty_reservoir, fermi_reservoir, vacuum
from derive.model.response import response_integrand
from derive.model.steady_state import gap_integrand, gap_kernel, number_integrand, number_kernel

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

"""Symbolic derivation of linear response in driven-dissipative condensates.

- Models: `bath`, `vacuum`, `fermi_reservoir`, `empty_reservoir`, `Reservoir`, with rates that may
  depend on the frequency, `lorentzian`; their `green_functions`.
- Integrands and closed forms: `gap_integrand`, `number_integrand`, `response_integrand`,
  `gap_kernel`, `number_kernel`, `expand` for long waves.
- Integrals of your own: `integrate_frequency` with `fermi` and `bose`, `matsubara_sum`,
  `kramers_kronig`.
- Code: `compile` for expressions of your own; `nambu export` for the kernels of this project.
- The paper: `ledger()`, a record with a check for each of its numbered equations.
- Modules for derivations of your own: `symbols`; `nambu` and `keldysh`, matrices and operators;
  `greens`, `reservoirs`, `branches` and `response`, what the functions above are made of.
  `derive.codegen` has the programs, passes and printers of the code generator.
"""

from derive import symbols
from derive.algebra import keldysh, nambu
from derive.closed_forms.expansion import Expansion, expand
from derive.codegen.compiler import Compiled, compile
from derive.frequency import integrate_frequency, kramers_kronig, matsubara_sum
from derive.functions.occupation import bose, fermi
from derive.hanai2017 import Ledger, Record, Status, ledger
from derive.model import branches, greens, reservoirs, response
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
    "__version__",
    "bath",
    "bose",
    "branches",
    "compile",
    "empty_reservoir",
    "expand",
    "fermi",
    "fermi_reservoir",
    "gap_integrand",
    "gap_kernel",
    "green_functions",
    "greens",
    "integrate_frequency",
    "keldysh",
    "kramers_kronig",
    "ledger",
    "lorentzian",
    "matsubara_sum",
    "nambu",
    "number_integrand",
    "number_kernel",
    "reservoirs",
    "response",
    "response_integrand",
    "symbols",
    "vacuum",
]


def __getattr__(name: str) -> str:
    if name == "__version__":
        from importlib import metadata

        try:
            return metadata.version("nambu")
        except metadata.PackageNotFoundError:
            return "unknown"
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""From expressions to numerical code: programs, passes over them, printers of them."""

from derive.codegen import passes
from derive.codegen.printers import MPMATH, NUMPY, Printer
from derive.codegen.program import Program
from derive.codegen.real_split import split_complex

__all__ = ["MPMATH", "NUMPY", "Printer", "Program", "passes", "split_complex"]

"""Time frequency integrals in closed form: tables of `tests.bench`.

SymPy remembers what it worked out, so that every integral is taken in a process of its own.
"""

from __future__ import annotations

from rich.table import Table

from tests.bench import best_of, table

#: Seconds on one core for one of the 16 response functions, and for one with three reservoirs.
TARGET, THREE_TARGET = 5.0, 10.0

PAIR = """
import time
import derive
integrand = derive.response_integrand({s}, {t})
start = time.process_time()
derive.integrate_frequency(integrand, derive.symbols.nu)
print(time.process_time() - start)
"""

THREE = """
import time
import sympy as sp
import derive
lead = derive.fermi_reservoir("lead", sp.Symbol("kappa", positive=True),
                              sp.Symbol("V", real=True), sp.Symbol("T", positive=True))
integrand = derive.response_integrand({s}, {t}, ["bath", "vacuum", lead])
start = time.process_time()
derive.integrate_frequency(integrand, derive.symbols.nu)
print(time.process_time() - start)
"""


def responses() -> Table:
    """All response functions with the model's reservoirs, and some with a warm one beside."""
    result = table(
        "Frequency integrals of response functions", "what", "time / s", "target / s", "of target"
    )
    rows = [(f"Pi_{s}{t}", PAIR, s, t, TARGET) for s in range(4) for t in range(4)]
    rows += [
        (f"Pi_{s}{t}, a third, warm reservoir", THREE, s, t, THREE_TARGET)
        for s, t in ((1, 1), (1, 2), (3, 3))
    ]
    for name, program, s, t, target in rows:
        elapsed = best_of(1, program.format(s=s, t=t))
        result.add_row(name, f"{elapsed:.2f}", f"{target:.0f}", f"{elapsed / target:.2f}")
    return result


TABLES = (responses,)

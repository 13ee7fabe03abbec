"""Importing numerics is light: it loads no heavy library, and little of the project."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys
import numerics
print(json.dumps(sorted(sys.modules)))
"""
#: What the import needs: parameters, the steady state, the crossover, and what these solve with.
NEEDED = {"domain", "errors", "parameters", "quadrature", "solve", "steady"}
#: What is imported when it is first asked for.
LAZY = {"checks", "cli", "diagram", "figures", "precise", "report", "scans", "stability", "tasks"}


def loaded() -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    return set(json.loads(run.stdout))


def test_importing_numerics_loads_no_heavy_library() -> None:
    modules = loaded()
    assert {"numerics", "numpy"} <= modules
    assert not modules & {"derive", "hypothesis", "matplotlib", "mpmath", "scipy", "sympy"}
    assert not modules & {"cyclopts", "pandas", "rich"}


def test_importing_numerics_loads_little_of_the_project() -> None:
    own = {name.split(".")[1] for name in loaded() if name.startswith("numerics.")}
    assert own >= NEEDED
    assert not own & LAZY

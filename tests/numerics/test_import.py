"""Importing numerics is light."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys, time
start = time.perf_counter()
import numerics
elapsed = time.perf_counter() - start
heavy = {"sympy", "matplotlib", "scipy", "mpmath", "derive"}
print(json.dumps([elapsed, sorted(heavy & set(sys.modules))]))
"""


def measure():
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(run.stdout)


def test_importing_numerics_loads_no_heavy_library():
    assert measure()[1] == []


def test_importing_numerics_takes_at_most_300_milliseconds():
    # beyond the start-up of the interpreter; the best of five is least disturbed by other work
    assert min(measure()[0] for _ in range(5)) <= 0.3

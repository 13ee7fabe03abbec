"""A million points of every kernel against 28 digits: `python -m tests.kernel_digits [NAME ...]`.

For each kernel: its largest error in units of the derived bound, with NumPy and compiled; the
largest error in units of the largest output at that point; and how often that is above 1e-9.
The table is kept in build/kernel_digits.json after every kernel; what is there of the same
kernel at as many points is not computed again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from derive.build.generate import KERNELS, VECTORISED
from derive.codegen.vector import can_be_vectorised
from numerics.evaluation import compiled_kernel, compiled_loop
from tests.derive.support import kernel_points
from tests.derive.support.digits import Array
from tests.derive.support.kernel_references import Reference, computed, programs, reference

MILLION = 10**6
#: Points that are computed together: their values stay in the cache.
PART = 8192
KEPT = Path("build") / "kernel_digits.json"


@dataclass(frozen=True)
class Found:
    """What the points of a kernel have shown.

    Parameters
    ----------
    program : str
        Hash of the programs of its module, and of how points are drawn.
    points : int
    numpy, compiled : float
        Largest errors in units of their bounds; 0 if the kernel is not compiled.
    relative : float
        Largest error in units of the largest output at its point.
    many : int
        At how many points that is above 1e-9.
    """

    program: str
    points: int
    numpy: float
    compiled: float
    relative: float
    many: int


def is_compiled(name: str) -> bool:
    """Tell whether a kernel has a vectorised form."""
    module, program = programs()[name]
    return module in VECTORISED and can_be_vectorised(program)


def vectorised(name: str, inputs: Array) -> Array:
    """Return the outputs of a vectorised kernel, rows for rows."""
    module, program = programs()[name]
    kernel, count = compiled_kernel(module, program.name)
    results = np.empty((count, len(inputs)))
    compiled_loop("apply_kernel")(kernel, np.ascontiguousarray(inputs.T), results)
    return results.T


def fingerprint(name: str) -> str:
    """Return a hash of what the results for a kernel depend on."""
    files = (KERNELS / f"{programs()[name][0]}.json", Path(str(kernel_points.__file__)))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def examined(name: str, points: int) -> Found:
    """Return what so many points of a kernel show, rounded up to whole parts."""
    parts = math.ceil(points / PART)
    size = min(points, PART)
    worst, relative, many = [0.0, 0.0], 0.0, 0
    for part in range(parts):
        expected: Reference = reference.__wrapped__(name, size, part)
        outputs = computed(name, expected.inputs)
        worst[0] = max(worst[0], expected.worst(outputs))
        if is_compiled(name):
            worst[1] = max(worst[1], expected.worst(vectorised(name, expected.inputs)))
        largest = np.abs(expected.high).max(axis=1)
        errors = expected.errors(outputs).max(axis=1) / np.where(largest == 0, 1.0, largest)
        relative, many = max(relative, float(errors.max())), many + int(np.sum(errors > 1e-9))
    return Found(fingerprint(name), parts * size, *worst, relative, many)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.kernel_digits")
    parser.add_argument("names", nargs="*", metavar="NAME", help="kernels; all if none is named")
    parser.add_argument("--points", type=int, default=MILLION, help="of each kernel")
    arguments = parser.parse_args()
    known = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    KEPT.parent.mkdir(exist_ok=True)
    print(f"{'kernel':36} {'points':>8} {'numpy':>6} {'loops':>6} {'relative':>8} {'>1e-9':>7}")
    for name in arguments.names or programs():
        kept = known.get(name, {})
        if kept.get("points", 0) < arguments.points or kept["program"] != fingerprint(name):
            known[name] = asdict(examined(name, arguments.points))
            KEPT.write_text(json.dumps(known, indent=1) + "\n")
        x = Found(**known[name])
        print(
            f"{name:36} {x.points:8} {x.numpy:6.3f} {x.compiled:6.3f} {x.relative:8.1e} {x.many:7}",
            flush=True,
        )


if __name__ == "__main__":
    main()

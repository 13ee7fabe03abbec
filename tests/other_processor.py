"""Runs pytest as on a processor of another make: `python -m tests.other_processor [ARGUMENT ...]`.

NumPy, BLAS and the C library choose their code by what the processor can do, and round otherwise
with other code.  Here each of them, and Numba, is kept from everything that it may be kept from.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping

import numpy as np

#: What OpenBLAS calls the oldest processor of a kind that it has code for.
_OLDEST = {"x86_64": "Nehalem", "amd64": "Nehalem", "aarch64": "ARMV8", "arm64": "ARMV8"}


def disabled_features() -> list[str]:
    """Return the instruction sets that NumPy found here and can do without."""
    found: list[str] = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return found


def environment(before: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process with code for another processor."""
    tunables = (before.get("GLIBC_TUNABLES"), "glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA,-FMA4")
    changed = {"GLIBC_TUNABLES": ":".join(filter(None, tunables)), "NUMBA_CPU_NAME": "generic"}
    features = disabled_features()
    if features:
        changed["NPY_DISABLE_CPU_FEATURES"] = " ".join(features)
    core = _OLDEST.get(platform.machine().lower())
    if core is not None:
        changed["OPENBLAS_CORETYPE"] = core
    return {**before, **changed}


def main() -> int:
    """Run pytest with the arguments of the command line; return its exit status."""
    changed = environment(os.environ)
    new = {name: value for name, value in changed.items() if os.environ.get(name) != value}
    print("\n".join(f"{name}={value}" for name, value in new.items()), flush=True)
    command = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    return subprocess.run(command, env=changed, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

"""The tests run again with the code for another processor, where there is any."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.other_processor import disabled_features, environment

PROGRAM = """
import json
import numpy as np
print(json.dumps(np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])))
"""


def test_numpy_is_left_with_what_it_cannot_do_without() -> None:
    command = [sys.executable, "-W", "error", "-c", PROGRAM]
    done = subprocess.run(
        command, env=environment(os.environ), capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
    assert done.stderr == ""


def test_what_is_disabled_is_no_part_of_the_baseline() -> None:
    known = np.show_config(mode="dicts")["SIMD Extensions"]
    assert not set(disabled_features()) & set(known["baseline"])


def test_the_rest_of_the_environment_stays() -> None:
    before = {"HOME": "here", "GLIBC_TUNABLES": "glibc.malloc.check=0"}
    after = environment(before)
    assert after["HOME"] == "here"
    assert after["GLIBC_TUNABLES"].startswith("glibc.malloc.check=0:glibc.cpu.hwcaps=-")


def test_verify_runs_it() -> None:
    makefile = (Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("\nverify:")[2].partition("\n\n")[0]
    assert "tests.other_processor" in recipe

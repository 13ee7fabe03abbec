"""Runs code where the exported modules can be imported, and this project cannot."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

#: Without `site`, an editable installation is not found, and installed packages have to be added;
#: where this project was installed as a wheel it is among them.
_START = """
import sys
sys.path += {paths!r}
# the import system refuses a name that stands for None
sys.modules.update(dict.fromkeys(("derive", "numerics", "tests")))
"""


def run_isolated(code: str, exported: Path, directory: Path) -> str:
    """Return what code prints that runs in a directory, with the exported modules at hand."""
    paths = [str(exported), *{sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}]
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", _START.format(paths=paths) + code],
        cwd=directory,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout

"""Times `nambu reproduce` against an earlier commit: `python -m tests.bench_reproduce COMMIT`.

Both run one after the other on one processor, the earlier one from its files in a folder of its
own, with the same installed packages.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]


def extracted(commit: str, folder: Path) -> Path:
    """Write the files of a commit into a folder."""
    archive = folder / "files.tar"
    with archive.open("wb") as file:
        subprocess.run(["git", "-C", ROOT, "archive", commit], stdout=file, check=True)
    with tarfile.open(archive) as files:
        files.extractall(folder / "files", filter="data")
    return folder / "files"


def processor_seconds(source: Path, output: Path) -> float:
    """Return the time that a run takes on one processor, that of its processes included."""
    environment = os.environ | {"PYTHONPATH": str(source), "OPENBLAS_NUM_THREADS": "1"}
    program = "import sys; from numerics.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "reproduce", "--workers", "1", "--output", output]
    # in full, which was no default before
    if "full: Annotated" in (source / "numerics/cli/reproduce.py").read_text(encoding="utf-8"):
        command.append("--full")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=source, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Run the command line; return the exit status."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    commit = sys.argv[1]
    table = Table("what", "processor seconds", "ratio", title="`nambu reproduce`, one worker")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = {commit: extracted(commit, folder), "now": ROOT}
        found = {what: processor_seconds(path, folder / what) for what, path in sources.items()}
    for what, seconds in found.items():
        table.add_row(what, f"{seconds:.0f}", f"{seconds / found[commit]:.2f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())

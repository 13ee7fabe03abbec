"""Executes the notebooks: `python -m tests.notebook_runner [--check] [NAME ...]`.

A notebook is kept twice in `notebooks/`: its cells as text (.py, by jupytext), which is what people
edit, and executed with its outputs (.ipynb), which is what people read.  Outputs do not depend on
when or where they are made but for the last digits of numbers, and where only these differ the kept
notebook stays.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

import jupytext
import nbformat
import numpy as np
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from PIL import Image

from tests import printed

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
#: What one notebook leaves to the next in the same process: no names, and the digits of mpmath.
_FORGET = """
import mpmath
mpmath.mp.dps = 15
get_ipython().reset(new_session=False)
"""
#: Mean difference of two pictures, of 255, below which they are the same.
_PIXELS = 0.05


def sources() -> list[Path]:
    """Return the notebooks as text, in their order."""
    return sorted(FOLDER.glob("[0-9][0-9]_*.py"))


@contextmanager
def shared_kernel() -> Iterator[AsyncKernelManager]:
    """Start a process for several notebooks, which imports, derives and compiles once for all."""
    manager = AsyncKernelManager(kernel_name="python3")
    try:
        yield manager
    finally:
        asyncio.run(manager.shutdown_kernel(now=True))


def execute(source: Path, manager: AsyncKernelManager | None = None) -> str:
    """Execute a notebook, by default in a process of its own; return it with outputs, as text."""
    notebook = jupytext.read(source)
    # one thread, and no colours: the same text everywhere
    plain = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NO_COLOR": "1"}
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=None,
        # these two guard against a kernel that hangs, and cannot be left out
        startup_timeout=3600,
        iopub_timeout=3600,
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
        record_timing=False,
        coalesce_streams=True,
    )
    if manager is None:
        client.execute(env=os.environ | plain)
    else:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(_FORGET))
        try:
            client.execute(env=os.environ | plain)
        finally:
            client.kc.stop_channels()
        del notebook.cells[0]
    return nbformat.writes(_normalised(notebook)) + "\n"


def _normalised(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Leave out what says when, where and by which version a notebook was executed."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata = nbformat.from_dict({})
        for output in cell.get("outputs", []):
            # where an object lies in memory
            for name, text in output.get("data", {}).items():
                if isinstance(text, str) and name.startswith("text/"):
                    output["data"][name] = re.sub(r" at 0x[0-9a-f]+", "", text)
    return notebook


def differences(kept: str, now: str) -> list[str]:
    """Return what differs between two executed notebooks by more than rounding."""
    old, new = (nbformat.reads(text, as_version=4) for text in (kept, now))
    lines = []
    for number, (a, b) in enumerate(zip_longest(old.cells, new.cells)):
        if a is None or b is None or (a.cell_type, a.source) != (b.cell_type, b.source):
            lines.append(f"cell {number}: its text differs")
            continue
        shown = [dict(_shown(cell)) for cell in (a, b)]
        if shown[0].keys() != shown[1].keys():
            lines.append(f"cell {number}: shows {list(shown[1])}, kept is {list(shown[0])}")
            continue
        for name, text in shown[0].items():
            found = _compared(name[1], text, shown[1][name])
            lines += [f"cell {number}, {name[1]}:\n{difference}" for difference in found]
    return lines


def _shown(cell: nbformat.NotebookNode) -> Iterator[tuple[tuple[int, str], str]]:
    """Yield what a cell shows, by the number of the output and its kind."""
    for number, output in enumerate(cell.get("outputs", [])):
        if output.output_type == "stream":
            yield (number, output.name), output.text
        else:
            for kind, text in output.get("data", {}).items():
                yield (number, kind), text


def _compared(kind: str, kept: str, now: str) -> Iterator[str]:
    if kind == "image/png":
        # a processor with other vector instructions draws an edge a little otherwise
        first, second = (
            np.asarray(Image.open(io.BytesIO(base64.b64decode(text))), dtype=float)
            for text in (kept, now)
        )
        if first.shape != second.shape or np.abs(first - second).mean() > _PIXELS:
            yield "the picture differs"
    else:
        yield from printed.differences(kept, now)


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.notebook_runner", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="stems; all by default")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    stems = [source.stem for source in sources()]
    for name in options.names:
        if name not in stems:
            parser.error(f"NAME = {name!r} is none of {', '.join(stems)}")
    chosen = [s for s in sources() if not options.names or s.stem in options.names]
    status = 0
    for source in chosen:
        text = execute(source)
        path = source.with_suffix(".ipynb")
        if path.exists():
            lines = differences(path.read_text(encoding="utf-8"), text)
        else:
            lines = ["there is no executed notebook"]
        print(f"{source.stem}:", "changed" if lines else "unchanged")
        if options.check:
            print("\n".join(line[:400] for line in lines))
            status = 1 if lines else status
        elif lines:
            path.write_text(text, encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())

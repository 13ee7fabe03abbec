"""Executes the notebooks: `python -m tests.notebook_runner [--check] [NAME ...]`.

A notebook is kept twice in `notebooks/`: its cells as text (.py, by jupytext), which is what people
edit, and executed with its outputs (.ipynb), which is what people read.  Outputs do not depend on
when or where they are made, so that executing again changes nothing.
"""

from __future__ import annotations

import argparse
import base64
import difflib
import io
import os
import re
import sys
import time
from pathlib import Path

import jupytext
import nbformat
import numpy as np
from nbclient import NotebookClient
from PIL import Image

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
#: Seconds that a notebook may take.
LIMIT = 20
#: A cell that takes this much longer than all of them may is stuck.
_TIMEOUT = 10 * LIMIT
#: Mean difference of two pictures, of 255, below which they are the same.
_PIXELS = 0.05


def sources() -> list[Path]:
    """Return the notebooks as text, in their order."""
    return sorted(FOLDER.glob("[0-9][0-9]_*.py"))


def execute(source: Path) -> tuple[str, float]:
    """Execute a notebook; return it with its outputs, as text, and the seconds it took."""
    notebook = jupytext.read(source)
    # one thread, and no colours: the same digits and the same text everywhere
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NO_COLOR": "1"}
    begin = time.perf_counter()
    client = NotebookClient(
        notebook,
        timeout=_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
        record_timing=False,
        coalesce_streams=True,
    )
    client.execute()
    return nbformat.writes(_normalised(notebook)) + "\n", time.perf_counter() - begin


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


def differences(old: str, new: str) -> list[str]:
    """Return what differs between two executed notebooks, in lines; pictures by their pixels.

    Pixels may differ a little: a processor with other vector instructions rounds otherwise.
    """
    pictures, texts = [], []
    for text in (old, new):
        found = re.findall(r'"image/png": "([^"]*)"', text)
        pictures.append([base64.b64decode(data.replace("\\n", "")) for data in found])
        texts.append(re.sub(r'"image/png": "[^"]*"', '"image/png"', text).splitlines())
    lines = list(difflib.unified_diff(*texts, "kept", "now", lineterm="", n=1))
    for number, (a, b) in enumerate(zip(*pictures, strict=False)):
        first, second = (np.asarray(Image.open(io.BytesIO(x)), dtype=float) for x in (a, b))
        if first.shape != second.shape or np.abs(first - second).mean() > _PIXELS:
            lines.append(f"picture {number} differs")
    return lines


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.notebook_runner", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="stems; all by default")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    chosen = [s for s in sources() if not options.names or s.stem in options.names]
    status = 0
    for source in chosen:
        text, seconds = execute(source)
        path = source.with_suffix(".ipynb")
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        print(f"{source.stem}: {seconds:.1f} s", "unchanged" if text == old else "changed")
        if text == old:
            continue
        if options.check:
            lines = differences(old, text)
            print("\n".join(line[:200] for line in lines))
            status = 1 if lines else status
        else:
            path.write_text(text, encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())

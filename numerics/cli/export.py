"""`nambu export`: the kernels for use without this project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def export(
    *,
    target: Annotated[str, Parameter(help="numpy, numba, c, mpmath or jax.")],
    out: Annotated[Path, Parameter(help="Directory; made if there is none.")],
) -> int:
    """Write all kernels as a module that needs nothing of this project.

    Files that this command wrote before are replaced, others are not.

    Example: nambu export --target c --out kernels
    """
    from derive.build.export import export

    for path in export(target, out):
        print(f"wrote {path}")
    return 0

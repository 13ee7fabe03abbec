"""More digits on request: the steady state of any model, M and its roots at any precision.

The programs are those of the fast route, printed for mpmath; python-flint, where it is installed,
is the faster arithmetic for the same text.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numerics.precise.counts import CertifiedCount, certified_count
    from numerics.precise.matrix import PreciseMatrix, precise_determinant, precise_matrix
    from numerics.precise.roots import CertifiedRate, certified_rate
    from numerics.precise.state import PreciseState, precise_state

__all__ = [
    "CertifiedCount",
    "CertifiedRate",
    "PreciseMatrix",
    "PreciseState",
    "certified_count",
    "certified_rate",
    "precise_determinant",
    "precise_matrix",
    "precise_state",
]

#: Where the names are: importing this package loads neither mpmath nor flint.
_MODULES = {
    "CertifiedCount": "counts",
    "CertifiedRate": "roots",
    "PreciseMatrix": "matrix",
    "PreciseState": "state",
    "certified_count": "counts",
    "certified_rate": "roots",
    "precise_determinant": "matrix",
    "precise_matrix": "matrix",
    "precise_state": "state",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)

"""Scans: quantities of a model over any of its parameters, point by point, in a file that lasts.

>>> from numerics import Parameters
>>> from numerics.scans import Scan, from_toml, to_toml
>>> scan = Scan(Parameters(0.0), {"inv_kfa": [-1.0, 0.0]}, ["steady_state"])
>>> print(to_toml(scan))
format = 1
quantities = ["steady_state"]
<BLANKLINE>
[model]
type = "Parameters"
inv_kfa = 0.0
<BLANKLINE>
[[axes]]
along = "inv_kfa"
values = [-1.0, 0.0]
<BLANKLINE>
>>> from_toml(to_toml(scan)) == scan
True
"""

from numerics.scans.adaptive import refine_scan
from numerics.scans.run import Progress, run_scan
from numerics.scans.scan import Axis, Scan
from numerics.scans.store import Store
from numerics.scans.table import ScanTable, ScatteredTable, export, table_of
from numerics.scans.toml import from_toml, read_scan, to_toml, write_scan

__all__ = [
    "Axis",
    "Progress",
    "Scan",
    "ScanTable",
    "ScatteredTable",
    "Store",
    "export",
    "from_toml",
    "read_scan",
    "refine_scan",
    "run_scan",
    "table_of",
    "to_toml",
    "write_scan",
]

"""The points of a scan as arrays over its axes, and as files for other programs."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.archive import savable, save
from numerics.domain import instance, outside
from numerics.domain import path as checked_path
from numerics.files import replaced
from numerics.kept import Kept
from numerics.parameters import Setting
from numerics.quantities import UNITS
from numerics.scans.identity import Keys, contexts, identity
from numerics.scans.quantities import COMPLEX, QUANTITIES, TEXT, Quantity
from numerics.scans.rows import Outcome, Row, decoded
from numerics.scans.scan import Scan
from numerics.scans.store import Begun, Store
from numerics.scans.toml import from_toml, to_toml
from numerics.tables import save_table

__all__ = ["ScanTable", "ScatteredTable", "export", "scattered_table", "table_of"]

#: What tells where values come from; earlier ones have a hash of the generated kernels only.
_ORIGIN = ("nambu", "code", "kernels")
#: Points whose rows are read together.
_CHUNK = 1000
#: How a point is called that nobody has computed.
MISSING = "missing"
#: What stands where there is no value, and its type: of real and of complex numbers.
_NOTHING: tuple[tuple[complex, type], ...] = (
    (math.nan, float),
    (complex(math.nan, math.nan), complex),
)


@dataclass(frozen=True)
class ScanTable(Kept):
    """What is known of a scan.

    Parameters
    ----------
    origin : mapping
        The version that has computed the values, and the hash of its code.
    identity : str
        The name of the scan: a hash of its meaning, the code and the version.
    scan : str
        The scan in TOML.
    parameters : Parameters or Model
        Its model; the parameters along the axes are in `axes`.
    axes : mapping
        The values of each.
    over : mapping
        For each column and each quantity the axes on which it depends.
    columns : mapping
        Values by their names, NaN or an empty text where there is none; over these axes, and where
        a point has any number of values over one more axis, filled with NaN.
    outcomes : mapping
        For each quantity how its points ended: "done", "absent" where there is no
        such thing, "failed", or "missing".
    reasons : mapping
        For each quantity why there are no values, by the index of the point.
    """

    origin: Mapping[str, str]
    identity: str
    scan: str
    parameters: Setting
    axes: Mapping[str, NDArray[np.float64]]
    over: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, NDArray[Any]]
    outcomes: Mapping[str, NDArray[np.str_]]
    reasons: Mapping[str, Mapping[int, str]]

    @property
    def meanings(self) -> dict[str, str]:
        """What the columns are that are called otherwise: of boundaries, along a parameter."""
        along = from_toml(self.scan).along
        found = {}
        for name in self.columns:
            head, _, rest = name.partition("_")
            if head == "boundary":
                _, _, word = rest.partition("_")
                found[name] = {"": along, "error": f"{along}_error"}.get(word, word)
        return {name: word for name, word in found.items() if word is not None}

    @property
    def missing(self) -> int:
        """How many values have not been computed."""
        return sum(int((found == MISSING).sum()) for found in self.outcomes.values())


@dataclass(frozen=True)
class ScatteredTable(ScanTable):
    """What is known of a scan at points that are on no grid; fields as in `ScanTable`.

    Parameters
    ----------
    axes : mapping
        The values of each at every point.
    over : mapping
        For each of these, each column and each quantity: ("point",).
    simplices : array
        Triangles of points, or tetrahedra, which fill the box of the axes: indices of their
        corners, (simplices, axes + 1).
    """

    simplices: NDArray[np.int64]


def table_of(scan: Scan | Begun, store: Store) -> ScanTable:
    """Return what a store has of a scan.

    Parameters
    ----------
    scan : Scan or Begun
        A scan, or one of `store.scans()`, which may be of another version.
    store : Store

    Raises
    ------
    StoreError
        If a point of it is damaged.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from numerics import Parameters
    >>> from numerics.scans import Scan, Store, run_scan, table_of
    >>> scan = Scan(Parameters(0.0), {"gamma_v": [0.0, 1e-4]}, ["rates"])
    >>> with tempfile.TemporaryDirectory() as folder, Store(f"{folder}/scan.db") as store:
    ...     with ThreadPoolExecutor(1) as executor:
    ...         _ = run_scan(scan, store, executor=executor)
    ...     table_of(scan, store).columns["linewidth"].tolist()
    [0.001, 0.0011]
    """
    begun = scan.contexts if isinstance(scan, Begun) else contexts(instance("scan", scan, Scan))
    scan = scan.scan if isinstance(scan, Begun) else scan
    instance("store", store, Store)
    over = {name: tuple(axis.along for axis in scan.axes_of(name)) for name in scan.quantities}
    shapes = {
        name: tuple(len(axis.values) for axis in scan.axes_of(name)) for name in scan.quantities
    }
    axes = {axis.along: np.array(axis.values) for axis in scan.axes}
    return ScanTable(**_fields(scan, begun, store, scan.places(), axes, over, shapes))


def scattered_table(
    scan: Scan, store: Store, places: Sequence[tuple[float, ...]], simplices: NDArray[np.int64]
) -> ScatteredTable:
    """Return what a store has of a scan at other values of its axes than its own.

    Parameters
    ----------
    scan : Scan
        All of its quantities depend on all axes.
    store : Store
    places : sequence
        The values of the axes at each point.
    simplices : array
        As in `ScatteredTable`.
    """
    axes = {path: np.array([p[k] for p in places]) for k, path in enumerate(scan.paths)}
    over = dict.fromkeys((*axes, *scan.quantities), ("point",))
    shapes = dict.fromkeys(scan.quantities, (len(places),))
    found = _fields(scan, contexts(scan), store, iter(places), axes, over, shapes)
    return ScatteredTable(**found, simplices=simplices)


def _fields(
    scan: Scan,
    begun: Mapping[str, str],
    store: Store,
    places: Iterator[tuple[float, ...]],
    axes: Mapping[str, NDArray[np.float64]],
    over: Mapping[str, tuple[str, ...]],
    shapes: Mapping[str, tuple[int, ...]],
) -> dict[str, Any]:
    """Return the fields of a table from what a store has at some places."""
    found = {name: _Collected(QUANTITIES[name], math.prod(shape)) for name, shape in shapes.items()}
    keys = Keys(scan, begun)
    while chunk := list(itertools.islice(places, _CHUNK)):
        named = [x for place in chunk for x in keys.at(place)]
        rows = store.get([key for _, key, _ in named])
        for name, key, _ in named:
            found[name].add(rows.get(key))
    columns: dict[str, NDArray[Any]] = {}
    spread = dict(over)
    for name, part in found.items():
        arrays = part.arrays(shapes[name])
        columns |= arrays
        spread |= dict.fromkeys(arrays, over[name])
    origin = json.loads(next(iter(begun.values())))
    return {
        "origin": {name: origin[name] for name in _ORIGIN if name in origin},
        "identity": identity(scan, begun),
        "scan": to_toml(scan),
        "parameters": scan.model,
        "axes": axes,
        "over": spread,
        "columns": columns,
        "outcomes": {name: part.outcomes.reshape(shapes[name]) for name, part in found.items()},
        "reasons": {name: part.reasons for name, part in found.items()},
    }


class _Collected:
    """The values of a quantity, point by point."""

    def __init__(self, quantity: Quantity, size: int) -> None:
        self.quantity, self._number = quantity, 0
        self.outcomes = np.full(size, MISSING, dtype="<U7")
        self.reasons: dict[int, str] = {}
        self._one: dict[str, NDArray[Any]] = {}
        # of the others there are as many as the point with the most has
        self._many: dict[str, list[Any]] = {name: [()] * size for name in quantity.many}
        for name, kind in quantity.columns.items():
            if name in quantity.many:
                continue
            if kind == TEXT:
                self._one[name] = np.full(size, "", dtype="<U13")
            else:
                self._one[name] = np.full(size, *_NOTHING[kind == COMPLEX])

    def add(self, row: Row | None) -> None:
        """Add the next point."""
        k = self._number
        self._number += 1
        if row is None:
            return
        self.outcomes[k] = row.outcome
        if row.outcome != Outcome.DONE:
            self.reasons[k] = row.text
            return
        for name, value in decoded(self.quantity, row.text).items():
            if name in self._many:
                self._many[name][k] = value
            elif isinstance(value, str) and len(value) > self._one[name].dtype.itemsize // 4:
                self._one[name] = self._one[name].astype(f"<U{len(value)}")
                self._one[name][k] = value
            else:
                self._one[name][k] = value

    def arrays(self, shape: tuple[int, ...]) -> dict[str, NDArray[Any]]:
        found = {}
        for name, kind in self.quantity.columns.items():
            if name not in self._many:
                found[name] = self._one[name].reshape(shape)
                continue
            rows = self._many[name]
            size = (len(rows), max(map(len, rows), default=0))
            filled: NDArray[Any] = np.full(size, *_NOTHING[kind == COMPLEX])
            for line, values in zip(filled, rows, strict=True):
                line[: len(values)] = values
            found[name] = filled.reshape(*shape, filled.shape[1])
        return found


def export(table: ScanTable, path: str | PathLike[str]) -> None:
    """Write a table into a file, which is complete or not there; the same bytes for the same table.

    Parameters
    ----------
    table : ScanTable
    path : str or path-like
        CSV where it ends in .csv; netCDF, Zarr or JSON as `numerics.save` writes them where in
        .nc, .zarr or .json.

    Raises
    ------
    ValueError
        If the name ends otherwise.
    ImportError
        If the packages that netCDF or Zarr needs are not installed.
    OSError
        If it cannot be written.
    """
    instance("table", table, ScanTable)
    target = Path(checked_path("path", path))
    exportable(target)
    if target.suffix != ".csv":
        save(table, target)
        return
    columns = dict(_flat(table))
    about = {
        "scan": table.identity,
        "computed with": " ".join(table.origin.values()),
        "units": UNITS,
        **{f"parameter {name}": f"column {name}" for name in table.axes},
        "parameters": json.dumps(table.parameters.to_dict(), ensure_ascii=False),
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    with replaced(target) as beside:
        save_table(beside, list(columns), rows, about)


def exportable(target: Path) -> None:
    """Raise what `export` would, which may be long before there is a table; see there."""
    if target.suffix not in _SUFFIXES:
        raise outside("path", target.name, f"a name that ends in {', '.join(_SUFFIXES)}")
    if target.suffix != ".csv":
        savable(target)


#: What names may end in: tables, netCDF, folders of Zarr, JSON.
_SUFFIXES = (".csv", ".nc", ".zarr", ".json")


def _flat(table: ScanTable) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield columns of a table with one row for each point."""
    grids = list(table.axes.values())
    lengths = {axis: values.size for axis, values in table.axes.items()}
    if isinstance(table, ScatteredTable):
        lengths = {"point": grids[0].size}
    else:
        grids = [grid.ravel() for grid in np.meshgrid(*grids, indexing="ij")]
    yield from zip(table.axes, grids, strict=True)

    def spread(name: str, values: NDArray[Any]) -> NDArray[Any]:
        sizes = [size if axis in table.over[name] else 1 for axis, size in lengths.items()]
        return np.broadcast_to(values.reshape(sizes), tuple(lengths.values())).ravel()

    for name, values in table.columns.items():
        many = values.ndim > len(table.over[name])
        for k in range(values.shape[-1] if many else 1):
            word = f"{name}_{k + 1}" if many else name
            part = spread(name, values[..., k] if many else values)
            if values.dtype.kind == "c":
                yield f"{word}_real", part.real
                yield f"{word}_imag", part.imag
            else:
                yield word, part
    for name, outcomes in table.outcomes.items():
        yield f"{name}_outcome", spread(name, outcomes)
        found = [table.reasons[name].get(k, "") for k in range(outcomes.size)]
        yield f"{name}_reason", spread(name, np.array(found, dtype=object))

"""Results as plain data and as files with version and units: JSON, netCDF or Zarr, no pickle."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib
import json
import math
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from numerics.domain import outside
from numerics.domain import path as checked_path
from numerics.files import replaced, replaced_folder
from numerics.quantities import UNITS
from numerics.version import version
from numerics.words import Status, Verdict, Word

__all__ = ["from_dict", "load", "savable", "save", "to_dict"]

#: What may be kept, by the module it is defined in.
_MODULES = {
    "numerics.stability.boundary_search": ("Boundary",),
    "numerics.steady.crossover": ("Crossover",),
    "numerics.steady.curve": ("Curve",),
    "numerics.stability.growth": ("GrowthRate",),
    "numerics.response.long_wavelength": ("Coefficients", "Hydrodynamics"),
    "numerics.stability.branches": ("ModeBranch", "ModeBranches"),
    "numerics.bands": ("Bands",),
    "numerics.couplings": ("Boson", "Contact"),
    "numerics.model": ("Model",),
    "numerics.reservoirs": ("Reservoir",),
    "numerics.stability.modes": ("CollectiveModes",),
    "numerics.parameters": ("Parameters",),
    "numerics.results": ("FullResult",),
    "numerics.scans.table": ("ScanTable", "ScatteredTable"),
    "numerics.superposition": ("Step", "Superposition"),
    "numerics.diagram.results": (
        "BoundaryCurve",
        "CurveEnd",
        "GrowthMap",
        "Meeting",
        "PhaseDiagram",
    ),
    "numerics.stability.undamped": ("RealDispersion", "RealRoots", "RealStrand", "Turn"),
    "numerics.stability.edges": ("StabilityEdge", "StabilityLine"),
    "numerics.stability.threshold": ("LaserThreshold",),
    "numerics.steady.tracing": ("Branch",),
    "numerics.steady.state": ("SteadyState",),
    "numerics.checks.verification": ("Check", "Verification"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}
#: The first bytes of a netCDF file, which is one of HDF5.
_NETCDF = b"\x89HDF\r\n\x1a\n"
#: Kinds of arrays: their letter in NumPy, and the name in a file.
_ARRAYS = {"b": "bool", "i": "int64", "u": "int64", "f": "float64", "c": "complex128", "U": "str"}
#: Fields whose texts are members of an enumeration, where they are one of its texts.
_WORDS: dict[str, type[Word]] = {"status": Status, "verdict": Verdict}
#: Annotations of fields that are checked.
_PLAIN: dict[str, tuple[type, ...]] = {
    "float": (float, int),
    "int": (int,),
    "str": (str,),
    "Status": (str,),
    "Verdict": (str,),
    "bool": (bool,),
}


def to_dict(value: object) -> dict[str, Any]:
    """Return a result as plain data: dictionaries, lists, strings and numbers.

    Parameters
    ----------
    value : Parameters, Model, SteadyState, Curve, Boundary, Hydrodynamics, CollectiveModes, ...
        What the functions of this package take or return.

    Raises
    ------
    ValueError
        If it is something else.

    Examples
    --------
    >>> from numerics import Parameters, from_dict, to_dict
    >>> to_dict(Parameters(0.0))["fields"]["inv_kfa"]
    0.0
    >>> from_dict(to_dict(Parameters(0.0))) == Parameters(0.0)
    True
    """
    if type(value).__name__ not in _HOME or not isinstance(value, _kind(type(value).__name__)):
        raise outside("value", value, "parameters, a model, a part of one, or a result")
    encoded = _encoded(value)
    assert isinstance(encoded, dict)
    return encoded


def from_dict(data: object) -> Any:
    """Return what `to_dict` has made plain.

    Raises
    ------
    ValueError
        If this is no such data.

    Examples
    --------
    >>> from numerics import from_dict
    >>> from_dict({"type": "Contact", "fields": {"inv_kfa": -1.0, "binding": None}})
    Contact(inv_kfa=-1.0)
    """
    try:
        if not isinstance(data, dict) or "type" not in data:
            raise ValueError
        return _decoded(data)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "not of this form"
        raise ValueError(f"data is outside its domain: what to_dict returns ({reason})") from None


def save(value: object, path: str | PathLike[str]) -> None:
    """Write a result into a file, which is complete or not there.

    Parameters
    ----------
    value
        As in `to_dict`.
    path : str or path-like
        The file; one that exists is replaced.  JSON where it ends in .json; where it ends in .nc or
        .zarr, netCDF or a folder of Zarr with the variables of `to_xarray`, from which other
        programs read, and the same JSON.  A folder of somebody else is not replaced.

    Raises
    ------
    ValueError
        If the value cannot be kept, or the name ends otherwise.
    ImportError
        If netCDF is wanted and the packages of the extra `scan` are not installed, or Zarr and that
        of the extra `zarr`.

    Examples
    --------
    >>> import os, tempfile
    >>> from numerics import Parameters, save
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Parameters(0.5), f"{folder}/model.json")
    ...     os.listdir(folder)
    ['model.json']
    """
    data = to_dict(value)
    target = Path(checked_path("path", path))
    savable(target)
    content = {"nambu": version(), "units": UNITS, "sha256": _digest(data), "value": data}
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    with (replaced_folder if target.suffix == ".zarr" else replaced)(target) as beside:
        if target.suffix == ".json":
            beside.write_text(text, encoding="utf-8")
        else:
            _form(target.suffix).write(value, text, beside)


def savable(target: Path) -> None:
    """Raise what is wrong with a name, or what is missing for its form, before there is a value.

    Raises
    ------
    ValueError
        If the name ends otherwise, or is that of somebody else's folder.
    ImportError
        If a package is not installed.
    """
    if target.suffix not in (".json", *_FORMS):
        raise outside("path", target.name, "a name that ends in .json, .nc for netCDF, or .zarr")
    if target.suffix in _FORMS:
        _form(target.suffix).require()
    if target.suffix == ".zarr":
        _form(target.suffix).check_target(target)


#: The modules that write data sets for other programs, by what a name ends in.
_FORMS = {".nc": "numerics.netcdf", ".zarr": "numerics.zarr_folder"}


def _form(suffix: str) -> Any:
    return importlib.import_module(_FORMS[suffix])


def load(path: str | PathLike[str]) -> Any:
    """Read what `save` has written, whatever the file or folder is called.

    Raises
    ------
    ValueError
        If the file is something else, or has been changed.
    ImportError
        If it is netCDF or Zarr and the packages of the extra are not installed.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from numerics import Parameters, load, save
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Parameters(0.5), f"{folder}/model.json")
    ...     load(f"{folder}/model.json").inv_kfa
    0.5
    """
    source = Path(checked_path("path", path))
    domain = "a file that nambu has saved"
    try:
        content = json.loads(_text(source), parse_constant=_refused)
    except (ValueError, RecursionError):
        raise outside("path", source.name, domain) from None
    if not isinstance(content, dict) or not {"nambu", "sha256", "value"} <= content.keys():
        raise outside("path", source.name, domain)
    if content["sha256"] != _digest(content["value"]):
        raise outside("path", source.name, f"{domain}, as it was: its contents were changed")
    return from_dict(content["value"])


def _text(source: Path) -> str:
    """Return the JSON of a file, whatever its name is; a ValueError if it has none."""
    if source.is_dir():
        return str(_form(".zarr").read(source))
    data = source.read_bytes()
    return str(_form(".nc").read(source)) if data.startswith(_NETCDF) else data.decode("utf-8")


def kind_named(name: str) -> type[Any] | None:
    """Return the type of a name, if there is one that may be kept."""
    return _kind(name) if name in _HOME else None


@functools.cache
def _kind(name: str) -> type[Any]:
    found = getattr(importlib.import_module(_HOME[name]), name)
    assert isinstance(found, type)
    return found


def _digest(data: object) -> str:
    canonical = json.dumps(data, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _refused(word: str) -> None:
    raise ValueError(word)


def _encoded(value: Any) -> Any:
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool) or type(value) is int:
        return value
    if isinstance(value, np.generic):
        return _encoded(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, complex):
        return {"complex": [_encoded(value.real), _encoded(value.imag)]}
    if isinstance(value, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(value)
        return {"masked": _encoded(value.data), "mask": _encoded(mask)}
    if isinstance(value, np.ndarray):
        kind = _ARRAYS[value.dtype.kind]
        numbers = [_encoded(x) for x in value.ravel().tolist()]
        return {"array": kind, "shape": list(value.shape), "values": numbers}
    name = type(value).__name__
    if name in _HOME:
        return {"type": name, "fields": {key: _encoded(x) for key, x in _fields(value)}}
    if isinstance(value, tuple):
        return {"tuple": [_encoded(x) for x in value]}
    if isinstance(value, Mapping):
        return {"mapping": [[_encoded(key), _encoded(x)] for key, x in value.items()]}
    raise outside("value", value, "what can be kept")


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    names = getattr(value, "_fields", None) or [f.name for f in dataclasses.fields(value)]
    for name in names:
        yield name, getattr(value, name)


def _optional(kind: type[Any]) -> dict[str, bool]:
    """Return the fields of a type, and whether each has a default."""
    if issubclass(kind, tuple):
        names, defaults = kind._fields, kind._field_defaults  # type: ignore[attr-defined]
        return {name: name in defaults for name in names}
    none = dataclasses.MISSING
    fields = dataclasses.fields(kind)
    return {f.name: not (f.default is none and f.default_factory is none) for f in fields}


def _decoded(data: Any) -> Any:
    if not isinstance(data, dict):
        if isinstance(data, list):
            raise ValueError("a list without a kind")
        return data
    match data:
        case {"float": "nan" | "inf" | "-inf" as word}:
            return float(word)
        case {"complex": [real, imag]}:
            return complex(_decoded(real), _decoded(imag))
        case {"tuple": [*values]}:
            return tuple(_decoded(x) for x in values)
        case {"mapping": [*pairs]}:
            return {_decoded(key): _decoded(x) for key, x in pairs}
        case {"masked": dict(values), "mask": dict(mask)}:
            masked = np.ma.MaskedArray(_decoded(values), _decoded(mask))
            masked.flags.writeable = False
            return masked
        case {"array": str(kind), "shape": [*shape], "values": [*values]}:
            if kind not in _ARRAYS.values():
                raise ValueError(f"array = {kind!r}")
            found = np.array([_decoded(x) for x in values], dtype=kind).reshape(shape)
            found.flags.writeable = False
            return found
        case {"type": str(name), "fields": dict(fields)} if name in _HOME:
            return _built(_kind(name), {key: _decoded(x) for key, x in fields.items()})
    raise ValueError(f"unknown kind {', '.join(map(str, data))[:60]!r}")


def _built(kind: type[Any], fields: dict[str, Any]) -> Any:
    """Return a value of a type, whose fields have to be of their plain types.

    Those that are missing have their defaults: an earlier version did not know them.
    """
    for name, words in _WORDS.items():
        if isinstance(fields.get(name), str):
            fields[name] = words.of(fields[name])
    annotations = {
        name: annotation
        for base in reversed(kind.__mro__)
        for name, annotation in getattr(base, "__annotations__", {}).items()
    }
    known = _optional(kind)
    if set(fields) - set(known) or any(name not in fields for name in known if not known[name]):
        raise ValueError(f"{kind.__name__} has the fields {', '.join(known)}")
    for name, value in fields.items():
        wanted = _PLAIN.get(str(annotations[name]))
        boolean = isinstance(value, bool) and wanted != (bool,)
        if wanted is not None and (boolean or not isinstance(value, wanted)):
            raise ValueError(f"{name} = {value!r} of {kind.__name__}")
    return kind(**fields)

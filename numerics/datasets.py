"""Results as data sets of xarray: arrays with named axes, their errors, units and parameters.

What is ragged in a result, as the states at each value of a curve with folds, is filled with NaN.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.quantities import UNITS, quantity
from numerics.version import version

if TYPE_CHECKING:
    import xarray

#: A variable: the names of its axes, and its values.
Variable = tuple[tuple[str, ...], Any]
#: Variables by their names; those with the name of their only axis are coordinates.
Variables = dict[str, Variable]

#: Axes of arrays that are not ragged, by the type and the field; "error" where it has that of it.
_AXES: dict[str, dict[str, tuple[str, ...]]] = {
    "BoundaryCurve": dict.fromkeys(
        ("inv_kfa", "ratio", "q", "omega", "error", "piece"), ("inv_kfa",)
    ),
    "Coefficients": {
        **dict.fromkeys(("alpha", "beta", "eta"), ("row", "column")),
        "zeta": ("row",),
    },
    "CollectiveModes": {
        **dict.fromkeys(("frequencies", "error", "verdict"), ("mode",)),
        "vectors": ("mode", "component"),
    },
    "ModeBranch": {
        **dict.fromkeys(("q", "omega", "errors"), ("q",)),
        "vectors": ("q", "component"),
    },
    "RealRoots": dict.fromkeys(("omega", "errors", "slopes", "signs"), ("root",)),
    "RealStrand": dict.fromkeys(("q", "omega", "errors", "slopes"), ("q",)),
}
_COMPONENTS = (("component",), ["amplitude", "phase"])


def to_xarray(value: Any) -> xarray.Dataset:
    """Return a result as a data set of xarray; see the method of the same name.

    Parameters
    ----------
    value : Curve, Branch, ModeBranches, PhaseDiagram, ...
        What the functions of this package return.

    Raises
    ------
    ImportError
        If xarray is not installed.
    """
    try:
        import xarray
    except ImportError:
        raise ImportError("to_xarray needs xarray: pip install 'nambu[scan]'") from None
    kind = type(value).__name__
    layout = _LAYOUTS.get(kind, _plain)
    variables = layout(value)
    meanings = getattr(value, "meanings", {})
    found = xarray.Dataset(
        {
            name: (axes, _array(x), _about(meanings.get(name, name), x))
            for name, (axes, x) in variables.items()
        }
    )
    coordinates = [name for name, (axes, _) in variables.items() if axes == (name,)]
    about: dict[str, Any] = {"type": kind, "nambu": version(), "units": UNITS}
    model = _model(value)
    if model is not None:
        about["parameters"] = json.dumps(model.to_dict(), ensure_ascii=False)
    return found.set_coords(coordinates).assign_attrs(about)


def _array(values: Any) -> Any:
    """Return what a variable holds; texts as objects, of which netCDF makes strings."""
    found = np.asarray(values)
    return found.astype(object) if found.dtype.kind == "U" else found


def _about(name: str, values: Any) -> dict[str, str]:
    """Return the attributes of a variable: what it is, and its unit."""
    base = name.removesuffix("_error").removeprefix("growth_").removeprefix("root_")
    base = base.removeprefix("mode_")
    known = quantity(base)
    about = {"long_name": f"error of {base}" if base + "_error" == name else known.words}
    if np.asarray(values).dtype.kind in "fc":
        about["units"] = known.plain_unit
    return about


def _model(value: Any) -> Any:
    """Return the parameters that a result knows, or the first of its states."""
    if hasattr(value, "parameters"):
        return value.parameters
    if type(value).__name__ in ("Parameters", "Model"):
        return value
    for name in ("state", "value", "states", "edges"):
        part = getattr(value, name, None)
        while isinstance(part, tuple) and not hasattr(part, "_fields"):
            part = next((x for x in part if x is not None), None)
        if part is not None and not isinstance(part, np.ndarray):
            return _model(part)
    return None


# Layouts ------------------------------------------------------------------------------------------


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    names = getattr(value, "_fields", None) or [f.name for f in dataclasses.fields(value)]
    for name in names:
        yield name, getattr(value, name)


def _plain(value: Any) -> Variables:
    """Return the fields of a value: numbers and texts, arrays, and the numbers of its state."""
    axes: dict[str, tuple[str, ...]] = {}
    for base in reversed(type(value).__mro__):
        axes.update(_AXES.get(base.__name__, {}))
    found: Variables = {}
    for name, x in _fields(value):
        if type(x).__name__ == "SteadyState":
            found.update(_state_numbers([x], (), found))
        elif type(x).__name__ == "Coefficients":
            found.update({f"{key}_error": (axes[key], part) for key, part in _fields(x)})
        elif isinstance(x, np.ndarray):
            found[name] = (axes.get(name, tuple(f"{name}_{k}" for k in range(x.ndim))), x)
        elif isinstance(x, bool | int | float | complex | str):
            found[name] = ((), x)
        elif isinstance(x, tuple) and name in ("masses", "rate"):
            # of electrons and of holes
            found[name] = (("band",), np.array(x))
    if "component" in {axis for axes, _ in found.values() for axis in axes}:
        found["component"] = _COMPONENTS
    return found


def _state_numbers(
    states: Iterable[Any], axes: tuple[str, ...], beside: Mapping[str, object] = {}
) -> Variables:
    """Return order parameter and potentials of states with their errors; NaN for None."""
    found = list(states)
    names: tuple[str, ...] = ("gap", "mu", "mu_b", "gap_error", "mu_error", "mu_b_error")
    rows = [
        (math.nan,) * 8 if s is None else (s.gap, s.mu, s.mu_b, *s.error, s.tilt, s.tilt_error)
        for s in found
    ]
    columns = np.array(rows).reshape(-1, 8).T
    if any(s is not None and s.tilt_error > 0 for s in found):
        names += ("tilt", "tilt_error")
    return {
        name: (axes, column if axes else column[0])
        for name, column in zip(names, columns, strict=False)
        if name not in beside
    }


def _full(value: Any) -> Variables:
    """Return a FullResult: of arrays, or of another value."""
    if not isinstance(value.value, np.ndarray):
        return _layout_of(value.value)
    outer = tuple(f"axis_{k}" for k in range(np.ndim(value.status)))
    axes = (*outer, "row", "column")[: value.value.ndim]
    return {
        "value": (axes, value.value),
        "value_error": (axes, value.error),
        "evaluations": (outer, value.evaluations),
        "status": (outer, value.status),
    }


def _layout_of(value: Any) -> Variables:
    return _LAYOUTS.get(type(value).__name__, _plain)(value)


def _state(value: Any) -> Variables:
    found = _plain(value)
    found.update(_state_numbers([value], ()))
    return found


def _modes(value: Any) -> Variables:
    found = _plain(value)
    found["frequencies_error"] = found.pop("error")
    found["verdict"] = (("mode",), np.array(value.verdict, dtype=str))
    return found


def _branch(value: Any) -> Variables:
    return {
        "gamma_v": (("gamma_v",), value.gamma_v),
        **_state_numbers(value.states, ("gamma_v",)),
        "end": ((), math.nan if value.end is None else value.end),
        "status": ((), value.status),
    }


def _curve(value: Any) -> Variables:
    most = max(map(len, value.states))
    filled = [[*states, *[None] * (most - len(states))] for states in value.states]
    shape = (len(filled), most)
    states = _state_numbers([s for row in filled for s in row], ("values", "state"))
    points = dict(zip(("value", "gap", "mu", "mu_b"), value.points.T, strict=True))
    return {
        "values": (("values",), value.values),
        **{name: (axes, x.reshape(shape)) for name, (axes, x) in states.items()},
        "count": (("values",), [len(states) for states in value.states]),
        **{f"point_{name}": (("point",), column) for name, column in points.items()},
        "fold_value": (
            ("fold",),
            np.array([_parameter(s.parameters, value.along) for s in value.folds], dtype=float),
        ),
        **{f"fold_{k}": v for k, v in _state_numbers(value.folds, ("fold",)).items()},
        "along": ((), value.along),
        "status": ((), value.status),
    }


def _parameter(model: Any, path: str) -> float:
    """Return a parameter of a model by its path."""
    kind, *names = path.split(".")
    if kind == "reservoirs":
        (model,) = (r for r in model.reservoirs if r.name == names[0])
        return float(getattr(model, names[1]))
    return float(functools.reduce(getattr, path.split("."), model))


def _on_axis(
    parts: Sequence[Any], fields: Sequence[str], outer: str, name: str, axis: Any
) -> Variables:
    """Return fields of parts of a result, each on its own piece of an axis, as one array each."""
    found: Variables = {}
    for field in fields:
        columns = [np.asarray(getattr(part, field)) for part in parts]
        shape = columns[0].shape[1:] if columns else ()
        dtype = complex if any(c.dtype.kind == "c" for c in columns) else float
        filled = np.full((len(parts), axis.size, *shape), math.nan, dtype=dtype)
        for row, part, column in zip(filled, parts, columns, strict=True):
            row[np.searchsorted(axis, getattr(part, name))] = column
        axes = (outer, name, *(("component",) if shape else ()))
        found["omega_error" if field == "errors" else field] = (axes, filled)
    return found


def _mode_branches(value: Any) -> Variables:
    return {
        "q": (("q",), value.q),
        **_on_axis(value.branches, ("omega", "errors", "vectors"), "branch", "q", value.q),
        "component": _COMPONENTS,
        "growing": (("q",), value.growing),
        "status": ((), value.status),
    }


def _dispersion(value: Any) -> Variables:
    q = np.array([roots.q for roots in value.roots])
    most = max((roots.omega.size for roots in value.roots), default=0)
    found: Variables = {"q": (("q",), q)}
    found |= _on_axis(value.strands, ("omega", "errors", "slopes"), "strand", "q", q)
    found["gapless"] = (("strand",), np.array([s.gapless for s in value.strands], dtype=bool))
    for name in ("omega", "errors", "slopes", "signs"):
        filled = np.full((q.size, most), math.nan)
        for row, roots in zip(filled, value.roots, strict=True):
            row[: roots.omega.size] = getattr(roots, name)
        found["root_omega_error" if name == "errors" else f"root_{name}"] = (("q", "root"), filled)
    found["static"] = (("q",), np.array([roots.static for roots in value.roots]))
    for name, kind in (("first", int), ("second", int), ("at_end", bool)):
        parts = np.array([getattr(turn, name) for turn in value.turns], dtype=kind)
        found[f"turn_{name}"] = (("turn",), parts)
    found["largest"] = ((), value.largest)
    return found


def _records(values: Sequence[Any], fields: Mapping[str, type], axis: str) -> Variables:
    """Return fields of values of one type, one array each."""
    return {
        name: ((axis,), np.array([getattr(x, name) for x in values], dtype=kind))
        for name, kind in fields.items()
    }


def _intervals(found: Sequence[Sequence[tuple[float, float]]]) -> Any:
    """Return intervals for each of some places, filled with NaN to one number of them."""
    filled = np.full((len(found), max(map(len, found), default=0), 2), math.nan)
    for row, intervals in zip(filled, found, strict=True):
        row[: len(intervals)] = np.reshape(intervals, (-1, 2))
    return filled


def _line(value: Any) -> Variables:
    fields = {"value": float, "kind": str, "q": float, "omega": float, "error": float}
    found = _records(value.edges, {**fields, "direction": str, "status": str}, "edge")
    found["value_error"] = found.pop("error")
    return {
        **found,
        **_state_numbers([edge.state for edge in value.edges], ("edge",)),
        "unstable": (("interval", "bound"), _intervals([value.unstable])[0]),
        "bound": (("bound",), ["from", "to"]),
        "undecided": (("undecided",), np.array(value.undecided, dtype=float)),
        "end": ((), math.nan if value.end is None else value.end),
    }


def _diagram(value: Any) -> Variables:
    curves = list(value.curves.values())
    inv = np.unique(np.concatenate([value.inv_kfa, *(c.inv_kfa for c in curves)]))
    found: Variables = {
        "inv_kfa": (("inv_kfa",), inv),
        "kind": (("kind",), np.array(list(value.curves), dtype=str)),
        **_on_axis(curves, ("ratio", "q", "omega", "error", "piece"), "kind", "inv_kfa", inv),
    }
    found["ratio_error"] = found.pop("error")
    points = value.codimension_two
    fields = {"nature": str, "inv_kfa": float, "ratio": float, "error": float}
    special = _records(points, fields, "special")
    found |= {f"special_{name}": column for name, column in special.items()}
    found["special_kinds"] = (("special",), np.array([" ".join(p.kinds) for p in points], str))
    for name in ("gamma_b", "temperature", "cutoff"):
        found[name] = ((), getattr(value, name))
    if value.unstable:
        decided = [intervals or () for intervals in value.unstable.values()]
        found |= {
            "unstable_inv_kfa": (("unstable_inv_kfa",), np.array(list(value.unstable))),
            "unstable": (("unstable_inv_kfa", "interval", "bound"), _intervals(decided)),
            "unstable_known": (
                ("unstable_inv_kfa",),
                np.array([x is not None for x in value.unstable.values()]),
            ),
            "bound": (("bound",), ["from", "to"]),
        }
    return found if value.growth is None else {**found, **_growth_map(value.growth)}


def _growth_map(value: Any) -> Variables:
    axes = ("ratios", "growth_inv_kfa")
    found: Variables = {
        "ratios": (("ratios",), value.ratios),
        "growth_inv_kfa": (("growth_inv_kfa",), value.inv_kfa),
    }
    for name in ("rate", "q", "omega", "error"):
        column: Any = np.ma.filled(np.ma.asarray(getattr(value, name), dtype=float), math.nan)
        found["growth_rate_error" if name == "error" else f"growth_{name}"] = (axes, column)
    for name in ("complete", "condensate", "verdict"):
        found[f"growth_{name}"] = (axes, getattr(value, name))
    return found


def _scan(value: Any) -> Variables:
    """Return the columns of a scan over its axes, and how its points ended."""
    found: Variables = {name: (value.over.get(name, (name,)), x) for name, x in value.axes.items()}
    if hasattr(value, "simplices"):
        found["simplices"] = (("simplex", "corner"), value.simplices)
    for name, x in value.columns.items():
        found[name] = ((*value.over[name], "mode")[: x.ndim], x)
    for name, outcomes in value.outcomes.items():
        found[f"{name}_outcome"] = (value.over[name], outcomes)
        reasons = np.full(outcomes.size, "", dtype=object)
        reasons[list(value.reasons[name])] = list(value.reasons[name].values())
        found[f"{name}_reason"] = (value.over[name], reasons.reshape(outcomes.shape))
    origin = {f"computed_with_{name}": ((), x) for name, x in value.origin.items()}
    return {**found, **origin, "identity": ((), value.identity), "scan": ((), value.scan)}


def _table(value: Any) -> Variables:
    fields = {"residual": float, "bound": float, "holds": bool, "source": str}
    checks = (("check",), np.array([check.name for check in value.checks], dtype=str))
    return {"check": checks, **_records(value.checks, fields, "check")}


#: What is not laid out field by field.
_LAYOUTS: dict[str, Callable[[Any], Variables]] = {
    "Branch": _branch,
    "CollectiveModes": _modes,
    "Curve": _curve,
    "FullResult": _full,
    "GrowthMap": _growth_map,
    "ModeBranches": _mode_branches,
    "PhaseDiagram": _diagram,
    "RealDispersion": _dispersion,
    "ScanTable": _scan,
    "ScatteredTable": _scan,
    "StabilityLine": _line,
    "SteadyState": _state,
    "Verification": _table,
}

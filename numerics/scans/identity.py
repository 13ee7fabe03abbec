"""What a scan and each of its points mean, and their names: hashes of that."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from numerics.archive import to_dict
from numerics.scans.quantities import QUANTITIES
from numerics.scans.scan import ARGUMENTS, Recipe, Scan, tied
from numerics.version import version


def canonical(value: object) -> str:
    """Return plain data as JSON that is the same for the same data; floats to the last bit."""
    return json.dumps(
        value, allow_nan=False, ensure_ascii=True, sort_keys=True, separators=(",", ":")
    )


def digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


_PACKAGE = Path(__file__).resolve().parents[1]
#: Rooms that show what others have computed; all else may change a value.
_SHOWING = ("checks", "cli", "figures", "report", "strategies.py")


@functools.cache
def code_hash(package: Path = _PACKAGE) -> str:
    """Return the SHA-256 of the modules that numbers come from, written by hand or generated."""
    found = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package)
        if name.parts[0] not in _SHOWING:
            found.update(name.as_posix().encode() + b"\0")
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def origin() -> tuple[str, str]:
    """Return the version, and the hash of its code."""
    return version(), code_hash()


def contexts(scan: Scan) -> dict[str, str]:
    """Return what the values of each quantity depend on besides the numbers of a point.

    This is the model without the parameters that may be an axis, the version and the code; not the
    axes, so that scans share the points that they have in common.
    """
    recipe = scan.recipe
    nambu, code = origin()
    model = _skeleton(to_dict(scan.model), recipe)
    shared = {"code": code, "model": model, "nambu": nambu}
    found = {}
    for name in scan.quantities:
        sought = {"along": scan.along, "between": scan.between}
        more = sought if QUANTITIES[name].boundary else {}
        found[name] = canonical({**shared, "quantity": name, **more})
    return found


class Keys:
    """The names of the points of a scan, for each of its quantities.

    Parameters
    ----------
    scan : Scan
    begun : mapping, optional
        What its points depend on where they are of another version; see `contexts`.
    """

    def __init__(self, scan: Scan, begun: Mapping[str, str] | None = None) -> None:
        self.contexts = contexts(scan) if begun is None else dict(begun)
        self._scan, self._recipe = scan, scan.recipe
        self._prefixes = {
            name: hashlib.sha256((context + "\n").encode())
            for name, context in self.contexts.items()
        }
        # what the quantity does not ask for is no part of its point
        self._unused = {
            name: {"q", "omega"} - set(QUANTITIES[name].arguments) for name in self.contexts
        }
        # such a value is that of the first point on its axis
        self._first = {
            name: [(k, a.values[0]) for k, a in enumerate(scan.axes) if a.along in unused]
            for name, unused in self._unused.items()
        }
        # along a parameter its own value in the model is not used
        self._along = {"gamma_v" if scan.along == "ratio" else str(scan.along)}
        self._boundary = {name: QUANTITIES[name].boundary for name in self.contexts}

    def at(self, place: tuple[float, ...]) -> Iterator[tuple[str, str, str]]:
        """Yield quantity, key and numbers at some values of the axes.

        A quantity that does not depend on all axes is there at the first values of the others only.
        """
        parameters = self._recipe.parameters(place)
        before = self._scan.before(place)
        for name, prefix in self._prefixes.items():
            if any(place[k] != value for k, value in self._first[name]):
                continue
            left_out = self._unused[name]
            if self._boundary[name]:
                left_out = left_out | self._along
            told: dict[str, Any] = {k: x for k, x in parameters.items() if k not in left_out}
            if before and QUANTITIES[name].state:
                told["after"] = {self._recipe.paths[-1]: before}
            numbers = canonical(told)
            whole = prefix.copy()
            whole.update(numbers.encode())
            yield name, whole.hexdigest(), numbers


def key_of(context: str, numbers: str) -> str:
    """Return the key of a point."""
    return digest(f"{context}\n{numbers}")


def identity(scan: Scan, begun: Mapping[str, str] | None = None) -> str:
    """Return the name of a scan: what it means, hashed with the code and the version."""
    found = contexts(scan) if begun is None else begun
    first = tuple(axis.values[0] for axis in scan.axes)
    meaning = {
        "axes": [[axis.along, axis.values] for axis in scan.axes],
        "contexts": sorted(found.values()),
        "first": scan.recipe.parameters(first),
        "neighbours": scan.neighbours,
    }
    return digest(canonical(meaning))


def _skeleton(model: dict[str, Any], recipe: Recipe) -> dict[str, Any]:
    """Return a model as data without the numbers that are told for each point."""
    for path in recipe.parameters((1.0,) * len(recipe.paths)):
        if path not in ARGUMENTS and not tied(recipe.model, path):
            _forget(model, path.split("."))
    if "bands.ratio" in recipe.paths:
        model["fields"]["bands"]["fields"]["masses"] = None
    return model


def _forget(node: dict[str, Any], path: list[str]) -> None:
    """Leave the value at a path out of a model as data."""
    fields = node["fields"]
    if path[0] == "reservoirs":
        _, name, word = path
        for reservoir in fields["reservoirs"]["tuple"]:
            if reservoir["fields"]["name"] == name:
                reservoir["fields"][word] = None
    elif len(path) == 1:
        fields[path[0]] = None
    else:
        _forget(fields[path[0]], path[1:])

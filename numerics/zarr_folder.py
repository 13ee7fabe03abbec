"""Results in folders of Zarr: their data set for other programs, and what `numerics.load` reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from numerics.datasets import to_xarray
from numerics.domain import outside

#: The variable with the JSON of the value, and the file with the attributes of a folder.
_ARCHIVE, _ATTRIBUTES = "archive", ".zattrs"
#: The form of Zarr that says how texts are kept; that of 3 does not yet.
_FORMAT: Final = 2


def write(value: Any, text: str, path: Path) -> None:
    """Write the data set of a value, and its JSON, into a folder."""
    require()
    found = to_xarray(value)
    found[_ARCHIVE] = ((), text, {"long_name": "JSON of the value, which numerics.load reads"})
    found.to_zarr(path, mode="w", zarr_format=_FORMAT, consolidated=True)


def read(path: Path) -> str:
    """Return the JSON in a folder; a ValueError where there is none."""
    if not written(path):
        raise ValueError("no folder of nambu")
    require()
    import zarr

    try:
        kept = zarr.open_array(path, path=_ARCHIVE, mode="r", zarr_format=_FORMAT)
        return str(kept[()])
    except (OSError, KeyError, RuntimeError, TypeError, IndexError) as error:
        raise ValueError(str(error)) from None


def written(path: Path) -> bool:
    """Tell whether a folder has the attributes that `write` gives it."""
    try:
        found = json.loads((path / _ATTRIBUTES).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and {"nambu", "type", "units"} <= found.keys()


def check_target(path: Path) -> None:
    """Raise a ValueError where something is that must not be replaced."""
    if path.exists() and not written(path):
        raise outside("path", path.name, "a new folder, or one that nambu has written")


def require() -> None:
    """Raise an ImportError, which says what to install, where the package is missing."""
    try:
        import zarr  # noqa: F401
    except ImportError:
        raise ImportError("a folder .zarr needs zarr: pip install 'nambu[zarr]'") from None

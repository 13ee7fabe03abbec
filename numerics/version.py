"""The version of this project, as its installation says, or its source."""

from __future__ import annotations

import functools
from pathlib import Path


@functools.cache
def version() -> str:
    """Return the version; "unknown" for packages that are neither installed nor in their source."""
    from importlib import metadata

    try:
        return metadata.version("nambu")
    except metadata.PackageNotFoundError:
        return _of_source()


def _of_source() -> str:
    """Return what the file says from which an installation would be made."""
    import tomllib

    file = Path(__file__).resolve().parents[1] / "pyproject.toml"
    try:
        about = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
        return str(about["version"]) if about["name"] == "nambu" else "unknown"
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown"

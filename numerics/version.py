"""The version of this project, as its installation says."""

from __future__ import annotations

import functools


@functools.cache
def version() -> str:
    """Return the version; "unknown" where the project runs without being installed."""
    from importlib import metadata

    try:
        return metadata.version("nambu")
    except metadata.PackageNotFoundError:
        return "unknown"

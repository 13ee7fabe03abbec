"""Results in netCDF files: their data set for other programs, and what `numerics.load` reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from numerics.datasets import to_xarray

if TYPE_CHECKING:
    import xarray

#: The variable with the JSON of the value; longer than an attribute may be.
_ARCHIVE = "archive"


def write(value: Any, text: str, path: Path) -> None:
    """Write the data set of a value, and its JSON."""
    require()
    found = _real(to_xarray(value))
    found[_ARCHIVE] = ((), text, {"long_name": "JSON of the value, which numerics.load reads"})
    found.to_netcdf(path, engine="h5netcdf")


def read(path: Path) -> str:
    """Return the JSON in a file; a ValueError where there is none."""
    require()
    import h5netcdf

    try:
        with h5netcdf.File(path, "r") as file:
            found = file.variables[_ARCHIVE][()]
    except (OSError, KeyError, RuntimeError) as error:
        raise ValueError(str(error)) from None
    return found.decode("utf-8") if isinstance(found, bytes) else str(found)


def require() -> None:
    """Raise an ImportError, which says what to install, where a package is missing."""
    try:
        import h5netcdf  # noqa: F401
        import h5py  # noqa: F401
    except ImportError:
        message = "netCDF needs h5netcdf and h5py: pip install 'nambu[scan]'"
        raise ImportError(message) from None


def _real(found: xarray.Dataset) -> xarray.Dataset:
    """Return a data set with the real and the imaginary part of what is complex apart."""
    for name in [str(name) for name, x in found.data_vars.items() if x.dtype.kind == "c"]:
        whole = found[name]
        about = {**whole.attrs}
        for part, of in (("real", "real part of "), ("imag", "imaginary part of ")):
            about["long_name"] = f"{of}{whole.attrs['long_name']}"
            found[f"{name}_{part}"] = (whole.dims, getattr(whole.values, part), dict(about))
        found = found.drop_vars(name)
    return found

"""The methods of values that can be kept as data and in files."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any, TypeVar

from numerics.domain import instance

if TYPE_CHECKING:
    import xarray

Kind = TypeVar("Kind")


class Kept:
    """A parameter set or a result that can be kept; `numerics.archive` does it."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return this as plain data; see `numerics.to_dict`."""
        from numerics.archive import to_dict

        return to_dict(self)

    @classmethod
    def from_dict(cls: type[Kind], data: object) -> Kind:
        """Return what `to_dict` has made plain; a ValueError where it is something else."""
        from numerics.archive import from_dict

        return instance("data", from_dict(data), cls)

    def to_xarray(self) -> xarray.Dataset:
        """Return this as a data set of xarray, with units, errors, parameters and version.

        Axes and coordinates are called as the fields of this.  What is ragged, as the states at
        each value of a curve with folds, is filled with NaN.

        Raises
        ------
        ImportError
            If xarray, which the extra `scan` brings, is not installed.
        """
        from numerics.datasets import to_xarray

        return to_xarray(self)

    def save(self, path: str | PathLike[str]) -> None:
        """Write this into a file that `numerics.load` reads; see `numerics.save`."""
        from numerics.archive import save

        save(self, path)

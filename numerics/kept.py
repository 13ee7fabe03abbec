"""The methods of values that can be kept as data and in files."""

from __future__ import annotations

import importlib
from os import PathLike
from typing import TYPE_CHECKING, Any, TypeVar, cast

from numerics.domain import instance

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

Kind = TypeVar("Kind")


class Kept:
    """A result: shown in a few lines, and kept as data and in files.

    `numerics.display`, `numerics.archive` and `numerics.datasets` do it.
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # a dataclass writes a repr of its own, with all that is in it, unless there is one
        if "__repr__" not in vars(cls):
            cls.__repr__ = cls._shown  # type: ignore[assignment, method-assign]

    def _shown(self) -> str:
        from numerics.display import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from numerics.display import as_html

        return as_html(self)

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

        Examples
        --------
        >>> from numerics import Parameters, trace_steady_states
        >>> found = trace_steady_states(Parameters(0.0), [0.0, 1e-4]).to_xarray()
        >>> found["gap"].dims, found["gap"].attrs["units"]
        (('gamma_v',), 'epsilon_F')
        """
        from numerics.datasets import to_xarray

        return to_xarray(self)

    def save(self, path: str | PathLike[str]) -> None:
        """Write this into a file that `numerics.load` reads; see `numerics.save`."""
        from numerics.archive import save

        save(self, path)


class Given(Kept):
    """A model or a part of one: shown as the call that makes it, and as formulas."""

    __slots__ = ()

    def _shown(self) -> str:
        from numerics.display import as_call

        return as_call(self)

    def _repr_latex_(self) -> str | None:
        from numerics.display import as_latex

        return as_latex(self)


class Pictured(Kept):
    """A curve or a map, of which there is a picture."""

    __slots__ = ()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw this, and return the axes.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; in a figure of its own by default.

        Raises
        ------
        ValueError
            If `ax` is something else.

        Examples
        --------
        >>> from matplotlib.figure import Figure
        >>> from numerics import Parameters, trace_steady_states
        >>> axes = Figure().subplots()
        >>> trace_steady_states(Parameters(0.0), [0.0, 1e-4]).plot(axes) is axes
        True
        """
        # by its name: the figures stand above the results that they show
        return cast("Axes", importlib.import_module("numerics.figures.plots").plot(self, ax))

"""The options that commands share: the parameters of the model, the form of the output."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from numerics.parameters import Parameters

InvKfa = Annotated[float, Parameter(help="Interaction strength (k_F a_s)^-1.")]
GammaB = Annotated[float, Parameter(help="Thermalisation rate of the bath, in ε_F.")]
GammaV = Annotated[float | None, Parameter(help="Decay rate into the vacuum, in ε_F; default: 0.")]
Ratio = Annotated[float | None, Parameter(help="Decay rate as γ_v/γ_b, in place of --gamma-v.")]
Temperature = Annotated[float, Parameter(help="Temperature of the bath, in ε_F.")]
Cutoff = Annotated[
    float,
    Parameter(help="Cutoff p_c of the number equation, a parameter of the model, in k_F."),
]
Json = Annotated[bool, Parameter(help="Print one JSON object.", negative="")]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Model:
    """Parameters of the model."""

    inv_kfa: InvKfa = 0.0
    gamma_b: GammaB = 1e-3
    gamma_v: GammaV = None
    ratio: Ratio = None
    temperature: Temperature = 0.0
    cutoff: Cutoff = 100.0

    def parameters(self) -> Parameters:
        """Return the checked parameters.

        Raises
        ------
        ValueError
            If one is outside its domain, or decay rate and ratio are both given.
        """
        rest = (self.temperature, self.cutoff)
        if self.gamma_v is None:
            return Parameters.from_ratio(self.inv_kfa, self.gamma_b, self.ratio or 0.0, *rest)
        if self.ratio is not None:
            both = f"--gamma-v {self.gamma_v:g} and --ratio {self.ratio:g}"
            raise ValueError(f"{both} are two words for the decay rate: give one of them")
        return Parameters(self.inv_kfa, self.gamma_b, self.gamma_v, *rest)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Parameters that stay the same where interaction strength and decay rate are varied."""

    gamma_b: GammaB = 1e-3
    temperature: Temperature = 0.0
    cutoff: Cutoff = 100.0


#: What the parameters of the model are called in titles, and their units.
_SYMBOLS = {
    "inv_kfa": ("(k_F a_s)⁻¹", ""),
    "gamma_b": ("γ_b", " ε_F"),
    "gamma_v": ("γ_v", " ε_F"),
    "temperature": ("T_b", " ε_F"),
    "cutoff": ("p_c", " k_F"),
}


def named(values: Mapping[str, float]) -> str:
    """Return parameters of the model with their symbols and units, for a title."""
    parts = []
    for name, value in values.items():
        symbol, unit = _SYMBOLS[name]
        parts.append(f"{symbol} = {value:g}{unit}")
    return ", ".join(parts)


def kind_of(word: str) -> str:
    """Return a type of boundary as `find_boundary` spells it, whatever the case of its letters.

    Parameters
    ----------
    word : str
        What was typed.

    Raises
    ------
    ValueError
        If there is no such type.
    """
    from numerics.stability.boundaries import KINDS

    for kind in KINDS:
        if word.casefold() == kind.casefold():
            return kind
    raise ValueError(f"there is no boundary {word!r}; the types are {', '.join(KINDS)}")


def whole_number(name: str, value: int, least: int, most: int = 100_000) -> int:
    """Return a number of things if it is within its domain.

    Parameters
    ----------
    name : str
        The option.
    value, least, most : int
        The number and its domain; the largest one keeps slips of the pen from filling the memory.

    Raises
    ------
    ValueError
        If it is not within its domain.
    """
    if not least <= value <= most:
        raise ValueError(f"{name} = {value} is outside its domain: {least} to {most}")
    return value


def finite(values: Any) -> Any:
    """Return a number, or nested lists of them, with None for those that JSON has no form for."""
    if isinstance(values, list):
        return [finite(value) for value in values]
    return values if values is None or math.isfinite(values) else None


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object for machines; NaN is never printed."""
    print(json.dumps(value, allow_nan=False, ensure_ascii=False))


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table for people."""
    console = Console()
    # not as the title of the table, which is folded to the width of the columns
    console.print(title, style="italic", highlight=False, markup=False, soft_wrap=True)
    table = Table(show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)

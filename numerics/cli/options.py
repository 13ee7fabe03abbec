"""The options that commands share: the parameters of the model, the form of the output."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from numerics.parameters import Parameters


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Model:
    """Parameters of the model."""

    inv_kfa: Annotated[float, Parameter(help="Interaction strength (k_F a_s)^-1.")] = 0.0
    gamma_b: Annotated[float, Parameter(help="Thermalisation rate of the bath, in ε_F.")] = 1e-3
    gamma_v: Annotated[float, Parameter(help="Decay rate into the vacuum, in ε_F.")] = 0.0
    temperature: Annotated[float, Parameter(help="Temperature of the bath, in ε_F.")] = 0.0
    cutoff: Annotated[
        float,
        Parameter(help="Cutoff p_c of the number equation, a parameter of the model, in k_F."),
    ] = 100.0

    def parameters(self) -> Parameters:
        """Return the checked parameters."""
        return Parameters(self.inv_kfa, self.gamma_b, self.gamma_v, self.temperature, self.cutoff)


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object for machines; NaN is never printed."""
    print(json.dumps(value, allow_nan=False, ensure_ascii=False))


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table for people."""
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)

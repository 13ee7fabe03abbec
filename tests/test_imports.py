"""Imports go one way: derive, generated kernels, numerics, command line."""

from __future__ import annotations

import pytest

from tests.imports import circles, floors, graph, room, rooms

#: Where numerics may ask derive: what shows or checks the derivation, and reservoirs to draw.
ASKING = {
    *("numerics.checks", "numerics.cli", "numerics.report", "numerics.site"),
    "numerics.strategies",
}


@pytest.mark.parametrize("package", ["derive", "numerics"])
def test_rooms_stand_on_each_other(package: str) -> None:
    assert floors(rooms(graph(package)))


def test_the_rooms_of_derive_from_the_ground() -> None:
    order = [name for floor in floors(rooms(graph("derive"))) for name in sorted(floor)]
    path = ["symbols", "functions", "codegen", "model", "closed_forms", "programs", "build"]
    assert sorted(path, key=lambda name: order.index(f"derive.{name}")) == path


def test_the_rooms_of_numerics_from_the_ground() -> None:
    order = [name for floor in floors(rooms(graph("numerics"))) for name in sorted(floor)]
    path = ["special", "steady", "response", "stability", "diagram", "figures", "report", "cli"]
    path.append("site")
    assert sorted(path, key=lambda name: order.index(f"numerics.{name}")) == path


def test_derive_knows_nothing_of_numerics() -> None:
    both = graph("derive", "numerics")
    assert not [
        (name, n)
        for name, needed in both.items()
        for n in needed
        if name.startswith("derive") and n.startswith("numerics")
    ]


def test_numerics_asks_derive_where_it_shows_or_checks_it_only() -> None:
    both = graph("derive", "numerics")
    asking = {
        room(name)
        for name, needed in both.items()
        if name.startswith("numerics") and any(n.startswith("derive") for n in needed)
    }
    assert asking <= ASKING


def test_kernels_import_the_functions_they_call_only() -> None:
    for name, needed in graph("numerics").items():
        if name.startswith("numerics.kernels."):
            assert {room(n) for n in needed} <= {"numerics.special"}, name


def test_the_code_generator_knows_no_physics() -> None:
    for name, needed in graph("derive").items():
        if room(name) in {"derive.codegen", "derive.functions", "derive.polynomials"}:
            allowed = {"derive.codegen", "derive.functions", "derive.polynomials"}
            assert {room(n) for n in needed} <= allowed, name


#: Methods that SymPy asks for are written in modules that know the function.
DIFFERENCES = "derive.functions.differences."
#: `Spectrum.of` makes the spectrum of a state, whose module knows what a spectrum is.
SPECTRA = {"numerics.stability.condensate", "numerics.stability.spectrum"}


@pytest.mark.parametrize("package", ["derive", "numerics"])
def test_no_modules_import_each_other(package: str) -> None:
    for circle in circles(graph(package)):
        assert circle == SPECTRA or all(name.startswith(DIFFERENCES) for name in circle), circle


def test_a_circle_is_found() -> None:
    circle = {"p.a": frozenset({"p.b"}), "p.b": frozenset({"p.a"}), "p.c": frozenset[str]()}
    with pytest.raises(ValueError, match=r"circle, or above one: p\.a, p\.b$"):
        floors(circle)
    assert circles(circle) == [{"p.a", "p.b"}]

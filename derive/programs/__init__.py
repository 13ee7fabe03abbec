"""The programs that are generated: which expression, through which passes."""

from __future__ import annotations

from derive.codegen.program import Module
from derive.programs.band import band_module
from derive.programs.branches import branches_module
from derive.programs.bubble import bubble_module
from derive.programs.couplings import couplings_module
from derive.programs.expansion import expansion_module
from derive.programs.goldstone import goldstone_module
from derive.programs.long_waves import film_long_waves_module, long_waves_module
from derive.programs.response import response_module
from derive.programs.spectral import spectral_module
from derive.programs.steady_state import steady_state_module
from derive.programs.two_bands import film_module, two_bands_module
from derive.programs.vertices import film_vertices_module, two_bands_vertices_module


def modules() -> tuple[Module, ...]:
    """Return everything that is generated."""
    return (
        steady_state_module(),
        response_module(),
        bubble_module(),
        goldstone_module(),
        band_module(),
        branches_module(),
        spectral_module(),
        expansion_module(),
        two_bands_module(),
        film_module(),
        long_waves_module(),
        film_long_waves_module(),
        two_bands_vertices_module(),
        film_vertices_module(),
        couplings_module(),
    )

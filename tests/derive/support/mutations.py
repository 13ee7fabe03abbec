"""Wrong versions of what the ledger's records are derived from: a sign, a factor, a term.

A mutation replaces a function of `derive` wherever it is used, but for the modules that read claims
in the paper's notation: a claim has to stay what it is.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import sympy as sp

from tests.derive.support import wrong_functions as wrong
from tests.derive.support.wrong_functions import times

#: What turns a claim into explicit objects uses these as they are.
_READERS = frozenset(
    f"derive.hanai2017.{name}"
    for name in ("notation", "matrices", "operators", "evidence", "products")
)


@dataclass(frozen=True)
class Mutation:
    """A wrong version of a function of the project.

    Parameters
    ----------
    what : str
        What is wrong, in a few words.
    home : str
        Module, or module and class, that defines the function: "derive.algebra.keldysh:Keldysh".
    name : str
        Name of the function there.
    wrong : callable
        Makes the wrong version of the right one.
    """

    what: str
    home: str
    name: str
    wrong: Callable[[Callable[..., Any]], Callable[..., Any]]


_HALF = sp.S.Half
#: The upper right block of 4x4 matrices, which holds what a change does.
_CORNER = ((0, 2), (0, 3), (1, 2), (1, 3))
#: By module, and class: the function, what is wrong, the wrong version.
_TABLE: dict[str, tuple[tuple[str, str, Any], ...]] = {
    "model.greens": (
        ("resolvent", "G^R with +E^2", wrong.resolvent_with_plus),
        ("resolvent", "G^R with the other sign of Delta_0", wrong.other_gap),
        ("free_inverse", "kinetic energy doubled in the free function", wrong.heavier),
        ("free_inverse", "free function's K part of the other sign", times(-1, "keldysh")),
        (
            "initial_distribution",
            "initial distribution of holes of the other sign",
            times(-1, (1, 1)),
        ),
        ("green_functions", "G^K halved", times(_HALF, "keldysh")),
        ("green_functions", "G^A of the other sign", times(-1, "advanced")),
    ),
    "algebra.nambu": (
        ("hamiltonian", "Hamiltonian xi tau_3 + Delta_0 tau_1", times(-1, (0, 1), (1, 0))),
        ("projectors", "projectors mixed by a tenth", wrong.mixed),
    ),
    "algebra.keldysh": (("dyson", "Dyson's equation with -Sigma", wrong.plus_self_energy),),
    "algebra.keldysh:Keldysh": (
        ("lesser", "lesser part by +G^R", times(-1)),
        ("__matmul__", "[AB]^K = A^R B^K - A^K B^A", wrong.composed_with_minus),
        ("__matmul__", "products in the other order", wrong.composed_in_reverse),
        ("inverse", "inverse's K part of the other sign", times(-1, "keldysh")),
    ),
    "model.reservoirs": (
        ("environment_self_energy", "Sigma^K halved", times(_HALF, "keldysh")),
        (
            "environment_self_energy",
            "Sigma^K of holes of the other sign",
            wrong.entries(-1, "keldysh", (1, 1)),
        ),
        ("environment_self_energy", "rates doubled in Sigma^R", times(2, "retarded")),
        ("environment_self_energy", "rates doubled in Sigma^A", times(2, "advanced")),
        ("distribution", "F with 1 - f", wrong.without_pauli),
        ("self_energy", "pairing field doubled", wrong.entries(2, "retarded", (0, 1), (1, 0))),
        ("lesser_self_energy", "Sigma^< of holes of the other sign", times(-1, (1, 1))),
    ),
    "model.steady_state": (
        ("gap_integrand", "gap integrand doubled", times(2)),
        ("number_integrand", "number integrand halved", times(_HALF)),
        ("gap_kernel", "gap kernel doubled", times(2)),
        ("number_kernel", "number kernel halved", times(_HALF)),
    ),
    "frequency.integral": (("integrate_frequency", "nu-integral doubled", times(2)),),
    "model.branches": (
        ("distribution_matrix", "distribution matrix without tau_2", times(0, (0, 1))),
        (
            "branch_green_functions",
            "branches' G^K of the other sign",
            wrong.each(lambda branch: wrong.changed(branch, ("keldysh",), lambda part: -part)),
        ),
    ),
    "model.response": (
        ("response_integrand", "Pi doubled", times(2)),
        ("response_integrand", "Pi at -omega", wrong.at_opposite_transfer),
        ("linear_response_integrand", "linear response of the other sign", times(-1, 0)),
        ("band_loop_kernel", "loop of branches doubled", times(2)),
    ),
    "hanai2017.limits.bubble": (
        ("bubble_entry", "Pi of a pair of momenta rises with omega", wrong.rising),
    ),
    "model.fluctuations": (
        ("self_energy_change", "phase's change of the other sign", times(-1, (0, 1))),
        ("pairing_field", "pairing field halved when it turns", times(_HALF)),
        ("coupled", "changes of the other sign", wrong.entries(-1, "retarded", *_CORNER)),
        ("coupled", "changes of G^K of the other sign", wrong.entries(-1, "keldysh", *_CORNER)),
        ("plane_wave_arguments", "a change carries q/2", wrong.shifted_wave),
    ),
    "hanai2017.mean_field": (
        ("contact_interaction", "repulsion", times(-1)),
        (
            "pairing_coefficients",
            "pairing self-energy of one component halved",
            times(_HALF, 1),
        ),
        ("keldysh_from_order_parameter", "G^K of an order parameter doubled", times(2)),
    ),
    "algebra.fock": (
        ("commutator", "commutators of the other sign", times(-1)),
        ("anticommutator", "anticommutators with a minus sign", wrong.commuted),
        ("first_moment", "equations of motion doubled", wrong.each(lambda moment: 2 * moment)),
    ),
    "hanai2017.tunnelling": (
        ("rate", "reservoir's rate doubled", times(2)),
        ("band_integral", "band integral doubled", times(2)),
        ("reservoir_green_functions", "reservoir's G^K halved", times(_HALF, "keldysh")),
        ("averaged_phases", "only q = 0 of a reservoir is coupled", wrong.uniform_reservoir),
    ),
    "closed_forms.expansion": (
        ("expand", "expansion: q^2 doubled", times(2, "wave")),
        ("expand", "expansion: omega times i", times(sp.I, "frequency")),
    ),
    "closed_forms.narrow": (
        ("expand_narrow", "gamma -> 0 first: Pi_st doubled", times(2, "constant")),
        ("_within_branches", "within a branch doubled", times(2)),
    ),
    "hanai2017.limits.bcs": (
        ("_residues", "a pole too much at constant density", wrong.without_pole),
    ),
    "hanai2017.limits.bec": (
        ("pair_loop", "loops of the BEC limit doubled", times(2)),
        ("narrow_product", "products of two entries doubled", times(2)),
    ),
    "hanai2017.limits.hydrodynamics": (
        ("long_wave_matrix", "eta_12 of the other sign in (46)", wrong.entry(lambda e: -e, (0, 1))),
        ("long_wave_matrix", "beta_22 doubled in (46)", wrong.entry(lambda e: 2 * e, (1, 1))),
        ("damped_sound", "damping of sound doubled", times(2, 1)),
    ),
    "hanai2017.limits.orders": (("bcs_sum", "sums at Delta_0 << mu doubled", times(2)),),
    "hanai2017.limits.gross_pitaevskii": (
        ("_linearised", "Gross-Pitaevskii equation's phase halved", times(_HALF, 0, 2)),
    ),
    "hanai2017.limits.narrow_coupling": (
        ("resonant_weight", "coupling along the resonance doubled", times(2)),
    ),
    "hanai2017.limits.thouless": (("phase_response", "rotation of the phase doubled", times(2)),),
}

MUTATIONS = tuple(
    Mutation(what, f"derive.{home}", name, function)
    for home, rows in _TABLE.items()
    for name, what, function in rows
)


def original(home: str, name: str) -> tuple[Any, Any]:
    """Return the object that holds a function, and the function."""
    module, _, owner = home.partition(":")
    holder: Any = importlib.import_module(module)
    holder = getattr(holder, owner) if owner else holder
    return holder, _function(vars(holder)[name])


def _users() -> list[ModuleType]:
    return [
        module
        for name, module in list(sys.modules.items())
        if name.split(".")[0] == "derive" and name not in _READERS
    ]


@contextlib.contextmanager
def applied(mutation: Mutation) -> Iterator[None]:
    """Put a mutation in place, with nothing cached of before or after."""
    holder, right = original(mutation.home, mutation.name)
    with replaced(holder, mutation.name, mutation.wrong(right)):
        yield


def _function(member: Any) -> Any:
    return member.fget if isinstance(member, property) else member


@contextlib.contextmanager
def replaced(holder: Any, name: str, function: Callable[..., Any]) -> Iterator[None]:
    """Put another function in place of one of `derive`, wherever it was imported to."""
    before = vars(holder)[name]
    new = property(function) if isinstance(before, property) else function
    places: list[tuple[Any, str]] = [(holder, name)]
    if isinstance(holder, ModuleType):
        places += [
            (module, alias)
            for module in _users()
            for alias, value in vars(module).items()
            if value is before and module is not holder
        ]
    forget()
    for place, alias in places:
        setattr(place, alias, new)
    try:
        yield
    finally:
        for place, alias in places:
            setattr(place, alias, before)
        forget()


def forget() -> None:
    """Empty every cache of a function of `derive`."""
    for cached in _caches():
        cached.cache_clear()


@functools.cache
def _caches() -> tuple[Any, ...]:
    kind = type(forget_nothing)
    return tuple(
        found
        for found in gc.get_objects()
        if isinstance(found, kind) and getattr(found, "__module__", "").startswith("derive")
    )


@functools.cache
def forget_nothing() -> None:
    """Show what type the caches are of."""

"""Wrong versions of functions: of what returns symbols, one that is not what it should be."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import sympy as sp

from derive import symbols
from derive.algebra.keldysh import Keldysh


def times(factor: Any, *places: Any) -> Callable[[Any], Any]:
    """Multiply what a function returns, or the elements or attributes named, by a factor."""

    def wrong(right: Any) -> Any:
        @functools.wraps(right)
        def mutant(*arguments: Any, **named: Any) -> Any:
            value = right(*arguments, **named)
            return changed(value, places, lambda part: factor * part)

        return mutant

    return wrong


def changed(value: Any, places: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    """Change a value, or its elements, keys or attributes named; the type stays."""
    if not places:
        return change(value)
    if isinstance(value, dict):
        return value | {k: change(value[k]) for k in places}
    if isinstance(value, tuple):
        return tuple(change(part) if k in places else part for k, part in enumerate(value))
    if isinstance(value, sp.MatrixBase):
        filled = sp.Matrix(value)
        for place in places:
            filled[place] = change(filled[place])
        return sp.ImmutableMatrix(filled)
    parts = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return type(value)(**(parts | {name: change(parts[name]) for name in places}))


def entries(factor: Any, attribute: str, *places: Any) -> Callable[[Any], Any]:
    """Multiply entries of a matrix that is an attribute of what a function returns."""

    def wrong(right: Any) -> Any:
        @functools.wraps(right)
        def mutant(*arguments: Any, **named: Any) -> Any:
            def change(matrix: Any) -> Any:
                return changed(matrix, places, lambda entry: factor * entry)

            return changed(right(*arguments, **named), (attribute,), change)

        return mutant

    return wrong


def mixed(right: Any) -> Any:
    """Return projectors that keep their sum, a tenth of each in the other's place."""

    def mutant(*arguments: Any, **named: Any) -> Any:
        upper, lower = right(*arguments, **named)
        tenth = (lower - upper) / 10
        return upper + tenth, lower - tenth

    return mutant


def resolvent_with_plus(right: Any) -> Any:
    """Return (29) as it is printed, with +E^2."""

    def mutant(z: Any, xi: Any, gap: Any) -> Any:
        return right(z, xi, gap)[0], z**2 + xi**2 + gap**2

    return mutant


def other_gap(right: Any) -> Any:
    def mutant(z: Any, xi: Any, gap: Any) -> Any:
        return right(z, xi, -gap)

    return mutant


def without_pauli(_: Any) -> Any:
    """Return F with the occupation counted once."""

    def mutant(reservoirs: Any, frequency: Any) -> Any:
        return sp.Add(*(r.rate_at(frequency) * (1 - r.occupation(frequency)) for r in reservoirs))

    return mutant


def composed_with_minus(_: Any) -> Any:
    def mutant(self: Keldysh, other: Keldysh) -> Keldysh:
        return Keldysh(
            self.retarded * other.retarded,
            self.advanced * other.advanced,
            self.retarded * other.keldysh - self.keldysh * other.advanced,
        )

    return mutant


def composed_in_reverse(right: Any) -> Any:
    def mutant(self: Keldysh, other: Keldysh) -> Any:
        return right(other, self)

    return mutant


def at_opposite_transfer(right: Any) -> Any:
    def mutant(*arguments: Any, **named: Any) -> Any:
        transfer = named.pop("transfer", symbols.omega)
        return right(*arguments, transfer=-transfer, **named)

    return mutant


def commuted(_: Any) -> Any:
    return lambda left, right: left * right - right * left


def heavier(right: Any) -> Any:
    def mutant(
        frequency: Any = symbols.omega, xi: Any = symbols.xi, *rest: Any, **named: Any
    ) -> Any:
        return right(frequency, 2 * xi, *rest, **named)

    return mutant


def plus_self_energy(right: Any) -> Any:
    def mutant(free: Keldysh, sigma: Keldysh) -> Any:
        return right(free, Keldysh(-sigma.retarded, -sigma.advanced, -sigma.keldysh))

    return mutant


def without_pole(right: Any) -> Any:
    """Leave the pole of G^A out of the residues at constant density."""

    def mutant(retarded: int, advanced: int, power: int) -> Any:
        from derive.hanai2017.limits import bcs

        value = right(retarded, advanced, power)
        return value + bcs.Quotient(bcs._RING.one, (1, 0, 0, 0, 0)) if advanced > 1 else value

    return mutant


def uniform_reservoir(right: Any) -> Any:
    def mutant(incoming: Any, outgoing: Any, wave: Any, *count: Any) -> Any:
        return right(incoming, outgoing, wave, *count) if wave == 0 else sp.S.Zero

    return mutant


def rising(right: Any) -> Any:
    """Make the response of a pair of momenta rise with the frequency."""

    def mutant(s: int, t: int, momenta: Any, omega: Any, point: Any) -> Any:
        return (1 + omega) * right(s, t, momenta, omega, point)

    return mutant


def shifted_wave(right: Any) -> Any:
    """Let a change carry half of its momentum."""

    def mutant() -> Any:
        found, phase = right()
        q = next(s for s in phase.free_symbols if s.name == "q")
        return {k: v.subs(q, q / 2) for k, v in found.items()}, phase

    return mutant


def each(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Change every element of what a function returns, rows of rows included."""

    def inner(value: Any) -> Any:
        return type(value)(map(inner, value)) if isinstance(value, (list, tuple)) else change(value)

    def wrong(right: Any) -> Any:
        return lambda *arguments, **named: inner(right(*arguments, **named))

    return wrong


def entry(change: Callable[[Any], Any], place: tuple[int, int]) -> Callable[[Any], Any]:
    """Change an entry of a matrix that a function returns."""

    def wrong(right: Any) -> Any:
        def mutant(*arguments: Any, **named: Any) -> Any:
            return sp.Matrix(changed(right(*arguments, **named), (place,), change))

        return mutant

    return wrong

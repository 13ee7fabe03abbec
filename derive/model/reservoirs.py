"""Reservoirs and the self-energy that they give the carriers, (19)-(27).

A reservoir is a rate and an occupation.  The pumping bath and the vacuum of the model are two
reservoirs; every function takes any list of them.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.algebra.keldysh import Keldysh
from derive.functions.occupation import fermi
from derive.model.rates import at, checked_rate, self_energy_fraction


def _expression(name: str, value: object) -> sp.Expr:
    """Return `value` as an expression; text is refused, because sympify would execute it."""
    if isinstance(value, (str, bytes)):
        raise ValueError(f"{name} = {value!r} is text; give a number or a SymPy expression")
    return sp.sympify(value, strict=True)


@dataclass(frozen=True)
class Reservoir:
    """A reservoir: its rate and the occupation of its states.

    Parameters
    ----------
    name : str
        What it is called in messages.
    rate : Expr or Lambda
        Rate gamma_lambda, half of the linewidth it causes; energy; positive.  A Lambda makes it a
        function of the frequency in the rotating frame: rational, bounded, nonnegative and without
        poles on the real axis, as `lorentzian`.  The retarded self-energy then follows by
        Kramers and Kronig.
    occupation : Lambda
        Occupation f_lambda as a function of the frequency in the rotating frame, i.e. measured
        from the condensate's chemical potential.

    Raises
    ------
    ValueError
        If the rate is known not to be positive, depends on the frequency without being a Lambda,
        or as one has no causal self-energy; or if either argument is text.
    """

    name: str
    rate: sp.Expr
    occupation: sp.Lambda

    def __post_init__(self) -> None:
        rate = _expression("rate", self.rate)
        object.__setattr__(
            self, "rate", checked_rate(self.name, rate) if isinstance(rate, sp.Lambda) else rate
        )
        _refuse_frequency(self.name, self.rate, (symbols.omega, symbols.nu))
        if self.rate.is_nonpositive or self.rate.is_extended_real is False:
            raise ValueError(
                f"rate = {self.rate} of reservoir {self.name!r} is outside its domain rate > 0"
            )
        if not isinstance(self.occupation, sp.Lambda):
            raise ValueError(
                f"occupation = {self.occupation!r} of reservoir {self.name!r} is not a Lambda"
            )

    def rate_at(self, frequency: sp.Expr) -> sp.Expr:
        """Return the rate at a frequency."""
        return self.rate(frequency) if isinstance(self.rate, sp.Lambda) else self.rate


def _refuse_frequency(name: str, rate: sp.Expr, frequencies: Iterable[sp.Basic]) -> None:
    """Refuse a rate with the frequency in it that is no Lambda: -i gamma would not be causal."""
    for symbol in frequencies:
        if not isinstance(rate, sp.Lambda) and rate.has(symbol):
            raise ValueError(
                f"rate = {rate} of reservoir {name!r} depends on the frequency {symbol}; give "
                f"sympy.Lambda({symbol}, rate), from which a causal self-energy follows"
            )


def fermi_reservoir(
    name: str, rate: sp.Expr, chemical_potential: sp.Expr, temperature: sp.Expr = sp.S.Zero
) -> Reservoir:
    """Return a reservoir of free fermions in equilibrium.

    Parameters
    ----------
    name, rate
        As in `Reservoir`.
    chemical_potential : Expr
        Measured from the condensate's chemical potential; real.
    temperature : Expr, optional
        Not negative; zero by default.

    Returns
    -------
    Reservoir

    Raises
    ------
    ValueError
        For text, or a rate that is known not to be positive.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive import fermi_reservoir
    >>> lead = fermi_reservoir("lead", sp.Symbol("kappa", positive=True), 1, sp.Rational(1, 10))
    >>> lead.occupation(sp.Symbol("nu"))
    fermi(nu - 1, 1/10)
    """
    chemical_potential = _expression("chemical_potential", chemical_potential)
    temperature = _expression("temperature", temperature)
    # one bound symbol, so that reservoirs made alike compare equal
    frequency = symbols.omega
    return Reservoir(
        name, rate, sp.Lambda(frequency, fermi(frequency - chemical_potential, temperature))
    )


def empty_reservoir(name: str, rate: sp.Expr) -> Reservoir:
    """Return a reservoir without carriers: it only takes them away.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive import empty_reservoir
    >>> empty_reservoir("drain", sp.Symbol("kappa", positive=True)).rate
    kappa
    """
    return Reservoir(name, rate, sp.Lambda(symbols.omega, sp.S.Zero))


def bath(temperature: sp.Expr = sp.S.Zero) -> Reservoir:
    """Return the pumping bath of the model, at mu_b - mu = B and the given temperature.

    Examples
    --------
    >>> from derive import bath
    >>> bath().occupation
    Lambda(omega, fermi(-B + omega, 0))
    """
    return fermi_reservoir("bath", symbols.gamma_b, symbols.edge, temperature)


def vacuum() -> Reservoir:
    """Return the vacuum of the model.

    Examples
    --------
    >>> from derive import vacuum
    >>> vacuum().rate
    gamma_v
    """
    return empty_reservoir("vacuum", symbols.gamma_v)


_NAMED = {"bath": bath, "vacuum": vacuum}


def resolve(reservoirs: Iterable[Reservoir | str] | None = None) -> tuple[Reservoir, ...]:
    """Return the reservoirs meant: objects as they are, names looked up, None the paper's two.

    Raises
    ------
    ValueError
        For an unknown name, an object that is no reservoir, or an empty list.
    """
    chosen: list[Reservoir] = []
    for item in ("bath", "vacuum") if reservoirs is None else reservoirs:
        if isinstance(item, Reservoir):
            chosen.append(item)
        elif isinstance(item, str) and item in _NAMED:
            chosen.append(_NAMED[item]())
        else:
            known = ", ".join(_NAMED)
            raise ValueError(f"unknown reservoir {item!r}; known are {known}, or a Reservoir")
    if not chosen:
        raise ValueError("reservoirs = () is outside its domain: at least one reservoir")
    return tuple(chosen)


def total_rate(reservoirs: Sequence[Reservoir]) -> sp.Expr:
    """Return gamma, the sum of the rates.

    Raises
    ------
    ValueError
        If a rate depends on the frequency.
    """
    for reservoir in reservoirs:
        if isinstance(reservoir.rate, sp.Lambda):
            raise ValueError(
                f"rate = {reservoir.rate.expr} of reservoir {reservoir.name!r} depends on the "
                "frequency; constant rates are needed here"
            )
    return functools.reduce(operator.add, (r.rate for r in reservoirs))


def constant_rate(
    reservoirs: Sequence[Reservoir], linewidth: sp.Expr | None, frequency: sp.Expr
) -> sp.Expr | None:
    """Return gamma, or what is given in its place; None where a rate depends on the frequency.

    Raises
    ------
    ValueError
        If the linewidth, or a rate that is no Lambda, depends on the frequency.
    """
    for reservoir in reservoirs:
        _refuse_frequency(reservoir.name, reservoir.rate, frequency.free_symbols)
    if linewidth is not None:
        if linewidth.has(*frequency.free_symbols):
            raise ValueError(
                f"linewidth = {linewidth} depends on the frequency, without a causal self-energy; "
                "give a reservoir whose rate is a Lambda"
            )
        return linewidth
    if any(isinstance(r.rate, sp.Lambda) for r in reservoirs):
        return None
    return total_rate(reservoirs)


def distribution(reservoirs: Sequence[Reservoir], frequency: sp.Expr) -> sp.Expr:
    """Return F(omega), the sum of gamma_lambda (1 - 2 f_lambda(omega)), as defined below (32)."""
    return functools.reduce(
        operator.add,
        (r.rate_at(frequency) * (1 - 2 * r.occupation(frequency)) for r in reservoirs),
    )


def retarded_fraction(
    reservoirs: Sequence[Reservoir], frequency: sp.Expr, *, advanced: bool = False
) -> tuple[sp.Expr, sp.Expr]:
    """Return numerator and denominator of the self-energy of electrons, retarded or advanced."""
    above, below = sp.S.Zero, sp.S.One
    for reservoir in reservoirs:
        p, q = (at(x, frequency, advanced=advanced) for x in self_energy_fraction(reservoir.rate))
        above, below = above * q + p * below, below * q
    return above, below


def environment_self_energy(
    reservoirs: Iterable[Reservoir | str] | None = None,
    frequency: sp.Expr = symbols.omega,
    linewidth: sp.Expr | None = None,
) -> Keldysh:
    """Return the self-energy (19)-(21) of the reservoirs in the rotating frame.

    The retarded part of holes, the second component, is minus the advanced one of electrons at the
    opposite frequency; with constant rates both are -i gamma.

    Parameters
    ----------
    reservoirs
        Reservoirs or their names; the bath and the vacuum by default.
    frequency : Expr
        Real frequency.
    linewidth : Expr, optional
        Replaces the sum of the rates in the retarded and advanced parts.  Because the Keldysh
        part is linear in the reservoirs, one reservoir's contribution can then be derived alone.
    """
    chosen = resolve(reservoirs)
    gamma = constant_rate(chosen, linewidth, frequency)
    if gamma is None:
        retarded, advanced = (_environment(chosen, frequency, a) for a in (False, True))
    else:
        retarded = -sp.I * gamma * nambu.pauli(0)
        advanced = retarded.H
    keldysh = sp.ImmutableMatrix(
        [
            [-2 * sp.I * distribution(chosen, frequency), 0],
            [0, 2 * sp.I * distribution(chosen, -frequency)],
        ]
    )
    return Keldysh(retarded, advanced, keldysh)


def _environment(
    chosen: Sequence[Reservoir], frequency: sp.Expr, advanced: bool
) -> sp.ImmutableMatrix:
    electron = retarded_fraction(chosen, frequency, advanced=advanced)
    hole = retarded_fraction(chosen, -frequency, advanced=not advanced)
    return sp.ImmutableMatrix([[electron[0] / electron[1], 0], [0, -hole[0] / hole[1]]])


def lesser_self_energy(chosen: Sequence[Reservoir], frequency: sp.Expr) -> sp.ImmutableMatrix:
    """Return the lesser part of the reservoirs' self-energy: what they fill in."""
    filled = sum(r.rate_at(frequency) * r.occupation(frequency) for r in chosen)
    holes = sum(r.rate_at(-frequency) * (1 - r.occupation(-frequency)) for r in chosen)
    return sp.ImmutableMatrix([[2 * sp.I * filled, 0], [0, 2 * sp.I * holes]])


def self_energy(
    reservoirs: Iterable[Reservoir | str] | None = None,
    frequency: sp.Expr = symbols.omega,
    gap: sp.Expr = symbols.gap,
    linewidth: sp.Expr | None = None,
) -> Keldysh:
    """Return the steady-state self-energy (25)-(27): reservoirs and pairing field."""
    environment = environment_self_energy(reservoirs, frequency, linewidth)
    pairing = -gap * nambu.pauli(1)
    return Keldysh(
        environment.retarded + pairing, environment.advanced + pairing, environment.keldysh
    )

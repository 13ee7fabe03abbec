"""Reservoirs that carriers tunnel to: how their momenta add up to the rate gamma, (A6)-(A9)."""

from __future__ import annotations

import functools
import itertools

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.algebra.keldysh import Keldysh
from derive.model.greens import free_inverse

#: Number of tunnelling paths N_t, the matrix element |Gamma| and the density of states rho.
paths = sp.Symbol("N_t", positive=True)
element = sp.Symbol("Gamma_lambda", positive=True)
density = sp.Symbol("rho_lambda", positive=True)
#: Kinetic energy of a reservoir's state, and half of the width of its band.
kinetic = sp.Symbol("epsilon_q", real=True)
half_band = sp.Symbol("D", positive=True)
#: Occupation of a reservoir's states.
occupation = sp.Function("f_lambda", real=True)


def rate() -> sp.Expr:
    """Return gamma_lambda = pi N_t rho |Gamma|^2."""
    return sp.pi * paths * density * element**2


def initial_occupation(frequency: sp.Expr = symbols.omega) -> sp.ImmutableMatrix:
    """Return tau_3 [1 - 2 f(omega tau_3)] of a reservoir in equilibrium."""
    return sp.ImmutableMatrix(
        [[1 - 2 * occupation(frequency), 0], [0, -(1 - 2 * occupation(-frequency))]]
    )


def reservoir_green_functions(
    frequency: sp.Expr = symbols.omega, delta: sp.Expr = symbols.delta
) -> Keldysh:
    """Return the free Green's functions (A7) of a reservoir's state, at finite `delta`."""
    return free_inverse(frequency, kinetic, delta, initial_occupation(frequency)).inverse()


@functools.cache
def band_integral(expr: sp.Expr) -> sp.Expr:
    """Integrate a combination of 1/(x - epsilon -+ i delta) over a wide band, then delta -> 0.

    The band is symmetric about the energies of interest, from -D to D, and D -> oo: the principal
    part vanishes, a pole contributes half of its residue, and a Lorentzian its area.

    Parameters
    ----------
    expr : Expr
        Rational in the kinetic energy, real or imaginary parts of simple poles.
    """
    numerator, denominator = sp.fraction(sp.factor(sp.together(expr), gaussian=True))
    slope = denominator.diff(kinetic)
    total: sp.Expr = sp.S.Zero
    for line in sp.Mul.make_args(denominator):
        if not line.has(kinetic):
            continue
        if sp.degree(line, kinetic) != 1:
            raise ValueError(f"{line} is no simple pole in the kinetic energy")
        gradient = line.diff(kinetic)
        pole = sp.expand(kinetic - line / gradient)
        residue = (numerator / slope).subs(kinetic, pole)
        total += sp.cancel(sp.expand(residue)) * _pole_integral(pole)
    return sp.expand(total)


def _pole_integral(pole: sp.Expr) -> sp.Expr:
    """Return the integral of 1/(epsilon - pole) over the band as D -> oo and delta -> 0."""
    real, imaginary = pole.as_real_imag()
    # 1/(x - i y) = x/(x^2 + y^2) + i y/(x^2 + y^2), with x = epsilon - Re(pole): a logarithm of
    # |x - i y| and an arctangent of x/y at both ends
    lower, upper = (end - real for end in (-half_band, half_band))
    ratio = (upper**2 + imaginary**2) / (lower**2 + imaginary**2)
    principal = sp.log(sp.limit(ratio, half_band, sp.oo)) / 2
    angles = [sp.atan(sp.limit(x / imaginary, half_band, sp.oo)) for x in (lower, upper)]
    return principal + sp.I * (angles[1] - angles[0])


@functools.cache
def summed_over_momenta() -> Keldysh:
    """Return N_t |Gamma|^2 sum_q tau_3 D(q, omega) tau_3 with a flat density of states."""
    green = reservoir_green_functions()
    tau3 = nambu.pauli(3)

    def part(matrix: sp.ImmutableMatrix) -> sp.ImmutableMatrix:
        coupled = paths * element**2 * density * (tau3 * matrix * tau3)
        return coupled.applyfunc(_summed)

    return Keldysh(part(green.retarded), part(green.advanced), part(green.keldysh))


def _summed(entry: sp.Expr) -> sp.Expr:
    """Integrate an entry, with the occupation, a function of the frequency alone, in front."""
    if entry == 0:
        return sp.S.Zero
    # D^K is the distribution times D^R - D^A
    functions = entry.atoms(occupation)
    names = {f: sp.Symbol(f"f#{k}", real=True) for k, f in enumerate(functions)}
    weights = sp.collect(sp.expand(entry.xreplace(names)), list(names.values()), evaluate=False)
    values = {name: f for f, name in names.items()}
    total = sum((w * band_integral(part) for w, part in weights.items()), sp.S.Zero)
    return sp.factor_terms(total.xreplace(values))


def averaged_phases(
    incoming: sp.Expr, outgoing: sp.Expr, wave: sp.Expr, count: int = 2
) -> sp.Integer:
    """Average the phases of tunnelling at random places, the sum over i, j = 1 to `count`.

    The self-energy of second order between momenta p and p' through the reservoir's q has the
    factor sum_ij exp[i (p' r_j - p r_i) + i q (R_i - R_j)].  Every place is random by itself, and
    a plane wave averages to zero unless its wave number vanishes.

    Parameters
    ----------
    incoming, outgoing, wave : Expr
        p, p' and q; a symbol stands for any momentum but zero, different ones for different ones.
    count : int
        Number of paths.

    Returns
    -------
    Integer
        For p = p' the number of paths: a carrier returns to where it left from.
    """
    places = range(count)
    total = 0
    for i, j in itertools.product(places, repeat=2):
        numbers = [sp.S.Zero] * (2 * count)
        for place, number in (
            (i, -incoming),
            (j, outgoing),
            (count + i, wave),
            (count + j, -wave),
        ):
            numbers[place] = sp.expand(numbers[place] + number)
        total += all(number == 0 for number in numbers)
    return sp.Integer(total)

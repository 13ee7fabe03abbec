"""What pairs the carriers: a photon field, an attraction, or both, (9) with more than 1/U.

A photon at rest has the energy `detuning` above the edges of both bands, and is made of a pair by
`strength`.  In the frame that rotates at 2 mu its inverse retarded propagator is omega - E_q +
i kappa, and it leaves the mean-field equations of motion

    (omega - E_q + i kappa) phi = g chi,     Delta = U chi - g phi,

where chi is the pair amplitude of the carriers.  The coupling is K = chi/Delta; without the photon
it is 1/U.  What is put into the photon besides, its noise among others, is added to g chi.
"""

from __future__ import annotations

from typing import NamedTuple

import sympy as sp

from derive import symbols
from derive.algebra import nambu

#: Coupling g of a photon and a pair, its energy at rest, its loss and its mass.
strength = sp.Symbol("g", positive=True)
detuning = sp.Symbol("detuning", real=True)
loss = sp.Symbol("kappa", nonnegative=True)
mass = sp.Symbol("m_ph", positive=True)
#: The attraction beside it: 1/U less the sum over 1/(2 p**2) is `contact`/`attracting`, so that
#: there is none where the latter vanishes.
contact = sp.Symbol("contact", real=True)
attracting = sp.Symbol("attracting", real=True)

#: The sum over 1/(2 p**2), which is absorbed by what is measured.
_divergence = sp.Symbol("Lambda", positive=True)
_inverse = sp.Symbol("P", complex=True)
_bare_strength, _bare_attraction = sp.symbols("g_0 U_0", real=True)


class Pairing(NamedTuple):
    """The pair amplitude and the photon field for an order parameter of one.

    Parameters
    ----------
    coupling, photon : Expr
    own : Expr
        The photon field for a source of one, which the pair amplitude balances so that there is no
        order parameter: it is then `photon`, as one for the other is in a symmetric pair.
    """

    coupling: sp.Expr
    photon: sp.Expr
    own: sp.Expr


def photon_inverse_propagator(omega: sp.Expr, q: sp.Expr | int = 0) -> sp.Expr:
    """Return omega - E_q + i kappa, the retarded one in the frame that rotates at 2 mu.

    Examples
    --------
    >>> from derive.model.couplings import photon_inverse_propagator
    >>> photon_inverse_propagator(0)
    -detuning + I*kappa + 2*mu
    """
    return omega - (detuning + sp.sympify(q) ** 2 / (2 * mass) - 2 * symbols.mu) + sp.I * loss


def eliminated() -> Pairing:
    """Return what the equations of motion make of an order parameter, in what is not measured.

    Raises
    ------
    ValueError
        If a source of the photon is not balanced by the field of an order parameter.
    """
    pair, photon = sp.symbols("chi phi", complex=True)
    order, source = sp.symbols("Delta_1 source", complex=True)
    equations = (
        _inverse * photon - _bare_strength * pair - source,
        _bare_attraction * pair - _bare_strength * photon - order,
    )
    found = sp.solve(equations, (pair, photon), dict=True)[0]
    if sp.factor(found[pair].diff(source) - found[photon].diff(order)) != 0:
        raise ValueError("the coupling of pairs and photons is not symmetric")
    return Pairing(found[pair].diff(order), found[photon].diff(order), found[photon].diff(source))


def renormalised(inverse: sp.Expr) -> Pairing:
    """Return the same in what is measured, less the sum over 1/(2 p**2).

    The attraction is that of the scattering length; it screens the bare coupling of the photon,
    and shifts its energy, so that nothing depends on that sum.

    Parameters
    ----------
    inverse : Expr
        The photon's inverse propagator.

    Raises
    ------
    ValueError
        If something still does.
    """
    screening = contact / (contact + attracting * _divergence)
    bare = {
        _bare_attraction: attracting / (contact + attracting * _divergence),
        _bare_strength: strength * screening,
        _inverse: _inverse - strength**2 * _divergence * screening,
    }
    # without attraction the photon's energy alone absorbs the sum
    less = (_divergence, sp.S.Zero, sp.S.Zero)
    found = [
        sp.factor(sp.together(value.subs(bare, simultaneous=True) - rest))
        for value, rest in zip(eliminated(), less, strict=True)
    ]
    for value in found:
        if value.has(_divergence):
            raise ValueError(f"{value} depends on the cutoff")
    return Pairing(*(value.subs(_inverse, inverse) for value in found))


def inverted(value: sp.Expr) -> sp.Expr:
    """Return the energy of the photon above the frequency, less i kappa, at which K_+ is a value.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive.model import couplings
    >>> print(couplings.inverted(sp.Symbol("K")).subs(couplings.attracting, 0))
    K*g**2
    """
    (found,) = sp.solve(renormalised(_inverse).coupling - value, _inverse)
    return sp.factor(-found)


def coupling(omega: sp.Expr, q: sp.Expr | int = 0) -> sp.Expr:
    """Return K_+(q, omega), which multiplies the order parameter, not its conjugate.

    Examples
    --------
    >>> from derive.model import couplings
    >>> print(couplings.coupling(0).subs(couplings.attracting, 0).factor())
    (detuning - I*kappa - 2*mu)/g**2
    """
    return renormalised(photon_inverse_propagator(omega, q)).coupling


def carriers_in_photons() -> sp.Expr:
    """Return the density of carriers that photons hold, two each, for an order parameter of one."""
    photon = renormalised(photon_inverse_propagator(sp.S.Zero)).photon
    return 2 * modulus_squared(photon)


def modulus_squared(value: sp.Expr) -> sp.Expr:
    """Return the squared modulus of a quotient of polynomials in real symbols."""
    numerator, denominator = (
        sp.Add(*(part**2 for part in sp.expand(x).as_real_imag()))
        for x in sp.fraction(sp.together(value))
    )
    return numerator / denominator


def mirrored(value: sp.Expr, omega: sp.Symbol) -> sp.Expr:
    """Return what multiplies the conjugate of a real field's partner: value(-omega*)*."""
    return sp.conjugate(value.subs(omega, -sp.conjugate(omega)))


def fields() -> sp.ImmutableMatrix:
    """Return what amplitude and phase, which tau_1 and tau_2 multiply, make of (Delta, Delta*).

    Examples
    --------
    >>> from derive.model.couplings import fields
    >>> fields()
    Matrix([
    [1, -I],
    [1,  I]])
    """
    places = ((0, 1), (1, 0))
    return sp.ImmutableMatrix([[nambu.pauli(s)[k] for s in (1, 2)] for k in places])


def in_amplitude_and_phase(first: sp.Expr, second: sp.Expr) -> sp.ImmutableMatrix:
    """Return diag(K_+, K_-) of (Delta, Delta*) as a matrix of (amplitude, phase).

    Examples
    --------
    >>> import sympy as sp
    >>> from derive.model.couplings import in_amplitude_and_phase
    >>> in_amplitude_and_phase(1, 1)
    Matrix([
    [1, 0],
    [0, 1]])
    """
    plus, minus = sp.symbols("K_+ K_-")
    turned = (fields().inv() * sp.diag(plus, minus) * fields()).applyfunc(sp.factor)
    return sp.ImmutableMatrix(turned.subs({plus: first, minus: second}))


class Light(NamedTuple):
    """The photon field and its conjugate, L a + R x, where M a is what carriers do plus S x.

    Parameters
    ----------
    order : Matrix
        L, what amplitude and phase make of them.
    source : Matrix
        S, how a source x of the photon and its conjugate acts on amplitude and phase.
    own : Matrix
        R, diagonal.
    """

    order: sp.ImmutableMatrix
    source: sp.ImmutableMatrix
    own: sp.ImmutableMatrix


def light(omega: sp.Symbol, q: sp.Expr = symbols.wave_number) -> Light:
    """Return how the photon follows the order parameter and sources of its own.

    M is 2 K - Pi, so that it is twice what the pair amplitude leaves that is to be balanced.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive.model import couplings
    >>> found = couplings.light(sp.Symbol("omega", complex=True))
    >>> found.order.subs(couplings.attracting, 0)
    Matrix([
    [-1/g,  I/g],
    [-1/g, -I/g]])
    """
    first = renormalised(photon_inverse_propagator(omega, q))
    photon = sp.diag(first.photon, mirrored(first.photon, omega))
    own = sp.diag(first.own, mirrored(first.own, omega))
    turned = -2 * fields().inv() * photon
    return Light(*(sp.ImmutableMatrix(x) for x in (photon * fields(), turned, own)))


def change(energy: sp.Expr) -> sp.Expr:
    """Return K_+ with a photon of an energy higher, less K_+, without cancellation.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive.model import couplings
    >>> print(couplings.change(sp.Symbol("x")).subs(couplings.attracting, 0))
    x/g**2
    """
    inverse, higher = photon_inverse_propagator(sp.S.Zero), sp.Dummy()
    values = [renormalised(_inverse - shift).coupling for shift in (higher, 0)]
    found = sp.factor(sp.together(values[0] - values[1]))
    return found.subs(_inverse, inverse).subs(higher, energy)


def energy(omega: sp.Expr, q: sp.Expr = symbols.wave_number) -> sp.Expr:
    """Return what K depends on beside the potential: q**2/2m - omega."""
    difference = photon_inverse_propagator(sp.S.Zero) - photon_inverse_propagator(omega, q)
    return sp.expand(difference)

"""Kramers-Kronig relations: one part of a response function from the other."""

from __future__ import annotations

import sympy as sp

from derive.frequency.deadline import bounded
from derive.frequency.halfplane import Side
from derive.frequency.integral import integrate_frequency

_SIGNS = {"imaginary": 1, "real": -1}


@bounded
def kramers_kronig(
    part: sp.Expr,
    nu: sp.Symbol,
    omega: sp.Expr | None = None,
    *,
    given: str = "imaginary",
    side: Side = None,
) -> sp.Expr:
    r"""Return the Kramers-Kronig partner: the real part from the imaginary one, or the reverse.

    For a response function :math:`\chi = \chi' + i\chi''` that is analytic in the upper half-plane
    and vanishes at infinity,

    .. math::

        \chi'(\omega) = \mathcal{P}\!\int \frac{d\nu}{\pi}\, \frac{\chi''(\nu)}{\nu - \omega},
        \qquad
        \chi''(\omega) = -\mathcal{P}\!\int \frac{d\nu}{\pi}\, \frac{\chi'(\nu)}{\nu - \omega}.

    Parameters
    ----------
    part : Expr
        The part that is known, as a function of `nu`: whatever `integrate_frequency` takes.
        Simple poles on the real axis count as principal values.
    nu : Symbol
        The frequency.
    omega : Expr, optional
        The real frequency of the result; by default `nu` again.
    given : {"imaginary", "real"}
        Which part is known.
    side : optional
        As in `integrate_frequency`.

    Returns
    -------
    Expr
        The other part.  A constant is the partner of zero, and the reverse: what the response
        function tends to at infinity is not known from one part.

    Raises
    ------
    ValueError
        As `integrate_frequency`, or if `omega` is not known to be real.

    Examples
    --------
    >>> import sympy as sp
    >>> from derive import kramers_kronig
    >>> nu, W = sp.Symbol("nu", real=True), sp.Symbol("W", positive=True)
    >>> sp.simplify(kramers_kronig(-W / (nu**2 + W**2), nu))
    nu/(W**2 + nu**2)
    """
    if not isinstance(part, sp.Expr) or not isinstance(nu, sp.Symbol):
        raise ValueError(f"part {part!r} and frequency {nu!r} must be a SymPy Expr and Symbol")
    if given not in _SIGNS:
        raise ValueError(f"given = {given!r} is outside its domain 'imaginary', 'real'")
    if omega is None:
        # a frequency is real, also where its symbol does not say so
        inner, outer = sp.Dummy("nu", real=True), sp.Dummy("omega", real=True)
        found = kramers_kronig(part.xreplace({nu: inner}), inner, outer, given=given, side=side)
        return found.xreplace({outer: nu})
    if isinstance(omega, (str, bytes)):
        raise ValueError(f"omega = {omega!r} is text; give a number or an expression")
    omega = sp.sympify(omega, strict=True)
    if not omega.is_extended_real or omega.has(nu):
        raise ValueError(f"omega = {omega} is not known to be a real frequency other than {nu}")
    whole = integrate_frequency(part / (nu - omega), nu, principal=True, side=side)
    return _SIGNS[given] * 2 * whole

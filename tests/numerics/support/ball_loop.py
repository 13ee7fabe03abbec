"""M(q, omega) at T = 0 enclosed in ball arithmetic, by a closed form written without `derive`.

With z = nu + i gamma, z' = nu - i gamma and N(z) = z + xi tau_3 - Delta_0 tau_1,

    G^R(nu) = N(z)/(c^2 - xi^2),  c^2 = z^2 - Delta_0^2,
    G^K(nu) = N(z) Sigma^K N(z')/((c^2 - xi^2)(c'^2 - xi^2)),  c'^2 - c^2 = -4 i gamma nu,

partial fractions in xi leave one simple pole a of xi_+ and one simple pole c of xi_- in every term
of (37), and

    sum_p 1/((xi_+ - a)(xi_- - c)) = i/(4 pi q) artanh(q/(k + l)),  k^2 = mu + a,  l^2 = mu + c,

with k, l in the upper half-plane.  Nothing is conjugated: everything is holomorphic in nu about
the path of integration, apart from the edges +-B of the bath, where the path is cut.  Both terms of
(37) are taken with G^K at nu, so that neither follows from the other.

Up to |nu| = X the integral is flint's rigorous one.  Beyond, nu = +-1/r^2: both signs together,
the integrand g of dr has a pole of third order at most at r = 0, and no other singularity on a
square that contains |r| <= rho = X^(-1/2): flint sees that r^3 g is holomorphic there.  With c/r^2
of sum_p 1/p^2 subtracted its integral converges, so that c/r^2 is the whole principal part; this
does not contribute to Cauchy's formula

    int_0^rho (g - c/r^2) dr = -1/(2 pi i) oint g(s) log(1 - rho/s) ds.

Its contour stays away from r = 0, and no neighbourhood of infinity is left out.  That the integral
converges is taken for granted; the principal part is enclosed for comparison (`principal_part`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import NamedTuple

from flint import acb, arb, ctx

from numerics import SteadyState

Matrix = tuple[acb, ...]
Function = Callable[[acb, bool], Matrix]

BITS = 80
#: X is at least this multiple of the scale of energy.
REACH = 5
#: Half of a side of the square contour about r = 0, in units of rho.
SIDE = 1.5
#: Halvings of that square's sides until the integrand is seen to be holomorphic on every part.
HALVINGS = 6
#: Tolerance of a subinterval, of which there are hundreds; enclosures are wider by as much.
TOLERANCE = 1e-14
J = acb(0, 1)
UNKNOWN = acb("nan", "nan")


def enclosure(
    state: SteadyState, q: float, omega: complex | acb, tolerance: float = TOLERANCE
) -> Matrix:
    """Return balls that contain the elements of M(q, omega), the state's numbers being exact.

    If omega is a ball, they contain M at every point of it.
    """
    with ctx.workprec(BITS):
        return Loop(state, q, omega, tolerance).matrix()


def principal_part(state: SteadyState, q: float, omega: complex) -> list[Matrix]:
    """Return the coefficients of r^-1, r^-2 and r^-3 at r = 0 of Pi's integrand over r."""
    with ctx.workprec(BITS):
        return Loop(state, q, omega).principal_part()


class _Momentum(NamedTuple):
    """The momentum of a pole on a ball, and at its centre."""

    ball: acb
    centre: acb


class _Root(NamedTuple):
    """A pole xi = sign c and its momentum, with the limit of that at large frequencies."""

    sign: int
    c: acb
    momentum: _Momentum
    limit: complex


class _Pole(NamedTuple):
    """A simple pole of a Green's function in xi, at the frequency nu + shift."""

    residue: Matrix
    energy: acb
    shift: acb
    momentum: _Momentum
    limit: complex


class Loop:
    """The integrands at one state, wave number and frequency, or ball of frequencies."""

    def __init__(
        self, state: SteadyState, q: float, omega: complex | acb, tolerance: float = TOLERANCE
    ) -> None:
        parameters = state.parameters
        if parameters.temperature or not q > 0 or not state.edge > 0:
            raise ValueError("only T = 0, q > 0 and an edge of the bath above zero are enclosed")
        self.rates = arb(parameters.gamma_b), arb(parameters.gamma_v)
        self.gamma = self.rates[0] + self.rates[1]
        self.gap, self.mu, self.edge = arb(state.gap), arb(state.mu), arb(state.edge)
        self.q, self.omega = arb(q), acb(omega)
        self.coupling = -arb(parameters.inv_kfa) / (4 * arb.pi())
        self.tolerance = tolerance
        # half of the way to the singularities beside the real axis, for all of a ball
        linewidth, below = parameters.linewidth, float(self.omega.imag.lower())
        self.height = min(linewidth, linewidth + below) / 2
        if not self.height > 0:
            raise ValueError("only Im omega > -gamma is enclosed")
        size = float(self.omega.abs_upper())
        scale = abs(state.mu) + state.gap + state.edge + size + linewidth + q * q
        # k + l = +-q, at p q = |omega + 2 i gamma|/2, stays inside; a power of two makes X exact
        squared = 2 * (float((self.omega + 2j * linewidth).abs_upper()) / q) ** 2
        self.rho = 2.0 ** -math.ceil(math.log2(max(REACH * scale, squared)) / 2)

    # Integrands ---------------------------------------------------------------------------------

    def bulk(self, nu: acb, side: int) -> Matrix:
        """Return the integrand over nu: below -B, between -B and B, above B: side = -1, 0, 1.

        On a ball about a point of the path, roots and logarithms are continued from that point, and
        the centre of omega, on discs that leave their branch points out.  So whatever is finite is
        holomorphic, and a ball may be larger than the linewidth, at which distance the cuts run
        along the path.
        """
        middle, wide = nu.mid(), not self.omega.is_exact()
        point = nu.is_exact() and not wide
        if not abs(middle.imag) <= self.height:
            return (UNKNOWN,) * 4

        def root(centre: acb, square: acb) -> tuple[acb, acb]:
            at = J * (-centre).sqrt(analytic=True)
            return at, (at if point else _continued_root(square, centre, at))

        def roots(shift: acb, half: int) -> list[_Root]:
            # where nu is on the path, z crosses the axis for no omega of a ball, and neither do the
            # roots: continued from the centre of the ball, they are those with Im > 0
            core = shift.mid() if wide else shift
            c = root(*((z - self.gap) * (z + self.gap) for z in (middle + core, nu + shift)))
            found = []
            for s in (1, -1):
                centre, ball = root(*(self.mu + s * x for x in c))
                found.append(_Root(s, c[1], _Momentum(ball, centre), 0))
            return found

        def pair(a: _Pole, c: _Pole) -> acb:
            # log(k + q) - log(k - q) = 2 q artanh(q/k): for k in the upper half-plane the quotient
            # is in the lower one
            centre = a.momentum.centre + c.momentum.centre
            value = ((centre + self.q) / (centre - self.q)).log(analytic=True) / (2 * self.q)
            if point:
                return value
            k, apart = a.momentum.ball + c.momentum.ball, a.momentum.ball - c.momentum.ball
            if _size(k) < _size(apart):
                # k^2 - l^2 = a - c, a^2 - c^2 = z^2 - z'^2
                difference, total = a.energy - c.energy, a.energy + c.energy
                if _size(difference) < _size(total):
                    difference = (a.shift - c.shift) * (2 * nu + a.shift + c.shift) / total
                k = difference / apart
            # the derivative by k is -1/((k + q)(k - q))
            radius = (k - centre).abs_upper()
            room = [(centre + x).abs_lower() - radius for x in (self.q, -self.q)]
            if not (room[0] > 0 and room[1] > 0):
                return UNKNOWN
            return value + _disc(radius / (room[0] * room[1]))

        return self.traces(nu, acb(1), side, roots, pair)

    def tail(self, r: acb, side: int, analytic: bool) -> Matrix:
        """Return the integrand over nu at nu = side/r^2 in a form that is regular at r = 0.

        Energies are in units of 1/r^2, and momenta in those of 1/r.
        """
        square = r * r

        def roots(shift: acb, half: int) -> list[_Root]:
            # for real r, c is in the upper half-plane, as half z is
            z = side + shift * square
            c = half * z * (1 - (self.gap * square / z) ** 2).sqrt(analytic=analytic)
            found = []
            for s in (1, -1):
                inside = self.mu * square + s * c
                if s * half * side > 0:
                    # near 1, on the same side of the axis as s c
                    k, limit = s * inside.sqrt(analytic=analytic), complex(s)
                else:
                    k, limit = J * (-inside).sqrt(analytic=analytic), 1j
                found.append(_Root(s, c, _Momentum(k, k), limit))
            return found

        def pair(a: _Pole, c: _Pole) -> acb:
            k, m = a.momentum.ball, c.momentum.ball
            if a.limit + c.limit:
                total, q = k + m, self.q * r
                return ((total + q) / (total - q)).log(analytic=analytic) / (2 * self.q)
            # k + m = (a - c)/(k - m), a^2 - c^2 = z^2 - z'^2: in units of 1 it vanishes like r, and
            # log(k + m + q) - log(k + m - q) -> -i pi
            frequencies = 2 * side + (a.shift + c.shift) * square
            total = (a.shift - c.shift) * r * frequencies / ((a.energy + c.energy) * (k - m))
            quotient = (self.q + total) / (self.q - total)
            return (quotient.log(analytic=analytic) - J * arb.pi()) / (2 * self.q)

        return self.traces(acb(side), square, side, roots, pair)

    def tails(self, r: acb, analytic: bool) -> Matrix:
        """Return r^3 times the integrand over r, both signs of nu together."""
        above, below = self.tail(r, 1, analytic), self.tail(r, -1, analytic)
        return tuple(2 * (x + y) for x, y in zip(above, below, strict=True))

    def traces(
        self,
        nu: acb,
        unit: acb,
        side: int,
        roots: Callable[[acb, int], list[_Root]],
        pair: Callable[[_Pole, _Pole], acb],
    ) -> Matrix:
        """Return the integrand of (37) with energies in units of 1/unit.

        `roots` gives the poles of G^R, half = 1, or of G^A, half = -1, at the frequency nu + shift.
        """
        gap, gamma = self.gap * unit, J * self.gamma
        bath, vacuum = self.rates
        # F(nu) and -F(-nu) of Sigma^K
        f = bath * (1 if side > 0 else -1) + vacuum
        b = -bath * (1 if side < 0 else -1) - vacuum

        def around(z: acb, xi: acb) -> tuple[acb, acb]:
            # z + xi and z - xi, whose product is Delta_0^2
            up, down = z + xi, z - xi
            return (up, gap * gap / up) if _size(up) > _size(down) else (gap * gap / down, down)

        keldysh = []
        for half in (1, -1):
            shift = half * gamma
            for u, c, k, limit in roots(shift, half):
                here = around(nu + shift * unit, u * c)
                other = here[0] - 2 * shift * unit, here[1] - 2 * shift * unit
                left, right = (here, other) if half > 0 else (other, here)
                # the difference of 1/(c^2 - xi^2) and 1/(c'^2 - xi^2), over c'^2 - c^2
                x = -half * u / (2 * c * nu)
                residue = (
                    x * (f * left[0] * right[0] + b * gap * gap),
                    -x * gap * (f * left[0] + b * right[1]),
                    -x * gap * (f * right[0] + b * left[1]),
                    x * (f * gap * gap + b * left[1] * right[1]),
                )
                keldysh.append(_Pole(residue, u * c, shift, k, limit))
        # i/2 of Pi, 1/(2 pi) of the frequency and i/(4 pi) of the momentum integral; -2 i of
        # Sigma^K over -4 i gamma
        factor = -1 / (32 * arb.pi() ** 2 * self.gamma)
        total = [acb(0)] * 4
        # tr[tau_s G^R tau_t G^K]; tr[tau_s G^K tau_t G^A], which has s and t exchanged
        for half, order in ((1, (0, 1, 2, 3)), (-1, (0, 2, 1, 3))):
            m = n = u = v = acb(0)
            shift = half * (self.omega + gamma)
            poles = []
            for s, a, k, limit in roots(shift, half):
                # N(z) times the residue of 1/(a^2 - xi^2) at xi = s a
                up, down = around(nu + shift * unit, s * a)
                x = -s / (2 * a)
                poles.append(_Pole((x * up, -x * gap, -x * gap, x * down), s * a, shift, k, limit))
            for a, c in itertools.product(poles, keldysh):
                weight, y = pair(a, c), c.residue
                x0, x1, x2, x3 = (weight * element for element in a.residue)
                m, n, u, v = m + x3 * y[0], n + x0 * y[3], u + x2 * y[2], v + x1 * y[1]
            values = m + n + u + v, J * (m - n - u + v), J * (n - m - u + v), m + n - u - v
            for k, value in zip(order, values, strict=True):
                total[k] += factor * value
        return tuple(total)

    # Integrals ----------------------------------------------------------------------------------

    def matrix(self) -> Matrix:
        edge, reach = acb(self.edge), 1 / acb(self.rho) ** 2
        # around nu = 0, where the poles of G^R and G^A cancel in G^K/nu
        detour = acb(0, self.height)
        total = (acb(0),) * 4
        for side, a, b in (
            (-1, -reach, -edge),
            (0, -edge, detour),
            (0, detour, edge),
            (1, edge, reach),
        ):
            total = _sum(total, self.integral(lambda nu, _, side=side: self.bulk(nu, side), a, b))

        def kernel(s: acb, analytic: bool) -> acb:
            return -(1 - self.rho / s).log(analytic=analytic)

        total = _sum(total, self.around_zero(kernel))
        # int_-X^X of the integrand of sum_p 1/p^2, y^(-1/2)/(8 pi^2) of either sign
        subtracted = 1 / (2 * arb.pi() ** 2 * arb(self.rho))
        diagonal = self.coupling + subtracted
        return diagonal - total[0], -total[1], -total[2], diagonal - total[3]

    def principal_part(self) -> list[Matrix]:
        return [self.around_zero(lambda s, _, k=k: s**k) for k in range(3)]

    def around_zero(self, kernel: Callable[[acb, bool], acb]) -> Matrix:
        """Return oint g(s) kernel(s) ds/(2 pi i)."""
        half = SIDE * self.rho
        box = acb(arb(0, half), arb(0, half))
        if not self.holomorphic(box, HALVINGS):
            raise ArithmeticError("the integrand is not seen to be holomorphic about nu = infinity")

        def around(s: acb, analytic: bool) -> Matrix:
            factor = kernel(s, analytic) / (2 * arb.pi() * J * s**3)
            return tuple(factor * element for element in self.tails(s, analytic))

        corners = [acb(x, y) * half for x, y in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
        total = (acb(0),) * 4
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
            total = _sum(total, self.integral(around, a, b))
        return total

    def integral(self, function: Function, a: acb, b: acb) -> Matrix:
        """Return the rigorous integrals of four functions, which share their evaluations."""
        found: dict[tuple[object, ...], Matrix] = {}

        def element(k: int) -> Callable[[acb, bool], acb]:
            def value(z: acb, analytic: bool) -> acb:
                parts = z.real.mid(), z.real.rad(), z.imag.mid(), z.imag.rad()
                key = (*(part.man_exp() for part in parts), analytic)
                if key not in found:
                    found[key] = function(z, analytic)
                return found[key][k]

            return value

        return tuple(
            acb.integral(element(k), a, b, abs_tol=self.tolerance, rel_tol=0, eval_limit=100_000)
            for k in range(4)
        )

    def holomorphic(self, box: acb, halvings: int) -> bool:
        """Tell whether flint sees that r^3 g is holomorphic on a square, in parts if need be.

        It evaluates the functions with branch cuts so that they are finite only off these.
        """
        if all(value.is_finite() for value in self.tails(box, True)):
            return True
        if not halvings:
            return False
        x, y, half = box.real.mid(), box.imag.mid(), box.real.rad() / 2
        return all(
            self.holomorphic(acb(arb(x + a * half, half), arb(y + b * half, half)), halvings - 1)
            for a, b in itertools.product((1, -1), repeat=2)
        )


def _sum(a: Matrix, b: Matrix) -> Matrix:
    return tuple(x + y for x, y in zip(a, b, strict=True))


def _continued_root(square: acb, centre: acb, root: acb) -> acb:
    """Return the square root on a ball by continuation from its centre."""
    # |sqrt(1 + x) - 1| = |x|/|sqrt(1 + x) + 1| and Re sqrt(1 + x) >= sqrt(1 - |x|)
    x = (square - centre).abs_upper() / centre.abs_lower()
    return root * (1 + _disc(x / (1 + (1 - x).sqrt()))) if x < 1 else UNKNOWN


def _disc(radius: arb) -> acb:
    return acb(arb(0, radius), arb(0, radius))


def _size(z: acb) -> float:
    return abs(complex(z.mid()))

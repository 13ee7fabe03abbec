"""Both momentum integrals of a loop in closed form, at a fixed frequency.

Before the frequency integral the two Green's functions of a loop are rational in the squares of
the momenta p +- q/2, so that partial fractions leave products of two propagators of free particles.
In real space these are Yukawa functions, exp(i k r)/(4 pi r) with the root k of the pole that lies
in the upper half-plane, and

    sum_p 1/((p+^2 - k^2) (p-^2 - l^2)) = int d^3r exp(-i q r) exp(i (k + l) r)/(4 pi r)^2
                                        = i/(4 pi q) artanh(q/(k + l)),

which is regular as q -> 0.  What remains of (37) is one integral over the frequency.

In two dimensions Feynman's parameters leave

    sum_p 1/((p+^2 - k^2) (p-^2 - l^2)) = -artanh(sqrt(z))/sqrt(z)/(pi [(k + l)^2 - q^2]),
    z = [(k - l)^2 - q^2]/[(k + l)^2 - q^2],    1 - z = 4 k l/[(k + l)^2 - q^2],

which is regular where z = 0 or q = 0; for k and l in the upper half-plane z is never on the cut,
z > 1.
"""

from __future__ import annotations

import sympy as sp

#: The integral of a pair of propagators over `derive.functions.pairs.pair_arctanh` of k + l and q.
PREFACTOR = sp.I / (4 * sp.pi)

#: The integral in two dimensions over artanh(sqrt(z))/sqrt(z)/[(k + l)**2 - q**2].
PLANE_PREFACTOR = -1 / sp.pi

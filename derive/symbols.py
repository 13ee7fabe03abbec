"""The symbols of the theory, each with the assumptions that hold for it.

The assumptions are load-bearing: the frequency integrals decide from them on which side of the
real axis a pole lies.  Units: hbar = k_B = 1, energies in the Fermi energy, momenta in the Fermi
momentum, so that the carrier mass is 1/2 and a free carrier has the energy p**2.
"""

from __future__ import annotations

import sympy as sp

#: Frequency of a Green's function and of a self-energy.
omega = sp.Symbol("omega", real=True)
#: Frequency that is integrated over.
nu = sp.Symbol("nu", real=True)
#: Kinetic energy measured from the condensate's chemical potential, xi = p**2 - mu.
xi = sp.Symbol("xi", real=True)
#: Order parameter Delta_0, real and positive by the choice of its phase.
gap = sp.Symbol("Delta_0", positive=True)
#: Chemical potential of the condensate.
mu = sp.Symbol("mu", real=True)
#: Total linewidth gamma, the sum of the rates of all reservoirs.
linewidth = sp.Symbol("gamma", positive=True)
#: Thermalisation rate of the pumping bath.
gamma_b = sp.Symbol("gamma_b", positive=True)
#: Decay rate into the vacuum.
gamma_v = sp.Symbol("gamma_v", positive=True)
#: Chemical potential of a bath measured from the condensate's, mu_b - mu: where its occupation
#: steps in the rotating frame.
edge = sp.Symbol("B", real=True)
#: Temperature of a bath, where it is not zero.
temperature = sp.Symbol("T_b", positive=True)
#: Infinitesimal of the free Green's function.
delta = sp.Symbol("delta", positive=True)

#: Quasiparticle energy E_p = sqrt(xi**2 + Delta_0**2).
excitation_energy = sp.sqrt(xi**2 + gap**2)
#: Kinetic energies of the two momenta p +- q/2 of a response function.
xi_plus = sp.Symbol("xi_plus", real=True)
xi_minus = sp.Symbol("xi_minus", real=True)
#: Real part of the external frequency of a response function, and the width gamma + Im(omega)
#: of the retarded Green's function that carries it; positive where the response is analytic.
transfer = sp.Symbol("omega_r", real=True)
transfer_width = sp.Symbol("Gamma", positive=True)
#: Wave number of a response function.
wave_number = sp.Symbol("q", positive=True)
#: Quasiparticle energies at the two momenta, of either sign: the sign tells the branch.
energy_plus = sp.Symbol("E_plus", real=True, nonzero=True)
energy_minus = sp.Symbol("E_minus", real=True, nonzero=True)
#: A symbol for E_p where its square root would be in the way.
energy = sp.Symbol("E", positive=True)
#: Momentum beyond which an integral over momenta is continued by its asymptotic series.
momentum = sp.Symbol("P", positive=True)

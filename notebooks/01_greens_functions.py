# %% [markdown]
# # 01 Green's functions and reservoirs
#
# A condensate that is pumped and decays is described by three Green's functions instead of one. You
# will see how `nambu` builds them, why a reservoir enters only through a linewidth and one function
# $F(\omega)$, and how a sign in the printed equation (29) is settled by a multiplication.
#
# The model is that of R. Hanai, P. B. Littlewood and Y. Ohashi, Phys. Rev. B **96**, 125206 (2017);
# numbers in brackets are the equations of that paper. Energies are in units of the Fermi energy and
# $\hbar = k_\mathrm{B} = 1$.

# %%
# %matplotlib inline
import numpy as np
import sympy as sp
from IPython.display import Math, display

import derive
from derive import greens, keldysh, nambu, reservoirs, symbols
from derive.hanai2017 import tunnelling
from numerics.figures.style import COLOURS, new_figure, style

ledger = derive.ledger()

# %% [markdown]
# Every numbered equation of the paper is a record in this ledger: the equation itself as a SymPy
# object, how it is known, and a check that can fail. Display formulas in these notebooks are
# printed from such objects, so that what you read is what the programs use.
#
# ## Nambu space: electrons and holes in one matrix
#
# Pairing turns an electron into a missing hole, so it is natural to put both into one two-component
# field. The mean-field Hamiltonian of one momentum is then a 2×2 matrix. With $\xi$ the kinetic
# energy measured from the condensate's chemical potential $\mu$ and $\Delta_0$ the order parameter:

# %%
H = nambu.hamiltonian()
H

# %% [markdown]
# Its square is a multiple of the unit matrix, and that is why everything below has closed forms:
# any function of $H$ is a combination of the unit matrix and $H$ itself.

# %%
assert sp.expand(H * H) == sp.expand(symbols.excitation_energy**2) * nambu.pauli(0)
symbols.excitation_energy

# %% [markdown]
# So there are two quasiparticle branches, at plus and minus this energy $E$, and a projector on
# each.

# %%
upper, lower = nambu.projectors()
for projector, sign in ((upper, 1), (lower, -1)):
    assert sp.simplify(projector * projector - projector) == sp.zeros(2)
    assert sp.simplify(H * projector - sign * symbols.excitation_energy * projector) == sp.zeros(2)
upper

# %% [markdown]
# ## Keldysh space: spectrum and occupation
#
# Out of equilibrium the spectrum does not tell the occupation. The retarded function $G^R$ holds
# the spectrum, the Keldysh function $G^K$ how it is filled, and $G^A = (G^R)^\dagger$ completes the
# triangular matrix of (11). A product of two such matrices composes the parts in a fixed way. This
# rule is nearly all of the Keldysh technique that the paper needs; for four factors it reads (66):

# %%
Math(ledger["66"].latex)

# %% [markdown]
# The class `Keldysh` knows the rule for two factors and the inverse that follows from it. We test
# it on matrices without any structure: a product with the inverse has to be the unit, which has no
# Keldysh part.

# %%
generic = keldysh.Keldysh(*(sp.Matrix(2, 2, sp.symbols(f"{part}_1:5")) for part in "rak"))
unit = generic @ generic.inverse()
assert sp.simplify(unit.retarded) == sp.simplify(unit.advanced) == sp.eye(2)
assert sp.simplify(unit.keldysh) == sp.zeros(2)

# %% [markdown]
# ## The free Green's function, and a first misprint
#
# Equation (13), with an infinitesimal $\delta$ and the occupation $f$ that the system started from:

# %%
display(Math(ledger["13"].latex))
print(ledger["13"].status)

# %% [markdown]
# The paper prints $-\pi i$ where $-2\pi i$ stands here. At finite $\delta$ the Keldysh part is
# $G_0^R - G_0^A$ times $1 - 2f$, and $G_0^R - G_0^A$ is a Lorentzian. Its area decides. The library
# integrates over the frequency with the measure $d\nu/2\pi$, so that the area should be $-i$:

# %%
free = greens.free_inverse(symbols.nu).inverse()
lorentzian = free.retarded[0, 0] - free.advanced[0, 0]
area = sp.simplify(derive.integrate_frequency(sp.factor(lorentzian), symbols.nu))
assert area == -sp.I
print(f"area of the line in units of 2π: {area}")

# %% [markdown]
# ## A reservoir is a linewidth and a distribution
#
# Carriers tunnel to a reservoir and back. Summed over the reservoir's momenta with a flat density
# of states, this gives the self-energy of (A8) and (A9). The principal part of the sum vanishes;
# what is left is imaginary in the retarded part and carries the occupation in the Keldysh part:

# %%
tunnelled = tunnelling.summed_over_momenta()
display(tunnelled.retarded, tunnelled.keldysh)

# %% [markdown]
# The same combination of constants stands in both. It is the rate of the reservoir,

# %%
rate = tunnelling.rate()
assert tunnelled.retarded == -sp.I * rate * sp.eye(2)
Math(r"\gamma_\lambda = " + sp.latex(rate))

# %% [markdown]
# and nothing else of the reservoir survives but its occupation $f_\lambda(\omega)$. This is (19)
# and (20), a sum over reservoirs $\lambda$; the advanced part (21) is the Hermitian conjugate of
# (19).

# %%
display(Math(ledger["19"].latex), Math(ledger["20"].latex))

# %% [markdown]
# The paper has two reservoirs: a pumping bath with rate $\gamma_b$ whose occupation steps at
# $B = \mu_b - \mu$, and an empty vacuum with rate $\gamma_v$ into which carriers decay. The step
# stands at $B$ because frequencies are measured from $\mu$ in the rotating frame. Here is
# $F(\omega)$, the sum of $\gamma_\lambda[1 - 2f_\lambda(\omega)]$:

# %%
bath, vacuum = derive.bath(), derive.vacuum()
F = reservoirs.distribution([bath, vacuum], symbols.omega)
F

# %% [markdown]
# Pairing adds $-\Delta_0\tau_1$ to the retarded and advanced parts, (25)-(27). A contact
# interaction acts at once, so it adds nothing to the Keldysh part.

# %%
sigma = reservoirs.self_energy([bath, vacuum])
display(sigma.retarded, sigma.keldysh)

# %% [markdown]
# ## Dyson's equation
#
# Now (23), $G = (G_0^{-1} - \Sigma)^{-1}$, in Keldysh space and at finite $\delta$. We want to know
# two things: what becomes of the initial occupation, and what the closed form is.

# %%
full = keldysh.dyson(greens.free_inverse(), sigma)
initial = full.keldysh - full.retarded * sigma.keldysh * full.advanced
remembered = greens.initial_state_term([bath, vacuum])
point = {
    symbols.omega: sp.Rational(1, 3),
    symbols.xi: sp.Rational(1, 5),
    symbols.gap: sp.Rational(1, 2),
    symbols.gamma_b: sp.Rational(1, 7),
    symbols.gamma_v: sp.Rational(1, 11),
    symbols.edge: sp.Rational(2, 3),
    symbols.delta: sp.Rational(1, 1000),
}
assert sp.simplify((initial - remembered).subs(point)) == sp.zeros(2)
Math(ledger["30"].latex)

# %% [markdown]
# The second term of (30) is the memory of the initial state, and the assertion compares it, at
# exact rational numbers, with what the inverse contains. How does it behave as $\delta \to 0$?

# %%
f = sp.Function("f", real=True)
empty = {f(point[symbols.omega]): 0, f(-point[symbols.omega]): 0}
sizes = []
for k in (3, 4, 5):
    value = remembered[0, 0].subs(point | {symbols.delta: sp.Rational(1, 10**k)}).subs(empty)
    sizes.append(f"{float(abs(value)):.5e}")
print("second term of (30), initially empty, at δ = 1e-3, 1e-4, 1e-5:", ", ".join(sizes))
assert remembered.subs(symbols.delta, 0).applyfunc(sp.cancel) == sp.zeros(2)

# %% [markdown]
# It falls like $\delta$: as soon as there is a reservoir, $\gamma > 0$, the steady state has
# forgotten where it came from. What is left is $G^K = G^R\Sigma^K G^A$.
#
# ## The retarded function, and the misprint of (29)
#
# The retarded part of Dyson's equation says that the inverse of $G^R$ is $\omega + i\gamma - H$.
# The paper's equation (29), as it is printed:

# %%
record = ledger["29"]
Math(record.printed_latex)

# %% [markdown]
# A formula for an inverse is easily judged: multiply. We do so with what is printed.

# %%
inverse = (symbols.omega + sp.I * symbols.linewidth) * sp.eye(2) - H
written_out = {symbols.energy: symbols.excitation_energy}
product = (record.printed().xreplace(written_out) * inverse).applyfunc(sp.factor)
assert product != sp.eye(2)
product

# %% [markdown]
# That is a multiple of the unit matrix, but not the unit matrix: the sign of $E^2$ is wrong. It has
# to be so since $(z + H)(z - H) = z^2 - E^2$. With the other sign:

# %%
corrected = record.claim().xreplace(written_out)
assert (corrected * inverse).applyfunc(sp.simplify) == sp.eye(2)
display(Math(record.latex))
print(record.status, "-", record.note)

# %% [markdown]
# The poles of the corrected form lie at $\omega = \pm E - i\gamma$, below the real axis, as they
# must for a function that is zero before its cause. Those of the printed form do not:

# %%
z = sp.Symbol("omega")  # complex, unlike symbols.omega
poles = []
for claim in (record.claim(), record.printed()):
    denominator = sp.fraction(claim[0, 1])[1].subs(symbols.omega, z)
    poles.append(sorted((sp.expand(root) for root in sp.solve(denominator, z)), key=str))
print(f"corrected: {poles[0]}\nprinted: {poles[1]}")

# %% [markdown]
# The printed poles lie on the imaginary axis, and for $E > \gamma$ one of them above the real axis.
#
# `green_functions` returns the closed forms for any list of reservoirs, the paper's two by default.
# Its retarded part is (29) and its Keldysh part (31), which the ledger proves:

# %%
green = derive.green_functions()
gamma = {symbols.linewidth: symbols.gamma_b + symbols.gamma_v}
assert sp.simplify(green.retarded - corrected.xreplace(gamma)) == sp.zeros(2)
assert ledger["31"].check() == 0.0
Math(ledger["31"].latex)

# %% [markdown]
# The occupation enters by $F_\pm$, the even and the odd part of $F$. Both are needed: an even part
# exists only if the distribution is not symmetric about $\mu$, that is, out of equilibrium.
#
# ## Equilibrium as a special case
#
# A bath alone, with its chemical potential at the condensate's ($B = 0$), has to give back the
# fluctuation-dissipation theorem $G^K = (1 - 2f)(G^R - G^A)$. At any temperature
# $f(-\omega) = 1 - f(\omega)$, and with that:

# %%
T = symbols.temperature
thermal = derive.green_functions([derive.bath(T)])
occupied = derive.fermi(symbols.omega, T)
reflected = {derive.fermi(-symbols.omega, T): 1 - occupied}
difference = thermal.keldysh.subs(symbols.edge, 0).xreplace(reflected) - (1 - 2 * occupied) * (
    thermal.retarded - thermal.advanced
)
assert difference.applyfunc(sp.simplify) == sp.zeros(2)

# %% [markdown]
# ## The spectral function
#
# What would a photoemission experiment see? The spectral function is $i(G^R - G^A)_{11}$; it has to
# integrate to one whatever the drive does, since it counts states. `integrate_frequency` does the
# integral by residues, which is the subject of the next notebook.

# %%
spectral = sp.I * (green.retarded - green.advanced)[0, 0]
count = derive.integrate_frequency(spectral.subs(symbols.omega, symbols.nu), symbols.nu)
assert sp.simplify(count) == 1

# %% [markdown]
# The occupied part of it is $-iG^<_{11}$. Let us look at both for rates that are large enough to be
# seen: $\Delta_0 = 0.5$, a bath edge in the upper branch, and a tenth of the rate going to the
# vacuum.

# %%
arguments = (symbols.omega, symbols.xi)
numbers = {symbols.gap: 0.5, symbols.edge: 0.62, symbols.gamma_b: 0.036, symbols.gamma_v: 0.004}
lesser = (-sp.I * green.lesser[0, 0]).rewrite(sp.Heaviside)
all_states = sp.lambdify(arguments, spectral.subs(numbers), "numpy")
filled_states = sp.lambdify(arguments, lesser.subs(numbers), "numpy")

frequency = np.linspace(-1.5, 1.5, 1201)
states = all_states(frequency, 0.2).real
filled = filled_states(frequency, 0.2).real
assert np.all(states > 0)
assert np.all(filled > -1e-12)
assert np.all(filled < states + 1e-12)

# %%
with style():
    figure = new_figure(8.4, 3.4)
    left, right = figure.subplots(1, 2, width_ratios=(1.1, 1))
    left.plot(frequency, states, color=COLOURS[1], label="all states")
    left.fill_between(frequency, filled, color=COLOURS[5], alpha=0.6, label="occupied")
    left.axvline(numbers[symbols.edge], color=COLOURS[0], linestyle=":", label="edge $B$")
    left.set_xlabel(r"$\omega$")
    left.set_ylabel(r"$i(G^R - G^A)_{11}$ and $-iG^<_{11}$")
    left.set_title(r"$\xi = 0.2$", fontsize=10)
    left.legend(loc="upper left")
    kinetic = np.linspace(-1, 1, 161)
    shown = filled_states(frequency[::6, None], kinetic[None, :]).real
    picture = right.pcolormesh(
        kinetic, frequency[::6], np.log10(np.maximum(shown, 1e-3)), vmin=-2, vmax=1.7, cmap="magma"
    )
    right.plot(kinetic, np.hypot(kinetic, 0.5), color="white", linestyle=":", linewidth=1)
    right.set_ylim(-1.5, 1.5)
    right.grid(visible=False)
    right.set_xlabel(r"kinetic energy $\xi$")
    right.set_ylabel(r"$\omega$")
    figure.colorbar(picture, label=r"$\log_{10}$ of the occupied part")
figure

# %% [markdown]
# Two Lorentzians of half-width $\gamma$ stand at $\pm E$. The bath offers electrons below $B$ and,
# since it treats electrons and holes alike, holes below $B$ as well. Where $E > B$, at the rims of
# the right picture, that leaves the lower branch full and the upper one dark, as in the ground
# state. Where $E < B$ it fills the upper branch and empties the lower one in part: quasiparticles
# that no ground state has. The jumps at $\pm B$ are sharp since the bath is at $T = 0$; the dotted
# line is $+E$.
#
# ## Exercises
#
# 1. Print `ledger["29"].verify()` and `ledger["A7"].note`. Which other equation of the appendix has
#    the misprint of (13)?
# 2. Draw the left picture at $\xi = \pm 0.8$. Which weights do the two lines have as
#    $\gamma \to 0$, and which projector of the beginning contains them?
# 3. What does $F_+$ have to do with the mean occupation of the states at $\omega$ and $-\omega$?
#    For which reservoirs does it vanish?
#
# Next: [02 The gap and number equations, by residues](02_gap_and_number.ipynb)

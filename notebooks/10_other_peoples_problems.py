# %% [markdown]
# # 10 Other people's problems
#
# The frequency engine and the code generator know nothing of condensates. Here they solve three
# problems of other people: the Lindhard function of electrons with a linewidth, the current through
# a level between two leads with its conductance, and the gap of a superconductor by a sum over
# Matsubara frequencies. Each is one integral or sum in closed form and one call of
# `derive.compile`, and each is checked against a result that is known without either.

# %%
# %matplotlib inline
import numpy as np
import sympy as sp
from scipy.integrate import quad
from scipy.optimize import brentq

import derive
from numerics.figures.style import COLOURS, LINES, new_figure, style

# %% [markdown]
# ## The Lindhard function with a linewidth
#
# The response of the density of free electrons at wave number $q$, per spin, is
#
# $$\chi(q, \omega) = -i \sum_p \int \frac{d\nu}{2\pi} \left[ G^R_{p+q}(\nu + \omega)\, G^<_{p}(\nu)
#   + G^<_{p+q}(\nu + \omega)\, G^A_{p}(\nu) \right]$$
#
# with $G^R = 1/(\nu - \xi + i\gamma)$ and $G^< = i f A$, where $A$ is a Lorentzian of half width
# $\gamma$. In the second term we shift $\nu$ by $\omega$, so that there is one occupation.

# %%
nu, xi, xi_q, omega = sp.symbols("nu xi xi_q omega", real=True)
gamma, T = sp.symbols("gamma T", positive=True)


def lorentzian(energy):
    return 2 * gamma / ((nu - energy) ** 2 + gamma**2)


bubble = derive.fermi(nu, 0) * (
    lorentzian(xi) / (nu + omega - xi_q + sp.I * gamma)
    + lorentzian(xi_q) / (nu - omega - xi - sp.I * gamma)
)
kernel = derive.integrate_frequency(bubble, nu)
kernel

# %% [markdown]
# Divided differences: regular where the poles of one side meet, which they do on whole surfaces of
# $p$. `doit` would write out the logarithms. The kernel becomes a function of arrays.

# %%
per_momentum = derive.compile(kernel, (xi, xi_q, omega, gamma), name="per_momentum")
per_momentum.operations

# %% [markdown]
# The momenta remain. In units of the Fermi momentum and energy, $\xi = p^2 - 1$; we place the
# momentum symmetrically, $p \pm q/2$, and integrate over $p$ and the angle by Gauss's rule.

# %%
nodes, weights = np.polynomial.legendre.leggauss(160)
cosine = nodes[None, :]
# p from 0 to infinity, half of the nodes below p = 1
t = (1 + nodes[:, None]) / 2
p = t / (1 - t)
measure = p**2 / (1 - t) ** 2 / 2 * weights[:, None] * weights[None, :] / (4 * np.pi**2)


def response(q, frequency, width):
    """Return chi, in units of k_F^3/E_F, at each frequency."""
    above, below = (p**2 + q**2 / 4 + s * p * q * cosine - 1 for s in (1, -1))
    return np.array(
        [np.sum(measure * per_momentum(below, above, w, width)) for w in np.atleast_1d(frequency)]
    )


# %% [markdown]
# At rest and without linewidth it is Lindhard's function,
# $-N_0 [\tfrac12 + \tfrac{1 - x^2}{4x} \log|\tfrac{1 + x}{1 - x}|]$ with $x = q/2$ and
# $N_0 = 1/4\pi^2$. The linewidth changes it in first order; two linewidths give the limit.

# %%
q = 1.0
x = q / 2
lindhard = -(0.5 + (1 - x**2) / (4 * x) * np.log((1 + x) / (1 - x))) / (4 * np.pi**2)
wide, narrow = (response(q, 0.0, width)[0].real for width in (0.04, 0.02))
limit = 2 * narrow - wide
print(f"gamma = 0.04: {wide:.5f}, 0.02: {narrow:.5f}, extrapolated {limit:.4f}")
print(f"Lindhard: {lindhard:.4f}")
assert abs(limit - lindhard) < 0.01 * abs(lindhard)

# %%
frequencies = np.linspace(0.0, 4.0, 49)
with style():
    figure = new_figure(5.6, 3.2)
    axes = figure.subplots()
    for k, width in enumerate((0.05, 0.2, 0.5)):
        loss = -response(q, frequencies, width).imag
        axes.plot(frequencies, loss, color=COLOURS[k], linestyle=LINES[k], label=f"γ = {width}")
    axes.axvline(q**2 + 2 * q, color="0.6", linewidth=0.8)
    axes.set_xlabel(r"$\omega/\varepsilon_\mathrm{F}$")
    axes.set_ylabel(r"$-\mathrm{Im}\,\chi(q = k_\mathrm{F}, \omega)$")
    axes.legend()
figure

# %% [markdown]
# Without linewidth nothing is absorbed beyond $q^2 + 2q$ (grey): particles and holes are no more.
# The linewidth fills that gap.
#
# ## The current through a level
#
# Meir and Wingreen: between two leads that couple to a level with $\Gamma_L$ and $\Gamma_R$,
#
# $$I = \frac{\Gamma_L \Gamma_R}{\Gamma} \int \frac{d\nu}{2\pi}\, A(\nu)\,
#   [f(\nu - V/2) - f(\nu + V/2)],$$
#
# in units of $e/\hbar$, with $\Gamma = \Gamma_L + \Gamma_R$ and a Lorentzian $A$ of half width
# $\Gamma/2$. At $T > 0$ the integral is a difference of digamma functions; the conductance is its
# derivative, which `compile` adds on request.

# %%
energy, V = sp.symbols("epsilon V", real=True)
left, right = sp.symbols("Gamma_L Gamma_R", positive=True)
width = left + right
spectral = width / ((nu - energy) ** 2 + width**2 / 4)
window = derive.fermi(nu - V / 2, T) - derive.fermi(nu + V / 2, T)
current = derive.integrate_frequency(left * right / width * spectral * window, nu)
function = derive.compile(current, (energy, V, left, right, T), jacobian=V, name="current")
function.arguments, sum(function.operations.values())

# %% [markdown]
# Against quadrature, with its derivative by the bias under the integral:


# %%
def integrand(v, at, bias, a, b, heat):
    total = a + b
    shape = a * b / ((v - at) ** 2 + total**2 / 4) / (2 * np.pi)
    rise, fall = (v - bias / 2) / (2 * heat), (v + bias / 2) / (2 * heat)
    slope = (np.cosh(rise) ** -2 + np.cosh(fall) ** -2) / (8 * heat)
    return shape * (np.tanh(fall) - np.tanh(rise)) / 2, shape * slope


at = (0.3, 0.5, 0.1, 0.2, 0.05)
value, slope = function(*at)
for name, found, part in (("I", value, 0), ("dI/dV", slope[0], 1)):
    exact = quad(lambda v, part=part: integrand(v, *at)[part], -5, 5, points=[0.3], epsabs=1e-13)[0]
    print(f"{name}: {found:.10f}, by quadrature {exact:.10f}")
    assert abs(found - exact) < 1e-11

# %% [markdown]
# One unit of conductance, $e^2/h = 1/2\pi$, is reached on resonance with equal couplings as
# $T \to 0$, half of the bias dropping on either side; warmer leads see less of the peak.

# %%
levels = np.linspace(-1, 1, 201)
with style():
    figure = new_figure(5.6, 3.2)
    axes = figure.subplots()
    for k, heat in enumerate((1e-4, 0.02, 0.1)):
        _, conductance = function(levels, 0.0, 0.1, 0.1, heat)
        height = 2 * np.pi * conductance[..., 0]
        axes.plot(levels, height, color=COLOURS[k], linestyle=LINES[k], label=f"T = {heat:g}")
    axes.set_xlabel(r"level $\epsilon$")
    axes.set_ylabel(r"conductance / $(e^2/h)$")
    axes.legend()
figure

# %%
peak = 2 * np.pi * function(0.0, 0.0, 0.1, 0.1, 1e-4)[1][0]
print(f"at the peak, T = 1e-4: {peak:.6f}")
assert abs(peak - 1) < 1e-4

# %% [markdown]
# The same in C, for whoever has a program in it: the function takes numbers and fills an array. The
# name of an argument says what it was, `Gamma_L`, and what is a word of the language is changed.

# %%
in_c = derive.compile(current, (energy, V, left, right, T), target="c", name="current")
text = in_c.source[in_c.source.index("void current(") :]
print(text[: text.index("}\n") + 1])

# %% [markdown]
# ## The gap of a superconductor
#
# The gap equation of Bardeen, Cooper and Schrieffer is a sum over Matsubara frequencies
# $\omega_n = (2n + 1)\pi T$,
#
# $$\frac{1}{g} = \int_0^1 d\xi\; T \sum_n \frac{2}{\omega_n^2 + \xi^2 + \Delta^2},$$
#
# energies in units of the cutoff. `matsubara_sum` takes the summand as a function of
# $\nu = i\omega_n$.

# %%
E = sp.Symbol("E", real=True)
pairs = derive.matsubara_sum(2 / (E**2 - nu**2), nu, T)
pairs.doit()

# %% [markdown]
# At $T_c$ the energy goes through $E = 0$, where this form is 0/0. The divided difference is
# regular there, and so is what is made of it: $\tanh(E/2T)/E \to 1/2T$.

# %%
kernel = derive.compile(pairs, (E, T), name="pairs")
values = kernel([0.0, 1e-9, 0.3], 0.1)
print(values, np.tanh(0.3 / 0.2) / 0.3)
assert np.allclose(values, [5, 5, np.tanh(1.5) / 0.3], rtol=1e-13)

# %% [markdown]
# With $1/g$ fixed by the gap at $T = 0$, which is $\operatorname{arsinh}(1/\Delta_0)$, one root is
# $T_c$, and the others are $\Delta(T)$. The integral over $\xi$ is done with the nodes from above.

# %%
gap_zero = 1e-2
# nodes crowd at small energies, where the kernel varies
s = np.linspace(-8, 0, 801)
step_weights = np.full_like(s, s[1] - s[0])
step_weights[[0, -1]] /= 2
energies = 10**s


def coupling(gap, heat):
    """Return the right-hand side of the gap equation."""
    value = kernel(np.hypot(energies, gap), heat)
    head = kernel(gap, heat) * energies[0]
    return head + np.log(10) * np.sum(step_weights * energies * value)


inverse = np.arcsinh(1 / gap_zero)
critical = brentq(lambda heat: coupling(0.0, heat) - inverse, 1e-3, 1e-2, xtol=1e-14)
ratio = 2 * gap_zero / critical
print(f"2 Delta_0/T_c = {ratio:.4f}; weak coupling: {2 * np.pi * np.exp(-np.euler_gamma):.4f}")
assert abs(ratio - 2 * np.pi * np.exp(-np.euler_gamma)) < 1e-3

# %%
reduced = np.linspace(0.1, 0.999, 40)
gaps = [
    brentq(lambda gap, heat=r * critical: coupling(gap, heat) - inverse, 1e-7, 2 * gap_zero)
    for r in reduced
]
with style():
    figure = new_figure(4.6, 3.0)
    axes = figure.subplots()
    axes.plot(reduced, np.array(gaps) / gap_zero, color=COLOURS[1])
    near = reduced > 0.8
    law = 1.736 * np.sqrt(1 - reduced[near])
    axes.plot(reduced[near], law, color=COLOURS[2], linestyle=LINES[1], label="near $T_c$")
    axes.set_xlabel(r"$T/T_c$")
    axes.set_ylabel(r"$\Delta/\Delta_0$")
    axes.legend()
figure

# %% [markdown]
# ## Exercises
#
# 1. Warm electrons: put `derive.fermi(nu, T)` into the bubble. What happens to the absorption at
#    small $\omega$?
# 2. Give the two leads different temperatures and find the bias at which the current vanishes.
# 3. The superfluid density has a sum over $\Delta^2/(\omega_n^2 + E^2)^2$, with poles of second
#    order. Compile it, and plot it against $T/T_c$.
#
# Back to the start: [01 Green's functions and reservoirs](01_greens_functions.ipynb)

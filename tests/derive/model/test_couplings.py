"""The coupling by a photon: its pole, its thermodynamics, and its turn into amplitude and phase."""

from __future__ import annotations

import pytest
import sympy as sp

from derive import symbols
from derive.model import couplings
from derive.model.fluctuations import pairing_field
from numerics.kernels import couplings_mpmath as kernels

#: mu, g, detuning, loss.
PHOTON = (0.3, 0.7, 1.1, 0.04)
NAMES = (symbols.mu, couplings.strength, couplings.detuning, couplings.loss)


def at(expr: sp.Expr, *attraction: float) -> complex:
    ratio = dict(zip((couplings.contact, couplings.attracting), attraction, strict=True))
    return complex(expr.subs(dict(zip(NAMES, PHOTON, strict=True)) | ratio))


def test_a_photon_alone_oscillates_at_its_energy_and_decays():
    omega, q = sp.Symbol("omega"), symbols.wave_number
    (pole,) = sp.solve(couplings.photon_inverse_propagator(omega, q), omega)
    energy = couplings.detuning + q**2 / (2 * couplings.mass) - 2 * symbols.mu
    assert sp.expand(pole - (energy - sp.I * couplings.loss)) == 0


def test_both_channels_add():
    mu, g, detuning, loss = PHOTON
    for inverse_attraction in (-0.2, 0.03, 0.5):
        photon = g**2 / (detuning - 2 * mu - 1j * loss)
        expected = 1 / (1 / inverse_attraction + photon)
        assert at(couplings.coupling(0), inverse_attraction, 1.0) == pytest.approx(expected, 1e-13)
    assert at(couplings.coupling(0), 1.0, 0.0) == pytest.approx(1 / photon, 1e-13)


def test_the_carriers_in_photons_are_what_the_energy_loses_with_the_potential():
    # without loss K Delta**2 is the energy of the field at its minimum, -N its slope by mu
    slope = couplings.coupling(0).diff(symbols.mu) + couplings.carriers_in_photons()
    assert sp.simplify(slope.subs(couplings.loss, 0)) == 0


def test_a_turn_of_the_phase_is_the_second_component():
    # the field of a small turn theta is -Delta_0 times the second component: Delta grows by i theta
    theta = sp.Symbol("theta", real=True)
    turned = pairing_field(symbols.gap, sp.tan(theta / 2)).diff(theta).subs(theta, 0)
    pauli = sp.Matrix([[0, -sp.I], [sp.I, 0]])
    part = sp.simplify(-(turned * pauli).trace() / 2)
    first, second = sp.symbols("first second")
    matrix = couplings.in_amplitude_and_phase(first, second)
    both = matrix * sp.Matrix([0, part])
    # K_+ i Delta_0 and its partner -K_- i Delta_0, as amplitude and phase
    change, partner = first * sp.I * symbols.gap, -second * sp.I * symbols.gap
    assert sp.simplify(both[0] - (change + partner) / 2) == 0
    assert sp.simplify(both[1] - sp.I * (change - partner) / 2) == 0


@pytest.mark.parametrize("attraction", [(1.0, 0.0), (-0.2, 1.0), (0.03, 1.0)])
def test_the_kernel_of_what_changes(attraction):
    mu, g, detuning, loss = PHOTON
    q, omega, mass = 0.4, 0.3 + 0.02j, 0.05
    contact, attracting = attraction

    def coupling(w: complex, wave: float) -> complex:
        photon = g**2 / (detuning + wave**2 / (2 * mass) - 2 * mu - w - 1j * loss)
        return 1 / (attracting / contact + photon)

    first = coupling(omega, q) - coupling(0, 0)
    second = (coupling(-omega.conjugate(), q) - coupling(0, 0)).conjugate()
    found = kernels.change(q, omega.real, omega.imag, *PHOTON, *attraction, mass)
    assert complex(found[0], found[1]) == pytest.approx(first + second, 1e-12)
    assert complex(found[2], found[3]) == pytest.approx(-1j * (first - second), 1e-12)


@pytest.mark.parametrize("attraction", [(1.0, 0.0), (-0.2, 1.0)])
def test_the_kernel_of_the_energy(attraction):
    mu, g, detuning, loss = PHOTON
    value = at(couplings.coupling(0), *attraction)
    found = kernels.inverted(value.real, value.imag, g, *attraction)
    assert complex(*found) == pytest.approx(detuning - 2 * mu - 1j * loss, 1e-12)


def test_the_kernel_of_long_waves():
    # (46) against differences of what changes
    attraction, mass, step = (0.03, 1.0), 0.05, 1e-4

    def change(q: float, omega: float) -> tuple[complex, complex]:
        found = kernels.change(q, omega, 0.0, *PHOTON, *attraction, mass)
        return complex(found[0], found[1]), complex(found[2], found[3])

    found = [float(x) for x in kernels.long_waves(*PHOTON, *attraction, mass)]
    beta, crossed = (x / step**2 for x in change(step, 0.0))
    above, below = change(0.0, step), change(0.0, -step)
    eta, turned = ((x - y) / (2 * step) for x, y in zip(above, below, strict=True))
    zeta, mixed = ((x + y) / (2 * step**2) for x, y in zip(above, below, strict=True))
    # M_12 = -beta_12 q**2 + i eta_12 omega + zeta_12 omega**2, M_21 = -M_12
    expected = [beta, -crossed, -crossed, beta, 1j * eta, -1j * turned, -1j * turned, 1j * eta]
    expected += [mixed, -zeta]
    assert all(abs(x.imag) < 1e-12 for x in expected)
    assert found == pytest.approx([x.real for x in expected], rel=1e-4)


def test_loss_is_a_negative_imaginary_part():
    # the reservoirs have to give what is lost: nothing but an empty one has a positive one in (33)
    assert at(couplings.coupling(0), 1.0, 0.0).imag == pytest.approx(-0.04 / 0.49)

"""Programs of the couplings: their static values, what changes with q and omega, long waves."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from derive import symbols
from derive.codegen import compiler
from derive.codegen.program import Assignment, Module, Program
from derive.codegen.real_split import Splitter, split_complex
from derive.model import couplings as model

#: Real and imaginary part of the frequency.
_PARTS = sp.symbols("omega_r omega_i", real=True)
#: What a photon and an attraction are, and the potential of the condensate.
_STATIC = (
    symbols.mu,
    model.strength,
    model.detuning,
    model.loss,
    model.contact,
    model.attracting,
)


def _compiled(
    name: str,
    source: str,
    inputs: tuple[sp.Symbol, ...],
    outputs: dict[str, sp.Expr],
    jacobian: tuple[sp.Symbol, ...] = (),
) -> Program:
    program = Program(name, source, inputs, (), tuple(outputs.items()))
    return compiler.lowered(program, jacobian=jacobian, lowering=(split_complex,))


def _inverted() -> Program:
    """Return the energy of the photon at which K_+ is a value."""
    parts = sp.symbols("value_r value_i", real=True)
    outputs = {"energy": model.inverted(parts[0] + sp.I * parts[1])}
    inputs = (*parts, model.strength, model.contact, model.attracting)
    source = "the energy of the photon above omega at which K_+ is a value, less i kappa"
    return _compiled("inverted", source, inputs, outputs)


def _matrix(omega: sp.Symbol, change: Callable[[sp.Expr], sp.Expr]) -> tuple[sp.Expr, sp.Expr]:
    """Return 2 K_11 and 2 K_12 of what K_+ changes by with q**2/2m - omega.

    Raises
    ------
    ValueError
        If K_22 and K_21 are others than K_11 and -K_12.
    """
    first = change(model.energy(omega))
    matrix = 2 * model.in_amplitude_and_phase(first, model.mirrored(first, omega))
    if matrix[1, 1] != matrix[0, 0] or sp.factor(matrix[1, 0] + matrix[0, 1]) != 0:
        raise ValueError("K has other elements than two")
    return matrix[0, 0], matrix[0, 1]


def _turned() -> Program:
    """Return twice the elements of any K_+ and K_-."""
    values = sp.symbols("first second", complex=True)
    parts = [sp.symbols(f"{value}_r {value}_i", real=True) for value in values]
    matrix = 2 * model.in_amplitude_and_phase(*(x + sp.I * y for x, y in parts))
    outputs = {"diagonal": matrix[0, 0], "off": matrix[0, 1]}
    inputs = tuple(part for pair in parts for part in pair)
    return _compiled("turned", "2 K_11 and 2 K_12 of K_+ and K_-", inputs, outputs)


def _light() -> Program:
    """Return what the photon follows: L and S by rows, and the diagonal of R."""
    omega = sp.Symbol("omega", complex=True)
    found = model.light(omega)
    elements = {f"order{j}{k}": found.order[j, k] for j in (0, 1) for k in (0, 1)}
    elements |= {f"source{j}{k}": found.source[j, k] for j in (0, 1) for k in (0, 1)}
    elements |= {f"own{j}": found.own[j, j] for j in (0, 1)}
    parts = _PARTS[0] + sp.I * _PARTS[1]
    outputs = {name: x.subs(omega, parts) for name, x in elements.items()}
    inputs = (symbols.wave_number, *_PARTS, *_STATIC, model.mass)
    return _compiled("light", "the photon and its conjugate: L, S and R", inputs, outputs)


def _change() -> Program:
    """Return twice the change of K in (amplitude, phase), with its derivatives."""
    omega, q = sp.Symbol("omega", complex=True), symbols.wave_number
    elements = dict(zip(("diagonal", "off"), _matrix(omega, model.change), strict=True))
    outputs = elements | {f"{name}_by_omega": x.diff(omega) for name, x in elements.items()}
    outputs |= {f"{name}_by_q": x.diff(q) for name, x in elements.items()}
    parts = _PARTS[0] + sp.I * _PARTS[1]
    outputs = {name: x.subs(omega, parts).doit() for name, x in outputs.items()}
    inputs = (q, *_PARTS, *_STATIC, model.mass)
    return _compiled("change", "2 [K(q, omega) - K(0, 0)]: K_11 and K_12", inputs, outputs)


def _long_waves() -> Program:
    """Return what K adds to the coefficients of (46), in its signs."""
    omega, x, q = sp.Symbol("omega", complex=True), sp.Symbol("x"), symbols.wave_number
    exact = model.change(x)
    definitions: list[Assignment] = []
    terms = []
    for order in (1, 2):
        real, imaginary = sp.symbols(f"slope{order}_r slope{order}_i", real=True)
        parts = Splitter()(sp.factor(exact.diff(x, order).subs(x, 0)))
        definitions += zip((real, imaginary), parts, strict=True)
        terms.append((real + sp.I * imaginary) / order)
    diagonal, off = _matrix(omega, lambda y: terms[0] * y + terms[1] * y**2)

    def taken(value: sp.Expr, by: sp.Symbol, order: int) -> sp.Expr:
        found = value.diff(by, order).subs({q: 0, omega: 0}).doit() / order
        return sp.expand(found)

    # M_11 = beta_11 q**2 - i eta_11 omega, M_12 = -beta_12 q**2 + i eta_12 omega, M_21 = -M_12
    waves, rates = taken(diagonal, q, 2), sp.I * taken(diagonal, omega, 1)
    crossed, turned = -taken(off, q, 2), -sp.I * taken(off, omega, 1)
    outputs = {"beta11": waves, "beta12": crossed, "beta21": crossed, "beta22": waves}
    outputs |= {"eta11": rates, "eta12": turned, "eta21": turned, "eta22": rates}
    outputs |= {"zeta12": taken(off, omega, 2), "zeta22": -taken(diagonal, omega, 2)}
    for name, value in outputs.items():
        if value.has(sp.I):
            raise ValueError(f"{name} = {value} is not real")
    source = "what K adds to the coefficients of (46)"
    inputs = (*_STATIC, model.mass)
    program = Program("long_waves", source, inputs, tuple(definitions), tuple(outputs.items()))
    return compiler.lowered(program)


def couplings_module() -> Module:
    """Return the kernels of a photon and an attraction that pair the carriers."""
    static = {"value": model.coupling(sp.S.Zero), "carriers": model.carriers_in_photons()}
    return Module(
        "couplings",
        "The coupling K of the carriers, less the sum over 1/(2 p**2), by a photon and an\n"
        "attraction: contact/attracting is that of the attraction alone; without it, 1 and 0.",
        (
            _compiled(
                "uniform",
                "K_+(0, 0), and the carriers that photons hold at an order parameter of one",
                _STATIC,
                static,
                (symbols.mu, model.loss),
            ),
            _turned(),
            _inverted(),
            _change(),
            _light(),
            _long_waves(),
        ),
    )

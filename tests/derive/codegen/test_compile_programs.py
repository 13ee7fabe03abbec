"""`compile` of programs with steps of their own, which the committed kernels are."""

import functools

import mpmath
import numpy as np
import pytest
import sympy as sp

from derive import compile as compile_
from derive import programs
from derive.build.generate import KERNELS
from derive.codegen import compiler
from derive.codegen.passes import collect_transcendental, drop_vanishing
from derive.codegen.program import Program
from derive.codegen.real_split import split_complex
from derive.programs.band import band_module
from derive.programs.spectral import spectral_module
from numerics.kernels import spectral_mpmath

x, y = sp.symbols("x y", real=True)
root = sp.Symbol("root", positive=True)
LINE = 1 / (x - root + sp.I * y)
STEPS = Program(
    "line", "a line at the root of x**2 + 1", (x, y), ((root, sp.sqrt(x**2 + 1)),), (("g", LINE),)
)
LOWERING = (split_complex, collect_transcendental, drop_vanishing)
AT = (0.7, -0.3)


@functools.cache
def expected():
    """Return the line and its slopes from the expression itself."""
    whole = LINE.subs(root, sp.sqrt(x**2 + 1))
    at = dict(zip((x, y), map(sp.Rational, map(str, AT)), strict=True))
    values = {}
    for label, expr in (("", whole), ("_by_x", whole.diff(x)), ("_by_y", whole.diff(y))):
        value = complex(sp.N(expr.subs(at), 30))
        values |= {f"g_real{label}": value.real, f"g_imag{label}": value.imag}
    return values


@pytest.mark.parametrize("target", ["numpy", "c", "mpmath", "numba", "jax"])
def test_a_program_and_its_derivatives(target):
    if target in ("numba", "jax"):
        pytest.importorskip(target)
    line = compile_(STEPS, target=target, jacobian=(x, y), lowering=LOWERING)
    values = line(*AT)
    assert values.keys() == expected().keys()
    for label, value in expected().items():
        assert abs(float(values[label]) - value) < 1e-14 * abs(value)
    assert line.arguments == ("x", "y")


def test_steps_keep_their_names():
    line = compile_(STEPS, lowering=LOWERING, name="other")
    assert "    root = " in line.source
    assert "def other(x, y):" in line.source
    assert root in dict(line.program.body)
    arrays = line(np.array([0.7, 0.7]), -0.3)
    assert np.all(arrays["g_real"] == line(*AT)["g_real"])


@pytest.mark.parametrize(
    ("arguments", "options", "reason"),
    [
        ((STEPS, (x, y)), {}, "has its own arguments"),
        ((LINE,), {}, "no args"),
        ((LINE, (x, y, root)), {"lowering": LOWERING}, "goes with a Program only"),
        ((STEPS,), {"target": "lambdify"}, "takes expressions"),
        ((STEPS,), {"jacobian": root}, "root is none of the arguments"),
        ((STEPS,), {"name": "log"}, "reserved word"),
        ((Program("f", "z", (sp.Symbol("z"),), (), ()),), {}, "not declared real"),
        ((Program("f", "z", (sp.Symbol("log", real=True),), (), ()),), {}, "something else"),
        ((STEPS,), {}, "has no ImaginaryUnit"),
    ],
)
def test_refusals(arguments, options, reason):
    with pytest.raises(ValueError, match=reason) as refusal:
        compile_(*arguments, **options)
    assert "\n" not in str(refusal.value)


def test_what_lambdify_makes_has_no_program():
    with pytest.raises(ValueError, match="target = lambdify has no program"):
        _ = compile_(x, x, target="lambdify").program


@pytest.fixture
def recorded(monkeypatch):
    """Return what `compile` makes of the programs that are built."""
    made, lowered = [], compiler.lowered

    def recording(program, **options):
        with monkeypatch.context() as patch:
            patch.setattr(compiler, "lowered", lowered)
            made.append(compile_(program, **options))
        return made[-1].program

    monkeypatch.setattr(compiler, "lowered", recording)
    return made


def assert_committed(module, recorded):
    """Compare the committed text of every function with that in the source that it is part of."""
    assert [program.name for program in module.programs] == [c.name for c in recorded]
    text = (KERNELS / f"{module.name}_numpy.py").read_text()
    for compiled in recorded:
        start = compiled.source.index(f"def {compiled.name}(")
        assert compiled.source[start:] in text


@pytest.mark.parametrize("build", [spectral_module, band_module])
def test_committed_kernels_come_from_compile(build, recorded):
    assert_committed(build(), recorded)


@pytest.mark.slow
def test_all_committed_kernels_come_from_compile(recorded):
    for module in programs.modules():
        own, recorded[:] = recorded[: len(module.programs)], recorded[len(module.programs) :]
        assert_committed(module, own)


def test_a_kernel_computes_as_its_source_does():
    """The committed kernel, and the function that `compile` returns, from the same program."""
    module = spectral_module()
    kernel = compile_(module.programs[0])
    at = (0.3, -0.2, 0.4, 0.05, 0.02, 0.01)
    with mpmath.workdps(30):
        exact = spectral_mpmath.occupied(*map(mpmath.mpf, at))[0]
    assert abs(kernel(*at)["weight"] - float(exact)) < 1e-14 * abs(float(exact))

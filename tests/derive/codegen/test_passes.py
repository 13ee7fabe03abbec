"""Every pass preserves the values of a program, and does what it is for."""

import functools

import mpmath
import pytest
import sympy as sp

from derive.codegen import passes
from derive.codegen.program import Program
from derive.codegen.real_split import split_complex
from derive.functions.stable import (
    complex_polygamma,
    imaginary_part,
    log_ratio,
    polygamma_im,
    polygamma_re,
    real_part,
)
from numerics.kernels import steady_state_mpmath
from tests.derive.support.pass_chain import CHAIN, INPUTS, RESERVOIRS, WRT, stages
from tests.derive.support.program_evaluation import run

POINTS = [
    ("0.31", "0.2", "0.013", "0.22", "0.05"),
    ("-0.7", "0.4", "0.3", "-0.9", "0.6"),
    ("2.5", "0.01", "1e-4", "0.6", "0.01"),
]
CASES = [(reservoir, name) for reservoir in RESERVOIRS for name in CHAIN]


@functools.cache
def values(reservoir: str, stage: str, point: tuple[str, ...]) -> dict[str, mpmath.mpf]:
    program = stages(reservoir)[stage]
    inputs = dict(zip(map(str, INPUTS), map(mpmath.mpf, point), strict=True))
    return run(program, inputs)


def part(outputs: dict[str, mpmath.mpf], name: str) -> mpmath.mpf:
    """Return an output, looking for the parts of a complex one and for a real one's bare name."""
    bare, _, suffix = name.rpartition("_")
    if name in outputs:
        return mpmath.mpmathify(outputs[name])
    if suffix == "real":
        return mpmath.mpmathify(outputs[bare]).real
    if suffix == "imag":
        return mpmath.mpmathify(outputs[bare]).imag
    return mpmath.mpc(outputs[f"{name}_real"], outputs[f"{name}_imag"])


@pytest.mark.parametrize(("reservoir", "name"), CASES)
def test_values_are_preserved(reservoir, name):
    """At 50 digits; 1/gamma, 1/E and the complement cost at most ten."""
    before = list(stages(reservoir))[list(CHAIN).index(name)]
    with mpmath.workdps(50):
        for point in POINTS:
            old, new = values(reservoir, before, point), values(reservoir, name, point)
            for output in old:
                if name in ("split_complex", "drop_vanishing"):
                    expected, found = part(old, output), part(new, output.removesuffix("_imag"))
                    if output.endswith("_imag"):
                        found = part(new, output) if output in new else mpmath.mpf(0)
                else:
                    expected, found = old[output], new[output]
                assert abs(found - expected) < mpmath.mpf(10) ** -38 * (1 + abs(expected)), output


@pytest.mark.parametrize("reservoir", RESERVOIRS)
def test_derivatives_are_derivatives(reservoir):
    """Central differences at 60 digits, step 1e-20: truncation and rounding below 1e-30."""
    program = stages(reservoir)["differentiate"]
    with mpmath.workdps(60):
        inputs = dict(zip(map(str, INPUTS), map(mpmath.mpf, POINTS[0]), strict=True))
        at = run(program, inputs)
        step = mpmath.mpf(10) ** -20
        for symbol in map(str, WRT):
            up = run(program, inputs | {symbol: inputs[symbol] + step})
            down = run(program, inputs | {symbol: inputs[symbol] - step})
            for name, _ in stages(reservoir)["define"].outputs:
                slope = (up[name] - down[name]) / (2 * step)
                assert abs(at[f"{name}_by_{symbol}"] - slope) < 1e-28 * (1 + abs(slope))


def test_chain_is_the_generators():
    """The stages here end in the committed kernels, but for the derivatives by B."""
    with mpmath.workdps(50):
        for reservoir in RESERVOIRS:
            function = getattr(steady_state_mpmath, reservoir)
            names = getattr(steady_state_mpmath, f"{reservoir.upper()}_OUTPUTS")
            arguments = function.__code__.co_varnames[: function.__code__.co_argcount - 1]
            for point in POINTS:
                inputs = dict(zip(map(str, INPUTS), map(mpmath.mpf, point), strict=True))
                committed = function(**{name: inputs[name] for name in arguments})
                final = dict(zip(names, committed, strict=True))
                for name, expected in values(reservoir, "name_power_bases", point).items():
                    assert abs(final[name] - expected) < 1e-38 * (1 + abs(expected)), name


def test_every_square_root_and_logarithm_appears_once():
    shared = stages("step")["share_subexpressions"]
    expressions = [v for _, v in (*shared.body, *shared.outputs)]
    functions = [f for e in expressions for f in e.atoms(sp.log, log_ratio, sp.atan2)]
    assert len(functions) == len(set(functions)) == 4


def test_one_evaluation_gives_both_parts():
    paired = stages("thermal")["pair_complex_functions"]
    expressions = [v for _, v in (*paired.body, *paired.outputs)]
    calls = [e for e in expressions if isinstance(e, complex_polygamma)]
    assert len(calls) == len(set(calls)) == 4
    for expression in expressions:
        assert not expression.has(polygamma_re, polygamma_im)
        for node in expression.atoms(real_part, imaginary_part):
            assert node.args[0].is_Symbol


def test_powers_have_named_bases():
    for reservoir in RESERVOIRS:
        final = stages(reservoir)["name_power_bases"]
        for _, expression in (*final.body, *final.outputs):
            for power in expression.atoms(sp.Pow):
                if power.exp.is_Integer and abs(power.exp) > 1:
                    assert power.base.is_Atom


def test_dead_assignments_are_dropped():
    a, x, y, z = sp.symbols("a x y z", real=True)
    program = Program("p", "", (a,), ((x, a + 1), (y, x * 2), (z, a**2)), (("out", y),))
    assert [s for s, _ in passes.eliminate_dead(program).body] == [x, y]


def test_vanishing_imaginary_part_gives_the_bare_name():
    a = sp.Symbol("a", real=True)
    program = Program("p", "", (a,), (), (("f_real", a), ("f_imag", sp.S.Zero), ("g_imag", a)))
    assert dict(passes.drop_vanishing(program).outputs) == {"f": a, "g_imag": a}


def test_split_refuses_what_it_does_not_know():
    z = sp.Symbol("z")
    with pytest.raises(ValueError, match="cannot split"):
        split_complex(Program("p", "", (z,), (), (("f", sp.sin(z)),)))


def test_fusing_needs_denominators_of_known_sign():
    a, b = sp.symbols("a b", real=True)
    program = Program("p", "", (a, b), (), (("f", sp.atan(1 / a) + sp.atan(1 / b)),))
    with pytest.raises(ValueError, match="denominators of unknown sign"):
        passes.fuse_pairs(program)


@pytest.mark.parametrize("signs", [(1, 1), (-1, 1), (-1, -1)])
def test_fused_arctangents_stay_on_their_branch(signs):
    """arctan u +- arctan v lies between -pi and pi, where arctan2 is its own inverse."""
    g, h = sp.symbols("g h", positive=True)
    a, b = sp.symbols("a b", real=True)
    expression = 3 * sp.atan(a / g) - 5 * sp.atan(b / h)
    program = Program("p", "", (a, b, g, h), (), (("f", expression),))
    fused = passes.fuse_pairs(program)
    assert not fused.outputs[0][1].has(sp.atan)
    with mpmath.workdps(30):
        for size in ("0.1", "1", "40"):
            inputs = {"a": signs[0] * mpmath.mpf(size), "b": signs[1] * 3 * mpmath.mpf(size)}
            inputs |= {"g": mpmath.mpf("0.4"), "h": mpmath.mpf(2)}
            assert abs(run(fused, inputs)["f"] - run(program, inputs)["f"]) < 1e-27

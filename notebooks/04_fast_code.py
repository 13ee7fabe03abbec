# %% [markdown]
# # 04 From formula to fast code
#
# A closed form that takes seven thousand operations per momentum is correct and useless. We follow
# one formula through the passes that turn it into a kernel, see what each of them is worth, and
# export the kernels to NumPy, Numba, C and mpmath.

# %%
# %matplotlib inline
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import mpmath
import numpy as np
import sympy as sp

import derive
from derive import symbols
from derive.build.export import exported_files
from derive.build.generate import committed_modules
from derive.codegen import MPMATH, NUMPY, Printer, Program, passes, split_complex
from numerics.figures.style import COLOURS, new_figure, style

# %% [markdown]
# ## The formula
#
# The integrand of the gap equation (33) under the sum over momenta, for one reservoir of unit rate
# at $T = 0$, by the residues of notebook 02. Kernels are per unit rate of one reservoir, because
# everything is linear in the reservoirs once the linewidth $\gamma$ is a symbol of its own.

# %%
reservoir = derive.fermi_reservoir("", sp.S.One, symbols.edge)
gap = derive.gap_kernel([reservoir], linewidth=symbols.linewidth)
number = derive.number_kernel([reservoir], linewidth=symbols.linewidth)
sp.count_ops(gap), sp.count_ops(number)

# %%
gap

# %% [markdown]
# Its logarithms have complex arguments, $E$ is a square root that is written out everywhere, and a
# solver with Newton's method needs the derivatives by $\xi$, $\Delta_0$, $\gamma$ and $B$ too.
#
# ## A program
#
# The intermediate form is an immutable value: inputs, assignments in single-assignment form,
# outputs. A pass is a function from programs to programs, so that they can be watched one by one.

# %%
inputs = (symbols.xi, symbols.gap, symbols.linewidth, symbols.edge)
outputs = tuple(
    (name, form.subs(symbols.excitation_energy, symbols.energy))
    for name, form in (("gap", gap), ("number", number))
)
start = Program(
    "step",
    "(33) and (34) for a Fermi reservoir at T = 0",
    inputs,
    ((symbols.energy, symbols.excitation_energy),),
    outputs,
)
start.operations()

# %% [markdown]
# `split_complex` writes real and imaginary parts in real arithmetic: $\log z$ becomes
# $\tfrac12\log(x^2+y^2)$ and an arctangent, which NumPy computes some ten times faster than a
# complex logarithm. `collect_transcendental` brings the coefficient of each logarithm to lowest
# terms; `fuse_pairs` joins the two logarithms and the two arctangents into sums and differences,
# which stay accurate where two poles collide. `share_subexpressions` is common subexpression
# elimination (cse), in an order that does not depend on hashes.

# %%
steps = (
    split_complex,
    passes.collect_transcendental,
    passes.drop_vanishing,
    passes.fuse_pairs,
    passes.share_subexpressions,
    passes.eliminate_dead,
)
program = start
counts = {"closed form": start.operations().total()}
for step in steps:
    program = step(program)
    counts[step.__name__] = program.operations().total()
counts

# %% [markdown]
# The imaginary part of the number is gone: it vanishes identically, and the pass noticed.

# %%
[name for name, _ in program.outputs]

# %% [markdown]
# ## Printers
#
# A target is a table of operators and functions; a node that the table does not know raises. The
# same program prints as NumPy, which computes, and as mpmath, which checks.

# %%
print(Printer(NUMPY).function(program))

# %%
print("\n".join(Printer(MPMATH).function(program).splitlines()[:12]), "\n    ...")

# %% [markdown]
# ## Is it right?
#
# The committed kernels come from a longer chain of passes, with derivatives. At one momentum we
# compare the NumPy kernel with the closed form in 50 digits. That the distance is below a few
# units in the last place of the largest term is tested for many momenta down to $\gamma = 10^{-8}$.

# %%
from numerics.kernels import steady_state_numpy as kernels

at = (0.3, 0.25, 1e-3, 0.38)
values = dict(zip(kernels.STEP_OUTPUTS, kernels.step(*map(np.float64, at)), strict=True))
with mpmath.workdps(50):
    function = sp.lambdify(inputs, [gap, number], "mpmath")
    exact = function(*map(mpmath.mpf, at))
    parts = {"gap_real": exact[0].real, "gap_imag": exact[0].imag, "number": exact[1].real}
    # the terms of either part are of the size of 1/gamma
    errors = {name: abs(values[name] - part) / 1e3 for name, part in parts.items()}
assert max(errors.values()) < 8 * np.finfo(float).eps
{name: f"{values[name]:.8g}" for name in parts}

# %% [markdown]
# ## How much work is left?
#
# The kernel comes with its twelve derivatives. We count what plain `lambdify` of the same fifteen
# closed forms does at every momentum, without and with cse. Its operations are complex, the
# kernel's are real: a complex multiplication is worth six of them, and a complex logarithm far more
# than a real one. How long each takes depends on the machine; `make bench` measures it.

# %%
forms = [gap, number]
forms += [form.diff(by) for by in inputs for form in forms]
shared, reduced = sp.cse(forms)
work = {
    "lambdify": (sp.count_ops(forms), "complex"),
    "lambdify with cse": (sp.count_ops([form for _, form in shared] + reduced), "complex"),
    "kernel": (int(re.search(r"Operations: (\d+)", kernels.step.__doc__)[1]), "real"),
}
for name, (operations, sort) in work.items():
    print(f"{name:18} {operations:5} {sort} operations")

# %% [markdown]
# ## What each pass is worth
#
# Operations per momentum of the two closed forms, without derivatives:

# %%
with style():
    figure = new_figure(7.0, 2.6)
    axes = figure.subplots()
    names = list(counts)[::-1]
    axes.barh(names, [counts[n] for n in names], color=COLOURS[1])
    for n in names:
        axes.annotate(
            str(counts[n]), (counts[n], n), xytext=(4, 0), textcoords="offset points", va="center"
        )
    axes.set_xlabel("operations")
    axes.set_xlim(0, 1.12 * max(counts.values()))
    axes.grid(axis="y", visible=False)
figure

# %% [markdown]
# Real and imaginary parts, written out, make it longer for a while; lowest terms and cse take that
# back. Fusing is there for accuracy, and saves operations too.
#
# ## In one call
#
# `derive.compile` does all of this, in the order of `passes.standard_passes`, for any of these
# targets and with derivatives on request. A `Program` keeps its named steps, and is brought to
# real arithmetic by the passes that you choose. The committed kernels are made by this very call;
# that of `step` has two passes more, for accuracy at large momenta.

# %%
lowering = steps[:4]
ours = derive.compile(start, lowering=lowering, jacobian=inputs)
found = ours(*at)
assert found.keys() == values.keys()
assert all(abs(found[name] - values[name]) < 1e-12 / 1e-3 for name in parts)
sum(ours.operations.values())

# %% [markdown]
# Expressions need no program. What is left out for them needs to know that the outputs are
# integrals: lowest terms and fusing.

# %%
plain = derive.compile({"gap": gap, "number": number}, inputs, jacobian=inputs, name="plain")
found, slopes = plain(*at)
for name in ("gap", "number"):
    print(f"{name}: {found[name]:.8g}, derivatives {slopes[name].shape}")
assert abs(found["number"] - values["number"]) < 1e-12 / 1e-3
assert abs(found["gap"] - values["gap_real"] - 1j * values["gap_imag"]) < 1e-12 / 1e-3
sum(plain.operations.values())

# %% [markdown]
# Its symbols, unlike these, need not be called as a language wants it, and its arguments may be
# complex; [notebook 10](10_other_peoples_problems.ipynb) solves problems of other people with it.
#
# ## Export
#
# The kernels are yours: one module per target, that needs nothing of this project. Here are those
# of the steady state; `nambu export --target c --out DIR`, or the same of `python -m derive`,
# writes all of them.

# %%
folder = Path(tempfile.mkdtemp())
modules = committed_modules("steady_state")
for target in ("numpy", "numba", "c", "mpmath"):
    files = exported_files(target, modules)
    (folder / target).mkdir()
    for name, text in files.items():
        (folder / target / name).write_text(text)
    print(target, sorted(files))

# %% [markdown]
# The NumPy module, imported by a Python that does not know this project:

# %%
lines = [
    "import sys",
    "sys.path.insert(0, sys.argv[1])",
    "import nambu_numpy as k",
    "names = k.STEADY_STATE_STEP_OUTPUTS",
    "values = dict(zip(names, k.steady_state_step(0.3, 0.25, 1e-3, 0.38)))",
    "print(format(values['gap_real'], '.8g'), 'numerics' in sys.modules)",
]
code = "\n".join(lines)
command = [sys.executable, "-c", code, str(folder / "numpy")]
print(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
print(f"{values['gap_real']:.8g} from the committed kernel")

# %% [markdown]
# In C a kernel is a function of numbers that fills an array; the header says what goes in and out.
# SymPy's own C printer knows no complex logarithm and would drop imaginary parts; here everything
# is real arithmetic, with a digamma function of its own where $T_b > 0$.

# %%
header = (folder / "c" / "nambu.h").read_text().splitlines()
begin = next(k for k, line in enumerate(header) if "nambu_steady_state_step(" in line)
print("\n".join(header[begin - 12 : begin + 3]))

# %% [markdown]
# ## Exercises
#
# 1. Leave out `fuse_pairs` and compare with mpmath at $\gamma = 10^{-8}$ near $E = B$: how many
#    digits are lost?
# 2. Write a pass that replaces $x \cdot x$ by a call of `square`, and print the program for a
#    `Target` of your own.
#
# Next: [05 The steady state](05_steady_state.ipynb) solves the equations with these kernels.

"""Fig. 4: the order parameter in the unitarity limit against the decay rate.

The figure of the paper is drawn for one cutoff, which is not stated; here it is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from numerics.figures.parameter_line import state_parameters
from numerics.figures.style import COLOURS, LINES, new_figure, style
from numerics.parameters import Parameters
from numerics.quantities import quantity
from numerics.steady.tracing import Branch, trace_steady_states

COLUMNS = (
    "cutoff/k_F",
    "gamma_v/gamma_b",
    "gap/eps_F",
    "mu/eps_F",
    "mu_b/eps_F",
    "gap_error/eps_F",
    "residual",
)


@dataclass(frozen=True)
class OrderParameter:
    """Branches of steady states along the decay rate, one for each cutoff."""

    parameters: tuple[Parameters, ...]
    branches: tuple[Branch, ...]

    def rows(self) -> Iterator[tuple[float, ...]]:
        """Yield the rows of the table; a branch that ends does so with a vanishing gap."""
        for model, branch in zip(self.parameters, self.branches, strict=True):
            for state in branch.states:
                if state is not None:
                    yield (
                        model.cutoff,
                        state.paper.ratio,
                        state.gap,
                        state.mu,
                        state.mu_b,
                        state.error[0],
                        state.residual,
                    )


def compute(
    cutoffs: Sequence[float] = (10.0, 50.0, 100.0, 200.0),
    *,
    inv_kfa: float = 0.0,
    gamma_b: float = 1e-3,
    points: int = 200,
) -> OrderParameter:
    """Solve for the steady state at decay rates from 0 to gamma_b, for each cutoff."""
    models = tuple(Parameters(inv_kfa, gamma_b, cutoff=cutoff) for cutoff in cutoffs)
    decay = np.linspace(0, gamma_b, points)
    return OrderParameter(models, tuple(trace_steady_states(model, decay) for model in models))


def draw(data: OrderParameter) -> Figure:
    """Draw the order parameter against the decay rate."""
    with style():
        figure = new_figure(5.6, 4.0)
        axes = figure.add_subplot()
        for index, (model, branch) in enumerate(zip(data.parameters, data.branches, strict=True)):
            states = [state for state in branch.states if state is not None]
            ratios = [state.paper.ratio for state in states]
            gaps = [state.gap for state in states]
            if branch.end is not None:
                ratios.append(branch.end / model.gamma_b)
                gaps.append(0.0)
            axes.plot(
                ratios,
                gaps,
                color=COLOURS[index % len(COLOURS)],
                linestyle=LINES[index % len(LINES)],
                label=f"{model.cutoff:g}",
            )
        axes.set_xlabel(quantity("ratio").label)
        axes.set_ylabel(quantity("gap").label)
        axes.set_xlim(0, 1.05)
        axes.set_ylim(0, None)
        axes.legend(title=r"cutoff $p_\mathrm{c}/k_\mathrm{F}$")
        state_parameters(figure, data, COLUMNS)
    return figure

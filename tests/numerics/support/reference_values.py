"""Values of the slow route that fast tests compare with.

`python -m tests.numerics.support.reference_values` writes them again.
They are kept, in `reference_values.json`, since they take seconds each and depend on a state by
less than their errors.  A slow test computes them again.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from numerics import Contact, Model, Reservoir, SteadyState, solve_steady_state
from numerics.response.reference import Reference, reference_matrix
from numerics.response.reference_integrand import ResponseIntegrand
from tests.numerics.support.response_points import frequency, point, solved

#: Besides bath and vacuum a cold one and a hot one.
THREE = Model(
    Contact(-0.5),
    [
        Reservoir("bath", 4e-3),
        Reservoir("lead", 1e-3, mu=0.4),
        Reservoir("furnace", 5e-4, mu=0.9, temperature=0.05),
        Reservoir.empty("vacuum", 1e-4),
    ],
)
FILE = Path(__file__).with_suffix(".json")
#: Points of `response_points` of which M is kept, and those of which its inter-band part is.
WHOLE, INTER = tuple(range(1, 6)), tuple(range(0, 18, 2))


def of_three_reservoirs(count: int) -> Iterator[tuple[SteadyState, float, complex]]:
    """Yield a state, wave numbers and frequencies."""
    state = solve_steady_state(THREE)
    generator, gamma = np.random.default_rng(3), state.parameters.linewidth
    for _ in range(count):
        q = generator.uniform(0.1, 1.5)
        yield state, q, complex(generator.uniform(-1, 1), gamma * generator.uniform(-0.5, 2))


def names() -> list[str]:
    """Return the names of what is kept."""
    return [*(f"all {k}" for k in WHOLE), *(f"inter {k}" for k in INTER), "three reservoirs"]


def computed(name: str) -> Reference:
    """Return a value by the slow route."""
    if name == "three reservoirs":
        state, q, omega = next(of_three_reservoirs(1))
        return reference_matrix(ResponseIntegrand(state, omega), q, rtol=1e-6)
    part, number = name.split()
    at = point(int(number))
    state = solved(at.parameters)
    integrand = ResponseIntegrand(state, frequency(at, state), part)
    return reference_matrix(integrand, at.q, rtol={"all": 1e-5, "inter": 1e-4}[part])


def kept(name: str) -> Reference:
    """Return a value from the file."""
    return _kept()[name]


@functools.cache
def _kept() -> dict[str, Reference]:
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        name: Reference(
            np.array(one["real"]) + 1j * np.array(one["imag"]),
            np.array(one["error"]),
            one["evaluations"],
            one["converged"],
        )
        for name, one in data.items()
    }


def main() -> None:
    """Write the file."""
    data = {}
    for name in names():
        found = computed(name)
        data[name] = {
            "real": found.value.real.tolist(),
            "imag": found.value.imag.tolist(),
            "error": found.error.tolist(),
            "evaluations": found.evaluations,
            "converged": found.converged,
        }
    FILE.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

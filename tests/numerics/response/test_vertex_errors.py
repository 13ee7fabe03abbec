"""Errors of susceptibilities bound the true ones, thresholds at (omega/q)**2/4 among the causes."""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator

import mpmath as mp
import numpy as np
import pytest

from numerics import (
    Bands,
    Contact,
    ConvergenceError,
    Model,
    NoCondensate,
    Reservoir,
    fluctuation_matrix,
    response_matrix,
    solve_steady_state,
)
from numerics.quadrature.rules import gauss_kronrod
from numerics.response.two_bands import TERMS, pairing_panels
from numerics.response.vertex_loop import _ROUNDING, VertexLoop, vertex_kernels
from tests.numerics.support.many_points import MODELS, Many, frequencies

#: Vertices that are wanted together: of both kinds of integrals, or of one.
SETS = [("density", "amplitude"), ("current", "amplitude", "phase", "counterflow")]
SETS += [("density", "current"), ("imbalance", "phase")]
#: A tolerance far below those that are asked, which most points still reach.
FINE = 1e-11
#: Halvings of a tail towards infinity, beyond which nothing is left of what differs there.
HALVINGS = 34
#: Powers of ten of wave numbers whose thresholds are beyond those that matter to M.
SMALL = (-7.0, -4.0)


def long_waves(
    family: str, states: int, points: int, powers: tuple[float, float] = SMALL
) -> Iterator[Many]:
    """Yield states with frequencies of all kinds and wave numbers of some powers of ten."""
    draw, generator = random.Random(78), np.random.default_rng(78)
    while states > 0:
        try:
            state = solve_steady_state(MODELS[family](draw))
        except (NoCondensate, ConvergenceError):
            continue
        states -= 1
        q = 10 ** generator.uniform(*powers, points)
        yield Many(state, q, frequencies(state, generator, points))


def understated(point: Many, names: tuple[str, ...], *, bare: bool) -> np.ndarray:
    """Return the numbers of the points where an error is less than the difference."""
    fine, *others = (
        response_matrix(*point, names, bare=bare, rtol=rtol, full=True)
        for rtol in (FINE, 1e-8, 1e-6)
    )
    wrong = np.zeros(point.q.size, dtype=bool)
    for rough in others:
        known = np.isfinite(rough.error) & np.isfinite(fine.error)
        apart = np.abs(rough.value - fine.value, where=known, out=np.zeros(known.shape))
        wrong |= ~(apart <= rough.error + fine.error).all(axis=(1, 2))
    return np.flatnonzero(wrong)


@pytest.mark.parametrize(
    ("family", "states", "sets"),
    [
        ("paper", 2, SETS[1:2]),
        *(pytest.param(name, 12, SETS, marks=pytest.mark.slow) for name in MODELS),
    ],
)
def test_no_error_is_understated_at_long_waves(
    family: str, states: int, sets: list[tuple[str, ...]]
) -> None:
    for point in long_waves(family, states, 12):
        for names in sets:
            for bare in (True, False):
                for k in understated(point, names, bare=bare):
                    at = f"q = {point.q[k]!r}, omega = {point.omega[k]!r}, {names}, {bare}"
                    pytest.fail(f"{point.state.parameters}, {at}")


@pytest.mark.slow
@pytest.mark.parametrize("family", ["paper", "masses"])
def test_thresholds_far_away_are_weak_to_densities(family: str) -> None:
    """In forty digits the tail is that of panels which do not know of them."""
    pairs = [(3, 3), (0, 0), (0, 3)]
    rule = gauss_kronrod(12)
    for point in long_waves(family, 2, 2):
        carriers = point.state.carriers
        loop = VertexLoop(carriers, point.q, point.omega, pairs)
        panels = pairing_panels(carriers, point.q, point.omega)
        tails = panels.select(np.flatnonzero(panels.tail & (panels.start == 0)))
        value, error, size = loop.sums(tails, rule)
        for k, (owner, scale, end) in enumerate(
            zip(tails.owner, tails.scale, tails.end, strict=True)
        ):
            exact = tail(loop, owner, scale, end, pairs)
            assert (np.abs(value[k] - exact) <= error[k] + _ROUNDING * size[k]).all()


def tail(loop: VertexLoop, owner: int, scale: float, end: float, pairs: list) -> np.ndarray:
    """Return integrals from y = scale/end**2 to infinity, in forty digits."""
    carriers, rows = loop.carriers, loop.outputs["response"].rows
    module = importlib.import_module(f"numerics.kernels.{vertex_kernels(carriers)}_mpmath")
    places, weights = np.polynomial.legendre.leggauss(8)
    with mp.workdps(40):
        omega, threshold = mp.mpc(loop.omega[owner]), mp.mpf(carriers.threshold)
        far = module.far(mp.mpf(carriers.skew))
        last = [omega.imag, mp.mpf(loop.q[owner]), *map(mp.mpf, carriers.parameters())]
        total = [mp.mpc(0)] * len(pairs)
        for n in range(HALVINGS):
            for place, weight in zip(places, weights, strict=True):
                u = mp.mpf(end) * (3 + mp.mpf(place)) / 2 ** (n + 2)
                y = mp.mpf(scale) / u**2
                slope = y / u * mp.mpf(end) * mp.mpf(weight) / 2 ** (n + 1)
                parts = [0 * omega] * len(pairs)
                for sign, turn in TERMS:
                    first, second = (sign * y - s * turn * omega.real / 2 for s in (1, -1))
                    filled = loop._occupations(np.array([float(first)]), sign)
                    found = module.response(
                        first,
                        abs(first) - threshold,
                        abs(second) - threshold,
                        sign * y,
                        *(mp.mpf(float(np.ravel(x)[0])) for x in filled),
                        turn * omega.real,
                        *last,
                    )
                    for k, row in enumerate(rows):
                        one = mp.mpc(found[2 * row], found[2 * row + 1])
                        parts[k] += one if turn > 0 else -mp.conj(one)
                smooth = (y * y + mp.mpf(loop.scale) ** 2) ** (-mp.mpf(1) / 4)
                for k, pair in enumerate(pairs):
                    # of the same four pairs
                    least = far[((0, 0), (0, 3), (3, 0), (3, 3)).index(pair)]
                    total[k] += (parts[k] * mp.mpc(0, 0.5) - least * smooth) * slope
        return np.array([complex(x) for x in total])


def test_without_a_wave_number_thresholds_are_those_of_a_small_one() -> None:
    # those out of reach must not cost the others their digits
    baths = [Reservoir("bath", 1e-2), Reservoir.empty("vacuum", 1e-4)]
    state = solve_steady_state(Model(Contact(binding=0.5), baths, bands=Bands(dimension=2)))
    away = np.geomspace(1e-3, 1e3, 60)[30:]
    omega = np.concatenate([-away, away])
    still, slow = (fluctuation_matrix(state, q, omega, full=True) for q in (0.0, 1e-6))
    assert set(still.status) == set(slow.status) == {"converged"}
    assert (np.abs(still.value - slow.value) <= still.error + slow.error).all()

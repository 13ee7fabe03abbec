"""Panels of compiled code: those of NumPy."""

import numpy as np
import pytest

from numerics import backend
from numerics.evaluation import VARIABLE
from numerics.quadrature.panels import Panels, grade

pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    """Give every test an environment of its own."""
    monkeypatch.delenv(VARIABLE, raising=False)


def both(*arguments) -> list[Panels]:
    """Return the panels of both backends, in one order."""
    found = []
    for name in ("numpy", "numba"):
        backend(name)
        panels = grade(*arguments)
        order = np.lexsort((panels.start, panels.scale, panels.origin, panels.owner))
        found.append(panels.select(order))
    return found


def points(seed: int, n: int = 40, count: int = 9):
    """Return branch points, some of them together, sharp, left out, or at zero."""
    generator = np.random.default_rng(seed)
    positions = generator.uniform(0, 2, (n, count)).astype(np.longdouble)
    widths = 10 ** generator.uniform(-12, 0.5, (n, count))
    positions[:, 1] = positions[:, 0] + np.longdouble(widths[:, 0]) / 3
    positions[:, 2] = positions[:, 0] + np.longdouble(1e-17)
    positions[: n // 2, 3] = 0.0
    widths[n // 3 :, 4] = np.inf
    positions[n // 3 :, 4] = 0.0
    splits = [positions[:, 5].copy(), positions[:, 6] + 1e-13, generator.uniform(0, 9, n)]
    return positions, widths, splits


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cuts", [0, 3])
def test_panels_of_both_backends(seed, cuts):
    positions, widths, splits = points(seed)
    outer = None if seed % 2 else np.full(len(positions), 40.0)
    plain, compiled = both(positions, widths, splits[:cuts], outer, (0.0, 30.0)[seed // 2])
    np.testing.assert_array_equal(plain.owner, compiled.owner)
    np.testing.assert_array_equal(plain.tail, compiled.tail)
    # positions have the digits of extended precision, the ends of panels those of doubles
    np.testing.assert_array_equal(plain.origin, compiled.origin)
    np.testing.assert_allclose(plain.scale, compiled.scale, rtol=1e-15)
    np.testing.assert_allclose(plain.start, compiled.start, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(plain.end, compiled.end, rtol=1e-14)


def test_more_panels_than_there_is_room_for_at_first():
    positions = np.linspace(0.1, 5, 40)[None].astype(np.longdouble)
    plain, compiled = both(positions, np.full((1, 40), 1e-13), [])
    assert len(compiled) == len(plain) > 200

"""Maps that are computed where the picture needs it, against the whole of what they show."""

import functools

import numpy as np
import pytest

from numerics.figures.resolved_map import SHADE, coarse_map, resolved_map, resolved_maps
from numerics.results import FullResult

Q, OMEGA = np.linspace(0.01, 2.0, 200), np.linspace(0.02, 3.0, 150)


def lines(q, omega, width=0.01, asked=None):
    """Return a line as narrow as a pixel, an edge, a hill, and the wave number."""
    if asked is not None:
        asked.append(q.size)
    line = width**2 / ((omega - 0.7 * q - 0.3 * q**2) ** 2 + width**2)
    edge = np.sqrt(np.hypot(omega - 1 - q**2, 0.003) + omega - 1 - q**2)
    hill = np.exp(-((q - 1) ** 2) - (omega - 1) ** 2)
    value = np.stack([line + 0.2 * edge + hill, q * omega], axis=-1)
    return FullResult(
        value, np.full(value.shape, 1e-9), np.ones(q.shape, int), np.full(q.shape, "converged")
    )


def shades(values):
    """Return shades of a scale that ends below the highest values."""
    return np.clip(values / np.array([1.5, 6.0]), 0, 1)


def whole(**options):
    q, omega = np.broadcast_arrays(Q, OMEGA[:, None])
    return np.moveaxis(lines(q.ravel(), omega.ravel(), **options).value, -1, 0).reshape(2, 150, 200)


@pytest.mark.parametrize("width", [0.005, 0.01, 0.1])
def test_a_map_is_off_by_less_than_a_shade_and_tells_its_error(width):
    asked = []
    function = functools.partial(lines, width=width, asked=asked)
    coarse = coarse_map(function, Q, OMEGA)
    found = resolved_map(function, coarse, shades)
    true = whole(width=width)
    off = np.abs(shades(found.value.T) - shades(true.T))
    assert off.max() < SHADE
    assert (np.abs(found.value - true) <= found.error).all()
    # what is computed is as it is, and is told to be; no point is computed twice
    assert (found.value[:, found.computed] == true[:, found.computed]).all()
    assert found.computed.sum() <= sum(asked) < 0.4 * found.computed.size


def test_an_error_of_what_is_computed_reaches_what_is_not():
    def noisy(q, omega):
        found = lines(q, omega, width=0.1)
        return found._replace(error=np.full(found.value.shape, 0.5))

    found = resolved_map(noisy, coarse_map(noisy, Q, OMEGA), shades)
    assert (found.error >= 0.5).all()


def test_small_maps_are_computed_everywhere():
    q, omega = Q[:31], OMEGA[:140]
    found = resolved_map(lines, coarse_map(lines, q, omega), shades)
    assert found.value.shape == found.error.shape == (2, 140, 31)
    assert found.computed.all()


def test_several_maps_are_those_of_one_alone():
    functions = [functools.partial(lines, width=w) for w in (0.01, 0.1)]
    coarse = [coarse_map(f, Q[:64], OMEGA[:64]) for f in functions]
    for k, found in enumerate(resolved_maps(functions, coarse, [shades] * 2)):
        alone = resolved_map(functions[k], coarse[k], shades)
        assert all((x == y).all() for x, y in zip(found, alone, strict=True))

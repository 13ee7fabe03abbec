"""Values at successive points linked into curves that are known."""

from __future__ import annotations

import itertools

import numpy as np

from numerics.solve.linking import chains, links

X = np.linspace(0.0, 1.0, 12)


def ends(x):
    """A parabola and a line, which cross twice, by the size of their values, and a third kind."""
    curves = [(x**2, 2 * x, 0), (0.1 + 0.5 * x, 0.5, 0), (x**2, 2 * x, 1)]
    curves.sort(key=lambda c: (c[0], c[2]))
    value, slope, kind = (np.array(column) for column in zip(*curves, strict=True))
    return value, slope, kind


def test_curves_that_cross_are_followed_by_their_slopes():
    points = [ends(x) for x in X]
    joined = [links(a, b, X[1] - X[0], 1.0) for a, b in itertools.pairwise(points)]
    found = chains(joined, [3] * X.size)
    assert len(found) == 3
    for chain in found:
        assert [k for k, _ in chain] == list(range(X.size))
        values = np.array([points[k][0][j] for k, j in chain])
        line = np.allclose(values, 0.1 + 0.5 * X)
        assert line or np.allclose(values, X**2)
        assert len({points[k][2][j] for k, j in chain}) == 1


def test_no_link_where_it_is_ambiguous_or_far():
    def one(*values):
        return np.array(values), np.zeros(len(values)), np.zeros(len(values), dtype=int)

    # two candidates as close as each other; one farther than a tenth of the scale; nothing at all
    assert links(one(0.0), one(-0.01, 0.01), 1.0, 1.0) == []
    assert links(one(0.0), one(0.5), 1.0, 1.0) == []
    assert links(one(), one(0.5), 1.0, 1.0) == []
    assert links(one(0.0), one(0.01), 1.0, 1.0) == [(0, 0)]

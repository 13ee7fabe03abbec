"""Evaluation in pieces gives what evaluation at once gives."""

import numpy as np
import pytest

from numerics.kernels import steady_state_numpy as kernels
from numerics.quadrature import chunks


def kernel(x, scale, shift):
    # correctly rounded each, so that a vector instruction gives what a single one does
    return scale * x, np.sqrt(np.abs(x + shift)), x * x


@pytest.mark.parametrize("size", [1, 6, 7, 8, 13, 14, 15, 700])
def test_across_the_borders_of_chunks(monkeypatch, size):
    monkeypatch.setattr(chunks, "CHUNK", 7)
    x = np.linspace(-3, 5, size)
    result = chunks.evaluate(kernel, x, 2.0, 0.5)
    assert result.shape == (3, size)
    np.testing.assert_array_equal(result, np.array(kernel(x, 2.0, 0.5)))


def test_no_chunk_is_larger_than_said(monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK", 7)
    sizes = []

    def observed(x):
        sizes.append(x.size)
        return (x,)

    chunks.evaluate(observed, np.arange(23.0))
    assert sizes == [7, 7, 7, 2]


@pytest.mark.parametrize(
    ("name", "scalars"),
    [
        ("equilibrium", (0.6,)),
        ("empty", (0.6, 1e-3)),
        ("step", (0.6, 1e-3, 0.7)),
        ("thermal", (0.6, 1e-3, 0.7, 0.05)),
    ],
)
def test_generated_kernels_in_default_chunks(name, scalars):
    generated = getattr(kernels, name)
    x = np.linspace(-1, 400, chunks.CHUNK + 5)
    at_once = np.array(generated(x, *scalars))
    in_pieces = chunks.evaluate(generated, x, *scalars)
    # vector instructions may round the ends of an array differently; every output is a sum of
    # terms as large as its largest value
    allowed = 64 * np.finfo(float).eps * np.abs(at_once).max(axis=1, keepdims=True)
    assert (np.abs(in_pieces - at_once) <= allowed).all()


def test_outputs_that_do_not_depend_on_x_fill_their_row():
    result = chunks.evaluate(lambda x: (x, 4.0), np.arange(3.0))
    np.testing.assert_array_equal(result, [[0, 1, 2], [4, 4, 4]])


def test_no_values_are_refused():
    with pytest.raises(ValueError, match="outside its domain: at least one value"):
        chunks.evaluate(kernel, np.empty(0), 1.0, 1.0)

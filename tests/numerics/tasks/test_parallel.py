"""Points shared among processes: the values of one, to the last bit."""

from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import pytest

from numerics import Parameters, pair_correlation, solve_steady_state
from numerics.results import FullResult
from numerics.tasks.responses import _PIECE, evaluate_points


class Counting(Executor):
    """Runs what is submitted at once, and counts it."""

    def __init__(self):
        self.calls = 0

    def submit(self, function, /, *args, **kwargs):
        self.calls += 1
        future = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except ValueError as error:
            future.set_exception(error)
        return future


def products(q, omega, factor=1.0):
    """Return what tells the points apart."""
    value = factor * (q + omega)
    return FullResult(
        value, np.abs(value), np.ones(q.size, dtype=int), np.full(q.size, "converged")
    )


def refusing(q, omega):
    """Return nothing for a point that no other piece has."""
    if (q == 0).any():
        raise ValueError("q = 0 is outside its domain")
    return products(q, omega)


def test_points_keep_their_places_in_all_pieces():
    q, omega = np.arange(30.0), 1j * np.arange(41.0)[:, None]
    counting = Counting()
    result = evaluate_points(partial(products, factor=2.0), q, omega, counting)
    assert counting.calls == -(-30 * 41 // _PIECE) > 2
    assert (result.value == 2 * (q + omega)).all()
    assert all(column.shape == (41, 30) for column in result)


def test_shapes_of_no_points_and_of_one():
    assert evaluate_points(products, [], [[1.0], [2.0]]).value.shape == (2, 0)
    assert evaluate_points(products, 1.0, 2.0).value.shape == ()
    with pytest.raises(ValueError, match="broadcast"):
        evaluate_points(products, [1.0, 2.0], [1.0, 2.0, 3.0])


def test_processes_change_no_bit():
    state = solve_steady_state(Parameters(-1.0, 1e-3, 1e-4))
    function = partial(pair_correlation, state, part="inter", rtol=1e-6, full=True)
    q, omega = np.linspace(0.05, 1.0, 23), np.linspace(0.01, 0.6, 25)[:, None] + 1e-3j
    alone = evaluate_points(function, q, omega)
    whole = function(q, omega)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        shared = evaluate_points(function, q, omega, executor)
    for a, b, c in zip(alone, shared, whole, strict=True):
        assert a.dtype == b.dtype
        assert a.tobytes() == b.tobytes() == c.tobytes()


def test_an_error_in_a_piece_is_raised_and_leaves_the_executor_usable():
    q = np.arange(3.0 * _PIECE)[::-1]
    with ThreadPoolExecutor(2) as executor:
        with pytest.raises(ValueError, match="q = 0 is outside"):
            evaluate_points(refusing, q, 1.0, executor)
        assert (evaluate_points(products, q, 1.0, executor).value == q + 1).all()

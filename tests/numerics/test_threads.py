"""Threads of the compiled loops: the same bits for any number, and how many there are."""

import multiprocessing
import re
import threading

import numpy as np
import pytest

import numerics
from numerics import (
    Bands,
    Contact,
    Model,
    Parameters,
    Reservoir,
    evaluation,
    fluctuation_matrix,
    response_matrix,
    solve_steady_state,
    threads,
)
from numerics.evaluation import MOST_THREADS, THREADS, in_threads
from numerics.response.goldstone import goldstone_matrix
from numerics.tasks.workers import Workers

BATH = [Reservoir("bath", 1e-3), Reservoir.empty("vacuum", 2.1e-5)]
MODELS = {
    "paper": Parameters(-1.0, 1e-3, 2.1e-5),
    "warm": Parameters(0.0, 1e-5, 1e-7, 0.05),
    "masses": Model(Contact(0.0), BATH, bands=Bands.of_ratio(2.0)),
}


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    """Give every test an environment of its own."""
    monkeypatch.delenv(THREADS, raising=False)


@pytest.fixture
def pools(monkeypatch):
    """Return a list that gets the numbers of threads that are started."""
    numbers = []

    class Noted(evaluation.ThreadPoolExecutor):
        def __init__(self, number):
            numbers.append(number)
            super().__init__(number)

    monkeypatch.setattr(evaluation, "ThreadPoolExecutor", Noted)
    return numbers


@pytest.mark.parametrize("name", MODELS)
def test_any_number_of_threads_gives_the_same_bits(name, pools):
    pytest.importorskip("numba")
    state = solve_steady_state(MODELS[name])
    generator = np.random.default_rng(4)
    # enough for three threads, and no number of panels that they share evenly
    q, omega = 10 ** generator.uniform(-3, 0.3, 67), generator.uniform(-1, 1, 67) + 0j

    def results():
        matrices = [
            fluctuation_matrix(state, q, omega, full=True),
            goldstone_matrix(state, q, omega, 1e-9),
            response_matrix(state, q, omega.real, ("density", "phase"), full=True),
        ]
        return [np.asarray(column) for matrix in matrices for column in matrix[:3]]

    threads(1)
    alone = results()
    assert not pools
    for number in (2, 3):
        threads(number)
        for one, other in zip(alone, results(), strict=True):
            np.testing.assert_array_equal(one, other)
        # the first one is there already
        assert max(pools) == number - 1
        pools.clear()


def test_a_point_is_not_worth_a_thread(pools):
    threads(8)
    state = solve_steady_state(MODELS["paper"])
    fluctuation_matrix(state, 0.1, 0.1)
    assert not pools


@pytest.mark.parametrize("number", [1, 2, 5])
@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 19, 20, 61])
def test_threads_share_everything_once(size, number):
    threads(number)
    done, names = np.zeros(size, dtype=int), set()

    def task(some):
        done[some] += 1
        names.add(threading.get_ident())
        assert some == slice(0, size) or some.stop - some.start >= 10

    in_threads(task, size, 10)
    assert (done == 1).all()
    assert len(names) <= max(1, min(number, size // 10))


def test_what_fails_in_a_thread_is_told():
    threads(2)

    def task(some):
        if some.start > 0:
            raise ArithmeticError("the second half")

    with pytest.raises(ArithmeticError, match="the second half"):
        in_threads(task, 20, 10)


def test_as_many_as_there_are_processors(monkeypatch):
    monkeypatch.setattr(evaluation.os, "sched_getaffinity", lambda _: {0, 3, 4}, raising=False)
    assert threads() == 3
    monkeypatch.delattr(evaluation.os, "sched_getaffinity")
    monkeypatch.setattr(evaluation.os, "cpu_count", lambda: 5)
    assert threads() == 5
    monkeypatch.setattr(evaluation.os, "cpu_count", lambda: None)
    assert threads() == 1


def test_processes_that_share_work_have_one_each(monkeypatch):
    monkeypatch.setattr(evaluation.os, "cpu_count", lambda: 5)
    monkeypatch.delattr(evaluation.os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(multiprocessing, "parent_process", multiprocessing.current_process)
    assert threads() == 1
    assert threads(2) == threads() == 2


def test_workers_have_one_whatever_the_variable_says():
    threads(3)
    with Workers(1) as workers:
        assert workers.submit(threads).result() == 1
    assert threads() == 3


@pytest.mark.parametrize("count", [0, -1, MOST_THREADS + 1, 2.0, "2", True])
def test_a_number_outside_its_domain_is_refused_and_changes_nothing(count):
    threads(2)
    with pytest.raises(ValueError, match=re.escape(f"count = {count!r} is outside its domain")):
        threads(count)
    assert threads() == 2


@pytest.mark.parametrize("text", ["", "0", "-1", "two", "1.5", "²", "99999"])
def test_a_wrong_environment_variable_is_refused(text, monkeypatch):
    monkeypatch.setenv(THREADS, text)
    with pytest.raises(ValueError, match=f"{THREADS} = .* is outside its domain: an integer"):
        threads()


def test_the_switch_is_public():
    assert numerics.threads is threads
    assert "threads" in numerics.__all__

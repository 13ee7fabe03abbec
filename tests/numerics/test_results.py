"""Results have four fields; how they were reached, and what they say, are words of a few."""

from __future__ import annotations

import importlib.metadata
import json
import pickle
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import derive
import numerics
import numerics.version
from numerics import FullResult, Status, SteadyState, Verdict, from_dict, to_dict
from numerics.results import statuses
from tests.numerics.support.values import MAKERS, state, value


@pytest.mark.parametrize("word", [*Status, *Verdict])
def test_a_word_is_its_text(word):
    text = word.value
    assert word == text
    assert text == word
    assert hash(word) == hash(text)
    assert f"{word}" == str(word) == text
    assert repr(word) == repr(text)
    assert json.loads(json.dumps({"status": word})) == {"status": text}
    assert pickle.loads(pickle.dumps(word)) is word
    assert type(word).of(text) is word


def test_texts_differ_and_others_stay_what_they_are():
    texts = [word.value for word in (*Status, *Verdict)]
    assert len(set(texts)) == len(texts)
    assert Status.of("no condensate: it ends") == "no condensate: it ends"


def walk(found):
    """Yield the results within a result."""
    yield found
    parts = found if isinstance(found, tuple) else getattr(found, "__dict__", {}).values()
    for part in parts:
        if isinstance(part, tuple) or hasattr(part, "__dataclass_fields__"):
            yield from walk(part)


@pytest.mark.parametrize("name", MAKERS)
def test_statuses_and_verdicts_are_members(name):
    for found in walk(value(name)):
        for field, kind in (("status", Status), ("verdict", Verdict)):
            word = getattr(found, field, None)
            # a branch tells in a sentence where it ends
            if isinstance(word, str) and not word.startswith("no condensate: the branch"):
                assert type(word) is kind, (type(found), word)
            elif isinstance(word, np.ndarray):
                # no verdict where there is no condensate
                assert set(word.ravel().tolist()) <= {"", *(x.value for x in kind)}


def test_the_status_of_many_points():
    missed, limited = np.array([False, False, True, True]), np.array([False, True, False, True])
    found = statuses(missed, limited)
    assert found.tolist() == ["converged", "rounding", "not converged", "not converged"]
    assert (found == Status.NOT_CONVERGED).tolist() == [False, False, True, True]


@pytest.mark.parametrize("name", ["solution", "long waves with errors", "response", "rate"])
def test_a_full_result_is_a_tuple(name):
    found = value(name)
    assert isinstance(found, tuple)
    assert tuple(found) == tuple(getattr(found, field) for field in found._fields)
    back = pickle.loads(pickle.dumps(found))
    assert type(back) is type(found)
    assert to_dict(back) == to_dict(found)
    assert type(found._replace(status="x")) is type(found)


def test_every_function_returns_the_same_kind_of_result():
    for name in ("solution", "long waves with errors", "response", "spectrum"):
        assert type(value(name)) is FullResult
        assert value(name)._fields == ("value", "error", "evaluations", "status")
    found, error, evaluations, status = numerics.solve_steady_state(state().parameters, full=True)
    assert found == state()
    assert (error, evaluations, status) == (found.error, found.evaluations, found.status)


def test_words_come_back_as_members():
    plain = json.loads(json.dumps(to_dict(state())))
    assert type(plain["fields"]["status"]) is str
    assert SteadyState.from_dict(plain).status is Status.CONVERGED
    assert from_dict(json.loads(json.dumps(to_dict(value("rate"))))).verdict is Verdict.GROWS


def test_both_packages_have_the_version_of_the_distribution():
    assert numerics.__version__ == derive.__version__ == importlib.metadata.version("nambu")


def test_there_is_a_version_where_nothing_is_installed(tmp_path, monkeypatch):
    def absent(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", absent)
    assert derive.__version__ == "unknown"
    copy = tmp_path / "package" / "version.py"
    copy.parent.mkdir()
    copy.write_bytes(Path(numerics.version.__file__).read_bytes())

    def found():
        return runpy.run_path(str(copy))["version"]()

    assert found() == "unknown"
    for text in ("[", "project = 1", "[project]\nname = 'nambu'", "[project]\nversion = '1'"):
        (tmp_path / "pyproject.toml").write_text(text)
        assert found() == "unknown"
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'nambu'\nversion = '9.8.7'")
    assert found() == "9.8.7"


def test_importing_reads_no_metadata():
    program = "import sys, numerics; print('importlib.metadata' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"

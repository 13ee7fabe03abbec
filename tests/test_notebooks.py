"""The notebooks run and give the outputs that are kept, to the digits that they print."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client.manager import AsyncKernelManager

from tests import printed
from tests.notebook_runner import differences, execute, shared_kernel, sources

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def kernel() -> Iterator[AsyncKernelManager]:
    with shared_kernel() as manager:
        yield manager


@pytest.mark.parametrize("source", sources(), ids=lambda path: path.stem)
def test_gives_what_is_kept(source: Path, kernel: AsyncKernelManager) -> None:
    kept = source.with_suffix(".ipynb").read_text(encoding="utf-8")
    assert differences(kept, execute(source, kernel)) == []


@pytest.mark.slow
@pytest.mark.parametrize("source", sources(), ids=lambda path: path.stem)
def test_runs_by_itself(source: Path) -> None:
    command = [sys.executable, "-m", "tests.notebook_runner", "--check", source.stem]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def test_notebooks_are_counted_and_each_is_kept_twice() -> None:
    count = len(sources())
    assert count >= 11
    assert [path.stem[:2] for path in sources()] == [f"{n:02d}" for n in range(1, count + 1)]
    for source in sources():
        assert source.with_suffix(".ipynb").exists()


def test_only_the_public_interface_is_used() -> None:
    for source in sources():
        text = source.read_text(encoding="utf-8")
        assert not re.search(r"(from|import) [a-z.]*\._|\b_[a-z]+\(", text), source.stem


def test_no_notebook_measures_time() -> None:
    for source in sources():
        assert not re.search(r"^(import|from) time", source.read_text(encoding="utf-8"), re.M)


def test_a_changed_output_is_seen() -> None:
    path = next(source for source in sources() if source.stem.startswith("05"))
    text = path.with_suffix(".ipynb").read_text(encoding="utf-8")
    assert differences(text, text) == []
    # the last digit may differ by one, no more; the digits stand in outputs only
    last, more, first = (text.replace("0.1766517", n) for n in ("0.1766518", "0.1766519", "0.18"))
    assert text not in (last, more, first)
    assert differences(text, last) == []
    for changed in (
        more,
        first,
        text.replace("error below 1e-9: True", "error below 1e-9: False", 1),
        text.replace('"image/png"', '"image/jpg"', 1),
        text.replace("solve_steady_state(model)", "solve_steady_state( model)", 1),
        text.replace('"gap   ', '"gap\\ngap', 1),
    ):
        assert differences(text, changed) != []


@pytest.mark.parametrize(
    ("kept", "now"),
    [
        # rounding, of digits after the point and of an exponent
        ("Δ₀ = 0.1767", "Δ₀ = 0.1766"),
        ("rate -1.859e-08", "rate -1.860e-08"),
        ("9.99e-05", "1.00e-04"),
        ("0.00 of it", "-0.00 of it"),
        ("0.0718-0.0108j", "0.0717-0.0109j"),
        # within the errors printed beside the numbers, which are orders of magnitude
        ("c = 0.8871 ± 3e-04", "c = 0.8875 ± 1e-04"),
        ("p_c = 108 ± 3", "p_c = 106 ± 3"),
        # columns are as wide as what they contain
        ("a   -0.10  b", "a -0.11 b"),
        # trailing zeros may be left out
        ("0.2", "0.199999"),
        # names, units and words around numbers
        ("x11 = 2 x0, 0.30 gamma", "x11 = 2 x0, 0.31 gamma"),
    ],
)
def test_printed_numbers_that_agree(kept: str, now: str) -> None:
    assert list(printed.differences(kept, now)) == []
    assert list(printed.differences(now, kept)) == []


@pytest.mark.parametrize(
    ("kept", "now"),
    [
        ("Δ₀ = 0.1767", "Δ₀ = 0.1765"),
        ("rate -1.859e-08", "rate 1.859e-08"),
        ("rate -1.859e-08", "rate -1.859e-07"),
        ("q = 0.20", "q = 20"),
        ("q = 0.20", "q = 0.2134"),
        # an integer is a count
        ("1 roots", "2 roots"),
        ("c = 0.8871 ± 3e-04", "c = 0.8879 ± 3e-04"),
        ("c = 0.8871 ± 3e-04", "c = 0.8871 ± 4e-03"),
        ("stable", "unstable"),
        ("x11 = 2", "x12 = 2"),
        ("one\ntwo", "one"),
        ("1.0 and 2.0", "1.0"),
    ],
)
def test_printed_numbers_that_differ(kept: str, now: str) -> None:
    assert list(printed.differences(kept, now)) != []
    assert list(printed.differences(now, kept)) != []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("a = -1.5e-03, b = 2", [-1.5e-3, 2]),
        ("0.00007175-0.01083245j", [0.00007175, -0.01083245]),
        ("x12 + M_11 = 3.", [3]),
        ("(k_F a_s)^-1 = -1", [-1, -1]),
        ("1.7% at 5e-4", [1.7, 5e-4]),
    ],
)
def test_numbers_are_found(text: str, numbers: list[float]) -> None:
    assert [number.value for number in printed.split(text)[1]] == numbers

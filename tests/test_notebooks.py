"""The notebooks run, within their time, and give the outputs that are kept."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.notebook_runner import LIMIT, differences, sources

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("source", sources(), ids=lambda path: path.stem)
def test_runs_and_gives_what_is_kept(source: Path) -> None:
    command = [sys.executable, "-m", "tests.notebook_runner", "--check", source.stem]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    (seconds,) = re.findall(r": ([0-9.]+) s", done.stdout)
    # twice the limit: other tests run at the same time
    assert float(seconds) < 2 * LIMIT


def test_nine_notebooks_each_kept_twice() -> None:
    assert [path.stem[:2] for path in sources()] == [f"{n:02d}" for n in range(1, 10)]
    for source in sources():
        assert source.with_suffix(".ipynb").exists()


def test_only_the_public_interface_is_used() -> None:
    for source in sources():
        text = source.read_text(encoding="utf-8")
        assert not re.search(r"(from|import) [a-z.]*\._|\b_[a-z]+\(", text), source.stem


def test_a_changed_output_is_seen() -> None:
    text = sources()[0].with_suffix(".ipynb").read_text(encoding="utf-8")
    assert differences(text, text) == []
    assert differences(text, text.replace("text/plain", "text/other", 1))

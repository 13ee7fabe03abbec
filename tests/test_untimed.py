"""No test measures time: budgets belong to `make bench`, which is read and judged by people."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

FOLDER = Path(__file__).parent
#: `bench` measures, and this file names what it looks for.
FILES = sorted(
    path
    for path in FOLDER.rglob("*.py")
    if not path.name.startswith("bench") and path != Path(__file__)
)
#: A pause measures nothing.
HARMLESS = {"sleep"}
#: Seconds that only what hangs takes.
HANGS = 3600
CLOCKS = re.compile(r"\b(time\.time|(perf_counter|monotonic|process_time|thread_time)(_ns)?)\b")


def limits(call: ast.Call) -> Iterator[str]:
    """Yield what gives a call a limited time; none, or 0 for a browser, is no limit."""
    for keyword in call.keywords:
        value = keyword.value
        constant = value.value if isinstance(value, ast.Constant) else 1
        limit = re.search("timeout$|^deadline$", keyword.arg or "")
        if limit and constant and constant < HANGS:
            yield f"{keyword.arg} in line {keyword.lineno}"
        if keyword.arg == "suppress_health_check" and "too_slow" not in ast.unparse(value):
            yield f"a strategy may be too slow in line {keyword.lineno}"


def measured(source: str) -> list[str]:
    """Return what a module asks a clock, or stops after some time."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            found += limits(node)
        elif isinstance(node, ast.ImportFrom) and node.module in {"time", "timeit"}:
            found += [name.name for name in node.names if name.name not in HARMLESS]
        elif isinstance(node, ast.Import):
            found += [name.name for name in node.names if name.name == "timeit"]
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "time":
            found += [node.attr] if node.attr not in HARMLESS else []
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # a program that a test runs
            found += [match[0] for match in CLOCKS.finditer(node.value)]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_no_test_measures_time(path: Path) -> None:
    assert measured(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time\nassert time.perf_counter() < 1",
        "from time import process_time as clock",
        "import timeit",
        "program = 'import time; start = time.monotonic()'",
        "run(command, timeout=60)",
        "run(command, timeout=LIMIT)",
        "client(startup_timeout=60)",
        "settings(deadline=500)",
        "settings(suppress_health_check=[HealthCheck.filter_too_much])",
    ],
)
def test_a_measured_time_is_found(source: str) -> None:
    assert measured(source) != []


def test_what_measures_no_time_is_let_be() -> None:
    lines = ["import time", "time.sleep(0.05)", "client(timeout=None)", "page(timeout=0)"]
    lines += ["client(startup_timeout=3600)"]
    assert measured("\n".join(lines)) == []


def test_hypothesis_has_no_deadline() -> None:
    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check

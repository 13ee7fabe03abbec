"""Checks what would be published: `python -m tests.release [--lowest] [--python EXE] [ARG ...]`.

The source archive is built, a wheel from that, and both have to hold what the repository has.  The
wheel is installed into a new environment, with the newest versions of what it needs, or the lowest
that `pyproject.toml` allows; pytest runs there with the arguments, in a folder that has the tests
of the archive but none of the packages.  Left out are the notebooks, whose pictures are those of
the Matplotlib in requirements.lock.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("derive", "numerics")
#: What has to be of an age with the lowest versions, though they do not say so: Matplotlib 3.9
#: calls its parser by names of which later ones warn, xarray 2025 writes no texts with pandas 3.
_OF_AN_AGE = ("pandas<3", "pyparsing<3.2")
#: A requirement with its lowest version: NAME>=VERSION or NAME==VERSION.*
_BOUND = re.compile(r"^([A-Za-z0-9_.-]+)(?:>=([0-9.]+)|==([0-9.]+)\.\*)$")
#: Prints where the packages are, and what the command says of its version.
_WHERE = "import derive, numerics; print(derive.__file__); print(numerics.__file__)"


def project() -> dict[str, Any]:
    """Return the table [project] of pyproject.toml."""
    found = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(found, dict)
    return found


def lowest(about: Mapping[str, Any]) -> list[str]:
    """Return the lowest versions of all requirements, those of the extras too, as constraints.

    Raises
    ------
    ValueError
        If a requirement has no lowest version, or two of them have another for one package.
    """
    found: dict[str, str] = {}
    extras = about.get("optional-dependencies", {}).values()
    for text in (*about["dependencies"], *(text for extra in extras for text in extra)):
        match = _BOUND.match(text.replace(" ", ""))
        if match is None:
            raise ValueError(f"{text!r} is outside its domain: NAME>=VERSION or NAME==VERSION.*")
        name, version = match[1], match[2] or match[3]
        if found.setdefault(name, version) != version:
            raise ValueError(f"{name} is to be at least {found[name]}, and at least {version}")
    return [*(f"{name}=={version}" for name, version in sorted(found.items())), *_OF_AN_AGE]


def tracked() -> set[str]:
    """Return the files of the repository that are to be published."""
    run = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines())


def compared(name: str, found: set[str], wanted: set[str]) -> Iterator[str]:
    """Yield what an archive lacks, and what it has that is not wanted there."""
    for word, files in (("lacks", wanted - found), ("should not have", found - wanted)):
        if files:
            yield f"{name} {word} {', '.join(sorted(files))}"


def built(kind: str, source: Path, into: Path) -> Path:
    """Build an archive from a folder, "sdist" or "wheel"; return its file."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(into)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (found,) = into.glob("*.tar.gz" if kind == "sdist" else "*.whl")
    return found


def archives(folder: Path) -> tuple[Path, Path]:
    """Build both archives; return the unpacked source and the wheel that was made from it.

    Raises
    ------
    ValueError
        If one of them does not hold what it is to hold.
    """
    sdist = built("sdist", ROOT, folder / "dist")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    inside = {p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file()}
    wheel = built("wheel", source, folder / "dist")
    names = {x for x in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in x}
    wanted = tracked()
    code = {name for name in wanted if name.split("/")[0] in PACKAGES}
    faults = [
        *compared(sdist.name, inside - {"PKG-INFO"}, wanted),
        *compared(wheel.name, names, code),
    ]
    if faults:
        raise ValueError("; ".join(faults))
    print(f"{sdist.name}: {len(inside)} files; {wheel.name}: {len(names)}", flush=True)
    return source, wheel


def environment(folder: Path, python: str, wheel: Path, pins: list[str]) -> Path:
    """Install a wheel with what the tests need into a new environment; return its Python."""
    subprocess.run([python, "-m", "venv", str(folder / "venv")], check=True)
    inside = folder / "venv" / "bin" / "python"
    (folder / "pins.txt").write_text("".join(f"{pin}\n" for pin in pins), encoding="utf-8")
    command = [str(inside), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    wanted = f"nambu[dev] @ {wheel.as_uri()}"
    subprocess.run([*command, "-c", str(folder / "pins.txt"), wanted], check=True)
    return inside


def tested(folder: Path, source: Path, python: Path, arguments: list[str]) -> int:
    """Run the tests of a source against what is installed; return the exit status of pytest."""
    outside = folder / "outside"
    shutil.move(source, outside)
    for package in PACKAGES:
        shutil.rmtree(outside / package)
    # where processes that tests start find these
    variables = {**os.environ, "PYTHONPATH": str(outside)}
    where = subprocess.run(
        [str(python), "-c", _WHERE],
        cwd=outside, env=variables, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for line in where.stdout.split():
        if not Path(line).is_relative_to(folder / "venv"):
            raise ValueError(f"{line} is outside its domain: files of the environment")
    said = [str(python.with_name("nambu")), "--version"]
    subprocess.run(said, cwd=outside, env=variables, check=True)
    plain = ["-p", "no:cacheprovider", "--ignore=tests/test_notebooks.py"]
    command = [str(python), "-m", "pytest", *plain, *arguments]
    return subprocess.run(command, cwd=outside, env=variables, check=False).returncode


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.release", description=__doc__)
    parser.add_argument("--lowest", action="store_true", help="with the lowest versions allowed")
    parser.add_argument("--python", default=sys.executable, help="of the environment")
    options, arguments = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="nambu-release-") as made:
        folder = Path(made)
        source, wheel = archives(folder)
        pins = lowest(project()) if options.lowest else []
        python = environment(folder, options.python, wheel, pins)
        return tested(folder, source, python, arguments)


if __name__ == "__main__":
    sys.exit(main())

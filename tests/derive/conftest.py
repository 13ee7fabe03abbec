"""What the tests of exported kernels share: the files, and the compiled C."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from derive.build import export as exporting
from tests.derive.support.c_compiler import Library, compiled, declarations


@pytest.fixture(scope="session")
def read_once() -> Iterator[None]:
    """Read the committed kernels back once, and print each target's files once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exporting, "committed_modules", functools.cache(exporting.committed_modules))
        patch.setattr(exporting, "exported_files", functools.cache(exporting.exported_files))
        yield


@pytest.fixture(scope="session")
def exported(read_once: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with the files of all targets."""
    directory = tmp_path_factory.mktemp("exported")
    for target in exporting.TARGETS:
        exporting.export(target, directory)
    return directory


@pytest.fixture(scope="session")
def c_library(exported: Path) -> Library:
    return compiled(exported / "nambu.c", declarations((exported / "nambu.h").read_text()))

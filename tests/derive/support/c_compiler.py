"""Compiles exported C, and calls it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

#: What the exported C promises to compile with.
FLAGS = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O2")


class Library(NamedTuple):
    """A C library and the interface that called it in."""

    ffi: Any
    lib: Any


def compiler() -> str:
    """Return a C compiler, without which a test is skipped."""
    found = shutil.which("gcc") or shutil.which("clang") or shutil.which("cc")
    if found is None:
        pytest.skip("no C compiler: neither gcc nor clang nor cc")
    return found


def compiled(source: Path, declarations: str) -> Library:
    """Compile a C file, and load what is declared of it; leave the object (.o) beside it."""
    cffi = pytest.importorskip("cffi")
    shared, plain = source.with_suffix(".so"), source.with_suffix(".o")
    for arguments in (
        ["-fPIC", "-c", str(source), "-o", str(plain)],
        ["-shared", str(plain), "-o", str(shared), "-lm"],
    ):
        made = subprocess.run([compiler(), *FLAGS, *arguments], capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
    ffi = cffi.FFI()
    ffi.cdef(declarations)
    return Library(ffi, ffi.dlopen(str(shared)))


def declarations(header: str) -> str:
    """Return a header without what is for the preprocessor, but with its constants."""
    plain = re.sub(r"#ifdef __cplusplus.*?#endif", "", header, flags=re.DOTALL)
    lines = plain.replace("#define NAMBU_H\n", "").splitlines()
    return "\n".join(line for line in lines if not re.match("#(if|endif|include)", line))

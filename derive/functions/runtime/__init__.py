"""Texts that generated modules contain beside the kernels; nothing here is imported by them."""

from pathlib import Path

#: Where the texts are.
FOLDER = Path(__file__).resolve().parent


def c_header() -> str:
    """Return the declarations of the functions in C."""
    return (FOLDER / "functions.h").read_text(encoding="utf-8")


def c_definitions() -> str:
    """Return the functions in C."""
    files = ("functions.c", "arctanh.c")
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in files)

"""Texts that generated modules contain beside the kernels; nothing here is imported by them."""

from pathlib import Path

#: Where the texts are.
FOLDER = Path(__file__).resolve().parent

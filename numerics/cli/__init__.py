"""The command line `nambu`."""

from numerics.cli.app import main

__all__ = ["main"]

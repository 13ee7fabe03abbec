"""`python -m derive generate [--check]`: write or verify the generated kernels."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m derive",
        description="Generate numerical code from the derivation.",
        epilog="example: python -m derive generate --check",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    generate = commands.add_parser(
        "generate", help="write the kernels of `numerics`, or verify the committed ones"
    )
    generate.add_argument(
        "--check",
        action="store_true",
        help="write nothing; print a unified diff and exit with 1 if the kernels are out of date",
    )
    options = parser.parse_args(arguments)
    from derive.codegen import generate as generator

    if options.check:
        diff = generator.differences()
        sys.stdout.write(diff)
        print("generated kernels are out of date" if diff else "generated kernels are up to date")
        return 1 if diff else 0
    written = generator.write()
    for path in written:
        print(f"wrote {path.name}")
    if not written:
        print("generated kernels are up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())

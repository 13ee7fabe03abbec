"""`python -m derive generate` and `export`: kernels for this project, and for use without it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


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
    export = commands.add_parser(
        "export", help="write all kernels as a module that needs nothing of this project"
    )
    export.add_argument("--target", required=True, help="numpy, numba, c, mpmath or jax")
    export.add_argument("--out", required=True, type=Path, help="directory; made if there is none")
    options = parser.parse_args(arguments)
    if options.command == "export":
        return _export(options.target, options.out)
    return _generate(options.check)


def _generate(check: bool) -> int:
    from derive.build import generate as generator

    if check:
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


def _export(target: str, out: Path) -> int:
    from derive.build.export import export

    try:
        written = export(target, out)
    except (OSError, ValueError) as error:
        print(f"python -m derive: {error}", file=sys.stderr)
        return 2
    for path in written:
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

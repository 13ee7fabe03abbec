"""The application: its commands, and one line instead of a traceback for what goes wrong."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor

from cyclopts import App, CycloptsError

from numerics.cli.boundary import boundary
from numerics.cli.export import export
from numerics.cli.ledger import derive
from numerics.cli.modes import modes
from numerics.cli.report import report
from numerics.cli.reproduce import reproduce
from numerics.cli.scan import scan
from numerics.cli.steady_state import steady_state
from numerics.errors import ConvergenceError, NoBoundary, NoCondensate
from numerics.version import version

#: Exit statuses: no solution or a failed check, bad input, interrupted.
FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130


def application() -> App:
    """Return the application with its commands."""
    app = App(
        name="nambu",
        help="Linear response of driven-dissipative condensates: derived, generated, solved.",
        version=version,
        help_format="plaintext",
        suppress_keyboard_interrupt=False,
    )
    app.command(boundary)
    app.command(derive)
    app.command(export)
    app.command(modes)
    app.command(report)
    app.command(reproduce)
    app.command(scan)
    app.command(steady_state)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = application()(
            tokens, exit_on_error=False, print_error=False, result_action="return_value"
        )
    except CycloptsError as error:
        return _complain(str(error), BAD_INPUT)
    except ValueError as error:
        return _complain(str(error), BAD_INPUT)
    except OSError as error:
        return _complain(str(error), BAD_INPUT)
    except (NoBoundary, NoCondensate, ConvergenceError, BrokenExecutor) as error:
        return _complain(str(error), FAILED)
    except KeyboardInterrupt as error:
        return _complain(str(error) or "interrupted", INTERRUPTED)
    return status if isinstance(status, int) else 0


def _complain(message: str, status: int) -> int:
    """Print a message as one line on the error stream."""
    print("nambu:", " ".join(message.split()), file=sys.stderr)
    return status

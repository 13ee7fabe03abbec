"""The application: its commands, and one line instead of a traceback for what goes wrong."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor

from cyclopts import App, CycloptsError

from numerics.cli.signals import interrupts
from numerics.errors import ConvergenceError, NoBoundary, NoCondensate
from numerics.version import version

#: Exit statuses: no solution or a failed check, bad input, interrupted, nobody reads the output.
FAILED, BAD_INPUT, INTERRUPTED, UNREAD = 1, 2, 130, 141

#: Where each command is, which is imported when it is called, and the first line of its help.
COMMANDS = {
    "boundary": "Find the smallest ratio γ_v/γ_b at which a boundary of the phase diagram is "
    "crossed.",
    "ledger:derive": "Print an equation of the paper, its derivation, and its check, recomputed "
    "now.",
    "export": "Write all kernels as a module that needs nothing of this project.",
    "modes": "Find every collective mode in a window of frequencies, and the one that grows "
    "fastest.",
    "report": "Write derivations, ledger, numbers, figures and the phase diagram as one HTML page.",
    "reproduce": "Derive everything again, check it, compare with the paper, and draw its figures.",
    "scan": "Compute the phase diagram: boundaries along the interaction strength, growth on a "
    "grid.",
    "steady_state": "Solve for the order parameter and the chemical potentials of the steady "
    "state.",
}


#: Commands that have commands of their own, and the modules with what makes their applications.
GROUPS = {"scan": "numerics.cli.scans"}
#: Writes what completes commands, options and their values in a shell.
COMPLETION = "--install-completion"


def application(called: str | None = None) -> App:
    """Return the application with its commands.

    Parameters
    ----------
    called : str, optional
        The command that has the whole of its help, by name; the others have a line.
    """
    app = App(
        name="nambu",
        help="Linear response of driven-dissipative condensates: derived, generated, solved.",
        version=version,
        help_format="plaintext",
        suppress_keyboard_interrupt=False,
    )
    for place, line in COMMANDS.items():
        module, _, function = place.partition(":")
        name = (function or module).replace("_", "-")
        words = {} if name == called else {"help": line}
        if name in GROUPS and called in (name, COMPLETION):
            app.command(importlib.import_module(GROUPS[name]).group())
        else:
            app.command(f"numerics.cli.{module}:{function or module}", name=name, **words)
    app.register_install_completion_command(
        COMPLETION, help="Let bash, zsh, fish or PowerShell complete the words of this command."
    )
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a terminal without Greek letters gets question marks
            stream.reconfigure(errors="replace")
    try:
        with interrupts(_interrupt):
            status = application(tokens[0] if tokens else None)(
                tokens, exit_on_error=False, print_error=False, result_action="return_value"
            )
            sys.stdout.flush()
    except BrokenPipeError:
        return _left_alone()
    except SystemExit as error:
        # rich says so
        if isinstance(error.__context__, BrokenPipeError):
            return _left_alone()
        raise
    except CycloptsError as error:
        return _complain(str(error), BAD_INPUT)
    except ValueError as error:
        return _complain(str(error), BAD_INPUT)
    except OSError as error:
        return _complain(str(error), BAD_INPUT)
    except ImportError as error:
        # of an extra that is not installed, which says so
        return _complain(str(error), FAILED)
    except (NoBoundary, NoCondensate, ConvergenceError, BrokenExecutor) as error:
        return _complain(str(error), FAILED)
    except KeyboardInterrupt as error:
        return _complain(str(error) or "interrupted", INTERRUPTED)
    return status if isinstance(status, int) else 0


def _interrupt(number: int) -> None:
    """Do for every signal that asks to end what Ctrl-C does."""
    raise KeyboardInterrupt


def _left_alone() -> int:
    """End where nobody reads on, as after `| head -1`: silently, as other programs do."""
    with contextlib.suppress(OSError, ValueError):
        # what is left is written at the end of Python
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return UNREAD


def _complain(message: str, status: int) -> int:
    """Print a message as one line on the error stream."""
    print("nambu:", " ".join(message.split()), file=sys.stderr)
    return status

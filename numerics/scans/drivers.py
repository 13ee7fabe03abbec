"""Which of the processes that work on a store are alive, told without a clock of theirs.

A driver counts its beats in the store.  Others look whether the count has changed, by their own
monotonic clock; one on the same machine is looked for there.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

#: A driver beats at least every so many seconds, and is dead if it has not for so many.
BEAT, SILENCE = 2.0, 60.0


def host() -> str:
    """Return what tells where the numbers of processes are those of this one."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        namespace = boot = ""
    return f"{socket.gethostname()} {boot} {namespace}".strip()


def process(number: int | None = None) -> str | None:
    """Return a process by its number and when it was started; None if there is none.

    Numbers are used again; the start is counted from that of the machine, whatever its clock says.
    """
    number = os.getpid() if number is None else number
    try:
        line = Path(f"/proc/{number}/stat").read_text(encoding="ascii", errors="replace")
        started = line.rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        if Path("/proc/self/stat").exists():
            return None
        started = "?"
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return None
        except OSError:
            pass
    return f"{number} {started}"


@dataclass(frozen=True)
class Driver:
    """A driver as the store knows it."""

    token: str
    host: str
    process: str
    beat: int


def new_driver() -> Driver:
    """Return this process as a driver."""
    return Driver(secrets.token_hex(16), host(), process() or "", 0)


@dataclass
class Watch:
    """What a driver has seen of the others."""

    own: Driver
    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[int, float]] = field(default_factory=dict)

    def dead(self, drivers: Iterable[Driver]) -> list[str]:
        """Return the tokens of the drivers that are not there any more."""
        return [d.token for d in drivers if d.token != self.own.token and self._is_dead(d)]

    def _is_dead(self, driver: Driver) -> bool:
        now = self.clock()
        beat, since = self._seen.get(driver.token, (None, now))
        if beat != driver.beat:
            since = now
        self._seen[driver.token] = (driver.beat, since)
        if driver.host == self.own.host:
            number = driver.process.split()[0] if driver.process.split() else ""
            if not number.isdecimal() or len(number) > 9:
                return True
            return process(int(number)) != driver.process
        return now - since > SILENCE

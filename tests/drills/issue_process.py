"""Starts the real `yanzhen issue` in a process of its own, cheaply: forked from this one.

Python and the imports are there already, so the process begins at the command's first line. That
makes hundreds of runs take minutes; nothing else about the run is different.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import issuer.cli  # noqa: F401 - loaded once here instead of in every run
from tests.drills.checkpoints import Ledger
from tests.drills.drill import DrillFailed
from tests.drills.office import PASSPHRASE, PREFIX, PUBLIC_URL
from wsgi import main

_LONGEST_SECONDS = 600.0


class Breaking(Protocol):
    """Something that breaks a process from inside."""

    def install(self) -> None:
        """Take hold of this process, which was forked for one run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCommand:
    """One `yanzhen issue`.

    Args:
        environment: what the office's home was made with.
        log: where the process writes what it says.
        ledger: is told of every checkpoint.
        breaker: what breaks the process, if anything is to.
    """

    home: Path
    environment: Mapping[str, str]
    roster: Path
    batch: str
    out: Path
    log: Path
    ledger: Ledger
    breaker: Breaking | None = None

    def start(self) -> int:
        """Start the process and return its id."""
        self.log.unlink(missing_ok=True)
        pid = os.fork()
        if pid == 0:
            self._become()
        return pid

    def finish(self) -> None:
        """Run the command to its end; raises DrillFailed unless it says that all is well."""
        ended = wait(self.start(), _LONGEST_SECONDS)
        if ended != 0:
            last = self.log.read_text(encoding="utf-8").strip().splitlines()[-1:]
            raise DrillFailed(f"yanzhen issue ended with {ended}: {' '.join(last)[:200]}")

    def _become(self) -> None:
        """Be the command from here on; never returns."""
        code = 70
        try:
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.environ.update(
                YANZHEN_HOME=str(self.home),
                YANZHEN_PASSPHRASE=PASSPHRASE.decode(),
                YANZHEN_PUBLIC_URL=PUBLIC_URL,
                **self.environment,
            )
            self.ledger.install()
            if self.breaker is not None:
                self.breaker.install()
            main(["--lang", "en", "issue", str(self.roster), *self._options()])
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else 1
        finally:  # nothing may get past the fork into the drill's own code
            os._exit(code)

    def _options(self) -> list[str]:
        return ["--body", PREFIX, "--sample", "--batch", self.batch, "--out", str(self.out)]

    def checked(self) -> bool:
        """Return whether the process said that it has checked the roster and goes on to issue."""
        return self.log.exists() and b"checking the roster" in self.log.read_bytes()


def wait(pid: int, seconds: float) -> int | None:
    """Return the exit code of a process; None if it still runs after `seconds`."""
    handle = os.pidfd_open(pid)
    try:
        ended, _, _ = select.select([handle], [], [], max(seconds, 0.0))
    finally:
        os.close(handle)
    if not ended:
        return None
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def kill(pid: int) -> bool:
    """Kill a process like a power cut would; return False where it had ended by itself."""
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)

"""Keeps a runner going beside a web server, and starts it anew when it dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from keys.passphrase import ENVIRONMENT_NAME as PASSPHRASE_VARIABLE
from registry.home import Home

BATCH_RUNNER = "issuer.batch_runner"
_AGAIN_SECONDS = 0.25  # twice as long after each that died soon, so that none takes all the time
_MOST_AGAIN_SECONDS = 8.0
_LIVED_SECONDS = 60.0
_PATIENCE_SECONDS = 30.0


class Supervisor:
    """One runner process, started again whenever it ends; stopped with its owner.

    Args:
        home: the installation.
        passphrase: opens vault and private keys; told through a pipe, as an environment shows.
        module: of the runner.
    """

    def __init__(self, home: Home, passphrase: bytes, module: str = BATCH_RUNNER) -> None:
        order = {
            "home": str(home.path.absolute()),
            "passphrase": passphrase.decode(),
            "parent": os.getpid(),
        }
        self._order = json.dumps(order).encode() + b"\n"
        self._module = module
        self._ending = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name=module, daemon=True)

    def start(self) -> None:
        """Start the runner, and watch over it."""
        self._thread.start()

    def stop(self) -> None:
        """End the runner; what it had in hand is gone on with by the next one."""
        self._ending.set()
        process = self._process
        if process is not None:
            process.terminate()
        self._thread.join(_PATIENCE_SECONDS)
        if process is not None and process.poll() is None:
            process.kill()

    @property
    def pid(self) -> int | None:
        """The process id of the runner of this moment."""
        return None if self._process is None else self._process.pid

    def _watch(self) -> None:
        pause = _AGAIN_SECONDS
        while not self._ending.is_set():
            began = time.monotonic()
            self._process = process = subprocess.Popen(
                [sys.executable, "-P", "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                env={key: text for key, text in os.environ.items() if key != PASSPHRASE_VARIABLE},
                start_new_session=True,
            )
            assert process.stdin is not None
            try:
                process.stdin.write(self._order)
                process.stdin.close()
            except OSError:
                process.kill()
            process.wait()
            if time.monotonic() - began > _LIVED_SECONDS:
                pause = _AGAIN_SECONDS
            self._ending.wait(pause)
            pause = min(2 * pause, _MOST_AGAIN_SECONDS)


@contextmanager
def runner_beside(
    home: Home, passphrase: bytes, module: str = BATCH_RUNNER
) -> Iterator[Supervisor]:
    """Keep a runner going until the block ends; for whoever starts a web server."""
    supervisor = Supervisor(home, passphrase, module)
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.stop()

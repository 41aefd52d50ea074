"""A server in a process of its own, for as long as a benchmark asks it."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

LONGEST_SECONDS: Final = 60.0
_ROOT: Final = Path(__file__).parents[1]


@contextmanager
def served(
    command: Callable[[int], Sequence[str]],
    ask: Callable[[int], object],
    environment: Mapping[str, str] | None = None,
) -> Iterator[int]:
    """Serve for one block; yield the port.

    Args:
        command: starts the server on a port.
        ask: asks the server on a port something; raises OSError until it answers.
        environment: of the process; this one's unless given.

    Raises:
        click.ClickException: it does not start.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    silent = subprocess.DEVNULL
    with subprocess.Popen(
        command(port), cwd=_ROOT, env=environment, stdout=silent, stderr=silent
    ) as process:
        try:
            _wait(port, process, ask)
            yield port
        finally:
            process.terminate()


def _wait(port: int, process: subprocess.Popen[bytes], ask: Callable[[int], object]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            ask(port)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise click.ClickException("the server did not start")

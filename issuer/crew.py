"""The worker processes of a long run: dealt a few copies at a time, stopped together.

The run's own process works as well, so that nobody waits while the others load what they need.

A worker is a fresh interpreter (a token's session does not survive a fork) that opens the same desk
and does the same steps by the same functions. The rows are the truth: a worker that dies, or is
stopped, leaves rows that a later run finishes.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self

from issuer.copy_rows import ChosenCopies
from issuer.crew_hand import Hand
from issuer.crew_messages import (
    Task,
    decode_answer,
    encode_order,
    encode_task,
    order_for,
    worker_failed,
)
from issuer.desk import Desk
from keys.passphrase import ENVIRONMENT_NAME as PASSPHRASE_VARIABLE
from registry.home import DATABASE_VARIABLE
from templates.fonts import FontChain

DEALT_COPIES = 100
_WORTH_A_CREW = 500  # fewer copies are finished before a second process has begun
_MOST_IN_HAND = 2  # the next copies lie ready while an answer is on its way
_PATIENCE_SECONDS = 60.0  # for the copies in hand when a run is stopped
# Told through the pipe instead: an environment shows in /proc and in dumps.
_SECRET_VARIABLES = (PASSPHRASE_VARIABLE, DATABASE_VARIABLE)


def usable_cpus() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def crew_size(desk: Desk, copies: int) -> int:
    """Return how many processes so many copies are worth; 1 means that none is started."""
    return 1 if copies < _WORTH_A_CREW else min(desk.workers, copies // DEALT_COPIES)


class Crew:
    """The processes that work at one desk, from the start of the block to its end.

    Args:
        desk: whose work it is.
        fonts: what pages are set in.
        size: how many processes, this one included.
    """

    def __init__(self, desk: Desk, fonts: FontChain, size: int) -> None:
        self._own = Hand(desk, fonts)
        self._order = encode_order(order_for(desk, fonts))
        self._size = size
        self._workers: list[_Worker] = []
        self._replies = selectors.DefaultSelector()

    def __enter__(self) -> Self:
        try:
            for _ in range(self._size - 1):
                worker = _Worker(self._order)
                self._workers.append(worker)
                self._replies.register(worker, selectors.EVENT_READ, worker)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def wait_until_ready(self) -> None:
        """Wait until every worker has opened its desk; nobody needs to, but for measuring.

        Raises:
            As `do`.
        """
        while any(worker.opening for worker in self._workers):
            self._hear(None)

    def do(
        self, task: Task, chunks: Iterator[ChosenCopies], progress: Callable[[int], None]
    ) -> None:
        """Have a task done for all these copies, each chunk by whoever is free.

        Where this fails or is interrupted, what the workers have in hand is still finished, for
        some time, and told; the crew is of no use after it.

        Args:
            task: what is to be done.
            chunks: the copies; the next are asked for when somebody is free for them.
            progress: told after each chunk how many copies it had.

        Raises:
            WorkerFailed: a worker ended without an answer (`worker_failed`).
            IssuerError, KeysError, RegistryError, TemplatesError, OSError: what somebody met.
        """
        try:
            self._deal(task, chunks)
            while (own := next(chunks, None)) is not None:
                progress(self._own.do(task, own))
                if done := self._hear(0):
                    progress(done)
                self._deal(task, chunks)
            while any(worker.in_hand for worker in self._workers if not worker.opening):
                if done := self._hear(None):
                    progress(done)
        except BaseException:
            self._finish_in_hand(progress)
            raise

    def _deal(self, task: Task, chunks: Iterator[ChosenCopies]) -> None:
        for worker in self._workers:
            while not worker.opening and worker.in_hand < _MOST_IN_HAND:
                chunk = next(chunks, None)
                if chunk is None:
                    return
                worker.take(encode_task(task, chunk))

    def _hear(self, seconds: float | None) -> int:
        """Wait for answers that long (None: until one comes); return how many copies they tell."""
        answered: list[_Worker] = [key.data for key, _ in self._replies.select(seconds)]
        return sum(worker.hear() for worker in answered)

    def _finish_in_hand(self, progress: Callable[[int], None]) -> None:
        for worker in self._workers:
            worker.dismiss()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        left = [worker for worker in self._workers if worker.in_hand and not worker.opening]
        while left and (seconds := deadline - time.monotonic()) > 0:
            for key, _ in self._replies.select(seconds):
                answered: _Worker = key.data
                try:
                    progress(answered.hear())
                except Exception:  # noqa: BLE001 - one error is told already; the rows keep this one
                    answered.in_hand = 0
                if not answered.in_hand:
                    self._replies.unregister(answered)
            left = [worker for worker in left if worker.in_hand]

    def _end(self) -> None:
        """Let every worker go, and wait until none is left."""
        self._replies.close()
        for worker in self._workers:
            worker.dismiss()
        for worker in self._workers:
            worker.end()
        self._workers = []


class _Worker:
    """One process; opening its desk counts as the first task in hand."""

    def __init__(self, order: bytes) -> None:
        self.opening = True
        self.in_hand = 1
        self._heard = b""
        self._process = subprocess.Popen(
            # Not the current folder first: what lies beside a stranger's file is not code.
            [sys.executable, "-P", "-m", "issuer.crew_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={key: text for key, text in os.environ.items() if key not in _SECRET_VARIABLES},
            start_new_session=True,  # Ctrl-C is the run's to hear; it lets its workers finish
        )
        self._write(order)

    def fileno(self) -> int:
        """Return what is readable when an answer is there, or the process ended."""
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def take(self, line: bytes) -> None:
        """Give the process a task."""
        self.in_hand += 1
        self._write(line)

    def hear(self) -> int:
        """Read the answers that are there; return how many copies they say were finished.

        Raises:
            As `Crew.do`.
        """
        part = os.read(self.fileno(), 1 << 16)
        if not part:
            self.in_hand = 0
            raise worker_failed(_reason(self._process.wait()))
        *lines, self._heard = (self._heard + part).split(b"\n")
        self.in_hand -= len(lines)
        self.opening = self.opening and not lines
        return sum(map(decode_answer, lines))

    def dismiss(self) -> None:
        """Say that no task will follow; the process ends after those in hand."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()

    def end(self) -> None:
        """Wait for the process to end; kill it where it has anything in hand, or takes too long."""
        try:
            if self.in_hand:
                self._process.kill()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE_SECONDS)
        finally:
            self._process.kill()  # nothing happens where it has ended
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()

    def _write(self, line: bytes) -> None:
        """Write a line; a process that is gone is found by its answer that does not come."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(line)
            self._process.stdin.flush()


def _reason(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit {status}"

"""Runs the reading of untrusted files in a child process with limits on time and memory.

The parent keeps one child and asks it question after question; a child that crashes, runs out of
memory or takes too long is killed and replaced at once. The child inherits no secret: only the few
environment variables Python needs.
"""

from __future__ import annotations

import os
import resource
import selectors
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from math import inf
from pathlib import Path
from types import TracebackType
from typing import IO

from codes.wording import Text
from registry.errors import RegistryError

_LENGTH = struct.Struct(">I")
_MEMORY_VARIABLE = "YANZHEN_CHILD_MEMORY"
_CPU_VARIABLE = "YANZHEN_CHILD_CPU"
_LIBRARY_BYTES = 256 << 20  # of shared code that is mapped
_CODE_BYTES = 80 << 20  # of it that is in memory
_UTIME, _STIME = 11, 12  # among the fields of /proc/PID/stat after the name, counted from 0
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONPATH", "TMPDIR")


class FailureReason(StrEnum):
    """Why a child gave no answer."""

    BUSY = "busy"  # time was up, but the machine had given it little of it
    TIMEOUT = "timeout"
    CRASH = "crash"
    TOO_LARGE = "too_large"


class ChildFailed(RegistryError):
    """The child process gave no answer; the question may be hostile or merely too heavy."""

    def __init__(self, reason: FailureReason) -> None:
        text = Text("文件无法在规定时限和内存内读取", "the file could not be read within limits")
        if reason is FailureReason.BUSY:
            text = Text("系统繁忙，请稍后再试", "the system is busy; try again in a little while")
        super().__init__(f"child_{reason}", text)
        self.reason = reason


class _TimeUp(Exception):
    """The wall clock ended a question."""


class Child:
    """One helper process that answers questions in bytes, restarted when it fails.

    Args:
        module: dotted name of a module whose `__main__` calls `serve`.
        seconds: wall-clock limit for one question, start of the process included. A question that
            got less than half of it of a processor is not to blame for the time it took.
        memory_bytes: limit on its resident memory (where the system enforces one), by a limit on
            what it may ask for beside the code of libraries.
        answer_bytes: largest answer accepted.
    """

    def __init__(
        self, module: str, *, seconds: float, memory_bytes: int, answer_bytes: int = 64 << 20
    ) -> None:
        self._module = module
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._answer_bytes = answer_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, question: bytes, *, before: float = inf, seconds: float = inf) -> bytes:
        """Return the child's answer to `question`.

        Args:
            before: when the asker needs the answer (`time.monotonic`), if that is sooner.
            seconds: the limit for this question, if it is tighter than the child's own.

        Raises:
            ChildFailed: it crashed, ran out of memory, took too long or answered too much.
        """
        if seconds <= 0:
            raise ChildFailed(FailureReason.TIMEOUT)
        patience = before - time.monotonic()
        if patience <= 0 or not self._lock.acquire(timeout=min(patience, threading.TIMEOUT_MAX)):
            raise ChildFailed(FailureReason.BUSY)
        try:
            return self._ask_alone(question, before, min(seconds, self._seconds))
        finally:
            self._lock.release()

    def _ask_alone(self, question: bytes, before: float, seconds: float) -> bytes:
        deadline = min(before, time.monotonic() + seconds)
        try:
            process = self._running()
            used = processor_seconds(process.pid)
            try:
                return self._exchange(process, question, deadline)
            except _TimeUp as error:
                took = processor_seconds(process.pid) - used
                waited = took < seconds / 2
                reason = FailureReason.BUSY if waited else FailureReason.TIMEOUT
                raise ChildFailed(reason) from error
        except (OSError, EOFError) as error:
            self._replace()
            raise ChildFailed(FailureReason.CRASH) from error
        except ChildFailed:
            self._replace()
            raise

    def close(self) -> None:
        """End the child process; a later question starts a new one."""
        with self._lock:
            self._kill()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _replace(self) -> None:
        """Start a fresh process at once: it loads while nobody waits for it."""
        self._kill()
        with suppress(OSError):  # no room for a process now; the next question tries again
            self._running()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._kill()
            kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
            limits = {
                _MEMORY_VARIABLE: str(self._memory_bytes),
                _CPU_VARIABLE: str(max(1, int(self._seconds) + 1)),
                # A thread of numpy's for each core would take up the memory, for nothing.
                "OPENBLAS_NUM_THREADS": "1",
                # The engine that reads print would tell its maker of its use.
                "ORT_DISABLE_TELEMETRY": "1",
            }
            self._process = subprocess.Popen(
                # Not the current folder first: what lies beside a stranger's file is not code.
                [sys.executable, "-P", "-m", self._module],
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=kept | limits,
                bufsize=0,
                start_new_session=True,
            )
        return self._process

    def _exchange(
        self, process: subprocess.Popen[bytes], question: bytes, deadline: float
    ) -> bytes:
        assert process.stdin is not None
        assert process.stdout is not None
        _write_before(process.stdin, _LENGTH.pack(len(question)) + question, deadline)
        (length,) = _LENGTH.unpack(_read_before(process.stdout, _LENGTH.size, deadline))
        if length > self._answer_bytes:
            raise ChildFailed(FailureReason.TOO_LARGE)
        return _read_before(process.stdout, length, deadline)

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _wait_before(pipe: IO[bytes], event: int, deadline: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, event)
        if not selector.select(max(0.0, deadline - time.monotonic())):
            raise _TimeUp


def _write_before(pipe: IO[bytes], data: bytes, deadline: float) -> None:
    descriptor = pipe.fileno()
    os.set_blocking(descriptor, False)
    view = memoryview(data)
    while view:
        _wait_before(pipe, selectors.EVENT_WRITE, deadline)
        view = view[os.write(descriptor, view[: 1 << 16]) :]


def _read_before(pipe: IO[bytes], length: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    while length:
        _wait_before(pipe, selectors.EVENT_READ, deadline)
        part = os.read(pipe.fileno(), min(length, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def processor_seconds(process_id: int) -> float:
    """Return the processor time a process has used, by proc(5); without bound where none is told.

    A process that was not seen to wait is taken for one that worked.
    """
    try:
        told = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii", errors="replace")
        fields = told.rpartition(")")[2].split()
        return sum(map(int, fields[_UTIME : _STIME + 1])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return inf


def serve(handle: Callable[[bytes], bytes]) -> None:
    """Answer questions on standard input until it closes; called by the child module's main.

    Limits come first, so that nothing untrusted is read without them. CPU time is renewed with
    each question, because one child serves many.
    """
    memory_bytes = int(os.environ.get(_MEMORY_VARIABLE, "0"))
    _limit(resource.RLIMIT_DATA, memory_bytes - min(_CODE_BYTES, memory_bytes // 2))
    _limit(resource.RLIMIT_AS, memory_bytes and memory_bytes + _LIBRARY_BYTES)
    _limit(resource.RLIMIT_CORE, 0, zero_is_a_limit=True)
    _limit(resource.RLIMIT_FSIZE, 0, zero_is_a_limit=True)
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := questions.read(_LENGTH.size):
        _renew_cpu_seconds(int(os.environ.get(_CPU_VARIABLE, "0")))
        (length,) = _LENGTH.unpack(head)
        answer = handle(questions.read(length))
        answers.write(_LENGTH.pack(len(answer)))
        answers.write(answer)
        answers.flush()


def _limit(which: int, value: int, *, zero_is_a_limit: bool = False) -> None:
    if value or zero_is_a_limit:
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(which, (value, hard))


def _renew_cpu_seconds(seconds: int) -> None:
    if seconds:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + seconds)

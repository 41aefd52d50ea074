"""Starts batch checks beside the web server, and finds what became of them by their token.

Each runs in a process of its own: no worker waits for it, and it outlives the worker that started
it. What it found is kept for a short time in a folder of this user's alone, sealed under a key that
only the token gives; the token is nowhere but with the asker. The uploaded list goes to the process
through a pipe. It lies in no file, but where it is asked that a check outlives the death of its own
process: then it lies sealed under the token until it is answered, and whoever looks for the result
begins the check anew. See docs/decisions/0022-many-at-once.md and 0032-employers.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from codes.wording import Language
from verifier.bulk_place import (
    ANSWER,
    LIST,
    PROGRESS,
    ROWS,
    RUNS,
    JobPlace,
    JobUnknown,
    alone,
    holds_result,
    is_alive,
    read_file,
    workbook_name,
)
from verifier.file_slots import make_own

KEEP_SECONDS = 30 * 60
MOST_KEPT = 32
MOST_UNFINISHED = 8
REFUSED_FOR_ONE = 4  # lists that were refused may be kept for each one with a result
MOST_KEPT_OF_ONE = 8  # networks that hand in more wait for their own, and for nobody else
MOST_UNFINISHED_OF_ONE = 2
MOST_RUNS = 5  # of one check whose process is killed again and again
_NETWORK, _SALT = "network", "salt"
_TOKEN_BYTES = 24
_TOKEN_CHARACTERS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLimits:
    """How long results are kept, and how many of all and of one asker.

    The defaults are those of the public page, whose askers nobody knows.
    """

    keep_seconds: int = KEEP_SECONDS
    kept: int = MOST_KEPT
    unfinished: int = MOST_UNFINISHED
    kept_of_one: int = MOST_KEPT_OF_ONE
    unfinished_of_one: int = MOST_UNFINISHED_OF_ONE


_PUBLIC_LIMITS = JobLimits()
EMPLOYER_LIMITS = JobLimits(
    keep_seconds=24 * 3600, kept=2_000, unfinished=64, kept_of_one=100, unfinished_of_one=4
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOrder:
    """What is to be checked, and what is to be kept of it.

    Args:
        file: name of the list, for errors.
        network: whose budget failed rows are counted against.
        rows: keep the answer to every row, for programs, which send rows without headings.
        workbooks: keep the result as workbooks, for people.
        watcher: employer who is to be told when a certificate changes; None for nobody.
        again: keep the list sealed until it is answered, so that a killed check is begun anew.
    """

    file: str
    network: str = ""
    rows: bool = False
    workbooks: bool = True
    watcher: int | None = None
    again: bool = False


class JobsFull(Exception):
    """As many batch checks are under way, or kept, as may be: of all, or `of_one` network."""

    def __init__(self, *, of_one: bool = False) -> None:
        super().__init__()
        self.of_one = of_one


class JobLost(Exception):
    """The process ended without an answer, and no other is to be started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """How far a batch check is.

    Args:
        done, total: rows; a total of 0 while the list is being read.
        minutes_left: about as long as it will take at the pace so far; 0 where that is not known.
        slowed: many rows were not found, so it goes slowly on purpose.
        answer: what the job wrote; None while it runs.
    """

    done: int = 0
    total: int = 0
    minutes_left: int = 0
    slowed: bool = False
    answer: dict[str, Any] | None = field(default=None, repr=False)


class BulkJobs:
    """The batch checks of one installation, shared by its worker processes.

    Args:
        home: path of the installation.
        folder: where they are kept; made when first needed, for this user alone.
        running: how many may run at once; others wait their turn.
        clock: seconds since 1970, as files are dated.
        limits: how many are kept, and how long.
    """

    def __init__(
        self,
        home: Path,
        folder: Path,
        running: int,
        clock: Callable[[], float] = time.time,
        *,
        limits: JobLimits = _PUBLIC_LIMITS,
    ) -> None:
        self._home = home
        self._folder = folder
        self._running = running
        self._clock = clock
        self._limits = limits
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, data: bytes, order: JobOrder) -> str:
        """Begin to check the list in `data` and return the token that its result is found by.

        Args:
            data: untrusted.
            order: what is to be done with it.

        Raises:
            JobsFull: it was not begun; the asker may try again.
        """
        token = self.prepare(data, order)
        place = JobPlace(self._folder, token)
        with alone(place, wait=True) as alive:
            assert alive is not None
            self._spawn(place, alive, _told(data, order), data)
        return token

    def prepare(self, data: bytes, order: JobOrder) -> str:
        """Find a place for a check and return its token; nothing is checked so far.

        With `order.again` the list lies there, sealed, and `look` begins the check: whoever is
        killed between putting the token on record and beginning has lost nothing.

        Args:
            data: untrusted.
            order: what is to be done with it.

        Raises:
            JobsFull: there is no room; the asker may try again.
        """
        mark = self._claim(order.network)
        place = JobPlace(self._folder, secrets.token_urlsafe(_TOKEN_BYTES))
        place.path.mkdir(mode=0o700)
        place.write(_NETWORK, mark)
        if order.again:
            place.seal(LIST, json.dumps(_told(data, order)).encode() + b"\n" + data)
        return place.token

    def look(self, token: str) -> JobState:
        """Return how far the batch check of a token is; begin it anew where that is to be done.

        Raises:
            JobUnknown: there is none, or its time is over.
            JobLost: it ended without an answer, and is not begun anew.
        """
        place = self._place(token)
        alive = is_alive(place.path) or self._begin_again(place)
        if (place.path / ANSWER).exists():
            return JobState(answer=json.loads(place.unseal(ANSWER)))
        if not alive:
            raise JobLost
        try:
            told = json.loads((place.path / PROGRESS).read_bytes())
            return JobState(**told)
        except (OSError, ValueError, TypeError):
            return JobState()

    def _begin_again(self, place: JobPlace) -> bool:
        """Begin a check whose process is gone, unless it answered; return whether one runs."""
        if not (place.path / LIST).exists():
            return False
        with alone(place) as alive:
            if alive is None:
                return True  # another was quicker
            runs = place.read_number(RUNS)
            if (place.path / ANSWER).exists() or runs >= MOST_RUNS:
                return False
            head, _, data = place.unseal(LIST).partition(b"\n")
            place.write(RUNS, str(runs + 1).encode())
            with suppress(OSError):  # no room for a process now; the next look tries again
                self._spawn(place, alive, json.loads(head), data)
        return True

    def _spawn(self, place: JobPlace, alive: int, told: Mapping[str, object], data: bytes) -> None:
        """Start the process of a check; it holds the lock on `alive` for as long as it lives."""
        self._started = [process for process in self._started if process.poll() is None]
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "verifier.bulk_job"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(alive,),
            start_new_session=True,
        )
        self._started.append(process)
        order = {
            "home": str(self._home),
            "folder": str(self._folder),
            "token": place.token,
            "running": self._running,
            **told,
        }
        assert process.stdin is not None
        with suppress(OSError), process.stdin:  # one that died at once is seen as lost
            process.stdin.write(json.dumps(order).encode() + b"\n" + data)

    def workbook(self, token: str, language: Language) -> bytes:
        """Return the result of a token as a workbook; raises JobUnknown."""
        return self._place(token).unseal(workbook_name(language))

    def rows(self, token: str) -> Sequence[dict[str, Any]]:
        """Return the answer to every row, where it was to be kept; raises JobUnknown."""
        found: list[dict[str, Any]] = json.loads(self._place(token).unseal(ROWS))
        return found

    def forget(self, token: str) -> None:
        """Delete what is kept under a token; raises JobUnknown."""
        shutil.rmtree(self._place(token).path, ignore_errors=True)

    def sweep(self) -> None:
        """Delete every check that is past its time, whether somebody looks for it or not."""
        with suppress(OSError):  # nothing was ever handed in, or another sweeps too
            deque(self._sweep(), maxlen=0)

    def close(self) -> None:
        """Wait for the processes this worker started, so that none is left behind unasked for."""
        for process in self._started:
            process.wait()
        self._started = []

    def _place(self, token: str) -> JobPlace:
        place = JobPlace(self._folder, token)
        if len(token) != _TOKEN_CHARACTERS or not place.path.is_dir():
            raise JobUnknown
        if self._age(place.path) > self._limits.keep_seconds:
            shutil.rmtree(place.path, ignore_errors=True)
            raise JobUnknown
        return place

    def _claim(self, network: str) -> bytes:
        """Delete what is past its time; return what marks a job of `network`, if there is room.

        Raises:
            JobsFull: there is none.
        """
        try:
            make_own(self._folder)
            kept = list(self._sweep())
            mark = self._mark(network)
        except OSError as error:
            raise JobsFull from error
        limits = self._limits
        unfinished = {path for path in kept if is_alive(path)}
        weighty = {path for path in kept if path in unfinished or holds_result(path)}
        refused = len(kept) - len(weighty)  # nothing is kept of these but why
        if (
            len(weighty) >= limits.kept
            or len(unfinished) >= limits.unfinished
            or refused >= limits.kept * REFUSED_FOR_ONE
        ):
            raise JobsFull
        own = {path for path in kept if network and read_file(path / _NETWORK) == mark}
        if (
            len(own & weighty) >= limits.kept_of_one
            or len(own & unfinished) >= limits.unfinished_of_one
            or len(own - weighty) >= limits.kept_of_one * REFUSED_FOR_ONE
        ):
            raise JobsFull(of_one=True)
        return mark

    def _mark(self, network: str) -> bytes:
        """Return what tells jobs of one network from others' without naming it."""
        path = self._folder / _SALT
        with suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(os.urandom(_TOKEN_BYTES))
        return hashlib.sha256(path.read_bytes() + network.encode()).hexdigest()[:32].encode()

    def _sweep(self) -> Iterator[Path]:
        for path in self._folder.iterdir():
            if path.is_dir() and self._age(path) > self._limits.keep_seconds:
                shutil.rmtree(path, ignore_errors=True)
            elif path.is_dir():
                yield path

    def _age(self, path: Path) -> float:
        """Return the seconds since anything was last written in a folder."""
        with suppress(OSError):
            return self._clock() - path.stat().st_mtime
        return 0.0


def _told(data: bytes, order: JobOrder) -> dict[str, object]:
    """Return what a process is told of its order; a list that came in half is none."""
    return {**asdict(order), "bytes": len(data)}

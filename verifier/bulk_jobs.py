"""Starts batch checks beside the web server, and finds what became of them by their token.

Each runs in a process of its own: no worker waits for it, and it outlives the worker that started
it. What it found is kept for a short time in a folder of this user's alone, sealed under a key that
only the token gives; the token is nowhere but with the asker. The uploaded list goes to the process
through a pipe and never lies in a file. See docs/decisions/0022-many-at-once.md.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from codes.wording import Language
from verifier.file_slots import check_own

KEEP_SECONDS = 30 * 60
MOST_KEPT = 32
MOST_UNFINISHED = 8
MOST_KEPT_OF_ONE = 8  # networks that hand in more wait for their own, and for nobody else
MOST_UNFINISHED_OF_ONE = 2
ALIVE, PROGRESS, ANSWER, ROWS = "alive", "progress", "answer", "rows"
_NETWORK, _SALT = "network", "salt"
_NONCE_BYTES = 12
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
        rows: keep the answer to every row, for programs.
        workbooks: keep the result as workbooks, for people.
        watcher: employer who is to be told when a certificate changes; None for nobody.
    """

    file: str
    network: str = ""
    rows: bool = False
    workbooks: bool = True
    watcher: int | None = None


class JobsFull(Exception):
    """As many batch checks are under way, or kept, as may be: of all, or `of_one` network."""

    def __init__(self, *, of_one: bool = False) -> None:
        super().__init__()
        self.of_one = of_one


class JobLost(Exception):
    """The process ended without an answer; nothing of it is kept."""


class JobUnknown(Exception):
    """There is no batch check of this token, or its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """How far a batch check is.

    Args:
        done, total: rows; a total of 0 while the list is being read.
        answer: what the job wrote; None while it runs.
    """

    done: int = 0
    total: int = 0
    answer: dict[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class JobPlace:
    """Where one batch check keeps its files, and the key they are sealed under.

    Args:
        folder: of all of them.
        token: the asker's; secret.
    """

    folder: Path
    token: str = field(repr=False)

    @property
    def path(self) -> Path:
        """The folder of this one; its name does not give the token away."""
        return self.folder / hashlib.sha256(b"yanzhen/batch/place" + self._secret).hexdigest()[:32]

    def seal(self, name: str, data: bytes) -> None:
        """Write a file, whole or not at all."""
        nonce = os.urandom(_NONCE_BYTES)
        self.write(name, nonce + self._cipher.encrypt(nonce, data, name.encode()))

    def unseal(self, name: str) -> bytes:
        """Return what `seal` wrote.

        Raises:
            JobUnknown: there is no such file, or another one.
        """
        try:
            sealed = (self.path / name).read_bytes()
            nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            return self._cipher.decrypt(nonce, rest, name.encode())
        except (OSError, InvalidTag, ValueError) as error:
            raise JobUnknown from error

    def write(self, name: str, data: bytes) -> None:
        """Write a file that says nothing of anybody, whole or not at all."""
        part = self.path / f"{name}-part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        part.replace(self.path / name)

    @property
    def _secret(self) -> bytes:
        return self.token.encode("ascii", "replace")

    @property
    def _cipher(self) -> AESGCM:
        return AESGCM(hashlib.sha256(b"yanzhen/batch/seal" + self._secret).digest())


def workbook_name(language: Language) -> str:
    """Return the name under which a job keeps its result in a language."""
    return f"result-{language.value}"


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
        self._started = [process for process in self._started if process.poll() is None]
        mark = self._claim(order.network)
        place = JobPlace(self._folder, secrets.token_urlsafe(_TOKEN_BYTES))
        place.path.mkdir(mode=0o700)
        place.write(_NETWORK, mark)
        alive = os.open(place.path / ALIVE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(alive, fcntl.LOCK_EX)  # held for as long as the process lives
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "verifier.bulk_job"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(alive,),
                start_new_session=True,
            )
        finally:
            os.close(alive)
        self._started.append(process)
        told = {
            "home": str(self._home),
            "folder": str(self._folder),
            "token": place.token,
            "running": self._running,
            **asdict(order),
        }
        assert process.stdin is not None
        with suppress(OSError), process.stdin:  # one that died at once is seen as lost
            process.stdin.write(json.dumps(told).encode() + b"\n" + data)
        return place.token

    def look(self, token: str) -> JobState:
        """Return how far the batch check of a token is.

        Raises:
            JobUnknown: there is none, or its time is over.
            JobLost: it ended without an answer.
        """
        place = self._place(token)
        alive = _is_locked(place.path / ALIVE)
        if (place.path / ANSWER).exists():
            return JobState(answer=json.loads(place.unseal(ANSWER)))
        if not alive:
            raise JobLost
        try:
            done, total = json.loads((place.path / PROGRESS).read_bytes())
        except (OSError, ValueError):
            return JobState()
        return JobState(done=done, total=total)

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
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            check_own(self._folder)
            kept = list(self._sweep())
            mark = self._mark(network)
        except OSError as error:
            raise JobsFull from error
        limits = self._limits
        unfinished = [path for path in kept if _is_locked(path / ALIVE)]
        if len(kept) >= limits.kept or len(unfinished) >= limits.unfinished:
            raise JobsFull
        own = {path for path in kept if network and _read(path / _NETWORK) == mark}
        waiting = sum(path in own for path in unfinished)
        if len(own) >= limits.kept_of_one or waiting >= limits.unfinished_of_one:
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


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _is_locked(path: Path) -> bool:
    """Say whether a process holds the lock of a file: whether the job is alive."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False

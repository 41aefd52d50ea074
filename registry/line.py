"""The line in which writers of a SQLite file wait, so that none starves where many write.

SQLite by itself asks again and again whether its lock is free, and whoever happens to ask at the
right moment gets it. Here threads of a process are let in one by one in order of arrival, and
processes take turns at the lock of a file beside the database, which the system gives to one that
waits as soon as it is free and takes back when a process dies. It is a courtesy only: what keeps
writers apart is still SQLite's own lock.
"""

from __future__ import annotations

import fcntl
import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

from codes.wording import Text
from registry.errors import RegistryUnavailable


class WritersLine:
    """The writers of one SQLite file.

    Args:
        path: of the file whose lock processes take turns at; made where it is missing.
        most_seconds: how long a thread waits for the others of its process.
    """

    def __init__(self, path: str, *, most_seconds: float) -> None:
        self._path = path
        self._most_seconds = most_seconds
        self._guard = Lock()
        self._waiting: deque[Lock] = deque()
        self._busy = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait in line, and be the one who writes until the block ends.

        Raises:
            RegistryUnavailable: those before took too long.
        """
        self._enter()
        try:
            with self._turn_of_process():
                yield
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._guard:
            if not self._busy:
                self._busy = True
                return
            place = Lock()
            place.acquire()
            self._waiting.append(place)
        if place.acquire(timeout=self._most_seconds):
            return
        with self._guard:
            if place not in self._waiting:
                return  # let in at the very last moment
            self._waiting.remove(place)
        raise RegistryUnavailable(
            "registry_busy",
            Text("登记数据库繁忙，请稍后再试", "the registry database is busy; try again later"),
        )

    def _leave(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._busy = False

    @contextmanager
    def _turn_of_process(self) -> Iterator[None]:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:  # the folder is away or not ours: the database itself will say so
            yield
            return
        try:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

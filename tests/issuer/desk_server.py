"""The real `yanzhen desk` in processes of its own, a clerk who signed in, and kills."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from werkzeug.test import EnvironBuilder

from accounts.roles import Role
from registry.home import Home
from tests.accounts.desk_app import FORM_SECRET, signed_token
from tests.accounts.sign_in_ways import Clock, Desks
from tests.conftest import PASSPHRASE
from tests.issuer.desks import PREFIX

ROOT = Path(__file__).parents[2]
RUNNER, READER = b"issuer.batch_runner", b"issuer.workbook_child"
_PATIENCE_SECONDS = 400.0  # a machine may be busy
Found = TypeVar("Found")


def wait_for(look: Callable[[], Found | None], *, every_seconds: float = 0.005) -> Found:
    """Look until something is found; return it."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < until, "it took too long"
        time.sleep(every_seconds)
    return found


def children(pid: int) -> dict[int, bytes]:
    """Return the command line of each child of a process."""
    found: dict[int, bytes] = {}
    for told in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in told.read_text().split():
                found[int(child)] = Path(f"/proc/{child}/cmdline").read_bytes()
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server sent back."""

    status: int
    location: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskServer:
    """The desks of a home, served by one worker; and a clerk's way to them.

    Args:
        master: the process that was started.
        temporary: its folder for temporary files.
        cookie: of the clerk's browser.
        token: what its forms carry.
    """

    port: int
    master: int
    temporary: Path
    cookie: str
    token: str

    def worker(self) -> int:
        """Return the one worker process."""
        return wait_for(
            lambda: next((pid for pid, line in self._children() if b"-m\0" not in line), None)
        )

    def runner(self) -> int | None:
        """Return the process that issues in the background; None while there is none."""
        return next((pid for pid, line in self._children() if RUNNER in line), None)

    def _children(self) -> list[tuple[int, bytes]]:
        return [(pid, line) for pid, line in children(self.master).items() if line]

    def kill_worker(self, when: Callable[[int], object]) -> None:
        """Kill the worker with signal 9 as soon as something is true; wait for its end."""
        pid = self.worker()
        wait_for(lambda: when(pid))
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: pid not in children(self.master))

    def get(self, path: str) -> Answer:
        """Return a page."""
        return self._answer("GET", path, b"", {})

    def send(self, path: str, **fields: Any) -> Answer | None:
        """Send a form; None where the connection ended without an answer."""
        body, headers = self.form(**fields)
        try:
            return self._answer("POST", path, body, headers)
        except (OSError, http.client.HTTPException):
            return None

    def form(self, **fields: Any) -> tuple[bytes, dict[str, str]]:
        """Return the body and headers of a form with files."""
        environ = EnvironBuilder(method="POST", data=fields).get_environ()
        headers = {"Content-Type": environ["CONTENT_TYPE"], "X-CSRFToken": self.token}
        return environ["wsgi.input"].read(), headers

    def cut(self, path: str, **fields: Any) -> None:
        """Send a form half, and end the connection as a lost network does."""
        body, headers = self.form(**fields)
        lines = {
            **headers,
            "Host": "localhost",
            "Cookie": self._cookies(),
            "Content-Length": len(body),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode())
            connection.sendall(body[: len(body) // 2])

    def _cookies(self) -> str:
        return f"yanzhen_desk={self.cookie}"

    def _answer(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_SECONDS)
        try:
            connection.request(method, path, body, {**headers, "Cookie": self._cookies()})
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            return Answer(
                status=answer.status, location=answer.headers.get("Location", ""), text=text
            )
        finally:
            connection.close()


@contextmanager
def serving_desks(home: Home, app: Flask, folder: Path, public_url: str) -> Iterator[DeskServer]:
    """Start `yanzhen desk` on a home with one worker, a clerk signed in; end it with the block.

    Args:
        app: the same desks in this process, by which the clerk is let in.
        folder: for temporary files and the log.
    """
    desks = Desks(app=app, clock=Clock(datetime.now(UTC)))
    browser = desks.arrived(desks.plant("clerk", Role.BODY_CLERK, body=PREFIX))
    cookie = browser.get_cookie("yanzhen_desk")
    assert cookie is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (temporary := folder / "temporary").mkdir()
    told = ("desk", "--port", str(port), "--workers", "1")
    with (folder / "log").open("wb") as log:
        master = subprocess.Popen(
            [sys.executable, "-c", "from yanzhen import main; main()", *told],
            cwd=ROOT,
            env=os.environ
            | {
                "YANZHEN_HOME": str(home.path),
                "YANZHEN_PASSPHRASE": PASSPHRASE.decode(),
                "YANZHEN_PUBLIC_URL": public_url,
                "TMPDIR": str(temporary),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    server = DeskServer(
        port=port,
        master=master.pid,
        temporary=temporary,
        cookie=cookie.value,
        token=signed_token(app, FORM_SECRET),
    )
    try:
        wait_for(lambda: _is_up(server, master), every_seconds=0.2)
        yield server
    finally:
        master.terminate()
        master.wait()


def _is_up(server: DeskServer, master: subprocess.Popen[bytes]) -> bool:
    assert master.poll() is None, "the desks ended"
    try:
        return server.get("/batches").status == 200
    except OSError:
        return False

"""The server's log says that a request was broken, and nothing of what stood in it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from registry.home import Home

SECRET_NAME = "WangNobody"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def ask(port: int, request: bytes) -> bytes:
    """Send raw bytes, as soon as the server listens, and return its answer."""
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
                wire.sendall(request)
                return wire.recv(4096)
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("the server does not listen")


@pytest.mark.parametrize(
    "request_line", [f"GET /?name={SECRET_NAME}", f"GET /?name={SECRET_NAME} x HTTP/1.1"]
)
def test_a_broken_request_is_logged_without_what_it_asked(
    home: Home, tmp_path: Path, request_line: str
) -> None:
    port, log = free_port(), tmp_path / "log"
    with log.open("wb") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "wsgi", "serve", "--port", str(port), "--workers", "1"],
            env=os.environ | {"YANZHEN_HOME": str(home.path)},
            stdout=file,
            stderr=file,
        )
        try:
            answer = ask(port, f"{request_line}\r\n\r\n".encode())
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
    said = log.read_text(encoding="utf-8")
    assert answer.startswith(b"HTTP/1.1 400")
    assert "Invalid request from ip=127.0.0.1\n" in said
    assert SECRET_NAME not in said

"""Reading a log over the web: packed answers, limits, and redirects that are not followed."""

from __future__ import annotations

import contextlib
import gzip
import os
import socketserver
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from log.errors import LogError
from log.reading import FolderSource, UrlSource, open_source

ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/plain": (200, {}, b"x" * 100),
    "/packed": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 100)),
    "/bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(1_000_000))),
    "/damaged": (200, {"Content-Encoding": "gzip"}, b"no gzip"),
    "/moved": (302, {"Location": "/plain"}, b""),
    "/elsewhere": (302, {"Location": "ftp://127.0.0.1/plain"}, b""),
    "/gone": (410, {}, b""),
    "/broken": (500, {}, b""),
}


# What a hostile log sends, and then again and again.
TRICKLES = {
    "drip": (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "head": (b"HTTP/1.1 200 OK\r\n", b"X"),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "trailer": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n",
        b"A: b\r\n",
    ),
    "redirect": (b"HTTP/1.1 302 Found\r\nLocation: /redirect\r\n\r\n", b"x"),
}
# What it sends once, and closes.
CUT_OFF = {
    "short": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nabc",
    "negative": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc",
    "chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc",
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"x")[:-1],
    **{
        f"to {place}": b"HTTP/1.1 302 Found\r\nLocation: " + place.encode() + b"\r\n\r\n"
        for place in (
            "http://[",
            "//[::1",
            "http://x..y/",
            f"http://{'a' * 70}.example/",
            "file:///",
        )
    },
}


class _Hostile(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        """Send as the path says."""
        asked = self.request.recv(4096).split()[1].decode()[1:].replace("%20", " ")
        if asked in CUT_OFF:
            self.request.sendall(CUT_OFF[asked])
            return
        first, again = TRICKLES[asked]
        with contextlib.suppress(OSError):
            self.request.sendall(first)
            while True:
                self.request.sendall(again)
                time.sleep(0.02)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer as the table says."""
        status, headers, body = ANSWERS.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def source() -> Iterator[UrlSource]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02))
        thread.start()
        yield UrlSource(f"http://127.0.0.1:{server.server_address[1]}/")
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["plain", "packed", "moved"])
def test_a_file_is_read_however_it_is_sent(source: UrlSource, path: str) -> None:
    assert source.read(path, max_bytes=100) == b"x" * 100


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("plain", "log_file_large"),
        ("bomb", "log_file_large"),
        ("none", "log_file_missing"),
        ("gone", "log_file_missing"),
        ("broken", "log_unreachable"),
        ("damaged", "log_unreachable"),
        ("elsewhere", "log_unreachable"),
    ],
)
def test_what_is_not_taken_says_why(source: UrlSource, path: str, code: str) -> None:
    limit = 99 if path == "plain" else 10_000
    with pytest.raises(LogError) as refused:
        source.read(path, max_bytes=limit)

    assert refused.value.code == code


def test_the_web_has_no_list_of_files(source: UrlSource) -> None:
    assert source.listing() is None  # type: ignore[func-returns-value] # that is what is tested


@pytest.fixture(scope="module")
def hostile() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Hostile) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("how", TRICKLES)
def test_a_file_that_comes_in_drops_is_given_up_in_time(hostile: str, how: str) -> None:
    began = time.monotonic()
    with pytest.raises(LogError, match="log_unreachable"):
        UrlSource(hostile, timeout_seconds=0.5).read(how, max_bytes=10**6)

    assert time.monotonic() - began < 5


@pytest.mark.parametrize("how", CUT_OFF)
def test_an_answer_that_is_cut_off_or_leads_nowhere_is_no_fault_of_the_log(
    hostile: str, how: str
) -> None:
    with pytest.raises(LogError, match="log_unreachable"):
        UrlSource(hostile).read(how.replace(" ", "%20"), max_bytes=10**6)


@pytest.mark.parametrize("place", ["http://[", "http://x..y", "http://a:b", "http://"])
def test_an_address_that_is_none_cannot_be_reached(place: str) -> None:
    with pytest.raises(LogError, match="log_unreachable"):
        open_source(place).read("checkpoint", max_bytes=100)


def test_only_regular_files_of_a_folder_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "checkpoint")
    for path in ("checkpoint", ".", "none"):
        with pytest.raises(LogError, match="log_file_missing"):
            FolderSource(tmp_path).read(path, max_bytes=100)

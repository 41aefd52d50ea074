"""Reading a log over the web: packed answers, limits, and redirects that are not followed."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from log.errors import LogError
from log.reading import UrlSource

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

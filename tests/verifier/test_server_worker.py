"""Who sends half of a request and stalls does not hold a worker."""

from __future__ import annotations

import socket
import sys
import threading
import time
from email import message_from_bytes

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.sync import SyncWorker

from verifier.server_worker import HEAD_SECONDS, MOST_SECONDS, PatientWorker, body_seconds


def test_reading_ends_once_its_time_is_over_and_an_answer_still_goes_out() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"half")
        worker = PatientWorker.__new__(PatientWorker)
        worker._reading = ours, time.monotonic() - 1
        threading.Thread(target=worker._watch, daemon=True).start()
        came = b""
        while more := ours.recv(100):  # without the watch it never ends
            came += more
        assert came == b"half"
        ours.sendall(b"answer")
        assert theirs.recv(100) == b"answer"


@pytest.mark.parametrize(
    ("length", "seconds"),
    [
        ("0", HEAD_SECONDS),
        ("5000000", HEAD_SECONDS + 10),
        ("9" * 30, MOST_SECONDS),
        ("-5", HEAD_SECONDS),
        ("٣", HEAD_SECONDS),
    ],
)
def test_a_longer_body_has_more_time_and_none_has_all(length: str, seconds: float) -> None:
    assert body_seconds([("HOST", "x"), ("CONTENT-LENGTH", length)]) == seconds


def test_a_request_without_a_length_has_the_time_of_a_head() -> None:
    assert body_seconds([]) == HEAD_SECONDS


def test_a_request_that_takes_too_long_is_answered_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(SyncWorker, "handle_request", lambda *_: sys.exit(1))  # as it is aborted
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker = PatientWorker.__new__(PatientWorker)
        worker.cfg = Config()
        worker.log = Logger(worker.cfg)
        theirs.sendall(b"GET /batch HTTP/1.1\r\nHost: x\r\n\r\n")
        worker.handle(None, ours, ("127.0.0.1", 1))
        answer = b""
        while more := theirs.recv(4096):
            answer += more
    status, _, rest = answer.partition(b"\r\n")
    said = message_from_bytes(rest)
    assert status == b"HTTP/1.1 503 Service Unavailable"
    page = rest.partition(b"\r\n\r\n")[2]
    assert int(said["Content-Length"]) == len(page)
    assert "系统繁忙" in page.decode() and "The system is busy" in page.decode()

"""Who sends half of a request and stalls does not hold a worker."""

from __future__ import annotations

import socket
import threading
import time

import pytest

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

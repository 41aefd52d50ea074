"""The child answers, is replaced when it fails, and runs nothing from the current folder."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path

import pytest

from registry.child import Child, ChildFailed, FailureReason, processor_seconds

MEMORY = 1 << 30
ECHO = """
import os, sys, time
from registry.child import serve

def handle(question: bytes) -> bytes:
    if question == b"crash":
        os._exit(1)
    if question == b"sleep":
        time.sleep(60)
    if question == b"memory":
        bytearray(8 << 30)
    if question == b"long":
        return b"x" * 2000
    if question == b"environment":
        return "\\n".join(os.environ).encode()
    return question

if __name__ == "__main__":
    serve(handle)
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Child:
    (tmp_path / "echo_child.py").write_text(ECHO, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("YANZHEN_PASSPHRASE", "not for children")
    return Child("echo_child", seconds=15, memory_bytes=MEMORY, answer_bytes=1000)


def test_a_child_answers_question_after_question(child: Child) -> None:
    with child:
        assert [child.ask(b"a"), child.ask(b""), child.ask(b"b" * 900)] == [b"a", b"", b"b" * 900]


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (b"crash", FailureReason.CRASH),
        (b"memory", FailureReason.CRASH),
        (b"long", FailureReason.TOO_LARGE),
    ],
)
def test_a_child_that_fails_is_replaced(
    child: Child, question: bytes, reason: FailureReason
) -> None:
    with child:
        with pytest.raises(ChildFailed) as caught:
            child.ask(question)
        assert caught.value.reason is reason
        assert child.ask(b"again") == b"again"


def test_the_replacement_loads_before_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = tmp_path / "starts"
    program = f"open({str(starts)!r}, 'a').write('x')\n{ECHO}"
    (tmp_path / "counted_child.py").write_text(program, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Child("counted_child", seconds=15, memory_bytes=MEMORY) as child:
        with pytest.raises(ChildFailed):
            child.ask(b"crash")
        deadline = time.monotonic() + 15
        while starts.read_text(encoding="utf-8") != "xx":
            assert time.monotonic() < deadline, "no second process was started"
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("used", "reason"),
    [
        ((0.5, 1.4), FailureReason.BUSY),
        ((0.5, 1.6), FailureReason.TIMEOUT),
        ((inf, inf), FailureReason.TIMEOUT),
    ],
    ids=["hardly any processor time", "most of the time", "not measured"],
)
def test_a_child_that_takes_too_long_is_killed(
    child: Child,
    monkeypatch: pytest.MonkeyPatch,
    used: tuple[float, float],
    reason: FailureReason,
) -> None:
    assert child.ask(b"warm") == b"warm"
    child.close()
    told = iter(used)
    monkeypatch.setattr("registry.child.processor_seconds", lambda _: next(told))
    with Child("echo_child", seconds=2, memory_bytes=MEMORY) as hasty:
        with pytest.raises(ChildFailed) as caught:
            hasty.ask(b"sleep")
        assert caught.value.reason is reason


def test_the_processor_time_of_a_process_is_told_by_the_system() -> None:
    before = time.process_time()
    told = processor_seconds(os.getpid())
    assert before - 0.1 <= told <= time.process_time() + 0.1
    assert processor_seconds(0) == inf  # there is no such process


def test_an_asker_whose_time_is_over_waits_no_longer(child: Child) -> None:
    with child:
        assert child.ask(b"warm") == b"warm"
        for before in (time.monotonic() - 1, time.monotonic() + 0.5):
            with pytest.raises(ChildFailed) as caught:
                child.ask(b"sleep", before=before)
            assert caught.value.reason is FailureReason.BUSY
            assert time.monotonic() < before + 10


def test_an_asker_does_not_wait_for_another_beyond_its_time(child: Child) -> None:
    with child, ThreadPoolExecutor(1) as pool:
        assert child.ask(b"warm") == b"warm"
        first = pool.submit(child.ask, b"sleep", before=time.monotonic() + 3)
        time.sleep(0.5)
        with pytest.raises(ChildFailed) as caught:
            child.ask(b"second", before=time.monotonic() + 0.5)
        assert caught.value.reason is FailureReason.BUSY
        assert not first.done()
        assert isinstance(first.exception(), ChildFailed)


def test_a_child_inherits_no_secret(child: Child) -> None:
    with child:
        assert b"YANZHEN_PASSPHRASE" not in child.ask(b"environment")


def test_nothing_in_the_current_folder_is_run(
    tmp_path: Path, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    download = tmp_path / "download"
    download.mkdir()
    (download / "selectors.py").write_text("open('PWNED', 'w')", encoding="utf-8")
    (download / "echo_child.py").write_text("open('PWNED', 'w')", encoding="utf-8")
    monkeypatch.chdir(download)
    with child:
        assert child.ask(b"safe") == b"safe"
    assert not (download / "PWNED").exists()

"""The child answers, is replaced when it fails, and runs nothing from the current folder."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from registry.child import Child, ChildFailed, FailureReason

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


def test_a_child_that_takes_too_long_is_killed(tmp_path: Path, child: Child) -> None:
    assert child.ask(b"warm") == b"warm"
    child.close()
    with Child("echo_child", seconds=2, memory_bytes=MEMORY) as hasty:
        with pytest.raises(ChildFailed) as caught:
            hasty.ask(b"sleep")
        assert caught.value.reason is FailureReason.TIMEOUT


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

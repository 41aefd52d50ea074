"""One answer about a file has one budget of time, which ends before a worker is taken for dead."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from registry.child import Child, ChildFailed, FailureReason
from tests.forgery.papers import Works, make_works
from tests.verifier.papers import encode_picture
from verifier.document import document_reader
from verifier.file_slots import FileSlots
from verifier.issued_pages import NO_PAGES
from verifier.opening import open_verifier
from verifier.readers import Readers
from verifier.seal_trust import no_seals
from verifier.service import Verifier
from verifier.verdict import Outcome, Verdict
from wsgi import WORKER_SECONDS

BUDGET = 20.0  # as docs/api.md says; tests have more
EMPTY_PAGE = json.dumps({"kind": "picture", "pages": [{"glyphs": [], "symbols": []}]}).encode()


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Works:
    return make_works(tmp_path_factory.mktemp("works"), seed=3, count=1)


@pytest.fixture
def verifier(works: Works) -> Iterator[Verifier]:
    opened = open_verifier(works.home)
    yield opened
    opened.close()


def codes_of(verdict: Verdict) -> set[str]:
    return {one.code for one in verdict.findings}


def test_the_budget_is_well_below_what_a_worker_has() -> None:
    assert 3 * BUDGET <= WORKER_SECONDS


def test_one_deadline_is_handed_to_every_wait_of_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.readers.ANSWER_SECONDS", BUDGET)
    handed: list[float] = []

    class Place(FileSlots):
        @contextmanager
        def taken(self, *, before: float = 0.0) -> Iterator[None]:
            handed.append(before)
            with super().taken(before=before):
                yield

    def ask(_: Child, question: bytes, *, before: float = 0.0, seconds: float) -> bytes:
        handed.append(before)
        return EMPTY_PAGE

    monkeypatch.setattr(Child, "ask", ask)
    started = time.monotonic()
    readers = Readers(Place(tmp_path, 1), NO_PAGES, no_seals).answering()
    readers.read(b"\xff\xd8\xff")
    readers.read_print(b"\xff\xd8\xff")
    assert len(handed) == 4
    assert len(set(handed)) == 1
    assert BUDGET <= handed[0] - started < 2 * BUDGET
    assert not readers.held_up


def test_each_child_gets_what_the_others_left_of_the_time_for_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("verifier.readers.WORK_SECONDS", 9.0)
    clock = [100.0]
    monkeypatch.setattr("verifier.readers.time.monotonic", lambda: clock[0])
    handed: list[float] = []

    def ask(_: Child, question: bytes, *, before: float, seconds: float) -> bytes:
        handed.append(seconds)
        clock[0] += 4.0
        return EMPTY_PAGE

    monkeypatch.setattr(Child, "ask", ask)
    site = Readers(None, NO_PAGES, no_seals)
    readers = site.answering()
    readers.glance(b"%PDF-1.7")
    readers.read(b"%PDF-1.7")
    readers.read_print(b"\xff\xd8\xff")
    site.answering().read(b"\xff\xd8\xff")
    assert handed == [9.0, 5.0, 1.0, 9.0]


def test_no_time_left_for_work_is_the_files_own_fault_and_costs_no_child() -> None:
    child = document_reader()
    with pytest.raises(ChildFailed) as failed:
        child.ask(b"", seconds=0.0)
    assert failed.value.reason is FailureReason.TIMEOUT
    assert child._process is None


def test_an_answer_whose_time_is_over_is_inconclusive_and_not_waited_for(
    verifier: Verifier, works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.readers.ANSWER_SECONDS", 0.0)
    started = time.monotonic()
    verdict = verifier.verify_file(works.papers[0].pdf, "a.pdf")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert codes_of(verdict) & {"system_busy", "file_too_heavy"} == {"system_busy"}
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (FailureReason.BUSY, "system_busy"),
        (FailureReason.TIMEOUT, "picture_out_of_time"),
        (FailureReason.CRASH, "picture_not_compared"),
    ],
)
def test_a_picture_that_a_busy_machine_could_not_compare_is_told_to_come_again(
    works: Works, reason: FailureReason, code: str
) -> None:
    def compare(_: bytes) -> bytes:
        raise ChildFailed(reason)

    opened = open_verifier(works.home)
    try:
        opened._readers._compare_bytes = compare
        verdict = opened.verify_file(encode_picture(works.papers[0].sheet(), "PNG"), "a.png")
        blank = encode_picture(works.papers[0].sheet().crop((0, 0, 300, 300)), "PNG")
        unmarked = opened.verify_file(blank, "a.png")
    finally:
        opened.close()
    why = {"system_busy", "picture_out_of_time", "picture_not_compared"}
    assert verdict.outcome is unmarked.outcome is Outcome.INCONCLUSIVE
    assert "signature_genuine" in codes_of(verdict)
    assert codes_of(verdict) & why == {code}
    assert codes_of(unmarked) & why == {code} - {"picture_not_compared"}

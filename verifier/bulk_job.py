"""The process of one batch check: `python -m verifier.bulk_job`, started by `BulkJobs`.

It reads its order and the list from standard input before it loads anything, so that whoever
started it need not wait, and leaves its answer sealed under the asker's token.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from registry.home import Home
    from verifier.bulk_budget import BatchBudget
    from verifier.bulk_check import BulkReport
    from verifier.bulk_place import JobPlace

_PATIENCE_SECONDS = 600.0
_WATCH_MARGIN = timedelta(minutes=2)
_LOOK_SECONDS = 1.0
_SAY_SECONDS = 10.0


def main(question: bytes) -> None:
    """Carry an order out."""
    from pathlib import Path

    from verifier.bulk_budget import open_batch_budget
    from verifier.bulk_place import ANSWER, LIST, JobPlace
    from verifier.file_slots import FileSlots, NoFreeSlot

    head, _, data = question.partition(b"\n")
    order = json.loads(head)
    if len(data) != order["bytes"]:
        return  # whoever told it was killed; half a list would look like a whole one
    folder, home = Path(order["folder"]), Path(order["home"])
    place = JobPlace(folder, order["token"])
    slots = FileSlots(
        folder.with_name("batch-slots"), order["running"], patience_seconds=_PATIENCE_SECONDS
    )
    try:
        with open_batch_budget(home, order["network"], slots) as budget:
            answer = _check(place, home, order, data, budget)
    except NoFreeSlot:
        return  # without an answer it is lost, and the asker is told to try again
    place.seal(ANSWER, json.dumps(answer).encode())
    (place.path / LIST).unlink(missing_ok=True)  # nobody begins it anew


def _end_with_place(question: bytes) -> None:
    """End this process once its place is gone: nobody waits for a list that was deleted."""
    from pathlib import Path

    from verifier.bulk_place import JobPlace

    order = json.loads(question.partition(b"\n")[0])
    folder = JobPlace(Path(order["folder"]), order["token"]).path
    while folder.exists():
        time.sleep(_LOOK_SECONDS)
    os._exit(0)


def _check(
    place: JobPlace, home: Path, order: dict[str, Any], data: bytes, budget: BatchBudget
) -> dict[str, Any]:
    from codes.wording import Language
    from registry.home import Home
    from verifier.bulk_check import check_bulk
    from verifier.bulk_faults import BulkError
    from verifier.bulk_json import result_to_json
    from verifier.bulk_page import PAGE_ROWS, page_answer, page_refusal
    from verifier.bulk_place import PROGRESS, ROWS, workbook_name
    from verifier.bulk_results import write_workbook
    from verifier.bulk_table import open_bulk_child, parse_bulk
    from verifier.opening import open_verifier, utc_now

    try:
        with open_bulk_child() as child:
            table = parse_bulk(data, order["file"], child)
    except BulkError as refused:
        return page_refusal(refused)

    began = time.monotonic()

    def show(done: int, total: int) -> None:
        minutes = minutes_left(done, total, time.monotonic() - began)
        told = {"done": done, "total": total, "minutes_left": minutes, "slowed": budget.slowed}
        place.write(PROGRESS, json.dumps(told).encode())

    verifier = open_verifier(Home.open(home))
    try:
        spend = _spending(place, budget)
        report = check_bulk(
            verifier,
            table,
            utc_now,
            headless=order["rows"],
            on_failed=spend,
            on_progress=show,
        )
    finally:
        verifier.close()
    if order["watcher"] is not None:
        _watch(Home.open(home), order["watcher"], report)
    if order["rows"]:
        rows = [result_to_json(result, Language.ZH) for result in report.results]
        place.seal(ROWS, json.dumps(rows).encode())
    for language in Language if order["workbooks"] else ():
        place.seal(workbook_name(language), write_workbook(report, language))
    answer = page_answer(report, PAGE_ROWS)
    return answer if order["watcher"] is None else {**answer, "watched": _watched(report)}


def minutes_left(done: int, total: int, seconds: float) -> int:
    """Return about how many minutes the rest of a list takes; 0 where it is too early to say."""
    if not done or seconds < _SAY_SECONDS:
        return 0
    return math.ceil(seconds / done * (total - done) / 60)


def _spending(place: JobPlace, budget: BatchBudget) -> Callable[[int], None]:
    """Return what counts failed rows once, though a killed run of the same check met them before.

    That they are counted is written first: killed in between, a run has counted too little.
    """
    from verifier.bulk_place import SPENT

    counted, seen = place.read_number(SPENT), 0

    def spend(failed: int) -> None:
        nonlocal counted, seen
        seen += failed
        new, counted = seen - counted, max(seen, counted)
        if new > 0:
            place.write(SPENT, str(counted).encode())
            budget.spend(new)

    return spend


def _watched(report: BulkReport) -> list[list[int | str]]:
    """Return row and number of every certificate of a list that is watched."""
    return [
        [result.row.row, result.certificate.number]
        for result in report.results
        if result.certificate is not None
    ]


def _watch(home: Home, employer: int, report: BulkReport) -> None:
    """Watch every certificate of a list that was found under the facts its row brought.

    What was put on record a little before is told too: better twice than not at all.
    """
    from registry.public_database import public_database, public_database_url
    from registry.session import transaction
    from registry.watches import WatchMarks, watch

    marks = WatchMarks(home.pepper())
    began = min((result.checked_at for result in report.results), default=report.finished_at)
    found = [marks.mark(str(number)) for _, number in _watched(report)]
    with public_database(public_database_url(home)) as public, transaction(public) as session:
        watch(session, employer, found, since=began - _WATCH_MARGIN)


if __name__ == "__main__":
    told = sys.stdin.buffer.read()
    Thread(target=_end_with_place, args=(told,), daemon=True).start()
    main(told)

"""The process of one batch check: `python -m verifier.bulk_job`, started by `BulkJobs`.

It reads its order and the list from standard input before it loads anything, so that whoever
started it need not wait, and leaves its answer sealed under the asker's token.
"""

from __future__ import annotations

import json
import sys
from typing import Any

_PAGE_ROWS = 200
_PATIENCE_SECONDS = 600.0


def main(question: bytes) -> None:
    """Carry an order out."""
    from pathlib import Path

    from verifier.bulk_jobs import ANSWER, JobPlace
    from verifier.file_slots import FileSlots, NoFreeSlot

    head, _, data = question.partition(b"\n")
    order = json.loads(head)
    folder = Path(order["folder"])
    place = JobPlace(folder, order["token"])
    slots = FileSlots(
        folder.with_name("batch-slots"), order["running"], patience_seconds=_PATIENCE_SECONDS
    )
    try:
        with slots.taken():
            answer = _check(place, Path(order["home"]), order["file"], data)
    except NoFreeSlot:
        return  # without an answer it is lost, and the asker is told to try again
    place.seal(ANSWER, json.dumps(answer).encode())


def _check(place: Any, home: Any, file: str, data: bytes) -> dict[str, Any]:
    from codes.wording import Language
    from registry.home import Home
    from verifier.bulk_check import check_bulk
    from verifier.bulk_faults import BulkError
    from verifier.bulk_jobs import PROGRESS, workbook_name
    from verifier.bulk_page import page_answer, page_refusal
    from verifier.bulk_results import write_workbook
    from verifier.bulk_table import open_bulk_child, parse_bulk
    from verifier.opening import open_verifier, utc_now

    try:
        with open_bulk_child() as child:
            table = parse_bulk(data, file, child)
    except BulkError as refused:
        return page_refusal(refused)
    verifier = open_verifier(Home.open(home))
    try:
        report = check_bulk(
            verifier,
            table,
            utc_now,
            on_failed=count_failed,
            on_progress=lambda done, total: place.write(
                PROGRESS, json.dumps([done, total]).encode()
            ),
        )
    finally:
        verifier.close()
    for language in Language:
        place.seal(workbook_name(language), write_workbook(report, language))
    return page_answer(report, _PAGE_ROWS)


def count_failed(failed: int) -> None:
    """Count failed rows against the budget of the asker; it may wait here, never refuse."""


if __name__ == "__main__":
    main(sys.stdin.buffer.read())

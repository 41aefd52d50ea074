"""What the page of a batch check shows, as JSON between the process that made it and the page."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from codes.wording import Text
from verifier.bulk_check import BulkReport, BulkResult
from verifier.bulk_columns import Column
from verifier.bulk_faults import BulkError
from verifier.bulk_words import said_again
from verifier.compare import shorten
from verifier.verdict import Outcome, say_instant

PAGE_ROWS: Final = 200  # that a page lists at once, and that are kept of each outcome
_MOST_SHOWN: Final = 40  # characters of a cell; the workbook has all of them
_ORDER: Final = (
    Outcome.ALTERED,
    Outcome.UNREGISTERED,
    Outcome.UNKNOWN_ISSUER,
    Outcome.NOT_CURRENT,
    Outcome.NOT_FOUND,
    Outcome.INCONCLUSIVE,
    None,
)


def page_refusal(refused: BulkError) -> dict[str, Any]:
    """Return the answer of a list that cannot be checked."""
    return {"refused": _both(refused.text)}


def page_answer(report: BulkReport, rows: int) -> dict[str, Any]:
    """Return the counts, and the first so many rows of each outcome that is not valid.

    Those that were proved not to be in order come first, slips of the pen last.
    """
    off = [result for result in report.results if result.outcome is not Outcome.VALID]
    off.sort(key=lambda result: _ORDER.index(result.outcome))
    listed: Counter[tuple[Outcome | None, Text]] = Counter()
    shown = []
    for result in off:
        kind = (result.outcome, result.summary)
        listed[kind] += 1
        if listed[kind] <= rows:
            shown.append(result)
    return {
        "file": report.table.file,
        "rows": len(report.results),
        "blank": report.table.blank_rows,
        "repeated": {
            "count": len(report.repeated),
            "shown": [_shown(one) for one in report.results if one.row.row in report.repeated][
                :rows
            ],
        },
        "sheets": None if report.of_sheets is None else _both(report.of_sheets),
        "finished": _both(say_instant(report.finished_at)),
        "trust": None if report.trust is None else _both(report.trust.text),
        "again": _both(said_again(report.read_again, report.changed))
        if report.read_again
        else None,
        "counts": [
            {"outcome": _value(outcome), "text": _both(words), "count": count}
            for (outcome, words), count in report.counts_in_words.items()
        ],
        "off": len(off),
        "shown": [_shown(result) for result in shown],
    }


def _shown(result: BulkResult) -> dict[str, Any]:
    return {
        "row": result.row.row,
        "number": shorten(result.row.asked.get(Column.NUMBER, ""), _MOST_SHOWN),
        "name": shorten(result.row.asked.get(Column.NAME, ""), _MOST_SHOWN),
        "outcome": _value(result.outcome),
        "summary": _both(result.summary),
        "reason": _both(result.reason),
    }


def _value(outcome: Outcome | None) -> str:
    return "" if outcome is None else outcome.value


def _both(text: Text) -> list[str]:
    return [text.zh, text.en]

"""What the page of a batch check shows, as JSON between the process that made it and the page."""

from __future__ import annotations

from typing import Any

from codes.wording import Text
from verifier.bulk_check import BulkReport
from verifier.bulk_columns import Column
from verifier.bulk_faults import BulkError
from verifier.bulk_words import said_again
from verifier.verdict import Outcome, say_instant


def page_refusal(refused: BulkError) -> dict[str, Any]:
    """Return the answer of a list that cannot be checked."""
    return {"refused": _both(refused.text)}


def page_answer(report: BulkReport, rows: int) -> dict[str, Any]:
    """Return the counts, and of the rows that are not valid the first so many."""
    off = [result for result in report.results if result.outcome is not Outcome.VALID]
    return {
        "file": report.table.file,
        "rows": len(report.results),
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
        "shown": [
            {
                "row": result.row.row,
                "number": result.row.asked.get(Column.NUMBER, ""),
                "name": result.row.asked.get(Column.NAME, ""),
                "outcome": _value(result.outcome),
                "summary": _both(result.summary),
                "reason": _both(result.reason),
            }
            for result in off[:rows]
        ],
    }


def _value(outcome: Outcome | None) -> str:
    return "" if outcome is None else outcome.value


def _both(text: Text) -> list[str]:
    return [text.zh, text.en]

"""What became of a list as JSON: outcomes by row number, nothing of what the rows hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codes.wording import Language, Text
from verifier.bulk_check import BulkReport, BulkResult
from verifier.verdict import format_instant, trust_to_json

NOT_ASKED = "not_asked"


def report_to_json(report: BulkReport, language: Language) -> dict[str, Any]:
    """Return the counts and the answer to each row.

    Args:
        language: of the plain `summary_text` members.
    """
    return {
        "file": report.table.file,
        "sheet": report.table.sheet,
        "rows": len(report.results),
        "counts": counts_to_json(report),
        "demo": report.demo,
        "trust_list": None if report.trust is None else trust_to_json(report.trust),
        "finished_at": format_instant(report.finished_at),
        "results": [result_to_json(result, language) for result in report.results],
    }


def counts_to_json(report: BulkReport) -> Mapping[str, int]:
    """Return how many rows came to each outcome that came up."""
    return {
        NOT_ASKED if outcome is None else outcome.value: count
        for outcome, count in report.counts.items()
    }


def result_to_json(result: BulkResult, language: Language) -> dict[str, Any]:
    """Return the answer to one row."""
    fault = result.row.fault
    return {
        "row": result.row.row,
        "outcome": NOT_ASKED if result.outcome is None else result.outcome.value,
        "status": result.status.value,
        "error": None if fault is None else {"code": fault.code, "cell": fault.cell},
        "summary": _both(result.summary),
        "summary_text": result.summary.say(language),
        "reason": _both(result.reason),
        "advice": _both(result.advice),
        "checked_at": format_instant(result.checked_at),
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}

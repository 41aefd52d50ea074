"""What of the police desk's tables lies sealed under the vault, each value bound to its row."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from registry.case_models import CaseEvent, CaseItem, CaseQuestion, CaseReading, PoliceCase
from registry.desk_sealed import SealedColumn
from registry.vault import Vault


def _bound(what: str) -> Callable[[Any], str]:
    return lambda row: f"{what}/{row.key}"


CASE_ABOUT: Final = SealedColumn(PoliceCase, "about_sealed", _bound("police-case"))
ITEM_ABOUT: Final = SealedColumn(CaseItem, "about_sealed", _bound("police-item"))
ITEM_CONTENT: Final = SealedColumn(CaseItem, "content_sealed", _bound("police-original"))
ITEM_BOXED: Final = SealedColumn(CaseItem, "boxed_sealed", _bound("police-boxed"))
REPORT_PDF: Final = SealedColumn(CaseItem, "report_pdf_sealed", _bound("police-report-pdf"))
REPORT_JSON: Final = SealedColumn(CaseItem, "report_json_sealed", _bound("police-report-json"))
EVENT_LINE: Final = SealedColumn(CaseEvent, "line_sealed", _bound("police-custody"))
QUESTION: Final = SealedColumn(CaseQuestion, "question_sealed", _bound("police-question"))
ANSWER_WORDS: Final = SealedColumn(CaseQuestion, "words_sealed", _bound("police-answer"))
MISTAKE_REASON: Final = "mistake"
"""In what is kept about a paper: why it was handed in by mistake."""
REMARK: Final = SealedColumn(CaseReading, "remark_sealed", _bound("police-review"))

CASE_COLUMNS: Final[tuple[SealedColumn[Any], ...]] = (
    CASE_ABOUT,
    ITEM_ABOUT,
    ITEM_CONTENT,
    ITEM_BOXED,
    REPORT_PDF,
    REPORT_JSON,
    EVENT_LINE,
    QUESTION,
    ANSWER_WORDS,
    REMARK,
)
"""All of them, for who takes them over to the next vault key."""


def put_json(column: SealedColumn[Any], row: Any, vault: Vault, value: dict[str, Any]) -> None:
    """Seal a JSON object into a row; raises as `SealedColumn.put`."""
    column.put(row, vault, json.dumps(value, ensure_ascii=False).encode())


def read_json(column: SealedColumn[Any], row: Any, vault: Vault) -> dict[str, Any]:
    """Return the JSON object sealed in a row, empty for none; raises as `Vault.unseal`."""
    found: dict[str, Any] = json.loads(column.read(row, vault) or b"{}")
    return found


def read_text(column: SealedColumn[Any], row: Any, vault: Vault) -> str:
    """Return the text sealed in a row, empty for none; raises as `Vault.unseal`."""
    return (column.read(row, vault) or b"").decode()

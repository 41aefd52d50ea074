"""Lists as files: what the export links of `data_table` answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from flask import Response

from codes.wording import Language, Text
from registry.sheet_writing import SheetValue, write_csv_rows, write_workbook_rows
from templates.downloads import attachment

MAX_ROWS: Final = 100_000
_KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def export_rows(
    kind: str | None,
    name: Text,
    headings: Sequence[Text],
    rows: Iterable[Sequence[SheetValue | Text]],
    language: Language,
) -> Response:
    """Return rows as a file; whatever is no known kind is a workbook.

    Args:
        kind: csv or xlsx, as the address says.
        name: of the file, without ending and without personal data.
        headings: one a column.
        rows: `MAX_ROWS` at most; the caller asks its domain for no more.
        language: of the file's words.
    """
    ending = kind if kind in _KINDS else "xlsx"
    said = [heading.say(language) for heading in headings]
    plain = (
        [value.say(language) if isinstance(value, Text) else value for value in row] for row in rows
    )
    if ending == "csv":
        data = write_csv_rows(said, plain)
    else:
        data = write_workbook_rows(name.say(language), said, plain)
    response = Response(data, content_type=_KINDS[ending])
    response.headers["Content-Disposition"] = attachment(name.say(language), name.en, ending)
    return response

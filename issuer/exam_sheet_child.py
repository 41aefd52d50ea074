"""The child process that takes the workbooks of an examination apart."""

from __future__ import annotations

from issuer.columns import MAX_ROWS
from issuer.exam_columns import rank
from registry.child import serve
from registry.sheet_faults import SheetRefused
from registry.workbook import read_workbook
from registry.workbook_json import encode_reading, encode_refusal


def answer(data: bytes) -> bytes:
    """Return the workbook's reading, or its refusal, as JSON."""
    try:
        return encode_reading(read_workbook(data, rank, max_rows=MAX_ROWS))
    except SheetRefused as refused:
        return encode_refusal(refused)


if __name__ == "__main__":
    serve(answer)

"""The child process that takes lists to check apart: `python -m verifier.bulk_child`."""

from __future__ import annotations

from registry.child import serve
from registry.sheet_faults import SheetRefused
from registry.workbook import read_workbook
from registry.workbook_json import encode_reading, encode_refusal
from verifier.bulk_columns import is_list, rank
from verifier.bulk_limits import MAX_BULK_ROWS


def answer(data: bytes) -> bytes:
    """Return the workbook's reading, or its refusal, as JSON."""
    try:
        reading = read_workbook(data, rank, max_rows=MAX_BULK_ROWS, is_alike=is_list)
        return encode_reading(reading)
    except SheetRefused as refused:
        return encode_refusal(refused)


if __name__ == "__main__":
    serve(answer)

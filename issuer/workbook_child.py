"""The child process in which workbooks are taken apart: `python -m issuer.workbook_child`."""

from __future__ import annotations

from issuer.grid_json import encode_reading, encode_refusal
from issuer.roster_xlsx import WorkbookRefused, read_workbook
from registry.child import serve


def answer(data: bytes) -> bytes:
    """Return the workbook's reading, or its refusal, as JSON."""
    try:
        return encode_reading(read_workbook(data))
    except WorkbookRefused as refused:
        return encode_refusal(refused.problem)


if __name__ == "__main__":
    serve(answer)

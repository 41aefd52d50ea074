"""Spreadsheets that a page gives to be kept."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Final

from flask import Response, send_file

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send_workbook(book: bytes | Path, name: str) -> Response:
    """Send a workbook as a file to be kept.

    Args:
        book: its bytes, or the file that holds them.
        name: under which it is kept.
    """
    content = BytesIO(book) if isinstance(book, bytes) else book
    return send_file(content, _XLSX, as_attachment=True, download_name=name)

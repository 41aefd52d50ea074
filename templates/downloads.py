"""Files that a page gives to be kept, under a name that every program can read."""

from __future__ import annotations

import re
import unicodedata
from io import BytesIO
from pathlib import Path
from typing import Final
from urllib.parse import quote

from flask import Response, request, send_file

from codes.wording import Text
from templates.file_types import XLSX, FileType
from templates.page_headers import NO_STORE
from templates.page_language import page_language

_NAMELESS: Final = "file"


def send_download(
    content: bytes | Path, name: Text, kind: FileType, *, plain: str = ""
) -> Response:
    """Send a file to be kept, which no cache keeps.

    Args:
        content: its bytes, or the file that holds them.
        name: under which it is kept, without ending, in the language of the page.
        kind: what it is.
        plain: its name for programs that read ASCII alone; the English one unless given.
    """
    answer = send_file(BytesIO(content) if isinstance(content, bytes) else content, kind.mimetype)
    said = name.say(page_language(request))
    answer.headers["Content-Disposition"] = attachment(said, plain or name.en, kind.ending)
    answer.headers["Cache-Control"] = NO_STORE
    return answer


def send_workbook(book: bytes | Path, name: Text) -> Response:
    """Send a workbook to be kept; as `send_download`."""
    return send_download(book, name, XLSX)


def attachment(name: str, plain: str, ending: str) -> str:
    """Return the `Content-Disposition` of a file to be kept, by RFC 6266 and RFC 5987.

    Args:
        name: without ending, of any characters.
        plain: the name for programs that read ASCII alone; what is not ASCII in it is left out.
        ending: without a dot, ASCII.
    """
    whole = quote(f"{name}.{ending}", safe="")
    return f"attachment; filename=\"{_ascii(plain)}.{ending}\"; filename*=UTF-8''{whole}"


def _ascii(name: str) -> str:
    kept = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9._]+", "-", kept).strip("-._") or _NAMELESS

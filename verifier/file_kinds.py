"""What an uploaded file is, told once by its bytes: a PDF or a picture.

Programs choose in different ways what to show of a file that is both, so such a file is not read.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from templates.file_types import HEIF_BRANDS, PDF_HEAD_BYTES, PDF_MARK

_HEADS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


class FileKind(StrEnum):
    """What an uploaded file is."""

    PDF = "pdf"
    PICTURE = "picture"
    BOTH = "both"


def kind_of(data: bytes) -> FileKind | None:
    """Return what a file is, None for anything that is not read.

    A picture is both as soon as a PDF may begin anywhere in it: some readers search all of a file.
    """
    if _is_picture(data):
        return FileKind.BOTH if PDF_MARK in data else FileKind.PICTURE
    return FileKind.PDF if PDF_MARK in data[:PDF_HEAD_BYTES] else None


def is_heif(data: bytes) -> bool:
    """Return whether a file begins as a HEIC photograph does."""
    return data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS


def _is_picture(data: bytes) -> bool:
    return (
        data.startswith(_HEADS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or is_heif(data)
    )

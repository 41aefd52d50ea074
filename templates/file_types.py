"""What a file is by its own bytes, so that it is handed out under the right ending and type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file: the ending of its name, without a dot, and its media type."""

    ending: str
    mimetype: str


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
XLSX: Final = FileType("xlsx", f"{_OFFICE}.spreadsheetml.sheet")
ZIP: Final = FileType("zip", "application/zip")
PDF: Final = FileType("pdf", "application/pdf")
JSON: Final = FileType("json", "application/json")
UNKNOWN: Final = FileType("bin", "application/octet-stream")

_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", FileType("jpg", "image/jpeg")),
    (b"\x89PNG\r\n\x1a\n", FileType("png", "image/png")),
    (b"GIF8", FileType("gif", "image/gif")),
    (b"II*\0", FileType("tif", "image/tiff")),
    (b"MM\0*", FileType("tif", "image/tiff")),
    (b"Rar!", FileType("rar", "application/vnd.rar")),
    (b"7z\xbc\xaf", FileType("7z", "application/x-7z-compressed")),
)
_HEIC: Final = FileType("heic", "image/heic")
HEIF_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")
_HEIF_SEQUENCE: Final = b"hevc"
_WEBP: Final = FileType("webp", "image/webp")
PDF_MARK: Final = b"%PDF-"
PDF_HEAD_BYTES: Final = 1024  # readers look for the mark this far in
# A ZIP lists its parts at its end.
_ZIP_HEAD: Final = b"PK\x03\x04"
_ZIP_LIST_BYTES: Final = 1 << 16
_ZIP_PARTS: Final = (
    (b"xl/workbook.xml", XLSX),
    (b"word/document.xml", FileType("docx", f"{_OFFICE}.wordprocessingml.document")),
    (b"ppt/presentation.xml", FileType("pptx", f"{_OFFICE}.presentationml.presentation")),
    (b"OFD.xml", FileType("ofd", "application/ofd")),
)
# The older office files (.doc, .xls, .wps, .et) name their streams in UTF-16.
_OLE_HEAD: Final = b"\xd0\xcf\x11\xe0"
_OLE_STREAMS: Final = (
    ("WordDocument".encode("utf-16-le"), FileType("doc", "application/msword")),
    ("Workbook".encode("utf-16-le"), FileType("xls", "application/vnd.ms-excel")),
    ("PowerPoint Document".encode("utf-16-le"), FileType("ppt", "application/vnd.ms-powerpoint")),
)
_TEXT: Final = FileType("txt", "text/plain")


def file_type(data: bytes) -> FileType:
    """Return what a file is, `UNKNOWN` where its bytes do not tell.

    Args:
        data: all of the file; untrusted, and nothing of it is unpacked.
    """
    if data.startswith(_ZIP_HEAD):
        return _named_within(data[-_ZIP_LIST_BYTES:], _ZIP_PARTS) or ZIP
    if data.startswith(_OLE_HEAD):
        return _named_within(data, _OLE_STREAMS) or UNKNOWN
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _WEBP
    if data[4:8] == b"ftyp" and data[8:12] in (*HEIF_BRANDS, _HEIF_SEQUENCE):
        return _HEIC
    for beginning, found in _BEGINNINGS:
        if data.startswith(beginning):
            return found
    if PDF_MARK in data[:PDF_HEAD_BYTES]:
        return PDF
    return _TEXT if _is_text(data) else UNKNOWN


def _named_within(data: bytes, marks: tuple[tuple[bytes, FileType], ...]) -> FileType | None:
    return next((found for mark, found in marks if mark in data), None)


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False

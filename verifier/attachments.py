"""Takes the files we know by name out of a PDF, in the child process that reads it."""

from __future__ import annotations

from pypdfium2 import PdfDocument

_MOST_FILES = 32


def read_attachment(document: PdfDocument, name: str, *, most_bytes: int) -> bytes | None:
    """Return the attached file of that name, or None where there is none of a fitting size.

    Args:
        document: untrusted; only so many of its files are looked at.
        name: of the file.
        most_bytes: one that is larger is none of ours.
    """
    for index in range(min(document.count_attachments(), _MOST_FILES)):
        attachment = document.get_attachment(index)
        if attachment.get_name() == name:
            content = bytes(attachment.get_data())
            return content if len(content) <= most_bytes else None
    return None

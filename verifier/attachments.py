"""Takes the files we know by name out of a PDF, in the child process that reads it."""

from __future__ import annotations

from pypdfium2 import PdfDocument

from templates.archival import SECOND_RECORD_FILE

_MOST_FILES = 32
_MOST_BYTES = 4096  # far more than any record has


def read_second_record(document: PdfDocument) -> bytes | None:
    """Return the record under the body's second key, as the PDF carries it, or None.

    Args:
        document: untrusted; only so many files are looked at, and so much of the one.
    """
    for index in range(min(document.count_attachments(), _MOST_FILES)):
        attachment = document.get_attachment(index)
        if attachment.get_name() == SECOND_RECORD_FILE:
            content = bytes(attachment.get_data())
            return content[:_MOST_BYTES]
    return None

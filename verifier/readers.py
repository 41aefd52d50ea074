"""The child processes in which an uploaded file is read, and what is at hand to compare it with.

Nothing here draws a conclusion; nothing that a child answers is believed unproved.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from verifier.decision import Standing
from verifier.document import FileReading, document_reader, read_file
from verifier.file_decision import page_on_record
from verifier.file_kinds import FileKind, kind_of
from verifier.file_slots import FileSlots
from verifier.issued_pages import NO_PAGES, IssuedPages
from verifier.pdf_examination import Glance, PdfEvidence, examine, glance_at
from verifier.picture import PictureReading, compare_picture, picture_comparer, read_picture
from verifier.picture_claims import PictureClaims
from verifier.picture_question import PictureQuestion
from verifier.seal_trust import SealSource
from verifier.verdict import Finding

AskChild = Callable[[bytes], bytes]


class Readers:
    """Has files read, and compared with the pages as issued, in child processes of its own.

    Args:
        slots: how many files may be read at once; None sets no limit.
        issued_pages: gives the pages that were issued.
        seals: gives the authority of seals that is published here.
        read_bytes: has a file read elsewhere, as `Child.ask` does.
        compare_bytes: has a picture compared elsewhere, as `read_bytes` does for reading.
    """

    def __init__(
        self,
        slots: FileSlots | None,
        issued_pages: IssuedPages,
        seals: SealSource,
        *,
        read_bytes: AskChild | None = None,
        compare_bytes: AskChild | None = None,
    ) -> None:
        self._slots = slots
        self._issued_pages = issued_pages
        self._seals = seals
        self._reader = document_reader()
        self._read_bytes = read_bytes or self._reader.ask
        self._comparer = picture_comparer()
        self._compare_bytes = compare_bytes or self._comparer.ask

    def close(self) -> None:
        """End the child processes that were started."""
        self._reader.close()
        self._comparer.close()

    @property
    def has_pages(self) -> bool:
        """Whether pages as issued are at hand; else there is nothing to judge a print by."""
        return self._issued_pages is not NO_PAGES

    def glance(self, data: bytes) -> Glance | Finding | None:
        """Return what a PDF shows at a glance, None for any other file, or why it is not read."""
        return glance_at(data, self._read)

    def read(self, data: bytes) -> FileReading | Finding:
        """Return what a file shows, drawn, or why it cannot be read."""
        return read_file(data, self._read)

    def examine(self, data: bytes, glance: Glance, standing: Standing) -> PdfEvidence:
        """Return what is known of a PDF beside what it prints."""
        return examine(
            data,
            glance,
            standing,
            ask=self._read,
            issued_pages=self._issued_pages,
            published=self._seals(),
        )

    def compare(self, data: bytes, page: int, standing: Standing) -> PictureReading | None:
        """Return what a picture shows against the page as issued; None where there is none."""
        if not standing.genuine or not page_on_record(standing):
            return None
        issued = self._issued_pages.page_of(standing.copy)
        if issued is None:
            return None
        is_pdf = kind_of(data) is FileKind.PDF
        question = PictureQuestion(is_pdf=is_pdf, page=page, file=data, issued=issued)
        return compare_picture(question, self._compare)

    def read_print(self, data: bytes) -> PictureClaims:
        """Return what a picture's first page says of itself in print."""
        return read_picture(data, 0, self._compare)

    def _read(self, data: bytes) -> bytes:
        with self._place():
            return self._read_bytes(data)

    def _compare(self, data: bytes) -> bytes:
        with self._place():
            return self._compare_bytes(data)

    def _place(self) -> AbstractContextManager[None]:
        return nullcontext() if self._slots is None else self._slots.taken()

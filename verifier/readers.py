"""The child processes in which an uploaded file is read, and what is at hand to compare it with.

Nothing here draws a conclusion; nothing that a child answers is believed unproved.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import replace
from functools import partial
from math import inf
from typing import TypeVar

from registry.child import Child, ChildFailed, FailureReason
from verifier.decision import Standing
from verifier.document import FileReading, document_reader, read_file
from verifier.file_decision import page_on_record
from verifier.file_kinds import FileKind, kind_of
from verifier.file_slots import FileSlots, NoFreeSlot
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.issued_pages import NO_PAGES, IssuedPages
from verifier.pdf_examination import Glance, PdfEvidence, examine, glance_at
from verifier.picture import (
    PictureReading,
    code_is_on_page,
    compare_picture,
    picture_comparer,
    read_picture,
)
from verifier.picture_claims import PictureClaims
from verifier.picture_question import PictureQuestion
from verifier.seal_trust import SealSource
from verifier.verdict import Finding

AskChild = Callable[[bytes], bytes]
_Found = TypeVar("_Found")

# For all that one answer asks of children, the waits for a place included: a third of what a
# server gives a worker (`wsgi.WORKER_SECONDS`) before it takes it for dead.
ANSWER_SECONDS = 20.0
# For the work of the children alone, whatever a file makes them do: nobody waits longer than ten
# seconds for an answer on a machine that is not busy.
WORK_SECONDS = 9.0


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
        self._read_bytes = read_bytes
        self._comparer = picture_comparer()
        self._compare_bytes = compare_bytes
        self._deadline = inf
        self._work_seconds = inf
        self._spares = False
        self._codes: tuple[str, ...] = ()
        self.held_up = False
        self.ran_out = False

    def sparing(self) -> Readers:
        """Return these readers as they answer who may not guess a document number.

        Of a picture it is not compared, and no PDF is held against the page as issued.
        """
        readers = copy(self)
        readers._spares = True
        return readers

    def boxing(self, codes: tuple[str, ...]) -> Readers:
        """Return these readers as they box the QR codes with these texts in pictures."""
        readers = copy(self)
        readers._codes = codes
        return readers

    def answering(self) -> Readers:
        """Return these readers with a budget of time for one answer.

        `held_up` tells of them whether anything was left out because the machine is busy, `ran_out`
        whether a picture took longer than it may.
        """
        readers = copy(self)
        readers._deadline = time.monotonic() + ANSWER_SECONDS
        readers._work_seconds = WORK_SECONDS
        return readers

    def close(self) -> None:
        """End the child processes that were started."""
        self._reader.close()
        self._comparer.close()

    @property
    def has_pages(self) -> bool:
        """Whether pages as issued are at hand; else there is nothing to judge a print by."""
        return self._issued_pages is not NO_PAGES

    @property
    def unfinished(self) -> tuple[Finding, ...]:
        """What says that an answer lacks something, and is to be asked again; nothing else."""
        if self.held_up:
            return (find(Code.SYSTEM_BUSY),)
        return (find(Code.PICTURE_OUT_OF_TIME),) if self.ran_out else ()

    def glance(self, data: bytes) -> Glance | Finding | None:
        """Return what a PDF shows at a glance, None for any other file, or why it is not read."""
        return _told(glance_at(data, self._read))

    def read(self, data: bytes) -> FileReading | Finding:
        """Return what a file shows, drawn, or why it cannot be read."""
        return _told(read_file(data, self._read))

    def examine(self, data: bytes, page: int, glance: Glance, standing: Standing) -> PdfEvidence:
        """Return what is known of a PDF beside what it prints."""
        return examine(
            data,
            page,
            glance,
            standing,
            ask=self._read,
            issued_pages=NO_PAGES if self._spares else self._issued_pages,
            published=self._seals(),
        )

    def compare(self, data: bytes, page: int, standing: Standing) -> PictureReading | None:
        """Return what a picture shows against the page as issued; None where there is none."""
        question = self._question(data, page, standing)
        return None if question is None else compare_picture(question, self._compare)

    def has_code_on(self, data: bytes, page: int, standing: Standing) -> bool | None:
        """Return whether a code lies on the page as issued in a picture; None: cannot be told."""
        question = self._question(data, page, standing)
        if question is None:
            return None
        return code_is_on_page(replace(question, only_laid=True), self._compare)

    def _question(self, data: bytes, page: int, standing: Standing) -> PictureQuestion | None:
        if not standing.genuine or not page_on_record(standing):
            return None
        issued = self._issued_pages.page_of(standing.copy)
        if issued is None:
            return None
        is_pdf = kind_of(data) is FileKind.PDF
        return PictureQuestion(
            is_pdf=is_pdf,
            page=page,
            file=data,
            issued=issued,
            with_document=not self._spares,
            codes=self._codes,
        )

    def read_print(self, data: bytes) -> PictureClaims:
        """Return what a picture's first page says of itself in print."""
        return read_picture(data, 0, self._codes, self._compare)

    def _read(self, data: bytes) -> bytes:
        return self._ask(self._read_bytes or partial(self._have_work, self._reader), data)

    def _compare(self, data: bytes) -> bytes:
        ask = self._compare_bytes or partial(self._have_work, self._comparer)
        try:
            return self._ask(ask, data)
        except ChildFailed as error:
            self.ran_out |= error.reason is FailureReason.TIMEOUT
            raise

    def _have_work(self, child: Child, data: bytes) -> bytes:
        start = time.monotonic()
        try:
            return child.ask(data, before=self._deadline, seconds=self._work_seconds)
        finally:
            self._work_seconds -= time.monotonic() - start

    def _ask(self, ask: AskChild, data: bytes) -> bytes:
        try:
            with self._place():
                return ask(data)
        except NoFreeSlot:
            self.held_up = True
            raise
        except ChildFailed as error:
            self.held_up |= error.reason is FailureReason.BUSY
            raise

    def _place(self) -> AbstractContextManager[None]:
        if self._slots is None:
            return nullcontext()
        return self._slots.taken(before=self._deadline)


def _told(found: _Found | Finding) -> _Found | Finding:
    """Return what was found; where only time was lacking, the finding that says just that."""
    timeout = FailureReason.TIMEOUT.value
    if isinstance(found, Finding) and found.evidence.get("reason") == timeout:
        return find(Code.FILE_OUT_OF_TIME)
    return found

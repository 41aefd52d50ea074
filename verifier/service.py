"""The only thing the faces call: from what the asker brought to a verdict, step by step.

The steps, as the code numbers them: 1 read the evidence · 2 find the key and its right to sign ·
3 check the signature · 4 find the record · 5 prove the row · 6 compare every field · 7 status now
· 8 verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from keys.document import KeyDocument
from keys.status_list import keys_by_name
from keys.trust_list import TrustList
from log.checkpoint import Checkpoint
from log.errors import LogError
from log.notes import VerifierKey
from registry.log_reader import LoggedFiling, LogReader
from registry.row_reader import Rows
from verifier.asked import Asked
from verifier.conclusion import conclude_verdict, local_day
from verifier.decision import NumberClaims, decide_number, decide_qr, judge_scan
from verifier.document import FileReading
from verifier.errors import KeyDocumentUnavailable
from verifier.file_claims import WITHOUT_CODE, FileClaims, foreign_codes, read_claims
from verifier.file_decision import decide_file, decide_unmarked, document_check, inspect_stapled
from verifier.file_slots import FileSlots
from verifier.filing_then import tell_filing
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.hints import say_difference
from verifier.issued_pages import NO_PAGES, IssuedPages
from verifier.key_source import log_keys
from verifier.lookup import Answer, Register
from verifier.pdf_examination import Glance
from verifier.picture_search import FoundByPrint, find_other, find_standing, reach_by_document
from verifier.proof import Proof, prove
from verifier.readers import AskChild, Readers
from verifier.scan import Scan, inspect_disguise, read_qr
from verifier.seal_trust import SealSource, no_seals
from verifier.status_source import StatusSource
from verifier.steps import log_step, log_verdict
from verifier.typed import check_text, read_day, read_holder, read_number
from verifier.verdict import Finding, Verdict

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class _Moment:
    """The reference time of one verdict and the key document in force at it."""

    now: datetime
    document: KeyDocument


class Verifier:
    """Answers every question about a certificate.

    Args:
        trust_source: returns the trust list in force; may raise KeyDocumentUnavailable.
        look: opens a short look at the register, as `RowReader.reading`; None off line.
        pepper: the public side's look-up pepper.
        clock: returns the reference time, aware UTC.
        log: the published log; without one nothing is called registered.
        status_lists: where status lists are read; None leaves them out.
        read_bytes: has an uploaded file read, as `Child.ask` does; by default in a child of ours.
        slots: how many files may be read at once; None sets no limit.
        issued_pages: gives the pages that were issued; by default none is at hand.
        compare_bytes: has a picture compared elsewhere, as `read_bytes` does for reading.
        seals: gives the authority of seals that is published here.
        release: ends what `look` keeps open; a later look opens it anew.
    """

    def __init__(
        self,
        trust_source: Callable[[], TrustList],
        look: Callable[[], AbstractContextManager[Rows]] | None,
        pepper: bytes,
        clock: Callable[[], datetime],
        *,
        status_lists: StatusSource | None = None,
        log: LogReader | None = None,
        read_bytes: AskChild | None = None,
        slots: FileSlots | None = None,
        issued_pages: IssuedPages = NO_PAGES,
        compare_bytes: AskChild | None = None,
        seals: SealSource = no_seals,
        release: Callable[[], None] = lambda: None,
    ) -> None:
        self._trust_source = trust_source
        self._register = Register(look, pepper, log)
        self._log = log
        self._clock = clock
        self._status_lists = status_lists
        self._release = release
        self._readers = Readers(
            slots, issued_pages, seals, read_bytes=read_bytes, compare_bytes=compare_bytes
        )

    def close(self) -> None:
        """End the child processes that were started, and the connections to the register."""
        self._readers.close()
        self._release()

    def sparing(self) -> Verifier:
        """Return this verifier for who may not guess: signed records only, no document number."""
        spared = copy(self)
        spared._register = self._register.sparing()
        spared._readers = self._readers.sparing()
        return spared

    @contextmanager
    def held(self) -> Iterator[Verifier]:
        """Yield this verifier for some questions in a row, which find the register held open."""
        with self._register.held() as register:
            held = copy(self)
            held._register = register
            yield held

    def now(self) -> datetime:
        """Return the reference time, aware UTC."""
        return self._clock()

    def today(self) -> date:
        """Return the day of the reference time in Asia/Shanghai."""
        return local_day(self.now())

    def trust_list(self) -> TrustList:
        """Return the trust list in force: what the site publishes and browsers verify by.

        Raises:
            KeyDocumentUnavailable: none can be read.
        """
        return self._trust_source()

    def verify_number(
        self,
        number_text: str,
        *,
        name: str | None = None,
        document_number: str | None = None,
        on: str | None = None,
    ) -> Verdict:
        """Return the verdict on a certificate number and one fact, or both, about its holder.

        Args:
            on: a day, such as 2026-11-25, whose status is asked for beside the present one.

        Raises:
            UsageError: neither name nor document number was given, a text is not text, or `on` is
                no day that has come.
        """
        now = self._clock()
        # 1 read the evidence
        check_text(number=number_text, name=name, document_number=document_number)
        holder = read_holder(name, document_number, local_day(now))
        day = read_day(on, local_day(now))
        moment = self._moment(now)
        if isinstance(moment, Verdict):
            return moment
        typed = read_number(number_text, local_day(now))
        log_step(1, "read", typed.findings)
        if typed.number is None:
            return log_verdict(_conclude(moment, *typed.findings))
        # 4 find the record
        answer = self._register.by_holder(
            typed.number, name=holder.name, document_number=holder.document_number
        )
        log_step(4, "find", reach=answer.reach.value)
        # 5 prove the row (2, 3 and 7 on the way), 8 verdict
        claims = NumberClaims(
            number=typed.number,
            name=holder.name,
            by_document=holder.document_number is not None,
        )
        notices = (*typed.findings, *holder.findings)
        if answer.near is not None:
            notices += (say_difference(typed.number, answer.near),)
        return self._tell(
            decide_number(
                claims,
                answer,
                document=moment.document,
                now=moment.now,
                notices=notices,
                asked=self._asked(day, answer, moment),
            )
        )

    def verify_qr(self, text: str, *, on: str | None = None) -> Verdict:
        """Return the verdict on the text of a scanned QR code; its address is never followed.

        Raises:
            UsageError: `on` is no day that has come.
        """
        now = self._clock()
        day = read_day(on, local_day(now))
        moment = self._moment(now)
        if isinstance(moment, Verdict):
            return moment
        # 1 read the evidence
        scan = read_qr(text, moment.document)
        if isinstance(scan, Finding):
            log_step(1, "read", (scan,))
            return log_verdict(_conclude(moment, scan, *inspect_disguise(text)))
        log_step(1, "read")
        proof, answer = self._ask(scan, moment)
        # 5 prove the row, 7 status, 8 verdict
        asked = self._asked(day, answer, moment, scan.record.status_index)
        return self._tell(
            decide_qr(scan, proof, answer, document=moment.document, now=moment.now, asked=asked)
        )

    def verify_file(self, data: bytes, filename: str, *, on: str | None = None) -> Verdict:
        """Return the verdict on an uploaded certificate file (PDF or picture).

        Args:
            data: the file's bytes; untrusted, read in a child process.
            filename: what the asker calls it; shown to nobody, believed by nobody.
            on: as `verify_number` takes it.

        Raises:
            UsageError: `on` is no day that has come.
        """
        now = self._clock()
        day = read_day(on, local_day(now))
        moment = self._moment(now)
        if isinstance(moment, Verdict):
            return moment
        # 1 read the evidence
        readers = self._readers.answering()
        glance = readers.glance(data)
        reading = self._read_file(readers, data, glance, moment)
        if isinstance(reading, Finding):
            log_step(1, "read", (reading,), bytes=len(data))
            return log_verdict(_conclude(moment, reading))
        claims = read_claims(reading, moment.document)
        readers = readers.boxing(foreign_codes(reading, moment.document))
        if not isinstance(claims, FileClaims):
            log_step(1, "read", claims, bytes=len(data))
            return self._tell(self._verify_unmarked(readers, data, claims, moment, day))
        log_step(1, "read", claims.notices, bytes=len(data))
        proof, answer = self._ask(claims.scan, moment, with_files=True)
        # 5 prove the row
        today = local_day(moment.now)
        standing = judge_scan(claims.scan, proof, answer, document=moment.document, today=today)
        # 6 compare every field, the document number through the register; 7 status, 8 verdict
        known = standing.award is not None
        check = document_check(reach_by_document(claims, self._register, today) if known else None)
        pdf = None
        if isinstance(glance, Glance):
            pdf = readers.examine(data, claims.page, glance, standing)
        as_picture = claims.is_picture or not (pdf is None or pdf.laid)
        picture = readers.compare(data, claims.page, standing) if as_picture else None
        if picture is not None and picture.fits_nothing:  # perhaps it is not of that certificate
            claims = find_other(readers, data, claims, self._register, moment.document, today)
        log_step(6, "compare", fields=len((picture or claims.printed).fields))
        claims = claims.noting(*readers.unfinished)
        alone = proof.genuine and (answer is None or answer.unanswered)
        stapled = inspect_stapled(claims, self._log_keys(moment)) if alone else ()
        return self._tell(
            decide_file(
                claims,
                standing,
                check,
                document=moment.document,
                now=moment.now,
                asked=self._asked(day, answer, moment, claims.scan.record.status_index),
                stapled=stapled,
                picture=picture,
                pdf=pdf,
            )
        )

    def _read_file(
        self, readers: Readers, data: bytes, glance: Glance | Finding | None, moment: _Moment
    ) -> FileReading | Finding:
        """Return what a file shows, drawn unless a glance tells that it was issued."""
        if isinstance(glance, Finding):
            return glance
        if glance is not None and glance.reading is not None:
            claims = read_claims(glance.reading, moment.document)
            if isinstance(claims, FileClaims) and self._register.has_issued(
                claims.scan.envelope.payload, claims.sha256
            ):
                return glance.reading
        return readers.read(data)

    def _verify_unmarked(
        self,
        readers: Readers,
        data: bytes,
        faults: tuple[Finding, ...],
        moment: _Moment,
        day: date | None,
    ) -> Verdict:
        """Judge a picture whose QR code tells nothing by the number and name printed in it."""
        if not readers.has_pages or not any(one.code in WITHOUT_CODE for one in faults):
            return _conclude(moment, *faults)
        # 1 read the evidence: what is printed · 4 find the record · 5 prove the row
        said = readers.read_print(data)
        if readers.unfinished:
            return _conclude(moment, *faults, *readers.unfinished)
        found = find_standing(said, self._register, moment.document, local_day(moment.now))
        if not isinstance(found, FoundByPrint):
            return replace(_conclude(moment, *faults, *found), boxed=said.boxed)
        # 6 compare every field, 7 status
        picture = readers.compare(data, 0, found.standing)
        return decide_unmarked(
            (*faults, *readers.unfinished),
            found.standing,
            picture,
            name_known=found.name_known,
            document=moment.document,
            now=moment.now,
            asked=self._asked(day, found.answer, moment),
        )

    def log_vkey(self) -> VerifierKey | None:
        """Return the public key of the log, or None while none can be read."""
        return self._of_log(LogReader.vkey)

    def log_checkpoint(self) -> Checkpoint | None:
        """Return the checkpoint that the log is believed up to, or None while none can be read."""
        return self._of_log(lambda log: log.checkpoint().checkpoint)

    def logged_filings(self) -> tuple[LoggedFiling, ...] | None:
        """Return every act on a filing in the log, or None while it cannot be read."""
        return self._of_log(LogReader.filings)

    def _tell(self, verdict: Verdict) -> Verdict:
        """Return a verdict, logged, with what the public log says of a filing it turns on."""
        return log_verdict(tell_filing(verdict, self.logged_filings))

    def _of_log(self, read: Callable[[LogReader], Told]) -> Told | None:
        try:
            return None if self._log is None else read(self._log)
        except LogError:
            return None

    def _log_keys(self, moment: _Moment) -> frozenset[VerifierKey]:
        """Return the keys of the logs believed: the one at hand, off line those that are listed."""
        if self._log is None:
            return log_keys(moment.document, local_day(moment.now))
        vkey = self.log_vkey()
        return frozenset() if vkey is None else frozenset({vkey})

    def _asked(
        self, day: date | None, answer: Answer | None, moment: _Moment, index: int | None = None
    ) -> Asked:
        """Gather what status lists say of the copies in question."""
        opened = None if answer is None else answer.award
        indices = [] if opened is None else [copy.status_index for copy in opened.copies]
        if answer is not None and index is not None:
            indices.append(index)
        if self._status_lists is None or not indices:
            return Asked(day=day)
        keys = keys_by_name(moment.document.status_keys, local_day(moment.now))
        lists = self._status_lists.gather(indices, moment.now, keys)
        return Asked(day=day, lists=lists, lists_decide=self._status_lists.decides)

    def _moment(self, now: datetime) -> _Moment | Verdict:
        try:
            return _Moment(now, self._trust_source().document)
        except KeyDocumentUnavailable as error:
            missing = find(Code(error.code))
            return log_verdict(conclude_verdict((missing,), document=None, now=now))

    def _ask(
        self, scan: Scan, moment: _Moment, *, with_files: bool = False
    ) -> tuple[Proof, Answer | None]:
        # 2 find the key and its right to sign, 3 check the signature
        proof = prove(scan.envelope, scan.record, moment.document, local_day(moment.now))
        log_step(3, "prove", proof.findings)
        if not proof.genuine:
            return proof, None
        # 4 find the record
        answer = self._register.by_record(scan.envelope.payload, with_files=with_files)
        log_step(4, "find", reach=answer.reach.value)
        return proof, answer


def _conclude(moment: _Moment, *findings: Finding) -> Verdict:
    return conclude_verdict(findings, document=moment.document, now=moment.now)

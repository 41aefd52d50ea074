"""Steps 5 to 8: facts and one reference time in, a verdict out. No input, no output, no clock.

Facts are gathered by the other modules: `scan` and `document` read what the asker holds, `proof`
checks signatures, `lookup` asks the register. Here they only meet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from codes.names import fold_name
from codes.number import CertificateNumber
from codes.record import Record
from keys.document import KeyDocument
from registry.models import CopyState
from registry.opened import OpenedAward, OpenedCopy
from templates.labels import format_print_serial
from verifier.asked import NOTHING_ELSE, Asked
from verifier.conclusion import conclude_verdict, local_day
from verifier.copies import copy_for, copy_with
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.life import find_pending, inspect_status
from verifier.logged import CopyInLog, InLog, LogFact
from verifier.lookup import Answer, Reach
from verifier.printed import photo_words, print_fields
from verifier.proof import Proof, inspect_compromise, prove
from verifier.scan import Scan, inspect_host
from verifier.second import inspect_second
from verifier.upload import inspect_upload
from verifier.verdict import (
    Finding,
    Outcome,
    PrintedFields,
    Status,
    Verdict,
    format_instant,
    say_instant,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberClaims:
    """What the asker typed, already read: a sound number and at least one fact about the holder.

    Args:
        name: as normalised, or None when not given.
        by_document: a document number was given.
    """

    number: CertificateNumber
    name: str | None
    by_document: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a record once signature and register have spoken.

    Args:
        award: opened and agreeing with the record; None when it could not be asked or is not there.
        copy: the one copy of `award` that carries the record.
        logged: what the public log says of that copy; its record is proved to be there.
        findings: in the order of the steps.
    """

    record: Record
    body_name: str
    genuine: bool
    status: Status
    award: OpenedAward | None
    copy: OpenedCopy | None
    logged: CopyInLog | None
    findings: tuple[Finding, ...]

    @property
    def log_proof(self) -> LogFact | None:
        """The proof that the record is in the public log, for the answer to carry."""
        return None if self.logged is None else self.logged.record

    def beside(self, asked: Asked) -> tuple[Finding, ...]:
        """Return what there is to say to whatever else was asked."""
        if not self.genuine:
            return ()
        if any(one.code == Code.RECORD_ERASED for one in self.findings):
            return ()  # the list says no more of it than that it ended
        return asked.findings(self.record, self.status, self.award, self.copy)

    def printed(self, *, name_known: bool) -> PrintedFields:
        """Return what a genuine copy of the record shows."""
        award = self.award
        return print_fields(
            self.record,
            body_name=self.body_name,
            document_masked=None if award is None else award.document_masked,
            name_known=name_known,
        )


def decide_number(
    claims: NumberClaims,
    answer: Answer,
    *,
    document: KeyDocument,
    now: datetime,
    notices: tuple[Finding, ...] = (),
    asked: Asked = NOTHING_ELSE,
) -> Verdict:
    """Return the verdict on a number and a fact about its holder.

    Args:
        claims: what was asked.
        answer: what the register gave for exactly these claims.
        notices: what reading the typed text had to say.
        asked: what else was asked.
    """
    standing = judge_row(claims, answer, document=document, today=local_day(now))
    if isinstance(standing, Finding):
        return conclude_verdict((*notices, standing), document=document, now=now)
    unseen = [] if claims.name is not None else [find(Code.NAME_NOT_CHECKED)]
    if not claims.by_document:
        unseen.append(find(Code.DOCUMENT_NUMBER_NOT_CHECKED))
    unseen.append(find(Code.PAPER_NOT_SEEN))
    verdict = conclude_verdict(
        (*notices, *standing.findings, *standing.beside(asked), *unseen),
        status=standing.status,
        logged=standing.log_proof,
        document=document,
        now=now,
    )
    if verdict.outcome not in (Outcome.VALID, Outcome.NOT_CURRENT):
        return verdict
    return with_certificate(verdict, standing.printed(name_known=claims.name is not None))


def decide_qr(
    scan: Scan,
    proof: Proof,
    answer: Answer | None,
    *,
    document: KeyDocument,
    now: datetime,
    asked: Asked = NOTHING_ELSE,
) -> Verdict:
    """Return the verdict on a scanned QR text.

    Args:
        answer: what the register gave for the record's bytes; None when it was not asked because
            the signature is not genuine.
        asked: what else was asked.
    """
    standing = judge_scan(scan, proof, answer, document=document, today=local_day(now))
    unseen: tuple[Finding, ...] = ()
    if standing.genuine:
        checked = Code.SIGNED_RECORD_ONLY if standing.award is None else Code.PAPER_NOT_SEEN
        unseen = (find(Code.DOCUMENT_NUMBER_NOT_CHECKED), find(checked))
    verdict = conclude_verdict(
        (*standing.findings, *standing.beside(asked), *unseen),
        status=standing.status,
        logged=standing.log_proof,
        document=document,
        now=now,
    )
    if not standing.genuine:
        return verdict
    return with_certificate(verdict, standing.printed(name_known=True))


def judge_scan(
    scan: Scan, proof: Proof, answer: Answer | None, *, document: KeyDocument, today: date
) -> Standing:
    """Return what is known of a scanned record: its signature, its address, its registration."""
    award: OpenedAward | None = None
    copy: OpenedCopy | None = None
    logged: CopyInLog | None = None
    status = Status.UNKNOWN
    registered: tuple[Finding, ...] = ()
    if proof.genuine and answer is not None:
        match answer.reach:
            case Reach.NOT_ASKED:
                registered = (find(Code.REGISTRY_NOT_ASKED),)
            case Reach.UNREACHABLE:
                registered = (find(Code.REGISTRY_UNREACHABLE),)
            case Reach.BROKEN:
                registered = (find(Code.ROW_NOT_PROVED),)
            case Reach.ABSENT:
                registered = (find(Code.NOT_REGISTERED),)
            case Reach.ERASED:
                registered = (find(Code.RECORD_ERASED),)
            case Reach.OPENED:
                assert answer.award is not None
                copy = copy_with(answer.award, scan.envelope.payload)
                logged = None if copy is None else answer.in_log(copy)
                said = find(Code.ROW_NOT_PROVED) if copy is None else _inspect_log(answer, copy)
                if copy is None or said.code != Code.LOGGED:
                    copy, registered = None, (said,)
                else:
                    award = answer.award
                    status, stands = inspect_status(award, copy, answer.life, proof)
                    beside = inspect_second(copy.second, scan.envelope.payload, document)
                    told = inspect_upload(award, status, today)
                    registered = (find(Code.REGISTERED), said, *stands, *told, *beside)
            case _:
                assert_never(answer.reach)
    lost = _inspect_key(proof, answer, logged) if proof.genuine else ()
    if lost and copy is not None:
        # Who has the key may have had the row as well: it says nothing of registration or status.
        status, registered = Status.UNKNOWN, ()
    registered = (*lost, *registered)
    return Standing(
        record=proof.record,
        body_name=_body_name(award, proof),
        genuine=proof.genuine,
        status=status,
        award=award,
        copy=copy,
        logged=logged if award is not None else None,
        findings=(*proof.findings, *inspect_host(scan, document, today), *registered),
    )


def _inspect_key(
    proof: Proof, answer: Answer | None, logged: CopyInLog | None
) -> tuple[Finding, ...]:
    """Return what it means that the record's key is compromised, if it is.

    Args:
        logged: what the public log says of the copy found; None where none was found.
    """
    fact = None if logged is None else logged.record
    looked = fact is not None and fact.state in (InLog.PROVED, InLog.MISSING)
    asked = answer is not None and (answer.reach is Reach.ABSENT or looked)
    return inspect_compromise(
        proof, asked=asked, logged_at=None if fact is None else fact.logged_at
    )


def with_certificate(verdict: Verdict, printed: PrintedFields) -> Verdict:
    """Return `verdict` with the fields to compare with the paper."""
    return replace(verdict, certificate=replace(printed, photo=photo_words(verdict.findings)))


def judge_row(
    claims: NumberClaims, answer: Answer, *, document: KeyDocument, today: date
) -> Standing | Finding:
    """Step 5: prove the opened row before anything is answered from it."""
    match answer.reach:
        case Reach.NOT_ASKED:
            return find(Code.REGISTRY_NOT_ASKED)
        case Reach.UNREACHABLE:
            return find(Code.REGISTRY_UNREACHABLE)
        case Reach.BROKEN:
            return find(Code.ROW_NOT_PROVED)
        case Reach.ABSENT | Reach.ERASED:  # number and name never lead to an erasure
            return find(Code.NOT_FOUND)
        case Reach.OPENED:
            assert answer.award is not None
            return _judge_award(claims, answer, answer.award, document=document, today=today)
        case _:
            assert_never(answer.reach)


def _judge_award(
    claims: NumberClaims,
    answer: Answer,
    award: OpenedAward,
    *,
    document: KeyDocument,
    today: date,
) -> Standing | Finding:
    copy = copy_for(award, claims.name)
    if copy is None or copy.signed is None:
        return find(Code.ROW_NOT_PROVED)
    envelope, record = copy.signed
    proof = prove(envelope, record, document, today)
    tampered = any(one.code == Code.SIGNATURE_INVALID for one in proof.findings)
    if tampered or not _agrees(claims, record, copy):
        return find(Code.ROW_NOT_PROVED)
    status = Status.UNKNOWN
    said: tuple[Finding, ...] = ()
    logged: CopyInLog | None = None
    if proof.genuine:
        logged, in_log = answer.in_log(copy), _inspect_log(answer, copy)
        said = _inspect_key(proof, answer, logged)
        if in_log.code != Code.LOGGED:
            said = (*said, in_log)
        elif not said:
            status, found = inspect_status(award, copy, answer.life, proof)
            beside = inspect_second(copy.second, envelope.payload, document)
            earlier = _earlier_copies(award, copy, record)
            told = inspect_upload(award, status, today)
            said = (find(Code.REGISTERED), in_log, *found, *told, *beside, *earlier)
    return Standing(
        record=record,
        body_name=_body_name(award, proof),
        genuine=proof.genuine,
        status=status,
        award=award,
        copy=copy,
        logged=logged if status is not Status.UNKNOWN else None,
        findings=(*proof.findings, *said),
    )


def _inspect_log(answer: Answer, copy: OpenedCopy) -> Finding:
    """Step 5: return whether the copy that was found is in the public log."""
    fact = answer.in_log(copy).record
    match fact.state:
        case InLog.MISSING:
            return find(Code.NOT_IN_LOG)
        case InLog.PENDING:
            return find_pending(copy)
        case InLog.UNREADABLE | InLog.OLDER:
            return find(Code.LOG_OLDER if fact.state is InLog.OLDER else Code.LOG_UNREADABLE)
        case InLog.PROVED:
            assert fact.logged_at is not None
            index = str(fact.index)
            return find(
                Code.LOGGED,
                {"index": index, "logged_at": say_instant(fact.logged_at)},
                {"index": index, "logged_at": format_instant(fact.logged_at)},
            )
        case InLog.NOT_LOOKED_FOR:
            raise AssertionError("a record is always looked for")
        case _:
            assert_never(fact.state)


def _agrees(claims: NumberClaims, record: Record, copy: OpenedCopy) -> bool:
    """Return whether the row is about what was asked.

    A document number is not compared here: the record only commits to it under a salt the public
    side does not hold. That the row opened for it is what binds the two.
    """
    serials = (record.print_serial, record.status_index)
    if record.number != claims.number or serials != (copy.print_serial, copy.status_index):
        return False
    return claims.name is None or fold_name(record.holder_name) == fold_name(claims.name)


def _earlier_copies(award: OpenedAward, copy: OpenedCopy, record: Record) -> tuple[Finding, ...]:
    replaced = {CopyState.SUPERSEDED, CopyState.CORRECTED} & {one.state for one in award.copies}
    if copy.state is not CopyState.CURRENT or not replaced:
        return ()
    slots = {"print_serial": format_print_serial(record.number.year, copy.print_serial)}
    return (find(Code.COPY_REISSUED, slots, slots),)


def _body_name(award: OpenedAward | None, proof: Proof) -> str:
    """Return the body's name as filed on the day; the name filed now where that is not known."""
    filed_now = "" if proof.body is None else proof.body.name
    return filed_now if award is None else award.body_name

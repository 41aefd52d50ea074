"""Steps 5 to 8: facts and one reference time in, a verdict out. No input, no output, no clock.

Facts are gathered by the other modules: `scan` and `document` read what the asker holds, `proof`
checks signatures, `lookup` asks the register. Here they only meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from codes.errors import CodesError
from codes.names import fold_name
from codes.number import CertificateNumber
from codes.record import Record, decode_record
from keys.document import KeyDocument
from keys.envelope import Envelope, decode_envelope
from keys.errors import KeysError
from registry.access import OpenedAward, OpenedCopy
from registry.models import AwardStatus, CopyState
from templates.labels import format_print_serial
from verifier.finding_codes import Code
from verifier.findings import REQUIRED_FOR_RECORD, conclude, find
from verifier.lookup import Answer, Reach
from verifier.printed import print_fields
from verifier.proof import Proof, inspect_compromise, prove
from verifier.scan import Scan, inspect_host
from verifier.verdict import (
    Finding,
    Outcome,
    PrintedFields,
    Status,
    TrustShown,
    Verdict,
)

_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberClaims:
    """What the asker typed, already read: a sound number and at least one fact about the holder.

    Args:
        name: as normalised, or None when not given.
    """

    number: CertificateNumber
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a record once signature and register have spoken.

    Args:
        award: opened and agreeing with the record; None when it could not be asked or is not there.
        copy: the one copy of `award` that carries the record.
        findings: in the order of the steps.
    """

    record: Record
    body_name: str
    genuine: bool
    status: Status
    award: OpenedAward | None
    copy: OpenedCopy | None
    findings: tuple[Finding, ...]

    def printed(self, *, name_known: bool) -> PrintedFields:
        """Return what a genuine copy of the record shows."""
        award = self.award
        return print_fields(
            self.record,
            body_name=self.body_name,
            document_masked=None if award is None else award.document_masked,
            name_known=name_known,
        )


def local_day(now: datetime) -> date:
    """Return the day in Asia/Shanghai, by which certificates are dated."""
    return now.astimezone(_SHANGHAI).date()


def conclude_verdict(
    findings: Iterable[Finding],
    *,
    required: frozenset[Code] = REQUIRED_FOR_RECORD,
    status: Status = Status.UNKNOWN,
    document: KeyDocument | None,
    now: datetime,
) -> Verdict:
    """Step 8: return the verdict that `findings` add up to, without printed fields.

    Args:
        document: what was believed; None where there was nothing to believe.
    """
    outcome, found = conclude(findings, required)
    demo = document is not None and document.demo
    return Verdict(
        outcome=outcome,
        status=status,
        findings=(*_marks(document, now), *found),
        checked_at=now,
        demo=demo,
        trust=None if document is None else _trust_shown(document, now),
    )


def _trust_shown(document: KeyDocument, now: datetime) -> TrustShown:
    age = max(0, (now - document.published_at).days)
    return TrustShown(version=document.version, published_at=document.published_at, age_days=age)


def _marks(document: KeyDocument | None, now: datetime) -> tuple[Finding, ...]:
    """Return what every verdict says of the trust list it rests on."""
    if document is None:
        return ()
    marks = [find(Code.DEMO)] if document.demo else []
    if now >= document.expires_at:
        shown = _trust_shown(document, now)
        slots = {
            "version": str(shown.version),
            "published_on": local_day(document.published_at).isoformat(),
            "days": str(shown.age_days),
        }
        marks.append(find(Code.TRUST_LIST_OLD, slots, slots))
    return tuple(marks)


def decide_number(
    claims: NumberClaims,
    answer: Answer,
    *,
    document: KeyDocument,
    now: datetime,
    notices: tuple[Finding, ...] = (),
) -> Verdict:
    """Return the verdict on a number and a fact about its holder.

    Args:
        claims: what was asked.
        answer: what the register gave for exactly these claims.
        notices: what reading the typed text had to say.
    """
    standing = _judge_row(claims, answer, document=document, today=local_day(now))
    if isinstance(standing, Finding):
        return conclude_verdict((*notices, standing), document=document, now=now)
    unseen = [find(Code.PAPER_NOT_SEEN)]
    if claims.name is not None:
        unseen.insert(0, find(Code.DOCUMENT_NUMBER_NOT_CHECKED))
    verdict = conclude_verdict(
        (*notices, *standing.findings, *unseen),
        status=standing.status,
        document=document,
        now=now,
    )
    if verdict.outcome not in (Outcome.VALID, Outcome.NOT_CURRENT):
        return verdict
    return with_certificate(verdict, standing.printed(name_known=claims.name is not None))


def decide_qr(
    scan: Scan, proof: Proof, answer: Answer | None, *, document: KeyDocument, now: datetime
) -> Verdict:
    """Return the verdict on a scanned QR text.

    Args:
        answer: what the register gave for the record's bytes; None when it was not asked because
            the signature is not genuine.
    """
    standing = judge_scan(scan, proof, answer, document=document, today=local_day(now))
    unseen: tuple[Finding, ...] = ()
    if standing.genuine:
        unseen = (find(Code.DOCUMENT_NUMBER_NOT_CHECKED), find(Code.PAPER_NOT_SEEN))
    verdict = conclude_verdict(
        (*standing.findings, *unseen), status=standing.status, document=document, now=now
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
    status = Status.UNKNOWN
    registered: tuple[Finding, ...] = ()
    if proof.genuine and answer is not None:
        match answer.reach:
            case Reach.UNREACHABLE:
                registered = (find(Code.REGISTRY_UNREACHABLE),)
            case Reach.BROKEN:
                registered = (find(Code.ROW_NOT_PROVED),)
            case Reach.ABSENT:
                registered = (find(Code.NOT_REGISTERED),)
            case Reach.OPENED:
                assert answer.award is not None
                copy = _copy_with(answer.award, scan.envelope.payload)
                if copy is None:
                    registered = (find(Code.ROW_NOT_PROVED),)
                else:
                    award = answer.award
                    status, said = inspect_status(award, copy, proof.record)
                    registered = (find(Code.REGISTERED), *said)
            case _:
                assert_never(answer.reach)
    lost = _inspect_key(proof, answer, copy) if proof.genuine else ()
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
        findings=(*proof.findings, *inspect_host(scan, document, today), *registered),
    )


def _inspect_key(
    proof: Proof, answer: Answer | None, copy: OpenedCopy | None
) -> tuple[Finding, ...]:
    """Return what it means that the record's key is compromised, if it is.

    The one place where the proof of the copy's leaf in the public log comes in, as `logged_at`.
    """
    asked = answer is not None and (
        answer.reach is Reach.ABSENT or (answer.reach is Reach.OPENED and copy is not None)
    )
    return inspect_compromise(proof, asked=asked)


def inspect_status(
    award: OpenedAward, copy: OpenedCopy, record: Record
) -> tuple[Status, tuple[Finding, ...]]:
    """Step 7: return where the award and this copy stand; the graver of the two is the status."""
    serial = format_print_serial(record.number.year, copy.print_serial)
    slots = {"print_serial": serial}
    match award.award_status:
        case AwardStatus.REVOKED:
            return Status.REVOKED, (find(Code.AWARD_REVOKED),)
        case AwardStatus.SUSPENDED:
            return Status.SUSPENDED, (find(Code.AWARD_SUSPENDED),)
        case AwardStatus.CURRENT:
            pass
        case _:
            assert_never(award.award_status)
    match copy.state:
        case CopyState.SUPERSEDED:
            return Status.SUPERSEDED, (find(Code.COPY_SUPERSEDED, slots, slots),)
        case CopyState.CORRECTED:
            return Status.CORRECTED, (find(Code.RECORD_CORRECTED, slots, slots),)
        case CopyState.CURRENT:
            return Status.CURRENT, (find(Code.STATUS_CURRENT),)
        case CopyState.ARCHIVE:
            # The award is in force, and whoever shows this copy is not shown to hold it.
            archived = find(Code.COPY_ARCHIVE, slots, slots)
            return Status.CURRENT, (find(Code.STATUS_CURRENT), archived)
        case CopyState.RESERVED:
            # The commit that adds the signed record changes the state: this row was tampered with.
            return Status.UNKNOWN, (find(Code.ROW_NOT_PROVED),)
        case _:
            assert_never(copy.state)


def with_certificate(verdict: Verdict, printed: PrintedFields) -> Verdict:
    """Return `verdict` with the fields to compare with the paper."""
    return replace(verdict, certificate=printed)


def _judge_row(
    claims: NumberClaims, answer: Answer, *, document: KeyDocument, today: date
) -> Standing | Finding:
    """Step 5: prove the opened row before anything is answered from it."""
    match answer.reach:
        case Reach.UNREACHABLE:
            return find(Code.REGISTRY_UNREACHABLE)
        case Reach.BROKEN:
            return find(Code.ROW_NOT_PROVED)
        case Reach.ABSENT:
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
    copy = award.shown
    read = None if copy is None else _read_copy(copy)
    if copy is None or read is None:
        return find(Code.ROW_NOT_PROVED)
    envelope, record = read
    proof = prove(envelope, record, document, today)
    tampered = any(one.code == Code.SIGNATURE_INVALID for one in proof.findings)
    if tampered or not _agrees(claims, record, copy):
        return find(Code.ROW_NOT_PROVED)
    status = Status.UNKNOWN
    said: tuple[Finding, ...] = ()
    if proof.genuine:
        said = _inspect_key(proof, answer, copy)
    if proof.genuine and not said:
        status, found = inspect_status(award, copy, record)
        said = (find(Code.REGISTERED), *found, *_earlier_copies(award, copy, record))
    return Standing(
        record=record,
        body_name=_body_name(award, proof),
        genuine=proof.genuine,
        status=status,
        award=award,
        copy=copy,
        findings=(*proof.findings, *said),
    )


def _agrees(claims: NumberClaims, record: Record, copy: OpenedCopy) -> bool:
    """Return whether the row is about what was asked.

    A document number is not compared here: the record only commits to it under a salt the public
    side does not hold. That the row opened for it is what binds the two.
    """
    if record.number != claims.number or record.print_serial != copy.print_serial:
        return False
    return claims.name is None or fold_name(record.holder_name) == fold_name(claims.name)


def _earlier_copies(award: OpenedAward, copy: OpenedCopy, record: Record) -> tuple[Finding, ...]:
    replaced = {CopyState.SUPERSEDED, CopyState.CORRECTED} & {one.state for one in award.copies}
    if copy.state is not CopyState.CURRENT or not replaced:
        return ()
    slots = {"print_serial": format_print_serial(record.number.year, copy.print_serial)}
    return (find(Code.COPY_REISSUED, slots, slots),)


def _read_copy(copy: OpenedCopy) -> tuple[Envelope, Record] | None:
    try:
        envelope = decode_envelope(copy.envelope)
        return envelope, decode_record(envelope.payload)
    except (KeysError, CodesError):
        return None


def _copy_with(award: OpenedAward, payload: bytes) -> OpenedCopy | None:
    """Return the copy that carries exactly `payload`: records are compared, never signatures."""
    for copy in award.copies:
        read = _read_copy(copy)
        if read is not None and read[0].payload == payload:
            return copy
    return None


def _body_name(award: OpenedAward | None, proof: Proof) -> str:
    """Return the body's name as filed on the day; the name filed now where that is not known."""
    if award is not None:
        return award.body_name
    return "" if proof.body is None else proof.body.name

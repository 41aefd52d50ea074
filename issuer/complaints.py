"""Complaints and tips on the desks: put on record, given to somebody, answered, settled.

Tips about forgeries lie with the police, all else with the authority; either may hand one over to
the other. What a complaint says is sealed by the vault; its sender reads the answer on the public
site, by the receipt code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from codes.filing_rules import RuleName, filing_rule
from codes.wording import Text
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from registry.complaint_answers import (
    ComplaintAnswer,
    ComplaintOffice,
    Told,
    pack_told,
    unpack_told,
)
from registry.complaint_models import Complaint, ComplaintHandOver, SentComplaint
from registry.complaints import ComplaintBox, ComplaintKind, ComplaintWords, waiting_complaints
from registry.desk_sealed import SealedColumn
from registry.session import reading, transaction
from registry.vault import Vault

MOST_ANSWER: Final = 2000
MOST_REASON: Final = 300


def _words_context(row: Complaint) -> str:
    return f"complaint/{row.receipt_sha256}/words"


def _file_context(row: Complaint) -> str:
    return f"complaint/{row.receipt_sha256}/file"


def _answer_context(row: Complaint) -> str:
    return f"complaint/{row.receipt_sha256}/answer"


def _reason_context(row: ComplaintHandOver) -> str:
    return f"complaint/{row.complaint_id}/hand-over/{row.id}"


WORDS: Final = SealedColumn(Complaint, "words_sealed", _words_context)
FILE: Final = SealedColumn(Complaint, "file_sealed", _file_context)
ANSWER: Final = SealedColumn(Complaint, "answer_sealed", _answer_context)
"""What a complaint says, what was sent along, and what its sender is answered."""
REASON: Final = SealedColumn(ComplaintHandOver, "reason_sealed", _reason_context)
"""Why it was handed over to the other office."""


def kinds_of(office: ComplaintOffice) -> tuple[str, ...]:
    """Return what comes to an office first."""
    forged = ComplaintKind.FORGED
    if office is ComplaintOffice.POLICE:
        return (forged.value,)
    return tuple(one.value for one in ComplaintKind if one is not forged)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintRoom:
    """What complaints are worked on with.

    Args:
        vault: open.
        desks: the desks' own database.
        public: the public side's own database.
        box: opens what was sent.
        clock: returns now, aware UTC.
    """

    vault: Vault = field(repr=False)
    desks: Engine
    public: Engine
    box: ComplaintBox = field(repr=False)
    clock: Callable[[], datetime]

    def today(self) -> date:
        """Return the day in Shanghai."""
        return shanghai_day(self.clock())


def take_in(room: ComplaintRoom, office: ComplaintOffice) -> int:
    """Put on record what was sent to an office; return how many.

    The desks' commit comes first: a crash between the two leaves one to be marked as taken, which
    is found by its receipt and not taken in twice.

    Raises:
        VaultError: what was sent was altered (`sealed_value_altered`).
    """
    days = timedelta(days=filing_rule(RuleName.COMPLAINT_DAYS, room.today()).value)
    with reading(room.public) as public:
        ids = [row.id for row in waiting_complaints(public, kinds_of(office))]
    for one in ids:
        with transaction(room.public) as public:
            row = public.get(SentComplaint, one, with_for_update=True)
            if row is None or row.taken_at is not None:
                continue
            due_on = shanghai_day(row.sent_at) + days
            with transaction(room.desks) as desks:
                _record(room, desks, row, office, due_on)
            row.sealed = row.file_sealed = None
            row.file_bytes, row.taken_at, row.due_on = 0, room.clock(), due_on
    return len(ids)


def _record(
    room: ComplaintRoom, desks: Session, row: SentComplaint, office: ComplaintOffice, due_on: date
) -> None:
    if (
        desks.scalar(select(Complaint.id).where(Complaint.receipt_sha256 == row.code_sha256))
        is not None
    ):
        return  # a crash came between the two commits
    words, file = room.box.words(row), room.box.file(row)
    complaint = Complaint(
        receipt_sha256=row.code_sha256,
        office=office.value,
        kind=row.kind,
        file_kind=row.file_kind,
        sent_at=row.sent_at,
        taken_at=room.clock(),
        due_on=due_on,
    )
    desks.add(complaint)
    WORDS.put(complaint, room.vault, words.encode())
    if file is not None:
        FILE.put(complaint, room.vault, file)


def complaints_of(desks: Session, office: ComplaintOffice | None) -> Sequence[Complaint]:
    """Return the complaints of an office, or all: those open first, what is due first at the top.

    Args:
        office: None for somebody who looks at both.
    """
    query = select(Complaint)
    if office is not None:
        query = query.where(Complaint.office == office.value)
    return desks.scalars(
        query.order_by(Complaint.closed_at.is_not(None), Complaint.due_on, Complaint.id)
    ).all()


def words_of(room: ComplaintRoom, complaint: Complaint) -> ComplaintWords:
    """Return what a complaint says; raises VaultError where it was altered."""
    return ComplaintWords.decode(WORDS.read(complaint, room.vault) or b"{}")


def reading_mark(room: ComplaintRoom, complaint: Complaint, account_id: int) -> str:
    """Return what only a page that showed a complaint's words to that account can bring back."""
    held = words_of(room, complaint).encode()
    return hashlib.sha256(f"{account_id}/{complaint.id}/".encode() + held).hexdigest()[:16]


def hold_complaint(desks: Session, number: int, office: ComplaintOffice) -> Complaint:
    """Return a complaint of an office that nobody else changes until the transaction ends.

    Raises:
        IssuerError: it lies with the other office by now (`complaint_elsewhere`).
    """
    complaint = desks.get_one(Complaint, number, with_for_update=True)
    check_office(complaint, office)
    return complaint


def check_office(complaint: Complaint, office: ComplaintOffice) -> None:
    """Check that a complaint lies with an office.

    Raises:
        IssuerError: it lies with the other office by now (`complaint_elsewhere`).
    """
    if complaint.office != office.value:
        raise IssuerError(
            "complaint_elsewhere",
            Text(
                f"这件事项已转{office.other.text.zh}办理",
                f"it was handed over and lies with {office.other.text.en} now",
            ),
        )


def assign(complaint: Complaint, account_id: int, name: str, *, held_by: int | None) -> None:
    """Give a complaint to somebody of its office.

    Args:
        complaint: held in a transaction.
        account_id: of who works on it from now on.
        name: theirs.
        held_by: who had it as it was shown to who gives it.

    Raises:
        IssuerError: it is settled (`complaint_closed`), or somebody else has it by now
            (`complaint_taken`).
    """
    _check_open(complaint)
    _check_held(complaint, held_by)
    complaint.assignee_id, complaint.assignee = account_id, name


def hand_over(
    room: ComplaintRoom,
    desks: Session,
    complaint: Complaint,
    reason: str,
    *,
    name: str,
    held_by: int | None,
) -> None:
    """Hand a complaint over to the other office, which reads why; nobody has it there yet.

    Args:
        desks: the transaction that holds the complaint.
        name: of who hands it over.
        held_by: who had it as it was shown to them.

    Raises:
        IssuerError: it is settled (`complaint_closed`), somebody else has it by now
            (`complaint_taken`), or no reason is given (`complaint_reason`).
    """
    _check_open(complaint)
    _check_held(complaint, held_by)
    if not 1 <= len(reason) <= MOST_REASON:
        raise IssuerError(
            "complaint_reason",
            Text(
                f"请写明转交理由，不超过 {MOST_REASON} 字",
                f"say why it is handed over, in at most {MOST_REASON} characters",
            ),
        )
    to = ComplaintOffice(complaint.office).other
    row = ComplaintHandOver(office=to.value, handed_by=name, handed_at=room.clock())
    complaint.handed_over.append(row)
    desks.flush()  # the reason is bound to the row's number
    REASON.put(row, room.vault, reason.encode())
    complaint.office, complaint.assignee_id, complaint.assignee = to.value, None, None
    _tell(room, complaint, replace(told_of(room, complaint), passed_to=to), closed=False)


def reasons_of(room: ComplaintRoom, complaint: Complaint) -> Sequence[str]:
    """Return why a complaint was handed over, each time; raises VaultError where altered."""
    return [(REASON.read(one, room.vault) or b"").decode() for one in complaint.handed_over]


def answer(
    room: ComplaintRoom, complaint_id: int, words: str, *, account_id: int, name: str, close: bool
) -> None:
    """Answer the sender of a complaint, who reads the answers before it, too.

    The public side's commit comes first: answering again after a crash puts both right.

    Args:
        account_id, name: who answers, which is who it was given to.
        close: and settle it.

    Raises:
        IssuerError: it is settled (`complaint_closed`), was given to somebody else
            (`complaint_not_yours`), or the answer is empty or too long (`complaint_answer`).
    """
    if not 1 <= len(words) <= MOST_ANSWER or not words.replace("\n", "").isprintable():
        raise IssuerError(
            "complaint_answer",
            Text(
                f"请写明答复内容，不超过 {MOST_ANSWER} 字",
                f"write the answer, in at most {MOST_ANSWER} characters",
            ),
        )
    now = room.clock()
    with transaction(room.desks) as desks:
        complaint = desks.get_one(Complaint, complaint_id, with_for_update=True)
        _check_open(complaint)
        if complaint.assignee_id != account_id:
            raise IssuerError(
                "complaint_not_yours",
                Text(
                    "这件事项由别人办理，或还没有分派，请先领取",
                    "it is assigned to somebody else, or not assigned yet; take it on first",
                ),
            )
        told = told_of(room, complaint)
        one = ComplaintAnswer(
            words=words, at=now, office=ComplaintOffice(complaint.office), by=name
        )
        told = replace(told, answers=[*told.answers, one])
        _tell(room, complaint, told, closed=close)
        complaint.answered_at = now
        if close:
            complaint.closed_at, complaint.closed_by = now, name


def told_of(room: ComplaintRoom, complaint: Complaint) -> Told:
    """Return what the sender of a complaint is told; raises VaultError where it was altered."""
    return unpack_told(ANSWER.read(complaint, room.vault), complaint.answered_at)


def _tell(room: ComplaintRoom, complaint: Complaint, told: Told, *, closed: bool) -> None:
    """Keep what is told, on the public side without who wrote it; that side's commit is first."""
    unnamed = replace(told, answers=[replace(one, by="") for one in told.answers])
    with transaction(room.public) as public:
        row = public.scalars(
            select(SentComplaint).where(SentComplaint.code_sha256 == complaint.receipt_sha256)
        ).one_or_none()
        if row is not None:  # the public side may have begun anew since
            room.box.tell(row, unnamed)
            row.closed_at = told.answers[-1].at if closed else None
    ANSWER.put(complaint, room.vault, pack_told(told))


def _check_open(complaint: Complaint) -> None:
    if complaint.closed_at is not None:
        raise IssuerError("complaint_closed", Text("这件事项已经办结", "it is settled already"))


def _check_held(complaint: Complaint, held_by: int | None) -> None:
    """Refuse what was decided on a page that showed somebody else at work."""
    if complaint.assignee_id != held_by:
        now_with = complaint.assignee
        raise IssuerError(
            "complaint_taken",
            Text(
                f"这件事项刚刚有了变动，现由{now_with or '无人'}办理；请核对后再办",
                f"this complaint has just changed: it is with {now_with or 'nobody'} now; look at "
                "it again",
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """How many complaints of an office wait, and for what."""

    unassigned: int
    mine: int
    overdue: int


def pending(desks: Session, office: ComplaintOffice, account_id: int, today: date) -> Pending:
    """Return what waits in an office, and for one of its people."""
    columns = select(Complaint.assignee_id, Complaint.due_on)
    rows = desks.execute(
        columns.where(Complaint.office == office.value, Complaint.closed_at.is_(None))
    ).all()
    return Pending(
        unassigned=sum(assignee is None for assignee, _ in rows),
        mine=sum(assignee == account_id for assignee, _ in rows),
        overdue=sum(due_on < today for _, due_on in rows),
    )

"""Reading a certificate's full record for a case, which a second officer reviews.

The ground and the case number are in custody and on the audit trail before anything is shown; what
is opened stays open to that officer for a quarter of an hour.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.grounds import LEAST_GROUND, says_why
from codes.person_skeleton import is_same_person
from codes.wording import Text
from registry.case_models import CaseReading, PoliceCase
from registry.case_sealed import REMARK
from registry.cases import CaseError, CaseState, FullRecord, ReviewMark, new_key
from registry.session import once_undone, reading, transaction
from verifier.cases.casework import (
    MOST_WORDS,
    Officer,
    add_step,
    check_not_closed,
    find_case,
    hold_case,
)
from verifier.cases.custody_lines import Act
from verifier.cases.room import PoliceRoom

OPEN_FOR: Final = timedelta(minutes=15)
MOST_GROUND: Final = 300


def check_wish(room: PoliceRoom, case_id: int, *, number: str, ground: str) -> None:
    """Go on only where the full record of a number may be read for a case.

    Raises:
        CaseError: no ground that says why is given (`record_ground`), there is no such certificate
            (`record_unknown`), or the case is closed (`case_closed`).
    """
    if len(ground) > MOST_GROUND or not says_why(ground):
        raise CaseError(
            "record_ground",
            Text(
                f"请写明查看完整登记信息的具体事由（{LEAST_GROUND.zh}）",
                f"say why the full record is to be read: {LEAST_GROUND.en}",
            ),
        )
    if room.lent.read_record(number) is None:
        raise CaseError(
            "record_unknown",
            Text("登记中没有这个证书编号", "no certificate on record has this number"),
        )
    with reading(room.desks) as session:
        check_not_closed(find_case(session, case_id))


def open_record(
    room: PoliceRoom, officer: Officer, case_id: int, *, number: str, ground: str
) -> int:
    """Note that an officer reads the full record of a number, and return the row of that.

    Raises:
        CaseError: as `check_wish`; the ground may not stand on the audit trail.
    """
    check_wish(room, case_id, number=number, ground=ground)
    vault = room.vault()
    with transaction(room.desks) as session:
        case = hold_case(session, case_id)
        check_not_closed(case)
        add_step(
            room,
            session,
            vault,
            case,
            officer,
            Act.READ_RECORD,
            ground=ground,
            details={"number": number, "ground": ground},
        )
        row = CaseReading(
            key=new_key(),
            case_id=case_id,
            number=number,
            account_id=officer.account_id,
            reader=officer.name,
            ground=ground,
            reference=case.reference,
            read_at=room.clock(),
        )
        session.add(row)
        session.flush()
        return row.id


def opened_record(
    room: PoliceRoom, session: Session, case_id: int, reading_id: int, account_id: int
) -> tuple[CaseReading, FullRecord] | None:
    """Return a full record to who opened it just now; None to anybody else, or later."""
    row = session.get(CaseReading, reading_id)
    if row is None or (row.case_id, row.account_id) != (case_id, account_id):
        return None
    if not timedelta() <= room.clock() - row.read_at < OPEN_FOR:
        return None
    record = room.lent.read_record(row.number)
    return None if record is None else (row, record)


def readings_of_case(session: Session, case_id: int) -> list[CaseReading]:
    """Return the readings of a case, the latest first."""
    query = select(CaseReading).where(CaseReading.case_id == case_id)
    return list(session.scalars(query.order_by(CaseReading.id.desc())))


def readings_to_review(session: Session, account_id: int) -> list[CaseReading]:
    """Return the readings of others that nobody has reviewed, the oldest first."""
    query = select(CaseReading).where(
        CaseReading.mark.is_(None), CaseReading.account_id != account_id
    )
    return list(session.scalars(query.order_by(CaseReading.id)))


def cases_questioned(session: Session, account_id: int) -> list[int]:
    """Return, for each reading of an officer that was put in doubt, its case if not closed."""
    query = (
        select(CaseReading.case_id)
        .join(PoliceCase, PoliceCase.id == CaseReading.case_id)
        .where(
            PoliceCase.state != CaseState.CLOSED,
            CaseReading.mark == ReviewMark.QUESTIONED,
            CaseReading.account_id == account_id,
        )
    )
    return list(session.scalars(query.order_by(CaseReading.id)))


def review_reading(
    room: PoliceRoom, officer: Officer, reading_id: int, mark: ReviewMark | None, remark: str
) -> None:
    """Mark a reading of another officer; done once.

    Raises:
        CaseError: there is none (`reading_unknown`), it is the officer's own (`reading_own`) or
            was reviewed (`reading_reviewed`), no mark is chosen (`review_mark`), or what is
            questioned is not said (`review_remark`).
    """
    vault = room.vault()
    with transaction(room.desks) as session:
        row = session.get(CaseReading, reading_id, with_for_update=True)
        if row is None:
            raise CaseError("reading_unknown", Text("没有这条记录", "there is no such reading"))
        _check_review(row, officer, mark, remark)
        assert mark is not None
        row.mark, row.reviewed_by, row.reviewed_at = mark, officer.name, room.clock()
        REMARK.put(row, vault, remark.encode())
        session.flush()
        note = partial(
            room.lent.note,
            actor=officer.name,
            subject=f"reading {reading_id} {row.number} {mark}",
            ground="复核查看记录",
            reference=row.reference,
        )
        note(act="police.review")
        once_undone(session, partial(note, act="police.review.undone"))


def _check_review(row: CaseReading, officer: Officer, mark: ReviewMark | None, remark: str) -> None:
    if row.account_id == officer.account_id or is_same_person(row.reader, officer.name):
        raise CaseError(
            "reading_own",
            Text("不能复核本人的查看记录，请由另一名民警复核", "another officer must review this"),
        )
    if row.mark is not None:
        raise CaseError("reading_reviewed", Text("这条记录已复核", "it was reviewed already"))
    if mark is None:
        raise CaseError("review_mark", Text("请选择复核结论", "choose a mark"))
    if len(remark) > MOST_WORDS or (mark is ReviewMark.QUESTIONED and not remark):
        raise CaseError(
            "review_remark",
            Text(
                f"请写明疑问所在（{MOST_WORDS} 字以内）",
                f"say what is questioned, in at most {MOST_WORDS} characters",
            ),
        )

"""What the national site answered about an issued batch, taken in line by line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.person import Person
from accounts.spoken import spoken_day
from codes.errors import CodesError
from codes.number import parse_number
from codes.wording import Text
from issuer.batch_room import BatchRoom
from issuer.batch_upload import UPLOAD_REASON, issued_day
from issuer.desk import shanghai_day
from issuer.exam_columns import ExamColumn
from issuer.exam_sheets import SheetLine
from issuer.typed_days import read_day
from issuer.upload_standing import due_on, may_be_late, note_receipts
from registry.batch_models import BatchDraft, BatchRow
from registry.exam_models import UploadReceipt
from registry.models import Award
from registry.session import reading, transaction

ACCEPTED_WORDS = frozenset({"成功", "通过", "已上传", "上传成功", "是"})
REFUSED_WORDS = frozenset({"失败", "不通过", "退回", "上传失败", "否"})
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What a file of receipts came to.

    Args:
        taken: how many lines were kept.
        faults: (row of the file, what is wrong); such lines were not kept.
    """

    taken: int
    faults: tuple[tuple[int, Text], ...]


def reconcile(
    room: BatchRoom, person: Person, draft: BatchDraft, lines: Sequence[SheetLine]
) -> Reconciled:
    """Keep what the national site answered, line by line; what fits nothing is told, not kept.

    The register is told first: what broke off between is not kept here, so the file is sent again.

    Raises:
        VaultError: the row of a certificate was altered; nothing was kept.
    """
    faults: list[tuple[int, Text]] = []
    taken: dict[str, tuple[bool, SheetLine]] = {}
    today = shanghai_day(room.clock())
    with reading(room.desks) as session:
        query = select(BatchRow.award).where(BatchRow.draft_id == draft.id)
        known = set(session.scalars(query))
        due = due_on(session, draft, issued_day(draft)) if may_be_late(session, draft) else None
    issued = _issue_days(room, known)
    clashing = _clashing(lines)
    for line in lines:
        number, accepted = _number(line), _accepted(line)
        why = _CLASHING if number in clashing else None
        why = why or _fault(number, accepted, issued, taken, line, today)
        if why is not None:
            faults.append((line.number, why))
        elif accepted is not None:
            taken[number] = (accepted, line)
    days = {number: _day(line) if accepted else None for number, (accepted, line) in taken.items()}
    note_receipts(room, draft, days, due)
    with transaction(room.desks) as session:
        for number, (accepted, line) in taken.items():
            _keep(room, session, draft, person, number, accepted=accepted, line=line)
    return Reconciled(taken=len(taken), faults=tuple(faults))


_CLASHING = Text(
    "同一编号出现多次而内容不一致，都没有记录；请核对后只留一行",
    "the number stands several times and the lines differ: none was kept; leave the right one",
)


def _clashing(lines: Sequence[SheetLine]) -> set[str]:
    """Return the numbers of which lines say different things."""
    said: dict[str, set[tuple[str, ...]]] = {}
    for line in lines:
        told = (line.text(ExamColumn.RESULT), line.text(ExamColumn.UPLOADED_ON))
        said.setdefault(_number(line), set()).add(told)
    return {number for number, told in said.items() if len(told) > 1}


def _issue_days(room: BatchRoom, numbers: Collection[str | None]) -> dict[str, date]:
    """Return when each of these certificates was issued."""
    known = sorted(number for number in numbers if number)
    days: dict[str, date] = {}
    with reading(room.register) as session:
        for start in range(0, len(known), _AT_ONCE):
            some = Award.number.in_(known[start : start + _AT_ONCE])
            query = select(Award.number, Award.issued_on).where(some)
            days |= {row.number: row.issued_on for row in session.execute(query)}
    return days


def _number(line: SheetLine) -> str:
    typed = "".join(line.text(ExamColumn.NUMBER).split()).upper()
    try:
        return str(parse_number(typed))
    except CodesError:
        return typed


def _accepted(line: SheetLine) -> bool | None:
    word = line.text(ExamColumn.RESULT)
    return True if word in ACCEPTED_WORDS else False if word in REFUSED_WORDS else None


def _day(line: SheetLine) -> date | None:
    """Return the day of upload; None for none. Raises ValueError for what is no day."""
    typed = line.text(ExamColumn.UPLOADED_ON)
    day = read_day(typed)
    if typed and day is None:
        raise ValueError("no day")
    return day


def _fault(
    number: str,
    accepted: bool | None,
    issued: Mapping[str, date],
    taken: Mapping[str, Any],
    line: SheetLine,
    today: date,
) -> Text | None:
    if number not in issued:
        return Text("本批次没有这个证书编号", "no certificate of this batch has this number")
    if number in taken:
        return Text("同一编号出现两次，只取前一行", "the number stands twice; the first is kept")
    if accepted is None:
        return Text(
            "“上传结果”应为“成功”或“失败”", "the result should be 成功 (accepted) or 失败 (refused)"
        )
    try:
        day = _day(line)
    except ValueError:
        return Text("“上传日期”应如 2026-11-22", "the day of upload should be like 2026-11-22")
    if accepted and day is None:
        return Text(
            "上传成功的，须填写“上传日期”", "of one that was accepted give the day of upload"
        )
    if day is not None and day > today:
        return Text("“上传日期”晚于今天", "the day of upload is still to come")
    if day is not None and day < issued[number]:
        made = spoken_day(issued[number])
        return Text(
            f"“上传日期”早于发证日期（{made.zh}），请核对",
            f"the day of upload is before the certificate was issued ({made.en}): check it",
        )
    return None


def _keep(
    room: BatchRoom,
    session: Session,
    draft: BatchDraft,
    person: Person,
    number: str,
    *,
    accepted: bool,
    line: SheetLine,
) -> None:
    receipt = UploadReceipt(
        draft_id=draft.id,
        number=number,
        accepted=accepted,
        uploaded_on=_day(line),
        noted_at=room.clock(),
        noted_by=person.name,
    )
    session.add(receipt)
    reason = line.text(ExamColumn.REASON)
    if reason:
        UPLOAD_REASON.put(receipt, room.vault, reason.encode())

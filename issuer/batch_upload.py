"""The national upload of an issued batch: a package with hashes, how it stands line by line.

What the package holds is read from the register and from what is kept of each award's examination
under the award's own key. The national site's own form is not published: the columns are the
certificate's, and the body pastes them into the site's form where that differs.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.person import Person
from codes.levels import Level
from codes.occupations import occupation_by_index
from issuer.awarding import read_private
from issuer.batch_room import BatchRoom
from issuer.body_settings import Step, settings_of, skipping
from issuer.copy_list import find_batch
from issuer.copy_rows import BatchCopies, chunks_of, drawn, in_force
from issuer.desk import Desk, shanghai_day
from issuer.exam_binding import check_records, read_batch_root
from issuer.exam_records import read_exam_record
from issuer.upload_standing import due_on, may_be_late, note_due
from issuer.uploads_waiting import changed_since_upload, not_in_force
from registry.batch_models import BatchDraft, BatchRow
from registry.desk_sealed import SealedColumn
from registry.exam_models import BodySetting, UploadPackage, UploadReceipt
from registry.models import Award
from registry.session import reading, transaction
from registry.sheet_writing import SheetValue, write_csv_rows, write_workbook_rows

HEADINGS = (
    "序号",
    "姓名",
    "证件类型",
    "证件号码",
    "职业名称",
    "职业编码",
    "工种/职业方向",
    "级别",
    "理论成绩",
    "技能成绩",
    "综合评审成绩",
    "证书编号",
    "发证日期",
    "评价机构",
)
_NUMBER = HEADINGS.index("证书编号")
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the package of the same certificates is the same bytes


def _reason_context(row: UploadReceipt) -> str:
    return f"upload-receipt {row.draft_id} {row.number}"


UPLOAD_REASON = SealedColumn(UploadReceipt, "reason_sealed", _reason_context)
"""What the national site wrote about a certificate; it may name somebody."""


def make_package(
    room: BatchRoom, person: Person, draft: BatchDraft, *, open_alone: bool = False
) -> bytes:
    """Return the package of an issued batch as a ZIP: CSV, workbook, manifest with hashes.

    Only certificates in force are in it. That it was made is kept, with the hashes.

    Args:
        open_alone: leave out those that were accepted.

    Raises:
        IssuerError, VaultError: as `read_handover`; `check_records`.
    """
    with room.desk(draft.prefix, dry_run=True) as desk, reading(room.desks) as desks:
        rows = list(_rows(desk, desks, draft.name))
        with reading(room.register) as register:
            root = read_batch_root(register, draft.prefix, draft.name)
        check_records(desks, [str(row[_NUMBER]) for row in rows], root)
        if open_alone:
            state = read_upload_state(room, desks, draft)
            left = {one.number for one in state.lines if one.standing != "accepted"}
            some = [row for row in rows if row[_NUMBER] in left]
            rows = [[count, *row[1:]] for count, row in enumerate(some, start=1)]
    files = {
        "证书数据.csv": write_csv_rows(HEADINGS, rows),
        "证书数据.xlsx": write_workbook_rows("证书数据", HEADINGS, rows),
    }
    manifest = {
        "batch": draft.name,
        "body": draft.prefix,
        "made_at": room.clock().isoformat(timespec="seconds"),
        "certificates": len(rows),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    with transaction(room.desks) as session:
        session.add(
            UploadPackage(
                draft_id=draft.id,
                made_at=room.clock(),
                maker=person.name,
                lines=len(rows),
                manifest=text,
            )
        )
    numbers = [str(row[_NUMBER]) for row in rows]
    note_due(room, draft, issued_day(draft), numbers)  # of a batch issued before that was noted
    return _zip({**files, "清单.json": text.encode()})


def _zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DAY), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _rows(desk: Desk, desks: Session, batch: str) -> Iterator[list[SheetValue]]:
    with reading(desk.engine) as session:
        batch_id = find_batch(session, desk.site, batch)
    count = 0
    for copies in chunks_of(desk, BatchCopies(batch_id=batch_id), in_force, drawn):
        for copy in copies:
            count += 1
            yield _row(desk, desks, copy.award, count)


def _row(desk: Desk, desks: Session, award: Award, count: int) -> list[SheetValue]:
    private = read_private(desk, award)
    occupation = occupation_by_index(award.occupation)
    marks = read_exam_record(desks, desk.vault, award).get("marks", {})
    return [
        count,
        private.name,
        private.document_type.zh,
        private.document_number,
        occupation.zh,
        occupation.code,
        private.specialty or "--",
        Level(award.level).zh,
        *(marks.get(part, "") for part in ("theory", "skills", "review")),
        award.number,
        award.issued_on,
        desk.site.body.name,
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """What is known of the upload of one certificate.

    Args:
        standing: `accepted`, `refused`, `waiting`, `changed`: corrected after it was accepted, or
            `ended`: not accepted and in force no more, so that no package has it.
        reason: as the national site wrote it.
    """

    number: str
    standing: str
    uploaded_on: date | None = None
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """How the national upload of an issued batch stands.

    Args:
        due: last day, by the figure that holds.
        late: it is past, and receipts are missing; not said of a batch begun before there were any.
        counts: how many certificates by standing.
        skipped: the setting by which the body does it elsewhere.
    """

    due: date
    late: bool
    counts: Counter[str]
    lines: tuple[ReceiptLine, ...]
    packages: tuple[UploadPackage, ...]
    skipped: BodySetting | None

    @property
    def done(self) -> bool:
        """Whether every certificate in force was accepted."""
        return not self.left

    @property
    def left(self) -> int:
        """How many certificates are to be uploaded, or uploaded again."""
        return sum(self.counts[one] for one in ("waiting", "refused", "changed"))


def read_upload_state(room: BatchRoom, session: Session, draft: BatchDraft) -> Upload:
    """Return how the upload of an issued batch stands, line by line."""
    due = due_on(session, draft, issued_day(draft))
    query = select(BatchRow.award).where(BatchRow.draft_id == draft.id)
    numbers = session.scalars(query.where(BatchRow.award.is_not(None)).order_by(BatchRow.award))
    receipts = select(UploadReceipt).where(UploadReceipt.draft_id == draft.id)
    latest = {one.number: one for one in session.scalars(receipts.order_by(UploadReceipt.id))}
    ended, changed = not_in_force(room, draft), changed_since_upload(room, draft)
    found = (
        _line(room, number or "", latest.get(number or ""), ended=number in ended)
        for number in numbers
    )
    lines = tuple(
        replace(one, standing="changed") if one.number in changed else one for one in found
    )
    counts = Counter(line.standing for line in lines)
    packages = select(UploadPackage).where(UploadPackage.draft_id == draft.id)
    missing = bool(counts["waiting"] or counts["refused"])
    return Upload(
        due=due,
        late=missing and may_be_late(session, draft) and shanghai_day(room.clock()) > due,
        counts=counts,
        lines=lines,
        packages=tuple(session.scalars(packages.order_by(UploadPackage.id.desc()))),
        skipped=skipping(settings_of(session, draft.prefix), Step.UPLOAD),
    )


def issued_day(draft: BatchDraft) -> date:
    """Return the day in Asia/Shanghai on which a batch was issued."""
    return shanghai_day(draft.finished_at or draft.made_at)


def _line(
    room: BatchRoom, number: str, receipt: UploadReceipt | None, *, ended: bool
) -> ReceiptLine:
    if receipt is None:
        return ReceiptLine(number=number, standing="ended" if ended else "waiting")
    reason = UPLOAD_REASON.read(receipt, room.vault)
    return ReceiptLine(
        number=number,
        standing="accepted" if receipt.accepted else "ended" if ended else "refused",
        uploaded_on=receipt.uploaded_on,
        reason="" if reason is None else reason.decode(),
    )

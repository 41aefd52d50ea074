"""Sample pages for whoever approves a batch: how certificates will look, their numbers still blank.

They are marked as samples across, carry no seal and no signed record, and are kept nowhere. That
one was drawn for somebody is kept, with the state of the batch it was drawn in: nobody approves a
batch whose samples they were not shown in the state it is in.
"""

from __future__ import annotations

import hashlib
import os

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.person import Person
from codes.wording import Text
from issuer.batch_room import BatchRoom, find_draft
from issuer.batch_rows import load_table
from issuer.batch_shown import shown_of
from issuer.candidates import Candidate
from issuer.desk import Desk, shanghai_day
from issuer.errors import IssuerError
from issuer.issuing import inspect_batch
from issuer.kept_photos import DraftPhotos
from registry.batch_models import BatchDraft, BatchRow, BatchSampleView
from registry.child import Child
from registry.session import reading, transaction
from templates.certificate import CertificateFace, CertificatePrinter
from templates.fonts import FontChain

ODD_SAMPLES = 2
"""How many rows with a remark have a sample page, beside the first, the middle and the last."""
_QR_TEXT = "SAMPLE"
_PICTURE_SECONDS = 30.0
_PICTURE_BYTES = 1 << 30


def choose_samples(session: Session, draft: BatchDraft) -> list[int]:
    """Return the rows of which sample pages are drawn: first, middle, last, and odd ones."""
    rows = select(BatchRow.row).where(BatchRow.draft_id == draft.id).order_by(BatchRow.row)
    count = session.scalar(select(func.count()).where(BatchRow.draft_id == draft.id)) or 0
    places = sorted({0, count // 2, max(count - 1, 0)})
    usual = {row for place in places for row in session.scalars(rows.offset(place).limit(1))}
    noticed = rows.where(BatchRow.noticed.is_(True), BatchRow.row.not_in(usual))
    return sorted(usual.union(session.scalars(noticed.limit(ODD_SAMPLES))))


def draw_sample(room: BatchRoom, person: Person, prefix: str, draft_id: int, row: int) -> bytes:
    """Return the page of a row as a PNG picture; that it was drawn for this person is kept.

    Raises:
        IssuerError: `draft_unknown`; the row is not there or is at fault (`draft_no_sample`).
        TemplatesError, KeysError, RegistryError: as the lints.
    """
    fonts = FontChain.from_environment(os.environ)
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
        shown = shown_of(session, draft)
        table = load_table(session, room.cipher(draft), draft, (row,))
        photos = DraftPhotos(room, session, draft)
    with room.desk(prefix, dry_run=True) as desk:
        report = inspect_batch(
            desk, table, photos, draft.name, fonts, lambda *_: None, layout=draft.layout
        )
        if not report.candidates:
            raise IssuerError(
                "draft_no_sample",
                Text("该行不能制作样张", "no sample page can be drawn of this row"),
            )
        page = CertificatePrinter(fonts).render(_face(desk, report.candidates[0], draft.layout))
    with Child(
        "issuer.page_picture_child", seconds=_PICTURE_SECONDS, memory_bytes=_PICTURE_BYTES
    ) as child:
        picture = child.ask(page.filled(b"")[0])
    note_shown(room, person, draft, row, shown)
    return picture


def note_shown(room: BatchRoom, person: Person, draft: BatchDraft, row: int, shown: str) -> None:
    """Keep that the sample page of a row was drawn for somebody.

    Args:
        shown: the state it was drawn in, as `shown_of`.
    """
    with transaction(room.desks) as session:
        session.merge(
            BatchSampleView(
                draft_id=draft.id, account_id=person.account_id, view=_view(shown), row=row
            )
        )


def _view(shown: str) -> str:
    return hashlib.sha256(shown.encode()).hexdigest()


def check_shown(session: Session, draft: BatchDraft, person: Person) -> None:
    """See that somebody was shown every sample page of a batch as it is now.

    Raises:
        IssuerError: the page of some row could not be drawn, or was not asked for
            (`samples_unseen`).
    """
    shown = session.scalars(
        select(BatchSampleView.row).where(
            BatchSampleView.draft_id == draft.id,
            BatchSampleView.account_id == person.account_id,
            BatchSampleView.view == _view(shown_of(session, draft)),
        )
    ).all()
    rows = [row for row in choose_samples(session, draft) if row not in set(shown)]
    if rows:
        zh, en = "、".join(map(str, rows)), ", ".join(map(str, rows))
        raise IssuerError(
            "samples_unseen",
            Text(
                f"第 {zh} 行的样张没有显示出来，不能批准；请稍候刷新本页，看到样张后再批准。"
                "一直不能显示的，请点开样张查看原因，或退回修改",
                f"Sample pages not shown yet, of row {en}: nothing was approved. Wait, reload"
                " the page and look at them first. Where it never shows, open it to see why, or "
                "return the batch",
            ),
        )


def _face(desk: Desk, candidate: Candidate, layout: str) -> CertificateFace:
    return CertificateFace(
        body_name=desk.site.body.name,
        layout=layout,
        holder_name=candidate.name,
        holder_name_latin=candidate.latin_name,
        document_type=candidate.document_type,
        document_number=candidate.document_number,
        occupation=candidate.occupation,
        specialty=candidate.specialty,
        level=candidate.level,
        number=None,
        issued_on=shanghai_day(desk.clock()),
        print_serial_text="",
        qr_text=_QR_TEXT,
        photo_jpeg=candidate.photo.jpeg,
        sample=True,
    )

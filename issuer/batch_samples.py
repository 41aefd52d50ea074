"""Sample pages for whoever approves a batch: how certificates will look, their numbers still blank.

They are marked as samples across, carry no seal and no signed record, and are kept nowhere.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from sqlalchemy import func, select

from codes.wording import Text
from issuer.batch_photos import DraftPhotos
from issuer.batch_room import BatchRoom, find_draft
from issuer.batch_rows import load_table
from issuer.candidates import Candidate
from issuer.desk import Desk, shanghai_day
from issuer.errors import IssuerError
from issuer.issuing import inspect_batch
from registry.batch_models import BatchRow
from registry.child import Child
from registry.session import reading
from templates.certificate import CertificateFace, CertificatePrinter
from templates.fonts import FontChain

SAMPLES = 3
_QR_TEXT = "SAMPLE"
_PICTURE_SECONDS = 30.0
_PICTURE_BYTES = 1 << 30


def choose_samples(room: BatchRoom, prefix: str, draft_id: int) -> Sequence[int]:
    """Return the row numbers that sample pages are drawn of: the first, the middle, the last."""
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
        rows = select(BatchRow.row).where(BatchRow.draft_id == draft.id).order_by(BatchRow.row)
        count = session.scalar(select(func.count()).where(BatchRow.draft_id == draft.id)) or 0
        places = sorted({0, count // 2, max(count - 1, 0)})[:SAMPLES]
        return [row for place in places for row in session.scalars(rows.offset(place).limit(1))]


def draw_sample(room: BatchRoom, prefix: str, draft_id: int, row: int) -> bytes:
    """Return the page of a row as a PNG picture.

    Raises:
        IssuerError: `draft_unknown`; the row is not there or is at fault (`draft_no_sample`).
        TemplatesError, KeysError, RegistryError: as the lints.
    """
    fonts = FontChain.from_environment(os.environ)
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
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
        return child.ask(page.filled(b"")[0])


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

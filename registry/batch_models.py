"""The tables of batches being prepared: rows of people, their photos, and how far each batch is.

What a spreadsheet said of people, and their photos, are sealed under a key of the batch that only
the vault opens; when a batch is issued or deleted that key goes, and with it all of them. How far a
batch is stands in its row alone, so that whoever works on it can be killed at any moment.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.desk_database import DeskBase
from registry.models import UtcDateTime


class BatchDraft(DeskBase):
    """A batch of one body, from the first upload to its certificates.

    Args:
        state: a value of `issuer.batch_states.DraftState`.
        key_sealed: the key of its rows and photos, under the vault; None once they are gone.
        sheet_sealed: where the columns stood in the spreadsheet, under that key.
        revision: grows with every change of what is to be issued.
        checked: the revision that the findings on its rows are about.
        rows, faulty, unpictured, noticed: how many rows there are; with faults in their cells,
            without a photo that can be used, with notices.
        awaiting: how many photos are not judged yet.
        mark: what binds an approval to the very rows and photos that were approved.
        pausing: somebody asked the run to stop after what it has in hand.
        phase, done, total: how far check or run are; for the screen alone.
        trouble: code of what stopped check or run, with its sentences.
    """

    __tablename__ = "batch_drafts"
    __table_args__ = (UniqueConstraint("prefix", "name"), Index("batch_drafts_state", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(String(13), index=True)
    name: Mapped[str] = mapped_column(String(60))
    layout: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(16))
    key_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sheet_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    revision: Mapped[int] = mapped_column(default=0)
    checked: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    faulty: Mapped[int] = mapped_column(default=0)
    unpictured: Mapped[int] = mapped_column(default=0)
    noticed: Mapped[int] = mapped_column(default=0)
    awaiting: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int]
    maker: Mapped[str] = mapped_column(String(60))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by: Mapped[int | None]
    submitter: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None]
    decider: Mapped[str | None] = mapped_column(String(60))
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    mark: Mapped[bytes | None] = mapped_column(LargeBinary)
    pausing: Mapped[bool] = mapped_column(default=False)
    phase: Mapped[str | None] = mapped_column(String(16))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None] = mapped_column(String(60))
    trouble_zh: Mapped[str | None] = mapped_column(Text)
    trouble_en: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BatchRow(DeskBase):
    """One person's row of a batch.

    Args:
        row: its number as the spreadsheet program shows it.
        cells_sealed: the text in each column, and cells that were not readable as they stood.
        findings_sealed: what the lints said of it; None where they said nothing.
        faulty: they found a fault in its cells.
        unpictured: it has no photo, or one that was refused.
        noticed: there is something worth a look.
        award: the certificate number it was given.
    """

    __tablename__ = "batch_rows"
    __table_args__ = (
        Index("batch_rows_faulty", "draft_id", "faulty", "row"),
        Index("batch_rows_noticed", "draft_id", "noticed", "row"),
    )

    draft_id: Mapped[int] = mapped_column(ForeignKey("batch_drafts.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    cells_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    findings_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    faulty: Mapped[bool] = mapped_column(default=False)
    unpictured: Mapped[bool] = mapped_column(default=False)
    noticed: Mapped[bool] = mapped_column(default=False)
    award: Mapped[str | None] = mapped_column(String(22))


class BatchDeletion(DeskBase):
    """That a batch is to be deleted, or was; its row of `batch_drafts` stays, number and name too.

    Args:
        people: how many it was about, those who no longer stood in its rows included.
        ground: why, in the words of who asked for it.
        deleted_at, deleter: None while it waits for another person.
    """

    __tablename__ = "batch_deletions"

    draft_id: Mapped[int] = mapped_column(ForeignKey("batch_drafts.id"), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[int]
    asker: Mapped[str] = mapped_column(String(60))
    people: Mapped[int]
    ground: Mapped[str] = mapped_column(String(300))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleter: Mapped[str | None] = mapped_column(String(60))


class BatchSampleView(DeskBase):
    """A sample page that was drawn for an approver.

    Args:
        view: hash of the state of the batch in which it was drawn.
    """

    __tablename__ = "batch_sample_views"

    draft_id: Mapped[int] = mapped_column(ForeignKey("batch_drafts.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(primary_key=True)
    view: Mapped[str] = mapped_column(String(64), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)


class BatchesFiled(DeskBase):
    """Under which state of its filing the batches of a body were checked last.

    Args:
        filing: hash of what the body may award.
    """

    __tablename__ = "batches_filed"

    prefix: Mapped[str] = mapped_column(String(13), primary_key=True)
    filing: Mapped[str] = mapped_column(String(64))


class BatchPhoto(DeskBase):
    """One picture that was handed in for a batch.

    Args:
        about_sealed: its file name, and what became of it.
        stored: name of its sealed file among those of the batch; None where it was not kept.
        judged: whether it was looked at; then the file is the photo to print.
    """

    __tablename__ = "batch_photos"
    __table_args__ = (Index("batch_photos_judged", "draft_id", "judged"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("batch_drafts.id"))
    about_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    stored: Mapped[str | None] = mapped_column(String(64))
    judged: Mapped[bool] = mapped_column(default=False)

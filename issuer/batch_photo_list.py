"""What is known of the photos of a batch: which are missing, refused, or asked for by no row."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from codes.wording import Text
from issuer.batch_photos import DraftPhotos, KeptPhoto
from issuer.batch_room import BatchRoom
from issuer.batch_rows import open_row
from issuer.columns import Column
from registry.batch_models import BatchDraft, BatchRow
from registry.session import reading

SHOWN = 200
PHOTO_MISSING = "photo_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoLine:
    """A row whose photo is wanting, or a picture that is of no use.

    Args:
        row: the row's number, or None for a picture that no row asks for.
        what: whose it is, or the picture's file name; personal data.
        text: what is wrong and what to do.
    """

    row: int | None
    what: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A row whose photo will be printed; `name` is personal data."""

    row: int
    name: str
    photo_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoList:
    """The photos of a batch.

    Args:
        handed_in: how many pictures there are.
        awaiting: how many of them are not judged yet.
        missing: rows without a picture, the first of them.
        missing_count: how many there are.
        refused: rows whose picture was refused.
        refused_count: how many there are.
        unused: names of pictures that no row asks for.
        unused_count: how many there are.
        matched: every row with its photo, in order.
    """

    handed_in: int
    awaiting: int
    missing: tuple[PhotoLine, ...]
    missing_count: int
    refused: tuple[PhotoLine, ...]
    refused_count: int
    unused: tuple[str, ...]
    unused_count: int
    matched: tuple[Matched, ...]


def list_photos(room: BatchRoom, draft: BatchDraft) -> PhotoList:
    """Return what is known of the photos of a batch, by the last check of its rows."""
    cipher = room.cipher(draft)
    missing: list[PhotoLine] = []
    refused: list[PhotoLine] = []
    matched: list[Matched] = []
    with reading(room.desks) as session:
        photos = DraftPhotos(room, session, draft)
        query = select(BatchRow).where(BatchRow.draft_id == draft.id).order_by(BatchRow.row)
        for stored in session.scalars(query):
            row = open_row(cipher, stored)
            file, number = row.text(Column.PHOTO), row.text(Column.DOCUMENT_NUMBER)
            photo = photos.read(file=file, document_number=number).photo
            if isinstance(photo, KeptPhoto):
                name = row.text(Column.NAME)
                matched.append(Matched(row=row.row, name=name, photo_id=photo.photo_id))
            for remark in row.about(Column.PHOTO):
                line = PhotoLine(row=row.row, what=row.text(Column.NAME), text=remark.text)
                if remark.code == PHOTO_MISSING:
                    missing.append(line)
                elif remark.stops:
                    refused.append(line)
    unused = photos.unasked() if draft.rows else []
    return PhotoList(
        handed_in=len(photos) + draft.awaiting,
        awaiting=draft.awaiting,
        missing=tuple(missing[:SHOWN]),
        missing_count=len(missing),
        refused=tuple(refused[:SHOWN]),
        refused_count=len(refused),
        unused=tuple(unused[:SHOWN]),
        unused_count=len(unused),
        matched=tuple(matched),
    )

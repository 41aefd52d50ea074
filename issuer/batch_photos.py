"""The photos of a batch being prepared: taken in sealed, judged by the child afterwards.

A picture is put away sealed as it came and judged afterwards, one after another, so that a large
upload is safe at once. What is printed is kept in its place; a picture that was refused is gone.
Only one that can be used takes the place of an earlier one (`issuer.kept_photos`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from issuer.batch_room import BatchRoom, changing, find_draft
from issuer.kept_photos import (
    OWN_BYTES,
    PhotoAbout,
    find_outdone,
    new_upload,
    open_about,
    parcel_of,
    seal_about,
)
from issuer.photo_exchange import (
    Judgement,
    Question,
    Verdict,
    decode_question,
    encode_question,
)
from issuer.photo_names import fold_name, is_picture_name
from issuer.photo_reading import MAX_PHOTO_BYTES
from issuer.photo_shelves import ArchiveShelf, TooLarge
from issuer.photos import judge, open_photo_child
from registry.batch_models import BatchDraft, BatchPhoto
from registry.session import reading, transaction
from registry.store import FileStore, Parcel

MAX_UPLOAD_BYTES = 256 << 20
_JUDGED_AT_ONCE = 50
_ZIP = ".zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """A file as a browser sent it; both parts are untrusted."""

    name: str = field(repr=False)
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of an upload.

    Args:
        pictures: how many were put away.
        others: how many files were neither picture nor ZIP.
    """

    pictures: int
    others: int


class _Picture(Protocol):
    @property
    def name(self) -> str: ...

    def load(self) -> Question: ...


@dataclass(frozen=True, slots=True)
class _Single:
    name: str
    data: bytes

    def load(self) -> Question:
        if len(self.data) > MAX_PHOTO_BYTES:
            raise TooLarge
        return Question(data=self.data)


def take_in(room: BatchRoom, prefix: str, draft_id: int, files: Sequence[HandedIn]) -> TakenIn:
    """Put the pictures of an upload away.

    One takes the place of an earlier one of its name once it is judged and can be used.

    Raises:
        IssuerError: as `changing`; a ZIP cannot be used (`photos_zip_…`). Nothing was taken.
    """
    with reading(room.desks) as session:
        key = room.key(find_draft(session, prefix, draft_id))
    cipher, store = AESGCM(key), room.files(draft_id)
    upload = new_upload()
    with ExitStack() as open_files:
        pictures: list[_Picture] = []
        others = 0
        for file in files:
            name = file.name.replace("\\", "/").rsplit("/", 1)[-1]
            if fold_name(name).endswith(_ZIP):
                pictures += _open_archive(file.data, open_files).all()
            elif is_picture_name(name):
                pictures.append(_Single(name, file.data))
            else:
                others += 1
        kept = list(_put_away(store, key, pictures))
    abouts = [
        PhotoAbout(
            name=picture.name,
            upload=upload,
            judgement=None if name else Judgement(verdict=Verdict.TOO_LARGE),
        )
        for picture, name in zip(pictures, kept, strict=True)
    ]
    with changing(room, prefix, draft_id) as (session, draft):
        values = [
            {
                "draft_id": draft_id,
                "about_sealed": seal_about(cipher, about),
                "stored": name,
                "judged": name is None,
            }
            for about, name in zip(abouts, kept, strict=True)
        ]
        if values:
            session.execute(insert(BatchPhoto), values)
        draft.awaiting = _count_awaiting(session, draft_id)
    return TakenIn(pictures=len(pictures), others=others)


def _open_archive(data: bytes, open_files: ExitStack) -> ArchiveShelf:
    """Open a ZIP that lies in memory alone, under a name that the listing child can open."""
    descriptor = os.memfd_create("photos")
    open_files.callback(os.close, descriptor)
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(data)
    shelf = ArchiveShelf(Path(f"/proc/{os.getpid()}/fd/{descriptor}"))
    open_files.callback(shelf.close)
    return shelf


def _put_away(store: FileStore, key: bytes, pictures: Sequence[_Picture]) -> Iterator[str | None]:
    """Store pictures as they came; yield their names, None for one that is too large to be read."""
    large: set[int] = set()

    def parcels() -> Iterator[Parcel]:
        for index, picture in enumerate(pictures):
            try:
                yield parcel_of(encode_question(picture.load()), key)
            except TooLarge:
                large.add(index)

    names = iter(store.put_many(parcels()))
    yield from (None if index in large else next(names) for index in range(len(pictures)))


def _count_awaiting(session: Session, draft_id: int) -> int:
    query = select(func.count(BatchPhoto.id))
    where = (BatchPhoto.draft_id == draft_id, BatchPhoto.judged.is_(False))
    return session.scalar(query.where(*where)) or 0


def judge_waiting(
    room: BatchRoom, prefix: str, draft_id: int, progress: Callable[[int, int], None]
) -> None:
    """Judge every picture of a batch that was not looked at yet, some at a time.

    Whoever does it holds the batch (`issuer.batch_checks.holding`); what a killed one had in hand
    is judged anew.

    Args:
        progress: told how many of how many are judged.
    """
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
        total, key = draft.awaiting, room.key(draft)
        cipher, store = AESGCM(key), room.files(draft_id)
    done = 0
    with open_photo_child() as child:
        while True:
            with reading(room.desks) as session:
                query = select(BatchPhoto).where(BatchPhoto.draft_id == draft_id)
                waiting = session.scalars(
                    query.where(BatchPhoto.judged.is_(False))
                    .order_by(BatchPhoto.id)
                    .limit(_JUDGED_AT_ONCE)
                ).all()
            if not waiting:
                break
            judged = []
            for photo in waiting:
                content = store.get(photo.stored or "", key)[OWN_BYTES:]
                judged.append(judge(child, partial(decode_question, content)))
            _keep_judged(room, draft_id, waiting, judged, key, cipher)
            done += len(waiting)
            progress(done, max(total, done))
    _drop_outdone(room, draft, cipher)


def _keep_judged(
    room: BatchRoom,
    draft_id: int,
    photos: Sequence[BatchPhoto],
    judged: Sequence[Judgement],
    key: bytes,
    cipher: AESGCM,
) -> None:
    """Keep what became of pictures: the photo to print of each that was taken, in its place."""
    store = room.files(draft_id)
    taken = [one.jpeg for one in judged if one.verdict is Verdict.TAKEN]
    names = iter(store.put_many(parcel_of(jpeg, key) for jpeg in taken))
    former: list[str] = []
    with transaction(room.desks) as session:
        for photo, judgement in zip(photos, judged, strict=True):
            kept = next(names) if judgement.verdict is Verdict.TAKEN else None
            row = session.get(BatchPhoto, photo.id)
            if row is None:  # every photo was taken out meanwhile
                former += [kept] if kept else []
                continue
            about = open_about(cipher, photo.about_sealed)
            sha256 = hashlib.sha256(judgement.jpeg).digest() if judgement.jpeg else b""
            about = replace(about, judgement=judgement, sha256=sha256)
            former += [row.stored] if row.stored else []
            row.about_sealed, row.stored, row.judged = seal_about(cipher, about), kept, True
        session.flush()
        draft = session.get_one(BatchDraft, draft_id)
        draft.awaiting = _count_awaiting(session, draft_id)
    for name in former:
        store.discard(name)


def _drop_outdone(room: BatchRoom, draft: BatchDraft, cipher: AESGCM) -> None:
    """Delete judged pictures in whose place later ones came."""
    with reading(room.desks) as session:
        outdone = find_outdone(session, cipher, draft)
    if not outdone:
        return
    with transaction(room.desks) as session:
        for photo in outdone:
            session.execute(delete(BatchPhoto).where(BatchPhoto.id == photo.id))
    for photo in outdone:
        if photo.stored is not None:
            room.files(draft.id).discard(photo.stored)


def drop_photos(room: BatchRoom, prefix: str, draft_id: int) -> None:
    """Take every photo out of a batch; raises as `changing`."""
    with changing(room, prefix, draft_id) as (session, draft):
        stored = session.scalars(select(BatchPhoto.stored).where(BatchPhoto.draft_id == draft.id))
        names = [name for name in stored if name is not None]
        session.execute(delete(BatchPhoto).where(BatchPhoto.draft_id == draft.id))
        draft.awaiting = 0
    for name in names:
        room.files(draft_id).discard(name)

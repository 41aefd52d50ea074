"""The photos of a batch being prepared: taken in sealed, judged by the child, found for each row.

A picture is put away sealed as it came and judged afterwards, one after another, so that a large
upload is safe at once. What is printed is kept in its place; a picture that was refused is gone.
Rows find their photos by the same names as in a folder or a ZIP of `yanzhen issue`.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from codes.notices import Problem
from codes.typed import visible_line
from issuer.batch_room import BatchRoom, changing, find_draft
from issuer.photo_exchange import (
    Judgement,
    Question,
    Verdict,
    decode_judgement,
    decode_question,
    encode_judgement,
    encode_question,
)
from issuer.photo_names import find_name, fold_name, is_picture_name
from issuer.photo_reading import MAX_PHOTO_BYTES, PhotoReading
from issuer.photo_shelves import ArchiveShelf, TooLarge
from issuer.photo_wording import explain, remark_on
from issuer.photos import judge, look_up, open_photo_child, refused
from registry.batch_models import BatchDraft, BatchPhoto
from registry.session import reading, transaction
from registry.store import FileStore, Parcel
from registry.vault import seal, unseal

MAX_UPLOAD_BYTES = 256 << 20
_ABOUT = "batch-photo"
_JUDGED_AT_ONCE = 50
_ZIP = ".zip"
_OWN_BYTES = 16  # before every stored picture, so that two equal ones are two files


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
    """Put the pictures of an upload away, in place of earlier ones of the same names.

    Raises:
        IssuerError: as `changing`; a ZIP cannot be used (`photos_zip_…`). Nothing was taken.
    """
    with reading(room.desks) as session:
        key = room.key(find_draft(session, prefix, draft_id))
    cipher, store = AESGCM(key), room.files(draft_id)
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
        _about(picture.name, None if name else Judgement(verdict=Verdict.TOO_LARGE))
        for picture, name in zip(pictures, kept, strict=True)
    ]
    names = {fold_name(visible_line(one.name)) for one in pictures}
    with changing(room, prefix, draft_id) as (session, draft):
        former = _replaced(session, cipher, draft, names)
        values = [
            {
                "draft_id": draft_id,
                "about_sealed": seal(cipher, _ABOUT, json.dumps(about).encode()),
                "stored": name,
                "judged": name is None,
            }
            for about, name in zip(abouts, kept, strict=True)
        ]
        if values:
            session.execute(insert(BatchPhoto), values)
        draft.awaiting = _count_awaiting(session, draft_id)
    for name in former:
        store.discard(name)
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
                yield _parcel(encode_question(picture.load()), key)
            except TooLarge:
                large.add(index)

    names = iter(store.put_many(parcels()))
    yield from (None if index in large else next(names) for index in range(len(pictures)))


def _parcel(content: bytes, key: bytes) -> Parcel:
    return Parcel(content=secrets.token_bytes(_OWN_BYTES) + content, key=key)


def _about(name: str, judgement: Judgement | None) -> dict[str, Any]:
    if judgement is None:
        return {"name": visible_line(name)}
    words = encode_judgement(
        Judgement(
            verdict=judgement.verdict,
            remarks=judgement.remarks,
            tint=judgement.tint,
            format=judgement.format,
        )
    )
    sha256 = hashlib.sha256(judgement.jpeg).hexdigest()
    return {"name": visible_line(name), "judged": words.decode(), "sha256": sha256}


def _open_about(cipher: AESGCM, sealed: bytes) -> dict[str, Any]:
    about: dict[str, Any] = json.loads(unseal(cipher, _ABOUT, sealed))
    return about


def _replaced(session: Session, cipher: AESGCM, draft: BatchDraft, names: set[str]) -> list[str]:
    """Delete pictures of these names; return what was stored of them."""
    found = [
        photo
        for photo in session.scalars(select(BatchPhoto).where(BatchPhoto.draft_id == draft.id))
        if fold_name(_open_about(cipher, photo.about_sealed)["name"]) in names
    ]
    for photo in found:
        session.delete(photo)
    session.flush()
    return [photo.stored for photo in found if photo.stored is not None]


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
                return
            judged = []
            for photo in waiting:
                content = store.get(photo.stored or "", key)[_OWN_BYTES:]
                judged.append(judge(child, partial(decode_question, content)))
            _keep_judged(room, draft_id, waiting, judged, key, cipher)
            done += len(waiting)
            progress(done, max(total, done))


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
    names = iter(store.put_many(_parcel(jpeg, key) for jpeg in taken))
    former: list[str] = []
    with transaction(room.desks) as session:
        for photo, judgement in zip(photos, judged, strict=True):
            kept = next(names) if judgement.verdict is Verdict.TAKEN else None
            row = session.get(BatchPhoto, photo.id)
            if row is None:  # replaced by another upload meanwhile
                former += [kept] if kept else []
                continue
            name = _open_about(cipher, photo.about_sealed)["name"]
            about = json.dumps(_about(name, judgement)).encode()
            former += [row.stored] if row.stored else []
            row.about_sealed, row.stored, row.judged = seal(cipher, _ABOUT, about), kept, True
        session.flush()
        draft = session.get_one(BatchDraft, draft_id)
        draft.awaiting = _count_awaiting(session, draft_id)
    for name in former:
        store.discard(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPhoto:
    """A photo to print, read from its sealed file whenever its bytes are asked for.

    Args:
        photo_id: its row.
    """

    photo_id: int
    sha256: bytes
    store: FileStore = field(repr=False, compare=False)
    name: str = field(repr=False)
    key: bytes = field(repr=False)

    @property
    def jpeg(self) -> bytes:
        """The baseline sRGB JPEG that is printed and stored."""
        return self.store.get(self.name, self.key)[_OWN_BYTES:]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    name: str
    judgement: Judgement
    photo: KeptPhoto | None


class DraftPhotos:
    """The judged photos of a batch, as the lints ask for them.

    Args:
        room: the evaluators' side.
        session: to read them with, once.
        draft: the batch.
    """

    def __init__(self, room: BatchRoom, session: Session, draft: BatchDraft) -> None:
        key = room.key(draft)
        cipher, store = AESGCM(key), room.files(draft.id)
        self._names: dict[str, list[_Kept]] = {}
        self._asked: set[str] = set()
        query = select(BatchPhoto.id, BatchPhoto.about_sealed, BatchPhoto.stored).where(
            BatchPhoto.draft_id == draft.id, BatchPhoto.judged.is_(True)
        )
        for photo_id, sealed, stored in session.execute(query.order_by(BatchPhoto.id)):
            about = _open_about(cipher, sealed)
            photo = None
            if stored is not None:
                sha256 = bytes.fromhex(about["sha256"])
                photo = KeptPhoto(
                    photo_id=photo_id, sha256=sha256, store=store, name=stored, key=key
                )
            kept = _Kept(
                name=about["name"],
                judgement=decode_judgement(about["judged"].encode()),
                photo=photo,
            )
            self._names.setdefault(fold_name(kept.name), []).append(kept)

    def read(self, *, file: str, document_number: str) -> PhotoReading:
        """Return the photo of one row; never raises for a bad one."""
        found = look_up(self._find, file=file, document_number=document_number)
        if isinstance(found, Problem):
            return refused(found, file)
        if found.photo is None:
            return refused(explain(found.judgement), found.name)
        return PhotoReading(
            photo=found.photo,
            notices=tuple(remark_on(remark) for remark in found.judgement.remarks),
            problems=(),
            file=found.name,
        )

    def _find(self, wanted: str) -> Sequence[_Kept]:
        found = find_name(self._names, wanted)
        self._asked.update(fold_name(one.name) for one in found)
        return found

    def unasked(self) -> list[str]:
        """Return the names of pictures that no row asked for so far."""
        return [
            one.name
            for folded, kept in self._names.items()
            if folded not in self._asked
            for one in kept
        ]

    def refusals(self) -> list[tuple[str, Problem]]:
        """Return each picture that was refused, by name, and why."""
        return [
            (one.name, explain(one.judgement))
            for kept in self._names.values()
            for one in kept
            if one.photo is None
        ]

    def __len__(self) -> int:
        return sum(len(kept) for kept in self._names.values())


def read_photo(room: BatchRoom, session: Session, draft: BatchDraft, photo_id: int) -> bytes | None:
    """Return a photo to print as the child made it, a JPEG of one inch; it is not opened here.

    None where the batch has no such photo, or it was refused or is not judged yet.

    Raises:
        IssuerError, VaultError: as `BatchRoom.key`.
        StoreError: its file is missing, or was altered.
    """
    query = select(BatchPhoto.stored).where(
        BatchPhoto.id == photo_id, BatchPhoto.draft_id == draft.id, BatchPhoto.judged.is_(True)
    )
    stored = session.scalar(query)
    if stored is None:
        return None
    return room.files(draft.id).get(stored, room.key(draft))[_OWN_BYTES:]


def drop_photos(room: BatchRoom, prefix: str, draft_id: int) -> None:
    """Take every photo out of a batch; raises as `changing`."""
    with changing(room, prefix, draft_id) as (session, draft):
        stored = session.scalars(select(BatchPhoto.stored).where(BatchPhoto.draft_id == draft.id))
        names = [name for name in stored if name is not None]
        session.execute(delete(BatchPhoto).where(BatchPhoto.draft_id == draft.id))
        draft.awaiting = 0
    for name in names:
        room.files(draft_id).discard(name)

"""The judged photos of a batch being prepared, and which of several handed in for a row counts.

Rows find their photos by the same names as in a folder or a ZIP of `yanzhen issue`. Pictures that
would serve a row may come in several uploads; the last upload that gave one picture which can be
used counts, so that a later one which cannot be used loses nothing. What was wrong with it is told
beside the photo that stays.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.notices import Notice, Problem
from codes.typed import visible_line
from issuer.batch_room import BatchRoom
from issuer.photo_exchange import Judgement, decode_judgement, encode_judgement
from issuer.photo_names import fold_name, names_for
from issuer.photo_reading import PhotoReading
from issuer.photo_wording import AMBIGUOUS, carried_over, explain, remark_on, stays
from issuer.photos import look_up, refused
from registry.batch_models import BatchDraft, BatchPhoto
from registry.store import FileStore, Parcel
from registry.vault import seal, unseal

_ABOUT = "batch-photo"
_UPLOAD_BYTES = 8
OWN_BYTES = 16
"""Before every stored picture, so that two equal ones are two files."""


def parcel_of(content: bytes, key: bytes) -> Parcel:
    """Return a picture as it is stored among the files of a batch."""
    return Parcel(content=secrets.token_bytes(OWN_BYTES) + content, key=key)


def new_upload() -> str:
    """Return what the pictures of an upload have in common, and no others."""
    return secrets.token_hex(_UPLOAD_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoAbout:
    """What is kept of a picture beside its file.

    Args:
        name: of its file, as it came.
        upload: what all pictures of one upload have in common.
        judgement: what became of it; None until it is judged.
        sha256: of the photo to print; empty where there is none.
        source: the batch it was carried over from; empty for one that was uploaded for this.
    """

    name: str = field(repr=False)
    upload: str
    judgement: Judgement | None
    sha256: bytes = b""
    source: str = ""


def seal_about(cipher: AESGCM, about: PhotoAbout) -> bytes:
    """Return what is kept of a picture, sealed; of a photo to print its hash, not its bytes."""
    packed = {"name": visible_line(about.name), "upload": about.upload, "source": about.source}
    judgement = about.judgement
    if judgement is not None:
        words = Judgement(
            verdict=judgement.verdict,
            remarks=judgement.remarks,
            tint=judgement.tint,
            format=judgement.format,
        )
        packed["judged"] = encode_judgement(words).decode()
        packed["sha256"] = about.sha256.hex()
    return seal(cipher, _ABOUT, json.dumps(packed).encode())


def open_about(cipher: AESGCM, sealed: bytes) -> PhotoAbout:
    """Return what `seal_about` sealed; a judgement comes back without its photo."""
    packed = json.loads(unseal(cipher, _ABOUT, sealed))
    judged = packed.get("judged")
    return PhotoAbout(
        name=packed["name"],
        upload=packed.get("upload", ""),  # one judged before uploads were told apart has none
        judgement=None if judged is None else decode_judgement(judged.encode()),
        sha256=bytes.fromhex(packed.get("sha256", "")),
        source=packed.get("source", ""),
    )


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
        return self.store.get(self.name, self.key)[OWN_BYTES:]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A judged picture; `place` grows with the uploads of a batch."""

    about: PhotoAbout
    judgement: Judgement
    place: int
    photo: KeptPhoto | None

    @property
    def name(self) -> str:
        return self.about.name


@dataclass(frozen=True, slots=True)
class _Choice:
    """The picture that counts for a row, and why a later one does not."""

    picture: _Kept
    passed_over: Problem | None = None


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
        places: dict[str, int] = {}
        query = select(BatchPhoto.id, BatchPhoto.about_sealed, BatchPhoto.stored).where(
            BatchPhoto.draft_id == draft.id, BatchPhoto.judged.is_(True)
        )
        for photo_id, sealed, stored in session.execute(query.order_by(BatchPhoto.id)):
            about = open_about(cipher, sealed)
            assert about.judgement is not None  # it is judged
            photo = None
            if stored is not None:
                photo = KeptPhoto(
                    photo_id=photo_id, sha256=about.sha256, store=store, name=stored, key=key
                )
            kept = _Kept(
                about=about,
                judgement=about.judgement,
                place=places.setdefault(about.upload, len(places)),
                photo=photo,
            )
            self._names.setdefault(fold_name(kept.name), []).append(kept)

    def read(self, *, file: str, document_number: str) -> PhotoReading:
        """Return the photo of one row; never raises for a bad one."""
        found = look_up(self._find, file=file, document_number=document_number)
        if isinstance(found, Problem):
            return refused(found, file)
        picture = found.picture
        if picture.photo is None:
            return refused(explain(picture.judgement), picture.name)
        notices: tuple[Notice, ...] = tuple(map(remark_on, picture.judgement.remarks))
        if picture.about.source:
            notices += (carried_over(picture.about.source),)
        if found.passed_over is not None:
            notices += (stays(found.passed_over),)
        return PhotoReading(photo=picture.photo, notices=notices, problems=(), file=picture.name)

    def usable(self, *, file: str, document_number: str) -> tuple[PhotoAbout, KeptPhoto] | None:
        """Return the photo of one row with what is kept of it; None where it has none to print."""
        found = look_up(self._find, file=file, document_number=document_number)
        if isinstance(found, Problem) or found.picture.photo is None:
            return None
        return found.picture.about, found.picture.photo

    def _find(self, wanted: str) -> Sequence[_Choice]:
        """Return the picture that counts; several where the only upload that has any has several.

        What an upload has for a row is what a folder with its pictures alone would have.
        """
        uploads: dict[int, list[_Kept]] = {}
        for group in names_for(wanted):
            found = [kept for name in group for kept in self._names.get(name, ())]
            self._asked.update(fold_name(one.name) for one in found)
            for place, some in groupby(sorted(found, key=_PLACE), key=_PLACE):
                uploads.setdefault(place, list(some))
        passed_over: Problem | None = None
        for _, pictures in sorted(uploads.items(), reverse=True):
            first = pictures[0]
            if len(pictures) == 1 and first.photo is not None:
                return (_Choice(first, passed_over),)
            why = AMBIGUOUS if len(pictures) > 1 else explain(first.judgement)
            passed_over = passed_over or why
        return [_Choice(one) for one in uploads[max(uploads)]] if uploads else ()

    def unasked(self) -> list[str]:
        """Return the names of pictures that no row asked for so far."""
        return [
            one.name
            for folded, kept in self._names.items()
            if folded not in self._asked
            for one in kept
        ]

    def __len__(self) -> int:
        return sum(len(kept) for kept in self._names.values())


_PLACE = attrgetter("place")


def find_outdone(session: Session, cipher: AESGCM, draft: BatchDraft) -> list[BatchPhoto]:
    """Return the judged pictures of a batch that no row would be given any more, whatever comes.

    Of each name that is all but the last upload that can be used, and the last one after it that
    cannot: its fault is told.
    """
    names: dict[str, dict[str, list[BatchPhoto]]] = {}
    query = select(BatchPhoto).where(BatchPhoto.draft_id == draft.id, BatchPhoto.judged.is_(True))
    for photo in session.scalars(query.order_by(BatchPhoto.id)):
        about = open_about(cipher, photo.about_sealed)
        names.setdefault(fold_name(about.name), {}).setdefault(about.upload, []).append(photo)
    return [one for uploads in names.values() for one in _outdone(list(uploads.values()))]


def _outdone(uploads: Sequence[Sequence[BatchPhoto]]) -> Iterable[BatchPhoto]:
    usable = (one for one in reversed(uploads) if len(one) == 1 and one[0].stored is not None)
    counts = next(usable, None)
    return [one for some in uploads[:-1] if some is not counts for one in some]


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
    return room.files(draft.id).get(stored, room.key(draft))[OWN_BYTES:]

"""What is known of the photos of a batch: which are missing, refused, or asked for by no row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from codes.notices import Notice, Problem
from codes.slips import count_slips
from codes.wording import Text
from issuer.batch_room import BatchRoom
from issuer.batch_rows import DraftRow, Remark, open_row
from issuer.columns import Column
from issuer.kept_photos import DraftPhotos, KeptPhoto
from issuer.photo_names import fold_name, is_picture_name
from issuer.photo_reading import PhotoReading
from registry.batch_models import BatchDraft, BatchRow
from registry.session import reading

SHOWN = 200
_MOST_APART = 2
_LEAST_ALIKE = 4  # characters of a name to each that differs; shorter names are alike by chance
PHOTO_MISSING = "photo_missing"
_STAYS = "photo_stays"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoLine:
    """A row whose photo is wanting.

    Args:
        row: the row's number.
        what: whose it is; personal data.
        text: what is wrong and what to do, with the file's name as it is; personal data.
    """

    row: int
    what: str = field(repr=False)
    text: Text = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """A picture that no row asks for.

    Args:
        name: of its file; personal data.
        row: a row without a photo that it may be of; None where there is none such.
        why: that row's picture would be called nearly so, or it is called as that person is.
    """

    name: str = field(repr=False)
    row: int | None
    why: Text | None


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
        staying: rows that have their earlier photo, as a later one cannot be used.
        staying_count: how many there are.
        unused: pictures that no row asks for, the first of them.
        unused_count: how many there are.
        matched: every row with its photo, in order.
    """

    handed_in: int
    awaiting: int
    missing: tuple[PhotoLine, ...]
    missing_count: int
    refused: tuple[PhotoLine, ...]
    refused_count: int
    staying: tuple[PhotoLine, ...]
    staying_count: int
    unused: tuple[Unused, ...]
    unused_count: int
    matched: tuple[Matched, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Want:
    """A row with what is said of its photo; `wanted` is the name that its picture would have."""

    row: int
    what: str = field(repr=False)
    wanted: str = field(repr=False)
    text: Text = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    handed_in: int
    missing: list[_Want]
    refused: list[PhotoLine]
    staying: list[PhotoLine]
    unused: list[str]
    matched: list[Matched]


def list_photos(room: BatchRoom, draft: BatchDraft) -> PhotoList:
    """Return what is known of the photos of a batch, by the last check of its rows.

    Names are compared among the pictures and rows that are shown.
    """
    found = _look(room, draft)
    missing = found.missing[:SHOWN]
    return PhotoList(
        handed_in=found.handed_in,
        awaiting=draft.awaiting,
        missing=tuple(_missing_line(one, found) for one in missing),
        missing_count=len(found.missing),
        refused=tuple(found.refused[:SHOWN]),
        refused_count=len(found.refused),
        staying=tuple(found.staying[:SHOWN]),
        staying_count=len(found.staying),
        unused=tuple(_unused(name, missing) for name in found.unused[:SHOWN]),
        unused_count=len(found.unused),
        matched=tuple(found.matched),
    )


def photo_texts(room: BatchRoom, draft: BatchDraft, row: int) -> tuple[Text, ...]:
    """Return what keeps a row's photo from being printed, with the names of files as they are."""
    found = _look(room, draft)
    lines = [_missing_line(one, found) for one in found.missing if one.row == row]
    return tuple(one.text for one in (*lines, *found.refused) if one.row == row)


def _look(room: BatchRoom, draft: BatchDraft) -> _Found:
    cipher = room.cipher(draft)
    missing: list[_Want] = []
    refused: list[PhotoLine] = []
    staying: list[PhotoLine] = []
    matched: list[Matched] = []
    with reading(room.desks) as session:
        photos = DraftPhotos(room, session, draft)
        query = select(BatchRow).where(BatchRow.draft_id == draft.id).order_by(BatchRow.row)
        for stored in session.scalars(query):
            row = open_row(cipher, stored)
            file, number = row.text(Column.PHOTO), row.text(Column.DOCUMENT_NUMBER)
            photo = photos.read(file=file, document_number=number)
            name = row.text(Column.NAME)
            refused_here = any(one.stops for one in row.about(Column.PHOTO))
            if isinstance(photo.photo, KeptPhoto) and not refused_here:
                matched.append(Matched(row=row.row, name=name, photo_id=photo.photo.photo_id))
            for remark in row.about(Column.PHOTO):
                text = _with_name(remark, photo)
                if remark.code == PHOTO_MISSING:
                    missing.append(_Want(row=row.row, what=name, wanted=_wanted(row), text=text))
                elif remark.stops:
                    refused.append(PhotoLine(row=row.row, what=name, text=text))
                elif remark.code == _STAYS:
                    staying.append(PhotoLine(row=row.row, what=name, text=text))
    return _Found(
        handed_in=len(photos) + draft.awaiting,
        missing=missing,
        refused=refused,
        staying=staying,
        unused=photos.unasked() if draft.rows else [],
        matched=matched,
    )


def _wanted(row: DraftRow) -> str:
    file, number = row.text(Column.PHOTO), row.text(Column.DOCUMENT_NUMBER)
    return file or (f"{number}.jpg" if number else "")


def _with_name(remark: Remark, photo: PhotoReading) -> Text:
    """Return what a check said, with the file's own name in place of the masked one."""
    said: tuple[Problem | Notice, ...] = (*photo.problems, *photo.notices)
    for found in said:
        if found.code == remark.code and photo.file:
            zh, en = found.text.zh, found.text.en
            return Text(f"照片文件“{photo.file}”：{zh}", f"File “{photo.file}”: {en}")
    return remark.text


def _missing_line(want: _Want, found: _Found) -> PhotoLine:
    return PhotoLine(row=want.row, what=want.what, text=_missing_text(want, found))


def _missing_text(want: _Want, found: _Found) -> Text:
    wanted = want.wanted
    if not found.handed_in:
        if not wanted:
            return _NONE_YET
        return Text(
            f"{_NONE_YET.zh}文件名应为“{wanted}”。",
            f"{_NONE_YET.en} It is to be called “{wanted}”.",
        )
    if not wanted:
        return want.text
    near = [
        (apart, name)
        for name in found.unused[:SHOWN]
        if (apart := _apart(name, wanted)) is not None
    ]
    zh, en = f"已上传的照片中没有“{wanted}”", f"No photo handed in is called “{wanted}”"
    if not near:
        return Text(f"{zh}。", f"{en}.")
    apart, name = min(near)
    how = _differs(name, wanted, apart)
    return Text(
        f"{zh}；有一张“{name}”，{how.zh}，请核对名册和文件名。",
        f"{en}; one is called “{name}”, which {how.en}: compare the two.",
    )


def _unused(name: str, missing: Sequence[_Want]) -> Unused:
    near = [
        (apart, one.row, one.wanted)
        for one in missing
        if one.wanted and (apart := _apart(name, one.wanted)) is not None
    ]
    if near:
        apart, row, wanted = min(near)
        how = _differs(name, wanted, apart)
        why = Text(f"与第 {row} 行应有的文件名{how.zh}", f"{how.en} from the name of row {row}")
        return Unused(name=name, row=row, why=why)
    called = [one for one in missing if _is_called(name, one.what)]
    if not called:
        return Unused(name=name, row=None, why=None)
    rows, wanted = [one.row for one in called], called[0].wanted
    zh = f"与第 {'、'.join(map(str, rows))} 行姓名相同"
    en = f"called as the person of row {', '.join(map(str, rows))}"
    if len(rows) == 1 and wanted:
        zh, en = f"{zh}，请改名为“{wanted}”后重新上传", f"{en}: rename it to “{wanted}”"
    return Unused(name=name, row=rows[0], why=Text(zh, en))


def _is_called(name: str, person: str) -> bool:
    """Return whether a picture is called as a person is, whatever stands between the characters."""
    parts = [
        "".join(char for char in fold_name(one) if char.isalnum()) for one in (_stem(name), person)
    ]
    return bool(parts[1]) and parts[0] == parts[1]


def _apart(name: str, wanted: str) -> int | None:
    """Return in how many characters two file names differ, blanks and extensions apart.

    None for many.
    """
    one, other = "".join(_stem(name).split()), "".join(_stem(wanted).split())
    apart = count_slips(one, other, most=_MOST_APART, swaps=False)
    if apart is None or min(len(one), len(other)) < _LEAST_ALIKE * apart:
        return None
    return apart


def _differs(name: str, wanted: str, apart: int) -> Text:
    if apart:
        return Text(f"相差 {apart} 个字符", f"differs in {apart} characters")
    if _stem(name) == _stem(wanted):
        return Text("只有扩展名不同", "differs in its ending alone")
    return Text("只有空格不同", "differs in blanks alone")


def _stem(name: str) -> str:
    folded = fold_name(name)
    return folded.rpartition(".")[0] if is_picture_name(name) else folded


_NONE_YET = Text("还没有上传照片。", "No photo was uploaded yet.")

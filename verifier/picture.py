"""Step 6 for a picture: has a child lay it onto the page as issued, and believes it in bounds."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from registry.child import Child, ChildFailed
from templates.labels import Field
from verifier.boxed_picture import BoxedPicture, Outline
from verifier.catalogue_picture import SIDES
from verifier.file_kinds import FileKind, kind_of
from verifier.file_slots import NoFreeSlot
from verifier.picture_claims import PictureClaims, ReadLine, read_picture_claims
from verifier.picture_question import PictureQuestion
from verifier.seal_states import SEAL, SYMBOL

PHOTO: Final = "photo"
ELSEWHERE: Final = "elsewhere"
COMPARED_FIELDS: Final = tuple(one for one in Field if one is not Field.REMARK)
COMPARE_SECONDS: Final = 9.0  # takes 2.1 s of processor time; the rest is for a busy machine
COMPARE_MEMORY_BYTES: Final = 1200 << 20
MAX_SHOWN_BYTES: Final = 1 << 20
_ANSWER_BYTES: Final = 2 << 20
_MAX_READ: Final = 120
_MAX_LINES: Final = 100
_LONGEST: Final = 100_000.0
_CORNERS: Final = 4
_NAMES: Final = frozenset({PHOTO, *(one.value for one in COMPARED_FIELDS)})
_NOWHERE: Final[Outline] = ((0.0, 0.0),) * _CORNERS
_JPEG_HEAD: Final = b"\xff\xd8\xff"


class Decision(StrEnum):
    """What comparing one field of a picture came to."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNCLEAR = "unclear"


class Why(StrEnum):
    """Why it cannot be told."""

    BLURRED = "blurred"
    COVERED = "covered"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSeen:
    """What one field of a picture came to, as the child says.

    Args:
        read: what is printed there as far as it was read; untrusted.
        confidence: in the decision, from 0 to 1.
        why: why it cannot be told.
        outline: four corners around it, in pixels of the upright picture.
    """

    decision: Decision
    read: str
    confidence: float
    why: Why | None
    outline: Outline


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReading:
    """What a picture shows against the page as issued.

    Args:
        aligned: whether the page was found in it at all.
        fields: by `Field` value, and `PHOTO`.
        elsewhere: what of the rest of the page differs, and what of it cannot be told.
        papers: whether there is print of other papers beside the page.
        text_beside: whether text stands beside the page on what looks like its own paper.
        missing: the sides (`SIDES`) at which it does not show print of the page.
        boxed: None where nothing differs, and nothing that it shows is doubtful.
    """

    aligned: bool
    fields: Mapping[str, FieldSeen]
    elsewhere: tuple[tuple[Outline, ...], tuple[Outline, ...]]
    papers: bool
    text_beside: bool
    missing: tuple[str, ...]
    boxed: BoxedPicture | None

    @property
    def fits_nothing(self) -> bool:
        """Whether the page was not found, and no other paper was taken for it."""
        return not self.aligned and not self.papers


def picture_comparer() -> Child:
    """Return the child process that compares pictures; it starts with the first of them."""
    return Child(
        "verifier.picture_child",
        seconds=COMPARE_SECONDS,
        memory_bytes=COMPARE_MEMORY_BYTES,
        answer_bytes=_ANSWER_BYTES,
    )


def compare_picture(
    question: PictureQuestion, ask: Callable[[bytes], bytes]
) -> PictureReading | None:
    """Return what a picture shows against the page as issued; None where it was not compared.

    Args:
        ask: has a child compare them, as `Child.ask` does; `Readers` remember that it had no time.
    """
    try:
        answer = ask(question.encode())
    except (NoFreeSlot, ChildFailed):
        return None
    try:
        return _parse(json.loads(answer))
    except (ValueError, RecursionError):
        return None


def read_picture(
    file: bytes, page: int, codes: tuple[str, ...], ask: Callable[[bytes], bytes]
) -> PictureClaims:
    """Return what a picture says of itself, where no page is known to compare it with.

    Args:
        codes: texts of QR codes that are to be boxed.
        ask: as `compare_picture` takes it.
    """
    is_pdf = kind_of(file) is FileKind.PDF
    question = PictureQuestion(is_pdf=is_pdf, page=page, file=file, issued=b"", codes=codes)
    try:
        value = json.loads(ask(question.encode()))
    except (NoFreeSlot, ChildFailed, ValueError, RecursionError):
        value = None
    items = value.get("lines") if isinstance(value, dict) else None
    lines = (_parse_line(one) for one in items[:_MAX_LINES]) if isinstance(items, list) else ()
    claims = read_picture_claims([one for one in lines if one is not None])
    return replace(claims, boxed=_parse_drawn(value))


def code_is_on_page(question: PictureQuestion, ask: Callable[[bytes], bytes]) -> bool | None:
    """Return whether a code lies on the page of a question; None where that is not found.

    Args:
        ask: as `compare_picture` takes it.
    """
    try:
        value = json.loads(ask(question.encode()))
    except (NoFreeSlot, ChildFailed, ValueError, RecursionError):
        return None
    match value:
        case {"on_page": [True, *others]} if all(one is True for one in others):
            return True
        case {"on_page": [*views]} if any(one is False for one in views):
            return False
        case _:
            return None


def _parse_line(item: object) -> ReadLine | None:
    match item:
        case [str() as text, *sides] if len(sides) == _CORNERS:
            left, top, right, bottom = (
                float(one) if isinstance(one, int | float) and _sensible(one) else 0.0
                for one in sides
            )
            return ReadLine(text=text[:_MAX_READ], left=left, top=top, right=right, bottom=bottom)
        case _:
            return None


def _parse(value: object) -> PictureReading | None:
    """Believe nothing: a hostile picture may speak through the child."""
    match value:
        case {"aligned": False, **rest}:
            papers = rest.get("papers") is True
            return PictureReading(
                aligned=False,
                fields={},
                elsewhere=((), ()),
                papers=papers,
                text_beside=False,
                missing=(),
                boxed=_parse_drawn(value),
            )
        case {
            "aligned": True,
            "size": [int() as width, int() as height],
            "fields": [*items],
            "elsewhere": {
                "differs": [*other],
                "unclear": [*unclear],
                "papers": bool() as papers,
                "beside": bool() as text_beside,
                "missing": [*missing],
            },
        } if _is_size(width, height):
            fields = dict(one for one in map(_parse_field, items) if one is not None)
            differing = tuple(
                (name, one.outline)
                for name, one in fields.items()
                if one.decision is Decision.DIFFERS
            )
            elsewhere = _parse_outlines(other), _parse_outlines(unclear)
            boxes = (*differing, *((ELSEWHERE, outline) for outline in elsewhere[0]))
            return PictureReading(
                aligned=True,
                fields=fields,
                elsewhere=elsewhere,
                papers=papers,
                text_beside=text_beside,
                missing=tuple(side for side in SIDES if side in missing),
                boxed=_parse_drawn(value, boxes),
            )
        case _:
            return None


def _parse_drawn(value: object, boxes: tuple[tuple[str, Outline], ...] = ()) -> BoxedPicture | None:
    """Return a picture with its boxes, those of codes after the others; None without any."""
    match value:
        case {
            "shown": str() as shown,
            "size": [int() as width, int() as height],
            "codes": [*codes],
            "doubtful": [*doubtful],
        } if _is_size(width, height):
            coded = tuple((SYMBOL, outline) for outline in _parse_outlines(codes))
            amber = _parse_outlines(doubtful)
            return _boxed(shown, (width, height), (*boxes, *coded), amber)
        case _:
            return None


def parse_boxed(value: object) -> BoxedPicture | None:
    """Return a page with its boxes as a child tells of it; None where nothing is boxed.

    Args:
        value: with "shown", "size", "boxes" and "doubtful" as `page_compare` gives them.
    """
    match value:
        case {
            "shown": str() as shown,
            "size": [int() as width, int() as height],
            "boxes": [*rows],
            "doubtful": [*doubtful],
        } if _is_size(width, height):
            boxes = [one for one in map(_parse_box, rows[:_MAX_LINES]) if one is not None]
            if len(dict(boxes)) < len(rows):
                return None  # their numbers would not be those in the picture
            return _boxed(shown, (width, height), tuple(boxes), _parse_outlines(doubtful))
        case _:
            return None


def _parse_box(row: object) -> tuple[str, Outline] | None:
    match row:
        case [str() as name, [*corners]] if name in (PHOTO, SEAL) or name in set(Field):
            outline = _parse_outline(corners)
            return None if outline is None else (name, outline)
        case _:
            return None


def _boxed(
    shown: str,
    size: tuple[int, int],
    boxes: tuple[tuple[str, Outline], ...],
    doubtful: tuple[Outline, ...],
) -> BoxedPicture | None:
    jpeg = _parse_jpeg(shown)
    if not jpeg or not (boxes or doubtful):
        return None
    return BoxedPicture(jpeg=jpeg, size=size, boxes=boxes, doubtful=doubtful)


def _parse_field(item: object) -> tuple[str, FieldSeen] | None:
    match item:
        case {
            "field": str() as name,
            "decision": "agrees" | "differs" | "unclear" as decision,
            "read": str() as read,
            "confidence": int() | float() as confidence,
            "why": None | "blurred" | "covered" | "outside" as why,
            "outline": [*corners],
        } if name in _NAMES and 0 <= confidence <= 1:
            outline = _parse_outline(corners)
            if outline is None:
                return None
            return name, FieldSeen(
                decision=Decision(decision),
                read=read[:_MAX_READ],
                confidence=float(confidence),
                why=None if why is None else Why(why),
                outline=outline,
            )
        case _:
            return None


def _parse_outlines(items: list[object]) -> tuple[Outline, ...]:
    """Return where the rest differs; what is no outline still counts."""
    outlines = (
        _parse_outline(one) if isinstance(one, list) else None for one in items[:_MAX_LINES]
    )
    return tuple(_NOWHERE if one is None else one for one in outlines)


def _parse_outline(corners: list[object]) -> Outline | None:
    points = []
    for corner in corners:
        match corner:
            case [int() | float() as x, int() | float() as y] if _sensible(x) and _sensible(y):
                points.append((float(x), float(y)))
            case _:
                return None
    return tuple(points) if len(points) == _CORNERS else None


def _is_size(width: int, height: int) -> bool:
    return 0 < width < _LONGEST and 0 < height < _LONGEST


def _sensible(length: float) -> bool:
    return abs(length) < _LONGEST


def _parse_jpeg(shown: str) -> bytes:
    jpeg = base64.b64decode(shown, validate=True)
    return jpeg if jpeg.startswith(_JPEG_HEAD) and len(jpeg) <= MAX_SHOWN_BYTES else b""

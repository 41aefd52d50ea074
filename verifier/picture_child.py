"""Compares a picture with the page as issued, in a process: `python -m verifier.picture_child`.

Gets a `PictureQuestion`, answers one JSON object; the parent believes it only within bounds. It
opens nothing else. All places in the answer are in pixels of the picture, upright.
"""

from __future__ import annotations

import base64
import json
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import cv2
import numpy as np
import pypdfium2
from PIL import Image, ImageOps
from pypdfium2.raw import FPDF_PRINTING

from registry.child import serve
from templates.labels import Field
from verifier.picture_align import Laid, lay_onto
from verifier.picture_elsewhere import judge_elsewhere, sides_missing
from verifier.picture_files import (
    FULL_SIZE,
    MAX_PICTURE_PIXELS,
    UnreadPicture,
    open_as_seen,
)
from verifier.picture_judge import (
    Decision,
    Judged,
    Why,
    judge_lines,
    judge_portrait,
    usual_likeness,
)
from verifier.picture_lights import Lights, Plane, lights_of
from verifier.picture_match import LineMatch, crop_of, match_line
from verifier.picture_outside import look_outside
from verifier.picture_page import Finder, read_lines
from verifier.picture_portrait import match_portrait
from verifier.picture_question import PictureQuestion
from verifier.picture_reference import Box, NoReference, Pixels, Reference, draw_reference
from verifier.picture_show import Outline, draw_boxes, outline_of
from verifier.picture_surplus import is_struck_through, surplus_red
from verifier.picture_symbol import (
    code_not_in_place,
    code_outlines,
    has_code_beside,
    has_code_on,
    is_around,
)
from verifier.picture_words import Reader

PHOTO: Final = "photo"
MOST_BOXES: Final = 8  # around what differs beside the fields
WORKING_SIDE: Final = 2600  # pixels: more shows no more of a page at 200 dots an inch
_WITH_VALUE: Final = 4  # heights after a value: as much of its line is read with it
_PAGE_DPI: Final = 200
_POINTS_PER_INCH: Final = 72
_LEAST_INSIDE: Final = 0.98  # of a field that must lie within the picture


def handle(data: bytes) -> bytes:
    """Return the JSON answer to one question; running out of memory ends the process."""
    try:
        answer = compare(PictureQuestion.decode(data))
    except UnreadPicture as error:
        answer = {"fault": error.fault}
    except NoReference:
        answer = {"fault": "no_reference"}
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the readers leak a dozen types on damaged files
        answer = {"fault": "file_unreadable"}
    return json.dumps(answer).encode("ascii")


def compare(question: PictureQuestion) -> dict[str, Any]:
    """Return what each field of a picture comes to; without a page as issued, what it says.

    Raises:
        UnreadPicture: the file shows no such page.
        NoReference: the page as issued cannot be read.
    """
    views, scale = _views_of(question)
    size = [round(views[0].shape[1] / scale), round(views[0].shape[0] / scale)]
    if not question.issued:
        lines = read_lines(views[0], _finder(), _reader())
        rows = [[line.text, *(round(side, 1) for side in line.box)] for line in lines]
        return {"lines": rows, "size": size, **_boxed(question, views[0], scale)}
    reference = draw_reference(question.issued)
    if question.only_laid:
        return {"on_page": [_has_code_on(view, reference) for view in views]}
    issued = lights_of(reference.colours)
    fields = [
        one for one in reference.values if question.with_document or one != Field.DOCUMENT_NUMBER
    ]
    seen: list[_Seen] = []
    for view in views:
        laid = lay_onto(view, reference.colours)
        if laid is None:
            boxed = _boxed(question, views[0], scale)
            return {"aligned": False, "size": size, **boxed}
        seen.append(_judge(view, laid, reference, issued, fields))
    judged, outlines, at = _gravest(seen, reference, scale)
    if outlines and all(has_code_beside(one.view, one.laid, reference.colours) for one in seen):
        boxed = _boxed(question, views[0], scale)
        return {"aligned": False, "size": size, "papers": True, **boxed}
    rests = [_rest_of(one, reference, issued) for one in seen]
    differs = [outline for rest in rests for outline in rest.differs][:MOST_BOXES]
    unclear = [outline for rest in rests for outline in rest.unclear][:MOST_BOXES]
    if not outlines:
        at = next((at for at, rest in enumerate(rests) if rest.differs), 0)
    outsides = [look_outside(one.view, one.laid, _finder(), _reader()) for one in seen]
    drawn = [*outlines, *rests[at].differs[:MOST_BOXES]]
    doubtful = [*_doubtful_fields(seen[at], reference), *rests[at].unclear[:MOST_BOXES]]
    return {
        "aligned": True,
        "size": size,
        "fields": judged,
        "elsewhere": {
            "differs": [_in_file(outline, scale) for outline in differs],
            "unclear": [_in_file(outline, scale) for outline in unclear],
            "papers": any(one.papers for one in outsides),
            "beside": any(one.beside for one in outsides),
            "missing": sorted(
                {side for one in seen for side in sides_missing(reference, one.laid)}
            ),
        },
        **_boxed(question, seen[at].view, scale, drawn, doubtful),
    }


def _boxed(
    question: PictureQuestion,
    view: Pixels,
    scale: float,
    drawn: Sequence[Outline] = (),
    doubtful: Sequence[Outline] = (),
) -> dict[str, Any]:
    """Return a view with its boxes, and where those of codes and in amber are.

    Args:
        drawn: what else is boxed in red, before the codes.
    """
    codes = code_outlines(view, question.codes)[:MOST_BOXES]
    amber = [one for one in doubtful if not any(is_around(code, one) for code in codes)]
    red = [*drawn, *codes]
    shown = draw_boxes(view, red, amber) if red or amber else b""
    return {
        "shown": base64.b64encode(shown).decode("ascii"),
        "codes": [_in_file(outline, scale) for outline in codes],
        "doubtful": [_in_file(outline, scale) for outline in amber],
    }


def _doubtful_fields(seen: _Seen, reference: Reference) -> list[Outline]:
    """Return the outlines of fields that a view shows, but of which it cannot be told."""
    return [
        outline_of(one.boxes or [_box_of(name, reference)], seen.laid)
        for name, one in seen.judged.items()
        if one.decision is Decision.UNCLEAR and one.why is not Why.OUTSIDE
    ]


def _has_code_on(view: Pixels, reference: Reference) -> bool | None:
    """Return whether a code lies on the page of a reference; None where that is not in the view."""
    laid = lay_onto(view, reference.colours)
    return None if laid is None else has_code_on(view, laid)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One of the ways in which a file is shown, laid onto the page and judged.

    Args:
        lights: as it lies on the page.
        red: its red ink where the page has none.
    """

    view: Pixels
    laid: Laid
    lights: Lights
    red: Plane
    judged: dict[str, Judged]


# Of what a file shows in several ways, the gravest counts.
_GRAVITY: Final = {Decision.AGREES: 0, Decision.UNCLEAR: 1, Decision.DIFFERS: 2}


def _judge(
    view: Pixels, laid: Laid, reference: Reference, issued: Lights, fields: Sequence[Field]
) -> _Seen:
    lights = lights_of(laid.colours)
    red = surplus_red(reference, issued, lights)
    judged = _judge_fields(fields, reference, issued.ink, laid, lights, red)
    if reference.photo is not None:
        judged[PHOTO] = _judge_photo(reference, laid, reference.photo)
    return _Seen(view=view, laid=laid, lights=lights, red=red, judged=judged)


def _gravest(
    seen: Sequence[_Seen], reference: Reference, scale: float
) -> tuple[list[dict[str, Any]], list[Outline], int]:
    """Return each field as the gravest view has it, what to frame, and in which of the views."""
    fields: list[dict[str, Any]] = []
    outlines: list[Outline] = []
    boxed = 0
    for name in seen[0].judged:
        at = max(range(len(seen)), key=lambda one: _GRAVITY[seen[one].judged[name].decision])
        one = seen[at].judged[name]
        boxes = one.boxes
        if not boxes or one.decision is Decision.DIFFERS:  # whole: no frame cuts a character
            boxes = (*boxes, _box_of(name, reference))
        outline = outline_of(boxes, seen[at].laid)
        if one.decision is Decision.DIFFERS:
            boxed = boxed if outlines else at
            outlines.append(outline)
        fields.append(
            {
                "field": name,
                "decision": one.decision.value,
                "read": one.read,
                "confidence": round(float(one.confidence), 3),
                "why": None if one.why is None else one.why.value,
                "outline": _in_file(outline, scale),
            }
        )
    return fields, outlines, boxed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    """Where the rest of a page differs, and where that cannot be told."""

    differs: list[Outline]
    unclear: list[Outline]


def _rest_of(seen: _Seen, reference: Reference, issued: Lights) -> _Rest:
    rest = judge_elsewhere(
        reference, issued, seen.laid, seen.lights, seen.red, _finder(), _reader()
    )
    named = [
        line.box
        for name, one in seen.judged.items()
        if one.decision is Decision.DIFFERS and name != PHOTO
        for line in reference.values[Field(name)]
    ]
    beside = [box for box in rest.differs if not any(_is_part(box, line) for line in named)]
    code = code_not_in_place(seen.view, seen.laid, reference.colours)
    unclear = rest.unclear if code is None else (*rest.unclear, code)
    return _Rest(
        differs=[outline_of([box], seen.laid) for box in beside],
        unclear=[outline_of([box], seen.laid) for box in unclear],
    )


def _is_part(box: Box, line: Box) -> bool:
    """Return whether surplus text belongs to a value that is said to differ already."""
    height = line[3] - line[1]
    in_row = box[1] < line[3] and line[1] < box[3]
    return in_row and line[0] - height < box[2] and box[0] < line[2] + _WITH_VALUE * height


def _in_file(outline: Outline, scale: float) -> list[list[float]]:
    return [[round(x / scale, 1), round(y / scale, 1)] for x, y in outline]


def _judge_fields(
    fields: Sequence[Field],
    reference: Reference,
    expected: Plane,
    laid: Laid,
    lights: Lights,
    red: Plane,
) -> dict[str, Judged]:
    light, shown = lights.red, lights.ink
    shape = reference.colours.shape
    jobs = [
        (field, line, crop_of(line.box, line, shape))
        for field in fields
        for line in reference.values[field]
    ]
    bright = light.astype(np.float32)
    words = _reader().read([light[box[1] : box[3], box[0] : box[2]] for _, _, box in jobs])
    matched: dict[Field, list[LineMatch]] = {}
    outside: set[Field] = set()
    struck: set[Field] = set()
    for (field, line, crop), said in zip(jobs, words, strict=True):
        matched.setdefault(field, []).append(match_line(line, said, crop, expected, shown, bright))
        if not _is_inside(line.box, laid):
            outside.add(field)
        if is_struck_through(line.box, red):
            struck.add(field)
    usual = usual_likeness([line for lines in matched.values() for line in lines])
    judged = {field: judge_lines(lines, usual) for field, lines in matched.items()}
    for field in struck:
        if judged[field].decision is not Decision.DIFFERS:
            judged[field] = replace(_UNSEEN, why=Why.COVERED)
    return {field.value: _UNSEEN if field in outside else one for field, one in judged.items()}


def _judge_photo(reference: Reference, laid: Laid, box: Box) -> Judged:
    if not _is_inside(box, laid):
        return _UNSEEN
    return judge_portrait(match_portrait(reference.colours, laid.colours, box))


_UNSEEN: Final = Judged(decision=Decision.UNCLEAR, read="", confidence=0.0, why=Why.OUTSIDE)


def _is_inside(box: Box, laid: Laid) -> bool:
    part = laid.inside[box[1] : box[3], box[0] : box[2]]
    return bool(part.size) and float(part.mean()) >= _LEAST_INSIDE


def _box_of(name: str, reference: Reference) -> Box:
    if name == PHOTO:
        assert reference.photo is not None
        return reference.photo
    boxes = [line.box for line in reference.values[Field(name)]]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _views_of(question: PictureQuestion) -> tuple[list[Pixels], float]:
    """Return what a file shows in colours, and how many of its dots one of the file's has become.

    A PDF may show one thing on a screen and another on paper; there are two views then.
    """
    if question.is_pdf:
        return _page_views(question), 1.0
    picture, scale = _picture_of(question)
    return [picture], scale


def _picture_of(question: PictureQuestion) -> tuple[Pixels, float]:
    opened = open_as_seen(question.file)
    whole, read = opened.info.get(FULL_SIZE, opened.size), opened.size
    picture = ImageOps.exif_transpose(opened).convert("RGB")
    width = round(picture.width * max(whole) / max(read))
    shrink = min(1.0, WORKING_SIDE / max(picture.size))
    if shrink < 1:
        size = (round(picture.width * shrink), round(picture.height * shrink))
        picture = picture.resize(size, Image.Resampling.BOX)
    return np.array(picture), picture.width / width


def _page_views(question: PictureQuestion) -> list[Pixels]:
    """Return the page as on a screen, and as on paper where that differs; forms are drawn."""
    document = pypdfium2.PdfDocument(question.file)
    try:
        document.init_forms()  # before any page is opened
        page = document[question.page]
        longest = max(1.0, page.get_width(), page.get_height())
        scale = min(_PAGE_DPI / _POINTS_PER_INCH, WORKING_SIDE / longest)
        screen, paper = (
            np.array(page.render(scale=scale, extra_flags=flags).to_pil().convert("RGB"))
            for flags in (0, FPDF_PRINTING)
        )
        return [screen] if np.array_equal(screen, paper) else [screen, paper]
    finally:
        document.close()


@cache
def _reader() -> Reader:
    return Reader()


@cache
def _finder() -> Finder:
    return Finder()


def main() -> None:
    """Serve questions until the parent closes the pipe."""
    Image.MAX_IMAGE_PIXELS = MAX_PICTURE_PIXELS
    os.environ["OMP_NUM_THREADS"] = "1"
    cv2.setNumThreads(1)
    warnings.simplefilter("ignore")
    serve(handle)


if __name__ == "__main__":
    main()

"""Compares a picture with the page as issued, in a process: `python -m verifier.picture_child`.

Gets a `PictureQuestion`, answers one JSON object; the parent believes it only within bounds. It
opens nothing else. All places in the answer are in pixels of the picture, upright.
"""

from __future__ import annotations

import base64
import json
import os
import warnings
from dataclasses import replace
from functools import cache
from typing import Any, Final

import cv2
import numpy as np
import pypdfium2
from PIL import Image, ImageOps

from registry.child import serve
from templates.labels import Field
from verifier.picture_align import Laid, lay_onto
from verifier.picture_elsewhere import (
    is_struck_through,
    judge_elsewhere,
    shows_other_papers,
    surplus_red,
)
from verifier.picture_files import (
    FULL_SIZE,
    MAX_PICTURE_PIXELS,
    UnreadPicture,
    is_picture,
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
from verifier.picture_match import LineMatch, crop_of, ink_of, match_line, red_light
from verifier.picture_page import Finder, read_lines
from verifier.picture_portrait import match_portrait
from verifier.picture_question import PictureQuestion
from verifier.picture_reference import Box, NoReference, Pixels, Reference, draw_reference
from verifier.picture_show import Outline, draw_boxes, outline_of
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
    picture, scale = _picture_of(question)
    if not question.issued:
        lines = read_lines(picture, _finder(), _reader())
        return {"lines": [[line.text, *(round(side, 1) for side in line.box)] for line in lines]}
    reference = draw_reference(question.issued)
    size = [round(picture.shape[1] / scale), round(picture.shape[0] / scale)]
    laid = lay_onto(picture, reference.colours)
    if laid is None:
        return {"aligned": False, "size": size}
    judged = _judge_fields(reference, laid)
    if reference.photo is not None:
        judged[PHOTO] = _judge_photo(reference, laid, reference.photo)
    fields, outlines = [], []
    for name, one in judged.items():
        boxes = one.boxes or (_box_of(name, reference),)
        outline = outline_of(boxes, laid)
        if one.decision is Decision.DIFFERS:
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
    rest = judge_elsewhere(reference, laid, _finder(), _reader())
    named = [
        line.box
        for name, one in judged.items()
        if one.decision is Decision.DIFFERS and name != PHOTO
        for line in reference.values[Field(name)]
    ]
    beside = [box for box in rest.differs if not any(_is_part(box, line) for line in named)]
    differs, unclear = (
        [outline_of([box], laid) for box in part] for part in (beside, rest.unclear)
    )
    shown = draw_boxes(picture, [*outlines, *differs[:MOST_BOXES]]) if outlines or differs else b""
    return {
        "aligned": True,
        "size": size,
        "fields": fields,
        "elsewhere": {
            "differs": [_in_file(outline, scale) for outline in differs[:MOST_BOXES]],
            "unclear": [_in_file(outline, scale) for outline in unclear[:MOST_BOXES]],
            "papers": shows_other_papers(picture, laid, _finder()),
        },
        "shown": base64.b64encode(shown).decode("ascii"),
    }


def _is_part(box: Box, line: Box) -> bool:
    """Return whether surplus text belongs to a value that is said to differ already."""
    height = line[3] - line[1]
    in_row = box[1] < line[3] and line[1] < box[3]
    return in_row and line[0] - height < box[2] and box[0] < line[2] + _WITH_VALUE * height


def _in_file(outline: Outline, scale: float) -> list[list[float]]:
    return [[round(x / scale, 1), round(y / scale, 1)] for x, y in outline]


def _judge_fields(reference: Reference, laid: Laid) -> dict[str, Judged]:
    light = red_light(laid.colours)
    expected, shown = ink_of(red_light(reference.colours)), ink_of(light)
    shape = reference.colours.shape
    jobs = [
        (field, line, crop_of(line.box, line, shape))
        for field, lines in reference.values.items()
        for line in lines
    ]
    bright = light.astype(np.float32)
    words = _reader().read([light[box[1] : box[3], box[0] : box[2]] for _, _, box in jobs])
    matched: dict[Field, list[LineMatch]] = {}
    outside: set[Field] = set()
    struck: set[Field] = set()
    red = surplus_red(reference, laid)
    for (field, line, crop), said in zip(jobs, words, strict=True):
        matched.setdefault(field, []).append(match_line(line, said, crop, expected, shown, bright))
        if not _is_inside(line.box, laid):
            outside.add(field)
        if is_struck_through(line.box, red):
            struck.add(field)
    usual = usual_likeness([line for lines in matched.values() for line in lines])
    judged = {field: judge_lines(lines, usual) for field, lines in matched.items()}
    for field in struck:
        if judged[field].decision is Decision.AGREES:
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


def _picture_of(question: PictureQuestion) -> tuple[Pixels, float]:
    """Return the picture in colours, and how many of its dots one of the file's has become."""
    if is_picture(question.file):
        opened = open_as_seen(question.file)
        whole, read = opened.info.get(FULL_SIZE, opened.size), opened.size
        picture = ImageOps.exif_transpose(opened).convert("RGB")
        width = round(picture.width * max(whole) / max(read))
    else:
        picture = _page_picture(question)
        width = picture.width
    shrink = min(1.0, WORKING_SIDE / max(picture.size))
    if shrink < 1:
        size = (round(picture.width * shrink), round(picture.height * shrink))
        picture = picture.resize(size, Image.Resampling.BOX)
    return np.array(picture), picture.width / width


def _page_picture(question: PictureQuestion) -> Image.Image:
    document = pypdfium2.PdfDocument(question.file)
    try:
        page = document[question.page]
        area = max(1.0, page.get_width() * page.get_height())
        scale = min(_PAGE_DPI / _POINTS_PER_INCH, (WORKING_SIDE**2 / area) ** 0.5)
        picture: Image.Image = page.render(scale=scale).to_pil()
        return picture.convert("RGB")
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

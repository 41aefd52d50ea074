"""Drill: the whole certificate photographed with a phone, clean and damaged, and its QR read."""

from __future__ import annotations

import json
import math
from collections import Counter
from functools import partial
from pathlib import Path

from tests.drills.drill import Drill, DrillFailed, Facts, Figure, Part, require, require_none
from tests.drills.photo_series import (
    PAGES,
    Photograph,
    Series,
    make_faces,
    photographs,
    print_sheets,
)
from verifier.document_child import handle
from verifier.questions import Question, Task, pack

_COUNT = {Figure.FULL: 500, Figure.SHORT: 6}
_SHORT_MEGAPIXELS = 3

_LEAST_PERCENT = {3: 99, 2: 95}  # by megapixels, clean and marked alike
_CLEAR = "finder patterns clear"
_HIT = "a finder pattern hit"
_ALL = ", all"


def _parts(figure: Figure, seed: int) -> list[Part]:
    wanted = [
        Series(megapixels=megapixels, marked=marked, seed=seed)
        for marked in (False, True)
        for megapixels in (3, 2)
        if figure is Figure.FULL or megapixels == _SHORT_MEGAPIXELS
    ]
    return [
        Part(name=series.name, run=partial(_run, series=series, count=_COUNT[figure]))
        for series in wanted
    ]


def _run(_: Path, *, series: Series, count: int) -> Facts:
    certificates = make_faces(min(PAGES, count), series.seed)
    tally: Counter[str] = Counter()
    misread = []
    for photo in photographs(series, print_sheets(certificates), count):
        texts = _texts_read(photo.jpeg)
        if set(texts) - {photo.text}:
            misread.append(f"{series.name}, index {photo.index}")
        _count(tally, photo, read=texts == [photo.text])
    require_none(misread, "texts that are not on the page were read")
    name, least = series.name, _LEAST_PERCENT[series.megapixels]
    require(
        tally["read"] >= math.floor(count * least / 100),
        f"{name}: {tally['read']} of {count} read, fewer than {least} %",
    )
    facts: Facts = {
        f"{name}: photographs": count,
        f"{name}: read": tally["read"],
        f"{name}: misread": 0,
    }
    for kind in sorted(key.removesuffix(_ALL) for key in tally if key.endswith(_ALL)):
        facts[f"{name}: {kind}"] = f"{tally[kind]} of {tally[kind + _ALL]} read"
    return facts


def _texts_read(jpeg: bytes) -> list[str]:
    """Return what the verifier's reader of files reads from an upload."""
    answer = json.loads(handle(pack(Question(task=Task.READ_PICTURE, data=jpeg))))
    if "fault" in answer:
        raise DrillFailed(f"a photograph is {answer['fault']}")
    return [text for page in answer["pages"] for text in page["symbols"]]


def _count(tally: Counter[str], photo: Photograph, *, read: bool) -> None:
    where = _HIT if photo.on_finder else _CLEAR
    kind = f"{photo.mark.value}, {where}" if photo.mark is not None else f"clean, {where}"
    tally["read"] += read
    tally[kind] += read
    tally[kind + _ALL] += 1


DRILL = Drill(
    name="readability",
    promise="A phone's photograph of the whole certificate is enough to read its QR code.",
    method="""32 certificates to names of 2 to 12 characters are made and their pages drawn with
        500 dots an inch. Each series is 500 photographs by simulation, all chance from the seed and
        the photograph's index: a sheet on a table, tilted up to 25 degrees any way, turned, not
        quite flat, whole in the picture and 82 to 96 % of its length or width; lens, focus and hand
        blur; light falls off and shadows fall; electrons are counted; colours are cast; the picture
        has exactly 2048 × 1536 dots (3 MP) or 1632 × 1224 (2 MP) and is stored as a JPEG file of
        quality 40. In the marked series coffee, a crease or the strokes of a red stamp cover 5 % of
        the symbol's area, centred anywhere on it, finder patterns included. Each file goes to the
        reader that reads uploads: it prepares pictures, and zxing-cpp decodes them. Read means:
        exactly the text of the page and no other. Of clean symbols and of marked ones at least
        99 % must be read at 3 MP and 95 % at 2. Any one photograph is made again by `python -m
        tests.drills.photo_series INDEX`.""",
    parts=_parts,
    defect="Uploaded pictures are read at a quarter of the dots they have.",
    defect_part="clean, 3 MP",
    at_once=2,
)

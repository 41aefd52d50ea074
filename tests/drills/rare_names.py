"""Drill: two thousand rare names, drawn on pages and read back by two extractors."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from templates.certificate import CertificateFace, CertificatePrinter
from templates.fonts import SYSTEM_FONT_DIRS, FontChain
from tests.drills.drill import Drill, Facts, Figure, Part, ToolMissing, require_none, shares
from tests.pdf.page_samples import BARE, draw
from tests.pdf.rare_names import TOGETHER, faults_of, floor_drawer, rare_faces
from tests.pdf.test_two_hundred_names import draw_from_extensions

_NAMES = {Figure.FULL: 1000, Figure.SHORT: 30}
_PARTS = {Figure.FULL: 4, Figure.SHORT: 1}
_FLOOR = "every machine's characters"
_EXTENSIONS = "extensions A to F"


def _parts(figure: Figure, seed: int) -> list[Part]:
    blocks = (_FLOOR, _EXTENSIONS) if figure is Figure.FULL else (_FLOOR,)
    counts = shares(_NAMES[figure], _PARTS[figure])
    return [
        Part(
            name=f"{block}, {place} of {len(counts)}",
            run=partial(_run, block=block, count=count, seed=seed + place),
        )
        for block in blocks
        for place, count in enumerate(counts, 1)
    ]


def _run(folder: Path, *, block: str, count: int, seed: int) -> Facts:
    if shutil.which("pdftotext") is None:
        raise ToolMissing("no pdftotext (package poppler-utils)")
    fonts, drawer = (
        (BARE, floor_drawer()) if block == _FLOOR else (_with_hanazono(), draw_from_extensions)
    )
    printer, characters = CertificatePrinter(fonts), set[str]()
    for faces in _batches(rare_faces(seed, count, drawer, fonts)):
        pages = [draw(printer, face) for face in faces]
        require_none(faults_of(faces, pages, fonts, folder), "rare names")
        characters |= {character for face in faces for character in face.holder_name}
    return {
        "names": count,
        f"names within {block}": count,
        "different characters, counted in each part": len(characters),
        "of these beyond the BMP": sum(ord(character) > 0xFFFF for character in characters),
        "every glyph drawn, and as no other": count,
        "every field exact in the text of pypdfium2 and of pdftotext": count,
    }


def _batches(faces: Iterator[CertificateFace]) -> Iterator[Sequence[CertificateFace]]:
    while batch := list(islice(faces, TOGETHER)):
        yield batch


def _with_hanazono() -> FontChain:
    found = {file.name for folder in SYSTEM_FONT_DIRS for file in folder.glob("*.ttf")}
    if not {"HanaMinA.ttf", "HanaMinB.ttf"} <= found:
        raise ToolMissing("no HanaMin fonts (package fonts-hanazono)")
    return FontChain()


DRILL = Drill(
    name="rare_names",
    promise="A rare character is drawn as itself, and taken out of the file as itself.",
    method="""1 000 names of 2 to 30 characters within what every machine prints, and 1 000 across
        Extensions A to F with fonts-hanazono, are set on pages. In each page's embedded font the
        glyph of every character of the name must be neither empty nor .notdef nor the glyph of
        another character of it, unless the fonts themselves draw both alike; and pypdfium2 and
        pdftotext must each extract every field of the page exactly.""",
    parts=_parts,
    defect="Characters beyond U+FFFF are written into the table of readings as one number.",
    defect_part=f"{_FLOOR}, 1 of 1",
    at_once=2,
)

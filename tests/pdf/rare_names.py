"""Pages of holders with rare names, many at once: is each character drawn, and read back?

The second extractor, pdftotext, is started once for many pages joined in one file.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pikepdf
from fontTools.pens.recordingPen import DecomposingRecordingPen

from codes.names import normalise_name
from templates.certificate import CertificateFace, CertificatePrinter, printed_values
from templates.fonts import FontChain
from templates.labels import read_fields
from templates.page_plan import OWN_FONT
from tests.pdf.archival.archive import open_font
from tests.pdf.archival.fonts import read_font
from tests.pdf.page_samples import BARE, draw, make_face, page_text
from tests.pdf.test_two_hundred_names import draw_from_floor, make_name

TOGETHER: Final = 100
_NOTDEF: Final = 0
_BEYOND_THE_BMP: Final = (0x20000, 0x323B0)  # Extensions B to H


def floor_drawer() -> Callable[[random.Random], str]:
    """Return what draws a character that every machine prints, beyond the BMP once in three."""
    planes = map(chr, range(*_BEYOND_THE_BMP))
    beyond = [character for character in planes if not BARE.missing_characters(character)]

    def draw_one(chance: random.Random) -> str:
        if chance.random() < 1 / 3:
            return chance.choice(beyond)
        return draw_from_floor(chance)

    return draw_one


def rare_faces(
    seed: int, count: int, draw_character: Callable[[random.Random], str], fonts: FontChain
) -> Iterator[CertificateFace]:
    """Yield certificates of generated names that the lints of name and page let pass.

    Args:
        seed: of all chance.
        count: how many.
        draw_character: draws one character.
        fonts: what the pages are set in.
    """
    chance, printer = random.Random(seed), CertificatePrinter(fonts)
    left = count
    while left:
        reading = normalise_name(make_name(chance, draw_character))
        if reading.problems:
            continue
        face = make_face(holder_name=reading.name)
        if not printer.check_fit(face):
            left -= 1
            yield face


def faults_of(
    faces: Sequence[CertificateFace], printer: CertificatePrinter, folder: Path
) -> list[str]:
    """Print a batch and tell what is drawn or read wrong; names are told by their characters.

    Args:
        faces: of the pages, some hundred at most.
        printer: draws them.
        folder: where a file for pdftotext may lie.
    """
    pages = [draw(printer, face) for face in faces]
    faults: list[str] = []
    for face, page, second in zip(faces, pages, poppler_texts(pages, folder), strict=True):
        faults += undrawn(page, face.holder_name)
        wanted = printed_values(face)
        for extractor, text in (("pypdfium2", page_text(page)), ("pdftotext", second)):
            found = read_fields(text)
            faults += [
                f"{extractor} gives {field.value} as {found.get(field)!r} for {value!r}"
                for field, value in wanted.items()
                if found.get(field) != value
            ]
    return faults


def undrawn(page: bytes, name: str) -> Iterator[str]:
    """Yield each character of a name that is drawn as nothing, as .notdef, or as another one."""
    with pikepdf.open(BytesIO(page)) as document:
        try:
            font = read_font(document.pages[0].Resources.Font[f"/{OWN_FONT}"])
        except ValueError as fault:
            yield f"the font's table of readings is damaged: {fault}"
            return
        program = open_font(font.program or b"")
        codes = {text: code for code, text in font.to_unicode.items()}
        drawn: dict[str, str] = {}
        missing = _shape(program, _NOTDEF)
        for character in dict.fromkeys(name.replace(" ", "")):
            shape = _shape(program, font.glyph_of(codes.get(character, _NOTDEF)))
            if not shape or shape == missing:
                yield f"U+{ord(character):X} is not drawn"
            elif shape in drawn:
                yield f"U+{ord(character):X} is drawn as U+{ord(drawn[shape]):X}"
            drawn[shape] = character


def poppler_texts(pages: Sequence[bytes], folder: Path) -> list[str]:
    """Return the texts of many pages as pdftotext extracts them, by one call."""
    path = folder / "pages.pdf"
    with pikepdf.new() as joined:
        for page in pages:
            with pikepdf.open(BytesIO(page)) as document:
                joined.pages.extend(document.pages)
        joined.save(path)
    run = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
    return run.stdout.decode("utf-8").split("\f")[: len(pages)]


def _shape(program: Any, glyph: int) -> str:
    """Return what a glyph draws, in a form that can be compared."""
    pen = DecomposingRecordingPen(program.getGlyphSet())
    program.getGlyphSet()[program.getGlyphName(glyph)].draw(pen)
    return str(pen.value) if pen.value else ""

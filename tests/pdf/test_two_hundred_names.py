"""Two hundred generated names, printed, read by camera's eye and taken out by two extractors."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from codes.levels import Level
from codes.number import parse_number
from templates.certificate import CertificateFace, CertificatePrinter, printed_values
from templates.fonts import FontChain
from templates.labels import Field, format_date, read_fields
from templates.layout_boxes import symbol_clearing
from templates.layout_files import load_layout
from tests.pdf.page_samples import (
    BARE,
    HANAZONO_BLOCKS,
    draw,
    make_face,
    make_qr_text,
    need,
    need_hanazono,
    page_text,
    poppler_text,
    symbols_seen,
)

NAMES = 200
PARTS = 4  # so that several workers can share them
DOTS_PER_INCH = 200
COMPARED = (Field.HOLDER_NAME, Field.NUMBER, Field.LEVEL, Field.ISSUED_ON)
FLOOR = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF))

HANAZONO_CHAIN = FontChain()

Draw = Callable[[random.Random], str]


def draw_from_floor(chance: random.Random) -> str:
    """Draw a character that every machine prints."""
    if chance.random() < 0.2:
        return chance.choice("䶮㛃𫖯𬭎𫗧𫘝𬇕𬬻𫟹𬍛")
    return chr(chance.randint(*chance.choice(FLOOR)))


def draw_from_extensions(chance: random.Random) -> str:
    """Draw a character of Extensions A to F that fonts-hanazono holds."""
    while True:
        character = chr(chance.randint(*chance.choice(HANAZONO_BLOCKS)))
        if not HANAZONO_CHAIN.missing_characters(character):
            return character


def make_name(chance: random.Random, draw: Draw) -> str:
    """Return a name of 2 to 30 characters, every third one with dots between its parts."""
    name = "".join(draw(chance) for _ in range(chance.randint(2, 30)))
    if len(name) > 4 and chance.random() < 1 / 3:
        at = chance.randint(2, len(name) - 3)
        name = f"{name[:at]}·{name[at + 1 :]}"
    return name


def make_faces(seed: int, draw: Draw) -> list[CertificateFace]:
    """Return certificates that differ in everything the readers must give back."""
    chance = random.Random(seed)
    faces = []
    for serial in range(1, NAMES // PARTS + 1):
        level = chance.choice(list(Level))
        issued_on = date(2026, 1, 1) + timedelta(days=chance.randint(0, 364))
        faces.append(
            make_face(
                holder_name=make_name(chance, draw),
                level=level,
                number=parse_number(f"S00001200012326{level.value}{serial:06d}"),
                issued_on=issued_on,
                qr_text=make_qr_text(seed=seed + serial),
                sample=serial % 2 == 0,
            )
        )
    return faces


@pytest.mark.parametrize("part", range(PARTS))
def test_floor_names_read_back_exactly_on_a_bare_machine(part: int, tmp_path: Path) -> None:
    check(make_faces(20261100 + part, draw_from_floor), BARE, tmp_path)


@pytest.mark.parametrize("part", range(PARTS))
def test_extension_names_read_back_exactly_with_hanazono(part: int, tmp_path: Path) -> None:
    fonts = need_hanazono()
    check(make_faces(20261200 + part, draw_from_extensions), fonts, tmp_path)


def check(faces: list[CertificateFace], fonts: FontChain, folder: Path) -> None:
    """Print the batch and fail with everything that was read wrong."""
    need(shutil.which("pdftotext") is not None, "pdftotext (poppler-utils)")
    printer = CertificatePrinter(fonts)
    assert [wrong for face in faces for wrong in misread(printer, face, folder)] == []


def misread(printer: CertificatePrinter, face: CertificateFace, folder: Path) -> list[str]:
    """Return what a reader of this page got wrong."""
    pdf = draw(printer, face)
    wanted = printed_values(face)
    assert wanted[Field.ISSUED_ON] == format_date(face.issued_on)
    wrong = []
    place = symbol_clearing(load_layout(face.layout))
    if [symbol.text for symbol in symbols_seen(pdf, DOTS_PER_INCH, place)] != [face.qr_text]:
        wrong.append(f"{face.number}: symbol")
    for extractor, text in (
        ("pypdfium2", page_text(pdf)),
        ("pdftotext", poppler_text(pdf, folder)),
    ):
        found = read_fields(text)
        wrong += [
            f"{face.number}: {extractor} gives {field} as {found.get(field)!r}"
            for field in COMPARED
            if found.get(field) != wanted[field]
        ]
    return wrong

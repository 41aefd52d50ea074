"""Drill: two hundred names go the whole way: roster row, signature, page, picture, verdict."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import zxingcpp

from codes.names import normalise_name
from issuer.candidates import Candidate
from issuer.desk import Desk
from issuer.faces import draw_recorded
from issuer.issuing import export_batch
from issuer.log_desk import office_of
from issuer.log_publishing import publish_log
from issuer.printing import inspect_fit
from issuer.reserving import open_batch
from templates.certificate import CertificatePrinter, printed_values
from templates.fonts import SYSTEM_FONT_DIRS, FontChain
from templates.labels import Field, read_fields
from tests.drills.drill import Drill, Facts, Figure, Part, ToolMissing, require, require_none
from tests.drills.office import desk_of, faces, make_office, people, put_on_record, utc_now
from tests.pdf.page_samples import BARE, page_picture, page_text, poppler_text
from tests.pdf.test_two_hundred_names import draw_from_extensions, draw_from_floor, make_name
from verifier.opening import open_verifier
from verifier.service import Verifier
from verifier.verdict import Outcome

_NAMES = {Figure.FULL: 200, Figure.SHORT: 6}
_DOTS_PER_INCH = 200
_COMPARED = (Field.HOLDER_NAME, Field.NUMBER, Field.LEVEL, Field.ISSUED_ON)
_BATCH = "姓名"
_FLOOR = "every machine's characters"
_EXTENSIONS = "extensions A to F"


def _parts(figure: Figure, seed: int) -> list[Part]:
    blocks = (_FLOOR, _EXTENSIONS) if figure is Figure.FULL else (_FLOOR,)
    return [
        Part(name=block, run=partial(_run, block=block, count=_NAMES[figure], seed=seed))
        for block in blocks
    ]


def _run(folder: Path, *, block: str, count: int, seed: int) -> Facts:
    fonts = _fonts(block)
    draw = draw_from_floor if block == _FLOOR else draw_from_extensions
    home = make_office(folder, {})
    with desk_of(home, utc_now) as desk:
        wanted = list(islice(_candidates(desk, fonts, draw, seed), count))
        numbers = put_on_record(desk, wanted, _BATCH)
        batch_id = open_batch(desk, _BATCH)
        draw_recorded(desk, batch_id, fonts, lambda _: None)
        publish_log(office_of(desk))
        out = folder / "out"
        files = dict(export_batch(desk, batch_id, _BATCH, out, fonts, lambda *_: None))
        verifier = open_verifier(home)
        try:
            faults = [
                f"{number}: {fault}"
                for number, candidate in zip(numbers, wanted, strict=True)
                for fault in _misread(desk, verifier, number, candidate.name, files[number], folder)
            ]
        finally:
            verifier.close()
    require_none(faults, "names")
    return {
        "names": count,
        f"names within {block}": count,
        f"characters in the longest of them ({block})": max(
            len(candidate.name) for candidate in wanted
        ),
        "different characters": len({char for candidate in wanted for char in candidate.name}),
        "QR read from the picture and valid": count,
        "name, number, level, date exact in the text of pypdfium2 and pdftotext": count,
        "file valid, every field compared": count,
    }


def _fonts(block: str) -> FontChain:
    if block == _FLOOR:
        return BARE
    found = {file.name for folder in SYSTEM_FONT_DIRS for file in folder.glob("*.ttf")}
    if not {"HanaMinA.ttf", "HanaMinB.ttf"} <= found:
        raise ToolMissing("no HanaMin fonts (package fonts-hanazono)")
    return FontChain()


def _candidates(
    desk: Desk, fonts: FontChain, draw: Callable[[random.Random], str], seed: int
) -> Iterator[Candidate]:
    """Yield people of generated names that pass the lints of name and page."""
    chance = random.Random(seed)
    printer = CertificatePrinter(fonts)
    for row, person in enumerate(people(seed), start=2):
        reading = normalise_name(make_name(chance, draw))
        candidate = replace(person.candidate(row), name=reading.name)
        if not reading.problems and not inspect_fit(desk, printer, candidate):
            yield candidate


def _misread(
    desk: Desk, verifier: Verifier, number: str, name: str, file: Path, folder: Path
) -> Iterator[str]:
    """Yield what goes wrong between the certificate's file and the verdicts on it."""
    if shutil.which("pdftotext") is None:
        raise ToolMissing("no pdftotext (package poppler-utils)")
    pdf = file.read_bytes()
    codes = [code.text for code in zxingcpp.read_barcodes(page_picture(pdf, _DOTS_PER_INCH))]
    require(len(codes) == 1, f"{number}: {len(codes)} symbols read from the picture")
    verdict = verifier.verify_qr(codes[0])
    shown = verdict.certificate
    if verdict.outcome is not Outcome.VALID or shown is None:
        yield f"the QR from the picture is {verdict.outcome}"
    elif (shown.holder_name, shown.number) != (name, number):
        yield "the QR from the picture says another name or number"
    (face,) = faces(desk, [number])
    printed = printed_values(face)
    for extractor, text in (
        ("pypdfium2", page_text(pdf)),
        ("pdftotext", poppler_text(pdf, folder)),
    ):
        found = read_fields(text)
        for field in _COMPARED:
            if found.get(field) != printed[field]:
                yield f"{extractor} gives another {field.value}"
    if (outcome := verifier.verify_file(pdf, file.name).outcome) is not Outcome.VALID:
        yield f"the file is {outcome}"


DRILL = Drill(
    name="names",
    promise="A name of any character we can print survives signature, page, picture and verdict.",
    method="""200 names of 2 to 30 characters within what every machine prints, and 200 across
        Extensions A to F with fonts-hanazono, are issued. From each certificate's file: the page is
        drawn as a picture of 200 dots an inch, zxing reads the QR from it, and the verifier must
        find it valid and show the exact name and number; pypdfium2 and pdftotext must extract the
        exact name, number, level and date; and the file itself must be valid to the verifier, which
        compares QR and text.""",
    parts=_parts,
    defect="The QR is printed with the two halves of the signature in each other's place.",
    defect_part=_FLOOR,
    at_once=2,
)

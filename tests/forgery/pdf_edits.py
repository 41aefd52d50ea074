"""What forgers do to the file itself: each edit changes an open PDF; it is written afterwards."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from types import MappingProxyType
from typing import Any, Final

import pikepdf
from PIL import Image

from codes.documents import Sex
from codes.levels import Level
from codes.number import parse_number
from issuer.sample_photos import draw_portrait
from templates.certificate import CertificateFace, CertificatePrinter
from templates.fonts import FontChain
from templates.labels import Field, parse_date
from tests.forgery.papers import SHEET_DPI, Paper, draw_page
from tests.forgery.pdf_typing import (
    Box,
    changed_places,
    drawn_look_alike,
    drawn_picture,
    drawn_value,
    glyph_of,
    photo_box,
    value_box,
)

Edit = Callable[[pikepdf.Pdf, Paper, Field, str], None]
"""Changes an open file so that it shows another value of a field."""

LYING_FONT: Final = "lying font"
_TYPED: Final = "/ForgedText"
_MOVE: Final = pikepdf.Operator("Tm")
_WITH_DIGITS: Final = (
    Field.NUMBER,
    Field.DOCUMENT_NUMBER,
    Field.ISSUED_ON,
    Field.PRINT_SERIAL,
)


def overlay(target: pikepdf.Pdf, paper: Paper, field: Field, value: str) -> None:
    """Paint the value over and type another on top."""
    _lay_on(target, drawn_value(paper, field, value, patch=True))


def retype(target: pikepdf.Pdf, paper: Paper, field: Field, value: str) -> None:
    """Take the value out of the content stream and type another."""
    _remove_value(target, paper, field)
    _lay_on(target, drawn_value(paper, field, value, patch=False))


def change_codes(target: pikepdf.Pdf, paper: Paper, field: Field, value: str) -> None:
    """Change codes of glyphs within the content stream; they must be in the page's font."""
    codes = _codes_of_values(target, paper)
    page = target.pages[0]
    instructions = list(pikepdf.parse_content_stream(page))
    place = _place_of(instructions, paper, field)
    text = "".join(codes[character] for character in value)
    instructions[place] = _showing(text, instructions[place])
    _set_content(target, pikepdf.unparse_content_stream(instructions))


def lying_font(target: pikepdf.Pdf, paper: Paper, field: Field, value: str) -> None:
    """Draw a similar character for one of the value, in a font that says it is that one."""
    (at,) = changed_places(paper, field, value)
    instructions = list(pikepdf.parse_content_stream(target.pages[0]))
    place = _place_of(instructions, paper, field)
    glyphs, codes = paper.value_glyphs(field), _codes_of(instructions[place])
    kept = []
    for glyph, code in zip(glyphs, codes, strict=True):
        if glyph is not glyph_of(paper, field, at):
            move = pikepdf.ContentStreamInstruction([1, 0, 0, 1, glyph.x, glyph.y], _MOVE)
            kept += [move, _showing(code, instructions[place])]
    instructions[place : place + 1] = kept
    _set_content(target, pikepdf.unparse_content_stream(instructions))
    _lay_on(target, drawn_look_alike(paper, field, value))


def free_text(target: pikepdf.Pdf, paper: Paper, field: Field, value: str) -> None:
    """Lay a comment over the value."""
    _annotate(target, paper, field, value, "/FreeText", {"/Contents": value, "/DA": "/Helv 12 Tf"})


def stamp(target: pikepdf.Pdf, paper: Paper, field: Field, value: str) -> None:
    """Lay a stamp over the value."""
    _annotate(target, paper, field, value, "/Stamp", {"/Name": pikepdf.Name("/Approved")})


def form_field(target: pikepdf.Pdf, paper: Paper, field: Field, value: str) -> None:
    """Lay a form field, filled in, over the value."""
    words = {"/FT": pikepdf.Name("/Tx"), "/T": "f1", "/V": value, "/Ff": 1, "/DA": "/Helv 12 Tf"}
    widget = _annotate(target, paper, field, value, "/Widget", words)
    form = target.Root.get("/AcroForm")
    if form is None:
        form = target.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array())
    fields = list(form.get("/Fields", pikepdf.Array()))
    form.Fields = pikepdf.Array([*fields, widget])


def optional_content(target: pikepdf.Pdf, paper: Paper, field: Field, value: str) -> None:
    """Put the true value into a layer that is off, and another into one that is on."""
    page = target.pages[0]
    off, on = (
        target.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=name))
        for name in ("true", "shown")
    )
    layers = pikepdf.Dictionary(ON=pikepdf.Array([on]), OFF=pikepdf.Array([off]))
    target.Root.OCProperties = pikepdf.Dictionary(OCGs=pikepdf.Array([off, on]), D=layers)
    page.Resources.Properties = pikepdf.Dictionary(Off=off, On=on)
    form = _form(target, drawn_value(paper, field, value, patch=False))
    page.Resources.XObject[_TYPED] = form
    instructions = list(pikepdf.parse_content_stream(page))
    place = _place_of(instructions, paper, field)
    head = pikepdf.unparse_content_stream(instructions[:place])
    shown = pikepdf.unparse_content_stream(instructions[place : place + 1])
    rest = pikepdf.unparse_content_stream(instructions[place + 1 :])
    hidden = b"\n/OC /Off BDC\n" + shown + b"\nEMC\n"
    typed = f"\n/OC /On BDC q {_TYPED} Do Q EMC\n".encode()
    _set_content(target, head + hidden + rest + typed)


def covering_picture(target: pikepdf.Pdf, paper: Paper, field: Field, value: str) -> None:
    """Cover the value with a picture of another."""
    box = value_box(paper, field)
    picture = _picture_of(drawn_value(paper, field, value, patch=True), paper, box)
    _lay_on(target, drawn_picture(paper, box, picture))


def page_replaced(target: pikepdf.Pdf, paper: Paper, field: Field, value: str) -> None:
    """Put a page drawn anew by the same software in the place of the page."""
    with pikepdf.open(BytesIO(_redrawn(paper, field, value))) as drawn:
        page = target.pages[0]
        form = target.copy_foreign(drawn.pages[0].as_form_xobject())
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary({_TYPED: form}))
        _set_content(target, f"q {_TYPED} Do Q".encode())


EDITS: Final[Mapping[str, Edit]] = MappingProxyType(
    {
        "overlay": overlay,
        "content stream": retype,
        "glyph codes": change_codes,
        "comment": free_text,
        "stamp annotation": stamp,
        "form field": form_field,
        "layers": optional_content,
        "covering picture": covering_picture,
        "page replaced": page_replaced,
        LYING_FONT: lying_font,
    }
)
"""How a printed value is changed, by name."""

DIGITS_ONLY: Final = frozenset({"glyph codes"})
"""Edits that need characters which are printed on the page already."""


def overlay_photo(target: pikepdf.Pdf, paper: Paper, chance: random.Random) -> None:
    """Lay another portrait over the photo."""
    _lay_on(target, drawn_picture(paper, photo_box(paper), _portrait(chance)))


def replace_photo(target: pikepdf.Pdf, paper: Paper, chance: random.Random) -> None:
    """Put another portrait into the object that holds the photo."""
    photos = [
        one
        for one in target.objects
        if isinstance(one, pikepdf.Stream) and one.get("/Filter") == "/DCTDecode"
    ]
    (photo,) = photos
    width, height = int(photo.Width), int(photo.Height)
    photo.write(_portrait(chance, (width, height)), filter=pikepdf.Name.DCTDecode)


def swap_attachments(target: pikepdf.Pdf, other: Paper) -> None:
    """Put the signed record of another certificate into the file."""
    with pikepdf.open(BytesIO(other.pdf)) as source:
        for name in ("record.cose", "proof.tlog"):
            data = source.attachments[name].get_file().read_bytes()
            kept = target.attachments[name].obj
            kept.EF.F.write(data)


def add_page(target: pikepdf.Pdf, paper: Paper, field: Field, value: str) -> None:
    """Put a page drawn anew, its QR symbol painted over, in front of the genuine one."""
    with pikepdf.open(BytesIO(_redrawn(paper, field, value))) as drawn:
        target.pages.insert(0, drawn.pages[0])
    place = paper.layout.symbol
    x, y, side = (mm / 25.4 * 72 for mm in (place.left_mm, place.bottom_mm, place.side_mm))
    page = target.pages[0]
    page.contents_add(f"q 1 g {x - 6} {y - 6} {side + 12} {side + 12} re f Q".encode())


def _annotate(
    target: pikepdf.Pdf, paper: Paper, field: Field, value: str, kind: str, words: Mapping[str, Any]
) -> pikepdf.Object:
    form = _form(target, drawn_value(paper, field, value, patch=True))
    box = value_box(paper, field)
    form.BBox = pikepdf.Array([round(side, 3) for side in box])
    annotation = target.make_indirect(
        pikepdf.Dictionary(
            {
                "/Type": pikepdf.Name("/Annot"),
                "/Subtype": pikepdf.Name(kind),
                "/Rect": pikepdf.Array([round(side, 3) for side in box]),
                "/F": 4,
                "/AP": pikepdf.Dictionary(N=form),
                **words,
            }
        )
    )
    page = target.pages[0].obj
    page.Annots = pikepdf.Array([*page.get("/Annots", pikepdf.Array()), annotation])
    return annotation


def _lay_on(target: pikepdf.Pdf, drawn: pikepdf.Pdf) -> None:
    target.pages[0].add_overlay(drawn.pages[0], None)


def _form(target: pikepdf.Pdf, drawn: pikepdf.Pdf) -> pikepdf.Object:
    return target.make_indirect(target.copy_foreign(drawn.pages[0].as_form_xobject()))


def _remove_value(target: pikepdf.Pdf, paper: Paper, field: Field) -> None:
    instructions = list(pikepdf.parse_content_stream(target.pages[0]))
    del instructions[_place_of(instructions, paper, field)]
    _set_content(target, pikepdf.unparse_content_stream(instructions))


def _set_content(target: pikepdf.Pdf, content: bytes) -> None:
    target.pages[0].obj.Contents = target.make_stream(content)


def _place_of(instructions: Sequence[Any], paper: Paper, field: Field) -> int:
    """Return the place of the operator that shows a value."""
    start = paper.value_glyphs(field)[0]
    at = (0.0, 0.0)
    for place, instruction in enumerate(instructions):
        operator = str(instruction.operator)
        if operator == "Tm":
            at = float(instruction.operands[4]), float(instruction.operands[5])
        if operator == "Tj" and abs(at[0] - start.x) < 0.5 and abs(at[1] - start.y) < 0.5:
            return place
    raise AssertionError("the value is not in the content stream")


def printed_characters(paper: Paper) -> frozenset[str]:
    """Return the characters whose codes can be found out."""
    return frozenset("".join(paper.values[field] for field in _WITH_DIGITS))


def _codes_of_values(target: pikepdf.Pdf, paper: Paper) -> dict[str, str]:
    """Return the codes, in hex, of the characters that values are made of."""
    instructions = list(pikepdf.parse_content_stream(target.pages[0]))
    codes: dict[str, str] = {}
    for field in _WITH_DIGITS:
        parts = _codes_of(instructions[_place_of(instructions, paper, field)])
        codes.update(zip(paper.values[field], parts, strict=True))
    return codes


def _codes_of(instruction: Any) -> list[str]:
    """Return the codes, in hex, that an operator shows."""
    shown = bytes(instruction.operands[0]).hex()
    return [shown[start : start + 4] for start in range(0, len(shown), 4)]


def _showing(codes: str, like: Any) -> pikepdf.ContentStreamInstruction:
    text = pikepdf.String(bytes.fromhex(codes))
    return pikepdf.ContentStreamInstruction([text], like.operator)


def _redrawn(paper: Paper, field: Field, value: str) -> bytes:
    face = replace(paper.face, **_changes(paper.face, field, value), attachments=())
    return CertificatePrinter(FontChain()).render(face).filled(b"")[0]


def _changes(face: CertificateFace, field: Field, value: str) -> dict[str, Any]:
    match field:
        case Field.HOLDER_NAME:
            return {"holder_name": value}
        case Field.LEVEL:
            return {"level": next(level for level in Level if level.zh == value)}
        case Field.ISSUED_ON:
            day = parse_date(value)
            assert day is not None, "a date on paper is a day"
            return {"issued_on": day}
        case Field.NUMBER:
            return {"number": parse_number(value)}
        case _:
            return {"document_number": value}


def _portrait(chance: random.Random, size: tuple[int, int] | None = None) -> bytes:
    seed = chance.randrange(1000, 9000)
    sex = Sex.MALE if seed % 2 else Sex.FEMALE
    drawn = draw_portrait(seed=seed, sex=sex, birth_year=1980)
    if size is None:
        return drawn
    output = BytesIO()
    with Image.open(BytesIO(drawn)) as picture:
        picture.convert("RGB").resize(size).save(output, "JPEG", quality=90)
    return output.getvalue()


def _picture_of(drawn: pikepdf.Pdf, paper: Paper, box: Box) -> bytes:
    output, cut = BytesIO(), BytesIO()
    drawn.save(output)
    left, bottom, right, top = (side * SHEET_DPI / 72 for side in box)
    height = paper.size_points[1] * SHEET_DPI / 72
    page = draw_page(output.getvalue())
    page.crop((round(left), round(height - top), round(right), round(height - bottom))).save(
        cut, "PNG"
    )
    return cut.getvalue()

"""Genuine certificates to forge from: issued by a small office, with what each of them says.

Everyone is made up, as in `tests.drills.office`; but names are of everyday characters, and every
tenth is of the rare ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pylopdf_fonts_zh_cn
import pypdfium2
from PIL import Image, ImageFont
from sqlalchemy import select

from issuer.awarding import read_data_key
from issuer.copy_rows import BatchCopies
from issuer.desk import Desk
from issuer.faces import face_of
from issuer.issuing import finish_copies
from issuer.reserving import open_batch, reserve
from registry.home import Home
from registry.models import Award, Copy
from registry.session import reading
from templates.certificate import CertificateFace, printed_values
from templates.fonts import FontChain
from templates.labels import Field
from templates.layout import Layout
from templates.layout_boxes import photo_box
from templates.layout_files import load_layout
from tests.drills.office import Person, desk_of, make_office, people
from tests.forgery.glyph_places import GlyphPlace, find_text, glyph_places

LAYOUTS: Final = ("national-1", "bilingual-1", "landscape-1", "national-ink-1")
SHEET_DPI: Final = 250
POINTS_PER_INCH: Final = 72
MM_PER_INCH: Final = 25.4
FORGED_FIELDS: Final = (
    Field.HOLDER_NAME,
    Field.LEVEL,
    Field.ISSUED_ON,
    Field.NUMBER,
    Field.DOCUMENT_NUMBER,
)
"""The printed values that forgers change."""

_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾"
GIVEN: Final = (
    "伟芳娜敏静强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红建国文斌鹏飞晓燕丽春梅志海波宇浩然"
    "子轩雨欣思远嘉琪俊凯佳怡博雅婷宏亮振东培松柏岩峰雪莲"
)
_RARE_EVERY: Final = 10

PixelBox = tuple[int, int, int, int]
"""Left, top, right, bottom in dots of a sheet drawn at `SHEET_DPI`."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A genuine certificate.

    Args:
        index: among the papers of its works.
        face: everything its page shows.
        pdf: the file as issued, sealed.
    """

    index: int
    face: CertificateFace
    pdf: bytes

    @property
    def number(self) -> str:
        """The certificate number."""
        return str(self.face.number)

    @cached_property
    def values(self) -> Mapping[Field, str]:
        """What is printed after each label."""
        return printed_values(self.face)

    @cached_property
    def layout(self) -> Layout:
        """The layout it is drawn in."""
        return load_layout(self.face.layout)

    @cached_property
    def glyphs(self) -> tuple[GlyphPlace, ...]:
        """Every character of the page, in points from its lower left corner."""
        return glyph_places(self.pdf)

    @cached_property
    def size_points(self) -> tuple[float, float]:
        """Width and height of the page."""
        width, height = self.layout.page_mm
        return width / MM_PER_INCH * POINTS_PER_INCH, height / MM_PER_INCH * POINTS_PER_INCH

    def value_glyphs(self, field: Field) -> tuple[GlyphPlace, ...]:
        """Return the characters of a value, in order."""
        return find_text(self.glyphs, self.values[field])

    def value_size(self, field: Field) -> float:
        """Return the size of a value, in points."""
        return self.value_glyphs(field)[0].size

    def sheet(self) -> Image.Image:
        """Return the page as it is seen, in colours, at `SHEET_DPI`."""
        return draw_page(self.pdf)

    def photo_box(self) -> PixelBox:
        """Return where the photo is on the sheet."""
        box = photo_box(self.layout)
        return self._pixels(box.left, box.bottom, box.right, box.top)

    def symbol_box(self, quiet_mm: float = 0) -> PixelBox:
        """Return where the QR symbol is on the sheet, with so much white around it."""
        place = self.layout.symbol
        left, bottom, side = place.left_mm, place.bottom_mm, place.side_mm
        return self._pixels(
            left - quiet_mm, bottom - quiet_mm, left + side + quiet_mm, bottom + side + quiet_mm
        )

    def seal_box(self) -> PixelBox:
        """Return where the body's seal is on the sheet, or where its place is held free."""
        (x, y), reach = self.layout.seal.middle_mm, self.layout.seal.diameter_mm / 2 + 1
        return self._pixels(x - reach, y - reach, x + reach, y + reach)

    def _pixels(self, left: float, bottom: float, right: float, top: float) -> PixelBox:
        dots, height = SHEET_DPI / MM_PER_INCH, self.layout.page_mm[1]
        sides = (left, height - top, right, height - bottom)
        return tuple(round(one * dots) for one in sides)  # type: ignore[return-value]  # of four


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """An office with its papers.

    Args:
        home: of the office; opened by a verifier it answers for every paper.
        papers: one after the other.
    """

    home: Home
    papers: tuple[Paper, ...]


def make_works(folder: Path, *, seed: int, count: int) -> Works:
    """Issue `count` certificates in all layouts in turn.

    Args:
        folder: an empty one.
        seed: of the people; keys and salts are chance.
    """
    home = make_office(folder, {})
    with desk_of(home) as desk:
        batch = open_batch(desk, "样张")
        numbers: dict[str, int] = {}
        for index, person in enumerate(_holders(seed, count)):
            (reservation,) = reserve(
                desk, batch, [person.candidate(index + 2)], layout=LAYOUTS[index % len(LAYOUTS)]
            )
            numbers[reservation.number] = index
        finish_copies(desk, BatchCopies(batch_id=batch), FontChain(), lambda *_: None)
        papers = sorted(_papers(desk, numbers), key=lambda paper: paper.index)
    return Works(home=home, papers=tuple(papers))


def draw_page(pdf: bytes, dpi: float = SHEET_DPI, page: int = 0) -> Image.Image:
    """Return a page of a file as viewers show it, seal and annotations included."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()
        picture: Image.Image = document[page].render(scale=dpi / POINTS_PER_INCH).to_pil()
    finally:
        document.close()
    return picture.convert("RGB")


@lru_cache(maxsize=64)
def serif_font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font that pages are set in, so many dots high."""
    return ImageFont.truetype(str(pylopdf_fonts_zh_cn.serif_path()), size)


def invent_name(chance: random.Random) -> str:
    """Return a name of everyday characters."""
    return chance.choice(_SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2, 2))))


def _holders(seed: int, count: int) -> Iterator[Person]:
    chance = random.Random(f"holders {seed}")
    for index, person in enumerate(islice(people(seed), count)):
        yield person if index % _RARE_EVERY == 3 else replace(person, name=invent_name(chance))


def _papers(desk: Desk, numbers: Mapping[str, int]) -> Sequence[Paper]:
    query = select(Copy).join(Award, Copy.award_id == Award.id).where(Award.number.in_(numbers))
    with reading(desk.engine) as session:
        return [
            Paper(
                index=numbers[copy.award.number],
                face=face_of(desk, copy),
                pdf=desk.home.store.get(copy.pdf_stored or "", read_data_key(desk, copy.award)),
            )
            for copy in session.scalars(query)
        ]


NAMES: Final[Mapping[Field, str]] = MappingProxyType(
    {
        Field.HOLDER_NAME: "name",
        Field.LEVEL: "level",
        Field.ISSUED_ON: "date",
        Field.NUMBER: "number",
        Field.DOCUMENT_NUMBER: "document number",
    }
)
"""What the tables call the printed values that forgers change."""

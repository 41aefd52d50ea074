"""Printing on stock: the variable fields alone, for sheets that carry all else already.

The values stand where the layout has them on a whole page, moved by what was measured on the
printer. Such a file is no certificate: it is neither sealed nor recorded, it only puts a recorded
copy on paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from codes.qr_symbol import make_symbol
from templates.certificate import CertificateFace, printed_english, printed_values
from templates.drawing import MM, numbers
from templates.embedded_font import EmbeddedFont
from templates.errors import TemplatesError
from templates.face_fit import FaceFitter
from templates.fonts import FontChain
from templates.labels import Field
from templates.layout import STANDING_FIELDS, Layout
from templates.layout_files import load_layout
from templates.page_artwork import sample_word_of
from templates.page_drawing import PHOTO, SYMBOL, photo_operators, symbol_operators
from templates.page_plan import OWN_FONT, PagePlan, Slot
from templates.pictures import photo_picture, symbol_picture
from templates.print_file import PrintFile

_SAMPLE_WORD: Final = "As"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOffset:
    """How far a printer's output is to be moved.

    Args:
        x_mm: to the right.
        y_mm: up.
    """

    x_mm: float = 0.0
    y_mm: float = 0.0

    def operators(self) -> str:
        """Return the operator that moves what follows."""
        return f"1 0 0 1 {numbers(self.x_mm * MM, self.y_mm * MM)} cm"


class StockPrinter:
    """Adds the variable fields of certificates to a file for the printer.

    Args:
        fonts: where glyphs come from.
        file: gets the pages.
        standing: whether the values that all certificates of a body share, its name and the
            query sites, are printed as well.
    """

    def __init__(self, fonts: FontChain, file: PrintFile, *, standing: bool) -> None:
        self._fonts = fonts
        self._file = file
        self._standing = standing
        self._fitter = FaceFitter(fonts)
        self._plans: dict[str, PagePlan] = {}
        self._words: dict[str, int] = {}

    def add(self, face: CertificateFace, offset: StockOffset) -> None:
        """Add the page of one certificate.

        Raises:
            TemplatesError: a field does not fit the layout or cannot be printed, or the photo is
                no JPEG.
        """
        layout = load_layout(face.layout)
        values, problems = self._fitter.fit_values(layout, printed_values(face))
        if problems:
            raise TemplatesError(problems[0].code, problems[0].text)
        english = self._fitter.fit_english(layout, printed_english(face))
        font = EmbeddedFont(self._fitter.typefaces(layout).outline)
        photo, symbol = photo_picture(face.photo_jpeg), make_symbol(face.qr_text)
        drawn = {
            PHOTO: self._file.add_stream(photo.body),
            SYMBOL: self._file.add_stream(symbol_picture(symbol).body),
        }
        parts = [
            "q",
            offset.operators(),
            photo_operators(layout.photo_mm, photo.width, photo.height),
            symbol_operators(layout.symbol),
        ]
        if face.sample:
            drawn[_SAMPLE_WORD] = self._sample_word(layout)
            parts.insert(2, f"/{_SAMPLE_WORD} Do")
        parts += [
            slot.value_alone(font, (english if slot.english else values)[slot.field])
            for slot in self._slots(layout, face)
        ]
        content = "\n".join([*parts, "Q"])
        self._file.add_page(layout.page_mm, content, fonts={OWN_FONT: font}, drawn=drawn)

    def _slots(self, layout: Layout, face: CertificateFace) -> Iterator[Slot]:
        for slot in slots_of(self._plan(layout)):
            left_out = slot.field in STANDING_FIELDS and not self._standing
            missing = slot.field is Field.REMARK and face.remark is None
            if not left_out and not missing:
                yield slot

    def _plan(self, layout: Layout) -> PagePlan:
        made = self._plans.get(layout.id)
        if made is None:
            made = self._plans[layout.id] = plan_of_stock(layout, self._fitter)
        return made

    def _sample_word(self, layout: Layout) -> int:
        made = self._words.get(layout.id)
        if made is None:
            word = sample_word_of(layout, self._fonts)
            made = self._words[layout.id] = self._file.add_form(word)
        return made


def plan_of_stock(layout: Layout, fitter: FaceFitter) -> PagePlan:
    """Return the plan of a whole page, of which print-on-stock uses the slots."""
    typefaces = fitter.typefaces(layout)
    return PagePlan(
        layout,
        EmbeddedFont(typefaces.outline),
        typefaces.width_mm,
        sample=False,
        sealed=False,
        remark=True,
        standing={},
    )


def slots_of(plan: PagePlan) -> Iterator[Slot]:
    """Return the slots of a plan, in the order of the page."""
    return (piece for piece in plan.pieces if isinstance(piece, Slot))

"""How well a printed page can be read: ink against what lies beneath it, and sizes of type.

The page is drawn twice, as it is and with no text shown. Where the two pictures differ is ink;
the second picture is what it stands on.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import numpy as np
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from tests.pdf.archival.content import content_holders

DOTS_PER_INCH: Final = 400
# Ink is judged where a stroke covers a dot nearly whole: at its edges the paper shines through.
_COVERED: Final = 0.9
_SHOWS: Final = frozenset({"Tj", "TJ", "'", '"'})
_INVISIBLE: Final = 3

Picture = NDArray[np.uint8]
Colours = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedRun:
    """One run of text as it is printed.

    Args:
        text: its characters.
        size: of the type on paper, in points.
        contrast: of its ink to the darkest tenth of what lies beneath (WCAG 2, 1 to 21).
        ink: its colour as drawn, red, green, blue from 0 to 255.
        paper: the colour it was judged against.
    """

    text: str
    size: float
    contrast: float
    ink: tuple[int, int, int]
    paper: tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    text: str
    size: float
    box: tuple[float, float, float, float]
    run: int
    mode: int


def printed_runs(pdf: bytes) -> tuple[PrintedRun, ...]:
    """Measure every run of visible text of a file's first page, in the order it is painted.

    Text drawn as outlines, such as micro-text, is no text here. A run of which a letter makes
    no difference to the page has contrast 1.
    """
    letters = _letters(pdf)
    with_text, without = _picture(pdf), _picture(_without_text(pdf))
    return tuple(_measured(run, with_text, without) for run in _runs(letters))


def contrast_of(first: Any, second: Any) -> float:
    """Return the contrast of two sRGB colours of 0 to 255 (WCAG 2.2, contrast ratio)."""
    lights = sorted(
        float(_luminance(np.asarray(colour, dtype=np.float64))) for colour in (first, second)
    )
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colours: Colours) -> Colours:
    """Return the relative luminance of colours in the last axis."""
    parts = colours / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    light: Colours = linear @ np.array([0.2126, 0.7152, 0.0722])
    return light


def _measured(run: list[_Letter], with_text: Picture, without: Picture) -> PrintedRun:
    inks, papers, hidden = [], [], False
    for letter in run:
        rows, columns = _dots(letter.box, with_text.shape[0])
        drawn = with_text[rows, columns].astype(np.float64)
        beneath = without[rows, columns].astype(np.float64)
        change = np.abs(drawn - beneath).sum(axis=2)
        if not change.size:
            continue
        papers.append(beneath.reshape(-1, 3))
        if change.max() == 0:
            hidden = True
        else:
            inks.append(drawn[change >= _COVERED * change.max()])
    paper = _darkest_tenth(np.concatenate(papers)) if papers else np.full(3, 255.0)
    ink = paper if hidden or not inks else np.median(np.concatenate(inks), axis=0)
    return PrintedRun(
        text=_joined(letter.text for letter in run),
        size=min(letter.size for letter in run),
        contrast=contrast_of(ink, paper),
        ink=_rounded(ink),
        paper=_rounded(paper),
    )


def _joined(units: Iterable[str]) -> str:
    """Join what pdfium gives unit by unit; a character beyond the BMP comes as two halves."""
    return "".join(units).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _darkest_tenth(colours: Colours) -> Colours:
    """Return the mean of the darkest tenth: what ink is hardest to tell from, specks left out."""
    order = np.argsort(_luminance(colours))
    darkest: Colours = colours[order[: max(len(order) // 10, 1)]].mean(axis=0)
    return darkest


def _rounded(colour: Colours) -> tuple[int, int, int]:
    red, green, blue = (round(float(part)) for part in colour)
    return (red, green, blue)


def _dots(box: tuple[float, float, float, float], height: int) -> tuple[slice, slice]:
    """Return the rows and columns of the picture that a box in points covers."""
    scale = DOTS_PER_INCH / 72
    left, bottom, right, top = (value * scale for value in box)
    return (
        slice(max(int(height - top), 0), int(height - bottom) + 1),
        slice(max(int(left), 0), int(right) + 1),
    )


def _runs(letters: list[_Letter]) -> Iterator[list[_Letter]]:
    """Yield the letters of each text object that has visible letters."""
    run: list[_Letter] = []
    for letter in letters:
        if run and letter.run != run[-1].run:
            yield run
            run = []
        run.append(letter)
    if run:
        yield run


def _letters(pdf: bytes) -> list[_Letter]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        text = page.get_textpage()
        found = [_letter(text.raw, place) for place in range(text.count_chars())]
        return [letter for letter in found if letter.text.strip() and letter.mode != _INVISIBLE]
    finally:
        document.close()


def _letter(text: Any, place: int) -> _Letter:
    sides = [ctypes.c_double() for _ in range(4)]
    pdfium.FPDFText_GetCharBox(text, place, *sides)
    left, right, bottom, top = (side.value for side in sides)
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text, place, matrix)
    stretch = abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5
    holder = pdfium.FPDFText_GetTextObject(text, place)
    return _Letter(
        text=chr(pdfium.FPDFText_GetUnicode(text, place)),
        size=float(pdfium.FPDFText_GetFontSize(text, place)) * stretch,
        box=(left, bottom, right, top),
        run=ctypes.cast(holder, ctypes.c_void_p).value or 0,
        mode=int(pdfium.FPDFTextObj_GetTextRenderMode(holder)) if holder else _INVISIBLE,
    )


def _picture(pdf: bytes) -> Picture:
    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()  # without it the library leaves out the seal, a form's widget
        picture = document[0].render(scale=DOTS_PER_INCH / 72).to_pil().convert("RGB")
    finally:
        document.close()
    return np.asarray(picture, dtype=np.uint8)


def _without_text(pdf: bytes) -> bytes:
    """Return the page with the operators that show text taken out, in its forms too."""
    output = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        page = document.pages[0].obj
        for _, holder, _ in list(content_holders(page)):
            kept = [
                instruction
                for instruction in pikepdf.parse_content_stream(holder)
                if str(instruction.operator) not in _SHOWS
            ]
            content = pikepdf.unparse_content_stream(kept)
            if isinstance(holder, pikepdf.Page):
                page.Contents = document.make_stream(content)
            else:
                holder.write(content)
        document.save(output)
    return output.getvalue()

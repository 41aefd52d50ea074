"""Drawings put on a sheet of their own and looked at as pixels."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
from numpy.typing import NDArray

from templates.drawing import MM, Box, Drawing, Point
from templates.guilloche import PatternPlan, SecurityPattern, micro_text_of, pattern_seed
from templates.micro_text import Rule

Pixels = NDArray[np.int16]

A4: Point = (210.0, 297.0)
QR_BOX = Box(left=28, bottom=62, right=62, top=96)
PHOTO_BOX = Box(left=155, bottom=157.2, right=180, top=192.2)
NAME_BOX = Box(left=61.5, bottom=186.2, right=100, top=195)
NUMBER = "S000012000123233000001"
INNER = Box(left=19.5, bottom=19.5, right=190.5, top=277.5)
PLAN = PatternPlan(
    box=INNER.grown(-0.9),
    clear=(QR_BOX, PHOTO_BOX),
    rose_middle=(105.0, 150.0),
    rules=tuple(Rule(left=61, right=147, y=185.5 - 12.2 * row) for row in range(7)),
    frame=INNER,
)


def drawn(pattern: SecurityPattern, record: bytes) -> bytes:
    """Return one certificate's operators."""
    seed = pattern_seed(record)
    return pattern.operators(seed, micro_text_of(NUMBER, seed))


def sheet(forms: Mapping[str, Drawing], operators: bytes, size_mm: Point = A4) -> bytes:
    """Return a PDF file of one page that holds forms and operators and nothing else."""
    with pikepdf.new() as pdf:
        resources: dict[str, Any] = {}
        for name, drawing in forms.items():
            stream = pdf.make_stream(drawing.operators().encode())
            stream["/Type"], stream["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Form
            stream["/BBox"] = pikepdf.Array(list(drawing.box))
            resources[f"/{name}"] = stream
        for name, drawing in forms.items():
            drawn = {f"/{part}": resources[f"/{part}"] for part in drawing.parts}
            own = pikepdf.Dictionary(XObject=pikepdf.Dictionary(drawn))
            resources[f"/{name}"]["/Resources"] = own
        page = pdf.add_blank_page(page_size=(size_mm[0] * MM, size_mm[1] * MM))
        page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(resources))
        page.obj["/Contents"] = pdf.make_stream(operators)
        output = BytesIO()
        pdf.save(output, deterministic_id=True)
        return output.getvalue()


def looked_at(pdf: bytes, dpi: float) -> Pixels:
    """Return the page as grey levels, the top row first."""
    with pypdfium2.PdfDocument(pdf) as document:
        bitmap = document[0].render(scale=dpi / 72, grayscale=True)
        return np.array(bitmap.to_numpy().reshape(bitmap.height, bitmap.width), dtype=np.int16)


def part_of(pixels: Pixels, box: Box, dpi: float, height_mm: float = A4[1]) -> tuple[slice, slice]:
    """Return the rows and columns of a box."""
    scale = dpi / 25.4
    top, bottom = ((height_mm - y) * scale for y in (box.top, box.bottom))
    assert 0 <= top < bottom <= pixels.shape[0]
    return (
        slice(round(top), round(bottom)),
        slice(round(box.left * scale), round(box.right * scale)),
    )


def luminance(ink: tuple[float, float, float]) -> float:
    """Return the relative luminance of a colour. Source: WCAG 2.2."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in ink
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Return the contrast ratio of two colours. Source: WCAG 2.2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)

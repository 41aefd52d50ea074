"""Print-on-stock: values stand where a whole page has them, moved by the offset, no more."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pytest

from templates.drawing import MM
from templates.errors import TemplatesError
from templates.layout_files import known_layouts
from templates.print_file import PrintFile
from templates.stock_page import StockOffset, StockPrinter
from tests.pdf.page_samples import BARE, make_face, render, symbols_seen


def stock(offset: StockOffset | None = None, *, standing: bool = False, **changes: Any) -> bytes:
    written = BytesIO()
    file = PrintFile(written)
    printer = StockPrinter(BARE, file, standing=standing)
    printer.add(make_face(**changes), offset or StockOffset())
    file.finish()
    return written.getvalue()


def place_of(pdf: bytes, words: str) -> tuple[float, float]:
    """Return where a text begins, in millimetres."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0].get_textpage()
        at, _ = page.search(words).get_next()
        left, bottom, _, _ = page.get_charbox(at)
        return left / MM, bottom / MM
    finally:
        document.close()


@pytest.mark.parametrize("layout_id", known_layouts())
@pytest.mark.parametrize("words", ["欧阳", "12010119900307771X", "S0000", "三级", "202600000001"])
def test_a_value_stands_where_the_whole_page_has_it(layout_id: str, words: str) -> None:
    whole = place_of(render(make_face(layout=layout_id)), words)
    assert place_of(stock(layout=layout_id), words) == pytest.approx(whole, abs=0.01)
    moved = place_of(stock(StockOffset(x_mm=2, y_mm=-1.5), layout=layout_id), words)
    assert moved == pytest.approx((whole[0] + 2, whole[1] - 1.5), abs=0.02)


def test_the_symbol_is_read_and_the_photo_is_there() -> None:
    pdf = stock()
    (seen,) = symbols_seen(pdf, 200)
    assert seen.text == make_face().qr_text
    with pikepdf.open(BytesIO(pdf)) as read:
        assert set(read.pages[0].Resources.XObject.keys()) == {"/P", "/Q"}


def test_there_is_no_seal_no_form_and_no_claim_of_an_archive() -> None:
    with pikepdf.open(BytesIO(stock())) as read:
        assert "/AcroForm" not in read.Root
        assert "/Metadata" not in read.Root
        assert "/AF" not in read.Root


def test_a_sample_is_marked_on_stock_too() -> None:
    with pikepdf.open(BytesIO(stock(sample=True))) as read:
        assert "/As" in read.pages[0].Resources.XObject
    with pikepdf.open(BytesIO(stock())) as read:
        assert "/As" not in read.pages[0].Resources.XObject


def test_equal_faces_give_equal_bytes() -> None:
    assert stock() == stock()


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(TemplatesError) as refused:
        stock(holder_name="王" * 90)
    assert refused.value.code == "too_long"

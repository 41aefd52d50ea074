"""The contact sheet: every certificate in its place, twenty a page, small, the same every time."""

from __future__ import annotations

from datetime import date

import pypdfium2

from templates.contact_sheet import ContactCell, draw_contact_sheet, thumbnail
from templates.fonts import FontChain
from tests.pdf.page_samples import BARE, make_photo

DAY = date(2026, 11, 23)


def cells(count: int, name: str = "欧阳𫖯") -> list[ContactCell]:
    photo = thumbnail(make_photo())
    return [
        ContactCell(
            sequence=place,
            name=name,
            number=f"S000012000123263{place:06d}",
            level="三级/高级工",
            print_serial=f"2026{place:08d}",
            photo_jpeg=photo,
        )
        for place in range(1, count + 1)
    ]


def draw(shown: list[ContactCell], fonts: FontChain = BARE) -> bytes:
    return draw_contact_sheet(shown, heading="某机构 · 一", made_on=DAY, fonts=fonts)


def texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def test_twenty_stand_on_a_page_in_order() -> None:
    pages = texts(draw(cells(41)))
    assert [page.count("S000012000123") for page in pages] == [20, 20, 1]
    assert "21 至 40" in pages[1]
    assert "第 2 页，共 3 页" in pages[1]
    for page in pages:
        assert "某机构 · 一" in page
        assert "欧阳𫖯" in page


def test_a_sheet_is_the_same_every_time_and_small() -> None:
    first = draw(cells(20))
    assert first == draw(cells(20))
    assert len(first) < 20 * len(thumbnail(make_photo())) + 60_000


def test_a_photo_is_there_for_each() -> None:
    document = pypdfium2.PdfDocument(draw(cells(3)))
    try:
        kinds = [one.type for one in document[0].get_objects()]
    finally:
        document.close()
    assert kinds.count(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE) == 3


def test_the_longest_name_is_shown_whole() -> None:
    name = "阿卜杜热合曼·" * 5
    (page,) = texts(draw(cells(1, name=name)))
    assert name in "".join(page.split())


def test_a_character_no_font_holds_does_not_stop_the_sheet() -> None:
    (page,) = texts(draw(cells(1, name="某\U0003134f")))
    assert "某〓" in page


def test_nothing_runs_over_the_edge_of_its_place() -> None:
    document = pypdfium2.PdfDocument(draw(cells(20, name="宽" * 40)))
    try:
        boxes = [one.get_bounds() for one in document[0].get_objects()]
    finally:
        document.close()
    assert all(left >= 0 and bottom >= 0 for left, bottom, _, _ in boxes)
    assert all(right <= 210 * 72 / 25.4 - 20 for _, _, right, _ in boxes)

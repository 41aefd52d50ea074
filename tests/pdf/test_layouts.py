"""Every layout: what it prints stays in its place, is read back whole, and breaks no rule."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from codes.documents import DocumentType
from templates import labels
from templates.border import INNER_MM
from templates.certificate import CertificatePrinter, printed_values
from templates.drawing import MM
from templates.labels import LABELS, Field, read_fields
from templates.layout_files import known_layouts, load_layout
from templates.page_file import SealSpace
from tests.pdf.archival_rules import inspect_archival
from tests.pdf.page_samples import (
    BARE,
    make_face,
    page_text,
    poppler_text,
    render,
    symbols_seen,
)
from tests.pdf.test_archival_page import RECORD, RING, SIGNER

LAYOUTS = known_layouts()
BODY_OF_FORTY = "天津市滨海新区经济技术开发区职业技能评价与人才服务培训学校有限责任公司分公司示例"[
    :40
]
LONG: dict[str, Any] = {
    "holder_name": "阿卜杜热合曼·买买提吐尔逊·阿布都克里木江",
    "holder_name_latin": "Abudureheman Maimaitituerxun Abudukelimujiang",
    "document_type": DocumentType.HMT_RESIDENCE,
    "body_name": BODY_OF_FORTY.ljust(40, "某"),
    "specialty": "大型商业综合体与轨道交通枢纽场所安全保卫和应急处置管理方向（含消防）试行"[:40],
    "remark": labels.format_reissue_remark(datetime(2026, 11, 23).date(), "202600000001"),
}
CASES: dict[str, dict[str, Any]] = {
    "short": {"holder_name": "王一", "holder_name_latin": "Wang Yi"},
    "long": LONG,
    "sample": LONG | {"sample": True},
}
every_case = pytest.mark.parametrize("changes", CASES.values(), ids=CASES)
every_layout = pytest.mark.parametrize("layout_id", LAYOUTS)


def sealed(layout_id: str, **changes: Any) -> bytes:
    space = SealSpace(contents_bytes=6000, signer_name=SIGNER, picture=RING)
    face = make_face(layout=layout_id, attachments=(RECORD,), **changes)
    now = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
    return CertificatePrinter(BARE, space).render(face, now).filled(bytes(3000))[0]


def characters_mm(pdf: bytes) -> list[tuple[str, float, float, float, float]]:
    """Return every printed character with its box: left, bottom, right, top."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        text = document[0].get_textpage()
        found = []
        for at in range(text.count_chars()):
            character = text.get_text_range(at, 1)
            if character.strip():
                left, bottom, right, top = (side / MM for side in text.get_charbox(at))
                found.append((character, left, bottom, right, top))
        return found
    finally:
        document.close()


@every_layout
@every_case
def test_all_text_stays_within_the_frame(layout_id: str, changes: dict[str, Any]) -> None:
    width, height = load_layout(layout_id).page_mm
    printed = characters_mm(render(make_face(layout=layout_id, **changes)))
    assert len(printed) > 150
    for character, left, bottom, right, top in printed:
        assert INNER_MM < left < right < width - INNER_MM, character
        assert INNER_MM < bottom < top < height - INNER_MM, character


@every_layout
@every_case
def test_no_line_of_text_runs_into_another(layout_id: str, changes: dict[str, Any]) -> None:
    printed = characters_mm(render(make_face(layout=layout_id, **changes)))
    for place, (one, left, bottom, right, top) in enumerate(printed):
        for other, left2, bottom2, right2, top2 in printed[place + 2 :]:
            across = min(right, right2) - max(left, left2)
            along = min(top, top2) - max(bottom, bottom2)
            assert not (across > 0.15 and along > 0.15), (one, other)


@every_layout
@every_case
def test_no_text_runs_into_photo_or_symbol(layout_id: str, changes: dict[str, Any]) -> None:
    layout = load_layout(layout_id)
    left, bottom, wide, high = layout.photo_mm
    symbol = layout.symbol
    boxes = (
        (left, bottom, left + wide, bottom + high),
        (
            symbol.left_mm - 2.5,
            symbol.bottom_mm - 2.5,
            symbol.left_mm + symbol.side_mm + 2.5,
            symbol.bottom_mm + symbol.side_mm + 2.5,
        ),
    )
    for character, x0, y0, x1, y1 in characters_mm(render(make_face(layout=layout_id, **changes))):
        for box in boxes:
            apart = x1 < box[0] or box[2] < x0 or y1 < box[1] or box[3] < y0
            assert apart, character


@every_layout
@every_case
def test_two_extractors_read_every_field_back(
    layout_id: str, changes: dict[str, Any], tmp_path: Path
) -> None:
    face = make_face(layout=layout_id, **changes)
    pdf = render(face)
    assert read_fields(page_text(pdf)) == printed_values(face)
    assert read_fields(poppler_text(pdf, tmp_path)) == printed_values(face)


@every_layout
def test_the_symbol_is_read_from_the_finished_page(layout_id: str) -> None:
    face = make_face(layout=layout_id)
    (seen,) = symbols_seen(sealed(layout_id), 200)
    assert seen.text == face.qr_text


@every_layout
@every_case
def test_the_page_breaks_no_archival_rule(layout_id: str, changes: dict[str, Any]) -> None:
    assert inspect_archival(sealed(layout_id, **changes)) == ()


@every_layout
def test_a_layout_has_its_sheet(layout_id: str) -> None:
    with pikepdf.open(BytesIO(sealed(layout_id))) as pdf:
        box = [float(side) / MM for side in pdf.pages[0].MediaBox]
    assert box[2:] == pytest.approx(load_layout(layout_id).page_mm, abs=0.01)
    assert sorted(round(side) for side in box[2:]) == [210, 297]


def test_english_stands_beside_chinese_in_the_bilingual_layout_alone() -> None:
    face = make_face(layout="bilingual-1", holder_name="欧阳娜怡", holder_name_latin="Ouyang Nayi")
    text = page_text(render(face))
    for words in (
        labels.TITLE_EN,
        "Name: Ouyang Nayi",
        "Occupation: Security manager",
        "Skill level: Level 3 / Senior worker",
        "Date of issue: 23 November 2026",
        "Document type: Resident identity card",
        labels.QR_NOTE_EN,
    ):
        assert words in re.sub(r"\s+", " ", text)
    assert all(f"{LABELS[field].en}:" in text for field in (Field.NUMBER, Field.BODY_NAME))
    other = page_text(render(make_face(holder_name_latin="Ouyang Nayi")))
    assert "Name:" not in other
    assert "Ouyang" not in other


def test_english_is_spoken_as_english() -> None:
    with pikepdf.open(BytesIO(sealed("bilingual-1"))) as pdf:
        spans = [
            element
            for element in pdf.objects
            if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/Span"
        ]
        assert len(spans) == 7
        assert {str(span.Lang) for span in spans} == {"en"}


def test_where_the_seal_is_invisible_its_place_is_held_free_for_ink() -> None:
    pdf = sealed("national-ink-1")
    assert labels.SEAL_NOTE in page_text(pdf)
    with pikepdf.open(BytesIO(pdf)) as read:
        (widget,) = read.pages[0].Annots
        assert [float(side) for side in widget.Rect] == [0, 0, 0, 0]
        assert "/AP" not in widget
        assert widget.V.Type == "/Sig"
    assert labels.SEAL_NOTE not in page_text(sealed("national-1"))

"""The page as a file and as a picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from templates.certificate import CertificateFace, CertificatePrinter
from templates.errors import TemplatesError
from templates.labels import Field
from templates.layout_files import DEFAULT_LAYOUT, load_layout
from templates.page_file import SealSpace
from templates.seal_drawing import seal_drawing
from tests.pdf.page_samples import (
    BARE,
    draw,
    make_face,
    make_photo,
    page_picture,
    render,
    symbols_seen,
)

POINTS_PER_MM = 72 / 25.4
SEALED_AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
LAYOUT = load_layout(DEFAULT_LAYOUT)


def test_same_face_gives_same_bytes_whatever_the_batch() -> None:
    face = make_face()
    alone = render(face)
    batch = CertificatePrinter(BARE)
    draw(batch, make_face(holder_name="龘靐齉爨麤"))
    assert draw(batch, face) == alone
    assert draw(batch, face) == alone


def test_bytes_do_not_depend_on_the_build_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    before = render(make_face())
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert render(make_face()) == before


def test_page_is_one_upright_a4_sheet() -> None:
    document = pypdfium2.PdfDocument(render(make_face()))
    assert len(document) == 1
    width, height = (round(side / POINTS_PER_MM, 1) for side in document[0].get_size())
    document.close()
    assert (width, height) == (210.0, 297.0)


def test_metadata_name_the_document_and_nobody() -> None:
    face = make_face()
    pdf = render(face)
    document = pypdfium2.PdfDocument(pdf)
    metadata = document.get_metadata_dict(skip_empty=True)
    document.close()
    assert metadata == {
        "Title": "职业技能等级证书",
        "Creator": "Yanzhen",
        "Producer": "Yanzhen",
        "CreationDate": "D:20261123000000+08'00'",
        "ModDate": "D:20261123000000+08'00'",
    }
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert str(opened.Root.Lang) == "zh-CN"


def test_only_embedded_fonts_are_used() -> None:
    with pikepdf.open(BytesIO(render(make_face()))) as opened:
        fonts = opened.pages[0].Resources.Font
        descriptors = [font.DescendantFonts[0].FontDescriptor for font in fonts.values()]
        assert {str(font.Subtype) for font in fonts.values()} == {"/Type0"}
        assert len(descriptors) == 2
        assert all("/FontFile2" in descriptor for descriptor in descriptors)


def test_photo_is_carried_byte_for_byte() -> None:
    face = make_face()
    assert face.photo_jpeg in render(face)


def test_file_stays_small() -> None:
    assert len(render(make_face(sample=True))) < 75_000


@pytest.mark.parametrize("dots_per_inch", [100, 150, 200, 300])
def test_symbol_reads_from_the_picture(dots_per_inch: int) -> None:
    for sample in (False, True):
        face = make_face(sample=sample)
        seen = symbols_seen(render(face), dots_per_inch)
        assert [symbol.text for symbol in seen] == [face.qr_text]


def test_symbol_is_thirty_millimetres_wide() -> None:
    [seen] = symbols_seen(render(make_face()), 300)
    corners = seen.position
    side_mm = (corners.top_right.x - corners.top_left.x) / 300 * 25.4
    assert side_mm == pytest.approx(LAYOUT.symbol.side_mm, abs=0.6)
    assert 28 <= LAYOUT.symbol.side_mm <= 32


def test_photo_stands_in_a_one_inch_frame() -> None:
    face = make_face(photo_jpeg=_plain_photo((20, 90, 200), 295, 413))
    left, bottom, right, top = _box_of(page_picture(render(face), 300), (20, 90, 200))
    assert right - left == pytest.approx(25, abs=0.4)
    assert top - bottom == pytest.approx(35, abs=0.4)


@pytest.mark.parametrize("size", [(600, 413), (295, 900), (35, 25)])
def test_photo_of_other_proportions_still_fills_the_frame(size: tuple[int, int]) -> None:
    face = make_face(photo_jpeg=_plain_photo((20, 90, 200), *size))
    left, bottom, right, top = _box_of(page_picture(render(face), 150), (20, 90, 200))
    assert (right - left, top - bottom) == pytest.approx((25, 35), abs=0.6)


def test_photo_that_is_no_jpeg_is_refused() -> None:
    for wrong in (b"", b"GIF89a", make_photo()[:100]):
        with pytest.raises(TemplatesError) as refusal:
            render(make_face(photo_jpeg=wrong))
        assert refusal.value.code == "photo_not_jpeg"


def test_the_seal_is_seen_in_its_place_on_pages_that_get_one() -> None:
    face = make_face()
    picture = seal_drawing(BARE, face.body_name, sample=False, diameter_mm=LAYOUT.seal.diameter_mm)
    space = SealSpace(contents_bytes=64, signer_name="某某", picture=picture)
    sealed = CertificatePrinter(BARE, space).render(face, SEALED_AT).filled(bytes(64))[0]
    assert _seal_red(page_picture(render(face), 100)) == 0
    assert _seal_red(page_picture(sealed, 100)) > 500


def test_over_long_texts_are_refused_by_field() -> None:
    face = make_face(holder_name="国" * 60, body_name="司" * 60, specialty="保" * 80)
    problems = CertificatePrinter(BARE).check_fit(face)
    assert [(p.field, p.code) for p in problems] == [
        (Field.HOLDER_NAME, "too_long"),
        (Field.SPECIALTY, "too_long"),
        (Field.BODY_NAME, "too_long"),
    ]
    assert "国国" not in problems[0].text.zh
    with pytest.raises(TemplatesError):
        render(face)


def test_unprintable_character_is_refused_by_field() -> None:
    face = make_face(holder_name="王𠀀")
    [problem] = CertificatePrinter(BARE).check_fit(face)
    assert (problem.field, problem.code) == (Field.HOLDER_NAME, "character_missing")
    assert "U+20000" in problem.text.zh
    assert "fonts-hanazono" in problem.text.en


PRINTER = CertificatePrinter(BARE)


@settings(max_examples=60, deadline=None)
@given(
    holder_name=st.text("国一龘·A ", min_size=1, max_size=40).filter(str.strip),
    body_name=st.text("司（）", min_size=1, max_size=45),
    specialty=st.text("保-", min_size=1, max_size=60),
)
def test_what_fits_stays_in_its_room(holder_name: str, body_name: str, specialty: str) -> None:
    face = make_face(holder_name=holder_name, body_name=body_name, specialty=specialty)
    refused = {problem.field for problem in PRINTER.check_fit(face)}
    kept = _without(face, refused)
    for left, bottom, right, top in _text_boxes(draw(PRINTER, kept)):
        assert left >= LAYOUT.foot.left_mm - 1
        assert right <= LAYOUT.foot.right_mm + 1
        assert bottom >= 20
        assert top <= 275


def test_forty_characters_always_fit_where_the_issue_asks_for_it() -> None:
    face = make_face(holder_name="国" * 40, body_name="司" * 40)
    assert CertificatePrinter(BARE).check_fit(face) == ()


def _without(face: CertificateFace, refused: set[Field]) -> CertificateFace:
    if Field.BODY_NAME in refused:
        face = replace(face, body_name="司")
    if Field.SPECIALTY in refused:
        face = replace(face, specialty=None)
    return replace(face, holder_name="国") if Field.HOLDER_NAME in refused else face


def _text_boxes(pdf: bytes) -> list[tuple[float, float, float, float]]:
    """The boxes of all text on the page, in millimetres."""
    document = pypdfium2.PdfDocument(pdf)
    text = document[0].get_textpage()
    boxes = [text.get_rect(index) for index in range(text.count_rects())]
    document.close()
    return [tuple(edge / POINTS_PER_MM for edge in box) for box in boxes]


def _plain_photo(colour: tuple[int, int, int], width: int, height: int) -> bytes:
    output = BytesIO()
    Image.new("RGB", (width, height), colour).save(output, "JPEG", quality=95)
    return output.getvalue()


def _box_of(
    picture: Image.Image, colour: tuple[int, int, int]
) -> tuple[float, float, float, float]:
    """The box of all pixels near a colour: left, bottom, right, top in millimetres."""
    bands = picture.split()
    masks = [
        band.point(lambda value, wanted=wanted: 255 if abs(value - wanted) < 12 else 0)
        for band, wanted in zip(bands, colour, strict=True)
    ]
    merged = Image.merge("RGB", masks).convert("L").point(lambda value: 255 if value > 250 else 0)
    found = merged.getbbox()
    assert found is not None
    left, top, right, bottom = found
    pixel_mm = 210 / picture.width
    height = picture.height
    return (
        left * pixel_mm,
        (height - bottom) * pixel_mm,
        right * pixel_mm,
        (height - top) * pixel_mm,
    )


def _seal_red(picture: Image.Image) -> int:
    """How many strongly red pixels stand where the seal belongs."""
    scale = picture.width / 210
    x, y = LAYOUT.seal.middle_mm
    radius = LAYOUT.seal.diameter_mm / 2
    left, top = (x - radius) * scale, (297 - y - radius) * scale
    crop = picture.crop((left, top, left + 2 * radius * scale, top + 2 * radius * scale))
    pixels = crop.tobytes()
    triples = zip(pixels[0::3], pixels[1::3], pixels[2::3], strict=True)
    return sum(1 for r, g, b in triples if r > 180 and g < 90 and b < 90)

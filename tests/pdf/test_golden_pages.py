"""The pages look exactly as the golden pictures show; a fault is told by place and number."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from codes.documents import DocumentType
from tests.pdf.golden_pages import (
    FOLDER,
    PAGES,
    GoldenPage,
    drawn,
    encode_golden,
    inspect_golden,
)

MOST_BYTES = 250_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_is_its_golden_picture_to_the_pixel(page: GoldenPage) -> None:
    assert inspect_golden(page.name, drawn(page)) is None


def test_every_golden_picture_has_its_page_and_is_small() -> None:
    pictures = list(FOLDER.glob("*.png"))
    assert {picture.stem for picture in pictures} == {page.name for page in PAGES}
    assert len({page.name for page in PAGES}) == len(PAGES)
    assert max(picture.stat().st_size for picture in pictures) <= MOST_BYTES


def test_every_type_of_document_is_on_a_golden_page() -> None:
    shown = {page.face.get("document_type", DocumentType.RESIDENT_ID) for page in PAGES}
    assert shown == set(DocumentType)


def test_one_changed_pixel_is_found_and_shown(tmp_path: Path) -> None:
    golden = _picture()
    (tmp_path / "page.png").write_bytes(encode_golden(golden))
    assert _inspect(golden, tmp_path) is None
    golden.putpixel((7, 9), (255, 0, 0))
    assert "1 of 1200 pixels differ" in (_inspect(golden, tmp_path) or "")
    with Image.open(tmp_path / "faults" / "page-difference.png") as shown:
        assert shown.getpixel((7, 9)) == (220, 0, 0)
        assert shown.getpixel((8, 9)) != (220, 0, 0)
    assert (tmp_path / "faults" / "page-now.png").is_file()


def test_a_shade_too_fine_for_the_picture_is_found_all_the_same(tmp_path: Path) -> None:
    golden = _picture()
    (tmp_path / "page.png").write_bytes(encode_golden(golden))
    golden.putpixel((7, 9), (254, 255, 255))
    assert "shades differ" in (_inspect(golden, tmp_path) or "")


def test_another_size_and_a_missing_picture_are_told(tmp_path: Path) -> None:
    golden = _picture()
    assert "make golden" in (_inspect(golden, tmp_path) or "")
    (tmp_path / "page.png").write_bytes(encode_golden(golden))
    assert "(41, 30) pixels" in (_inspect(golden.resize((41, 30)), tmp_path) or "")


def _picture() -> Image.Image:
    picture = Image.new("RGB", (40, 30), "white")
    ImageDraw.Draw(picture).line((0, 0, 39, 29), fill=(158, 31, 35))
    return picture


def _inspect(picture: Image.Image, folder: Path) -> str | None:
    return inspect_golden("page", picture, folder=folder, faults=folder / "faults")

"""Which hosts of QR codes and which pictures count as shared between suspect papers."""

from __future__ import annotations

import json
from io import BytesIO
from itertools import combinations

import pypdfium2
import pytest
from PIL import Image

from codes.documents import Sex
from issuer.sample_photos import paint_portrait
from tests.verifier.world import key_document
from verifier.cases.clusters import NEAR_SIGNS
from verifier.cases.marks import host_marks
from verifier.cases.marks_child import dhash, handle

HOST = "yz.example.cn"


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        (f"https://{HOST}/q#1", []),
        (f"https://{HOST}:443/q#1", []),
        (f"https://{HOST}\\.evil.example/q#1", []),
        (f"https://evil.example\\@{HOST}/q#1", ["evil.example"]),
        (f"https://{HOST}@evil.example/q#1", ["evil.example"]),
        ("https:\\\\evil.example/", ["evil.example"]),
        ("evil.example/q", []),
        ("weixin://evil.example", []),
        ("https://[::1", []),
    ],
)
def test_the_host_a_browser_would_open_is_what_papers_share(text: str, hosts: list[str]) -> None:
    assert [one.value for one in host_marks([text], key_document())] == hosts


def test_a_picture_inside_is_known_again_when_saved_anew_and_others_are_not() -> None:
    portraits = [
        paint_portrait(seed=seed, sex=(Sex.MALE, Sex.FEMALE)[seed % 2], birth_year=1960 + seed)
        for seed in range(24)
    ]
    hashes = [signs(one) for one in portraits]
    copies = [
        (signs(saved(one, share, quality)) ^ here).bit_count()
        for one, here in zip(portraits, hashes, strict=True)
        for share, quality in ((1.0, 40), (0.6, 60), (1.5, 75))
    ]
    others = [(one ^ other).bit_count() for one, other in combinations(hashes, 2)]
    assert sum(apart <= NEAR_SIGNS for apart in copies) > 0.8 * len(copies)
    assert sum(apart <= NEAR_SIGNS for apart in others) < 0.06 * len(others)


@pytest.mark.parametrize(("share", "compared"), [(0.3, True), (0.95, False)])
def test_a_picture_as_large_as_its_page_is_a_scan_and_not_compared_by_look(
    share: float, compared: bool
) -> None:
    picture = paint_portrait(seed=1, sex=Sex.MALE, birth_year=1980)
    told = json.loads(handle(pdf_with(picture, share)))
    (image,) = told["images"]
    assert (image["looks"] is not None, len(image["sha256"])) == (compared, 64)
    assert "whole" not in told


def pdf_with(picture: Image.Image, share: float) -> bytes:
    """A page with one picture that covers a share of it."""
    document, output = pypdfium2.PdfDocument.new(), BytesIO()
    page, image = document.new_page(295, 413), pypdfium2.PdfImage.new(document)
    image.set_bitmap(pypdfium2.PdfBitmap.from_pil(picture))
    side = share**0.5
    image.set_matrix(pypdfium2.PdfMatrix().scale(295 * side, 413 * side))
    page.insert_obj(image)
    page.gen_content()
    document.save(output)
    return output.getvalue()


def signs(picture: Image.Image) -> int:
    """The signs of a picture as one number."""
    found = dhash(picture)
    assert found is not None
    return int(found, 16)


def saved(picture: Image.Image, share: float, quality: int) -> Image.Image:
    """A picture resized and saved anew."""
    output = BytesIO()
    size = round(picture.width * share), round(picture.height * share)
    picture.resize(size).save(output, "JPEG", quality=quality)
    return Image.open(output)

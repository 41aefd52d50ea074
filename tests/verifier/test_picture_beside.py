"""What a picture has beside the page's own print: text, codes and seals of others."""

from __future__ import annotations

import json
from io import BytesIO

import cv2
import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from tests.forgery.papers import serif_font
from verifier.document_child import handle
from verifier.picture_align import Laid
from verifier.picture_elsewhere import Elsewhere, judge_elsewhere
from verifier.picture_lights import lights_of
from verifier.picture_outside import look_outside
from verifier.picture_page import Finder
from verifier.picture_reference import Box, Pixels, Reference
from verifier.picture_surplus import surplus_red
from verifier.picture_symbol import code_not_in_place
from verifier.picture_words import Reader
from verifier.questions import Question, Task, pack

SIDE = 900
INK, RED, ORANGE = (27, 23, 20), (200, 40, 40), (255, 120, 0)
FIXED: tuple[Box, ...] = ((60, 60, 460, 112),)


def issued_page() -> Image.Image:
    """Return a page with one line of print and a band of ornament."""
    sheet = Image.new("RGB", (SIDE, SIDE), (250, 250, 250))
    draw = ImageDraw.Draw(sheet)
    draw.text((60, 60), "职业技能等级证书", INK, serif_font(50))
    for at in range(0, SIDE, 12):
        draw.rectangle((at, 780, at + 5, 850), fill=(90, 20, 20))
    return sheet


def written(text: str, at: tuple[int, int], ink: tuple[int, int, int], turn: int = 0) -> Pixels:
    """Return that page with a line more, turned by so many degrees about its middle."""
    sheet = issued_page()
    mask = Image.new("L", sheet.size)
    ImageDraw.Draw(mask).text(at, text, 255, serif_font(40), anchor="mm")
    mask = mask.rotate(turn, center=at)
    sheet.paste(Image.new("RGB", sheet.size, ink), (0, 0), mask)
    return np.asarray(sheet)


def laid_flat(colours: Pixels, side: int = SIDE) -> Laid:
    across, down = np.meshgrid(np.arange(side, dtype=np.float32), np.arange(side, dtype=np.float32))
    inside = np.ones(across.shape, np.bool_)
    return Laid(colours=colours[:side, :side], inside=inside, scale=1.0, x=across, y=down)


def rest_of(colours: Pixels, issued: Pixels | None = None, seal: Box | None = None) -> Elsewhere:
    own = np.asarray(issued_page()) if issued is None else issued
    reference = Reference(colours=own, values={}, photo=None, fixed=FIXED, seal=seal)
    page, lights = lights_of(own), lights_of(colours)
    red = surplus_red(reference, page, lights)
    return judge_elsewhere(reference, page, laid_flat(colours), lights, red, Finder(), Reader())


def test_of_the_page_as_issued_nothing_is_said() -> None:
    assert rest_of(np.asarray(issued_page())) == Elsewhere(differs=(), unclear=())


@pytest.mark.parametrize("ink", [RED, ORANGE])
def test_a_line_in_red_cannot_be_told_wherever_it_stands(ink: tuple[int, int, int]) -> None:
    assert rest_of(written("复核晋升为一级高级技师", (450, 400), ink)).unclear


@pytest.mark.parametrize("turn", [90, 270, 45])
def test_a_line_that_stands_on_its_side_is_read(turn: int) -> None:
    assert rest_of(written("一级高级技师特批", (600, 450), INK, turn)).differs


def test_a_line_over_an_ornament_is_read() -> None:
    sheet = issued_page()
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((200, 780, 700, 850), fill="white")
    draw.text((450, 815), "国家职业资格一级", INK, serif_font(44), anchor="mm")
    assert rest_of(np.asarray(sheet)).differs


def sealed(body: str) -> tuple[Pixels, Box]:
    """Return the page with a seal that has a body's name in its ring."""
    sheet, middle, reach = issued_page(), (450, 450), 165
    box = (450 - reach, 450 - reach, 450 + reach, 450 + reach)
    draw = ImageDraw.Draw(sheet)
    draw.ellipse(box, outline=(225, 60, 50), width=8)
    draw.text(middle, "★", (225, 60, 50), serif_font(90), anchor="mm")
    for at, sign in enumerate(body):
        angle = np.radians(-210 + at * 240 / (len(body) - 1))
        mask = Image.new("L", (60, 60))
        ImageDraw.Draw(mask).text((30, 30), sign, 255, serif_font(38), anchor="mm")
        place = (int(420 + 125 * np.cos(angle)), int(420 + 125 * np.sin(angle)))
        turned = mask.rotate(-(float(np.degrees(angle)) + 90))
        sheet.paste(Image.new("RGB", (60, 60), (225, 60, 50)), place, turned)
    return np.asarray(sheet), box


def test_another_body_in_the_ring_of_a_seal_cannot_be_told() -> None:
    (own, box), (other, _) = sealed("津城样本技能评价中心"), sealed("北京某某鉴定指导机构")
    assert box in rest_of(other, own, box).unclear
    worn = np.asarray(cv2.GaussianBlur(own, (0, 0), 1.5), np.uint8)
    assert rest_of(worn, own, box).unclear == ()


def beside(ground: int, gap: int | None = None, *, cut_after: int = SIDE + 500) -> bool:
    """Return what is said of text to the right of a page on a ground, an edge between or none."""
    sheet = Image.new("RGB", (SIDE + 500, SIDE), (ground,) * 3)
    sheet.paste(issued_page(), (0, 0))
    draw = ImageDraw.Draw(sheet)
    if gap is not None:
        draw.rectangle((SIDE, 0, SIDE + 8, SIDE), fill=(gap,) * 3)
    draw.text((SIDE + 60, 300), "更正为一级高级技师", (20, 20, 20), serif_font(44))
    for top, bottom in ((290, 312), (330, 400)):
        draw.rectangle((cut_after, top, SIDE + 500, bottom), fill=(ground,) * 3)
    colours = np.asarray(sheet)
    return look_outside(colours, laid_flat(colours), Finder(), Reader()).beside


def test_text_beside_a_page_with_no_edge_between_is_told() -> None:
    assert beside(250)


@pytest.mark.parametrize("off", [-16, -8, 0, 8])
def test_text_across_the_edge_of_the_page_is_told(off: int) -> None:
    sheet = Image.new("RGB", (SIDE, SIDE + 300), (250,) * 3)
    sheet.paste(issued_page(), (0, 0))
    draw = ImageDraw.Draw(sheet)
    draw.text((450, SIDE + off), "更正为一级高级技师", INK, serif_font(26), anchor="mm")
    colours = np.asarray(sheet)
    inside = rest_of(colours[:SIDE])
    outside = look_outside(colours, laid_flat(colours), Finder(), Reader())
    assert outside.beside or inside.differs or inside.unclear


def test_text_is_told_also_where_half_of_its_line_cannot_be_read() -> None:
    assert beside(250, cut_after=SIDE + 280)
    assert beside(240)
    assert not beside(150)  # a table, or another paper
    assert not beside(250, gap=120)  # the edge of the page casts a shadow


def code(kind: zxingcpp.BarcodeFormat, text: str) -> Image.Image:
    drawn = zxingcpp.create_barcode(text, kind).to_image(scale=4, add_quiet_zones=True)
    return Image.fromarray(np.asarray(drawn)).convert("RGB")


@pytest.mark.parametrize("kind", ["Aztec", "DataMatrix", "PDF417", "RMQRCode"])
def test_codes_of_other_kinds_are_read_but_are_no_certificates(kind: str) -> None:
    link = "https://evil.example/v"
    sheet = issued_page()
    sheet.paste(code(getattr(zxingcpp.BarcodeFormat, kind), link), (100, 300))
    output = BytesIO()
    sheet.save(output, "PNG")
    asked = Question(task=Task.READ_PICTURE, data=output.getvalue())
    (page,) = json.loads(handle(pack(asked)))["pages"]
    assert (page["symbols"], page["others"]) == ([], [link])


def test_the_code_of_a_certificate_must_lie_in_its_place() -> None:
    qr, aztec = zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Aztec
    own = issued_page()
    own.paste(code(qr, "https://yz.example/q#1234567890"), (100, 300))
    moved = issued_page()
    moved.paste(code(aztec, "https://evil.example/v"), (100, 300))
    hidden = np.asarray(moved)
    moved.paste(code(qr, "https://yz.example/q#1234567890"), (600, 300))
    issued = np.asarray(own)
    assert code_not_in_place(issued, laid_flat(issued), issued) is None
    for colours in (hidden, np.asarray(moved)):
        place = code_not_in_place(colours, laid_flat(colours), issued)
        assert place is not None and 100 <= place[0] < 130 and 300 <= place[1] < 330

"""What is boxed in a picture: QR codes that lead elsewhere in red, what cannot be told in amber."""

from __future__ import annotations

import json
from functools import partial
from io import BytesIO
from typing import Any

import numpy as np
from flask.testing import FlaskClient
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from templates.labels import Field
from tests.forgery.papers import SHEET_DPI, Works
from tests.forgery.raster_edits import paste_symbol
from tests.verifier.test_picture import canvas, codes_of, saved, uploaded
from verifier.picture import compare_picture, read_picture
from verifier.picture_question import PictureQuestion
from verifier.picture_show import draw_boxes
from verifier.service import Verifier
from verifier.verdict import Outcome, Verdict, verdict_to_json
from wsgi import create_public_app

ELSEWHERE = "https://jndj-osta.example.cn/cx?zsbh=1&t=00000000"


def edge_colours(verdict: Verdict, corners: list[list[float]]) -> NDArray[np.int64]:
    """The dots along the upper edge of a box, as the picture shows them."""
    assert verdict.boxed is not None
    with Image.open(BytesIO(verdict.boxed.jpeg)) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(np.int64)
    scale = pixels.shape[1] / verdict.boxed.size[0]
    (x1, y1), (x2, y2) = (np.array(corner) * scale for corner in corners[:2])
    xs, ys = (np.linspace(*ends, 200).round().astype(int) for ends in ((x1, x2), (y1, y2)))
    edge: NDArray[np.int64] = pixels[ys, xs]
    return edge


def test_a_code_that_leads_elsewhere_is_boxed_and_its_host_told(
    works: Works, verifier: Verifier
) -> None:
    edited = canvas(works.papers[0])
    paste_symbol(edited, ELSEWHERE)
    verdict = verifier.verify_file(saved(edited.picture), "IMG.jpg")
    assert {"qr_leads_elsewhere", "picture_by_print"} <= codes_of(verdict)
    boxes = verdict_to_json(verdict)["boxes"]
    (box,) = [one for one in boxes["fields"] if one["field"] == "symbol"]
    colours = edge_colours(verdict, box["corners"])
    assert ((colours[:, 0] > 150) & (colours[:, 1] < 120)).mean() > 0.9
    (told,) = [one for one in verdict.findings if one.code == "qr_leads_elsewhere"]
    assert verdict.box_sign(told) == "① "
    assert not boxes["doubtful"]  # its own place is boxed once


def test_a_code_that_leads_elsewhere_is_boxed_where_nothing_is_on_record(
    works: Works, verifier: Verifier
) -> None:
    other = Image.new("RGB", works.papers[0].sheet().size, "white")
    edited = canvas(works.papers[0])
    paste_symbol(edited, ELSEWHERE)
    box = works.papers[0].symbol_box(quiet_mm=3)
    other.paste(edited.picture.crop(box), box[:2])
    verdict = verifier.verify_file(saved(other), "IMG.jpg")
    assert "qr_leads_elsewhere" in codes_of(verdict)
    assert verdict.boxed is not None
    assert [name for name, _ in verdict.boxed.boxes] == ["symbol"]


def test_what_cannot_be_told_is_in_dashes_of_amber_and_the_page_says_so(
    works: Works, verifier: Verifier
) -> None:
    paper = works.papers[0]
    sheet, dots = paper.sheet(), SHEET_DPI / 72
    glyphs = paper.value_glyphs(Field.HOLDER_NAME)
    top = (paper.size_points[1] - glyphs[0].y - glyphs[0].size) * dots
    left, right = glyphs[0].ink[0] * dots - 8, glyphs[-1].ink[2] * dots + 8
    ImageDraw.Draw(sheet).rectangle((left, top, right, top + 1.4 * glyphs[0].size * dots), "grey")
    picture = saved(sheet)
    verdict = verifier.verify_file(picture, "IMG.jpg")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.boxed is not None and not verdict.boxed.boxes
    boxes = verdict_to_json(verdict)["boxes"]
    assert boxes["fields"] == [] and boxes["doubtful"]
    amber = edge_colours(verdict, boxes["doubtful"][0])
    dashes = ((amber[:, 0] > 150) & (amber[:, 2] < 110)).mean()
    assert 0.2 < dashes < 0.8
    (legend,) = verdict.boxed.legend
    assert "黄色虚线框内不能判断" in legend.zh and "dashes of amber" in legend.en
    app = create_public_app(works.home)
    client: FlaskClient = app.test_client()
    page = client.post("/verify/file", **uploaded(picture)).text
    app.extensions["yanzhen_verifier"].close()
    assert "不能判断之处" in page and "黄色虚线框内不能判断" in page
    assert "红框内" not in page


def test_amber_is_dashed_and_red_is_not() -> None:
    page = np.full((800, 600, 3), 250, np.uint8)
    box = [(100.0, 200.0), (400.0, 200.0), (400.0, 260.0), (100.0, 260.0)]
    shown = np.asarray(Image.open(BytesIO(draw_boxes(page, (), [box]))).convert("RGB"))
    inked = (shown[200, 100:400, 2] < 120).mean()
    assert 0.3 < inked < 0.7


def test_a_question_goes_to_the_child_and_back_with_its_codes() -> None:
    asked = PictureQuestion(is_pdf=True, page=3, file=b"f", issued=b"i", codes=("一", "https://a"))
    assert PictureQuestion.decode(asked.encode()) == asked


def test_a_picture_without_a_record_is_believed_in_bounds() -> None:
    corners = [[0, 0], [9, 0], [9, 9], [0, 9]]
    told = {"lines": [], "size": [10, 10], "shown": "/9j/", "codes": [corners], "doubtful": []}
    claims = read_picture(b"f", 0, ("x",), lambda _: json.dumps(told).encode())
    assert claims.boxed is not None and claims.boxed.boxes[0][0] == "symbol"
    changes: tuple[dict[str, Any], ...] = (
        {"size": [0, 10]},
        {"shown": ""},
        {"codes": 7},
        {"codes": []},
    )
    for change in changes:
        answer = json.dumps({**told, **change}).encode()
        assert read_picture(b"f", 0, ("x",), partial(_say, answer)).boxed is None
    question = PictureQuestion(is_pdf=False, page=0, file=b"f", issued=b"i")
    apart = json.dumps({**told, "aligned": False}).encode()
    reading = compare_picture(question, lambda _: apart)
    assert reading is not None and reading.boxed is not None


def _say(answer: bytes, _: bytes) -> bytes:
    return answer

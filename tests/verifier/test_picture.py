"""Pictures of certificates: what agrees, what differs and where, and what cannot be told."""

from __future__ import annotations

import base64
import json
import random
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from PIL import Image, ImageChops, ImageDraw
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from codes.wording import Language
from templates.labels import Field
from tests.forgery.papers import SHEET_DPI, Paper, Works, serif_font
from tests.forgery.raster_edits import Canvas, Hand, remove_symbol, replace_photo, rewrite
from tests.forgery.wear import wears_of
from verifier.issued_pages import NO_PAGES
from verifier.opening import open_verifier
from verifier.picture import Decision, compare_picture, picture_comparer
from verifier.picture_question import PictureQuestion
from verifier.picture_show import draw_boxes
from verifier.printed import PHOTO_AS_ISSUED, PHOTO_NOT_AS_ISSUED
from verifier.service import Verifier
from verifier.show import show_verdict
from verifier.site.present import shown_findings
from verifier.verdict import Outcome, Verdict, verdict_to_json
from wsgi import cli, create_public_app

COMPARED = 12


def canvas(paper: Paper) -> Canvas:
    return Canvas(paper, paper.sheet(), Hand.A, random.Random(7))


def photographed(sheet: Image.Image, wear: str = "perspective") -> Image.Image:
    picture = wears_of(Hand.A)[wear](sheet, np.random.default_rng(11))
    picture.thumbnail((1600, 1600))  # a chat app's
    return picture


def saved(picture: Image.Image, kind: str = "JPEG") -> bytes:
    output = BytesIO()
    picture.save(output, kind, quality=80)
    return output.getvalue()


def uploaded(picture: bytes) -> dict[str, Any]:
    """Return what posts a picture as a form does; of big ones the test client leaves files open."""
    boundary, body = encode_multipart({"file": FileStorage(BytesIO(picture), "IMG.jpg")})
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


def fields_with(verdict: Verdict, code: str) -> set[str]:
    return {one.evidence["field"] for one in verdict.findings if one.code == code}


def codes_of(verdict: Verdict) -> set[str]:
    return {one.code for one in verdict.findings}


def test_a_photograph_of_the_paper_as_issued_is_valid(works: Works, verifier: Verifier) -> None:
    picture = saved(photographed(works.papers[0].sheet()))
    verdict = verifier.verify_file(picture, "IMG_1.jpg")
    assert verdict.outcome is Outcome.VALID
    assert len(fields_with(verdict, "picture_field_agrees")) == COMPARED
    assert fields_with(verdict, "photo_agrees") == {"photo"}
    assert verdict.boxed is None
    assert verdict_to_json(verdict)["boxes"] is None


def test_what_a_picture_does_not_show_of_the_page_is_said(works: Works, verifier: Verifier) -> None:
    sheet = works.papers[0].sheet()
    assert "picture_part_missing" not in codes_of(verifier.verify_file(saved(sheet), "a.jpg"))
    below_title = sheet.crop((0, sheet.height * 3 // 10, *sheet.size))
    verdict = verifier.verify_file(saved(below_title), "a.jpg")
    (missing,) = [one for one in verdict.findings if one.code == "picture_part_missing"]
    assert missing.evidence["sides"] == "top"
    assert "上部所印的内容" in missing.text.zh


def test_a_heic_photograph_is_read_and_compared(works: Works, verifier: Verifier) -> None:
    output = BytesIO()
    picture = photographed(works.papers[1].sheet(), "clean")
    pillow_heif.from_pillow(picture).save(output, quality=80, enc_params={"preset": "ultrafast"})
    verdict = verifier.verify_file(output.getvalue(), "IMG_2.HEIC")
    assert verdict.outcome is Outcome.VALID


def test_altered_name_and_photo_are_named_and_boxed(works: Works, verifier: Verifier) -> None:
    paper = works.papers[0]
    edited = canvas(paper)
    rewrite(edited, Field.HOLDER_NAME, "高文博")
    replace_photo(edited)
    picture = photographed(edited.picture)
    verdict = verifier.verify_file(saved(picture), "IMG_3.jpg")
    assert verdict.outcome is Outcome.ALTERED
    assert fields_with(verdict, "field_differs") == {"holder_name"}
    assert fields_with(verdict, "photo_differs") == {"photo"}
    assert verdict.certificate is not None
    assert verdict.certificate.photo == PHOTO_NOT_AS_ISSUED
    (told,) = [one.evidence for one in verdict.findings if one.code == "field_differs"]
    assert (told["printed"], told["record"]) == ("高文博", paper.face.holder_name)
    boxes = verdict_to_json(verdict)["boxes"]
    assert (boxes["width"], boxes["height"]) == picture.size
    assert [one["field"] for one in boxes["fields"]] == ["holder_name", "photo"]
    assert verdict.boxed is not None
    shown = Image.open(BytesIO(verdict.boxed.jpeg)).convert("RGB")
    assert shown.size == picture.size
    told_on_terminal = show_verdict(verdict, Language.ZH)
    assert "① " in told_on_terminal and "② " in told_on_terminal
    assert any("① " in one.text.zh for one in shown_findings(verdict))
    scale = shown.width / picture.width
    for one in boxes["fields"]:
        (x1, y1), _, (x2, y2), _ = one["corners"]
        assert 0 < x1 < x2 < picture.width and 0 < y1 < y2 < picture.height
        red, green, blue = shown.getpixel((round((x1 + x2) / 2 * scale), round(y1 * scale)))  # type: ignore[misc]  # RGB
        assert red > 130 > max(green, blue)


def test_the_number_of_a_box_covers_nothing_printed_nor_another_number() -> None:
    page = np.full((2339, 1654, 3), 250, np.uint8)
    for top in range(300, 1500, 60):  # lines of print, the last sign of one of them changed
        page[top : top + 30, 200:1400] = 20
    boxes = [[(1300, 620), (1400, 620), (1400, 650), (1300, 650)]] * 2
    before = page.copy()
    encoded = draw_boxes(page, [[(x, y) for x, y in box] for box in boxes])
    shown = np.array(Image.open(BytesIO(encoded)).convert("RGB")).astype(int)
    assert shown.shape == before.shape
    filled = (shown[:, :, 0] > 200) & (shown[:, :, 1] < 90)
    covered = filled & (before[:, :, 0] == 20)
    assert covered.sum() < 2500  # the frames and thin lines alone
    assert filled[:, 1405:].sum() > 1000 or filled[:, :195].sum() > 1000


def test_the_line_from_a_box_to_its_number_crosses_no_other_print() -> None:
    page = np.full((1400, 1000, 3), 245, np.uint8)
    for top, high in ((365, 6), (455, 6), (480, 30), (560, 30)):  # rules, and two more values
        page[top : top + high, 300:900] = 20
    page[425:431, 470:900] = 20  # the rule under the value goes on right of it
    page[400:430, 100:280] = 20
    box = [(300.0, 400.0), (460.0, 400.0), (460.0, 430.0), (300.0, 430.0)]
    encoded = draw_boxes(page, [box])
    shown = np.array(Image.open(BytesIO(encoded)).convert("RGB")).astype(int)
    red = (shown[:, :, 0] > 150) & (shown[:, :, 1] < 120)
    assert red[390:440, 470:].sum() > 300
    assert not (red & (page[:, :, 0] == 20)).any()


def test_a_red_stamp_beside_and_over_the_name_is_not_read_into_it(
    works: Works, verifier: Verifier
) -> None:
    paper = works.papers[0]
    sheet, dots = paper.sheet(), SHEET_DPI / 72
    last = paper.value_glyphs(Field.HOLDER_NAME)[-1]
    at = (last.ink[0] * dots, (paper.size_points[1] - last.y) * dots)
    mask = Image.new("L", sheet.size)
    font = serif_font(round(last.size * dots))
    ImageDraw.Draw(mask).text(at, "与原件核对无误", fill=190, font=font, anchor="ls")
    red = ImageChops.multiply(sheet, Image.new("RGB", sheet.size, (214, 48, 60)))
    verdict = verifier.verify_file(saved(Image.composite(red, sheet, mask)), "IMG_8.jpg")
    assert fields_with(verdict, "field_differs") == set()
    assert "holder_name" in fields_with(verdict, "picture_field_agrees")


def test_a_flattened_file_with_another_document_number_is_named(
    works: Works, verifier: Verifier
) -> None:
    paper = works.papers[0]
    edited = canvas(paper)
    number = paper.face.document_number
    rewrite(
        edited, Field.DOCUMENT_NUMBER, number[:10] + str((int(number[10]) + 3) % 10) + number[11:]
    )
    verdict = verifier.verify_file(saved(edited.picture, "PDF"), "scan.pdf")
    assert verdict.outcome is Outcome.ALTERED
    assert fields_with(verdict, "field_differs") == {"document_number"}
    (told,) = [one.evidence for one in verdict.findings if one.code == "field_differs"]
    assert "*" in told["record"]


def test_the_print_is_judged_where_the_code_was_removed(works: Works, verifier: Verifier) -> None:
    edited = canvas(works.papers[0])
    remove_symbol(edited)
    verdict = verifier.verify_file(saved(photographed(edited.picture)), "IMG_4.jpg")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert {"qr_not_found", "picture_by_print", "photo_agrees"} <= codes_of(verdict)
    assert verdict.certificate is not None
    assert verdict.certificate.photo == PHOTO_AS_ISSUED
    assert len(fields_with(verdict, "picture_field_agrees")) == COMPARED


def test_another_name_without_a_code_is_found_by_document_number_and_the_true_one_masked(
    works: Works, verifier: Verifier
) -> None:
    paper = works.papers[0]
    edited = canvas(paper)
    remove_symbol(edited)
    rewrite(edited, Field.HOLDER_NAME, "高文博")
    verdict = verifier.verify_file(saved(photographed(edited.picture)), "IMG_5.jpg")
    assert verdict.outcome is Outcome.ALTERED
    assert fields_with(verdict, "field_differs") == {"holder_name"}
    assert paper.face.holder_name not in json.dumps(verdict_to_json(verdict), ensure_ascii=False)


def test_a_code_on_another_paper_is_not_taken_for_the_certificate(
    works: Works, verifier: Verifier
) -> None:
    sheet = works.papers[0].sheet()
    box = works.papers[0].symbol_box(quiet_mm=3)
    other = Image.new("RGB", sheet.size, "white")
    other.paste(sheet.crop(box), box[:2])
    verdict = verifier.verify_file(saved(other), "IMG_6.jpg")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "picture_not_aligned" in codes_of(verdict)


def test_without_the_page_as_issued_a_picture_is_left_to_the_eye(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_verifier(works.home)
    monkeypatch.setattr(opened._readers, "_issued_pages", NO_PAGES)
    try:
        verdict = opened.verify_file(saved(works.papers[0].sheet()), "IMG_7.jpg")
    finally:
        opened.close()
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "picture_not_compared" in codes_of(verdict)


def test_the_site_shows_the_boxed_picture_and_the_command_line_writes_it(
    works: Works, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = canvas(works.papers[0])
    rewrite(edited, Field.HOLDER_NAME, "高文博")
    picture = saved(photographed(edited.picture))
    app = create_public_app(works.home)
    client: FlaskClient = app.test_client()
    page = client.post("/verify/file", **uploaded(picture))
    app.extensions["yanzhen_verifier"].close()
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]
    assert "no-store" in page.headers["Cache-Control"]
    encoded = page.text.partition("data:image/jpeg;base64,")[2].partition('"')[0]
    assert Image.open(BytesIO(base64.b64decode(encoded))).format == "JPEG"
    assert "高文博" in page.text
    around = re.search(r'class="cut" viewBox="(\d+) (\d+) (\d+) (\d+)"', page.text)
    assert around is not None and page.text.count("data:image/jpeg") == 1  # the same, enlarged
    left, top, wide, high = map(int, around.groups())
    assert 3 * high <= wide + 3 and left + wide <= edited.picture.width * 1.2 and top > 0
    path, boxes = tmp_path / "IMG.jpg", tmp_path / "boxes.jpg"
    path.write_bytes(picture)
    monkeypatch.setenv("YANZHEN_HOME", str(works.home.path))
    done = CliRunner().invoke(cli, ["verify", "file", str(path), "--boxes", str(boxes)])
    assert done.exit_code == 1, done.output
    assert boxes.read_bytes().startswith(b"\xff\xd8\xff")
    assert "红框内与登记内容不符" in done.output


def test_the_process_that_reads_print_leaves_nothing_and_tells_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # where the engine keeps what it would send
    with picture_comparer() as child:
        child.ask(QUESTION.encode())
        assert list(tmp_path.iterdir()) == []


def seen(**changes: Any) -> dict[str, Any]:
    corner = [[0, 0], [9, 0], [9, 9], [0, 9]]
    answer = {"field": "level", "decision": "differs", "read": "一级", "confidence": 0.9}
    return {**answer, "why": None, "outline": corner, **changes}


def answer_of(*fields: object, **changes: Any) -> bytes:
    whole = {"aligned": True, "size": [10, 10], "fields": list(fields), "shown": "/9j/"}
    whole |= {"codes": [], "doubtful": []}
    whole["elsewhere"] = {
        "differs": [],
        "unclear": [],
        "papers": False,
        "beside": False,
        "missing": [],
    }
    return json.dumps({**whole, **changes}).encode()


QUESTION = PictureQuestion(is_pdf=False, page=0, file=b"f", issued=b"i")


def test_a_sound_answer_of_the_child_is_taken() -> None:
    reading = compare_picture(QUESTION, lambda _: answer_of(seen()))
    assert reading is not None and reading.boxed is not None
    assert reading.fields["level"].decision is Decision.DIFFERS


@pytest.mark.parametrize(
    "changes",
    [
        {"field": "remark"},
        {"field": ["level"]},
        {"decision": "valid"},
        {"confidence": 7},
        {"read": 7},
        {"why": "magic"},
        {"outline": [[0, 0]]},
        {"outline": [[0, 0], [1e99, 0], [9, 9], [0, 9]]},
        {"outline": [["0", 0], [9, 0], [9, 9], [0, 9]]},
    ],
)
def test_a_field_out_of_bounds_is_not_believed(changes: dict[str, Any]) -> None:
    reading = compare_picture(QUESTION, lambda _: answer_of(seen(**changes)))
    assert reading is not None
    assert not reading.fields


def test_what_differs_elsewhere_counts_even_where_its_outline_is_out_of_bounds() -> None:
    rest = {"differs": [[[0, 0]]], "unclear": ["x"], "papers": True, "beside": False, "missing": []}
    reading = compare_picture(QUESTION, lambda _: answer_of(elsewhere=rest))
    assert reading is not None and reading.papers
    assert [len(part) for part in reading.elsewhere] == [1, 1]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b'{"aligned": 1}',
        b'{"fault": "file_unreadable"}',
        answer_of(seen(), size=[0, 5]),
        answer_of(seen(), elsewhere=None),
        answer_of(
            seen(),
            elsewhere={"differs": [], "unclear": [], "papers": 0, "beside": False, "missing": []},
        ),
        answer_of(seen(), shown="%%%"),
    ],
)
def test_an_answer_out_of_bounds_is_no_comparison(answer: bytes) -> None:
    assert compare_picture(QUESTION, lambda _: answer) is None


def test_only_a_jpeg_is_shown_and_the_question_is_read_back() -> None:
    shown = base64.b64encode(b"<svg onload=alert(1)>").decode()
    reading = compare_picture(QUESTION, lambda _: answer_of(seen(), shown=shown))
    assert reading is not None and reading.boxed is None
    assert PictureQuestion.decode(QUESTION.encode()) == QUESTION

"""What a report shows: its page in one language, what is altered, its picture and its seal."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pypdfium2
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from templates.labels import Field
from tests.sealer.report_homes import ReportHome
from tests.verifier.edits import marked, redacted, value_mark


def test_the_page_of_a_report_speaks_one_language(
    desk: ReportHome,
) -> None:
    ticket = desk.ask_report(desk.upload("/verify/file", desk.pdf))
    assert desk.seal() == 1
    form = {"number": ticket.number, "code": ticket.code}
    page = desk.client.post("/report", data=form).text
    for words in ("证书文件（PDF 或图片）</span>", f"{len(desk.pdf)} 字节</span>"):
        assert words in page
    for words in ("a file, PDF or picture", "bytes", "November 2026", "Resident identity card"):
        assert words not in page
    assert f'<span class="value code">{desk.number}</span>' in page
    assert re.search(r'<th scope="row">照片</th><td><span class="note">', page)
    english = desk.client.post("/report?lang=en", data=form).text
    assert f"{len(desk.pdf)} bytes</span>" in english
    assert "字节" not in english


def test_the_page_of_a_report_says_what_was_printed_and_what_is_on_record(
    desk: ReportHome,
) -> None:
    altered = marked(redacted(desk.pdf, Field.LEVEL), value_mark(Field.LEVEL, "一级/高级技师"))
    ticket = desk.ask_report(desk.upload("/verify/file", altered))
    assert desk.seal() == 1
    form = {"number": ticket.number, "code": ticket.code}
    page = desk.client.post("/report", data=form).text
    assert "所印为“一级/高级技师”，登记为“三级/高级工”。" in page
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', page)
    level = next(cell for label, cell in rows if label == "职业技能等级")
    assert 'class="compared tone-bad"' in level and "文件所印：一级/高级技师" in level
    name = next(cell for label, cell in rows if label == "姓名")
    assert 'class="compared tone-good"' in name
    pdf, written = desk.files(ticket)
    first, *others = json.loads(written)["report"]["verdict"]["findings"]
    assert first["evidence"]["field"] == "level" and first["decides"]
    assert not any(one["decides"] for one in others)
    with pypdfium2.PdfDocument(pdf) as document:
        text = "".join(document[0].get_textpage().get_text_range().split())
    conclusion = text[text.index("查验结论") : text.index("登记记录的状态")]
    assert "职业技能等级" in conclusion and "登记为“三级/高级工”" in conclusion


def test_a_report_on_a_picture_enlarges_what_is_altered_and_seals_beside_its_last_words(
    desk: ReportHome,
) -> None:
    altered = marked(redacted(desk.pdf, Field.LEVEL), value_mark(Field.LEVEL, "一级/高级技师"))
    output = BytesIO()
    with pypdfium2.PdfDocument(altered) as document:
        drawn = document[0].render(scale=150 / 72)
        drawn.to_pil().convert("RGB").save(output, "JPEG", quality=60)
        drawn.close()
    assert len(output.getvalue()) < 480 << 10  # of big ones the test client leaves files open
    ticket = desk.ask_report(desk.upload("/verify/file", output.getvalue(), "a.jpg"))
    assert desk.seal() == 1
    pdf, _ = desk.files(ticket)
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
        seen = [
            [one.get_bounds() for one in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE])]
            for page in document
        ]
    (shown,) = [pictures for pictures in seen if pictures]
    assert len(shown) == 2  # the picture and one field of it
    (legend,) = [page for page in pages if "红框内与登记内容不符" in page]
    assert "the numbers are those of the list" in " ".join(legend.split())  # on one sheet
    assert shown[0][3] - shown[0][1] > 240  # points: a third of the page high
    assert "登记内容：三级/高级工" in "".join(pages)
    assert "[1] " in "".join(pages)
    checks = "".join(pages).partition("逐项查验情况")[2]
    assert "登记记录的状态：现行有效。" in checks  # never as confirmed of an altered paper
    assert "confidence" not in checks
    assert "本报告的核对办法" in pages[-1]  # whole, on the sheet with the seal


def test_the_first_sheet_of_a_report_on_a_picture_is_filled(desk: ReportHome) -> None:
    """What stands after the picture goes before it where the picture needs another sheet."""
    output = BytesIO()
    with pypdfium2.PdfDocument(desk.pdf) as document:
        document[0].render(scale=1).to_pil().convert("RGB").save(output, "JPEG", quality=60)
    ticket = desk.ask_report(desk.upload("/verify/file", output.getvalue(), "a.jpg"))
    assert desk.seal() == 1
    pdf, _ = desk.files(ticket)
    with pypdfium2.PdfDocument(pdf) as document:
        *sheets, _ = document
        for sheet in sheets:
            places = [one.get_bounds() for one in sheet.get_objects()]
            lowest = min(bottom for _, bottom, _, _ in places if bottom > 24 / 25.4 * 72)
            assert lowest < 200, "a third of the sheet is bare"


def test_the_form_that_checks_a_report_says_what_is_wrong_with_the_file(desk: ReportHome) -> None:
    """What is chosen is told from nothing, and its own limit is named."""
    files = {
        "请选择查验报告的 PDF 或 JSON 原文件": None,
        "所选文件是空的": b"",
        "超过 4 MB，不是查验报告": bytes(11 << 20),
        "这个文件不是查验报告": b"{}",
    }
    for said, data in files.items():
        form = {} if data is None else {"file": FileStorage(BytesIO(data), "报告.pdf")}
        boundary, body = encode_multipart(form)  # of big ones the test client leaves files open
        kind = f"multipart/form-data; boundary={boundary}"
        answer = desk.client.post("/report/check?lang=zh", data=body, content_type=kind)
        assert answer.status_code == 422, said
        assert said in answer.text
        assert 'action="/report/check"' in answer.text  # the form is still there

"""Uploaded files: only the file as issued is valid; everything else is told apart."""

from __future__ import annotations

import json
import struct
import zlib
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from codes.documents import DocumentType
from codes.levels import Level
from codes.number import parse_number
from registry.child import Child
from registry.models import AwardStatus, CopyState
from tests.verifier.desk import Desk, codes, of_code
from tests.verifier.papers import (
    blank_pdf,
    encode_picture,
    flattened,
    joined,
    paper,
    picture_of,
)
from tests.verifier.world import (
    NAME,
    NOW,
    PEPPER,
    PREFIX,
    World,
    make_record,
    sign_record,
    trusted,
    unreachable,
)
from verifier.document import MAX_FILE_BYTES
from verifier.document_child import handle
from verifier.printed import PHOTO_BY_EYE, PHOTO_IN_IDENTICAL_FILE
from verifier.questions import Question, Task, pack
from verifier.service import Verifier
from verifier.verdict import Outcome, Severity, Status


def test_the_file_as_issued_is_valid(desk: Desk) -> None:
    _, pdf = desk.issue()
    verdict = desk.verify(pdf)
    assert (verdict.outcome, verdict.status) == (Outcome.VALID, Status.CURRENT)
    assert codes(verdict) == {
        "signature_genuine",
        "issuer_entitled",
        "registered",
        "logged",
        "status_current",
        "upload_not_known",
        "field_agrees",
        "file_identical",
    }
    assert len(of_code(verdict, "field_agrees")) == 12
    assert verdict.certificate is not None
    assert verdict.certificate.photo == PHOTO_IN_IDENTICAL_FILE
    assert verdict.certificate is not None
    assert verdict.certificate.holder_name == NAME


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("holder_name", {"holder_name": "张三"}),
        ("level", {"level": Level.TWO}),
        ("number", {"number": parse_number(f"{PREFIX}263000002")}),
        ("issued_on", {"issued_on": date(2026, 3, 8)}),
        ("body_name", {"body_name": "天津市示例消防设施操作学校"}),
        ("document_type", {"document_type": DocumentType.PASSPORT}),
        ("document_number", {"document_number": "120101199003076648"}),
        ("specialty", {"specialty": "消防设施操作"}),
        ("print_serial", {"print_serial_text": "202600000009"}),
    ],
)
def test_an_edited_field_beside_a_genuine_qr_is_altered(
    desk: Desk, field: str, changes: dict[str, Any]
) -> None:
    issued, _ = desk.issue()
    verdict = desk.verify(paper(issued, **changes))
    assert verdict.outcome is Outcome.ALTERED
    (evidence,) = of_code(verdict, "field_differs")
    assert evidence["field"] == field
    assert evidence["printed"] != evidence["record"]
    assert verdict.status is Status.CURRENT


def test_a_changed_document_number_is_shown_as_brought_beside_the_masked_one(desk: Desk) -> None:
    issued, _ = desk.issue()
    verdict = desk.verify(paper(issued, document_number="120101199003076648"))
    (evidence,) = of_code(verdict, "field_differs")
    assert evidence["printed"] == "120101199003076648"
    assert evidence["record"] == "120" + "*" * 15


def test_an_edited_field_is_altered_even_without_the_register(world: World, child: Child) -> None:
    issued = sign_record(make_record())
    verifier = Verifier(trusted, unreachable, PEPPER, lambda: NOW, read_bytes=child.ask)
    edited = verifier.verify_file(paper(issued, holder_name="张三"), "a.pdf")
    assert edited.outcome is Outcome.ALTERED
    plain = verifier.verify_file(paper(issued), "a.pdf")
    assert plain.outcome is Outcome.INCONCLUSIVE
    assert "registry_unreachable" in codes(plain)
    assert of_code(plain, "field_not_compared") == [{"field": "document_number"}]


def test_a_page_with_another_photo_is_left_open_never_valid(desk: Desk) -> None:
    issued, _ = desk.issue()
    other = encode_picture(Image.new("RGB", (295, 413), (200, 30, 30)), "JPEG")
    verdict = desk.verify(paper(issued, photo_jpeg=other))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "file_not_identical" in codes(verdict)
    assert "field_differs" not in codes(verdict)
    assert verdict.certificate is not None
    assert verdict.certificate.photo == PHOTO_BY_EYE


def test_one_appended_byte_is_enough_to_leave_it_open(desk: Desk) -> None:
    _, pdf = desk.issue()
    verdict = desk.verify(pdf + b"\n")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "file_not_identical" in codes(verdict)


def test_a_file_whose_hash_is_not_on_record_is_left_open(desk: Desk) -> None:
    _, pdf = desk.issue(hashed=False)
    verdict = desk.verify(pdf)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "file_not_on_record" in codes(verdict)


def test_a_flattened_file_is_left_open_naming_each_field(desk: Desk) -> None:
    issued, pdf = desk.issue()
    for data in (flattened(pdf), flattened(paper(issued, holder_name="张三"))):
        verdict = desk.verify(data)
        assert verdict.outcome is Outcome.INCONCLUSIVE
        named = {evidence["field"] for evidence in of_code(verdict, "field_not_compared")}
        assert {"holder_name", "number", "level", "issued_on"} <= named
        assert verdict.certificate is not None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_left_open_and_shows_what_to_compare(desk: Desk, kind: str) -> None:
    _, pdf = desk.issue()
    verdict = desk.verify(encode_picture(picture_of(pdf), kind))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "picture_not_compared" in codes(verdict)
    assert verdict.status is Status.CURRENT
    assert verdict.certificate is not None


def test_a_picture_taken_askew_is_read(desk: Desk) -> None:
    _, pdf = desk.issue()
    turned = picture_of(pdf).rotate(97, expand=True, fillcolor=(90, 90, 90))
    verdict = desk.verify(encode_picture(turned, "JPEG"))
    assert "picture_not_compared" in codes(verdict)


@pytest.mark.parametrize(
    ("plan", "status"),
    [
        ({"state": CopyState.SUPERSEDED}, Status.SUPERSEDED),
        ({"state": CopyState.CORRECTED}, Status.CORRECTED),
        ({"status": AwardStatus.SUSPENDED}, Status.SUSPENDED),
        ({"status": AwardStatus.REVOKED}, Status.REVOKED),
    ],
)
def test_a_file_of_a_certificate_not_in_force_says_so(
    desk: Desk, plan: dict[str, Any], status: Status
) -> None:
    _, pdf = desk.issue(**plan)
    for data in (pdf, flattened(pdf), encode_picture(picture_of(pdf), "PNG")):
        verdict = desk.verify(data)
        assert (verdict.outcome, verdict.status) == (Outcome.NOT_CURRENT, status)


def test_a_file_that_is_not_registered_raises_the_alarm(desk: Desk) -> None:
    verdict = desk.verify(paper(sign_record(make_record())))
    assert verdict.outcome is Outcome.UNREGISTERED


def test_a_file_whose_qr_leads_elsewhere_is_altered(desk: Desk) -> None:
    issued, _ = desk.issue()
    verdict = desk.verify(paper(issued, qr_text=issued.qr_text("https://evil.example.com/q#")))
    assert verdict.outcome is Outcome.ALTERED
    assert "foreign_host" in codes(verdict)


def test_a_file_whose_qr_is_no_certificate_is_left_open(desk: Desk) -> None:
    issued, _ = desk.issue()
    verdict = desk.verify(paper(issued, qr_text="https://elsewhere.example.com/x"))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert codes(verdict) == {"qr_not_a_certificate", "qr_leads_elsewhere"}
    (told,) = of_code(verdict, "qr_leads_elsewhere")
    assert told == {"host": "elsewhere.example.com", "field": "symbol"}


def test_a_file_whose_qr_holds_words_shows_them_and_speaks_of_no_link(desk: Desk) -> None:
    issued, _ = desk.issue()
    verdict = desk.verify(paper(issued, qr_text="nihao <b>" + "x" * 250))
    assert codes(verdict) == {"qr_other_text"}
    (told,) = of_code(verdict, "qr_other_text")
    assert told["text"].startswith("nihao <b>x") and len(told["text"]) == 201


def test_two_certificates_in_one_file_are_asked_for_one_by_one(desk: Desk) -> None:
    _, first = desk.issue(serial=1)
    _, second = desk.issue(serial=2)
    verdict = desk.verify(joined(first, second))
    assert (verdict.outcome, codes(verdict)) == (Outcome.INCONCLUSIVE, {"several_certificates"})


def test_two_certificates_in_one_picture_are_asked_for_one_by_one(desk: Desk) -> None:
    _, first = desk.issue(serial=1)
    _, second = desk.issue(serial=2)
    left, right = picture_of(first), picture_of(second)
    table = Image.new("RGB", (left.width * 2, left.height), (255, 255, 255))
    table.paste(left, (0, 0))
    table.paste(right, (left.width, 0))
    verdict = desk.verify(encode_picture(table, "PNG"))
    assert (verdict.outcome, codes(verdict)) == (Outcome.INCONCLUSIVE, {"several_certificates"})


def test_a_second_certificate_code_on_a_typeset_page_contradicts_it(desk: Desk) -> None:
    first, _ = desk.issue(serial=1)
    second, _ = desk.issue(serial=2)
    glyphs = [
        [char, 10.0 * at, y, 10.0 * at + 10, y + 10, y, 10.0, True, True, 0]
        for y, line in zip(
            (90.0, 60.0, 30.0), [f"姓名：{NAME}", "证书编号：1", "发证日期：1"], strict=True
        )
        for at, char in enumerate(line)
    ]
    page = {"glyphs": glyphs, "symbols": [first.qr_text(), second.qr_text()]}
    answer = json.dumps({"kind": "pdf", "pages": [page]}).encode()
    verdict = desk.world.verifier(read_bytes=lambda _: answer).verify_file(b"%PDF-", "a.pdf")
    assert (verdict.outcome, codes(verdict)) == (Outcome.ALTERED, {"qr_conflict"})


def test_the_same_record_behind_two_addresses_is_judged_by_the_foreign_one(desk: Desk) -> None:
    issued, _ = desk.issue()
    symbols = [issued.qr_text(), issued.qr_text("https://evil.example.com/q#")]
    answer = json.dumps({"kind": "pdf", "pages": [{"glyphs": [], "symbols": symbols}]}).encode()
    verdict = desk.world.verifier(read_bytes=lambda _: answer).verify_file(b"%PDF-", "a.pdf")
    assert verdict.outcome is Outcome.ALTERED
    assert "foreign_host" in codes(verdict)


def test_another_code_beside_the_certificate_is_ignored_and_said(desk: Desk) -> None:
    issued, _ = desk.issue()
    symbols = ["https://u.wechat.com/abc", issued.qr_text()]
    answer = json.dumps({"kind": "picture", "pages": [{"glyphs": [], "symbols": symbols}]}).encode()
    verdict = desk.world.verifier(read_bytes=lambda _: answer).verify_file(b"\xff\xd8\xff", "a.png")
    assert {"other_qr_ignored", "picture_not_compared"} <= codes(verdict)
    (other,) = [one for one in verdict.findings if one.code == "other_qr_foreign"]
    assert (other.severity, other.evidence["host"]) == (Severity.PROBLEM, "u.wechat.com")


@pytest.mark.parametrize(
    ("symbol", "host"),
    [
        ("https://evil.example\\@yz.example.cn/q", "evil.example"),
        ("evil.example/q?n=1", "evil.example"),
        ("https:/evil.example/q", "evil.example"),
        ("https:evil.example", "evil.example"),
        ("https://yz.example.cn:8443/q", "yz.example.cn:8443"),
        ("https://evil.exa\tmple/", "https://evil.exa"),
        ("weixin://dl/business", "weixin://dl/business"),
    ],
)
def test_another_code_leads_where_a_browser_would_go(desk: Desk, symbol: str, host: str) -> None:
    issued, _ = desk.issue()
    page = {"glyphs": [], "symbols": [symbol, issued.qr_text()]}
    answer = json.dumps({"kind": "picture", "pages": [page]}).encode()
    verdict = desk.world.verifier(read_bytes=lambda _: answer).verify_file(b"\xff\xd8\xff", "a.png")
    (other,) = [one for one in verdict.findings if one.code == "other_qr_foreign"]
    assert other.evidence["host"] == host


def test_another_code_that_leads_nowhere_is_no_problem(desk: Desk) -> None:
    issued, _ = desk.issue()
    symbols = ["P0012345", issued.qr_text()]
    answer = json.dumps({"kind": "picture", "pages": [{"glyphs": [], "symbols": symbols}]}).encode()
    verdict = desk.world.verifier(read_bytes=lambda _: answer).verify_file(b"\xff\xd8\xff", "a.jpg")
    assert "other_qr_ignored" in codes(verdict)
    assert "other_qr_foreign" not in codes(verdict)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"PK\x03\x04 a workbook", "file_kind_unsupported"),
        (b"hello", "file_kind_unsupported"),
        (b"%PDF-1.7\n garbage", "file_unreadable"),
        (b"%PDF-1.4\ntrailer<</Root 1 0 R>>", "file_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "file_unreadable"),
        (b"\xff\xd8\xff\xe0 not a picture", "file_unreadable"),
        (b"GIF89a" + b"\0" * 40, "file_kind_unsupported"),
        (b"x" * (MAX_FILE_BYTES + 1), "file_too_big"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_left_open_and_explained(desk: Desk, data: bytes, code: str) -> None:
    verdict = desk.verify(data)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert codes(verdict) == {code}


def test_pages_without_a_code_are_left_open(desk: Desk) -> None:
    verdict = desk.verify(blank_pdf(2))
    assert (verdict.outcome, codes(verdict)) == (Outcome.INCONCLUSIVE, {"qr_not_found"})


def test_too_many_pages_are_not_read(desk: Desk) -> None:
    assert codes(desk.verify(blank_pdf(11))) == {"file_too_many_pages"}


def test_every_truncation_of_a_certificate_is_left_open(desk: Desk) -> None:
    _, pdf = desk.issue()
    for length in range(0, len(pdf), max(1, len(pdf) // 25)):
        verdict = desk.verify(pdf[:length])
        assert verdict.outcome is Outcome.INCONCLUSIVE


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_picture_of_a_billion_pixels_is_refused_before_it_is_unpacked(desk: Desk) -> None:
    header = struct.pack(">IIBBBBB", 32_000, 32_000, 8, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b"")
    assert codes(desk.verify(bomb)) == {"file_too_heavy"}


def test_a_child_that_lies_about_the_page_cannot_make_it_valid(desk: Desk) -> None:
    issued, pdf = desk.issue()
    told = handle(pack(Question(task=Task.READ_PDF, data=pdf)))
    verdict = desk.world.verifier(read_bytes=lambda _: told).verify_file(
        paper(issued, holder_name="张三"), "a.pdf"
    )
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "file_not_identical" in codes(verdict)


def test_an_encrypted_file_is_named_as_such(desk: Desk) -> None:
    output = BytesIO()
    page = Canvas(output, encrypt=StandardEncryption("secret"), invariant=True)
    page.drawString(72, 72, "x")
    page.save()
    assert codes(desk.verify(output.getvalue())) == {"file_encrypted"}

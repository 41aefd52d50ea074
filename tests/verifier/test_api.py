"""The JSON API: one object per verdict, one problem per refusal, never a page and never a 5xx."""

from __future__ import annotations

import ast
import json
import logging
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from codes.wording import Language
from tests.arch.sources import ROOT
from tests.verifier.world import DOCUMENT, NAME, CopyPlan, Issued, World, make_record, sign_record
from verifier.api.batches import blueprint as batches
from verifier.api.bodies import MAX_JSON_BYTES, MULTIPART_MARGIN_BYTES
from verifier.api.openapi import blueprint as document
from verifier.api.problems import HTTP_STATUS, PROBLEM_TYPE, TITLES, ProblemCode
from verifier.api.reports import blueprint as reports
from verifier.api.views import blueprint
from verifier.document import MAX_FILE_BYTES
from verifier.verdict import verdict_to_json

ROOM = Path(__file__).parents[2] / "verifier"


@pytest.fixture
def issued(world: World) -> Issued:
    """A registered certificate."""
    made = sign_record(make_record())
    world.record(CopyPlan(issued=made))
    return made


@pytest.fixture
def app(world: World) -> Flask:
    """An application with nothing but the API."""
    made = Flask("test")
    made.extensions["yanzhen_verifier"] = world.verifier()
    made.register_blueprint(blueprint)
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the application."""
    return app.test_client()


def problem_of(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.mimetype == PROBLEM_TYPE
    body: dict[str, Any] = json.loads(response.data)
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["detail_zh"]
    assert body["detail_en"]
    return body


def test_the_api_gives_the_verdict_of_the_verifier(
    world: World, client: FlaskClient, issued: Issued
) -> None:
    number = str(issued.number)
    response = client.post("/api/v1/verify", json={"number": number, "name": NAME})
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    expected = verdict_to_json(world.verifier().verify_number(number, name=NAME))
    assert json.loads(response.data) == expected
    assert expected["outcome"] == "valid"


def test_each_way_to_ask_has_its_address(client: FlaskClient, issued: Issued) -> None:
    asked = {"number": str(issued.number), "document_number": DOCUMENT}
    by_document = client.post("/api/v1/verify", json=asked)
    by_qr = client.post("/api/v1/verify/qr", json={"text": issued.qr_text()})
    by_file = client.post("/api/v1/verify/file", data={"file": (BytesIO(b""), "a.pdf")})
    outcomes = [json.loads(one.data)["outcome"] for one in (by_document, by_qr, by_file)]
    assert outcomes == ["valid", "valid", "inconclusive"]


def test_english_is_given_when_asked_for(client: FlaskClient, issued: Issued) -> None:
    response = client.post("/api/v1/verify/qr?lang=en", json={"text": issued.qr_text()})
    body = json.loads(response.data)
    assert body["summary_text"] == body["summary"][Language.EN.value]
    assert body["findings"][0]["message"] == body["findings"][0]["message_en"]


def test_wrong_name_and_unknown_number_get_the_same_answer(
    client: FlaskClient, issued: Issued
) -> None:
    number = str(issued.number)
    wrong = client.post("/api/v1/verify", json={"number": number, "name": "张三"})
    unknown = client.post("/api/v1/verify", json={"number": number[:-1] + "9", "name": "张三"})
    assert wrong.data == unknown.data
    assert wrong.status_code == unknown.status_code
    assert dict(wrong.headers) == dict(unknown.headers)


@pytest.mark.parametrize(
    ("body", "code", "member"),
    [
        ({"number": "x"}, "holder_fact_missing", None),
        ({"number": "x", "name": "  "}, "holder_fact_missing", None),
        ({"name": NAME}, "member_missing", "number"),
        ({"number": 5, "name": NAME}, "member_not_text", "number"),
        ({"number": None, "name": NAME}, "member_not_text", "number"),
        ({"number": "x", "name": ["张"]}, "member_not_text", "name"),
        ({"number": "x", "name": NAME, "photo": "y"}, "member_unknown", None),
        ({"number": "x" * 201, "name": NAME}, "text_too_long", None),
        ([], "json_not_object", None),
        ("text", "json_not_object", None),
        (None, "json_not_object", None),
    ],
)
def test_a_question_that_cannot_be_put_is_refused_naming_the_fault(
    client: FlaskClient, body: object, code: str, member: str | None
) -> None:
    response = client.post("/api/v1/verify", data=json.dumps(body), content_type="application/json")
    problem = problem_of(response, 400, code)
    if member is not None:
        assert problem["evidence"]["member"] == member
        assert member in problem["detail"]


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"number": NaN}', "NaN"),
        (b'{"number": "x", "number": "y"}', "twice"),
        (b'{"number": "\\ud800"}', "half a character"),
        (b'{"number": "\xff"}', "UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"[" * 100_000, "nested"),
        (b'{"a":' * 40_000, "nested"),
        (b"1" * 5000, "too long"),
    ],
)
def test_a_body_that_is_not_sound_json_is_refused_naming_the_fault(
    client: FlaskClient, body: bytes, hint: str
) -> None:
    for address in ("/api/v1/verify", "/api/v1/verify/qr"):
        response = client.post(address, data=body, content_type="application/json")
        assert hint in problem_of(response, 400, "json_invalid")["detail_en"]


def test_a_syntax_fault_is_placed(client: FlaskClient) -> None:
    body = b'{"number": "x",\n oops}'
    response = client.post("/api/v1/verify", data=body, content_type="application/json")
    assert problem_of(response, 400, "json_invalid")["evidence"] == {"line": "2", "column": "2"}


def test_bodies_that_are_too_large_are_refused_unread(client: FlaskClient) -> None:
    big = b" " * (MAX_JSON_BYTES + 1)
    response = client.post("/api/v1/verify", data=big, content_type="application/json")
    problem_of(response, 413, "body_too_large")
    huge = b"x" * (MAX_FILE_BYTES + (1 << 20))
    kind = "multipart/form-data; boundary=x"
    problem_of(
        client.post("/api/v1/verify/file", data=huge, content_type=kind), 413, "body_too_large"
    )


@pytest.mark.parametrize(
    ("length", "status"), [(21_037_056, 200), (21_037_057, 413)], ids=["told", "refused"]
)
def test_a_file_beyond_the_limit_is_told_as_the_documentation_says(
    client: FlaskClient, length: int, status: int
) -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert f"({MAX_FILE_BYTES:_} bytes)".replace("_", " ") in page
    assert f"({MAX_FILE_BYTES + MULTIPART_MARGIN_BYTES:_} bytes)".replace("_", " ") in page
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    tail = b"\r\n--x--\r\n"
    body = head + b"y" * (length - len(head) - len(tail)) + tail
    kind = "multipart/form-data; boundary=x"
    response = client.post("/api/v1/verify/file", data=body, content_type=kind)
    assert response.status_code == status
    if status == 200:
        assert [one["code"] for one in response.get_json()["findings"]] == ["file_too_big"]


def test_uploads_stay_in_memory(app: Flask) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    body += b"y" * (2 << 20) + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    with app.test_request_context("/", method="POST", data=body, content_type=kind):
        upload = request.files["file"]
        assert isinstance(upload.stream, BytesIO)
        assert len(upload.stream.getvalue()) == 2 << 20


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/api/v1/verify", "text/plain"),
        ("/api/v1/verify", "application/x-www-form-urlencoded"),
        ("/api/v1/verify/qr", ""),
        ("/api/v1/verify/file", "application/pdf"),
        ("/api/v1/verify/file", "application/json"),
    ],
)
def test_other_media_types_are_refused(client: FlaskClient, address: str, kind: str) -> None:
    response = client.post(address, data=b"{}", content_type=kind)
    problem_of(response, 415, "media_type_unsupported")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "PROPFIND"])
@pytest.mark.parametrize("address", ["/api/v1/verify", "/api/v1/verify/qr", "/api/v1/verify/file"])
def test_other_methods_are_refused_and_the_right_one_named(
    client: FlaskClient, method: str, address: str
) -> None:
    response = client.open(address, method=method)
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    if method != "HEAD":
        problem_of(response, 405, "method_not_allowed")


@pytest.mark.parametrize("address", ["/api/", "/api/v1", "/api/v2/verify", "/api/v1/verify/"])
def test_unknown_addresses_are_problems_too(client: FlaskClient, address: str) -> None:
    problem_of(client.post(address, json={}), 404, "no_such_address")


def test_addresses_outside_the_api_are_left_to_the_pages(client: FlaskClient) -> None:
    assert client.get("/apiary").mimetype != PROBLEM_TYPE


@pytest.mark.parametrize(
    "parts",
    [{}, {"file": "a text part"}, {"other": (BytesIO(b"x"), "a.pdf")}],
)
def test_a_form_without_a_file_is_refused(client: FlaskClient, parts: dict[str, Any]) -> None:
    response = client.post("/api/v1/verify/file", data=parts, content_type="multipart/form-data")
    problem_of(response, 400, "file_missing")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--",
        b"--x",
        b"--x\r\n\r\n",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="',
    ],
)
def test_a_torn_multipart_body_is_refused(client: FlaskClient, body: bytes) -> None:
    response = client.post(
        "/api/v1/verify/file", data=body, content_type="multipart/form-data; boundary=x"
    )
    assert response.status_code == 400
    assert response.mimetype == PROBLEM_TYPE


def test_a_fault_of_ours_gives_nothing_away(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def verify_qr(self, text: str, *, on: str | None) -> None:
            raise RuntimeError(f"secret {text}")

    app.extensions["yanzhen_verifier"] = Broken()
    with caplog.at_level(logging.DEBUG):
        response = client.post("/api/v1/verify/qr", json={"text": "欧阳娜依"})
    problem_of(response, 500, "internal_fault")
    assert "secret" not in response.get_data(as_text=True) + caplog.text
    assert "RuntimeError" in caplog.text


def test_every_refusal_has_a_status_and_a_title() -> None:
    assert set(HTTP_STATUS) ^ set(ProblemCode) == set()
    assert set(TITLES) ^ set(ProblemCode) == set()


def test_every_usage_error_of_the_room_is_a_problem_of_the_api() -> None:
    raised = {
        node.args[0].value
        for path in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "UsageError"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert raised
    # its option --status-list, and `yanzhen verify` with folders and archives
    of_the_command = {"status_list_place", "status_memory_damaged", "files_none", "files_too_many"}
    assert raised - {code.value for code in ProblemCode} == of_the_command


def test_the_documentation_lists_every_refusal_and_address() -> None:
    page = (ROOM.parent / "docs" / "api.md").read_text("utf-8")
    for code, status in HTTP_STATUS.items():
        assert f"| `{code.value}` | {status} |" in page
    rules = Flask("test")
    rules.register_blueprint(blueprint)
    for part in (reports, batches, document):
        rules.register_blueprint(part)
    addresses = {rule.rule for rule in rules.url_map.iter_rules() if "/api/" in rule.rule}
    assert len(addresses) == 13
    assert set(re.findall(r"^\| `(/api/[^`]+)` \|", page, re.MULTILINE)) == addresses
    told = re.findall(r"^\| `([a-z_]+)` \| [0-9]{3} \|", page, re.MULTILINE)
    assert sorted(told) == sorted(code.value for code in HTTP_STATUS)

"""The public pages: what they show, what they never show, and what caches may keep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from codes.qr_text import encode_qr_text
from keys.trust_list import parse_trust_list
from registry.models import AwardStatus, CopyState
from tests.journeys.site_apps import make_app
from tests.keys.trust_samples import one_root, published
from tests.verifier.world import (
    DOCUMENT,
    NAME,
    NOW,
    PEPPER,
    URL_PREFIX,
    CopyPlan,
    Issued,
    World,
    key_document,
    make_record,
    sign_record,
    trusted,
    unreachable,
)
from verifier.document import MAX_FILE_BYTES
from verifier.errors import KeyDocumentUnavailable
from verifier.service import Verifier
from verifier.verdict import Outcome

ENGLISH = {"lang": "en"}


@pytest.fixture
def issued(world: World) -> Issued:
    made = sign_record(make_record())
    world.record(CopyPlan(issued=made))
    return made


@pytest.fixture
def app(world: World) -> Iterator[Flask]:
    verifier = world.verifier()
    yield make_app(verifier)
    verifier.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, issued: Issued, **changes: str) -> TestResponse:
    form = {"number": str(issued.number), "by": "name", "name": NAME, **changes}
    return client.post("/verify", data=form)


def words(response: TestResponse) -> str:
    """The text of a page without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


# ── look-ups ─────────────────────────────────────────────────────────


def test_a_void_copy_of_a_suspended_award_is_called_void_beside_the_status(
    client: FlaskClient, world: World
) -> None:
    made = sign_record(make_record())
    plan = CopyPlan(issued=made, state=CopyState.SUPERSEDED)
    world.record(plan, status=AwardStatus.SUSPENDED)
    page = words(client.post("/verify/qr", data={"text": made.qr_text()}))
    assert "登记状态：已暂停" in page
    assert "起暂停使用。" in page
    assert "证书已补发，这一份（印制流水码 202600000001）已作废。" in page


def test_number_and_name_show_every_printed_field_and_the_status(
    client: FlaskClient, issued: Issued
) -> None:
    page = words(ask(client, issued))
    for shown in (
        Outcome.VALID.text.zh,
        "登记状态：现行有效",
        NAME,
        "居民身份证",
        "保卫管理员",
        "3-02-02-00",
        "三级/高级工",
        str(issued.number),
        "2026年3月9日",
        "天津市示例职业技能培训学校",
        "202600000001",
        "请与证书逐项核对",
        "北京时间 2026年11月23日 10:00:00",
    ):
        assert shown in page
    assert DOCUMENT not in page


def test_number_and_document_number_do_not_show_the_name(
    client: FlaskClient, issued: Issued
) -> None:
    response = ask(client, issued, by="document", name="", document=DOCUMENT)
    assert Outcome.VALID.text.zh in words(response)
    assert NAME not in words(response)


def test_a_filled_field_counts_even_when_the_other_was_chosen(
    client: FlaskClient, issued: Issued
) -> None:
    assert Outcome.VALID.text.zh in words(ask(client, issued, by="document", document=""))
    other = ask(client, issued, by="name", name="", document=DOCUMENT)
    assert Outcome.VALID.text.zh in words(other)


def test_wrong_name_and_unknown_number_get_the_same_page(
    client: FlaskClient, issued: Issued
) -> None:
    number = str(issued.number)
    unknown = f"{number[:-6]}999999"
    wrong_name = ask(client, issued, name="王小明").text
    wrong_number = ask(client, issued, number=unknown, name="王小明").text
    assert Outcome.NOT_FOUND.text.zh in wrong_name
    assert wrong_name.replace(number, "#") == wrong_number.replace(unknown, "#")


@pytest.mark.parametrize(
    ("form", "asked"),
    [
        ({}, ("请填写证书编号", "请填写持证人姓名")),
        ({"number": "S1", "by": "document"}, ("请填写持证人证件号码",)),
        ({"name": NAME}, ("请填写证书编号",)),
    ],
)
def test_empty_fields_are_named_and_what_was_typed_is_kept(
    client: FlaskClient, form: dict[str, str], asked: tuple[str, ...]
) -> None:
    response = client.post("/verify", data=form)
    assert response.status_code == 422
    for sentence in asked:
        assert sentence in words(response)
    for typed in form.values():
        assert f'value="{typed}"' in response.text


def test_a_mistyped_number_is_explained_and_can_be_corrected(
    client: FlaskClient, issued: Issued
) -> None:
    response = ask(client, issued, number="S00001200012326300001")
    assert "应为22位" in words(response)
    assert 'value="S00001200012326300001"' in response.text


def test_what_was_normalised_is_told(client: FlaskClient, issued: Issued) -> None:
    typed = f"ｓ{str(issued.number)[1:8]}-{str(issued.number)[8:]}"
    page = words(ask(client, issued, number=typed))
    assert Outcome.VALID.text.zh in page
    assert "空格或连接号" in page


def test_an_over_long_number_is_refused_in_the_form(client: FlaskClient, issued: Issued) -> None:
    response = ask(client, issued, number="1" * 300)
    assert response.status_code == 422
    assert "过长" in words(response)


def test_markup_in_a_name_stays_text(client: FlaskClient, issued: Issued) -> None:
    response = ask(client, issued, name='"><script>alert(1)</script>')
    assert "<script>alert" not in response.text


# ── QR texts and files ───────────────────────────────────────────────


def test_a_pasted_code_is_answered_without_opening_its_address(
    client: FlaskClient, issued: Issued
) -> None:
    genuine = client.post("/verify/qr", data={"text": issued.qr_text()})
    assert Outcome.VALID.text.zh in words(genuine)
    foreign = client.post("/verify/qr", data={"text": issued.qr_text("https://evil.example/q#")})
    assert Outcome.ALTERED.text.zh in words(foreign)
    assert "evil.example" in words(foreign)
    assert "登记状态" not in words(foreign)


def test_a_wrong_signature_does_not_speak_of_a_register_that_was_not_asked(
    client: FlaskClient, issued: Issued
) -> None:
    envelope = issued.envelope
    text = encode_qr_text(
        URL_PREFIX,
        algorithm=int(envelope.algorithm),
        payload=sign_record(make_record(holder_name="张三")).envelope.payload,
        signature=envelope.signature,
    )
    page = words(client.post("/verify/qr", data={"text": text}))
    assert Outcome.ALTERED.text.zh in page
    assert "没有再查询登记库" in page
    assert "与登记内容有出入" not in page


def test_an_empty_code_and_a_missing_file_are_named(client: FlaskClient) -> None:
    assert "请粘贴" in words(client.post("/verify/qr", data={"text": "  "}))
    missing = client.post("/verify/file", data={"file": (BytesIO(b""), "")})
    assert missing.status_code == 422
    assert "请先拍照" in words(missing)


def test_a_file_from_either_field_is_answered(client: FlaskClient) -> None:
    for field in ("file", "photo"):
        response = client.post("/verify/file", data={field: (BytesIO(b"no picture"), "a.jpg")})
        assert response.status_code == 200
        assert Outcome.INCONCLUSIVE.text.zh in words(response)


# ── languages ────────────────────────────────────────────────────────


def test_pages_are_chinese_until_switched_and_stay_switched(client: FlaskClient) -> None:
    assert '<html lang="zh-CN">' in client.get("/").text
    assert '<html lang="en">' in client.get("/", query_string=ENGLISH).text
    assert '<html lang="en">' in client.get("/").text
    assert '<html lang="en">' in client.get("/nowhere").text
    assert '<html lang="zh-CN">' in client.get("/", query_string={"lang": "zh"}).text
    assert '<html lang="zh-CN">' in client.get("/", query_string={"lang": "xx"}).text


def test_a_result_is_asked_again_in_the_other_language(client: FlaskClient, issued: Issued) -> None:
    page = ask(client, issued).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    action = re.search(r'action="(/verify\?lang=en)"', page)
    assert action is not None
    english = words(client.post(action[1], data=hidden))
    assert Outcome.VALID.text.en in english
    assert NAME in english


@pytest.mark.parametrize("address", ["/", "/q", "/nowhere"])
def test_english_pages_hold_no_chinese_but_names_and_the_switch(
    client: FlaskClient, address: str
) -> None:
    page = words(client.get(address, query_string=ENGLISH))
    assert re.findall(r"[一-鿿]+", page) == ["中文"]


# ── what caches and browsers are told ────────────────────────────────


@pytest.mark.parametrize("address", ["/q", "/keys.json", "/tables.json", "/static/verify.js"])
def test_what_needs_no_register_may_be_cached_and_asked_again_by_its_tag(
    client: FlaskClient, address: str
) -> None:
    with client.get(address) as first:
        assert first.status_code == 200
    assert first.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in first.headers
    with client.get(address, headers={"If-None-Match": first.headers["ETag"]}) as again:
        assert again.status_code == 304
        assert "X-Content-Type-Options" not in again.headers  # it says no type to be strict about
    assert again.headers["Cache-Control"].startswith("public")


def test_the_landing_page_is_the_same_for_everybody(client: FlaskClient) -> None:
    client.set_cookie("lang", "en")
    switched = client.get("/q", headers={"User-Agent": "x", "Accept-Language": "en"}).data
    other = make_app(Verifier(trusted, unreachable, PEPPER, lambda: NOW))
    assert switched == other.test_client().get("/q").data
    assert "Set-Cookie" not in client.get("/q", query_string=ENGLISH).headers


def make_app_of_nobody() -> Flask:
    def unavailable() -> Any:
        raise KeyDocumentUnavailable("key_document_unavailable", Outcome.INCONCLUSIVE.text)

    return make_app(Verifier(unavailable, unreachable, PEPPER, lambda: NOW))


def test_results_are_stored_nowhere(client: FlaskClient, issued: Issued) -> None:
    assert ask(client, issued).headers["Cache-Control"] == "no-store"
    assert client.post("/verify", data={}).headers["Cache-Control"] == "no-store"
    assert client.get("/nowhere").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/", "/q", "/nowhere", "/keys.json", "/static/site.css"])
def test_every_answer_forbids_what_is_not_ours(client: FlaskClient, address: str) -> None:
    with client.get(address) as response:
        headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in headers or "Python" not in headers["Server"]


@pytest.mark.parametrize("address", ["/", "/q", "/nowhere"])
def test_pages_hold_no_inline_script_or_style(client: FlaskClient, address: str) -> None:
    page = client.get(address).text
    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", page) == []


def test_the_published_keys_are_the_verifiers_own(client: FlaskClient) -> None:
    data = client.get("/keys.json").data
    assert parse_trust_list(data, one_root().pin).document == key_document()
    assert data == published(key_document())


# ── errors ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/verify/other", 404),
        ("PUT", "/verify", 405),
        ("DELETE", "/", 405),
        ("POST", "/q", 405),
    ],
)
def test_refusals_are_pages_in_style(
    client: FlaskClient, method: str, address: str, status: int
) -> None:
    response = client.open(address, method=method)
    assert response.status_code == status
    assert "返回首页" in words(response)


def test_a_file_that_is_too_large_is_refused_in_style(client: FlaskClient) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    body = part + b"y" * (MAX_FILE_BYTES + (1 << 20)) + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    response = client.post("/verify/file", data=body, content_type=kind)
    assert response.status_code == 413
    assert "20 MB" in words(response)


def test_a_form_that_is_too_large_is_refused(client: FlaskClient) -> None:
    assert client.post("/verify/qr", data={"text": "1" * 100_000}).status_code == 413


def test_a_typed_address_of_a_result_leads_to_the_forms(client: FlaskClient) -> None:
    for address in ("/verify", "/verify/qr", "/verify/file"):
        response = client.get(address)
        assert (response.status_code, response.headers["Location"]) == (303, "/")


def test_a_fault_of_ours_gives_nothing_away(
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    issued: Issued,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(NAME)

    monkeypatch.setattr("verifier.site.views.result_page", fail)
    response = ask(client, issued)
    assert response.status_code == 500
    assert "这不说明证书有问题" in words(response)
    assert NAME not in words(response)
    assert "RuntimeError" in caplog.text
    assert NAME not in caplog.text


def test_without_a_register_the_answer_is_inconclusive(issued: Issued) -> None:
    verifier = Verifier(trusted, unreachable, PEPPER, lambda: NOW)
    client = make_app(verifier).test_client()
    assert Outcome.INCONCLUSIVE.text.zh in words(ask(client, issued))
    code = client.post("/verify/qr", data={"text": issued.qr_text()})
    assert Outcome.INCONCLUSIVE.text.zh in words(code)
    assert "签名有效" in words(code)


def test_without_a_key_document_pages_still_open(issued: Issued) -> None:
    client = make_app_of_nobody().test_client()
    assert client.get("/").status_code == 200
    assert client.get("/q").status_code == 200
    assert client.get("/keys.json").status_code == 503
    assert Outcome.INCONCLUSIVE.text.zh in words(ask(client, issued))


def test_demo_keys_are_named_on_every_page(world: World, issued: Issued) -> None:
    client = make_app(world.verifier(key_document(demo=True))).test_client()
    for response in (client.get("/"), ask(client, issued), client.get("/nowhere")):
        assert "演示 样本" in words(response)
    real = make_app(world.verifier()).test_client()
    assert 'id="demo-strip" hidden' in real.get("/").text

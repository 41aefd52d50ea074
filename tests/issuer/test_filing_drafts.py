"""An application as it is typed at the authority's desk: troubles, files, two who type at once."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from issuer.application_form import sample_application
from issuer.console.filing_proposals import approved_text
from issuer.filing import read_prefix
from issuer.filing_decision import FilingTerms
from issuer.filing_proposals import Done
from issuer.proposed_acts import FileAct
from registry.filing_desk_models import FilingDraft
from registry.home import Home
from tests.accounts.desk_app import working_as
from tests.issuer.authority_desk import CLERK, DAY, TYPED, AuthorityDesk, send
from tests.issuer.procedures import MONDAY, PREFIX


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> AuthorityDesk:
    return AuthorityDesk(home, tmp_path / "in")


def test_every_trouble_stands_beside_its_field_and_what_was_typed_stays(
    desk: AuthorityDesk,
) -> None:
    wrong: dict[str, Any] = {
        "name": "",
        "credit_code": "91120000MA00000001",
        "category": "",
        "occupations-0-levels": ["5"],
        "sites-0-serial": "12",
        "examiners": "许多",
    }
    answer = desk.typed_application(**wrong)
    assert answer.status_code == 422
    for field in ("name", "credit_code", "category", "occupations-0-levels", "sites-0-serial"):
        assert f'id="{field}-wrong"' in answer.text, field
        assert f'href="#{field}"' in answer.text, field
    for told in (
        "请填写单位名称",
        "请选择机构类别",
        "统一社会信用代码的字符或校验码不正确",
        "职业 1 的级别：保卫管理员没有五级/初级工，只有三级/高级工、二级/技师、一级/高级技师",
        "考评员人数：应为 0–9999",
    ):
        assert f">{told}" in answer.text, told
    assert 'value="许多"' in answer.text and 'value="12"' in answer.text
    assert "营业执照.pdf" in answer.text  # the file is kept
    with desk.desks() as session:
        assert len(session.scalars(select(FilingDraft)).one().files) == 1
    mended = desk.post(CLERK, "/filing/drafts/1", do="submit", **TYPED)
    assert mended.headers["Location"] == "/filing/applications/1"
    with desk.desks() as session:
        assert session.scalars(select(FilingDraft)).all() == []


def test_an_entry_offers_the_levels_there_are_and_is_deleted_once_ticked(
    desk: AuthorityDesk,
) -> None:
    with working_as(desk.app, CLERK) as client:
        at = send(client, "/filing/drafts", {}).headers["Location"]
        page = client.get(at).text
        assert "保卫管理员（3-02-02-00，三级、二级、一级）" in page and "四级/中级工" not in page
        assert "受理日期" in page and "决定日期" not in page
        empty = send(client, at, {"do": "submit"}).text
        assert "请至少上传一份材料" in empty and "请填写站点 1 地址" in empty
        file = (BytesIO(b"%PDF"), "章程.pdf")
        send(client, at, TYPED | {"do": "upload", "files": file})
        assert "已上传 1 份材料" in client.get(at).text
        kept = send(client, at, TYPED | {"do": "discard"})
        assert (kept.status_code, 'id="sure-wrong"' in kept.text) == (422, True)
        assert "章程.pdf" in client.get(at).text
        send(client, at, TYPED | {"do": "discard", "sure": "yes"})
        assert client.get(at).status_code == 404


def test_an_entry_that_was_only_looked_at_is_not_listed(desk: AuthorityDesk) -> None:
    desk.post(CLERK, "/filing/drafts")
    assert "没有未完成的录入" in desk.get(CLERK, "/filing/drafts").text
    desk.post(CLERK, "/filing/drafts/1", name="样本学校", seen="")
    assert "样本学校" in desk.get(CLERK, "/filing/drafts").text


@pytest.mark.parametrize("name", ["查验报告专用中心", "样本 SAMPLE DEMO 查验报告 专用 评价中心"])
def test_a_name_of_report_keys_is_refused_beside_its_field(desk: AuthorityDesk, name: str) -> None:
    answer = desk.typed_application(name=name)
    assert answer.status_code == 422
    assert 'id="name-wrong"' in answer.text and "只用于封签查验报告的密钥" in answer.text


def seen_in(page: str) -> str:
    """Return which state of the thing a form was made from."""
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_who_types_into_an_older_draft_is_told_and_keeps_what_was_typed(
    desk: AuthorityDesk,
) -> None:
    with working_as(desk.app, CLERK) as client:
        at = send(client, "/filing/drafts", {}).headers["Location"]
        first = seen_in(client.get(at).text)
        kept = {"do": "save", "seen": first}
        assert send(client, at, TYPED | kept | {"examiners": "15"}).status_code == 303
        for wish in ("save", "submit", "discard", "upload"):
            late = send(client, at, TYPED | {"do": wish, "seen": first, "examiners": "99"})
            assert late.status_code == 422 and "他人已修改" in late.text
            assert 'value="99"' in late.text and "<del>15</del>" in late.text
        assert 'value="15"' in client.get(at).text
        over = {"do": "save", "seen": seen_in(late.text), "examiners": "99"}
        assert send(client, at, TYPED | over).status_code == 303
        assert 'value="99"' in client.get(at).text


def test_the_day_of_taking_in_is_called_so_where_it_is_wrong(desk: AuthorityDesk) -> None:
    for day, said in (("2099-01-01", "尚未到来"), ("1999-01-01", "距今过久")):
        page = desk.typed_application(decided_on=day)
        assert page.status_code == 422 and f"受理日期{said}" in page.text
        assert "决定日期" not in page.text


def test_the_next_page_says_what_was_filed_and_what_comes_next(desk: AuthorityDesk) -> None:
    with working_as(desk.app, CLERK) as client:
        at = send(client, "/filing/drafts", {}).headers["Location"]
        file = (BytesIO("营业执照".encode()), "营业执照.pdf")
        taken = send(client, at, TYPED | {"do": "submit", "files": file}).headers["Location"]
        assert "第 1 号申请已受理，下一步材料初审" in client.get(taken).text
        send(client, f"{taken}/step", {"step": "accept", "sure": "yes"})
        assert "第 1 号申请的办理意见已登记，目前环节：" in client.get(taken).text
    act = FileAct(
        application_id=1,
        terms=FilingTerms(prefixes=(read_prefix(PREFIX),), first=MONDAY, last=MONDAY + 30 * DAY),
    )
    assert "编号前缀 " + PREFIX in approved_text(act, Done(publication=None, struck=0)).zh


def test_the_file_of_the_commands_fills_the_form(desk: AuthorityDesk) -> None:
    entry = json.dumps(sample_application(), ensure_ascii=False).encode()
    with working_as(desk.app, CLERK) as client:
        page = send(client, "/filing/drafts", {}).headers["Location"]
        sent = {"do": "import", "form_file": (BytesIO(entry), "申请.json")}
        assert send(client, page, sent).status_code == 303
        assert "JSON" not in client.get(page).text
        shown = client.get(page).text
        assert shown.index('id="name"') < shown.index('id="form_file"')  # not what one begins with
        assert 'value="91120000MA0000000M"' in shown and 'value="000123"' in shown
        bad = send(client, page, {"do": "import", "form_file": (BytesIO(b"[1]"), "x.json")})
        assert (bad.status_code, 'id="form_file-wrong"' in bad.text) == (422, True)


def test_a_file_of_half_characters_is_kept_with_marks_in_their_place(desk: AuthorityDesk) -> None:
    entry = rb'{"name": "\ud800", "sites": [{"address": "\udfff"}]}'
    with working_as(desk.app, CLERK) as client:
        page = send(client, "/filing/drafts", {}).headers["Location"]
        sent = {"do": "import", "form_file": (BytesIO(entry), "申请.json")}
        assert send(client, page, sent).status_code == 303
        assert client.get(page).status_code == 200


def test_materials_are_as_large_as_the_page_says(desk: AuthorityDesk) -> None:
    with working_as(desk.app, CLERK) as client:
        page = send(client, "/filing/drafts", {}).headers["Location"]
        large = FileStorage(BytesIO(b"%PDF" + bytes(2 << 20)), "章程.pdf")
        body, _, boundary = stream_encode_multipart(
            {"do": "upload", "files": large}, use_tempfile=False
        )
        kind = f"multipart/form-data; boundary={boundary}"
        assert client.post(page, data=body.read(), content_type=kind).status_code == 303
        assert "章程.pdf" in client.get(page).text


def test_a_form_that_only_leads_on_does_not_say_that_something_was_done(
    desk: AuthorityDesk,
) -> None:
    with working_as(desk.app, CLERK) as client:
        page = send(client, "/filing/drafts", {}).headers["Location"]
        assert "已办理" not in client.get(page).text
        send(client, page, TYPED | {"do": "save"})
        assert "已保存，尚未受理" in client.get(page).text


def test_what_stands_in_the_way_of_an_application_is_told_with_a_link(desk: AuthorityDesk) -> None:
    with working_as(desk.app, CLERK) as client:
        pages = [send(client, "/filing/drafts", {}).headers["Location"] for _ in range(2)]
        answers = [
            send(client, at, TYPED | {"do": "submit", "files": (BytesIO(b"%PDF"), "执照.pdf")})
            for at in pages
        ]
    assert answers[0].status_code == 303
    assert "第 1 号申请尚未办结" in answers[1].text and "--supplements" not in answers[1].text
    assert '<a href="/filing/applications/1">打开第 1 号申请</a>' in answers[1].text


def test_a_serial_of_another_body_is_refused_beside_its_field(desk: AuthorityDesk) -> None:
    desk.procedure.filed()
    unit = {"name": "另一家机构（虚构）", "credit_code": "91120000MA0000001Q"}
    with working_as(desk.app, CLERK) as client:
        at = send(client, "/filing/drafts", {}).headers["Location"]
        file = (BytesIO(b"%PDF"), "执照.pdf")
        refused = send(client, at, TYPED | unit | {"do": "submit", "files": file})
    assert refused.status_code == 422
    assert 'id="sites-0-serial-wrong"' in refused.text
    assert "000123 已是“津城样本职业技能评价中心（虚构）”的机构序列码" in refused.text


def test_a_file_with_a_text_longer_than_a_field_takes_fills_nothing_and_is_told(
    desk: AuthorityDesk,
) -> None:
    with working_as(desk.app, CLERK) as client:
        page = send(client, "/filing/drafts", {}).headers["Location"]
        many = {"sites": [{"address": f"样本路 {at} 号"} for at in range(21)]}
        for change, told in (
            ({"name": "名" * 401}, "单位名称：401 字，最多 400 字"),
            ({"sites": [{"address": "址" * 500}]}, "站点 1 地址：500 字，最多 400 字"),
            (many, "21 项，最多 20 项"),
        ):
            entry = json.dumps(sample_application() | change, ensure_ascii=False).encode()
            sent = {"do": "import", "form_file": (BytesIO(entry), "申请.json")}
            refused = send(client, page, sent)
            assert refused.status_code == 422 and told in refused.text
            assert "91120000MA0000000M" not in refused.text


def test_one_more_site_is_shown_only_where_it_was_asked_for(desk: AuthorityDesk) -> None:
    with working_as(desk.app, CLERK) as client:
        at = send(client, "/filing/drafts", {}).headers["Location"]
        assert "sites-0-address" in client.get(at).text
        saved = send(client, at, TYPED | {"do": "save"}).headers["Location"]
        assert "sites-1-address" not in client.get(saved).text
        added = send(client, at, TYPED | {"do": "add_site"}).headers["Location"]
        assert "sites-1-address" in client.get(added).text
        assert "sites-1-address" not in client.get(at).text


@pytest.mark.parametrize(
    ("content", "ending", "mimetype"),
    [(b"%PDF-1.7\n", "pdf", "application/pdf"), (b"\xff\xd8\xff\xe1", "jpg", "image/jpeg")],
)
def test_a_material_is_given_under_its_title_and_right_type(
    desk: AuthorityDesk, content: bytes, ending: str, mimetype: str
) -> None:
    desk.typed_application(content)
    read = "/filing/applications/1/materials"
    given = desk.post(CLERK, read, material="1", ground="初审申报材料")
    assert unquote(given.headers["Content-Disposition"]).endswith(f"营业执照.{ending}")
    assert given.mimetype == mimetype

"""Complaints and tips: sent on the public site, answered at a desk, followed up by a code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from accounts.spoken import spoken_day
from registry.child import Child
from registry.complaint_models import SentComplaint
from registry.complaints import ComplaintBox
from registry.public_database import public_database, public_database_url
from registry.session import reading
from registry.trail_models import TrailEntry
from tests.issuer.authority_desk import AUDITOR, CLERK, DIRECTOR
from tests.verifier.complaint_sides import POLICE, WORDS, Sides, do, mark_of, open_sides
from verifier.budgets import LETTERS_AN_HOUR
from verifier.file_slots import FileSlots
from verifier.links import LinkCheck, LinkKind


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    """The desks and the public site of one home."""
    with open_sides(tmp_path_factory.mktemp("complaints")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def other_network(sides: Sides) -> None:
    """Each test comes from a network of its own."""
    Network.last += 1
    sides.public.environ_base["REMOTE_ADDR"] = f"203.0.113.{Network.last}"


class Network:
    """The network of the last test."""

    last = 0


def picture() -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (60, 40), "white").save(file, "PNG")
    return BytesIO(file.getvalue())


def test_a_complaint_goes_to_the_authority_and_its_answer_back(sides: Sides) -> None:
    code = sides.send(file=(picture(), "照片.png"))
    with (
        public_database(public_database_url(sides.desk.home)) as engine,
        reading(engine) as session,
    ):
        row = session.scalars(select(SentComplaint)).all()[-1]
        assert row.sealed is not None and "没发证".encode() not in row.sealed
        assert row.file_sealed is not None and b"PNG" not in row.file_sealed
    followed = sides.follow(code.lower())
    assert "等待登记" in followed
    assert WORDS["subject"] in followed and "不发证、不更正" in followed
    assert "没发证" not in followed and "已收到：图片，1 KB" in followed
    assert 'id="text"' not in followed and "反映其他事项" in followed  # no empty form again
    desk = sides.desk
    assert "件投诉举报待登记" in desk.get(CLERK, "/").text
    assert "收到 1 件" in desk.get(CLERK, "/complaints").text
    assert do(sides, CLERK, "take-in").status_code == 303
    number = sides.newest().id
    followed = sides.follow(code)
    assert "等待分派或正在核实" in followed and "不发证、不更正" in followed
    assert WORDS["subject"] not in followed  # it has gone to the desk
    assert "已收到：图片" in followed

    untaken = desk.get(CLERK, f"/complaints/{number}").text
    assert WORDS["subject"] in untaken and "不发证、不更正" in untaken
    assert "13900000000" not in untaken and "没发证" not in untaken
    assert WORDS["subject"] not in desk.get(AUDITOR, f"/complaints/{number}").text
    assert do(sides, CLERK, f"{number}/read").status_code == 422  # not theirs yet
    assert do(sides, CLERK, f"{number}/answer", answer="已核实").status_code == 422
    assert do(sides, CLERK, f"{number}/assign").status_code == 303
    shown = do(sides, CLERK, f"{number}/read").text
    assert "某群众 13900000000" in shown and "&lt;b&gt;没发证&lt;/b&gt;" in shown
    sent = do(sides, CLERK, f"{number}/file")
    assert sent.data.startswith(b"\x89PNG")
    assert sent.headers["Content-Disposition"].startswith("attachment")
    with desk.procedure.session() as session:
        acts = set(session.scalars(select(TrailEntry.act)))
    assert {"complaint.subject", "complaint.read", "complaint.file"} <= acts
    assert "complaint.assign" in acts

    held = {"read": mark_of(do(sides, CLERK, f"{number}/read"))}
    empty = do(sides, CLERK, f"{number}/answer", answer=" ", **held)
    assert (empty.status_code, 'id="answer-wrong"' in empty.text) == (422, True)
    do(sides, CLERK, f"{number}/answer", answer="已向机构核实", do="answer", **held)
    assert "已向机构核实" in sides.follow(code) and "仍在办理" in sides.follow(code)
    last = held | {"answer": "证书已于<今日>补发", "do": "close"}
    do(sides, CLERK, f"{number}/answer", **last, sure="yes")
    page = sides.follow(code)
    assert "已办结" in page
    assert page.index("已向机构核实") < page.index("&lt;今日&gt;") < page.index("反映其他事项")
    assert page.count('<span class="note">主管部门，') == 2 and CLERK.name not in page
    assert do(sides, CLERK, f"{number}/answer", answer="再答").status_code == 422
    assert "已办结" in desk.get(AUDITOR, f"/complaints/{number}").text


def test_what_a_scanned_code_opens_leads_to_complaints_beside_its_result(sides: Sides) -> None:
    template = sides.public.get("/q").text.partition('data-slot="complain"')[2]
    assert 'href="/complaints"' in template.partition("</p>")[0]


def test_the_receipt_says_what_file_was_taken(sides: Sides) -> None:
    said = WORDS | {"file": (picture(), "考场<照片>.png")}
    page = sides.public.post("/complaints", data=said).text
    assert "已收到：考场&lt;照片&gt;.png" in page and "图片，1 KB" in page
    assert "没有附件" in sides.public.post("/complaints", data=WORDS).text


def test_a_tip_about_forgeries_is_the_polices_until_they_hand_it_over(sides: Sides) -> None:
    code = sides.send(kind="forged", sender="", subject="yanzhen.example.com")
    assert do(sides, CLERK, "take-in").status_code == 303
    assert "等待登记" in sides.follow(code)
    assert do(sides, POLICE, "take-in").status_code == 303
    number = sides.newest().id
    untaken = sides.desk.get(POLICE, f"/complaints/{number}").text  # to be read first
    assert f"/complaints/{number}/hand-over" not in untaken and "领取，由我办理" in untaken
    for way in ("", "/read", "/assign", "/file", "/answer", "/hand-over"):
        path = f"/complaints/{number}{way}"
        answer = sides.desk.post(DIRECTOR, path) if way else sides.desk.get(DIRECTOR, path)
        assert answer.status_code == 404, way
    do(sides, POLICE, f"{number}/assign")
    assert "匿名" in do(sides, POLICE, f"{number}/read").text
    assert do(sides, POLICE, f"{number}/file").status_code == 404
    why = {"reason": "属于对机构服务的投诉\n与案件无关"}
    late = do(sides, POLICE, f"{number}/hand-over", **why)  # as shown before somebody took it
    assert (late.status_code, "现由王警官办理" in late.text) == (422, True)
    shown = sides.desk.get(POLICE, f"/complaints/{number}").text
    assert f'name="held" value="{POLICE.account_id}"' in shown
    assert "<h2>分派</h2>" not in shown and "<h2>领取</h2>" not in shown
    held = {"held": str(POLICE.account_id)}
    silent = do(sides, POLICE, f"{number}/hand-over", **held)
    assert (silent.status_code, 'id="reason-wrong"' in silent.text) == (422, True)
    assert do(sides, POLICE, f"{number}/hand-over", **held, **why).status_code == 303
    for person, shown in ((DIRECTOR, True), (AUDITOR, False)):
        page = sides.desk.get(person, f"/complaints/{number}").text
        assert "已转主管部门" in page and (why["reason"] in page) == shown
    assert sides.desk.get(POLICE, f"/complaints/{number}").status_code == 404
    for way in ("assign", "hand-over", "read", "answer"):  # from the page as it was shown before
        late = do(sides, POLICE, f"{number}/{way}", **held)
        assert (late.status_code, "这件事项已转" in late.text) == (409, True), way
    with sides.desk.procedure.session() as session:
        done = TrailEntry.act == "complaint.hand_over"
        grounds = set(session.scalars(select(TrailEntry.ground).where(done)))
    assert grounds == {"转交投诉举报"}  # why may name persons, and is sealed
    assert sides.newest().assignee is None
    assert "待分派" in sides.desk.get(DIRECTOR, "/complaints?state=open").text


def test_a_complaint_is_answered_once_it_was_read_and_settled_once_that_was_ticked(
    sides: Sides,
) -> None:
    code = sides.send()
    do(sides, CLERK, "take-in")
    number = sides.newest().id
    do(sides, CLERK, f"{number}/assign")
    page = sides.desk.get(CLERK, f"/complaints/{number}").text
    assert f"/complaints/{number}/answer" not in page and "查看内容后，在同一页答复" in page
    others = mark_of(do(sides, CLERK, f"{number}/read"))[::-1]
    for read in ("", others):
        form = {"answer": "已核实，无此事", "do": "close", "sure": "yes", "read": read}
        unread = do(sides, CLERK, f"{number}/answer", **form)
        assert (unread.status_code, "请先查看内容，再答复" in unread.text) == (422, True)
        assert 'name="answer" value="已核实，无此事"' in unread.text  # goes along with the reading
    shown = do(sides, CLERK, f"{number}/read", answer="已核实，无此事")
    assert "已核实，无此事</textarea>" in shown.text
    form = {"answer": "已核实，无此事", "do": "close", "read": mark_of(shown)}
    unticked = do(sides, CLERK, f"{number}/answer", **form)
    assert (unticked.status_code, 'id="sure-wrong"' in unticked.text) == (422, True)
    assert "已核实，无此事</textarea>" in unticked.text and "没发证" in unticked.text
    assert sides.newest().closed_at is None and "无此事" not in sides.follow(code)
    assert do(sides, CLERK, f"{number}/answer", **form, sure="yes").status_code == 303
    assert "无此事" in sides.follow(code) and sides.newest().closed_at is not None


def test_what_is_overdue_is_said_on_the_first_page(sides: Sides) -> None:
    code = sides.send()
    do(sides, CLERK, "take-in")
    number, desk = sides.newest().id, sides.desk
    assert do(sides, DIRECTOR, f"{number}/assign", account="99").status_code == 422
    do(sides, DIRECTOR, f"{number}/assign")
    late = do(sides, CLERK, f"{number}/assign")  # of two who take one at once, one has it
    assert (late.status_code, "现由钱负责办理" in late.text) == (422, True)
    assert sides.newest().assignee == "钱负责"
    before, desk.today = desk.today, sides.newest().due_on + timedelta(days=1)
    assert "件投诉举报已逾期" in desk.get(DIRECTOR, "/").text
    assert f"/complaints/{number}" in desk.get(CLERK, "/complaints?state=overdue").text
    last = {"answer": "已处理", "do": "close", "sure": "yes"}
    last["read"] = mark_of(do(sides, DIRECTOR, f"{number}/read"))
    do(sides, DIRECTOR, f"{number}/answer", **last)
    assert f"/complaints/{number}" not in desk.get(CLERK, "/complaints?state=overdue").text
    desk.today = before
    assert "已处理" in sides.follow(code)


def test_a_file_sent_while_the_machine_is_busy_is_kept_and_said_to_be_unread(
    sides: Sides, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sides.public.application.extensions["yanzhen_complaints"]
    with monkeypatch.context() as busy:
        busy.setattr(desk, "_slots", FileSlots(tmp_path, 0, patience_seconds=0.0))
        sent = sides.public.post("/complaints", data=WORDS | {"file": (picture(), "a.png")})
    assert sent.status_code == 200 and "不用重新提交" in sent.text
    assert 'id="print" hidden>打印本页' in sent.text and "60 天内办结" in sent.text
    do(sides, CLERK, "take-in")
    number = sides.newest().id
    do(sides, CLERK, f"{number}/assign")
    assert "附件没有检查过" in do(sides, CLERK, f"{number}/read").text
    file = do(sides, CLERK, f"{number}/file")
    assert file.data == picture().getvalue() and ".png" in file.headers["Content-Disposition"]
    sides.send(file=(picture(), "a.png"))
    do(sides, CLERK, "take-in")
    assert sides.newest().file_kind == "picture"


@pytest.mark.parametrize(
    ("module", "seconds", "answer_bytes", "status", "said"),
    [
        ("registry.errors", 15, 1000, 422, "请重新拍照或另存后再选择"),  # it ends without an answer
        ("verifier.report_picture_child", 15, 10, 422, "请重新拍照或另存后再选择"),
        ("verifier.report_picture_child", 0.001, 1000, 200, "不用重新提交"),  # no time was given
    ],
)
def test_a_file_that_brings_its_reader_down_is_refused_and_one_that_had_no_time_is_kept(
    sides: Sides,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    seconds: float,
    answer_bytes: int,
    status: int,
    said: str,
) -> None:
    desk = sides.public.application.extensions["yanzhen_complaints"]
    child = Child(module, seconds=seconds, memory_bytes=512 << 20, answer_bytes=answer_bytes)
    with child, monkeypatch.context() as other:
        other.setattr(desk._pictures, "_child", child)
        sent = sides.public.post("/complaints", data=WORDS | {"file": (picture(), "a.png")})
    assert (sent.status_code, said in sent.text) == (status, True)


def test_what_is_missing_or_unreadable_is_said_beside_its_field(sides: Sides) -> None:
    def refused(**changes: Any) -> str:
        answer = sides.public.post("/complaints", data=WORDS | changes)
        assert answer.status_code == 422
        assert 'value="某群众 13900000000"' in answer.text or "sender" in changes
        return str(answer.text)

    assert 'id="kind-wrong"' in refused(kind="none")
    assert 'id="text-wrong"' in refused(text=" ")
    assert 'id="sender-wrong"' in refused(sender="一\n二")
    assert 'id="file-wrong"' in refused(file=(BytesIO(b"MZ not a picture"), "a.png"))
    assert 'id="file-wrong"' in refused(file=(BytesIO(b"%PDF-1.7 broken"), "a.pdf"))
    both = picture().getvalue() + b"%PDF-1.7"
    assert 'id="file-wrong"' in refused(file=(BytesIO(both), "a.png"))
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    body = part + b"\x89PNG\r\n\x1a\n" + bytes(10 << 20) + b"\r\n--x--\r\n"
    large = sides.public.post(
        "/complaints", data=body, content_type="multipart/form-data; boundary=x"
    )
    assert (large.status_code, 'id="file-wrong"' in large.text) == (422, True)
    wrong = sides.public.post("/complaints/receipt", data={"code": "0000-0000-0000-0000"})
    assert (wrong.status_code, 'id="code-wrong"' in wrong.text) == (422, True)


def test_a_receipt_says_when_it_was_sent_and_where_it_is_followed_up(sides: Sides) -> None:
    page = sides.public.post("/complaints", data=WORDS).text
    today = spoken_day(sides.public.application.extensions["yanzhen_verifier"].today()).zh
    assert f'<th scope="row">提交时间</th><td><span class="value"><span class="day">{today}' in page
    assert re.search(
        r"查询网址</th><td><span class=\"value\">http://[a-z0-9.:-]+/complaints<", page
    )


def test_the_page_of_a_receipt_loaded_once_more_is_the_same_receipt(
    sides: Sides, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = re.search(r'name="sending" value="([0-9a-f]{32})"', sides.public.get("/complaints").text)
    assert mark is not None

    def waiting() -> int:
        url = public_database_url(sides.desk.home)
        with public_database(url) as public, reading(public) as session:
            return len(session.scalars(select(SentComplaint)).all())

    before = waiting()
    first = sides.send(sending=mark[1], file=(picture(), "a.png"))
    again = sides.send(sending=mark[1], file=(picture(), "a.png"))
    assert (again, waiting() - before) == (first, 1)
    other = sides.send(sending=mark[1], text="又一件事")
    assert other != first and waiting() - before == 2
    monkeypatch.setattr(ComplaintBox, "repeated", lambda *_: None)  # two at once: neither is there
    assert sides.send(sending=mark[1], text="又一件事") == other and waiting() - before == 2
    assert sides.send() != sides.send()


def test_a_false_link_that_was_found_is_filled_in(
    sides: Sides, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = "https://jndj-osta.org.cn.evil.example/q"
    check = LinkCheck(kind=LinkKind.LOOK_ALIKE, host="jndj-osta.org.cn.evil.example", findings=())
    monkeypatch.setattr("verifier.site.link_page.check_link", lambda *_: check)
    found = sides.public.post("/link", data={"link": link}).text
    assert 'action="/complaints/about"' in found
    page = sides.public.post("/complaints/about", data={"link": link}).text
    assert f'value="{link}"' in page and '<option value="forged" selected>' in page
    long = sides.public.post("/complaints/about", data={"link": link + "a" * 300}).text
    assert link + "a" * 300 in long


def test_one_network_sends_only_so_many_in_an_hour(sides: Sides) -> None:
    for _ in range(LETTERS_AN_HOUR):
        sides.send()
    answer = sides.public.post("/complaints", data=WORDS)
    assert answer.status_code == 429 and "没发证" in answer.text

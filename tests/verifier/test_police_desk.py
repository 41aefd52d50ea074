"""The police desk beside its cases: records reviewed, bodies asked, clusters, custody checked."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import delete, select, update

from registry.case_models import (
    CaseEvent,
    CaseQuestion,
    CaseReading,
    CaseWithdrawal,
    PoliceCase,
)
from registry.case_sealed import ITEM_BOXED
from registry.models import Award, Site
from registry.session import reading, transaction
from registry.trail_models import TrailEntry
from tests.accounts.desk_app import working_as
from tests.issuer.desks import PREFIX
from tests.verifier.police_homes import (
    AUDITOR,
    CLERK,
    FOREIGN,
    ONE,
    OTHER,
    REFERENCE,
    SURE,
    PoliceHome,
    open_police_home,
)
from verifier.cases.casework import find_item
from verifier.cases.custody import check_custody
from verifier.verdict import Outcome, say_day

GROUND = "核对持证人身份"
SURE_ANSWER = {"sure": "yes"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate."""
    with open_police_home(tmp_path_factory.mktemp("police-desk")) as made:
        yield made


def read_record(desk: PoliceHome, case_id: int) -> str:
    """Read the full record as one officer; return its address."""
    status, at, _ = desk.post(f"/police/cases/{case_id}/records", number=desk.number, ground=GROUND)
    assert status == 303
    return at


def last_reading(desk: PoliceHome) -> CaseReading:
    with reading(desk.room.desks) as session:
        found = session.scalars(select(CaseReading).order_by(CaseReading.id.desc())).first()
    assert found is not None
    return found


def test_a_full_record_is_noted_first_and_shown_to_its_reader_alone(desk: PoliceHome) -> None:
    case_id = desk.open_case()
    for ground in ("", "查", "核对", "查查查查查查", "、、、 。。。"):
        form = {"number": desk.number, "ground": ground}
        status, _, body = desk.post(f"/police/cases/{case_id}/records", **form)
        assert (status, "至少 6 个汉字".encode() in body) == (422, True), ground
    status, _, body = desk.post(
        f"/police/cases/{case_id}/records", number="S" + "9" * 21, ground=GROUND
    )
    assert (status, "登记中没有".encode() in body) == (422, True)
    document = "11010519491231002X"
    status, _, _ = desk.post(
        f"/police/cases/{case_id}/records", number=desk.number, ground=f"核对持证人 {document}"
    )
    assert status == 422
    at = read_record(desk, case_id)
    page = desk.page(at)
    assert desk.name in page
    assert desk.status(f"{at}/photo") == 200
    assert desk.status(at, OTHER) == 404
    assert desk.status(f"{at}/photo", OTHER) == 404
    with reading(desk.room.register) as session:
        noted = session.scalars(
            select(TrailEntry).where(TrailEntry.act == "police.read_record")
        ).all()
    assert [(one.actor, one.ground, one.reference) for one in noted] == [
        (ONE.name, GROUND, REFERENCE)
    ]
    with transaction(desk.room.desks) as session:
        early = desk.room.clock() - timedelta(minutes=16)
        session.execute(update(CaseReading).values(read_at=early))
    assert desk.status(at) == 404


def test_another_officer_reviews_a_reading_once(desk: PoliceHome) -> None:
    read_record(desk, desk.open_case())
    row = last_reading(desk)
    address = f"/police/readings/{row.id}"
    assert desk.post(address, ONE, mark="in_order")[0] == 422
    assert desk.post(address, AUDITOR, mark="in_order")[0] == 403
    assert desk.post(address, OTHER)[0] == 422
    assert desk.post(address, OTHER, mark="questioned")[0] == 422
    assert desk.post("/police/readings/999", OTHER, mark="in_order")[0] == 404
    assert "次查看待复核" in desk.page("/", OTHER)
    assert desk.post(address, OTHER, mark="questioned", remark="案件与证书无关？")[0] == 303
    assert desk.post(address, OTHER, mark="in_order")[0] == 422
    listed = desk.page("/police/readings", AUDITOR)
    assert "案件与证书无关？" in listed and "须说明" not in listed
    case = f"/police/cases/{row.case_id}"
    front = desk.page("/", ONE)
    assert "次查看被提出疑问" in front and f'href="{case}#records"' in front
    assert "案件与证书无关？" in desk.page(case, ONE)
    assert "次查看被提出疑问" not in desk.page("/", OTHER)
    reviewed = last_reading(desk)
    assert (reviewed.mark, reviewed.reviewed_by) == ("questioned", OTHER.name)


def name_of_body(desk: PoliceHome) -> str:
    with reading(desk.room.register) as session:
        return session.scalars(select(Site).where(Site.prefix == PREFIX)).one().body.name


def award_of(desk: PoliceHome) -> int:
    with reading(desk.room.register) as session:
        return session.scalars(select(Award.id).where(Award.number == desk.number)).one()


def test_a_body_is_asked_sees_only_the_question_and_answers_once(desk: PoliceHome) -> None:
    case_id = desk.open_case("津公（刑）受案字〔2026〕99号")
    due = (desk.room.today() + timedelta(days=3)).isoformat()
    asked = {"asked_number": desk.number, "question": "<i>是否</i>由你单位签发？", "due": due}
    address = f"/police/cases/{case_id}/questions"
    for wrong in (
        {"asked_number": "S" + "9" * 21},
        {"question": ""},
        {"due": desk.room.today().isoformat()},
    ):
        assert desk.post(address, **(asked | wrong))[0] == 422
    assert desk.post(address, **asked)[0] == 303
    custody = desk.page(f"/police/cases/{case_id}/custody")
    assert say_day(date.fromisoformat(due)).zh in custody and due not in custody
    name = name_of_body(desk)
    assert f"{PREFIX}（{name}）" in custody
    assert f"等候“{name}”答复" in desk.page(f"/police/cases/{case_id}")
    with reading(desk.room.desks) as session:
        row = session.scalars(select(CaseQuestion)).one()
    at = f"/questions/{row.id}"
    assert "项公安询问待答复" in desk.page("/", CLERK)
    page = desk.page(at, CLERK)
    assert "&lt;i&gt;是否&lt;/i&gt;由你单位签发？" in page
    assert "〔2026〕99号" not in page
    assert "三级/高级工" in page and "＊" in page and desk.name not in page
    opening = {"ground": "答复公安询问", "back": at}
    assert desk.post(f"/certificates/{award_of(desk)}/open", CLERK, **opening)[:2] == (302, at)
    assert desk.name in desk.page(at, CLERK)
    assert desk.status(at, FOREIGN) == 404
    assert desk.post(at, FOREIGN, answer="ours")[0] == 404
    assert "项公安询问待答复" not in desk.page("/", FOREIGN)
    with transaction(desk.room.desks) as session:
        session.execute(update(CaseQuestion).values(due_on=desk.room.today() - timedelta(days=1)))
    assert "已逾期" in desk.page(f"/police/cases/{case_id}")
    front = desk.page("/", ONE)
    assert "项机构答复已逾期" in front and f'href="/police/cases/{case_id}#questions"' in front
    assert "机构答复已逾期" in desk.page("/police/cases")
    assert desk.post(at, CLERK)[0] == 422
    assert desk.post(at, CLERK, answer="differs")[0] == 422
    said = {"answer": "differs", "words": "等级为三级"}
    status, _, body = desk.post(at, CLERK, **said)
    assert (status, b'id="sure-wrong"' in body) == (422, True)
    assert desk.post(at, CLERK, **said, **SURE_ANSWER)[0] == 303
    assert desk.post(at, CLERK, answer="ours")[0] == 422
    told, mine = "项答复尚未查看", PoliceCase.id == case_id
    namesake = replace(ONE, account_id=OTHER.account_id + 100)
    desk.page(f"/police/cases/{case_id}", namesake)
    assert told not in desk.page("/", namesake)
    with transaction(desk.room.desks) as session:
        session.execute(update(PoliceCase).where(mine).values(state="closed"))
    front = desk.page("/", ONE)
    assert told in front and f'href="/police/cases/{case_id}#questions"' in front
    page = desk.page(f"/police/cases/{case_id}")
    assert told not in desk.page("/", ONE)
    with transaction(desk.room.desks) as session:
        session.execute(update(PoliceCase).where(mine).values(state="open"))
    assert "是本机构签发，登记与询问所述不一致" in page
    assert "等级为三级" in page
    assert row.prefix == PREFIX


def asked_by_police(desk: PoliceHome, reference: str, number: str) -> tuple[str, int]:
    """Ask the body about a number; return the address of the case and the question."""
    address = f"/police/cases/{desk.open_case(reference)}"
    due = (desk.room.today() + timedelta(days=3)).isoformat()
    asked = {"asked_number": number, "question": "纸面为一级，是否属实？", "due": due}
    assert desk.post(f"{address}/questions", **asked)[0] == 303
    status, _, body = desk.post(f"{address}/questions", **asked)
    assert (status, "正在等候答复".encode() in body) == (422, True)
    with reading(desk.room.desks) as session:
        latest = select(CaseQuestion.id).order_by(CaseQuestion.id.desc())
        return address, session.scalars(latest).first() or 0


@pytest.mark.parametrize("on_record", [True, False])
def test_an_answer_that_the_register_contradicts_is_confirmed_with_the_ground(
    desk: PoliceHome, on_record: bool
) -> None:
    number = desk.number if on_record else PREFIX + "269999999"
    address, question = asked_by_police(desk, f"〔2026〕98号 {on_record}", number)
    at = f"/questions/{question}"
    assert "只就本机构的登记" in desk.page(at, CLERK)
    said = {"answer": "not_ours" if on_record else "ours"}
    status, _, body = desk.post(at, CLERK, **said, words="档案")
    assert (status, b'id="despite-wrong"' in body) == (422, True)
    said["despite"] = "yes"
    assert b'id="words-wrong"' in desk.post(at, CLERK, **said)[2]
    assert desk.post(at, CLERK, **said, **SURE_ANSWER, words="纸质档案 12 号")[0] == 303
    assert "纸质档案 12 号" in desk.page(address)


def test_a_question_is_taken_back_with_the_reason_and_not_answered_then(desk: PoliceHome) -> None:
    address, question = asked_by_police(desk, "〔2026〕97号", desk.number)
    back = f"{address}/questions/{question}/withdraw"
    status, _, body = desk.post(back)
    assert (status, b'id="withdraw_reason-wrong"' in body) == (422, True)
    assert "<details open>" in body.decode()
    other = f"/police/cases/{desk.open_case()}/questions/{question}/withdraw"
    assert desk.post(other, withdraw_reason="编号抄错")[0] == 404
    assert desk.post(back, withdraw_reason="编号抄错")[0] == 303
    assert desk.post(back, withdraw_reason="再来")[0] == 422
    assert "编号抄错" in desk.page(f"{address}/custody")
    assert "保管记录核对不符" not in desk.page(f"{address}/custody")
    assert "已撤回" in desk.page(address) and "已撤回" in desk.page(f"/questions/{question}", CLERK)
    status, _, body = desk.post(f"/questions/{question}", CLERK, answer="ours")
    assert (status, "已撤回这项询问".encode() in body) == (422, True)
    with transaction(desk.room.desks) as session:
        session.execute(delete(CaseWithdrawal).where(CaseWithdrawal.question_id == question))
    assert "撤回的询问与所记的不一致" in desk.page(f"{address}/custody")


@pytest.mark.parametrize(
    ("path", "place"),
    [("/clusters", "串并线索"), ("/readings", "查看复核"), ("/cases/{case}/papers/new", "案件")],
)
def test_one_place_of_the_menu_is_marked(desk: PoliceHome, path: str, place: str) -> None:
    page = desk.page("/police" + path.format(case=desk.open_case()))
    marked = re.findall(r'data-key="[^"]*" aria-current="(?:page|true)">([^<]+)<', page)
    assert marked == [place]


@pytest.mark.parametrize("tampering", ["edit", "cut", "drop", "insert"])
def test_custody_that_was_tampered_with_shows_it(desk: PoliceHome, tampering: str) -> None:
    case_id = desk.open_case("丁〔2026〕4号")
    for to in ("甲", "乙"):
        form = {"number": desk.number, "ground": f"核对持证人身份 {to}"}
        assert desk.post(f"/police/cases/{case_id}/records", **form)[0] == 303
    room = desk.room
    mine = CaseEvent.case_id == case_id
    with reading(room.desks) as session:
        assert check_custody(room, session, room.vault(), case_id).faults == ()
        rows = session.scalars(select(CaseEvent).where(mine)).all()
    with transaction(room.desks) as session:
        if tampering == "edit":
            change = {"line_sealed": rows[1].line_sealed, "key": "other"}
            session.execute(update(CaseEvent).where(mine, CaseEvent.place == 2).values(change))
        elif tampering == "insert":
            session.add(
                CaseEvent(key="more", case_id=case_id, place=4, line_sealed=b"x", sha256="00")
            )
        else:
            place = 3 if tampering == "cut" else 2
            session.execute(delete(CaseEvent).where(mine, CaseEvent.place == place))
    with reading(room.desks) as session:
        places = {place for place, _ in check_custody(room, session, room.vault(), case_id).faults}
    readings = set() if tampering == "insert" else {None}  # one of which no line tells any more
    told = {"edit": {2}, "cut": {3}, "drop": {2, 3}, "insert": {4}}
    assert places == told[tampering] | readings
    assert "保管记录核对不符" in desk.page(f"/police/cases/{case_id}/custody")
    assert desk.post(f"/police/cases/{case_id}/bundle")[0] == 422


def test_a_case_is_handed_over_and_closed(desk: PoliceHome) -> None:
    case_id = desk.open_case("戊〔2026〕5号")
    address = f"/police/cases/{case_id}"
    status, _, body = desk.post(f"{address}/hand-over", to="", paper="1")
    assert (status, "请填写接收单位和接收人".encode() in body) == (422, True)
    assert desk.post(f"{address}/hand-over", to="检察院 孙", paper="移字1号", **SURE)[0] == 303
    status, _, body = desk.post(
        f"{address}/papers/new", by="number", giver="甲", number=desk.number, name=desk.name
    )
    assert (status, "已移交或办结".encode() in body) == (422, True)
    assert desk.post(f"{address}/close", outcome="forged", result="")[0] == 422
    said = {"outcome": "forged", "result": "认定变造等级"}
    unexamined = "原件已由检察院核验"
    status, _, body = desk.post(f"{address}/close", **said, unexamined=unexamined)
    assert (status, b'id="outcome-wrong"' in body) == (422, True)  # nothing was examined
    said["outcome"] = "unproved"
    status, _, body = desk.post(f"{address}/close", **said)
    assert (status, b'id="unexamined-wrong"' in body) == (422, True)
    assert desk.post(f"{address}/close", **said, **SURE, unexamined=unexamined)[0] == 303
    assert desk.post(f"{address}/close", outcome="genuine", result="再来", **SURE)[0] == 422
    assert "证据不足，未能认定" in desk.page(address)
    custody = re.sub(r"<[^>]+>", " ", desk.page(f"{address}/custody"))
    assert "处理结果 证据不足，未能认定" in " ".join(custody.split())
    assert "没有核验材料的原因 原件已由检察院核验" in " ".join(custody.split())
    assert "unproved" not in custody


def test_a_number_alone_is_judged_and_a_forger_may_be_asked_about(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.open_case("己〔2026〕6号")
    form = {"by": "number", "giver": "电话举报", "number": desk.number, "name": desk.name}
    status, at, _ = desk.post(f"/police/cases/{case_id}/papers/new", **form)
    assert status == 303
    page = desk.page(at)
    assert "核验一致，现行有效" in page
    assert "下载报告" in page
    assert "所填姓名" in page and "接收情况" in page
    assert 'name="unexamined"' not in desk.page(f"/police/cases/{case_id}")
    assert "核验结论" in desk.page(f"/police/cases/{case_id}/custody")
    assert "valid" not in re.sub(r"<[^>]+>", " ", desk.page(f"/police/cases/{case_id}/custody"))
    assert desk.post(f"{at}/original")[0] == 422
    assert desk.post(f"{at}/again")[0] == 303
    with monkeypatch.context() as asked:  # the factor comes with the page that asks again
        asked.setattr("verifier.desks.police_cases.factor_is_fresh", lambda: False)
        status, back, _ = desk.post(f"/police/cases/{case_id}/bundle")
    assert (status, back) == (303, f"/police/cases/{case_id}#bundle")
    with zipfile.ZipFile(BytesIO(desk.post(f"/police/cases/{case_id}/bundle")[2])) as bundle:
        readme = bundle.read("README.txt").decode()
    assert "reports/" in readme and "verdicts/" in readme
    assert "pictures/" not in readme and "originals/" not in readme


def test_the_name_an_officer_reads_on_a_file_is_compared_too(desk: PoliceHome) -> None:
    case_id = desk.open_case("津公（刑）受案字〔2026〕101号")
    place = desk.hand_in(case_id, desk.pdf, "证书.pdf", number=desk.number, name="胡志刚")
    page = desk.page(f"/police/cases/{case_id}/papers/{place}")
    assert "接收时所填的编号和姓名" in page and "胡志刚" in page
    assert Outcome.NOT_FOUND.text.zh in page
    assert Outcome.VALID.text.zh in page  # the file's own answer stands beside it


@pytest.mark.parametrize(("name", "is_pdf"), [("证书.PDF", True), ("照片.jpg", False)])
def test_a_picture_has_no_first_page_and_its_record_is_what_is_signed(
    desk: PoliceHome, name: str, is_pdf: bool
) -> None:
    case_id = desk.open_case(f"津公（刑）受案字〔2026〕107号 {name}")
    place = desk.hand_in(case_id, desk.pdf, name)
    with transaction(desk.room.desks) as session:
        ITEM_BOXED.put(find_item(session, case_id, place), desk.room.vault(), b"JPEG")
    page = desk.page(f"/police/cases/{case_id}/papers/{place}")
    assert ("首页图像" in page, "提交的图像" in page) == (is_pdf, not is_pdf)
    assert "签发记录的签名有效：记录由“" in page and "签名有效：内容" not in page
    told = page.partition("接收时间")[2].partition("</dd>")[0]
    assert "北京时间 20" in told and "UTC" not in page


def test_the_next_page_names_the_case_and_what_comes_next(desk: PoliceHome) -> None:
    with working_as(desk.app, ONE) as client:
        form = {"reference": "津公（刑）受案字〔2026〕106号", "about": "证书可疑"}
        page = client.post("/police/cases/new", data=form, follow_redirects=True).text
    assert "案件 津公（刑）受案字〔2026〕106号 已登记，下一步提交可疑证书" in page

"""What a body is asked in fields is compared with its register before it answers."""

from __future__ import annotations

import html
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from codes.levels import Level
from registry.case_answers import Reply, pack_reply, unpack_reply
from registry.case_claims import Claims, OnRecord, compare_claims, pack_claims, unpack_claims
from registry.case_models import CaseQuestion
from registry.case_sealed import ANSWER_WORDS, QUESTION
from registry.models import Award
from registry.session import reading, transaction
from tests.verifier.police_homes import CLERK, ONE, PoliceHome, open_police_home
from verifier.verdict import say_day

DAY = date(2026, 5, 6)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate."""
    with open_police_home(tmp_path_factory.mktemp("police-questions")) as made:
        yield made


def ask(desk: PoliceHome, reference: str, **said: str) -> tuple[int, str]:
    """Ask the body of the certificate; return the case and the address of the question."""
    case_id = desk.open_case(reference)
    due = (desk.room.today() + timedelta(days=3)).isoformat()
    form = {"asked_number": desk.number, "question": "", "due": due, **said}
    assert desk.post(f"/police/cases/{case_id}/questions", **form)[0] == 303
    with reading(desk.room.desks) as session:
        found = session.scalars(select(CaseQuestion.id).order_by(CaseQuestion.id.desc())).first()
    return case_id, f"/questions/{found}"


def open_full(desk: PoliceHome, at: str) -> None:
    """Have the clerk open the full record, from the page of the question."""
    with reading(desk.room.register) as session:
        award = session.scalars(select(Award.id).where(Award.number == desk.number)).one()
    opening = {"ground": "答复公安询问", "back": at}
    assert desk.post(f"/certificates/{award}/open", CLERK, **opening)[0] == 302


def refusal(desk: PoliceHome, at: str, **form: str) -> str:
    """Return which field an answer is refused at; empty where it was taken."""
    status, _, body = desk.post(at, CLERK, **form)
    if status == 303:
        return ""
    found: list[str] = re.findall(r'id="([a-z]+)-wrong"', body.decode())
    return found[0]


def compared(page: str) -> list[str]:
    """Return what the page of a question says of each thing compared."""
    table = page.partition("询问所述与登记对照")[2].partition("</table>")[0]
    cells = re.findall(r'data-label="系统比对">(.*?)</td>', table, re.DOTALL)
    return [re.sub("<[^>]+>|\\s", "", html.unescape(one)) for one in cells]


def test_a_body_reads_who_asks_and_by_which_reference(desk: PoliceHome) -> None:
    unit = "样本市公安局经侦支队，津公经询〔2026〕7号，022-00000000"
    case_id, at = ask(desk, "〔2026〕299号", shown_name=desk.name, asker=unit)
    page = desk.page(at, CLERK)
    assert unit in page and f"公安询问 {at.rpartition('/')[2]}" in page
    assert f"公安机关 {ONE.name}" in page and unit in desk.page(f"/police/cases/{case_id}", ONE)
    form = {"asked_number": desk.number, "question": "是否签发？", "asker": "甲" * 121}
    form["due"] = (desk.room.today() + timedelta(days=3)).isoformat()
    status, _, body = desk.post(f"/police/cases/{case_id}/questions", **form)
    assert (status, "最多 120 个字符" in body.decode()) == (422, True)


def test_a_record_is_opened_before_it_is_said_to_be_as_asked(desk: PoliceHome) -> None:
    _, at = ask(desk, "〔2026〕300号", shown_name=desk.name)
    page = desk.page(at, CLERK)
    assert "须先显示完整姓名" in page
    assert refusal(desk, at, answer="ours", sure="yes") == "answer"
    open_full(desk, at)
    assert refusal(desk, at, answer="ours", sure="yes") == ""


@pytest.mark.parametrize(
    "said",
    [
        {"shown_name": "王志明", "shown_level": "3"},
        {"question": "纸面姓名王志明，是否由你单位签发？"},
    ],
)
def test_another_name_is_not_confirmed_without_being_seen_and_explained(
    desk: PoliceHome, said: dict[str, str]
) -> None:
    case_id, at = ask(desk, f"〔2026〕301号 {len(said)}", **said)
    clue = "不一致" if "shown_name" in said else "询问文字中没有登记的姓名"
    open_full(desk, at)
    page = desk.page(at, CLERK)
    assert compared(page)[0] == clue
    assert "王志明" in page and desk.name in page
    form = {"answer": "ours", "sure": "yes"}
    assert refusal(desk, at, **form) == "despite"
    assert refusal(desk, at, **form, despite="yes") == "words"
    told = {"despite": "yes", "words": "持证人 2026 年更名"}
    assert refusal(desk, at, **form, **told) == ""
    assert "持证人 2026 年更名" in desk.page(f"/police/cases/{case_id}", ONE)


def test_what_agrees_is_said_and_confirmed_once_the_record_was_opened(desk: PoliceHome) -> None:
    with reading(desk.room.register) as session:
        award = session.scalars(select(Award).where(Award.number == desk.number)).one()
    wrong = (award.issued_on + timedelta(days=1)).isoformat()
    said = {"shown_name": f" {desk.name}", "shown_level": str(award.level)}
    case_id, at = ask(desk, "〔2026〕302号", **said, shown_issued_on=wrong)
    assert compared(desk.page(at, CLERK)) == ["一致", "一致", "不一致"]
    day = award.issued_on.isoformat()
    case_id, at = ask(desk, "〔2026〕303号", **said, shown_issued_on=day)
    assert compared(desk.page(at, CLERK)) == ["一致"] * 3
    custody = desk.page(f"/police/cases/{case_id}/custody")
    assert "纸面姓名" in custody and Level(award.level).zh in custody
    assert "保管记录核对不符" not in custody
    open_full(desk, at)
    assert refusal(desk, at, answer="ours", sure="yes") == ""


def test_a_question_whose_fields_were_changed_shows_in_custody(desk: PoliceHome) -> None:
    case_id, at = ask(desk, "〔2026〕304号", shown_name="王志明")
    with transaction(desk.room.desks) as session:
        row = session.get_one(CaseQuestion, int(at.rpartition("/")[2]))
        QUESTION.put(row, desk.room.vault(), pack_claims(Claims(name=desk.name)))
    page = desk.page(f"/police/cases/{case_id}/custody")
    assert "案件中的询问与发出时所记的不一致" in page


def answered(desk: PoliceHome, reference: str) -> tuple[int, str]:
    """Have a question with a wrong level answered; return the case and the question's address."""
    case_id, at = ask(desk, reference, shown_name=desk.name, shown_level="2")
    form = {"answer": "differs", "words": "登记为三级\n五、其他", "sure": "yes"}
    assert refusal(desk, at, **form) == ""
    return case_id, at


def test_an_answer_is_a_step_of_custody(desk: PoliceHome) -> None:
    case_id, at = answered(desk, "〔2026〕306号")
    page = desk.page(f"/police/cases/{case_id}/custody")
    step = page.rpartition("<tr>")[2]
    assert "机构答复" in step and CLERK.name in step
    assert "登记与询问所述不一致" in step and "登记为三级" in step
    assert f'登记的等级</small> <span class="long">{Level.THREE.zh}' in step
    assert "保管记录核对不符" not in page
    with transaction(desk.room.desks) as session:
        row = session.get_one(CaseQuestion, int(at.rpartition("/")[2]))
        ANSWER_WORDS.put(row, desk.room.vault(), pack_reply(Reply(words="登记为二级")))
    page = desk.page(f"/police/cases/{case_id}/custody")
    assert "第 3 条：案件中的机构答复与收到时所记的不一致" in page


def test_who_asked_sees_what_of_the_question_differs(desk: PoliceHome) -> None:
    case_id, _ = answered(desk, "〔2026〕307号")
    table = desk.page(f"/police/cases/{case_id}").partition("答复时系统比对的结果")[2]
    table = table.partition("</table>")[0]
    rows = [re.sub(r"\s|<[^>]+>", " ", one).split() for one in table.split("<tr>")[2:]]
    assert rows[0] == ["姓名", desk.name, "不在此显示，见完整登记信息", "一致"]
    assert rows[1] == ["等级", Level.TWO.zh, Level.THREE.zh, "不一致"]
    form = {"by": "number", "giver": "甲", "number": desk.number, "name": desk.name}
    assert desk.post(f"/police/cases/{case_id}/papers/new", **form)[0] == 303
    with zipfile.ZipFile(BytesIO(desk.post(f"/police/cases/{case_id}/bundle")[2])) as bundle:
        (told,) = json.loads(bundle.read("case.json"))["questions"]
    assert told["compared"][1] == {"item": "level", "compared": "differs", "on_record": "3"}


def test_a_bundle_says_in_words_what_was_answered_and_done(desk: PoliceHome) -> None:
    case_id, _ = answered(desk, "〔2026〕308号")
    form = {"by": "number", "giver": "甲", "number": desk.number, "name": desk.name}
    assert desk.post(f"/police/cases/{case_id}/papers/new", **form)[0] == 303
    with zipfile.ZipFile(BytesIO(desk.post(f"/police/cases/{case_id}/bundle")[2])) as bundle:
        assert "case.txt" in bundle.read("README.txt").decode()
        told = bundle.read("case.txt").decode()
    day = say_day(desk.room.today())
    chinese, _, english = told.partition("-" * 60)
    for words in (
        "  答复：是本机构签发，登记与询问所述不一致",
        "  答复的说明：登记为三级 五、其他\n",
        f"    - 姓名：询问所述 {desk.name}，机构登记 不在此列出，一致",
        f"    - 等级：询问所述 {Level.TWO.zh}，机构登记 {Level.THREE.zh}，不一致",
        "  提交人：甲",
        f"3. {day.zh}",
        f"  机构答复  {CLERK.name}",
    ):
        assert words in chinese, words
    assert f"Answered: {day.en}" in english and "Body's answer" in english
    assert "一致" not in english


def test_replies_are_kept_as_they_were_and_old_answers_are_words() -> None:
    claims = Claims(name="王志明", level=Level.TWO, issued_on=DAY)
    lines = compare_claims(claims, OnRecord(name="王志朋", level=Level.THREE, issued_on=DAY))
    for one in (Reply(words="{", on_record=True, lines=lines), Reply(words="", on_record=False)):
        assert unpack_reply(pack_reply(one).decode(), claims) == replace(one, lines=[*one.lines])
    for old in ("登记为三级", "12", "{}", ""):
        assert unpack_reply(old, claims) == Reply(words=old)


def test_a_question_says_something(desk: PoliceHome) -> None:
    case_id = desk.open_case("〔2026〕305号")
    due = (desk.room.today() + timedelta(days=3)).isoformat()
    form = {"asked_number": desk.number, "due": due}
    address = f"/police/cases/{case_id}/questions"
    for said, told in (({}, "请填写纸面所示的姓名"), ({"shown_name": "王" * 121}, "姓名最多")):
        status, _, body = desk.post(address, **form, **said)
        assert (status, told in body.decode()) == (422, True)


def test_claims_are_kept_as_they_were_and_old_questions_are_words() -> None:
    full = Claims(words="{是否}", name="王志明", level=Level.TWO, issued_on=DAY)
    for one in (full, Claims(words="12", asker="甲"), Claims(name="王")):
        assert unpack_claims(pack_claims(one).decode()) == one
    for old in ("是否签发？", "12", '{"a": 1}', "[]", ""):
        assert unpack_claims(old) == Claims(words=old)


@pytest.mark.parametrize(
    ("claims", "name", "agrees"),
    [
        (Claims(name="王 志明"), "王志明", True),
        (Claims(name="王志朋", words="王志明"), "王志明", False),
        (Claims(name="王志明"), None, None),
        (Claims(words="姓名王志明，三级"), "王志明", True),
        (Claims(words="是否签发？"), "王志明", None),
    ],
)
def test_names_are_compared_however_they_are_spaced(
    claims: Claims, name: str | None, agrees: bool | None
) -> None:
    record = OnRecord(name=name, level=Level.TWO, issued_on=DAY)
    assert [one.agrees for one in compare_claims(claims, record)] == [agrees]

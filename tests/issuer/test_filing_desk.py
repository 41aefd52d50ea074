"""Filing at the authority's desk: typed, reviewed, under notice, proposed, approved by another."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from accounts.roles import BODY_ROLES, Role
from accounts.spoken import spoken_day
from issuer.application_states import Stage
from issuer.errors import IssuerError
from issuer.filing_changes import suspend as suspend_site
from issuer.filing_proposals import Actor, ProposalState, approve, decline
from issuer.filing_view import act_as_dict, act_line
from issuer.root_custody import open_root_keys
from keys.root_signing import RootKey
from registry.filing_desk_models import FilingProposal
from registry.filing_models import FilingAct
from registry.home import Home
from registry.models import Site
from registry.session import reading
from registry.trail_models import TrailEntry
from tests.accounts.desk_app import person_of, working_as
from tests.conftest import PASSPHRASE
from tests.issuer.authority_desk import (
    AUDITOR,
    CLERK,
    DAY,
    DIRECTOR,
    DIRECTOR_TOO,
    TYPED,
    AuthorityDesk,
)
from tests.issuer.procedures import MONDAY, PREFIX, at, decision


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> AuthorityDesk:
    return AuthorityDesk(home, tmp_path / "in")


def stage(desk: AuthorityDesk, number: int = 1) -> Stage:
    return desk.procedure.stage(number)


def test_an_application_goes_from_the_form_to_the_filing(desk: AuthorityDesk) -> None:
    assert "没有办理中的申请" in desk.get(CLERK, "/filing/applications").text
    taken = desk.typed_application()
    assert (taken.status_code, taken.headers["Location"]) == (303, "/filing/applications/1")
    page = desk.get(CLERK, "/filing/applications/1").text
    assert "材料初审" in page and "91120000MA0000000M" in page
    assert "待材料初审" in desk.get(AUDITOR, "/filing/applications").text

    step = "/filing/applications/1/step"
    assert desk.post(CLERK, step, step="accept", sure="yes").status_code == 303
    selected = desk.post(CLERK, step, step="accept", sure="yes")
    assert selected.status_code == 403  # selecting is a director's
    assert desk.post(DIRECTOR, step, step="accept", sure="yes").status_code == 303
    notice = "/filing/applications/1/notice"
    said = "由经办人办理；负责人也可以办理"
    for person, told in ((CLERK, False), (DIRECTOR, True), (AUDITOR, False)):
        page = desk.get(person, "/filing/applications/1").text
        assert (said in page, notice in page) == (told, person is not AUDITOR)
    assert str(MONDAY + DAY) in desk.get(CLERK, notice).text
    with working_as(desk.app, CLERK) as client:
        days = {"first": MONDAY + DAY, "last": MONDAY + 7 * DAY}
        begun = client.post(notice, data=days | {"sure": "yes"}, follow_redirects=True)
    first, last = (spoken_day(day).zh for day in days.values())
    assert f"公示已登记，{first}至{last}在核验网站公布" in begun.text
    assert "公示中" in desk.get(CLERK, "/filing/applications").text

    desk.today = MONDAY + 8 * DAY
    filing = "/filing/applications/1/file"
    terms = {"first": "2026-12-01", "last": "2029-11-30", "reason": "符合条件"}
    wrong = desk.post(CLERK, filing, prefix__0="S00001200012", **terms)
    assert (wrong.status_code, 'id="prefix-0-wrong"' in wrong.text) == (422, True)
    proposed = desk.post(CLERK, filing, prefix__0=PREFIX, **terms)
    assert proposed.headers["Location"] == "/filing/proposals/1"
    assert stage(desk) is Stage.ON_NOTICE  # nothing has happened yet
    waits = desk.get(CLERK, "/filing/proposals/1").text
    assert "批准并发布" not in waits and "您是提出人，须由负责人批准" in waits
    seen = desk.get(DIRECTOR, "/filing/proposals/1").text
    assert "批准并发布" in seen and "备案有效" in seen
    assert desk.post(DIRECTOR, "/filing/proposals/1/approve").status_code == 422
    done = desk.post(DIRECTOR, "/filing/proposals/1/approve", seen="yes")
    assert done.status_code == 303
    settled = desk.get(DIRECTOR, "/filing/proposals/1").text
    assert "添加经办人、考评员和审批人" in settled
    assert re.search(rf"决定日期</dt><dd>[^/]*{spoken_day(desk.today).zh}", settled)
    assert stage(desk) is Stage.FILED
    with reading(desk.office.engine) as session:
        act = session.scalars(select(FilingAct)).one()
        assert (act.decider, act.approver) == ("赵经办", "钱负责")
        notes = [one.act for one in session.scalars(select(TrailEntry).order_by(TrailEntry.id))]
    assert notes[:2] == ["filing.apply", "filing.accept"]
    assert notes[-2:] == ["filing.file.propose", "filing.file"]
    page = desk.get(AUDITOR, "/filing/applications/1").text
    for step, by in (
        ("材料初审：通过", "经办人 赵经办"),
        ("评估遴选：通过", "负责人 钱负责"),
        ("备案", "经办人 赵经办，审批人 钱负责"),
    ):
        assert re.search(rf'<b>{step}</b>.*?class="by">{by}，[^<]*录入<', page, re.DOTALL)
    body = desk.get(AUDITOR, f"/filing/bodies/{PREFIX}").text
    assert "备案有效" in body and "三级/高级工" in body and "赵经办、钱负责" in body


def test_a_returned_application_is_supplemented(desk: AuthorityDesk) -> None:
    desk.typed_application()
    step = "/filing/applications/1/step"
    silent = desk.post(CLERK, step, step="return", sure="yes")
    assert (silent.status_code, 'id="reason-wrong"' in silent.text) == (422, True)
    assert (
        desk.post(CLERK, step, step="return", reason="缺少人员名册", sure="yes").status_code == 303
    )
    assert "申报单位" in desk.get(CLERK, "/filing/applications").text
    begun = desk.post(CLERK, "/filing/drafts", supplements="1").headers["Location"]
    assert TYPED["credit_code"] in desk.get(CLERK, begun).text
    file = (BytesIO("名册".encode()), "人员名册.xlsx")
    taken = desk.post(CLERK, begun, do="submit", files=file, **TYPED)
    assert taken.headers["Location"] == "/filing/applications/1"
    assert stage(desk) is Stage.RECEIVED
    page = desk.get(CLERK, "/filing/applications/1").text
    assert "下载 营业执照" in page and "下载 人员名册" in page  # of both versions


def test_materials_are_read_on_a_stated_ground_only(desk: AuthorityDesk) -> None:
    desk.typed_application()
    read = "/filing/applications/1/materials"
    assert desk.post(CLERK, read, material="1").status_code == 422
    assert desk.post(AUDITOR, read, material="1", ground="看看申报材料").status_code == 403
    assert desk.post(CLERK, read, material="99", ground="初审申报材料").status_code == 404
    told = desk.post(CLERK, read, material="1", ground="查")
    assert told.status_code == 422 and "请写明查看的具体事由" in told.text
    given = desk.post(CLERK, read, material="1", ground="初审申报材料")
    for person, unread in ((CLERK, False), (DIRECTOR, True)):  # each for themselves
        page = desk.get(person, "/filing/applications/1").text
        assert ("您尚未查看：营业执照。" in page) is unread
    assert given.data == "营业执照".encode()
    named = given.headers["Content-Disposition"]
    assert named.startswith('attachment; filename="material-1.txt"')
    assert unquote(named).endswith("UTF-8''营业执照.txt")
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    with reading(desk.office.engine) as session:
        last = session.scalars(select(TrailEntry).order_by(TrailEntry.id.desc())).first()
        assert last is not None
        assert (last.act, last.subject, last.ground) == (
            "filing.read",
            "1 material 1",
            "初审申报材料",
        )


def filed(desk: AuthorityDesk) -> None:
    """File the sample application; the day is the one after."""
    desk.procedure.filed()
    desk.today = MONDAY + 10 * DAY


PAPER = "样本〔2026〕3号"


def suspend(desk: AuthorityDesk, day: date, **changes: object) -> Any:
    path = f"/filing/bodies/{PREFIX}/acts/suspend"
    fields = {"day": day, "reason": "质量检查不合格", "reference": PAPER} | changes
    return desk.post(CLERK, path, **fields)


def test_a_suspension_is_proposed_compared_and_approved(desk: AuthorityDesk) -> None:
    filed(desk)
    assert "暂停备案" in desk.get(CLERK, f"/filing/bodies/{PREFIX}").text
    form = desk.get(CLERK, f"/filing/bodies/{PREFIX}/acts/suspend").text
    assert f'value="{desk.today + DAY}"' in form
    assert "生效日期当天核发的证书，包括决定之前已经发出的" in form and "今天还没有核发证书" in form
    unnumbered = suspend(desk, date(2026, 12, 10), reference="")
    assert (unnumbered.status_code, 'id="reference-wrong"' in unnumbered.text) == (422, True)
    early = suspend(desk, desk.today - DAY)
    assert (early.status_code, 'id="day-wrong"' in early.text) == (422, True)
    suspend(desk, date(2026, 12, 10))
    at_body = f"/filing/bodies/{PREFIX}"
    for person, words in ((CLERK, "查看"), (DIRECTOR, "查看并审批")):
        shown = desk.get(person, at_body).text
        assert "有一项待审批：暂停备案（自2026年12月10日起）" in shown
        assert f'proposals/1">{words}</a>' in shown
    page = desk.get(DIRECTOR, "/filing/proposals/1").text
    to_come = "备案有效（2026年12月10日起暂停）"
    assert re.search(rf"<del>备案有效</del>.*<ins>{to_come}</ins>", page, re.S)
    with reading(desk.office.engine) as session:
        name = session.scalars(select(Site)).one().body.name
    title = f"暂停备案（自2026年12月10日起）：{name}（{PREFIX}）"
    assert title in page and title in desk.get(DIRECTOR, "/filing/proposals").text
    own = desk.post(CLERK, "/filing/proposals/1/approve", seen="yes")
    assert own.status_code == 403
    again = suspend(desk, date(2026, 12, 11))
    assert again.status_code == 422 and 'proposals/1">去看这一项</a>' in again.text
    assert desk.post(DIRECTOR, "/filing/proposals/1/approve", seen="yes").status_code == 303
    listed = desk.get(CLERK, "/filing/bodies").text
    assert f"{to_come}</span>" in listed
    settled = desk.get(CLERK, "/filing/proposals/1").text
    assert "按备案沿革列出有变动的各项" in settled and "生效日期" in settled
    assert re.search(rf"<del>备案有效</del>.*<ins>{to_come}</ins>", settled, re.S)
    late = desk.post(DIRECTOR_TOO, "/filing/proposals/1/approve", seen="yes")
    assert (late.status_code, "已办结" in late.text) == (422, True)
    body = desk.get(CLERK, f"/filing/bodies/{PREFIX}").text
    assert "恢复备案" in body and "“备案暂停”自 " in body and "按原来的备案办理" in body
    desk.today = date(2026, 12, 10)
    assert ">备案暂停</span>" in desk.get(CLERK, f"/filing/bodies/{PREFIX}").text


def test_a_proposal_that_cannot_be_approved_so_is_said_before_the_second_factor_is_asked_for(
    desk: AuthorityDesk, asking_again: str
) -> None:
    filed(desk)
    form = {"day": "2026-12-10", "reason": "主动退出", "reference": PAPER}
    desk.post(DIRECTOR, f"/filing/bodies/{PREFIX}/acts/withdraw", **form)
    address = "/filing/proposals/1/approve"
    own = desk.post(DIRECTOR, address, seen="yes")
    unticked = desk.post(DIRECTOR_TOO, address)
    for told in (own, unticked):
        assert (told.status_code, asking_again in told.text) == (422, False)
    assert asking_again in desk.post(DIRECTOR_TOO, address, seen="yes").text


def test_an_act_that_was_entered_late_shows_all_three_days(desk: AuthorityDesk) -> None:
    filed(desk)
    effective, decided = desk.today + 2 * DAY, desk.today + DAY
    desk.today += 20 * DAY
    suspend(desk, effective, decided_on=decided)
    desk.post(DIRECTOR, "/filing/proposals/1/approve", seen="yes")

    page = desk.get(AUDITOR, f"/filing/bodies/{PREFIX}").text
    days = [spoken_day(day).zh for day in (decided, effective, desk.today)]
    told = "{}决定，自{}起生效，{}录入".format(*days)
    assert told in page
    with reading(desk.office.engine) as session:
        act = session.scalars(select(FilingAct).where(FilingAct.event == "suspended")).one()
        assert act_as_dict(act)["recorded_at"].startswith(desk.today.isoformat())
        assert f"自{days[1]}起生效，{days[2]}录入" in act_line(act).zh


def test_nobody_approves_their_own_proposal_and_what_changed_is_proposed_anew(
    desk: AuthorityDesk,
) -> None:
    filed(desk)
    path = f"/filing/bodies/{PREFIX}/acts/withdraw"
    desk.post(DIRECTOR, path, day="2026-12-10", reason="主动退出", reference=PAPER)
    own = desk.post(DIRECTOR, "/filing/proposals/1/approve", seen="yes")
    assert (own.status_code, "同一人" in own.text) == (422, True)
    with desk.procedure.session() as session:  # as by the commands
        site = session.scalars(select(Site)).one()
        suspend_site(
            session, site, decision(desk.today), effective_on=desk.today, now=at(desk.today)
        )
    assert "情况已有变化" in desk.get(DIRECTOR_TOO, "/filing/proposals/1").text
    outdated = desk.post(DIRECTOR_TOO, "/filing/proposals/1/approve", seen="yes")
    assert (outdated.status_code, "重新提出" in outdated.text) == (422, True)
    assert desk.post(DIRECTOR_TOO, "/filing/proposals/1/decline").status_code == 422
    assert desk.post(CLERK, "/filing/proposals/1/take-back").status_code == 422
    declined = desk.post(DIRECTOR_TOO, "/filing/proposals/1/decline", remark="情况已变")
    assert declined.status_code == 303
    with desk.desks() as session:
        assert session.scalars(select(FilingProposal)).one().state == ProposalState.DECLINED
    assert "项您提出的备案事项未获批准" in desk.get(DIRECTOR, "/").text
    listed = desk.get(DIRECTOR, "/filing/proposals").text
    assert 'id="declined"' in listed and "情况已变" in listed
    assert "情况已变" not in desk.get(CLERK, "/filing/proposals").text


def test_a_name_is_changed_by_one_person_after_comparing(desk: AuthorityDesk) -> None:
    filed(desk)
    path = f"/filing/bodies/{PREFIX}/acts/rename"
    desk.post(CLERK, path, text="津城新名评价中心（虚构）", reason="更名")
    assert "津城新名" in desk.get(CLERK, "/filing/proposals/1").text
    assert desk.post(CLERK, "/filing/proposals/1/approve", seen="yes").status_code == 303
    settled = desk.get(CLERK, "/filing/proposals/1").text
    assert re.search(r"<ins>津城新名评价中心（虚构）</ins>", settled) and "<del>" in settled
    desk.post(CLERK, f"/filing/bodies/{PREFIX}/acts/move", text="天津市新址1号", reason="迁址")
    desk.post(CLERK, "/filing/proposals/2/take-back")
    settled = desk.get(CLERK, "/filing/proposals/2").text
    assert "没有办理，备案没有变动" in settled and "<ins>天津市新址1号</ins>" in settled
    assert 'aria-current="step"' not in settled and "办结并发布" not in settled
    assert "津城新名" in desk.get(CLERK, "/filing/bodies").text


@pytest.mark.parametrize(
    "path",
    [
        "/filing/applications/99",
        "/filing/applications/99/notice",
        "/filing/applications/99/file",
        "/filing/bodies/S000012000999",
        "/filing/bodies/S000012000999/acts/suspend",
        "/filing/proposals/99",
        "/filing/drafts/99",
        "/filing/quality/99",
        "/filing/trust/draft.json",
    ],
)
def test_what_is_not_there_is_not_found(desk: AuthorityDesk, path: str) -> None:
    assert desk.get(DIRECTOR, path).status_code == 404


def test_nobody_outside_the_authority_reaches_any_of_its_pages(desk: AuthorityDesk) -> None:
    outside = [
        person_of(role, body=PREFIX if role in BODY_ROLES else None)
        for role in Role
        if role not in (Role.AUTHORITY_CLERK, Role.AUTHORITY_DIRECTOR, Role.AUDITOR)
    ]
    given = {"number": 1, "which": 1, "place": 1, "prefix": PREFIX, "kind": "suspend"}
    rules = [rule for rule in desk.app.url_map.iter_rules() if rule.rule.startswith("/filing")]
    assert len(rules) > 30
    for rule in rules:
        path = desk.app.url_map.bind("desk").build(
            rule.endpoint, {name: given[name] for name in rule.arguments}, method=_method(rule)
        )
        for person in [*outside, None]:
            with working_as(desk.app, person) as client:
                status = client.open(path, method=_method(rule)).status_code
            assert status == (401 if person is None else 403), (path, person)
        if _method(rule) == "POST":  # an auditor looks and does nothing
            assert desk.post(AUDITOR, path).status_code == 403, path


def _method(rule: Rule) -> str:
    return "POST" if "POST" in (rule.methods or ()) else "GET"


def test_of_two_who_approve_at_once_one_does(desk: AuthorityDesk) -> None:
    filed(desk)
    suspend(desk, date(2026, 12, 10))
    together, office = Barrier(2), desk.office

    def approve_as(actor: Actor) -> str:
        together.wait()
        try:
            approve(
                office.desks,
                office.engine,
                desk.home,
                1,
                actor,
                now=desk.now(),
                signers=lambda: open_root_keys(desk.home, PASSPHRASE),
            )
        except IssuerError as error:
            return error.code
        return "done"

    actors = [Actor(account_id=n, name=name) for n, name in ((2, "钱负责"), (3, "孙负责"))]
    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(approve_as, actors))
    assert told == ["done", "proposal_settled"]
    with reading(office.engine) as session:
        events = list(session.scalars(select(FilingAct.event).order_by(FilingAct.id)))
    assert events == ["filed", "suspended"]


def test_what_is_declined_while_another_approves_it_is_not_carried_out(desk: AuthorityDesk) -> None:
    filed(desk)
    suspend(desk, date(2026, 12, 10))
    office = desk.office

    def keys_after_another_declined() -> tuple[RootKey, ...]:
        decline(office.desks, 1, Actor(account_id=3, name="孙负责"), "理由不足", now=desk.now())
        return open_root_keys(desk.home, PASSPHRASE)

    with pytest.raises(IssuerError) as caught:
        approve(
            office.desks,
            office.engine,
            desk.home,
            1,
            Actor(account_id=2, name="钱负责"),
            now=desk.now(),
            signers=keys_after_another_declined,
        )
    assert caught.value.code == "proposal_settled"
    with reading(office.engine) as session:
        assert list(session.scalars(select(FilingAct.event))) == ["filed"]

"""What a body settles for its examinations: steps done elsewhere, figures, and who confirms."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from accounts.person import Person
from accounts.roles import Role
from codes.assessment_rules import Figure
from issuer.body_settings import Step, confirm, confirmers_of, figure_of, settings_of
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from registry.account_models import AccountRoleRow, AccountRow
from registry.exam_models import BodySetting
from registry.session import reading, transaction
from registry.trail_models import TrailEntry
from tests.issuer.batch_desk import (
    APPROVER,
    CLERK,
    FOREIGN,
    SECOND_APPROVER,
    BatchDesk,
    plant_account,
)
from tests.issuer.desks import PREFIX
from tests.issuer.exam_desk import (
    Clock,
    begun,
    open_examining,
    revision,
    to_notice,
)


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def test_what_is_wrong_with_a_setting_is_said_before_the_second_factor_is_asked_for(
    desk: BatchDesk, asking_again: str
) -> None:
    step, figure = "/batches/settings/step", "/batches/settings/figure"
    for path, wrong in (
        (step, {"step": "plan", "doing": "skipped", "why": " "}),
        (step, {"step": "plan", "doing": "skipped", "why": "同意"}),
        (step, {"step": "", "doing": "skipped", "why": "某"}),
        (figure, {"figure": "notice_working_days", "value": "0", "ground": "某"}),
    ):
        told = desk.post(path, APPROVER, **wrong)
        assert (told.status_code, asking_again in told.text) == (422, False), wrong
    right = {"step": "plan", "doing": "skipped", "why": "另有考务系统"}
    assert asking_again in desk.post(step, APPROVER, **right).text
    with reading(desk.room.desks) as session:
        assert session.scalars(select(BodySetting)).all() == []


def test_a_step_is_skipped_by_a_setting_with_its_ground_alone(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path, 2, pictured=True)
    bare = desk.post("/batches/settings/step", APPROVER, step="plan", doing="skipped", why=" ")
    assert bare.status_code == 422
    clerk = desk.post("/batches/settings/step", CLERK, step="plan", doing="skipped", why="某")
    assert clerk.status_code == 403
    for step in Step:
        done = desk.post(
            "/batches/settings/step", APPROVER, step=step.value, doing="skipped", why="另有考务系统"
        )
        assert done.status_code == 303
    assert desk.post(f"/batches/{draft}/submit", revision=revision(desk, draft)).status_code == 409
    for number in range(1, len(Step) + 1):
        address = f"/batches/settings/{number}/confirm"
        own = desk.post(address, APPROVER)
        assert own.status_code == 409 and "须由另一名审批人确认" in own.text
        assert desk.post(address, FOREIGN).status_code == 404
        assert "项机构设置待确认" in desk.get("/", SECOND_APPROVER).text
        assert ">待确认</span>" in desk.get("/batches/settings").text
        assert desk.post(address, SECOND_APPROVER).status_code == 303
        assert desk.post(address, SECOND_APPROVER).status_code == 409
    assert ">待确认</span>" not in desk.get("/batches/settings").text
    both = f"依据：另有考务系统（{APPROVER.name}设置，{SECOND_APPROVER.name}确认）"
    assert both in desk.get(f"/batches/{draft}").text
    assert (
        f"{APPROVER.name}设置，{SECOND_APPROVER.name}确认，" in desk.get("/batches/settings").text
    )
    notice = desk.get(f"/batches/{draft}/notice").text
    assert "不需要发起公示" in notice and both in notice and 'name="first"' not in notice
    assert desk.submit(draft).status_code == 303
    with reading(desk.room.register) as session:
        entries = session.scalars(select(TrailEntry)).all()
    trail = [(one.act, one.subject, one.ground) for one in entries]
    assert any(act == "body.setting" and ground == "另有考务系统" for act, _, ground in trail)
    skipped = [subject for act, subject, _ in trail if act == "batch.steps_skipped"]
    assert len(skipped) == 1 and skipped[0].endswith("eligibility plan scores notice")
    with reading(desk.room.desks) as session:
        assert len(session.scalars(select(BodySetting.id)).all()) == len(Step)


def test_a_setting_that_nobody_can_confirm_says_who_adds_an_approver(desk: BatchDesk) -> None:
    shorten(desk, 1)
    assert "请密钥保管人在“人员与账号”中添加一名审批人" in desk.get("/batches/settings").text
    one = AccountRow(
        username="second.approver",
        name=SECOND_APPROVER.name,
        body=PREFIX,
        uniquifier="2",
        made_at=desk.room.clock(),
        made_by="某",
        roles=[AccountRoleRow(role=Role.APPROVER)],
    )
    with transaction(desk.room.desks) as session:
        session.add(one)
    told = desk.get("/batches/settings", APPROVER).text
    assert "请密钥保管人" not in told and "由您提出，等待另一名审批人确认" in told


def test_of_two_who_confirm_a_setting_at_once_one_does(desk: BatchDesk) -> None:
    desk.post("/batches/settings/step", APPROVER, step="plan", doing="skipped", why="另有考务系统")
    third = replace(APPROVER, account_id=9, name="冯审批")

    def meanwhile() -> datetime:
        confirm(desk.room, SECOND_APPROVER, PREFIX, 1)
        return desk.room.clock()

    with pytest.raises(IssuerError) as caught:
        confirm(replace(desk.room, clock=meanwhile), third, PREFIX, 1)
    assert caught.value.code == "setting_gone"
    with reading(desk.room.desks) as session:
        assert confirmers_of(session, PREFIX) == {1: SECOND_APPROVER.name}


def test_the_notice_is_not_dropped_while_names_are_up(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    to_notice(desk, tmp_path, clock)
    dropped = {"step": "notice", "doing": "skipped", "why": "改在内部公示"}
    refused = desk.post("/batches/settings/step", APPROVER, **dropped)
    assert refused.status_code == 422 and "1 个批次已经公示" in refused.text
    with reading(desk.room.desks) as session:
        names = session.scalars(select(BodySetting.name)).all()
    assert Step.NOTICE.setting not in names


def test_figures_are_set_between_their_bounds(desk: BatchDesk, clock: Clock) -> None:
    wrong = desk.post(
        "/batches/settings/figure", APPROVER, figure="notice_working_days", value="0", ground="某"
    )
    assert wrong.status_code == 422 and "1–30" in wrong.text
    typed = {"figure": "notice_working_days", "value": "7", "ground": "机构公示办法"}
    assert desk.post("/batches/settings/figure", APPROVER, **typed).status_code == 303
    assert "机构公示办法" in desk.get("/batches/settings").text


def days_of_notice(desk: BatchDesk) -> int:
    with reading(desk.room.desks) as session:
        settings = settings_of(session, PREFIX)
    return figure_of(settings, Figure.NOTICE_WORKING_DAYS, shanghai_day(desk.room.clock()))


def shorten(desk: BatchDesk, days: int) -> None:
    typed = {"figure": "notice_working_days", "value": str(days), "ground": "机构公示办法"}
    assert desk.post("/batches/settings/figure", APPROVER, **typed).status_code == 303


def test_a_shorter_notice_holds_once_another_approver_confirmed_it(desk: BatchDesk) -> None:
    before = days_of_notice(desk)
    shorten(desk, 1)
    assert days_of_notice(desk) == before
    assert "项机构设置待确认" in desk.get("/", SECOND_APPROVER).text
    assert desk.post("/batches/settings/1/confirm", APPROVER).status_code == 409
    assert desk.post("/batches/settings/1/confirm", SECOND_APPROVER).status_code == 303
    assert days_of_notice(desk) == 1
    shorten(desk, 3)  # longer than what is in force
    assert days_of_notice(desk) == 3
    assert ">待确认</span>" not in desk.get("/batches/settings").text


@pytest.mark.parametrize(
    ("who", "said", "act"),
    [
        (APPROVER, "已撤回", "body.setting_take_back"),
        (SECOND_APPROVER, f"{SECOND_APPROVER.name}不予确认", "body.setting_decline"),
    ],
)
def test_a_setting_that_waits_is_declined_or_taken_back(
    desk: BatchDesk, who: Person, said: str, act: str
) -> None:
    before = days_of_notice(desk)
    shorten(desk, 1)
    assert desk.post("/batches/settings/1/drop", CLERK).status_code == 403
    assert desk.post("/batches/settings/1/drop", FOREIGN).status_code == 404
    assert desk.post("/batches/settings/1/drop", who).status_code == 303
    assert desk.post("/batches/settings/1/drop", who).status_code == 409
    assert desk.post("/batches/settings/1/confirm", SECOND_APPROVER).status_code == 409
    assert days_of_notice(desk) == before
    shown = desk.get("/batches/settings").text
    assert said in shown and ">待确认</span>" not in shown
    with reading(desk.room.register) as session:
        assert act in session.scalars(select(TrailEntry.act)).all()


def test_who_confirms_is_told_that_the_proposer_may_not_act_any_more(
    desk: BatchDesk, tmp_path: Path
) -> None:
    plant_account(desk, APPROVER)
    shorten(desk, 1)
    gone = "提出人的账号已停用"
    assert gone not in desk.get("/batches/settings", SECOND_APPROVER).text
    with transaction(desk.room.desks) as session:
        session.get_one(AccountRow, APPROVER.account_id).active = False
    assert gone in desk.get("/batches/settings", SECOND_APPROVER).text
    with transaction(desk.room.desks) as session:
        row = session.get_one(AccountRow, APPROVER.account_id)
        row.active, row.roles = True, [AccountRoleRow(role=Role.BODY_CLERK)]
    told = desk.get("/batches/settings", SECOND_APPROVER).text
    assert gone not in told and "提出人现在已没有提出这一事项的角色" in told


def test_what_somebody_proposed_is_told_before_their_account_is_disabled(desk: BatchDesk) -> None:
    custodian = replace(CLERK, account_id=7, name="吴保管", roles=frozenset({Role.KEY_CUSTODIAN}))
    plant_account(desk, APPROVER)
    assert "待他人决定的事项" not in desk.get(f"/people/{APPROVER.account_id}", custodian).text
    shorten(desk, 1)
    told = desk.get(f"/people/{APPROVER.account_id}", custodian).text
    assert "有 1 项待他人决定的事项由其提出" in told

"""Acts on a certificate from form to effect: one proposes, another sees the same and decides."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from accounts import asking_again
from accounts.person import Person
from accounts.roles import Role
from codes.levels import Level
from issuer.batch_handover import read_handover
from issuer.console.office import OFFICE_EXTENSION
from issuer.life_acts import propose
from log.leaves import LifeKind
from registry.account_models import AccountRow
from registry.home import Home
from registry.models import Award, AwardStatus, CopyState, ReissueReason
from registry.session import database, reading, transaction
from registry.trail import TrailFilter, find_entries
from templates.fonts import FontChain
from tests.accounts.desk_app import working_as
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.console.certificate_desk import (
    APPROVER,
    AUTHORITY,
    CLERK,
    FOREIGN,
    REASON,
    SECOND_APPROVER,
    approved,
    decision,
    desks_of,
    open_full,
    page,
    proposed,
    row_of,
    status_of,
)
from tests.issuer.desks import desk_at, people
from tests.issuer.lives import BATCH, NUMBER, PERSON, RIGHT_NAME, SECOND, form, issue_two

AUDITOR = Person(account_id=33, name="周审计", roles=frozenset({Role.AUDITOR}), body=None)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with two certificates; what happens to them stays."""
    folder = tmp_path_factory.mktemp("acts")
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    return issue_two(home, folder)


@pytest.fixture(scope="module")
def app(office: Home) -> Flask:
    """Its desks."""
    return desks_of(office)


@pytest.mark.parametrize("after", ["9" * 30, "9" * 5000, "²", "-1", "nonsense"])
def test_a_place_that_the_list_of_acts_does_not_offer_counts_as_not_said(
    app: Flask, after: str
) -> None:
    assert "没有" in page(app, CLERK, f"/acts/?after={after}")


def test_a_correction_is_shown_before_and_after_and_makes_a_copy(app: Flask, office: Home) -> None:
    award_id = row_of(office, NUMBER)
    with working_as(app, CLERK) as client:
        address = f"/certificates/{award_id}/acts/correct"
        asked = client.get(address)
        assert "照片有误的，不能更正" in asked.text and f"/{award_id}/acts/revoke" in asked.text
        assert client.post(address, data=REASON).status_code == 422
        long = {"name": RIGHT_NAME, "reason": "因" * 501, "reference": "号" * 201}
        refused = client.post(address, data=long)
        assert refused.status_code == 422 and "501 字，最多 500 字" in refused.text
        assert "201 字，最多 200 字" in refused.text and long["reason"] in refused.text
        same = client.post(address, data=REASON | {"name": PERSON.name})
        assert same.status_code == 422 and REASON["reference"] in same.text
        open_full(client, award_id)
        shown = client.post(address, data=REASON | {"name": RIGHT_NAME})
        assert f"<del>{PERSON.name}</del>" in shown.text
        assert f"<ins>{RIGHT_NAME}</ins>" in shown.text
        changing = client.post(address, data=REASON | {"name": RIGHT_NAME, "step": "change"})
        assert f'value="{RIGHT_NAME}"' in changing.text
    act_id = proposed(app, award_id, "correct", name=RIGHT_NAME)
    masked = page(app, APPROVER, f"/acts/{act_id}")
    assert RIGHT_NAME not in masked and PERSON.name not in masked
    said = 'id="ground" name="ground" value="{}"'
    assert said.format("审批变更事项") in masked
    for other in (CLERK, AUDITOR):  # who does not decide says why
        assert said.format("") in page(app, replace(other, account_id=32), f"/acts/{act_id}")
    with working_as(app, APPROVER) as client:
        blind = client.post(f"/acts/{act_id}/approve", data=decision(client, act_id))
        assert blind.status_code == 422
        open_full(client, award_id, "审批变更事项")
        text = client.get(f"/acts/{act_id}").text
        assert f"<del>{PERSON.name}</del>" in text and f"<ins>{RIGHT_NAME}</ins>" in text
    approved(app, act_id, award_id)
    masked = page(app, SECOND_APPROVER, f"/acts/{act_id}")
    assert RIGHT_NAME not in masked and PERSON.name not in masked and "<del>" in masked
    text = page(app, APPROVER, f"/acts/{act_id}")
    assert "新的一份已经制作完成" in text
    assert f"<del>{PERSON.name}</del>" in text and f"<ins>{RIGHT_NAME}</ins>" in text
    text = page(app, CLERK, f"/certificates/{award_id}")
    assert "已作废（已更正）" in text and f"审批事项 {act_id}" in text
    assert text.count("已在日志中证实") == 4
    with working_as(app, CLERK) as client:
        assert client.post("/certificates/find", data={"name": RIGHT_NAME}).status_code == 302
        assert "没有找到" in client.post("/certificates/find", data={"name": PERSON.name}).text


def test_the_holder_is_shown_in_the_form_with_what_was_typed(app: Flask, office: Home) -> None:
    award_id = row_of(office, SECOND)
    name = people(Level.THREE, 2)[1].name
    reader = replace(CLERK, account_id=31)
    address, typed = f"/certificates/{award_id}/acts/correct", {"name": "王某", "step": "open"}
    with working_as(app, reader) as client:
        short = client.post(address, data=typed | {"reading_ground": "看"})
        assert short.status_code == 422 and 'href="#reading_ground"' in short.text
        assert 'value="王某"' in short.text and name not in short.text
        shown = client.post(address, data=typed | {"reading_ground": "窗口核对本人"})
        assert shown.status_code == 200 and name in shown.text and 'value="王某"' in shown.text
        assert "reading_ground" not in shown.text


def test_a_reissue_and_an_archive_duplicate_take_two_persons_too(app: Flask, office: Home) -> None:
    award_id = row_of(office, NUMBER)
    form = page(app, CLERK, f"/certificates/{award_id}/acts/reissue")
    assert "补发事由" in form and ">情况说明<" in form and ">事由<" not in form
    act_id = proposed(app, award_id, "reissue", because="lost")
    act = f"/acts/{act_id}"
    masked = page(app, SECOND_APPROVER, act)
    assert "情况说明" in masked and "遗失" in masked and f'action="{act}/approve"' not in masked
    with working_as(app, SECOND_APPROVER) as client:
        blind = client.post(f"{act}/approve", data={"hits": "1", "lived": "5"})
        assert (blind.status_code, "请先查看完整内容" in blind.text) == (422, True)
        open_full(client, award_id, "审批变更事项")
        text = client.get(act).text
        assert REASON["reason"] in text and f'action="{act}/approve"' in text
    approved(app, act_id, award_id)
    with desk_at(office) as desk:
        lines = read_handover(desk, BATCH)
    assert [one.number for one in lines] == [NUMBER, SECOND]  # as in the roster
    archived = proposed(app, award_id, "archive")
    approved(app, archived, award_id)
    text = page(app, CLERK, f"/certificates/{award_id}")
    assert "已作废（已补发）" in text and "存档副本" in text
    assert f"审批事项 {act_id}" in text and f"审批事项 {archived}" in text
    with working_as(app, CLERK) as client:
        again = client.post(f"/certificates/{award_id}/acts/archive", data=REASON)
        assert again.status_code == 422


def test_a_copy_that_was_made_waits_for_the_clerk_until_it_is_downloaded(
    app: Flask, office: Home
) -> None:
    award_id = row_of(office, SECOND)
    place = f'href="/certificates/{award_id}#copies"'
    approved(app, proposed(app, award_id, "reissue", because="damaged"), award_id)
    assert "待下载印制" in page(app, CLERK, "/")
    assert place in page(app, CLERK, "/acts/?state=to-print")
    for other in (APPROVER, FOREIGN):
        assert "待下载印制" not in page(app, other, "/")
    with database(office.database_url) as engine, reading(engine) as session:
        copies = session.get_one(Award, award_id).copies
        (copy_id,) = [one.id for one in copies if one.state == CopyState.CURRENT]
    with working_as(app, CLERK) as client:
        open_full(client, award_id)
        assert client.post(f"/certificates/{award_id}/copies/{copy_id}").status_code == 200
    assert place not in page(app, CLERK, "/acts/?state=to-print")


def test_what_an_act_gave_a_reason_for_is_downloaded_without_another(
    app: Flask, office: Home
) -> None:
    award_id = row_of(office, SECOND)
    act_id = proposed(app, award_id, "reissue", because="other")
    approved(app, act_id, award_id)
    with database(office.database_url) as engine, reading(engine) as session:
        copies = session.get_one(Award, award_id).copies
        (copy_id,) = [one.id for one in copies if one.state == CopyState.CURRENT]
    at = f"/certificates/{award_id}"
    opened_nothing = replace(CLERK, account_id=8, name="何经办")
    with working_as(app, opened_nothing) as client:
        assert f'action="{at}/copies/{copy_id}"' in client.get(at).text
        assert client.post(f"{at}/copies/{copy_id}").data.startswith(b"%PDF")
        assert f'action="{at}/copies/{copy_id}"' not in client.get(at).text
        twice = client.post(f"{at}/copies/{copy_id}")  # of a double click
        assert twice.data.startswith(b"%PDF")
        text = client.get(at).text
        assert "证书文件导出" in text and "交付" not in text
        own = re.findall("下载证书文件</b>(?:(?!<b>).)*何经办<", text, re.DOTALL)
        assert len(own) == 1  # twice on one day
    later = desks_of(office, lambda: NOW + timedelta(seconds=61))
    for desks, person in (
        (app, replace(CLERK, account_id=9, name="吕经办")),
        (later, opened_nothing),
    ):
        with working_as(desks, person) as client:
            again = client.post(f"{at}/copies/{copy_id}")
            assert again.status_code == 422 and "请先写明事由" in again.text
    with database(office.database_url) as engine, reading(engine) as session:
        noted = find_entries(session, TrailFilter(act="certificates.file"), limit=2)
        told = [(one.actor, one.ground) for one in noted]
    assert told == [("何经办", f"印制审批事项 {act_id} 批准的证书")] * 2


def test_a_suspension_is_lifted_and_what_is_declined_or_taken_back_changes_nothing(
    app: Flask, office: Home
) -> None:
    award_id = row_of(office, SECOND)
    act_id = proposed(app, award_id, "suspend")
    with working_as(app, CLERK) as client:
        waiting = client.post(f"/certificates/{award_id}/acts/suspend", data=REASON)
        assert waiting.status_code == 422
        assert f'href="/acts/{act_id}">去看这一项</a>' in waiting.text
        assert client.post(f"/acts/{act_id}/approve").status_code == 403
        assert f"/acts/{act_id}" in client.get("/acts/").text
        assert f"/acts/{act_id}" in client.get(f"/certificates/{award_id}").text
    approved(app, act_id, award_id)
    assert status_of(office, SECOND) is AwardStatus.SUSPENDED
    settled = page(app, CLERK, f"/acts/{act_id}")
    assert "批准后证书状态的变动" in settled and "记录属实，现非有效（已暂停）" in settled
    approved(app, proposed(app, award_id, "lift"), award_id)
    assert status_of(office, SECOND) is AwardStatus.CURRENT

    revoking = proposed(app, award_id, "revoke", ground="cheating")
    compared = page(app, CLERK, f"/acts/{revoking}")
    assert "随证书失效" in compared and "<ins>未作废" not in compared
    with working_as(app, APPROVER) as client:
        assert client.post(f"/acts/{revoking}/reject", data={"reason": ""}).status_code == 422
        assert client.post(f"/acts/{revoking}/withdraw", data={"reason": "x"}).status_code == 409
        assert client.post(f"/acts/{revoking}/reject", data={"reason": "证据不足"}).location
        assert client.post(f"/acts/{revoking}/approve", data={"hits": "1"}).status_code == 409
        assert "证书变更未获批准" not in client.get("/").text
    told = page(app, CLERK, "/")
    assert "项您提出的证书变更未获批准" in told and f"/acts/{revoking}" in told
    for person, reads in ((CLERK, True), (APPROVER, True), (SECOND_APPROVER, False)):
        told = page(app, person, f"/acts/{revoking}")  # without opening anything
        assert ("证据不足" in told) is reads, person.name
    again = proposed(app, award_id, "revoke", ground="cheating")
    assert "证书变更未获批准" not in page(app, CLERK, "/")  # it was proposed anew
    with working_as(app, APPROVER) as client:
        open_full(client, award_id, "审批变更事项")
        shown = decision(client, again)
        unticked = client.post(f"/acts/{again}/approve", data=shown | {"sure": ""})
        assert (unticked.status_code, "请先勾选确认" in unticked.text) == (422, True)
        assert client.post(f"/acts/{again}/reject", data={"reason": "证据不足"}).location
    assert f"/acts/{again}" in page(app, CLERK, "/")
    dying = proposed(app, award_id, "died")
    with working_as(app, CLERK) as client:
        assert client.post(f"/acts/{dying}/withdraw", data={"reason": "写错了"}).location
        settled = client.get(f"/acts/{dying}").text
        assert "没有办理，证书没有变动" in settled and "记录属实，现非有效（已注销）" in settled
    assert status_of(office, SECOND) is AwardStatus.CURRENT
    story = page(app, CLERK, f"/certificates/{award_id}")
    assert "提出撤销，不予批准" in story and "提出注销（持证人去世），撤回" in story
    assert f"不予批准（审批事项 {revoking}）" in story and f"撤回（审批事项 {dying}）" in story


def test_a_revocation_is_approved_with_a_second_factor_shown_just_now(
    app: Flask, office: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its form is looked at first; an act that can be undone asks for neither."""
    award_id = row_of(office, SECOND)
    revoking = proposed(app, award_id, "revoke", ground="cheating")
    monkeypatch.setattr(asking_again, "GOOD_FOR", timedelta(minutes=-1))
    monkeypatch.setattr(asking_again, "page", lambda trouble: ("请再次验证", 200))
    with working_as(app, APPROVER) as client:
        open_full(client, award_id, "审批变更事项")
        shown = decision(client, revoking)
        assert "不能恢复" in client.get(f"/acts/{revoking}").text
        form_ = client.post(f"/acts/{revoking}/approve", data=shown | {"sure": ""})
        assert form_.status_code == 422
        assert client.post(f"/acts/{revoking}/approve", data=shown).text == "请再次验证"
        assert client.post(f"/acts/{revoking}/reject", data={"reason": "证据不足"}).location
    assert status_of(office, SECOND) is AwardStatus.CURRENT
    approved(app, proposed(app, award_id, "suspend"), award_id)
    approved(app, proposed(app, award_id, "lift"), award_id)


def test_of_two_acts_that_each_make_a_copy_one_waits_at_a_time(app: Flask, office: Home) -> None:
    """And one that another act has overtaken offers to be declined, not approved."""
    award_id = row_of(office, SECOND)
    first = proposed(app, award_id, "reissue", because="lost")
    address = f"/certificates/{award_id}/acts/correct"
    assert f'href="/acts/{first}"' in page(app, CLERK, address)
    with working_as(app, CLERK) as client:
        refused = client.post(address, data=REASON | {"specialty": "--"})
        assert refused.status_code == 422 and f"编号 {first}" in refused.text
    with desk_at(office) as desk:  # as the command line may
        second = propose(
            desk,
            form(LifeKind.REISSUE, number=SECOND, reissue=ReissueReason.DAMAGED),
            proposer="提出人",
            fonts=FontChain.from_environment({}),
        )
    approved(app, first, award_id)
    with working_as(app, APPROVER) as client:
        open_full(client, award_id, "审批变更事项")
        text = client.get(f"/acts/{second}").text
    assert "这一事项已不能办理" in text and "变更前后" not in text
    assert f'action="/acts/{second}/approve"' not in text
    assert f'action="/acts/{second}/reject"' in text


def test_who_decides_is_told_that_the_account_of_the_proposer_was_disabled(
    app: Flask, office: Home
) -> None:
    gone, desks = "提出人的账号已停用", app.extensions[OFFICE_EXTENSION].desks
    leaver = replace(CLERK, account_id=31, name="卫离岗")
    act = proposed(app, row_of(office, SECOND), "suspend", leaver)
    assert gone not in page(app, APPROVER, f"/acts/{act}")
    with transaction(desks) as session:
        row = AccountRow(username="leaver", name=leaver.name, body=leaver.body, uniquifier="31")
        row.active, row.made_at, row.made_by = False, NOW, "某"
        session.add(row)
    assert gone in page(app, APPROVER, f"/acts/{act}")
    with working_as(app, APPROVER) as client:
        client.post(f"/acts/{act}/reject", data={"reason": "提出人已离岗"})
    assert gone not in page(app, APPROVER, f"/acts/{act}")


def test_nobody_approves_what_they_proposed_or_what_has_changed_since(
    app: Flask, office: Home
) -> None:
    award_id = row_of(office, SECOND)
    both = Person(
        account_id=9, name=CLERK.name, roles=CLERK.roles | APPROVER.roles, body=CLERK.body
    )
    act_id = proposed(app, award_id, "suspend", both)
    with working_as(app, both) as client:
        own = client.post(f"/acts/{act_id}/approve", data={"hits": "1", "sure": "yes"})
        assert own.status_code == 409
    with working_as(app, APPROVER) as client:
        unticked = decision(client, act_id) | {"sure": ""}
        assert client.post(f"/acts/{act_id}/approve", data=unticked).status_code == 422
        assert "我已核对所提事项和变更前后" in client.get(f"/acts/{act_id}").text
        shown = decision(client, act_id) | {"lived": "0"}
        stale = client.post(f"/acts/{act_id}/approve", data=shown)
        assert stale.status_code == 409 and "又有变更" in stale.text
        assert client.post(f"/acts/{act_id}/reject", data={"reason": "不需要"}).location
    assert status_of(office, SECOND) is AwardStatus.CURRENT


def test_an_act_is_approved_by_who_read_that_very_act(app: Flask, office: Home) -> None:
    award_id = row_of(office, SECOND)
    with working_as(app, APPROVER) as client:
        open_full(client, award_id, "审批变更事项")
        earlier = proposed(app, award_id, "suspend")
        of_earlier = decision(client, earlier)
        assert client.post(f"/acts/{earlier}/reject", data={"reason": "不需要"}).location
        act_id = proposed(app, award_id, "suspend")
        for form_ in (of_earlier, of_earlier | {"read": ""}):
            blind = client.post(f"/acts/{act_id}/approve", data=form_)
            assert (blind.status_code, "请先查看完整内容" in blind.text) == (422, True)
        assert client.post(f"/acts/{act_id}/reject", data={"reason": "不需要"}).location
    assert status_of(office, SECOND) is AwardStatus.CURRENT


def test_acts_of_another_body_are_not_there(app: Flask) -> None:
    for act_id in (1, 2, 3, 999):
        with working_as(app, FOREIGN) as client:
            assert client.get(f"/acts/{act_id}").status_code == 404
            for step in ("approve", "reject", "withdraw"):
                answer = client.post(f"/acts/{act_id}/{step}", data={"reason": "x", "hits": "1"})
                assert answer.status_code == 404
    with working_as(app, AUTHORITY) as client:
        assert client.get("/acts/1").status_code == 200
        assert client.post("/acts/1/approve").status_code == 403

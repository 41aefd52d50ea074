"""The first page says what waits for whom; nobody is told of what they handed in themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from accounts.person import Person
from accounts.roles import Role
from accounts.spoken import spoken_day
from codes.levels import Level
from issuer.batch_states import DraftState
from registry.account_models import AccountRoleRow, AccountRow
from registry.batch_models import BatchDraft
from registry.home import Home
from registry.models import SigningKey
from registry.session import reading, transaction
from tests.accounts.desk_app import working_as
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.batch_desk import (
    APPROVER,
    CLERK,
    FOREIGN,
    SECOND_APPROVER,
    BatchDesk,
    filed_home,
    roster_of,
)
from tests.issuer.console.certificate_desk import desks_of, page, proposed, row_of
from tests.issuer.desks import PUBLIC_URL, people
from tests.issuer.lives import NUMBER, issue_people
from wsgi import create_private_app


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> BatchDesk:
    """The desks of a body with two certificates and a batch that is being prepared."""
    folder: Path = tmp_path_factory.mktemp("front")
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    issue_people(filed_home(home), folder)
    desk = BatchDesk(create_private_app(home, PASSPHRASE, clock=lambda: NOW))
    desk.begin(roster_of(folder, people(Level.THREE, 1)), name="二")
    return desk


CUSTODIAN = replace(CLERK, roles=frozenset({Role.KEY_CUSTODIAN}))


def test_a_key_custodian_is_told_what_the_body_has(desk: BatchDesk) -> None:
    with reading(desk.room.register) as session:
        key = session.scalars(select(SigningKey)).one()
        name, since = f"{key.key_id:04x}", spoken_day(key.valid_from).zh
    text = page(desk.app, CUSTODIAN, "/")
    assert f"{name}，自{since}起" in text and "不要再次制作" in text
    assert "yanzhen keys new" not in text and "待制作" not in text
    assert "签名密钥和电子印章" not in page(desk.app, CLERK, "/")


def test_a_key_custodian_is_told_which_people_are_missing(desk: BatchDesk) -> None:
    text = page(desk.app, CUSTODIAN, "/")
    assert "类人员还没有，待添加：机构审批人、机构经办人、考评员" in text
    assert 'href="/people/add"' in text
    clerk = AccountRow(
        username="first-clerk",
        name="第一人",
        body=CLERK.body,
        uniquifier="first clerk",
        made_at=NOW,
        made_by="测试",
        roles=[AccountRoleRow(role=Role.BODY_CLERK)],
    )
    with transaction(desk.room.desks) as session:
        session.add(clerk)
    assert "待添加：机构审批人、考评员" in page(desk.app, CUSTODIAN, "/")


def test_a_new_key_custodian_is_told_to_make_key_and_seal(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    app = create_private_app(home, PASSPHRASE, clock=lambda: NOW)
    with working_as(app, CUSTODIAN) as client:
        text = client.get("/").text
        assert f"yanzhen keys new --body {CLERK.body}" in text
        assert f"yanzhen seal import --body {CLERK.body}" in text
        assert "个签名密钥待制作" in text and "个电子印章待制作或导入" in text
        assert "目前没有待您办理的事项" not in text
        assert "signing key to make" in client.get("/?lang=en", follow_redirects=True).text


def keep(desk: BatchDesk, state: DraftState, submitted_by: int = 0) -> None:
    """Have the batch be in a state, submitted by somebody."""
    with transaction(desk.room.desks) as session:
        session.execute(update(BatchDraft).values(state=state, submitted_by=submitted_by))


@pytest.mark.parametrize(
    ("state", "submitted_by", "person", "words"),
    [
        (DraftState.PREPARING, 0, CLERK, "个批次待准备、提交"),
        (DraftState.RETURNED, 1, CLERK, "个批次被退回，待修改"),
        (DraftState.SUBMITTED, 1, APPROVER, "个批次待审批"),
        (DraftState.STOPPED, 1, CLERK, "个批次签发中止，待处理"),
        (DraftState.PAUSED, 1, APPROVER, "个批次已暂停，待继续签发"),
        (DraftState.SUBMITTED, 2, APPROVER, ""),
        (DraftState.PREPARING, 0, APPROVER, ""),
        (DraftState.SUBMITTED, 1, FOREIGN, ""),
    ],
)
def test_a_batch_waits_for_those_who_must_act(
    desk: BatchDesk, state: DraftState, submitted_by: int, person: Person, words: str
) -> None:
    keep(desk, state, submitted_by)
    text = page(desk.app, person, "/")
    assert (words or "目前没有待您办理的事项") in text
    assert ('class="waiting"' in text) == bool(words)


def test_who_signs_in_finds_the_public_site(desk: BatchDesk) -> None:
    with working_as(desks_of(desk.room.home), None) as client:
        assert f'<a href="{PUBLIC_URL}">公众核验网站</a>' in client.get("/sign-in").text


def test_a_proposed_act_waits_for_the_other_approvers(desk: BatchDesk) -> None:
    keep(desk, DraftState.ISSUED)
    home = desk.room.home
    by_approver = replace(CLERK, name=APPROVER.name)
    act = proposed(desk.app, row_of(home, NUMBER), "suspend", by_approver)
    assert "项证书变更待审批" not in page(desk.app, APPROVER, "/")
    text = page(desk.app, SECOND_APPROVER, "/")
    assert "项证书变更待审批" in text and f'href="/acts/{act}"' in text
    assert "项证书变更待审批" not in page(desk.app, FOREIGN, "/")


def test_an_auditor_is_told_what_there_is_to_see_and_invited_to_nothing(desk: BatchDesk) -> None:
    auditor = replace(CLERK, body=None, roles=frozenset({Role.AUDITOR}))
    front = page(desk.app, auditor, "/")
    assert "查看各申请的环节、意见和公示" in front and "受理申报" not in front
    assert "查看证书变更由谁提出、由谁审批" in front
    for path, told, invited in (
        ("/filing/applications?closed=1", "录入的申请列在这里", "点“录入新申请”"),
        ("/filing/proposals", "主管部门提出、等另一人审批的事项列在这里", "在申请页面提出备案"),
        ("/filing/quality", "抽查的样本、种子和结果列在这里", "选一家机构和核发期间"),
        ("/acts/?state=withdrawn", "机构提出的更正、撤销等事项列在这里", "打开一张证书"),
        ("/police/readings", "以及另一名民警的复核", "会列在这里等候复核"),
    ):
        shown = page(desk.app, auditor, path)
        assert told in shown and invited not in shown, path
    clerk = replace(auditor, roles=frozenset({Role.AUDITOR, Role.AUTHORITY_CLERK}))
    assert "受理申报" in page(desk.app, clerk, "/")

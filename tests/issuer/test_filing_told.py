"""What the authority's pages say once a notice has elapsed, and of the people of a filed body."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.roles import Role
from registry.account_models import AccountRoleRow, AccountRow, RoleConfirmationRow
from registry.home import Home
from registry.session import transaction
from tests.issuer.authority_desk import AUDITOR, CLERK, DAY, DIRECTOR, AuthorityDesk
from tests.issuer.procedures import PREFIX


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> AuthorityDesk:
    return AuthorityDesk(home, tmp_path / "in")


def test_an_application_whose_notice_has_elapsed_says_so(desk: AuthorityDesk) -> None:
    number, last = desk.procedure.on_notice()
    pages = ("/filing/applications", f"/filing/applications/{number}")
    for day, told, other in ((last, "公示中", "公示期满"), (last + DAY, "公示期满", "公示中")):
        desk.today = day
        for page in pages:
            text = desk.get(CLERK, page).text
            assert f"{told}</span>" in text and f"{other}</span>" not in text, page
    assert '备案<span class="unseen">（当前）' in desk.get(CLERK, pages[1]).text
    desk.today = last
    desk.procedure.object(number, last)
    desk.today = last + DAY
    waits = desk.get(CLERK, pages[1]).text
    assert "公示期满</span>" in waits and '公示<span class="unseen">（当前）' in waits


def test_the_page_of_a_body_says_how_many_people_it_has_in_each_role(desk: AuthorityDesk) -> None:
    desk.procedure.filed()
    address = f"/filing/bodies/{PREFIX}"
    assert 'href="/people/add"' in desk.get(DIRECTOR, address).text
    bare = desk.get(AUDITOR, address).text
    assert "<dt>考评员</dt><dd>还没有</dd>" in bare and "/people" not in bare
    one = AccountRow(
        username="one",
        name="某",
        body=PREFIX,
        uniquifier="1",
        made_at=desk.now(),
        made_by="某",
        roles=[AccountRoleRow(role=Role.EXAMINER), AccountRoleRow(role=Role.APPROVER)],
    )
    with transaction(desk.office.desks) as session:
        session.add(one)
        session.flush()
        waits = RoleConfirmationRow(role=Role.APPROVER, given_by=one.id, given_at=desk.now())
        one.confirmations = [waits]
    told = desk.get(AUDITOR, address).text
    assert "<dt>考评员</dt><dd>1 人</dd>" in told
    assert "<dt>机构审批人</dt><dd>还没有</dd>" in told  # that role waits to be confirmed

"""A body whose filing is suspended or over, or will be, is told so wherever it works."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from accounts.roles import Role
from accounts.spoken import spoken_day
from issuer import filing_changes
from issuer.desk import shanghai_day
from issuer.filing import find_site
from registry.session import transaction
from tests.issuer.batch_desk import APPROVER, CLERK, EXAMINER, READY, BatchDesk
from tests.issuer.desks import PREFIX
from tests.issuer.procedures import decision


def test_a_body_whose_filing_was_withdrawn_is_told_so_and_not_to_mend_rows(
    ready_desk: BatchDesk,
) -> None:
    desk, draft = ready_desk, READY
    today = shanghai_day(desk.room.clock())
    with transaction(desk.room.register) as session:
        site, now_ = find_site(session, PREFIX), desk.room.clock()
        filing_changes.withdraw(session, site, decision(today), effective_on=today, now=now_)
    said = f"本机构备案自{spoken_day(today).zh}起已撤销，不得核发证书"
    desk.post(f"/batches/{draft}/check")
    page = desk.get(f"/batches/{draft}").text
    assert said in page and "改正名册中" not in page and "行待改正" not in page
    for place in ("/", "/batches", "/batches/new"):
        text = desk.get(place).text
        assert said in text and "改正名册中" not in text, place
    roster = desk.get(f"/batches/{draft}/rows").text
    assert said in roster and "改正名册不能解决" in roster
    assert "corrections.xlsx" not in roster and "上传改正" not in roster


def test_a_suspension_is_told_to_all_of_the_body_and_no_remark_on_a_row_outlives_it(
    ready_desk: BatchDesk,
) -> None:
    desk, draft = ready_desk, READY
    today = shanghai_day(desk.room.clock())
    custodian = replace(CLERK, roles=frozenset({Role.KEY_CUSTODIAN}))

    def enact(act: Any, day: date) -> None:
        with transaction(desk.room.register) as session:
            site = find_site(session, PREFIX)
            act(session, site, decision(day), effective_on=day, now=desk.room.clock())

    said = f"本机构备案自{spoken_day(today).zh}起暂停"
    assert "不能核发证书" not in desk.get("/").text
    enact(filing_changes.suspend, today)
    for person in (CLERK, APPROVER, EXAMINER, custodian):
        assert said in desk.get("/", person).text, person.roles
    for place in (f"/batches/{draft}/rows", "/batches", "/batches/new"):
        assert said in desk.get(place).text, place
    assert "改正名册不能解决" in desk.get(f"/batches/{draft}/rows").text  # checked anew
    enact(filing_changes.resume, today)
    assert "不能核发证书" not in desk.get("/batches").text
    desk.work()
    rows = desk.get(f"/batches/{draft}/rows").text
    assert "暂停" not in rows and "改正名册中" not in desk.get(f"/batches/{draft}").text
    assert desk.submit(draft).status_code == 303


@pytest.mark.parametrize(
    ("act", "word"), [(filing_changes.suspend, "暂停"), (filing_changes.withdraw, "撤销")]
)
def test_what_is_decided_for_a_later_day_is_told_to_all_of_the_body(
    ready_desk: BatchDesk, act: Any, word: str
) -> None:
    desk = ready_desk
    today = shanghai_day(desk.room.clock())
    day = today + timedelta(days=9)
    with transaction(desk.room.register) as session:
        site = find_site(session, PREFIX)
        act(session, site, decision(today), effective_on=day, now=desk.room.clock())
    said = f"本机构备案自{spoken_day(day).zh}起{word}"
    for person in (CLERK, APPROVER, EXAMINER):
        assert said in desk.get("/", person).text, person.roles
    for place in (f"/batches/{READY}", "/batches", "/batches/new"):
        told = desk.get(place).text
        assert said in told and "不能核发证书" not in told, place

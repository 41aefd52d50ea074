"""Opinions at the authority's desk: offered after what they are about, ticked, up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.spoken import spoken_day
from issuer.application_states import Stage, Step
from registry.filing_models import FilingApplication
from registry.home import Home
from registry.session import reading
from tests.issuer.authority_desk import CLERK, DAY, DIRECTOR, DIRECTOR_TOO, AuthorityDesk
from tests.issuer.procedures import MONDAY

STEP = "/filing/applications/1/step"


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> AuthorityDesk:
    """A desk with one application that was taken in."""
    desk = AuthorityDesk(home, tmp_path / "in")
    desk.typed_application()
    return desk


def test_an_opinion_comes_after_what_it_is_about_and_takes_a_tick(desk: AuthorityDesk) -> None:
    page = desk.get(CLERK, "/filing/applications/1").text
    assert page.index("申报材料</h2>") < page.index("办理意见</h2>")
    why, _, _ = page.partition('<textarea id="reason"')
    assert "通过的选填" in why and not why.rpartition("理由")[2].startswith("<span")
    hasty = desk.post(CLERK, STEP, step="accept")
    assert (hasty.status_code, 'id="sure-wrong"' in hasty.text) == (422, True)
    assert desk.procedure.stage(1) is Stage.RECEIVED


def test_a_notice_is_begun_on_days_that_do_and_with_a_tick(desk: AuthorityDesk) -> None:
    desk.post(CLERK, STEP, step="accept", sure="yes")
    desk.post(DIRECTOR, STEP, step="accept", sure="yes")
    notice = "/filing/applications/1/notice"
    dated = {"first": MONDAY + DAY, "last": MONDAY + 2 * DAY, "days_off": "12月1日"}
    hasty = desk.post(CLERK, notice, **dated)
    assert 'id="sure-wrong"' in hasty.text and "“12月1日”应写成 2027-01-01 的样子" in hasty.text
    short = desk.post(CLERK, notice, **dated | {"days_off": "", "sure": "yes"})
    assert (short.status_code, 'id="last-wrong"' in short.text) == (422, True)
    assert f"结束日期最早为{spoken_day(MONDAY + 7 * DAY).zh}" in short.text
    assert desk.procedure.stage(1) is Stage.SELECTED


def test_steps_of_an_application_are_all_offered_somewhere(desk: AuthorityDesk) -> None:
    page = desk.get(DIRECTOR, "/filing/applications/1").text
    for step in (Step.ACCEPT, Step.RETURN, Step.REFUSE):
        assert f'value="{step}"' in page
    assert 'value="refuse"' not in desk.get(CLERK, "/filing/applications/1").text
    with reading(desk.office.engine) as session:
        assert session.get(FilingApplication, 1) is not None
    refusal = {"step": "refuse", "reason": "不符合条件", "sure": "yes"}
    assert desk.post(DIRECTOR, STEP, **refusal).status_code == 303
    assert 'aria-current="step"' not in desk.get(DIRECTOR, "/filing/applications/1").text


def test_an_opinion_on_a_page_that_is_out_of_date_takes_no_step(desk: AuthorityDesk) -> None:
    assert 'name="seen" value="1"' in desk.get(DIRECTOR, "/filing/applications/1").text
    assert desk.post(DIRECTOR_TOO, STEP, step="accept", sure="yes", seen="1").status_code == 303
    late = desk.post(DIRECTOR, STEP, step="accept", sure="yes", seen="1")
    assert (late.status_code, "孙负责已办理" in late.text) == (422, True)
    assert desk.procedure.stage(1) is Stage.REVIEWED

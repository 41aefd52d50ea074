"""An employer stops watching certificates: one by its number, or all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from registry.session import reading, transaction
from registry.trail_models import TrailEntry
from registry.watches import WatchMarks, watch, watched_by
from tests.verifier.employer_desk import EmployerDesk, open_employer_desk

OTHER = "S000012000123263999999"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmployerDesk]:
    with open_employer_desk(tmp_path_factory.mktemp("watches")) as opened:
        yield opened


def watching(desk: EmployerDesk, employer: int) -> None:
    """Have an employer watch two certificates."""
    marks = WatchMarks(desk.room.home.pepper())
    with transaction(desk.room.public) as session:
        numbers = (desk.number, OTHER)
        watch(session, employer, [marks.mark(one) for one in numbers], since=desk.desks.clock())


def watched(desk: EmployerDesk, employer: int) -> int:
    """Return how many certificates an employer watches."""
    with reading(desk.room.public) as session:
        return watched_by(session, employer, now=desk.desks.clock())


def test_one_is_watched_no_more_by_its_number_and_nobody_elses_watch_ends(
    desk: EmployerDesk,
) -> None:
    employer, browser = desk.employer()
    other, _ = desk.employer()
    for one in (employer, other):
        watching(desk, one)
    spaced = f" {desk.number[:6].lower()} {desk.number[6:]}"
    answer = browser.post("/employer/alerts/stop", data={"stop_number": spaced})
    assert answer.status_code == 303
    assert f"已停止关注 {desk.number}" in browser.get("/employer/alerts").text
    assert (watched(desk, employer), watched(desk, other)) == (1, 2)
    again = browser.post("/employer/alerts/stop", data={"stop_number": desk.number})
    assert again.status_code == 422 and 'id="stop_number-wrong"' in again.text
    assert watched(desk, employer) == 1
    with reading(desk.desks.bureau.register) as session:
        ended = select(TrailEntry).where(TrailEntry.act == "employer.watch_ended")
        (noted,) = session.scalars(ended).all()
        assert desk.number not in noted.subject + noted.ground


def test_all_are_watched_no_more_once_that_was_ticked(desk: EmployerDesk) -> None:
    employer, browser = desk.employer()
    watching(desk, employer)
    asked = browser.post("/employer/alerts/stop-all")
    assert asked.status_code == 422 and 'id="sure-wrong"' in asked.text
    assert watched(desk, employer) == 2
    assert browser.post("/employer/alerts/stop-all", data={"sure": "yes"}).status_code == 303
    assert watched(desk, employer) == 0
    assert 'id="stop"' not in browser.get("/employer/alerts").text

"""Terms of a filing: what is wrong with one is told, and what has no end is not renewed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from issuer.errors import IssuerError
from issuer.filing import parse_filing
from issuer.filing_changes import check_term
from issuer.filing_record import record_filing
from issuer.filing_standing import view_of
from keys.filing_windows import FilingEvent
from registry.home import Home
from registry.models import Site
from tests.issuer.authority_desk import CLERK, DAY, AuthorityDesk
from tests.issuer.desks import FILING
from tests.issuer.procedures import MONDAY, PREFIX, at


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> AuthorityDesk:
    return AuthorityDesk(home, tmp_path / "in")


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (date(2020, 11, 30), "截止日2020年11月30日早于起始日2026年12月1日"),
        (date(2036, 11, 30), "至2036年11月30日超过"),
    ],
)
def test_a_term_that_ends_first_is_told_from_one_that_is_too_long(last: date, said: str) -> None:
    with pytest.raises(IssuerError) as refused:
        check_term(date(2026, 12, 1), last, date(2026, 11, 30))
    assert refused.value.code == "term_too_long" and said in refused.value.text.zh


def test_only_a_filing_with_an_end_is_offered_a_renewal(desk: AuthorityDesk) -> None:
    desk.procedure.filed()
    desk.today = MONDAY + 10 * DAY
    with desk.procedure.session() as session:
        site = session.scalars(select(Site)).one()
        assert FilingEvent.RENEWED in view_of(session, site, desk.today).open_events
    assert f"/filing/bodies/{PREFIX}/acts/renew" in desk.get(CLERK, f"/filing/bodies/{PREFIX}").text
    with desk.procedure.session() as session:  # a filing of former times, without an end
        site = session.scalars(select(Site)).one()
        wanted = parse_filing(FILING | {"prefix": "S000012000999", "name": "旧机构"})
        other = record_filing(session, wanted, now=at(desk.today))
        session.flush()
        assert FilingEvent.RENEWED not in view_of(session, other, desk.today).open_events

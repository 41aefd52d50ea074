"""What the authority does to a filing later, and what it means for awards and for the log."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.levels import Level
from codes.occupations import occupation_by_index
from issuer import filing_changes
from issuer.errors import IssuerError
from issuer.filing import find_site, levels_filed, parse_filing
from issuer.filing_acts import OPEN_ACTS, Decision, SiteStanding, enact, standing_of
from issuer.filing_record import record_filing
from issuer.filing_sums import acts_of, sum_of
from issuer.publishing import compose
from keys.filing_windows import FilingEvent
from log.leaves import FilingLeaf, LeafKind, decode_body
from registry.filing_models import FilingAct
from registry.home import Home
from registry.log_models import LogEntry
from registry.models import Filing, Site
from tests.issuer.procedures import PREFIX, TERM, Procedure, at, decision

DAY = timedelta(days=1)
BEGUN = date(2026, 12, 14)
FIRST, LAST = TERM


@pytest.fixture
def office(home: Home, tmp_path: Path) -> Procedure:
    """An office that filed one body for a term."""
    office = Procedure(home, tmp_path / "in")
    office.filed()
    return office


def act(
    office: Procedure,
    how: Callable[..., Any],
    day: date,
    said: Decision | None = None,
    **given: Any,
) -> Any:
    """Do an act on the filed site, on a day."""
    with office.session() as session:
        site = find_site(session, PREFIX)
        return how(session, site, said or decision(day), now=at(day), **given)


def filed_on(office: Procedure, day: date) -> set[int]:
    """Return the levels that may be awarded on a day."""
    with office.session() as session:
        site = find_site(session, PREFIX)
        return {int(level) for level in levels_filed(session, site.id, day).get(1, ())}


def standing(office: Procedure, day: date) -> SiteStanding:
    with office.session() as session:
        return standing_of(sum_of(session, find_site(session, PREFIX)), day)


def leaves(session: Session) -> list[FilingLeaf]:
    query = select(LogEntry).where(LogEntry.kind == LeafKind.FILING).order_by(LogEntry.id)
    found = [decode_body(entry.body) for entry in session.scalars(query)]
    return [leaf for leaf in found if isinstance(leaf, FilingLeaf)]


def test_a_suspension_is_a_gap_in_the_published_scope(office: Procedure) -> None:
    act(office, filing_changes.suspend, BEGUN, effective_on=BEGUN + DAY)
    assert standing(office, BEGUN) is SiteStanding.SUSPENDED
    assert filed_on(office, BEGUN) == {1, 2, 3}
    assert filed_on(office, BEGUN + DAY) == set()
    back = BEGUN + 20 * DAY
    act(office, filing_changes.resume, back, effective_on=back)
    assert filed_on(office, back - DAY) == set()
    assert filed_on(office, back) == {1, 2, 3}
    with office.session() as session:
        (body,) = compose(session, office.home, now=at(back)).bodies
    days = [BEGUN, BEGUN + DAY, back - DAY, back, LAST, LAST + DAY]
    covered = [body.scope_for(1, Level.THREE, day) is not None for day in days]
    assert covered == [True, False, False, True, True, False]


def test_a_withdrawal_keeps_what_was_awarded_and_only_an_application_files_again(
    office: Procedure,
) -> None:
    act(office, filing_changes.withdraw, BEGUN, effective_on=BEGUN)
    assert filed_on(office, BEGUN - DAY) == {1, 2, 3}
    assert filed_on(office, BEGUN) == set()
    with pytest.raises(IssuerError, match="filing_act_closed"):
        act(office, filing_changes.renew, BEGUN, last=LAST + DAY)
    with pytest.raises(IssuerError, match="filing_act_closed"):
        act(office, filing_changes.resume, BEGUN, effective_on=BEGUN)
    number, last = office.on_notice(BEGUN)
    (again,) = office.file(number, last + DAY, term=(last + DAY, LAST))
    assert again.event == "refiled"
    assert filed_on(office, last) == set()
    assert filed_on(office, last + DAY) == {1, 2, 3}


def test_a_filing_again_cannot_begin_before_the_withdrawal_does(office: Procedure) -> None:
    act(office, filing_changes.withdraw, BEGUN, effective_on=BEGUN + 60 * DAY)
    number, last = office.on_notice(BEGUN)
    with pytest.raises(IssuerError, match="scope_filed_already"):
        office.file(number, last + DAY, term=(last + DAY, LAST))


def test_an_annulment_takes_every_day(office: Procedure) -> None:
    act(office, filing_changes.annul, BEGUN)
    assert filed_on(office, FIRST) == filed_on(office, BEGUN) == set()
    assert standing(office, BEGUN) is SiteStanding.ENDED


def test_a_renewal_follows_on_the_last_day_and_leaves_the_first_term_alone(
    office: Procedure,
) -> None:
    day = LAST - 30 * DAY
    act(office, filing_changes.renew, day, last=date(2032, 11, 30))
    with office.session() as session:
        rows = session.scalars(select(Filing).where(Filing.level == 3)).all()
        assert [(row.valid_from, row.valid_to) for row in rows] == [
            (FIRST, LAST),
            (LAST + DAY, date(2032, 11, 30)),
        ]
    with pytest.raises(IssuerError, match="nothing_to_renew"):
        act(office, filing_changes.renew, day, last=date(2032, 11, 30))
    with pytest.raises(IssuerError, match="term_too_long"):
        act(office, filing_changes.renew, day, last=date(2039, 1, 1))


def test_an_expired_filing_is_not_renewed_but_applied_for_again(office: Procedure) -> None:
    assert standing(office, LAST) is SiteStanding.FILED
    assert standing(office, LAST + DAY) is SiteStanding.EXPIRED
    with pytest.raises(IssuerError, match="filing_act_closed"):
        act(office, filing_changes.renew, LAST + DAY, last=date(2031, 1, 1))
    number, last = office.on_notice(LAST + DAY)
    (again,) = office.file(number, last + DAY, term=(last + DAY, date(2032, 1, 1)))
    assert again.event == "refiled"


def test_a_narrower_scope_ends_the_level_it_names(office: Procedure) -> None:
    dropped = [(occupation_by_index(1), Level.ONE)]
    act(office, filing_changes.narrow, BEGUN, dropped=dropped, effective_on=BEGUN)
    assert filed_on(office, BEGUN - DAY) == {1, 2, 3}
    assert filed_on(office, BEGUN) == {2, 3}
    with pytest.raises(IssuerError, match="scope_not_filed"):
        act(
            office,
            filing_changes.narrow,
            BEGUN,
            dropped=[(occupation_by_index(1), Level.FOUR)],
            effective_on=BEGUN,
        )


def test_a_body_had_on_each_day_the_name_it_was_filed_under(office: Procedure) -> None:
    with office.session() as session:
        former = find_site(session, PREFIX).body.name
    act(office, filing_changes.rename, BEGUN, name="新名称（虚构）")
    act(office, filing_changes.rename, BEGUN + 9 * DAY, name="又一名称（虚构）")
    with office.session() as session:
        body = find_site(session, PREFIX).body
        names = [
            filing_changes.name_on(session, body, BEGUN + shift * DAY) for shift in (-1, 0, 8, 9)
        ]
    assert names == [former, "新名称（虚构）", "新名称（虚构）", "又一名称（虚构）"]
    with pytest.raises(IssuerError, match="name_unfit"):
        act(office, filing_changes.rename, BEGUN + 9 * DAY, name="又一名称（虚构）")
    with pytest.raises(IssuerError, match="body_name_reserved"):
        act(office, filing_changes.rename, BEGUN + 9 * DAY, name="查验报告专用中心")


def test_an_address_moves_no_right(office: Procedure) -> None:
    act(office, filing_changes.move, BEGUN, address="样本路 9 号")
    with office.session() as session:
        assert find_site(session, PREFIX).address == "样本路 9 号"
    assert filed_on(office, BEGUN) == {1, 2, 3}


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ({"decided_on": BEGUN, "effective_on": BEGUN - DAY}, "effective_before_decision"),
        ({"decided_on": BEGUN + DAY, "effective_on": BEGUN + DAY}, "decided_in_future"),
        (
            {"decided_on": BEGUN - 31 * DAY, "effective_on": BEGUN},
            "decided_long_ago",
        ),
        ({"decided_on": date(2026, 11, 20), "effective_on": date(2026, 11, 20)}, ""),
    ],
)
def test_no_act_reaches_back(office: Procedure, days: dict[str, date], code: str) -> None:
    said = decision(days["decided_on"])

    def suspend() -> None:
        act(office, filing_changes.suspend, BEGUN, said, effective_on=days["effective_on"])

    if code:
        with pytest.raises(IssuerError, match=code):
            suspend()
        assert standing(office, BEGUN) is SiteStanding.FILED
    else:
        suspend()
        assert filed_on(office, BEGUN) == set()


LATER = BEGUN + 100 * DAY


def narrowed_later(office: Procedure) -> None:
    """Take level one out of the scope from a day far off."""
    dropped = [(occupation_by_index(1), Level.ONE)]
    act(office, filing_changes.narrow, BEGUN, dropped=dropped, effective_on=LATER)


def test_a_body_is_stopped_before_what_is_to_come_which_still_comes(office: Procedure) -> None:
    narrowed_later(office)
    act(office, filing_changes.suspend, BEGUN, effective_on=BEGUN + DAY)
    assert filed_on(office, BEGUN + DAY) == set()
    act(office, filing_changes.resume, BEGUN + 3 * DAY, effective_on=BEGUN + 3 * DAY)
    assert filed_on(office, BEGUN + DAY) == set()
    assert filed_on(office, BEGUN + 3 * DAY) == {1, 2, 3}
    assert filed_on(office, LATER) == {2, 3}
    act(office, filing_changes.withdraw, BEGUN + 4 * DAY, effective_on=BEGUN + 5 * DAY)
    assert filed_on(office, BEGUN + 4 * DAY) == {1, 2, 3}
    assert filed_on(office, BEGUN + 5 * DAY) == set()


@pytest.mark.parametrize("how", [filing_changes.suspend, filing_changes.withdraw])
def test_a_withdrawal_to_come_may_be_brought_forward_and_not_put_off(
    office: Procedure, how: Callable[..., Any]
) -> None:
    act(office, filing_changes.withdraw, BEGUN, effective_on=LATER)
    with pytest.raises(IssuerError, match="effective_too_late"):
        act(office, how, BEGUN, effective_on=LATER)
    act(office, how, BEGUN, effective_on=BEGUN + DAY)
    assert filed_on(office, BEGUN) == {1, 2, 3}
    assert filed_on(office, BEGUN + DAY) == set()


def test_a_suspension_to_come_may_be_brought_forward_and_not_put_off(office: Procedure) -> None:
    act(office, filing_changes.suspend, BEGUN, effective_on=LATER)
    with pytest.raises(IssuerError, match="effective_too_late"):
        act(office, filing_changes.suspend, BEGUN, effective_on=LATER)
    act(office, filing_changes.suspend, BEGUN, effective_on=BEGUN)
    assert filed_on(office, BEGUN) == set()
    with pytest.raises(IssuerError, match="filing_act_closed"):
        act(office, filing_changes.suspend, BEGUN, effective_on=BEGUN)


def test_name_and_address_change_before_what_is_to_come(office: Procedure) -> None:
    narrowed_later(office)
    act(office, filing_changes.rename, BEGUN, name="新名称（虚构）")
    act(office, filing_changes.move, BEGUN, address="样本路 9 号")
    with office.session() as session:
        site = find_site(session, PREFIX)
        assert (site.body.name, site.address) == ("新名称（虚构）", "样本路 9 号")


def test_a_grant_does_not_come_before_what_is_to_come(office: Procedure) -> None:
    narrowed_later(office)
    with pytest.raises(IssuerError, match="effective_before_last_act") as refused:
        act(office, filing_changes.renew, BEGUN, last=LAST + 30 * DAY)
    assert "在此之前可以办理缩小范围、暂停、撤销" in refused.value.text.zh


def test_a_filing_is_not_resumed_before_its_suspension(office: Procedure) -> None:
    act(office, filing_changes.suspend, BEGUN, effective_on=BEGUN + 10 * DAY)
    with pytest.raises(IssuerError, match="effective_before_last_act"):
        act(office, filing_changes.resume, BEGUN, effective_on=BEGUN + 5 * DAY)


@pytest.mark.parametrize("how", [filing_changes.suspend, filing_changes.withdraw])
def test_who_takes_rights_away_needs_another_to_approve(
    office: Procedure, how: Callable[..., Any]
) -> None:
    for approver, code in ((None, "approver_missing"), ("经办甲", "approver_same")):
        with pytest.raises(IssuerError, match=code):
            act(office, how, BEGUN, decision(BEGUN, approver=approver), effective_on=BEGUN)
    assert filed_on(office, BEGUN) == {1, 2, 3}


def test_every_act_leaves_its_leaf_in_clear_and_no_name_of_an_official(office: Procedure) -> None:
    act(office, filing_changes.suspend, BEGUN, effective_on=BEGUN)
    act(office, filing_changes.rename, BEGUN, name="新名称（虚构）")
    with office.session() as session:
        found = leaves(session)
        stored = b"".join(entry.body for entry in session.scalars(select(LogEntry)))
        rows = session.scalars(select(FilingAct)).all()
    assert [leaf.event for leaf in found] == ["filed", "suspended", "renamed"]
    assert all(row.logged for row in rows)
    filed = found[0]
    assert filed.prefix == PREFIX
    assert filed.detail["windows"] == [
        [1, level, FIRST.isoformat(), LAST.isoformat()] for level in (3, 2, 1)
    ]
    assert filed.detail["notice_from"] == "2026-11-03"
    assert filed.detail["reference"] == "津人社备〔2026〕1号"
    assert found[1].detail["effective_on"] == BEGUN.isoformat()
    for hidden in ("经办甲", "审批乙", "符合条件"):
        assert hidden.encode() not in stored


def test_an_act_that_fails_leaves_nothing(office: Procedure) -> None:
    with pytest.raises(RuntimeError), office.session() as session:
        site = find_site(session, PREFIX)
        filing_changes.withdraw(session, site, decision(BEGUN), effective_on=BEGUN, now=at(BEGUN))
        raise RuntimeError
    assert filed_on(office, BEGUN) == {1, 2, 3}
    with office.session() as session:
        assert [leaf.event for leaf in leaves(session)] == ["filed"]


def recorded(**changes: Any) -> dict[str, Any]:
    scope = {"occupation": "3-02-02-00", "levels": [3], "from": "2024-01-01", "to": "2026-12-31"}
    return {"name": "某机构（虚构）", "prefix": "S000012000777", "scopes": [scope]} | changes


def test_a_filing_decided_elsewhere_is_recorded_with_its_trace_and_once(office: Procedure) -> None:
    form = parse_filing(recorded(reference="津人社备〔2023〕8号", decided_on="2023-12-20"))
    with office.session() as session:
        site = record_filing(session, form, now=at(BEGUN))
        record_filing(session, form, now=at(BEGUN))
        (only,) = acts_of(session, site)
        assert (only.event, only.decided_on) == ("recorded", date(2023, 12, 20))
        assert levels_filed(session, site.id, date(2024, 1, 1)) == {1: (Level.THREE,)}
        assert [leaf.event for leaf in leaves(session)] == ["filed", "recorded"]


def test_recording_is_no_way_around_a_suspension(office: Procedure) -> None:
    with office.session() as session:
        site = record_filing(session, parse_filing(recorded()), now=at(BEGUN))
        filing_changes.suspend(session, site, decision(BEGUN), effective_on=BEGUN, now=at(BEGUN))
    scope = recorded()["scopes"][0] | {"levels": [2], "from": "2026-01-01"}
    with office.session() as session, pytest.raises(IssuerError, match="filing_act_closed"):
        record_filing(session, parse_filing(recorded(scopes=[scope])), now=at(BEGUN))


def test_a_credit_code_belongs_to_one_name(office: Procedure) -> None:
    form = parse_filing(recorded(credit_code="91120000MA0000000M"))
    with office.session() as session, pytest.raises(IssuerError, match="credit_code_taken"):
        record_filing(session, form, now=at(BEGUN))


def test_what_is_filed_is_the_sum_of_the_acts(office: Procedure) -> None:
    act(office, filing_changes.suspend, BEGUN, effective_on=BEGUN)
    act(office, filing_changes.resume, BEGUN + 5 * DAY, effective_on=BEGUN + 5 * DAY)
    with office.session() as session:
        site = session.scalars(select(Site)).one()
        rows = {(row.level, row.valid_from, row.valid_to) for row in site.filings}
        total = {(int(w.level), w.first, w.last) for w in sum_of(session, site).windows}
    assert rows == total
    assert len(rows) == 6


@pytest.mark.parametrize("event", list(FilingEvent))
def test_the_table_of_acts_is_obeyed(office: Procedure, event: FilingEvent) -> None:
    act(office, filing_changes.suspend, BEGUN, effective_on=BEGUN)
    closed = event not in OPEN_ACTS[SiteStanding.SUSPENDED]
    try:
        with office.session() as session:
            site = find_site(session, PREFIX)
            enact(session, site, event, decision(BEGUN), effective_on=BEGUN, now=at(BEGUN))
        refused = ""
    except IssuerError as error:
        refused = error.code
    assert refused == ("filing_act_closed" if closed else "")


def test_every_kind_of_act_is_open_at_some_standing() -> None:
    assert set().union(*OPEN_ACTS.values()) == set(FilingEvent)


def test_details_are_canonical_json(office: Procedure) -> None:
    with office.session() as session:
        (row,) = acts_of(session, find_site(session, PREFIX))
    said = json.loads(row.detail)
    assert row.detail == json.dumps(said, ensure_ascii=False, sort_keys=True)

"""From application to filing: no stage is skipped, no notice cut short, no one acts alone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from issuer.application_form import read_application
from issuer.application_states import Stage, Step
from issuer.applications import find_application, open_material, read_materials, take_step
from issuer.errors import IssuerError
from issuer.public_notice import ObjectionOutcome, open_objection, working_days
from registry.filing_models import FilingAct
from registry.home import Home
from registry.models import Site
from tests.issuer.procedures import (
    MONDAY,
    PREFIX,
    TERM,
    Procedure,
    at,
    decision,
    write_application,
)

DAY = timedelta(days=1)


@pytest.fixture
def office(home: Home, tmp_path: Path) -> Procedure:
    return Procedure(home, tmp_path / "in")


def test_the_whole_procedure_ends_in_what_was_applied_for(office: Procedure) -> None:
    number = office.filed()
    assert office.stage(number) is Stage.FILED
    with office.session() as session:
        site = session.scalars(select(Site)).one()
        assert (site.prefix, site.body.credit_code) == (PREFIX, "91120000MA0000000M")
        assert {(f.level, f.valid_from, f.valid_to) for f in site.filings} == {
            (level, *TERM) for level in (1, 2, 3)
        }
        act = session.scalars(select(FilingAct)).one()
        assert (act.event, act.application_id) == ("filed", number)
        assert (act.decider, act.approver) == ("经办甲", "审批乙")


@pytest.mark.parametrize(
    "changes",
    [
        {"credit_code": "91120000MA00000001"},
        {"occupations": [{"occupation": "3-02-02-00", "levels": [3]}] * 4},
        {"occupations": [{"occupation": "3-02-02-00", "levels": [3]}] * 2},
        {"occupations": [{"occupation": "3-02-02-00", "levels": [5]}]},
        {"sites": []},
        {"sites": [{"address": "某地", "serial": "12"}]},
        {"category": "Z"},
        {"staff": {"examiners": -1, "supervisors": 0}},
        {"materials": [{"title": "营业执照", "file": "../营业执照.pdf"}]},
        {"contact": "张三"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_application_at_fault_is_refused(office: Procedure, changes: dict[str, Any]) -> None:
    with pytest.raises(IssuerError, match="filing_field"):
        office.apply(MONDAY, **changes)


def test_a_missing_material_is_refused(office: Procedure, tmp_path: Path) -> None:
    write_application(tmp_path / "in")
    for file in (tmp_path / "in").glob("*.xlsx"):
        file.unlink()
    form = read_application(tmp_path / "in" / "申请.json", today=MONDAY)
    with pytest.raises(IssuerError, match="material_unreadable"):
        read_materials(form, tmp_path / "in")


def test_materials_are_sealed_and_open_to_the_vault_alone(office: Procedure) -> None:
    number = office.apply(MONDAY)
    stored = [path for path in (office.home.path / "store").rglob("*") if path.is_file()]
    assert len(stored) == 3
    assert not [path for path in stored if "营业执照".encode() in path.read_bytes()]
    with office.session() as session:
        first = find_application(session, number).forms[-1].materials[0]
        assert open_material(office.home, office.vault, first) == "营业执照".encode()


def test_a_unit_has_one_application_under_way(office: Procedure) -> None:
    number = office.apply(MONDAY)
    with pytest.raises(IssuerError, match="application_open"):
        office.apply(MONDAY)
    office.step(number, Step.REFUSE, MONDAY)
    assert office.apply(MONDAY) == number + 1


def test_a_supplement_is_reviewed_from_the_beginning(office: Procedure) -> None:
    number = office.apply(MONDAY)
    office.step(number, Step.ACCEPT, MONDAY)
    office.step(number, Step.RETURN, MONDAY)
    with pytest.raises(IssuerError, match="application_step"):
        office.step(number, Step.ACCEPT, MONDAY)
    office.apply(MONDAY + DAY, supplements=number)
    assert office.stage(number) is Stage.RECEIVED
    with office.session() as session:
        assert [form.version for form in find_application(session, number).forms] == [1, 2]


def test_a_supplement_of_another_unit_is_refused(office: Procedure) -> None:
    number = office.apply(MONDAY)
    office.step(number, Step.RETURN, MONDAY)
    with pytest.raises(IssuerError, match="supplement_of_another"):
        office.apply(MONDAY, supplements=number, credit_code="91120000MA0000001Q")


@pytest.mark.parametrize("step", [Step.RETURN, Step.REFUSE])
def test_what_harms_needs_a_reason(office: Procedure, step: Step) -> None:
    number = office.apply(MONDAY)
    with pytest.raises(IssuerError, match="reason_missing"):
        office.step(number, step, MONDAY, reason=None)
    assert office.stage(number) is Stage.RECEIVED


def test_days_run_forward(office: Procedure) -> None:
    number = office.apply(MONDAY)
    with pytest.raises(IssuerError, match="decided_before_last_step"):
        office.step(number, Step.ACCEPT, MONDAY - DAY)
    with office.session() as session, pytest.raises(IssuerError, match="decided_in_future"):
        application = find_application(session, number)
        take_step(session, application, Step.ACCEPT, decision(MONDAY + DAY), now=at(MONDAY))


def test_a_notice_is_for_whole_days_to_come_and_long_enough(office: Procedure) -> None:
    number = office.apply(MONDAY)
    with pytest.raises(IssuerError, match="application_step"):
        office.notice(number, MONDAY)
    office.step(number, Step.ACCEPT, MONDAY)
    office.step(number, Step.ACCEPT, MONDAY)
    with pytest.raises(IssuerError, match="notice_too_short"):
        office.notice(number, MONDAY, days=6)  # four weekdays and a weekend
    assert office.notice(number, MONDAY, days=7) == date(2026, 11, 9)


def test_holidays_are_no_working_days() -> None:
    first, last = date(2026, 9, 28), date(2026, 10, 9)
    assert working_days(first, last, ()) == 10
    assert working_days(first, last, [date(2026, 10, day) for day in range(1, 8)]) == 5


def test_the_filing_waits_for_the_last_minute_of_the_notice(office: Procedure) -> None:
    number, last = office.on_notice()
    with pytest.raises(IssuerError, match="notice_running"):
        office.file(number, last)
    assert office.stage(number) is Stage.ON_NOTICE
    office.file(number, last + DAY)
    assert office.stage(number) is Stage.FILED


def test_an_open_objection_bars_the_filing_and_a_dismissed_one_does_not(
    office: Procedure,
) -> None:
    number, last = office.on_notice()
    office.object(number, last)
    with pytest.raises(IssuerError, match="objections_open"):
        office.file(number, last + DAY)
    office.settle(number, 1, ObjectionOutcome.DISMISSED, last + DAY)
    with pytest.raises(IssuerError, match="objection_unknown"):
        office.settle(number, 1, ObjectionOutcome.UPHELD, last + DAY)
    office.file(number, last + DAY)
    assert office.stage(number) is Stage.FILED


def test_an_upheld_objection_leaves_return_or_refusal(office: Procedure) -> None:
    number, last = office.on_notice()
    office.object(number, last)
    office.settle(number, 1, ObjectionOutcome.UPHELD, last)
    with pytest.raises(IssuerError, match="application_step"):
        office.file(number, last + DAY)
    office.step(number, Step.RETURN, last + DAY)
    office.apply(last + DAY, supplements=number)
    office.step(number, Step.ACCEPT, last + DAY)
    office.step(number, Step.ACCEPT, last + DAY)
    again = office.notice(number, last + DAY)
    office.file(number, again + DAY, term=(again + DAY, TERM[1]))
    assert office.stage(number) is Stage.FILED


@pytest.mark.parametrize("shift", [-8, 1])
def test_what_came_outside_the_notice_is_no_objection(office: Procedure, shift: int) -> None:
    number, last = office.on_notice()
    with pytest.raises(IssuerError, match="objection_out_of_time"):
        office.object(number, last + shift * DAY, last + DAY)


def test_who_objected_is_sealed(office: Procedure) -> None:
    number, last = office.on_notice()
    office.object(number, last)
    with office.session() as session:
        objection = find_application(session, number).notices[-1].objections[0]
        assert "某群众".encode() not in objection.sealed
        assert open_objection(office.vault, objection).sender == "某群众"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"approver": None}, "approver_missing"),
        ({"approver": "经办甲"}, "approver_same"),
        ({"decider": None}, "decider_missing"),
    ],
)
def test_nobody_files_alone(office: Procedure, changes: dict[str, Any], code: str) -> None:
    number, last = office.on_notice()
    with pytest.raises(IssuerError, match=code):
        office.file(number, last + DAY, **changes)
    with office.session() as session:
        assert session.scalars(select(Site)).all() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"prefixes": (PREFIX, "S000012000124")}, "prefix_count"),
        ({"prefixes": ("Y000012000123",)}, "prefix_category"),
        ({"prefixes": ("S00001200012X",)}, "filing_field"),
        ({"term": (date(2026, 11, 1), TERM[1])}, "term_before_decision"),
        ({"term": (TERM[0], date(2032, 1, 1))}, "term_too_long"),
        ({"term": (TERM[1], TERM[0])}, "term_too_long"),
    ],
)
def test_terms_that_do_not_fit_are_refused(
    office: Procedure, changes: dict[str, Any], code: str
) -> None:
    number, last = office.on_notice()
    with pytest.raises(IssuerError, match=code):
        office.file(number, last + DAY, **changes)
    assert office.stage(number) is Stage.ON_NOTICE


def test_two_sites_get_two_prefixes(office: Procedure) -> None:
    sites = [{"address": f"样本路 {n} 号", "serial": None} for n in (1, 2)]
    number, last = office.on_notice(sites=sites)
    with pytest.raises(IssuerError, match="prefix_repeated"):
        office.file(number, last + DAY, prefixes=(PREFIX, PREFIX))
    office.file(number, last + DAY, prefixes=(PREFIX, "S000012000124"))
    with office.session() as session:
        found = session.scalars(select(Site).order_by(Site.prefix)).all()
        assert [site.address for site in found] == ["样本路 1 号", "样本路 2 号"]
        assert len({site.body_id for site in found}) == 1


def test_a_prefix_is_given_once(office: Procedure) -> None:
    office.filed()
    unit = {"name": "另一家机构（虚构）", "credit_code": "91120000MA0000001Q"}
    with pytest.raises(IssuerError, match="serial_taken"):
        office.on_notice(MONDAY, **unit)
    sites = [{"address": "样本路 2 号", "serial": None}]
    other, last = office.on_notice(MONDAY, sites=sites, **unit)
    with pytest.raises(IssuerError, match="prefix_taken"):
        office.file(other, last + DAY)


def test_what_is_filed_already_is_not_filed_twice(office: Procedure) -> None:
    office.filed()
    again, last = office.on_notice()
    with pytest.raises(IssuerError, match="scope_filed_already"):
        office.file(again, last + DAY)


def test_a_wider_scope_takes_an_application_of_its_own(office: Procedure) -> None:
    first, last = office.on_notice(occupations=[{"occupation": "3-02-02-00", "levels": [3]}])
    office.file(first, last + DAY)
    second, last = office.on_notice(
        last + DAY, occupations=[{"occupation": "3-02-02-00", "levels": [2]}]
    )
    (act,) = office.file(second, last + DAY)
    assert act.event == "extended"
    with office.session() as session:
        levels = {row.level for row in session.scalars(select(Site)).one().filings}
    assert levels == {2, 3}

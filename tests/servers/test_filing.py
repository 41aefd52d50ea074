"""The filing procedure on either database: the whole way, and officials who act at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, select, text

from issuer import filing_changes
from issuer.application_states import Stage
from issuer.errors import IssuerError
from issuer.filing import find_site, levels_filed
from issuer.filing_sums import acts_of, sum_of
from issuer.filing_trace import trace_filing
from issuer.public_notice import ObjectionOutcome
from log.leaves import FilingLeaf, LeafKind, decode_body
from registry.filing_models import FilingAct
from registry.home import Home
from registry.log_models import LogEntry
from registry.models import Site
from registry.schema import migrate, upgrade
from registry.session import open_engine, transaction
from registry.vault import Vault
from tests.issuer.procedures import MONDAY, PREFIX, TERM, Procedure, at, decision

DAY = timedelta(days=1)


@pytest.fixture
def office(any_home: Home, tmp_path: Path) -> Procedure:
    return Procedure(any_home, tmp_path / "in")


def ends(work: Callable[[int], object], count: int) -> list[str]:
    """Let many do the same at once; return how each ended: `done` or the code of its refusal."""
    together = Barrier(count)

    def run(index: int) -> str:
        together.wait()
        try:
            work(index)
        except IssuerError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(run, range(count)))


def test_an_application_is_objected_to_filed_suspended_and_withdrawn(office: Procedure) -> None:
    number, last = office.on_notice()
    office.object(number, last)
    office.settle(number, 1, ObjectionOutcome.DISMISSED, last)
    office.file(number, last + DAY)
    assert office.stage(number) is Stage.FILED
    day = date(2026, 12, 14)
    with office.session() as session:
        site = find_site(session, PREFIX)
        filing_changes.suspend(session, site, decision(day), effective_on=day, now=at(day))
        back = day + 7 * DAY
        filing_changes.resume(session, site, decision(back), effective_on=back, now=at(back))
        gone = day + 30 * DAY
        filing_changes.withdraw(session, site, decision(gone), effective_on=gone, now=at(gone))
    with office.session() as session:
        site = session.scalars(select(Site)).one()
        filed = [
            bool(levels_filed(session, site.id, one))
            for one in (TERM[0], day - DAY, day, back - DAY, back, gone - DAY, gone)
        ]
        assert filed == [True, True, False, False, True, True, False]
        assert len(acts_of(session, site)) == 4


def test_of_two_who_file_one_application_at_once_one_does(office: Procedure) -> None:
    number, last = office.on_notice()
    found = ends(lambda _: office.file(number, last + DAY), 2)
    assert found == ["application_step", "done"]
    with office.session() as session:
        assert len(session.scalars(select(FilingAct)).all()) == 1


def test_of_two_who_suspend_one_filing_at_once_one_does(office: Procedure) -> None:
    office.filed()
    day = date(2026, 12, 14)

    def suspend(_: int) -> None:
        with office.session() as session:
            site = find_site(session, PREFIX)
            filing_changes.suspend(session, site, decision(day), effective_on=day, now=at(day))

    assert ends(suspend, 3) == ["done", "filing_act_closed", "filing_act_closed"]
    with office.session() as session:
        assert sum_of(session, find_site(session, PREFIX)).suspended_from == day


def test_an_objection_and_a_filing_at_once_never_both_go_through(office: Procedure) -> None:
    number, last = office.on_notice()

    def work(index: int) -> None:
        if index == 0:
            office.file(number, last + DAY)
        else:
            office.object(number, last, last + DAY)

    assert ends(work, 2) in (["application_step", "done"], ["done", "objections_open"])


@pytest.fixture
def old(tmp_path: Path, any_database: dict[str, str]) -> Iterator[Engine]:
    """A database of before the procedure, with a filing recorded."""
    url = any_database.get("YANZHEN_DATABASE_URL") or f"sqlite:///{tmp_path / 'old.sqlite3'}"
    engine = open_engine(url, create=True)
    upgrade(engine, to="0002")
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO bodies (id, name) VALUES (1, '某机构')",
            "INSERT INTO sites (id, body_id, prefix, address) VALUES (1, 1, 'S000012000123', '址')",
            "INSERT INTO filings (site_id, occupation, level, valid_from, valid_to) VALUES "
            "(1, 1, 3, '2024-01-01', '2026-12-31'), (1, 1, 2, '2025-01-01', NULL)",
        ):
            connection.execute(text(statement))
    yield engine
    engine.dispose()


def test_what_was_filed_before_becomes_an_act_with_a_leaf_to_come(old: Engine) -> None:
    assert migrate(old, lambda: Vault(bytes(32))) == "0002"
    with transaction(old) as session:
        site = find_site(session, PREFIX)
        (act,) = acts_of(session, site)
        assert (act.event, act.decided_on, act.logged) == ("recorded", date(2024, 1, 1), False)
        rows = {(row.level, row.valid_from, row.valid_to) for row in site.filings}
        assert {(int(w.level), w.first, w.last) for w in sum_of(session, site).windows} == rows
        trace_filing(session, act)
        trace_filing(session, act)
        (entry,) = session.scalars(select(LogEntry).where(LogEntry.kind == LeafKind.FILING)).all()
        leaf = decode_body(entry.body)
    assert isinstance(leaf, FilingLeaf)
    assert leaf.detail["name"] == "某机构"
    assert leaf.detail["windows"] == [
        [1, 3, "2024-01-01", "2026-12-31"],
        [1, 2, "2025-01-01", ""],
    ]


def test_an_act_on_an_old_filing_first_logs_what_it_builds_on(old: Engine) -> None:
    migrate(old, lambda: Vault(bytes(32)))
    with transaction(old) as session:
        site = find_site(session, PREFIX)
        filing_changes.suspend(session, site, decision(MONDAY), effective_on=MONDAY, now=at(MONDAY))
        query = select(LogEntry).where(LogEntry.kind == LeafKind.FILING).order_by(LogEntry.id)
        found = [decode_body(entry.body) for entry in session.scalars(query)]
    assert [leaf.event for leaf in found if isinstance(leaf, FilingLeaf)] == [
        "recorded",
        "suspended",
    ]

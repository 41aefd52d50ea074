"""A database restored from a backup goes on from the log: no number twice, the lost ones listed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from codes.levels import Level
from issuer.copy_run import reissue
from issuer.copying import preview_reissue
from issuer.desk import Desk
from issuer.errors import LogRefused
from issuer.fsck.run import fsck
from issuer.issuing import inspect_batch
from issuer.log_desk import office_of
from issuer.log_reconciling import reconcile
from issuer.photos import PhotoFolder
from issuer.reserving import open_batch, reserve
from issuer.roster import read_roster
from issuer.status_publishing import publish_behind, status_office_of
from keys.algorithms import Algorithm
from log.leaves import LifeKind
from registry.errors import RegistryError
from registry.home import Home
from registry.log_models import LogEntry
from registry.models import Award, Copy, ReissueReason
from registry.session import reading
from templates.fonts import FontChain
from tests.conftest import NOW
from tests.issuer.desks import desk_at, file_body, issue, people, write_people
from tests.issuer.lives import done, silent
from tests.issuer.log_offices import copy_database, restore_database
from verifier.finding_codes import Code
from verifier.opening import open_verifier
from verifier.verdict import Outcome, Status


@pytest.fixture
def filed(home: Home) -> Home:
    file_body(home, algorithm=Algorithm.ES256)
    return home


def test_numbers_of_a_lost_batch_are_listed_and_never_given_again(
    filed: Home, tmp_path: Path
) -> None:
    first, second = people(Level.THREE, 3)[:1], people(Level.THREE, 3)[1:]
    with desk_at(filed) as desk:
        issue(desk, write_people(tmp_path / "a", first), tmp_path / "out", batch="一")
    copy_database(filed, tmp_path / "backup")
    with desk_at(filed) as desk:
        lost = issue(desk, write_people(tmp_path / "b", second), tmp_path / "out2", batch="二")
    numbers = [number for number, _ in lost.files]
    restore_database(filed, tmp_path / "backup")
    roster = write_people(tmp_path / "c", second)
    with desk_at(filed) as desk:
        with pytest.raises(LogRefused, match="log_database_behind"):
            issue(desk, roster, tmp_path / "out3", batch="三")
        with reading(desk.engine) as session:
            assert len(session.scalars(select(Award.id)).all()) == 1
        taken = reconcile(office_of(desk), "从备份恢复")
        assert list(taken.lost) == numbers
        again = issue(desk, roster, tmp_path / "out3", batch="三")
        given = [number for number, _ in again.files]
        assert not set(given) & set(numbers)
        assert min(given) > max(numbers)
        missing = {fault.row for fault in fsck(filed, desk.engine, desk.vault)}
        assert set(numbers) <= missing
        with reading(desk.engine) as session:
            prints = session.scalars(select(Copy.print_serial).order_by(Copy.id)).all()
        assert prints == [1, 4, 5]
    account = json.loads(next((filed.log_memory / "reconciled").iterdir()).read_bytes())
    assert (account["reason"], account["lost"]) == ("从备份恢复", numbers)


def test_what_was_begun_before_the_backup_is_finished_with_the_leaf_the_log_has(
    filed: Home, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 2)
    roster = write_people(tmp_path / "a", persons)
    with desk_at(filed) as desk:
        _reserve(desk, roster)
        copy_path = tmp_path / "backup"
        with reading(desk.engine) as session:
            waiting = len(session.scalars(select(LogEntry.id)).all())
        desk.engine.dispose()
        copy_database(filed, copy_path)
        issue(desk, roster, tmp_path / "out")
        size = office_of(desk).files.last().checkpoint.size
    restore_database(filed, copy_path)
    with desk_at(filed) as desk:
        taken = reconcile(office_of(desk), "恢复")
        # What waited in the backup already gets the place that it has in the log.
        assert (taken.lost, taken.imported) == ((), size - waiting)
        outcome = issue(desk, roster, tmp_path / "again")
        assert len(outcome.files) == len(persons)
        with reading(desk.engine) as session:
            assert session.scalars(select(Copy.leaf_index).order_by(Copy.id)).all() == [0, 1]
        verifier = open_verifier(filed, clock=desk.clock)
        for (number, file), person in zip(outcome.files, persons, strict=True):
            verdict = verifier.verify_number(number, name=person.name)
            assert verdict.outcome is Outcome.VALID
            assert verifier.verify_file(file.read_bytes(), file.name).outcome is Outcome.VALID
        verifier.close()


def _reserve(desk: Desk, roster: Path) -> None:
    """Give everybody on a roster a number, and nothing more: as a run that was killed then."""
    with PhotoFolder(roster.parent / "photos") as photos:
        report = inspect_batch(
            desk, read_roster(roster), photos, "一", FontChain(), lambda *_: None
        )
        reserve(desk, open_batch(desk, "一"), report.candidates)


def test_a_database_that_is_not_behind_stays_as_it_is(filed: Home, tmp_path: Path) -> None:
    with desk_at(filed) as desk:
        issue(desk, write_people(tmp_path / "a", people(Level.THREE, 1)), tmp_path / "out")
        taken = reconcile(office_of(desk), "演练")
        assert (taken.imported, taken.lost) == (0, ())
        assert fsck(filed, desk.engine, desk.vault) == []


def test_a_row_that_the_office_never_wrote_is_not_taken_for_its_own(
    filed: Home, tmp_path: Path
) -> None:
    with desk_at(filed) as desk:
        issue(desk, write_people(tmp_path / "a", people(Level.THREE, 1)), tmp_path / "out")
        with desk.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE filings SET valid_from = '2020-01-01'")
        with pytest.raises(RegistryError, match="row_altered"):
            reconcile(office_of(desk), "演练")
        assert "filings" in {fault.table for fault in fsck(filed, desk.engine, desk.vault)}


def test_a_revocation_that_the_backup_did_not_know_is_put_back_from_the_log(
    filed: Home, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 2)
    with desk_at(filed) as desk:
        outcome = issue(desk, write_people(tmp_path / "a", persons), tmp_path / "out")
    copy_database(filed, tmp_path / "backup")
    (revoked, _), (suspended, _) = outcome.files
    with desk_at(filed) as desk:
        done(desk, LifeKind.REVOKE, number=revoked)
        done(desk, LifeKind.SUSPEND, number=suspended)
    restore_database(filed, tmp_path / "backup")
    verifier = open_verifier(filed, clock=lambda: NOW)
    names = dict(zip((revoked, suspended), (one.name for one in persons), strict=True))
    for number, name in names.items():
        assert verifier.verify_number(number, name=name).outcome is Outcome.INCONCLUSIVE
    with desk_at(filed) as desk:
        rows = {(fault.table, fault.row) for fault in fsck(filed, desk.engine, desk.vault)}
        assert {("life_events", revoked), ("life_events", suspended)} <= rows
        taken = reconcile(office_of(desk), "恢复")
        assert (taken.lives.put_back, taken.lives.unproved, taken.lost) == (2, (), ())
        publish_behind(status_office_of(desk))
        # The trail's last rows are gone with the database: that stays on show.
        tables = {fault.table for fault in fsck(filed, desk.engine, desk.vault)}
        assert tables == {"trail"}
        found = verifier.verify_number(revoked, name=names[revoked])
        assert (found.outcome, found.status) == (Outcome.NOT_CURRENT, Status.REVOKED)
        found = verifier.verify_number(suspended, name=names[suspended])
        assert (found.outcome, found.status) == (Outcome.NOT_CURRENT, Status.SUSPENDED)
        done(desk, LifeKind.LIFT, number=suspended)
        found = verifier.verify_number(suspended, name=names[suspended])
        assert found.outcome is Outcome.VALID
        tables = {fault.table for fault in fsck(filed, desk.engine, desk.vault)}
        assert tables == {"trail"}
    verifier.close()


def test_a_reissue_that_the_backup_did_not_know_is_named_and_the_award_stays_unproved(
    filed: Home, tmp_path: Path
) -> None:
    (person,) = people(Level.THREE, 1)
    with desk_at(filed) as desk:
        outcome = issue(desk, write_people(tmp_path / "a", [person]), tmp_path / "out")
    ((number, _),) = outcome.files
    copy_database(filed, tmp_path / "backup")
    with desk_at(filed) as desk:
        reissue(
            desk,
            number,
            reason=ReissueReason.LOST,
            replaces=preview_reissue(desk, number).replaces,
            out=tmp_path / "new",
            fonts=FontChain(),
            progress=silent,
        )
    restore_database(filed, tmp_path / "backup")
    with desk_at(filed) as desk:
        taken = reconcile(office_of(desk), "恢复")
        assert (taken.lives.put_back, taken.lives.unproved) == (0, (number,))
        faults = fsck(filed, desk.engine, desk.vault)
        assert ("life_events", number) in {(fault.table, fault.row) for fault in faults}
        verifier = open_verifier(filed, clock=desk.clock)
        verdict = verifier.verify_number(number, name=person.name)
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert Code.ROW_NOT_PROVED in {finding.code for finding in verdict.findings}
        verifier.close()

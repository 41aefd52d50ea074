"""A database restored from a backup goes on from the log: no number twice, the lost ones listed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from codes.levels import Level
from issuer.desk import Desk
from issuer.errors import LogRefused
from issuer.fsck.run import fsck
from issuer.issuing import inspect_batch
from issuer.log_desk import office_of
from issuer.log_reconciling import reconcile
from issuer.photos import PhotoFolder
from issuer.reserving import open_batch, reserve
from issuer.roster import read_roster
from keys.algorithms import Algorithm
from registry.home import Home
from registry.models import Award, Copy
from registry.session import reading
from templates.fonts import FontChain
from tests.issuer.desks import desk_at, file_body, issue, people, write_people
from tests.issuer.log_offices import copy_database, restore_database
from verifier.opening import open_verifier
from verifier.verdict import Outcome


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
        done = reconcile(office_of(desk), "从备份恢复")
        assert list(done.lost) == numbers
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
        desk.engine.dispose()
        copy_database(filed, copy_path)
        issue(desk, roster, tmp_path / "out")
        size = office_of(desk).files.last().checkpoint.size
    restore_database(filed, copy_path)
    with desk_at(filed) as desk:
        done = reconcile(office_of(desk), "恢复")
        assert (done.lost, done.imported) == ((), size)
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
        done = reconcile(office_of(desk), "演练")
        assert (done.imported, done.lost) == (0, ())
        assert fsck(filed, desk.engine, desk.vault) == []

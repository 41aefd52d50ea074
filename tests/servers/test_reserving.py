"""Several runs at once and the turn of the year: numbers, persons and records stay single."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select

from codes.number import parse_number
from issuer.awarding import record_copies, record_reserved
from issuer.copy_rows import BatchCopies, ChosenCopies
from issuer.copying import preview_reissue, reserve_reissue
from issuer.desk import Desk, shanghai_day
from issuer.errors import IssuerError
from issuer.faces import draw_recorded
from issuer.filing import find_site
from issuer.filing_acts import Decision
from issuer.filing_changes import suspend
from issuer.log_desk import office_of, put_in_log
from issuer.reserving import open_batch, reserve
from registry.models import Access, Award, Batch, Copy, CopyState, ReissueReason
from registry.session import reading, transaction
from templates.fonts import FontChain
from tests.drills.office import LEVELS, Person, desk_of, make_office, people
from tests.drills.register import award_faults, files_named, files_stored, serial_faults

NEW_YEAR = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in Shanghai


def silent(_: int) -> None:
    """Tell nobody how far it is."""


@pytest.fixture
def desk(tmp_path: Path, any_database: dict[str, str]) -> Iterator[Desk]:
    with desk_of(make_office(tmp_path, any_database)) as desk:
        yield desk


def some(count: int) -> list[Person]:
    return list(islice(people(1), count))


def reserve_all(desk: Desk, batch: str, persons: list[Person]) -> list[tuple[str, bool]]:
    rows = [person.candidate(row) for row, person in enumerate(persons, start=2)]
    results = reserve(desk, open_batch(desk, batch), rows)
    return [(result.number, result.new) for result in results]


def finish(desk: Desk, batch_id: int) -> None:
    record_reserved(desk, batch_id, silent)
    put_in_log(desk, office_of(desk), BatchCopies(batch_id=batch_id))
    draw_recorded(desk, batch_id, FontChain(), silent)


def test_the_year_of_number_and_date_turns_at_midnight_in_shanghai(
    tmp_path: Path, any_database: dict[str, str]
) -> None:
    home = make_office(tmp_path, any_database)
    one, other = some(2)
    with desk_of(home, lambda: NEW_YEAR.replace(hour=15, minute=59)) as desk:
        ((before, _),) = reserve_all(desk, "一", [one])
    with desk_of(home, lambda: NEW_YEAR) as desk:
        ((after, _),) = reserve_all(desk, "一", [other])
        finish(desk, open_batch(desk, "一"))
        assert award_faults(desk) == serial_faults(desk.engine) == []
        with reading(desk.engine) as session:
            days = {award.number: award.issued_on for award in session.scalars(select(Award))}
            prints = session.execute(select(Copy.year, Copy.print_serial).order_by(Copy.year)).all()
    assert days == {before: date(2026, 12, 31), after: date(2027, 1, 1)}
    assert (parse_number(before).year, parse_number(after).year) == (2026, 2027)
    assert parse_number(after).serial == 1
    assert [tuple(row) for row in prints] == [(2026, 1), (2027, 1)]


def test_an_award_is_finished_with_the_date_it_was_reserved_on(
    tmp_path: Path, any_database: dict[str, str]
) -> None:
    home = make_office(tmp_path, any_database)
    with desk_of(home) as desk:
        ((number, _),) = reserve_all(desk, "一", some(1))
    with desk_of(home, lambda: datetime(2027, 3, 1, tzinfo=UTC)) as desk:
        finish(desk, open_batch(desk, "一"))
        assert award_faults(desk) == []
        with reading(desk.engine) as session:
            award = session.execute(select(Award)).scalar_one()
    assert (award.number, award.issued_on) == (number, date(2026, 11, 23))


def test_two_runs_that_want_the_same_people_give_each_one_number(desk: Desk) -> None:
    persons = some(12)
    together = Barrier(2)

    def run(index: int) -> list[tuple[str, bool]]:
        together.wait()
        wanted = persons if index == 0 else persons[::-1]
        return reserve_all(desk, f"{index}", wanted)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(run, range(2))
    assert {number for number, _ in first} == {number for number, _ in second}
    assert sum(new for _, new in first + second) == len(persons)
    assert serial_faults(desk.engine) == []
    assert files_stored(desk) == files_named(desk)


def test_runs_of_different_levels_for_the_same_people_do_not_stop_one_another(desk: Desk) -> None:
    # Holders are inserted in opposite orders, so PostgreSQL has a deadlock to break.
    runs = 6
    persons = some(10)
    together = Barrier(runs)

    def run(index: int) -> list[tuple[str, bool]]:
        rows = [p.candidate(row, LEVELS[index % 2]) for row, p in enumerate(persons, start=2)]
        batch_id = open_batch(desk, f"{index}")
        together.wait()
        results = reserve(desk, batch_id, rows[:: 1 if index % 2 else -1])
        return [(result.number, result.new) for result in results]

    with ThreadPoolExecutor(runs) as pool:
        results = [pair for pairs in pool.map(run, range(runs)) for pair in pairs]
    assert sum(new for _, new in results) == 2 * len(persons)
    assert serial_faults(desk.engine) == []


def test_one_batch_opened_by_many_at_once_is_one_batch(desk: Desk) -> None:
    together = Barrier(8)

    def run(_: int) -> int:
        together.wait()
        return open_batch(desk, "同一批")

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(run, range(8)))
    with reading(desk.engine) as session:
        assert {session.execute(select(Batch.id)).scalar_one()} == ids


def test_two_runs_finishing_one_batch_record_and_draw_each_award_once(desk: Desk) -> None:
    reserve_all(desk, "一", some(10))
    batch_id = open_batch(desk, "一")
    together = Barrier(3)

    def run(_: int) -> tuple[int, int]:
        fonts = FontChain()
        together.wait()
        recorded = record_reserved(desk, batch_id, silent)
        put_in_log(desk, office_of(desk), BatchCopies(batch_id=batch_id))
        return recorded, draw_recorded(desk, batch_id, fonts, silent)

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(run, range(3)))
    assert sum(recorded for recorded, _ in done) == 10
    assert award_faults(desk) == []
    assert files_stored(desk) == files_named(desk)
    with reading(desk.engine) as session:
        assert session.scalar(select(func.count()).select_from(Access)) == 30


def test_a_suspension_put_on_record_during_a_run_stops_it_and_leaves_no_photos(desk: Desk) -> None:
    person = some(1)[0]
    rows = [person.candidate(2)]
    batch_id = open_batch(desk, "一")
    with transaction(desk.engine) as session:
        site, now = find_site(session, desk.site.prefix), desk.clock()
        day = shanghai_day(now)
        said = Decision(decider="甲", approver="乙", decided_on=day)
        suspend(session, site, said, effective_on=day, now=now)
    with pytest.raises(IssuerError, match="filing_suspended"):
        reserve(desk, batch_id, rows)
    assert files_stored(desk) == set()


def test_of_many_who_reissue_one_certificate_at_once_one_does(desk: Desk) -> None:
    ((number, _),) = reserve_all(desk, "一", some(1))
    finish(desk, open_batch(desk, "一"))
    replaces = preview_reissue(desk, number).replaces
    together = Barrier(4)

    def run(_: int) -> tuple[int, bool]:
        together.wait()
        copy = reserve_reissue(desk, number, reason=ReissueReason.LOST, replaces=replaces)
        record_copies(desk, ChosenCopies(ids=(copy.copy_id,)), silent)
        return copy.copy_id, copy.new

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(run, range(4)))
    assert len({copy_id for copy_id, _ in done}) == 1
    assert sum(new for _, new in done) == 1
    with reading(desk.engine) as session:
        states = session.scalars(select(Copy.state).order_by(Copy.id)).all()
        ways_in = session.scalar(select(func.count()).select_from(Access))
    assert states == [CopyState.SUPERSEDED, CopyState.CURRENT]
    assert ways_in == 4
    assert serial_faults(desk.engine) == []

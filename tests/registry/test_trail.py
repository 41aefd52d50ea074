"""The audit trail is only added to, and whatever else is done to it is found and located."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from registry.errors import RegistryUnavailable
from registry.home import Home
from registry.schema import open_registry
from registry.session import reading, transaction
from registry.trail import (
    FaultKind,
    TrailFilter,
    append_memory,
    check_trail,
    find_entries,
    hash_entry,
    note,
    read_memory,
)
from registry.trail_models import TrailEntry
from tests.conftest import NOW

_FREE = {
    "sqlite": ("DROP TRIGGER trail_no_update", "DROP TRIGGER trail_no_delete"),
    "postgresql": ("DROP TRIGGER trail_no_change ON trail",),
}


@pytest.fixture
def trail(any_home: Home) -> Iterator[Engine]:
    """A registry with ten rows of trail, by two people."""
    with open_registry(any_home.database_url, memory=any_home.trail_memory) as engine:
        for number in range(1, 11):
            _note(engine, number)
        yield engine


def _note(engine: Engine, number: int) -> None:
    with transaction(engine) as session:
        note(
            session,
            actor="甲" if number % 2 else "乙",
            act="copies.export" if number % 3 else "keys.new",
            subject=f"S00001200012326300000{number}",
            ground="核对",
            reference=f"2026-{number}",
            at=NOW + timedelta(minutes=number),
        )


def faults(home: Home, engine: Engine) -> list[tuple[FaultKind, int]]:
    return [(one.kind, one.id) for one in check_trail(engine, home.trail_memory).faults]


def as_insider(engine: Engine, *statements: str) -> None:
    """Do what someone with every right on the database can do."""
    with engine.begin() as connection:
        for statement in (*_FREE[connection.dialect.name], *statements):
            connection.execute(text(statement))


def test_an_untouched_trail_is_whole_and_remembered(any_home: Home, trail: Engine) -> None:
    report = check_trail(trail, any_home.trail_memory)
    assert (report.entries, report.remembered, report.faults) == (10, 10, ())
    assert read_memory(any_home.trail_memory)[10] == {report.head}


@pytest.mark.parametrize(
    "statement", ["UPDATE trail SET actor = 'x'", "DELETE FROM trail WHERE id = 3"]
)
def test_the_database_refuses_to_change_or_delete_a_row(trail: Engine, statement: str) -> None:
    with pytest.raises((DBAPIError, RegistryUnavailable)), transaction(trail) as session:
        session.execute(text(statement))
    with reading(trail) as session:
        assert session.execute(text("SELECT count(*) FROM trail")).scalar() == 10


@pytest.mark.parametrize("column", ["at", "actor", "act", "subject", "ground", "reference"])
def test_an_edit_of_any_field_is_located(any_home: Home, trail: Engine, column: str) -> None:
    value = "'2020-01-01 00:00:00'" if column == "at" else "'x'"
    as_insider(trail, f"UPDATE trail SET {column} = {value} WHERE id = 4")  # noqa: S608 - ours
    assert faults(any_home, trail) == [(FaultKind.EDITED, 4)]


def test_a_deletion_is_located(any_home: Home, trail: Engine) -> None:
    as_insider(trail, "DELETE FROM trail WHERE id = 6")
    assert faults(any_home, trail) == [(FaultKind.MISSING, 6), (FaultKind.UNLINKED, 7)]


def test_two_rows_in_another_order_are_located(any_home: Home, trail: Engine) -> None:
    as_insider(
        trail,
        "UPDATE trail SET id = 100 WHERE id = 3",
        "UPDATE trail SET id = 3 WHERE id = 4",
        "UPDATE trail SET id = 4 WHERE id = 100",
    )
    assert (FaultKind.EDITED, 3) in faults(any_home, trail)


def test_an_inserted_row_is_located(any_home: Home, trail: Engine) -> None:
    as_insider(
        trail,
        "UPDATE trail SET id = id + 100 WHERE id >= 5",
        "UPDATE trail SET id = id - 99 WHERE id > 100",
        "INSERT INTO trail SELECT 5, at, actor, act, subject, ground, reference, former, hash "
        "FROM trail WHERE id = 4",
    )
    assert faults(any_home, trail)[0] == (FaultKind.EDITED, 5)


def test_a_cut_tail_is_located(any_home: Home, trail: Engine) -> None:
    as_insider(trail, "DELETE FROM trail WHERE id > 7")
    assert faults(any_home, trail) == [(FaultKind.CUT, 8)]


def test_an_emptied_trail_is_located(any_home: Home, trail: Engine) -> None:
    as_insider(trail, "DELETE FROM trail")
    assert faults(any_home, trail) == [(FaultKind.CUT, 1)]


def test_a_chain_rewritten_to_its_end_is_located(any_home: Home, trail: Engine) -> None:
    as_insider(trail)
    with transaction(trail) as session:
        former = b""
        for id_ in range(5, 11):
            entry = session.get_one(TrailEntry, id_)
            entry.actor = "丙" if id_ == 5 else entry.actor
            entry.former = former or entry.former
            former = entry.hash = hash_entry(entry)
    assert faults(any_home, trail)[0] == (FaultKind.REPLACED, 5)
    assert check_trail(trail, None).faults == ()


def test_a_row_whose_remembering_failed_is_no_fault(any_home: Home, trail: Engine) -> None:
    forget(any_home, "5 ", "10 ")
    report = check_trail(trail, any_home.trail_memory)
    assert (report.remembered, report.faults) == (8, ())


def test_a_row_that_nobody_meant_to_add_is_a_fault(any_home: Home, trail: Engine) -> None:
    forget(any_home, "10 ", "~10 ")
    assert faults(any_home, trail) == [(FaultKind.ADDED, 10)]


def forget(home: Home, *beginnings: str) -> None:
    lines = home.trail_memory.read_text().splitlines(keepends=True)
    home.trail_memory.write_text("".join(one for one in lines if not one.startswith(beginnings)))


def test_a_second_hash_remembered_of_a_row_is_a_fault(any_home: Home, trail: Engine) -> None:
    append_memory(any_home.trail_memory, f"9 {'00' * 32}\n")
    assert faults(any_home, trail) == [(FaultKind.REPLACED, 9)]


def test_a_row_of_a_transaction_that_failed_is_neither_kept_nor_remembered(
    any_home: Home, trail: Engine
) -> None:
    with pytest.raises(ZeroDivisionError), transaction(trail) as session:
        note(session, actor="甲", act="x", subject="", ground="", reference="", at=NOW)
        _ = 1 / 0
    report = check_trail(trail, any_home.trail_memory)
    assert (report.entries, report.faults) == (10, ())
    _note(trail, 11)
    assert faults(any_home, trail) == []


def test_rows_are_found_by_who_what_about_whom_and_when(trail: Engine) -> None:
    def ids(**wanted: object) -> list[int]:
        with reading(trail) as session:
            query = TrailFilter(**wanted)  # type: ignore[arg-type]  # its own fields
            return [entry.id for entry in find_entries(session, query, limit=4)]

    assert ids() == [10, 9, 8, 7]
    assert ids(before=7) == [6, 5, 4, 3]
    assert ids(actor="乙") == [10, 8, 6, 4]
    assert ids(act="keys") == ids(act="keys.new") == [9, 6, 3]
    assert ids(act="key") == []
    assert ids(subject="263000003") == [3]
    assert ids(since=NOW + timedelta(minutes=9)) == [10, 9]
    assert ids(until=NOW + timedelta(minutes=3)) == [2, 1]


def test_a_damaged_memory_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "memory").write_bytes(b"1 nonsense\n")
    with pytest.raises(Exception, match="trail_memory_damaged"):
        read_memory(tmp_path / "memory")

"""A home of an earlier version is refused until it is migrated, and then is like a new one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from registry.errors import HomeError
from registry.models import Base, Copy, CopyKind, CopyState
from registry.row_marks import is_delivery_marked, is_recording_marked
from registry.schema import HEAD, check_schema, migrate, upgrade
from registry.session import open_engine, reading, transaction
from registry.vault import Vault

RESERVED_AT = datetime(2026, 3, 9, 1, 2, 3, tzinfo=UTC)
_ROWS = """
INSERT INTO bodies (id, name) VALUES (1, '某机构');
INSERT INTO sites (id, body_id, prefix) VALUES (1, 1, 'S000012000123');
INSERT INTO holders (id, blind_index, sealed) VALUES (1, '1', 's');
INSERT INTO batches (id, site_id, name, created_at) VALUES (1, 1, '一', '2026-03-09 01:00:00');
INSERT INTO awards (id, number, site_id, batch_id, holder_id, occupation, level, year, serial,
  issued_on, status, data_key_sealed, private_sealed, reserved_at)
  VALUES (1, 'S000012000123263000001', 1, 1, 1, 1, 3, 2026, 1, '2026-03-09', 'current', 'k', 'p',
  '2026-03-09 01:02:03');
INSERT INTO copies (id, award_id, site_id, year, print_serial, status_index, record_version, state,
  qr_url_prefix, envelope_sealed) VALUES (1, 1, 1, 2026, 1, 11, 1, 'current', 'q', 'e');
INSERT INTO access (locator, award_id, copy_id, wrapped_key) VALUES ('l', 1, 1, 'w');
"""


def vault() -> Vault:
    return Vault(bytes(32))


@pytest.fixture
def old(tmp_path: Path, any_database: dict[str, str]) -> Iterator[Engine]:
    """A database as the first version left it, with one award on record."""
    url = any_database.get("YANZHEN_DATABASE_URL") or f"sqlite:///{tmp_path / 'old.sqlite3'}"
    engine = open_engine(url, create=True)
    upgrade(engine, to="0001")
    with engine.begin() as connection:
        for statement in _ROWS.strip().split(";\n"):
            connection.execute(text(statement.removesuffix(";")))
    yield engine
    engine.dispose()


def test_an_old_database_is_refused_with_what_to_run(old: Engine) -> None:
    with pytest.raises(HomeError, match="schema_outdated") as caught:
        check_schema(old)
    assert "yanzhen migrate" in caught.value.text.zh
    assert "yanzhen migrate" in caught.value.text.en


def test_what_was_on_record_is_kept_and_described(old: Engine) -> None:
    assert migrate(old, vault) == "0001"
    check_schema(old)
    with reading(old) as session:
        copy = session.scalars(select(Copy)).one()
        said = (copy.kind, copy.layout, copy.state, copy.made_at, copy.replaces_id, copy.reason)
        assert said == (
            CopyKind.ORIGINAL,
            "national-1",
            CopyState.CURRENT,
            RESERVED_AT,
            None,
            None,
        )
        assert session.execute(text("SELECT count(*) FROM access")).scalar() == 1
        assert is_delivery_marked(vault(), copy)
        assert is_recording_marked(vault(), copy.award)


def test_a_copy_without_record_is_only_reserved(old: Engine) -> None:
    with transaction(old) as session:
        session.execute(text("UPDATE copies SET envelope_sealed = NULL"))
    migrate(old, vault)
    with reading(old) as session:
        assert session.scalars(select(Copy.state)).one() == CopyState.RESERVED


def test_a_migrated_database_has_the_tables_of_a_new_one(old: Engine) -> None:
    migrate(old, vault)
    with old.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_what_was_drawn_counts_as_delivered_and_what_was_not_does_not(old: Engine) -> None:
    with transaction(old) as session:
        session.execute(text("UPDATE copies SET pdf_stored = 'x'"))
        session.execute(
            text(
                "INSERT INTO copies (id, award_id, site_id, year, print_serial, status_index, "
                "record_version, state, qr_url_prefix) "
                "VALUES (2, 1, 1, 2026, 2, 12, 1, 'superseded', 'q')"
            )
        )
    migrate(old, vault)
    with reading(old) as session:
        delivered = session.scalars(select(Copy.delivered_at).order_by(Copy.id)).all()
    assert delivered == [RESERVED_AT, None]


def test_what_waits_for_the_log_is_logged_by_the_version_that_began_it(old: Engine) -> None:
    upgrade(old, to="0008")
    with transaction(old) as session:
        session.execute(
            text("INSERT INTO log_entries (id, kind, body, award_id) VALUES (1, 1, 'b', 1)")
        )
    with pytest.raises(HomeError, match="leaves_waiting"):
        migrate(old, vault)
    with pytest.raises(HomeError, match="schema_outdated"):
        check_schema(old)
    with transaction(old) as session:
        session.execute(text("UPDATE log_entries SET leaf_index = 0"))
    assert migrate(old, vault) == "0008"


def test_migrating_twice_changes_nothing(old: Engine) -> None:
    migrate(old, vault)
    assert migrate(old, vault) is None


def test_a_database_of_a_later_version_is_left_alone(old: Engine) -> None:
    with transaction(old) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(HomeError, match="schema_mismatch"):
        migrate(old, vault)
    with pytest.raises(HomeError, match=f"schema_mismatch.*{HEAD}"):
        check_schema(old)


def test_the_database_itself_allows_one_current_copy(old: Engine) -> None:
    migrate(old, vault)
    with transaction(old) as session:
        first = session.scalars(select(Copy)).one()
        second = Copy(
            id=2,
            award_id=first.award_id,
            site_id=first.site_id,
            year=2026,
            print_serial=2,
            status_index=12,
            record_version=1,
            state=CopyState.SUPERSEDED,
            kind=CopyKind.REISSUE,
            layout="national-1",
            replaces_id=first.id,
            made_at=RESERVED_AT,
            qr_url_prefix="q",
        )
        session.add(second)
    with pytest.raises(IntegrityError), transaction(old) as session:
        session.execute(text("UPDATE copies SET state = 'current'"))

"""Rows read by statements written out once: one state, and the same faults as by the ORM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import column, select, table

from registry.errors import RegistryDamaged, RegistryUnavailable
from registry.home import Home
from registry.models import Body
from registry.row_reader import RowReader
from registry.session import database, open_engine, transaction

_NO_SUCH_TABLE: Any = select(column("name")).select_from(table("nowhere"))
_BODIES = select(Body.name).where(Body.credit_code.is_(None))


def test_one_look_sees_one_state(home: Home) -> None:
    with database(home.database_url) as engine:
        reader = RowReader(engine)
        with reader.reading() as rows:
            assert rows.all(_BODIES) == []
            with transaction(engine) as session:
                session.add(Body(name="天津样本评价机构"))
            assert rows.all(_BODIES) == []
        with reader.reading() as rows:
            assert rows.all(_BODIES) == [("天津样本评价机构",)]


def test_a_database_that_is_away_is_unreachable_and_then_is_read(home: Home) -> None:
    path = home.path / "registry.sqlite3"
    engine = open_engine(home.database_url, read_only=True)
    reader = RowReader(engine)
    away = path.rename(path.with_name("away"))
    with pytest.raises(RegistryUnavailable), reader.reading():
        pass
    away.rename(path)
    with reader.reading() as rows:
        assert rows.all(_BODIES) == []
    engine.dispose()


def test_a_question_that_fails_is_named_and_the_next_one_asks_anew(home: Home) -> None:
    with database(home.database_url) as engine:
        reader = RowReader(engine)
        with reader.reading() as rows:
            with pytest.raises(RegistryUnavailable):
                rows.all(_NO_SUCH_TABLE)
            assert rows.broken
        with reader.reading() as rows:
            assert rows.all(_BODIES) == []


def test_what_is_no_database_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    engine = open_engine(f"sqlite:///{path}", read_only=True)
    with pytest.raises(RegistryDamaged), RowReader(engine).reading() as rows:
        rows.all(_BODIES)
    engine.dispose()

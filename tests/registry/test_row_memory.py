"""A commit that ends with an error may have been kept or lost: either way every row is right."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.engine.default import DefaultDialect

from registry.errors import RegistryUnavailable
from registry.home import Home
from registry.models import Body
from registry.row_memory import append_rows, inspect_rows, read_rows
from registry.session import database, reading, transaction


def _add_body(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(Body(name="天津样本评价机构"))


@pytest.mark.parametrize("kept", [True, False])
def test_both_states_are_right_after_a_commit_that_failed(
    home: Home, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    def fail(dialect: DefaultDialect, connection: Any) -> None:
        if kept:
            connection.commit()
        raise sqlite3.OperationalError("disk I/O error")

    with database(home.database_url) as engine:
        with monkeypatch.context() as broken:
            broken.setattr(DefaultDialect, "do_commit", fail)
            with pytest.raises(RegistryUnavailable):
                _add_body(engine)
        with reading(engine) as session:
            assert session.scalar(select(func.count(Body.id))) == int(kept)
            assert inspect_rows(session) == []


def test_a_write_that_takes_a_part_at_a_time_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    append_rows(tmp_path / "rows", [f"+ aa bodies {key} {'0' * 64}" for key in range(3)], "= aa")
    known = read_rows(tmp_path / "rows")
    assert known == {("bodies", str(key)): frozenset({"0" * 64}) for key in range(3)}

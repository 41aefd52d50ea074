"""Rows read by statements written out once are the same as by the ORM, on either database."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, bindparam, select

from registry.home import Home
from registry.models import KeyDocumentIssue
from registry.row_reader import RowReader
from registry.session import database, reading, transaction

_ISSUES = (
    select(KeyDocumentIssue.version, KeyDocumentIssue.published_at, KeyDocumentIssue.sha256)
    .where(KeyDocumentIssue.version >= bindparam("least"))
    .where(KeyDocumentIssue.version <= bindparam("most"))
    .order_by(KeyDocumentIssue.version)
)


def _publish(engine: Engine, version: int, sha256: bytes | None) -> None:
    at = datetime(2026, 11, version, 8, 30, 0, 250, tzinfo=UTC)
    with transaction(engine) as session:
        session.add(KeyDocumentIssue(version=version, published_at=at, sha256=sha256))


def test_the_values_are_those_of_the_orm(any_home: Home) -> None:
    with database(any_home.database_url) as engine:
        for version, sha256 in ((7, b"\0" * 32), (8, None), (9, b"\xff" * 32)):
            _publish(engine, version, sha256)
        with reading(engine) as session:
            expected = [tuple(row) for row in session.execute(_ISSUES, {"least": 7, "most": 8})]
        reader = RowReader(engine)
        for _ in range(2):
            with reader.reading() as rows:
                found = rows.all(_ISSUES, most=8, least=7)
            assert found == expected
            assert [type(value) for value in found[0]] == [int, datetime, bytes]

"""Transactions on either database: what is absent is inserted once, what broke is named."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select

from registry.errors import RegistryContended, RegistryUnavailable
from registry.home import Home
from registry.models import Body, PublicHost
from registry.session import database, insert_if_absent, reading, transaction

HOST = {"host": "yz.example.cn", "valid_from": date(2026, 1, 1), "valid_to": None}


@pytest.fixture
def engine(any_home: Home) -> Iterator[Engine]:
    with database(any_home.database_url) as engine:
        yield engine


def test_what_is_absent_is_inserted_and_what_is_there_is_kept(engine: Engine) -> None:
    with transaction(engine) as session:
        assert insert_if_absent(session, PublicHost, **HOST)
        assert not insert_if_absent(session, PublicHost, **HOST | {"valid_from": date(2027, 1, 1)})
    with reading(engine) as session:
        assert session.execute(select(PublicHost.valid_from)).scalar_one() == date(2026, 1, 1)


def test_of_many_who_insert_the_same_at_once_one_does(engine: Engine) -> None:
    together = Barrier(6)

    def insert(_: int) -> bool:
        together.wait()
        with transaction(engine) as session:
            return insert_if_absent(session, PublicHost, **HOST)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(insert, range(6))) == 1


def test_no_writer_is_overtaken_again_and_again(engine: Engine) -> None:
    writers, turns = 24, 8
    together = Barrier(writers)
    entered: list[int] = []

    def write(writer: int) -> int:
        together.wait()
        worst = 0
        for _ in range(turns):
            asked = len(entered)
            with transaction(engine) as session:
                session.execute(select(func.count()).select_from(Body))
                worst = max(worst, len(entered) - asked)
                entered.append(writer)
        return worst

    with ThreadPoolExecutor(writers) as pool:
        worst = max(pool.map(write, range(writers)))
    assert len(entered) == writers * turns
    if engine.dialect.name == "sqlite":
        assert worst <= 2 * writers


def test_a_transaction_that_fails_keeps_nothing(engine: Engine) -> None:
    with pytest.raises(RuntimeError), transaction(engine) as session:
        session.add(Body(name="机构"))
        session.flush()
        raise RuntimeError
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Body)) == 0


def test_a_deadlock_is_named_as_one_that_may_be_tried_again(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        return  # one writer at a time: there is nothing to wait for crosswise
    with transaction(engine) as session:
        session.add_all([Body(name="甲"), Body(name="乙")])
    together = Barrier(2)

    def update(names: tuple[str, str]) -> type[RegistryUnavailable] | None:
        try:
            with transaction(engine) as session:
                query = select(Body).with_for_update(of=Body)
                session.scalars(query.where(Body.name == names[0])).one()
                together.wait()
                session.scalars(query.where(Body.name == names[1])).one()
        except RegistryUnavailable as error:
            return type(error)
        return None

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(update, [("甲", "乙"), ("乙", "甲")]))
    assert sorted(map(str, ends)) == sorted(map(str, [None, RegistryContended]))

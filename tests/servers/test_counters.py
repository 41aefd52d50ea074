"""Serials are taken in order, once each, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, update

from registry.counters import LAST_SERIAL, serials_left, take_print_serials, take_serials
from registry.errors import ConflictError
from registry.home import Home
from registry.models import Body, SerialCounter, Site
from registry.session import database, transaction


@pytest.fixture
def engine(any_home: Home) -> Iterator[Engine]:
    with database(any_home.database_url) as engine:
        with transaction(engine) as session:
            session.add(Site(body=Body(name="机构"), prefix="S000012000123"))
        yield engine


def test_serials_start_at_one_and_run_on(engine: Engine) -> None:
    with transaction(engine) as session:
        assert take_serials(session, site_id=1, year=2026, level=3, count=2) == range(1, 3)
        assert take_serials(session, site_id=1, year=2026, level=3, count=1) == range(3, 4)
        assert take_serials(session, site_id=1, year=2026, level=2, count=1) == range(1, 2)
        assert take_serials(session, site_id=1, year=2027, level=3, count=1) == range(1, 2)
        assert serials_left(session, site_id=1, year=2026, level=3) == LAST_SERIAL - 3


def test_a_failed_transaction_gives_its_serials_back(engine: Engine) -> None:
    with pytest.raises(RuntimeError), transaction(engine) as session:
        take_serials(session, site_id=1, year=2026, level=3, count=5)
        raise RuntimeError
    with transaction(engine) as session:
        assert take_serials(session, site_id=1, year=2026, level=3, count=1) == range(1, 2)


def test_the_last_serial_is_given_and_none_after_it(engine: Engine) -> None:
    with transaction(engine) as session:
        take_serials(session, site_id=1, year=2026, level=3, count=1)
        session.execute(update(SerialCounter).values(last=LAST_SERIAL - 1))
    with transaction(engine) as session:
        assert take_serials(session, site_id=1, year=2026, level=3, count=1).start == LAST_SERIAL
    with pytest.raises(ConflictError, match="serials_exhausted"), transaction(engine) as session:
        take_serials(session, site_id=1, year=2026, level=3, count=1)
    with transaction(engine) as session:
        assert serials_left(session, site_id=1, year=2026, level=3) == 0


def test_threads_never_share_a_serial(engine: Engine) -> None:
    def take(_: int) -> int:
        with transaction(engine) as session:
            return take_print_serials(session, site_id=1, year=2026, count=1).start

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(80)))
    assert sorted(taken) == list(range(1, 81))

"""Failed attempts to sign in are counted one by one, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from accounts.bureau import Bureau
from accounts.lockout import FREE_FAILURES, count_failure
from registry.account_models import FailureRow
from registry.desk_database import open_desk_engine
from registry.desk_secret import open_desk_secret
from registry.home import Home
from registry.session import reading
from tests.conftest import NOW, PASSPHRASE


@pytest.fixture
def bureau(any_home: Home) -> Iterator[Bureau]:
    engine = open_desk_engine(any_home.database_url)
    try:
        secret = open_desk_secret(engine, any_home.vault(PASSPHRASE))
        yield Bureau(desks=engine, register=engine, secret=secret, clock=lambda: NOW)
    finally:
        engine.dispose()


def test_of_first_failures_at_once_each_is_counted(bureau: Bureau) -> None:
    for name in ("zhao", "qian", "sun", "li"):
        together = Barrier(FREE_FAILURES)

        def fail(_: int, name: str = name, together: Barrier = together) -> bool:
            together.wait()
            return count_failure(bureau, name) is not None

        with ThreadPoolExecutor(FREE_FAILURES) as pool:
            assert sum(pool.map(fail, range(FREE_FAILURES))) == 1
    with reading(bureau.desks) as session:
        assert session.scalars(select(FailureRow.failures)).all() == [FREE_FAILURES] * 4

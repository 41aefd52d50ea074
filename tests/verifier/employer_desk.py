"""Desks and public site of one small home with a certificate on record, for employers."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from accounts.roles import Role
from registry.models import Base
from registry.schema import HEAD
from registry.session import open_engine, transaction
from tests.accounts.desk_app import DeskClient
from tests.accounts.sign_in_ways import Clock, Desks
from tests.verifier.bulk_homes import BulkHome, make_bulk_home
from tests.verifier.world import NAME, NOW
from verifier.api_keys import ROWS_A_DAY, Scope, make_key
from verifier.desks.employers_room import ROOM_EXTENSION, EmployersRoom
from verifier.file_slots import FileSlots
from wsgi import create_private_app, create_public_app

PASSPHRASE = b"correct horse"


@dataclass
class EmployerDesk:
    """Both applications of a home, with a clock for the desks that tests set."""

    made: BulkHome
    desks: Desks
    public: Flask

    @property
    def room(self) -> EmployersRoom:
        """What the employers' desk works with."""
        found: EmployersRoom = self.desks.app.extensions[ROOM_EXTENSION]
        return found

    @property
    def number(self) -> str:
        """The number of the one certificate."""
        return str(self.made.issued.record.number)

    def employer(self) -> tuple[int, DeskClient]:
        """Return a new employer's account and browser."""
        worker = self.desks.plant(f"employer-{secrets.token_hex(4)}", Role.EMPLOYER)
        return worker.account_id, self.desks.arrived(worker)

    def key(self, employer: int = 7, *scopes: Scope, rows_a_day: int = ROWS_A_DAY[0]) -> str:
        """Return a new API key of an employer; of every scope unless some are given."""
        with transaction(self.room.public) as session:
            new = make_key(
                session,
                employer,
                name="人事系统",
                scopes=[scope.value for scope in scopes or tuple(Scope)],
                rows_a_day=rows_a_day,
                now=NOW,
            )
        return new.secret

    def client(self) -> FlaskClient:
        """Return a client of the public site."""
        return self.public.test_client()

    def good_row(self) -> dict[str, str]:
        """Return a row that matches the certificate."""
        return {"number": self.number, "name": NAME}


def _complete(made: BulkHome) -> None:
    """Give the register of a bulk home the tables it lacks, and its version."""
    engine = open_engine(made.home.database_url)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
    engine.dispose()


@contextmanager
def every_place_taken(room: EmployersRoom) -> Iterator[None]:
    """Hold every place in which a list is checked, as the lists of others would."""
    jobs = room.jobs
    places = FileSlots(jobs._folder.with_name("batch-slots"), jobs._running)
    with ExitStack() as held:
        for _ in range(jobs._running):
            held.enter_context(places.taken())
        yield


@contextmanager
def open_employer_desk(folder: Path) -> Iterator[EmployerDesk]:
    """Make a home and open both its sides."""
    made = make_bulk_home(folder)
    _complete(made)
    public = create_public_app(made.home)
    clock = Clock(NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YANZHEN_PUBLIC_URL", "https://yz.example.cn")
        app = create_private_app(made.home, PASSPHRASE, clock=clock)
    desk = EmployerDesk(made=made, desks=Desks(app=app, clock=clock), public=public)
    yield desk
    desk.room.jobs.close()
    public.extensions["yanzhen_api_jobs"].close()
    public.extensions["yanzhen_verifier"].close()
    public.extensions["yanzhen_reports"].close()

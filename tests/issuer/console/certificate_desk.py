"""A certificate desk on a home with two certificates, and the people who work at it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.person import Person
from accounts.roles import Role
from issuer.console.office import OFFICE_EXTENSION
from issuer.publishing import PUBLIC_URL_VARIABLE
from registry.home import Home
from registry.models import Award, AwardStatus
from registry.session import database, reading
from tests.accounts.desk_app import working_as
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import PREFIX, PUBLIC_URL
from wsgi import create_private_app

OTHER = "S000012000999"
CLERK = Person(account_id=1, name="王经办", roles=frozenset({Role.BODY_CLERK}), body=PREFIX)
APPROVER = Person(account_id=2, name="李审批", roles=frozenset({Role.APPROVER}), body=PREFIX)
SECOND_APPROVER = Person(account_id=3, name="赵审批", roles=frozenset({Role.APPROVER}), body=PREFIX)
FOREIGN = Person(
    account_id=4,
    name="钱经办",
    roles=frozenset({Role.BODY_CLERK, Role.APPROVER}),
    body=OTHER,
)
AUTHORITY = Person(account_id=5, name="孙主管", roles=frozenset({Role.AUTHORITY_CLERK}), body=None)
REASON = {"reason": "经核查属实", "reference": "津技鉴〔2026〕15号"}


def desks_of(home: Home, clock: Callable[[], datetime] = lambda: NOW) -> Flask:
    """The desks of a home, at a time of the tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PUBLIC_URL_VARIABLE, PUBLIC_URL)
        app = create_private_app(home, PASSPHRASE)
    office = app.extensions[OFFICE_EXTENSION]
    app.extensions[OFFICE_EXTENSION] = dataclasses.replace(office, clock=clock)
    return app


def row_of(home: Home, number: str) -> int:
    """The row of a certificate."""
    with database(home.database_url) as engine, reading(engine) as session:
        return session.scalars(select(Award.id).where(Award.number == number)).one()


def status_of(home: Home, number: str) -> AwardStatus:
    """The standing of a certificate."""
    with database(home.database_url) as engine, reading(engine) as session:
        return AwardStatus(session.get_one(Award, row_of(home, number)).status)


def page(app: Flask, person: Person, address: str) -> str:
    """What a person is shown at an address."""
    with working_as(app, person) as client:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text


def open_full(client: FlaskClient, award_id: int, ground: str = "窗口核对本人") -> None:
    """Say why the full data of a certificate are read."""
    answer = client.post(f"/certificates/{award_id}/open", data={"ground": ground})
    assert answer.status_code == 302, answer.text


def proposed(app: Flask, award_id: int, code: str, person: Person = CLERK, **typed: str) -> int:
    """Go through the form of an act to its proposal; return its number."""
    form = REASON | typed
    with working_as(app, person) as client:
        open_full(client, award_id)
        shown = client.post(f"/certificates/{award_id}/acts/{code}", data=form)
        assert shown.status_code == 200, shown.text
        done = client.post(f"/certificates/{award_id}/acts/{code}", data=form | {"step": "propose"})
        assert done.status_code == 303, done.text
    return int(done.location.rpartition("/")[2])


def hidden(text: str, name: str) -> str:
    """The value of a hidden field of a page."""
    _, _, rest = text.partition(f'name="{name}" value="')
    return rest.partition('"')[0]


def decision(client: FlaskClient, act_id: int) -> dict[str, str]:
    """What the form that approves an act brings, as the page of the act shows it."""
    text = client.get(f"/acts/{act_id}").text
    return {name: hidden(text, name) for name in ("hits", "lived", "read")} | {"sure": "yes"}


def approved(app: Flask, act_id: int, award_id: int, person: Person = APPROVER) -> None:
    """Look at an act as its approver does, and approve it."""
    with working_as(app, person) as client:
        open_full(client, award_id, "审批变更事项")
        answer = client.post(f"/acts/{act_id}/approve", data=decision(client, act_id))
        assert answer.status_code == 303, answer.text


def folder_of(path: Path) -> Path:
    """Where a test's rosters go."""
    return path / "issued"

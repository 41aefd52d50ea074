"""Two approvers of one act at the same moment come to one effect."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient

from accounts.person import Person
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.life_acts import propose
from issuer.life_approval import approve
from log.leaves import LifeKind
from registry.home import Home
from registry.models import AwardStatus
from templates.fonts import FontChain
from tests.accounts.desk_app import working_as
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.console.certificate_desk import (
    APPROVER,
    CLERK,
    SECOND_APPROVER,
    decision,
    desks_of,
    open_full,
    proposed,
    row_of,
    status_of,
)
from tests.issuer.desks import desk_at
from tests.issuer.lives import SECOND, form, issue_two

RACES = 50


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with two certificates; what happens to them stays."""
    folder = tmp_path_factory.mktemp("acts")
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    return issue_two(home, folder)


@pytest.fixture(scope="module")
def app(office: Home) -> Flask:
    """Its desks."""
    return desks_of(office)


def test_two_approvers_at_once_come_to_one_effect(office: Home) -> None:
    with desk_at(office) as desk:
        for race in range(RACES):
            kind = LifeKind.LIFT if race % 2 else LifeKind.SUSPEND
            wanted = form(kind, number=SECOND)
            act_id = propose(desk, wanted, proposer=CLERK.name, fonts=FontChain())
            assert _race(desk, act_id) == ["act_decided", "done"]
            expected = AwardStatus.CURRENT if race % 2 else AwardStatus.SUSPENDED
            assert status_of(office, SECOND) is expected


def _race(desk: Desk, act_id: int) -> list[str]:
    """What two approvers of one act are told who press the button together."""
    start = Barrier(2)

    def press(person: Person) -> str:
        start.wait()
        try:
            approve(desk, act_id, approver=person.name, hits=1)
        except IssuerError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(press, (APPROVER, SECOND_APPROVER)))


def test_two_approvers_at_two_browsers_come_to_one_effect(app: Flask, office: Home) -> None:
    award_id = row_of(office, SECOND)
    act_id = proposed(app, award_id, "revoke", ground="wrong_award")
    start = Barrier(2)
    with working_as(app, APPROVER) as client:
        open_full(client, award_id, "审批变更事项")
        form_ = decision(client, act_id)

        def press(browser: FlaskClient) -> int:
            start.wait()
            return browser.post(f"/acts/{act_id}/approve", data=form_).status_code

        browsers = [type(client)(app, app.response_class) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(press, browsers)) == [303, 409]
    assert status_of(office, SECOND) is AwardStatus.REVOKED

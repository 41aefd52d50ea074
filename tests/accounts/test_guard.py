"""Nobody reaches a route of the desks that does not name one of their roles."""

from __future__ import annotations

import pytest
from flask import Flask

from accounts.guard import guard
from accounts.roles import Role, allow, anyone, declared_roles, signed_in
from registry.home import Home
from tests.accounts.desk_app import person_of, working_as
from tests.conftest import PASSPHRASE
from wsgi import create_private_app


@pytest.fixture
def app() -> Flask:
    """An application with one route of every kind."""
    made = Flask("guarded")
    routes = {"approve": allow(Role.APPROVER), "mine": signed_in, "door": anyone}
    for name, mark in routes.items():
        made.add_url_rule(f"/{name}", name, mark(lambda: "in"))
    made.add_url_rule("/forgotten", "forgotten", lambda: "in")
    guard(made)
    return made


@pytest.mark.parametrize(
    ("path", "nobody", "clerk", "approver"),
    [
        ("/approve", 401, 403, 200),
        ("/mine", 401, 200, 200),
        ("/door", 200, 200, 200),
        ("/forgotten", 403, 403, 403),
        ("/nowhere", 404, 404, 404),
    ],
)
def test_a_route_lets_in_whom_it_names(
    app: Flask, path: str, nobody: int, clerk: int, approver: int
) -> None:
    people = {None: nobody, Role.BODY_CLERK: clerk, Role.APPROVER: approver}
    for role, status in people.items():
        with working_as(app, None if role is None else person_of(role)) as client:
            assert client.get(path).status_code == status, role


def test_the_desks_of_a_home_open_for_who_signed_in(home: Home) -> None:
    desks = create_private_app(home, PASSPHRASE)
    with working_as(desks, None) as client:
        assert client.get("/").status_code == 401
    with working_as(desks, person_of(Role.BODY_CLERK)) as client:
        answer = client.get("/")
        assert answer.status_code == 200
        assert "王经办" in answer.text
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_every_route_of_the_desks_says_who_may_use_it(home: Home) -> None:
    desks = create_private_app(home, PASSPHRASE)
    views = {name: view for name, view in desks.view_functions.items() if name != "static"}
    assert views
    for view in views.values():
        declared_roles(view)

"""What changes something is done only for a form of this session's own page."""

from __future__ import annotations

import re

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from accounts.csrf import protect_forms
from accounts.guard import guard
from accounts.roles import Role, allow
from tests.accounts.desk_app import DeskClient, person_of, working_as

_FORM = "<form method=post>{{ csrf_field() }}</form>"


@pytest.fixture
def app() -> Flask:
    """An application with one form."""
    made = Flask("forms")
    made.secret_key = "k" * 32
    show = allow(Role.APPROVER)(lambda: render_template_string(_FORM))
    made.add_url_rule("/act", "show", show)
    made.add_url_rule("/act", "act", allow(Role.APPROVER)(lambda: "done"), methods=["POST"])
    guard(made)
    protect_forms(made)
    return made


def plain_client(app: Flask) -> FlaskClient:
    """Return a browser that sends only what it is told to."""
    return FlaskClient(app, app.response_class)


def test_a_form_of_the_page_is_taken_and_one_from_elsewhere_is_not(app: Flask) -> None:
    with working_as(app, person_of(Role.APPROVER)):
        client = plain_client(app)
        page = client.get("/act").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None
        assert client.post("/act", data={"csrf_token": found[1]}).text == "done"
        assert client.post("/act").status_code == 400
        assert client.post("/act", data={"csrf_token": found[1][:-1] + "!"}).status_code == 400
        other = plain_client(app)
        other.get("/act")
        assert other.post("/act", data={"csrf_token": found[1]}).status_code == 400


def test_who_may_not_use_a_route_is_told_so_before_its_token_is_looked_at(app: Flask) -> None:
    with working_as(app, person_of(Role.BODY_CLERK)):
        assert plain_client(app).post("/act").status_code == 403
    with working_as(app, None):
        assert plain_client(app).post("/act").status_code == 401


def test_a_client_of_the_tests_fills_in_the_token(app: Flask) -> None:
    with working_as(app, person_of(Role.APPROVER)) as client:
        assert isinstance(client, DeskClient)
        assert client.post("/act", data={"a": "1"}).text == "done"

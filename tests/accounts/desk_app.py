"""The desks of a small home, and people of every role who signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import Headers

from accounts.bureau import the_bureau
from accounts.guard import guard
from accounts.person import Person
from accounts.roles import Role

FORM_SECRET = "0" * 40
_CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


def person_of(*roles: Role, body: str | None = None, name: str = "王经办") -> Person:
    """Return somebody with these roles."""
    return Person(account_id=1, name=name, roles=frozenset(roles), body=body)


def form_token(client: FlaskClient) -> str:
    """Return the token that the forms shown to a client carry."""
    with client.session_transaction() as session:
        token = session.setdefault("csrf_token", FORM_SECRET)
    return signed_token(client.application, token)


def signed_token(app: Flask, token: str) -> str:
    """Return what forms carry for the token of a session."""
    return str(URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(token))


class DeskClient(FlaskClient):
    """A browser whose every form carries the token of its session, as the pages' own forms do."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request, with the token where it changes something."""
        if kwargs.get("method", "GET").upper() in _CHANGING and self.application.secret_key:
            headers = Headers(kwargs.pop("headers", None))
            if "X-CSRFToken" not in headers:
                headers["X-CSRFToken"] = form_token(self)
            kwargs["headers"] = headers
        return super().open(*args, **kwargs)


@contextmanager
def working_as(app: Flask, person: Person | None) -> Iterator[FlaskClient]:
    """Yield a client whose requests are those of `person`, without the way through signing in."""

    def arrive() -> None:
        g.person = person
        with suppress(KeyError):  # an application without accounts
            g.factor_at = the_bureau().clock()

    steps = app.before_request_funcs.setdefault(None, [])
    before_guard = next(i for i, step in enumerate(steps) if step.__module__ == guard.__module__)
    steps.insert(before_guard, arrive)
    try:
        yield DeskClient(app, app.response_class)
    finally:
        steps.remove(arrive)

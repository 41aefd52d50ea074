"""The desks of a small home, and people of every role who signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, g
from flask.testing import FlaskClient

from accounts.person import Person
from accounts.roles import Role


def person_of(*roles: Role, body: str | None = None, name: str = "王经办") -> Person:
    """Return somebody with these roles."""
    return Person(account_id=1, name=name, roles=frozenset(roles), body=body)


@contextmanager
def working_as(app: Flask, person: Person | None) -> Iterator[FlaskClient]:
    """Yield a client whose requests are those of `person`, without the way through signing in."""

    def arrive() -> None:
        g.person = person

    app.before_request_funcs.setdefault(None, []).insert(0, arrive)
    try:
        yield app.test_client()
    finally:
        app.before_request_funcs[None].remove(arrive)

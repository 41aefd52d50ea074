"""Lets a request through to its route only if the person's roles are those the route names."""

from __future__ import annotations

from flask import Flask, abort, current_app, request

from accounts.person import current_person
from accounts.roles import EVERYBODY, Undeclared, declared_roles


def guard(app: Flask) -> None:
    """Check every request of an application before its route; after who signed in is known."""
    app.before_request(_check)


def _check() -> None:
    if request.endpoint is None or request.endpoint == "static":
        return  # no such page; or what pages look like
    try:
        allowed = declared_roles(current_app.view_functions[request.endpoint])
    except Undeclared:
        abort(403)
    if allowed is None:
        return
    person = current_person()
    if person is None:
        abort(401)
    if allowed != EVERYBODY and person.roles.isdisjoint(allowed):
        abort(403)

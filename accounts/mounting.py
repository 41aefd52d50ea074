"""Puts the pages of accounts into an application."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFError

from accounts.confirming_pages import blueprint as confirming
from accounts.confirming_pages import waiting_to_confirm
from accounts.own_pages import blueprint as own
from accounts.people_pages import add_people_place
from accounts.people_pages import blueprint as people
from accounts.sign_in_pages import bad_token, show_sign_in_where_needed
from accounts.sign_in_pages import blueprint as signing
from accounts.waiting import add_waiting


def add_account_pages(app: Flask) -> None:
    """Mount signing in, one's own account and the people; after `accounts.csrf.protect_forms`."""
    for part in (signing, own, people, confirming):
        app.register_blueprint(part)
    add_waiting(app, waiting_to_confirm)
    add_people_place(app)
    app.register_error_handler(401, show_sign_in_where_needed)
    app.register_error_handler(CSRFError, bad_token)

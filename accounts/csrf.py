"""Every form of the desks carries a token; a request that changes something without it is refused.

Templates write `{{ csrf_field() }}` inside every POST form. A script sends the value of that field
in the header X-CSRFToken.
"""

from __future__ import annotations

from typing import Final

from flask import Flask
from flask_wtf.csrf import CSRFProtect, generate_csrf
from markupsafe import Markup

_FIELD: Final = "csrf_token"


def protect_forms(app: Flask) -> None:
    """Refuse, with 400, every changing request of an application without its session's token.

    To be called after `accounts.guard.guard`: whoever may not use a route is told so first. The
    token lives as long as the session that it belongs to; that is why it has no time limit.
    """
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    # No page tells where it came from (Referrer-Policy), so there is no referrer to check.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    CSRFProtect(app)
    app.jinja_env.globals["csrf_field"] = csrf_field


def csrf_field() -> Markup:
    """Return the hidden field of a form with the token of this session."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(_FIELD, generate_csrf())

"""The first page after signing in: what waits for this person."""

from __future__ import annotations

from flask import Blueprint, render_template

from accounts.roles import signed_in

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
@signed_in
def front() -> str:
    """Show where this person may go, and what waits for them."""
    return render_template("desk/front.html")

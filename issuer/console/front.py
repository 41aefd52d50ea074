"""The first page after signing in: what waits for this person; and how to work by the keyboard."""

from __future__ import annotations

from flask import Blueprint, render_template

from accounts.confirming_pages import own_standing
from accounts.person import the_person
from accounts.roles import signed_in
from accounts.waiting import waiting_for
from issuer.batch_filing import stops_of
from issuer.console.batches_room import the_room
from issuer.console.custodian_words import lacking, readiness_for, told

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
@signed_in
def front() -> str:
    """Show where this person may go, and what waits for them."""
    person = the_person()
    has = readiness_for(person)
    return render_template(
        "desk/front.html",
        waiting=[*waiting_for(person), *(() if has is None else lacking(has))],
        has=has,
        body_has=[] if has is None else told(has),
        **(stops_of(the_room(), person.body) if person.body else {}),
        **own_standing(),
    )


@blueprint.get("/keys")
@signed_in
def keys() -> str:
    """Say which keys do what, and how the pages can be made larger."""
    return render_template("desk/keys.html")

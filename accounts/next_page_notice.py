"""What was done is said on the next page: once, in one place, whatever form it was.

A form that succeeds is answered by a way to the next page (303); that page says so in the words of
the view, or in general ones where the view has none. A form that only leads on says nothing, and
one whose act waits for another person says that it waits.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from flask import Flask, Response, g, request, session

from accounts.person import current_person
from codes.wording import Text

_KEPT: Final = "done"
_IN_GENERAL: Final = Text("已办理。", "Done.")
_SIGNING: Final = "signing"
"""Blueprint of signing in and out, which are seen by themselves."""


class Done(NamedTuple):
    """What was done, and whether something of it is still to be looked at."""

    text: Text
    warns: bool = False


def say_done(text: Text, *, warns: bool = False) -> None:
    """Have the next page say what this request did; no personal data."""
    g.done = Done(text, warns)


def lead_on() -> None:
    """Have the next page say nothing: all that this request did is to lead there."""
    g.done = None


def add_done(app: Flask) -> None:
    """Let every form of an application that succeeded say so on the next page."""
    app.after_request(_keep)


def _keep(response: Response) -> Response:
    succeeded = request.method == "POST" and response.status_code == 303
    done: Done | None = g.get("done", Done(_IN_GENERAL))
    signed_in = request.blueprint != _SIGNING and current_person() is not None
    if succeeded and signed_in and done is not None:
        session[_KEPT] = [done.text.zh, done.text.en, done.warns]
    return response


def what_was_done() -> Done | None:
    """Return what the request before did, for the page that shows it; only once.

    A page that answers a form speaks of that form alone; what was done before waits.
    """
    if request.method == "POST":
        return None
    kept = session.pop(_KEPT, None)
    return None if kept is None else Done(Text(*kept[:2]), any(kept[2:]))

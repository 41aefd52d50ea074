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
"""Blueprint of signing in and out, which are seen by themselves: they say what they choose to."""


class Way(NamedTuple):
    """Where what is still to be done is done."""

    text: Text
    href: str


class Done(NamedTuple):
    """What was done, whether something of it is still to be looked at, and where."""

    text: Text
    warns: bool = False
    way: Way | None = None


def say_done(text: Text, *, warns: bool = False, way: Way | None = None) -> None:
    """Have the next page say what this request did; no personal data."""
    g.done = Done(text, warns, way)


def lead_on() -> None:
    """Have the next page say nothing: all that this request did is to lead there."""
    g.done = None


def add_done(app: Flask) -> None:
    """Let every form of an application that succeeded say so on the next page."""
    app.after_request(_keep)


def _keep(response: Response) -> Response:
    succeeded = request.method == "POST" and response.status_code == 303
    signed_in = request.blueprint != _SIGNING and current_person() is not None
    done: Done | None = g.get("done", Done(_IN_GENERAL) if signed_in else None)
    if succeeded and done is not None:
        way = [] if done.way is None else [done.way.text.zh, done.way.text.en, done.way.href]
        session[_KEPT] = [done.text.zh, done.text.en, done.warns, *way]
    return response


def what_was_done() -> Done | None:
    """Return what the request before did, for the page that shows it; only once.

    A page that answers a form speaks of that form alone; what was done before waits.
    """
    if request.method == "POST":
        return None
    kept = session.pop(_KEPT, None)
    if kept is None:
        return None
    zh, en, warns, *way = kept
    return Done(Text(zh, en), warns, Way(Text(*way[:2]), way[2]) if way else None)

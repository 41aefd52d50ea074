"""How somebody wants a page: its language, and 长者模式 with larger type; kept in cookies.

Both are links (`?lang=en`, `?view=elder`) on every page, public or private, and need no script.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode

from flask import Request, Response

from codes.wording import Language, Text
from templates.page_language import (
    COOKIE_SECONDS,
    HTML_LANG,
    LANGUAGE_NAMES,
    asked_language,
    language_words,
    other_language,
    remember_language,
)

COOKIE_NAME: Final = "view"


class View(StrEnum):
    """How large and dark a page is written."""

    STANDARD = "standard"
    ELDER = "elder"


_NAMES: Final = {
    View.STANDARD: Text("标准模式", "Standard view"),
    View.ELDER: Text("长者模式", "Large type"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A way to the same page in another display.

    Args:
        query: of the address, without `?`; keeps the other choice where the address says one.
        name: what the switch is called.
        html_lang: the language of that name, and of the page it leads to.
    """

    query: str
    name: str
    html_lang: str


def asked_view(request: Request) -> View | None:
    """Return the view the address asks for with `?view=`, or None."""
    return _known(request.args.get("view"))


def page_view(request: Request) -> View:
    """Return the view of this page: of the address, else the cookie, else the standard one."""
    return asked_view(request) or _known(request.cookies.get(COOKIE_NAME)) or View.STANDARD


def display_words(request: Request, language: Language, view: View) -> dict[str, Any]:
    """Return what every template says of its language and view, and how to switch them."""
    return {
        **language_words(language),
        "elder": view is View.ELDER,
        "display_switches": _switches(request, language, view),
    }


def remember_display(response: Response, request: Request) -> None:
    """Keep what the address asks for, for a year; scripts of cached pages read the cookies too."""
    language, view = asked_language(request), asked_view(request)
    if language is not None:
        remember_language(response, language)
    if view is not None:
        response.set_cookie(
            COOKIE_NAME, view.value, max_age=COOKIE_SECONDS, samesite="Lax", httponly=False
        )


def _switches(request: Request, language: Language, view: View) -> tuple[Switch, ...]:
    other_lang = other_language(language)
    other_view = View.STANDARD if view is View.ELDER else View.ELDER
    return (
        Switch(
            query=_query(asked_language(request), other_view),
            name=_NAMES[other_view].say(language),
            html_lang=HTML_LANG[language],
        ),
        Switch(
            query=_query(other_lang, asked_view(request)),
            name=LANGUAGE_NAMES[other_lang],
            html_lang=HTML_LANG[other_lang],
        ),
    )


def _query(language: Language | None, view: View | None) -> str:
    said = {"lang": language, "view": view}
    return urlencode({name: one.value for name, one in said.items() if one is not None})


def _known(value: str | None) -> View | None:
    return View(value) if value in set(View) else None

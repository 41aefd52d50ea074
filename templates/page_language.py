"""Which language a page speaks: Chinese unless the reader switched or reads English alone."""

from __future__ import annotations

from typing import Any

from flask import Request, Response

from codes.wording import Language, Text

COOKIE_NAME = "lang"
COOKIE_SECONDS = 365 * 24 * 3600

HTML_LANG = {Language.ZH: "zh-CN", Language.EN: "en"}
LANGUAGE_NAMES = {Language.ZH: "中文", Language.EN: "English"}


def asked_language(request: Request) -> Language | None:
    """Return the language the address asks for with `?lang=`, or None."""
    return _known(request.args.get("lang"))


def page_language(request: Request) -> Language:
    """Return the language of this page: of the address, else the cookie, else the browser's."""
    chosen = asked_language(request) or _known(request.cookies.get(COOKIE_NAME))
    return chosen or _browser_language(request)


def other_language(language: Language) -> Language:
    """Return the language the switch leads to."""
    return Language.EN if language is Language.ZH else Language.ZH


def language_words(language: Language) -> dict[str, Any]:
    """Return what every template says of its language, and says in it: `t(zh, en)`, `say(text)`."""

    def translate(zh: str, en: str) -> str:
        return Text(zh, en).say(language)

    def say(text: Text) -> str:
        return text.say(language)

    return {"t": translate, "say": say, "html_lang": HTML_LANG[language]}


def remember_language(response: Response, language: Language) -> Response:
    """Keep a switched language for a year; the landing page's script reads the cookie too."""
    response.set_cookie(
        COOKIE_NAME, language.value, max_age=COOKIE_SECONDS, samesite="Lax", httponly=False
    )
    return response


def _browser_language(request: Request) -> Language:
    """Return English for a browser that names it first and no Chinese at all, else Chinese."""
    named = [name.lower() for name, weight in request.accept_languages if weight > 0]
    english = bool(named) and named[0].partition("-")[0] == "en"
    chinese = any(name.partition("-")[0] == "zh" for name in named)
    return Language.EN if english and not chinese else Language.ZH


def _known(value: str | None) -> Language | None:
    return Language(value) if value in {one.value for one in Language} else None

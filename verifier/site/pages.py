"""Builds each page from what a route found; knows the words every page needs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, current_app, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from codes.wording import Language
from keys.trust_list import TrustList
from templates.page_display import View, display_words, page_view
from templates.page_headers import PICTURE_POLICY, SHARED_CACHE
from templates.page_language import page_language
from templates.spoken_values import spoken_value
from verifier.document import MAX_FILE_BYTES
from verifier.errors import KeyDocumentUnavailable
from verifier.report_desk import public_address
from verifier.service import Verifier
from verifier.site import forms, meanings, present, words
from verifier.site.boxed import boxed_view
from verifier.site.errors import describe_error
from verifier.site.reports import offers_reports, report_desk, reports_kept
from verifier.verdict import NUMBER_WRONG, Finding, Outcome, Verdict, say_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """How to ask the same question again in the other language, without a name in an address."""

    action: str
    fields: tuple[tuple[str, str], ...]


def page_words() -> dict[str, Any]:
    """Return what every template can say, in the language of the page."""
    display: tuple[Language, View] | None = g.get("display")
    language, view = display or (page_language(request), page_view(request))
    trust = published_trust()
    return {
        **display_words(request, language, view),
        "beijing_day": present.beijing_day,
        "decides": words.DECIDES,
        "spoken_value": spoken_value,
        "say_day": say_day,
        "demo": trust is not None and trust.document.demo,
        "max_file_bytes": MAX_FILE_BYTES,
        "too_large": forms.TOO_LARGE,
        "reports": report_desk() is not None,
        "notices": "notices" in current_app.blueprints,
        "complaints": "complaints" in current_app.blueprints,
        "holder_pages": "holder" in current_app.blueprints,
        "reports_offered": offers_reports(),
        "reports_kept": reports_kept(),
    }


def published_trust() -> TrustList | None:
    """Return the trust list this application publishes, or None while there is none to believe."""
    verifier: Verifier = current_app.extensions["yanzhen_verifier"]
    try:
        return verifier.trust_list()
    except KeyDocumentUnavailable:
        return None


def whole_address(path: str) -> str:
    """Return a path as what people type or print: on the site's own host, if the list names it."""
    verifier: Verifier = current_app.extensions["yanzhen_verifier"]
    address = public_address(verifier, path)
    return address if "://" in address else request.host_url.rstrip("/") + address


def home_page(entry: forms.Entry, troubles: tuple[forms.Trouble, ...] = ()) -> AnyResponse:
    """Return the start page; with troubles it is a refused form, its entries kept."""
    page = render_template(
        "home.html",
        entry=entry,
        troubles=troubles,
        outcomes=tuple(Outcome),
        tones=words.TONES,
        meanings=words.MEANINGS,
        number_wrong=(NUMBER_WRONG, meanings.NUMBER_WRONG.text),
    )
    return make_response(page, 422 if troubles else 200)


def landing_page(language: Language, view: View) -> str:
    """Return the page a scanned code opens; nothing in it depends on who asks."""
    g.display = (language, view)
    trust = published_trust()
    return render_template(
        "landing.html",
        demo=False,
        root_pin="" if trust is None else trust.pin,
        not_proved=words.NOT_PROVED,
    )


def result_page(
    verdict: Verdict,
    *,
    repeat: Repeat | None = None,
    retry: forms.Entry | None = None,
    hints: tuple[Finding, ...] = (),
    draft: str | None = None,
    shared_until: datetime | None = None,
    led_to: str | None = None,
) -> AnyResponse | str:
    """Return the page that shows a verdict.

    Args:
        repeat: asks the same in the other language; None where that needs the file again.
        retry: what was typed, offered for correction.
        hints: what the typed text itself says, to find a slip in it.
        draft: of a verification report, sealed; None where none is offered.
        shared_until: how long its holder lets it be seen by a link; None where it was looked up.
        led_to: another site that the text of `repeat` leads to.
    """
    shared = shared_until is not None
    banner = present.shared_banner(verdict) if shared else present.banner(verdict)
    page = render_template(
        "result.html",
        verdict=verdict,
        banner=banner,
        unfinished=present.unfinished(verdict),
        status=present.shown_status(verdict),
        days=present.shown_days(verdict),
        checked_at=present.beijing_time(verdict.checked_at),
        facts=present.facts(verdict, shared=shared),
        compare_advice=words.COMPARE_ADVICE[banner.tone == "good"],
        findings=present.shown_findings(verdict),
        not_proved=words.NOT_PROVED,
        repeat=repeat,
        retry=retry,
        by_number=_entry_of(verdict),
        boxed=boxed_view(verdict),
        hints=present.show_each(hints),
        draft=draft,
        led_to=led_to,
        shared_until=None if shared_until is None else present.beijing_time(shared_until),
    )
    if verdict.boxed is None:
        return page
    response = make_response(page)
    response.headers["Content-Security-Policy"] = PICTURE_POLICY
    return response


def _entry_of(verdict: Verdict) -> forms.Entry | None:
    """Return the form to look up by number what a file was about; None where that is not known."""
    printed = verdict.certificate
    return None if printed is None else forms.Entry(number=printed.number)


def error_response(error: Exception, status: int | None = None) -> AnyResponse:
    """Return a refused or failed request as a page, or as JSON to a program."""
    page = describe_error(error, status)
    if isinstance(error, HTTPException) and page.status < 400:
        return error.get_response()
    if request.path.startswith("/api/") or request.path.endswith(".json"):
        fault = {
            "code": f"http_{page.status}",
            "message": page.title.zh,
            "message_en": page.title.en,
        }
        return make_response(jsonify({"error": fault}), page.status)
    return make_response(render_template("error.html", page=page), page.status)


def shared_response(data: bytes, mimetype: str, tag: str | None = None) -> AnyResponse:
    """Return an answer that caches may share and check again by its tag."""
    response: Response = current_app.response_class(data, mimetype=mimetype)
    response.set_etag(tag or hashlib.sha256(data).hexdigest()[:32])
    response.headers["Cache-Control"] = SHARED_CACHE
    return response.make_conditional(request)

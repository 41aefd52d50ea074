"""The public pages: each route parses, asks the verifier one question and chooses a view."""

from __future__ import annotations

import logging
from pathlib import Path

from flask import Blueprint, Response, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException, NotFound, ServiceUnavailable
from werkzeug.wrappers import Response as AnyResponse

from codes.wording import Language
from registry.home import Home
from templates.page_display import View, asked_view, remember_display
from templates.page_language import asked_language
from verifier.budgets_request import LookUp, verify_file
from verifier.document import MAX_FILE_BYTES
from verifier.errors import KeyDocumentUnavailable, UsageError, is_broken_transfer
from verifier.hints import hint_at
from verifier.links import led_elsewhere
from verifier.report_content import examined_file, examined_number, examined_qr
from verifier.service import Verifier
from verifier.site import forms
from verifier.site.pages import (
    Repeat,
    error_response,
    home_page,
    landing_page,
    page_words,
    published_trust,
    result_page,
    shared_response,
)
from verifier.site.reports import check_report_file, offer_report, picture_for_report
from verifier.site.tables import tables_json
from verifier.site.waiting import waiting_page
from verifier.verdict import Outcome

_logger = logging.getLogger("yanzhen.site")

blueprint = Blueprint("site", __name__)
blueprint.app_context_processor(page_words)

_ROBOTS = (
    b"User-agent: *\nDisallow: /q\nDisallow: /verify\nDisallow: /batch\nDisallow: /report\n"
    b"Disallow: /holder\nDisallow: /shared\nDisallow: /api/\n"
)


@blueprint.get("/")
def home() -> AnyResponse:
    """Show the three ways to check a certificate."""
    return home_page(forms.Entry())


@blueprint.post("/verify")
def look_up() -> AnyResponse | str:
    """Answer a number with a name or a document number."""
    request.max_content_length = forms.MAX_FORM_BYTES
    entry = forms.read_look_up(request.form)
    troubles = forms.inspect_look_up(entry)
    if troubles:
        return home_page(entry, troubles)
    repeat = Repeat(action=url_for("site.look_up"), fields=entry.look_up_fields)
    look_up = LookUp(request, entry.number, entry.asked_name, entry.asked_document)
    demand = look_up.demand(request.form.get("challenge", ""), request.form.get("solution", ""))
    if demand is not None:
        return waiting_page(demand, repeat)
    verdict = _verifier().verify_number(
        entry.number,
        name=entry.asked_name,
        document_number=entry.asked_document,
        on=entry.on,
    )
    look_up.settle(verdict)
    missed = verdict.outcome in (Outcome.NOT_FOUND, Outcome.INCONCLUSIVE)
    today = _verifier().today()
    hints = hint_at(verdict.outcome, entry.number, entry.asked_document, today)
    examined = examined_number(
        entry.number, name=entry.asked_name, document_number=entry.asked_document, on=entry.on
    )
    return result_page(
        verdict,
        repeat=repeat,
        retry=entry if missed else None,
        hints=hints,
        draft=offer_report(verdict, examined),
    )


@blueprint.post("/verify/qr")
def check_qr() -> AnyResponse | str:
    """Answer the text of a QR code."""
    request.max_content_length = forms.MAX_FORM_BYTES
    entry = forms.read_text(request.form)
    troubles = forms.inspect_text(entry)
    if troubles:
        return home_page(entry, troubles)
    repeat = Repeat(action=url_for("site.check_qr"), fields=(("text", entry.text),))
    verdict = _verifier().verify_qr(entry.text)
    return result_page(
        verdict,
        repeat=repeat,
        draft=offer_report(verdict, examined_qr(entry.text)),
        led_to=led_elsewhere(_verifier(), entry.text, verdict),
    )


@blueprint.post("/verify/file")
def check_file() -> AnyResponse | str:
    """Answer an uploaded PDF or picture."""
    request.max_content_length = MAX_FILE_BYTES + forms.MULTIPART_MARGIN_BYTES
    upload = forms.read_upload(request.files)
    if upload is None:
        return home_page(forms.Entry(), forms.no_file())
    report = check_report_file(upload.data)
    if report is not None:
        return report
    verdict = verify_file(request, _verifier(), upload.data, upload.filename)
    picture = picture_for_report(upload.data, verdict)
    examined = examined_file(upload.data, upload.filename, picture=picture)
    return result_page(verdict, draft=offer_report(verdict, examined))


@blueprint.get("/verify")
@blueprint.get("/verify/qr")
@blueprint.get("/verify/file")
def start_again() -> AnyResponse:
    """Lead a reload or a typed address back to the forms."""
    return redirect(url_for("site.home"), 303)


@blueprint.get("/q")
def landing() -> AnyResponse:
    """Give the page that a scanned QR code opens; it depends on nothing but its address."""
    language, view = asked_language(request), asked_view(request)
    page = landing_page(language or Language.ZH, view or View.STANDARD)
    return shared_response(page.encode(), "text/html; charset=utf-8")


@blueprint.get("/keys.json")
def key_document() -> AnyResponse:
    """Give the trust list, signed as it was published."""
    trust = published_trust()
    if trust is None:
        raise ServiceUnavailable
    return shared_response(trust.data, "application/json", trust.sha256.hex()[:32])


@blueprint.get("/tables.json")
def tables() -> AnyResponse:
    """Give the tables and words the landing page's script works with."""
    return shared_response(tables_json(), "application/json")


@blueprint.get("/seal-root.cer")
def seal_root() -> AnyResponse:
    """Give the root certificate of the built-in authority of seals."""
    return _published_file(_home().seal_root_path, "application/pkix-cert")


@blueprint.get("/seal.crl")
def seal_crl() -> AnyResponse:
    """Give the list of the seals that authority revoked."""
    return _published_file(_home().seal_crl_path, "application/pkix-crl")


@blueprint.get("/robots.txt")
def robots() -> AnyResponse:
    """Keep results and landing pages out of search engines."""
    return shared_response(_ROBOTS, "text/plain; charset=utf-8")


@blueprint.app_errorhandler(HTTPException)
@blueprint.errorhandler(HTTPException)
def show_http_error(error: HTTPException) -> AnyResponse:
    """Show a refused or failed request in the style of the rest."""
    return error_response(error)


@blueprint.errorhandler(UsageError)
def show_usage_error(error: UsageError) -> AnyResponse:
    """Show the form again with what the verifier could not work with."""
    if request.endpoint == "site.check_qr":
        return home_page(
            forms.read_text(request.form), (forms.Trouble(field="text", text=error.text),)
        )
    entry = forms.read_look_up(request.form)
    field = "on" if error.code.startswith("day_") else "number"
    return home_page(entry, (forms.Trouble(field=field, text=error.text),))


@blueprint.errorhandler(KeyDocumentUnavailable)
def show_unavailable(error: KeyDocumentUnavailable) -> AnyResponse:
    """Say that nothing can be judged at present."""
    return error_response(error, 503)


@blueprint.errorhandler(Exception)
def show_fault(error: Exception) -> AnyResponse:
    """Show a fault of ours without its message, which could hold what was asked."""
    if is_broken_transfer(error):
        return error_response(error, 400)
    _logger.error("site fault %s at %s", type(error).__name__, request.endpoint)
    return error_response(error)


@blueprint.after_app_request
def keep_display(response: Response) -> Response:
    """Remember a switched display, except on answers that caches share or programs read."""
    shared = response.headers.get("Cache-Control", "").startswith("public")
    if not shared and not request.path.startswith("/api/"):
        remember_display(response, request)
    return response


def _published_file(path: Path, mimetype: str) -> AnyResponse:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound from error
    return shared_response(data, mimetype)


def _home() -> Home:
    home = current_app.extensions["yanzhen_home"]
    assert isinstance(home, Home)
    return home


def _verifier() -> Verifier:
    verifier: Verifier = current_app.extensions["yanzhen_verifier"]
    return verifier

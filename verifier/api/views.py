"""The routes of the API: parse, ask the verifier once, answer one JSON object.

Every answer about a certificate has HTTP status 200 whatever the outcome; a 4xx says only that
the question could not be put.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import BadRequest, HTTPException

from codes.wording import Language, Text
from templates.memory_request import MemoryRequest
from verifier.api.bodies import read_members, read_upload
from verifier.api.described import (
    DAY_FAULTS,
    FILE_FAULTS,
    JSON_FAULTS,
    LINK_FAULTS,
    NUMBER_FAULTS,
    TYPED_FAULTS,
    Answer,
    Operation,
    describe,
)
from verifier.api.problems import (
    TITLES,
    Problem,
    ProblemCode,
    Refused,
    dump_json,
    problem_for_status,
    problem_response,
)
from verifier.api.spent import look_ups_spent
from verifier.budgets_request import LookUp, verify_file
from verifier.errors import UsageError, is_broken_transfer
from verifier.hints import hint_at
from verifier.links import check_link, link_to_json
from verifier.service import Verifier
from verifier.verdict import Verdict, finding_to_json, verdict_to_json

PREFIX = "/api/"
_VERDICT = {200: Answer(text=Text("核验结论", "The verdict"), schema="Verdict")}

blueprint = Blueprint("api", __name__)
_logger = logging.getLogger("yanzhen.api")


@blueprint.record_once
def keep_uploads_in_memory(state: BlueprintSetupState) -> None:
    """Make the whole application keep uploads off the disk."""
    assert isinstance(state.app, Flask)
    state.app.request_class = MemoryRequest


@blueprint.post("/api/v1/verify")
@describe(
    Operation(
        id="verifyNumber",
        tag="verify",
        text=Text("按编号和姓名或证件号码核验", "Check a number with the holder's data"),
        body="NumberQuestion",
        answers=_VERDICT,
        refusals=NUMBER_FAULTS,
    )
)
def verify_number() -> Response:
    """Answer a number with the holder's name or document number."""
    members, verdict = asked_by_number()
    body = verdict_to_json(verdict, api_language())
    number, document_number = members["number"], members.get("document_number")
    hints = hint_at(verdict.outcome, number, document_number, _verifier().today())
    if hints:
        body["hints"] = [finding_to_json(one, api_language()) for one in hints]
    return _json(body)


def asked_by_number() -> tuple[Mapping[str, str], Verdict]:
    """Return what this request asks by number and holder, and the verdict, within the budget.

    Raises:
        Refused: the body is not as it should be, or the budget of failed look-ups is spent.
    """
    members = read_members(
        request,
        required=frozenset({"number"}),
        optional=frozenset({"name", "document_number", "on", "challenge", "solution"}),
    )
    name, document_number = members.get("name"), members.get("document_number")
    look_up = LookUp(request, members["number"], name, document_number)
    demand = look_up.demand(members.get("challenge", ""), members.get("solution", ""))
    if demand is not None:
        raise look_ups_spent(demand)
    verdict = _verifier().verify_number(
        members["number"], name=name, document_number=document_number, on=members.get("on")
    )
    look_up.settle(verdict)
    return members, verdict


@blueprint.post("/api/v1/verify/qr")
@describe(
    Operation(
        id="verifyQr",
        tag="verify",
        text=Text("按二维码的文字核验", "Check the text of a QR code"),
        body="TextQuestion",
        answers=_VERDICT,
        refusals=(*JSON_FAULTS, *DAY_FAULTS),
    )
)
def verify_qr() -> Response:
    """Answer the text of a QR code."""
    members = read_members(request, required=frozenset({"text"}), optional=frozenset({"on"}))
    return _answer(_verifier().verify_qr(members["text"], on=members.get("on")))


@blueprint.post("/api/v1/verify/file")
@describe(
    Operation(
        id="verifyFile",
        tag="verify",
        text=Text("上传 PDF 或照片核验", "Check an uploaded PDF or picture"),
        body="FileQuestion",
        media="multipart/form-data",
        answers=_VERDICT,
        refusals=FILE_FAULTS,
    )
)
def verify_uploaded_file() -> Response:
    """Answer an uploaded PDF or picture."""
    upload = read_upload(request)
    on = request.form.get("on")
    return _answer(verify_file(request, _verifier(), upload.data, upload.filename, on=on))


@blueprint.post("/api/v1/link")
@describe(
    Operation(
        id="checkLink",
        tag="verify",
        text=Text("看链接指向哪里，不打开它", "Tell where a link leads; it is not followed"),
        body="LinkQuestion",
        answers={200: Answer(text=Text("链接的去向", "Where it leads"), schema="LinkCheck")},
        refusals=(*JSON_FAULTS, *TYPED_FAULTS, *LINK_FAULTS),
    )
)
def check_sent_link() -> Response:
    """Answer where a link leads; it is not followed."""
    members = read_members(request, required=frozenset({"link"}))
    check = check_link(_verifier(), members["link"])
    return _json(link_to_json(check, api_language()))


@blueprint.before_app_request
def refuse_unrouted() -> Response | None:
    """Answer unknown addresses and wrong methods under /api/ as problems, not as pages."""
    error = request.routing_exception
    if error is None or not request.path.startswith(PREFIX):
        return None
    return _show_http_error(error)


@blueprint.errorhandler(Refused)
def show_refusal(error: Refused) -> Response:
    """Answer a request that could not be read."""
    return problem_response(error.problem, api_language())


@blueprint.errorhandler(UsageError)
def show_usage_error(error: UsageError) -> Response:
    """Answer a question that could not be put."""
    return problem_response(
        Problem(code=ProblemCode(error.code), detail=error.text), api_language()
    )


@blueprint.errorhandler(HTTPException)
def show_http_error(error: HTTPException) -> Response:
    """Answer what the framework refused, such as a body that is too large."""
    return _show_http_error(error)


@blueprint.errorhandler(Exception)
def show_fault(error: Exception) -> Response:
    """Answer a fault of ours without its message, which could hold what was asked."""
    if is_broken_transfer(error):
        return _show_http_error(BadRequest())
    _logger.error("api fault %s at %s", type(error).__name__, request.endpoint)
    sentence = Text("请稍后再试，这不说明证书有问题", "try again later; this says nothing about it")
    return problem_response(
        Problem(code=ProblemCode.INTERNAL_FAULT, detail=sentence), api_language()
    )


def _show_http_error(error: HTTPException) -> Response:
    code = problem_for_status(error.code or 500)
    allow = tuple(sorted(getattr(error, "valid_methods", None) or ()))
    return problem_response(Problem(code=code, detail=TITLES[code], allow=allow), api_language())


def _answer(verdict: Verdict) -> Response:
    return _json(verdict_to_json(verdict, api_language()))


def _json(body: Mapping[str, Any]) -> Response:
    response = Response(dump_json(body), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def api_language() -> Language:
    """Return the language that `?lang=` asks for."""
    return Language.EN if request.args.get("lang") == Language.EN.value else Language.ZH


def _verifier() -> Verifier:
    verifier: Verifier = current_app.extensions["yanzhen_verifier"]
    return verifier

"""The routes of the API for verification reports: asking for one, looking it up, its files."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException

from codes.wording import Text
from registry.errors import RegistryError
from registry.report_drafts import read_report_number, read_ticket
from registry.reports import KeptReport
from verifier.api.bodies import read_members, read_upload
from verifier.api.described import (
    DAY_FAULTS,
    FILE_FAULTS,
    JSON_FAULTS,
    NUMBER_FAULTS,
    REPORT_FAULTS,
    Answer,
    Operation,
    describe,
)
from verifier.api.problems import ProblemCode, Refused, dump_json, refuse
from verifier.api.views import (
    api_language,
    asked_by_number,
    show_fault,
    show_http_error,
    show_refusal,
    show_usage_error,
)
from verifier.budgets import REPORTS_AN_HOUR
from verifier.budgets_request import may_have_report, verify_file
from verifier.errors import UsageError
from verifier.report_content import Examined, examined_file, examined_number, examined_qr
from verifier.report_desk import REPORT_PATH, ReportDesk
from verifier.service import Verifier
from verifier.verdict import Verdict, format_instant, verdict_to_json

blueprint = Blueprint("api_reports", __name__)
blueprint.register_error_handler(Refused, show_refusal)
blueprint.register_error_handler(UsageError, show_usage_error)
blueprint.register_error_handler(HTTPException, show_http_error)
blueprint.register_error_handler(Exception, show_fault)

_ACCEPTED = 202
_ASKED = {
    _ACCEPTED: Answer(
        text=Text("核验结论；报告正在签发", "The verdict; its report is being sealed"),
        schema="ReportAsked",
    )
}


@blueprint.post("/api/v1/report")
@describe(
    Operation(
        id="reportNumber",
        tag="reports",
        text=Text("按编号核验并出具报告", "Check a number and have a report of it"),
        body="NumberQuestion",
        answers=_ASKED,
        refusals=(*NUMBER_FAULTS, *REPORT_FAULTS),
    )
)
def report_number() -> Response:
    """Check a number with the holder's data, and have the verdict sealed as a report."""
    members, verdict = asked_by_number()
    asked = {name: members.get(name) for name in ("name", "document_number", "on")}
    return _asked(verdict, examined_number(members["number"], **asked))


@blueprint.post("/api/v1/report/qr")
@describe(
    Operation(
        id="reportQr",
        tag="reports",
        text=Text("按二维码核验并出具报告", "Check a QR code and have a report of it"),
        body="TextQuestion",
        answers=_ASKED,
        refusals=(*JSON_FAULTS, *DAY_FAULTS, *REPORT_FAULTS),
    )
)
def report_qr() -> Response:
    """Check the text of a QR code, and have the verdict sealed as a report."""
    members = read_members(request, required=frozenset({"text"}), optional=frozenset({"on"}))
    on = members.get("on")
    return _asked(
        _verifier().verify_qr(members["text"], on=on), examined_qr(members["text"], on=on)
    )


@blueprint.post("/api/v1/report/file")
@describe(
    Operation(
        id="reportFile",
        tag="reports",
        text=Text("上传文件核验并出具报告", "Check a file and have a report of it"),
        body="FileQuestion",
        media="multipart/form-data",
        answers=_ASKED,
        refusals=(*FILE_FAULTS, *REPORT_FAULTS),
    )
)
def report_file() -> Response:
    """Check an uploaded file, and have the verdict sealed as a report."""
    upload = read_upload(request)
    on = request.form.get("on")
    verdict = verify_file(request, _verifier(), upload.data, upload.filename, on=on)
    picture = _desk().picture_of(upload.data, verdict)
    return _asked(verdict, examined_file(upload.data, upload.filename, picture=picture, on=on))


@blueprint.post("/api/v1/report/look-up")
@describe(
    Operation(
        id="lookUpReport",
        tag="reports",
        text=Text("按编号和查询码查询报告", "Look a report up by number and code"),
        body="ReportQuestion",
        answers={200: Answer(text=Text("报告的情况", "What is known of it"), schema="ReportTold")},
        refusals=(
            *JSON_FAULTS,
            ProblemCode.REPORT_NOT_FOUND,
            ProblemCode.REPORTS_UNAVAILABLE,
        ),
    )
)
def look_up() -> Response:
    """Tell of a report: to its number little, to number and code everything, its files included."""
    members = read_members(request, required=frozenset({"number"}), optional=frozenset({"code"}))
    number, code = read_report_number(members["number"]), members.get("code")
    ticket = None if code is None else read_ticket(members["number"], code)
    try:
        kept = None if number is None else _desk().find(number)
        files = None if ticket is None else _desk().open(ticket)
    except RegistryError as error:
        raise _unavailable() from error
    if kept is None or (code is not None and (ticket is None or _is_shut(kept, files))):
        raise refuse(
            ProblemCode.REPORT_NOT_FOUND,
            "没有这份查验报告，或者查询码不符",
            "there is no such report, or the code does not fit it",
        )
    told = _told(kept)
    if files is not None:
        told |= {
            "report": json.loads(files.json)["report"],
            "pdf": base64.b64encode(files.pdf).decode("ascii"),
            "json": base64.b64encode(files.json).decode("ascii"),
        }
    return _answer(told)


def _is_shut(kept: KeptReport, files: object) -> bool:
    return files is None and kept.sealed_at is not None


def _asked(verdict: Verdict, examined: Examined) -> Response:
    desk = _desk()
    if not desk.offers:
        raise _unavailable()
    if not may_have_report(request):
        raise refuse(
            ProblemCode.REPORTS_SPENT,
            f"一小时内已出具 {REPORTS_AN_HOUR} 份查验报告，请稍后再试",
            f"{REPORTS_AN_HOUR} reports were made within an hour; try again later",
        )
    try:
        ticket = desk.ask(desk.draft(verdict, examined), now=datetime.now(UTC))
        kept = desk.find(ticket.number)
    except RegistryError as error:
        raise _unavailable() from error
    if kept is None:
        raise _unavailable()
    links = {"look_up": REPORT_PATH, "api": "/api/v1/report/look-up"}
    body = {
        **_told(kept),
        "code": ticket.code,
        "links": links,
        "verdict": verdict_to_json(verdict, api_language()),
    }
    return _answer(body, _ACCEPTED)


def _told(kept: KeptReport) -> dict[str, Any]:
    state = "sealed" if kept.sealed_at else "failed" if kept.failed else "waiting"
    return {
        "number": kept.number,
        "state": state,
        "asked_at": format_instant(kept.asked_at),
        "sealed_at": None if kept.sealed_at is None else format_instant(kept.sealed_at),
        "pdf_sha256": kept.pdf_sha256,
        "json_sha256": kept.json_sha256,
    }


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    response = Response(dump_json(body), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _unavailable() -> Refused:
    return refuse(
        ProblemCode.REPORTS_UNAVAILABLE,
        "暂时不能出具或者查询查验报告，请稍后再试",
        "reports cannot be made or looked up at present; try again later",
    )


def _desk() -> ReportDesk:
    desk = current_app.extensions["yanzhen_reports"]
    assert isinstance(desk, ReportDesk)
    return desk


def _verifier() -> Verifier:
    verifier: Verifier = current_app.extensions["yanzhen_verifier"]
    return verifier

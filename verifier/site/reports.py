"""The pages of verification reports: asking for one, waiting, looking up, checking a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import NotFound, ServiceUnavailable
from werkzeug.wrappers import Response as AnyResponse

from codes.wording import Text
from keys.report_document import MAX_REPORT_BYTES
from registry.errors import RegistryError
from registry.home import Home
from registry.report_drafts import ReportTicket, read_report_number, read_ticket
from registry.reports import KeptReport, ReportFiles, ReportQueueFull
from templates.spoken_values import printed_and_record
from verifier.budgets import REPORTS_AN_HOUR
from verifier.budgets_request import may_have_report
from verifier.document import MAX_FILE_BYTES
from verifier.errors import UsageError
from verifier.finding_codes import Code
from verifier.report_check import ReportJudgement, judge_report
from verifier.report_content import Examined, examined_qr
from verifier.report_desk import FormerReportKey, ReportDesk
from verifier.service import Verifier
from verifier.site import present, words
from verifier.site.comparisons import Comparison, comparisons
from verifier.site.forms import (
    MAX_FORM_BYTES,
    MULTIPART_MARGIN_BYTES,
    Trouble,
    read_text,
    read_upload,
)
from verifier.verdict import Outcome, Severity, Verdict, say_day

EXTENSION: Final = "yanzhen_reports"
MAX_DRAFT_FORM_BYTES: Final = 800 << 10
_CODES: Final = frozenset(map(str, Code))
_MIMETYPES: Final = {"pdf": "application/pdf", "json": "application/json"}

blueprint = Blueprint("reports", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """What the page of reports shows.

    Args:
        number, code: as typed, to be shown in the form again.
        kept: what anybody may know of the report.
        content: what it says; None without its code.
        ticket: number and code, proved right or just given.
        waiting: it is not sealed yet.
        judgement: of a file that was uploaded.
    """

    number: str = ""
    code: str = ""
    troubles: tuple[Trouble, ...] = ()
    kept: KeptReport | None = None
    content: dict[str, Any] | None = None
    ticket: ReportTicket | None = None
    waiting: bool = False
    judgement: ReportJudgement | None = None


def add_reports(app: Flask, home: Home, verifier: Verifier) -> None:
    """Let an application answer for verification reports."""
    from verifier.api.reports import blueprint as api

    app.extensions[EXTENSION] = ReportDesk(home, verifier)
    app.register_blueprint(blueprint)
    app.register_blueprint(api)


def report_desk() -> ReportDesk | None:
    """Return the desk of this application, or None where it answers for no reports."""
    found = current_app.extensions.get(EXTENSION)
    assert found is None or isinstance(found, ReportDesk)
    return found


def offers_reports() -> bool:
    """Say whether this application offers reports."""
    desk = report_desk()
    return desk is not None and desk.offers


def reports_kept() -> Text | None:
    """Say how long a report asked for now can be looked up; None where none is offered."""
    desk = report_desk()
    if desk is None:
        return None
    days, years = desk.keep_days, round(desk.keep_days / 365)
    if years < 2:
        return Text(f"{days} 天", f"{days} days")
    return Text(f"{days} 天（约 {years} 年）", f"{days} days (about {years} years)")


def offer_report(verdict: Verdict, examined: Examined) -> str | None:
    """Return the draft of a report for the result page to carry, or None where none is offered."""
    desk = report_desk()
    if desk is None or not desk.offers or present.unfinished(verdict):
        return None
    return desk.draft_text(verdict, examined)


def picture_for_report(data: bytes, verdict: Verdict) -> bytes | None:
    """Return the small picture of a file that a report would show, where reports are offered."""
    desk = report_desk()
    return desk.picture_of(data, verdict) if desk is not None and desk.offers else None


def check_report_file(data: bytes) -> str | None:
    """Return the page about an uploaded report, or None where the file is none."""
    desk = report_desk()
    if desk is None:
        return None
    judgement = judge_report(data, root=desk.root(), crl=desk.crl(), find=desk.find)
    return None if judgement is None else _page(ReportPage(judgement=judgement))


@blueprint.get("/report")
def start() -> str:
    """Show where reports are looked up and checked."""
    return _page(ReportPage(number=request.args.get("number") or ""))


@blueprint.post("/report/new")
def ask() -> AnyResponse | str:
    """Queue the report of a verdict that was just shown."""
    request.max_content_length = MAX_DRAFT_FORM_BYTES
    request.max_form_memory_size = MAX_DRAFT_FORM_BYTES
    draft = request.form.get("draft", "")
    return _queued(lambda: _desk().ask_text(draft, now=datetime.now(UTC)))


def _queued(queue: Callable[[], ReportTicket]) -> AnyResponse | str:
    if not may_have_report(request):
        return _refused(_MANY_REPORTS, 429)
    try:
        ticket = queue()
    except UsageError as error:
        return _refused(error.text)
    except ReportQueueFull as error:
        return _refused(error.text, 503)
    except RegistryError as error:
        raise ServiceUnavailable from error
    return _page(_shown(ticket))


@blueprint.post("/report/qr")
def ask_qr() -> AnyResponse | str:
    """Check the text of a code that was scanned, and queue the report of that."""
    request.max_content_length = MAX_FORM_BYTES
    text = read_text(request.form).text
    desk, verifier = _desk(), current_app.extensions["yanzhen_verifier"]
    if not text or not desk.offers:
        return _refused(_NOTHING_TO_REPORT)
    draft = desk.draft(verifier.verify_qr(text), examined_qr(text))
    return _queued(lambda: desk.ask(draft, now=datetime.now(UTC)))


@blueprint.post("/report")
def look_up() -> AnyResponse | str:
    """Show what is known of a report: to its number little, to number and code everything."""
    request.max_content_length = MULTIPART_MARGIN_BYTES
    number, code = (request.form.get(name, "").strip() for name in ("number", "code"))
    typed = ReportPage(number=number, code=code)
    known = read_report_number(number)
    try:
        kept = None if known is None else _desk().find(known)
        ticket = read_ticket(number, code) if code else None
        if kept is None:
            return _troubled(typed, "number", _UNKNOWN_NUMBER)
        if not code:
            return _page(ReportPage(number=kept.number, kept=kept))
        if ticket is not None and kept.sealed_at is None and not kept.failed:
            return _page(_shown(ticket))
        files = None if ticket is None else _desk().open(ticket)
    except RegistryError as error:
        raise ServiceUnavailable from error
    if files is None or ticket is None:
        return _troubled(typed, "code", _UNKNOWN_CODE)
    return _page(_opened(ticket, kept, files))


@blueprint.post("/report/check")
def check_file() -> AnyResponse | str:
    """Say whether an uploaded report is genuine and unchanged."""
    request.max_content_length = MAX_FILE_BYTES + MULTIPART_MARGIN_BYTES  # beyond it no page
    upload = read_upload(request.files)
    if upload is None or not upload.data:
        return _troubled(ReportPage(), "file", _NO_FILE if upload is None else _EMPTY_FILE)
    if len(upload.data) > MAX_REPORT_BYTES:
        return _troubled(ReportPage(), "file", _LARGE_FILE)
    page = check_report_file(upload.data)
    if page is None:
        return _troubled(ReportPage(), "file", _NO_REPORT)
    return page


@blueprint.post("/report/<any(pdf, json):form>")
def download(form: str) -> AnyResponse:
    """Give a file of a report to whoever has its number and code."""
    request.max_content_length = MULTIPART_MARGIN_BYTES
    ticket = read_ticket(request.form.get("number", ""), request.form.get("code", ""))
    try:
        files = None if ticket is None else _desk().open(ticket)
    except RegistryError as error:
        raise ServiceUnavailable from error
    if files is None or ticket is None:
        raise NotFound
    data = files.pdf if form == "pdf" else files.json
    response: Response = current_app.response_class(data, mimetype=_MIMETYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{ticket.number}.{form}"'
    return response


_UNKNOWN_NUMBER: Final = Text(
    "没有这个编号的查验报告，请核对；超过保存期限的报告已删除，其文件仍可上传核对",
    "No report has this number; check it. Reports past their term were deleted; their files can "
    "still be uploaded and checked",
)
_UNKNOWN_CODE: Final = Text(
    "查询码与这份报告不符，请核对报告首页所印查询码",
    "The code does not fit this report; compare it with the one printed on its first page",
)
_NOTHING_TO_REPORT: Final = Text(
    "没有可以出具报告的核验结果，请先核验",
    "There is no result to make a report of; verify a certificate first",
)
_MANY_REPORTS: Final = Text(
    f"您所在的网络一小时内已出具 {REPORTS_AN_HOUR} 份查验报告，请稍后再试；核验本身不受影响",
    f"{REPORTS_AN_HOUR} reports were made for your network within an hour; try again later. "
    "Verification itself is not affected",
)
_NO_FILE: Final = Text(
    "请选择查验报告的 PDF 或 JSON 原文件", "Choose the report's own PDF or JSON file"
)
_EMPTY_FILE: Final = Text("所选文件是空的", "The file that was chosen is empty")
_LARGE_FILE: Final = Text(
    f"这个文件超过 {MAX_REPORT_BYTES >> 20} MB，不是查验报告；请选择报告的 PDF 或 JSON 原文件",
    f"This file has more than {MAX_REPORT_BYTES >> 20} MB and is no verification report; choose "
    "the report's own PDF or JSON file",
)
_NO_REPORT: Final = Text(
    "这个文件不是查验报告，请选择报告的 PDF 或 JSON 原文件（不是照片、扫描件）",
    "This file is not a verification report; choose the report's own PDF or JSON file, not a photo "
    "or scan",
)


def _shown(ticket: ReportTicket) -> ReportPage:
    """Return the page of a report that was just asked for, or is waiting."""
    kept, files = _desk().find(ticket.number), _desk().open(ticket)
    if kept is not None and files is not None:
        return _opened(ticket, kept, files)
    waiting = kept is not None and not kept.failed
    return ReportPage(
        number=ticket.number, code=ticket.code, kept=kept, ticket=ticket, waiting=waiting
    )


def _opened(ticket: ReportTicket, kept: KeptReport, files: ReportFiles) -> ReportPage:
    content: dict[str, Any] = json.loads(files.json)["report"]
    return ReportPage(
        number=ticket.number, code=ticket.code, kept=kept, ticket=ticket, content=content
    )


def _troubled(page: ReportPage, field: str, text: Text) -> AnyResponse:
    trouble = Trouble(field=field, text=text)
    shown = ReportPage(number=page.number, code=page.code, troubles=(trouble,))
    return make_response(_page(shown), 422)


def _refused(text: Text, status: int = 422) -> AnyResponse:
    shown = ReportPage(troubles=(Trouble(field="number", text=text),))
    return make_response(_page(shown), status)


def _page(page: ReportPage) -> str:
    tones = {one.value: words.SEVERITY_TONES[one] for one in Severity}
    return render_template(
        "report.html",
        page=page,
        finding_tones=tones,
        tone=None if page.content is None else words.TONES[_outcome(page.content)],
        beijing=_beijing,
        not_proved=words.NOT_PROVED,
        compared=_compared,
        comparisons=_comparisons,
        is_code=_is_code,
        root=_fingerprint(_desk().root()),
        signer=_fingerprint(_desk().certificate()),
        former=[_former(one) for one in _desk().former_keys()],
    )


def _fingerprint(certificate: bytes | None) -> str | None:
    """Return the SHA-256 of a certificate as openssl prints it."""
    return None if certificate is None else _openssl(hashlib.sha256(certificate).digest())


def _openssl(digest: bytes) -> str:
    return digest.hex(":").upper()


def _former(key: FormerReportKey) -> tuple[Text, str]:
    """Return from when to when a former report key was used, and its fingerprint."""
    first, last = (say_day(present.beijing_day(day)) for day in (key.first, key.last))
    period = Text(f"{first.zh}至{last.zh}", f"{first.en} to {last.en}")
    if key.revoked_at is not None:
        day = say_day(present.beijing_day(key.revoked_at))
        period = Text(f"{period.zh}，{day.zh}撤销", f"{period.en}, revoked on {day.en}")
    return period, _openssl(bytes.fromhex(key.certificate_sha256))


def _compared(evidence: dict[str, str]) -> Text:
    """Return what was printed beside what is on record."""
    return printed_and_record(evidence["printed"], evidence["record"])


def _comparisons(content: Mapping[str, Any]) -> dict[str, Comparison]:
    """Return what stands beside the printed fields of a report, by their Chinese labels.

    Args:
        content: of a report, perhaps by a later version whose findings are not known here.
    """
    findings = content["verdict"]["findings"]
    known = ((one["code"], one["evidence"]) for one in findings if one["code"] in _CODES)
    compared = comparisons(known).items()
    return {label.zh: one for name, one in compared if (label := words.FACT_LABELS.get(name))}


def _is_code(value: str) -> bool:
    """Say whether a value is compared character by character, and so must not break."""
    return value.isascii() and " " not in value and any(char.isdecimal() for char in value)


def _outcome(content: dict[str, Any]) -> Outcome:
    return Outcome(content["verdict"]["outcome"])


def _beijing(instant: str | datetime) -> Text:
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return present.beijing_time(moment)


def _desk() -> ReportDesk:
    desk = report_desk()
    if desk is None:
        raise NotFound
    return desk

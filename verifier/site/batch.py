"""The pages of the batch check: hand a list in, watch it being checked, take the result away."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from codes.wording import Text
from templates.downloads import send_workbook
from templates.page_language import page_language
from verifier.budgets_request import network_of_request
from verifier.bulk_jobs import (
    KEEP_SECONDS,
    BulkJobs,
    JobLost,
    JobOrder,
    JobsFull,
    JobState,
)
from verifier.bulk_limits import MAX_BULK_BYTES, MAX_BULK_ROWS
from verifier.bulk_page import PAGE_ROWS
from verifier.bulk_place import JobUnknown
from verifier.bulk_words import time_left
from verifier.many_files import shown
from verifier.site import forms, words
from verifier.verdict import Outcome

blueprint = Blueprint("batch", __name__)

_KEEP_MINUTES = KEEP_SECONDS // 60
_NO_FILE = Text("请选择名单文件（.xlsx 或 .csv）", "Choose the list, an .xlsx or a .csv file")
_FULL = Text(
    "现在正在核验的名单较多，本次没有开始；请过几分钟再提交。",
    "Many lists are being checked at present and this one was not begun; try again in some "
    "minutes.",
)
_OWN_FULL = Text(
    "您所在的网络提交的名单尚未核验完，或保留的结果较多，本次没有开始；"
    "请等前面的名单核验完，或在其结果页点“立即删除结果”后再提交；"
    f"不删除的，结果保留 {_KEEP_MINUTES} 分钟后自行删除。",
    "Lists from your network are still being checked, or many of their results are kept, and this "
    "one was not begun; wait for the earlier ones, or delete results on their pages. Each result "
    f"deletes itself after {_KEEP_MINUTES} minutes.",
)
_LOST = Text(
    "核验中途停止，没有得出结果，也没有留下任何内容；请重新提交名单。",
    "The check was broken off without a result and nothing of it was kept; hand the list in again.",
)
_GONE = Text(
    f"没有这次核验的结果：结果只保留 {_KEEP_MINUTES} 分钟，随后删除；如有需要请重新提交名单。",
    f"There is no such result: results are kept for {_KEEP_MINUTES} minutes and then deleted. "
    "Hand the list in again if you need it.",
)


@blueprint.get("/batch")
def start() -> AnyResponse:
    """Show the form that takes a list, and whether a result was just deleted."""
    return _form(deleted=request.args.get("deleted") == "yes")


@blueprint.post("/batch")
def hand_in() -> AnyResponse:
    """Begin to check a list and lead to the page that shows how far it is."""
    request.max_content_length = MAX_BULK_BYTES + forms.MULTIPART_MARGIN_BYTES
    try:
        upload = forms.read_upload(request.files)
    except RequestEntityTooLarge:
        return _form(_too_large(), status=413)
    if upload is None:
        return _form(_NO_FILE, status=422)
    name = shown(upload.filename.replace("\\", "/").rpartition("/")[2])
    try:
        order = JobOrder(file=name, network=network_of_request(request))
        token = _jobs().start(upload.data, order)
    except JobsFull as full:
        return _form(_OWN_FULL if full.of_one else _FULL, status=429 if full.of_one else 503)
    return redirect(url_for("batch.result", token=token), 303)


@blueprint.get("/batch/<token>")
def result(token: str) -> AnyResponse:
    """Show how far a check is, or what it came to."""
    return _shown(token)


def _shown(token: str, *, deleting: bool = False) -> AnyResponse:
    try:
        state = _jobs().look(token)
    except JobLost:
        return _form(_LOST)
    except JobUnknown:
        return _form(_GONE, status=404)
    if state.answer is None:
        page = render_template("batch_running.html", state=state, token=token, left=_left(state))
        return make_response(page)
    if "refused" in state.answer:
        return _form(Text(*state.answer["refused"]))
    return make_response(_result_page(state, token, deleting=deleting))


@blueprint.get("/batch/<token>/progress")
def progress(token: str) -> Response:
    """Tell the page's script how far a check is."""
    try:
        state = _jobs().look(token)
    except (JobLost, JobUnknown):
        return jsonify({"running": False})
    running = state.answer is None
    left = _left(state).say(page_language(request))
    return jsonify({"running": running, "done": state.done, "total": state.total, "left": left})


def _left(state: JobState) -> Text:
    return time_left(state.minutes_left, slowed=state.slowed)


@blueprint.get("/batch/<token>/result.xlsx")
def workbook(token: str) -> Response:
    """Give the result as a workbook in the language of the page."""
    try:
        data = _jobs().workbook(token, page_language(request))
    except JobUnknown as error:
        raise NotFound from error
    return send_workbook(data, Text("核验结果", "yanzhen-batch"))


@blueprint.post("/batch/<token>/delete")
def delete(token: str) -> AnyResponse:
    """Delete a result before its time, once that was said a second time."""
    if request.form.get("sure") != "yes":
        return _shown(token, deleting=True)
    try:
        _jobs().forget(token)
    except JobUnknown:
        return _form(_GONE, status=404)
    return redirect(url_for("batch.start", deleted="yes"), 303)


@blueprint.get("/batch/template.xlsx")
def template() -> Response:
    """Give an empty list to fill in."""
    from verifier.bulk_template import write_bulk_template

    name = Text("核验名单", "yanzhen-list")
    return send_workbook(write_bulk_template(page_language(request)), name)


def _result_page(state: JobState, token: str, *, deleting: bool) -> str:
    assert state.answer is not None
    language = page_language(request)

    def told(pair: list[str]) -> str:
        return Text(*pair).say(language)

    return render_template(
        "batch_result.html",
        answer=state.answer,
        token=token,
        deleting=deleting,
        told=told,
        tones={outcome.value: tone for outcome, tone in words.TONES.items()},
        keep_minutes=_KEEP_MINUTES,
        advice=words.NOT_PROVED,
        valid=Outcome.VALID.value,
        page_rows=PAGE_ROWS,
    )


def _form(trouble: Text | None = None, *, status: int = 200, deleted: bool = False) -> AnyResponse:
    troubles = () if trouble is None else (forms.Trouble(field="file", text=trouble),)
    page = render_template(
        "batch.html",
        troubles=troubles,
        deleted=deleted,
        max_rows=MAX_BULK_ROWS,
        max_bytes=MAX_BULK_BYTES,
        too_large_list=_too_large(),
        keep_minutes=_KEEP_MINUTES,
    )
    return make_response(page, status)


def _too_large() -> Text:
    limit = MAX_BULK_BYTES >> 20
    return Text(f"文件超过 {limit} MB，请拆分", f"the file has more than {limit} MB; split it")


def _jobs() -> BulkJobs:
    jobs: Any = current_app.extensions["yanzhen_bulk"]
    assert isinstance(jobs, BulkJobs)
    return jobs

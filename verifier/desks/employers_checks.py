"""The employers' desk: hand a list in, watch it being checked, come back to what it came to."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.bureau import the_bureau
from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.tables import Column, ColumnKind, TableSpec, read_table
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.troubles import Trouble
from accounts.uploads import takes_files
from codes.wording import Text
from registry.employer_models import EmployerCheck
from templates.downloads import send_workbook
from templates.page_language import page_language
from templates.row_ids import read_row_id
from verifier.bulk_jobs import JobsFull, JobState
from verifier.bulk_limits import MAX_BULK_BYTES, MAX_BULK_ROWS
from verifier.bulk_page import PAGE_ROWS
from verifier.bulk_template import write_bulk_template
from verifier.bulk_words import time_left
from verifier.conclusion import local_day
from verifier.desks.employer_changes import EVENTS, changed_since
from verifier.desks.employer_checks import (
    KEPT_FOR,
    RUNNING,
    answer_of,
    begin_check,
    checks_of,
    collect,
    delete_check,
    find_check,
    look_at,
    workbook_of,
)
from verifier.desks.employers_room import found_or_404, own_id, the_room
from verifier.many_files import shown
from verifier.site import words
from verifier.verdict import Outcome, Status

blueprint = Blueprint("employer_checks", __name__, url_prefix="/employer")

Answer = Response | str | tuple[str, int]
_LIST: Final = TableSpec(
    columns=(
        Column(key="made_at", text=Text("提交日期", "Handed in"), kind=ColumnKind.DATE),
        Column(key="file", text=Text("名单", "List")),
        Column(key="state", text=Text("状态", "State")),
        Column(key="rows", text=Text("行数", "Rows"), kind=ColumnKind.NUMBER),
        Column(key="off", text=Text("需留意", "To look at"), kind=ColumnKind.NUMBER),
        Column(key="watch", text=Text("变动提醒", "Alerts")),
        Column(key="keep_until", text=Text("保存至", "Kept until"), kind=ColumnKind.DATE),
    ),
    size=20,
)
STATES: Final = {
    RUNNING: ("note", Text("核验中", "being checked")),
    "done": ("good", Text("已完成", "done")),
    "refused": ("warn", Text("名单不能核验", "list not usable")),
    "lost": ("bad", Text("中途停止", "broken off")),
}
_WAITING: Final = Text(
    "等待核验：轮到这一份名单时先读取，再逐行核验，逐行的进度届时显示在这里",
    "Waiting: when its turn comes the list is read, then checked row by row; progress shows here",
)
_MOST_STEM: Final = 60
_REPEATED: Final = "repeated"
_MOST_CHANGED: Final = 20  # certificates that a page names; all are among the alerts
_CHECKING: Final = Text("正在逐行核验，已完成行数", "Checking row by row; rows done")
_NO_FILE: Final = Text(
    "请选择名单文件（.xlsx 或 .csv）", "Choose the list, an .xlsx or a .csv file"
)
_EMPTY: Final = Text("所选文件是空的", "the file that was chosen is empty")
_FULL: Final = Text(
    "正在核验的名单较多，这一份没有开始；请等前面的名单核验完再提交。",
    "Too many lists are being checked; this one was not begun. Wait for the earlier ones.",
)
_TOO_LARGE: Final = Text(
    f"文件超过 {MAX_BULK_BYTES >> 20} MB，请拆分后提交",
    f"the file has more than {MAX_BULK_BYTES >> 20} MB; split it",
)


@blueprint.get("/checks")
@allow(Role.EMPLOYER)
def checks() -> Answer:
    """Show the form for a list, and the lists checked before."""
    return _list_page()


@blueprint.post("/checks")
@allow(Role.EMPLOYER)
@takes_files(MAX_BULK_BYTES)
def hand_in() -> Answer:
    """Begin to check a list, and lead to its page."""
    part = request.files.get("file")
    data = b"" if part is None else part.stream.read(MAX_BULK_BYTES + 1)
    if part is None or not part.filename:
        return _list_page(Trouble(field="file", text=_NO_FILE))
    if not data:
        return _list_page(Trouble(field="file", text=_EMPTY))
    if len(data) > MAX_BULK_BYTES:
        return _list_page(Trouble(field="file", text=_TOO_LARGE))
    name = shown(part.filename.replace("\\", "/").rpartition("/")[2])
    watch = request.form.get("watch") == "yes"
    try:
        check_id = begin_check(the_room(), own_id(), data, name, watch=watch)
    except JobsFull:
        return _list_page(Trouble(field="file", text=_FULL))
    _note("employer.check", check_id, "提交核验名单")
    say_done(
        Text("名单已收到，正在逐行核验", "The list was received and is being checked row by row")
    )
    return redirect(url_for("employer_checks.check", check_id=check_id), 303)


@blueprint.get("/checks/template.xlsx")
@allow(Role.EMPLOYER)
def template() -> Response:
    """Send an empty list to be filled in."""
    name = Text("核验名单", "yanzhen-list")
    return send_workbook(write_bulk_template(page_language(request)), name)


@blueprint.get("/checks/<int:check_id>")
@allow(Role.EMPLOYER)
def check(check_id: int) -> Answer:
    """Show how far a check is, or what it came to."""
    return _check_page(_found(check_id))


def _check_page(row: EmployerCheck, *troubles: Trouble) -> Answer:
    room = the_room()
    row = collect(room, row)
    if row.state == RUNNING:
        state = look_at(room, row)
        return render_template(
            "desk/employer_running.html",
            row=row,
            file=answer_of(room, row).get("file", ""),
            state=state,
            text=progress_words(state),
        )
    answer = {} if row.state == "lost" else _read_answer(row)
    language = page_language(request)

    def told(pair: list[str]) -> str:
        return Text(*pair).say(language)

    said = read_row_id(request.args.get("only", ""))
    repeated = answer.get("repeated", {"count": 0, "shown": ()})
    of_repeated = request.args.get("only") == _REPEATED
    counts = answer.get("counts", [])
    only = counts[said - 1] if said and said <= len(counts) else None
    page = render_template(
        "desk/employer_check.html",
        row=row,
        answer=answer,
        only=only,
        repeated=repeated["count"],
        of_repeated=of_repeated,
        listed=repeated["shown"]
        if of_repeated
        else [
            one for one in answer.get("shown", []) if only is None or one["summary"] == only["text"]
        ][:PAGE_ROWS],
        told=told,
        states=STATES,
        tones={outcome.value: tone for outcome, tone in words.TONES.items()},
        valid=Outcome.VALID.value,
        changed=changed_since(room, row, answer.get("watched", ())),
        events=EVENTS,
        status=Status,
        most_changed=_MOST_CHANGED,
        troubles=troubles,
    )
    return (page, 422) if troubles else page


@blueprint.get("/checks/<int:check_id>/progress")
@allow(Role.EMPLOYER)
def progress(check_id: int) -> Response:
    """Tell the page's script how far a check is."""
    state = look_at(the_room(), _found(check_id))
    running = state is not None and state.answer is None
    text = progress_words(state).say(page_language(request))
    told: dict[str, Any] = {"state": RUNNING if running else "over", "text": text}
    if state is not None:
        told |= {"done": state.done, "total": state.total}
    return jsonify(told)


@blueprint.get("/checks/<int:check_id>/result.xlsx")
@allow(Role.EMPLOYER)
def workbook(check_id: int) -> Response:
    """Send the result as a workbook."""
    row = _found(check_id)
    language = page_language(request)
    data = workbook_of(the_room(), row, language)
    found_or_404(data)
    _note("employer.result", row.id, "下载核验结果")
    name = _result_name(answer_of(the_room(), row)["file"], local_day(row.made_at))
    return send_workbook(data or b"", name)


@blueprint.post("/checks/<int:check_id>/delete")
@allow(Role.EMPLOYER)
def delete(check_id: int) -> Answer:
    """Delete a check before its time, once that was confirmed."""
    row = _found(check_id)
    if not is_ticked():
        return _check_page(row, Trouble(field=SURE, text=UNTICKED))
    _note("employer.delete", row.id, "提前删除核验结果")
    delete_check(the_room(), row)
    say_done(Text("核验结果已删除", "The check is deleted"))
    return redirect(url_for("employer_checks.checks"), 303)


def _result_name(file: str, day: date) -> Text:
    """Return what a result is kept as: by the list it is of and the day, of safe characters."""
    stem = file.rpartition(".")[0] or file
    safe = "".join(char if char.isalnum() or char in "-_" else "_" for char in stem)
    short = safe.strip("_")[:_MOST_STEM] or "-"
    return Text(f"核验结果-{short}-{day}", f"check-result-{short}-{day}")


def progress_words(state: JobState | None) -> Text:
    """Return what the page says of how far a check is; the rows done follow it."""
    if state is None or not state.total:
        return _WAITING
    left = time_left(state.minutes_left, slowed=state.slowed)
    return Text(f"{left.zh}{_CHECKING.zh}", f"{left.en} {_CHECKING.en}".strip())


def _read_answer(row: EmployerCheck) -> dict[str, Any]:
    _note("employer.result", row.id, "查看核验结果")
    return answer_of(the_room(), row)


def _note(act: str, check_id: int, ground: str) -> None:
    the_bureau().note(the_person().name, act, f"employer check {check_id}", ground)


def _found(check_id: int) -> EmployerCheck:
    row = find_check(the_room(), own_id(), check_id)
    found_or_404(row)
    assert row is not None
    return row


def _list_page(*troubles: Trouble) -> Answer:
    table = read_table(request.args, _LIST)
    rows, total = checks_of(the_room(), own_id(), offset=table.offset, limit=table.size)
    page = render_template(
        "desk/employer_checks.html",
        table=table,
        rows=rows,
        files={row.id: answer_of(the_room(), row).get("file", "") for row in rows},
        total=total,
        states=STATES,
        troubles=troubles,
        watch=request.form.get("watch", "yes" if request.method == "GET" else "") == "yes",
        most_rows=MAX_BULK_ROWS,
        most_mb=MAX_BULK_BYTES >> 20,
        kept_days=KEPT_FOR.days,
    )
    return (page, 422) if troubles else page

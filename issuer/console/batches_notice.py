"""The public notice of a batch on the screen, as a page to put up, and the objections to it."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from codes.assessment_rules import Figure
from codes.levels import Level
from codes.occupations import occupation_by_code
from codes.wording import Text
from issuer.batch_candidates import find_course
from issuer.batch_closing import put_up, settle
from issuer.batch_notice import (
    OBJECTABLE,
    Outcome,
    last_day,
    note_objection,
    objections_of,
    read_notice,
    words_of_objection,
)
from issuer.batch_states import DraftState
from issuer.body_settings import Step, figure_of, settings_of, skipping
from issuer.console.batches_forms import Trouble
from issuer.console.batches_issued import issued_notice
from issuer.console.batches_room import (
    DESK,
    blueprint,
    note_reading,
    own_prefix,
    page,
    the_draft,
    the_room,
)
from issuer.console.batches_scores import check_now
from issuer.console.batches_steps import may_examine
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from registry.batch_models import BatchDraft
from registry.session import reading

_MOST_TEXT = 1000
_NO_DAY = Text("请选择日期", "choose a day")
_NO_TEXT = Text(f"请填写，{_MOST_TEXT} 字以内", f"write at most {_MOST_TEXT} characters")
_BAD_DAYS = Text("日期应写成 2027-01-01 的样子", "Write each day as 2027-01-01")


@blueprint.get("/<int:draft_id>/notice")
@allow(*DESK)
def notice(draft_id: int) -> str:
    """Show the public notice of a batch, and its objections."""
    draft = the_draft(the_room(), draft_id)
    return issued_notice(draft) if draft.key_sealed is None else _page(draft, (), {})


def _page(draft: BatchDraft, troubles: tuple[Trouble, ...], typed: dict[str, str]) -> str:
    room = the_room()
    note_reading(room, "batch.notice", draft)
    today = shanghai_day(room.clock())
    with reading(room.desks) as session:
        course = find_course(session, draft)
        found = read_notice(room, draft, course) if course is not None else None
        settings = settings_of(session, draft.prefix)
        wanted = figure_of(settings, Figure.NOTICE_WORKING_DAYS, today)
        objections = [
            (one, words_of_objection(room, draft, one)) for one in objections_of(session, draft.id)
        ]
    tomorrow = today + timedelta(days=1)
    offered = {
        "first": tomorrow.isoformat(),
        "last": last_day(tomorrow, wanted).isoformat(),
        "received": today.isoformat(),
    }
    return page(
        room,
        draft,
        "batch_notice.html",
        troubles=troubles,
        typed={**offered, **typed},
        notice=found,
        skipped=skipping(settings, Step.NOTICE),
        begun=found is not None and found.first <= today,
        over=found is not None and found.last < today,
        wanted=wanted,
        objections=objections,
        course=course,
        outcomes=[(one.value, one.text) for one in Outcome],
        may_examine=may_examine(draft),
        may_object=DraftState(draft.state) in OBJECTABLE
        and the_person().is_one_of(Role.BODY_CLERK)
        and found is not None,
        outcome_text={one.value: one.text for one in Outcome},
    )


@blueprint.get("/<int:draft_id>/notice/print")
@allow(*DESK)
def notice_print(draft_id: int) -> str:
    """Show the notice as it is put up: who passed, days, where to object; the reading is noted."""
    room = the_room()
    draft = the_draft(room, draft_id)
    with reading(room.desks) as session:
        course = find_course(session, draft)
        found = read_notice(room, draft, course) if course is not None else None
    if found is None:
        abort(404)
    note_reading(room, "batch.notice", draft)
    with room.desk(draft.prefix, dry_run=True) as desk:
        body, address = desk.site.body.name, desk.site.address
    return render_template(
        "desk/batch_notice_print.html",
        draft=draft,
        notice=found,
        body=body,
        address=address,
        complaints=f"{room.public_url.rstrip('/')}/complaints" if room.public_url else "",
        job_names={code: _job_name(code) for code in {one.occupation for one in found.lines}},
        level_names={level.zh: level.text for level in Level},
    )


def _job_name(code: str) -> Text:
    if not code:
        return Text("", "")
    job = occupation_by_code(code)
    return Text(job.zh, job.en)


def _day(name: str, troubles: list[Trouble]) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        troubles.append(Trouble(field=name, text=_NO_DAY))
        return date.min


def _days_off(troubles: list[Trouble]) -> list[date]:
    words = re.split(r"[\s,，、]+", request.form.get("holidays", "").strip())
    try:
        return sorted({date.fromisoformat(word) for word in words if word})
    except ValueError:
        troubles.append(Trouble(field="holidays", text=_BAD_DAYS))
        return []


@blueprint.post("/<int:draft_id>/notice")
@allow(Role.BODY_CLERK)
def put_up_notice(draft_id: int) -> Response | tuple[str, int]:
    """Put the names of a batch up."""
    room = the_room()
    draft = the_draft(room, draft_id)
    troubles: list[Trouble] = []
    first, last, days_off = _day("first", troubles), _day("last", troubles), _days_off(troubles)
    if troubles:
        return _page(draft, tuple(troubles), request.form.to_dict()), 422
    try:
        put_up(
            room, the_person(), own_prefix(), draft_id, first=first, last=last, days_off=days_off
        )
    except IssuerError as error:
        fields = {"result_notice_days": "first", "result_notice_short": "last"}
        if error.code not in (*fields, "step_open", "draft_faulty", "draft_unchecked"):
            raise
        trouble = Trouble(field=fields.get(error.code, ""), text=error.text)
        return _page(draft, (trouble,), request.form.to_dict()), 422
    say_done(Text("公示已登记", "The notice is on record"))
    return redirect(url_for("batches.notice", draft_id=draft_id), 303)


@blueprint.post("/<int:draft_id>/objections")
@allow(Role.BODY_CLERK)
def object_to(draft_id: int) -> Response | tuple[str, int]:
    """Note an objection as it was received."""
    room = the_room()
    draft = the_draft(room, draft_id)
    troubles: list[Trouble] = []
    received_on = _day("received", troubles)
    texts = {name: _text(name, troubles) for name in ("sender", "text")}
    if troubles:
        return _page(draft, tuple(troubles), request.form.to_dict()), 422
    note_objection(room, the_person(), own_prefix(), draft_id, received_on=received_on, **texts)
    note_reading(room, "batch.objection", draft)
    say_done(Text("异议已登记", "The objection is on record"))
    return redirect(url_for("batches.notice", draft_id=draft_id), 303)


def _text(name: str, troubles: list[Trouble]) -> str:
    text = request.form.get(name, "").strip()
    if not 1 <= len(text) <= _MOST_TEXT:
        troubles.append(Trouble(field=name, text=_NO_TEXT))
    return text


@blueprint.post("/<int:draft_id>/objections/<int:objection_id>")
@allow(Role.BODY_CLERK)
def settle_one(draft_id: int, objection_id: int) -> Response | tuple[str, int]:
    """Settle an objection with what was found."""
    room = the_room()
    draft = the_draft(room, draft_id)
    troubles: list[Trouble] = []
    answer = _text("answer", troubles)
    outcome = request.form.get("outcome", "")
    if outcome not in set(Outcome):
        text = Text("请选择处理结果", "choose how it was settled")
        troubles.append(Trouble(field="outcome", text=text))
    row = request.form.get("row", "").strip()
    if row and not (row.isascii() and row.isdigit() and len(row) <= 7):
        troubles.append(Trouble(field="row", text=Text("请填名册行号", "a row of the roster")))
    if troubles:
        return _page(draft, tuple(troubles), request.form.to_dict()), 422
    try:
        settle(
            room,
            the_person(),
            own_prefix(),
            draft_id,
            objection_id,
            outcome=Outcome(outcome),
            answer=answer,
            row=int(row) if row else None,
        )
    except IssuerError as error:
        if error.code == "objection_settled":
            abort(404)
        if error.code != "objection_row":
            raise
        trouble = Trouble(field="row", text=error.text)
        return _page(draft, (trouble,), request.form.to_dict()), 422
    check_now(draft_id)
    say_done(Text("异议处理结果已登记", "What came of the objection is noted"))
    return redirect(url_for("batches.notice", draft_id=draft_id), 303)

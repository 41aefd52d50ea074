"""The public notice of a batch on the screen, and as a page to put up."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.spoken import spoken_day
from codes.assessment_rules import Figure
from codes.levels import Level
from codes.occupations import occupation_by_code
from codes.wording import Text
from issuer.batch_candidates import find_course, read_candidates
from issuer.batch_closing import put_up
from issuer.batch_notice import (
    Notice,
    changed_since,
    last_day,
    read_notice,
    standing_lines,
    void_notice,
)
from issuer.batch_objections import (
    OBJECTABLE,
    Outcome,
    may_reopen,
    row_text,
    told_objections,
)
from issuer.batch_room import BatchRoom
from issuer.batch_states import DraftState
from issuer.body_settings import Step, figure_of, settings_of, skipping, who_settled
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
from issuer.console.batches_steps import may_examine
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from registry.batch_models import BatchDraft
from registry.session import reading

_NO_DAY = Text("请选择日期", "choose a day")
_PUTTING_UP = frozenset({"first", "last", "holidays", ""})
_BAD_DAYS = Text("日期应写成 2027-01-01 的样子", "Write each day as 2027-01-01")


@blueprint.get("/<int:draft_id>/notice")
@allow(*DESK)
def notice(draft_id: int) -> str:
    """Show the public notice of a batch, and its objections."""
    draft = the_draft(the_room(), draft_id)
    return issued_notice(draft) if draft.key_sealed is None else notice_page(draft, (), {})


def notice_page(draft: BatchDraft, troubles: tuple[Trouble, ...], typed: dict[str, str]) -> str:
    """Return the page of a batch's notice and objections, with what was typed."""
    room = the_room()
    note_reading(room, "batch.notice", draft)
    today = shanghai_day(room.clock())
    with reading(room.desks) as session:
        course = find_course(session, draft)
        found = read_notice(room, draft, course) if course is not None else None
        standing = () if found is None else standing_lines(room, session, draft, found)
        people = read_candidates(room, session, draft) if found is not None else []
        settings = settings_of(session, draft.prefix)
        wanted = figure_of(settings, Figure.NOTICE_WORKING_DAYS, today)
        skipped = skipping(settings, Step.NOTICE)
        skipped_by = skipped and who_settled(session, skipped)
    objections = told_objections(room, draft)
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
        changed=None if found is None else changed_since(room, draft, found, people),
        skipped=skipped,
        skipped_by=skipped_by,
        begun=found is not None and found.first <= today,
        over=found is not None and found.last < today,
        wanted=wanted,
        objections=objections,
        course=course,
        outcomes=[(one.value, one.text) for one in Outcome],
        standing=len(standing),
        people=[(one.row, row_text(one.row, one.name)) for one in people],
        mine={one.id for one, _ in objections if may_reopen(the_person(), one)},
        again=any(one.field in _PUTTING_UP for one in troubles),
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
        lines = standing_lines(room, session, draft, found)
    note_reading(room, "batch.notice", draft)
    with room.desk(draft.prefix, dry_run=True) as desk:
        body, address = desk.site.body.name, desk.site.address
    return render_template(
        "desk/batch_notice_print.html",
        draft=draft,
        notice=found,
        lines=lines,
        corrected=_corrected(room, draft, found),
        changed=void_notice(room, draft),
        body=body,
        address=address,
        complaints=f"{room.public_url.rstrip('/')}/complaints" if room.public_url else "",
        job_names={code: _job_name(code) for code in {one.occupation for one in lines}},
        level_names={level.zh: level.text for level in Level},
    )


def _corrected(room: BatchRoom, draft: BatchDraft, notice: Notice) -> bool:
    """Return whether an objection left somebody out once the notice was up."""
    return any(
        words.moved is not None
        and one.settled_at is not None
        and shanghai_day(one.settled_at) >= notice.first
        for one, words in told_objections(room, draft)
    )


def _job_name(code: str) -> Text:
    if not code:
        return Text("", "")
    job = occupation_by_code(code)
    return Text(job.zh, job.en)


def read_day(name: str, troubles: list[Trouble]) -> date:
    """Return the day of a field; where there is none, that is among the troubles."""
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
    first, last, days_off = (
        read_day("first", troubles),
        read_day("last", troubles),
        _days_off(troubles),
    )
    if troubles:
        return notice_page(draft, tuple(troubles), request.form.to_dict()), 422
    try:
        put_up(
            room, the_person(), own_prefix(), draft_id, first=first, last=last, days_off=days_off
        )
    except IssuerError as error:
        fields = {"result_notice_days": "first", "result_notice_short": "last"}
        if error.code not in (*fields, "step_open", "draft_faulty", "draft_unchecked"):
            raise
        trouble = Trouble(field=fields.get(error.code, ""), text=error.text)
        return notice_page(draft, (trouble,), request.form.to_dict()), 422
    days = spoken_day(first), spoken_day(last)
    say_done(
        Text(
            f"公示已发起，自{days[0].zh}至{days[1].zh}；请打开公示页张贴或发布，收到异议的，在本页登记",
            f"The notice runs from {days[0].en} to {days[1].en}: open the page and post it, and "
            "record here the objections that come in",
        )
    )
    return redirect(url_for("batches.notice", draft_id=draft_id), 303)

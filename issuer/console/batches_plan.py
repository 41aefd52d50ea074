"""The examination plan of a batch on the screen: bank, sittings one by one, faults explained."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from typing import Final

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from accounts.next_page_notice import say_done
from accounts.roles import Role, allow
from accounts.ticked import SURE, UNTICKED, is_ticked
from codes.assessment_rules import Part
from codes.wording import Text
from issuer.batch_candidates import examining, find_course, read_left_out
from issuer.batch_plan import (
    MOST_SITTINGS,
    Plan,
    Sitting,
    change_sitting,
    figures_of,
    inspect_plan,
    needed_parts,
    put_plan,
    read_plan,
    seated_parts,
)
from issuer.batch_scores import read_scored
from issuer.body_settings import settings_of
from issuer.console.batches_forms import Trouble
from issuer.console.batches_issued import issued_plan
from issuer.console.batches_room import (
    SCORING,
    blueprint,
    note_reading,
    own_prefix,
    page,
    the_draft,
    the_room,
)
from issuer.console.batches_steps import may_examine
from issuer.desk import shanghai_day
from issuer.plan_remarks import is_for_resits, remarks_of
from registry.batch_models import BatchDraft
from registry.session import reading

_LABELS: Final = {
    "bank": Text("题库名称", "Question bank"),
    "version": Text("版本", "Version"),
    "part": Text("科目", "Part"),
    "day": Text("日期", "Day"),
    "begins": Text("开始时刻", "Begins at"),
    "ends": Text("结束时刻", "Ends at"),
    "room": Text("考场", "Room"),
    "seats": Text("座位数", "Seats"),
    "candidates": Text("安排人数", "People"),
    "examiners": Text("考评员", "Examiners"),
    "invigilators": Text("监考人员", "Invigilators"),
}
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_MOST_NAME = 60
_MOST_PEOPLE = 40
_NO_TEXT = Text(f"请填写，{_MOST_NAME} 字以内", f"write at most {_MOST_NAME} characters")
_NO_CLOCK = Text("请填写，如 09:00", "fill it in, such as 09:00")
_BAD_CLOCK = Text("请写成 09:00 的样子", "write it as 09:00")
_NO_COUNT = Text("请填 1–9999 的整数", "a whole number from 1 to 9999")
_ORDER = Text("应晚于开始时刻", "it ends after it begins")
_NO_PART = Text("请选择科目", "choose the part")
_NO_DAY = Text("请选择日期", "choose a day")
_TOO_MANY = Text(f"最多 {_MOST_PEOPLE} 人", f"{_MOST_PEOPLE} people at most")


@blueprint.get("/<int:draft_id>/plan")
@allow(*SCORING)
def plan(draft_id: int) -> str:
    """Show the examination plan of a batch."""
    draft = the_draft(the_room(), draft_id)
    return issued_plan(draft) if draft.key_sealed is None else _page(draft, (), {})


def _page(
    draft: BatchDraft,
    troubles: tuple[Trouble, ...],
    typed: dict[str, str],
    changing: str = "",
) -> str:
    """Show the plan; `changing` is the mark of the sitting that the form at its end changes."""
    room = the_room()
    today = shanghai_day(room.clock())
    with reading(room.desks) as session:
        course = find_course(session, draft)
        found = read_plan(room, draft, course) if course is not None else Plan()
        people = read_scored(room, session, draft)
        figures = figures_of(settings_of(session, draft.prefix), today)
        many = len(people) + len(read_left_out(room, session, draft))
    needed = needed_parts(people)
    remarks = remarks_of(found, many, today)
    faults, seated = inspect_plan(found, needed, figures), seated_parts(found)
    return page(
        room,
        draft,
        "batch_plan.html",
        troubles=[_named(one) if one.field in _LABELS else one for one in troubles],
        unticked=next((one.field for one in troubles if one.text is UNTICKED), ""),
        labels=_LABELS,
        changing=changing,
        typed={"bank": found.bank, "version": found.version, **typed},
        plan=found,
        course=course,
        needed=[
            (part.text, needed[part], seated[part], is_for_resits(found, part, needed[part], today))
            for part in Part
            if needed[part]
        ],
        parts_=[(part.value, part.text) for part in Part if needed[part]],
        figures=figures,
        faults=[fault for fault in faults if fault.sitting is None],
        faults_of={
            place: [fault.text for fault in faults if fault.sitting == place]
            for place in range(len(found.sittings))
        },
        remarks_of={
            place: [remark.text for remark in remarks if remark.sitting == place]
            for place in range(len(found.sittings))
        },
        may_examine=may_examine(draft),
        date_of=date.fromisoformat,
    )


def _named(trouble: Trouble) -> Trouble:
    """Return what is wrong with a field under the field's name."""
    name, text = _LABELS[trouble.field], trouble.text
    return replace(trouble, text=Text(f"{name.zh}：{text.zh}", f"{name.en}: {text.en}"))


@blueprint.post("/<int:draft_id>/plan")
@allow(Role.BODY_CLERK)
def put_bank(draft_id: int) -> Response | tuple[str, int]:
    """Keep which question bank is used, and its version."""
    troubles: list[Trouble] = []
    bank, version = (_text(name, troubles) for name in ("bank", "version"))
    draft = the_draft(the_room(), draft_id)
    if troubles:
        return _page(draft, tuple(troubles), request.form.to_dict()), 422
    say_done(Text("题库名称和版本已保存", "The question bank is saved"))
    return _change(draft, lambda found: replace(found, bank=bank, version=version))


@blueprint.post("/<int:draft_id>/plan/sittings")
@allow(Role.BODY_CLERK)
def add_sitting(draft_id: int) -> Response | tuple[str, int]:
    """Add a sitting to the plan."""
    draft, troubles = the_draft(the_room(), draft_id), list[Trouble]()
    sitting = _sitting(troubles)
    if sitting is None:
        return _page(draft, tuple(troubles), request.form.to_dict()), 422

    def add(found: Plan) -> Plan:
        return replace(found, sittings=(*found.sittings, sitting)[:MOST_SITTINGS])

    say_done(Text("已增加一场考试", "The sitting was added"))
    return _change(draft, add)


@blueprint.get("/<int:draft_id>/plan/sittings/<mark>")
@allow(Role.BODY_CLERK)
def sitting_of(draft_id: int, mark: str) -> str:
    """Show a sitting in the form that changes it."""
    room, draft = the_room(), the_draft(the_room(), draft_id)
    with reading(room.desks) as session:
        course = find_course(session, draft)
        found = read_plan(room, draft, course) if course is not None else Plan()
    one = next((one for one in found.sittings if one.mark == mark), None)
    if one is None or not may_examine(draft):
        abort(404)
    people = {name: "、".join(getattr(one, name)) for name in ("examiners", "invigilators")}
    return _page(draft, (), {**asdict(one), **people}, mark)


@blueprint.post("/<int:draft_id>/plan/sittings/<mark>")
@allow(Role.BODY_CLERK)
def put_sitting(draft_id: int, mark: str) -> Response | tuple[str, int]:
    """Change a sitting."""
    draft, troubles = the_draft(the_room(), draft_id), list[Trouble]()
    sitting = _sitting(troubles)
    if sitting is None:
        return _page(draft, tuple(troubles), request.form.to_dict(), mark), 422
    say_done(Text("这一场考试的安排已修改", "The sitting was changed"))
    return _change(draft, lambda found: change_sitting(found, mark, sitting))


@blueprint.post("/<int:draft_id>/plan/sittings/<mark>/drop")
@allow(Role.BODY_CLERK)
def drop_sitting(draft_id: int, mark: str) -> Response | tuple[str, int]:
    """Cancel a sitting, once that was confirmed."""
    draft = the_draft(the_room(), draft_id)
    if not is_ticked():
        return _page(draft, (Trouble(field=f"{SURE}-{mark}", text=UNTICKED),), {}), 422
    say_done(Text("已取消这一场考试", "The sitting was cancelled"))
    return _change(draft, lambda found: change_sitting(found, mark, None))


def _change(draft: BatchDraft, change: Callable[[Plan], Plan]) -> Response:
    room = the_room()
    with examining(room, own_prefix(), draft.id) as (_, locked, course):
        put_plan(room, locked, course, change(read_plan(room, locked, course)))
    note_reading(room, "batch.plan", draft)
    return redirect(url_for("batches.plan", draft_id=draft.id), 303)


def _text(name: str, troubles: list[Trouble]) -> str:
    text = request.form.get(name, "").strip()
    if not 1 <= len(text) <= _MOST_NAME:
        troubles.append(Trouble(field=name, text=_NO_TEXT))
    return text


def _count(name: str, troubles: list[Trouble]) -> int:
    text = request.form.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 4 and int(text)):
        troubles.append(Trouble(field=name, text=_NO_COUNT))
        return 0
    return int(text)


def _clock(name: str, troubles: list[Trouble]) -> str:
    text = request.form.get(name, "").strip().replace("：", ":").zfill(len("09:00"))
    if not _CLOCK.fullmatch(text):
        why = _BAD_CLOCK if request.form.get(name, "").strip() else _NO_CLOCK
        troubles.append(Trouble(field=name, text=why))
        return ""
    return text


def _names(name: str, troubles: list[Trouble]) -> tuple[str, ...]:
    words = re.split(r"[\s,，、;；]+", request.form.get(name, "").strip())
    found = tuple(dict.fromkeys(word[:_MOST_NAME] for word in words if word))
    if len(found) > _MOST_PEOPLE:
        troubles.append(Trouble(field=name, text=_TOO_MANY))
    return found


def _day(troubles: list[Trouble]) -> str:
    try:
        return date.fromisoformat(request.form.get("day", "")).isoformat()
    except ValueError:
        troubles.append(Trouble(field="day", text=_NO_DAY))
        return ""


def _sitting(troubles: list[Trouble]) -> Sitting | None:
    """Return the sitting of a form; None with troubles where it is none."""
    part = request.form.get("part", "")
    if part not in set(Part):
        troubles.append(Trouble(field="part", text=_NO_PART))
    day = _day(troubles)
    begins, ends = _clock("begins", troubles), _clock("ends", troubles)
    if begins and ends and ends <= begins:
        troubles.append(Trouble(field="ends", text=_ORDER))
    where = _text("room", troubles)
    seats, candidates = _count("seats", troubles), _count("candidates", troubles)
    examiners, invigilators = _names("examiners", troubles), _names("invigilators", troubles)
    if troubles:
        return None
    return Sitting(
        part=Part(part),
        day=day,
        begins=begins,
        ends=ends,
        room=where,
        seats=seats,
        candidates=candidates,
        examiners=examiners,
        invigilators=invigilators,
    )

"""Eligibility on the screen: everybody with the condition met, a sheet to fill in, a form each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.troubles import too_long
from accounts.uploads import takes_files
from codes.assessment_rules import Condition, conditions
from codes.wording import Text
from issuer.batch_candidates import Candidate, kept_of, read_candidates, shared_names
from issuer.batch_eligibility import Kept, enter, enter_sheet, read_kept, write_sheet
from issuer.console.batches_forms import Trouble
from issuer.console.batches_issued import issued_eligibility
from issuer.console.batches_room import (
    DESK,
    blueprint,
    note_reading,
    own_prefix,
    page,
    the_draft,
    the_room,
)
from issuer.console.batches_sheets import PAGE_ROWS, page_number, read_file, troubles_of
from issuer.console.batches_steps import may_examine
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.exam_columns import ExamColumn
from issuer.exam_facts import Facts
from issuer.exam_sheets import MOST_BYTES, read_exam_sheet
from registry.batch_models import BatchDraft
from registry.session import reading
from templates.downloads import send_workbook


class Judged(StrEnum):
    """What is known of somebody's eligibility."""

    MET = "met"
    UNMET = "unmet"
    OPEN = "open"

    @property
    def text(self) -> Text:
        """What it is called."""
        return _JUDGED[self]


_JUDGED = {
    Judged.MET: Text("符合", "met"),
    Judged.UNMET: Text("不符合", "not met"),
    Judged.OPEN: Text("未填写", "not entered"),
}
_MOST_FACT = 200
_NOTHING_ENTERED = (
    (
        "condition",
        Text(
            "尚未填写，没有保存；请选择申报条件", "Nothing was entered or saved; choose a condition"
        ),
    ),
    ("evidence", Text("请写明依据材料", "Name the evidence")),
)


def _shown() -> str:
    """Return which outcome the list is, or was, asked for; empty for all."""
    show = request.args.get("show", "")
    return show if show in set(Judged) else ""


def _judged(kept: Kept | None) -> Judged:
    if kept is None:
        return Judged.OPEN
    return Judged.MET if kept.met else Judged.UNMET


@blueprint.get("/<int:draft_id>/eligibility")
@allow(*DESK)
def eligibility(draft_id: int) -> str:
    """Show of everybody which condition is met, and on what evidence."""
    draft = the_draft(the_room(), draft_id)
    return issued_eligibility(draft) if draft.key_sealed is None else _list(draft, ())


def _list(draft: BatchDraft, troubles: tuple[Trouble, ...]) -> str:
    room = the_room()
    with reading(room.desks) as session:
        people = read_candidates(room, session, draft)
        kept = kept_of(session, draft)
        everybody = [(one, read_kept(room, draft, kept.get(one.person))) for one in people]
    counts = Counter(_judged(found) for _, found in everybody)
    show = _shown()
    asked = [one for one in everybody if show in ("", _judged(one[1]))]
    number, pages = page_number(len(asked))
    note_reading(room, "batch.eligibility", draft, str(number))
    rows = asked[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    day = shanghai_day(room.clock())
    known = {
        condition.name: condition
        for one, _ in rows
        if one.occupation is not None and one.level is not None
        for condition in conditions(one.occupation, one.level, day)
    }
    return page(
        room,
        draft,
        "batch_eligibility.html",
        troubles=troubles,
        rows=rows,
        shared=shared_names(people),
        everybody=len(everybody),
        show=show,
        judged=[(one.value, one.text, counts[one]) for one in Judged],
        number=number,
        pages=pages,
        conditions=known,
        may_examine=may_examine(draft),
    )


@blueprint.get("/<int:draft_id>/eligibility.xlsx")
@allow(Role.BODY_CLERK)
def eligibility_sheet(draft_id: int) -> Response:
    """Send the sheet to fill in."""
    room = the_room()
    draft = the_draft(room, draft_id)
    note_reading(room, "batch.eligibility_sheet", draft)
    name = Text(f"{draft.name}-申报条件", f"{draft.name}-eligibility")
    return send_workbook(write_sheet(room, draft), name)


@blueprint.post("/<int:draft_id>/eligibility")
@allow(Role.BODY_CLERK)
@takes_files(MOST_BYTES)
def put_eligibility(draft_id: int) -> Response | tuple[str, int]:
    """Take a filled-in sheet."""
    room = the_room()
    draft = the_draft(room, draft_id)
    try:
        lines = read_exam_sheet(read_file("sheet"), ExamColumn.ROW)
        met = enter_sheet(room, the_person(), own_prefix(), draft_id, lines)
    except IssuerError as error:
        if not error.code.startswith(("exam_", "roster_")):
            raise
        return _list(draft, troubles_of(error, "sheet")), 422
    note_reading(room, "batch.eligibility_entered", draft, str(len(lines)))
    if left := len(lines) - met:
        say_done(_some_unmet(len(lines), left), warns=True)
        return redirect(url_for("batches.eligibility", draft_id=draft_id, show=Judged.UNMET), 303)
    say_done(Text(f"申报条件表已录入 {len(lines)} 行", f"Rows of the sheet kept: {len(lines)}"))
    return redirect(url_for("batches.eligibility", draft_id=draft_id), 303)


def _some_unmet(many: int, left: int) -> Text:
    return Text(
        f"申报条件表已录入 {many} 行，其中 {left} 人不符合或未填写，见下",
        f"Rows of the sheet kept: {many}; no condition met or entered: {left}, see below",
    )


@blueprint.get("/<int:draft_id>/eligibility/<int:row>")
@allow(*DESK)
def eligibility_of(draft_id: int, row: int) -> str:
    """Show what was entered about one person, with the conditions of the level."""
    draft = the_draft(the_room(), draft_id)
    one, kept = _find(draft, row)
    facts, faults = (kept.facts, kept.faults) if kept else (Facts(), ())
    return _form(draft, one, kept, asdict(facts), faults=faults)


def _find(draft: BatchDraft, row: int) -> tuple[Candidate, Kept | None]:
    room = the_room()
    with reading(room.desks) as session:
        found = read_candidates(room, session, draft, rows=(row,))
        if not found:
            abort(404)
        kept = kept_of(session, draft, found)
        return found[0], read_kept(room, draft, kept.get(found[0].person))


def _form(
    draft: BatchDraft,
    one: Candidate,
    kept: Kept | None,
    typed: dict[str, Any],
    *,
    faults: Sequence[tuple[str, Text]] = (),
    saved: bool = False,
) -> str:
    room = the_room()
    note_reading(room, "batch.eligibility", draft, f"row {one.row}")
    day = shanghai_day(room.clock())
    offered: tuple[Condition, ...] = ()
    if one.occupation is not None and one.level is not None:
        offered = conditions(one.occupation, one.level, day)
    return page(
        room,
        draft,
        "batch_candidate.html",
        one=one,
        kept=kept,
        saved=saved,
        typed=typed,
        show=_shown(),
        conditions=[(condition, _asks(condition)) for condition in offered],
        troubles=[Trouble(field=name, text=text) for name, text in faults],
        may_examine=may_examine(draft),
    )


def _asks(condition: Condition) -> Text:
    """Return which fields a condition needs beside the evidence."""
    asked = [
        *([Text("相关年限", "years")] if condition.years is not None else []),
        *([Text("学历或职级", "degree or rank")] if condition.qualification else []),
        *([_PRIOR] if condition.certificate_level is not None else []),
        Text("依据材料", "evidence"),
    ]
    zh, en = "、".join(one.zh for one in asked), ", ".join(one.en for one in asked)
    return Text(f"须填：{zh}", f"To fill in: {en}")


_PRIOR = Text("原证书编号和发证日期", "number and date of the prior certificate")


@blueprint.post("/<int:draft_id>/eligibility/<int:row>")
@allow(Role.BODY_CLERK)
def put_eligibility_of(draft_id: int, row: int) -> Response | tuple[str, int]:
    """Keep what was entered about one person; what is not met is shown beside its fields."""
    room = the_room()
    draft = the_draft(room, draft_id)
    one, kept = _find(draft, row)
    names = asdict(Facts())
    facts = Facts(**{name: request.form.get(name, "").strip() for name in names})
    long = too_long(asdict(facts), **dict.fromkeys(names, _MOST_FACT))
    if long:
        faults = [(one.field, one.text) for one in long]
        return _form(draft, one, kept, asdict(facts), faults=faults), 422
    if facts.is_empty:
        return _form(draft, one, kept, asdict(facts), faults=_NOTHING_ENTERED), 422
    enter(room, the_person(), own_prefix(), draft_id, {row: facts})
    note_reading(room, "batch.eligibility_entered", draft, f"row {row}")
    one, kept = _find(draft, row)
    if kept is not None and not kept.met:
        typed = asdict(kept.facts)
        return _form(draft, one, kept, typed, faults=kept.faults, saved=True), 422
    say_done(Text(f"第 {row} 行的申报条件已保存", f"What was entered of row {row} is saved"))
    show = _shown() or None
    left = _others(draft, row, Judged(show or Judged.OPEN))
    if not left:
        show = None  # the list they came from is empty now
    elif request.form.get("then") == "next":
        following = next((one for one in left if one > row), left[0])
        place = url_for("batches.eligibility_of", draft_id=draft_id, row=following, show=show)
        return redirect(place, 303)
    return redirect(url_for("batches.eligibility", draft_id=draft_id, show=show), 303)


def _others(draft: BatchDraft, row: int, judged: Judged) -> list[int]:
    """Return the rows of all others of this outcome."""
    room = the_room()
    with reading(room.desks) as session:
        people = read_candidates(room, session, draft)
        kept = kept_of(session, draft)
    return [
        one.row
        for one in people
        if one.row != row and _judged(read_kept(room, draft, kept.get(one.person))) is judged
    ]

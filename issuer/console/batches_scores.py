"""Scores on the screen: a grid to type into, a sheet to hand in, what is odd, and closing them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from accounts.marked import MarkedCell, MarkedRow
from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.uploads import takes_files
from codes.assessment_rules import Part
from codes.wording import Text
from issuer.batch_candidates import Candidate, find_course, shared_names
from issuer.batch_carried import Term, carried_texts, entry_text, term_of
from issuer.batch_checks import check_soon
from issuer.batch_closing import (
    close_scores,
    own_rows,
    reopen_scores,
    write_left_out,
)
from issuer.batch_plan import odd_scores
from issuer.batch_resit import list_resits, people_of_resits, read_resitters
from issuer.batch_room import BatchRoom
from issuer.batch_scores import (
    PLACES,
    Scored,
    Standing,
    enter,
    enter_sheet,
    mark_columns,
    read_scored,
    write_sheet,
)
from issuer.batch_told import left_out_lines, sums_of
from issuer.console.batches_forms import Trouble
from issuer.console.batches_issued import issued_scores
from issuer.console.batches_room import (
    SCORING,
    blueprint,
    note_reading,
    own_prefix,
    page,
    the_draft,
    the_room,
)
from issuer.console.batches_sheets import (
    PAGE_ROWS,
    SCORE_HEADINGS,
    page_number,
    read_file,
    troubles_of,
)
from issuer.console.batches_steps import may_examine
from issuer.errors import IssuerError
from issuer.exam_columns import ExamColumn
from issuer.exam_sheets import MOST_BYTES, LineFault, LinesRefused, read_exam_sheet
from issuer.odd_scores import Odd
from registry.batch_models import BatchDraft
from registry.session import reading
from templates.downloads import send_workbook
from templates.page_language import page_language

_FIELD = "mark-{row}-{part}-{attempt}"
_FIELDS = re.compile(r"mark-([0-9]{1,7})-([a-z]{1,10})-([12])")
_ODD_SHOWN = 50
_BEFORE = (Text("姓名", "Name"), Text("级别", "Level"))
_OUTCOME = Text("结果", "Outcome")
_NOTHING: Mapping[str, str] = MappingProxyType({})
_TONES = {Standing.PASSED: "good", Standing.PENDING: "warn", Standing.FAILED: "bad"}


@blueprint.get("/<int:draft_id>/scores")
@allow(*SCORING)
def scores(draft_id: int) -> str:
    """Show the scores of a batch; of an issued one those that certificates rest on."""
    draft = the_draft(the_room(), draft_id)
    return issued_scores(draft) if draft.key_sealed is None else _grid(draft)


def _grid(
    draft: BatchDraft,
    troubles: tuple[Trouble, ...] = (),
    typed: Mapping[str, str] = _NOTHING,
    faults: Sequence[LineFault] = (),
) -> str:
    room = the_room()
    number, pages = page_number(draft.rows)
    note_reading(room, "batch.scores", draft, str(number))
    with reading(room.desks) as session:
        course = find_course(session, draft)
        people = read_scored(room, session, draft)
        odd = [] if course is None else odd_scores(room, session, draft, course, people)
        term = term_of(session, draft.prefix, room.clock())
    parts = {rule.part: rule for one in people for rule in one.rules}
    columns = mark_columns(people)
    closed = course is not None and course.scores_closed_at is not None
    entering = may_examine(draft, Role.EXAMINER) and course is not None and not closed
    shown = people[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    shared = shared_names([one.candidate for one in people])
    wrong = {(fault.row, fault.column): fault.text for fault in faults}
    clerk = the_person().is_one_of(Role.BODY_CLERK)
    counts = dict.fromkeys(Standing, 0)
    for one in people:
        counts[one.standing] += 1
    return page(
        room,
        draft,
        "batch_scores.html",
        troubles=(*troubles, *(_told(fault, columns) for fault in faults)),
        unticked=any(one.text is UNTICKED for one in troubles),
        refused=bool(faults),
        course=course,
        closed=closed,
        rules=list(parts.values()),
        headings=[*_BEFORE, *(SCORE_HEADINGS[column] for column in columns), _OUTCOME],
        rows=[
            _marked(one, shared, columns, odd, typed, wrong, term, editable=entering)
            for one in shown
        ],
        counts=[
            (one.text, count, _TONES.get(one, "calm")) for one, count in counts.items() if count
        ],
        pending=counts[Standing.PENDING],
        odd=odd[:_ODD_SHOWN],
        odd_count=len(odd),
        left_out=left_out_lines(room, draft),
        sums=sums_of(room, draft),
        carried=carried_texts(room, draft),
        resitting=_is_left_to_resit(room, draft) if clerk else False,
        made=list_resits(room, draft),
        number=number,
        pages=pages,
        entering=entering,
        own_count=len(own_rows(the_person(), people)),
        may_examine=may_examine(draft),
    )


def _is_left_to_resit(room: BatchRoom, draft: BatchDraft) -> bool:
    with reading(room.desks) as session:
        begun = people_of_resits(session, draft)
    return any(one.person not in begun for one in read_resitters(room, draft))


def odd_of(room: BatchRoom, draft: BatchDraft) -> list[Odd]:
    """Return what is odd about the scores of a batch, for whoever approves it."""
    with reading(room.desks) as session:
        course = find_course(session, draft)
        if draft.key_sealed is None or course is None:
            return []
        people = read_scored(room, session, draft)
        return odd_scores(room, session, draft, course, people)[:_ODD_SHOWN]


def _called(one: Candidate, shared: Collection[str]) -> str:
    """Return whose row it is: a namesake with the end of the document number."""
    end = one.masked_to_end.lstrip("*")
    if one.name not in shared or not end:
        return one.name
    told = Text(f"{one.name}（尾号 {end}）", f"{one.name} (…{end})")
    return told.say(page_language(request))


def _marked(
    one: Scored,
    shared: Collection[str],
    columns: list[ExamColumn],
    odd: list[Odd],
    typed: Mapping[str, str],
    wrong: Mapping[tuple[int, str], Text],
    term: Term,
    *,
    editable: bool,
) -> MarkedRow:
    row = one.candidate.row
    own = {rule.part for rule in one.rules}
    language, level = page_language(request), one.candidate.level
    cells = [
        MarkedCell(value=_called(one.candidate, shared)),
        MarkedCell(value=level.text.say(language) if level else ""),
    ]
    for column in columns:
        part, attempt = PLACES[column]
        name = _FIELD.format(row=row, part=part.value, attempt=attempt)
        value = typed.get(name, one.scores.text(part, attempt))
        why = wrong.get((row, column.value))
        open_ = editable and (part in own or why is not None)
        entry = one.scores.entry(part, attempt)
        told = entry_text(entry, term) if entry is not None and entry.source else None
        cells.append(
            MarkedCell(
                value=value,
                trouble=why or told,
                warning=why is None,
                field=name if open_ else "",
            )
        )
    words = [found.text for found in odd if found.row == row]
    said = one.standing.text.say(language)
    trouble = (
        Text("；".join(t.zh for t in words), "; ".join(t.en for t in words)) if words else None
    )
    cells.append(MarkedCell(value=said[:1].upper() + said[1:], trouble=trouble, warning=True))
    return MarkedRow(number=row, cells=cells)


def _told(fault: LineFault, columns: list[ExamColumn]) -> Trouble:
    """Return a fault as the list above the grid tells it, with the cell it leads to, if shown."""
    column = ExamColumn(fault.column)
    place = (
        f"cell-{fault.row}-{len(_BEFORE) + columns.index(column) + 1}" if column in columns else ""
    )
    said = fault.whole
    en = said.en.replace(f"“{column}”", SCORE_HEADINGS[column].en)
    return Trouble(field=place, text=Text(said.zh, en))


@blueprint.get("/<int:draft_id>/scores.xlsx")
@allow(Role.BODY_CLERK, Role.EXAMINER)
def scores_sheet(draft_id: int) -> Response:
    """Send the sheet to fill in."""
    room = the_room()
    draft = the_draft(room, draft_id)
    note_reading(room, "batch.scores_sheet", draft)
    name = Text(f"{draft.name}-成绩", f"{draft.name}-scores")
    return send_workbook(write_sheet(room, draft), name)


@blueprint.get("/<int:draft_id>/left-out.xlsx")
@allow(Role.BODY_CLERK)
def left_out_sheet(draft_id: int) -> Response:
    """Send the roster of those who do not go on, to begin another batch with."""
    room = the_room()
    draft = the_draft(room, draft_id)
    note_reading(room, "batch.left_out", draft)
    name = Text(f"{draft.name}-未通过", f"{draft.name}-not-passed")
    return send_workbook(write_left_out(room, draft), name)


@blueprint.post("/<int:draft_id>/scores")
@allow(Role.BODY_CLERK, Role.EXAMINER)
def put_scores(draft_id: int) -> Response | tuple[str, int]:
    """Keep the marks typed into the grid."""
    room = the_room()
    draft = the_draft(room, draft_id)
    typed: dict[int, dict[tuple[Part, int], str]] = {}
    for name, text in request.form.items():
        match = _FIELDS.fullmatch(name)
        if match is not None and match[2] in set(Part):
            typed.setdefault(int(match[1]), {})[Part(match[2]), int(match[3])] = text
    try:
        changed = enter(room, the_person(), own_prefix(), draft_id, typed)
    except LinesRefused as error:
        return _grid(draft, typed=request.form, faults=error.faults), 422
    except IssuerError as error:
        return _refused(draft, error, "troubles")
    note_reading(room, "batch.scores_entered", draft, str(changed))
    say_done(_kept(changed))
    place = request.args.get("page", "1")
    return redirect(url_for("batches.scores", draft_id=draft_id, page=place), 303)


@blueprint.post("/<int:draft_id>/scores/sheet")
@allow(Role.BODY_CLERK, Role.EXAMINER)
@takes_files(MOST_BYTES)
def put_scores_sheet(draft_id: int) -> Response | tuple[str, int]:
    """Take a filled-in sheet."""
    room = the_room()
    draft = the_draft(room, draft_id)
    try:
        lines = read_exam_sheet(read_file("sheet"), ExamColumn.ROW)
        changed = enter_sheet(room, the_person(), own_prefix(), draft_id, lines)
    except IssuerError as error:
        return _refused(draft, error, "sheet")
    note_reading(room, "batch.scores_entered", draft, str(changed))
    say_done(_kept(changed))
    return redirect(url_for("batches.scores", draft_id=draft_id), 303)


def _kept(changed: int) -> Text:
    return Text(f"成绩已保存，新录入或改动 {changed} 项", f"Marks saved, new or changed: {changed}")


def _refused(draft: BatchDraft, error: IssuerError, field: str) -> tuple[str, int]:
    if not error.code.startswith(("exam_", "roster_", "scores_", "step_open")):
        raise error
    return _grid(draft, troubles_of(error, field), request.form), 422


@blueprint.post("/<int:draft_id>/scores/close")
@allow(Role.BODY_CLERK)
def close(draft_id: int) -> Response | tuple[str, int]:
    """Close the scores; those who did not pass are left out."""
    room = the_room()
    draft = the_draft(room, draft_id)
    seen = request.form.get("seen") == "yes"
    try:
        passed = close_scores(room, the_person(), own_prefix(), draft_id, seen=seen)
    except IssuerError as error:
        return _refused(draft, error, "seen" if error.code == "scores_odd" else "")
    check_now(draft_id)
    say_done(Text(f"成绩已确认，合格 {passed} 人", f"The scores are closed; passed: {passed}"))
    return redirect(url_for("batches.scores", draft_id=draft_id), 303)


@blueprint.post("/<int:draft_id>/scores/reopen")
@allow(Role.BODY_CLERK)
def reopen(draft_id: int) -> Response | tuple[str, int]:
    """Open closed scores again, once that was confirmed."""
    room = the_room()
    draft = the_draft(room, draft_id)
    if not is_ticked():
        return _grid(draft, (Trouble(field=SURE, text=UNTICKED),)), 422
    reopen_scores(room, the_person(), own_prefix(), draft_id)
    check_now(draft_id)
    say_done(Text("成绩已重新打开，可以补录", "The scores are open again"))
    return redirect(url_for("batches.scores", draft_id=draft_id), 303)


def check_now(draft_id: int) -> None:
    """Check a batch whose rows changed."""
    check_soon(the_room(), own_prefix(), draft_id)

"""The evaluators' desk: the batches of a body, a new one, and the page of each."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.next_page_notice import say_done
from accounts.page_words import Place
from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.tables import Column, ColumnKind, Filter, FilterKind, TableSpec, read_table
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.uploads import takes_files
from codes.wording import Language, Text
from issuer.batch_checks import JUDGING, check_soon, is_held
from issuer.batch_deleting import find_deleted, throw_away
from issuer.batch_drafts import begin, fill, list_drafts
from issuer.batch_filing import follow_filing, stops_of
from issuer.batch_printing import PRINTING, is_printing, print_files
from issuer.batch_resit import list_resits
from issuer.batch_room import BatchRoom
from issuer.batch_runner import has_runner
from issuer.batch_states import DraftState
from issuer.batch_told import removed_text, resit_warning, sums_of
from issuer.columns import MAX_FILE_BYTES
from issuer.console import (
    batches_acts,
    batches_deleting,
    batches_eligibility,
    batches_files,
    batches_notice,
    batches_objections,
    batches_photos,
    batches_plan,
    batches_resit,
    batches_rows,
    batches_scores,
    batches_steps,
    batches_upload,
)
from issuer.console.batches_deleting import ASKED, DELETED, OF_GROUND, deletion_of
from issuer.console.batches_forms import Entry, Trouble, read_entry, read_upload
from issuer.console.batches_next import are_done, lines_of, next_of
from issuer.console.batches_room import (
    DESK,
    SCORING,
    TO_UPLOAD,
    blueprint,
    is_editable,
    note_reading,
    own_prefix,
    page,
    the_draft,
    the_room,
    to_batch,
    tone_of,
)
from issuer.console.batches_waiting import next_for_examiners
from issuer.console.batches_words import BROKEN_OFF, NOBODY, OWN_PHASES
from issuer.console.certificates_pending import holder_counter
from issuer.console.certificates_show import TONES
from issuer.copy_list import AWARD_WORDS
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.handover_codes import CodesMade, codes_made
from issuer.issued_rows import list_issued, masked_names
from issuer.issuing import Phase
from issuer.progress import PHASE_NAMES
from issuer.template import template_bytes
from issuer.uploads_waiting import batches_to_upload, not_in_force
from registry.batch_models import BatchDraft
from templates.downloads import send_workbook
from templates.layout_files import known_layouts, load_layout
from templates.page_language import page_language

PLACES = (
    Place(
        endpoint="batches.index",
        text=Text("批次签发", "Batches"),
        roles=frozenset(SCORING),
        purpose=Text(
            "从名册、考试、成绩到签发证书", "From roster, examination and scores to paper"
        ),
    ),
)
_PARTS = (  # their routes, by import
    batches_acts,
    batches_deleting,
    batches_eligibility,
    batches_files,
    batches_notice,
    batches_objections,
    batches_photos,
    batches_plan,
    batches_resit,
    batches_rows,
    batches_scores,
    batches_steps,
    batches_upload,
)
_LIST = TableSpec(
    columns=(
        Column(key="name", text=Text("批次", "Batch")),
        Column(key="state", text=Text("状态", "State")),
        Column(key="rows", text=Text("人数", "People"), kind=ColumnKind.NUMBER),
        Column(key="faulty", text=Text("待改正、补充", "To correct or add")),
        Column(key="next", text=Text("下一步", "Next")),
        Column(key="made_at", text=Text("建立时间", "Created"), kind=ColumnKind.DATE),
    ),
    filters=(
        Filter(
            key="state",
            text=Text("状态", "State"),
            kind=FilterKind.CHOICE,
            choices=(
                *((state.value, state.text) for state in DraftState),
                (TO_UPLOAD, Text("已签发，待上传全国平台", "issued, to be uploaded")),
            ),
        ),
    ),
)
_AWARDS_SHOWN = 100


@blueprint.get("")
@allow(*SCORING)
def index() -> str:
    """List the batches of the person's body."""
    table, room, prefix = read_table(request.args, _LIST), the_room(), own_prefix()
    follow_filing(room, prefix)
    on_desk = the_person().is_one_of(*DESK)
    found = _asked_for(table.words("state"))
    rows = found[table.offset : table.offset + table.size]
    return render_template(
        "desk/batches.html",
        table=table,
        rows=rows,
        total=len(found),
        clerk=the_person().is_one_of(Role.BODY_CLERK),
        on_desk=on_desk,
        scoring={} if on_desk else next_for_examiners(prefix),
        tone_of=tone_of,
        DraftState=DraftState,
        next_of=partial(next_of, room, deep=False),
        **stops_of(room, prefix),
    )


def _asked_for(state: str) -> list[BatchDraft]:
    """Return the batches of the person's body in a state; for none, all that were not deleted."""
    room, prefix = the_room(), own_prefix()
    drafts = list_drafts(room, prefix)
    if state == TO_UPLOAD:
        hits = set(batches_to_upload(room, prefix))
        return [one for one in drafts if one.id in hits]
    if not state:
        return [one for one in drafts if one.state != DraftState.DELETED]
    return [one for one in drafts if one.state == state]


@blueprint.get("/template.xlsx")
@allow(*DESK)
def template() -> Response:
    """Send an empty roster to be filled in."""
    return send_workbook(template_bytes(), Text("名册模板", "roster-template"))


@blueprint.get("/new")
@allow(Role.BODY_CLERK)
def new() -> str:
    """Show the form that begins a batch."""
    room = the_room()
    day = shanghai_day(room.clock())
    taken = {draft.name for draft in list_drafts(room, own_prefix())}
    names = (f"{day.year}年{day.month}月第{count}批" for count in range(1, len(taken) + 2))
    return _form(Entry(name=next(name for name in names if name not in taken)))


def _form(entry: Entry, *troubles: Trouble) -> str:
    layouts = [(layout, load_layout(layout).name) for layout in known_layouts()]
    return render_template(
        "desk/batch_new.html",
        entry=entry,
        troubles=troubles,
        layouts=layouts,
        **stops_of(the_room(), own_prefix()),
    )


@blueprint.post("")
@allow(Role.BODY_CLERK)
@takes_files(MAX_FILE_BYTES)
def create() -> Response | tuple[str, int]:
    """Begin a batch from a roster; the roster is read before anything is kept."""
    entry, room, file = read_entry(request.form), the_room(), request.files.get("roster")
    try:
        table = read_upload(file)
    except IssuerError as error:
        return _form(entry, Trouble(field="roster", text=error.text)), 422
    follow_filing(room, own_prefix())
    try:
        draft_id = begin(
            room,
            the_person(),
            prefix=own_prefix(),
            name=entry.name,
            layout=entry.layout,
            table=table,
        )
    except IssuerError as error:
        return _form(entry, Trouble(field="name", text=error.text)), 422
    note_reading(room, "batch.begun", the_draft(room, draft_id), str(len(table.rows)))
    check_soon(room, own_prefix(), draft_id)
    say_done(Text(f"名册已读入 {len(table.rows)} 行", f"Rows read: {len(table.rows)}"))
    return to_batch(draft_id)


@blueprint.get("/<int:draft_id>")
@allow(*DESK)
def show(draft_id: int) -> str:
    """Show how far a batch is, what comes next, and who must act; or that it was deleted."""
    room = the_room()
    deleted = find_deleted(room, own_prefix(), draft_id)
    if deleted is not None:
        return render_template("desk/batch_deleted.html", deleted=deleted)
    return _overview(room, the_draft(room, draft_id), ())


def _overview(
    room: BatchRoom, draft: BatchDraft, troubles: tuple[Trouble, ...], ground: str = ""
) -> str:
    awards = list_issued(room, draft, limit=_AWARDS_SHOWN)
    exam = lines_of(room, draft)
    return page(
        room,
        draft,
        "batch.html",
        troubles=troubles,
        told=_told(room, draft),
        awards=awards,
        names=masked_names(room, [one.number for one in awards]),
        ended={
            number: (TONES[status], AWARD_WORDS[status])
            for number, status in (not_in_force(room, draft) if awards else {}).items()
        },
        exam=exam,
        exam_done=are_done(exam),
        sums=sums_of(room, draft),
        resits=resit_warning(room, draft) if is_editable(draft) else None,
        made=list_resits(room, draft),
        removed=removed_text(room, draft),
        deletion=deletion_of(room, draft),
        ground=ground,
        upload=batches_steps.upload_of(room, draft),
        codes=_codes_of(room, draft),
        printing=is_printing(draft),
        print_files=print_files(room, draft),
    )


def _codes_of(room: BatchRoom, draft: BatchDraft) -> CodesMade | None:
    if DraftState(draft.state) is not DraftState.ISSUED:
        return None
    with holder_counter() as counter:
        return codes_made(room, counter, draft)


@blueprint.post("/<int:draft_id>/roster")
@allow(Role.BODY_CLERK)
@takes_files(MAX_FILE_BYTES)
def replace_roster(draft_id: int) -> Response | tuple[str, int]:
    """Take another roster in place of the one there is."""
    room = the_room()
    draft = the_draft(room, draft_id)
    try:
        table = read_upload(request.files.get("roster"))
    except IssuerError as error:
        trouble = Trouble(field="roster", text=error.text)
        return _overview(room, draft, (trouble,)), 422
    fill(room, own_prefix(), draft_id, table)
    note_reading(room, "batch.roster", draft, str(len(table.rows)))
    check_soon(room, own_prefix(), draft_id)
    say_done(Text(f"名册已读入 {len(table.rows)} 行", f"Rows read: {len(table.rows)}"))
    return to_batch(draft_id)


@blueprint.post("/<int:draft_id>/files/handover-codes.xlsx")
@allow(Role.BODY_CLERK)
def handover_with_codes(draft_id: int) -> Response | tuple[str, int]:
    """Send the list with fresh codes, once it was confirmed that those not used yet are void."""
    room = the_room()
    draft = the_draft(room, draft_id)
    if not is_ticked():
        return _overview(room, draft, (Trouble(field=SURE, text=UNTICKED),)), 422
    try:
        return batches_files.send_with_codes(draft_id, request.form.get("made", ""))
    except IssuerError as error:
        if error.code != "codes_made_meanwhile":
            raise
        return _overview(room, draft, (Trouble(field=SURE, text=error.text),)), 409


@blueprint.post("/<int:draft_id>/delete")
@allow(Role.BODY_CLERK)
def delete(draft_id: int) -> Response | tuple[str, int]:
    """Delete a batch that is still being prepared, or lay that before an approver."""
    room, ground = the_room(), request.form.get("ground", "")
    draft = the_draft(room, draft_id)
    if not is_ticked():
        return _overview(room, draft, (Trouble(field=SURE, text=UNTICKED),), ground), 422
    try:
        done = throw_away(room, the_person(), own_prefix(), draft_id, ground)
    except IssuerError as error:
        if error.code not in OF_GROUND:
            raise
        return _overview(room, draft, (Trouble(field="ground", text=error.text),), ground), 422
    say_done(DELETED if done else ASKED)
    return redirect(url_for("batches.index"), 303) if done else to_batch(draft_id)


@blueprint.post("/<int:draft_id>/delete/confirm")
@allow(Role.APPROVER)
def confirm_delete(draft_id: int) -> Response | tuple[str, int]:
    """Delete a batch as somebody else asked for, once that was ticked."""
    room = the_room()
    draft = the_draft(room, draft_id)
    if not is_ticked():
        return _overview(room, draft, (Trouble(field=SURE, text=UNTICKED),)), 422
    return batches_deleting.delete_confirmed(draft_id)


@blueprint.get("/<int:draft_id>/progress")
@allow(*DESK)
def progress(draft_id: int) -> Response:
    """Tell how far check or run are, for the page that shows it."""
    room = the_room()
    return jsonify(_told(room, the_draft(room, draft_id)))


def _told(room: BatchRoom, draft: BatchDraft) -> dict[str, Any]:
    """Return what a page shows of a check or a run that is under way."""
    language: Language = page_language(request)
    issuing = DraftState(draft.state) in (DraftState.APPROVED, DraftState.ISSUING)
    running = issuing or is_printing(draft)
    waiting = draft.checked < draft.revision or draft.awaiting > 0
    phase = draft.phase if running or not draft.awaiting else JUDGING
    text = _phase(phase, running=running)
    if _is_broken_off(room, draft):
        text = BROKEN_OFF
    elif (running or waiting) and not (is_held(room, draft.id) or has_runner(room.home)):
        text = NOBODY
    begun = text is not NOBODY and phase == draft.phase  # else it was counted of something before
    return {
        "done": draft.done if begun else 0,
        "total": draft.total if begun else 0,
        "text": text.say(language),
        "state": f"{_stage(draft)} {'waiting' if waiting else 'ready'} {draft.pausing}",
    }


def _stage(draft: BatchDraft) -> str:
    return PRINTING if is_printing(draft) else draft.state


def _is_broken_off(room: BatchRoom, draft: BatchDraft) -> bool:
    """Return whether whoever issued a batch was killed, and nobody has taken it up so far."""
    if DraftState(draft.state) is not DraftState.ISSUING or is_held(room, draft.id):
        return False
    return the_draft(room, draft.id).state == DraftState.ISSUING  # it may have ended just now


def _phase(phase: str | None, *, running: bool) -> Text:
    if phase in OWN_PHASES:
        return OWN_PHASES[phase]
    if phase in set(Phase):
        return PHASE_NAMES[Phase(phase)]
    if running:
        return Text("即将开始", "about to begin")
    return PHASE_NAMES[Phase.LINT]

"""The objections to a batch on the screen: noted, settled, and an outcome taken back."""

from __future__ import annotations

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.ticked import SURE, UNTICKED, is_ticked
from codes.wording import Text
from issuer.batch_candidates import read_candidates
from issuer.batch_closing import settle, take_back_outcome
from issuer.batch_objections import Outcome, note_objection, objections_of, row_text
from issuer.batch_room import BatchRoom
from issuer.console.batches_forms import Trouble
from issuer.console.batches_notice import notice_page, read_day
from issuer.console.batches_room import (
    blueprint,
    note_reading,
    own_prefix,
    the_draft,
    the_room,
)
from issuer.console.batches_scores import check_now
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from registry.batch_models import BatchDraft
from registry.session import reading

_MOST = {"sender": 100, "text": 1000, "answer": 1000}
_LABELS = {
    "sender": Text("提出人", "From"),
    "text": Text("异议内容", "What it says"),
    "answer": Text("核查情况", "What was found"),
}
_LATER = Text("收到日期：不能晚于今天", "Received on: not later than today")


@blueprint.post("/<int:draft_id>/objections")
@allow(Role.BODY_CLERK)
def object_to(draft_id: int) -> Response | tuple[str, int]:
    """Note an objection as it was received."""
    room = the_room()
    draft = the_draft(room, draft_id)
    troubles: list[Trouble] = []
    received_on = read_day("received", troubles)
    if received_on > shanghai_day(room.clock()):
        troubles.append(Trouble(field="received", text=_LATER))
    texts = {name: _text(name, troubles) for name in ("sender", "text")}
    if troubles:
        return notice_page(draft, tuple(troubles), request.form.to_dict()), 422
    note_objection(room, the_person(), own_prefix(), draft_id, received_on=received_on, **texts)
    note_reading(room, "batch.objection", draft)
    say_done(Text("异议已登记", "The objection is on record"))
    return _back(draft_id)


def _back(draft_id: int) -> Response:
    return redirect(url_for("batches.notice", draft_id=draft_id), 303)


def _text(name: str, troubles: list[Trouble]) -> str:
    text = request.form.get(name, "").strip()
    label, most = _LABELS[name], _MOST[name]
    if not text:
        said = Text(f"{label.zh}：请填写", f"{label.en}: write it down")
        troubles.append(Trouble(field=name, text=said))
    elif len(text) > most:
        said = Text(
            f"{label.zh}：最多 {most} 字，现有 {len(text)} 字",
            f"{label.en}: at most {most} characters; there are {len(text)}",
        )
        troubles.append(Trouble(field=name, text=said))
    return text


@blueprint.post("/<int:draft_id>/objections/<int:objection_id>")
@allow(Role.BODY_CLERK)
def settle_one(draft_id: int, objection_id: int) -> Response | tuple[str, int]:
    """Settle an objection with what was found; whom it leaves out is confirmed by a tick."""
    room = the_room()
    draft = the_draft(room, draft_id)
    with reading(room.desks) as session:
        waiting = {one.id for one in objections_of(session, draft_id) if one.outcome is None}
    if objection_id not in waiting:
        abort(404)
    troubles: list[Trouble] = []
    outcome, answer = request.form.get("outcome", ""), _text("answer", troubles)
    if outcome not in set(Outcome):
        text = Text("请选择处理结果", "choose how it was settled")
        troubles.append(Trouble(field="outcome", text=text))
    row = _leaving(room, draft, outcome, troubles)
    if troubles:
        return notice_page(draft, tuple(troubles), request.form.to_dict()), 422
    try:
        settle(
            room,
            the_person(),
            own_prefix(),
            draft_id,
            objection_id,
            outcome=Outcome(outcome),
            answer=answer,
            row=row,
        )
    except IssuerError as error:
        if error.code != "objection_row":
            raise
        trouble = Trouble(field="row", text=error.text)
        return notice_page(draft, (trouble,), request.form.to_dict()), 422
    check_now(draft_id)
    say_done(_settled(Outcome(outcome), row))
    return _back(draft_id)


def _leaving(
    room: BatchRoom, draft: BatchDraft, outcome: str, troubles: list[Trouble]
) -> int | None:
    """Return the row of whoever was chosen to be left out; None where nobody is."""
    typed = request.form.get("row", "").strip()
    if not typed:
        return None
    if outcome == Outcome.DISMISSED:
        text = Text(
            "异议不成立的，不移出人员；请改选“不移出人员”",
            "nobody is left out for an objection that is dismissed; choose “nobody”",
        )
        troubles.append(Trouble(field="row", text=text))
        return None
    row = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 7 else 0
    with reading(room.desks) as session:
        found = read_candidates(room, session, draft, rows=(row,))
    if not found:
        text = Text(
            "名册没有这一行，请从列表中选择", "the roster has no such row; choose from the list"
        )
        troubles.append(Trouble(field="row", text=text))
    elif not is_ticked():
        who = row_text(row, found[0].name)
        text = Text(
            f"将移出{who.zh}，请核对后勾选确认；现在没有任何改动",
            f"This leaves out {who.en}: check it and tick; nothing was changed",
        )
        troubles.append(Trouble(field=SURE, text=text))
    return row


def _settled(outcome: Outcome, row: int | None) -> Text:
    if outcome is Outcome.DISMISSED:
        return Text("处理结果已登记：异议不成立", "On record: the objection is dismissed")
    if row is None:
        return Text(
            "处理结果已登记：异议成立，没有移出人员",
            "On record: the objection is upheld, and nobody was left out",
        )
    return Text(
        f"处理结果已登记：异议成立，名册第 {row} 行已移出",
        f"On record: the objection is upheld, and row {row} was left out",
    )


@blueprint.post("/<int:draft_id>/objections/<int:objection_id>/take-back")
@allow(Role.BODY_CLERK)
def take_back_settled(draft_id: int, objection_id: int) -> Response | tuple[str, int]:
    """Take back how an objection was settled, once that was ticked; it is to be settled again."""
    room = the_room()
    draft = the_draft(room, draft_id)
    if not is_ticked():
        trouble = Trouble(field=f"back-{objection_id}", text=UNTICKED)
        return notice_page(draft, (trouble,), {}), 422
    moved = take_back_outcome(room, the_person(), own_prefix(), draft_id, objection_id)
    check_now(draft_id)
    if moved is None:
        done = Text("处理结果已撤回，异议恢复待处理", "Taken back; the objection is to be settled")
    else:
        done = Text(
            f"处理结果已撤回，第 {moved.row} 行回到名册，异议恢复待处理",
            f"Taken back; row {moved.row} is in the roster again, the objection is to be settled",
        )
    say_done(done)
    return _back(draft_id)

"""The police desk: the page of a case, hand-over, outcome, bundle and custody."""

from __future__ import annotations

from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from accounts.asking_again import asks_again, factor_is_fresh
from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import allow
from accounts.troubles import Trouble
from codes.levels import Level
from codes.typed import visible_line
from codes.wording import Text
from registry.case_answers import comparison
from registry.case_claims import Claims
from registry.case_models import CaseItem
from registry.case_questions import question_view
from registry.case_sealed import CASE_ABOUT, ITEM_ABOUT, REMARK, read_json, read_text
from registry.cases import CaseOutcome, CaseState
from registry.session import reading
from templates.downloads import send_download
from templates.file_types import ZIP
from templates.page_language import page_language
from verifier.cases.asking import (
    USUAL,
    ask_body,
    names_of_bodies,
    questions_of_case,
    see_answers,
    withdraw_question,
)
from verifier.cases.bundle import make_bundle
from verifier.cases.clusters import find_clusters
from verifier.cases.custody import count_acts
from verifier.cases.ending import (
    Closing,
    Handing,
    check_closing,
    check_handing,
    close_case,
    contrary_papers,
    hand_over,
    names_papers,
    outcomes_of,
    read_papers,
)
from verifier.cases.examining import MOST_ITEMS
from verifier.cases.giving import receivers
from verifier.cases.lacking import lacks_of_papers
from verifier.cases.loose_ends import find_loose_ends
from verifier.cases.readings import readings_of_case
from verifier.cases.shown_numbers import kept_numbers
from verifier.cases.tips import tip_of
from verifier.cases.waiting import places_waiting
from verifier.desks.police import (
    OFFICERS,
    REFUSALS,
    STATE_TONES,
    the_case,
    the_officer,
    the_room,
    trouble_of,
    typed,
    typed_day,
)
from verifier.desks.police_steps import standing
from verifier.site.words import TONES
from verifier.verdict import Outcome

blueprint = Blueprint("police", __name__, url_prefix="/police/cases")

_ASKED: Final = ("question", "asker", "shown_name", "shown_level", "shown_issued_on")
_LEVELS: Final = {str(int(one)): one.text for one in Level}
WAITING: Final = Text("正在核验，已完成件数", "Being verified; papers done")


@blueprint.get("/<int:case_id>")
@allow(*OFFICERS)
def case(case_id: int) -> AnyResponse:
    """Show everything of a case, and what may be done next."""
    page = case_page(case_id)
    see_answers(the_room(), the_person().account_id, case_id)
    return page


@blueprint.get("/<int:case_id>/progress")
@allow(*OFFICERS)
def progress(case_id: int) -> Response:
    """Tell the page's script how many papers of a case are judged."""
    with reading(the_room().desks) as session:
        papers = len(the_case(session, case_id).items)
        waiting = len(places_waiting(session, case_id))
    text = WAITING.say(page_language(request))
    return jsonify({"state": str(waiting), "text": text, "done": papers - waiting, "total": papers})


@blueprint.get("/<int:case_id>/bundles")
@allow(*OFFICERS)
def bundles(case_id: int) -> Response:
    """Tell the page's script how many bundles of a case were made."""
    room = the_room()
    with reading(room.desks) as session:
        the_case(session, case_id)
        made = find_loose_ends(session, room.vault(), case_id).bundles
    return jsonify({"made": len(made)})


@blueprint.post("/<int:case_id>/questions")
@allow(*OFFICERS)
def ask(case_id: int) -> AnyResponse:
    """Ask the body that a number names to confirm it."""
    entry = {"asked_number": typed("asked_number")} | {key: typed(key) for key in _ASKED}
    level = entry["shown_level"]
    try:
        ask_body(
            the_room(),
            the_officer(),
            case_id,
            number=entry["asked_number"],
            claims=Claims(
                words=entry["question"],
                asker=visible_line(entry["asker"]),
                name=visible_line(entry["shown_name"]),
                level=Level(int(level)) if level in _LEVELS else None,
                issued_on=typed_day("shown_issued_on"),
            ),
            due=typed_day("due"),
        )
    except REFUSALS as error:
        return case_page(case_id, (trouble_of(error),), entry | {"due": typed("due")})
    say_done(
        Text("询问已送达机构，答复后显示在本页", "The body has the question; its answer shows here")
    )
    return redirect(url_for("police.case", case_id=case_id) + "#questions", 303)


@blueprint.post("/<int:case_id>/questions/<int:question_id>/withdraw")
@allow(*OFFICERS)
def withdraw(case_id: int, question_id: int) -> AnyResponse:
    """Take a question back, with the reason."""
    reason = typed("withdraw_reason")
    try:
        withdraw_question(the_room(), the_officer(), case_id, question_id, reason)
    except REFUSALS as error:
        entry = {"withdrawing": str(question_id), "withdraw_reason": reason}
        return case_page(case_id, (trouble_of(error),), entry)
    say_done(Text("询问已撤回，记入保管记录", "The question is taken back; custody says so"))
    return redirect(url_for("police.case", case_id=case_id) + "#questions", 303)


@blueprint.post("/<int:case_id>/hand-over")
@allow(*OFFICERS)
def hand_over_case(case_id: int) -> AnyResponse:
    """Hand a case over; what is wrong is said before the second factor is asked for."""
    entry = {
        key: typed(key)
        for key in ("to", "paper", "sure_hand_over", "no_bundle", "unsettled_hand_over")
    }
    handing = Handing(
        to=entry["to"],
        paper=entry["paper"],
        sure=bool(entry["sure_hand_over"]),
        no_bundle=bool(entry["no_bundle"]),
        unsettled=bool(entry["unsettled_hand_over"]),
    )
    try:
        check_handing(the_room(), case_id, handing)
        return _hand_over(case_id, handing)
    except REFUSALS as error:
        return case_page(case_id, (trouble_of(error),), entry)


@asks_again
def _hand_over(case_id: int, handing: Handing) -> AnyResponse:
    hand_over(the_room(), the_officer(), case_id, handing)
    say_done(
        Text(
            "移交已登记，不再接收材料；有处理结果后办结",
            "The hand-over is noted; close the case once it is known what came of it",
        )
    )
    return redirect(url_for("police.case", case_id=case_id), 303)


@blueprint.post("/<int:case_id>/close")
@allow(*OFFICERS)
def close(case_id: int) -> AnyResponse:
    """Close a case; what is wrong is said before the second factor is asked for."""
    keys = (
        "outcome",
        "result",
        "unexamined",
        "despite",
        "contrary",
        "sure_close",
        "unsettled_close",
    )
    entry = {key: typed(key) for key in keys}
    entry["papers"] = "、".join(request.form.getlist("papers")[:MOST_ITEMS])
    closing = Closing(
        outcome=_outcome(entry["outcome"]),
        result=entry["result"],
        sure=bool(entry["sure_close"]),
        unexamined=entry["unexamined"],
        despite=bool(entry["despite"]),
        contrary=entry["contrary"],
        unsettled=bool(entry["unsettled_close"]),
        papers=read_papers(entry["papers"]),
    )
    try:
        check_closing(the_room(), case_id, closing)
        return _close(case_id, closing)
    except REFUSALS as error:
        return case_page(case_id, (trouble_of(error),), entry)


@asks_again
def _close(case_id: int, closing: Closing) -> AnyResponse:
    close_case(the_room(), the_officer(), case_id, closing)
    say_done(Text("案件已办结，处理结果已登记", "The case is closed, and its outcome noted"))
    return redirect(url_for("police.case", case_id=case_id), 303)


@blueprint.post("/<int:case_id>/bundle")
@allow(*OFFICERS)
def bundle(case_id: int) -> AnyResponse:
    """Hand out the evidence bundle of a case; custody keeps its hash."""
    if not factor_is_fresh():
        return _shown_again(case_id)
    try:
        made = make_bundle(the_room(), the_officer(), case_id)
    except REFUSALS as error:
        return case_page(case_id, (trouble_of(error),))
    with reading(the_room().desks) as session:
        reference = the_case(session, case_id).reference
    name = f"{reference} {made.name}"
    return send_download(made.content, Text(name, name), ZIP, plain=made.name)


@asks_again
def _shown_again(case_id: int) -> AnyResponse:
    """Go back to the case: a download would leave the page that asked as it was."""
    say_done(
        Text(
            "已再次验证，5 分钟内有效。下一步：点“制作并下载证据包”",
            "Verified, good for 5 minutes. Next: make and download the bundle",
        )
    )
    return redirect(url_for("police.case", case_id=case_id) + "#bundle", 303)


def case_page(
    case_id: int, troubles: tuple[Trouble, ...] = (), entry: dict[str, str] | None = None
) -> AnyResponse:
    """Return the page of a case, with what was typed into one of its forms."""
    room = the_room()
    vault = room.vault()
    entry = {"due": (room.today() + USUAL).isoformat()} | (entry or {})
    chosen, meant = _outcome(entry.get("outcome", "")), read_papers(entry.get("papers", ""))
    with reading(room.desks) as session:
        found = the_case(session, case_id)
        items = [_line(one, read_json(ITEM_ABOUT, one, vault)) for one in found.items]
        counted = [one for one in items if not one["mistaken"]]
        shown: dict[str, Any] = {
            "case": found,
            "state": CaseState(found.state),
            "about": read_json(CASE_ABOUT, found, vault),
            "items": items,
            "questions": [
                question_view(one, vault, room.today())
                for one in questions_of_case(session, case_id)
            ],
            "readings": [
                (one, read_text(REMARK, one, vault)) for one in readings_of_case(session, case_id)
            ],
            "bodies": names_of_bodies(room),
            "clusters": len(find_clusters(session, case_id)),
            "acts": count_acts(session, vault, case_id),
            "outcomes": [(one.value, one.text) for one in outcomes_of(session, case_id)],
            "waiting": places_waiting(session, case_id),
            "tip": tip_of(session, case_id),
            "loose": find_loose_ends(session, vault, case_id),
            "lacking": lacks_of_papers(session, case_id),
            "receivers": receivers(session, found),
            "among": names_papers(session, case_id),
            "meant": meant,
            "contrary": contrary_papers(session, case_id, chosen, meant),
        }
    page = render_template(
        "desk/police/case.html",
        **shown,
        standing=standing(
            shown["state"],
            [bool(one["outcome"]) for one in counted],
            waiting=bool(shown["waiting"]),
            loose=shown["loose"],
            questions=shown["questions"],
        ),
        entry=entry,
        troubles=troubles,
        tones=STATE_TONES,
        outcome=None if found.outcome is None else CaseOutcome(found.outcome),
        numbers=[number for one in counted for number in _numbers_of(one) if number],
        most=MOST_ITEMS,
        fresh=factor_is_fresh(),
        printed_at=room.clock(),
        waiting_words=WAITING,
        levels=tuple(_LEVELS.items()),
        comparison=comparison,
    )
    return make_response(page, 422 if troubles else 200)


def _outcome(said: str) -> CaseOutcome | None:
    return CaseOutcome(said) if said in set(CaseOutcome) else None


def _numbers_of(line: dict[str, Any]) -> tuple[str | None, ...]:
    """Return the numbers of a paper, first that of the record that its QR code names."""
    numbers = line["numbers"]
    return numbers["code"], numbers["printed"], numbers["either"]


def _line(item: CaseItem, about: dict[str, Any]) -> dict[str, Any]:
    outcome = Outcome(item.outcome) if item.outcome else None
    return {
        "place": item.place,
        "kind": item.kind,
        "numbers": kept_numbers(about, item.number),
        "file": about["file"],
        "giver": about["from"],
        "received_at": item.received_at,
        "received_by": item.received_by,
        "outcome": None if outcome is None else outcome.text,
        "tone": "wait" if outcome is None else TONES[outcome],
        "report": item.report_number,
        "mistaken": item.mistake is not None,
    }

"""Suspect papers of a case: taken in, judged, shown with the boxed picture, their reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from accounts.next_page_notice import say_done
from accounts.roles import allow
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.troubles import Trouble, too_long
from accounts.uploads import takes_files
from codes.typed import visible_line
from codes.wording import Text
from registry.case_models import CaseItem
from registry.case_sealed import (
    ITEM_ABOUT,
    ITEM_BOXED,
    MISTAKE_REASON,
    REPORT_JSON,
    REPORT_PDF,
    read_json,
)
from registry.cases import CaseState
from registry.session import reading
from templates.downloads import send_download
from templates.file_types import JSON, PDF, file_type
from templates.page_language import page_language
from templates.report_words import RED_BOXES
from templates.spoken_values import spoken_value
from verifier.cases.casework import Brought, take_out
from verifier.cases.clusters import Lead, leads_of
from verifier.cases.examining import judge_again, receive
from verifier.cases.judging import Typed, as_text, texts
from verifier.cases.mistakes import mark_mistaken
from verifier.cases.receiving import MOST_BYTES, MOST_FILES, Received, receive_several
from verifier.cases.room import PoliceRoom
from verifier.cases.waiting import MOST_VAIN, Turn, places_waiting, turn_of
from verifier.desks.police import (
    OFFICERS,
    REFUSALS,
    the_case,
    the_item,
    the_officer,
    the_room,
    trouble_of,
    typed,
)
from verifier.document import MAX_FILE_BYTES
from verifier.site.words import DECIDES, TONES
from verifier.verdict import Outcome, say_instant

blueprint = Blueprint("police_papers", __name__, url_prefix="/police/cases/<int:case_id>/papers")

_MOST_LINKS: Final = 4
_LONGEST: Final = {"giver": 120, "number": 40, "name": 60, "document": 40}
_ENDINGS: Final = frozenset({"PDF", "JPG", "JPEG", "PNG", "WEBP", "HEIC", "HEIF"})
_JUDGED: Final = Text("已重新核验", "Verified again")
_WAITS: Final = Text(
    "系统正忙；这一件已排队，轮到时自动重新核验",
    "The system is busy; this one is in the queue and is verified again by itself",
)
_NOT_COMPARED: Final = Text(
    "系统一直繁忙，没有能够比对，请再试一次",
    "The system stayed busy: it could not be compared; try again",
)


@blueprint.get("/new")
@allow(*OFFICERS)
def new(case_id: int) -> AnyResponse:
    """Show the form that takes a paper in: a file, or a number alone."""
    return _new_page(case_id)


@blueprint.post("/new")
@allow(*OFFICERS)
@takes_files(MOST_BYTES + MAX_FILE_BYTES)
def take_in(case_id: int) -> AnyResponse:
    """Take a paper in and have it judged; of several files say what became of each."""
    uploads = [one for one in request.files.getlist("file") if one.filename]
    by_number = typed("by") == "number"
    keys = ("by", "giver", "number", "name", "document", "unread_kept")
    entry = {key: typed(key) for key in keys}
    if long := too_long(entry, **_LONGEST):
        return _new_page(case_id, entry, long)
    said = Typed(
        number=entry["number"], name=entry["name"], document=entry["document"] if by_number else ""
    )
    giver, unread_kept = visible_line(entry["giver"]), bool(entry["unread_kept"])
    files = [(one.read(MAX_FILE_BYTES + 1), one.filename or "") for one in uploads]
    brought = [
        Brought(data=data, filename=name, giver=giver, typed=said, unread_kept=unread_kept)
        for data, name in ([(None, "")] if by_number else files or [(b"", "")])
    ]
    try:
        if len(brought) > 1:
            received = receive_several(the_room(), the_officer(), case_id, brought)
            return _several_taken_in(case_id, entry, received)
        place = receive(the_room(), the_officer(), case_id, brought[0])
    except REFUSALS as error:
        return _new_page(case_id, entry, (trouble_of(error),))
    say_done(
        Text(
            f"第 {place} 件已接收，记入保管记录",
            f"No. {place} was taken in, and is on the custody list",
        )
    )
    return redirect(url_for("police_papers.paper", case_id=case_id, place=place), 303)


def _several_taken_in(
    case_id: int, entry: dict[str, str], received: Sequence[Received]
) -> AnyResponse:
    """Go on to the case; where a file was not taken in say of each what became of it."""
    places = [one.place for one in received if one.place is not None]
    troubles = [
        Trouble(
            field="unread_kept" if one.unread else "file",
            text=_of_file(rank, one.name, one.trouble),
        )
        for rank, one in enumerate(received, 1)
        if one.trouble is not None
    ]
    if troubles:
        return _new_page(case_id, entry, tuple(troubles), places)
    say_done(
        Text(
            f"{len(places)} 个文件已接收，记入保管记录；系统逐件核验，不用等候",
            f"{len(places)} files were taken in, and are on the custody list; each is verified in "
            "its turn",
        )
    )
    return redirect(url_for("police.case", case_id=case_id) + "#papers", 303)


def _of_file(rank: int, name: str, trouble: Text) -> Text:
    return Text(
        f"第 {rank} 个文件“{name}”没有接收：{trouble.zh}",
        f"File {rank}, “{name}”, was not taken in: {trouble.en}",
    )


@blueprint.get("/<int:place>")
@allow(*OFFICERS)
def paper(case_id: int, place: int) -> AnyResponse:
    """Show a paper: the verdict, the picture with boxes, its report, what it shares."""
    return _paper_page(case_id, place)


@blueprint.post("/<int:place>/again")
@allow(*OFFICERS)
def again(case_id: int, place: int) -> AnyResponse:
    """Have a paper judged once more."""
    with reading(the_room().desks) as session:
        the_item(session, case_id, place)
    try:
        judged = judge_again(the_room(), the_officer(), case_id, place)
    except REFUSALS as error:
        return _paper_page(case_id, place, (trouble_of(error),))
    say_done(_JUDGED if judged else _WAITS)
    return redirect(url_for("police_papers.paper", case_id=case_id, place=place), 303)


@blueprint.post("/<int:place>/mistake")
@allow(*OFFICERS)
def mistake(case_id: int, place: int) -> AnyResponse:
    """Mark a paper as handed in by mistake, with the reason, once that was confirmed."""
    with reading(the_room().desks) as session:
        the_item(session, case_id, place)
    if not is_ticked():
        return _paper_page(case_id, place, (Trouble(field=SURE, text=UNTICKED),))
    try:
        mark_mistaken(the_room(), the_officer(), case_id, place, typed("mistake_reason"))
    except REFUSALS as error:
        return _paper_page(case_id, place, (trouble_of(error),))
    say_done(Text("已标为误交，记入保管记录", "Marked as handed in by mistake; custody says so"))
    return redirect(url_for("police_papers.paper", case_id=case_id, place=place), 303)


@blueprint.get("/<int:place>/progress")
@allow(*OFFICERS)
def progress(case_id: int, place: int) -> Response:
    """Tell the page's script whether a paper still waits to be judged."""
    with reading(the_room().desks) as session:
        item = the_item(session, case_id, place)
        waits = place in places_waiting(session, case_id)
        turn = turn_of(session, item, the_room().clock())
    text = _turn_words(turn).say(page_language(request))
    state = _turn_state(turn) if waits else "over"
    return jsonify({"state": state, "text": text, "done": 0, "total": 0})


@blueprint.get("/<int:place>/picture")
@allow(*OFFICERS)
def picture(case_id: int, place: int) -> AnyResponse:
    """Return the picture of a paper, with boxes where something differs."""
    room = the_room()
    with reading(room.desks) as session:
        data = ITEM_BOXED.read(the_item(session, case_id, place), room.vault())
    if data is None:
        abort(404)
    answer = Response(data, content_type="image/jpeg")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/<int:place>/original")
@allow(*OFFICERS)
def original(case_id: int, place: int) -> AnyResponse:
    """Hand out an original; custody says so first."""
    with reading(the_room().desks) as session:
        the_item(session, case_id, place)
    try:
        name, data = take_out(the_room(), the_officer(), case_id, place)
    except REFUSALS as error:
        return _paper_page(case_id, place, (trouble_of(error),))
    plain = f"{case_id}-{place}"
    stem = name.rpartition(".")[0] or name or plain
    return send_download(data, Text(stem, stem), file_type(data), plain=plain)


@blueprint.post("/<int:place>/report/<form>")
@allow(*OFFICERS)
def report(case_id: int, place: int, form: str) -> AnyResponse:
    """Hand out a file of the sealed report."""
    room = the_room()
    if form not in ("pdf", "json"):
        abort(404)
    with reading(room.desks) as session:
        item = the_item(session, case_id, place)
        column = REPORT_PDF if form == "pdf" else REPORT_JSON
        data, number = column.read(item, room.vault()), item.report_number
    if data is None:
        abort(404)
    return send_download(data, Text(number or "", number or ""), PDF if form == "pdf" else JSON)


def _new_page(
    case_id: int,
    entry: dict[str, str] | None = None,
    troubles: tuple[Trouble, ...] = (),
    taken: Sequence[int] = (),
) -> AnyResponse:
    with reading(the_room().desks) as session:
        case = the_case(session, case_id)
        page = render_template(
            "desk/police/paper_new.html",
            case=case,
            entry={"by": request.args.get("by", "file")} | (entry or {}),
            troubles=troubles,
            taken=taken,
            most_mb=MAX_FILE_BYTES >> 20,
            most_files=MOST_FILES,
            most_together_mb=MOST_BYTES >> 20,
        )
    return make_response(page, 422 if troubles else 200)


def _paper_page(case_id: int, place: int, troubles: tuple[Trouble, ...] = ()) -> AnyResponse:
    room = the_room()
    with reading(room.desks) as session:
        case, item = the_case(session, case_id), the_item(session, case_id, place)
        about = read_json(ITEM_ABOUT, item, room.vault())
        waits = place in places_waiting(session, case_id)
        turn = turn_of(session, item, room.clock())
        shared = [_shown_lead(session, room, one) for one in leads_of(session, item)]
        page = render_template(
            "desk/police/paper.html",
            case=case,
            open=case.state == CaseState.OPEN and item.mistake is None,
            item=item,
            about=about,
            shared=shared,
            troubles=troubles,
            why_mistaken=about.get(MISTAKE_REASON, ""),
            mistake_reason=typed("mistake_reason"),
            waits=waits,
            turn=turn,
            rests=turn.rests and case.state == CaseState.OPEN and item.mistake is None,
            not_compared=_NOT_COMPARED,
            turn_state=_turn_state(turn),
            turn_words=_turn_words(turn),
            has_picture=item.boxed_sealed is not None,
            is_pdf=about["file"].lower().endswith(".pdf"),  # a heading alone hangs on it
            **_verdict(item.outcome, about),
        )
    return make_response(page, 422 if troubles else 200)


def _shown_lead(session: Session, room: PoliceRoom, lead: Lead) -> dict[str, Any]:
    """Return a lead with its first papers, and of each what it is."""
    others = []
    for one in lead.papers[:_MOST_LINKS]:
        item = session.get_one(CaseItem, one.item_id)
        name = read_json(ITEM_ABOUT, item, room.vault())["file"]
        ending = name.rpartition(".")[2].upper() if "." in name else ""
        others.append((one, ending if ending in _ENDINGS else None, item.sha256 is None))
    return {"kind": lead.kind, "names": lead.names, "others": others, "count": len(lead.papers)}


def _turn_state(turn: Turn) -> str:
    """Return what the page's script tells by that the page has more to say."""
    return "long" if turn.is_long else "waiting"


def _turn_words(turn: Turn) -> Text:
    if turn.before:
        place = Text(
            f"前面还有 {turn.before} 件材料，依次核验",
            f"Papers before it: {turn.before}; each is verified in turn",
        )
    else:
        place = Text(
            "排在第一位，正在核验或等候空位",
            "First in the queue: being verified, or as soon as there is a place",
        )
    waited = Text(f"已等候 {turn.minutes} 分钟", f"it has waited for {turn.minutes} min")
    tried = Text(
        f"，试过 {turn.tries} 次，系统忙，没有核验完；隔一会儿再试，最多 {MOST_VAIN} 次"
        if turn.tries
        else "",
        f", tried in vain: {turn.tries}, as the system was busy; tried again after a while, "
        f"{MOST_VAIN} times at most"
        if turn.tries
        else "",
    )
    return Text(f"{place.zh}；{waited.zh}{tried.zh}", f"{place.en}; {waited.en}{tried.en}")


def _legend(about: dict[str, Any]) -> Text:
    """Return what the boxes mean; of a verdict kept before there were several kinds, red ones."""
    said = [as_text(one) for one in about.get("legend", [])] or [RED_BOXES]
    return Text("".join(one.zh for one in said), " ".join(one.en for one in said))


def _verdict(outcome: str, about: dict[str, Any]) -> dict[str, Any]:
    if "verdict" not in about:
        return {"verdict": None}
    told, on_typed = about["verdict"], about.get("typed_answer")
    moment = datetime.fromisoformat(told["checked_at"])
    return {
        "verdict": told,
        "checked": say_instant(moment),
        "decides": DECIDES,
        "spoken_value": spoken_value,
        "typed_answer": on_typed and {key: as_text(value) for key, value in on_typed.items()},
        "summary": as_text(told["summary"]),
        "tone": about.get("tone") or TONES[Outcome(outcome)],
        "meaning": as_text(about["meaning"]),
        "findings": texts(about["findings"]),
        "facts": texts(about["facts"]),
        "boxes": texts(about["boxes"]),
        "legend": _legend(about),
        "report_trouble": as_text(about.get("trouble")),
    }

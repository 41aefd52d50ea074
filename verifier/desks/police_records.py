"""Full records read for a case, and the list by which a second officer reviews such readings."""

from __future__ import annotations

from typing import Final

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from accounts.asking_again import asks_again
from accounts.next_page_notice import lead_on, say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.troubles import Trouble, too_long
from codes.wording import Text
from registry.case_models import CaseItem, CaseReading
from registry.case_sealed import ITEM_ABOUT, REMARK, read_json, read_text
from registry.cases import ReviewMark
from registry.session import reading
from verifier.cases.casework import MOST_WORDS
from verifier.cases.clusters import find_clusters
from verifier.cases.marks import MarkKind
from verifier.cases.readings import (
    MOST_GROUND,
    OPEN_FOR,
    check_wish,
    open_record,
    opened_record,
    review_reading,
)
from verifier.cases.shown_numbers import kept_numbers
from verifier.desks.police import (
    OFFICERS,
    REFUSALS,
    REVIEWERS,
    the_case,
    the_officer,
    the_room,
    trouble_of,
    typed,
)
from verifier.desks.police_cases import case_page

_IN_WORDS: Final = (MarkKind.HOST, MarkKind.PROGRAM, MarkKind.FONTS)
"""What an officer can read of what is shared; the rest are hashes."""

blueprint = Blueprint("police_records", __name__, url_prefix="/police")
_SHOWN = 200
_REVIEW_TONES = {ReviewMark.IN_ORDER: "good", ReviewMark.QUESTIONED: "bad"}


@blueprint.post("/cases/<int:case_id>/records")
@allow(*OFFICERS)
def open_full(case_id: int) -> AnyResponse:
    """Note the ground on which a full record is read, and open it; what is wrong is said first."""
    with reading(the_room().desks) as session:
        the_case(session, case_id)
    entry = {"number": typed("number"), "ground": typed("ground")}
    if long := too_long(entry, ground=MOST_GROUND):
        return case_page(case_id, long, entry)
    try:
        check_wish(the_room(), case_id, **entry)
        return _open_full(case_id, entry)
    except REFUSALS as error:
        return case_page(case_id, (trouble_of(error),), entry)


@asks_again
def _open_full(case_id: int, entry: dict[str, str]) -> AnyResponse:
    row = open_record(the_room(), the_officer(), case_id, **entry)
    lead_on()
    return redirect(url_for("police_records.record", case_id=case_id, reading_id=row), 303)


@blueprint.get("/cases/<int:case_id>/records/<int:reading_id>")
@allow(*OFFICERS)
def record(case_id: int, reading_id: int) -> str:
    """Show a full record to the officer who opened it, for a quarter of an hour."""
    room = the_room()
    with reading(room.desks) as session:
        case = the_case(session, case_id)
        found = opened_record(room, session, case_id, reading_id, the_person().account_id)
        if found is None:
            abort(404)
        row, full = found
        return render_template(
            "desk/police/record.html",
            case=case,
            row=row,
            record=full,
            until=row.read_at + OPEN_FOR,
            timeline=[(at, what, None, None, "calm") for at, what in full.events],
        )


@blueprint.get("/cases/<int:case_id>/records/<int:reading_id>/photo")
@allow(*OFFICERS)
def photo(case_id: int, reading_id: int) -> Response:
    """Return the photo of a record that is open."""
    room = the_room()
    with reading(room.desks) as session:
        found = opened_record(room, session, case_id, reading_id, the_person().account_id)
    if found is None or found[1].photo is None:
        abort(404)
    answer = Response(found[1].photo, content_type="image/jpeg")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/readings")
@allow(*REVIEWERS)
def readings() -> AnyResponse:
    """List the readings of full records, those to be reviewed first."""
    return _readings_page()


@blueprint.post("/readings/<int:reading_id>")
@allow(*OFFICERS)
def review(reading_id: int) -> AnyResponse:
    """Mark a reading of another officer."""
    said = typed("mark")
    mark = ReviewMark(said) if said in set(ReviewMark) else None
    remark = typed("remark")
    if long := too_long({"remark": remark}, remark=MOST_WORDS):
        return _readings_page(reading_id, said, remark, long)
    try:
        review_reading(the_room(), the_officer(), reading_id, mark, remark)
    except REFUSALS as error:
        return _readings_page(reading_id, said, remark, (trouble_of(error),))
    say_done(Text("复核结论已登记", "The review is noted"))
    return redirect(url_for("police_records.readings"), 303)


@blueprint.get("/clusters")
@allow(*OFFICERS)
def clusters() -> str:
    """Show which papers of all cases share something, and what."""
    room, across = the_room(), request.args.get("across") == "1"
    vault = room.vault()
    with reading(room.desks) as session:
        found = find_clusters(session, across=across)
        shown = {one.item_id for cluster in found for one in cluster.papers}
        items = session.scalars(select(CaseItem).where(CaseItem.id.in_(shown)))
        numbers = {
            one.id: kept_numbers(read_json(ITEM_ABOUT, one, vault), one.number) for one in items
        }
    return render_template(
        "desk/police/clusters.html",
        clusters=found,
        numbers=numbers,
        across=across,
        plain=_IN_WORDS,
        file=MarkKind.FILE,
    )


def _readings_page(
    at: int = 0, mark: str = "", remark: str = "", troubles: tuple[Trouble, ...] = ()
) -> AnyResponse:
    room, person = the_room(), the_person()
    vault = room.vault()
    with reading(room.desks) as session:
        order = (CaseReading.mark.is_not(None), CaseReading.id.desc())
        found = session.scalars(select(CaseReading).order_by(*order).limit(_SHOWN)).all()
        rows = [
            {
                "row": one,
                "mark": None if one.mark is None else ReviewMark(one.mark),
                "remark": read_text(REMARK, one, vault),
                "own": one.account_id == person.account_id,
            }
            for one in found
        ]
    page = render_template(
        "desk/police/readings.html",
        rows=rows,
        marks=[(one.value, one.text) for one in ReviewMark],
        tones=_REVIEW_TONES,
        may_review=person.is_one_of(Role.POLICE),
        at=at,
        mark=mark,
        remark=remark,
        troubles=troubles,
    )
    return make_response(page, 422 if troubles else 200)


WAITING = Text("次查看待复核", "{reading|readings} to review")

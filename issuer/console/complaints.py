"""The desks' pages of complaints and tips: the list, who works on them, reading, answering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request
from flask import url_for as address_of
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from accounts.account_acts import list_accounts
from accounts.bureau import the_bureau
from accounts.next_page_notice import say_done
from accounts.page_words import Place, add_places
from accounts.person import Person, the_person
from accounts.role_standing import counting_roles
from accounts.roles import Role, allow
from accounts.tables import read_table
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.troubles import Trouble, too_long
from accounts.waiting import add_waiting
from codes.wording import Text
from issuer.complaints import (
    FILE,
    MOST_ANSWER,
    MOST_REASON,
    answer,
    assign,
    check_office,
    complaints_of,
    hand_over,
    hold_complaint,
    kinds_of,
    reading_mark,
    take_in,
)
from issuer.console.authority import REFUSALS, acting, limit_form, today, trouble_of, typed
from issuer.console.complaints_shown import complaint_room, open_complaint
from issuer.console.complaints_waiting import (
    fits,
    is_overdue,
    office_of,
    public_session,
    waiting_complaints,
)
from issuer.console.complaints_words import (
    ANSWERED,
    LIST,
    NOBODY,
    READ_FIRST,
    SETTLED,
    TAKE_FIRST,
)
from issuer.console.office import the_office
from registry.complaint_answers import ComplaintOffice
from registry.complaint_models import Complaint
from registry.complaints import (
    UNREAD_MARK,
    ComplaintKind,
    count_waiting,
)
from registry.session import reading, transaction
from templates.downloads import send_download
from templates.file_types import file_type
from templates.row_ids import read_row_id

blueprint = Blueprint("complaints", __name__, url_prefix="/complaints")

WORKERS: Final = (Role.AUTHORITY_CLERK, Role.AUTHORITY_DIRECTOR, Role.POLICE)
READERS: Final = (*WORKERS, Role.AUDITOR)


def add_complaints(app: Flask) -> None:
    """Put complaints into the desks: pages, their place, and what waits."""
    app.register_blueprint(blueprint)
    text = Text("投诉举报", "Complaints and tips")
    why = Text("公众提交的投诉和线索，登记、答复、办结", "What the public reports: take up, answer")
    seen = Text("查看投诉举报办到哪一步", "See how far each is")
    at, roles = "complaints.index", frozenset(READERS)
    add_places(app, [Place(endpoint=at, text=text, roles=roles, purpose=why, looked_at=seen)])
    add_waiting(app, waiting_complaints)


@blueprint.get("")
@allow(*READERS)
def index() -> str:
    """List the complaints of one's office, and say how many are not on record yet."""
    person, table = the_person(), read_table(request.args, LIST)
    office = office_of(person)
    with reading(the_office().desks) as desks:
        found = [
            one
            for one in complaints_of(desks, office)
            if fits(one, table.words("state"), person) and table.words("kind") in ("", one.kind)
        ]
    sent = 0
    if office is not None:
        with public_session() as public:
            sent = count_waiting(public, kinds_of(office))
    return render_template(
        "desk/complaints.html",
        table=table,
        rows=found[table.offset : table.offset + table.size],
        total=len(found),
        sent=sent,
        works=office is not None,
        today=today(),
        kinds={one.value: one.text for one in ComplaintKind},
        offices={one.value: one.text for one in ComplaintOffice},
    )


@blueprint.post("/take-in")
@allow(*WORKERS)
def put_on_record() -> AnyResponse:
    """Put on record what was sent on the public site."""
    limit_form()
    office = _own_office()
    with acting("complaint.take_in", office.value), complaint_room() as room:
        taken = take_in(room, office)
    say_done(
        Text(
            f"已登记 {taken} 件；下一步领取或分派办理",
            f"Put on record: {taken}. Next: each is taken on or assigned",
        )
    )
    return redirect(address_of("complaints.index", state="open"), 303)


@blueprint.get("/<int:number>")
@allow(*READERS)
def show(number: int) -> AnyResponse:
    """Show a complaint without its words."""
    return _page(number)


@blueprint.post("/<int:number>/assign")
@allow(*WORKERS)
def give(number: int) -> AnyResponse:
    """Take a complaint, or as a director give it to somebody of the office."""
    limit_form()
    person, office = the_person(), _own_office()
    with reading(the_office().desks) as desks:
        _find(desks, number)
    people = dict(_people(office))
    said = typed("account") or str(person.account_id)
    chosen = read_row_id(said) or 0
    if chosen != person.account_id and not (may_assign(person) and chosen in people):
        return _page(number, (Trouble(field="account", text=NOBODY),))
    name = person.name if chosen == person.account_id else people[chosen]
    try:
        with (
            acting("complaint.assign", f"{number} {name}"),
            transaction(the_office().desks) as desks,
        ):
            complaint = hold_complaint(desks, number, office)
            assign(complaint, chosen, name, held_by=_held_as_shown())
    except REFUSALS as error:
        return _refused(number, error)
    if chosen == person.account_id:
        say_done(
            Text("由您办理；下一步查看内容，再答复", "It is yours; next: read it, then answer")
        )
    else:
        say_done(Text(f"已分派给 {name} 办理", f"Assigned to {name}"))
    return _to(number)


@blueprint.post("/<int:number>/hand-over")
@allow(*WORKERS)
def to_other_office(number: int) -> AnyResponse:
    """Hand a complaint over to the other office, and say why."""
    limit_form()
    person, office, reason = the_person(), _own_office(), typed("reason")
    with reading(the_office().desks) as desks:
        _find(desks, number)
    long = too_long(request.form, reason=MOST_REASON)
    if long:
        return _page(number, long, reason=reason)
    try:
        with (
            acting("complaint.hand_over", str(number), ground=_HANDED_OVER),
            complaint_room() as room,
            transaction(room.desks) as desks,
        ):
            complaint = hold_complaint(desks, number, office)
            held_by = _held_as_shown()
            hand_over(room, desks, complaint, reason, name=person.name, held_by=held_by)
    except REFUSALS as error:
        return _refused(number, error, _OF_REASON, reason=reason)
    told = office.other.text
    say_done(
        Text(
            f"第 {number} 号已转交{told.zh}，由其分派办理",
            f"No. {number} was handed to {told.en}, who will assign it",
        )
    )
    return redirect(address_of("complaints.index"), 303)


@blueprint.post("/<int:number>/read")
@allow(*WORKERS)
def read(number: int) -> AnyResponse:
    """Show what a complaint says to who has it; noted first."""
    limit_form()
    if not _may_read(number):
        return _page(number, (Trouble(field="", text=TAKE_FIRST),))
    with acting("complaint.read", str(number)):
        return _page(number, opened=True, typed_=typed("answer"))


@blueprint.post("/<int:number>/file")
@allow(*WORKERS)
def file(number: int) -> AnyResponse:
    """Hand out the file sent along, as a download; noted first."""
    limit_form()
    if not _may_read(number):
        return _page(number, (Trouble(field="", text=TAKE_FIRST),))
    with (
        acting("complaint.file", str(number)),
        complaint_room() as room,
        reading(room.desks) as desks,
    ):
        complaint = _find(desks, number)
        content = FILE.read(complaint, room.vault)
    if content is None:
        abort(404)
    name = Text(f"{number}-附件", f"{number}-attachment")
    return send_download(content, name, file_type(content))


@blueprint.post("/<int:number>/answer")
@allow(*WORKERS)
def send_answer(number: int) -> AnyResponse:
    """Answer the sender, and settle the complaint if that is said."""
    limit_form()
    person, words = the_person(), typed("answer").replace("\r\n", "\n")
    close = typed("do") == "close"
    with reading(the_office().desks) as desks, complaint_room() as room:
        found = _find(desks, number)
        own = found.assignee_id == person.account_id and found.closed_at is None
        was_read = own and typed("read") == reading_mark(room, found, person.account_id)
    if own and not was_read:
        return _page(number, (Trouble(field="", text=READ_FIRST),), typed_=words)
    troubles = too_long(request.form, answer=MOST_ANSWER)
    if close and not is_ticked():
        troubles = (*troubles, Trouble(field=SURE, text=UNTICKED))
    if own and troubles:
        return _page(number, troubles, opened=True, typed_=words)
    try:
        with acting("complaint.answer", str(number)), complaint_room() as room:
            answer(room, number, words, account_id=person.account_id, name=person.name, close=close)
    except REFUSALS as error:
        trouble = trouble_of(error, {"complaint_answer": "answer"})
        return _page(number, (trouble,), opened=was_read, typed_=words)
    say_done(SETTLED if close else ANSWERED)
    return _to(number)


_HANDED_OVER: Final = "转交投诉举报"  # why, which may name persons, is not for the trail
_OF_REASON: Final = {"complaint_reason": "reason"}


def _refused(
    number: int, error: Exception, fields: Mapping[str, str] | None = None, *, reason: str = ""
) -> AnyResponse:
    """Say why nothing was done, on the complaint's page or where that is the other office's."""
    if getattr(error, "code", "") == "complaint_elsewhere":
        raise error
    return _page(number, (trouble_of(error, fields),), reason=reason)


def may_assign(person: Person) -> bool:
    """Say whether somebody gives complaints to others."""
    return person.is_one_of(Role.AUTHORITY_DIRECTOR)


def _page(
    number: int,
    troubles: tuple[Trouble, ...] = (),
    *,
    opened: bool = False,
    typed_: str = "",
    reason: str = "",
) -> AnyResponse:
    person = the_person()
    office = office_of(person)
    with reading(the_office().desks) as desks:
        complaint = _find(desks, number)
        mine = complaint.assignee_id == person.account_id and office is not None
        shown = open_complaint(complaint, person, opened=opened)
        page = render_template(
            "desk/complaint.html",
            complaint=complaint,
            kind=ComplaintKind(complaint.kind).text,
            office=ComplaintOffice(complaint.office),
            has_file=complaint.file_kind is not None,
            unread=(complaint.file_kind or "").endswith(UNREAD_MARK),
            opened=opened,
            shown=shown,
            unanswered=_unanswered(complaint),
            handed_over=[
                (one, ComplaintOffice(one.office).text, why)
                for one, why in zip(complaint.handed_over, shown.reasons, strict=True)
            ],
            overdue=is_overdue(complaint),
            works=office is not None,
            mine=mine,
            may_read=office is not None and (mine or may_assign(person)),
            people=_people(office) if office is not None and may_assign(person) else (),
            typed=typed_,
            reason=reason,
            most=MOST_ANSWER,
            most_reason=MOST_REASON,
            troubles=troubles,
        )
    return Response(page, status=422 if troubles else 200)


def _unanswered(complaint: Complaint) -> bool:
    """Say whether the office that a complaint lies with has not answered it yet."""
    handed, answered = complaint.handed_over, complaint.answered_at
    return answered is None or (bool(handed) and handed[-1].handed_at >= answered)


def _may_read(number: int) -> bool:
    person = the_person()
    with reading(the_office().desks) as desks:
        found = _find(desks, number)
    return found.assignee_id == person.account_id or may_assign(person)


def _held_as_shown() -> int | None:
    """Return who had the complaint on the page that the form stood on."""
    return read_row_id(typed("held"))


def _find(desks: Session, number: int) -> Complaint:
    """Return a complaint that the person of this request may see; 404 for any other.

    Raises:
        IssuerError: they act on one that their office handed over (`complaint_elsewhere`).
    """
    found = desks.get(Complaint, number)
    if found is None:
        abort(404)
    office = office_of(the_person())
    if office is not None and found.office != office.value:
        if request.method == "POST" and found.kind in kinds_of(office):
            check_office(found, office)
        abort(404)
    return found


def _people(office: ComplaintOffice) -> list[tuple[int, str]]:
    police = office is ComplaintOffice.POLICE
    roles = {Role.POLICE} if police else {Role.AUTHORITY_CLERK, Role.AUTHORITY_DIRECTOR}
    return [
        (row.id, row.name)
        for row in list_accounts(the_bureau())
        if row.active and not roles.isdisjoint(counting_roles(row))
    ]


def _own_office() -> ComplaintOffice:
    office = office_of(the_person())
    assert office is not None  # the route is for those who have one
    return office


def _to(number: int) -> AnyResponse:
    return redirect(address_of("complaints.show", number=number), 303)

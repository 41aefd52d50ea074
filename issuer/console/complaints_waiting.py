"""What waits of complaints and tips for who works on them, on their first page and in the list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import url_for as address_of
from sqlalchemy.orm import Session

from accounts.person import Person
from accounts.roles import Role
from accounts.waiting import Waiting
from codes.wording import Text
from issuer.complaints import kinds_of, pending
from issuer.console.authority import today
from issuer.console.office import the_office
from registry.complaint_answers import ComplaintOffice
from registry.complaint_models import Complaint
from registry.complaints import count_waiting
from registry.public_database import public_database, public_database_url
from registry.session import reading


def office_of(person: Person) -> ComplaintOffice | None:
    """Return whose complaints somebody works on; None for who looks at both and works on none."""
    if person.is_one_of(Role.AUTHORITY_CLERK, Role.AUTHORITY_DIRECTOR):
        return ComplaintOffice.AUTHORITY
    return ComplaintOffice.POLICE if person.is_one_of(Role.POLICE) else None


def waiting_complaints(person: Person) -> Iterator[Waiting]:
    """Yield what waits for somebody who works on complaints."""
    office = office_of(person)
    if office is None:
        return
    with reading(the_office().desks) as desks:
        waits = pending(desks, office, person.account_id, today())
    with public_session() as public:
        sent = count_waiting(public, kinds_of(office))
    for text, count, state in (
        (Text("件投诉举报待登记", "{complaint|complaints} to put on record"), sent, ""),
        (
            Text("件投诉举报待分派", "{complaint|complaints} to assign"),
            waits.unassigned,
            "?state=open",
        ),
        (
            Text("件投诉举报由您办理", "{complaint|complaints} for you to answer"),
            waits.mine,
            "?state=mine",
        ),
        (
            Text("件投诉举报已逾期", "{complaint|complaints} overdue"),
            waits.overdue,
            "?state=overdue",
        ),
    ):
        yield Waiting(text=text, count=count, link=address_of("complaints.index") + state)


@contextmanager
def public_session() -> Iterator[Session]:
    """Read what was sent on the public site."""
    url = public_database_url(the_office().home)
    with public_database(url) as engine, reading(engine) as session:
        yield session


def fits(one: Complaint, state: str, person: Person) -> bool:
    """Say whether a complaint belongs in the list of one state; `mine` is the person's own."""
    still_open = one.closed_at is None
    if state == "mine":
        return still_open and one.assignee_id == person.account_id
    return {
        "": True,
        "open": still_open,
        "overdue": is_overdue(one),
        "closed": not still_open,
    }[state]


def is_overdue(one: Complaint) -> bool:
    """Say whether a complaint should have been settled by now."""
    return one.closed_at is None and one.due_on < today()

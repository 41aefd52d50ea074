"""What the page of a complaint opens of it: words, answers, why it was handed over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from accounts.person import Person
from issuer.complaints import ComplaintRoom, reading_mark, reasons_of, told_of, words_of
from issuer.console.authority import acting
from issuer.console.complaints_waiting import office_of
from issuer.console.office import the_office
from registry.complaint_answers import ComplaintAnswer
from registry.complaint_models import Complaint
from registry.complaints import ComplaintBox, ComplaintWords
from registry.public_database import public_database, public_database_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is opened of a complaint.

    Args:
        words: what it says; None for who only sees that there is one.
        reasons: why it was handed over, each time.
        answers: what its sender was answered, the first first.
        mark: of having read it; empty where only its subject is shown.
    """

    words: ComplaintWords | None = field(repr=False)
    reasons: Sequence[str] = field(repr=False)
    answers: Sequence[ComplaintAnswer] = ()
    mark: str = ""


def open_complaint(complaint: Complaint, person: Person, *, opened: bool) -> Shown:
    """Return what somebody is shown of a complaint.

    That its subject, those reasons and the answers alone are shown is noted here.

    Args:
        opened: whether all of it is, which was noted already.
    """
    if office_of(person) is None:
        return Shown(words=None, reasons=[""] * len(complaint.handed_over))
    if not opened:
        with acting("complaint.subject", str(complaint.id)):
            return _shown(complaint, "")
    with complaint_room() as room:
        mark = reading_mark(room, complaint, person.account_id)
    return _shown(complaint, mark)


def _shown(complaint: Complaint, mark: str) -> Shown:
    with complaint_room() as room:
        return Shown(
            words=words_of(room, complaint),
            reasons=reasons_of(room, complaint),
            answers=told_of(room, complaint).answers,
            mark=mark,
        )


@contextmanager
def complaint_room() -> Iterator[ComplaintRoom]:
    """Open what complaints are worked on with for one block."""
    office = the_office()
    with public_database(public_database_url(office.home)) as public:
        yield ComplaintRoom(
            vault=office.vault(),
            desks=office.desks,
            public=public,
            box=ComplaintBox(office.home.pepper()),
            clock=office.clock,
        )

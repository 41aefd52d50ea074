"""What holders ask this body for and is not done yet, as several pages of the desk show it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from flask import url_for

from accounts.person import Person, the_person
from accounts.roles import Role
from accounts.waiting import Waiting
from codes.wording import Text
from issuer.console.office import the_office
from issuer.holder_counter import HolderCounter
from issuer.holder_promises import acts_for
from registry.holder_access import HolderKeys
from registry.holder_requests import AskedFor, pending_requests
from registry.public_database import public_database, public_database_url
from registry.session import reading

READ_REQUEST: Final = "certificates.request"
"""How the audit trail calls that somebody read what a holder wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A request that was not declined and that nobody ended.

    Args:
        act_id: the act that was proposed for it; None while there is none.
    """

    asked: AskedFor
    act_id: int | None

    @property
    def to_answer(self) -> bool:
        """Whether the body has not answered it."""
        return self.asked.outcome is None

    @property
    def to_do(self) -> bool:
        """Whether it was taken up and nothing is proposed for it."""
        return self.asked.outcome is not None and self.act_id is None


def pending_of(body: str) -> list[Pending]:
    """Return what holders ask a body for, the oldest first."""
    with holder_counter() as counter, reading(counter.public) as session:
        asked = pending_requests(session, counter.keys, body)
    with reading(the_office().engine) as session:
        acts = acts_for(session, body, asked)
    return [Pending(asked=one, act_id=acts.get(one.id)) for one in asked]


def waiting_on(number: str) -> list[Pending]:
    """Return what the person's own body has to answer or to do about a certificate."""
    body = the_person().body
    if body is None or not number.startswith(body):
        return []
    mine = [one for one in pending_of(body) if one.asked.number == number]
    return [one for one in mine if one.to_answer or one.to_do]


def waiting_requests(person: Person) -> Iterator[Waiting]:
    """Yield what a clerk of a body has to answer, and what was taken up and is still to do."""
    if person.body is None or not person.is_one_of(Role.BODY_CLERK):
        return
    pending = pending_of(person.body)
    answer = [one.asked.id for one in pending if one.to_answer]
    text = Text("件持证人申请待答复", "{request of a holder|requests of holders} to answer")
    yield Waiting(text=text, count=len(answer), link=_link(answer))
    to_do = [one.asked.id for one in pending if one.to_do]
    text = Text(
        "件持证人申请已受理，待提出办理",
        "{request of a holder|requests of holders} taken up, with no act proposed yet",
    )
    yield Waiting(text=text, count=len(to_do), link=_link(to_do))


def _link(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return url_for("certificate_holder.show_request", number=numbers[0])
    return url_for("certificate_holder.requests")


@contextmanager
def holder_counter() -> Iterator[HolderCounter]:
    """Yield where codes and requests lie, for one block."""
    office = the_office()
    with public_database(public_database_url(office.home)) as public:
        yield HolderCounter(
            public=public, keys=HolderKeys(office.home.pepper()), clock=office.clock
        )

"""Which acts on certificates wait for an approver, as their first page shows it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from accounts.person import Person
from accounts.roles import Role
from accounts.waiting import Waiting
from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.console.office import the_office
from issuer.life_acts import waiting_acts
from registry.session import reading


def waiting_changes(person: Person) -> Iterator[Waiting]:
    """Yield how many acts others of the body proposed that an approver has to decide on."""
    if person.body is None or not person.is_one_of(Role.APPROVER):
        return
    with reading(the_office().engine) as session:
        found = waiting_acts(session, person.body)
    others = [one for one, proposer in found if not is_same_person(proposer, person.name)]
    link = url_for("certificate_decisions.index")
    if len(others) == 1:
        link = url_for("certificate_decisions.show", act_id=others[0])
    yield Waiting(
        text=Text("项证书变更待审批", "acts on certificates to approve"),
        count=len(others),
        link=link,
    )

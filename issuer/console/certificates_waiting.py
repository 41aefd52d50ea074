"""Which acts on certificates wait or were declined, and which copies wait, as first pages say."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from accounts.person import Person
from accounts.roles import Role
from accounts.waiting import LATELY, Waiting
from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.console.certificates_words import TO_PRINT
from issuer.console.office import the_office
from issuer.copies_to_print import awards_to_print
from issuer.life_acts import declined_acts, waiting_acts
from registry.life_models import ActState
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
        text=Text("项证书变更待审批", "{act on a certificate|acts on certificates} to approve"),
        count=len(others),
        link=link,
    )


def declined_changes(person: Person) -> Iterator[Waiting]:
    """Yield how many acts the person proposed were declined lately."""
    if person.body is None:
        return
    office = the_office()
    with reading(office.engine) as session:
        found = declined_acts(session, person.body, office.clock() - LATELY)
    own = [one for one, proposer in found if is_same_person(proposer, person.name)]
    link = url_for("certificate_decisions.index", state=ActState.REJECTED.value)
    if len(own) == 1:
        link = url_for("certificate_decisions.show", act_id=own[0])
    text = Text(
        "项您提出的证书变更未获批准（近 7 天）",
        "of your acts on certificates declined in the last 7 days",
    )
    yield Waiting(text=text, count=len(own), link=link)


def waiting_copies(person: Person) -> Iterator[Waiting]:
    """Yield how many corrected, reissued or archive copies a clerk of the body has to print."""
    if person.body is None or not person.is_one_of(Role.BODY_CLERK):
        return
    with reading(the_office().engine) as session:
        found = awards_to_print(session, person.body)
    link = url_for("certificate_decisions.index", state=TO_PRINT)
    if len(found) == 1:
        link = url_for("certificates.show", award_id=found[0], _anchor="copies")
    yield Waiting(
        text=Text(
            "份更正、补发或存档的证书待下载印制",
            "corrected, reissued or archive {copy|copies} to download and print",
        ),
        count=len(found),
        link=link,
    )

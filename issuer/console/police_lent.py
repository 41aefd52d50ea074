"""What the office does for the police desk, which is in the verifier's room.

Handed over as functions by `police_opening`, so that neither room imports the other.
"""

from __future__ import annotations

from sqlalchemy import select

from codes.wording import Text
from issuer.certificate_files import read_photo
from issuer.certificate_view import view_certificate
from issuer.console.certificates_show import printed, timeline
from issuer.console.office import Office
from issuer.copy_list import AWARD_WORDS
from issuer.errors import IssuerError
from issuer.operator import note_act_now, read_operator
from registry.cases import CaseError, FullRecord
from registry.errors import RegistryError
from registry.models import Award
from registry.session import reading


def note_for_police(
    office: Office, *, actor: str, act: str, subject: str, ground: str, reference: str
) -> None:
    """Note an act of the police desk on the audit trail.

    Raises:
        CaseError: ground or reference may not stand there: the codes of `read_operator`.
        RegistryUnavailable: it could not be noted.
    """
    try:
        operator = read_operator(name=actor, ground=ground, reference=reference)
    except IssuerError as error:
        raise CaseError(error.code, error.text) from error
    note_act_now(office.engine, operator, act, subject, at=office.clock())


def read_full_record(office: Office, number: str) -> FullRecord | None:
    """Return everything on record of a certificate, None where there is none of that number.

    The caller has noted on what ground it is read.
    """
    vault = office.vault()
    with reading(office.engine) as session:
        award = session.scalar(select(Award).where(Award.number == number))
        if award is None:
            return None
        view = view_certificate(session, office.home, vault, award, opened=True, now=office.clock())
        try:
            photo = None if view.person is None else read_photo(office.home, vault, award)
        except RegistryError:
            photo = None
    status = (Text("现在的状态", "Present status"), AWARD_WORDS[view.status])
    copies = [(Text("印制流水码", "Print serial"), copy.line.print_serial) for copy in view.copies]
    return FullRecord(
        number=number,
        facts=(*printed(view), status, *copies),
        events=tuple((one[0], one[1]) for one in timeline(view, None, ())),
        photo=photo,
    )

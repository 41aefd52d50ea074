"""A prior certificate of a candidate that is one of ours: is it theirs, of the level, in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.assessment_rules import Condition
from codes.occupations import occupation_by_index
from codes.wording import Text
from issuer.awarding import open_private
from issuer.copy_list import AWARD_WORDS
from registry.errors import RegistryError
from registry.models import Award, AwardStatus, Site
from registry.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorAward:
    """What the register says of a number that one of its bodies would have given.

    Args:
        known: there is such a certificate.
        theirs: its holder has the candidate's document number.
        occupation: its name.
        status: of the award; None where there is none.
        issued_on: its date; None where there is none.
    """

    known: bool
    theirs: bool = False
    occupation: str = ""
    status: AwardStatus | None = None
    issued_on: date | None = None

    def faults(self, condition: Condition) -> Iterator[Text]:
        """Yield why it does not serve a condition; of a stranger's certificate nothing is told."""
        if not self.known or not self.theirs:
            yield _NOT_THEIRS
            return
        if self.occupation != condition.certificate_occupation:
            yield Text(
                f"原证书的职业是{self.occupation}，本条件要求{condition.certificate_occupation}",
                "the prior certificate is of another occupation than the condition asks for",
            )
        if self.status is not None and self.status is not AwardStatus.CURRENT:
            words = AWARD_WORDS[self.status]
            yield Text(f"原证书{words.zh}", f"the prior certificate: {words.en}")


_NOT_THEIRS = Text(
    "登记册中本人没有这个编号的证书，请核对编号",
    "the register has no certificate of this number for this person; check the number",
)


def find_prior(session: Session, vault: Vault, number: str, document: str) -> PriorAward | None:
    """Return what the register says of a prior certificate; None where it is of no body of ours.

    Args:
        session: on the register.
        number: 22 characters, well formed.
        document: the candidate's document number, folded.
    """
    award = session.scalar(select(Award).where(Award.number == number))
    if award is None:
        ours = session.scalar(select(Site.id).where(Site.prefix == number[:13]))
        return None if ours is None else PriorAward(known=False)
    try:
        theirs = open_private(vault, award).document_number == document
    except RegistryError:  # erased, or damaged: nobody can say whose it was
        theirs = False
    return PriorAward(
        known=True,
        theirs=theirs,
        occupation=occupation_by_index(award.occupation).zh,
        status=AwardStatus(award.status),
        issued_on=award.issued_on if theirs else None,
    )

"""Corrections (更正): the right name or 工种, checked as a roster's row is, and put into the vault.

The record on paper is never changed: a correction is a new record, the next version, on a copy with
serials of its own. What the former record opened it still opens, to be told that it was corrected.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from codes.errors import CodesError
from codes.latin_names import normalise_latin_name, spell
from codes.levels import Level
from codes.names import normalise_name
from codes.occupations import occupation_by_index
from codes.wording import Text
from issuer.awarding import PrivateFields, read_private
from issuer.copying import add_copies, check_may_copy, current_copy
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.printing import make_printer
from issuer.subjects import parse_specialty
from registry.holder_keys import HOLDER_CONTEXT, name_index, open_holder, private_context
from registry.models import Award, Copy, CopyKind, CopyState
from registry.row_marks import mark_of_copy
from templates.certificate import CertificateFace
from templates.fonts import FontChain, explain_missing
from templates.labels import format_print_serial


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is to be printed instead; None leaves it as it is.

    Args:
        name: as normalised by `codes.names`.
        latin_name: beside a new name: as given, or as spelled by rule.
        specialty: 工种; an empty text where the certificate is to name none.
    """

    name: str | None = field(repr=False)
    latin_name: str | None = field(repr=False)
    specialty: str | None

    def applied(self, private: PrivateFields) -> PrivateFields:
        """Return what the vault is to keep of the award."""
        changes: dict[str, str | None] = {}
        if self.name is not None:
            changes |= {"name": self.name, "latin_name": self.latin_name}
        if self.specialty is not None:
            changes["specialty"] = self.specialty or None
        return dataclasses.replace(private, **changes)  # type: ignore[arg-type]  # texts all


def parse_correction(name: str | None, specialty: str | None, latin_name: str | None) -> Correction:
    """Return the correction that was typed.

    Raises:
        IssuerError: nothing is to be corrected (`correction_empty`), or a text cannot be printed
            (`correction_wrong`).
    """
    if name is None and specialty is None:
        raise IssuerError(
            "correction_empty",
            Text(
                "更正请用 --name 写明正确的姓名，或用 --specialty 写明正确的工种",
                "say what is right: --name for the name, --specialty for the specialty",
            ),
        )
    spelled: str | None = None
    if name is not None:
        reading = normalise_name(name)
        if reading.problems:
            raise _wrong(reading.problems[0].text)
        name = reading.name
        spelled = spell(name).text
    if latin_name is not None and name is not None:
        try:
            spelled = normalise_latin_name(latin_name)
        except CodesError as error:
            raise _wrong(error.text) from error
    return Correction(
        name=name,
        latin_name=spelled,
        specialty=None if specialty is None else (parse_specialty(specialty) or ""),
    )


def check_correction(
    session: Session, desk: Desk, award: Award, correction: Correction, fonts: FontChain
) -> None:
    """Refuse a correction that changes nothing, or that could not be printed or made now.

    Raises:
        IssuerError: `correction_same`, `correction_wrong`, or as `check_may_copy`.
    """
    check_may_correct(session, desk, award)
    private = read_private(desk, award)
    corrected = correction.applied(private)
    if (corrected.name, corrected.specialty) == (private.name, private.specialty):
        raise IssuerError(
            "correction_same",
            Text(
                "与登记内容相同，无须更正", "that is what is on record; nothing is to be corrected"
            ),
        )
    missing = fonts.missing_characters(corrected.name + (corrected.specialty or ""))
    if missing:
        raise _wrong(explain_missing(missing[0]))
    problems = make_printer(desk, fonts).check_fit(_face(desk, award, corrected))
    if problems:
        raise _wrong(problems[0].text)


def check_may_correct(session: Session, desk: Desk, award: Award) -> None:
    """Refuse an award of which no corrected copy can be made now.

    Raises:
        IssuerError: as `check_may_copy`; `award_unfinished` also while another copy is being made,
            which must get the record it was reserved for.
    """
    check_may_copy(session, desk, award)
    if any(copy.state == CopyState.RESERVED for copy in award.copies):
        raise IssuerError(
            "award_unfinished",
            Text(
                f"证书 {award.number} 另有一份尚未制作完成，请先完成",
                f"another copy of certificate {award.number} is not finished; finish it first",
            ),
        )


def reserve_correction(session: Session, desk: Desk, award: Award, correction: Correction) -> Copy:
    """Put the right facts into the vault and reserve the copy that carries them.

    Args:
        session: of the approving transaction, which locks the award.
        desk: the body's place of work.
        award: checked by `check_may_correct` in the same transaction.
        correction: approved.
    """
    replaced = current_copy(award)
    (copy,) = add_copies(session, desk, [award], CopyKind.CORRECTION)
    copy.replaces_id = replaced.id
    copy.row_mark = mark_of_copy(desk.vault, copy, award.number, replaced.status_index)
    _write_private(desk, award, correction.applied(read_private(desk, award)))
    session.flush()
    return copy


def _write_private(desk: Desk, award: Award, corrected: PrivateFields) -> None:
    holder, context = award.holder, private_context(award.number)
    key = open_holder(desk.vault, holder)
    data = json.loads(key.unseal(context, award.private_sealed))
    data |= {
        "name": corrected.name,
        "specialty": corrected.specialty,
        "latin_name": corrected.latin_name,
    }
    award.private_sealed = key.seal(context, json.dumps(data).encode())
    award.name_index = name_index(desk.vault, corrected.name)
    person = json.loads(key.unseal(HOLDER_CONTEXT, holder.sealed)) | {"name": corrected.name}
    holder.sealed = key.seal(HOLDER_CONTEXT, json.dumps(person).encode())


def _face(desk: Desk, award: Award, private: PrivateFields) -> CertificateFace:
    current = current_copy(award)
    return CertificateFace(
        body_name=desk.site.body.name,
        layout=current.layout,
        holder_name=private.name,
        holder_name_latin=private.latin_name,
        document_type=private.document_type,
        document_number=private.document_number,
        occupation=occupation_by_index(award.occupation),
        specialty=private.specialty,
        level=Level(award.level),
        number=desk.prefix.number(year=award.year, level=Level(award.level), serial=award.serial),
        issued_on=award.issued_on,
        print_serial_text=format_print_serial(current.year, current.print_serial),
        qr_text="",
        photo_jpeg=b"",
        sample=desk.home.demo,
    )


def _wrong(reason: Text) -> IssuerError:
    return IssuerError(
        "correction_wrong",
        Text(f"更正内容不能印制：{reason.zh}", f"that cannot be printed: {reason.en}"),
    )

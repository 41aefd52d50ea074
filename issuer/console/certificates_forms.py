"""What the forms of the certificate desk bring, read into types, and what is missing in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from flask import url_for

from accounts.troubles import Trouble, too_long
from codes.wording import Text
from issuer.certificate_find import Asked
from issuer.correcting import parse_correction
from issuer.errors import WaitsAlready
from issuer.filing import MAX_NAME
from issuer.life_forms import ActForm
from issuer.life_words import reason_called
from issuer.operator import LONGEST_REFERENCE
from log.leaves import LifeKind
from registry.life_models import Ground
from registry.models import ReissueReason

MAX_REASON: Final = 500
_MOST: Final = 500
_FIELDS_OF_CODES: Final = {
    "correction_empty": "name",
    "correction_same": "name",
    "correction_wrong": "name",
    "find_number_wrong": "number",
    "find_nothing": "number",
    "operator_text": "ground",
    "operator_document_number": "ground",
    "reading_ground": "ground",
}


def trouble_of(error: Exception) -> Trouble:
    """Return what a form says of a refusal of the domain, beside the field it is about."""
    text = getattr(error, "text", None)
    assert isinstance(text, Text)
    link = ""
    if isinstance(error, WaitsAlready):
        link = url_for("certificate_decisions.show", act_id=error.number)
    return Trouble(field=_FIELDS_OF_CODES.get(getattr(error, "code", ""), ""), text=text, link=link)


def read_asked(form: Mapping[str, str]) -> Asked:
    """Return what is looked for."""
    number, document, name = (
        form.get(key, "").strip()[:_MOST] for key in ("number", "document", "name")
    )
    return Asked(number=number, document=document, name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActEntry:
    """What was typed into the form of an act, to be shown again in it."""

    reason: str = field(default="", repr=False)
    reference: str = ""
    ground: str = ""
    because: str = ""
    name: str = field(default="", repr=False)
    latin_name: str = field(default="", repr=False)
    specialty: str = ""

    @property
    def typed(self) -> dict[str, str]:
        """What the form brings again when the person goes on."""
        return {
            "reason": self.reason,
            "reference": self.reference,
            "ground": self.ground,
            "because": self.because,
            "name": self.name,
            "latin_name": self.latin_name,
            "specialty": self.specialty,
        }


def read_act(form: Mapping[str, str]) -> ActEntry:
    """Return the entry of an act."""
    keys = ("reason", "reference", "ground", "because", "name", "latin_name", "specialty")
    return ActEntry(**{key: form.get(key, "").strip() for key in keys})


def inspect_act(kind: LifeKind, entry: ActEntry) -> tuple[Trouble, ...]:
    """Return what is missing or too long before an act can be shown."""
    names = {"name": MAX_NAME, "latin_name": MAX_NAME, "specialty": MAX_NAME}
    long = too_long(entry.typed, reason=MAX_REASON, reference=LONGEST_REFERENCE, **names)
    troubles = list(long)
    if kind is LifeKind.CORRECT and not (entry.name or entry.specialty):
        troubles.append(
            _missing("name", "请填写正确的姓名，或正确的工种", "Enter the right name or specialty")
        )
    if kind is LifeKind.REISSUE and entry.because not in set(ReissueReason):
        troubles.append(_missing("because", "请选择补发事由", "Choose why it is reissued"))
    if kind is LifeKind.REVOKE and entry.ground not in set(Ground):
        troubles.append(_missing("ground", "请选择撤销的事由类别", "Choose the ground"))
    if not entry.reason:
        what = reason_called(kind).zh
        troubles.append(_missing("reason", f"请写明{what}", "Say why"))
    if not entry.reference:
        troubles.append(
            _missing("reference", "请填写文号", "Enter the number of the paper it rests on")
        )
    return tuple(troubles)


def form_of(kind: LifeKind, number: str, entry: ActEntry) -> ActForm:
    """Return the act that an entry without troubles means.

    Raises:
        IssuerError: as `parse_correction`.
    """
    correcting = kind is LifeKind.CORRECT
    return ActForm(
        kind=kind,
        number=number,
        ground=Ground(entry.ground) if kind is LifeKind.REVOKE else None,
        reason=entry.reason,
        reference=entry.reference,
        correction=(
            parse_correction(entry.name or None, entry.specialty or None, entry.latin_name or None)
            if correcting
            else None
        ),
        reissue=ReissueReason(entry.because) if kind is LifeKind.REISSUE else None,
    )


def _missing(where: str, zh: str, en: str) -> Trouble:
    return Trouble(field=where, text=Text(zh, en))

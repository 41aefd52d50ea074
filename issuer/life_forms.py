"""What an act on the life of awards says, and how it is kept: who may do what, on which ground.

Reason and reference are kept under the vault: a reason may name a person.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.correcting import Correction
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.life_words import GROUND_WORDS, KIND_CODES, KIND_WORDS
from log.leaves import LifeKind
from registry.life_models import ActState, Ground, LifeAct
from registry.models import AwardStatus, ReissueReason
from registry.trail import note

_MOST_TEXT = 500
_ERASED = "（已依法删除）"
_ALIVE = (AwardStatus.CURRENT, AwardStatus.SUSPENDED)
MAY_BE = {
    LifeKind.CORRECT: (AwardStatus.CURRENT,),
    LifeKind.REISSUE: (AwardStatus.CURRENT,),
    LifeKind.ARCHIVE_COPY: (AwardStatus.CURRENT,),
    LifeKind.SUSPEND: (AwardStatus.CURRENT,),
    LifeKind.LIFT: (AwardStatus.SUSPENDED,),
    LifeKind.REVOKE: _ALIVE,
    LifeKind.ANNUL: _ALIVE,
    LifeKind.DIED: _ALIVE,
    LifeKind.BODY_MERGED: _ALIVE,
}
"""The statuses from which each act leads on."""
MAKES_COPY = frozenset({LifeKind.CORRECT, LifeKind.REISSUE, LifeKind.ARCHIVE_COPY})
"""The acts that come with a copy to be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActForm:
    """What is proposed, parsed.

    Args:
        kind: what is to happen.
        number: of the one award; None where a batch, or everything of the body, is meant.
        batch: name of the batch.
        ground: of a revocation or annulment.
        reason: in words; may name a person.
        reference: number of the paper it rests on (文号).
        correction: what is right.
        reissue: why a reissue is asked for.
        replaces: print serial of the copy that a reissue makes void, as printed.
        successor: the body that this one was merged into.
    """

    kind: LifeKind
    number: str | None = None
    batch: str | None = None
    ground: Ground | None = None
    reason: str = field(repr=False)
    reference: str
    correction: Correction | None = field(default=None, repr=False)
    reissue: ReissueReason | None = None
    replaces: str | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActView:
    """An act as an operator sees it.

    Args:
        target: certificate number, or batch, or prefix of the body.
        award_id: of the one award it is about, if it is about one.
        hits: how many awards it changes: as counted now, or as it did.
        decision: why it was rejected or withdrawn.
    """

    act_id: int
    kind: LifeKind
    state: ActState
    target: str
    award_id: int | None
    ground: Ground | None
    reason: str = field(repr=False)
    reference: str
    correction: Correction | None = field(repr=False)
    reissue: ReissueReason | None
    replaces: str | None
    successor: str | None
    hits: int
    proposer: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None = field(repr=False)


def note_decision(session: Session, desk: Desk, act: LifeAct, *, actor: str, step: str) -> None:
    """Add a step of an act to the audit trail, in its transaction.

    The trail holds the reference and the kind of ground; the reason in words may name a person.

    Args:
        session: of the step.
        desk: the body's place of work.
        act: on record.
        actor: who takes the step.
        step: such as `propose`.
    """
    form, target = read_details(desk, act)
    note(
        session,
        actor=actor,
        act=f"life.{step}",
        subject=f"{KIND_CODES[form.kind]} {target} #{act.id}",
        ground=KIND_WORDS[form.kind].zh if form.ground is None else GROUND_WORDS[form.ground].zh,
        reference=form.reference,
        at=desk.clock(),
    )


def act_own() -> IssuerError:
    """Return the refusal of a decision on one's own proposal."""
    return IssuerError(
        "act_own",
        Text(
            "提出人不能审批自己提出的事项，请由另一人办理",
            "nobody decides on their own proposal; another person must",
        ),
    )


def seal_details(desk: Desk, act: LifeAct, form: ActForm) -> bytes:
    """Return what is kept of a proposal beside its row, sealed for this very act.

    Raises:
        IssuerError: reason or reference is missing (`act_text_missing`).
    """
    correction = form.correction
    details = {
        "number": form.number,
        "batch": form.batch,
        "reason": read_text(form.reason),
        "reference": read_text(form.reference),
        "successor": form.successor,
        "reissue": form.reissue,
        "replaces": form.replaces,
        "correction": None
        if correction is None
        else {
            "name": correction.name,
            "latin_name": correction.latin_name,
            "specialty": correction.specialty,
        },
    }
    return desk.vault.seal(details_context(act), json.dumps(details).encode())


def seal_decision(desk: Desk, act: LifeAct, reason: str) -> bytes:
    """Return why an act was rejected or withdrawn, sealed for this very act."""
    return desk.vault.seal(decision_context(act), reason.encode())


def read_text(typed: str) -> str:
    """Return a reason or a reference as it is kept.

    Raises:
        IssuerError: `act_text_missing`.
    """
    text = " ".join(typed.split())
    if not 1 <= len(text) <= _MOST_TEXT or not text.isprintable():
        raise IssuerError(
            "act_text_missing",
            Text(
                f"请写明事由和文号（各 1–{_MOST_TEXT} 个字符）",
                f"give a reason and a reference (1–{_MOST_TEXT} characters each)",
            ),
        )
    return text


def read_details(desk: Desk, act: LifeAct) -> tuple[ActForm, str]:
    """Return what was proposed, and its target in words; raises VaultError for an altered row.

    Of an award whose holder's data were erased only the kind is left.
    """
    if not act.details_sealed:
        gone = ActForm(kind=LifeKind(act.kind), reason=_ERASED, reference=_ERASED)
        return gone, _ERASED
    data = json.loads(desk.vault.unseal(details_context(act), act.details_sealed))
    correction, reissue = data["correction"], data.get("reissue")
    form = ActForm(
        kind=LifeKind(act.kind),
        ground=None if act.ground is None else Ground(act.ground),
        reason=data["reason"],
        reference=data["reference"],
        correction=None if correction is None else Correction(**correction),
        reissue=None if reissue is None else ReissueReason(reissue),
        replaces=data.get("replaces"),
        successor=data["successor"],
        number=data["number"],
        batch=data["batch"],
    )
    return form, form.number or form.batch or desk.site.prefix


def open_decision(desk: Desk, act: LifeAct, sealed: bytes) -> str:
    """Undo `seal_decision`; raises VaultError for an altered row."""
    if not sealed:
        return _ERASED
    return desk.vault.unseal(decision_context(act), sealed).decode()


def details_context(act: LifeAct) -> str:
    """Return what the details of an act are sealed under."""
    return f"life-act/{act.site_id}/{act.id}/{act.kind}"


def decision_context(act: LifeAct) -> str:
    """Return what the reason of a decision on an act is sealed under."""
    return f"{details_context(act)}/decision"

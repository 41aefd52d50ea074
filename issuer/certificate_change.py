"""What an act would change of a certificate, line by line: as it is, and as it will be.

Proposer and approver are shown the same, worked out anew from the register each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from codes.names import mask_name
from codes.record import decode_record
from codes.wording import Text
from issuer.awarding import PrivateFields, open_private
from issuer.copy_list import AWARD_WORDS, KIND_WORDS, REASON_WORDS, STATE_WORDS
from issuer.copying import archive_of, current_copy, serial_of
from issuer.correcting import Correction
from issuer.life_forms import MAY_BE, ActForm
from keys.envelope import decode_envelope
from log.leaves import LifeKind
from registry.access import unseal_envelope
from registry.holder_keys import open_data_key
from registry.life import ENDING, STATUS_AFTER
from registry.life_models import LifeEvent
from registry.life_records import count_events
from registry.models import Award, AwardStatus, Copy, CopyKind, CopyState
from registry.vault import Vault

PROPOSED_ON_PAGE = (
    LifeKind.CORRECT,
    LifeKind.REISSUE,
    LifeKind.SUSPEND,
    LifeKind.LIFT,
    LifeKind.REVOKE,
    LifeKind.DIED,
    LifeKind.ARCHIVE_COPY,
)
"""The acts on one certificate, in the order in which its page offers them."""

_NONE = Text("——", "—")
_HIDDEN = Text("（查看个人信息后显示）", "(shown once personal data are opened)")


def _not_current(zh: str, en: str) -> Text:
    return Text(f"记录属实，现非有效（{zh}）", f"The record is genuine but not in force now: {en}")


_PUBLIC = {
    AwardStatus.CURRENT: Text("核验一致，现行有效", "Agrees with the register and is in force"),
    AwardStatus.SUSPENDED: _not_current("已暂停", "suspended"),
    AwardStatus.REVOKED: _not_current("已撤销", "revoked"),
    AwardStatus.CANCELLED: _not_current("已注销", "cancelled"),
}
_OUT_OF_SCOPE = Text(
    "非备案机构签发，或超出备案范围（发证日期不在机构备案期内）",
    "Issued by a body that is not filed, or beyond what it is filed for (by its date of issue)",
)
_COPY_KINDS = {
    LifeKind.CORRECT: CopyKind.CORRECTION,
    LifeKind.REISSUE: CopyKind.REISSUE,
    LifeKind.ARCHIVE_COPY: CopyKind.ARCHIVE,
}
_VOID = {LifeKind.CORRECT: CopyState.CORRECTED, LifeKind.REISSUE: CopyState.SUPERSEDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line: what it is, as it is, and as it will be; the two may be equal."""

    label: Text
    before: Text = field(repr=False)
    after: Text = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an act would change.

    Args:
        changes: line by line.
        lived: how many events the award has had, so that a later one is noticed.
    """

    changes: tuple[Change, ...]
    lived: int


def preview_change(
    session: Session,
    vault: Vault,
    award: Award,
    form: ActForm,
    *,
    opened: bool,
    covered: bool | None = None,
) -> Preview:
    """Return what an act would change of a certificate now.

    Args:
        session: that reads.
        vault: the home's, open.
        award: of the act, recorded.
        form: what is proposed.
        opened: whether the reader may see the holder's name in full.
        covered: whether the body is filed for it, by the list in force; None if nobody knows.

    Raises:
        VaultError: the award does not open.
    """
    lived = count_events(session, [award.id]).get(award.id, 0)
    private = open_private(vault, award)
    changes = (
        *_status(AwardStatus(award.status), form.kind, covered=covered),
        *_printed(private, form.correction, opened=opened),
        *_copies(award, form),
    )
    return Preview(changes=changes, lived=lived)


def offered(award: Award) -> tuple[LifeKind, ...]:
    """Return the acts that may be proposed of an award as it stands."""
    if award.recorded_at is None:
        return ()
    return tuple(
        kind
        for kind in PROPOSED_ON_PAGE
        if award.status in MAY_BE[kind]
        and not (kind is LifeKind.ARCHIVE_COPY and archive_of(award) is not None)
    )


def changed_by(session: Session, award_id: int, act_id: int, kind: LifeKind) -> Preview | None:
    """Return what an act that was carried out changed of a certificate's status, if it did."""
    mine = select(LifeEvent.n).where(LifeEvent.award_id == award_id, LifeEvent.act_id == act_id)
    place = session.scalar(mine)
    if place is None:
        return None
    earlier = select(LifeEvent.kind).where(LifeEvent.award_id == award_id, LifeEvent.n < place)
    before = AwardStatus.CURRENT
    for one in session.scalars(earlier.order_by(LifeEvent.n)):
        before = STATUS_AFTER.get(LifeKind(one), before)
    return Preview(changes=tuple(_status(before, kind)), lived=place - 1)


def is_unchanged_since(session: Session, award_id: int, moment: datetime) -> bool:
    """Return whether nothing was done to a certificate after a moment; an erased one is changed."""
    later = or_(LifeEvent.at > moment, LifeEvent.kind == LifeKind.ERASE)
    query = select(LifeEvent.id).where(LifeEvent.award_id == award_id, later).limit(1)
    return session.scalar(query) is None


def _answer(status: AwardStatus, *, covered: bool | None) -> Text:
    """Return what the public check answers; of what is not in force it says that first."""
    outside = covered is False and status is AwardStatus.CURRENT
    return _OUT_OF_SCOPE if outside else _PUBLIC[status]


def _status(
    before: AwardStatus, kind: LifeKind, *, covered: bool | None = None
) -> Iterator[Change]:
    after = STATUS_AFTER.get(kind, before)
    yield Change(
        label=Text("证书状态", "Status"), before=AWARD_WORDS[before], after=AWARD_WORDS[after]
    )
    yield Change(
        label=Text("公众核验答复", "Public verification result"),
        before=_answer(before, covered=covered),
        after=_answer(after, covered=covered),
    )
    if kind in ENDING:
        yield Change(
            label=Text("能否恢复", "Can it be undone"), before=_NONE, after=Text("不能", "no")
        )
        yield Change(
            label=Text("持证人可否再次取得本级别", "May the holder earn this level anew"),
            before=Text("否，已持有", "no, held already"),
            after=Text("可以", "yes"),
        )


def _printed(
    private: PrivateFields, correction: Correction | None, *, opened: bool
) -> Iterator[Change]:
    """Yield the printed fields that a correction may touch, those it leaves too."""
    after = private if correction is None else correction.applied(private)
    label = Text("姓名", "Name")
    if opened or correction is None or correction.name is None:
        shown = [one if opened else mask_name(one) for one in (private.name, after.name)]
        yield Change(label=label, before=_same(shown[0]), after=_same(shown[1]))
    else:
        yield Change(label=label, before=_same(mask_name(private.name)), after=_HIDDEN)
    if correction is None:
        return
    if opened and correction.name is not None:
        yield Change(
            label=Text("姓名的拉丁字母写法", "Name in Latin letters"),
            before=_same(private.latin_name),
            after=_same(after.latin_name),
        )
    yield _specialty(private.specialty, after.specialty)


def _specialty(before: str | None, after: str | None) -> Change:
    label = Text("工种/职业方向", "Specialty")
    return Change(label=label, before=_same(before or "--"), after=_same(after or "--"))


def printed_before(vault: Vault, award: Award, copy: Copy, *, opened: bool) -> tuple[Change, ...]:
    """Return what a correction changed of what is printed, from the records of its two copies.

    Args:
        copy: the one that the correction made.

    Raises:
        VaultError: the award does not open.
    """
    former = next((one for one in award.copies if one.id == copy.replaces_id), None)
    if former is None or not (former.envelope_sealed and copy.envelope_sealed):
        return ()  # it is not made yet, or erased
    data_key = open_data_key(vault, award)
    before, after = (
        decode_record(decode_envelope(unseal_envelope(data_key, one, signed)).payload)
        for one in (former, copy)
        if (signed := one.envelope_sealed)
    )
    shown = [one.holder_name for one in (before, after)]
    if not opened:
        same = shown[0] == shown[1]
        shown = [mask_name(shown[0]), mask_name(shown[1]) if same else ""]
    name = Change(
        label=Text("姓名", "Name"),
        before=_same(shown[0]),
        after=_same(shown[1]) if shown[1] else _HIDDEN,
    )
    return name, _specialty(before.specialty, after.specialty)


def _copies(award: Award, form: ActForm) -> Iterator[Change]:
    current = current_copy(award)
    in_force = STATE_WORDS[CopyState.CURRENT]
    label = Text(f"印制流水码 {serial_of(current)}", f"Copy {serial_of(current)}")
    if form.kind in ENDING:
        after = Text("随证书失效", "no longer valid, as the certificate")
    else:
        after = STATE_WORDS[_VOID[form.kind]] if form.kind in _VOID else in_force
    yield Change(label=label, before=in_force, after=after)
    if form.kind is LifeKind.CORRECT and (archive := archive_of(award)) is not None:
        serial = serial_of(archive)
        yield Change(
            label=Text(f"印制流水码 {serial}（存档副本）", f"Copy {serial} (archive duplicate)"),
            before=STATE_WORDS[CopyState.ARCHIVE],
            after=STATE_WORDS[CopyState.CORRECTED],
        )
    made = _COPY_KINDS.get(form.kind)
    if made is None:
        return
    why = "" if form.reissue is None else f"，{REASON_WORDS[form.reissue].zh}"
    why_en = "" if form.reissue is None else f", {REASON_WORDS[form.reissue].en}"
    yield Change(
        label=Text("新的一份", "New copy"),
        before=_NONE,
        after=Text(
            f"{KIND_WORDS[made].zh}{why}；证书编号不变，印制流水码在批准时取得",
            f"{KIND_WORDS[made].en}{why_en}; same number, its print serial is taken on approval",
        ),
    )


def _same(text: str | None) -> Text:
    return _NONE if not text else Text(text, text)

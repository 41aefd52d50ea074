"""Erasure of a holder's data under the law (依法删除): proposed by one person, approved by another.

    1. propose   the holder is found, the retention rule is asked, one row says what is wanted
    2. approve   one commit destroys the holder's key, whatever wraps a key of the holder's, and
                 every sealed value; numbers, dates, print serials, the log and the counts stay
    3. files     the stored photos and pages go; a crash before leaves a list, done the next time
    4. scrub     the old bytes leave the files of the database (`registry.scrubbing`)

Afterwards number and name find what they find for any unknown number. Who scans the QR code is told
that the registration was deleted under the law, and no more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.desk import shanghai_day
from issuer.erasure_wish import ErasureGround, Wish, check_order
from issuer.errors import IssuerError
from issuer.leaves import append_erasures
from issuer.operator import Operator, note_act
from issuer.retention import read_rules, rule_on
from registry.access import take_ways_in
from registry.holder_access import HolderClaim, HolderKeys, forget_holder
from registry.holder_keys import (
    HolderKey,
    check_vault_in_force,
    data_key_context,
    holder_index,
    open_holder,
    private_context,
)
from registry.home import Home
from registry.life_models import ActState, LifeAct, LifeEvent
from registry.life_records import mark_changed
from registry.models import Award, AwardStatus, Batch, Copy, Holder
from registry.public_database import public_database, public_database_url
from registry.row_marks import mark_of_award
from registry.session import reading, transaction
from registry.vault import Vault, new_key
from registry.vault_models import Erasure, ErasureState

_GONE = b""
_NO_FILE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureLine:
    """One erasure as an operator sees it; nobody's name is in it."""

    id: int
    state: ErasureState
    numbers: tuple[str, ...]
    wish: Wish
    proposer: str
    proposed_at: datetime
    approver: str | None
    decided_at: datetime | None


def find_by_document(session: Session, vault: Vault, kind: int, document_number: str) -> Holder:
    """Return the holder of a document; raises IssuerError (`holder_unknown`)."""
    check_vault_in_force(session, vault)
    index = holder_index(vault, kind, document_number)
    holder = session.scalar(select(Holder).where(Holder.blind_index == index))
    if holder is None:
        raise _unknown()
    return holder


def find_by_number(session: Session, number: str) -> Holder:
    """Return the holder of a certificate; raises IssuerError (`holder_unknown`)."""
    holder = session.scalar(select(Holder).join(Award).where(Award.number == number))
    if holder is None:
        raise _unknown()
    return holder


def propose_erasure(
    session: Session, home: Home, holder: Holder, wish: Wish, operator: Operator, *, now: datetime
) -> ErasureLine:
    """1. Propose that a holder's data be erased; nothing is erased yet.

    Raises:
        IssuerError: they are erased already (`holder_erased_before`), an erasure waits for
            approval (`erasure_waiting`), the law keeps them still (`erasure_kept`), a certificate
            is not finished (`erasure_unfinished`), an order without its paper or a paper without
            order (`erasure_order`).
    """
    session.scalars(select(Holder).where(Holder.id == holder.id).with_for_update()).one()
    if holder.erased_at is not None:
        raise IssuerError(
            "holder_erased_before",
            Text("该持证人的资料此前已删除", "this holder's data were erased before"),
        )
    waiting = select(Erasure.id).where(
        Erasure.holder_id == holder.id, Erasure.state == ErasureState.PROPOSED
    )
    if (before := session.scalar(waiting)) is not None:
        raise IssuerError(
            "erasure_waiting",
            Text(f"第 {before} 号删除申请正待审批", f"erasure {before} waits for approval"),
        )
    awards = _awards(session, holder.id)
    rule, kept_until = _check_may_erase(home, awards, wish, now=now)
    row = Erasure(
        holder_id=holder.id,
        state=ErasureState.PROPOSED,
        ground=wish.ground,
        reference=wish.reference,
        order_reference=wish.order_reference,
        proposer=operator.name,
        proposed_at=now,
        rule=rule,
        kept_until=kept_until,
        files="[]",
    )
    session.add(row)
    session.flush()
    note_act(session, operator, "vault.erase", _subject(row, awards), at=now)
    return _line(row, awards)


def approve_erasure(
    engine: Engine, home: Home, vault: Vault, erasure_id: int, operator: Operator, *, now: datetime
) -> ErasureLine:
    """2. and 3. Erase what was proposed, and remove the stored files.

    Raises:
        IssuerError: as `propose_erasure` where things changed since; there is none of this id
            (`erasure_unknown`), it is not waiting (`erasure_not_waiting`), or who approves is who
            proposed (`same_person`).
        VaultError: a row was altered; nothing was erased.
    """
    with transaction(engine) as session:
        check_vault_in_force(session, vault)
        row = _waiting(session, erasure_id)
        if is_same_person(row.proposer, operator.name):
            raise IssuerError(
                "same_person",
                Text(
                    "申请人与审批人不能是同一人；请由他人审批（--as 姓名）",
                    "who proposed cannot approve; let another person do it (--as NAME)",
                ),
            )
        lock = select(Holder).where(Holder.id == row.holder_id).with_for_update()
        holder = session.scalars(lock).one()
        awards = _awards(session, holder.id, locked=True)
        row.rule, row.kept_until = _check_may_erase(home, awards, _wish(row), now=now)
        key = open_holder(vault, holder)
        row.files = json.dumps(_files(key, awards))
        _log(session, vault, key, awards, now=now)
        _forget_on_line(home, key, awards)
        _destroy(session, holder, awards, now=now)
        _mark_anew(session, vault, holder, awards)
        _clear_acts(session, awards, operator, now=now)
        row.state, row.approver, row.decided_at = ErasureState.DESTROYED, operator.name, now
        note_act(session, operator, "vault.approve", _subject(row, awards), at=now)
        line = _line(row, awards)
    remove_files(engine, home)
    return line


def withdraw_erasure(
    session: Session, erasure_id: int, operator: Operator, *, now: datetime
) -> ErasureLine:
    """Take a proposal back, or refuse it; raises IssuerError as `approve_erasure`."""
    row = _waiting(session, erasure_id)
    row.state, row.approver, row.decided_at = ErasureState.WITHDRAWN, operator.name, now
    awards = _awards(session, row.holder_id)
    note_act(session, operator, "vault.withdraw", _subject(row, awards), at=now)
    return _line(row, awards)


def list_erasures(engine: Engine) -> list[ErasureLine]:
    """Return every erasure, the newest first."""
    with reading(engine) as session:
        rows = session.scalars(select(Erasure).order_by(Erasure.id.desc())).all()
        return [_line(row, _awards(session, row.holder_id)) for row in rows]


def remove_files(engine: Engine, home: Home) -> int:
    """3. Remove the stored files of every erasure that did not come so far; return how many."""
    with reading(engine) as session:
        left = select(Erasure).where(Erasure.state == ErasureState.DESTROYED)
        waiting = {row.id: json.loads(row.files) for row in session.scalars(left)}
    for erasure_id, names in waiting.items():
        for name in names:
            home.store.discard(name)
        with transaction(engine) as session:
            done = session.get_one(Erasure, erasure_id)
            done.state, done.files = ErasureState.DONE, "[]"
    return sum(map(len, waiting.values()))


def _check_may_erase(
    home: Home, awards: Sequence[Award], wish: Wish, *, now: datetime
) -> tuple[str | None, date | None]:
    """Return the rule and the day until which it keeps the file, where it may go all the same."""
    check_order(wish)
    unfinished = [a.number for a in awards if any(c.pdf_stored is None for c in a.copies)]
    if unfinished:
        raise IssuerError(
            "erasure_unfinished",
            Text(
                f"证书 {unfinished[0]} 尚未制作完成，请先用原命令续办完成，再行删除",
                f"certificate {unfinished[0]} is not finished; finish it by the same command first",
            ),
        )
    rule = rule_on(read_rules(home), shanghai_day(now))
    if rule is None or not awards:
        return None, None
    until = rule.kept_until(max(award.issued_on for award in awards))
    if shanghai_day(now) < until and wish.order_reference is None:
        source, day = rule.named(), spoken_day(until)
        raise IssuerError(
            "erasure_kept",
            Text(
                f"依据“{source.zh}”，该持证人的档案须保存至{day.zh}，届时方可删除；"
                "此前仅可存储并采取必要的安全保护措施。法院或主管部门决定删除的，"
                "请用 --ground order --order 写明文号",
                f"under {source.en} this holder's file is kept until {day.en} and can be erased "
                "from then on; until then it is stored and kept safe, and not otherwise used. An "
                "order of a court or authority goes before: --ground order --order REFERENCE",
            ),
        )
    return rule.id, until


def _log(
    session: Session, vault: Vault, key: HolderKey, awards: Sequence[Award], *, now: datetime
) -> None:
    """Leave the public trace of an erasure, while the awards' data keys still open."""
    keys = [
        (award, key.unseal(data_key_context(award.number), award.data_key_sealed))
        for award in awards
    ]
    append_erasures(session, vault, keys, at=now)
    mark_changed(session, vault, [copy for award in awards for copy in award.copies])


def _destroy(session: Session, holder: Holder, awards: Sequence[Award], *, now: datetime) -> None:
    """Destroy a holder's key, all that wraps a key of the holder's, and every sealed value."""
    ids = [award.id for award in awards]
    take_ways_in(session, ids)
    for award in awards:
        award.status, award.live_key, award.name_index = AwardStatus.ERASED, None, None
        award.data_key_sealed = award.private_sealed = award.public_sealed = _GONE
    session.flush()
    gone = update(Copy).where(Copy.award_id.in_(ids))
    session.execute(
        gone.values(
            envelope_sealed=_GONE,
            second_sealed=None,
            pdf_sha256_sealed=None,
            pdf_stored=_NO_FILE,
            log_proof=None,
        )
    )
    session.execute(update(LifeEvent).where(LifeEvent.award_id.in_(ids)).values(sealed=_GONE))
    holder.key_sealed, holder.sealed = None, _GONE
    holder.blind_index = new_key()  # leads to nobody
    holder.erased_at = now


def _mark_anew(session: Session, vault: Vault, holder: Holder, awards: Sequence[Award]) -> None:
    """Mark the rows that stay by the index that leads to nobody; the old mark would lead back."""
    holder.key_generation = vault.generation
    for award in awards:
        batch = session.get_one(Batch, award.batch_id)
        award.row_mark = mark_of_award(vault, award, batch, holder.blind_index)


def _clear_acts(
    session: Session, awards: Sequence[Award], operator: Operator, *, now: datetime
) -> None:
    """Empty what was written of single awards, which may name the holder; close what waits."""
    query = select(LifeAct).where(LifeAct.award_id.in_([award.id for award in awards]))
    for act in session.scalars(query.with_for_update()):
        act.details_sealed = _GONE
        act.decision_sealed = None if act.decision_sealed is None else _GONE
        if act.state == ActState.PROPOSED:
            act.state, act.decided_by, act.decided_at = ActState.WITHDRAWN, operator.name, now


def _forget_on_line(home: Home, key: HolderKey, awards: Sequence[Award]) -> None:
    """Delete what the holder's own pages keep; should the erasure fail yet, no more is lost."""
    privates = [
        json.loads(key.unseal(private_context(award.number), award.private_sealed))
        for award in awards
    ]
    claims = [
        HolderClaim(number=award.number, document_number=private["document_number"])
        for award, private in zip(awards, privates, strict=True)
    ]
    with public_database(public_database_url(home)) as public, transaction(public) as session:
        forget_holder(session, HolderKeys(home.pepper()), claims)


def _files(key: HolderKey, awards: Sequence[Award]) -> list[str]:
    names: set[str] = set()
    for award in awards:
        private = json.loads(key.unseal(private_context(award.number), award.private_sealed))
        names.add(private["photo_stored"])
        names.update(copy.pdf_stored for copy in award.copies if copy.pdf_stored)
    return sorted(names)


def _awards(session: Session, holder_id: int, *, locked: bool = False) -> list[Award]:
    query = select(Award).where(Award.holder_id == holder_id).order_by(Award.id)
    return list(session.scalars(query.with_for_update() if locked else query))


def _waiting(session: Session, erasure_id: int) -> Erasure:
    query = select(Erasure).where(Erasure.id == erasure_id).with_for_update()
    row = session.scalar(query)
    if row is None:
        raise IssuerError(
            "erasure_unknown",
            Text(f"没有第 {erasure_id} 号删除申请", f"there is no erasure {erasure_id}"),
        )
    if row.state != ErasureState.PROPOSED:
        raise IssuerError(
            "erasure_not_waiting",
            Text(
                f"第 {erasure_id} 号删除申请已办结或已撤回",
                f"erasure {erasure_id} is done or taken back",
            ),
        )
    return row


def _wish(row: Erasure) -> Wish:
    return Wish(
        ground=ErasureGround(row.ground),
        reference=row.reference,
        order_reference=row.order_reference,
    )


def _line(row: Erasure, awards: Sequence[Award]) -> ErasureLine:
    return ErasureLine(
        id=row.id,
        state=ErasureState(row.state),
        numbers=tuple(award.number for award in awards),
        wish=_wish(row),
        proposer=row.proposer,
        proposed_at=row.proposed_at,
        approver=row.approver,
        decided_at=row.decided_at,
    )


def _subject(row: Erasure, awards: Sequence[Award]) -> str:
    return " ".join([f"erasure/{row.id}", *(award.number for award in awards)])


def _unknown() -> IssuerError:
    return IssuerError(
        "holder_unknown",
        Text("登记库中没有此持证人", "there is no such holder on record"),
    )

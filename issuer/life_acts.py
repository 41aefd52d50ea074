"""Acts on the life of awards: one person proposes, another approves. Until then nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.copies_to_print import is_to_print
from issuer.copy_list import find_batch
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.life_copies import prepare_copy
from issuer.life_forms import (
    MAKES_COPY,
    MAY_BE,
    ActForm,
    ActView,
    act_own,
    note_decision,
    open_decision,
    read_details,
    read_text,
    seal_decision,
    seal_details,
)
from issuer.operator import parse_name
from log.leaves import LifeKind
from registry.holder_keys import check_vault_in_force
from registry.life_models import ActState, LifeAct
from registry.models import Award, Site
from registry.session import reading, transaction
from templates.fonts import FontChain


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a proposal is about, found on record.

    Args:
        form: with what the register adds to it.
        award_id: of the one award, if it is of one.
        batch_id: of the batch, if it is of one.
        hits: how many awards it would change now.
    """

    form: ActForm
    award_id: int | None
    batch_id: int | None
    hits: int


def check_proposal(session: Session, desk: Desk, form: ActForm, fonts: FontChain) -> Target:
    """Return what a proposal is about, or refuse it as `propose` would; changes nothing."""
    read_text(form.reason)
    read_text(form.reference)
    award_id, batch_id = _target(session, desk, form)
    query = select(func.count(Award.id)).where(hit(desk, form.kind, award_id, batch_id))
    hits = session.scalar(query)
    if not hits:
        raise _hits_nothing(form)
    if form.kind in MAKES_COPY:
        form = prepare_copy(session, desk, session.get_one(Award, award_id), form, fonts)
    return Target(form=form, award_id=award_id, batch_id=batch_id, hits=hits)


def propose(
    desk: Desk,
    form: ActForm,
    *,
    proposer: str,
    fonts: FontChain,
    admit: Callable[[Session], None] | None = None,
) -> int:
    """Put a proposal on record; return its number.

    Args:
        desk: the body's place of work.
        form: what is proposed.
        proposer: who proposes it.
        fonts: for the page of a copy that it makes.
        admit: raises, in the same transaction, where it may not be proposed now.

    Raises:
        IssuerError: `act_text_missing`; no such award or batch; nothing it could change
            (`act_hits_nothing`); as `prepare_copy`.
    """
    proposer = parse_name(proposer)
    with transaction(desk.engine) as session:
        check_vault_in_force(session, desk.vault)
        if admit is not None:
            admit(session)
        target = check_proposal(session, desk, form, fonts)
        form = target.form
        act = LifeAct(
            site_id=desk.site.id,
            kind=int(form.kind),
            award_id=target.award_id,
            batch_id=target.batch_id,
            ground=form.ground,
            details_sealed=b"",
            hits=target.hits,
            state=ActState.PROPOSED,
            proposer=proposer,
            proposed_at=desk.clock(),
        )
        session.add(act)
        session.flush()
        act.details_sealed = seal_details(desk, act, form)
        note_decision(session, desk, act, actor=proposer, step="propose")
        return act.id


def reject(desk: Desk, act_id: int, *, decided_by: str, reason: str) -> None:
    """Refuse a proposal; nothing changes.

    Raises:
        IssuerError: `act_unknown`, `act_decided`, `act_text_missing`, or it is one's own
            (`act_own`), which is withdrawn and not rejected.
    """
    _decide(desk, act_id, ActState.REJECTED, decided_by=decided_by, reason=reason)


def withdraw(desk: Desk, act_id: int, *, decided_by: str, reason: str) -> None:
    """Take one's own proposal back.

    Raises:
        IssuerError: as `reject`; `act_of_another` where someone else proposed it.
    """
    _decide(desk, act_id, ActState.WITHDRAWN, decided_by=decided_by, reason=reason)


def list_acts(
    desk: Desk,
    state: ActState | None,
    *,
    to_print: bool = False,
    before: int | None = None,
    limit: int | None = None,
) -> list[ActView]:
    """Return the body's acts in one state, or all, the latest first.

    Args:
        desk: the body's place of work.
        state: None for every one.
        to_print: only acts whose copy is ready and was downloaded by nobody yet.
        before: only acts with a lower number, to turn the page.
        limit: how many at most.
    """
    query = select(LifeAct).where(LifeAct.site_id == desk.site.id).order_by(LifeAct.id.desc())
    if state is not None:
        query = query.where(LifeAct.state == state)
    if to_print:
        query = query.where(is_to_print())
    if before is not None:
        query = query.where(LifeAct.id < before)
    query = query.limit(limit)
    with reading(desk.engine) as session:
        return [view_act(session, desk, act) for act in session.scalars(query)]


def waiting_acts(session: Session, prefix: str) -> list[tuple[int, str]]:
    """Return the acts of a body's site that wait for a decision: number, and who proposed it."""
    query = (
        select(LifeAct.id, LifeAct.proposer)
        .join(Site, LifeAct.site_id == Site.id)
        .where(Site.prefix == prefix, LifeAct.state == ActState.PROPOSED)
        .order_by(LifeAct.id)
    )
    return [(row.id, row.proposer) for row in session.execute(query)]


def declined_acts(session: Session, prefix: str, since: datetime) -> list[tuple[int, str]]:
    """Return the acts of a body's site declined since then: number, and who proposed it.

    One that was proposed anew, of the same kind for the same award or batch, is not among them.
    """
    anew = aliased(LifeAct)
    again = (
        exists()
        .where(anew.id > LifeAct.id, anew.site_id == LifeAct.site_id, anew.kind == LifeAct.kind)
        .where(anew.award_id.is_not_distinct_from(LifeAct.award_id))
        .where(anew.batch_id.is_not_distinct_from(LifeAct.batch_id))
    )
    query = (
        select(LifeAct.id, LifeAct.proposer)
        .join(Site, LifeAct.site_id == Site.id)
        .where(Site.prefix == prefix, LifeAct.state == ActState.REJECTED)
        .where(LifeAct.decided_at >= since, ~again)
        .order_by(LifeAct.id)
    )
    return [(row.id, row.proposer) for row in session.execute(query)]


def show_act(desk: Desk, act_id: int) -> ActView:
    """Return one act; of a proposal `hits` is counted anew.

    Raises:
        IssuerError: `act_unknown`.
    """
    with reading(desk.engine) as session:
        return view_act(session, desk, find_act(session, desk, act_id))


def find_act(session: Session, desk: Desk, act_id: int, *, locked: bool = False) -> LifeAct:
    """Return an act of this body, its row locked where it is to be decided.

    Raises:
        IssuerError: `act_unknown`.
    """
    query = select(LifeAct).where(LifeAct.id == act_id, LifeAct.site_id == desk.site.id)
    act = session.scalar(query.with_for_update() if locked else query)
    if act is None:
        raise act_unknown(act_id)
    return act


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPlace:
    """Where an act belongs.

    Args:
        prefix: of its body.
        award_id: of the one award it is about, if it is about one.
        copy_id: of the copy that it made, once it is approved.
        waits: whether nobody decided on it yet.
    """

    act_id: int
    prefix: str
    kind: LifeKind
    award_id: int | None
    copy_id: int | None
    waits: bool


def find_place(session: Session, act_id: int) -> ActPlace | None:
    """Return where an act belongs, of whichever body; None where there is none."""
    query = select(Site.prefix, LifeAct).join(LifeAct, LifeAct.site_id == Site.id)
    found = session.execute(query.where(LifeAct.id == act_id)).one_or_none()
    if found is None:
        return None
    prefix, act = found
    return ActPlace(
        act_id=act_id,
        prefix=prefix,
        kind=LifeKind(act.kind),
        award_id=act.award_id,
        copy_id=act.copy_id,
        waits=act.state == ActState.PROPOSED,
    )


def act_unknown(act_id: int) -> IssuerError:
    """Return the refusal of a number that no act has."""
    return IssuerError(
        "act_unknown",
        Text(f"没有编号为 {act_id} 的审批事项", f"there is no act {act_id}"),
    )


def check_undecided(act: LifeAct) -> None:
    """Refuse an act that was decided already.

    Raises:
        IssuerError: `act_decided`.
    """
    if act.state != ActState.PROPOSED:
        raise IssuerError(
            "act_decided",
            Text(
                f"审批事项 {act.id} 已由 {act.decided_by} 处理，不能再处理",
                f"act {act.id} was decided by {act.decided_by} already",
            ),
        )


def hit(
    desk: Desk, kind: LifeKind, award_id: int | None, batch_id: int | None
) -> ColumnElement[bool]:
    """Return the condition of the awards that an act changes."""
    some = (Award.site_id == desk.site.id) & Award.status.in_(MAY_BE[kind])
    if award_id is not None:
        return some & (Award.id == award_id)
    return some if batch_id is None else some & (Award.batch_id == batch_id)


def view_act(session: Session, desk: Desk, act: LifeAct) -> ActView:
    """Return an act as an operator sees it."""
    form, target = read_details(desk, act)
    hits = act.hits
    if act.state == ActState.PROPOSED:
        condition = hit(desk, form.kind, act.award_id, act.batch_id)
        hits = session.scalar(select(func.count(Award.id)).where(condition)) or 0
    decision = act.decision_sealed
    return ActView(
        act_id=act.id,
        kind=form.kind,
        state=ActState(act.state),
        target=target,
        award_id=act.award_id,
        ground=form.ground,
        reason=form.reason,
        reference=form.reference,
        correction=form.correction,
        reissue=form.reissue,
        replaces=form.replaces,
        successor=form.successor,
        hits=hits,
        proposer=act.proposer,
        proposed_at=act.proposed_at,
        decided_by=act.decided_by,
        decided_at=act.decided_at,
        decision=None if decision is None else open_decision(desk, act, decision),
    )


def _decide(desk: Desk, act_id: int, state: ActState, *, decided_by: str, reason: str) -> None:
    decided_by, reason = parse_name(decided_by), read_text(reason)
    with transaction(desk.engine) as session:
        check_vault_in_force(session, desk.vault)
        act = find_act(session, desk, act_id, locked=True)
        check_undecided(act)
        own = is_same_person(act.proposer, decided_by)
        if own and state is ActState.REJECTED:
            raise act_own()
        if not own and state is ActState.WITHDRAWN:
            raise IssuerError(
                "act_of_another",
                Text("只有提出人可以撤回", "only who proposed an act can withdraw it"),
            )
        act.state, act.decided_by, act.decided_at = state, decided_by, desk.clock()
        act.decision_sealed = seal_decision(desk, act, reason)
        step = "reject" if state is ActState.REJECTED else "withdraw"
        note_decision(session, desk, act, actor=decided_by, step=step)


def _target(session: Session, desk: Desk, form: ActForm) -> tuple[int | None, int | None]:
    if form.number is None:
        return None, None if form.batch is None else _finished_batch(session, desk, form.batch)
    award = session.scalar(
        select(Award).where(Award.number == form.number, Award.site_id == desk.site.id)
    )
    if award is None:
        raise IssuerError(
            "award_unknown",
            Text(
                f"本机构没有编号为 {form.number} 的证书",
                f"this body has awarded no certificate {form.number}",
            ),
        )
    if award.recorded_at is None:
        raise unfinished(form.number)
    return award.id, None


def _finished_batch(session: Session, desk: Desk, name: str) -> int:
    batch_id = find_batch(session, desk.site, name)
    check_finished(session, Award.batch_id == batch_id, name)
    return batch_id


def check_finished(session: Session, condition: ColumnElement[bool], name: str) -> None:
    """Refuse awards among which some are only reserved.

    Raises:
        IssuerError: `award_unfinished`.
    """
    query = select(Award.id).where(condition, Award.recorded_at.is_(None)).limit(1)
    if session.scalar(query) is not None:
        raise unfinished(name)


def unfinished(what: str) -> IssuerError:
    """Return the refusal of an act on what is not finished."""
    return IssuerError(
        "award_unfinished",
        Text(
            f"“{what}”尚未制作完成，请先用原批次名重新运行 yanzhen issue",
            f"{what} is not finished; run yanzhen issue on its batch again first",
        ),
    )


def _hits_nothing(form: ActForm) -> IssuerError:
    what = form.number or form.batch or ""
    return IssuerError(
        "act_hits_nothing",
        Text(
            f"“{what}”现在的状态不适用这一事项（例如已撤销，或并未暂停），未作登记",
            f"nothing in {what} is in a state for this act (it may be revoked already, or not "
            "suspended); nothing was recorded",
        ),
    )

"""Approving an act: its effects on every award it hits, their events and leaves, in one commit.

Whoever holds the act's row decides on it; of two approvals at once the second finds it decided. The
awards are locked and looked at anew: what was proposed of an award that has changed since is
refused, not done to another state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.awarding import read_data_key
from issuer.desk import Desk, shanghai_day
from issuer.errors import IssuerError
from issuer.life_acts import check_finished, check_undecided, find_act, hit
from issuer.life_copies import reserve_copy
from issuer.life_forms import (
    MAKES_COPY,
    ActForm,
    act_own,
    note_decision,
    read_details,
)
from issuer.operator import parse_name
from issuer.reserving import in_one_commit
from log.leaves import LifeKind
from registry.holder_keys import check_vault_in_force
from registry.life import ENDING, STATUS_AFTER
from registry.life_models import ActState, LifeAct
from registry.life_records import NewEvent, add_event, count_events, mark_changed
from registry.models import Award, AwardStatus, Copy

_FLUSHED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """What an approval came to.

    Args:
        kind: what happened.
        hits: how many awards it happened to.
        lists: numbers of the status lists that are behind now.
        copy_id: the copy that comes with it, reserved and to be finished.
    """

    kind: LifeKind
    hits: int
    lists: frozenset[int]
    copy_id: int | None


def approve(
    desk: Desk, act_id: int, *, approver: str, hits: int, lived: int | None = None
) -> Approved:
    """Approve an act and do it, in one commit.

    Args:
        desk: the body's place of work; a correction needs its public address and key.
        act_id: the act.
        approver: who approves.
        hits: how many awards the approver was shown that it changes.
        lived: how many events the approver was shown of the one award that it changes.

    Raises:
        IssuerError: `act_unknown`; `act_decided`; the approver proposed it (`act_own`); other
            awards are hit than was shown, or something happened to the one award since
            (`act_changed`); as `reserve_copy`. Nothing changed.
        RegistryUnavailable: the database did not answer; nothing changed.
    """
    approver = parse_name(approver)

    def work(session: Session) -> Approved:
        check_vault_in_force(session, desk.vault)
        act = find_act(session, desk, act_id, locked=True)
        if act.state == ActState.APPROVED and act.copy_id is not None:
            # A copy that broke off after this commit is gone on with by the same command.
            return _begun(act, approver)
        check_undecided(act)
        if is_same_person(act.proposer, approver):
            raise act_own()
        form, _ = read_details(desk, act)
        awards = _locked_awards(session, desk, act, form)
        if len(awards) != hits:
            raise _changed(act, hits, len(awards))
        if lived is not None and sum(count_events(session, [awards[0].id]).values()) != lived:
            raise _lived_on(act)
        now = desk.clock()
        act.state, act.decided_by, act.decided_at = ActState.APPROVED, approver, now
        act.hits = len(awards)
        if form.kind in MAKES_COPY:
            act.copy_id = reserve_copy(session, desk, awards[0], form)
            done = _begun(act, approver)
        else:
            done = _do(session, desk, act, form, awards, now)
        note_decision(session, desk, act, actor=approver, step="approve")
        return done

    return in_one_commit(desk, work)


def _begun(act: LifeAct, approver: str) -> Approved:
    if not is_same_person(act.decided_by or "", approver):
        check_undecided(act)
    return Approved(kind=LifeKind(act.kind), hits=act.hits, lists=frozenset(), copy_id=act.copy_id)


def _locked_awards(session: Session, desk: Desk, act: LifeAct, form: ActForm) -> Sequence[Award]:
    """Return the awards that the act hits now, locked in the order of their rows."""
    condition = hit(desk, form.kind, act.award_id, act.batch_id)
    query = select(Award).where(condition).order_by(Award.id).with_for_update()
    awards = session.scalars(query).all()
    if act.award_id is None:
        check_finished(session, condition, form.batch or desk.site.prefix)
    return awards


def _do(
    session: Session,
    desk: Desk,
    act: LifeAct,
    form: ActForm,
    awards: Sequence[Award],
    now: datetime,
) -> Approved:
    counts = count_events(session, [award.id for award in awards])
    changed: list[Copy] = []
    waiting = iter(awards)
    while some := list(islice(waiting, _FLUSHED_AT_ONCE)):
        for award in some:
            new = NewEvent(
                kind=form.kind,
                effective_on=shanghai_day(now),
                at=now,
                act_id=act.id,
                notes={} if form.successor is None else {"successor": form.successor},
            )
            data_key = read_data_key(desk, award)
            before = counts.get(award.id, 0)
            add_event(session, desk.vault, award, data_key, new, before=before)
            award.status = STATUS_AFTER.get(form.kind, AwardStatus(award.status))
            if form.kind in ENDING:
                award.live_key = None  # the person may earn the level anew
            if form.kind in STATUS_AFTER:
                changed += award.copies
        session.flush()
    lists = mark_changed(session, desk.vault, changed)
    return Approved(kind=form.kind, hits=len(awards), lists=lists, copy_id=None)


def _lived_on(act: LifeAct) -> IssuerError:
    return IssuerError(
        "act_changed",
        Text(
            f"审批事项 {act.id} 所涉证书在查看之后又有变更，未作改动；请重新查看后再审批",
            f"something happened to the certificate of act {act.id} since it was looked at; "
            "nothing was done. Look at it again",
        ),
    )


def _changed(act: LifeAct, shown: int, found: int) -> IssuerError:
    return IssuerError(
        "act_changed",
        Text(
            f"审批事项 {act.id} 所涉证书已有变化（所示 {shown} 张，现为 {found} 张），"
            "未作改动；请重新查看后再审批",
            f"what act {act.id} is about has changed (certificates shown: {shown}, found now: "
            f"{found}); nothing was done. Look at it again",
        ),
    )

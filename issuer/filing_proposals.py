"""Acts on filings as two persons do them: one proposes, another approves, each signed in.

A proposal is tried when it is made and when it is looked at, in a transaction that is undone: what
it would change is what it did change there. It is carried out in one transaction of the register,
which refuses it where another act came between. The proposal is held meanwhile, so that of two who
settle it at once one does, and the other is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.applications import find_application
from issuer.desk import shanghai_day
from issuer.errors import IssuerError, WaitsAlready
from issuer.filing_acts import Decision
from issuer.filing_decision import file_application
from issuer.filing_standing import SiteView, view_of
from issuer.proposed_acts import ProposedAct, parse_act, subject_of
from issuer.publishing import Publication, publish
from issuer.site_acts import SiteAct, carry_out
from keys.root_signing import RootKey
from registry.filing_desk_models import FilingProposal
from registry.filing_models import ApplicationDecision, FilingAct
from registry.home import Home
from registry.models import Site
from registry.session import reading, transaction


class ProposalState(StrEnum):
    """What became of a proposal."""

    WAITING = "waiting"
    DONE = "done"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


STATE_NAMES: Mapping[ProposalState, Text] = MappingProxyType(
    {
        ProposalState.WAITING: Text("待审批", "waits for approval"),
        ProposalState.DONE: Text("已办结", "carried out"),
        ProposalState.DECLINED: Text("不予批准", "declined"),
        ProposalState.TAKEN_BACK: Text("已撤回", "taken back"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who proposes or settles.

    Args:
        account_id: of their account.
        name: theirs, as acts keep it.
    """

    account_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the proposer says of an act.

    Args:
        reason: why.
        reference: the document's number (文号), if there is one.
        decided_on: the day of the decision; None for the day it is approved.
    """

    reason: str
    reference: str | None
    decided_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What an act would do.

    Args:
        sites: before and after, by prefix; no before for a site that is new.
        struck: how many awards would fall out of scope.
    """

    sites: tuple[tuple[SiteView | None, SiteView], ...]
    struck: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an approved act came to."""

    publication: Publication | None
    struck: int


class _TriedOnly(Exception):
    """Undoes the transaction of a trial."""


def try_act(
    register: Engine, home: Home, act: ProposedAct, decision: Decision, *, now: datetime
) -> Trial:
    """Return what an act would do; nothing of it is kept.

    Raises:
        IssuerError: it cannot be done; as the act.
    """
    found: list[Trial] = []
    try:
        with transaction(register) as session:
            before = _views(session, act, now)
            struck, _ = _carry_out(session, home, act, decision, now=now, signers=None)
            after = _views(session, act, now)
            pairs = tuple((before.get(prefix), view) for prefix, view in after.items())
            found.append(Trial(sites=pairs, struck=struck))
            raise _TriedOnly
    except _TriedOnly:
        return found[0]


def decision_for(proposer: str, approver: str | None, words: Words, today: date) -> Decision:
    """Return the decision of two persons, or of the one an act needs."""
    return Decision(
        decider=proposer,
        approver=approver,
        reason=words.reason or None,
        reference=words.reference,
        decided_on=words.decided_on or today,
    )


def words_of(proposal: FilingProposal) -> Words:
    """Return what its proposer said of it."""
    return Words(
        reason=proposal.reason, reference=proposal.reference, decided_on=proposal.decided_on
    )


def propose(
    desks: Session, register: Session, act: ProposedAct, words: Words, actor: Actor, now: datetime
) -> FilingProposal:
    """Put an act in wait for another person; the caller has tried it.

    Raises:
        IssuerError: another act on the same waits already (`proposal_waiting`).
    """
    subject = subject_of(act)
    waiting = select(FilingProposal.id).where(
        FilingProposal.subject == subject, FilingProposal.state == ProposalState.WAITING
    )
    other = desks.scalar(waiting)
    if other is not None:
        raise WaitsAlready(
            "proposal_waiting",
            Text(
                f"第 {other} 号待审批事项涉及同一对象，请先办结",
                f"proposal {other} is about the same and still waits; settle it first",
            ),
            number=other,
        )
    proposal = FilingProposal(
        subject=subject,
        act=json.dumps(act.as_dict(), ensure_ascii=False, sort_keys=True),
        reason=words.reason,
        reference=words.reference,
        decided_on=words.decided_on,
        basis=basis_of(register, act),
        proposed_by_id=actor.account_id,
        proposed_by=actor.name,
        proposed_at=now,
        state=ProposalState.WAITING.value,
    )
    desks.add(proposal)
    desks.flush()
    return proposal


def find_proposal(desks: Session, number: int, *, hold: bool = False) -> FilingProposal:
    """Return a proposal.

    Raises:
        IssuerError: there is none (`proposal_unknown`).
    """
    query = select(FilingProposal).where(FilingProposal.id == number)
    proposal = desks.scalar(query.with_for_update() if hold else query)
    if proposal is None:
        raise IssuerError(
            "proposal_unknown",
            Text(f"没有第 {number} 号待审批事项", f"there is no proposal {number}"),
        )
    return proposal


def waiting_proposals(desks: Session, subject: str | None = None) -> Sequence[FilingProposal]:
    """Return what waits for approval, the oldest first; of one subject where it is given."""
    query = select(FilingProposal).where(FilingProposal.state == ProposalState.WAITING)
    if subject is not None:
        query = query.where(FilingProposal.subject == subject)
    return desks.scalars(query.order_by(FilingProposal.id)).all()


def declined_lately(desks: Session, account_id: int, since: datetime) -> Sequence[FilingProposal]:
    """Return what an account proposed and another person declined since then, the latest first."""
    query = select(FilingProposal).where(
        FilingProposal.state == ProposalState.DECLINED,
        FilingProposal.proposed_by_id == account_id,
        FilingProposal.settled_at >= since,
    )
    return desks.scalars(query.order_by(FilingProposal.id.desc())).all()


def basis_of(register: Session, act: ProposedAct) -> int:
    """Return the last act or step that bears on what an act is about; 0 without."""
    if isinstance(act, SiteAct):
        query = select(func.max(FilingAct.id)).join(Site, Site.id == FilingAct.site_id)
        return register.scalar(query.where(Site.prefix == act.prefix)) or 0
    steps = select(func.max(ApplicationDecision.id))
    mine = steps.where(ApplicationDecision.application_id == act.application_id)
    return register.scalar(mine) or 0


def find_approvable(desks: Engine, number: int, actor: Actor) -> tuple[FilingProposal, ProposedAct]:
    """Return a proposal that waits for who acts, and its act; refusals as of `approve`."""
    with reading(desks) as session:
        proposal = find_proposal(session, number)
        act = parse_act(proposal.act)
        check_waiting(proposal)
        check_other_person(proposal, act, actor)
    return proposal, act


def approve(
    desks: Engine,
    register: Engine,
    home: Home,
    number: int,
    actor: Actor,
    *,
    now: datetime,
    signers: Callable[[], Sequence[RootKey]],
) -> Done:
    """Carry out what another person proposed, and publish the trust list with it.

    Args:
        number: of the proposal.
        actor: who approves; for an act that one person may do, whoever.
        signers: opens the root keys in the home.

    Raises:
        IssuerError: it is settled (`proposal_settled`), about what has changed since
            (`proposal_outdated`), or by the same person (`approver_same`); or as the act.
    """
    proposal, act = find_approvable(desks, number, actor)
    words, proposer = words_of(proposal), proposal.proposed_by
    decision = decision_for(proposer, actor.name if act.by_two else None, words, shanghai_day(now))
    opened = signers()
    with (
        _settling(desks, number, ProposalState.DONE, actor, now, None) as basis,
        transaction(register) as session,
    ):
        _hold(session, act)
        if basis_of(session, act) != basis:
            raise _outdated()
        struck, publication = _carry_out(session, home, act, decision, now=now, signers=opened)
    return Done(publication=publication, struck=struck)


def decline(desks: Engine, number: int, actor: Actor, remark: str, *, now: datetime) -> None:
    """Decline what another person proposed; say why.

    Raises:
        IssuerError: no reason is given (`reason_missing`); or as `approve`.
    """
    if not remark:
        raise IssuerError("reason_missing", Text("须写明理由", "say why"))
    with _settling(desks, number, ProposalState.DECLINED, actor, now, remark):
        pass  # nothing else changes


def take_back(desks: Engine, number: int, actor: Actor, *, now: datetime) -> None:
    """Take one's own proposal back.

    Raises:
        IssuerError: it is another's (`proposal_of_another`), or settled (`proposal_settled`).
    """
    with reading(desks) as session:
        if find_proposal(session, number).proposed_by_id != actor.account_id:
            raise IssuerError(
                "proposal_of_another",
                Text("只能由提出人本人撤回", "only who proposed it takes it back"),
            )
    with _settling(desks, number, ProposalState.TAKEN_BACK, actor, now, None):
        pass  # nothing else changes


def check_waiting(proposal: FilingProposal) -> None:
    """Refuse what is settled (`proposal_settled`)."""
    if proposal.state != ProposalState.WAITING:
        state = STATE_NAMES[ProposalState(proposal.state)]
        raise IssuerError(
            "proposal_settled",
            Text(f"该事项{state.zh}，不能再办理", f"it is settled already: {state.en}"),
        )


def check_other_person(proposal: FilingProposal, act: ProposedAct, actor: Actor) -> None:
    """Refuse that one person does what needs two (`approver_same`)."""
    same = proposal.proposed_by_id == actor.account_id
    if act.by_two and (same or is_same_person(proposal.proposed_by, actor.name)):
        raise IssuerError(
            "approver_same",
            Text("审批人不得与经办人为同一人", "the approver must not be the one who decides"),
        )


@contextmanager
def _settling(
    desks: Engine,
    number: int,
    state: ProposalState,
    actor: Actor,
    now: datetime,
    remark: str | None,
) -> Iterator[int]:
    """Hold a proposal that waits while the block does what settles it; yield its basis.

    A crash between the register's commit and this one leaves it waiting and outdated.
    """
    with transaction(desks) as session:
        proposal = find_proposal(session, number, hold=True)
        check_waiting(proposal)
        yield proposal.basis
        proposal.state = state.value
        proposal.settled_by = actor.name
        proposal.settled_at = now
        proposal.remark = remark


def _hold(session: Session, act: ProposedAct) -> None:
    """Keep others from acting on the same until the transaction ends."""
    if isinstance(act, SiteAct):
        session.execute(select(Site.id).where(Site.prefix == act.prefix).with_for_update())
    else:
        find_application(session, act.application_id)


def _views(session: Session, act: ProposedAct, now: datetime) -> dict[str, SiteView]:
    prefixes = (act.prefix,) if isinstance(act, SiteAct) else act.prefixes
    found = session.scalars(select(Site).where(Site.prefix.in_(prefixes)).order_by(Site.prefix))
    return {site.prefix: view_of(session, site, shanghai_day(now)) for site in found.all()}


def _carry_out(
    session: Session,
    home: Home,
    act: ProposedAct,
    decision: Decision,
    *,
    now: datetime,
    signers: Sequence[RootKey] | None,
) -> tuple[int, Publication | None]:
    if isinstance(act, SiteAct):
        enacted = carry_out(session, home, act, decision, now=now, signers=signers)
        return enacted.struck, enacted.publication
    application = find_application(session, act.application_id)
    file_application(session, application, act.terms, decision, now=now)
    if signers is None:
        return 0, None
    return 0, publish(session, home, now=now, signers=signers)


def _outdated() -> IssuerError:
    return IssuerError(
        "proposal_outdated",
        Text(
            "提出之后情况已有变化，不能再按此办理；请核对沿革后重新提出",
            "something was done since it was proposed; look at the history and propose it anew",
        ),
    )

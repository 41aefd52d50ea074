"""Acts on filings tried out as if another person had approved them, and put in wait for that."""

from __future__ import annotations

from typing import Final

from issuer.applications import find_application
from issuer.console.authority import acting, the_actor, today
from issuer.console.office import the_office
from issuer.filing_proposals import Trial, Words, decision_for, propose, try_act
from issuer.proposed_acts import FileAct, ProposedAct
from issuer.public_notice import check_none_sent
from registry.public_database import public_database, public_database_url
from registry.session import reading, transaction


def propose_act(act: ProposedAct, words: Words) -> int:
    """Try an act and put it in wait for approval; return the proposal's number.

    Raises:
        IssuerError: it cannot be done, or another waits; as `try_act`, `propose`.
    """
    office, actor = the_office(), the_actor()
    kind = act.as_dict()["kind"]
    subject = act.prefix if not isinstance(act, FileAct) else str(act.application_id)
    with acting(f"filing.{kind}.propose", subject, reference=words.reference or "") as now:
        check_sent(act)
        trial(act, words, actor.name)
        with transaction(office.desks) as desks, reading(office.engine) as register:
            return propose(desks, register, act, words, actor, now).id


def check_sent(act: ProposedAct) -> None:
    """Refuse a filing while the public site holds objections to it that nobody has read."""
    office = the_office()
    if not isinstance(act, FileAct):
        return
    with (
        public_database(public_database_url(office.home)) as public,
        reading(public) as sent,
        reading(office.engine) as register,
    ):
        check_none_sent(sent, find_application(register, act.application_id, hold=False))


def trial(act: ProposedAct, words: Words, proposer: str) -> Trial:
    """Return what an act would do today, were another person to approve it."""
    office = the_office()
    decision = decision_for(proposer, _SOMEBODY if act.by_two else None, words, today())
    return try_act(office.engine, office.home, act, decision, now=office.clock())


_SOMEBODY: Final = "（待审批）"

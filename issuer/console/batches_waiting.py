"""What waits for the people of a body at the evaluators' desk, as their first page shows it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from sqlalchemy import func, select

from accounts.person import Person
from accounts.roles import Role
from accounts.waiting import Waiting
from codes.wording import Text
from issuer.batch_approval import is_own
from issuer.batch_drafts import list_drafts
from issuer.batch_states import DraftState
from issuer.console.batches_room import DESK, the_room
from registry.batch_models import BatchDraft
from registry.exam_models import BatchObjection
from registry.session import reading


def waiting_for_batches(person: Person) -> Iterator[Waiting]:
    """Yield what waits for a clerk or an approver of a body."""
    if person.body is None or not person.is_one_of(*DESK):
        return
    room, link = the_room(), url_for("batches.index")
    drafts = list_drafts(room, person.body)
    if person.is_one_of(Role.APPROVER):
        submitted = [one for one in drafts if one.state == DraftState.SUBMITTED]
        yield Waiting(
            text=Text("个批次待审批", "batches to approve"),
            count=sum(not is_own(one, person) for one in submitted),
            link=f"{link}?state={DraftState.SUBMITTED}",
        )
    if person.is_one_of(Role.BODY_CLERK):
        yield Waiting(
            text=Text("个批次被退回", "batches returned"),
            count=sum(one.state == DraftState.RETURNED for one in drafts),
            link=f"{link}?state={DraftState.RETURNED}",
        )
        query = select(func.count(BatchObjection.id)).join(
            BatchDraft, BatchDraft.id == BatchObjection.draft_id
        )
        with reading(room.desks) as session:
            waiting = session.scalar(
                query.where(BatchDraft.prefix == person.body, BatchObjection.outcome.is_(None))
            )
        yield Waiting(
            text=Text("件结果公示异议待处理", "objections to settle"), count=waiting or 0, link=link
        )

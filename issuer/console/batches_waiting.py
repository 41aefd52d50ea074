"""What waits for the people of a body at the evaluators' desk, as their first page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.person import Person
from accounts.roles import Role
from accounts.waiting import Waiting
from codes.wording import Text
from issuer.batch_approval import is_own
from issuer.batch_checks import ROWS_AT_ONCE
from issuer.batch_covered import not_covered
from issuer.batch_deciders import has_closed_scores
from issuer.batch_deleting import is_own_deletion, list_waiting
from issuer.batch_drafts import list_drafts
from issuer.batch_scores import Standing, read_scored
from issuer.batch_states import DraftState
from issuer.body_settings import Step, is_own_setting, settings_of, skipping, unconfirmed
from issuer.console.batches_room import TO_UPLOAD, the_room
from issuer.uploads_waiting import batches_to_upload
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCourse, BatchObjection
from registry.session import reading

_CLERKS = (
    (
        DraftState.RETURNED,
        Text("个批次被退回，待修改", "{batch|batches} returned, to be corrected"),
    ),
    (DraftState.PREPARING, Text("个批次待准备、提交", "{batch|batches} to prepare and submit")),
)
_EITHERS = (
    (DraftState.STOPPED, Text("个批次签发中止，待处理", "{batch|batches} whose issuing stopped")),
    (DraftState.PAUSED, Text("个批次已暂停，待继续签发", "paused {batch|batches} to resume")),
)


_ENTER = Text("录入成绩", "enter the scores")
_ENTERED = Text(
    "成绩已录完，由经办人核对、确认", "all marks are entered; a clerk compares and closes them"
)


def waiting_batches(person: Person) -> Iterator[Waiting]:
    """Yield what waits for a clerk, an approver or an examiner of a body."""
    clerk, approver = person.is_one_of(Role.BODY_CLERK), person.is_one_of(Role.APPROVER)
    if person.body is None:
        return
    if person.is_one_of(Role.EXAMINER):
        yield _waiting_scores(person.body)
    if not (clerk or approver):
        return
    found = list_drafts(the_room(), person.body)
    if approver:
        others = _others(found, person)
        text = Text("个批次待审批", "{batch|batches} to approve")
        yield _waiting(DraftState.SUBMITTED, text, others)
        yield _waiting_settings(person)
        yield _waiting_deletions(person)
    for state, text in _CLERKS if clerk else ():
        yield _waiting(state, text, found)
    if clerk:
        yield _waiting_to_close(person.body)
    if clerk:
        yield _waiting_objections(person.body)
        yield from _waiting_uploads(person.body)
    for state, text in _EITHERS:
        yield _waiting(state, text, found)


def _others(found: Sequence[BatchDraft], person: Person) -> list[BatchDraft]:
    """Return the batches that wait for approval, and may be approved by this person."""
    submitted = [one for one in found if one.state == DraftState.SUBMITTED]
    with reading(the_room().desks) as session:
        return [
            one
            for one in submitted
            if not is_own(one, person) and not has_closed_scores(session, one, person.name)
        ]


def _waiting_settings(person: Person) -> Waiting:
    with reading(the_room().desks) as session:
        found = unconfirmed(session, person.body or "")
    count = sum(not is_own_setting(one, person) for one in found)
    text = Text("项机构设置待确认", "{setting|settings} of the body to confirm")
    return Waiting(text=text, count=count, link=url_for("batches.settings"))


def _waiting_deletions(person: Person) -> Waiting:
    with reading(the_room().desks) as session:
        found = list_waiting(session, person.body or "")
    hits = [one.draft_id for one in found if not is_own_deletion(one, person)]
    link = url_for("batches.index")
    if len(hits) == 1:
        link = url_for("batches.show", draft_id=hits[0])
    text = Text("个批次待确认删除", "{batch|batches} to be deleted, if you confirm")
    return Waiting(text=text, count=len(hits), link=link)


def _waiting_scores(prefix: str) -> Waiting:
    text = Text("个批次待录入成绩", "{batch|batches} whose scores are to be entered")
    return _to_score(text, [one for one, lacks in _open_scores(prefix).items() if lacks])


def _waiting_to_close(prefix: str) -> Waiting:
    text = Text(
        "个批次成绩已录完，待核对、确认",
        "{batch|batches} whose marks are to be compared and closed",
    )
    return _to_score(text, [one for one, lacks in _open_scores(prefix).items() if not lacks])


def _to_score(text: Text, hits: Sequence[int]) -> Waiting:
    link = url_for("batches.index", state=DraftState.PREPARING.value)
    if len(hits) == 1:
        link = url_for("batches.scores", draft_id=hits[0])
    return Waiting(text=text, count=len(hits), link=link)


def _open_scores(prefix: str) -> dict[int, bool]:
    """Return the batches whose scores are not closed, each with whether marks are to be entered."""
    own = BatchDraft.id == BatchCourse.draft_id
    query = select(BatchDraft).join(BatchCourse, own).where(BatchDraft.prefix == prefix)
    preparing = query.where(BatchDraft.state == DraftState.PREPARING)
    with reading(the_room().desks) as session:
        if skipping(settings_of(session, prefix), Step.SCORES) is not None:
            return {}
        found = session.scalars(preparing.where(BatchCourse.scores_closed_at.is_(None))).all()
        return {one.id: _lacks_marks(session, one) for one in found}


def next_for_examiners(prefix: str) -> dict[int, Text]:
    """Return what the list of batches says comes next to who enters marks alone, by batch."""
    return {one: _ENTER if lacks else _ENTERED for one, lacks in _open_scores(prefix).items()}


def _lacks_marks(session: Session, draft: BatchDraft) -> bool:
    """Return whether an examiner has marks to enter; a large batch is not opened to tell."""
    if not draft.rows or draft.rows > ROWS_AT_ONCE:
        return True
    people = read_scored(the_room(), session, draft)
    return any(one.standing is Standing.PENDING for one in people)


def _waiting_objections(prefix: str) -> Waiting:
    own = BatchDraft.id == BatchObjection.draft_id
    query = select(func.count(BatchObjection.id)).join(BatchDraft, own)
    unsettled = query.where(BatchDraft.prefix == prefix, BatchObjection.outcome.is_(None))
    with reading(the_room().desks) as session:
        count = session.scalar(unsettled) or 0
    text = Text("件结果公示异议待处理", "{objection|objections} to settle")
    return Waiting(text=text, count=count, link=url_for("batches.index"))


def _waiting_uploads(prefix: str) -> Iterator[Waiting]:
    room = the_room()
    waiting = batches_to_upload(room, prefix)
    with reading(room.desks) as session:
        drafts = [session.get_one(BatchDraft, one) for one in waiting]
    unfit = [one.id for one in drafts if not_covered(room, one)]
    text = Text(
        "个已签发批次有证书公众核验不认可，请勿发放",
        "issued {batch|batches} with certificates that the public check does not accept: hand none "
        "of them over",
    )
    yield _to_print(text, unfit)
    text = Text(
        "个已签发批次待印制、上传全国平台",
        "issued {batch|batches} to print and upload to the national site",
    )
    yield _to_print(text, [one for one in waiting if one not in unfit])


def _to_print(text: Text, hits: Sequence[int]) -> Waiting:
    link = url_for("batches.index", state=TO_UPLOAD)
    if len(hits) == 1:
        link = url_for("batches.show", draft_id=hits[0])
    return Waiting(text=text, count=len(hits), link=link)


def _waiting(state: DraftState, text: Text, found: Sequence[BatchDraft]) -> Waiting:
    hits = [one for one in found if one.state == state]
    link = url_for("batches.index", state=state.value)
    if len(hits) == 1:
        link = url_for("batches.show", draft_id=hits[0].id)
    return Waiting(text=text, count=len(hits), link=link)

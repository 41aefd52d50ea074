"""Batches of the desks, and the records of their examinations, against the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.person_skeleton import is_same_person
from issuer.batch_states import EDITABLE, DraftState
from issuer.exam_binding import Bound, judge_records, parse_root
from issuer.fsck.faults import Fault
from registry.batch_models import BatchDraft
from registry.models import Award, Batch, Site
from registry.trail_models import TrailEntry

_APPROVED: Final = "batch.approve"
_SUBMITTED: Final = ("submitter", "submitted_at")
_DECIDED: Final = ("decider", "decided_at")
_UNSUBMITTED: Final = frozenset({*EDITABLE, DraftState.DELETED})
_UNDECIDED: Final = frozenset({*_UNSUBMITTED, DraftState.SUBMITTED})
_LATEST: Final = timedelta(minutes=10)
"""How long after its note an act is at most on record: the note comes first, and rows are read."""


def compare_batches(
    desks: Session, submitted: Iterable[TrailEntry], decided: Iterable[TrailEntry]
) -> Iterator[Fault]:
    """Yield where it is not as noted who submitted a batch, who decided on it, when, and how.

    Args:
        submitted: the notes of submitting; a batch deleted by an earlier release left some behind.
        decided: the notes of approving and returning.
    """
    last_submitted, last_decided = _last(submitted), _last(decided)
    there = set()
    for row in desks.scalars(select(BatchDraft).order_by(BatchDraft.id)):
        name, state = f"{row.prefix} {row.name}", DraftState(row.state)
        there.add(name)
        if row.submitted_at is not None or state not in _UNSUBMITTED:
            note = last_submitted.get(name)
            yield from _compare(name, _SUBMITTED, note, row.submitter, row.submitted_at)
        decision = last_decided.get(name)
        if row.decided_at is not None or state not in _UNDECIDED:
            yield from _compare(name, _DECIDED, decision, row.decider, row.decided_at)
        approved = decision is not None and decision.act == _APPROVED
        if approved is (state in _UNDECIDED):
            yield _fault(name, "state", "desk_differs")
    for name, decision in sorted(last_decided.items()):
        if decision.act == _APPROVED and name not in there:
            yield _fault(name, "row", "desk_missing")


def _last(notes: Iterable[TrailEntry]) -> Mapping[str, TrailEntry]:
    return {one.subject: one for one in sorted(notes, key=lambda entry: entry.id)}


def _compare(
    name: str,
    fields: tuple[str, str],
    note: TrailEntry | None,
    person: str | None,
    at: datetime | None,
) -> Iterator[Fault]:
    who, when = fields
    if note is None:
        yield _fault(name, who, "desk_unexpected")
        return
    if not is_same_person(note.actor, person or ""):
        yield _fault(name, who, "desk_differs")
    if at is None or abs(at - note.at) > _LATEST:
        yield _fault(name, when, "desk_differs")


def compare_records(
    register: Session, desks: Session, notes: Iterable[TrailEntry]
) -> Iterator[Fault]:
    """Yield the certificates whose record is missing or not the one that was kept at issue.

    Args:
        register: holds which certificates a batch has.
        desks: holds the records.
        notes: the roots of batches.
    """
    for subject, note in _last(notes).items():
        prefix, _, batch = subject.partition(" ")
        query = (
            select(Award.number)
            .join(Batch, Award.batch_id == Batch.id)
            .join(Site, Batch.site_id == Site.id)
            .where(Site.prefix == prefix, Batch.name == batch)
        )
        numbers = register.scalars(query.order_by(Award.number)).all()
        for number, bound in judge_records(desks, numbers, parse_root(note.reference)).items():
            if bound.is_broken:
                missing = bound is Bound.MISSING
                yield Fault(
                    table="exam_records",
                    row=number,
                    field="row" if missing else "sealed",
                    code="desk_missing" if missing else "desk_differs",
                )


def _fault(name: str, field: str, code: str) -> Fault:
    return Fault(table="batch_drafts", row=name, field=field, code=code)

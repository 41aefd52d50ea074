"""People of a batch whom another batch of the body has too, for the same occupation and level."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from codes.levels import Level
from codes.wording import Text
from issuer.batch_candidates import Candidate, read_candidates
from issuer.batch_room import BatchRoom
from issuer.batch_states import EDITABLE, DraftState
from issuer.columns import Column
from issuer.problems import RowNotice
from registry.batch_models import BatchDraft

_NAMED = 3
_What = tuple[str, str, Level]


def inspect_overlap(room: BatchRoom, session: Session, draft: BatchDraft) -> tuple[RowNotice, ...]:
    """Return a notice for each row whose person another open batch has too, which it names."""
    open_ones = select(BatchDraft).where(
        BatchDraft.prefix == draft.prefix,
        BatchDraft.id != draft.id,
        BatchDraft.state != DraftState.ISSUED,
        BatchDraft.key_sealed.is_not(None),
    )
    found: dict[_What, list[str]] = {}
    for other in session.scalars(open_ones.order_by(BatchDraft.id)):
        for what in {_what(one) for one in read_candidates(room, session, other)}:
            if what is not None:
                found.setdefault(what, []).append(other.name)
    if not found:
        return ()
    people = read_candidates(room, session, draft)
    stood = ((one.row, found.get(what)) for one in people if (what := _what(one)) is not None)
    return tuple(_notice(row, names) for row, names in stood if names)


def _what(one: Candidate) -> _What | None:
    if not one.document_number or one.occupation is None or one.level is None:
        return None
    return one.document_number, one.occupation, one.level


def _notice(row: int, names: list[str]) -> RowNotice:
    more = "等" if len(names) > _NAMED else ""
    zh, en = "、".join(f"“{name}”" for name in names[:_NAMED]), ", ".join(names[:_NAMED])
    return RowNotice(
        row=row,
        column=Column.DOCUMENT_NUMBER.value,
        cell=None,
        code="other_batch",
        text=Text(
            f"批次{zh}{more}中也有此人的同职业、同级别；一人只能核发一次，请在其中一批移除该行。",
            f"This person stands for the same occupation and level in another batch too ({en}); "
            "one certificate is awarded, so take the row out of one of them.",
        ),
    )


def check_others_again(session: Session, draft: BatchDraft) -> None:
    """Have the body's other batches that are being prepared checked anew, as this one is issued."""
    session.execute(
        update(BatchDraft)
        .where(
            BatchDraft.prefix == draft.prefix,
            BatchDraft.id != draft.id,
            BatchDraft.state.in_(EDITABLE),
        )
        .values(revision=BatchDraft.revision + 1)
    )

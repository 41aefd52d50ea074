"""People of a batch whom another batch of the body has too, for the same occupation and level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from codes.levels import Level
from codes.wording import Text
from issuer.batch_candidates import Candidate, read_candidates
from issuer.batch_room import BatchRoom
from issuer.batch_rows import RowFindings, open_row, remark_of, seal_remarks
from issuer.batch_states import EDITABLE, DraftState
from issuer.columns import Column
from issuer.problems import RowNotice
from registry.batch_models import BatchDraft, BatchRow

_NAMED = 3
_What = tuple[str, str, Level]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """What the people of a batch have in common with other open batches.

    Args:
        notices: one for each row whose person another batch has too, which it names.
        others: ids of those batches, the oldest first.
    """

    notices: tuple[RowNotice, ...]
    others: tuple[int, ...]


def inspect_overlap(room: BatchRoom, session: Session, draft: BatchDraft) -> Overlap:
    """Return what other open batches of the body have in common with a batch."""
    open_ones = select(BatchDraft).where(
        BatchDraft.prefix == draft.prefix,
        BatchDraft.id != draft.id,
        BatchDraft.state != DraftState.ISSUED,
        BatchDraft.key_sealed.is_not(None),
    )
    found: dict[_What, list[BatchDraft]] = {}
    for other in session.scalars(open_ones.order_by(BatchDraft.id)):
        for what in {_what(one) for one in read_candidates(room, session, other)}:
            if what is not None:
                found.setdefault(what, []).append(other)
    people = read_candidates(room, session, draft) if found else ()
    stood = [
        (one.row, others)
        for one in people
        if (what := _what(one)) is not None and (others := found.get(what))
    ]
    return Overlap(
        notices=tuple(_notice(row, [other.name for other in others]) for row, others in stood),
        others=tuple(sorted({other.id for _, others in stood for other in others})),
    )


def with_notices(
    room: BatchRoom, session: Session, draft: BatchDraft, notices: Sequence[RowNotice]
) -> list[RowFindings]:
    """Return what was found about rows of a checked batch, with what overlaps now."""
    cipher, told = room.cipher(draft), {one.row: one for one in notices}
    rows = select(BatchRow).where(BatchRow.draft_id == draft.id).order_by(BatchRow.row)
    return [
        seal_remarks(
            cipher,
            one.row,
            [
                *(
                    remark
                    for remark in open_row(cipher, one).remarks
                    if remark.code != told[one.row].code
                ),
                remark_of(told[one.row], stops=False),
            ],
        )
        for one in session.scalars(rows)
        if one.row in told
    ]


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

"""What an approver was shown of a batch, part by part: an approval holds for exactly that.

The form of an approval carries a digest of each part. At the approval all are computed anew; where
one differs nothing is approved, and the refusal names the part. Sample pages count for one such
state alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.batch_candidates import find_course
from issuer.batch_objections import objections_of
from issuer.batch_room import draft_changed
from issuer.body_settings import settings_of
from issuer.errors import IssuerError
from registry.batch_models import BatchDraft, BatchPhoto, BatchRow
from registry.exam_models import BatchCandidate

_DIGITS: Final = 32
_BETWEEN: Final = "-"


class ShownPart(StrEnum):
    """A part of what an approver is shown."""

    ROWS = "rows"
    PHOTOS = "photos"
    REMARKS = "remarks"
    ELIGIBILITY = "eligibility"
    PLAN = "plan"
    SCORES = "scores"
    NOTICE = "notice"
    SETTINGS = "settings"
    SUBMISSION = "submission"

    @property
    def text(self) -> Text:
        """What it is called."""
        return _CALLED[self]


_CALLED: Final = {
    ShownPart.ROWS: Text("名册", "the roster"),
    ShownPart.PHOTOS: Text("照片", "photos"),
    ShownPart.REMARKS: Text("各行的提示", "the notices on rows"),
    ShownPart.ELIGIBILITY: Text("申报条件", "eligibility"),
    ShownPart.PLAN: Text("考核计划", "the plan"),
    ShownPart.SCORES: Text("成绩", "scores"),
    ShownPart.NOTICE: Text("结果公示和异议", "the notice and objections"),
    ShownPart.SETTINGS: Text("机构设置", "the settings of the body"),
    ShownPart.SUBMISSION: Text("批次已重新提交", "the batch was submitted anew"),
}

BOUND: Final = frozenset(ShownPart) - {ShownPart.REMARKS, ShownPart.SETTINGS, ShownPart.SUBMISSION}
"""What stays as it was approved until it is issued; a later check may find other notices."""


def digests_of(session: Session, draft: BatchDraft) -> dict[ShownPart, str]:
    """Return a digest of each part of a batch as it is now, in the order of `ShownPart`."""
    return {part: _digest(lines) for part, lines in _lines(session, draft).items()}


def shown_of(session: Session, draft: BatchDraft) -> str:
    """Return what the form of an approval carries: the digest of each part."""
    return _BETWEEN.join(digests_of(session, draft).values())


def check_unmoved(session: Session, draft: BatchDraft, shown: str) -> None:
    """See that a batch is what somebody was shown.

    Args:
        shown: what their form carried; not trusted.

    Raises:
        IssuerError: parts are others now, and are named (`approval_moved`); it carried nothing of
            this kind (`draft_changed`).
    """
    now, told = digests_of(session, draft), shown.split(_BETWEEN)
    if len(told) != len(now):
        raise draft_changed()
    moved = [
        part.text for (part, digest), was in zip(now.items(), told, strict=True) if digest != was
    ]
    if moved:
        zh, en = "、".join(one.zh for one in moved), ", ".join(one.en for one in moved)
        raise IssuerError(
            "approval_moved",
            Text(
                f"本批次在您查看之后已有变动：{zh}；未批准。本页是现在的内容，请重新核对、"
                "看到样张后再批准",
                f"this batch has changed since you looked at it: {en}; nothing was approved. This "
                "page shows it as it is now: look at it and its sample pages again",
            ),
        )


def _digest(lines: Iterable[Collection[object]]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        for one in line:
            data = one if isinstance(one, bytes) else str(one).encode()
            digest.update(b"%d:" % len(data) + data)
        digest.update(b";")
    return digest.hexdigest()[:_DIGITS]


def _lines(session: Session, draft: BatchDraft) -> Mapping[ShownPart, Iterable[Collection[object]]]:
    course = find_course(session, draft)
    settings = settings_of(session, draft.prefix)
    return {
        ShownPart.ROWS: [(draft.name, draft.layout), *_rows(session, draft)],
        ShownPart.PHOTOS: _photos(session, draft),
        ShownPart.REMARKS: _remarks(session, draft),
        ShownPart.ELIGIBILITY: _candidates(session, draft, "eligibility_sealed"),
        ShownPart.PLAN: [] if course is None else [(course.plan_sealed,)],
        ShownPart.SCORES: [
            (None if course is None else course.scores_closed_at,),
            *_candidates(session, draft, "scores_sealed"),
        ],
        ShownPart.NOTICE: [
            ()
            if course is None
            else (course.notice_first, course.notice_last, course.notice_sealed),
            *((one.id, one.outcome, one.words_sealed) for one in objections_of(session, draft.id)),
        ],
        ShownPart.SETTINGS: sorted((one.name, one.value, one.id) for one in settings.values()),
        ShownPart.SUBMISSION: [(draft.revision, draft.submitted_at, draft.submitter)],
    }


def _rows(session: Session, draft: BatchDraft) -> Iterator[tuple[object, ...]]:
    rows = select(BatchRow.row, BatchRow.cells_sealed).where(BatchRow.draft_id == draft.id)
    return map(tuple, session.execute(rows.order_by(BatchRow.row)))


def _remarks(session: Session, draft: BatchDraft) -> Iterator[tuple[object, ...]]:
    rows = select(BatchRow.row, BatchRow.findings_sealed).where(
        BatchRow.draft_id == draft.id, BatchRow.findings_sealed.is_not(None)
    )
    return map(tuple, session.execute(rows.order_by(BatchRow.row)))


def _photos(session: Session, draft: BatchDraft) -> Iterator[tuple[object, ...]]:
    photos = select(BatchPhoto.id, BatchPhoto.about_sealed, BatchPhoto.stored)
    found = photos.where(BatchPhoto.draft_id == draft.id).order_by(BatchPhoto.id)
    return map(tuple, session.execute(found))


def _candidates(session: Session, draft: BatchDraft, column: str) -> Iterator[tuple[object, ...]]:
    found = select(BatchCandidate.person, getattr(BatchCandidate, column))
    kept = found.where(BatchCandidate.draft_id == draft.id).order_by(BatchCandidate.person)
    return map(tuple, session.execute(kept))

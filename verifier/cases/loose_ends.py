"""What is not settled as a case is handed over or closed: bundle, readings, questions.

A review makes no line of custody, and counts as one here: the bundle lacks it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.case_models import CaseEvent, CaseQuestion, CaseReading
from registry.case_questions import OPEN
from registry.case_sealed import EVENT_LINE, read_text
from registry.errors import VaultError
from registry.vault import Vault
from verifier.cases.custody_lines import NO_LINE, Act, CustodyLine, parse_line

_NO_NEWS: Final = frozenset({Act.BUNDLE, Act.HAND_OVER, Act.CLOSE})


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseEnds:
    """What is not settled.

    Args:
        bundles: the lines of the bundles made, the latest first.
        later: how much was noted after the latest bundle; 0 where there is no bundle.
        unreviewed: readings of full records that no other officer reviewed.
        unanswered: questions that no body has answered yet.
        lacks_outcome: whether the case was closed after the latest bundle.
    """

    bundles: Sequence[CustodyLine]
    later: int
    unreviewed: int
    unanswered: int
    lacks_outcome: bool

    @property
    def lines(self) -> list[Text]:
        """What is not settled, in words; empty where everything is."""
        return list(self._lines())

    def _lines(self) -> Iterator[Text]:
        if self.later:
            yield Text(
                f"最近一次证据包制作后又有 {self.later} 条记录（含机构答复和复核），证据包中没有",
                f"noted after the latest bundle, and not in it (answers and reviews count): "
                f"{self.later}",
            )
        if self.unanswered:
            yield Text(
                f"{self.unanswered} 项询问机构尚未答复",
                f"questions that wait for a body's answer: {self.unanswered}",
            )
        if self.unreviewed:
            yield Text(
                f"{self.unreviewed} 次查看完整登记信息尚待复核",
                f"readings of full records that wait for review: {self.unreviewed}",
            )


def find_loose_ends(session: Session, vault: Vault, case_id: int) -> LooseEnds:
    """Return what of a case is not settled."""
    lines = list(_lines(session, vault, case_id))
    made = [at for at, one in enumerate(lines) if one is not None and one.act is Act.BUNDLE]
    waiting = select(func.count()).where(CaseReading.case_id == case_id, CaseReading.mark.is_(None))
    asked = select(func.count()).where(CaseQuestion.case_id == case_id, OPEN)
    later, lacks_outcome = 0, False
    if made:
        after = lines[made[-1] + 1 :]
        lacks_outcome = any(one is not None and one.act is Act.CLOSE for one in after)
        later = sum(one is None or one.act not in _NO_NEWS for one in after)
        since = lines[made[-1]]
        assert since is not None
        reviews = select(func.count()).where(
            CaseReading.case_id == case_id, CaseReading.reviewed_at > since.at
        )
        later += session.scalar(reviews) or 0
    return LooseEnds(
        bundles=[one for at in reversed(made) if (one := lines[at]) is not None],
        later=later,
        unreviewed=session.scalar(waiting) or 0,
        unanswered=session.scalar(asked) or 0,
        lacks_outcome=lacks_outcome,
    )


def _lines(session: Session, vault: Vault, case_id: int) -> Iterator[CustodyLine | None]:
    query = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.place)
    for row in session.scalars(query):
        try:
            yield parse_line(read_text(EVENT_LINE, row, vault), row.sha256)
        except (VaultError, *NO_LINE):
            yield None

"""What each paper of a case still lacks: a verdict, a report, a verification that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.case_models import CaseItem, CaseWaiting
from verifier.cases.casework import RELIED_ON


class Lack(StrEnum):
    """What a paper lacks."""

    VERDICT = "verdict"
    REPORT = "report"
    VERIFIED_AGAIN = "verified_again"

    @property
    def text(self) -> Text:
        """That it lacks this, in both languages."""
        return _LACKS[self]


_LACKS: Final = {
    Lack.VERDICT: Text(
        "没有核验结论：核验没有完成", "no verdict: it was never verified to the end"
    ),
    Lack.REPORT: Text("有核验结论，没有查验报告", "a verdict, but no verification report"),
    Lack.VERIFIED_AGAIN: Text(
        "已要求重新核验，尚未完成；所载为此前的结论",
        "to be verified again, which is not done yet; its verdict is the one before",
    ),
}


def lacks_of_papers(session: Session, case_id: int) -> dict[int, tuple[Lack, ...]]:
    """Return what the papers of a case lack, by place; those that lack nothing are left out."""
    asked = CaseWaiting.item_id.is_not(None)
    query = (
        select(CaseItem.place, CaseItem.outcome, CaseItem.report_number, asked)
        .outerjoin(CaseWaiting, CaseWaiting.item_id == CaseItem.id)
        .where(CaseItem.case_id == case_id, RELIED_ON)
        .order_by(CaseItem.place)
    )
    every = {
        place: tuple(_lacks(outcome, report, again=again))
        for place, outcome, report, again in session.execute(query)
    }
    return {place: lacks for place, lacks in every.items() if lacks}


def _lacks(outcome: str, report: str | None, *, again: bool) -> Iterator[Lack]:
    if not outcome:
        yield Lack.VERDICT
        return
    if report is None:
        yield Lack.REPORT
    if again:
        yield Lack.VERIFIED_AGAIN

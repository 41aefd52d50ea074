"""Questions of the police to bodies: asked at the police desk, answered at the body's.

The two desks meet in these rows alone. A body sees the number, the question and the term; nothing
else of the case. An answer is given once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.case_models import CaseQuestion
from registry.case_sealed import ANSWER_WORDS, QUESTION, read_text
from registry.cases import CaseError
from registry.vault import Vault

MOST_WORDS: Final = 1000


class Answer(StrEnum):
    """What a body says of a certificate that is asked about."""

    OURS = "ours"
    DIFFERS = "differs"
    NOT_OURS = "not_ours"

    @property
    def text(self) -> Text:
        """The answer in both languages."""
        return _ANSWERS[self]


_ANSWERS: Final = {
    Answer.OURS: Text("是本机构签发，内容一致", "issued by us, as it says"),
    Answer.DIFFERS: Text("是本机构签发，内容不一致", "issued by us, but it says something else"),
    Answer.NOT_OURS: Text("不是本机构签发", "not issued by us"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """A question as either desk shows it."""

    id: int
    case_id: int
    prefix: str
    number: str
    question: str = field(repr=False)
    due_on: date
    overdue: bool
    asked_by: str
    asked_at: datetime
    answer: Answer | None
    words: str = field(repr=False)
    answered_by: str | None
    answered_at: datetime | None


def questions_of_body(session: Session, prefix: str) -> list[CaseQuestion]:
    """Return the questions to a body, those without an answer first, the most urgent first."""
    query = select(CaseQuestion).where(CaseQuestion.prefix == prefix)
    order = (CaseQuestion.answer.is_not(None), CaseQuestion.due_on, CaseQuestion.id)
    return list(session.scalars(query.order_by(*order)))


def question_of_body(
    session: Session, question_id: int, prefix: str | None, *, hold: bool = False
) -> CaseQuestion | None:
    """Return a question to a body; None where there is none or it is another's.

    Args:
        session: reads it.
        question_id: its number.
        prefix: of the body.
        hold: keep others from answering it until the transaction ends.
    """
    row = session.get(CaseQuestion, question_id, with_for_update=hold)
    return row if row is not None and row.prefix == prefix else None


def question_view(row: CaseQuestion, vault: Vault, today: date) -> QuestionView:
    """Return a question as it is shown; raises as `Vault.unseal`."""
    return QuestionView(
        id=row.id,
        case_id=row.case_id,
        prefix=row.prefix,
        number=row.number,
        question=read_text(QUESTION, row, vault),
        due_on=row.due_on,
        overdue=row.answer is None and row.due_on < today,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        answer=None if row.answer is None else Answer(row.answer),
        words=read_text(ANSWER_WORDS, row, vault),
        answered_by=row.answered_by,
        answered_at=row.answered_at,
    )


def check_answer(row: CaseQuestion, answer: Answer | None, words: str) -> None:
    """Go on only where an answer may be given as it is.

    Raises:
        CaseError: it was answered already (`question_answered`); no answer is chosen
            (`question_answer`); what differs is not said (`question_words`).
    """
    if row.answer is not None:
        raise CaseError(
            "question_answered",
            Text("这项询问已经答复", "this question has been answered already"),
        )
    if answer is None:
        raise CaseError("question_answer", Text("请选择答复", "choose an answer"))
    if len(words) > MOST_WORDS or (answer is Answer.DIFFERS and not words):
        raise CaseError(
            "question_words",
            Text(
                f"请写明哪些内容不一致（{MOST_WORDS} 字以内）",
                f"say what differs, in at most {MOST_WORDS} characters",
            ),
        )


def give_answer(
    row: CaseQuestion, vault: Vault, answer: Answer | None, words: str, *, by: str, now: datetime
) -> None:
    """Answer a question, in the caller's transaction; raises as `check_answer`, `put`."""
    check_answer(row, answer, words)
    assert answer is not None
    row.answer = answer
    row.answered_by = by
    row.answered_at = now
    ANSWER_WORDS.put(row, vault, words.encode())

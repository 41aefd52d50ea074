"""Questions of the police to bodies: asked at the police desk, answered at the body's.

The two desks meet in these rows alone. A body sees the number, the question and the term; nothing
else of the case. An answer is given once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.case_answers import Answer, Reply, pack_reply, told_of_answer, unpack_reply
from registry.case_claims import Claims, ComparedClaim, unpack_claims
from registry.case_custody import Note, Step, add_custody_line
from registry.case_models import CaseQuestion, PoliceCase
from registry.case_sealed import ANSWER_WORDS, QUESTION, read_text
from registry.cases import CaseError
from registry.vault import Vault

MOST_WORDS: Final = 1000
ANSWERED: Final = "answer"
"""What custody calls it that a body answered."""
_ANSWERED: Final = "机构答复"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """A question as either desk shows it."""

    id: int
    case_id: int
    prefix: str
    number: str
    claims: Claims = field(repr=False)
    due_on: date
    overdue: bool
    asked_by: str
    asked_at: datetime
    answer: Answer | None
    reply: Reply
    answered_by: str | None
    answered_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.answer is None and self.withdrawn_at is None


OPEN: Final = CaseQuestion.answer.is_(None) & ~CaseQuestion.withdrawal.has()
"""In a query: a question that waits for an answer."""


def questions_of_body(session: Session, prefix: str) -> list[CaseQuestion]:
    """Return the questions to a body: those that wait first, the most urgent of them first."""
    query = select(CaseQuestion).where(CaseQuestion.prefix == prefix)
    order = (OPEN.desc(), CaseQuestion.due_on, CaseQuestion.id)
    return list(session.scalars(query.order_by(*order)))


def question_of_body(
    session: Session, question_id: int, prefix: str | None, *, hold: bool = False
) -> CaseQuestion | None:
    """Return a question to a body; None where there is none or it is another's.

    Args:
        session: reads it.
        question_id: its number.
        prefix: of the body.
        hold: keep others from it and from its case until the transaction ends, the case first as
            the police desk does.
    """
    row = session.get(CaseQuestion, question_id)
    if row is None or row.prefix != prefix:
        return None
    if hold:
        case = PoliceCase.id == row.case_id
        session.execute(select(PoliceCase.id).where(case).with_for_update())
        session.refresh(row, with_for_update=True)
    return row


def rank_of(session: Session, row: CaseQuestion) -> int:
    """Return which question of its case it is, from 1."""
    earlier = (CaseQuestion.case_id == row.case_id) & (CaseQuestion.id <= row.id)
    return len(session.scalars(select(CaseQuestion.id).where(earlier)).all())


def question_view(row: CaseQuestion, vault: Vault, today: date) -> QuestionView:
    """Return a question as it is shown; raises as `Vault.unseal`."""
    taken_back = row.withdrawal
    claims = unpack_claims(read_text(QUESTION, row, vault))
    return QuestionView(
        id=row.id,
        case_id=row.case_id,
        prefix=row.prefix,
        number=row.number,
        claims=claims,
        due_on=row.due_on,
        overdue=row.answer is None and taken_back is None and row.due_on < today,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        answer=None if row.answer is None else Answer(row.answer),
        reply=unpack_reply(read_text(ANSWER_WORDS, row, vault), claims),
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        withdrawn_by=None if taken_back is None else taken_back.by,
        withdrawn_at=None if taken_back is None else taken_back.at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A question beside the register of the body asked.

    Args:
        on_record: whether the register has the number.
        lines: each thing the question says, and whether the register says the same.
        unread: whether the record has a name that the person who answers did not open.
    """

    on_record: bool
    lines: Sequence[ComparedClaim] = ()
    unread: bool = False

    def contradicts(self, answer: Answer | None) -> bool:
        """Return whether an answer says otherwise than the register."""
        if answer is None:
            return False
        if (answer is not Answer.NOT_OURS) is not self.on_record:
            return True
        return answer is Answer.OURS and not all(one.agrees for one in self.lines)


def check_answer(
    row: CaseQuestion, answer: Answer | None, words: str, *, compared: Compared, despite: bool
) -> None:
    """Go on only where an answer may be given as it is.

    Args:
        compared: the question beside the body's register.
        despite: whether it was confirmed that the answer is not what the register says.

    Raises:
        CaseError: it was answered already (`question_answered`) or taken back
            (`question_withdrawn`); no answer is chosen (`question_answer`); the record was not
            opened before it is said to be as the question says (`question_unread`); the answer is
            not what the register says, or not as it compares, which is not confirmed
            (`question_despite`); what differs, or why it is not what the register says, is not
            said (`question_words`).
    """
    check_waits(row)
    if answer is None:
        raise CaseError("question_answer", Text("请选择答复", "choose an answer"))
    if answer is Answer.OURS and compared.unread:
        raise CaseError(
            "question_unread",
            Text(
                "请先点“显示完整姓名和证件号码”，与询问所述核对后再答复一致",
                "show name and document number in full and compare them before you answer that "
                "the record is as the question says",
            ),
        )
    contrary = compared.contradicts(answer)
    if contrary and compared.on_record and answer is Answer.OURS and not despite:
        raise CaseError(
            "question_despite",
            Text(
                "询问所述与登记不一致或无法比对（见对照表），不能直接答复一致。请改选；确须如此答复"
                "的，勾选并写明依据",
                "the question is not as the register says, or could not be compared (see the "
                "table): choose another answer, or confirm it and say on what ground",
            ),
        )
    if contrary and not despite:
        has = Text("有", "has") if compared.on_record else Text("没有", "does not have")
        raise CaseError(
            "question_despite",
            Text(
                f"本机构登记中{has.zh}这个编号，所选答复与登记矛盾。请改选；确须如此答复的，勾选并"
                "写明依据",
                f"your register {has.en} this number, which the answer contradicts: choose another "
                "answer, or confirm it and say on what ground",
            ),
        )
    if len(words) > MOST_WORDS or ((contrary or answer is Answer.DIFFERS) and not words):
        raise CaseError(
            "question_words",
            Text(
                f"请写明哪些内容不一致，或与登记矛盾的依据（{MOST_WORDS} 字以内）",
                "say what differs, or on what ground it contradicts the register, in at most "
                f"{MOST_WORDS} characters",
            ),
        )


def check_waits(row: CaseQuestion) -> None:
    """Go on only with a question that waits for an answer.

    Raises:
        CaseError: it was answered (`question_answered`) or taken back (`question_withdrawn`).
    """
    if row.answer is not None:
        raise CaseError(
            "question_answered",
            Text("这项询问已经答复", "this question has been answered already"),
        )
    if row.withdrawal is not None:
        raise CaseError(
            "question_withdrawn",
            Text("公安机关已撤回这项询问", "the police have taken this question back"),
        )


def give_answer(
    session: Session,
    row: CaseQuestion,
    vault: Vault,
    note: Note,
    *,
    answer: Answer,
    reply: Reply,
    by: str,
    now: datetime,
) -> None:
    """Answer a held question that `check_answer` let through; the answer is a step of custody.

    Raises:
        CaseError, VaultError, RegistryUnavailable: as `add_custody_line`.
    """
    row.answer = answer
    row.answered_by = by
    row.answered_at = now
    ANSWER_WORDS.put(row, vault, pack_reply(reply))
    case = session.get_one(PoliceCase, row.case_id)
    details = {"number": row.number, "asked": str(rank_of(session, row))}
    step = Step(
        at=now,
        actor=by,
        act=ANSWERED,
        details=details | told_of_answer(answer, reply),
    )
    add_custody_line(
        session, vault, case.id, step, note, ground=_ANSWERED, reference=case.reference
    )

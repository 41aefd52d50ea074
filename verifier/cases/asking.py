"""Asking a body to confirm what a suspect paper says of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.case_claims import Claims, pack_claims, unpack_claims
from registry.case_models import CaseAsker, CaseQuestion, CaseWithdrawal, PoliceCase
from registry.case_questions import MOST_WORDS, OPEN, check_waits, rank_of
from registry.case_sealed import QUESTION, read_text
from registry.cases import CaseError, new_key
from registry.models import Body, Site
from registry.session import reading, transaction
from registry.vault import Vault
from verifier.cases.casework import (
    MOST_NAME,
    Officer,
    add_step,
    check_not_closed,
    check_open,
    check_words,
    hold_case,
)
from verifier.cases.custody_lines import Act
from verifier.cases.room import PoliceRoom

LONGEST: Final = timedelta(days=60)
MOST_ASKER: Final = 120
USUAL: Final = timedelta(days=5)


def ask_body(
    room: PoliceRoom,
    officer: Officer,
    case_id: int,
    *,
    number: str,
    claims: Claims,
    due: date | None,
) -> None:
    """Put a question to the body that a number names.

    Raises:
        CaseError: no body of this register has the number's prefix (`question_body`), nothing or
            too much is asked (`question_text`, `question_name`, `question_asker`), the term is none
            (`question_due`), the case is no longer open (`case_not_open`), or the same question
            waits for its answer (`question_open`).
    """
    prefix = number[:13]
    due_on = _check_question(room, prefix, claims, due)
    vault = room.vault()
    with transaction(room.desks) as session:
        case = hold_case(session, case_id)
        check_open(case)
        _check_new(session, vault, case_id, number, claims)
        row = CaseQuestion(
            key=new_key(),
            case_id=case_id,
            prefix=prefix,
            number=number,
            due_on=due_on,
            asked_by=officer.name,
            asked_at=room.clock(),
        )
        session.add(row)
        QUESTION.put(row, vault, pack_claims(claims))
        session.flush()
        session.add(CaseAsker(question_id=row.id, account_id=officer.account_id))
        add_step(
            room,
            session,
            vault,
            case,
            officer,
            Act.ASK,
            details={
                "body": prefix,
                "number": number,
                "due": due_on.isoformat(),
                "question": claims.words,
            }
            | {f"shown_{key}": value for key, value in claims.shown.items()},
        )


def withdraw_question(
    room: PoliceRoom, officer: Officer, case_id: int, question_id: int, reason: str
) -> None:
    """Take a question back that was not answered; the reason goes into custody.

    Raises:
        CaseError: there is none in the case (`question_unknown`), it was answered or taken back
            (as `check_waits`), no reason is given (`withdraw_reason`), or the case is closed
            (`case_closed`).
    """
    check_words("withdraw_reason", reason)
    vault = room.vault()
    with transaction(room.desks) as session:
        case = hold_case(session, case_id)
        check_not_closed(case)
        row = session.get(CaseQuestion, question_id, with_for_update=True)
        if row is None or row.case_id != case_id:
            raise CaseError("question_unknown", Text("没有这项询问", "there is no such question"))
        check_waits(row)
        _take_back(room, session, vault, case, officer, row, reason)


def end_questions(
    room: PoliceRoom, session: Session, vault: Vault, case: PoliceCase, officer: Officer
) -> None:
    """Take back what no body has answered yet, as the case that it belongs to is closed."""
    waiting = select(CaseQuestion).where(CaseQuestion.case_id == case.id, OPEN)
    for row in session.scalars(waiting.order_by(CaseQuestion.id).with_for_update()).all():
        _take_back(room, session, vault, case, officer, row, Act.CLOSE.text.zh)


def _take_back(
    room: PoliceRoom,
    session: Session,
    vault: Vault,
    case: PoliceCase,
    officer: Officer,
    row: CaseQuestion,
    reason: str,
) -> None:
    """Take a held question back; custody says why."""
    session.add(CaseWithdrawal(question_id=row.id, by=officer.name, at=room.clock()))
    details = {"number": row.number, "asked": str(rank_of(session, row)), "reason": reason}
    add_step(room, session, vault, case, officer, Act.WITHDRAW, details=details)


def _check_new(session: Session, vault: Vault, case_id: int, number: str, claims: Claims) -> None:
    same = (CaseQuestion.case_id == case_id) & (CaseQuestion.number == number)
    for row in session.scalars(select(CaseQuestion).where(same, OPEN)):
        former = unpack_claims(read_text(QUESTION, row, vault))
        same_words = "".join(former.words.split()) == "".join(claims.words.split())
        if same_words and former.shown == claims.shown:
            raise CaseError(
                "question_open",
                Text(
                    "同样的询问已经发出，正在等候答复；要改期限的，先撤回再发",
                    "this very question was asked and waits for its answer; to change its term, "
                    "take it back first",
                ),
            )


def _check_question(room: PoliceRoom, prefix: str, claims: Claims, due: date | None) -> date:
    """Return the day of the term, where everything is as it should be; raises as `ask_body`."""
    with reading(room.register) as session:
        known = session.scalar(select(Site.id).where(Site.prefix == prefix))
    if known is None:
        raise CaseError(
            "question_body",
            Text(
                "编号的前 13 位不是备案机构的前缀，没有可以询问的机构",
                "the first 13 characters of the number are no filed body's: there is none to ask",
            ),
        )
    if len(claims.name) > MOST_NAME:
        raise CaseError(
            "question_name",
            Text(
                f"姓名最多 {MOST_NAME} 个字符",
                f"a name has at most {MOST_NAME} characters",
            ),
        )
    if len(claims.asker) > MOST_ASKER:
        raise CaseError(
            "question_asker",
            Text(f"最多 {MOST_ASKER} 个字符", f"it has at most {MOST_ASKER} characters"),
        )
    if len(claims.words) > MOST_WORDS or not (claims.words or claims.shown):
        raise CaseError(
            "question_text",
            Text(
                "请填写纸面所示的姓名、等级或发证日期，或写明要机构确认什么"
                f"（{MOST_WORDS} 字以内）",
                "give the name, level or date of issue that the paper shows, or say what is to be "
                f"confirmed, in at most {MOST_WORDS} characters",
            ),
        )
    today = room.today()
    if due is None or not today < due <= today + LONGEST:
        raise CaseError(
            "question_due",
            Text(
                f"答复期限应在明天至 {LONGEST.days} 天以内",
                f"the term ends between tomorrow and {LONGEST.days} days from now",
            ),
        )
    return due


def names_of_bodies(room: PoliceRoom) -> dict[str, str]:
    """Return the name of each body of the register under its prefix."""
    query = select(Site.prefix, Body.name).join(Body, Body.id == Site.body_id)
    with reading(room.register) as session:
        return {one.prefix: one.name for one in session.execute(query)}


def questions_of_case(session: Session, case_id: int) -> list[CaseQuestion]:
    """Return the questions of a case, the latest first."""
    query = select(CaseQuestion).where(CaseQuestion.case_id == case_id)
    return list(session.scalars(query.order_by(CaseQuestion.id.desc())))


def cases_overdue(session: Session, today: date) -> list[int]:
    """Return, for each question unanswered past its term, the case it belongs to."""
    query = select(CaseQuestion.case_id).where(OPEN, CaseQuestion.due_on < today)
    return list(session.scalars(query))


def cases_answered(session: Session, account_id: int) -> list[int]:
    """Return, for each answer to an officer's question that they have not seen yet, its case."""
    query = (
        select(CaseQuestion.case_id)
        .join(CaseAsker, CaseAsker.question_id == CaseQuestion.id)
        .where(_unseen(account_id))
    )
    return list(session.scalars(query.order_by(CaseQuestion.id)))


def see_answers(room: PoliceRoom, account_id: int, case_id: int) -> None:
    """Note that who asked has the answers of a case before them now."""
    of_case = (
        select(CaseAsker.question_id)
        .join(CaseQuestion, CaseQuestion.id == CaseAsker.question_id)
        .where(CaseQuestion.case_id == case_id, _unseen(account_id))
    )
    with reading(room.desks) as session:
        unseen = session.scalars(of_case).all()
    if not unseen:
        return
    with transaction(room.desks) as session:
        mine = update(CaseAsker).where(CaseAsker.question_id.in_(unseen))
        session.execute(mine.values(seen_at=room.clock()))


def _unseen(account_id: int) -> ColumnElement[bool]:
    return (
        (CaseAsker.account_id == account_id)
        & CaseAsker.seen_at.is_(None)
        & CaseQuestion.answer.is_not(None)
    )

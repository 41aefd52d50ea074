"""Questions of the police to a body: its clerks see them, and answer within the term."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from flask import (
    Blueprint,
    Flask,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from accounts.next_page_notice import say_done
from accounts.page_words import Place, add_places
from accounts.person import Person, the_person
from accounts.roles import Role, allow
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.troubles import Trouble, too_long
from accounts.waiting import Waiting, add_waiting
from codes.levels import Level
from codes.wording import Text
from issuer.awarding import open_private
from issuer.certificate_list import occupation_text
from issuer.certificate_view import person_of
from issuer.console.certificates_asking import opened_by_person
from issuer.console.office import the_office, the_operator
from issuer.console.police_lent import note_for_police
from issuer.copy_list import AWARD_WORDS
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.operator import Operator, note_act_now
from registry.case_answers import Answer, Reply
from registry.case_claims import OnRecord, Shown, compare_claims
from registry.case_models import CaseQuestion
from registry.case_questions import (
    MOST_WORDS,
    OPEN,
    Compared,
    QuestionView,
    check_answer,
    give_answer,
    question_of_body,
    question_view,
    questions_of_body,
)
from registry.cases import CaseError
from registry.errors import RegistryError
from registry.models import Award, AwardStatus
from registry.session import once_undone, reading, transaction
from templates.labels import LABELS, Field

blueprint = Blueprint("questions", __name__, url_prefix="/questions")
ANSWERERS = (Role.BODY_CLERK, Role.APPROVER)
_FIELDS = {
    "question_answer": "answer",
    "question_words": "words",
    "question_despite": "despite",
    "question_unread": "answer",
}
_TONES = {Answer.OURS: "good", Answer.DIFFERS: "bad", Answer.NOT_OURS: "bad"}


def add_questions(app: Flask) -> None:
    """Add the pages on which bodies answer, and what waits on them."""
    app.register_blueprint(blueprint)
    add_waiting(app, waiting_for_body)
    text = Text("公安询问", "Police questions")
    why = Text("公安机关请本机构核实的证书，限期答复", "Certificates the police ask about")
    roles = frozenset(ANSWERERS)
    add_places(app, [Place(endpoint="questions.index", text=text, roles=roles, purpose=why)])


def waiting_for_body(person: Person) -> Iterator[Waiting]:
    """Yield the questions that wait for a body's people."""
    if person.body is None or not person.is_one_of(*ANSWERERS):
        return
    with reading(the_office().desks) as session:
        query = select(CaseQuestion.id).where(CaseQuestion.prefix == person.body, OPEN)
        count = len(session.scalars(query).all())
    link = url_for("questions.index")
    yield Waiting(
        text=Text("项公安询问待答复", "police {question|questions} to answer"),
        count=count,
        link=link,
    )


@blueprint.get("")
@allow(*ANSWERERS)
def index() -> str:
    """List the questions to the body, the most urgent first."""
    office, body = the_office(), the_person().body or ""
    vault, today = office.vault(), _today()
    with reading(office.desks) as session:
        found = [question_view(one, vault, today) for one in questions_of_body(session, body)]
    return render_template("desk/questions.html", questions=found, tones=_TONES)


@blueprint.get("/<int:question_id>")
@allow(*ANSWERERS)
def question(question_id: int) -> AnyResponse:
    """Show a question and the form that answers it."""
    return _page(question_id)


@blueprint.post("/<int:question_id>")
@allow(*ANSWERERS)
def answer(question_id: int) -> AnyResponse:
    """Answer a question; once, and for the record."""
    office = the_office()
    said = request.form.get("answer", "")
    words = request.form.get("words", "").strip().replace("\r\n", "\n")
    chosen = Answer(said) if said in set(Answer) else None
    despite = bool(request.form.get("despite"))
    long = too_long(request.form, words=MOST_WORDS)
    if long:
        return _page(question_id, said, words, long, despite=despite)
    try:
        with transaction(office.desks) as session:
            row = _question(session, question_id, hold=True)
            compared, _ = _beside_register(question_view(row, office.vault(), _today()))
            check_answer(row, chosen, words, compared=compared, despite=despite)
            assert chosen is not None
            if is_ticked():
                _give(session, row, chosen, words, compared)
    except (CaseError, IssuerError) as error:
        trouble = Trouble(field=_FIELDS.get(error.code, ""), text=error.text)
        return _page(question_id, said, words, (trouble,), despite=despite)
    if not is_ticked():
        trouble = Trouble(field=SURE, text=UNTICKED)
        return _page(question_id, said, words, (trouble,), despite=despite)
    say_done(Text("答复已送达公安机关", "The police have the answer"))
    return redirect(url_for("questions.question", question_id=question_id), 303)


def _give(
    session: Session, row: CaseQuestion, chosen: Answer, words: str, compared: Compared
) -> None:
    """Give an answer that was found fit and confirmed; noted first."""
    office, contrary = the_office(), compared.contradicts(chosen)
    subject = f"question {row.id} {row.number} {chosen.value}"
    operator = the_operator(ground="答复公安询问，与登记矛盾" if contrary else "答复公安询问")
    _note(operator, "questions.answer", subject)
    once_undone(session, partial(_note, operator, "questions.answer.undone", subject))
    give_answer(
        session,
        row,
        office.vault(),
        partial(note_for_police, office),
        answer=chosen,
        reply=Reply(words=words, on_record=compared.on_record, lines=compared.lines),
        by=operator.name,
        now=office.clock(),
    )


def _note(operator: Operator, act: str, subject: str) -> None:
    office = the_office()
    note_act_now(office.engine, operator, act, subject, at=office.clock())


def _page(
    question_id: int,
    said: str = "",
    words: str = "",
    troubles: tuple[Trouble, ...] = (),
    *,
    despite: bool = False,
) -> AnyResponse:
    office = the_office()
    with reading(office.desks) as session:
        row = _question(session, question_id)
        view = question_view(row, office.vault(), _today())
    compared, seen = _beside_register(view)
    chosen = Answer(said) if said in set(Answer) else None
    page = render_template(
        "desk/question.html",
        one=view,
        seen=seen,
        compared=compared,
        answers=[(one.value, one.text) for one in Answer],
        said=said,
        contrary=compared.contradicts(chosen),
        words=words,
        despite=despite,
        troubles=troubles,
        tones=_TONES,
    )
    return make_response(page, 422 if troubles else 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the body's register says of a certificate, as far as the reader may see it.

    Args:
        opened: whether the reader opened the full record.
        beside: by what a question says, what the register says of it.
        facts: the rest, with labels.
    """

    award_id: int
    opened: bool
    beside: dict[Shown, Any] = field(repr=False)
    facts: list[tuple[Text, Any]] = field(repr=False)


def _beside_register(view: QuestionView) -> tuple[Compared, _Seen | None]:
    """Return how a question compares with the body's register, and what that says."""
    office = the_office()
    with reading(office.engine) as session:
        award = session.scalar(select(Award).where(Award.number == view.number))
        if award is None:
            return Compared(on_record=False), None
        status, level = AwardStatus(award.status), Level(award.level)
        private, document = None, Text("登记数据有异常，打不开", "the register's data do not open")
        if status is AwardStatus.ERASED:
            document = Text("已删除", "erased")
        else:
            with suppress(RegistryError):
                private = open_private(office.vault(), award)
    opened = opened_by_person(award.id) is not None
    person = None if private is None else person_of(private, opened=opened)
    name = None if private is None else private.name
    record = OnRecord(name=name, level=level, issued_on=award.issued_on)
    seen = _Seen(
        award_id=award.id,
        opened=opened,
        beside={
            Shown.NAME: document if person is None else person.name,
            Shown.LEVEL: level.text,
            Shown.ISSUED_ON: award.issued_on,
        },
        facts=[
            (LABELS[Field.DOCUMENT_NUMBER], document if person is None else person.document),
            (LABELS[Field.OCCUPATION], occupation_text(award.occupation)),
            (Text("现在的状态", "Status now"), AWARD_WORDS[status]),
        ],
    )
    lines = compare_claims(view.claims, record)
    unread = private is not None and not opened
    return Compared(on_record=True, lines=lines, unread=unread), seen


def _today() -> date:
    return shanghai_day(the_office().clock())


def _question(session: Session, question_id: int, *, hold: bool = False) -> CaseQuestion:
    row = question_of_body(session, question_id, the_person().body, hold=hold)
    if row is None:
        abort(404)
    return row

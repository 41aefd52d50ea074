"""Proposing an act on a certificate: the form, what it would change, and then the proposal."""

from __future__ import annotations

import os
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.troubles import Trouble
from codes.wording import Text
from issuer.awarding import open_private
from issuer.certificate_acts import propose_once, rehearse
from issuer.certificate_change import PROPOSED_ON_PAGE, Preview, offered
from issuer.certificate_reading import check_ground, open_certificate
from issuer.certificate_right import right_of
from issuer.certificate_view import Person, person_of, waiting_acts
from issuer.console.certificates_asking import (
    REFUSALS,
    opened_by_person,
    prefix_of,
    reading_desk,
    the_award,
)
from issuer.console.certificates_forms import (
    ActEntry,
    form_of,
    inspect_act,
    read_act,
    trouble_of,
)
from issuer.console.certificates_pending import READ_REQUEST, waiting_on
from issuer.console.certificates_show import changes_shown
from issuer.console.certificates_words import ACT_HEADINGS, ACT_HELP, ACT_TITLES
from issuer.console.office import the_office, the_operator
from issuer.copy_list import REASON_WORDS
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.holder_promises import reference_of
from issuer.life_words import GROUND_WORDS, KIND_CODES, KINDS_BY_CODE
from issuer.operator import DEFAULT_GROUND, note_act_now
from log.leaves import LifeKind
from registry.errors import RegistryError
from registry.holder_requests import AskedFor
from registry.session import reading
from templates.fonts import FontChain

blueprint = Blueprint("certificate_acts", __name__, url_prefix="/certificates")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """The certificate that an act is proposed of, and the acts on it that wait already."""

    award_id: int
    number: str
    prefix: str
    kind: LifeKind
    person: Person
    specialty: str | None
    opened: bool
    may: bool
    told: Text | None
    waiting: tuple[int, ...]

    def requests(self) -> list[AskedFor]:
        """Return what the holder asks for by this act, as far as it is not done; noted first."""
        office, code = the_office(), KIND_CODES[self.kind]
        asked = [one.asked for one in waiting_on(self.number) if one.asked.kind.value == code]
        operator = the_operator(ground=DEFAULT_GROUND)
        for one in asked:
            about = f"{one.number} {one.id}"
            note_act_now(office.engine, operator, READ_REQUEST, about, at=office.clock())
        return asked


@blueprint.get("/<int:award_id>/acts/<code>")
@allow(Role.BODY_CLERK)
def form(award_id: int, code: str) -> str:
    """Show the form of an act."""
    subject = _subject(award_id, code)
    asked = subject.requests()
    return _form(subject, ActEntry(reference=reference_of(asked)), asked=asked)


@blueprint.post("/<int:award_id>/acts/<code>")
@allow(Role.BODY_CLERK)
def send(award_id: int, code: str) -> str | tuple[str, int] | Response:
    """Show what an act would change; once that was seen, put the proposal on record."""
    subject, entry = _subject(award_id, code), read_act(request.form)
    if request.form.get("step") == "change":
        return _form(subject, entry)
    if request.form.get("step") == "open":
        return _opened(subject, code, entry)
    troubles = inspect_act(subject.kind, entry)
    if troubles:
        return _form(subject, entry, troubles), 422
    try:
        with the_office().desk(subject.prefix, dry_run=True) as desk:
            wanted = form_of(subject.kind, subject.number, entry)
            fonts = FontChain.from_environment(os.environ)
            if request.form.get("step") == "propose":
                act_id = propose_once(desk, wanted, proposer=the_person().name, fonts=fonts)
                say_done(Text("已提出，由另一人审批", "Proposed; another person decides"))
                return redirect(url_for("certificate_decisions.show", act_id=act_id), 303)
            with reading(desk.engine) as session:
                award = the_award(session, award_id)
                preview = rehearse(session, desk, award, wanted, fonts, opened=subject.opened)
    except REFUSALS as error:
        return _form(subject, entry, (trouble_of(error),)), 422
    return _preview(subject, entry, preview)


def _opened(subject: _Subject, code: str, entry: ActEntry) -> str | tuple[str, int]:
    """Let the person read the holder's full data, and show the form with what was typed in it."""
    ground = request.form.get("reading_ground", "").strip()
    try:
        check_ground(ground)
        open_certificate(
            reading_desk(),
            the_operator(ground=ground),
            account_id=the_person().account_id,
            award_id=subject.award_id,
            number=subject.number,
        )
    except IssuerError as error:
        trouble = Trouble(field="reading_ground", text=error.text)
        return _form(subject, entry, (trouble,), reading_ground=ground), 422
    return _form(_subject(subject.award_id, code), entry)


def _subject(award_id: int, code: str) -> _Subject:
    kind = KINDS_BY_CODE.get(code)
    if kind not in PROPOSED_ON_PAGE:
        abort(404)
    office, opened = the_office(), opened_by_person(award_id) is not None
    with reading(office.engine) as session:
        award = the_award(session, award_id)
        kinds = offered(award)
        if not kinds:
            abort(404)  # erased, ended or not finished: its page says so
        try:
            private = open_private(office.vault(), award)
        except RegistryError:
            abort(404)  # it does not open: its page says so
        return _Subject(
            award_id=award_id,
            number=award.number,
            prefix=prefix_of(session, award),
            kind=kind,
            person=person_of(private, opened=opened),
            specialty=private.specialty,
            opened=opened,
            may=kind in kinds,
            told=right_of(session, office.home, award, shanghai_day(office.clock())).told,
            waiting=waiting_acts(session, award),
        )


def _form(
    subject: _Subject,
    entry: ActEntry,
    troubles: tuple[Trouble, ...] = (),
    *,
    asked: list[AskedFor] | None = None,
    reading_ground: str = "",
) -> str:
    if not subject.may and not troubles:
        text = Text(
            "证书现在的状态不适用这一事项", "the certificate is not in a state for this act"
        )
        troubles = (Trouble(field="", text=text),)
    return render_template(
        "desk/certificates/act_form.html",
        subject=subject,
        entry=entry,
        requests=subject.requests() if asked is None else asked,
        troubles=troubles,
        reading_ground=reading_ground,
        **_words(subject.kind),
    )


def _preview(subject: _Subject, entry: ActEntry, preview: Preview) -> str:
    return render_template(
        "desk/certificates/act_preview.html",
        subject=subject,
        entry=entry,
        changes=changes_shown(preview.changes),
        **_words(subject.kind),
    )


def _words(kind: LifeKind) -> dict[str, object]:
    return {
        "code": KIND_CODES[kind],
        "title": ACT_TITLES[kind],
        "heading": ACT_HEADINGS[kind],
        "help": ACT_HELP[kind],
        "grounds": [(ground.value, words) for ground, words in GROUND_WORDS.items()],
        "reasons": [(reason.value, words) for reason, words in REASON_WORDS.items()],
    }

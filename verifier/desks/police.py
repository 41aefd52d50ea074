"""What the pages of the police desk share: room, who acts, what was typed, refusals."""

from __future__ import annotations

from datetime import date
from typing import Final

from flask import abort, current_app, request
from sqlalchemy.orm import Session

from accounts.person import the_person
from accounts.roles import Role
from accounts.troubles import Trouble
from codes.wording import Text
from keys.errors import KeysError
from registry.case_models import CaseItem, PoliceCase
from registry.cases import CaseError, CaseState
from registry.errors import RegistryError
from verifier.cases.casework import Officer, find_case, find_item
from verifier.cases.room import PoliceRoom
from verifier.errors import VerifierError

EXTENSION: Final = "yanzhen_police"
OFFICERS: Final = (Role.POLICE,)
REVIEWERS: Final = (Role.POLICE, Role.AUDITOR)
REFUSALS: Final = (RegistryError, VerifierError, KeysError)
"""What the domain says no by; each has a sentence for the page."""
STATE_TONES: Final = {
    CaseState.OPEN: "note",
    CaseState.HANDED_OVER: "warn",
    CaseState.CLOSED: "good",
}


def the_room() -> PoliceRoom:
    """Return the police desk of this application."""
    room: PoliceRoom = current_app.extensions[EXTENSION]
    return room


def the_officer() -> Officer:
    """Return who acts."""
    person = the_person()
    return Officer(account_id=person.account_id, name=person.name)


def the_case(session: Session, case_id: int) -> PoliceCase:
    """Return a case; anything else is not there (404)."""
    try:
        return find_case(session, case_id)
    except CaseError:
        abort(404)


def the_item(session: Session, case_id: int, place: int) -> CaseItem:
    """Return a paper of a case; anything else is not there (404)."""
    try:
        return find_item(session, case_id, place)
    except CaseError:
        abort(404)


def not_there(error: Exception) -> None:
    """Answer 404 for what the domain says there is none of."""
    if getattr(error, "code", "").endswith("_unknown") and error.code != "record_unknown":  # type: ignore[attr-defined] # has one
        abort(404)


def typed(name: str) -> str:
    """Return a field of the form, whole, without blanks around it."""
    return request.form.get(name, "").strip().replace("\r\n", "\n")


def typed_day(name: str) -> date | None:
    """Return a day of the form; None for none."""
    try:
        return date.fromisoformat(typed(name))
    except ValueError:
        return None


def trouble_of(error: Exception) -> Trouble:
    """Return a refusal beside the field it is about."""
    not_there(error)
    text = getattr(error, "text", None)
    assert isinstance(text, Text)
    return Trouble(field=_FIELDS.get(getattr(error, "code", ""), ""), text=text)


_FIELDS: Final = {
    "case_reference": "reference",
    "case_about": "about",
    "paper_from": "giver",
    "paper_file": "file",
    "paper_files": "file",
    "paper_typed": "number",
    "paper_unread": "unread_kept",
    "mistake_reason": "mistake_reason",
    "holder_fact_missing": "name",
    "hand_over_to": "to",
    "hand_over_paper": "paper",
    "case_outcome": "outcome",
    "case_nothing_examined": "outcome",
    "case_has_papers": "outcome",
    "case_papers": "papers",
    "case_result": "result",
    "case_unexamined": "unexamined",
    "case_despite": "despite",
    "case_contrary": "contrary",
    "case_unsure": "sure_close",
    "case_unsettled": "unsettled_close",
    "hand_over_unsettled": "unsettled_hand_over",
    "hand_over_unsure": "sure_hand_over",
    "hand_over_no_bundle": "no_bundle",
    "record_ground": "ground",
    "record_unknown": "number",
    "operator_text": "ground",
    "operator_document_number": "ground",
    "gap_reason": "reason",
    "give_to": "give_to",
    "give_reason": "give_reason",
    "question_body": "asked_number",
    "question_text": "question",
    "question_name": "shown_name",
    "question_asker": "asker",
    "question_due": "due",
    "question_open": "question",
    "withdraw_reason": "withdraw_reason",
    "review_mark": "mark",
    "review_remark": "remark",
}

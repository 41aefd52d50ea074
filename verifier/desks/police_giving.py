"""Giving a case to another officer: the form stands on the case's own page."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from accounts.asking_again import asks_again
from accounts.next_page_notice import say_done
from accounts.roles import allow
from accounts.troubles import Trouble
from codes.wording import Text
from verifier.cases.giving import Giving, check_giving, give_case
from verifier.desks.police import OFFICERS, REFUSALS, the_officer, the_room, trouble_of, typed
from verifier.desks.police_cases import case_page

blueprint = Blueprint("police_giving", __name__, url_prefix="/police/cases/<int:case_id>/give")


@blueprint.post("")
@allow(*OFFICERS)
def give(case_id: int) -> AnyResponse:
    """Give a case to another officer; what is wrong is said before the second factor is asked for.

    The trail does not take every reason: then the field is named in which it stands.
    """
    entry = {"give_to": typed("give_to"), "give_reason": typed("give_reason")}
    chosen = entry["give_to"]
    to = int(chosen) if chosen.isascii() and chosen.isdecimal() else None
    giving = Giving(to=to, reason=entry["give_reason"])
    try:
        check_giving(the_room(), case_id, giving)
        return _give(case_id, giving)
    except REFUSALS as error:
        trouble = trouble_of(error)
        if trouble.field == "ground":
            trouble = Trouble(field="give_reason", text=trouble.text)
        return case_page(case_id, (trouble,), entry)


@asks_again
def _give(case_id: int, giving: Giving) -> AnyResponse:
    name = give_case(the_room(), the_officer(), case_id, giving)
    say_done(
        Text(
            f"案件已转交{name}承办，记入保管记录；您仍可查看和办理",
            f"The case was given to {name}, and custody says so; you may still see and work on it",
        )
    )
    return redirect(url_for("police.case", case_id=case_id), 303)

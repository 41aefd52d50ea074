"""What the pages of the authority's desk share: who may use them, what is noted, what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flask import abort, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role
from accounts.troubles import Trouble, too_long
from codes.errors import CodesError
from codes.wording import Text
from issuer.console.office import the_office, the_operator
from issuer.desk import shanghai_day
from issuer.errors import IssuerError, WaitsAlready
from issuer.filing_acts import (
    MAX_REASON,
    MAX_REFERENCE,
    Decision,
    parse_reason,
    parse_reference,
)
from issuer.filing_proposals import Actor, Words
from issuer.log_following import log_now
from issuer.operator import DEFAULT_GROUND, note_act_now, parse_name
from issuer.root_custody import has_root_keys, open_root_keys
from keys.errors import KeysError
from keys.root_signing import RootKey
from registry.errors import RegistryError

OFFICIALS: Final = (Role.AUTHORITY_CLERK, Role.AUTHORITY_DIRECTOR)
READERS: Final = (*OFFICIALS, Role.AUDITOR)
REFUSALS: Final = (IssuerError, RegistryError, KeysError, CodesError)
"""What a domain function raises with a sentence to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEntry:
    """What a form says of a decision, as typed."""

    reason: str = ""
    reference: str = ""
    decided_on: str = ""


def today() -> date:
    """Return the day in Shanghai."""
    return shanghai_day(the_office().clock())


def is_director() -> bool:
    """Say whether who asks may decide what is a director's."""
    return the_person().is_one_of(Role.AUTHORITY_DIRECTOR)


def may_act() -> bool:
    """Say whether who asks acts at all: auditors only look."""
    return the_person().is_one_of(*OFFICIALS)


def the_actor() -> Actor:
    """Return who proposes or settles."""
    person = the_person()
    return Actor(account_id=person.account_id, name=parse_name(person.name))


def root_keys() -> tuple[RootKey, ...]:
    """Return the root keys that lie in the home; raises as `open_root_keys`."""
    office = the_office()
    return open_root_keys(office.home, office.passphrase) if has_root_keys(office.home) else ()


@contextmanager
def acting(
    act: str, subject: str, *, ground: str = DEFAULT_GROUND, reference: str = ""
) -> Iterator[datetime]:
    """Note an act on the audit trail before the block does it, and its failure; yield the time.

    Raises:
        IssuerError: as `read_operator`.
    """
    office = the_office()
    operator = the_operator(ground=ground, reference=reference)
    note_act_now(office.engine, operator, act, subject, at=office.clock())
    try:
        yield office.clock()
    except REFUSALS as error:
        failed = f"{subject} {error.code}"
        note_act_now(office.engine, operator, f"{act}.failed", failed, at=office.clock())
        raise


def say_logged(done: Text) -> None:
    """Log what the act of this request put on record; have the next page say what was done.

    Where the log cannot go on, the page says so: the act stands.
    """
    office = the_office()
    left = log_now(office.home, office.engine, office.passphrase, clock=office.clock)
    if left is not None:
        done = Text(f"{done.zh}。{left.zh}", f"{done.en}. {left.en}")
    say_done(done)


def limit_form(most_bytes: int = 256 << 10) -> None:
    """Refuse a form larger than that before it is read."""
    request.max_content_length = most_bytes
    if (request.content_length or 0) > most_bytes:
        raise RequestEntityTooLarge


def typed(name: str) -> str:
    """Return a field of the form, whole, without blanks around it."""
    return request.form.get(name, "").strip()


def read_decision_entry() -> DecisionEntry:
    """Return what the form says of a decision."""
    return DecisionEntry(
        reason=typed("reason"), reference=typed("reference"), decided_on=typed("decided_on")
    )


def parse_decision(entry: DecisionEntry) -> tuple[Decision | None, tuple[Trouble, ...]]:
    """Return the decision of who asks, or what is wrong with it."""
    words, troubles = parse_words(entry)
    if words is None:
        return None, troubles
    decision = Decision(
        decider=the_actor().name,
        reason=words.reason or None,
        reference=words.reference,
        decided_on=words.decided_on or today(),
    )
    return decision, ()


def parse_words(
    entry: DecisionEntry, *, why: bool = False, numbered: bool = False
) -> tuple[Words | None, tuple[Trouble, ...]]:
    """Return reason, reference and day of a decision, or what is wrong with them.

    Args:
        why: a reason is compulsory.
        numbered: so is the document's number.
    """
    said = {"reason": entry.reason, "reference": entry.reference}
    troubles = list(too_long(said, reason=MAX_REASON, reference=MAX_REFERENCE))
    long = {one.field for one in troubles}
    reason = reference = None
    try:
        reason = None if "reason" in long else parse_reason(entry.reason)
    except IssuerError as error:
        troubles.append(Trouble(field="reason", text=error.text))
    try:
        reference = None if "reference" in long else parse_reference(entry.reference)
    except IssuerError as error:
        troubles.append(Trouble(field="reference", text=error.text))
    if why and not entry.reason:
        troubles.append(Trouble(field="reason", text=Text("请写明理由", "Say why")))
    if numbered and not entry.reference:
        text = Text("请填写决定的文号", "Give the number of the decision")
        troubles.append(Trouble(field="reference", text=text))
    day = parse_day(entry.decided_on, "decided_on", troubles, required=False)
    if troubles:
        return None, tuple(troubles)
    return Words(reason=reason or "", reference=reference, decided_on=day), ()


def parse_day(
    said: str, field: str, troubles: list[Trouble], *, required: bool = True
) -> date | None:
    """Return a day as typed; adds what is wrong with it to `troubles`."""
    if not said:
        if required:
            troubles.append(Trouble(field=field, text=Text("请填写日期", "Give a day")))
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        text = Text(f"“{said}”应写成 2027-01-01 的样子", f"Write “{said}” as 2027-01-01")
        troubles.append(Trouble(field=field, text=text))
        return None


def trouble_of(
    error: Exception, fields: Mapping[str, str] | None = None, default: str = ""
) -> Trouble:
    """Return a refusal beside the field it is about.

    Args:
        fields: field by code of the refusal.
        default: field of every other.
    """
    code, text = getattr(error, "code", ""), getattr(error, "text", None)
    assert isinstance(text, Text)
    link = ""
    if isinstance(error, WaitsAlready):
        link = url_for("filing_proposals.proposal", number=error.number)
    return Trouble(field=(fields or {}).get(code, default), text=text, link=link)


def not_found_unless(found: bool) -> None:
    """Answer 404 where a thing of the address is not there."""
    if not found:
        abort(404)

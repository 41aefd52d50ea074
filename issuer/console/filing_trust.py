"""The trust list: what is published, what waits for root keys, parts handed in, publishing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from accounts.asking_again import asks_again
from accounts.roles import Role, allow
from accounts.troubles import Trouble
from accounts.uploads import takes_files
from codes.wording import Text
from issuer.ceremony import Draft, parse_draft, read_draft, unite_drafts
from issuer.console.authority import (
    OFFICIALS,
    READERS,
    REFUSALS,
    acting,
    is_director,
    limit_form,
    may_act,
    not_found_unless,
    root_keys,
    say_logged,
    trouble_of,
    typed,
)
from issuer.console.office import the_office
from issuer.draft_entries import compare, entries_of
from issuer.opening import trust_source
from issuer.publishing import publish
from issuer.root_custody import check_roots, lacks_root_keys, read_roots
from issuer.trust_publishing import collect_signed, counted_signers, in_force_before
from keys.document import KeyDocument
from keys.jws import key_name
from keys.trust_list import MAX_TRUST_LIST_BYTES
from registry.session import transaction
from templates.downloads import send_download
from templates.file_types import JSON

blueprint = Blueprint("filing_trust", __name__, url_prefix="/filing/trust")

_MOST_BYTES: Final = 4 * MAX_TRUST_LIST_BYTES


@blueprint.get("")
@allow(*READERS)
def trust() -> AnyResponse:
    """Show the list in force and the one that waits."""
    return _page()


@blueprint.get("/draft.json")
@allow(*OFFICIALS)
def draft() -> AnyResponse:
    """Give the list that waits, for the holders of root keys to sign off line."""
    path = the_office().home.trust_draft_path
    not_found_unless(path.exists())
    version = read_draft(path).document.version
    name = Text(f"信任列表-{version}", f"trust-list-{version}")
    return send_download(path.read_bytes(), name, JSON)


@blueprint.post("/parts")
@allow(*OFFICIALS)
@takes_files(_MOST_BYTES)
def hand_in() -> AnyResponse:
    """Take signed copies of the list that waits; published once enough signed."""
    office = the_office()
    files = [one for one in request.files.getlist("parts") if one.filename]
    if not files:
        text = Text("请选择已签署的文件", "Choose the signed files")
        return _page((Trouble(field="parts", text=text),))
    try:
        found = unite_drafts([parse_draft(one.read()) for one in files])
        with (
            acting("trust.publish", f"{found.kind.value} {found.document.version}") as now,
            transaction(office.engine) as session,
        ):
            collect_signed(session, office.home, found, now=now, signers=root_keys())
    except REFUSALS as error:
        return _page((trouble_of(error, {}, "parts"),))
    say_logged(Text("已收下签署件，签署满数即公布", "Taken in; published once enough have signed"))
    return redirect(url_for("filing_trust.trust"), 303)


@blueprint.post("/compose")
@allow(Role.AUTHORITY_DIRECTOR)
def compose() -> AnyResponse:
    """Compose the list anew of what is on record, once that is ticked: its term begins again."""
    limit_form()
    if typed("sure") != "yes":
        text = Text("请勾选确认", "Tick this to confirm")
        return _page((Trouble(field="sure", text=text),))
    return _compose()


@asks_again
def _compose() -> AnyResponse:
    office = the_office()
    try:
        with (
            acting("keys.publish", "") as now,
            transaction(office.engine) as session,
        ):
            publish(session, office.home, now=now, signers=root_keys())
    except REFUSALS as error:
        return _page((trouble_of(error, {}, "sure"),))
    say_logged(
        Text(
            "信任列表已重新生成；根密钥签署满数即公布",
            "The trust list was composed anew; it is published once enough root keys have signed",
        )
    )
    return redirect(url_for("filing_trust.trust"), 303)


def _page(troubles: tuple[Trouble, ...] = ()) -> AnyResponse:
    home, now = the_office().home, the_office().clock()
    chain = check_roots(home, read_roots(home))
    waiting = read_draft(home.trust_draft_path) if home.trust_draft_path.exists() else None
    page = render_template(
        "desk/filing_trust.html",
        pin=chain.pins[0],
        root=chain.last,
        root_keys=[key_name(one)[:16] for one in chain.last.keys],
        keys_here=not lacks_root_keys(home, chain.last),
        current=_in_force(now),
        waiting=None if waiting is None else _describe(waiting),
        may_act=may_act(),
        is_director=is_director(),
        troubles=troubles,
    )
    return Response(page, status=422 if troubles else 200)


def _in_force(now: datetime) -> dict[str, Any] | None:
    try:
        found = trust_source(the_office().home)()
    except REFUSALS:
        return None
    document = found.document
    return {
        "document": document,
        "sha256": found.sha256.hex(),
        "expired": document.expires_at <= now,
        "days_left": (document.expires_at - now.astimezone(UTC)).days,
        "entries": [entry.text for entry in entries_of(document)],
    }


def _describe(found: Draft) -> dict[str, Any]:
    home = the_office().home
    former = in_force_before(home, found)
    changes = None if former is None else compare(former, found.document)
    assert isinstance(found.document, KeyDocument)
    return {
        "document": found.document,
        "digest": found.digest,
        "signers": counted_signers(home, found),
        "changes": changes,
    }

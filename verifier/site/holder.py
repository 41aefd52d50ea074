"""The holder's own pages: let in by a code handed over in person, history, PDF, links, requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Flask, current_app, make_response, redirect, render_template, request
from flask import url_for as address_of
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from codes.wording import Text
from registry.errors import RegistryError
from registry.holder_access import (
    SESSION,
    HolderClaim,
    HolderKeys,
    end_session,
    open_session,
    use_code,
)
from registry.holder_requests import RequestKind, requests_of, send_request, withdraw_request
from registry.holder_shares import (
    SHARE_CHARACTERS,
    SHARE_DAYS,
    make_share,
    open_share,
    share_of_code,
    shares_of,
    withdraw_share,
    withdrawal_code,
)
from registry.home import Home
from registry.sendings import new_mark, sending_of
from registry.session import reading, transaction
from registry.spoken_codes import read_code
from verifier.budgets_request import LookUp
from verifier.holder import HolderView
from verifier.service import Verifier
from verifier.site import present, words
from verifier.site.forms import MAX_FORM_BYTES, Trouble, inspect_lengths
from verifier.site.holder_entry import ComingIn, enter_page
from verifier.site.holder_entry import blueprint as entry_pages
from verifier.site.holder_room import (
    COOKIE,
    EXTENSION,
    Guest,
    HolderDesk,
    guest_of_form,
    holder_now,
    the_guest,
    the_holder_desk,
)
from verifier.site.holder_words import CUT_SHORT, DONE, GONE, MISSING, NO_SHARE, OVER, VALID, WRONG
from verifier.site.pages import Repeat, error_response, result_page, whole_address
from verifier.site.waiting import COMING_IN, waiting_page
from verifier.verdict import Outcome, Verdict

COOKIE_PATH: Final = "/holder"
MOST_WORDS: Final = 1000
_LONGEST: Final = {"number": 60, "document": 60, "code": 60}

blueprint = Blueprint("holder", __name__)


def add_holder_pages(app: Flask, home: Home, verifier: Verifier) -> None:
    """Let an application serve the holders of a home."""
    app.extensions[EXTENSION] = HolderDesk(home, verifier)
    app.register_blueprint(blueprint)
    app.register_blueprint(entry_pages)


@blueprint.get("/holder")
def start() -> AnyResponse:
    """Show a holder who was let in their certificate, anybody else how to come in."""
    guest = the_guest()
    return enter_page(ComingIn()) if guest is None else _certificate_page(guest)


@blueprint.post("/holder")
def come_in() -> AnyResponse:
    """Let a holder in by number, document number and a code."""
    request.max_content_length = MAX_FORM_BYTES
    number, document, code = (
        request.form.get(name, "").strip() for name in ("number", "document", "code")
    )
    entry = ComingIn(number=number, document=document)
    given = (("number", number), ("document", document), ("code", code))
    missing = tuple(Trouble(field=at, text=MISSING[at]) for at, value in given if not value)
    troubles = missing or inspect_lengths(dict(given), **_LONGEST)
    if troubles:
        return enter_page(entry, troubles)
    look_up = LookUp(request, number, None, document)
    demand = look_up.demand(request.form.get("challenge", ""), request.form.get("solution", ""))
    if demand is not None:
        return waiting_page(
            demand, Repeat(action=address_of("holder.come_in"), fields=given), COMING_IN
        )
    desk, now = the_holder_desk(), holder_now()
    claim = desk.look.claim(number, document) or HolderClaim(number="", document_number="")
    with transaction(desk.public) as session:
        right = use_code(session, desk.keys, claim, code, now=now)
        cookie = open_session(session, desk.keys, claim, now=now) if right else ""
    if not right:
        look_up.fail()
        return enter_page(entry, (Trouble(field="code", text=WRONG),))
    answer = redirect(address_of("holder.start"), 303)
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=int(SESSION.total_seconds()),
        path=COOKIE_PATH,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return answer


@blueprint.post("/holder/leave")
def leave() -> AnyResponse:
    """End the session."""
    guest, desk = the_guest(), the_holder_desk()
    if guest is not None:
        with transaction(desk.public) as session:
            end_session(session, desk.keys, guest.cookie)
    answer = redirect(address_of("holder.start", done="left"), 303)
    answer.delete_cookie(COOKIE, path=COOKIE_PATH)
    return answer


@blueprint.post("/holder/pdf")
def download() -> AnyResponse:
    """Give the PDF of the copy in force."""
    guest = guest_of_form()
    if guest is None:
        return _not_done()
    page = the_holder_desk().look.page(guest.claim)
    if page is None:
        raise NotFound
    answer = current_app.response_class(page, mimetype="application/pdf")
    name = f"{guest.claim.number}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.post("/holder/shares")
def share() -> AnyResponse:
    """Make a link, and show it once."""
    guest = guest_of_form()
    if guest is None:
        return _not_done()
    days = next((one for one in SHARE_DAYS if str(one) == request.form.get("days")), None)
    shown = request.form.get("name")
    if days is None or shown not in ("masked", "full"):
        text = Text("请选择有效期和姓名显示方式", "Choose how long, and how the name is shown")
        return _certificate_page(guest, (Trouble(field="days", text=text),))

    def do(session: Session, keys: HolderKeys) -> str:
        return make_share(
            session,
            keys,
            guest.claim,
            full_name=shown == "full",
            days=days,
            now=holder_now(),
            sending=_sending(guest, str(days), shown),
        )

    return _change(guest, "days", do)


@blueprint.post("/holder/shares/<int:share_id>/withdraw")
def withdraw(share_id: int) -> AnyResponse:
    """Withdraw a link for good, once the holder has said so a second time."""
    guest, desk = guest_of_form(), the_holder_desk()
    if guest is None:
        return _not_done()
    if request.form.get("sure") != "yes":
        return _ask_to_withdraw(guest, share_id)
    with transaction(desk.public) as session:
        found = withdraw_share(session, desk.keys, guest.claim, share_id, now=holder_now())
    if not found:
        raise NotFound
    return _to_start(done="withdrawn")


def _ask_to_withdraw(guest: Guest, share_id: int) -> AnyResponse:
    with reading(the_holder_desk().public) as session:
        own = {one.id for one in shares_of(session, the_holder_desk().keys, guest.claim)}
    if share_id not in own:
        raise NotFound
    return _certificate_page(guest, withdrawing=share_id)


@blueprint.post("/holder/requests")
def ask() -> AnyResponse:
    """Ask the body for a correction or a reissue."""
    guest = guest_of_form()
    if guest is None:
        return _not_done()
    kind = request.form.get("kind", "")
    said = request.form.get("words", "").replace("\r\n", "\n").strip()
    troubles = []
    if kind not in tuple(map(str, RequestKind)):
        text = Text("请选择申请事项", "Choose what you ask for")
        troubles.append(Trouble(field="kind", text=text))
    if not 1 <= len(said) <= MOST_WORDS or not said.replace("\n", "").isprintable():
        text = Text(
            f"请写明原因，不超过 {MOST_WORDS} 字",
            f"Say why, in at most {MOST_WORDS} characters",
        )
        troubles.append(Trouble(field="words", text=text))
    if troubles:
        return _certificate_page(guest, tuple(troubles), kind=kind, said=said)

    def do(session: Session, keys: HolderKeys) -> str:
        sending, what = _sending(guest, kind, said), RequestKind(kind)
        return send_request(
            session, keys, guest.claim, what, said, now=holder_now(), sending=sending
        )

    return _change(guest, "words", do, kind=kind, said=said)


@blueprint.post("/holder/requests/<int:request_id>/withdraw")
def take_back(request_id: int) -> AnyResponse:
    """Take back a request that the body has not answered."""
    guest, desk = guest_of_form(), the_holder_desk()
    if guest is None:
        return _not_done()
    with transaction(desk.public) as session:
        found = withdraw_request(session, desk.keys, guest.claim, request_id, now=holder_now())
    return _to_start(done="taken_back" if found else "answered")


@blueprint.get("/shared")
def shared_start() -> str:
    """Give the page that a link opens; what comes after its # reaches no server and no log."""
    return render_template("shared.html", code="", troubles=())


@blueprint.post("/shared")
def shared() -> AnyResponse | str:
    """Show the certificate that a link leads to."""
    request.max_content_length = MAX_FORM_BYTES
    code, desk = request.form.get("code", "").strip().rpartition("#")[2], the_holder_desk()
    with transaction(desk.public) as session:
        found = open_share(session, desk.keys, code, now=holder_now())
    if found is None:
        if read_code(code, SHARE_CHARACTERS) is not None:
            page = render_template("shared_over.html", code=code, why=NO_SHARE)
            return make_response(page, 422)
        trouble = Trouble(field="code", text=CUT_SHORT)
        return make_response(render_template("shared.html", code=code, troubles=(trouble,)), 422)
    verdict = desk.look.verdict(found.claim, full_name=found.full_name)
    repeat = Repeat(action=address_of("holder.shared"), fields=(("code", code),))
    return result_page(verdict, repeat=repeat, shared_until=found.expires_at)


def _sending(guest: Guest, *typed: str) -> bytes:
    """Return what tells a form, and all that stands in it, from every other of any holder."""
    whose = (guest.claim.number, guest.claim.document_number)
    return sending_of(request.form.get("sending", ""), *whose, *typed)


def _change(
    guest: Guest,
    at: str,
    act: Callable[[Session, HolderKeys], str],
    *,
    kind: str = "",
    said: str = "",
) -> AnyResponse:
    """Do what a form asks, and show once what it gives: a link's code, or a receipt's."""
    desk = the_holder_desk()
    try:
        with transaction(desk.public) as session:
            made = act(session, desk.keys)
    except RegistryError as error:
        if error.code not in ("shares_full", "requests_full"):
            raise
        return _certificate_page(guest, (Trouble(field=at, text=error.text),), kind=kind, said=said)
    return _certificate_page(guest, receipt=made) if kind else _certificate_page(guest, made=made)


def _certificate_page(
    guest: Guest,
    troubles: tuple[Trouble, ...] = (),
    *,
    made: str = "",
    receipt: str = "",
    withdrawing: int = 0,
    kind: str = "",
    said: str = "",
) -> AnyResponse:
    desk, view = the_holder_desk(), the_holder_desk().look.view(guest.claim)
    if view is None:
        return enter_page(ComingIn(), (Trouble(field="number", text=GONE),))
    with reading(desk.public) as session:
        shares = list(shares_of(session, desk.keys, guest.claim))
        codes = [withdrawal_code(desk.keys, one) for one in shares]
        listed = list(zip(range(len(shares), 0, -1), shares, codes, strict=True))
        requests = requests_of(session, desk.keys, guest.claim)
    link = share_of_code(shares, desk.keys, made, now=holder_now())
    page = render_template(
        "holder.html",
        **_seen(view),
        number=guest.claim.number,
        token=guest.form_token(),
        made=f"{whole_address(address_of('holder.shared_start'))}#{made}" if link else "",
        withdrawal=withdrawal_code(desk.keys, link) if link else "",
        sending=new_mark(),
        receipt=receipt,
        followed_at=whole_address(address_of("holder.start")),
        shares=listed,
        withdrawing=withdrawing,
        beijing_time=present.beijing_time,
        days=SHARE_DAYS,
        now=holder_now(),
        requests=requests,
        kinds=[(one.value, one.text) for one in RequestKind],
        kind=kind,
        said=said,
        done=None if made or receipt or troubles else DONE.get(request.args.get("done", "")),
        most=MOST_WORDS,
        troubles=troubles,
    )
    return make_response(page, 422 if troubles else 200)


def _seen(view: HolderView) -> dict[str, Any]:
    verdict = view.verdict
    return {
        "verdict": verdict,
        "tone": present.tone(verdict),
        "status": present.shown_status(verdict),
        "meaning": _meaning(verdict),
        "checked_at": present.beijing_time(verdict.checked_at),
        "facts": present.facts(verdict),
        "why": [one.text for one in present.shown_findings(verdict) if one.decides],
        "events": [(one.effective_on, words.LIFE_WORDS[one.kind]) for one in view.events],
        "may_download": view.may_download,
    }


def _meaning(verdict: Verdict) -> Text:
    """Return what the verdict means, put to the holder instead of to who was shown a paper."""
    said = present.meaning(verdict)
    return VALID if said == words.MEANINGS[Outcome.VALID] else said


def _not_done() -> AnyResponse:
    """Say that nothing was done where the session is over; a form of another leads back."""
    if the_guest() is not None:
        return _to_start()
    return enter_page(ComingIn(), (Trouble(field="code", text=OVER),))


def _to_start(*, done: str | None = None) -> AnyResponse:
    return redirect(address_of("holder.start", done=done), 303)


@blueprint.errorhandler(RegistryError)
def show_unavailable(error: RegistryError) -> AnyResponse:
    """Say that nothing can be shown at present."""
    return error_response(error, 503)

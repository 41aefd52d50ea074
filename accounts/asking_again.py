"""Dangerous acts ask for the second factor again where it was not shown in the last five minutes.

`@asks_again` stands beneath `@allow`. What a form brought is not lost: the page that asks carries
its fields, and sends them to the same address together with the code.
"""

from __future__ import annotations

from datetime import timedelta
from functools import wraps
from typing import Any, Final

from flask import g, render_template, request, session, url_for

from accounts.arriving import local_path, the_account, the_site
from accounts.bureau import the_bureau
from accounts.errors import AccountError
from accounts.library import Account
from accounts.passkeys import ask_to_show, is_shown
from accounts.recovery_notice import say_recovery_code_used
from accounts.roles import View
from accounts.second_factor import prove, prove_code, wrong_passkey
from accounts.signing_in import prove_password, the_browser
from accounts.troubles import Trouble

GOOD_FOR: Final = timedelta(minutes=5)
CODE: Final = "again_code"
PASSWORD: Final = "again_password"  # noqa: S105 - the name of a field
ANSWER: Final = "again_answer"
CHALLENGE: Final = "again_challenge"
AGAIN: Final = "signing.again"
_PAGES: Final = frozenset({AGAIN, "signing.take_again"})
_OURS: Final = frozenset({CODE, PASSWORD, ANSWER, "csrf_token"})


def factor_is_fresh() -> bool:
    """Return whether the person of this request showed the second factor just now."""
    shown = g.get("factor_at")
    return shown is not None and the_bureau().clock() - shown <= GOOD_FOR


def asks_again(view: View) -> View:
    """Let a request through only with a second factor shown within five minutes."""

    @wraps(view)
    def asked(*args: Any, **kwargs: Any) -> Any:
        if factor_is_fresh():
            return view(*args, **kwargs)
        trouble = show_again() if request.method == "POST" else None
        if factor_is_fresh():
            return view(*args, **kwargs)
        return page(trouble)

    return asked  # type: ignore[return-value]  # same parameters, same answer or a page before it


def show_again() -> Trouble | None:
    """Take the second factor that came with a form; return what is wrong with it, if it came."""
    given = {name: request.form.get(name, "") for name in (CODE, PASSWORD, ANSWER)}
    if not any(given.values()):
        return None
    try:
        _check(the_account(), given)
    except AccountError as error:
        return Trouble(field=CODE if the_account().has_factor else PASSWORD, text=error.text)
    g.factor_at = the_bureau().clock()
    the_browser().show_factor(g.factor_at)
    return None


def _check(account: Account, given: dict[str, str]) -> None:
    if not account.has_factor:  # an employer who set none up
        prove_password(the_bureau(), account.handle, given[PASSWORD])
    elif given[ANSWER]:
        check_passkey(account, given[ANSWER], CHALLENGE)
    elif prove_code(the_bureau(), account, given[CODE]):
        say_recovery_code_used(account)


def check_passkey(account: Account, answer: str, challenge_name: str) -> None:
    """Take a passkey's answer to the challenge that this browser was given; it is used up.

    Raises:
        AccountError: it is not right (`passkey_wrong`), or too many were not (`sign_in_waits`).
    """
    bureau = the_bureau()
    prove(bureau, account, None)
    challenge = session.pop(challenge_name, None)
    right = is_shown(bureau, account, the_site(), challenge=challenge, answer=answer)
    prove(bureau, account, right, wrong_passkey())


def page(trouble: Trouble | None) -> tuple[str, int]:
    """Return the page that asks, with every field of the form it interrupts."""
    account = the_account()
    asked = ask_to_show(the_bureau(), account, the_site())
    if asked is not None:
        session[CHALLENGE] = asked.challenge
    here = request.endpoint in _PAGES
    posted = request.method == "POST" and not request.files and not here
    fields = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in _OURS
    ]
    shown = render_template(
        "desk/again.html",
        trouble=trouble,
        account=account,
        passkey=asked,
        posted=posted,
        action=request.full_path.rstrip("?") if posted else url_for(AGAIN),
        fields=fields if posted else [("next", _way_on(here=here))],
        lost_files=bool(request.files),
    )
    return shown, 422 if trouble else 200


def _way_on(*, here: bool) -> str:
    """Return where to go once the factor was shown, on a page of ours or before somebody's."""
    if here:
        return local_path(request.values.get("next"))
    return request.full_path.rstrip("?") if request.method == "GET" else "/"

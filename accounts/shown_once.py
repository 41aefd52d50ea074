"""What is shown once has a page of its own, which makes nothing anew when it is loaded again.

A form that makes a secret is answered by a way (303) to the page that shows it. For half an hour,
and no longer than the session, that page shows it as often as it is loaded. Meanwhile it lies in
the session, sealed under what stands in the page's address and the secret of the desks.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from accounts.bureau import the_bureau
from accounts.next_page_notice import lead_on
from registry.errors import VaultError
from registry.vault import seal, unseal

LASTS: Final = timedelta(minutes=30)
MOST: Final = 5
_KEPT: Final = "shown_once"
_KIND: Final = "shown once"
_MARK: Final = "shown"


def show_once(endpoint: str, words: Mapping[str, str], **where: Any) -> Response:
    """Return the way to a page that shows what a form made.

    Args:
        endpoint: of the page, which asks `what_to_show`.
        words: what it shows.
        where: what the address of the page is made of.
    """
    mark, now = secrets.token_urlsafe(16), the_bureau().clock()
    clear = json.dumps(dict(words)).encode()
    sealed = seal(_cipher(mark), url_for(endpoint, **where), clear)
    until = (now + LASTS).timestamp()
    kept = [one for one in session.get(_KEPT, ()) if one[0] > now.timestamp()]
    session[_KEPT] = [*kept, [until, base64.b64encode(sealed).decode()]][-MOST:]
    lead_on()
    there: dict[str, Any] = {**where, _MARK: mark}
    return redirect(url_for(endpoint, **there), 303)


def what_to_show() -> dict[str, str] | None:
    """Return what this page was made to show; None where that is over, or was another page's."""
    cipher, now = _cipher(request.args.get(_MARK, "")), the_bureau().clock().timestamp()
    here = url_for(request.endpoint or "", **(request.view_args or {}))
    for until, sealed in session.get(_KEPT, ()):
        try:
            clear = unseal(cipher, here, base64.b64decode(sealed))
        except VaultError:  # of another mark or page
            continue
        shown: dict[str, str] = json.loads(clear)
        return shown if until > now else None
    return None


def _cipher(mark: str) -> AESGCM:
    return AESGCM(bytes.fromhex(the_bureau().digest(_KIND, mark)))

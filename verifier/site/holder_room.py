"""What the holder's pages work with, and the holder whom a request comes from."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from flask import current_app, request

from registry.holder_access import HolderClaim, HolderKeys, find_session
from registry.home import Home
from registry.public_database import PublicSide
from registry.session import reading
from verifier.holder import HolderLook
from verifier.opening import open_holder_look
from verifier.service import Verifier
from verifier.site.forms import MAX_FORM_BYTES

EXTENSION: Final = "yanzhen_holder"
COOKIE: Final = "yanzhen_holder"


class HolderDesk(PublicSide):
    """What the holder's pages work with.

    Args:
        home: the installation.
        verifier: proves what is shown, and tells the time.
    """

    def __init__(self, home: Home, verifier: Verifier) -> None:
        super().__init__(home)
        self.keys = HolderKeys(home.pepper())
        self.verifier = verifier
        self.look: HolderLook = open_holder_look(home, verifier)

    def close(self) -> None:
        """Let go of the connections, if there are any."""
        self.look.close()
        super().close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A holder who was let in: whose certificate, and the cookie of their session."""

    claim: HolderClaim
    cookie: str = field(repr=False)

    def form_token(self) -> str:
        """Return what every form of the session carries."""
        return the_holder_desk().keys.digest("form", self.cookie)[:32]


def the_guest() -> Guest | None:
    """Return the holder of this request's session, or None."""
    cookie, desk = request.cookies.get(COOKIE, ""), the_holder_desk()
    if not cookie:
        return None
    with reading(desk.public) as session:
        claim = find_session(session, desk.keys, cookie, now=holder_now())
    return None if claim is None else Guest(claim=claim, cookie=cookie)


def guest_of_form() -> Guest | None:
    """Return the holder who sent a form of their own session; None for any other form."""
    request.max_content_length = MAX_FORM_BYTES
    guest = the_guest()
    if guest is None:
        return None
    given = request.form.get("token", "")
    right = hmac.compare_digest(given.encode(), guest.form_token().encode())
    return guest if right else None


def holder_now() -> datetime:
    """Return the time, aware UTC."""
    return the_holder_desk().verifier.now()


def the_holder_desk() -> HolderDesk:
    """Return the desk of the application that answers this request."""
    desk: HolderDesk = current_app.extensions[EXTENSION]
    return desk

"""Sessions kept by the server: the browser holds one random number and nothing else.

A session has a row from the first form it is shown. Signing in gives it a new number, so that one
planted beforehand is worth nothing; ending it deletes the row, so that it is over at once wherever
it is open. A request that was under way meanwhile cannot bring it back.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import delete, select, update
from werkzeug.datastructures import CallbackDict

from accounts.bureau import Bureau
from accounts.devices import device_words, shortened_address
from accounts.ended_sessions import Ending, end_old_sessions, is_over, why_ended
from registry.account_models import SessionRow
from registry.session import reading, transaction

COOKIE: Final = "yanzhen_desk"
_SEEN_EVERY: Final = timedelta(minutes=1)
_NUMBER_BYTES: Final = 32
_KIND: Final = "session"


class BrowserSession(CallbackDict[str, Any], SessionMixin):
    """What pages keep between the requests of one browser.

    `row_id` is of its row, None before it has one; `account_id` whose it is; `factor_at` when the
    second factor was last shown in it.
    """

    def __init__(self, data: MutableMapping[str, Any], row: SessionRow | None) -> None:
        def changed(session: BrowserSession) -> None:
            session.modified = True

        super().__init__(data, changed)
        self.modified = False
        self.new = row is None
        self.row_id = None if row is None else row.id
        self.account_id = None if row is None else row.account_id
        self.factor_at = None if row is None else row.factor_at
        self.seen_at = None if row is None else row.seen_at
        self.replaced: int | None = None

    def begin_for(self, account_id: int, *, factor_at: datetime | None) -> None:
        """Make it somebody's: with a new number, and nothing of what it held before."""
        self.clear()
        self.replaced, self.row_id = self.row_id, None
        self.account_id, self.factor_at, self.modified = account_id, factor_at, True

    def show_factor(self, at: datetime) -> None:
        """Remember that the second factor was shown."""
        self.factor_at, self.modified = at, True

    def end(self) -> None:
        """Sign out: forget everything, and the row."""
        self.clear()
        self.replaced, self.row_id = self.row_id, None
        self.account_id, self.factor_at, self.modified = None, None, True


def why_signed_out(bureau: Bureau, request: Request) -> Ending | None:
    """Return why the session whose number this browser still holds ended, unless by sign-out."""
    number = request.cookies.get(COOKIE)
    if number is None:
        return None
    with reading(bureau.desks) as session:
        return why_ended(session, bureau.digest(_KIND, number), bureau.clock())


class BrowserSessions(SessionInterface):
    """Opens and keeps the sessions of the desks in their database."""

    def __init__(self, bureau: Bureau) -> None:
        self.bureau = bureau

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        """Return the session of a request; a fresh one where there is none, or it is over."""
        number = request.cookies.get(COOKIE)
        if number is None or request.endpoint == "static":
            return BrowserSession({}, None)
        with reading(self.bureau.desks) as session:
            query = select(SessionRow).where(SessionRow.digest == self._digest(number))
            row = session.scalars(query).one_or_none()
        if row is None or is_over(row, self.bureau.clock()):
            return BrowserSession({}, None)
        return BrowserSession(json.loads(row.data), row)

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """Keep what a request changed; a browser gets its number when its row is made."""
        from flask import request

        assert isinstance(session, BrowserSession)
        response.vary.add("Cookie")
        now = self.bureau.clock()
        seen = session.seen_at is not None and now - session.seen_at > _SEEN_EVERY
        if not (session.modified or (seen and session.row_id is not None)):
            return
        if session.row_id is None and session.replaced is None and not session:
            return
        if session.row_id is not None:
            self._update(session, now)
            return
        if not session and session.account_id is None:
            self._drop(session)
            response.delete_cookie(COOKIE, path="/")
            return
        number = self._insert(session, request, now)
        response.set_cookie(
            COOKIE, number, httponly=True, samesite="Lax", secure=request.is_secure, path="/"
        )

    def _digest(self, number: str) -> str:
        return self.bureau.digest(_KIND, number)

    def _update(self, kept: BrowserSession, now: datetime) -> None:
        with transaction(self.bureau.desks) as session:
            session.execute(
                update(SessionRow)
                .where(SessionRow.id == kept.row_id)
                .values(data=json.dumps(dict(kept)), seen_at=now, factor_at=kept.factor_at)
            )

    def _insert(self, kept: BrowserSession, request: Request, now: datetime) -> str:
        number = secrets.token_urlsafe(_NUMBER_BYTES)
        row = SessionRow(
            digest=self._digest(number),
            account_id=kept.account_id,
            data=json.dumps(dict(kept)),
            made_at=now,
            seen_at=now,
            factor_at=kept.factor_at,
            device=device_words(request.user_agent.string),
            address=shortened_address(request.remote_addr),
        )
        with transaction(self.bureau.desks) as session:
            if kept.replaced is not None:
                session.execute(delete(SessionRow).where(SessionRow.id == kept.replaced))
            end_old_sessions(session, now)
            session.add(row)
        return number

    def _drop(self, kept: BrowserSession) -> None:
        with transaction(self.bureau.desks) as session:
            session.execute(delete(SessionRow).where(SessionRow.id == kept.replaced))

"""The desks with a clock that tests set, and people who go the whole way through signing in."""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from accounts.account_acts import NewAccount, add_account
from accounts.bureau import Bureau
from accounts.roles import Role
from issuer.publishing import publish
from issuer.root_custody import ensure_root, open_root_keys
from registry.account_models import AccountRoleRow, AccountRow, SessionRow
from registry.home import Home
from registry.schema import open_registry
from registry.session import transaction
from tests.accounts.desk_app import FORM_SECRET, DeskClient
from tests.conftest import NOW, PASSPHRASE
from wsgi import create_private_app

PASSWORD = "four unrelated words here"
APP_KEY = re.compile(r'href="otpauth://totp/[^"]*[?;]secret=([A-Z2-7]{16,})[&"]')
_RECOVERY = re.compile(r'<span class="code">([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})</span>')


def app_code(key: str, at: datetime) -> str:
    """Return the code an authenticator app shows (RFC 6238: SHA-1, 30 seconds, 6 digits)."""
    secret = base64.b32decode(key.replace("-", ""))
    counter = struct.pack(">Q", int(at.timestamp()) // 30)
    digest = hmac.digest(secret, counter, "sha1")
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


@dataclass
class Clock:
    """A clock that goes only when told to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


@dataclass
class Worker:
    """Somebody with an account, and what they hold: password, app key, recovery codes."""

    username: str
    link: str
    app_key: str = ""
    codes: Sequence[str] = field(default_factory=list)
    account_id: int = 0


@dataclass
class Desks:
    """The private application of a small home."""

    app: Flask
    clock: Clock

    @property
    def bureau(self) -> Bureau:
        """Where its accounts are kept."""
        found: Bureau = self.app.extensions["yanzhen_accounts"]
        return found

    def browser(self) -> DeskClient:
        """Return a browser that was never here."""
        return DeskClient(self.app, self.app.response_class)

    def add(self, username: str, *roles: Role, body: str | None = None) -> Worker:
        """Add an account."""
        name = "".join(filter(str.isalpha, username)) + "某"
        new = NewAccount(username=username, name=name, roles=roles, body=body)
        _, link = add_account(self.bureau, new, made_by="测试")
        return Worker(username=username, link=link.path)

    def set_up(self, worker: Worker) -> DeskClient:
        """Go the way of a set-up link to its end; return the browser, signed in."""
        browser = self.browser()
        assert browser.get(worker.link).status_code == 200
        answer = browser.post(worker.link, data={"password": PASSWORD, "again": PASSWORD})
        assert answer.status_code == 303
        if answer.location == "/":
            return browser
        page = browser.get("/sign-in/enrol").text
        found = APP_KEY.search(page)
        assert found is not None
        worker.app_key = found[1]
        answer = browser.post("/sign-in/enrol", data={"code": self.code_of(worker)})
        worker.codes = _RECOVERY.findall(answer.text)
        assert len(worker.codes) == 10
        return browser

    def plant(self, username: str, *roles: Role, body: str | None = None) -> Worker:
        """Add an account that is set up, without going the way of its link."""
        row = AccountRow(
            username=username,
            name=f"{username}某",
            body=body,
            password="x",
            totp_secret="x",
            uniquifier=f"of {username}",
            made_at=self.clock.now,
            made_by="测试",
            roles=[AccountRoleRow(role=role) for role in roles],
        )
        with transaction(self.bureau.desks) as session:
            session.add(row)
            session.flush()
            return Worker(username=username, link="", account_id=row.id)

    def arrived(self, worker: Worker, *, factor_minutes_ago: float = 0) -> DeskClient:
        """Return a browser in which a planted worker signed in."""
        number, now = secrets.token_urlsafe(16), self.clock.now
        row = SessionRow(
            digest=self.bureau.digest("session", number),
            account_id=worker.account_id,
            data=json.dumps(
                {
                    "_user_id": f"of {worker.username}",
                    "_fresh": True,
                    "csrf_token": FORM_SECRET,
                }
            ),
            made_at=now,
            seen_at=now,
            factor_at=now - timedelta(minutes=factor_minutes_ago),
            device="",
            address="",
        )
        with transaction(self.bureau.desks) as session:
            session.add(row)
        browser = self.browser()
        browser.set_cookie("yanzhen_desk", number)
        return browser

    def code_of(self, worker: Worker) -> str:
        """Return the code a worker's app shows now."""
        return app_code(worker.app_key, self.clock.now)

    def sign_in(
        self, worker: Worker, browser: DeskClient | None = None, *, next_path: str = "/"
    ) -> DeskClient:
        """Sign in with password and the next code of the app; return the browser."""
        browser = browser or self.browser()
        answer = self.show_password(browser, worker, next_path=next_path)
        assert answer.location == "/sign-in/factor"
        self.clock.go_on(seconds=31)
        answer = browser.post("/sign-in/factor", data={"code": self.code_of(worker)})
        assert (answer.status_code, answer.location) == (303, next_path)
        return browser

    def show_password(
        self,
        browser: DeskClient,
        worker: Worker,
        password: str = PASSWORD,
        *,
        next_path: str = "/",
    ) -> TestResponse:
        """Send name and password."""
        typed = {"username": worker.username, "password": password, "next": next_path}
        return browser.post("/sign-in", data=typed)


def open_desks(folder: Path) -> Desks:
    """Open the desks of a new home whose clock is a test's."""
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW)
    ensure_root(home, PASSPHRASE, now=NOW)
    signers = open_root_keys(home, PASSPHRASE)
    with open_registry(home.database_url) as engine, transaction(engine) as session:
        publish(session, home, now=NOW, signers=signers)  # as `yanzhen filing record` does
    clock = Clock()
    return Desks(app=create_private_app(home, PASSPHRASE, clock=clock), clock=clock)

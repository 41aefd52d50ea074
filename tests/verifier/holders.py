"""The public site and the desks of a home with two certificates, for what holders do there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from registry.home import Home
from tests.accounts.desk_app import working_as
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.console.certificate_desk import CLERK, desks_of, row_of
from tests.issuer.lives import NUMBER, PERSON, issue_two
from verifier.site.holder_room import EXTENSION
from wsgi import create_public_app

DOCUMENT = PERSON.document_number
CODE = re.compile(r'<span class="code">([0-9A-Z]{4}-[0-9A-Z]{4})</span>')
RECEIPT = re.compile(r'id="receipt" value="([0-9A-Z-]{19})" readonly')
LINK = re.compile(r"/shared#([0-9A-Z]{4}(?:-[0-9A-Z]{4}){4})")


@dataclass
class Sides:
    """The public site and the desks of a home with two certificates."""

    home: Home
    public: Flask
    desks: Flask

    def code(self) -> str:
        """Make a code at the counter."""
        with working_as(self.desks, CLERK) as client:
            path = f"/certificates/{row_of(self.home, NUMBER)}/holder-code"
            answer = client.post(path, follow_redirects=True)
        found = CODE.search(answer.text)
        assert found is not None, answer.text
        return found[1]

    def browser(self) -> FlaskClient:
        """Return a browser on a network of its own."""
        Network.last += 1
        client = self.public.test_client()
        client.environ_base["REMOTE_ADDR"] = f"198.51.{Network.last}.7"
        return client

    def enter(self, client: FlaskClient, code: str, **changes: str) -> Any:
        """Fill in the form."""
        form = {"number": NUMBER, "document": DOCUMENT, "code": code} | changes
        return client.post("/holder", data=form)

    def arrived(self) -> FlaskClient:
        """Return a browser that was let in."""
        client = self.browser()
        assert self.enter(client, self.code()).status_code == 303
        return client


def token_of(client: FlaskClient) -> str:
    """Return what the forms of a session carry."""
    found = re.search(r'name="token" value="([0-9a-f]+)"', client.get("/holder").text)
    assert found is not None
    return found[1]


def send(client: FlaskClient, path: str, **form: str) -> Any:
    """Send a form of the holder's page."""
    return client.post(f"/holder{path}", data={"token": token_of(client)} | form)


class Network:
    """The network of the last browser."""

    last = 0


@contextmanager
def open_sides(folder: Path) -> Iterator[Sides]:
    """Make a home with two certificates, and open both its sides by the real time."""
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    issue_two(home, folder)
    public = create_public_app(home)
    desks = desks_of(home, public.extensions["yanzhen_verifier"].now)
    yield Sides(home=home, public=public, desks=desks)
    for one in ("yanzhen_verifier", "yanzhen_reports", EXTENSION):
        public.extensions[one].close()

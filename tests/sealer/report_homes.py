"""A home with one certificate and a report key, its public site, and a sealer on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from codes.levels import Level
from issuer.report_key_custody import ensure_report_key
from keys.algorithms import Algorithm
from registry.home import Home
from registry.public_database import public_database, public_database_url
from registry.report_drafts import ReportTicket, read_ticket
from sealer.sealing import open_sealer, seal_waiting
from tests.conftest import PASSPHRASE
from tests.issuer.desks import desk_at, file_body, issue, people, write_people
from tests.issuer.lives import qr_texts
from tests.issuer.seal_homes import real_now
from wsgi import create_public_app

ORGANISATION = "津城样本技能评价查验中心（虚构）"
TICKET = re.compile(r"(CY\d{8}-\w{10})[\s\S]*?((?:\w{4}-){4}\w{4})")


@dataclass(slots=True)
class ReportHome:
    """One filed body's home, one certificate of a person called `name`, and its public site."""

    home: Home
    pdf: bytes = field(repr=False)
    number: str
    name: str
    qr_text: str = field(repr=False)
    app: Flask

    @property
    def client(self) -> FlaskClient:
        """A client of the public site."""
        return self.app.test_client()

    def ask(self, name: str | None = None) -> str:
        """Look the certificate up and return the result page."""
        form = {"number": self.number, "by": "name", "name": name or self.name}
        return str(self.client.post("/verify", data=form).text)

    def ask_report(self, page: str) -> ReportTicket:
        """Press the button of a result page; return number and code."""
        answer = self.client.post("/report/new", data={"draft": draft_in(page)})
        assert answer.status_code == 200, answer.text
        return ticket_in(answer.text)

    def seal(self) -> int:
        """Let the sealer do what waits."""
        with public_database(public_database_url(self.home)) as engine:
            return seal_waiting(open_sealer(self.home, PASSPHRASE, clock=real_now), engine)

    def files(self, ticket: ReportTicket) -> tuple[bytes, bytes]:
        """Download the PDF and the JSON of a report."""
        form = {"number": ticket.number, "code": ticket.code}
        pdf, text = (self.client.post(f"/report/{kind}", data=form) for kind in ("pdf", "json"))
        assert (pdf.status_code, text.status_code) == (200, 200)
        return pdf.data, text.data

    def upload(self, address: str, data: bytes, name: str = "a.pdf") -> str:
        """Upload a file and return the page."""
        return str(self.client.post(address, data={"file": (BytesIO(data), name)}).text)

    def api(self, address: str, **members: str) -> tuple[int, dict[str, Any]]:
        """Post JSON to the API."""
        answer = self.client.post(f"/api/v1/{address}", json=members)
        body: dict[str, Any] = json.loads(answer.data)
        return answer.status_code, body


def make_report_home(folder: Path) -> Home:
    """Make a demo home with one filed body and a report key."""
    now = real_now()
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=now, environment={})
    file_body(home, algorithm=Algorithm.ES256)
    ensure_report_key(home, ORGANISATION, PASSPHRASE, now=now)
    return home


@contextmanager
def open_report_home(folder: Path) -> Iterator[ReportHome]:
    """Issue one certificate in a new demo home and open its site for one block."""
    home = make_report_home(folder)
    (person,) = people(Level.THREE, 1)
    with desk_at(home, clock=real_now) as desk:
        roster = write_people(folder / "in", [person])
        ((number, file),) = issue(desk, roster, folder / "out").files
        (qr_text,) = qr_texts(desk, str(number))
    app = create_public_app(home)
    yield ReportHome(home, file.read_bytes(), str(number), person.name, qr_text, app)
    app.extensions["yanzhen_verifier"].close()
    app.extensions["yanzhen_reports"].close()


def draft_in(page: str) -> str:
    """Return the draft that a result page carries."""
    found = re.search(r'name="draft" value="([^"]+)"', page)
    assert found is not None
    return unescape(found[1])


def ticket_in(page: str) -> ReportTicket:
    """Return number and code that a page shows."""
    found = TICKET.search(page)
    assert found is not None
    ticket = read_ticket(found[1], found[2])
    assert ticket is not None
    return ticket

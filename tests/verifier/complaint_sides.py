"""The desks and the public site of one home, between which complaints go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.person import Person
from accounts.roles import Role
from issuer.desk import shanghai_day
from registry.complaint_models import Complaint
from registry.home import Home
from tests.accounts.desk_app import person_of
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.authority_desk import AuthorityDesk
from tests.issuer.seal_homes import real_now
from wsgi import create_public_app

POLICE = person_of(Role.POLICE, name="王警官")
WORDS = {
    "kind": "service",
    "sender": "某群众 13900000000",
    "subject": "S000012000123263000011",
    "text": "考完半年<b>没发证</b>\n请核查",
}


@dataclass
class Sides:
    """The desks and the public site of one home."""

    desk: AuthorityDesk
    public: FlaskClient

    def send(self, **changes: Any) -> str:
        """Send a complaint; return its receipt code."""
        page = self.public.post("/complaints", data=WORDS | changes)
        found = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", page.text)
        assert found is not None, page.text
        return found[0]

    def follow(self, code: str) -> str:
        """Return what its sender reads."""
        return str(self.public.post("/complaints/receipt", data={"code": code}).text)

    def newest(self) -> Complaint:
        """Return the complaint that was put on record last."""
        with self.desk.desks() as session:
            return session.scalars(select(Complaint).order_by(Complaint.id.desc())).all()[0]


@contextmanager
def open_sides(folder: Path) -> Iterator[Sides]:
    """Open the desks and the public site of a new home for one block."""
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    desk = AuthorityDesk(home, folder / "in", shanghai_day(real_now()))  # as the public side's
    app = create_public_app(home)
    yield Sides(desk, app.test_client())
    app.extensions["yanzhen_verifier"].close()
    app.extensions["yanzhen_reports"].close()


def do(sides: Sides, person: Person, path: str, **form: str) -> Any:
    """Send a form of the desks' pages of complaints."""
    return sides.desk.post(person, f"/complaints/{path}", **form)


def mark_of(page: Any) -> str:
    """Return what the page that shows a complaint's words sends along with an answer."""
    found = re.search(r'name="read" value="([0-9a-f]+)"', page.text)
    assert found is not None, page.text
    return found[1]

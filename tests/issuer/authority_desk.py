"""The authority's desk of a small home: officials at work, on days the tests choose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.person import Person
from accounts.roles import Role
from issuer.console.office import OFFICE_EXTENSION, Office
from issuer.root_custody import ensure_root
from registry.home import Home
from registry.session import reading
from tests.accounts.desk_app import person_of, working_as
from tests.conftest import PASSPHRASE
from tests.issuer.procedures import MONDAY, Procedure, at
from wsgi import create_private_app

DAY = timedelta(days=1)
CLERK = person_of(Role.AUTHORITY_CLERK, name="赵经办")
DIRECTOR = replace(person_of(Role.AUTHORITY_DIRECTOR, name="钱负责"), account_id=2)
DIRECTOR_TOO = replace(person_of(Role.AUTHORITY_DIRECTOR, name="孙负责"), account_id=3)
AUDITOR = replace(person_of(Role.AUDITOR, name="李审计"), account_id=4)

TYPED = {
    "name": "津城样本职业技能评价中心（虚构）",
    "credit_code": "91120000MA0000000M",
    "category": "S",
    "occupations-0": "3-02-02-00",
    "occupations-0-levels": ["3", "2"],
    "sites-0-address": "天津市虚构区样本路 1 号",
    "sites-0-serial": "000123",
    "examiners": "12",
    "supervisors": "2",
}


@dataclass(slots=True)
class AuthorityDesk:
    """The desks of a home; `today` is what their clock says."""

    home: Home
    folder: Path
    today: date = MONDAY
    app: Flask = field(init=False)
    procedure: Procedure = field(init=False)

    def __post_init__(self) -> None:
        ensure_root(self.home, PASSPHRASE, now=at(self.today))
        self.app = create_private_app(self.home, PASSPHRASE)
        office: Office = self.app.extensions[OFFICE_EXTENSION]
        self.app.extensions[OFFICE_EXTENSION] = replace(office, clock=self.now)
        self.procedure = Procedure(self.home, self.folder)

    def now(self) -> datetime:
        return at(self.today)

    @property
    def office(self) -> Office:
        office: Office = self.app.extensions[OFFICE_EXTENSION]
        return office

    @contextmanager
    def desks(self) -> Iterator[Session]:
        with reading(self.office.desks) as session:
            yield session

    def get(self, person: Person, path: str, **more: Any) -> Any:
        with working_as(self.app, person) as client:
            return client.get(path, **more)

    def post(self, person: Person, path: str, **fields: Any) -> Any:
        """Send a form; names with a hyphen are written with two underscores."""
        with working_as(self.app, person) as client:
            return send(client, path, {key.replace("__", "-"): v for key, v in fields.items()})

    def typed_application(self, material: bytes = "营业执照".encode(), **changes: Any) -> Any:
        """Type the sample application into the form, with one material, and take it in."""
        with working_as(self.app, CLERK) as client:
            page = send(client, "/filing/drafts", {}).headers["Location"]
            file = (BytesIO(material), "营业执照.pdf")
            send(client, page, TYPED | {"do": "upload", "files": file})
            return send(client, page, TYPED | {"do": "submit"} | changes)


def send(client: FlaskClient, path: str, fields: dict[str, Any]) -> Any:
    return client.post(path, data=fields, content_type="multipart/form-data")

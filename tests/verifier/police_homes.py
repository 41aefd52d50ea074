"""A home with one certificate, its desks, and officers who work at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pypdfium2
from flask import Flask

from accounts.person import Person
from accounts.roles import Role
from codes.levels import Level
from registry.home import Home
from templates.labels import Field
from tests.accounts.desk_app import working_as
from tests.conftest import PASSPHRASE
from tests.issuer.desks import PREFIX, desk_at, issue, people, write_people
from tests.issuer.seal_homes import real_now
from tests.sealer.report_homes import make_report_home
from tests.verifier.edits import marked, redacted, value_mark
from verifier.cases.room import PoliceRoom
from verifier.desks.police import EXTENSION
from wsgi import create_private_app

ONE = Person(account_id=11, name="周警官", roles=frozenset({Role.POLICE}), body=None)
OTHER = Person(account_id=12, name="吴警官", roles=frozenset({Role.POLICE}), body=None)
CLERK = Person(account_id=13, name="王经办", roles=frozenset({Role.BODY_CLERK}), body=PREFIX)
FOREIGN = Person(
    account_id=14, name="钱经办", roles=frozenset({Role.BODY_CLERK}), body="S000012000999"
)
AUDITOR = Person(account_id=15, name="郑审计", roles=frozenset({Role.AUDITOR}), body=None)
SURE = {
    "sure_close": "yes",
    "sure_hand_over": "yes",
    "no_bundle": "yes",
    "unsettled_close": "yes",
    "unsettled_hand_over": "yes",
}
"""What confirms that a case is closed, or handed over, without a bundle or unsettled too."""
CONTRARY = {"despite": "yes", "contrary": "经鉴定系变造"}
"""What is asked for where an outcome is not what the verdicts say."""
REFERENCE = "津公（刑）受案字〔2026〕12号"


@dataclass(slots=True)
class PoliceHome:
    """One filed body's home, its certificates, the first of a person called `name`, the desks."""

    home: Home
    app: Flask
    pdf: bytes = field(repr=False)
    forged_pdf: bytes = field(repr=False)
    forged: bytes = field(repr=False)
    number: str
    name: str
    issued: tuple[tuple[str, str], ...]
    """Number and name of every certificate."""

    @property
    def room(self) -> PoliceRoom:
        """The police desk's room."""
        found: PoliceRoom = self.app.extensions[EXTENSION]
        return found

    def open_case(self, reference: str = REFERENCE, person: Person = ONE) -> int:
        """Open a case; return its id."""
        with working_as(self.app, person) as client:
            form = {"reference": reference, "about": "招聘时提交的证书可疑", "same_number": "yes"}
            answer = client.post("/police/cases/new", data=form)
        assert answer.status_code == 303, answer.text
        return int(answer.location.rpartition("/")[2])

    def hand_in(self, case_id: int, data: bytes, filename: str = "照片.jpg", **typed: str) -> int:
        """Hand a file in; return its place in the case."""
        form = {"by": "file", "giver": "某公司人事部", **typed, "file": (BytesIO(data), filename)}
        with working_as(self.app, ONE) as client:
            answer = client.post(f"/police/cases/{case_id}/papers/new", data=form)
        assert answer.status_code == 303, answer.text
        return int(answer.location.rpartition("/")[2])

    def page(self, address: str, person: Person = ONE) -> str:
        """Return what somebody is shown at an address."""
        with working_as(self.app, person) as client:
            answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text

    def post(self, address: str, person: Person = ONE, /, **form: str) -> tuple[int, str, bytes]:
        """Send a form; return status, where it leads, and what came back."""
        with working_as(self.app, person) as client:
            answer = client.post(address, data=form)
            return answer.status_code, answer.location or "", answer.data

    def status(self, address: str, person: Person = ONE) -> int:
        """Return the status that somebody gets at an address."""
        with working_as(self.app, person) as client:
            return int(client.get(address).status_code)


@contextmanager
def open_police_home(
    folder: Path, *, certificates: int = 1, clock: Callable[[], datetime] = real_now
) -> Iterator[PoliceHome]:
    """Issue some certificates in a new demo home and open its desks for one block.

    Args:
        clock: of the desks.
    """
    home = make_report_home(folder)
    persons = people(Level.THREE, certificates)
    with desk_at(home, clock=real_now) as desk:
        files = issue(desk, write_people(folder / "in", persons), folder / "out").files
    app = create_private_app(home, PASSPHRASE, clock=clock)
    issued = tuple(
        (str(number), person.name) for (number, _), person in zip(files, persons, strict=True)
    )
    pdf = files[0][1].read_bytes()
    forged_pdf = marked(redacted(pdf, Field.LEVEL), value_mark(Field.LEVEL, "一级/高级技师"))
    made = PoliceHome(home, app, pdf, forged_pdf, photographed(forged_pdf), *issued[0], issued)
    yield made
    for one in (made.room.verifier, made.room.readers, made.room.marks, made.room.reports):
        one.close()


def photographed(pdf: bytes) -> bytes:
    """Return the first page of a PDF as a scanner would give it."""
    output = BytesIO()
    with pypdfium2.PdfDocument(pdf) as document:
        document[0].render(scale=150 / 72).to_pil().convert("RGB").save(output, "JPEG", quality=60)
    return output.getvalue()

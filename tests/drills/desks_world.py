"""Desks of a home with two assessment bodies, and people of every role who signed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.person import Person as Worker
from accounts.roles import Role
from codes.levels import Level
from issuer.batch_room import find_draft
from issuer.batch_samples import choose_samples, note_shown
from issuer.batch_shown import shown_of
from issuer.body_settings import SKIPPED, Step
from issuer.cli_seal import subject_of
from issuer.console.office import OFFICE_EXTENSION, Office
from issuer.copy_rows import BatchCopies
from issuer.issuing import finish_copies
from issuer.opening import announce_host, open_desk
from issuer.reserving import open_batch
from issuer.sample_people import SamplePerson
from issuer.seal_custody import ensure_seal
from keys.algorithms import Algorithm
from registry.account_models import AccountRow
from registry.exam_models import BodySetting, BodySettingConfirmed
from registry.home import Home
from registry.session import reading, transaction
from templates.fonts import FontChain
from tests.accounts.desk_app import DeskClient
from tests.accounts.sign_in_ways import Clock, Desks
from tests.conftest import NOW, PASSPHRASE
from tests.drills.office import Person, put_on_record
from tests.drills.office import people as office_people
from tests.issuer.batch_desk import APPROVER, CLERK, BatchDesk
from tests.issuer.desks import FILING, PREFIX, PUBLIC_URL, file_body, people
from wsgi import create_private_app

OTHER = "S000012000124"
MARK = "闳劢"
"""Stands in every text and name that is the other body's, and nowhere else."""


@dataclass(frozen=True, slots=True)
class BodyDesk(BatchDesk):
    """The desk of one body; whoever a step is done as is one of its people."""

    prefix: str = PREFIX

    def _own(self, person: Worker) -> Worker:
        return replace(person, body=self.prefix)

    def get(self, path: str, person: Worker = CLERK) -> Any:
        """Return the answer to a person's request."""
        return BatchDesk.get(self, path, self._own(person))

    def post(self, path: str, person: Worker = CLERK, **data: Any) -> Any:
        """Return the answer to a form a person sent."""
        return BatchDesk.post(self, path, self._own(person), **data)

    def see_samples(self, draft_id: int, person: Worker = APPROVER) -> None:
        """Let every sample page of a batch count as shown to somebody."""
        with reading(self.room.desks) as session:
            draft = find_draft(session, self.prefix, draft_id)
            rows = choose_samples(session, draft)
            shown = shown_of(session, draft)
        for row in rows:
            note_shown(self.room, person, draft, row, shown)


@dataclass(slots=True)
class World:
    """A home, its desks, and browsers of people by a short name."""

    home: Home
    desks: Desks
    ids: dict[str, int] = field(default_factory=dict)
    browsers: dict[str, DeskClient] = field(default_factory=dict)
    newcomers: Iterator[Person] = field(default_factory=lambda: office_people(1))

    @property
    def office(self) -> Office:
        """The office behind the desks."""
        found: Office = self.desks.app.extensions[OFFICE_EXTENSION]
        return found

    @contextmanager
    def kept(self) -> Any:
        """Yield a session that changes the desks' own database."""
        with transaction(self.office.desks) as session:
            yield session

    def arrive(self, name: str, role: Role, body: str | None = None) -> DeskClient:
        """Have somebody sign in; return the browser."""
        worker = self.desks.plant(name, role, body=body)
        self.ids[name] = worker.account_id
        self.browsers[name] = self.desks.arrived(worker)
        return self.browsers[name]

    def certify(self, count: int, batch: str, *, pages: bool = False) -> list[str]:
        """Put certificates of people who had none on record; return their numbers.

        Args:
            count: how many.
            batch: its name.
            pages: draw and seal their pages too.
        """
        rows = [
            one.candidate(row) for row, one in enumerate(islice(self.newcomers, count), start=2)
        ]
        with self.office.desk(PREFIX) as desk:
            numbers = put_on_record(desk, rows, batch)
            if pages:
                copies = BatchCopies(batch_id=open_batch(desk, batch))
                finish_copies(desk, copies, FontChain(), lambda *_: None)
        return numbers

    def person(self, name: str) -> Worker:
        """Return somebody as the desks know them."""
        with reading(self.office.desks) as session:
            row = session.get_one(AccountRow, self.ids[name])
            roles = frozenset(Role(one.role) for one in row.roles)
            return Worker(account_id=row.id, name=row.name, roles=roles, body=row.body)


def open_world(folder: Path, *, environment: Mapping[str, str] | None = None) -> World:
    """Make a home with two bodies that are filed, have keys and seals; open its desks."""
    home = Home.create(
        folder / "home",
        demo=True,
        passphrase=PASSPHRASE,
        now=NOW,
        environment=environment or {},
    )
    filings = (FILING, FILING | {"name": f"津城{MARK}评价中心（虚构）", "prefix": OTHER})
    for filing in filings:
        file_body(home, filing, algorithm=Algorithm.ES256)
        prefix = filing["prefix"]
        ensure_seal(home, prefix, subject_of(home, prefix), PASSPHRASE, now=NOW, crl_url=None)
        with open_desk(
            home,
            prefix=prefix,
            passphrase=PASSPHRASE,
            public_url=PUBLIC_URL,
            sample=True,
            clock=lambda: NOW,
        ) as desk:
            announce_host(desk, PUBLIC_URL, another=False)
    clock = Clock()
    app = create_private_app(home, PASSPHRASE, clock=clock)
    app.extensions[OFFICE_EXTENSION] = replace(
        app.extensions[OFFICE_EXTENSION], public_url=PUBLIC_URL
    )
    return World(home=home, desks=Desks(app=app, clock=clock))


def skip_steps(session: Session, prefix: str) -> None:
    """Settle that a body does every step of its examinations elsewhere."""
    for step in Step:
        setting = BodySetting(
            prefix=prefix,
            name=step.setting,
            value=SKIPPED,
            ground="机构另有考务系统",
            set_at=NOW,
            set_by=9001,
            setter="冯审批",
        )
        session.add(setting)
        session.flush()
        confirmed = {"confirmed_at": NOW, "confirmed_by": 9002, "confirmer": "卫复核"}
        session.add(BodySettingConfirmed(setting_id=setting.id, **confirmed))


def candidates(first: int, count: int, mark: str = "") -> Sequence[SamplePerson]:
    """Return people who do not exist, from a place of the sample on, their names marked."""
    found = people(Level.THREE, first + count)[first:]
    return [replace(one, name=mark + one.name) if mark else one for one in found]


def ids_of(session: Session, column: Any, *conditions: Any) -> list[int]:
    """Return the ids of rows, in their order."""
    return list(session.scalars(select(column).where(*conditions).order_by(column)))

"""The desks of a body that is filed, and people of it who prepare and approve batches."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask

from accounts.person import Person
from accounts.roles import Role
from codes.levels import Level
from issuer.batch_room import BatchRoom, find_draft
from issuer.batch_runner import open_room, run_waiting
from issuer.batch_samples import choose_samples, note_shown
from issuer.batch_shown import shown_of
from issuer.body_settings import SKIPPED, Step
from issuer.columns import Column
from issuer.console.office import OFFICE_EXTENSION, Office
from issuer.sample_people import SamplePerson
from issuer.sample_photos import draw_portrait
from issuer.template import write_roster
from keys.algorithms import Algorithm
from registry.account_models import AccountRoleRow, AccountRow
from registry.desk_database import desk_database_url, open_desk_engine
from registry.exam_models import BodySetting, BodySettingConfirmed
from registry.home import Home
from registry.session import reading, transaction
from tests.accounts.desk_app import working_as
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import PREFIX, desk_at, file_body, people
from wsgi import create_private_app

CLERK = Person(account_id=1, name="王经办", roles=frozenset({Role.BODY_CLERK}), body=PREFIX)
APPROVER = Person(account_id=2, name="李审批", roles=frozenset({Role.APPROVER}), body=PREFIX)
SECOND_APPROVER = Person(account_id=3, name="赵复核", roles=frozenset({Role.APPROVER}), body=PREFIX)
BOTH = Person(
    account_id=4,
    name="周兼任",
    roles=frozenset({Role.BODY_CLERK, Role.APPROVER}),
    body=PREFIX,
)
EXAMINER = Person(account_id=6, name="孙考评", roles=frozenset({Role.EXAMINER}), body=PREFIX)
FOREIGN = Person(
    account_id=5,
    name="外机构",
    roles=frozenset({Role.BODY_CLERK, Role.APPROVER}),
    body="S000012000999",
)


def filed_home(home: Home, *, skipped: Collection[Step] = tuple(Step)) -> Home:
    """Return a home whose body has a key and a seal, and whose public host is announced.

    Args:
        skipped: steps of the examination that the body does elsewhere.
    """
    file_body(home, algorithm=Algorithm.ES256)
    with desk_at(home):
        pass
    desks = open_desk_engine(desk_database_url(home, environment={}))
    with transaction(desks) as session:
        for step in skipped:
            session.add(
                setting := BodySetting(
                    prefix=PREFIX,
                    name=step.setting,
                    value=SKIPPED,
                    ground="机构另有考务系统",
                    set_at=NOW,
                    set_by=APPROVER.account_id,
                    setter=APPROVER.name,
                )
            )
            session.flush()
            session.add(
                BodySettingConfirmed(
                    setting_id=setting.id,
                    confirmed_at=NOW,
                    confirmed_by=SECOND_APPROVER.account_id,
                    confirmer=SECOND_APPROVER.name,
                )
            )
    desks.dispose()
    return home


@dataclass(frozen=True, slots=True)
class BatchDesk:
    """An application, used as different people."""

    app: Flask

    @property
    def room(self) -> BatchRoom:
        """The evaluators' side behind the application."""
        office: Office = self.app.extensions[OFFICE_EXTENSION]
        return BatchRoom(
            home=office.home,
            passphrase=PASSPHRASE,
            vault=office.vault(),
            desks=office.desks,
            register=office.engine,
            public_url=office.public_url,
            clock=office.clock,
        )

    def get(self, path: str, person: Person = CLERK) -> Any:
        """Return the answer to a person's request."""
        with working_as(self.app, person) as client:
            return client.get(path)

    def download(self, path: str, person: Person = CLERK) -> bytes:
        """Return a file that a person was sent."""
        answer = self.get(path, person)
        assert answer.status_code == 200, answer.text
        data: bytes = answer.data
        answer.close()
        return data

    def post(self, path: str, person: Person = CLERK, **data: Any) -> Any:
        """Return the answer to a form a person sent."""
        with working_as(self.app, person) as client:
            return client.post(path, data=data, content_type="multipart/form-data")

    def begin(self, roster: bytes, name: str = "一") -> int:
        """Begin a batch and return its id."""
        answer = self.post("/batches", name=name, roster=(io.BytesIO(roster), "名册.xlsx"))
        assert answer.status_code == 303, answer.text
        return int(answer.location.rsplit("/", 1)[-1])

    def add_photos(self, draft_id: int, *files: tuple[bytes, str]) -> Any:
        """Send photos."""
        photos = [(io.BytesIO(data), name) for data, name in files]
        return self.post(f"/batches/{draft_id}/photos", photos=photos)

    def submit(self, draft_id: int, person: Person = CLERK) -> Any:
        """Submit a batch as the page offers it."""
        page = self.get(f"/batches/{draft_id}", person).text
        found = re.search(r'/submit">.*?name="revision" value="(\d+)"', page, re.S)
        assert found is not None, page
        return self.post(f"/batches/{draft_id}/submit", person, revision=found[1])

    def see_samples(self, draft_id: int, person: Person = APPROVER) -> None:
        """Let every sample page of a batch count as shown to somebody; none is drawn."""
        with reading(self.room.desks) as session:
            draft = find_draft(session, PREFIX, draft_id)
            rows = choose_samples(session, draft)
            shown = shown_of(session, draft)
        for row in rows:
            note_shown(self.room, person, draft, row, shown)

    def approve(self, draft_id: int, person: Person = APPROVER) -> Any:
        """Approve a batch as the review page offers it, its samples seen."""
        self.see_samples(draft_id, person)
        shown = self.shown(draft_id)
        return self.post(f"/batches/{draft_id}/approve", person, seen="yes", shown=shown)

    def shown(self, draft_id: int) -> str:
        """Return what the form of an approval carries on the review page."""
        page = self.get(f"/batches/{draft_id}/review", APPROVER).text
        found = re.search(r'name="shown" value="([^"]+)"', page)
        assert found is not None, page
        return found[1]

    def work(self) -> int:
        """Do all that waits, as the runner does; return how many things that were."""
        office: Office = self.app.extensions[OFFICE_EXTENSION]
        with ExitStack() as ending:
            room = open_room(office.home, PASSPHRASE)
            ending.callback(room.desks.dispose)
            ending.callback(room.register.dispose)
            room = replace(room, public_url=office.public_url, clock=office.clock)
            done = 0
            while run_waiting(room):
                done += 1
        return done


def roster_of(
    folder: Path,
    persons: Sequence[SamplePerson],
    changes: dict[int, dict[Column, str]] | None = None,
) -> bytes:
    """Return a roster of people as a workbook; photos are called like their places: `1.jpg` …

    Args:
        changes: texts by place (from 1) and column that replace a cell.
    """
    rows = []
    for place, person in enumerate(persons, start=1):
        cells = {
            Column.NAME: person.name,
            Column.DOCUMENT_TYPE: person.document_type.zh,
            Column.DOCUMENT_NUMBER: person.document_number,
            Column.SEX: person.sex.zh,
            Column.BIRTH_DATE: person.birth_date.isoformat(),
            Column.OCCUPATION: "保卫管理员",
            Column.LEVEL: person.level.zh,
            Column.PHOTO: f"{place}.jpg",
        }
        cells |= (changes or {}).get(place, {})
        rows.append([cells.get(column, "") for column in Column])
    path = folder / "roster-to-send.xlsx"
    write_roster(path, rows)
    return path.read_bytes()


def portrait(person: SamplePerson, seed: int) -> bytes:
    """Return a drawn photo of a person."""
    return draw_portrait(seed=seed, sex=person.sex, birth_year=person.birth_date.year)


def photos_zip(persons: Sequence[SamplePerson]) -> bytes:
    """Return the photos of people as a ZIP."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for place, person in enumerate(persons, start=1):
            archive.writestr(f"照片/{place}.jpg", portrait(person, place))
    return file.getvalue()


def plant_account(desk: BatchDesk, person: Person) -> None:
    """Let the desks have an account of a person, in use, whose roles count."""
    one = AccountRow(
        id=person.account_id,
        username=f"account.{person.account_id}",
        name=person.name,
        body=person.body,
        uniquifier=str(person.account_id),
        made_at=NOW,
        made_by="某",
        roles=[AccountRoleRow(role=role) for role in sorted(person.roles)],
    )
    with transaction(desk.room.desks) as session:
        session.add(one)


READY = 1
"""The batch of `ready_once`."""


def desk_of_copy(made: Path, folder: Path) -> BatchDesk:
    """Open the desks of a copy of a home, made in `folder`."""
    shutil.copytree(made, folder / "home")
    home = Home.open(folder / "home", environment={})
    return BatchDesk(create_private_app(home, PASSPHRASE))


def ready(desk: BatchDesk, folder: Path) -> int:
    """Return a batch of two people that can be submitted."""
    persons = people(Level.THREE, 2)
    draft = desk.begin(roster_of(folder, persons))
    desk.add_photos(draft, (photos_zip(persons), "照片.zip"))
    return draft

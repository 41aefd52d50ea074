"""A filed body with a key, a desk opened on it, and small rosters of the sample's people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from codes.levels import Level
from issuer.cli_seal import subject_of
from issuer.columns import Column
from issuer.desk import Desk
from issuer.filing import parse_filing
from issuer.filing_record import record_filing
from issuer.issuing import BatchOutcome, Phase, issue_batch
from issuer.opening import announce_host, open_desk
from issuer.photos import PhotoFolder
from issuer.publishing import publish
from issuer.root_custody import ensure_root, open_root_keys
from issuer.roster import read_roster
from issuer.sample_people import SamplePerson, sample_people
from issuer.sample_photos import draw_portrait
from issuer.seal_custody import ensure_seal
from issuer.template import write_roster
from keys.algorithms import Algorithm
from registry.home import Home
from registry.models import Copy
from registry.row_marks import mark_of_delivery
from registry.session import database, transaction
from templates.fonts import FontChain
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.body_keys import make_body_key

PREFIX = "S000012000123"
PUBLIC_URL = "https://yz.example.cn"
FILING: dict[str, Any] = {
    "name": "津城样本职业技能评价中心（虚构）",
    "prefix": PREFIX,
    "scopes": [{"occupation": "3-02-02-00", "levels": [3, 2, 1], "from": "2024-01-01"}],
}


def file_body(home: Home, filing: dict[str, Any] = FILING, *, algorithm: Algorithm) -> None:
    """Record a filing, make a key valid from 2024 and publish the key document."""
    ensure_root(home, PASSPHRASE, now=NOW)
    signers = open_root_keys(home, PASSPHRASE)
    with database(home.database_url) as engine, transaction(engine) as session:
        site = record_filing(session, parse_filing(filing), now=NOW)
        make_body_key(session, home, site, PASSPHRASE, algorithm)
        publish(session, home, now=NOW, signers=signers)


@contextmanager
def desk_at(home: Home, clock: Callable[[], datetime] = lambda: NOW) -> Iterator[Desk]:
    """Open the desk of the filed body, which gets a seal if it has none, its host announced."""
    ensure_seal(home, PREFIX, subject_of(home, PREFIX), PASSPHRASE, now=NOW, crl_url=None)
    with open_desk(
        home, prefix=PREFIX, passphrase=PASSPHRASE, public_url=PUBLIC_URL, sample=True, clock=clock
    ) as desk:
        announce_host(desk, PUBLIC_URL, another=False)
        yield desk


def people(level: Level, count: int) -> list[SamplePerson]:
    """Return the first sample people of a level."""
    found = [person for person in sample_people() if person.level is level]
    assert len(found) >= count
    return found[:count]


def write_people(folder: Path, persons: Sequence[SamplePerson], **changes: str) -> Path:
    """Write a roster of these people with their photos.

    Args:
        folder: where the roster and `photos/` go.
        persons: the rows.
        changes: column name (`NAME`, …) to a text that replaces the first row's cell.
    """
    photos = folder / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    rows = []
    for index, person in enumerate(persons, start=1):
        (photos / f"{index}.jpg").write_bytes(
            draw_portrait(seed=index, sex=person.sex, birth_year=person.birth_date.year)
        )
        cells = {
            Column.NAME: person.name,
            Column.DOCUMENT_TYPE: person.document_type.zh,
            Column.DOCUMENT_NUMBER: person.document_number,
            Column.SEX: person.sex.zh,
            Column.BIRTH_DATE: person.birth_date.isoformat(),
            Column.OCCUPATION: "保卫管理员",
            Column.SPECIALTY: "",
            Column.LEVEL: person.level.zh,
            Column.PHOTO: f"{index}.jpg",
            Column.LATIN_NAME: "",
        }
        if index == 1:
            cells |= {Column[name]: text for name, text in changes.items()}
        rows.append([cells[column] for column in Column])
    path = folder / "roster.xlsx"
    write_roster(path, rows)
    return path


def issue(
    desk: Desk, roster: Path, out: Path, *, batch: str = "一", skip_bad: bool = False
) -> BatchOutcome:
    """Issue a roster without showing progress."""

    def silent(phase: Phase, done: int, total: int) -> None:
        assert done >= 0, (phase, total)

    with PhotoFolder(roster.parent / "photos") as photos:
        return issue_batch(
            desk,
            read_roster(roster),
            photos,
            batch=batch,
            out=out,
            fonts=FontChain(),
            skip_bad=skip_bad,
            progress=silent,
        )


def take_back(desk: Desk, copy_id: int) -> None:
    """Have a copy be as the office left it before its page was handed out."""
    with transaction(desk.engine) as session:
        copy = session.get_one(Copy, copy_id)
        copy.delivered_at = None
        copy.delivered_mark = mark_of_delivery(desk.vault, copy.status_index, None)

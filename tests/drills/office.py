"""A fictional assessment body to drill in: its home, its desk, and as many people as it takes.

Everyone here is made up: formally valid resident numbers with the order codes 996–999, which the
numbering rule keeps for people over a hundred, and birth dates of people under eighty.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import select
from stdnum.iso7064 import mod_11_2

from codes.documents import DocumentType, Sex
from codes.levels import Level
from codes.occupations import occupation_by_code
from issuer.awarding import record_reserved
from issuer.candidates import Candidate, Photo
from issuer.cli_seal import subject_of
from issuer.columns import Column
from issuer.copy_rows import BatchCopies
from issuer.desk import Desk
from issuer.faces import face_of
from issuer.filing import parse_filing
from issuer.filing_record import record_filing
from issuer.log_desk import office_of, put_in_log
from issuer.opening import announce_host, open_desk
from issuer.publishing import publish
from issuer.reserving import open_batch, reserve
from issuer.root_custody import ensure_root, open_root_keys
from issuer.sample_photos import draw_portrait
from issuer.seal_custody import ensure_seal
from keys.algorithms import Algorithm
from registry.home import Home
from registry.models import Award, Copy
from registry.session import database, reading, transaction
from templates.certificate import CertificateFace
from tests.issuer.body_keys import make_body_key

PREFIX = "S000012000123"
PASSPHRASE = b"drill"
PUBLIC_URL = "https://yz.example.cn"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LEVELS = (Level.THREE, Level.TWO, Level.ONE)
PORTRAITS = 24
OCCUPATION = "3-02-02-00"

_FILED_FROM = date(2024, 1, 1)
_FILING = {
    "name": "演练职业技能评价中心（虚构）",
    "prefix": PREFIX,
    "address": "虚构地址，仅供演练",
    "scopes": [{"occupation": OCCUPATION, "levels": [3, 2, 1], "from": f"{_FILED_FROM}"}],
}
_FIRST_BIRTHDAY = date(1950, 1, 1)
_BIRTHDAYS = 18_000
_ORDERS = ("997", "996", "999", "998")
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗䶮㛃"
_GIVEN = "伟芳娜敏静强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红𫖯𬭎"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who does not exist."""

    name: str
    document_number: str
    sex: Sex
    birth_date: date
    level: Level
    portrait: int

    def candidate(self, row: int, level: Level | None = None) -> Candidate:
        """Return the person as a row that passed every lint, for another level if given."""
        return Candidate(
            row=row,
            name=self.name,
            document_type=DocumentType.RESIDENT_ID,
            document_number=self.document_number,
            sex=self.sex,
            birth_date=self.birth_date,
            occupation=occupation_by_code(OCCUPATION),
            specialty=None,
            level=level or self.level,
            photo=portrait(self.portrait),
        )

    def cells(self) -> list[str]:
        """Return the person as the cells of a roster row."""
        texts = {
            Column.NAME: self.name,
            Column.DOCUMENT_TYPE: DocumentType.RESIDENT_ID.zh,
            Column.DOCUMENT_NUMBER: self.document_number,
            Column.SEX: self.sex.zh,
            Column.BIRTH_DATE: self.birth_date.isoformat(),
            Column.OCCUPATION: occupation_by_code(OCCUPATION).zh,
            Column.LEVEL: self.level.zh,
            Column.PHOTO: f"{self.portrait:03d}.jpg",
        }
        return [texts.get(column, "") for column in Column]


def people(seed: int) -> Iterator[Person]:
    """Yield different people; the same for the same seed, and never one of them twice."""
    chance = random.Random(seed)
    for index in range(_BIRTHDAYS * len(_ORDERS) * 9):
        area_and_order, day = divmod(index, _BIRTHDAYS)
        area, order = divmod(area_and_order, len(_ORDERS))
        born = _FIRST_BIRTHDAY + timedelta(days=day)
        stem = f"12010{area + 1}{born:%Y%m%d}{_ORDERS[order]}"
        yield Person(
            name=chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=chance.randint(1, 3))),
            document_number=stem + mod_11_2.calc_check_digit(stem),
            sex=Sex.MALE if order % 2 == 0 else Sex.FEMALE,
            birth_date=born,
            level=chance.choice(LEVELS),
            portrait=index % PORTRAITS,
        )


@cache
def portrait(number: int) -> Photo:
    """Return a drawn portrait; people take turns with the first `PORTRAITS` unless told."""
    sex = Sex.MALE if number % 2 == 0 else Sex.FEMALE
    return Photo.of(draw_portrait(seed=number, sex=sex, birth_year=1985))


def write_roster(folder: Path, persons: list[Person]) -> Path:
    """Write a roster of these people with their photos and return the roster's path."""
    photos = folder / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    for person in persons:
        photo = photos / f"{person.portrait:03d}.jpg"
        if not photo.exists():
            photo.write_bytes(portrait(person.portrait).jpeg)
    lines = [",".join(cells) for cells in ([*Column], *(person.cells() for person in persons))]
    path = folder / "roster.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def make_office(
    folder: Path, environment: Mapping[str, str], algorithm: Algorithm = Algorithm.ES256
) -> Home:
    """Make a demo home in which the body is filed, has a key, and its host is announced.

    Args:
        folder: holds the home as `home`.
        environment: names the database, as for the real home.
        algorithm: of the body's key.
    """
    home = Home.create(
        folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment=environment
    )
    ensure_root(home, PASSPHRASE, now=NOW)
    signers = open_root_keys(home, PASSPHRASE)
    with database(home.database_url) as engine, transaction(engine) as session:
        site = record_filing(session, parse_filing(_FILING), now=NOW)
        make_body_key(session, home, site, PASSPHRASE, algorithm)
        publish(session, home, now=NOW, signers=signers)
    ensure_seal(home, PREFIX, subject_of(home, PREFIX), PASSPHRASE, now=NOW, crl_url=None)
    with desk_of(home) as desk:
        announce_host(desk, PUBLIC_URL, another=False)
    return home


@contextmanager
def desk_of(home: Home, clock: Callable[[], datetime] = lambda: NOW) -> Iterator[Desk]:
    """Open the body's desk for one block."""
    with open_desk(
        home,
        prefix=PREFIX,
        passphrase=PASSPHRASE,
        public_url=PUBLIC_URL,
        sample=True,
        clock=clock,
    ) as desk:
        yield desk


def utc_now() -> datetime:
    """Return the present time, by which the public side judges."""
    return datetime.now(UTC)


def put_on_record(desk: Desk, candidates: Sequence[Candidate], batch: str = "演练") -> list[str]:
    """Issue to these candidates as one batch, without pages; return their numbers."""
    batch_id = open_batch(desk, batch)
    results = reserve(desk, batch_id, candidates)
    record_reserved(desk, batch_id, lambda _: None)
    put_in_log(desk, office_of(desk), BatchCopies(batch_id=batch_id))
    return [result.number for result in results]


def faces(desk: Desk, numbers: Sequence[str]) -> list[CertificateFace]:
    """Return what is printed on the certificates of these numbers, in their order."""
    query = select(Copy).join(Award, Copy.award_id == Award.id).where(Award.number.in_(numbers))
    with reading(desk.engine) as session:
        by_number = {copy.award.number: face_of(desk, copy) for copy in session.scalars(query)}
    return [by_number[number] for number in numbers]

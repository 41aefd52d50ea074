"""A home with a few certificates issued to invented people, made once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine

from issuer.copy_rows import BatchCopies
from issuer.desk import Desk
from issuer.issuing import Phase, finish_copies
from issuer.reserving import open_batch, reserve
from registry.home import Home
from registry.schema import open_registry
from templates.fonts import FontChain
from tests.drills.office import PASSPHRASE, Person, desk_of, make_office, people

COUNT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A home and what was issued in it.

    Args:
        home: its folder is the caller's own.
        persons: who holds a certificate.
        numbers: of theirs, in the same order.
    """

    home: Home
    persons: tuple[Person, ...]
    numbers: tuple[str, ...]

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """Open the body's desk."""
        with desk_of(self.home) as desk:
            yield desk

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Open the registry as a command does."""
        url, memory = self.home.database_url, self.home.trail_memory
        with open_registry(url, memory=memory) as engine:
            yield engine

    def copy_to(self, folder: Path) -> Issued:
        """Return the same in another folder."""
        shutil.copytree(self.home.path, folder)
        return Issued(
            home=Home.open(folder, environment={}), persons=self.persons, numbers=self.numbers
        )


def issue_to_some(folder: Path, count: int = COUNT) -> Issued:
    """Make a home and issue certificates with pages to `count` people."""
    home = make_office(folder, {})
    persons = tuple(islice(people(7), count))
    with desk_of(home) as desk:
        batch_id = open_batch(desk, "一")
        rows = [person.candidate(row) for row, person in enumerate(persons, start=2)]
        numbers = tuple(one.number for one in reserve(desk, batch_id, rows))
        finish_copies(desk, BatchCopies(batch_id=batch_id), FontChain(), _silent)
    return Issued(home=home, persons=persons, numbers=numbers)


def database_bytes(home: Home) -> bytes:
    """Return every byte of the database's files."""
    return b"".join(path.read_bytes() for path in sorted(home.path.glob("registry.sqlite3*")))


def years_later(now: datetime, years: int) -> datetime:
    """Return the same moment of a later year."""
    return now.replace(year=now.year + years)


def passphrase() -> bytes:
    """Return the passphrase of these homes."""
    return PASSPHRASE


def _silent(_: Phase, __: int, ___: int) -> None:
    """Tell nobody."""

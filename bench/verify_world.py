"""A home that holds a million certificates, of which a thousand were issued as always.

The rest deepen what is searched: their rows are as many and as long as real ones, under locators of
their own, and their leaves fill the log, in which the real ones stand at even distances. Nobody
asks for them.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import select

from bench.issue_share import candidates, desk_of_bench, issue
from issuer.log_custody import open_key_of_log
from issuer.log_files import LogFiles
from keys.log_key import sign_checkpoint
from log.tiles import TILE_WIDTH
from registry.home import Home
from registry.models import Award
from registry.session import reading
from tests.drills.office import PASSPHRASE, faces, make_office
from tests.log.logs import own_entries

_LEAVES: Final = 2  # of a certificate: its record's and its file's
_SERIALS: Final = 900_000  # of a year and a level, well above those that were given out
_COUNT: Final = (
    "WITH RECURSIVE count(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM count WHERE i < ?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is known of a certificate that is asked for."""

    number: str
    name: str
    qr_text: str


def make_world(folder: Path, *, certificates: int, asked: int) -> tuple[Home, list[Asked]]:
    """Make the home; return it with what can be asked of it.

    Args:
        folder: an empty one.
        certificates: how many there are in all.
        asked: how many of them were issued, and are asked for.
    """
    home = make_office(folder, {})
    issue(home, "verify", list(islice(candidates(1), asked)), workers=1)
    with desk_of_bench(home) as desk:
        with reading(desk.engine) as session:
            numbers = list(session.scalars(select(Award.number)))
        known = [
            Asked(number=str(one.number), name=one.holder_name, qr_text=one.qr_text)
            for one in faces(desk, numbers)
        ]
    with sqlite3.connect(home.path / "registry.sqlite3") as database:
        _deepen_rows(database, certificates - asked)
        _deepen_log(home, database, _LEAVES * certificates)
        database.execute("ANALYZE")
    database.close()
    return home, known


def _deepen_rows(database: sqlite3.Connection, count: int) -> None:
    highest = {
        table: database.execute(f"SELECT max(id) FROM {table}").fetchone()[0]  # noqa: S608 - our tables
        for table in ("awards", "copies", "holders")
    }
    award, copy = f"{highest['awards']} + i", f"{highest['copies']} + i"
    level = f"5 - i / {_SERIALS}"
    _multiply(
        database,
        "holders",
        count,
        {"id": f"{highest['holders']} + i", "blind_index": "randomblob(32)"},
    )
    _multiply(
        database,
        "awards",
        count,
        {
            "id": award,
            "number": f"'Z000012000999' || '26' || ({level}) || printf('%06d', i % {_SERIALS})",
            "holder_id": f"{highest['holders']} + i",
            "level": level,
            "year": "1926",
            "serial": f"i % {_SERIALS} + 1",
            "live_key": "randomblob(32)",
        },
    )
    _multiply(
        database,
        "copies",
        count,
        {
            "id": copy,
            "award_id": award,
            "year": "1926",
            "print_serial": "i",
            "status_index": "(1 << 40) + i",
            "pdf_stored": "hex(randomblob(32))",
            "leaf_index": "NULL",
            "file_leaf_index": "NULL",
        },
    )
    for of_copy in (copy, "NULL", "NULL"):  # the ways in by record, by name, by document number
        _multiply(
            database,
            "access",
            count,
            {"locator": "randomblob(16)", "award_id": award, "copy_id": of_copy},
        )


def _multiply(
    database: sqlite3.Connection, table: str, count: int, changes: Mapping[str, str]
) -> None:
    """Put `count` rows like the first of a table into it, some columns by an expression of `i`."""
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    if unknown := changes.keys() - set(columns):
        raise KeyError(f"{table} has no {', '.join(sorted(unknown))}")
    values = ", ".join(changes.get(column, f"one.{column}") for column in columns)
    statement = (
        f"{_COUNT} INSERT INTO {table} ({', '.join(columns)}) SELECT {values} "  # noqa: S608 - our tables
        f"FROM count, (SELECT * FROM {table} LIMIT 1) AS one"
    )
    database.execute(statement, (count,))


def _deepen_log(home: Home, database: sqlite3.Connection, size: int) -> None:
    """Make the log anew with as many leaves, the real ones at even distances."""
    rows = database.execute("SELECT id, leaf FROM log_entries ORDER BY leaf_index").fetchall()
    places = [place * size // len(rows) for place in range(len(rows))]
    database.execute("UPDATE log_entries SET leaf_index = NULL")
    for (entry_id, _), place in zip(rows, places, strict=True):
        database.execute("UPDATE log_entries SET leaf_index = ? WHERE id = ?", (place, entry_id))
    for column, kinds in (("leaf_index", "(1, 2)"), ("file_leaf_index", "(3)")):
        statement = (
            f"UPDATE copies SET {column} = (SELECT leaf_index FROM log_entries AS leaf "  # noqa: S608 - our own
            f"WHERE leaf.copy_id = copies.id AND leaf.kind IN {kinds}) "
            "WHERE id IN (SELECT copy_id FROM log_entries)"
        )
        database.execute(statement)
    key = open_key_of_log(home, PASSPHRASE)
    for folder in (home.log_folder / "tile", home.log_memory):
        shutil.rmtree(folder)
    (home.log_folder / "checkpoint").unlink()
    home.log_seen_path.unlink(missing_ok=True)
    files = LogFiles(public=home.log_folder, memory=home.log_memory, vkey=key.vkey)
    real = dict(zip(places, (leaf for _, leaf in rows), strict=True))
    lot = TILE_WIDTH * TILE_WIDTH
    with files.alone():
        begun = files.last().checkpoint
        for start in range(0, size, lot):
            leaves = own_entries(start, min(lot, size - start))
            leaves = [real.get(at, leaf) for at, leaf in enumerate(leaves, start)]
            files.extend(start, leaves)
        root = files.derive(begun, size)
        files.publish(sign_checkpoint(key, size=size, root=root))

"""Drill: a dump of the public process, its files and the database open nobody's row."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives import keywrap
from sqlalchemy import select

from issuer.awarding import read_data_key
from registry import claims
from registry.home import Home
from registry.models import Access, Award
from registry.session import reading
from tests.drills.canaries import canary_people
from tests.drills.drill import Drill, Facts, Figure, Part, ToolMissing, require
from tests.drills.key_hunt import Rows, key_candidates, read_memory, rows_opened
from tests.drills.office import Person, desk_of, make_office, put_on_record
from tests.drills.results import ROOT

_ROWS = {Figure.FULL: 1_000, Figure.SHORT: 20}
_ASKED = 20
_PART = "memory"
_MARKED = canary_people(1)[0].name[:2]
_SECONDS = 60
_CHINESE = re.compile("[\u3400-\u9fff\u00b7]{2,6}")
_DOCUMENT = re.compile(r"(?<![0-9])[0-9]{17}[0-9X](?![0-9])")


def _parts(figure: Figure, seed: int) -> list[Part]:
    return [Part(name=_PART, run=partial(_run, count=_ROWS[figure]))]


def _run(folder: Path, *, count: int) -> Facts:
    persons = canary_people(count + _ASKED + 1)
    home = make_office(folder, {})
    with desk_of(home) as desk:
        rows = [person.candidate(row) for row, person in enumerate(persons, start=2)]
        numbers = put_on_record(desk, rows)
        with reading(desk.engine) as session:
            award = session.scalars(select(Award).where(Award.number == numbers[-1])).one()
            data_key = read_data_key(desk, award)
    asked = list(zip(numbers, persons, strict=True))[count:-1]
    memory = _dump(home, asked, control=data_key)
    database = _database(home, [*numbers[:count], numbers[-1]])
    candidates = key_candidates([*memory, *_files(home)])
    opened = rows_opened(candidates, database)
    require(count in opened, "the attacker did not find even the key that was left for him")
    guessed = _opened_by_claims(home, memory, numbers[:count])
    require(opened == {count}, f"{len(opened) - 1} rows opened by keys from memory")
    require(not guessed, f"{guessed} rows opened by claims that nobody made about them")
    return {
        "rows nobody asked about": count,
        "of them opened": 0,
        "people asked about": len(asked),
        "MiB of memory": sum(map(len, memory)) >> 20,
        "possible keys tried on every row": sum(map(len, candidates.values())),
    }


def _dump(home: Home, asked: Sequence[tuple[str, Person]], *, control: bytes) -> list[bytes]:
    """Let a public process answer about some people, and return its memory."""
    questions = [{"number": number, "name": person.name} for number, person in asked[::2]]
    questions += [
        {"number": number, "document_number": person.document_number}
        for number, person in asked[1::2]
    ]
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.drills.memory_child", str(home.path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps({"questions": questions, "control": [control.hex()]}) + "\n")
        child.stdin.flush()
        require(child.stdout.readline() == "ready\n", "the public process did not answer")
        try:
            return list(read_memory(child.pid))
        except PermissionError as error:
            raise ToolMissing("the memory of an own process may not be read here") from error
    finally:
        child.stdin.close()
        child.stdout.close()
        child.wait(_SECONDS)


def _database(home: Home, numbers: Sequence[str]) -> Rows:
    """Return what the public side's rights on the database show of these rows."""
    with desk_of(home) as desk, reading(desk.engine) as session:
        query = (
            select(Award.number, Award.public_sealed, Access.wrapped_key)
            .join(Access, Access.award_id == Award.id)
            .where(Access.copy_id.is_(None))
        )
        found = {number: (sealed, wrapped) for number, sealed, wrapped in session.execute(query)}
    shown = [found[number] for number in numbers]
    return Rows(
        wrapped=[wrapped for _, wrapped in shown], sealed=[sealed or b"" for sealed, _ in shown]
    )


def _files(home: Home) -> list[bytes]:
    """Return the files that the public process may read."""
    return [path.read_bytes() for path in (home.path / "public").rglob("*") if path.is_file()]


def _opened_by_claims(home: Home, memory: Sequence[bytes], numbers: Sequence[str]) -> int:
    """Try on every row what the code derives keys from: nothing, or what others said of themselves.

    The attacker has the program, the pepper and every word in the dump.
    """
    pepper = home.pepper()
    with desk_of(home) as desk, reading(desk.engine) as session:
        query = select(Award.number, Access.locator, Access.wrapped_key).join(
            Access, Access.award_id == Award.id
        )
        wanted = [row for row in session.execute(query) if row.number in set(numbers)]
    opened = {number for number, _, wrapped in wanted if _unwraps(pepper, number, wrapped)}
    locators = {locator: number for number, locator, _ in wanted}
    for word in _words(memory):
        for number in numbers:
            for kind in ("name", "document"):
                locator = _locator(pepper, kind, number, word)
                if locator in locators:
                    opened.add(locators[locator])
    return len(opened)


def _unwraps(pepper: bytes, number: str, wrapped: bytes) -> bool:
    for kind in ("name", "document"):
        claim = claims.Claim(kind=kind, number=number, value=b"")
        try:
            keywrap.aes_key_unwrap(claims.wrapping_key(pepper, claim), wrapped)
        except keywrap.InvalidUnwrap:
            continue
        return True
    return False


def _locator(pepper: bytes, kind: str, number: str, word: str) -> bytes:
    parts = (kind.encode(), number.encode(), word.encode())
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.digest(pepper, b"yanzhen/access/locator" + message, hashlib.sha256)[:16]


def _words(memory: Sequence[bytes]) -> Iterator[str]:
    """Return what may be a name or a resident number in a dump: in UTF-8, Latin-1 or UCS-2."""
    found: set[str] = set()
    for region in memory:
        for text in (region.decode("utf-8", "replace"), region.decode("utf-16-le", "replace")):
            documents = set(_DOCUMENT.findall(text))
            names = {name for name in _CHINESE.findall(text) if name[:2] == _MARKED}
            found |= documents | names
    return iter(sorted(found))


DRILL = Drill(
    name="public_memory",
    promise="Who holds the public process's memory, files and database opens nobody's row with it.",
    method="""A public process answers about 20 people and holds still. An attacker reads all of its
        writable memory and the files it may read, takes 16, 24 and 32 bytes from every 16-byte
        boundary that are not plainly something else, and tries each on every row nobody asked
        about: as the key that wraps the row's data key, and as the data key itself. He also tries
        what the program derives keys from: nothing, and every name and resident number in the dump.
        For control one row's data key is left in the process, which he must find. Bytes off a
        16-byte boundary are not tried, and of the two ways in by holder data one a row.""",
    parts=_parts,
    defect="The key that wraps a data key comes from the number alone, not from the holder's data.",
    defect_part=_PART,
)

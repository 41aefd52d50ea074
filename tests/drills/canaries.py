"""Drill: two thousand people with marked names and numbers; nothing of them is written in clear."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import select
from stdnum.iso7064 import mod_11_2

from codes.document_types import Sex
from codes.levels import Level
from registry.home import Home
from registry.models import Award
from registry.schema import open_registry
from registry.session import reading
from registry.trail import check_trail
from registry.trust_file import root_pin
from tests.drills.drill import Drill, Facts, Figure, Part, require, require_none, shares
from tests.drills.office import (
    PASSPHRASE,
    PREFIX,
    PUBLIC_URL,
    Person,
    make_office,
    write_roster,
)
from tests.drills.results import ROOT
from tests.drills.traced import PRINTED, Ended, run_traced

_PEOPLE = {Figure.FULL: 2_000, Figure.SHORT: 6}
_A_PART = 500
_ERASED_OF_A_HUNDRED = 5
_SHORT_PART = "people-1"
_NAME_MARK = "\u9f98\u9750"  # no other person of a drill is named so
_DOCUMENT_MARK = "1201011949100"  # everyone here is born in one district in nine days
_START = "from yanzhen import main; main()"
_SYLLABLES = "伟芳娜敏静强磊军洋勇艳杰娟涛明超秀霞平刚"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """A mark that stood where it must not."""

    path: str
    encoding: str


def _parts(figure: Figure, seed: int) -> list[Part]:
    total = _PEOPLE[figure]
    counts = shares(total, max(1, total // _A_PART))
    return [
        Part(name=f"people-{index}", run=partial(_run, count=count))
        for index, count in enumerate(counts, start=1)
    ]


def _run(folder: Path, *, count: int) -> Facts:
    persons = canary_people(count)
    home = make_office(folder, {})
    roster = write_roster(folder / "in", persons)
    place = _Place(folder, home, persons)
    place.yanzhen("issue", str(roster), "--sample", *place.batch("一"))
    place.require_no_marks()
    numbers = _numbers(home)
    _live(place, numbers)
    erased = numbers[: max(1, count * _ERASED_OF_A_HUNDRED // 100)]
    stored = len(place.stored())
    for number in erased:
        place.erase(number)
    require(
        stored - len(place.stored()) >= 2 * len(erased), "stored files of an erased holder stay"
    )
    for number, person in zip(erased[:2], persons, strict=False):
        place.yanzhen("verify", "number", number, "--name", person.name, ends=1, shows=True)
    place.yanzhen("trail", "check")
    place.yanzhen("log", "fsck")
    place.yanzhen("audit", *place.audited())
    place.look_at_files()
    place.require_no_marks()
    with open_registry(home.database_url) as engine:
        require(not check_trail(engine, home.trail_memory).faults, "the trail is not whole")
    return {
        "people": count,
        "erased": len(erased),
        "commands": place.commands,
        "MiB written and looked at": place.written >> 20,
        "marks found in what was exported": int(place.exported > 0),
    }


def _live(place: _Place, numbers: list[str]) -> None:
    """Let the certificates live: reissued, copied, exported, looked up, backed up."""
    for number in numbers[-1:]:
        lost = ("--reason", "lost", "--yes", "--sample", "--out", str(place.out))
        place.yanzhen("copies", "reissue", number, *lost)
    place.yanzhen("copies", "archive", numbers[0], "--sample", "--out", str(place.out))
    place.yanzhen("copies", "export", *place.batch("一"))
    place.yanzhen("copies", "list", numbers[0])
    first = place.persons[0]
    place.yanzhen("verify", "number", numbers[0], "--name", first.name, ends=None, shows=True)
    place.yanzhen("vault", "rotate")
    place.yanzhen("backup", str(place.folder / "backup"))


class _Place:
    """A home, the folders around it, and what was seen of the marks."""

    def __init__(self, folder: Path, home: Home, persons: list[Person]) -> None:
        self.folder, self.persons, self._home = folder, persons, home
        self.out = folder / "out"
        self.sights: list[_Sight] = []
        self.commands = self.written = self.exported = 0
        self._work = folder / "work"
        for name in ("work", "tmp"):
            (folder / name).mkdir()
        self._environment = os.environ | {
            "YANZHEN_HOME": str(home.path),
            "YANZHEN_PASSPHRASE": PASSPHRASE.decode(),
            "YANZHEN_BACKUP_PASSPHRASE": "a passphrase for backups",
            "YANZHEN_PUBLIC_URL": PUBLIC_URL,
            "YANZHEN_LANG": "en",
            "TMPDIR": str(folder / "tmp"),
            "HOME": str(self._work),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def batch(self, name: str) -> tuple[str, ...]:
        return ("--body", PREFIX, "--batch", name, "--out", str(self.out))

    def audited(self) -> tuple[str, ...]:
        """Return the words that have the published log audited, as an outsider does."""
        log, trust = str(self._home.log_folder), str(self._home.key_document_path)
        memory = str(self.folder / "audit.json")
        return (
            "--url",
            log,
            "--trust",
            trust,
            "--root",
            str(root_pin(self._home)),
            "--memory",
            memory,
        )

    def yanzhen(
        self, *arguments: str, ends: int | None = 0, by: str = "甲", shows: bool = False
    ) -> Ended:
        """Run a command and look at all it writes.

        Args:
            arguments: of the command.
            ends: the exit code it must end with; None lets it end anyhow.
            by: who acts.
            shows: it answers on the terminal somebody who gave the name in the question.
        """
        ended = run_traced(
            [sys.executable, "-c", _START, "--as", by, *arguments],
            cwd=self._work,
            environment=self._environment,
            seen=self._look_past_terminal if shows else self._look,
        )
        said = ended.out.strip().splitlines()[-1:]
        require(ends in (None, ended.code), f"yanzhen {arguments[0]}: {ended.code} {said}")
        self.commands += 1
        self.written += ended.written
        return ended

    def erase(self, number: str) -> None:
        """Erase the holder of a certificate, on an order that goes before the period of keeping."""
        why = ("--ground", "order", "--order", "drill", "--reference", "drill", "--json")
        proposed = self.yanzhen("vault", "erase", "--number", number, *why)
        erasure = json.loads(proposed.out.strip().splitlines()[-1])["id"]
        self.yanzhen("vault", "approve", str(erasure), "--yes", by="乙")

    def stored(self) -> set[str]:
        """Return the names of all stored files."""
        return {path.name for path in (self._home.path / "store").rglob("*") if path.is_file()}

    def require_no_marks(self) -> None:
        """Fail the drill if a mark stood where it must not."""
        require_none([f"{one.path}: {one.encoding}" for one in self.sights], "marks in clear")

    def look_at_files(self) -> None:
        """Look at every file there is but the roster and what was exported."""
        for path in self.folder.rglob("*"):
            if path.is_file():
                self._look(str(path), path.read_bytes())

    def _look_past_terminal(self, path: str, content: bytes) -> None:
        if not path.endswith(PRINTED):
            self._look(path, content)

    def _look(self, path: str, content: bytes) -> None:
        if path.startswith(str(self.out)):
            self.exported += 1  # a certificate, its lists: the operator asked for them
        elif not path.startswith(str(self.folder / "in")):
            self.sights += [
                _Sight(path=path, encoding=encoding) for encoding in _encodings_in(content)
            ]


def canary_people(count: int) -> list[Person]:
    """Return people whose names and document numbers all carry the marks, no two alike."""
    return [_canary(index) for index in range(count)]


def _canary(index: int) -> Person:
    day, order = divmod(index, 1000)
    stem = f"{_DOCUMENT_MARK}{day + 1}{order:03d}"
    rest, last = divmod(index, len(_SYLLABLES))
    first, second = divmod(rest, len(_SYLLABLES))
    name = _NAME_MARK + "".join(_SYLLABLES[place] for place in (first, second, last))
    return Person(
        name=name,
        document_number=stem + mod_11_2.calc_check_digit(stem),
        sex=Sex.MALE if order % 2 else Sex.FEMALE,
        birth_date=date(1949, 10, day + 1),
        level=Level.THREE,
        portrait=index,
    )


def _numbers(home: Home) -> list[str]:
    with open_registry(home.database_url) as engine, reading(engine) as session:
        return list(session.scalars(select(Award.number).order_by(Award.id)))


def _encodings_in(content: bytes) -> Iterable[str]:
    return [name for name, mark in _MARKS.items() if mark in content]


def _forms(label: str, mark: str) -> Mapping[str, bytes]:
    """Return how a mark may stand in a file: as text, escaped, in base64 or in hex."""
    raw = mark.encode()
    forms = {
        "utf-8": raw,
        "utf-16": mark.encode("utf-16-le"),
        "utf-16 big-endian": mark.encode("utf-16-be"),
        "gb18030": mark.encode("gb18030"),
        "hex": raw.hex().encode(),
        "capital hex": raw.hex().upper().encode(),
        "json": json.dumps(mark)[1:-1].encode(),
        "per cent": quote(mark).encode(),
    }
    for shift in range(3):  # the letters of base64 that depend on the mark alone
        coded = base64.b64encode(bytes(shift) + raw)
        start = (shift * 8 + 5) // 6
        forms[f"base64, {shift} before"] = coded[start : (shift + len(raw)) * 8 // 6]
    return {f"{label} in {form}": content for form, content in forms.items()}


_MARKS = {**_forms("name", _NAME_MARK), **_forms("document number", _DOCUMENT_MARK)}

DRILL = Drill(
    name="canaries",
    promise="No name and no document number is written in clear, but where the operator exports.",
    method="""People with marked names and document numbers are issued certificates by the real
        `yanzhen`, under strace; some are reissued, copied, exported, looked up and erased, the
        vault key is replaced and a backup made. Every byte that these processes write to any file,
        named or not, and to the terminal is searched for the marks in UTF-8, UTF-16, GB 18030,
        JSON escapes, percent escapes, base64 and hex, and so is every file that is there at the
        end. Only the roster and the folder of the export may hold them. The erased people's stored
        files must be gone, their certificates not found, the audit trail whole, and `yanzhen log
        fsck` and `yanzhen audit` find nothing.""",
    parts=_parts,
    defect="The lists of an export are put together in temporary files.",
    defect_part=_SHORT_PART,
)

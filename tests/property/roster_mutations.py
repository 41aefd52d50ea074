"""Makes spoiled rosters from a good one, each from its seed, and runs them through the lints.

Also used by the long drill, with a thousand of them.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from issuer.columns import Column
from issuer.lint import LintReport, lint_rows
from issuer.problems import RosterError
from issuer.roster import RosterTable, parse_roster
from registry.child import Child
from tests.issuer.roster_files import (
    PortraitPerPerson,
    Row,
    context,
    csv_text,
    person,
    write_xlsx,
)

PEOPLE = 12
_ODD_TEXTS = (
    "", " ", "\u3000", "=1+1", "+1", "@SUM(A1)", "\u202e王", "王\u200b晓", "\u0000", "\u0007",
    "\ue000", "\U000e0041", "𫖯𬭎", "王" * 5_000, "１２０１０１１９５００１０１００９", "1.2E+17",
    "-0", "NaN", "1e999", "0000-00-00", "9999-99-99", "1950-1-1 00:00", "٣", "三级\n三级", "//",
    "..\\..\\x.jpg", "../x", "\ud7ff", "\ufffe", "e\u0301" * 30, "🙂", "<b>&amp;</b>", "]]>", '"',
    "'", ",", ";", "\t", "\r\n", "保卫管理员\u00ad", "X" * 18, "居民身份证 ", "李\u0300", "〇",
    "\u2f00", "ﷺ", "ẞ", "İ",
)  # fmt: skip
_ODD_ATTRIBUTES = (
    'r="A0"', 'r="XFD1048576"', 'r="A99999999"', 'r="ZZZZ1"', 'r="-1"', 'r=""', 't="s"', 't="e"',
    't="b"', 't="d"', 't="inlineStr"', 't="?"', 's="99999"', 's="-1"', 'r="A1" r="A1"',
    'hidden="1"',
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoiled:
    """A spoiled roster.

    Args:
        kind: how it was spoiled.
        file: the name it is handed in under.
    """

    kind: str
    file: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """What became of a spoiled roster: the refusal's code, or the lints' report."""

    refused: str | None
    table: RosterTable | None
    report: LintReport | None


def spoil(seed: int) -> Spoiled:
    """Return the spoiled roster of this seed, always the same."""
    choice = random.Random(seed)
    kinds = sorted(_KINDS)
    kind = kinds[seed % len(kinds)]
    file, make = _KINDS[kind]
    return Spoiled(kind=kind, file=file, data=make(choice))


def survive(spoiled: Spoiled, child: Child) -> Survival:
    """Read and lint a spoiled roster as issuing does; anything but a refusal is let through."""
    try:
        table = parse_roster(spoiled.data, spoiled.file, child)
    except RosterError as error:
        if not (error.problems and error.text.zh and error.text.en):
            raise AssertionError("a refusal without a reason") from error
        return Survival(refused=error.code, table=None, report=None)
    report = lint_rows(table, PortraitPerPerson(), context())
    return Survival(refused=None, table=table, report=report)


def every_row_is_accounted_for(survival: Survival) -> bool:
    """Return whether each row read is a candidate or has a reason, and none is both."""
    if survival.table is None or survival.report is None:
        return survival.refused is not None
    rows = {row.row for row in survival.table.rows}
    good = {candidate.row for candidate in survival.report.candidates}
    bad = survival.report.faulty_rows
    return good | bad == rows and not good & bad


def says_what_was_written(spoiled: Spoiled, survival: Survival, child: Child) -> bool:
    """Return whether a workbook damaged in transport is refused or read as it was written.

    Text files carry no checksum, so nothing can be said of them.
    """
    if spoiled.kind not in ("bytes flipped", "cut") or survival.table is None:
        return True
    return survival.table.rows == parse_roster(_good_workbook(), spoiled.file, child).rows


def _people() -> list[Row]:
    return [person(index) for index in range(PEOPLE)]


@cache
def _good_workbook() -> bytes:
    with TemporaryDirectory() as folder:
        return write_xlsx(Path(folder) / "r.xlsx", _people(), above=1).read_bytes()


def _flip_bytes(data: bytes, choice: random.Random, most: int = 8) -> bytes:
    spoiled = bytearray(data)
    for _ in range(choice.randint(1, most)):
        spoiled[choice.randrange(len(spoiled))] ^= 1 << choice.randrange(8)
    return bytes(spoiled)


def _flipped_workbook(choice: random.Random) -> bytes:
    return _flip_bytes(_good_workbook(), choice)


def _cut_workbook(choice: random.Random) -> bytes:
    data = _good_workbook()
    start = choice.randrange(len(data))
    end = start + choice.randint(1, 400)
    return data[:start] + data[end:] if choice.random() < 0.5 else data[:start]


def _with_parts(choice: random.Random, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Pack the workbook anew with changed parts; None leaves a part out."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_good_workbook())) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


def _damaged_part(choice: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(_good_workbook())) as archive:
        victim = choice.choice(archive.namelist())
    how = choice.randrange(4)

    def change(name: str, data: bytes) -> bytes | None:
        if name != victim:
            return data
        if how == 0:
            return None
        if how == 1:
            return data[: choice.randrange(len(data))]
        return _flip_bytes(data, choice, 30) if how == 2 else data + data

    return _with_parts(choice, change)


def _odd_attributes(choice: random.Random) -> bytes:
    def change(name: str, data: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return data
        text = data.decode()
        for _ in range(choice.randint(1, 4)):
            places = [match.start() for match in re.finditer(r"<(?:c|row|mergeCell) ", text)]
            place = text.index(" ", choice.choice(places)) + 1
            old = re.compile(r'\w+="[^"]*"') if choice.random() < 0.7 else re.compile("")
            text = text[:place] + old.sub(choice.choice(_ODD_ATTRIBUTES), text[place:], count=1)
        return text.encode()

    return _with_parts(choice, change)


def _odd_values(choice: random.Random) -> bytes:
    values = ("", "-1", "999999", "1e400", "x", "0x10", "1.5", " 3 ", "NaN", "<f>1</f>")

    def change(name: str, data: bytes) -> bytes:
        if not name.endswith(("sheet1.xml", "styles.xml", "sharedStrings.xml")):
            return data
        pieces = re.split(r"(>[^<]+<)", data.decode())
        for _ in range(choice.randint(1, 5)):
            index = choice.randrange(len(pieces))
            if pieces[index].startswith(">"):
                pieces[index] = f">{choice.choice(values)}<"
        return "".join(pieces).encode()

    return _with_parts(choice, change)


def _odd_rows(choice: random.Random) -> list[Row]:
    rows = _people()
    for _ in range(choice.randint(1, 12)):
        row = choice.choice(rows)
        text = choice.choice(_ODD_TEXTS)
        column = choice.choice(list(Column))
        row[column] = text if choice.random() < 0.6 else row.get(column, "") + text
    return rows


def _odd_cells(choice: random.Random) -> bytes:
    with TemporaryDirectory() as folder:
        return write_xlsx(Path(folder) / "r.xlsx", _odd_rows(choice)).read_bytes()


def _odd_text_cells(choice: random.Random) -> bytes:
    delimiter = choice.choice([",", ";", "\t"])
    encoding = choice.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    text = csv_text(_odd_rows(choice), delimiter=delimiter)
    return text.encode(encoding, errors="replace")


def _mangled_text(choice: random.Random) -> bytes:
    encoding = choice.choice(["utf-8", "gb18030", "utf-16-le", "big5"])
    data = bytearray(csv_text(_people()).encode(encoding, errors="replace"))
    for _ in range(choice.randint(1, 10)):
        place = choice.randrange(len(data))
        how = choice.randrange(4)
        if how == 0:
            del data[place : place + choice.randint(1, 40)]
        elif how == 1:
            data[place:place] = choice.choice(
                [b'"', b",", b"\r", b"\n", b"\0", b"\xff", b"=", b";"]
            )
        elif how == 2:
            data[place] = choice.randrange(256)
        else:
            data[place:place] = data[: choice.randrange(len(data))]
    return bytes(data)


def _noise(choice: random.Random) -> bytes:
    head = choice.choice(
        [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"\xef\xbb\xbf"]
    )
    return head + choice.randbytes(choice.randrange(4_000))


_KINDS: dict[str, tuple[str, Callable[[random.Random], bytes]]] = {
    "bytes flipped": ("r.xlsx", _flipped_workbook),
    "cells odd": ("r.xlsx", _odd_cells),
    "cut": ("r.xlsx", _cut_workbook),
    "noise": ("r.xlsx", _noise),
    "part damaged": ("r.xlsx", _damaged_part),
    "sheet attributes odd": ("r.xlsx", _odd_attributes),
    "sheet values odd": ("r.xlsx", _odd_values),
    "text cells odd": ("r.csv", _odd_text_cells),
    "text mangled": ("r.csv", _mangled_text),
}

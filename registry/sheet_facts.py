"""Reads from a sheet's XML what the spreadsheet reader does not tell: formulas, hidden rows.

The parser knows no document type declarations (a workbook never has one, and they are how
entity bombs are made), and stops at stated sizes whatever the archive says about itself.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

_PART_BYTES = 192 << 20  # one part, unpacked; 100 000 rows of people take about 80 MB
_CHUNK_BYTES = 1 << 18
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_MAX_FAULTS = 200_000
_MAX_PARTS = 10_000


class UnsafeWorkbook(Exception):
    """The workbook's archive or XML is not something a spreadsheet program writes."""


@dataclass(slots=True, kw_only=True)
class SheetFacts:
    """What one sheet holds beside its values; rows from 1, columns from 0."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    last_row: int = 0
    last_column: int = 0


def check_archive(archive: zipfile.ZipFile) -> None:
    """Read every part a reader may use to its end, so that its checksum is compared.

    The spreadsheet reader stops at the last closing tag and would take a flipped bit in a name
    for the name.

    Raises:
        UnsafeWorkbook: a part is damaged, too large or there twice.
    """
    names = archive.namelist()
    if len(names) != len(set(names)) or len(names) > _MAX_PARTS:
        raise UnsafeWorkbook("parts there twice, or too many")
    for name in names:
        if name.endswith((".xml", ".rels")):
            try:
                _read_through(archive, name, lambda _: None)
            except (ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
                raise UnsafeWorkbook(f"damaged part {name}") from error


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the archive member of each sheet by the sheet's name.

    Raises:
        UnsafeWorkbook: the parts that list the sheets are missing or damaged.
    """
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relationship(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and "Id" in attributes and "Target" in attributes:
            target = attributes["Target"]
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            targets[attributes["Id"]] = posixpath.normpath(path)

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and "name" in attributes:
            identity = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            sheets[attributes["name"]] = identity

    _parse(archive, "xl/_rels/workbook.xml.rels", relationship)
    _parse(archive, "xl/workbook.xml", sheet)
    return {name: targets[key] for name, key in sheets.items() if key in targets}


def read_sheet_facts(archive: zipfile.ZipFile, part: str) -> SheetFacts:
    """Return what the sheet in the member `part` holds beside its values.

    Raises:
        UnsafeWorkbook: the part is missing, damaged, too large or no plain XML.
    """
    reader = _SheetReader()
    _parse(archive, part, reader.start)
    return reader.facts


class _SheetReader:
    """Follows the rows and cells of one sheet; a missing reference means the next place."""

    def __init__(self) -> None:
        self.facts = SheetFacts()
        self._row = 0
        self._column = -1

    def start(self, name: str, attributes: dict[str, str]) -> None:
        facts = self.facts
        if name == "c":
            self._cell(attributes)
        elif name in ("v", "is"):
            facts.last_row = max(facts.last_row, self._row)
            facts.last_column = max(facts.last_column, self._column)
        elif name == "f":
            facts.formulas.add((self._row, self._column))
        elif name == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = -1
            if attributes.get("hidden") in ("1", "true"):
                facts.hidden_rows.add(self._row)
        if len(facts.formulas) + len(facts.errors) > _MAX_FAULTS:
            raise UnsafeWorkbook("too many formulas")

    def _cell(self, attributes: dict[str, str]) -> None:
        if "r" not in attributes:
            self._column += 1
        else:
            reference = _REFERENCE.fullmatch(attributes["r"])
            if reference is None:
                raise UnsafeWorkbook("a cell without a place")
            self._column = 0
            for letter in reference[1]:
                self._column = self._column * 26 + ord(letter) - ord("A") + 1
            self._column -= 1
            self._row = int(reference[2])
        if attributes.get("t") == "e":
            self.facts.errors.add((self._row, self._column))


def _parse(
    archive: zipfile.ZipFile, part: str, start: Callable[[str, dict[str, str]], None]
) -> None:
    def begin(name: str, attributes: dict[str, str]) -> None:
        start(name.rpartition(":")[2], attributes)

    def refuse(*_: object) -> None:
        raise UnsafeWorkbook("a document type declaration")

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = refuse
    try:
        _read_through(archive, part, lambda chunk: parser.Parse(chunk, False))
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise UnsafeWorkbook(f"damaged part {part}") from error


def _read_through(archive: zipfile.ZipFile, part: str, take: Callable[[bytes], object]) -> None:
    """Hand a part to `take` piece by piece; zipfile compares the checksum at the end."""
    if archive.getinfo(part).file_size > _PART_BYTES:
        raise UnsafeWorkbook("a part too large")
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            take(chunk)

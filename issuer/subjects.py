"""A roster's rows parsed field by field, each field once, whatever the others look like."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Generic, TypeVar

from codes.documents import (
    DocumentReading,
    DocumentType,
    Sex,
    inspect_document,
    parse_document_type,
    parse_sex,
)
from codes.errors import CodesError
from codes.latin_names import LatinName, normalise_latin_name, spell
from codes.levels import Level, parse_level
from codes.names import NameReading, normalise_name
from codes.notices import Problem
from codes.occupations import Occupation, parse_occupation
from codes.wording import Text
from issuer.candidates import Candidate
from issuer.columns import Column
from issuer.lint_context import BatchAward, LintContext
from issuer.photo_reading import PhotoReading, PhotoSource
from issuer.roster import RosterRow, RosterTable
from issuer.typed_days import read_day

Value = TypeVar("Value")
_READ_AHEAD_ROWS = 500
_BIRTH_DATES = 32_768  # days in ninety years
_NO_SPECIALTY = frozenset(("-", "--", "—", "——", "/", "无", "none"))


@dataclass(frozen=True, slots=True)
class Parsed(Generic[Value]):
    """A field's value, or what is wrong with it; neither where the cell is empty."""

    value: Value | None
    fault: Problem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One row with every field parsed.

    Args:
        row: the row as read.
        name: the name's reading, or None where the cell is empty.
        document: the number's reading; None where type or number is missing, or the number's cell
            is at fault.
        batch_award: the award this row already has in the batch being issued.
        latin_typed: the name in Latin letters as the roster gives it.
    """

    row: RosterRow
    name: NameReading | None = field(repr=False)
    document_type: Parsed[DocumentType]
    document: DocumentReading | None = field(repr=False)
    sex: Parsed[Sex]
    birth_date: Parsed[date] = field(repr=False)
    occupation: Parsed[Occupation]
    specialty: str | None
    level: Parsed[Level]
    photo: PhotoReading = field(repr=False)
    batch_award: BatchAward | None = field(repr=False)
    latin_typed: Parsed[str] = field(repr=False)

    @property
    def latin_spelled(self) -> LatinName | None:
        """The name as it is spelled by rule; None where there is no good name."""
        if self.name is None or self.name.problems:
            return None
        return spell(self.name.name)

    @property
    def document_key(self) -> tuple[DocumentType, str] | None:
        """Type and number of the document, where both are without fault."""
        if self.document is None or self.document.problems:
            return None
        return self.document.kind, self.document.number

    @property
    def award_key(self) -> tuple[DocumentType, str, int, Level] | None:
        """What at most one live award may stand for, where every part is without fault."""
        document, occupation, level = self.document_key, self.occupation.value, self.level.value
        if document is None or occupation is None or level is None:
            return None
        return (*document, occupation.index, level)

    @property
    def latin_name(self) -> str | None:
        """The name in Latin letters: as the roster gives it, else as spelled by rule."""
        if self.latin_typed.value is not None:
            return self.latin_typed.value
        spelled = self.latin_spelled
        return None if spelled is None else spelled.text

    def candidate(self) -> Candidate | None:
        """Return the candidate this row describes, or None where a field does not parse."""
        if self.name is None or self.name.problems or self.document_key is None:
            return None
        sex, born, photo = self.sex.value, self.birth_date.value, self.photo.photo
        occupation, level = self.occupation.value, self.level.value
        if sex is None or born is None or photo is None or occupation is None or level is None:
            return None
        kind, number = self.document_key
        return Candidate(
            row=self.row.row,
            name=self.name.name,
            document_type=kind,
            document_number=number,
            sex=sex,
            birth_date=born,
            occupation=occupation,
            specialty=self.specialty,
            level=level,
            photo=photo,
            latin_name=self.latin_name,
        )


def read_subjects(
    table: RosterTable, photos: PhotoSource, context: LintContext
) -> Iterator[Subject]:
    """Yield every row of the roster parsed, in order; never raises for what a row holds."""
    unread = {fault.row for fault in table.problems if fault.column == Column.DOCUMENT_NUMBER.value}
    parser = _RowParser(photos, context, unread)
    for start in range(0, len(table.rows), _READ_AHEAD_ROWS):
        yield from parser.read_many(table.rows[start : start + _READ_AHEAD_ROWS])


class _RowParser:
    """Parses rows, remembering the few distinct levels, occupations and document types."""

    def __init__(
        self, photos: PhotoSource, context: LintContext, unread_numbers: Collection[int]
    ) -> None:
        self._photos = photos
        self._context = context
        self._unread_numbers = unread_numbers
        self._types = _Remembered(parse_document_type)
        self._sexes = _Remembered(parse_sex)
        self._occupations = _Remembered(parse_occupation)
        self._levels = _Remembered(parse_level)
        self._birth_date = lru_cache(_BIRTH_DATES)(parse_birth_date)

    def read_many(self, rows: Sequence[RosterRow]) -> Iterator[Subject]:
        """Yield these rows parsed, their awards looked up together."""
        documents = [self._document(row) for row in rows]
        keys = [self._award_key(*one) for one in zip(rows, documents, strict=True)]
        self._context.expect([key for key in keys if key is not None])
        for row, document, key in zip(rows, documents, keys, strict=True):
            yield self._read(
                row, document, None if key is None else self._context.batch_award(*key)
            )

    def _document(self, row: RosterRow) -> DocumentReading | None:
        kind = self._types.parse(row.text(Column.DOCUMENT_TYPE))
        typed_number = row.text(Column.DOCUMENT_NUMBER)
        if kind.value is None or not typed_number or row.row in self._unread_numbers:
            return None  # unread, it may be another number than was meant
        return inspect_document(kind.value, typed_number, today=self._context.today)

    def _award_key(
        self, row: RosterRow, document: DocumentReading | None
    ) -> tuple[DocumentType, str, int, Level] | None:
        occupation = self._occupations.parse(row.text(Column.OCCUPATION)).value
        level = self._levels.parse(row.text(Column.LEVEL)).value
        if document is None or document.problems or occupation is None or level is None:
            return None
        return document.kind, document.number, occupation.index, level

    def _read(
        self, row: RosterRow, document: DocumentReading | None, award: BatchAward | None
    ) -> Subject:
        kind = self._types.parse(row.text(Column.DOCUMENT_TYPE))
        occupation = self._occupations.parse(row.text(Column.OCCUPATION))
        level = self._levels.parse(row.text(Column.LEVEL))
        typed_name = row.text(Column.NAME)
        name = normalise_name(typed_name) if typed_name else None
        return Subject(
            row=row,
            name=name,
            document_type=kind,
            document=document,
            sex=self._sexes.parse(row.text(Column.SEX)),
            birth_date=self._birth_date(row.text(Column.BIRTH_DATE)),
            occupation=occupation,
            specialty=parse_specialty(row.text(Column.SPECIALTY)),
            level=level,
            photo=self._photo(row, document),
            batch_award=award,
            latin_typed=parse_latin_name(row.text(Column.LATIN_NAME)),
        )

    def _photo(self, row: RosterRow, document: DocumentReading | None) -> PhotoReading:
        """Return the row's photo; by a number at fault none is sought.

        It would be said to be missing, though it may well lie under the right number.
        """
        file, number = row.text(Column.PHOTO), row.text(Column.DOCUMENT_NUMBER)
        if document is not None:
            number = document.number
        at_fault = row.row in self._unread_numbers or (document is not None and document.problems)
        if not file and (at_fault or not number):
            return PhotoReading(photo=None, notices=(), problems=())
        return self._photos.read(file=file, document_number=number)


class _Remembered(Generic[Value]):
    """A parser of words that repeat from row to row."""

    def __init__(self, parse: Callable[[str], Value]) -> None:
        self._parse = parse
        self._known: dict[str, Parsed[Value]] = {"": Parsed(None, None)}

    def parse(self, text: str) -> Parsed[Value]:
        """Return what `text` means, or the fault its parser names."""
        if text not in self._known:
            try:
                self._known[text] = Parsed(self._parse(text), None)
            except CodesError as error:
                fault = Problem(code=error.code, text=error.text, position=error.position)
                self._known[text] = Parsed(None, fault)
        return self._known[text]


def parse_specialty(text: str) -> str | None:
    """Return the 工种／职业方向, or None where the cell says that there is none."""
    folded = " ".join(text.split())
    return None if not folded or folded.casefold() in _NO_SPECIALTY else folded


_NO_LATIN_NAME: Parsed[str] = Parsed(None, None)


def parse_latin_name(text: str) -> Parsed[str]:
    """Return the name in Latin letters that a cell gives."""
    if not text:
        return _NO_LATIN_NAME
    try:
        return Parsed(normalise_latin_name(text), None)
    except CodesError as error:
        return Parsed(None, Problem(code=error.code, text=error.text))


def parse_birth_date(text: str) -> Parsed[date]:
    """Return the date in `text` (1990-01-31, 1990/1/31, 1990年1月31日, 19900131)."""
    if not text:
        return Parsed(None, None)
    try:
        day = read_day(text)
    except ValueError:
        return Parsed(None, _BIRTH_DATE_NONE)
    return Parsed(day, _BIRTH_DATE_UNREADABLE if day is None else None)


_BIRTH_DATE_UNREADABLE = Problem(
    code="birth_date_unreadable",
    text=Text(
        "出生日期无法识别，请按“1990-01-31”的形式填写。",
        "The birth date is not recognised; write it like 1990-01-31.",
    ),
)
_BIRTH_DATE_NONE = Problem(
    code="birth_date_none",
    text=Text(
        "日历上没有这一天，请核对出生日期。",
        "There is no such day in the calendar; check the birth date.",
    ),
)

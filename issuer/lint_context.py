"""What the lints need to know beside the roster, as plain data and questions to ask."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from codes.documents import DocumentType, Sex
from codes.levels import Level
from codes.notices import Problem
from codes.wording import Text
from issuer.candidates import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAward:
    """An award of the batch being issued: what the row would have to repeat to be done already.

    Args:
        number: the certificate number it was given.
        name: the holder's name as stored.
        specialty: 工种／职业方向 as stored.
        photo_sha256: of the printed photo, or None not to compare it.
        sex: as stored, or None not to compare it.
        birth_date: as stored, or None not to compare it.
        latin_name: as stored, or None not to compare it.
    """

    number: str
    name: str = field(repr=False)
    specialty: str | None
    photo_sha256: bytes | None
    sex: Sex | None = None
    birth_date: date | None = field(default=None, repr=False)
    latin_name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LintContext:
    """What the lints ask of the rest of the house; the lints themselves read no database.

    Args:
        today: the date of issue (Asia/Shanghai).
        scopes: levels filed today, by occupation index.
        live_award: (document type, normalised document number, occupation index, level) → the
            number of the live award this person holds from this body, from whatever batch.
        batch_award: as above → the award of the very batch being issued.
        serials_left: level → how many numbers of this year are left.
        missing_characters: text → the characters that cannot be printed.
        explain_missing: character → what it is and what would help.
        check_fit: candidate → (field, why it does not fit the page); a field may be a column's
            heading or English name.
        bilingual: whether the layout prints the name in Latin letters.
        not_filed: why the body may award nothing at all today, where a reason is on record.
        expect: told which awards will be asked about, some rows ahead, so that they can be looked
            up together.
    """

    today: date
    scopes: Mapping[int, Collection[Level]]
    live_award: Callable[[DocumentType, str, int, Level], str | None]
    batch_award: Callable[[DocumentType, str, int, Level], BatchAward | None]
    serials_left: Callable[[Level], int]
    missing_characters: Callable[[str], Sequence[str]]
    explain_missing: Callable[[str], Text]
    check_fit: Callable[[Candidate], Sequence[tuple[str, Text]]]
    bilingual: bool = False
    not_filed: Problem | None = None
    expect: Callable[[Sequence[tuple[DocumentType, str, int, Level]]], None] = lambda _keys: None
